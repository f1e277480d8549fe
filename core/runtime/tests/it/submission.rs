//! Entries of the caller's own that come with a submission: all of it is written, or nothing.

use crate::support::{House, houses, houses_with, principal, task};
use sealbook_error::Code;
use sealbook_runtime::{Access, EngineOptions};
use sealbook_store::Record;
use sealbook_tasks::{Key, QueueOptions, Right, Scope, Span, Spec, Standing};

fn order(id: Option<&str>) -> Record {
    Record { id: id.map(str::to_owned), ..Record::new("custom.order", r#"{"order": 7}"#) }
}

#[test]
fn entries_stand_in_front_of_those_of_the_tasks_that_come_with_them() {
    for House { engine, store, .. } in &houses() {
        let size = store.size().unwrap();
        let (entries, tasks) = engine
            .record_and_submit(&[order(None), order(None)], vec![task("a", "1"), task("b", "1")])
            .unwrap();
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
    let ann = Standing::of(principal("ann")).allowed(Right::Submit, "work");
    let access = Access::Listed(vec![ann]);
    let options = EngineOptions { access, payload_limit: 100, ..EngineOptions::default() };
    for House { engine, store, .. } in &houses_with(&options) {
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
            let error = engine.record_and_submit(&[record], vec![task("work", "1")]).unwrap_err();
            assert_eq!((error.code(), store.size().unwrap()), (code, size));
        }
        let error = engine
            .record_and_submit(&[order(None)], vec![task("work", "1"), task("other", "1")])
            .unwrap_err();
        assert_eq!((error.code(), store.size().unwrap()), (Code::AccessRefused, size + 1));
        assert_eq!(store.get(size).unwrap().unwrap().header.kind.as_str(), "task", "the refusal alone");
        assert!(engine.counts().unwrap().iter().all(|(_, count)| *count == 0));
    }
}

#[test]
fn a_full_queue_takes_no_entry_either() {
    let queue = QueueOptions { capacity: 1, ..QueueOptions::default() };
    for House { engine, store, .. } in &houses_with(&EngineOptions { queue, ..EngineOptions::default() }) {
        engine.submit(task("work", "1")).unwrap();
        let size = store.size().unwrap();
        let error = engine.record_and_submit(&[order(None)], vec![task("work", "1")]).unwrap_err();
        assert_eq!((error.code(), store.size().unwrap()), (Code::QueueFull, size));
    }
}

#[test]
fn the_same_call_again_writes_nothing_if_both_have_keys() {
    for House { engine, store, .. } in &houses() {
        let idempotency = sealbook_tasks::Idempotency {
            key: Key::parse("order-7").unwrap(),
            scope: Scope::Kind,
            lifetime: Span::from_secs(60),
        };
        let keyed = Spec { idempotency: Some(idempotency), ..task("work", "1") };
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
