//! A scan that may record what it finds.

use sealbook::{Ledger, OpenOptions, Progress, Result, ScanOptions, ScanReport};
use std::path::Path;

/// Scans `path`. With `record`, what is found goes to the ledger of the project at or above `path`, which must be there.
///
/// # Errors
/// As [`sealbook::scan`]; with `record` also as [`Ledger::open`] and [`Ledger::record_many`].
///
/// # Example
/// ```
/// use sealbook_common::sealbook::{Code, Progress, ScanOptions};
///
/// # let folder = tempfile::tempdir().unwrap();
/// let error = sealbook_common::scan(folder.path(), &ScanOptions::default(), true, &Progress::default()).unwrap_err();
/// assert_eq!(error.code(), Code::NotAProject);
/// ```
pub fn scan(path: &Path, options: &ScanOptions, record: bool, progress: &Progress) -> Result<ScanReport> {
    if record {
        Ledger::open(project(path), &OpenOptions::default())?.scan(path, options, progress)
    } else {
        sealbook::scan(path, options, progress)
    }
}

/// Where to look for the ledger of a path: a file that is to be scanned is no ledger file.
#[must_use]
pub fn project(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if path.is_file() && parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) if path.is_file() => parent,
        _ => path,
    }
}
