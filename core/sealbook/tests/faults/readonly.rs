//! A ledger that can only be read is read and verified as it stands, and refuses to be opened for writing.
#![cfg(target_os = "linux")]

use crate::support::{
    Child, Tables, assert_helpful, assert_intact, database, head_mark, making, project, reading, role,
    scratch, verify,
};
use sealbook::{Code, Ledger, OpenOptions};
use std::fs::{Permissions, set_permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;

const NOBODY: u32 = 65_534;

/// Makes a project's files and folders readable to all and writable to none.
fn lock_up(project: &Path) {
    let folder = project.join(".sealbook");
    for file in std::fs::read_dir(&folder).unwrap() {
        set_permissions(file.unwrap().path(), Permissions::from_mode(0o444)).unwrap();
    }
    set_permissions(folder, Permissions::from_mode(0o555)).unwrap();
    set_permissions(project, Permissions::from_mode(0o555)).unwrap();
}

/// So that the folder can be deleted by its owner.
fn unlock(project: &Path) {
    set_permissions(project, Permissions::from_mode(0o755)).unwrap();
    let _ = set_permissions(project.join(".sealbook"), Permissions::from_mode(0o755));
}

/// Plays a part as somebody who may not write.
fn unprivileged<T: Fn()>(test: T, name: &str, project: &Path) {
    if std::fs::metadata("/proc/self").unwrap().uid() != 0 {
        Child::play(test, name, project.display()).finish();
        return;
    }
    // The folder of the test binary may be closed to others.
    let open = tempfile::tempdir().unwrap();
    let binary = open.path().join("faults");
    std::fs::copy(std::env::current_exe().unwrap(), &binary).unwrap();
    set_permissions(open.path(), Permissions::from_mode(0o755)).unwrap();
    let mut command = std::process::Command::new(binary);
    command.uid(NOBODY).gid(NOBODY).current_dir("/");
    Child::prepare(&mut command, test, name, project.display());
    Child::start(&mut command).finish();
}

/// Reads and verifies `entries` entries, and is refused to write.
fn only_read(project: &Path, entries: u64) {
    for options in [OpenOptions::default(), making()] {
        let error = Ledger::open(project, &options).unwrap_err();
        assert!([Code::ReadOnly, Code::PermissionDenied].contains(&error.code()), "{error:?}");
        assert_helpful(&error, project);
    }
    assert_intact(&verify(project).unwrap(), entries);
    let ledger = Ledger::open(project, &reading()).unwrap();
    assert_eq!(ledger.record(crate::support::varied(1)).unwrap_err().code(), Code::ReadOnly);
    assert_eq!(ledger.reindex(&sealbook::Progress::default()).unwrap_err().code(), Code::ReadOnly);
    assert_eq!(
        ledger.entries(sealbook::Query::default()).filter(|entry| entry.is_ok()).count() as u64,
        entries
    );
}

#[test]
fn a_ledger_in_a_folder_that_cannot_be_written_is_read_and_verified() {
    role("reader", |folder| only_read(Path::new(&folder), 31));
    let project = project(30);
    lock_up(project.path());
    unprivileged(a_ledger_in_a_folder_that_cannot_be_written_is_read_and_verified, "reader", project.path());
    unlock(project.path());
    assert_intact(&verify(project.path()).unwrap(), 31);
}

#[test]
fn a_ledger_file_that_was_copied_alone_is_read_and_verified() {
    role("reader", |folder| only_read(Path::new(&folder), 31));
    let (original, alone) = (project(30), scratch());
    Tables::of(original.path()).run("PRAGMA wal_checkpoint(TRUNCATE)");
    std::fs::create_dir(alone.path().join(".sealbook")).unwrap();
    std::fs::copy(database(original.path()), database(alone.path())).unwrap();
    lock_up(alone.path());
    unprivileged(a_ledger_file_that_was_copied_alone_is_read_and_verified, "reader", alone.path());
    unlock(alone.path());
}

#[test]
fn a_log_that_cannot_be_read_is_an_error_and_no_shorter_ledger() {
    role("reader", |folder| {
        let error = Ledger::open(Path::new(&folder), &reading()).unwrap_err();
        assert_eq!(error.code(), Code::ReadOnly, "{error:?}");
        assert_helpful(&error, Path::new(&folder));
    });
    // Without the file of shared memory that belongs to a log, and without the right to make one, SQLite cannot read the log.
    let (original, copied) = (project(30), scratch());
    crate::support::copy(original.path(), copied.path());
    std::fs::remove_file(head_mark(copied.path())).unwrap();
    lock_up(copied.path());
    unprivileged(a_log_that_cannot_be_read_is_an_error_and_no_shorter_ledger, "reader", copied.path());
    unlock(copied.path());
    assert_intact(&verify(copied.path()).unwrap(), 31);
}

#[test]
fn no_ledger_is_made_where_nothing_can_be_written() {
    role("maker", |folder| {
        let folder = Path::new(&folder);
        let error = Ledger::open(folder, &making()).unwrap_err();
        assert_eq!(error.code(), Code::PermissionDenied, "{error:?}");
        assert_helpful(&error, folder);
    });
    let folder = scratch();
    set_permissions(folder.path(), Permissions::from_mode(0o555)).unwrap();
    unprivileged(no_ledger_is_made_where_nothing_can_be_written, "maker", folder.path());
    unlock(folder.path());
}

#[test]
fn a_ledger_on_a_read_only_mount_is_read_and_verified() {
    role("reader", |folder| only_read(Path::new(&folder), 31));
    let project = project(30);
    let mount = r#"mount --bind "$SEALBOOK_FAULTS_ARGUMENT" "$SEALBOOK_FAULTS_ARGUMENT" && mount -o remount,ro,bind "$SEALBOOK_FAULTS_ARGUMENT""#;
    let test = a_ledger_on_a_read_only_mount_is_read_and_verified;
    if let Some(child) = Child::mounted(mount, test, "reader", project.path().display()) {
        child.finish();
    }
}
