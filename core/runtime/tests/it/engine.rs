//! Engine and worker over both stores: real threads, no sleeps for what is decided by time.

use crate::support::{House, houses, houses_with, kind, principal, task};
use sealbook_runtime::{
    Access, Attempt, CancelToken, Deed, Engine, EngineOptions, Handlers, Outcome, Summary, WorkerOptions,
    work,
};
use sealbook_store::TaskFilter;
use sealbook_tasks::{
    ApprovalPolicy, Choice, Dependency, Failure, Fault, GateLimits, GateName, Idempotency, Jitter, Key,
    OnFailure, PleaState, Priority, RetryPolicy, Right, Scope, Span, Spec, Standing, State,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

fn spec(kind: &str, arguments: &str) -> Spec {
    let retry = RetryPolicy { initial: Span::from_millis(1), jitter: Jitter::None, ..RetryPolicy::default() };
    Spec { retry, ..task(kind, arguments) }
}

fn run(engine: &Engine, handler: impl Fn(&Attempt) -> Outcome + Send + Sync + 'static) -> Summary {
    let mut handlers = Handlers::new();
    let handler: Arc<dyn sealbook_runtime::Handler> = Arc::new(handler);
    for name in ["work", "other"] {
        handlers.insert(kind(name), handler.clone());
    }
    let options = WorkerOptions { concurrency: 4, until_idle: true, ..WorkerOptions::default() };
    work(engine, handlers, &options, &CancelToken::new(), &mut |_| {}).unwrap()
}

fn echo(attempt: &Attempt) -> Outcome {
    Outcome::Complete(attempt.arguments.as_str().to_owned())
}

fn broken() -> Failure {
    Failure {
        fault: Fault::Transient,
        class: "Broken".into(),
        message: "on purpose".into(),
        retry_after: None,
        detail: None,
    }
}

#[test]
fn of_the_same_key_twice_in_one_submission_there_is_one_task() {
    for house in houses() {
        let idempotency = |key: &str| Idempotency {
            key: Key::parse(key).unwrap(),
            scope: Scope::Requester,
            lifetime: Span::from_secs(60),
        };
        let keyed = |key, arguments| Spec { idempotency: Some(idempotency(key)), ..spec("work", arguments) };
        let specs = vec![keyed("a", "1"), keyed("b", "2"), keyed("a", "1")];
        let submitted = house.engine.submit_many(specs).unwrap();
        assert_eq!(submitted[0].id, submitted[2].id);
        assert_eq!(submitted.iter().map(|it| it.repeated).collect::<Vec<_>>(), [false, false, true]);
        let differs = house.engine.submit_many(vec![keyed("c", "1"), keyed("c", "2")]);
        assert_eq!(differs.unwrap_err().code().name(), "IDEMPOTENCY_CONFLICT");
    }
}

#[test]
fn tasks_are_listed_in_the_order_of_their_submission() {
    for house in houses() {
        let specs = (0..200).map(|n| spec("work", &n.to_string())).collect();
        house.engine.submit_many(specs).unwrap();
        let mut listed = Vec::new();
        let mut visit = |row: sealbook_store::TaskRow| {
            listed.push(row.task.spec.arguments.as_str().to_owned());
            Ok(())
        };
        house.engine.list(&TaskFilter::default(), &mut visit).unwrap();
        assert_eq!(listed, (0..200).map(|n| n.to_string()).collect::<Vec<_>>());
    }
}

#[test]
fn every_task_of_a_thousand_ends_with_its_result_and_its_entries() {
    for house in houses() {
        let specs = (0..1000).map(|n| spec("work", &n.to_string())).collect();
        let ids = house.engine.submit_many(specs).unwrap();
        let summary = run(&house.engine, echo);
        assert_eq!((summary.attempts, summary.completed, summary.fenced), (1000, 1000, 0));
        for (n, submitted) in ids.iter().enumerate() {
            let view = house.engine.show(submitted.id).unwrap();
            assert_eq!(view.row.task.state, State::Completed);
            assert_eq!(view.row.result.as_deref(), Some(&*n.to_string()));
            let events: Vec<_> = view.history.iter().map(|t| t.event.as_str()).collect();
            assert_eq!(events, ["ready", "assign", "start", "complete"]);
        }
        // The genesis, the worker's begin and end, and five for each task.
        assert_eq!(house.store.size().unwrap(), 3 + 5 * 1000);
    }
}

#[test]
fn a_failed_attempt_is_tried_again_and_the_last_one_makes_it_dead() {
    for house in houses() {
        let twice = house.engine.submit(spec("work", "2")).unwrap().id;
        let never = house.engine.submit(spec("work", "99")).unwrap().id;
        run(&house.engine, |attempt| {
            let needed: u32 = attempt.arguments.as_str().parse().unwrap();
            if attempt.attempt < needed { Outcome::Fail(broken()) } else { echo(attempt) }
        });
        let (twice, never) = (house.engine.get(twice).unwrap().task, house.engine.get(never).unwrap().task);
        assert_eq!((twice.state, twice.attempts), (State::Completed, 2));
        assert_eq!((never.state, never.attempts), (State::Dead, 3));
        assert_eq!(never.failure.unwrap().class, "Broken");
        let id = never.id;
        assert_eq!(house.engine.redrive(id, principal("ann"), "once more").unwrap(), State::Queued);
        run(&house.engine, echo);
        assert_eq!(house.engine.get(id).unwrap().task.state, State::Completed);
    }
}

#[test]
fn a_task_pleads_waits_without_a_worker_and_runs_once_enough_have_approved() {
    for house in houses() {
        let approval = ApprovalPolicy::of(2, vec![Key::parse("approver").unwrap()]);
        let id = house.engine.submit(Spec { approval: Some(approval), ..spec("work", "1") }).unwrap().id;
        assert_eq!(run(&house.engine, echo).attempts, 0);
        let plea = house.engine.pleas(false).unwrap().pop().unwrap();
        let vote = |who: &str, choice| house.engine.vote(plea.id, principal(who), choice, "seen");
        assert_eq!(vote("ann", Choice::Approve).unwrap_err().code().name(), "VOTE_REFUSED");
        assert_eq!(vote("bob", Choice::Approve).unwrap().state, PleaState::Pending);
        let size = house.store.size().unwrap();
        assert_eq!(vote("bob", Choice::Approve).unwrap_err().code().name(), "VOTE_REFUSED");
        assert_eq!(house.store.size().unwrap(), size + 1, "the refusal is an entry");
        assert_eq!(vote("cat", Choice::Approve).unwrap().state, PleaState::Approved);
        assert_eq!(house.engine.get(id).unwrap().task.state, State::Queued);
        assert_eq!(run(&house.engine, echo).completed, 1);
        assert_eq!(house.engine.plea(plea.id).unwrap().state, PleaState::Consumed);
        assert_eq!(vote("dan", Choice::Deny).unwrap_err().code().name(), "VOTE_REFUSED");
    }
}

#[test]
fn a_denied_task_fails_and_says_why() {
    for house in houses() {
        let approval = ApprovalPolicy::of(1, vec![Key::parse("approver").unwrap()]);
        let id = house.engine.submit(Spec { approval: Some(approval), ..spec("work", "1") }).unwrap().id;
        let plea = house.engine.pleas(false).unwrap().pop().unwrap();
        house.engine.vote(plea.id, principal("bob"), Choice::Deny, "too dear").unwrap();
        let task = house.engine.get(id).unwrap().task;
        assert_eq!((task.state, task.reason.as_deref()), (State::Failed, Some("denied by bob: too dear")));
    }
}

#[test]
fn a_critical_task_that_keeps_failing_pleads() {
    for house in houses() {
        let id = house.engine.submit(Spec { priority: Priority::CRITICAL, ..spec("work", "1") }).unwrap().id;
        run(&house.engine, |_| Outcome::Fail(broken()));
        assert_eq!(house.engine.get(id).unwrap().task.state, State::AwaitingApproval);
        let plea = house.engine.pleas(false).unwrap().pop().unwrap();
        house.engine.vote(plea.id, principal("bob"), Choice::Approve, "try again").unwrap();
        run(&house.engine, echo);
        assert_eq!(house.engine.get(id).unwrap().task.state, State::Completed);
    }
}

#[test]
fn what_depends_on_others_runs_after_them_or_ends_as_its_edge_says() {
    for house in houses() {
        let first = house.engine.submit(spec("work", "1")).unwrap().id;
        let bad = house.engine.submit(spec("work", "-1")).unwrap().id;
        let after =
            |task, on_failure| Spec { after: vec![Dependency { task, on_failure }], ..spec("work", "2") };
        let then = house.engine.submit(after(first, OnFailure::Fail)).unwrap().id;
        let ends = house.engine.submit(after(bad, OnFailure::Cancel)).unwrap().id;
        let blocked = house.engine.submit(after(bad, OnFailure::Block)).unwrap().id;
        assert_eq!(house.engine.get(then).unwrap().task.state, State::Pending);
        run(&house.engine, |attempt| {
            if attempt.arguments.as_str() == "-1" { Outcome::Fail(broken()) } else { echo(attempt) }
        });
        let state = |id| house.engine.get(id).unwrap().task.state;
        assert_eq!(
            [state(then), state(ends), state(blocked)],
            [State::Completed, State::Cancelled, State::Pending]
        );
        house.engine.redrive(bad, principal("ann"), "").unwrap();
        run(&house.engine, echo);
        assert_eq!(state(blocked), State::Completed);
    }
}

#[test]
fn submitting_twice_under_one_key_is_submitting_once() {
    for house in houses() {
        let key = Idempotency {
            key: Key::parse("k").unwrap(),
            scope: Scope::Requester,
            lifetime: Span::from_secs(60),
        };
        let keyed = |arguments| Spec { idempotency: Some(key.clone()), ..spec("work", arguments) };
        let first = house.engine.submit(keyed("1")).unwrap();
        let second = house.engine.submit(keyed("1")).unwrap();
        assert_eq!((first.id, first.repeated, second.repeated), (second.id, false, true));
        let policy = ApprovalPolicy::of(2, vec![Key::parse("approver").unwrap()]);
        for other in [keyed("2"), Spec { approval: Some(policy), ..keyed("1") }] {
            let error = house.engine.submit_many(vec![other]).unwrap_err();
            assert_eq!(error.code().name(), "IDEMPOTENCY_CONFLICT");
        }
        let mut tasks = 0;
        house
            .engine
            .list(&TaskFilter::default(), &mut |_| {
                tasks += 1;
                Ok(())
            })
            .unwrap();
        assert_eq!(tasks, 1);
    }
}

#[test]
fn a_running_task_that_is_cancelled_stops_and_a_waiting_one_never_starts() {
    for house in houses() {
        let running = house.engine.submit(spec("work", "1")).unwrap().id;
        let waiting = house
            .engine
            .submit(Spec {
                not_before: Some(sealbook_ledger::Time::parse("2999-01-01T00:00:00.000000Z").unwrap()),
                ..spec("work", "2")
            })
            .unwrap()
            .id;
        assert_eq!(house.engine.cancel(waiting, principal("ann"), "").unwrap(), State::Cancelled);
        let late = house.engine.submit(spec("other", "3")).unwrap().id;
        let engine = house.engine.clone();
        run(&house.engine, move |attempt| {
            engine.cancel(attempt.task, principal("ann"), "enough").unwrap();
            assert!(attempt.cancel.wait(std::time::Duration::from_secs(20)), "never told");
            let is_late = attempt.kind == kind("other");
            if is_late { Outcome::Snooze(Span::from_secs(3600)) } else { Outcome::Cancelled }
        });
        for id in [running, late] {
            assert_eq!(house.engine.get(id).unwrap().task.state, State::Cancelled);
        }
        let error = house.engine.cancel(running, principal("bob"), "").unwrap_err();
        assert_eq!(error.code().name(), "TASK_ILLEGAL_TRANSITION");
    }
}

#[test]
fn a_worker_that_ends_cancels_what_it_still_holds_and_was_to_cancel() {
    for House { engine, .. } in &houses() {
        let ids = ["1", "2"].map(|arguments| engine.submit(spec("work", arguments)).unwrap().id);
        let lease = engine
            .begin_worker(sealbook_tasks::WorkerId::parse("w").unwrap(), sealbook_tasks::LEASE)
            .unwrap();
        let kinds = Arc::new(std::collections::BTreeSet::from([kind("work")]));
        assert_eq!(engine.claim(&lease, 2, &kinds).unwrap().len(), 2);
        engine.cancel(ids[0], principal("ann"), "enough").unwrap();
        engine.end_worker(&lease, ids.to_vec()).unwrap();
        let states = ids.map(|id| engine.get(id).unwrap().task.state);
        assert_eq!(states, [State::Cancelled, State::Queued]);
    }
}

#[test]
fn what_was_queued_by_a_clock_that_was_ahead_runs() {
    let house = House::in_a_file();
    let id = house.engine.submit(spec("work", "1")).unwrap().id;
    let ahead = "2999-01-01T00:00:00.000000Z";
    house.change(&format!(
        "UPDATE tasks SET document = json_set(document, '$.submitted_at', '{ahead}', '$.not_before', '{ahead}', '$.since', '{ahead}')"
    ));
    let engine = house.another();
    assert_eq!(run(&engine, echo).completed, 1);
    assert_eq!(engine.get(id).unwrap().task.state, State::Completed);
}

#[test]
fn a_policy_that_its_entry_would_not_keep_is_refused() {
    let House { engine, store, .. } = &House::in_memory();
    let size = store.size().unwrap();
    let policy = ApprovalPolicy::of(1, vec![Key::parse("AKIAIOSFODNN7EXAMPLE").unwrap()]);
    let error = engine.submit(Spec { approval: Some(policy), ..spec("work", "1") }).unwrap_err();
    assert_eq!(error.code().name(), "INVALID_POLICY");
    assert_eq!(store.size().unwrap(), size);
}

#[test]
fn who_is_not_listed_neither_submits_nor_manages_nor_approves() {
    let ann = Standing::of(principal("ann")).allowed(Right::Submit, "work");
    let options = EngineOptions { access: Access::Listed(vec![ann]), ..EngineOptions::default() };
    let House { engine, store, .. } = &House::in_memory_with(options);
    let id = engine.submit(spec("work", "1")).unwrap().id;
    let size = store.size().unwrap();
    assert_eq!(engine.submit(spec("other", "1")).unwrap_err().code().name(), "ACCESS_REFUSED");
    assert_eq!(engine.cancel(id, principal("bob"), "").unwrap_err().code().name(), "ACCESS_REFUSED");
    assert_eq!(store.size().unwrap(), size + 2, "each refusal is an entry");
    assert_eq!(engine.cancel(id, principal("ann"), "").unwrap(), State::Cancelled);
}

#[test]
fn only_who_is_listed_runs_tasks() {
    let standing = |name, right| Standing::of(principal(name)).allowed(right, "*");
    let listed = vec![standing("ann", Right::Submit), standing("ops", Right::Run)];
    let options = EngineOptions { access: Access::Listed(listed), ..EngineOptions::default() };
    for House { engine, store, .. } in &houses_with(&options) {
        engine.submit(spec("work", "1")).unwrap();
        for (who, entries) in [(None, 0), (Some("ann"), 1), (Some("ops"), 5)] {
            let size = store.size().unwrap();
            let handlers = Handlers::from([(kind("work"), Arc::new(echo) as _)]);
            let principal = who.map(principal);
            let options =
                WorkerOptions { concurrency: 1, until_idle: true, principal, ..WorkerOptions::default() };
            let ran = work(engine, handlers, &options, &CancelToken::new(), &mut |_| {});
            match who {
                Some("ops") => assert_eq!(ran.unwrap().completed, 1),
                _ => assert_eq!(ran.unwrap_err().code().name(), "ACCESS_REFUSED"),
            }
            assert_eq!(store.size().unwrap() - size, entries, "{who:?}");
        }
    }
}

#[test]
fn each_sees_their_own_tasks_and_what_they_may_see() {
    let standing = |name: &str| Standing::of(principal(name)).allowed(Right::Submit, "*");
    let listed = vec![
        standing("ann"),
        standing("bob"),
        standing("cat").allowed(Right::See, "work"),
        standing("dan").allowed(Right::Approve, "other"),
    ];
    let options = EngineOptions { access: Access::Listed(listed), ..EngineOptions::default() };
    for House { engine, store, .. } in &houses_with(&options) {
        let approval = Some(ApprovalPolicy::of(1, vec![Key::parse("approver").unwrap()]));
        let of = |who: &str, spec: Spec| Spec { requester: principal(who), ..spec };
        let anns = engine.submit(of("ann", spec("work", "1"))).unwrap().id;
        let bobs = engine.submit(of("bob", Spec { approval, ..spec("other", "2") })).unwrap().id;
        let plea = engine.pleas(true).unwrap().pop().unwrap().id;
        for (who, seen) in [
            ("ann", vec![anns]),
            ("bob", vec![bobs]),
            ("cat", vec![anns]),
            ("dan", vec![bobs]),
            ("eve", vec![]),
        ] {
            let view = engine.seen_by(principal(who));
            let mut listed = Vec::new();
            let filter = TaskFilter { limit: Some(1), ..TaskFilter::default() };
            let mut note = |row: sealbook_store::TaskRow| {
                listed.push(row.task.id);
                Ok(())
            };
            view.list(&filter, &mut note).unwrap();
            assert_eq!(listed, seen, "{who}");
            let events = view.events(0, 100).unwrap();
            assert!(events.iter().all(|(_, transition)| seen.contains(&transition.task)), "{who}");
            assert_eq!(events.is_empty(), seen.is_empty());
            assert_eq!(view.pleas(false).unwrap().len(), usize::from(seen.contains(&bobs)), "{who}");
            let size = store.size().unwrap();
            for id in [anns, bobs] {
                assert_eq!(
                    (view.show(id).is_ok(), view.get(id).is_ok()),
                    (seen.contains(&id), seen.contains(&id))
                );
            }
            assert_eq!(view.plea(plea).is_ok(), seen.contains(&bobs));
            let refused = 2 * (2 - seen.len() as u64) + u64::from(!seen.contains(&bobs));
            assert_eq!(store.size().unwrap() - size, refused, "each refusal is an entry");
        }
    }
}

#[test]
fn many_are_acted_on_and_one_that_cannot_be_holds_back_no_other() {
    for house in houses() {
        let specs = (0..500).map(|n| spec("work", &n.to_string())).collect();
        let ids: Vec<_> = house.engine.submit_many(specs).unwrap().iter().map(|it| it.id).collect();
        house.engine.cancel(ids[3], principal("ann"), "").unwrap();
        let states = house.engine.act_many(Deed::Cancel, &ids, &principal("ann"), "all of them").unwrap();
        let refused: Vec<_> = states.iter().filter_map(|state| state.as_ref().err()).collect();
        assert_eq!((refused.len(), refused[0].code().name()), (1, "TASK_ILLEGAL_TRANSITION"));
        assert!(states[3].is_err() && *states[499].as_ref().unwrap() == State::Cancelled);
        let some = house.engine.act_many(Deed::Redrive, &ids[..2], &principal("ann"), "").unwrap();
        assert!(some.iter().all(|state| *state.as_ref().unwrap() == State::Queued));
    }
}

#[test]
fn a_worker_hears_that_a_kind_was_let_go_elsewhere_and_nothing_of_the_limit_is_left() {
    let house = House::in_a_file();
    let (here, elsewhere) = (house.another(), house.another());
    let work_kind = || GateName::Kind(kind("work"));
    let paused = GateLimits { paused: true, ..GateLimits::default() };
    elsewhere.limit(work_kind(), paused, principal("ops"), "maintenance").unwrap();
    let id = here.submit(spec("work", "1")).unwrap().id;
    // Nothing that could run: a worker that is to end when it is idle does.
    assert_eq!(run(&here, echo).attempts, 0);
    assert_eq!(here.gates().unwrap(), [(work_kind(), paused)]);

    let stop = CancelToken::new();
    let (engine, token) = (here.clone(), stop.clone());
    let worker = std::thread::spawn(move || {
        let handlers = ["work", "other"].map(|name| (kind(name), Arc::new(echo) as _));
        work(&engine, Handlers::from(handlers), &WorkerOptions::default(), &token, &mut |_| {}).unwrap()
    });
    let completes = |id| {
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
        while here.get(id).unwrap().task.state != State::Completed {
            assert!(std::time::Instant::now() < deadline, "the worker did not hear of it");
            std::thread::yield_now();
        }
    };
    // The worker is at work, and has found the other kind paused.
    completes(here.submit(spec("other", "1")).unwrap().id);
    elsewhere.limit(work_kind(), GateLimits::default(), principal("ops"), "").unwrap();
    completes(id);
    stop.cancel("enough");
    assert_eq!(worker.join().unwrap().completed, 2);
    assert!(here.gates().unwrap().is_empty());
}

#[test]
fn only_who_may_manage_all_kinds_limits_the_queue_and_that_is_an_entry() {
    let right = Right::Manage;
    let some = Standing::of(principal("some")).allowed(right, "work");
    let all = Standing::of(principal("all")).allowed(right, "*");
    let options = EngineOptions { access: Access::Listed(vec![some, all]), ..EngineOptions::default() };
    let House { engine, store, .. } = &House::in_memory_with(options);
    let limits = GateLimits { concurrency: Some(1), ..GateLimits::default() };
    let set = |gate: &GateName, who| engine.limit(gate.clone(), limits, principal(who), "why");
    let gate = GateName::Kind(kind("work"));
    let size = store.size().unwrap();
    set(&gate, "some").unwrap();
    assert_eq!(set(&GateName::Queue, "some").unwrap_err().code().name(), "ACCESS_REFUSED");
    set(&GateName::Queue, "all").unwrap();
    assert_eq!(store.size().unwrap(), size + 3);
    assert_eq!(engine.gates().unwrap(), [(gate, limits), (GateName::Queue, limits)]);
    let none = sealbook_tasks::Rate { starts: 0, per: Span::from_secs(1), burst: 1 };
    let none = GateLimits { rate: Some(none), ..GateLimits::default() };
    let refused = engine.limit(GateName::Queue, none, principal("all"), "");
    assert_eq!(refused.unwrap_err().code().name(), "INVALID_POLICY");
}

#[test]
fn a_worker_that_lost_its_lease_writes_nothing_and_its_task_runs_again() {
    for house in houses() {
        let id = house.engine.submit(spec("work", "1")).unwrap().id;
        let name = sealbook_tasks::WorkerId::parse("w").unwrap();
        let old = house.engine.begin_worker(name.clone(), sealbook_tasks::LEASE).unwrap();
        let kinds = Arc::new(std::collections::BTreeSet::from([kind("work")]));
        let claimed = house.engine.claim(&old, 1, &kinds).unwrap().pop().unwrap();
        house.engine.begin_worker(name, sealbook_tasks::LEASE).unwrap();
        let size = house.store.size().unwrap();
        for outcome in [Outcome::Complete("1".into()), Outcome::Fail(broken()), Outcome::Cancelled] {
            let refused = house.engine.finish(vec![(claimed.clone(), outcome)]).unwrap().pop().unwrap();
            assert_eq!(refused.unwrap_err().code().name(), "LEASE_LOST");
        }
        assert_eq!(house.store.size().unwrap(), size);
        let runs = Arc::new(AtomicU32::new(0));
        let counted = runs.clone();
        run(&house.engine, move |attempt| {
            counted.fetch_add(1, Ordering::SeqCst);
            echo(attempt)
        });
        let task = house.engine.get(id).unwrap().task;
        assert_eq!((task.state, task.attempts, task.crashes), (State::Completed, 1, 1));
        assert_eq!(runs.load(Ordering::SeqCst), 1);
    }
}

#[test]
fn figures_count_what_happened_for_each_kind_and_worker() {
    for house in houses() {
        for n in 0..10 {
            house.engine.submit(spec("work", &n.to_string())).unwrap();
        }
        house.engine.submit(spec("other", "1")).unwrap();
        run(&house.engine, |attempt| {
            let fails =
                attempt.kind.as_str() == "work" && attempt.attempt == 1 && attempt.arguments.as_str() == "7";
            if fails { Outcome::Fail(broken()) } else { echo(attempt) }
        });
        let figures = house.engine.figures(100_000).unwrap();
        let work = &figures.kinds["work"];
        let counts = (work.started, work.completed, work.failed, work.retried, work.lost);
        assert_eq!(counts, (11, 10, 1, 1, 0));
        assert_eq!((work.states["completed"], figures.kinds["other"].completed), (10, 1));
        assert_eq!((work.wait_ms.unwrap().count, work.run_ms.unwrap().count), (11, 11));
        assert_eq!(figures.workers.values().map(|worker| worker.completed).sum::<u64>(), 11);
        let text = figures.to_prometheus();
        assert!(text.contains("sealbook_tasks{kind=\"work\",state=\"completed\"} 10\n"), "{text}");
        assert!(text.contains("sealbook_attempts_window{kind=\"work\",outcome=\"retried\"} 1\n"), "{text}");
        assert!(text.contains("sealbook_run_milliseconds{kind=\"other\",quantile=\"0.99\"}"), "{text}");
    }
}
