//! Agent Trace records of small repositories.

use super::Traces;
use crate::common::Repository;
use crate::{Catalogue, Claim, Class, Extent, Lines, Source};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;

const RULE: &str = r#"{"version": 1, "rules": [{"id": "agent-trace/record", "tool": "other agent", "class": "ai",
    "signal": "trace", "strength": "high", "false_positives": "", "source": "", "examples": [],
    "counterexamples": []}]}"#;

fn record(revision: Option<&str>, path: &str, (start, end): (u32, u32), kind: &str) -> Value {
    let mut record = json!({
        "version": "0.1.0", "id": "550e8400-e29b-41d4-a716-446655440000", "timestamp": "2026-01-23T14:30:00Z",
        "tool": {"name": "claude-code"},
        "files": [{"path": path, "conversations": [{
            "contributor": {"type": kind, "model_id": "anthropic/claude-opus-4-5"},
            "ranges": [{"start_line": start, "end_line": end}],
        }]}],
    });
    if let Some(revision) = revision {
        record["vcs"] = json!({"type": "git", "revision": revision});
    }
    record
}

/// A repository with `a.rs` of ten lines, and its commit.
fn repository() -> (Repository, String) {
    let repository = Repository::new();
    std::fs::write(repository.path().join("a.rs"), "line\n".repeat(10)).unwrap();
    repository.git(&["add", "."]);
    let id = repository.commit("file");
    (repository, id)
}

fn write(repository: &Repository, name: &str, records: &[Value]) {
    let folder = repository.path().join(".agent-trace");
    std::fs::create_dir_all(&folder).unwrap();
    let lines: Vec<_> = records.iter().map(Value::to_string).collect();
    std::fs::write(folder.join(name), lines.join("\n")).unwrap();
}

fn try_open(path: &Path) -> Option<Traces> {
    Traces::open(path, &Arc::new(Catalogue::read(&[RULE]).unwrap())).unwrap()
}

fn open(repository: &Repository) -> Traces {
    try_open(repository.path()).unwrap()
}

fn kind(claim: &Claim) -> Option<&'static str> {
    claim.invalid.as_ref().map(|invalid| invalid.kind)
}

fn lines(claim: &Claim) -> Vec<(u32, u32)> {
    claim.lines.iter().map(|Lines { start, end }| (*start, *end)).collect()
}

#[test]
fn a_record_claims_lines_of_the_commit_that_it_names() {
    let (repository, id) = repository();
    let records = [
        record(Some(&id.to_uppercase()), "a.rs", (1, 4), "ai"),
        record(Some(&id), "a.rs", (5, 5), "human"),
        record(Some(&id), "a.rs", (6, 7), "mixed"),
        record(Some(&id), "a.rs", (8, 8), "unknown"),
    ];
    write(&repository, "traces.jsonl", &records);
    let traces = open(&repository);
    let claims = traces.claims(&id).unwrap();
    let told: Vec<_> = claims.iter().map(|c| (c.tool.as_str(), c.class, c.extent, lines(c))).collect();
    assert_eq!(
        told,
        [
            ("Claude Code", Class::Ai, Extent::Whole, vec![(1, 4)]),
            ("person", Class::Human, Extent::Whole, vec![(5, 5)]),
            ("Claude Code", Class::Ai, Extent::Part, vec![(6, 7)]),
        ]
    );
    assert_eq!(claims[0].model.as_deref(), Some("anthropic/claude-opus-4-5"));
    assert_eq!((claims[0].source, claims[0].path.as_deref()), (Source::Imported, Some("a.rs")));
    let evidence = ".agent-trace/traces.jsonl line 1, record 550e8400-e29b-41d4-a716-446655440000";
    assert_eq!(claims[0].evidence, evidence);
    assert_eq!(traces.len(), 4);
}

#[test]
fn what_cannot_be_true_of_a_commit_has_its_reason() {
    let (repository, id) = repository();
    let nowhere = id.replace(|_: char| true, "0");
    let blob = repository.git(&["rev-parse", "HEAD:a.rs"]);
    let records = [
        record(Some(&id), "a.rs", (8, 11), "ai"),
        record(Some(&id), "gone.rs", (1, 1), "ai"),
        record(Some(&id), "a.rs", (5, 4), "ai"),
        record(Some(&nowhere), "a.rs", (1, 1), "ai"),
        record(Some(&blob), "a.rs", (1, 1), "ai"),
        record(Some("HEAD"), "a.rs", (1, 1), "ai"),
        record(Some(&id[..10]), "a.rs", (1, 1), "ai"),
    ];
    write(&repository, "traces.jsonl", &records);
    let traces = open(&repository);
    let kinds: Vec<_> = traces.claims(&id).unwrap().iter().map(kind).collect();
    assert_eq!(kinds, [Some("past_end"), Some("no_such_file"), Some("inverted_range")]);
    for revision in [&*nowhere, &blob, "head", &id[..10]] {
        assert_eq!(kind(&traces.claims(revision).unwrap()[0]), Some("no_such_commit"), "{revision}");
    }
}

#[test]
fn a_record_without_a_revision_is_held_against_the_folder_and_nothing_outside_of_it() {
    let (repository, _) = repository();
    let outside = repository.beside("outside.rs");
    std::fs::write(&outside, "one\n").unwrap();
    std::fs::write(repository.path().join("new.rs"), "one\ntwo\n").unwrap();
    std::os::unix::fs::symlink(&outside, repository.path().join("link.rs")).unwrap();
    std::os::unix::fs::symlink(repository.beside(""), repository.path().join("up")).unwrap();
    let paths =
        ["new.rs", "gone.rs", "link.rs", "up/outside.rs", "../outside.rs", outside.to_str().unwrap(), ""];
    let records: Vec<_> = paths.iter().map(|path| record(None, path, (2, 2), "ai")).collect();
    write(&repository, "traces.jsonl", &records);
    let traces = open(&repository);
    let kinds: Vec<_> = traces.folder().iter().map(kind).collect();
    let (absent, no_file) = (Some("no_such_file"), Some("not_a_file"));
    assert_eq!(kinds, [None, absent, no_file, no_file, absent, absent, absent]);
    assert!(traces.folder().iter().all(|claim| claim.commit.is_none()));
}

#[test]
fn what_is_no_record_is_listed_with_file_and_line() {
    let (repository, id) = repository();
    write(&repository, "traces.jsonl", &[json!({}), record(Some(&id), "a.rs", (1, 1), "ai")]);
    write(&repository, "one.json", &[json!([])]);
    write(&repository, "ledgers.jsonl", &[json!({})]);
    let traces = open(&repository);
    let faults: Vec<_> = traces.faults().iter().map(|fault| (fault.file.as_str(), fault.line)).collect();
    assert_eq!(faults, [(".agent-trace/one.json", 1), (".agent-trace/traces.jsonl", 1)]);
    assert_eq!(traces.claims(&id).unwrap().len(), 1);
}

#[test]
fn records_of_other_systems_claim_nothing() {
    let (repository, id) = repository();
    let mut jj = record(Some(&id), "a.rs", (1, 1), "ai");
    jj["vcs"]["type"] = json!("jj");
    write(&repository, "traces.jsonl", &[jj]);
    let traces = open(&repository);
    assert_eq!((traces.other_systems(), traces.claims(&id), traces.folder().len()), (1, None, 0));
}

#[test]
fn a_bare_repository_has_the_records_of_its_head() {
    let (repository, id) = repository();
    write(&repository, "traces.jsonl", &[record(Some(&id), "a.rs", (1, 1), "ai")]);
    repository.git(&["add", "."]);
    repository.commit("records");
    let bare = repository.beside("bare");
    repository.git(&["clone", "-q", "--bare", ".", bare.to_str().unwrap()]);
    let traces = try_open(&bare).unwrap();
    assert_eq!(traces.claims(&id).unwrap().iter().map(kind).collect::<Vec<_>>(), [None]);
}

#[test]
fn a_folder_that_is_a_link_is_not_followed_and_none_is_no_fault() {
    let (repository, id) = repository();
    assert!(try_open(repository.path()).is_none());
    let other = Repository::new();
    write(&other, "traces.jsonl", &[record(Some(&id), "a.rs", (1, 1), "ai")]);
    std::os::unix::fs::symlink(other.path().join(".agent-trace"), repository.path().join(".agent-trace"))
        .unwrap();
    assert!(try_open(repository.path()).is_none());
}

#[test]
fn records_that_cannot_be_read_are_counted_by_a_scan() {
    use crate::{ClaimSource as _, HistoryOptions, scan_history};
    let (repository, _) = repository();
    std::fs::create_dir_all(repository.path().join(".agent-trace")).unwrap();
    std::fs::write(repository.path().join(".agent-trace/traces.jsonl"), "{\n{}\nnothing\n").unwrap();
    let traces = open(&repository);
    let unreadable = traces.unreadable();
    assert_eq!(unreadable.values().sum::<u64>(), 3);
    let options = HistoryOptions::default().source(Arc::new(traces));
    let summary = scan_history(repository.path(), &options, &mut ()).unwrap();
    assert_eq!(summary.unreadable_records, unreadable);
    assert_eq!((summary.total, summary.unknown), (1, 1));
}
