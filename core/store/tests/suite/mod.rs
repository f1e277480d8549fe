//! What every store must do. Each backend's test file runs all of it.

use sealbook_error::Code;
use sealbook_ledger::verify::Expected;
use sealbook_ledger::{EntryId, Genesis, Hash, LedgerId, Time, leaf_hash};
use sealbook_store::{Batch, Entry, Ingest, Order, Progress, Query, Record, Store, verify};

/// Makes an empty ledger of a genesis.
pub(crate) type Make<'a> = &'a dyn Fn(&Genesis) -> Box<dyn Store>;

/// Every promise, by name.
pub(crate) fn run(make: Make<'_>) {
    type Promise = fn(&Fixture);
    let promises: [(&str, Promise); 10] = [
        ("entries are numbered, linked and read back", entries_are_linked),
        ("an id is an idempotency key", ids_are_idempotent),
        ("a batch is recorded as a whole or not at all", batches_are_whole),
        ("batches in one commit do not touch each other", batches_are_independent),
        ("queries filter by everything and page in both orders", queries),
        ("a cursor stays true while the ledger grows", cursors_stay_true),
        ("wrong queries are refused", wrong_queries),
        ("threads append one linear chain", threads),
        ("verification is intact and can be cancelled", verification),
        ("tiles and index are whole beyond several tiles", beyond_tiles),
    ];
    for (name, promise) in promises {
        println!("{name}");
        let genesis = Genesis::new(LedgerId::from_bytes([9; 16]), "example.com/suite").unwrap();
        promise(&Fixture {
            ingest: Ingest::new(genesis.ledger(), 1 << 20, true).unwrap(),
            store: make(&genesis),
        });
    }
}

struct Fixture {
    ingest: Ingest,
    store: Box<dyn Store>,
}

impl Fixture {
    fn batch(&self, records: &[Record]) -> Batch {
        Batch::of(self.ingest.drafts(records).unwrap())
    }

    fn record(&self, records: &[Record]) -> Vec<u64> {
        self.store.commit(self.batch(records)).unwrap().sealed.iter().map(|s| s.seq).collect()
    }

    fn all(&self, query: &Query) -> Vec<u64> {
        let (mut query, mut found) = (query.clone(), Vec::new());
        loop {
            let page = self.store.query(&query).unwrap();
            assert!(page.entries.len() <= query.limit);
            found.extend(page.entries.iter().map(|e: &Entry| e.header.seq));
            match page.next {
                Some(next) => query.cursor = Some(next),
                None => return found,
            }
        }
    }

    fn is_intact(&self) -> bool {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
        let report = verify(&*self.store, &Expected::default(), &pool, &Progress::default()).unwrap();
        assert_eq!(report.faults, []);
        report.is_intact()
    }
}

fn payload(n: u64) -> String {
    let (actor, spec) = (n % 3, n % 5);
    format!(
        r#"{{"actor":{{"type":"ai","id":"agent-{actor}"}},"action":{{"type":"edit"}},"spec":"S-{spec}","files":[{{"path":"src/{n}.rs"}},{{"path":"Cargo.toml"}}],"n":{n}}}"#
    )
}

fn varied(count: u64) -> Vec<Record> {
    let kinds = ["commit", "custom.a", "custom.b", "human_review"];
    (0..count).map(|n| Record::new(kinds[n as usize % kinds.len()], payload(n))).collect()
}

fn entries_are_linked(f: &Fixture) {
    assert_eq!(f.record(&varied(3)), [1, 2, 3]);
    assert_eq!(f.record(&varied(1)), [4]);
    assert_eq!(f.store.size().unwrap(), 5);
    let mut prev = Hash::ZERO;
    f.store
        .read(0..u64::MAX, &mut |seq, raw| {
            let entry = f.store.get(seq).unwrap().unwrap();
            assert_eq!((entry.header.seq, entry.header.prev, entry.hash), (seq, prev, leaf_hash(raw.header)));
            assert_eq!(f.store.find(entry.header.id).unwrap(), Some(seq));
            prev = entry.hash;
            Ok(())
        })
        .unwrap();
    assert_eq!(f.store.get(5).unwrap(), None);
    assert_eq!(f.store.get(u64::MAX).unwrap(), None);
}

fn keyed(n: u64, text: &str) -> Record {
    let id = EntryId::new(Time::from_micros(0).unwrap(), [n as u8; 10]).to_string();
    Record { id: Some(id), ..Record::new("custom.keyed", text) }
}

fn ids_are_idempotent(f: &Fixture) {
    let first = f.store.commit(f.batch(&[keyed(1, r#"{"a":1,"b":2}"#)])).unwrap();
    let again = f.store.commit(f.batch(&[keyed(1, r#"{ "b": 2, "a": 1 }"#)])).unwrap();
    assert_eq!(first, again, "the same record in another spelling is the same entry");
    assert_eq!(f.store.size().unwrap(), 2);
    let twice = f.store.commit(f.batch(&[keyed(2, "{}"), keyed(2, "{}")])).unwrap();
    assert_eq!(twice.sealed[0], twice.sealed[1]);
    assert_eq!(f.store.size().unwrap(), 3);
    for other in
        [keyed(1, r#"{"a":2}"#), Record { kind: "custom.other".into(), ..keyed(1, r#"{"a":1,"b":2}"#) }]
    {
        assert_eq!(f.store.commit(f.batch(&[other])).unwrap_err().code(), Code::IdConflict);
    }
    assert!(f.is_intact());
}

fn batches_are_whole(f: &Fixture) {
    f.record(&[keyed(1, "{}")]);
    for last in [keyed(1, r#"{"other":1}"#), keyed(7, r#"{"other":1}"#)] {
        let records = [Record::new("custom.x", "{}"), keyed(7, "{}"), last];
        assert_eq!(f.store.commit(f.batch(&records)).unwrap_err().code(), Code::IdConflict);
        assert_eq!(f.store.size().unwrap(), 2);
    }
    assert!(f.store.commit(Batch::default()).unwrap().sealed.is_empty());
    assert!(f.is_intact());
}

fn batches_are_independent(f: &Fixture) {
    f.record(&[keyed(1, "{}")]);
    let batches = vec![f.batch(&varied(2)), f.batch(&[keyed(1, r#"{"other":1}"#)]), f.batch(&varied(1))];
    let results = f.store.commit_each(batches);
    assert_eq!(results[0].as_ref().unwrap().sealed.iter().map(|s| s.seq).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(results[1].as_ref().unwrap_err().code(), Code::IdConflict);
    assert_eq!(results[2].as_ref().unwrap().sealed[0].seq, 4);
    assert!(f.is_intact());
}

fn queries(f: &Fixture) {
    f.record(&varied(2500)); // far enough that a store with an index has built it
    let time = f.store.get(1).unwrap().unwrap().header.time;
    let text = |s: &str| Some(s.to_owned());
    let query = Query { limit: 97, ..Query::default() };
    let n = |keep: &dyn Fn(u64) -> bool| (0..2500u64).filter(|n| keep(*n)).map(|n| n + 1).collect::<Vec<_>>();
    let cases = [
        (Query { kind: text("commit"), ..query.clone() }, n(&|n| n % 4 == 0)),
        (Query { kind: text("custom.*"), ..query.clone() }, n(&|n| n % 4 == 1 || n % 4 == 2)),
        (Query { kind: text("custom"), ..query.clone() }, vec![]),
        (Query { actor: text("agent-2"), ..query.clone() }, n(&|n| n % 3 == 2)),
        (
            Query { spec: text("S-4"), actor: text("agent-1"), ..query.clone() },
            n(&|n| n % 5 == 4 && n % 3 == 1),
        ),
        (Query { path: text("src/1234.rs"), ..query.clone() }, vec![1235]),
        (Query { path: text("Cargo.toml"), kind: text("human_review"), ..query.clone() }, n(&|n| n % 4 == 3)),
        (Query { since: Some(time), kind: text("commit"), ..query.clone() }, n(&|n| n % 4 == 0)),
        (Query { until: Some(time), actor: text("agent-1"), ..query.clone() }, vec![]),
        (Query { kind: text("sys.genesis"), ..query.clone() }, vec![0]),
        (query.clone(), (0..=2500).collect()),
    ];
    for (query, expected) in cases {
        let oldest = Query { order: Order::Oldest, ..query.clone() };
        assert_eq!(f.all(&oldest), expected, "{oldest:?}");
        assert!(f.all(&query).iter().eq(expected.iter().rev()), "{query:?}");
    }
    f.record(&varied(3)); // behind the index
    assert_eq!(f.all(&Query { path: text("src/1.rs"), ..query.clone() }), [2502, 2]);
    assert_eq!(f.all(&Query { path: text("src/1.rs"), order: Order::Oldest, ..query }), [2, 2502]);
}

fn cursors_stay_true(f: &Fixture) {
    f.record(&varied(20));
    for order in [Order::Newest, Order::Oldest] {
        let size = f.store.size().unwrap();
        let query = Query { order, limit: 7, ..Query::default() };
        let page = f.store.query(&query).unwrap();
        f.record(&varied(5));
        let rest = f.all(&Query { cursor: page.next, ..query });
        match order {
            Order::Newest => assert!(rest.iter().copied().eq((0..size - 7).rev())),
            Order::Oldest => assert!(rest.iter().copied().eq(7..size + 5)),
        }
    }
}

fn wrong_queries(f: &Fixture) {
    for cursor in ["", "x", "o", "o-1", "n1"] {
        let query = Query { cursor: Some(cursor.into()), order: Order::Oldest, ..Query::default() };
        assert_eq!(f.store.query(&query).unwrap_err().code(), Code::InvalidQuery, "{cursor:?}");
    }
    for limit in [0, 10_001] {
        assert_eq!(
            f.store.query(&Query { limit, ..Query::default() }).unwrap_err().code(),
            Code::InvalidQuery
        );
    }
}

fn threads(f: &Fixture) {
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..50).for_each(|n| drop(f.record(&varied(n % 3 + 1)))));
        }
    });
    assert_eq!(f.store.size().unwrap(), 1 + 8 * (0..50).map(|n| n % 3 + 1).sum::<u64>());
    assert!(f.is_intact());
}

fn verification(f: &Fixture) {
    f.record(&varied(300));
    assert!(f.is_intact());
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    let progress = Progress::default();
    progress.cancel();
    assert_eq!(
        verify(&*f.store, &Expected::default(), &pool, &progress).unwrap_err().code(),
        Code::Cancelled
    );
    let expected = Expected { size: Some(302), ..Expected::default() };
    let report = verify(&*f.store, &expected, &pool, &Progress::default()).unwrap();
    assert_eq!(serde_json::to_value(report.faults[0].kind).unwrap(), "truncated");
}

fn beyond_tiles(f: &Fixture) {
    for _ in 0..9 {
        f.record(&varied(1000));
    }
    assert!(f.is_intact());
    f.store.reindex(&Progress::default()).unwrap();
    assert!(f.is_intact());
    f.record(&varied(10));
    assert!(f.is_intact());
}
