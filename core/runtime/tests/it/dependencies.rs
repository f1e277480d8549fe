//! What guards dependencies, over both stores: breakers by hand, and limits that follow how calls end.

use crate::support::{House, houses_with, kind, principal, task};
use sealbook_runtime::{Access, Claimed, Engine, EngineOptions, Outcome};
use sealbook_tasks::{
    Adaptive, BreakerDeed, BreakerPolicy, BreakerState, Failure, Fault, GateLimits, GateName, Jitter, Key,
    LEASE, RetryPolicy, Right, Span, Spec, Standing, State, TaskId, Timeouts, WorkerId, WorkerLease,
};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A breaker that is in nobody's way.
fn options() -> EngineOptions {
    let breaker = BreakerPolicy { consecutive: 0, min_calls: 1_000_000, ..BreakerPolicy::default() };
    EngineOptions { breaker, ..EngineOptions::default() }
}

fn houses() -> [House; 2] {
    houses_with(&options())
}

fn key() -> Key {
    Key::parse("api.example").unwrap()
}

fn gate() -> GateName {
    GateName::Dependency(key())
}

fn spec() -> Spec {
    let retry = RetryPolicy {
        initial: Span::from_secs(3600),
        max: Span::from_secs(3600),
        jitter: Jitter::None,
        ..RetryPolicy::default()
    };
    Spec { retry, dependency: Some(key()), ..task("work", "1") }
}

fn submit(engine: &Engine, count: usize) -> Vec<TaskId> {
    engine.submit_many(vec![spec(); count]).unwrap().iter().map(|submitted| submitted.id).collect()
}

fn worker(engine: &Engine, name: &str) -> WorkerLease {
    engine.begin_worker(WorkerId::parse(name).unwrap(), LEASE).unwrap()
}

fn claim(engine: &Engine, worker: &WorkerLease, most: usize) -> Vec<Claimed> {
    engine.claim(worker, most, &Arc::new(BTreeSet::from([kind("work")]))).unwrap()
}

fn failed(fault: Fault) -> Outcome {
    let text = "on purpose".to_owned();
    Outcome::Fail(Failure { fault, class: text.clone(), message: text, retry_after: None, detail: None })
}

fn end(engine: &Engine, claimed: Vec<Claimed>, outcome: &Outcome) {
    let ended: Vec<_> = claimed.into_iter().map(|claimed| (claimed, outcome.clone())).collect();
    engine.finish(ended).unwrap().into_iter().for_each(|state| assert!(state.is_ok()));
}

fn adaptive(least: u32, most: u32, first: u32) -> GateLimits {
    GateLimits { adaptive: Some(Adaptive { least, most, first, now: None }), ..GateLimits::default() }
}

fn follow(engine: &Engine, limits: GateLimits) {
    engine.limit(gate(), limits, principal("ops"), "a service that we share").unwrap();
}

/// What the dependency may have out at present.
fn present(engine: &Engine) -> Option<u32> {
    let gates = engine.gates().unwrap();
    gates.iter().find(|(name, _)| *name == gate()).and_then(|(_, limits)| limits.adaptive?.now)
}

#[test]
fn a_limit_rises_by_one_with_each_full_round_of_successes() {
    for House { engine, .. } in &houses() {
        follow(engine, adaptive(1, 5, 2));
        submit(engine, 40);
        let worker = worker(engine, "w");
        let sizes = [2, 3, 4, 5, 5].map(|expected| {
            let claimed = claim(engine, &worker, 40);
            assert_eq!(present(engine), Some(expected));
            let size = claimed.len();
            end(engine, claimed, &Outcome::Complete("1".into()));
            size
        });
        assert_eq!(sizes, [2, 3, 4, 5, 5]);
    }
}

#[test]
fn failures_of_one_round_halve_it_once_and_what_says_nothing_about_the_dependency_leaves_it() {
    for House { engine, .. } in &houses() {
        follow(engine, adaptive(1, 50, 16));
        submit(engine, 60);
        let worker = worker(engine, "w");
        for (outcome, expected) in [
            (failed(Fault::Permanent), 16),
            (Outcome::Snooze(Span::from_secs(3600)), 16),
            (failed(Fault::Throttled), 8),
            (failed(Fault::Timeout), 4),
        ] {
            let claimed = claim(engine, &worker, 60);
            assert!(claimed.len() >= 8);
            end(engine, claimed, &outcome);
            assert_eq!(present(engine), Some(expected), "{outcome:?}");
        }
        assert_eq!(claim(engine, &worker, 60).len(), 4);
    }
}

#[test]
fn every_process_follows_and_a_restart_forgets_nothing() {
    let house = House::in_a_file_with(options());
    let (here, elsewhere) = (house.another_with(options()), house.another_with(options()));
    follow(&here, adaptive(1, 50, 8));
    submit(&here, 40);
    let (mine, other) = (worker(&here, "a"), worker(&elsewhere, "b"));
    let claimed = claim(&here, &mine, 5);
    assert_eq!((claimed.len(), claim(&elsewhere, &other, 40).len()), (5, 3));
    end(&here, claimed, &failed(Fault::Throttled));
    assert_eq!((present(&elsewhere), claim(&elsewhere, &other, 40).len()), (Some(4), 1));
    drop((here, elsewhere));

    let again = house.another_with(options());
    assert_eq!((present(&again), claim(&again, &other, 40).len()), (Some(4), 0));
    let figures = again.figures(100_000).unwrap();
    let text = figures.to_prometheus();
    for line in [
        "sealbook_dependency_limit{dependency=\"api.example\"} 4\n",
        "sealbook_dependency_out{dependency=\"api.example\"} 4\n",
        "sealbook_breaker{dependency=\"api.example\",state=\"closed\"} 1\n",
    ] {
        assert!(text.contains(line), "{text}");
    }
    // Paused and let go within the same bounds it goes on from there; within others it begins anew.
    follow(&again, GateLimits { paused: true, ..adaptive(1, 50, 8) });
    assert_eq!(present(&again), Some(4));
    follow(&again, adaptive(2, 50, 8));
    assert_eq!(present(&again), Some(8));
    follow(&again, GateLimits::default());
    assert_eq!((present(&again), again.figures(10).unwrap().dependencies["api.example"].limit), (None, None));
}

#[test]
fn what_runs_already_when_it_begins_to_follow_counts() {
    for House { engine, .. } in &houses() {
        submit(engine, 9);
        let worker = worker(engine, "w");
        let claimed = claim(engine, &worker, 5);
        follow(engine, adaptive(1, 10, 6));
        assert_eq!(engine.figures(100).unwrap().dependencies["api.example"].out, Some(5));
        assert_eq!(claim(engine, &worker, 9).len(), 1);
        end(engine, claimed, &Outcome::Cancelled);
        assert_eq!(engine.figures(100).unwrap().dependencies["api.example"].out, Some(1));
    }
}

#[test]
fn an_attempt_that_takes_too_long_lowers_the_limit_and_counts_at_the_breaker() {
    let brief = Some(Span::from_millis(50));
    let attempt = Timeouts { start_to_close: brief, ..Timeouts::default() };
    let whole = Timeouts { schedule_to_close: brief, ..Timeouts::default() };
    for (timeouts, House { engine, .. }) in
        [attempt, whole].into_iter().flat_map(|it| houses().map(|house| (it, house)))
    {
        let engine = &engine;
        follow(engine, adaptive(1, 10, 4));
        engine.submit(Spec { timeouts, ..spec() }).unwrap();
        let worker = worker(engine, "w");
        let claimed = claim(engine, &worker, 1);
        while engine.get(claimed[0].task.id).unwrap().task.state == State::Running {
            engine.tend().unwrap();
        }
        assert_eq!(present(engine), Some(2));
        let breaker = engine.breakers().unwrap().remove(0);
        assert_eq!((breaker.calls, breaker.failures, breaker.in_row), (1, 1, 1));
    }
}

#[test]
fn opened_by_hand_a_breaker_parks_tasks_without_an_attempt_and_closed_it_lets_them_go() {
    for House { engine, .. } in &houses() {
        engine.breaker(key(), BreakerDeed::Open, principal("ops"), "maintenance").unwrap();
        let id = submit(engine, 1)[0];
        let worker = worker(engine, "w");
        assert!(claim(engine, &worker, 1).is_empty());
        let task = engine.get(id).unwrap().task;
        assert_eq!((task.state, task.attempts), (State::Pending, 0));
        assert!(task.reason.unwrap().contains("forced"));
        // Nothing will happen before somebody acts: a worker that is to end when it is idle may.
        assert!(engine.activity(&BTreeSet::from([kind("work")])).unwrap().is_idle());
        let [breaker] = engine.breakers().unwrap().try_into().unwrap();
        assert_eq!((breaker.state, breaker.until), (BreakerState::Forced, None));
        assert_eq!(breaker.reason.as_deref(), Some("maintenance"));

        let closed = engine.breaker(key(), BreakerDeed::Close, principal("ops"), "done").unwrap();
        assert_eq!(closed.state, BreakerState::Closed);
        assert_eq!(claim(engine, &worker, 1).len(), 1);
        assert_eq!(engine.get(id).unwrap().task.attempts, 1);
    }
}

#[test]
fn closing_a_breaker_lets_nobody_go_who_waits_for_something_else() {
    for House { engine, .. } in &houses() {
        let id = submit(engine, 1)[0];
        let worker = worker(engine, "w");
        let claimed = claim(engine, &worker, 1);
        end(engine, claimed, &failed(Fault::Transient));
        engine.breaker(key(), BreakerDeed::Open, principal("ops"), "").unwrap();
        engine.breaker(key(), BreakerDeed::Close, principal("ops"), "").unwrap();
        assert_eq!(engine.get(id).unwrap().task.state, State::Pending);
        assert!(claim(engine, &worker, 1).is_empty());
    }
}

#[test]
fn made_new_a_dependency_has_its_first_limit_and_its_whole_retry_budget() {
    for House { engine, .. } in &houses() {
        follow(engine, adaptive(1, 50, 16));
        submit(engine, 40);
        let worker = worker(engine, "w");
        let claimed = claim(engine, &worker, 40);
        end(engine, claimed, &failed(Fault::Transient));
        assert_eq!((present(engine), engine.breakers().unwrap()[0].failures), (Some(8), 16));
        let view = engine.breaker(key(), BreakerDeed::Reset, principal("ops"), "another account").unwrap();
        assert_eq!((present(engine), view.calls, view.state), (Some(16), 0, BreakerState::Closed));
    }
}

#[test]
fn only_who_may_manage_all_kinds_acts_on_a_breaker_and_both_are_entries() {
    let some = Standing::of(principal("some")).allowed(Right::Manage, "work");
    let all = Standing::of(principal("all")).allowed(Right::Manage, "*");
    let access = Access::Listed(vec![some, all]);
    let House { engine, store, .. } = &House::in_memory_with(EngineOptions { access, ..options() });
    let size = store.size().unwrap();
    let open = |who| engine.breaker(key(), BreakerDeed::Open, principal(who), "too many errors");
    assert_eq!(open("some").unwrap_err().code().name(), "ACCESS_REFUSED");
    assert!(engine.breakers().unwrap().is_empty());
    open("all").unwrap();
    assert_eq!(store.size().unwrap(), size + 2);
    let entry = store.get(size + 1).unwrap().unwrap();
    let payload = String::from_utf8(entry.payload.unwrap().to_vec()).unwrap();
    for part in ["\"type\":\"open_breaker\"", "\"id\":\"all\"", "too many errors", "api.example"] {
        assert!(payload.contains(part), "{payload}");
    }
    let long = engine.breaker(key(), BreakerDeed::Close, principal("all"), &"x".repeat(100_000));
    assert_eq!(long.unwrap_err().code().name(), "INVALID_ARGUMENT");
}

#[test]
fn only_a_dependency_is_followed() {
    let House { engine, .. } = &House::in_memory_with(options());
    let refused = engine.limit(GateName::Key(key()), adaptive(1, 5, 2), principal("ops"), "");
    assert_eq!(refused.unwrap_err().code().name(), "INVALID_POLICY");
    let refused = engine.limit(gate(), adaptive(3, 5, 2), principal("ops"), "");
    assert_eq!(refused.unwrap_err().code().name(), "INVALID_POLICY");
    assert!(engine.gates().unwrap().is_empty());
}
