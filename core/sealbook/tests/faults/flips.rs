//! One changed byte anywhere in what is stored is reported, at the right entry and as the right kind of fault.

use crate::support::{Cell, Table, Tables, assert_intact, has, project, reading, verify};
use rusqlite::types::Value;
use sealbook::{Expected, FaultKind, Ledger, Progress, Report};

/// Entries behind the genesis; with `LARGE` there are full tiles.
const SMALL: usize = 50;
const LARGE: usize = 600;

/// Where and as what the change of a row must be reported, all of it.
type Expect = fn(old: &[Value], new: &[Value], last: u64) -> Vec<(u64, FaultKind)>;

struct Column {
    table: Table,
    name: &'static str,
    /// 1 for every byte.
    step: usize,
    expect: Expect,
}

/// The number in the first column that has one.
fn seq(row: &[Value]) -> u64 {
    if let Value::Integer(_) = row[0] { Cell::number(row, 0) } else { Cell::number(row, 1) }
}

const ENTRIES: &[Column] = &[
    Column {
        table: Table::ENTRIES,
        name: "salt",
        step: 1,
        expect: |row, _, _| vec![(seq(row), FaultKind::Commitment)],
    },
    Column {
        table: Table::ENTRIES,
        name: "payload",
        step: 1,
        expect: |row, _, _| vec![(seq(row), FaultKind::Commitment)],
    },
    Column {
        table: Table::ENTRIES,
        name: "leaf",
        step: 1,
        expect: |row, _, _| vec![(seq(row), FaultKind::Leaf)],
    },
];

const HEADERS: &[Column] = &[Column { table: Table::ENTRIES, name: "header", step: 1, expect: header }];

/// The stored hash does not fit any more, nor does the link of the entry behind or, at the end, the root in the head mark.
fn header(row: &[Value], _: &[Value], last: u64) -> Vec<(u64, FaultKind)> {
    let seq = seq(row);
    let behind = if seq == last { (seq, FaultKind::Tree) } else { (seq + 1, FaultKind::Link) };
    vec![(seq, FaultKind::Leaf), behind]
}

const INDEX: &[Column] = &[
    Column { table: Table::IDS, name: "id", step: 1, expect: |row, _, _| vec![(seq(row), FaultKind::Index)] },
    Column {
        table: Table::IDS,
        name: "seq",
        step: 1,
        expect: |row, _, _| vec![(seq(row), FaultKind::Index)],
    },
    Column {
        table: Table::FACETS,
        name: "kind",
        step: 1,
        expect: |row, _, _| vec![(seq(row), FaultKind::Index)],
    },
    Column {
        table: Table::FACETS,
        name: "time",
        step: 1,
        expect: |row, _, _| vec![(seq(row), FaultKind::Index)],
    },
    Column {
        table: Table::FACETS,
        name: "actor",
        step: 1,
        expect: |row, _, _| vec![(seq(row), FaultKind::Index)],
    },
    Column {
        table: Table::FACETS,
        name: "spec",
        step: 1,
        expect: |row, _, _| vec![(seq(row), FaultKind::Index)],
    },
    Column {
        table: Table::FILES,
        name: "path",
        step: 1,
        expect: |row, _, _| vec![(seq(row), FaultKind::Index)],
    },
    Column {
        table: Table::FILES,
        name: "seq",
        step: 1,
        expect: |row, _, _| vec![(seq(row), FaultKind::Index)],
    },
    Column {
        table: Table::STATE,
        name: "value",
        step: 1,
        expect: |_, new, last| vec![(seq(new).min(last + 1), FaultKind::Index)],
    },
];

const TILES: &[Column] = &[
    Column { table: Table::TILES, name: "hashes", step: 97, expect: tile },
    Column {
        table: Table::TILES,
        name: "root",
        step: 1,
        expect: |row, _, _| vec![(first_of_tile(row), FaultKind::Tree)],
    },
];

fn first_of_tile(row: &[Value]) -> u64 {
    Cell::number(row, 1) * 256
}

fn tile(old: &[Value], new: &[Value], _: u64) -> Vec<(u64, FaultKind)> {
    let (Value::Blob(old_hashes), Value::Blob(new_hashes)) = (&old[3], &new[3]) else { panic!("no hashes") };
    let same = old_hashes.iter().zip(new_hashes).take_while(|(old, new)| old == new).count() as u64;
    vec![(first_of_tile(old) + same / 32, FaultKind::Tree)]
}

#[test]
fn every_flipped_byte_of_a_header_is_reported() {
    flip_all(SMALL, HEADERS);
}

#[test]
fn every_flipped_byte_of_a_salt_a_payload_or_a_stored_hash_is_reported() {
    flip_all(SMALL, ENTRIES);
}

#[test]
fn every_flipped_byte_of_the_index_is_reported() {
    flip_all(SMALL, INDEX);
}

#[test]
fn flipped_bytes_of_tiles_and_their_roots_are_reported() {
    flip_all(LARGE, TILES);
}

/// Changes one byte after the other, each on its own, and verifies after each change.
fn flip_all(count: usize, columns: &[Column]) {
    let project = project(count);
    let tables = Tables::of(project.path());
    let open = Ledger::open(project.path(), &reading()).unwrap();
    for column in columns {
        let (mut flips, mut wrong) = (0, Vec::new());
        let cells = tables.cells(column.table, column.name);
        assert!(!cells.is_empty());
        for cell in cells {
            let mut stored = cell.row.clone();
            for at in (0..cell.len()).step_by(column.step) {
                // The lowest bit of every byte, and the highest of some.
                for mask in [0x01, 0x80].into_iter().filter(|mask| *mask == 1 || at % 8 == 0) {
                    let flipped = cell.flipped(at, mask);
                    tables.replace(column.table, &stored, &flipped);
                    let expected = (column.expect)(&cell.row, &flipped, count as u64);
                    // The genesis is read when the ledger is opened.
                    let report = if seq(&cell.row) == 0 {
                        verify(project.path())
                    } else {
                        open.verify(&Expected::default(), &Progress::default())
                    };
                    if !report.as_ref().is_ok_and(|r| expected.iter().all(|(seq, kind)| has(r, *seq, *kind)))
                    {
                        wrong.push(format!(
                            "{}.{} byte {at} ^ {mask:#x} of {:?}: wanted {expected:?}, got {report:#?}",
                            column.table.name, column.name, cell.row
                        ));
                    }
                    stored = flipped;
                    flips += 1;
                }
            }
            tables.replace(column.table, &stored, &cell.row);
        }
        println!("{}.{}: {flips} flips", column.table.name, column.name);
        assert!(wrong.is_empty(), "{} of {flips} flips, such as {}", wrong.len(), wrong[0]);
    }
    assert_intact(&verify(project.path()).unwrap(), count as u64 + 1);
}

#[test]
fn a_change_that_a_forger_hid_from_the_stored_hash_shows_in_the_chain() {
    let project = project(SMALL);
    let tables = Tables::of(project.path());
    for cell in tables.cells(Table::ENTRIES, "header") {
        let (seq, last) = (seq(&cell.row), SMALL as u64);
        let mut forged = cell.row.clone();
        let Value::Blob(header) = &mut forged[1] else { panic!("no header") };
        let digit = header.windows(6).position(|w| w == b"Z\",\"v\"").unwrap() - 1;
        header[digit] = if header[digit] == b'9' { b'0' } else { header[digit] + 1 };
        forged[2] = Value::Blob(leaf_hash(header));
        tables.replace(Table::ENTRIES, &cell.row, &forged);
        let report = verify(project.path()).unwrap();
        let behind = if seq == last { (seq, FaultKind::Tree) } else { (seq + 1, FaultKind::Link) };
        assert!(has(&report, behind.0, behind.1), "{seq}: {report:#?}");
        assert!(!has(&report, seq, FaultKind::Leaf), "{seq}: {report:#?}");
        tables.replace(Table::ENTRIES, &forged, &cell.row);
    }
}

#[test]
fn what_is_reported_names_the_place_and_not_half_the_ledger() {
    let project = project(LARGE);
    let tables = Tables::of(project.path());
    let cells = tables.cells(Table::ENTRIES, "header");
    for seq in [1, 254, 255, 256, 511, 512, LARGE - 1, LARGE] {
        let (cell, seq) = (&cells[seq], seq as u64);
        let Value::Blob(header) = &cell.row[1] else { panic!("no header") };
        let digit = header[20]; // of the commitment
        let flipped = cell.flipped(20, digit ^ if digit == b'0' { b'1' } else { b'0' });
        tables.replace(Table::ENTRIES, &cell.row, &flipped);
        let report = verify(project.path()).unwrap();
        assert_eq!(places(&report), wanted(seq), "entry {seq}");
        tables.replace(Table::ENTRIES, &flipped, &cell.row);
    }
}

fn places(report: &Report) -> Vec<(u64, FaultKind)> {
    report.faults.iter().map(|f| (f.seq, f.kind)).collect()
}

/// What a changed commitment is reported as: in the entry, the link behind it, the tile that covers it and the root in the head mark.
fn wanted(seq: u64) -> Vec<(u64, FaultKind)> {
    let last = LARGE as u64;
    let mut wanted = vec![(seq, FaultKind::Commitment), (seq, FaultKind::Leaf), (last, FaultKind::Tree)];
    if seq < last {
        wanted.push((seq + 1, FaultKind::Link));
    }
    if seq < 512 {
        wanted.push((seq, FaultKind::Tree));
    }
    wanted.sort_unstable();
    wanted
}

fn leaf_hash(header: &[u8]) -> Vec<u8> {
    sealbook::Hash::of(&[&[0], header].concat()).as_bytes().to_vec()
}
