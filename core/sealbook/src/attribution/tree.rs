//! Reading the files of a folder.

use sealbook_attribution::{Catalogue, Claim, TreeObserver, TreeOptions, TreeReport, scan_tree};
use sealbook_error::Result;
use sealbook_report::TreeStatistics;
use sealbook_store::Progress;
use std::path::Path;

/// What the files below `path` claim.
pub(crate) fn scan(
    path: &Path,
    no_ignore: bool,
    catalogue: &Catalogue,
    progress: &Progress,
) -> Result<TreeReport> {
    progress.expect(0);
    let mut options = TreeOptions::default();
    options.no_ignore = no_ignore;
    scan_tree(path, &options, catalogue, &mut Watch { progress, done: 0 })
}

/// The same in figures.
pub(crate) fn statistics(path: &Path, catalogue: &Catalogue, progress: &Progress) -> Result<TreeStatistics> {
    let report = scan(path, false, catalogue, progress)?;
    let files = report.files;
    Ok(TreeStatistics::new(files.scanned, files.flagged, files.skipped, &report.claims))
}

/// What one file claims by itself; it is named `name` there.
pub(crate) fn of_file(
    file: &Path,
    name: &str,
    catalogue: &Catalogue,
    progress: &Progress,
) -> Result<Vec<Claim>> {
    let mut claims = scan(file, true, catalogue, progress)?.claims;
    claims.iter_mut().for_each(|claim| claim.path = Some(name.to_owned()));
    Ok(claims)
}

struct Watch<'a> {
    progress: &'a Progress,
    done: u64,
}

impl TreeObserver for Watch<'_> {
    fn progress(&mut self, files: u64) {
        // Whether to stop is asked for elsewhere.
        let _ = self.progress.advance(files.saturating_sub(self.done));
        self.done = files;
    }

    fn is_cancelled(&self) -> bool {
        self.progress.is_cancelled()
    }
}
