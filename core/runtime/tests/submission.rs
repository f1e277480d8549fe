//! Entries of the caller's own that come with a submission: all of it is written, or nothing.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use sealbook_error::Code;
use sealbook_ledger::Genesis;
use sealbook_runtime::{Access, Engine, EngineOptions};
use sealbook_store::{MemoryStore, Record, SqliteOptions, SqliteStore, Store, new_ledger_id};
use sealbook_tasks::{Arguments, Key, Principal, Right, Scope, Span, Spec, Standing, TaskKind};
use std::sync::Arc;

fn stores() -> Vec<(Arc<dyn Store>, Option<tempfile::TempDir>)> {
    let genesis = || Genesis::new(new_ledger_id().unwrap(), "example.com/submission").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ledger.db");
    let sqlite = SqliteStore::create(&file, &genesis(), SqliteOptions::default()).unwrap();
    vec![(Arc::new(MemoryStore::new(genesis()).unwrap()), None), (Arc::new(sqlite), Some(folder))]
}

fn spec(kind: &str) -> Spec {
    let requester = Principal::parse("ann").unwrap();
    Spec::new(TaskKind::parse(kind).unwrap(), Arguments::parse("1").unwrap(), requester)
}

fn order(id: Option<&str>) -> Record {
    Record { id: id.map(str::to_owned), ..Record::new("custom.order", r#"{"order": 7}"#) }
}

#[test]
fn entries_stand_in_front_of_those_of_the_tasks_that_come_with_them() {
    for (store, _folder) in stores() {
        let engine = Engine::new(store.clone(), EngineOptions::default()).unwrap();
        let size = store.size().unwrap();
        let (entries, tasks) =
            engine.record_and_submit(&[order(None), order(None)], vec![spec("a"), spec("b")]).unwrap();
        let numbers: Vec<_> = entries.iter().map(|entry| entry.header.seq).collect();
        assert_eq!((numbers, tasks.len()), (vec![size, size + 1], 2));
        for entry in &entries {
            assert_eq!(store.get(entry.header.seq).unwrap().unwrap(), *entry);
        }
        let kinds: Vec<_> = (size..store.size().unwrap())
            .map(|seq| store.get(seq).unwrap().unwrap().header.kind.to_string())
            .collect();
        assert_eq!(kinds, ["custom.order", "custom.order", "task", "task", "task", "task"]);
        let report = engine.record_and_submit(&[], vec![]).unwrap();
        assert!(report.0.is_empty() && report.1.is_empty());
    }
}

#[test]
fn neither_is_written_if_the_other_cannot_be() {
    for (store, _folder) in stores() {
        let ann = Standing::of(Principal::parse("ann").unwrap()).allowed(Right::Submit, "work");
        let options = EngineOptions {
            access: Access::Listed(vec![ann]),
            payload_limit: 100,
            ..EngineOptions::default()
        };
        let engine = Engine::new(store.clone(), options).unwrap();
        let first = "019aaf3e-5a00-7000-8000-000000000001";
        engine.record_and_submit(&[order(Some(first))], vec![]).unwrap();
        let size = store.size().unwrap();
        let other = Record { payload: b"{}".to_vec(), ..order(Some(first)) };
        let long = Record::new("custom.order", format!(r#"{{"x": "{}"}}"#, "x".repeat(100)));
        for (record, code) in [
            (other, Code::IdConflict),
            (long, Code::PayloadTooLarge),
            (Record::new("sys.key", "{}"), Code::ReservedKind),
            (Record::new("custom.order", "1"), Code::PayloadNotObject),
        ] {
            let error = engine.record_and_submit(&[record], vec![spec("work")]).unwrap_err();
            assert_eq!((error.code(), store.size().unwrap()), (code, size));
        }
        let error = engine.record_and_submit(&[order(None)], vec![spec("work"), spec("other")]).unwrap_err();
        assert_eq!((error.code(), store.size().unwrap()), (Code::AccessRefused, size + 1));
        assert_eq!(store.get(size).unwrap().unwrap().header.kind.as_str(), "task", "the refusal alone");
        assert!(engine.counts().unwrap().iter().all(|(_, count)| *count == 0));
    }
}

#[test]
fn the_same_call_again_writes_nothing_if_both_have_keys() {
    for (store, _folder) in stores() {
        let engine = Engine::new(store.clone(), EngineOptions::default()).unwrap();
        let idempotency = sealbook_tasks::Idempotency {
            key: Key::parse("order-7").unwrap(),
            scope: Scope::Kind,
            lifetime: Span::from_secs(60),
        };
        let keyed = Spec { idempotency: Some(idempotency), ..spec("work") };
        let again = || {
            let id = "019aaf3e-5a00-7000-8000-000000000002";
            engine.record_and_submit(&[order(Some(id))], vec![keyed.clone()]).unwrap()
        };
        let (first, size) = (again(), store.size().unwrap());
        let second = again();
        assert_eq!((second.0, second.1[0].id, second.1[0].repeated), (first.0, first.1[0].id, true));
        assert_eq!(store.size().unwrap(), size);
    }
}
