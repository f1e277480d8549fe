//! What a history and the files say about AI, and recording it.

use super::history::{self, Reading};
use super::options::ScanOptions;
use super::recorder::Recorder;
use super::settings::{RulesInForce, in_force};
use super::tree;
use crate::ledger::{Ledger, OpenOptions};
use crate::project::project_of;
use sealbook_attribution::{
    Claim, HistorySummary, Skipped, SkippedFile, Strength, TreeFiles, TreeReport, Unreadable,
};
use sealbook_error::Result;
use sealbook_store::Progress;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

/// What a scan found. Its JSON form is what every language and the command line return.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScanReport {
    /// `sealbook/scan/1`.
    pub schema: &'static str,
    /// How many commits, by what is known about them; absent if the history was not read, as the next two.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commits: Option<Commits>,
    /// AI tools, each with the number of commits that have a claim for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_tool: Option<BTreeMap<String, u64>>,
    /// Commits with an AI claim, by the strongest one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_strength: Option<BTreeMap<Strength, u64>>,
    /// What of the history could not be read, and so is in no figure; absent if there was nothing of the kind, as all that follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unreadable: Option<Unreadable>,
    /// Records of Agent Trace that could not be read, by kind.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub unreadable_records: BTreeMap<&'static str, u64>,
    /// Files that were not judged in full, by reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skipped: Option<Skipped>,
    /// Their paths, each with its reason.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub skipped_files: Vec<SkippedFile>,
    /// How many files; absent if the files were not read, as the claims.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files: Option<TreeFiles>,
    /// What the files claim, by path and line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claims: Option<Vec<Claim>>,
    /// Entries that were added to the ledger; absent if nothing was to be recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recorded: Option<u64>,
}

/// Commits by what is known about them; they sum to the total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Commits {
    /// All commits.
    pub total: u64,
    /// With an AI claim of strength medium or better.
    pub ai: u64,
    /// With a person's explicit statement of human work.
    pub human_evidence: u64,
    /// By a bot that is not AI.
    pub automation: u64,
    /// Without any of these. Never to be read as human.
    pub unknown: u64,
}

impl ScanReport {
    /// The version of the JSON form.
    pub const SCHEMA: &'static str = "sealbook/scan/1";

    fn with_history(self, summary: HistorySummary) -> Self {
        let HistorySummary { total, ai, human_evidence, automation, unknown, .. } = summary;
        Self {
            commits: Some(Commits { total, ai, human_evidence, automation, unknown }),
            by_tool: Some(summary.by_tool),
            by_strength: Some(summary.by_strength),
            unreadable: Some(summary.unreadable).filter(|unreadable| !unreadable.is_empty()),
            unreadable_records: summary.unreadable_records,
            ..self
        }
    }

    fn with_tree(self, tree: TreeReport) -> Self {
        Self {
            files: Some(tree.files),
            claims: Some(tree.claims),
            skipped: Some(tree.skipped).filter(|skipped| skipped.total() > 0),
            skipped_files: tree.skipped_files,
            ..self
        }
    }
}

impl Default for ScanReport {
    fn default() -> Self {
        Self {
            schema: Self::SCHEMA,
            commits: None,
            by_tool: None,
            by_strength: None,
            unreadable: None,
            unreadable_records: BTreeMap::new(),
            skipped: None,
            skipped_files: Vec::new(),
            files: None,
            claims: None,
            recorded: None,
        }
    }
}

/// Reads the history of the git repository at or above `path`, the files below `path`, or both. With
/// [`record`](ScanOptions::record), what is found goes to the ledger of the project at or above `path`, which must be there.
///
/// # Errors
/// `NOT_A_REPOSITORY`, `NOT_FOUND`, `PERMISSION_DENIED`, `INVALID_ARGUMENT` if the revision names no commit or `sealbook.toml` is not
/// understood, `GIT`, `CANCELLED`; if it records, also as [`Ledger::open`] and [`Ledger::record_many`].
///
/// # Example
///
/// ```
/// use sealbook::{Code, Progress, ScanOptions, scan};
///
/// let folder = tempfile::tempdir()?;
/// std::fs::write(folder.path().join("a.py"), "# Generated by Claude Code\n")?;
/// let files = ScanOptions { history: false, tree: true, ..ScanOptions::default() };
/// let report = scan(folder.path(), &files, &Progress::default()).unwrap();
/// assert_eq!((report.claims.unwrap().len(), report.recorded), (1, None));
///
/// let error = scan(folder.path(), &ScanOptions { record: true, ..files }, &Progress::default()).unwrap_err();
/// assert_eq!(error.code(), Code::NotAProject);
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn scan(path: &Path, options: &ScanOptions, progress: &Progress) -> Result<ScanReport> {
    if options.record {
        return Ledger::open(project_of(path), &OpenOptions::default())?.scan(path, options, progress);
    }
    let rules = in_force(path)?;
    let mut report = ScanReport::default();
    if options.history {
        report = report.with_history(history::summary(path, &reading(options, &rules), progress)?);
    }
    if options.tree {
        report = report.with_tree(tree::scan(path, options.no_ignore, &rules.catalogue, progress)?);
    }
    Ok(report)
}

impl Ledger {
    /// As [`scan`]; with [`record`](ScanOptions::record), what is found goes to this ledger.
    ///
    /// # Errors
    /// As [`scan`], `CLOSED`, and with `record` as [`Ledger::record_many`].
    ///
    /// # Example
    ///
    /// ```
    /// use sealbook::{Ledger, OpenOptions, Progress, ScanOptions};
    ///
    /// let folder = tempfile::tempdir()?;
    /// std::fs::write(folder.path().join("a.py"), "# Generated by Claude Code\n")?;
    /// let ledger = Ledger::in_memory(&OpenOptions::default()).unwrap();
    /// let files = ScanOptions { history: false, tree: true, ..ScanOptions::default() };
    /// assert_eq!(ledger.scan(folder.path(), &files, &Progress::default()).unwrap().recorded, None);
    /// let recording = ScanOptions { record: true, ..files };
    /// assert_eq!(ledger.scan(folder.path(), &recording, &Progress::default()).unwrap().recorded, Some(1));
    /// assert_eq!(ledger.scan(folder.path(), &recording, &Progress::default()).unwrap().recorded, Some(0));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn scan(&self, path: &Path, options: &ScanOptions, progress: &Progress) -> Result<ScanReport> {
        self.inner()?;
        if !options.record {
            return scan(path, options, progress);
        }
        let rules = in_force(path)?;
        let mut recorder = Recorder::new(self);
        let mut report = ScanReport::default();
        if options.history {
            let reading = reading(options, &rules);
            let read = history::read(path, &reading, progress, &mut |commit| recorder.commit(commit));
            report = report.with_history(read?);
        }
        if options.tree {
            report = report.with_tree(tree::scan(path, options.no_ignore, &rules.catalogue, progress)?);
            report.claims.iter().flatten().try_for_each(|claim| recorder.claim(claim))?;
        }
        report.recorded = Some(recorder.finish()?);
        Ok(report)
    }
}

pub(super) fn reading(options: &ScanOptions, rules: &RulesInForce) -> Reading {
    Reading {
        revision: options.revision.clone(),
        folders: 0,
        no_cache: options.no_cache,
        catalogue: rules.catalogue.clone(),
    }
}
