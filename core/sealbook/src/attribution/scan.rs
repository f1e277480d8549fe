//! What a history and the files say about AI, and recording it.

use super::history::{self, Reading};
use super::options::ScanOptions;
use super::recorder::Recorder;
use super::settings::{RulesInForce, in_force};
use super::tree;
use crate::ledger::Ledger;
use sealbook_attribution::{Claim, HistorySummary, Strength, TreeFiles, TreeReport};
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
            ..self
        }
    }

    fn with_tree(self, tree: TreeReport) -> Self {
        Self { files: Some(tree.files), claims: Some(tree.claims), ..self }
    }
}

impl Default for ScanReport {
    fn default() -> Self {
        Self {
            schema: Self::SCHEMA,
            commits: None,
            by_tool: None,
            by_strength: None,
            files: None,
            claims: None,
            recorded: None,
        }
    }
}

/// Reads the history of the git repository at or above `path`, the files below `path`, or both.
///
/// # Errors
/// `NOT_A_REPOSITORY`, `NOT_FOUND`, `PERMISSION_DENIED`, `INVALID_ARGUMENT` if the revision names no commit or `sealbook.toml` is not
/// understood, `GIT`, `CANCELLED`.
pub fn scan(path: &Path, options: &ScanOptions, progress: &Progress) -> Result<ScanReport> {
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
    /// As [`scan`], and records each commit as an entry of kind `commit` with its claims, and each claim about a file as one of kind
    /// `attribution`. What was recorded with the same claims before is not recorded again.
    ///
    /// # Errors
    /// As [`scan`] and [`Ledger::record_many`].
    pub fn scan(&self, path: &Path, options: &ScanOptions, progress: &Progress) -> Result<ScanReport> {
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

fn reading(options: &ScanOptions, rules: &RulesInForce) -> Reading {
    Reading {
        revision: options.revision.clone(),
        folders: 0,
        no_cache: options.no_cache,
        catalogue: rules.catalogue.clone(),
    }
}
