//! A ledger that somebody else wrote, whole and sound, and entries that only Sealbook writes.

use crate::support::{assert_intact, copy, has, making, project, reading, scratch, varied, verify};
use sealbook::{Code, Expected, FaultKind, Hash, Ledger, OpenOptions, Progress, Record, Report};
use std::path::Path;

fn with_origin(origin: &str) -> OpenOptions {
    OpenOptions { origin: Some(origin.to_owned()), ..making() }
}

/// A ledger of `count` entries behind the genesis.
fn ledger(origin: &str, count: usize) -> tempfile::TempDir {
    let folder = scratch();
    let ledger = Ledger::open(folder.path(), &with_origin(origin)).unwrap();
    ledger.record_many(&(0..count).map(varied).collect::<Vec<_>>()).unwrap();
    folder
}

fn verify_for(project: &Path, expected: &Expected) -> Report {
    Ledger::open(project, &reading()).unwrap().verify(expected, &Progress::default()).unwrap()
}

#[test]
fn a_whole_foreign_ledger_is_noticed_when_the_origin_is_known() {
    let (ours, theirs) = (ledger("example.org/ours", 20), ledger("example.org/theirs", 30));
    copy(theirs.path(), ours.path());
    let error = Ledger::open(ours.path(), &with_origin("example.org/ours")).unwrap_err();
    assert_eq!(error.code(), Code::OriginMismatch);
    assert!(
        error.message().contains("example.org/ours") && error.message().contains("example.org/theirs"),
        "{error}"
    );
    let expected = Expected { origin: Some("example.org/ours".to_owned()), ..Expected::default() };
    assert!(has(&verify_for(ours.path(), &expected), 0, FaultKind::Genesis));
}

#[test]
fn a_foreign_ledger_put_under_the_old_head_mark_is_noticed_without_an_origin() {
    let (ours, theirs) = (ledger("example.org/one", 20), ledger("example.org/one", 30));
    let mark = std::fs::read(crate::support::head_mark(ours.path())).unwrap();
    copy(theirs.path(), ours.path());
    std::fs::write(crate::support::head_mark(ours.path()), mark).unwrap();
    assert!(has(&verify(ours.path()).unwrap(), 20, FaultKind::Tree));
}

#[test]
fn a_ledger_written_anew_is_noticed_when_a_root_is_known_and_else_the_report_says_so() {
    let (ours, theirs) = (ledger("example.org/one", 20), ledger("example.org/one", 30));
    let before = verify(ours.path()).unwrap();
    copy(theirs.path(), ours.path());
    let report = verify(ours.path()).unwrap();
    assert_intact(&report, 31);
    assert!(report.not_checked.iter().any(|line| line.starts_with("rewriting:")));
    let known = Expected { size: Some(before.entries), root: before.root, ..Expected::default() };
    let report = verify_for(ours.path(), &known);
    assert!(has(&report, 20, FaultKind::Tree), "{report:#?}");
    assert!(!report.not_checked.iter().any(|line| line.starts_with("rewriting:")));
}

#[test]
fn a_ledger_shorter_than_the_size_that_the_verifier_knows_is_truncated() {
    let ours = ledger("example.org/one", 20);
    let known = Expected { size: Some(25), root: Some(Hash::ZERO), ..Expected::default() };
    assert!(has(&verify_for(ours.path(), &known), 21, FaultKind::Truncated));
}

#[test]
fn callers_cannot_record_the_entries_that_control_a_ledger() {
    let folder = project(3);
    let ledger = Ledger::open(folder.path(), &making()).unwrap();
    for kind in ["sys", "sys.genesis", "sys.erasure", "sys.prune", "sys.key", "sys.anchor", "sys.anything"] {
        let error = ledger.record(Record::new(kind, r#"{"before":"3"}"#)).unwrap_err();
        assert_eq!(error.code(), Code::ReservedKind, "{kind}");
        let batch = [varied(1), Record::new(kind, "{}")];
        assert_eq!(ledger.record_many(&batch).unwrap_err().code(), Code::ReservedKind, "{kind}");
    }
    assert_eq!(ledger.size().unwrap(), 4);
    // A kind that only looks like one of them is a caller's.
    ledger.record(Record::new("system", "{}")).unwrap();
}
