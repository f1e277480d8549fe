//! Reading a git history, and recording what it says about AI.

use crate::derived::derived_id;
use crate::ledger::Ledger;
use sealbook_attribution::{
    Commit, HistoryOptions, HistorySummary, Observer, Person, Strength, scan_history,
};
use sealbook_error::{Error, Result};
use sealbook_ledger::{EntryId, Time};
use sealbook_store::{Progress, Record};
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::Path;

/// Entries in one commit of the ledger.
const BATCH: usize = 1000;

/// What to scan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScanOptions {
    /// The commit to start from, `HEAD` if not given.
    pub revision: Option<String>,
}

/// What a scan found. Its JSON form is what every language and the command line return.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScanReport {
    /// `sealbook/scan/1`.
    pub schema: &'static str,
    /// How many commits, by what is known about them.
    pub commits: Commits,
    /// AI tools, each with the number of commits that have a claim for it.
    pub by_tool: BTreeMap<String, u64>,
    /// Commits with an AI claim, by the strongest one.
    pub by_strength: BTreeMap<Strength, u64>,
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

    fn new(summary: HistorySummary, recorded: Option<u64>) -> Self {
        let HistorySummary { total, ai, human_evidence, automation, unknown, .. } = summary;
        Self {
            schema: Self::SCHEMA,
            commits: Commits { total, ai, human_evidence, automation, unknown },
            by_tool: summary.by_tool,
            by_strength: summary.by_strength,
            recorded,
        }
    }
}

/// Reads the history of the git repository at or above `path`.
///
/// # Errors
/// `NOT_A_REPOSITORY`, `NOT_FOUND`, `PERMISSION_DENIED`, `INVALID_ARGUMENT` if the revision names no commit, `GIT`, `CANCELLED`.
pub fn scan(path: &Path, options: &ScanOptions, progress: &Progress) -> Result<ScanReport> {
    let mut watch = Watch { progress, done: 0, ledger: None };
    Ok(ScanReport::new(scan_history(path, &options.history(), &mut watch)?, None))
}

impl Ledger {
    /// Reads the history of the git repository at or above `path` and records each commit as an entry of kind `commit` with its claims. A
    /// commit that was recorded with the same claims before is not recorded again.
    ///
    /// # Errors
    /// As [`scan`] and [`Ledger::record_many`].
    pub fn scan(&self, path: &Path, options: &ScanOptions, progress: &Progress) -> Result<ScanReport> {
        let recorder = Recorder { ledger: self, batch: Vec::new(), recorded: 0, failed: None };
        let mut watch = Watch { progress, done: 0, ledger: Some(recorder) };
        let summary = scan_history(path, &options.history(), &mut watch);
        let mut recorder = watch.ledger.take();
        if let Some(error) = recorder.as_mut().and_then(|r| r.failed.take()) {
            return Err(error);
        }
        let summary = summary?;
        let recorded = recorder.map(Recorder::finish).transpose()?;
        Ok(ScanReport::new(summary, recorded))
    }
}

impl ScanOptions {
    fn history(&self) -> HistoryOptions {
        let options = HistoryOptions::default();
        match &self.revision {
            Some(revision) => options.revision(revision),
            None => options,
        }
    }
}

struct Watch<'a> {
    progress: &'a Progress,
    done: u64,
    ledger: Option<Recorder<'a>>,
}

impl Observer for Watch<'_> {
    fn commit(&mut self, commit: &Commit<'_>) {
        if let Some(recorder) = &mut self.ledger {
            recorder.add(commit);
        }
    }

    fn progress(&mut self, commits: u64) {
        let _ = self.progress.advance(commits - self.done);
        self.done = commits;
    }

    fn is_cancelled(&self) -> bool {
        self.progress.is_cancelled() || self.ledger.as_ref().is_some_and(|r| r.failed.is_some())
    }
}

struct Recorder<'a> {
    ledger: &'a Ledger,
    batch: Vec<Record>,
    recorded: u64,
    failed: Option<Error>,
}

impl Recorder<'_> {
    fn add(&mut self, commit: &Commit<'_>) {
        self.batch.push(record(commit));
        if self.batch.len() == BATCH && self.failed.is_none() {
            self.failed = self.flush().err();
        }
    }

    fn flush(&mut self) -> Result<()> {
        let (inner, mut new) = (self.ledger.inner()?, Vec::new());
        for record in self.batch.drain(..) {
            let id = record.id.as_deref().map(EntryId::parse).transpose()?;
            if id.map_or(Ok(None), |id| inner.store.find(id))?.is_none() {
                new.push(record);
            }
        }
        let size = inner.store.size()?;
        let recorded = self.ledger.record_many(&new)?;
        self.recorded += recorded.iter().filter(|entry| entry.header.seq >= size).count() as u64;
        Ok(())
    }

    fn finish(mut self) -> Result<u64> {
        self.flush()?;
        Ok(self.recorded)
    }
}

fn record(commit: &Commit<'_>) -> Record {
    let payload = json!({
        "actor": {"type": "service", "id": "sealbook"},
        "action": {"type": "scan"},
        "commit": commit.id,
        "attributions": commit.claims,
        "metadata": {
            "verdict": commit.verdict,
            "subject": shorten(&commit.subject),
            "parents": commit.parents,
            "author": person(&commit.author),
            "committer": person(&commit.committer),
        },
    })
    .to_string();
    // From the payload, so that a commit about which more is claimed than before is recorded anew.
    let time =
        Time::from_micros(commit.committer.time.seconds.saturating_mul(1_000_000)).unwrap_or(Time::EPOCH);
    let id = derived_id(time, "scan", payload.as_bytes()).to_string();
    Record { kind: "commit".to_owned(), payload: payload.into_bytes(), id: Some(id) }
}

/// A text of hostile length must not keep a commit from being recorded.
fn shorten(text: &str) -> String {
    const MOST: usize = 1000;
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}... ({} bytes)", text.get(..at).unwrap_or_default(), text.len()),
        None => text.to_owned(),
    }
}

fn person(person: &Person<'_>) -> serde_json::Value {
    json!({"name": shorten(&person.name), "email": shorten(&person.email), "time": person.time})
}
