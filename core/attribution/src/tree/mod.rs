//! Scanning the files of a folder.

mod comments;
mod extent;
mod file;
mod forms;
mod languages;
mod layout;
mod lexer;
mod report;
mod search;
mod seek;
mod syntax;
mod walk;

pub use comments::comments;
pub(crate) use languages::Languages;
pub use report::{Skipped, SkippedFile, TreeFiles, TreeReport};
pub(crate) use search::{Scratch, Search};

use crate::Catalogue;
use sealbook_error::{Code, Error, Result};
use std::path::Path;

/// How to scan a folder.
///
/// ```
/// use sealbook_attribution::TreeOptions;
///
/// let mut options = TreeOptions::default();
/// options.no_ignore = true;
/// assert_eq!(options.max_bytes, 32 << 20);
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TreeOptions {
    /// Scan what `.gitignore`, `.ignore` and `.git/info/exclude` leave out, too. Default: no.
    ///
    /// These files count with or without a repository around them, and those of the folders above count too.
    /// The user's own list (`core.excludesFile`) does not: the same folder gives the same answer for everybody.
    pub no_ignore: bool,
    /// The length of the longest file to be read, in bytes. Default: 32 MiB. Each thread may hold that much,
    /// and half as much again for a file in UTF-16.
    pub max_bytes: u64,
    /// The number of threads; at least one. Default: one for each processor.
    pub threads: Option<usize>,
}

impl Default for TreeOptions {
    fn default() -> Self {
        Self { no_ignore: false, max_bytes: 32 << 20, threads: None }
    }
}

/// Watches a scan of a folder. Every method has a default that does nothing; `()` watches nothing.
///
/// All methods are called on the thread that called [`scan_tree`].
pub trait TreeObserver {
    /// So many files are done, judged or skipped. Called now and then, and once at the end.
    fn progress(&mut self, files: u64) {
        let _ = files;
    }

    /// Whether to stop. Asked twenty times a second.
    fn is_cancelled(&self) -> bool {
        false
    }
}

impl TreeObserver for () {}

/// Judges every file of a folder by its path and its comments.
///
/// `path` may be a single file. Hidden files are looked at, since agents are configured in such; `.git`,
/// `.sealbook` and the folders of other version control never are, links are not followed, and pipes, sockets
/// and devices are not opened. What cannot be read is counted, not an error.
///
/// A rule about comments matches only inside the comments of the file's language: a text in the code that
/// names a tool is no claim, nor is a file of a language that has no comments. The documentation at the top of a
/// Python module counts as a comment: by convention it says what the file is, and it is no data of the program.
/// Rules see the text without the comment's marks, as bytes: no look-alike letters are resolved and no
/// invisible ones removed, so that what is shown as evidence is what stands there. Such a trick hides a
/// comment; a claim on the grounds of a guess would be worse.
///
/// A claim's lines are those of the comment. They are all lines of the file only if the comment stands before all
/// code and says that the file was made so, or says how it was made and is set apart by a blank line, and does
/// not restrict itself to a part. A rule about paths gives a claim without lines.
///
/// # Errors
///
/// - [`Code::NotFound`], [`Code::PermissionDenied`] or [`Code::Io`]: `path` cannot be looked at.
/// - [`Code::InvalidArgument`]: no thread is asked for, or the catalogue's literals are too many.
/// - [`Code::Cancelled`]: [`TreeObserver::is_cancelled`] said so.
///
/// # Example
///
/// ```
/// use sealbook_attribution::{Catalogue, TreeOptions, scan_tree};
///
/// let folder = tempfile::tempdir()?;
/// std::fs::write(folder.path().join("main.rs"), "fn main() {}\n")?;
/// std::fs::write(folder.path().join("logo.png"), b"\x89PNG\0")?;
/// let report = scan_tree(folder.path(), &TreeOptions::default(), &Catalogue::built_in()?, &mut ())?;
/// assert_eq!((report.files.scanned, report.skipped.binary), (1, 1));
/// assert!(report.claims.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn scan_tree(
    path: impl AsRef<Path>,
    options: &TreeOptions,
    catalogue: &Catalogue,
    observer: &mut dyn TreeObserver,
) -> Result<TreeReport> {
    let path = path.as_ref();
    let metadata = std::fs::metadata(path).map_err(|error| Error::io(error, "scan", path))?;
    if metadata.is_dir() {
        // A folder that cannot be listed is an error only here.
        std::fs::read_dir(path).map_err(|error| Error::io(error, "scan", path))?;
    }
    if options.threads == Some(0) {
        return Err(Error::new(Code::InvalidArgument, "threads is 0, at least 1 is needed")
            .remedy("leave it out for one thread for each processor"));
    }
    walk::run(path, options, &Search::new(catalogue)?, observer)
}

#[cfg(test)]
#[path = "tree_tests.rs"]
mod tests;
