//! Schedules over both stores. Runs that are due lie in the past, so nothing waits for a clock.

use crate::support::{House, houses, kind, principal, task};
use rusqlite::Connection;
use sealbook_ledger::Time;
use sealbook_runtime::{
    Access, Attempt, CancelToken, Engine, EngineOptions, Handlers, Outcome, ScheduleRequest, Scheduled,
    Summary, WorkerOptions, work,
};
use sealbook_store::{Order, Query, SqliteOptions, SqliteStore, TaskFilter, TaskRow, now};
use sealbook_tasks::{
    Idempotency, Key, Missed, QueueOptions, Right, Schedule, Scope, Span, Spec, Standing, State,
};
use std::sync::{Arc, Barrier, OnceLock};

/// The types of actions in the ledger that have to do with schedules, in order.
fn acts(house: &House) -> Vec<String> {
    let query = Query { order: Order::Oldest, ..Query::default() };
    let mut acts = Vec::new();
    for entry in house.store.query(&query).unwrap().entries {
        let payload: serde_json::Value = serde_json::from_slice(&entry.payload.unwrap()).unwrap();
        if payload["metadata"]["schedule"].is_string() {
            acts.push(payload["action"]["type"].as_str().unwrap().to_owned());
        }
    }
    acts
}

fn name(text: &str) -> Key {
    Key::parse(text).unwrap()
}

fn spec(arguments: &str) -> Spec {
    task("work", arguments)
}

/// The last hour of yesterday, as seen once for the whole test.
fn base() -> Time {
    static BASE: OnceLock<Time> = OnceLock::new();
    *BASE.get_or_init(|| {
        let day = 86_400_000_000;
        Time::from_micros(now().unwrap().as_micros() / day * day - 3_600_000_000).unwrap()
    })
}

/// Every hour of yesterday, and then nothing for a year, so that no test meets a full hour.
fn hourly(missed: Missed) -> Schedule {
    let base = base().to_string();
    let (month, day) = (&base[5..7], &base[8..10]);
    Schedule { missed, ..Schedule::new(&format!("0 * {day} {month} *"), "UTC") }
}

/// So many hours before the last hour of yesterday.
fn hours_ago(hours: i64) -> Time {
    Time::from_micros(base().as_micros() - hours * 3_600_000_000).unwrap()
}

/// A schedule that was last followed half an hour before the beginning of that hour.
fn since(hours: i64, schedule: Schedule) -> ScheduleRequest {
    let from = Time::from_micros(hours_ago(hours).as_micros() - 1_800_000_000).unwrap();
    ScheduleRequest { name: name("s"), schedule, spec: spec("1"), from: Some(from) }
}

fn tasks(engine: &Engine) -> Vec<TaskRow> {
    let mut rows = Vec::new();
    engine
        .list(&TaskFilter::default(), &mut |row| {
            rows.push(row);
            Ok(())
        })
        .unwrap();
    rows
}

fn planned(engine: &Engine) -> Vec<String> {
    let key = |row: &TaskRow| row.task.spec.idempotency.clone().unwrap().key.to_string();
    tasks(engine).iter().map(key).collect()
}

fn only(engine: &Engine) -> Scheduled {
    let mut all = engine.schedules().unwrap();
    assert_eq!(all.len(), 1);
    all.pop().unwrap()
}

fn run(engine: &Engine) -> Summary {
    let handler = |attempt: &Attempt| Outcome::Complete(attempt.arguments.as_str().to_owned());
    let handlers = Handlers::from([(kind("work"), Arc::new(handler) as _)]);
    let options = WorkerOptions { until_idle: true, ..WorkerOptions::default() };
    work(engine, handlers, &options, &CancelToken::new(), &mut |_| {}).unwrap()
}

#[test]
fn after_a_pause_of_all_workers_each_policy_makes_its_own_of_what_was_missed() {
    let quiet = Span::from_secs(1);
    for house in houses() {
        let engine = house.another();
        let runs = |name_of: &str, missed, count| {
            let schedule = Schedule { grace: quiet, ..hourly(missed) };
            let request = ScheduleRequest { name: name(name_of), ..since(count, schedule) };
            engine.put_schedule(request).unwrap();
        };
        runs("all", Missed::All, 4);
        runs("once", Missed::Once, 4);
        engine.tend().unwrap();
        let expected: Vec<_> = (0..=4).rev().map(|ago| format!("schedule:all@{}", hours_ago(ago))).collect();
        let mut made = planned(&engine);
        made.sort();
        assert_eq!(made[..5], expected);
        assert_eq!(made[5..], [format!("schedule:once@{}", hours_ago(0))]);
        runs("skip", Missed::Skip, 4);
        engine.tend().unwrap();
        assert_eq!(planned(&engine).len(), 6, "all were too late");
        for scheduled in engine.schedules().unwrap() {
            assert!(scheduled.next.unwrap() > now().unwrap(), "{scheduled:?}");
        }
        assert_eq!(acts(&house), ["schedule", "schedule", "fire", "fire", "schedule", "fire"]);
    }
}

#[test]
fn a_worker_makes_what_is_due_runs_it_and_is_idle_with_nothing_but_a_schedule() {
    for house in houses() {
        let engine = house.another();
        engine.put_schedule(since(2, hourly(Missed::All))).unwrap();
        let summary = run(&engine);
        assert_eq!((summary.attempts, summary.completed), (3, 3));
        assert!(tasks(&engine).iter().all(|row| row.task.state == State::Completed));
        assert_eq!(run(&engine).attempts, 0, "nothing is due");
    }
}

#[test]
fn a_task_and_the_ledger_say_which_schedule_made_it_and_for_when() {
    for house in houses() {
        let engine = house.another();
        engine.put_schedule(since(0, hourly(Missed::Once))).unwrap();
        engine.tend().unwrap();
        let task = tasks(&engine).pop().unwrap().task;
        let first = engine.show(task.id).unwrap().history.remove(0);
        assert_eq!(first.reason, Some(format!("the run of schedule \"s\" for {}", hours_ago(0))));
        let scheduled = only(&engine);
        assert_eq!((scheduled.last, scheduled.last_task), (Some(hours_ago(0)), Some(task.id)));
        assert_eq!(acts(&house), ["schedule", "fire"]);
    }
}

#[test]
fn a_run_that_pleads_says_where_it_comes_from_and_is_not_approved_by_its_requester() {
    let house = House::in_memory();
    let engine = house.another();
    let request = since(0, hourly(Missed::Once));
    let approval = Some(sealbook_tasks::ApprovalPolicy::of(1, vec![name("approver")]));
    engine.put_schedule(ScheduleRequest { spec: Spec { approval, ..spec("1") }, ..request }).unwrap();
    assert_eq!(run(&engine).attempts, 0);
    let task = tasks(&engine).pop().unwrap().task;
    let view = engine.show(task.id).unwrap();
    assert!(view.history[0].reason.as_deref().unwrap().contains("schedule \"s\""), "{:?}", view.history);
    let vote = |who| engine.vote(view.pleas[0].id, principal(who), sealbook_tasks::Choice::Approve, "seen");
    assert_eq!(vote("ann").unwrap_err().code().name(), "VOTE_REFUSED");
    vote("bob").unwrap();
    assert_eq!(run(&engine).completed, 1);
}

#[test]
fn of_many_that_tend_at_once_one_makes_each_run() {
    let house = House::in_a_file();
    house.another().put_schedule(since(20, hourly(Missed::All))).unwrap();
    let barrier = Barrier::new(4);
    let file = house.file();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                // Each with a connection of its own, as another process would have it.
                let store = Arc::new(SqliteStore::open(file, SqliteOptions::default()).unwrap());
                let engine = Engine::new(store, EngineOptions::default()).unwrap();
                barrier.wait();
                engine.tend().unwrap();
            });
        }
    });
    assert_eq!(planned(&house.another()).len(), 21);
}

#[test]
fn no_more_runs_than_the_limit_are_made_at_a_look_and_the_rest_at_the_next() {
    for house in houses() {
        let engine = house.another();
        engine.put_schedule(since(4, Schedule { limit: 2, ..hourly(Missed::All) })).unwrap();
        let looks = [2, 4, 5, 5].map(|expected| {
            engine.tend().unwrap();
            (expected, planned(&engine).len())
        });
        assert!(looks.iter().all(|(expected, made)| expected == made), "{looks:?}");
        assert!(!engine.has_news().unwrap().to_tend);
    }
}

#[test]
fn putting_what_is_there_changes_nothing_and_new_work_at_the_same_times_loses_no_run() {
    for house in houses() {
        let engine = house.another();
        engine.put_schedule(since(1, hourly(Missed::All))).unwrap();
        let request = ScheduleRequest { from: None, ..since(1, hourly(Missed::All)) };
        engine.put_schedule(request.clone()).unwrap();
        assert_eq!(acts(&house), ["schedule"]);
        engine.put_schedule(ScheduleRequest { spec: spec("2"), ..request.clone() }).unwrap();
        engine.tend().unwrap();
        let made = tasks(&engine);
        assert_eq!(made.len(), 2);
        assert!(made.iter().all(|row| row.task.spec.arguments.as_str() == "2"));
        // Other times begin with now.
        let other = Schedule { cron: "30 0 1 1 *".to_owned(), ..hourly(Missed::All) };
        let put = engine.put_schedule(ScheduleRequest { schedule: other, ..request }).unwrap();
        assert!(put.next.unwrap() > now().unwrap());
        assert_eq!(put.last, Some(hours_ago(0)));
    }
}

#[test]
fn a_paused_schedule_makes_nothing_and_goes_on_from_when_it_is_resumed() {
    for house in houses() {
        let engine = house.another();
        engine.put_schedule(since(3, hourly(Missed::All))).unwrap();
        let paused = engine.pause_schedule(&name("s"), principal("ann")).unwrap();
        assert_eq!((paused.paused, paused.next), (true, None));
        // A new start of the program that puts it does not resume it.
        assert!(
            engine
                .put_schedule(ScheduleRequest { spec: spec("2"), ..since(3, hourly(Missed::All)) })
                .unwrap()
                .paused
        );
        engine.tend().unwrap();
        assert_eq!(tasks(&engine).len(), 0);
        let resumed = engine.resume_schedule(&name("s"), principal("ann")).unwrap();
        assert!(resumed.next.unwrap() > now().unwrap());
        engine.tend().unwrap();
        assert_eq!(tasks(&engine).len(), 0);
        assert_eq!(acts(&house), ["schedule", "pause_schedule", "schedule", "resume_schedule"]);
    }
}

#[test]
fn a_removed_schedule_is_gone_and_makes_no_run_twice_when_it_is_put_anew() {
    for house in houses() {
        let engine = house.another();
        engine.put_schedule(since(1, hourly(Missed::All))).unwrap();
        engine.tend().unwrap();
        engine.remove_schedule(&name("s"), principal("ann")).unwrap();
        assert_eq!(engine.schedules().unwrap(), []);
        let gone = engine.remove_schedule(&name("s"), principal("ann")).unwrap_err();
        assert_eq!(gone.code().name(), "NOT_FOUND");
        engine.put_schedule(since(2, hourly(Missed::All))).unwrap();
        engine.tend().unwrap();
        assert_eq!(planned(&engine).len(), 3, "two of the three were made before");
        assert_eq!(acts(&house), ["schedule", "fire", "unschedule", "schedule", "fire"]);
    }
}

#[test]
fn only_its_requester_and_who_may_manage_changes_a_schedule() {
    for house in houses() {
        let may = |name, right| Standing::of(principal(name)).allowed(right, "*");
        let access = Access::Listed(vec![
            may("ann", Right::Submit),
            may("eve", Right::Submit),
            may("ops", Right::Manage),
        ]);
        let engine = house.another_with(EngineOptions { access, ..EngineOptions::default() });
        let request = since(0, hourly(Missed::All));
        let of = |who| ScheduleRequest {
            spec: Spec { requester: principal(who), ..spec("1") },
            ..request.clone()
        };
        assert_eq!(engine.put_schedule(of("bob")).unwrap_err().code().name(), "ACCESS_REFUSED");
        engine.put_schedule(of("ann")).unwrap();
        assert_eq!(engine.put_schedule(of("eve")).unwrap_err().code().name(), "ACCESS_REFUSED");
        for error in [
            engine.pause_schedule(&name("s"), principal("eve")).unwrap_err(),
            engine.remove_schedule(&name("s"), principal("eve")).unwrap_err(),
        ] {
            assert_eq!(error.code().name(), "ACCESS_REFUSED");
        }
        engine.pause_schedule(&name("s"), principal("ops")).unwrap();
        engine.remove_schedule(&name("s"), principal("ops")).unwrap();
    }
}

#[test]
fn a_requester_who_may_no_longer_submit_stops_no_worker_and_the_schedule_says_why() {
    for house in houses() {
        house.another().put_schedule(since(0, hourly(Missed::All))).unwrap();
        let engine =
            house.another_with(EngineOptions { access: Access::Listed(vec![]), ..EngineOptions::default() });
        engine.tend().unwrap();
        let scheduled = only(&engine);
        assert_eq!(tasks(&engine).len(), 0);
        assert!(scheduled.problem.unwrap().contains("ann may not submit"));
        assert!(scheduled.next.unwrap() > now().unwrap());
    }
}

#[test]
fn with_a_full_queue_a_run_waits_and_is_not_lost() {
    for house in houses() {
        let queue = QueueOptions { capacity: 1, ..QueueOptions::default() };
        let engine = house.another_with(EngineOptions { queue, ..EngineOptions::default() });
        engine.put_schedule(since(1, hourly(Missed::All))).unwrap();
        engine.tend().unwrap();
        let scheduled = only(&engine);
        assert_eq!((tasks(&engine).len(), scheduled.next), (1, Some(hours_ago(0))));
        assert!(scheduled.problem.is_some());
        // It is not looked at in every moment until then.
        assert!(!engine.has_news().unwrap().to_tend);
    }
}

#[test]
fn what_would_never_run_is_refused_when_it_is_put() {
    let engine = House::in_memory().engine;
    let key = Idempotency { key: name("k"), scope: Scope::Kind, lifetime: Span::from_secs(1) };
    let good = since(0, hourly(Missed::All));
    let schedule =
        |cron: &str, zone: &str| ScheduleRequest { schedule: Schedule::new(cron, zone), ..good.clone() };
    for bad in [
        schedule("61 * * * *", "UTC"),
        schedule("0 0 30 2 *", "UTC"),
        schedule("0 0 * * *", "Europe/Atlantis"),
        ScheduleRequest { name: name(&"x".repeat(129)), ..good.clone() },
        ScheduleRequest { schedule: Schedule { limit: 0, ..hourly(Missed::All) }, ..good.clone() },
        ScheduleRequest { spec: Spec { idempotency: Some(key), ..spec("1") }, ..good.clone() },
        ScheduleRequest { spec: Spec { not_before: Some(hours_ago(0)), ..spec("1") }, ..good.clone() },
    ] {
        assert_eq!(engine.put_schedule(bad).unwrap_err().code().name(), "INVALID_SCHEDULE");
    }
    let mut never = spec("1");
    never.retry.max_attempts = 0;
    assert!(engine.put_schedule(ScheduleRequest { spec: never, ..good }).is_err());
    assert_eq!(engine.schedules().unwrap(), []);
}

#[test]
fn a_schedule_that_was_changed_behind_sealbooks_back_makes_nothing() {
    for (from, to) in [
        ("quiet", "loud"),
        ("\"audit\":\"full\"", "\"audit\":\"off\""),
        ("\"0 * ", "\"1 * "),
        ("\"ann\"", "\"bob\""),
    ] {
        let house = House::in_a_file();
        let engine = house.another();
        engine
            .put_schedule(ScheduleRequest { spec: spec("\"quiet\""), ..since(2, hourly(Missed::All)) })
            .unwrap();
        let file = Connection::open(house.file()).unwrap();
        let sql = "UPDATE documents SET document = replace(document, ?1, ?2) WHERE name = 'schedule:s'";
        assert_eq!(file.execute(sql, [from, to]).unwrap(), 1);
        assert_eq!(run(&engine).attempts, 0, "{to}");
        let scheduled = only(&engine);
        assert!(scheduled.paused && scheduled.problem.unwrap().contains("behind"), "{to}");
        assert_eq!(acts(&house), ["schedule", "pause_schedule"]);
    }
}

#[test]
fn a_schedule_that_cannot_be_read_keeps_no_other_from_its_runs() {
    let house = House::in_a_file();
    let engine = house.another();
    for (text, back) in [("broken", 1), ("s", 1)] {
        let request = ScheduleRequest { name: name(text), ..since(back, hourly(Missed::All)) };
        engine.put_schedule(request).unwrap();
    }
    let file = Connection::open(house.file()).unwrap();
    let sql = "UPDATE documents SET document = '{' WHERE name = 'schedule:broken'";
    assert_eq!(file.execute(sql, []).unwrap(), 1);
    assert_eq!(run(&engine).completed, 2);
    assert_eq!(engine.schedules().unwrap_err().code().name(), "TAMPERED");
}
