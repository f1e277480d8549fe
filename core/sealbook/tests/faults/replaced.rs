//! Another program that replaces the log under an open ledger: what is written then would be lost, so that it is not acknowledged.
#![cfg(unix)]

use crate::support::{assert_helpful, assert_intact, making, scratch, varied, verify, write_ahead_log};
use sealbook::{Code, Ledger};
use std::path::Path;

/// Puts a copy in the place of the log, as a backup program does that writes files anew.
fn replace_log(project: &Path) {
    let (log, away) = (write_ahead_log(project), project.join("away"));
    std::fs::rename(&log, &away).unwrap();
    std::fs::copy(&away, &log).unwrap();
}

fn assert_poisoned(ledger: &Ledger, project: &Path) {
    for _ in 0..3 {
        let error = ledger.record(varied(9)).unwrap_err();
        assert_eq!(error.code(), Code::LedgerPoisoned);
        assert_helpful(&error, project);
    }
}

#[test]
fn nothing_is_acknowledged_after_the_log_was_replaced() {
    let folder = scratch();
    let ledger = Ledger::open(folder.path(), &making()).unwrap();
    (1..=5).for_each(|n| assert_eq!(ledger.record(varied(n)).unwrap().header.seq, n as u64));
    replace_log(folder.path());
    assert_poisoned(&ledger, folder.path());
    // Not even when the file is back: what was written meanwhile may have gone to either.
    std::fs::rename(folder.path().join("away"), write_ahead_log(folder.path())).unwrap();
    assert_poisoned(&ledger, folder.path());
    drop(ledger);
    let report = verify(folder.path()).unwrap();
    assert!(report.is_intact() && report.entries >= 6, "{report:#?}");
}

#[test]
fn nothing_is_acknowledged_if_the_log_was_replaced_before_the_first_record() {
    let folder = scratch();
    let first = Ledger::open(folder.path(), &making()).unwrap();
    first.record(varied(1)).unwrap();
    drop(first);
    let ledger = Ledger::open(folder.path(), &making()).unwrap();
    replace_log(folder.path());
    assert_poisoned(&ledger, folder.path());
    drop(ledger);
    assert_intact(&verify(folder.path()).unwrap(), 2);
}

#[test]
fn nothing_is_acknowledged_after_the_log_was_deleted() {
    let folder = scratch();
    let ledger = Ledger::open(folder.path(), &making()).unwrap();
    ledger.record(varied(1)).unwrap();
    std::fs::remove_file(write_ahead_log(folder.path())).unwrap();
    assert_poisoned(&ledger, folder.path());
}

#[test]
fn a_ledger_opened_anew_after_its_log_was_replaced_has_everything_acknowledged_and_goes_on() {
    let folder = scratch();
    let ledger = Ledger::open(folder.path(), &making()).unwrap();
    ledger.record(varied(1)).unwrap();
    replace_log(folder.path());
    assert_poisoned(&ledger, folder.path());
    drop(ledger);
    let again = Ledger::open(folder.path(), &making()).unwrap();
    assert_eq!(again.record(varied(2)).unwrap().header.seq, 2);
    assert_intact(&verify(folder.path()).unwrap(), 3);
}
