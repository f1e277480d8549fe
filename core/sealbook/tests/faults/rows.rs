//! Rows that were deleted, added or exchanged are reported; what can be computed again is repaired, and nothing else is touched.

use crate::support::{Tables, assert_intact, content, has, making, project, scratch, varied, verify};
use sealbook::FaultKind::{self, Commitment, Index, Leaf, Link, Missing, Payload, Sequence, Tree, Truncated};
use sealbook::{Code, Ledger, Progress, Query};

/// Entries behind the genesis: two full tiles and some.
const COUNT: u64 = 600;

struct Case {
    name: &'static str,
    sql: &'static str,
    faults: &'static [(u64, FaultKind)],
}

/// What the entries can be compared with but not be computed from.
const LOST: &[Case] = &[
    Case {
        name: "an entry in the middle is deleted",
        sql: "DELETE FROM entries WHERE seq = 300",
        faults: &[(300, Missing)],
    },
    Case {
        name: "the genesis is deleted",
        sql: "DELETE FROM entries WHERE seq = 0",
        faults: &[(0, Missing)],
    },
    Case {
        name: "the last entry is deleted",
        sql: "DELETE FROM entries WHERE seq = 600",
        faults: &[(600, Truncated)],
    },
    Case {
        name: "the last entry is deleted with all that is kept beside it",
        sql: "DELETE FROM entries WHERE seq = 600; DELETE FROM ids WHERE seq = 600; DELETE FROM facets WHERE seq = 600;
              DELETE FROM files WHERE seq = 600; UPDATE state SET value = 600",
        faults: &[(600, Truncated)],
    },
    Case {
        name: "many are deleted at the end",
        sql: "DELETE FROM entries WHERE seq > 100",
        faults: &[(101, Truncated)],
    },
    Case {
        name: "all entries are deleted",
        sql: "DELETE FROM entries",
        faults: &[(0, Missing), (0, Truncated)],
    },
    Case {
        name: "two entries change places",
        sql: "UPDATE entries SET seq = -1 WHERE seq = 7; UPDATE entries SET seq = 7 WHERE seq = 8; UPDATE entries SET seq = 8 WHERE seq = -1",
        faults: &[(7, Sequence), (7, Link), (8, Sequence), (8, Link), (9, Link)],
    },
    Case {
        name: "an entry is moved in front of the genesis",
        sql: "UPDATE entries SET seq = -5 WHERE seq = 7",
        faults: &[(7, Missing)],
    },
    Case {
        name: "an entry is put in front of the genesis",
        sql: "INSERT INTO entries SELECT -5, header, leaf, salt, payload FROM entries WHERE seq = 7",
        faults: &[(0, Sequence)],
    },
    Case {
        name: "an entry is moved far behind the end",
        sql: "UPDATE entries SET seq = 5000 WHERE seq = 600",
        faults: &[(600, Missing), (5000, Sequence)],
    },
    Case {
        name: "an entry gets the largest number there is",
        sql: "UPDATE entries SET seq = 9223372036854775807 WHERE seq = 600",
        faults: &[(600, Missing), (60_000, Missing), (2 * 601 + 65_536, Missing)],
    },
    Case {
        name: "all entries get negative numbers",
        sql: "UPDATE entries SET seq = -1 - seq",
        faults: &[(0, Missing), (0, Truncated)],
    },
    Case {
        name: "payload and salt are moved to another entry",
        sql: "UPDATE entries SET (salt, payload) = (SELECT salt, payload FROM entries WHERE seq = 8) WHERE seq = 7",
        faults: &[(7, Commitment)],
    },
    Case {
        name: "a salt is destroyed",
        sql: "UPDATE entries SET salt = NULL WHERE seq = 7",
        faults: &[(7, Payload)],
    },
    Case {
        name: "a payload is destroyed",
        sql: "UPDATE entries SET payload = NULL WHERE seq = 7",
        faults: &[(7, Payload)],
    },
    Case {
        name: "salt and payload are destroyed without an erasure",
        sql: "UPDATE entries SET salt = NULL, payload = NULL WHERE seq = 7",
        faults: &[(7, Payload)],
    },
    Case {
        name: "an entry is written twice",
        sql: "INSERT INTO entries SELECT 601, header, leaf, salt, payload FROM entries WHERE seq = 600",
        faults: &[(601, Sequence), (601, Link), (601, FaultKind::Id)],
    },
    Case {
        name: "a stored hash is emptied",
        sql: "UPDATE entries SET leaf = x'' WHERE seq = 7",
        faults: &[(7, Leaf)],
    },
    Case {
        name: "a header is emptied",
        sql: "UPDATE entries SET header = x'' WHERE seq = 7",
        faults: &[(7, FaultKind::Header), (8, Link)],
    },
];

/// What can be computed from the entries.
const REPAIRABLE: &[Case] = &[
    Case {
        name: "a row of the index is deleted",
        sql: "DELETE FROM facets WHERE seq = 7",
        faults: &[(7, Index)],
    },
    Case { name: "the index is emptied", sql: "DELETE FROM facets", faults: &[(0, Index), (600, Index)] },
    Case {
        name: "a row of the index has no kind",
        sql: "UPDATE facets SET kind = NULL WHERE seq = 7",
        faults: &[(7, Index)],
    },
    Case {
        name: "a row of the index is added behind the end",
        sql: "INSERT INTO facets VALUES(601, 'commit', 0, NULL, NULL)",
        faults: &[(601, Index)],
    },
    Case {
        name: "a row of the index is added in front of the beginning",
        sql: "INSERT INTO facets VALUES(-1, 'commit', 0, NULL, NULL)",
        faults: &[(601, Index)],
    },
    Case { name: "an id is deleted", sql: "DELETE FROM ids WHERE seq = 7", faults: &[(7, Index)] },
    Case {
        name: "an id is added for an entry that has another",
        sql: "INSERT INTO ids VALUES(x'019aaf3e5a0070008000000000000001', 7)",
        faults: &[(7, Index)],
    },
    Case {
        name: "an id is added for an entry that is not there",
        sql: "INSERT INTO ids VALUES(x'019aaf3e5a0070008000000000000001', 9999)",
        faults: &[(601, Index)],
    },
    Case {
        name: "an id is cut short",
        sql: "UPDATE ids SET id = substr(id, 1, 15) WHERE seq = 7",
        faults: &[(7, Index)],
    },
    Case {
        name: "a file is added to an entry",
        sql: "INSERT INTO files VALUES(7, 'never/touched.rs')",
        faults: &[(7, Index)],
    },
    Case {
        name: "a file is added for an entry that is not there",
        sql: "INSERT INTO files VALUES(9999, 'never/touched.rs')",
        faults: &[(601, Index)],
    },
    Case {
        name: "the files of an entry are deleted",
        sql: "DELETE FROM files WHERE seq = 7",
        faults: &[(7, Index)],
    },
    Case { name: "the state is deleted", sql: "DELETE FROM state", faults: &[(0, Index)] },
    Case {
        name: "the index and the state are deleted",
        sql: "DELETE FROM state; DELETE FROM facets; DELETE FROM files",
        faults: &[(0, Index)],
    },
    Case {
        name: "the tables of the index are dropped",
        sql: "DROP TABLE facets; DROP TABLE files",
        faults: &[(0, Index)],
    },
    Case { name: "a tile is deleted", sql: "DELETE FROM tiles WHERE position = 1", faults: &[(256, Tree)] },
    Case {
        name: "a tile is added behind the end",
        sql: "INSERT INTO tiles SELECT 0, 2, root, hashes FROM tiles WHERE position = 1",
        faults: &[(601, Tree)],
    },
    Case {
        name: "a tile is added above",
        sql: "INSERT INTO tiles SELECT 1, 0, root, hashes FROM tiles WHERE position = 1",
        faults: &[(601, Tree)],
    },
    Case {
        name: "a tile is added in front of the beginning",
        sql: "INSERT INTO tiles SELECT 0, -1, root, hashes FROM tiles WHERE position = 1",
        faults: &[(601, Tree)],
    },
    Case {
        name: "a tile is added on a level that no ledger reaches",
        sql: "INSERT INTO tiles SELECT 9, 0, root, hashes FROM tiles WHERE position = 1",
        faults: &[(601, Tree)],
    },
    Case {
        name: "a tile is cut short",
        sql: "UPDATE tiles SET hashes = substr(hashes, 1, 8191) WHERE position = 1",
        faults: &[(511, Tree)],
    },
    Case {
        name: "a tile grows",
        sql: "UPDATE tiles SET hashes = CAST(hashes || x'00' AS BLOB) WHERE position = 1",
        faults: &[(511, Tree)],
    },
];

#[test]
fn lost_added_and_exchanged_entries_are_reported_and_never_papered_over() {
    let folder = project(COUNT as usize);
    each(LOST, folder.path(), |case| {
        let before = content(folder.path()).ok();
        let ledger = Ledger::open(folder.path(), &making()).unwrap();
        assert_eq!(ledger.reindex(&Progress::default()).unwrap_err().code(), Code::Tampered, "{}", case.name);
        assert_eq!(content(folder.path()).ok(), before, "{}", case.name);
    });
}

#[test]
fn a_damaged_index_or_tree_is_reported_and_repaired() {
    let folder = project(COUNT as usize);
    let before = content(folder.path()).unwrap();
    each(REPAIRABLE, folder.path(), |case| {
        let ledger = Ledger::open(folder.path(), &making()).unwrap();
        ledger.reindex(&Progress::default()).unwrap_or_else(|e| panic!("{}: {e:?}", case.name));
        assert_intact(&verify(folder.path()).unwrap(), COUNT + 1);
        assert_eq!(content(folder.path()).unwrap(), before, "{}", case.name);
    });
}

#[test]
fn a_search_that_meets_a_forged_index_finds_the_same_and_a_repair_makes_it_whole() {
    let folder = scratch();
    let ledger = Ledger::open(folder.path(), &making()).unwrap();
    ledger.record_many(&(0..1500).map(varied).collect::<Vec<_>>()).unwrap();
    Tables::of(folder.path()).run("INSERT INTO facets VALUES(1200, 'commit', 0, NULL, NULL)");
    let query = Query { kind: Some("commit".to_owned()), ..Query::default() };
    let found = ledger.query(&query).unwrap().entries;
    assert!(has(&verify(folder.path()).unwrap(), 1200, Index));
    ledger.reindex(&Progress::default()).unwrap();
    assert_eq!(found.len(), 100);
    assert!(ledger.query(&query).unwrap().entries == found);
    assert_intact(&verify(folder.path()).unwrap(), 1501);
}

/// Does each damage on its own, compares the report, and goes on with `then` before the damage is undone.
fn each(cases: &[Case], project: &std::path::Path, then: impl Fn(&Case)) {
    const PARTS: [&str; 6] = ["entries", "ids", "tiles", "state", "facets", "files"];
    let tables = Tables::of(project);
    for part in PARTS {
        tables.run(&format!("CREATE TEMP TABLE kept_{part} AS SELECT * FROM {part}"));
    }
    for case in cases {
        tables.run(&format!("BEGIN IMMEDIATE; {}; COMMIT", case.sql));
        let report = verify(project).unwrap_or_else(|e| panic!("{}: {e:?}", case.name));
        for (seq, kind) in case.faults {
            assert!(has(&report, *seq, *kind), "{}: no {kind:?} at {seq} in {:#?}", case.name, report.faults);
        }
        then(case);
        tables.run("BEGIN IMMEDIATE");
        for part in PARTS {
            let there = tables.0.table_exists(None, part).unwrap();
            if there {
                tables.run(&format!("DELETE FROM {part}; INSERT INTO {part} SELECT * FROM kept_{part}"));
            }
        }
        tables.run("COMMIT");
        assert_intact(&verify(project).unwrap(), COUNT + 1);
    }
}
