//! What to read about AI, and how to answer, as records of the generated code.

use crate::error::Result;
use sealbook_common::request;
use sealbook_common::sealbook::{self, Format, People, Target};

/// What to scan.
#[derive(Debug, Clone, Default, uniffi::Record)]
pub struct ScanOptions {
    /// The commit to start from; `HEAD` if not given.
    #[uniffi(default = None)]
    pub revision: Option<String>,
    /// Read the commits. If not given, they are read unless only the tree is asked for.
    #[uniffi(default = None)]
    pub history: Option<bool>,
    /// Read the files.
    #[uniffi(default = false)]
    pub tree: bool,
    /// Read files that `.gitignore` excludes, too.
    #[uniffi(default = false)]
    pub no_ignore: bool,
    /// Read every commit, also those that an earlier scan remembered.
    #[uniffi(default = false)]
    pub no_cache: bool,
    /// Record what is found: each commit as an entry of kind `commit`, each claim about a file as one of kind `attribution`. What was
    /// recorded with the same claims before is not recorded again.
    #[uniffi(default = false)]
    pub record: bool,
}

impl ScanOptions {
    pub(crate) fn read(options: Option<Self>) -> Result<sealbook::ScanOptions> {
        let Self { revision, history, tree, no_ignore, no_cache, record } = options.unwrap_or_default();
        let history = request::reads_history(history, tree, revision.is_some())?;
        Ok(sealbook::ScanOptions { revision, history, tree, no_ignore, no_cache, record })
    }
}

/// What to explain.
#[derive(Debug, Clone, uniffi::Record)]
pub struct WhyOptions {
    /// What the target is; found out if not given.
    #[uniffi(default = None)]
    pub kind: Option<TargetKind>,
    /// The version of the file to explain; `HEAD` if not given.
    #[uniffi(default = None)]
    pub revision: Option<String>,
}

impl From<WhyOptions> for sealbook::WhyOptions {
    fn from(options: WhyOptions) -> Self {
        let target = options.kind.map_or(Target::Auto, |kind| match kind {
            TargetKind::Auto => Target::Auto,
            TargetKind::Commit => Target::Commit,
            TargetKind::File => Target::File,
        });
        Self { target, revision: options.revision }
    }
}

/// What a target to explain is.
#[derive(Debug, Clone, Copy, uniffi::Enum)]
pub enum TargetKind {
    /// The commit that git understands it as, else the file of that path.
    Auto,
    /// A commit.
    Commit,
    /// A file.
    File,
}

/// What to count.
#[derive(Debug, Clone, uniffi::Record)]
pub struct StatsOptions {
    /// The commit to start from; `HEAD` if not given.
    #[uniffi(default = None)]
    pub revision: Option<String>,
    /// How people appear; by a pseudonym if not given.
    #[uniffi(default = None)]
    pub people: Option<PeopleAs>,
    /// How many levels of folders are told apart; 0 leaves folders out.
    #[uniffi(default = 2)]
    pub folders: u8,
    /// Read every commit, also those that an earlier scan remembered.
    #[uniffi(default = false)]
    pub no_cache: bool,
}

impl From<StatsOptions> for sealbook::StatsOptions {
    fn from(options: StatsOptions) -> Self {
        let StatsOptions { revision, people, folders, no_cache } = options;
        Self { revision, people: people.map(People::from).unwrap_or_default(), folders, no_cache }
    }
}

/// How people appear.
#[derive(Debug, Clone, Copy, uniffi::Enum)]
pub enum PeopleAs {
    /// By name and address.
    Full,
    /// By a pseudonym.
    Hashed,
    /// Not at all.
    Omitted,
}

impl From<PeopleAs> for People {
    fn from(people: PeopleAs) -> Self {
        match people {
            PeopleAs::Full => People::Full,
            PeopleAs::Hashed => People::Hashed,
            PeopleAs::Omitted => People::None,
        }
    }
}

/// What goes into a report.
#[derive(Debug, Clone, uniffi::Record)]
pub struct ReportOptions {
    /// What to count; all of the history if not given.
    #[uniffi(default = None)]
    pub stats: Option<StatsOptions>,
    /// Read the files, too.
    #[uniffi(default = true)]
    pub tree: bool,
    /// The title; the repository's name if not given.
    #[uniffi(default = None)]
    pub title: Option<String>,
    /// The form; HTML if not given.
    #[uniffi(default = None)]
    pub format: Option<ReportFormat>,
    /// The ledger to verify and speak of; if not given, that of the project at or above the path, if there is one.
    #[uniffi(default = None)]
    pub ledger: Option<String>,
}

impl From<ReportOptions> for sealbook::ReportOptions {
    fn from(options: ReportOptions) -> Self {
        let ReportOptions { stats, tree, title, format, ledger } = options;
        let format = format.map_or(Format::Html, |format| match format {
            ReportFormat::Html => Format::Html,
            ReportFormat::Markdown => Format::Markdown,
            ReportFormat::Json => Format::Json,
        });
        let stats = stats.map(Into::into).unwrap_or_default();
        Self { stats, tree, title, format, ledger: ledger.map(Into::into) }
    }
}

/// The form of a report.
#[derive(Debug, Clone, Copy, uniffi::Enum)]
pub enum ReportFormat {
    /// One file that needs no network and no script.
    Html,
    /// Markdown, as code hosts show it.
    Markdown,
    /// The figures as JSON.
    Json,
}
