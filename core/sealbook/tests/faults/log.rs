//! Damage to the write-ahead log, whose last frames are not in the ledger's file yet. SQLite drops a damaged frame and all behind it
//! without a word; the head mark knows better.

use crate::support::{content, copy, has, making, scratch, varied, verify, write_ahead_log};
use sealbook::{FaultKind, Ledger};
use std::io::{Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::Path;

const HEADER: usize = 32;
const FRAME: usize = 24 + 4096;
const SALTS: Range<usize> = 16..24;

/// A project with entries that only the log holds, every handle closed, with the number of live frames.
fn unfolded() -> (tempfile::TempDir, usize) {
    let folder = scratch();
    let ledger = Ledger::open(folder.path(), &making()).unwrap();
    for batch in 0..4 {
        ledger.record_many(&[varied(2 * batch), varied(2 * batch + 1)]).unwrap();
    }
    ledger.close();
    let log = std::fs::read(write_ahead_log(folder.path())).unwrap();
    let live = log[HEADER..].chunks_exact(FRAME).take_while(|frame| frame[8..16] == log[SALTS]).count();
    assert!((5..60).contains(&live), "{live} live frames");
    (folder, live)
}

/// After damage there is a report of it, an error with a clear code, or nothing is lost. True if all is as it was.
fn judge(project: &Path, original: &[u8], what: &str) -> bool {
    crate::files::judge(verify(project), || content(project), original, what)
}

/// Changes one byte of the log after the other and judges each time.
fn flip(offsets: impl Iterator<Item = usize>) {
    let (original, live) = unfolded();
    let entries = content(original.path()).unwrap();
    let damaged = scratch();
    copy(original.path(), damaged.path());
    let log = std::fs::read(write_ahead_log(damaged.path())).unwrap();
    let end = HEADER + live * FRAME;
    let (mut flips, mut harmless) = (0, 0);
    for at in offsets.take_while(|at| *at < end) {
        let mut file = std::fs::OpenOptions::new().write(true).open(write_ahead_log(damaged.path())).unwrap();
        let mut put = |byte: u8| {
            file.seek(SeekFrom::Start(at as u64)).unwrap();
            file.write_all(&[byte]).unwrap();
        };
        put(log[at] ^ if at % 2 == 0 { 0x01 } else { 0x80 });
        harmless += usize::from(judge(damaged.path(), &entries, &format!("byte {at} of the log")));
        put(log[at]);
        flips += 1;
    }
    println!("log: {flips} flips in {live} live frames, {harmless} of them without effect");
    assert!(judge(damaged.path(), &entries, "nothing"), "the damage was not undone");
    // A frame whose checksum does not fit is dropped with all behind it, and the last one belongs to the last entry.
    assert!(harmless < flips / 100, "{harmless} of {flips} flips went unnoticed");
}

#[test]
fn no_flipped_byte_in_the_first_frames_of_the_log_loses_an_entry_in_silence() {
    flip(0..HEADER + 2 * FRAME);
}

#[test]
fn no_flipped_byte_in_the_later_frames_of_the_log_loses_an_entry_in_silence() {
    flip((HEADER + 2 * FRAME..usize::MAX).step_by(7));
}

#[test]
fn a_log_cut_at_any_frame_is_reported() {
    let (original, live) = unfolded();
    let entries = content(original.path()).unwrap();
    for frames in 0..live {
        for more in [0, 1, 24, 2000, FRAME - 1] {
            let damaged = scratch();
            copy(original.path(), damaged.path());
            let log = std::fs::OpenOptions::new().write(true).open(write_ahead_log(damaged.path())).unwrap();
            log.set_len((HEADER + frames * FRAME + more) as u64).unwrap();
            drop(log);
            let what = format!("{frames} of {live} frames and {more} bytes");
            assert!(!judge(damaged.path(), &entries, &what), "{what} are as good as all");
            let report = verify(damaged.path()).unwrap();
            assert!(has(&report, report.entries, FaultKind::Truncated), "{what}: {report:#?}");
        }
    }
}

#[test]
fn a_log_that_is_gone_is_reported() {
    let (folder, _) = unfolded();
    for empty in [true, false] {
        if empty {
            std::fs::write(write_ahead_log(folder.path()), "").unwrap();
        } else {
            std::fs::remove_file(write_ahead_log(folder.path())).unwrap();
        }
        let report = verify(folder.path()).unwrap();
        assert!(report.entries < 9 && has(&report, report.entries, FaultKind::Truncated), "{report:#?}");
    }
}

#[test]
fn nothing_is_appended_to_a_ledger_that_lost_its_log() {
    let (folder, _) = unfolded();
    std::fs::remove_file(write_ahead_log(folder.path())).unwrap();
    let ledger = Ledger::open(folder.path(), &making()).unwrap();
    let error = ledger.record(varied(1)).unwrap_err();
    assert_eq!(error.code(), sealbook::Code::Tampered);
    crate::support::assert_helpful(&error, folder.path());
}
