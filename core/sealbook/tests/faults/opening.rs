//! What cannot be opened says which path, why, and what to do.

use crate::support::{
    Child, assert_helpful, assert_intact, database, making, project, reading, role, scratch, varied, verify,
};
use sealbook::{Code, Ledger, OpenOptions};
use std::path::Path;
use std::time::Duration;

/// Opening fails with this code in every way of opening, and leaves the file as it is.
fn refused(path: &Path, code: Code) {
    let bytes = std::fs::read(path).ok();
    for options in [OpenOptions::default(), reading(), making()] {
        let error = Ledger::open(path, &options).expect_err(&format!("{options:?}"));
        assert_eq!(error.code(), code, "{options:?}: {error:?}");
        assert_helpful(&error, path);
        assert_eq!(std::fs::read(path).ok(), bytes, "{options:?}");
    }
}

#[test]
fn a_folder_that_is_in_no_project_is_refused() {
    let folder = scratch();
    for options in [OpenOptions::default(), reading(), OpenOptions { create: true, ..reading() }] {
        let error = Ledger::open(folder.path(), &options).unwrap_err();
        assert_eq!(error.code(), Code::NotAProject);
        assert_helpful(&error, folder.path());
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_path_with_nothing_at_it_is_refused() {
    let path = scratch().path().join("gone");
    for options in [OpenOptions::default(), reading()] {
        let error = Ledger::open(&path, &options).unwrap_err();
        assert_eq!(error.code(), Code::NotFound);
        assert_helpful(&error, &path);
    }
}

#[test]
fn somebody_elses_sqlite_file_is_refused_and_left_alone() {
    let folder = scratch();
    let path = folder.path().join("foreign.db");
    let foreign = rusqlite::Connection::open(&path).unwrap();
    foreign.execute_batch("CREATE TABLE entries(seq INTEGER PRIMARY KEY, header BLOB); INSERT INTO entries VALUES(0, x'00')").unwrap();
    drop(foreign);
    refused(&path, Code::NotALedger);
    assert_eq!(Ledger::init(&path, &OpenOptions::default()).unwrap_err().code(), Code::NotALedger);
    let mode: String = rusqlite::Connection::open(&path)
        .unwrap()
        .query_row("PRAGMA journal_mode", [], |row| row.get(0))
        .unwrap();
    assert_eq!(mode, "delete");
}

#[test]
fn a_text_file_is_refused_and_left_alone() {
    let folder = scratch();
    for (name, text) in [("short.db", "hello"), ("long.txt", &"not a ledger\n".repeat(1000))] {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        refused(&path, Code::NotALedger);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }
}

#[test]
fn an_empty_file_is_no_ledger_until_one_is_made() {
    let folder = scratch();
    let path = folder.path().join("empty.db");
    std::fs::write(&path, "").unwrap();
    for options in [OpenOptions::default(), reading()] {
        let error = Ledger::open(&path, &options).unwrap_err();
        assert_eq!(error.code(), Code::NotALedger);
        assert_helpful(&error, &path);
    }
    Ledger::init(&path, &OpenOptions::default()).unwrap().record(varied(1)).unwrap();
}

#[test]
fn a_ledger_of_a_newer_schema_is_refused() {
    let folder = project(3);
    let set = |version: i32| {
        crate::support::Tables::of(folder.path()).run(&format!("PRAGMA user_version={version}"));
    };
    set(99);
    refused(&database(folder.path()), Code::LedgerTooNew);
    set(0);
    refused(&database(folder.path()), Code::LedgerCorrupt);
    set(1);
    assert_intact(&verify(folder.path()).unwrap(), 4);
}

#[test]
fn a_ledger_that_another_process_locks_is_busy_after_the_timeout_and_usable_when_it_lets_go() {
    role("holder", |argument| {
        let (how, folder) = argument.split_once(' ').unwrap();
        let connection = rusqlite::Connection::open(database(Path::new(folder))).unwrap();
        connection.execute_batch(&how.replace("\t", " ")).unwrap();
        println!("holding ");
        std::io::stdin().read_line(&mut String::new()).unwrap();
    });
    let options = OpenOptions { busy_timeout: Duration::from_millis(200), ..OpenOptions::default() };
    let test = a_ledger_that_another_process_locks_is_busy_after_the_timeout_and_usable_when_it_lets_go;
    let folder = project(3);
    let hold = |how: &str| {
        let mut holder =
            Child::play(test, "holder", format!("{} {}", how.replace(' ', "\t"), folder.path().display()));
        holder.next("holding").unwrap();
        holder
    };

    let writes = hold("BEGIN EXCLUSIVE");
    let ledger = Ledger::open(folder.path(), &options).unwrap();
    let error = ledger.record(varied(4)).unwrap_err();
    assert_eq!(error.code(), Code::LedgerBusy);
    assert!(error.is_retryable());
    assert_helpful(&error, folder.path());
    assert_intact(&verify(folder.path()).unwrap(), 4);
    writes.finish();
    assert_eq!(ledger.record(varied(4)).unwrap().header.seq, 4);
    drop(ledger);

    let all = hold("PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE; UPDATE state SET value = value; COMMIT");
    for options in [options.clone(), OpenOptions { read_only: true, ..options.clone() }] {
        let error = Ledger::open(folder.path(), &options).unwrap_err();
        assert_eq!(error.code(), Code::LedgerBusy, "{error:?}");
        assert_helpful(&error, folder.path());
    }
    all.finish();
    assert_intact(&verify(folder.path()).unwrap(), 5);
}
