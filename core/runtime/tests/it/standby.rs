//! Workers that stand by are given what is submitted in their process.

use crate::support::{self, kind, principal, task};
use sealbook_runtime::{Attempt, CancelToken, Handlers, Outcome, Progress, Summary, WorkerOptions, work};
use sealbook_store::TaskFilter;
use sealbook_tasks::{Event, GateLimits, GateName, Needs, Rate, Span, Spec, State, TaskId};
use std::ops::Deref;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Barrier, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

struct House {
    base: support::House,
    stop: CancelToken,
}

impl Deref for House {
    type Target = support::House;

    fn deref(&self) -> &Self::Target {
        &self.base
    }
}

impl House {
    fn new() -> Self {
        Self { base: support::House::in_a_file(), stop: CancelToken::new() }
    }

    fn worker(
        &self,
        concurrency: usize,
        handler: impl Fn(&Attempt) -> Outcome + Send + Sync + 'static,
    ) -> JoinHandle<Summary> {
        let (engine, stop) = (self.engine.clone(), self.stop.clone());
        let handlers = Handlers::from([(kind("work"), Arc::new(handler) as _)]);
        let options = WorkerOptions { concurrency, ..WorkerOptions::default() };
        std::thread::spawn(move || work(&engine, handlers, &options, &stop, &mut |_| {}).unwrap())
    }

    fn completes(&self, id: TaskId) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while self.engine.get(id).unwrap().task.state != State::Completed {
            assert!(Instant::now() < deadline, "task {id} has not completed");
            std::thread::yield_now();
        }
    }

    /// Whether an attempt was begun by the transaction that took the task in.
    fn began_at_once(&self, id: TaskId) -> bool {
        let view = self.engine.show(id).unwrap();
        let start = view.history.iter().find(|transition| transition.event == Event::Start).unwrap();
        start.at == view.row.task.submitted_at
    }
}

fn spec() -> Spec {
    task("work", "1")
}

fn echo(attempt: &Attempt) -> Outcome {
    Outcome::Complete(attempt.arguments.as_str().to_owned())
}

#[test]
fn a_task_begins_in_the_transaction_that_takes_it_in() {
    let house = House::new();
    let worker = house.worker(2, echo);
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let id = house.engine.submit(spec()).unwrap().id;
        house.completes(id);
        if house.began_at_once(id) {
            break;
        }
        assert!(Instant::now() < deadline, "no worker stood by");
    }
    house.stop.cancel("enough");
    assert!(worker.join().unwrap().fenced == 0);
}

#[test]
fn a_worker_that_stands_by_is_given_only_what_a_claim_would_give_it() {
    let house = House::new();
    let worker = house.worker(2, echo);
    house.completes(house.engine.submit(spec()).unwrap().id);
    let other = Spec { kind: kind("other"), ..spec() };
    let agent = Spec { needs: Needs { models: vec!["m".to_owned()], ..Needs::default() }, ..spec() };
    let left: Vec<_> = [other, agent].into_iter().map(|spec| house.engine.submit(spec).unwrap().id).collect();
    house.completes(house.engine.submit(spec()).unwrap().id);
    house.stop.cancel("enough");
    assert_eq!(worker.join().unwrap().attempts, 2);
    assert!(left.iter().all(|id| house.engine.get(*id).unwrap().task.state == State::Queued));
}

#[test]
fn what_a_rate_holds_back_begins_once_it_may_although_nothing_else_happens() {
    let house = House::new();
    let kind = GateName::Kind(kind("work"));
    let rate = Some(Rate { starts: 1, per: Span::from_millis(300), burst: 1 });
    let ops = principal("ops");
    house.engine.limit(kind, GateLimits { rate, ..GateLimits::default() }, ops, "").unwrap();
    let worker = house.worker(2, echo);
    house.completes(house.engine.submit(spec()).unwrap().id);
    let elsewhere = house.another();
    house.completes(elsewhere.submit(spec()).unwrap().id);
    house.stop.cancel("enough");
    assert_eq!(worker.join().unwrap().completed, 2);
}

#[test]
fn no_more_run_at_once_than_there_are_permits() {
    let house = House::new();
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (inside, seen) = (now.clone(), most.clone());
    let worker = house.worker(3, move |attempt| {
        seen.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        std::thread::yield_now();
        inside.fetch_sub(1, Ordering::SeqCst);
        echo(attempt)
    });
    let ids: Vec<_> = std::thread::scope(|scope| {
        let submit = || (0..40).map(|_| house.engine.submit(spec()).unwrap().id).collect::<Vec<_>>();
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(submit)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    ids.into_iter().for_each(|id| house.completes(id));
    house.stop.cancel("enough");
    let summary = worker.join().unwrap();
    assert_eq!((summary.completed, summary.fenced, now.load(Ordering::SeqCst)), (160, 0, 0));
    assert!(most.load(Ordering::SeqCst) <= 3, "{most:?}");
}

#[test]
fn what_was_given_to_a_worker_that_stops_goes_back() {
    for _ in 0..20 {
        let house = House::new();
        let worker = house.worker(4, echo);
        house.completes(house.engine.submit(spec()).unwrap().id);
        std::thread::scope(|scope| {
            scope.spawn(|| (0..20).for_each(|_| assert!(!house.engine.submit(spec()).unwrap().repeated)));
            house.stop.cancel("enough");
        });
        let summary = worker.join().unwrap();
        let mut states = Vec::new();
        let all = TaskFilter::default();
        house
            .engine
            .list(&all, &mut |row| {
                states.push(row.task.state);
                Ok(())
            })
            .unwrap();
        let completed = states.iter().filter(|state| **state == State::Completed).count();
        assert_eq!(completed as u64, summary.completed);
        assert!(states.iter().all(|state| matches!(state, State::Completed | State::Queued)), "{states:?}");
    }
}

/// Runs a worker on this thread, with handlers that wait for the test and those that do not; `tell` is called between two turns.
fn run_telling(
    house: &House,
    options: &WorkerOptions,
    waits: impl Fn() + Send + Sync + 'static,
    tell: &mut dyn FnMut(Progress),
) -> sealbook_error::Result<Summary> {
    let deaf = move |attempt: &Attempt| {
        waits();
        echo(attempt)
    };
    let handlers = Handlers::from([(kind("deaf"), Arc::new(deaf) as _), (kind("work"), Arc::new(echo) as _)]);
    work(&house.engine, handlers, options, &house.stop, tell)
}

#[test]
fn what_was_given_and_not_begun_goes_back_before_the_worker_waits_for_what_runs() {
    let house = House::new();
    let (release, released) = channel::<()>();
    let released = Mutex::new(released);
    let waits = move || released.lock().unwrap().recv().unwrap();
    let deaf = house.engine.submit(task("deaf", "1")).unwrap().id;
    house.engine.submit(spec()).unwrap();
    let options =
        WorkerOptions { concurrency: 2, drain: Duration::from_secs(120), ..WorkerOptions::default() };
    let (given, late) = channel();
    std::thread::scope(|scope| {
        let worker = scope.spawn(|| {
            run_telling(&house, &options, waits, &mut |progress| {
                if matches!(progress, Progress::Ended(..)) && !house.stop.is_cancelled() {
                    let late = house.engine.submit(spec()).unwrap().id;
                    given.send((late, house.engine.get(late).unwrap().task.state)).unwrap();
                    house.stop.cancel("enough");
                }
            })
        });
        let (late, state) = late.recv().unwrap();
        assert_eq!(state, State::Running, "it was given to the worker that stood by");
        let deadline = Instant::now() + Duration::from_secs(60);
        while house.engine.get(late).unwrap().task.state != State::Queued {
            assert!(Instant::now() < deadline, "it was not given back");
            std::thread::yield_now();
        }
        assert_eq!(house.engine.get(deaf).unwrap().task.state, State::Running);
        release.send(()).unwrap();
        assert_eq!(worker.join().unwrap().unwrap().attempts, 2);
    });
}

#[test]
fn a_worker_that_has_scaled_down_is_given_no_more_than_it_has_permits() {
    let house = House::new();
    let met = Arc::new(Barrier::new(2));
    house.engine.submit_many(vec![task("deaf", "1"); 2]).unwrap();
    let options = WorkerOptions { concurrency: 2, least: Some(1), ..WorkerOptions::default() };
    let mut given = Vec::new();
    let waits = move || {
        met.wait();
    };
    run_telling(&house, &options, waits, &mut |progress| {
        if progress == Progress::Scaled(1) && given.is_empty() {
            let submitted = house.engine.submit_many(vec![spec(); 3]).unwrap();
            given = submitted.iter().map(|it| house.engine.get(it.id).unwrap().task.state).collect();
            house.stop.cancel("enough");
        }
    })
    .unwrap();
    assert_eq!(given, [State::Running, State::Queued, State::Queued]);
}

#[test]
fn an_agent_that_cannot_be_read_is_no_fault_of_a_submission() {
    let house = House::new();
    house.engine.submit(spec()).unwrap();
    let profile = r#"{"id":"reader","kinds":["work"],"limit":2}"#;
    let agent = Some(serde_json::from_str(profile).unwrap());
    let options = WorkerOptions { concurrency: 2, agent, ..WorkerOptions::default() };
    let mut submitted = None;
    let ended = run_telling(&house, &options, || {}, &mut |progress| {
        if matches!(progress, Progress::Ended(..)) {
            house.change("UPDATE documents SET document = '{' WHERE name = 'agent:reader'");
            submitted = Some(house.engine.submit(spec()).unwrap().id);
        }
    });
    assert_eq!(ended.unwrap_err().code().name(), "TAMPERED", "the worker itself cannot go on");
    assert_eq!(house.engine.get(submitted.unwrap()).unwrap().task.state, State::Queued);
}
