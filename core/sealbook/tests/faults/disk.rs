//! A full disk: the error says so, nothing is half written, and the ledger goes on when there is space again.
#![cfg(target_os = "linux")]

use crate::support::{Child, assert_helpful, assert_intact, making, role, verify};
use sealbook::{Code, Error, Expected, Ledger, Progress, Record};
use std::path::Path;
use std::process::Command;

fn large() -> Record {
    Record::new("custom.large", format!(r#"{{"metadata":{{"text":"{}"}}}}"#, "x".repeat(50_000)))
}

/// Records until that fails; returns how many were acknowledged, and the error.
fn fill(ledger: &Ledger) -> (u64, Error) {
    for done in 0..1000 {
        if let Err(error) = ledger.record(large()) {
            return (done, error);
        }
    }
    panic!("the disk is never full");
}

#[test]
fn a_limit_on_file_sizes_is_a_full_disk_that_loses_nothing() {
    role("limited", |folder| {
        let ledger = Ledger::open(Path::new(&folder), &making()).unwrap();
        let (acknowledged, error) = fill(&ledger);
        for error in [error, ledger.record(large()).unwrap_err()] {
            assert_eq!(error.code(), Code::DiskFull, "{error:?}");
            assert!(error.is_retryable());
            assert_helpful(&error, Path::new(&folder));
        }
        println!("acknowledged {acknowledged}");
    });
    let folder = tempfile::tempdir().unwrap();
    Ledger::open(folder.path(), &making()).unwrap().close();
    let mut shell = Command::new("sh");
    shell
        .args(["-c", r#"trap "" XFSZ; ulimit -f 6000; exec "$0" "$@""#])
        .arg(std::env::current_exe().unwrap());
    let test = a_limit_on_file_sizes_is_a_full_disk_that_loses_nothing;
    Child::prepare(&mut shell, test, "limited", folder.path().display());
    let mut child = Child::start(&mut shell);
    let acknowledged: u64 = child.next("acknowledged").expect("the child fails").parse().unwrap();
    child.finish();
    println!("acknowledged before the limit: {acknowledged}");
    assert!(acknowledged > 10);
    assert_intact(&verify(folder.path()).unwrap(), acknowledged + 1);
    let ledger = Ledger::open(folder.path(), &making()).unwrap();
    assert_eq!(ledger.record(large()).unwrap().header.seq, acknowledged + 1);
}

#[test]
fn a_full_disk_loses_nothing_and_recording_goes_on_when_there_is_space() {
    role("full", |folder| {
        let folder = Path::new(&folder);
        let ledger = Ledger::open(folder, &making()).unwrap();
        std::fs::write(folder.join("filler"), vec![0; 300_000]).unwrap();
        let (acknowledged, error) = fill(&ledger);
        assert_eq!(error.code(), Code::DiskFull, "{error:?}");
        assert_helpful(&error, folder);
        let report = ledger.verify(&Expected::default(), &Progress::default()).unwrap();
        assert_intact(&report, acknowledged + 1);
        assert_eq!(ledger.record(large()).unwrap_err().code(), Code::DiskFull);
        std::fs::remove_file(folder.join("filler")).unwrap();
        let next = ledger.record(large()).unwrap().header.seq;
        assert_eq!(next, acknowledged + 1);
        drop(ledger);
        assert_intact(&verify(folder).unwrap(), acknowledged + 2);
        println!("acknowledged {acknowledged}");
    });
    let folder = tempfile::tempdir().unwrap();
    let mount = r#"mount -t tmpfs -o size=4m none "$SEALBOOK_FAULTS_ARGUMENT""#;
    let test = a_full_disk_loses_nothing_and_recording_goes_on_when_there_is_space;
    if let Some(mut child) = Child::mounted(mount, test, "full", folder.path().display()) {
        println!(
            "acknowledged before the disk was full: {}",
            child.next("acknowledged").expect("the child fails")
        );
        child.finish();
    }
}

#[test]
fn no_ledger_is_made_half_on_a_disk_that_is_too_small() {
    role("small", |folder| {
        let folder = Path::new(&folder);
        let error = Ledger::open(folder, &making()).unwrap_err();
        assert_eq!(error.code(), Code::DiskFull, "{error:?}");
        assert_helpful(&error, folder);
        std::fs::remove_file(folder.join("filler")).unwrap();
        assert_intact(&verify_new(folder), 1);
    });
    let folder = tempfile::tempdir().unwrap();
    let mount = r#"mount -t tmpfs -o size=4m none "$SEALBOOK_FAULTS_ARGUMENT" && { head -c 5000000 /dev/zero > "$SEALBOOK_FAULTS_ARGUMENT/filler"; truncate -s -8k "$SEALBOOK_FAULTS_ARGUMENT/filler"; }"#;
    let test = no_ledger_is_made_half_on_a_disk_that_is_too_small;
    if let Some(child) = Child::mounted(mount, test, "small", folder.path().display()) {
        child.finish();
    }
}

fn verify_new(folder: &Path) -> sealbook::Report {
    drop(Ledger::open(folder, &making()).unwrap());
    verify(folder).unwrap()
}
