//! What an AI wrote: the calls that need no open ledger.

use crate::attribution_options::{ReportOptions, ScanOptions, StatsOptions, WhyOptions};
use crate::error::Result;
use crate::progress::{ProgressListener, run};
use sealbook_common::reply::{json, word};
use sealbook_common::sealbook;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Reads the history of the git repository at or above `path`, the files under `path`, or both, and says what they claim about AI. Nothing
/// is recorded, unless `record` is true in the options: then it goes to the ledger of the project at or above `path`.
///
/// Throws `NOT_A_REPOSITORY`, `NOT_FOUND`, `PERMISSION_DENIED`, `INVALID_ARGUMENT` if the revision names no commit or the options ask for
/// nothing, `GIT`, `CANCELLED`; with `record` as opening a ledger and `record` of it, too.
#[uniffi::export(default(options = None, listener = None))]
pub fn scan(
    path: String,
    options: Option<ScanOptions>,
    listener: Option<Arc<dyn ProgressListener>>,
) -> Result<ScanReport> {
    let (path, options) = (PathBuf::from(path), ScanOptions::read(options)?);
    Ok(run(listener, move |progress| sealbook::scan(&path, &options, progress))?.into())
}

/// Explains a commit or a file of the git repository at or above `path`, as JSON with the schema `sealbook/why/1`: its verdict, every claim
/// with the rule and the evidence behind it, and what contradicts what.
///
/// Throws `INVALID_ARGUMENT` if the target is neither, `NOT_FOUND` if the version has no such file, and as `scan`.
#[uniffi::export(default(options = None, listener = None))]
pub fn why(
    path: String,
    target: String,
    options: Option<WhyOptions>,
    listener: Option<Arc<dyn ProgressListener>>,
) -> Result<String> {
    let (path, options) = (PathBuf::from(path), options.map(Into::into).unwrap_or_default());
    Ok(json(&run(listener, move |progress| sealbook::why(&path, &target, &options, progress))?))
}

/// Counts what is known about the history of the git repository at or above `path`, as JSON with the schema `sealbook/stats/1`: by tool,
/// model, strength, person, folder and month. Beside every figure stands what is unknown.
///
/// Throws as `scan`.
#[uniffi::export(default(options = None, listener = None))]
pub fn stats(
    path: String,
    options: Option<StatsOptions>,
    listener: Option<Arc<dyn ProgressListener>>,
) -> Result<String> {
    let (path, options) = (PathBuf::from(path), options.map(Into::into).unwrap_or_default());
    Ok(json(&run(listener, move |progress| sealbook::stats(&path, &options, progress))?))
}

/// A report about the git repository at or above `path`, and about the ledger of the project there, as the text of one file.
///
/// Throws as `scan` and as opening a ledger.
#[uniffi::export(default(options = None, listener = None))]
pub fn report(
    path: String,
    options: Option<ReportOptions>,
    listener: Option<Arc<dyn ProgressListener>>,
) -> Result<String> {
    let (path, options) = (PathBuf::from(path), options.map(Into::into).unwrap_or_default());
    run(listener, move |progress| sealbook::report(&path, &options, progress))
}

/// The rules in force for `path`, as JSON: those that come with Sealbook, as the nearest `sealbook.toml` changes them.
///
/// Throws `INVALID_ARGUMENT` if that file is not understood, `PERMISSION_DENIED`, `IO`.
#[uniffi::export]
pub fn rules(path: &str) -> Result<String> {
    Ok(json(&sealbook::rules(Path::new(path))?))
}

/// The rules in force for `path` that match a text, wherever it might stand, as a JSON array.
///
/// Throws as `rules`.
#[uniffi::export]
pub fn test_rules(path: &str, text: &str) -> Result<String> {
    Ok(json(&sealbook::test_rules(Path::new(path), text)?))
}

/// What a scan found.
#[derive(Debug, Clone, uniffi::Record)]
pub struct ScanReport {
    /// How many commits, by what is known about them; absent if the history was not read, as the next two.
    pub commits: Option<Commits>,
    /// AI tools, each with the number of commits that have a claim for it.
    pub by_tool: Option<HashMap<String, u64>>,
    /// Commits with an AI claim, by the strongest one: `certain`, `high`, `medium`, `low`.
    pub by_strength: Option<HashMap<String, u64>>,
    /// How many files; absent if the files were not read, as the claims.
    pub files: Option<Files>,
    /// What the files claim, by path and line.
    pub claims: Option<Vec<Claim>>,
    /// Entries that were added to the ledger; absent if nothing was to be recorded.
    pub recorded: Option<u64>,
}

/// Commits by what is known about them; the last four sum to the total.
#[derive(Debug, Clone, uniffi::Record)]
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

/// How many files a scan saw.
#[derive(Debug, Clone, uniffi::Record)]
pub struct Files {
    /// Files that were read.
    pub scanned: u64,
    /// Files with a claim.
    pub flagged: u64,
    /// Files that were not read: binary, too large, unreadable, or no regular files.
    pub skipped: u64,
}

/// What a file claims.
#[derive(Debug, Clone, uniffi::Record)]
pub struct Claim {
    /// The file, with `/` between folders.
    pub path: Option<String>,
    /// The lines, ascending; none for the whole file.
    pub lines: Vec<LineRange>,
    /// The tool, such as `Claude Code`; `person` for a statement of human work.
    pub tool: String,
    /// Who makes the tool, where the rule knows it.
    pub vendor: Option<String>,
    /// The model, as the evidence names it.
    pub model: Option<String>,
    /// Who the claim is about: `ai`, `automation`, `human`.
    pub about: String,
    /// Where the evidence stands, such as `comment` or `file`.
    pub signal: String,
    /// The id of the rule.
    pub rule: String,
    /// How the knowledge came to us: `recorded`, `imported`, `claimed`, `inferred`.
    pub source: String,
    /// How much the claim is worth: `certain`, `high`, `medium`, `low`.
    pub strength: String,
    /// The matched text.
    pub evidence: String,
}

/// Lines of a file, counted from 1, both ends included.
#[derive(Debug, Clone, uniffi::Record)]
pub struct LineRange {
    /// The first line.
    pub first: u32,
    /// The last line.
    pub last: u32,
}

impl From<sealbook::ScanReport> for ScanReport {
    fn from(report: sealbook::ScanReport) -> Self {
        let commits = |commits: sealbook::Commits| Commits {
            total: commits.total,
            ai: commits.ai,
            human_evidence: commits.human_evidence,
            automation: commits.automation,
            unknown: commits.unknown,
        };
        let files = |files: sealbook::TreeFiles| Files {
            scanned: files.scanned,
            flagged: files.flagged,
            skipped: files.skipped,
        };
        Self {
            commits: report.commits.map(commits),
            by_tool: report.by_tool.map(|tools| tools.into_iter().collect()),
            by_strength: report
                .by_strength
                .map(|counts| counts.into_iter().map(|(strength, n)| (word(&strength), n)).collect()),
            files: report.files.map(files),
            claims: report.claims.map(|claims| claims.into_iter().map(Claim::from).collect()),
            recorded: report.recorded,
        }
    }
}

impl From<sealbook::Claim> for Claim {
    fn from(claim: sealbook::Claim) -> Self {
        let range = |lines: sealbook::Lines| LineRange { first: lines.start, last: lines.end };
        Self {
            path: claim.path,
            lines: claim.lines.into_iter().map(range).collect(),
            tool: claim.tool,
            vendor: claim.vendor,
            model: claim.model,
            about: word(&claim.class),
            signal: word(&claim.signal),
            rule: claim.rule,
            source: word(&claim.source),
            strength: word(&claim.strength),
            evidence: claim.evidence,
        }
    }
}
