//! A store that takes nothing for a while, as on a full disk: what has ended is kept, and written once it can be. And one with a damaged row.

use crate::support::{House, genesis, kind, principal, task};
use sealbook_error::{Code, Error, Result};
use sealbook_ledger::verify::RawEntry;
use sealbook_ledger::{EntryId, Genesis};
use sealbook_runtime::{
    Attempt, CancelToken, Deed, Engine, EngineOptions, Handlers, Outcome, Progress, Summary, WorkerOptions,
    work,
};
use sealbook_store::{Batch, MemoryStore, Page, Query, Receipt, Store, TaskFilter, TaskRow, TaskTables};
use sealbook_tasks::{Dependency, OnFailure, Span, Spec, State, Timeouts};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

struct Refusing {
    store: MemoryStore,
    /// How many more commits are refused.
    refusals: AtomicU32,
    code: Code,
}

impl Store for Refusing {
    fn genesis(&self) -> Option<&Genesis> {
        self.store.genesis()
    }

    fn size(&self) -> Result<u64> {
        self.store.size()
    }

    fn commit(&self, batch: Batch) -> Result<Receipt> {
        let less = |left: u32| left.checked_sub(1);
        match self.refusals.fetch_update(SeqCst, SeqCst, less) {
            Ok(_) => Err(Error::new(self.code, "refused on purpose")),
            Err(_) => self.store.commit(batch),
        }
    }

    fn read(&self, range: Range<u64>, visit: &mut dyn FnMut(u64, RawEntry<'_>) -> Result<()>) -> Result<()> {
        self.store.read(range, visit)
    }

    fn find(&self, id: EntryId) -> Result<Option<u64>> {
        self.store.find(id)
    }

    fn tasks(&self, read: &mut dyn FnMut(&dyn TaskTables) -> Result<()>) -> Result<()> {
        self.store.tasks(read)
    }

    fn query(&self, query: &Query) -> Result<Page> {
        self.store.query(query)
    }
}

/// Runs a task whose end meets so many refusals; what came of it, and how often its handler ran.
fn run(refusals: u32, code: Code, stops: bool) -> (Result<Summary>, State, u32) {
    let store = MemoryStore::new(genesis()).unwrap();
    let store = Arc::new(Refusing { store, refusals: AtomicU32::new(0), code });
    let engine = Engine::new(store.clone(), EngineOptions::default()).unwrap();
    let id = engine.submit(task("work", "1")).unwrap().id;
    let (stop, runs) = (CancelToken::new(), Arc::new(AtomicU32::new(0)));
    let handler = {
        let (store, stop, runs) = (store.clone(), stop.clone(), runs.clone());
        move |_: &Attempt| {
            runs.fetch_add(1, SeqCst);
            store.refusals.store(refusals, SeqCst);
            if stops {
                stop.cancel("enough");
            }
            Outcome::Complete("1".to_owned())
        }
    };
    let handlers = Handlers::from([(kind("work"), Arc::new(handler) as _)]);
    let ops = Some(principal("ops"));
    let options =
        WorkerOptions { concurrency: 1, until_idle: true, principal: ops, ..WorkerOptions::default() };
    let summary = work(&engine, handlers, &options, &stop, &mut |_| {});
    (summary, engine.get(id).unwrap().task.state, runs.load(SeqCst))
}

#[test]
fn what_could_not_be_written_is_written_when_it_can_be_and_not_run_again() {
    for code in [Code::DiskFull, Code::LedgerBusy] {
        let (summary, state, runs) = run(2, code, false);
        let summary = summary.unwrap();
        assert_eq!((summary.attempts, summary.completed, state, runs), (1, 1, State::Completed, 1));
    }
}

#[test]
fn a_worker_that_stops_writes_what_has_ended_while_it_has_time() {
    let (summary, state, runs) = run(2, Code::DiskFull, true);
    assert_eq!((summary.unwrap().completed, state, runs), (1, State::Completed, 1));
}

#[test]
fn what_does_not_pass_ends_the_worker() {
    let (summary, ..) = run(1, Code::Tampered, false);
    assert_eq!(summary.unwrap_err().code(), Code::Tampered);
}

#[test]
fn a_damaged_row_keeps_no_other_from_its_turn() {
    let house = House::in_a_file();
    let due = Timeouts { schedule_to_start: Some(Span::from_millis(1)), ..Timeouts::default() };
    let mut ids = [(); 3].map(|()| Engine::new_id().unwrap());
    ids.sort_unstable();
    // The damaged one waits for the next, so that it is looked at when that ends, too.
    let after = vec![Dependency { task: ids[1], on_failure: OnFailure::Run }];
    let damaged = Spec { timeouts: due, after, ..task("work", "1") };
    let specs = [task("work", "2"), task("work", "3"), damaged];
    house.engine.submit_as([ids[1], ids[2], ids[0]].into_iter().zip(specs).collect()).unwrap();
    house.change("UPDATE tasks SET document = substr(document, 1, 40) WHERE due IS NOT NULL");
    house.change(
        "UPDATE transitions SET document = '{}' WHERE number = (SELECT max(number) FROM transitions)",
    );
    let engine = house.another();
    let handlers =
        Handlers::from([(kind("work"), Arc::new(|_: &Attempt| Outcome::Complete("1".to_owned())) as _)]);
    let ops = Some(principal("ops"));
    let options = WorkerOptions { concurrency: 1, principal: ops, ..WorkerOptions::default() };
    let mut ran = Vec::new();
    let stop = CancelToken::new();
    let mut tell = |progress| {
        if let Progress::Ended(id, State::Completed) = progress {
            ran.push(id);
            if ran.contains(&ids[1]) && ran.contains(&ids[2]) {
                stop.cancel("enough");
            }
        }
    };
    work(&engine, handlers, &options, &stop, &mut tell).unwrap();
    assert!(!ran.contains(&ids[0]));

    let mut listed = Vec::new();
    let mut visit = |row: TaskRow| {
        listed.push(row.task.id);
        Ok(())
    };
    let error = engine.list(&TaskFilter::default(), &mut visit).unwrap_err();
    assert_eq!((error.code(), listed.as_slice()), (Code::Tampered, &ids[1..]));
    assert!(error.message().contains(&ids[0].to_string()), "{error}");
    assert!(engine.show(ids[0]).unwrap_err().message().contains(&ids[0].to_string()));
    let states = engine.act_many(Deed::Cancel, &ids, &principal("ann"), "").unwrap();
    assert_eq!(states[0].as_ref().unwrap_err().code(), Code::Tampered);
    assert!(states[1..].iter().all(|state| state.as_ref().unwrap_err().code() == Code::IllegalTransition));
    assert!(engine.figures(1000).is_ok() && !engine.events(0, 1000).unwrap().is_empty());
}
