//! What the modules share: ledgers to damage, raw access to their tables, and child processes.

mod child;
mod raw;

pub(crate) use child::{Child, role};
pub(crate) use raw::{Cell, Table, Tables};

use sealbook::{Error, Expected, FaultKind, Ledger, OpenOptions, Progress, Record, Report, Result};
use std::path::{Path, PathBuf};

/// A folder that is gone with the test, in memory where the system has a place for that.
pub(crate) fn scratch() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory).unwrap() } else { tempfile::tempdir().unwrap() }
}

pub(crate) fn making() -> OpenOptions {
    OpenOptions { create: true, ..OpenOptions::default() }
}

pub(crate) fn reading() -> OpenOptions {
    OpenOptions { read_only: true, ..OpenOptions::default() }
}

/// The files of a project's ledger.
pub(crate) fn database(project: &Path) -> PathBuf {
    project.join(".sealbook/ledger.db")
}

pub(crate) fn write_ahead_log(project: &Path) -> PathBuf {
    project.join(".sealbook/ledger.db-wal")
}

pub(crate) fn head_mark(project: &Path) -> PathBuf {
    project.join(".sealbook/head")
}

/// A record unlike its neighbours in kind, actor, specification and files.
pub(crate) fn varied(n: usize) -> Record {
    let kind = ["commit", "ai_assistance", "human_review", "custom.note.v-1", "validation"][n % 5];
    let actor = ["human", "ai", "service"][n % 3];
    let files: Vec<_> = (0..n % 3)
        .map(|f| 4 * f) // no two names that differ in one bit that is flipped
        .map(|f| serde_json::json!({"path": format!("src/module_{n}/ünï_{f}.rs"), "change": "modified"}))
        .collect();
    let mut payload = serde_json::json!({
        "actor": {"type": actor, "id": format!("{actor}-{}", n % 7)},
        "action": {"type": "edit", "description": "one of many \u{1f980}"},
        "files": files,
        "metrics": {"share": n as f64 / 7.0, "n": n, "none": null},
    });
    if !n.is_multiple_of(4) {
        payload["spec"] = format!("FEAT-{}", n % 6).into();
    }
    Record::new(kind, payload.to_string())
}

/// A project whose ledger has `count` varied entries behind the genesis and an index that covers all, with every handle closed.
pub(crate) fn project(count: usize) -> tempfile::TempDir {
    let folder = scratch();
    let ledger = Ledger::open(folder.path(), &making()).unwrap();
    let records: Vec<Record> = (1..=count).map(varied).collect();
    records.chunks(37).for_each(|batch| assert_eq!(ledger.record_many(batch).unwrap().len(), batch.len()));
    ledger.reindex(&Progress::default()).unwrap();
    assert_intact(&verify(folder.path()).unwrap(), count as u64 + 1);
    folder
}

/// Opens the ledger anew, for reading, and verifies it, as somebody does who comes later.
pub(crate) fn verify(project: &Path) -> Result<Report> {
    Ledger::open(project, &reading())?.verify(&Expected::default(), &Progress::default())
}

/// All entries as they are exported.
pub(crate) fn content(project: &Path) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    Ledger::open(project, &reading())?.export(&mut out, &Progress::default())?;
    Ok(out)
}

pub(crate) fn has(report: &Report, seq: u64, kind: FaultKind) -> bool {
    !report.is_intact() && report.faults.iter().any(|f| (f.seq, f.kind) == (seq, kind))
}

pub(crate) fn assert_intact(report: &Report, entries: u64) {
    assert!(report.is_intact(), "{:#?}", report.faults);
    assert_eq!(report.entries, entries);
}

/// An error that names the path and says what to do.
pub(crate) fn assert_helpful(error: &Error, path: &Path) {
    let message = error.message();
    assert!(message.contains(&path.display().to_string()), "no path in: {message}");
    assert!(message.split_once("; ").is_some_and(|(_, remedy)| remedy.len() > 10), "no remedy in: {message}");
}

/// Copies the files of a project's ledger that outlive its handles.
pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to.join(".sealbook")).unwrap();
    for file in [database, write_ahead_log, head_mark] {
        std::fs::copy(file(from), file(to)).unwrap();
    }
}

/// Numbers that look random and are the same in every run.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}
