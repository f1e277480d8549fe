//! Damage to the ledger's file: pages and single bytes.

use crate::support::{Dice, Tables, content, database, project, scratch, verify};
use sealbook::{Code, Report, Result};
use std::collections::BTreeMap;
use std::path::Path;

/// What may be said about a file that is damaged beyond a report.
const CLEAR: [Code; 4] = [Code::LedgerCorrupt, Code::NotALedger, Code::LedgerTooNew, Code::Io];

/// Checks what verification says after damage: a report of it, or an error with a clear code, or all entries are as they were. True in the last case.
pub(crate) fn judge(
    report: Result<Report>,
    content: impl FnOnce() -> Result<Vec<u8>>,
    original: &[u8],
    what: &str,
) -> bool {
    match report {
        Err(error) => {
            assert!(CLEAR.contains(&error.code()), "{what}: {error:?}");
            false
        }
        Ok(report) if report.is_intact() => {
            assert!(
                content().is_ok_and(|content| content == original),
                "{what}: intact, but the entries differ"
            );
            true
        }
        Ok(_) => false,
    }
}

/// A ledger file with everything in it and an empty log, which is the worst case for damage to the file.
fn folded() -> (tempfile::TempDir, Vec<u8>) {
    let folder = project(300);
    Tables::of(folder.path()).run("PRAGMA wal_checkpoint(TRUNCATE)");
    let entries = content(folder.path()).unwrap();
    (folder, entries)
}

fn damage(what: impl Fn(&mut Vec<u8>, usize) -> Option<String>) {
    let (original, entries) = folded();
    let bytes = std::fs::read(database(original.path())).unwrap();
    let damaged = scratch();
    crate::support::copy(original.path(), damaged.path());
    let mut outcomes = BTreeMap::new();
    for round in 0.. {
        let mut copy = bytes.clone();
        let Some(what) = what(&mut copy, round) else { break };
        std::fs::write(database(damaged.path()), &copy).unwrap();
        let report = verify(damaged.path());
        let outcome = match &report {
            Ok(report) if report.is_intact() => "intact".to_owned(),
            Ok(_) => "reported".to_owned(),
            Err(error) => error.code().to_string(),
        };
        *outcomes.entry(outcome).or_insert(0) += 1;
        judge(report, || content(damaged.path()), &entries, &what);
    }
    println!("outcomes: {outcomes:?}");
    assert!(
        outcomes.iter().filter(|(outcome, _)| *outcome != "intact").map(|(_, n)| n).sum::<i32>() > 50,
        "{outcomes:?}"
    );
}

fn page_size(bytes: &[u8]) -> usize {
    usize::from(u16::from_be_bytes([bytes[16], bytes[17]]))
}

#[test]
fn a_page_of_zeros_anywhere_never_passes_for_an_intact_ledger_with_less_in_it() {
    damage(|bytes, round| {
        let size = page_size(bytes);
        bytes.get_mut(round * size..(round + 1) * size)?.fill(0);
        Some(format!("page {} of zeros", round + 1))
    });
}

#[test]
fn a_page_of_noise_anywhere_never_passes_for_an_intact_ledger_with_less_in_it() {
    damage(|bytes, round| {
        let (size, mut dice) = (page_size(bytes), Dice(round as u64));
        bytes.get_mut(round * size..(round + 1) * size)?.fill_with(|| dice.below(256) as u8);
        Some(format!("page {} of noise", round + 1))
    });
}

#[test]
fn a_flipped_bit_anywhere_never_passes_for_an_intact_ledger_with_less_in_it() {
    damage(|bytes, round| {
        let mut dice = Dice(round as u64 + 1);
        // Most of the file is zeros that nobody reads.
        let at = std::iter::repeat_with(|| dice.below(bytes.len())).find(|at| bytes[*at] != 0)?;
        let mask = 1 << dice.below(8);
        bytes[at] ^= mask;
        (round < 400).then(|| format!("byte {at} ^ {mask:#x}"))
    });
}

#[test]
fn a_flipped_bit_of_the_first_page_never_passes_for_an_intact_ledger_with_less_in_it() {
    // The file's header, and the schema at the page's end.
    damage(|bytes, round| {
        let places: Vec<usize> =
            (0..108).chain((108..page_size(bytes)).filter(|at| bytes[*at] != 0)).collect();
        let at = *places.get(round)?;
        bytes[at] ^= 1 << (round % 8);
        Some(format!("byte {at} of page 1, bit {}", round % 8))
    });
}

#[test]
fn a_file_cut_at_any_page_never_passes_for_an_intact_ledger_with_less_in_it() {
    damage(|bytes, round| {
        let pages = bytes.len() / page_size(bytes);
        (round < pages).then(|| {
            bytes.truncate(round * page_size(bytes));
            format!("{round} of {pages} pages")
        })
    });
}

#[test]
fn damage_that_reading_meets_is_an_error_and_no_wrong_entry() {
    let (original, _) = folded();
    let tables = Tables::of(original.path());
    tables.run("UPDATE entries SET payload = CAST(replace(CAST(payload AS TEXT), 'edit', 'read') AS BLOB) WHERE seq = 7");
    drop(tables);
    let read = |path: &Path, key: &str| {
        sealbook::Ledger::open(path, &crate::support::reading())
            .unwrap()
            .get(key)
            .map(|entry| entry.to_json())
    };
    assert_eq!(read(original.path(), "7").unwrap_err().code(), Code::Tampered);
    assert!(read(original.path(), "8").is_ok());
}
