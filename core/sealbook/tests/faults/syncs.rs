//! A disk that fails to sync: nobody knows what it holds then, so that nothing more is acknowledged.
#![cfg(target_os = "linux")]

use crate::support::{Child, assert_helpful, assert_intact, making, reading, role, varied, verify};
use sealbook::{Code, Ledger};
use std::path::Path;
use std::process::Command;

/// Makes syncs of files whose path ends in a given way fail as long as a switch is there.
const SHIM: &str = r#"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int broken(int fd) {
    const char *end = getenv("SEALBOOK_FAULTS_SYNC_OF"), *flag = getenv("SEALBOOK_FAULTS_SWITCH");
    char link[64], path[4096];
    if (!end || !flag || access(flag, F_OK) != 0) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < (ssize_t)strlen(end)) return 0;
    path[length] = 0;
    if (strcmp(path + length - strlen(end), end) != 0) return 0;
    FILE *count = fopen(flag, "a");
    if (count) { fputc('x', count); fclose(count); }
    return 1;
}

int fsync(int fd) { if (broken(fd)) { errno = EIO; return -1; } return syscall(SYS_fsync, fd); }
int fdatasync(int fd) { if (broken(fd)) { errno = EIO; return -1; } return syscall(SYS_fdatasync, fd); }
"#;

/// Plays a part in a process where syncs of files that end in `end` fail while the file `switch` is in the folder.
fn with_failing_syncs<T: Fn()>(end: &str, test: T, name: &str, folder: &Path) -> Child {
    let (source, shim) = (folder.join("shim.c"), folder.join("shim.so"));
    std::fs::write(&source, SHIM).unwrap();
    let compiled =
        Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&shim).arg(&source).status().unwrap();
    assert!(compiled.success());
    let mut command = Child::command(test, name, folder.display());
    command.env("LD_PRELOAD", shim).env("SEALBOOK_FAULTS_SYNC_OF", end);
    Child::start(command.env("SEALBOOK_FAULTS_SWITCH", folder.join("switch")))
}

#[test]
fn nothing_is_acknowledged_once_a_sync_of_the_log_failed() {
    role("unsynced", |folder| {
        let folder = Path::new(&folder);
        let ledger = Ledger::open(folder, &making()).unwrap();
        (1..=10).for_each(|n| assert_eq!(ledger.record(varied(n)).unwrap().header.seq, n as u64));
        std::fs::write(folder.join("switch"), "").unwrap();
        let mut codes: Vec<Code> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|n| {
                    let ledger = &ledger;
                    scope.spawn(move || ledger.record(varied(100 + n)).unwrap_err().code())
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        codes.dedup();
        assert!(
            codes.contains(&Code::Io) && codes.iter().all(|c| [Code::Io, Code::LedgerPoisoned].contains(c))
        );
        assert!(std::fs::metadata(folder.join("switch")).unwrap().len() > 0, "no sync failed");
        std::fs::remove_file(folder.join("switch")).unwrap();
        for _ in 0..3 {
            let error = ledger.record(varied(20)).unwrap_err();
            assert_eq!(error.code(), Code::LedgerPoisoned);
            assert_helpful(&error, folder);
        }
        // Another handle asks the disk anew.
        let again = Ledger::open(folder, &making()).unwrap();
        let seq = again.record(varied(30)).unwrap().header.seq;
        assert_eq!(ledger.record(varied(20)).unwrap_err().code(), Code::LedgerPoisoned);
        println!("acknowledged {seq}");
    });
    let folder = tempfile::tempdir().unwrap();
    let test = nothing_is_acknowledged_once_a_sync_of_the_log_failed;
    let mut child = with_failing_syncs("-wal", test, "unsynced", folder.path());
    let last: u64 = child.next("acknowledged").expect("the child fails").parse().unwrap();
    child.finish();
    assert_intact(&verify(folder.path()).unwrap(), last + 1);
    let ledger = Ledger::open(folder.path(), &reading()).unwrap();
    for n in 1..=10 {
        let payload = ledger.get(&n.to_string()).unwrap().payload.unwrap();
        assert_eq!(payload, sealbook::canonicalize(&varied(n).payload, 1 << 20).unwrap());
    }
}

#[test]
fn what_is_acknowledged_stays_in_the_log_while_syncs_of_the_ledger_file_fail() {
    role("unfolded", |folder| {
        let folder = Path::new(&folder);
        let ledger = Ledger::open(folder, &making()).unwrap();
        std::fs::write(folder.join("switch"), "").unwrap();
        // Far more than the log holds before it is folded into the file.
        for n in 1..=300 {
            assert_eq!(ledger.record(varied(n)).unwrap().header.seq, n as u64);
        }
        println!("failed {}", std::fs::metadata(folder.join("switch")).unwrap().len());
        println!("done");
        // No destructor tidies up, as when the power fails.
        std::process::exit(0);
    });
    let folder = tempfile::tempdir().unwrap();
    let test = what_is_acknowledged_stays_in_the_log_while_syncs_of_the_ledger_file_fail;
    let mut child = with_failing_syncs("ledger.db", test, "unfolded", folder.path());
    let failed: u64 = child.next("failed").expect("the child fails").parse().unwrap();
    child.finish();
    println!("failed syncs of the ledger file: {failed}");
    assert!(failed > 0);
    // The file is what a disk may hold that never got the pages: as it was before, or torn.
    let file = crate::support::database(folder.path());
    let mut bytes = std::fs::read(&file).unwrap();
    let half = bytes.len() / 2;
    bytes[half..].fill(0);
    std::fs::write(&file, bytes).unwrap();
    assert_intact(&verify(folder.path()).unwrap(), 301);
}
