//! What to read, and how to answer.

use sealbook_report::People;
use std::path::PathBuf;

/// What to scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanOptions {
    /// The commit to start from, `HEAD` if not given.
    pub revision: Option<String>,
    /// Read the commits.
    pub history: bool,
    /// Read the files of the folder.
    pub tree: bool,
    /// Read files that `.gitignore` excludes, too.
    pub no_ignore: bool,
    /// Read every commit, also those that an earlier scan remembered.
    pub no_cache: bool,
    /// Record what is found: each commit as an entry of kind `commit` with its claims, each claim about a file as one of kind `attribution`.
    /// What was recorded with the same claims before is not recorded again.
    pub record: bool,
}

impl Default for ScanOptions {
    fn default() -> Self {
        Self { revision: None, history: true, tree: false, no_ignore: false, no_cache: false, record: false }
    }
}

/// What to explain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WhyOptions {
    /// What the target is.
    pub target: Target,
    /// The version of the file to explain, `HEAD` if not given.
    pub revision: Option<String>,
}

/// What a target to explain is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Target {
    /// The commit that git understands it as, else the file of that path.
    #[default]
    Auto,
    /// A commit.
    Commit,
    /// A file.
    File,
}

/// What to count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatsOptions {
    /// The commit to start from, `HEAD` if not given.
    pub revision: Option<String>,
    /// How people appear.
    pub people: People,
    /// How many levels of folders are told apart; 0 leaves folders out.
    pub folders: u8,
    /// Read every commit, also those that an earlier scan remembered.
    pub no_cache: bool,
}

impl Default for StatsOptions {
    fn default() -> Self {
        Self { revision: None, people: People::default(), folders: 2, no_cache: false }
    }
}

/// What goes into a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportOptions {
    /// What to count.
    pub stats: StatsOptions,
    /// Read the files, too.
    pub tree: bool,
    /// The title; the repository's name if not given.
    pub title: Option<String>,
    /// The form.
    pub format: Format,
    /// The ledger to verify and speak of; that of the project at or above the path, if there is one, if not given.
    pub ledger: Option<PathBuf>,
}

impl Default for ReportOptions {
    fn default() -> Self {
        let stats = StatsOptions::default();
        Self { stats, tree: true, title: None, format: Format::Html, ledger: None }
    }
}

/// The form of a report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// One file that needs no network and no script.
    #[default]
    Html,
    /// Markdown, as code hosts show it.
    Markdown,
    /// The figures as JSON.
    Json,
}
