//! Tasks and the agents that can do them, over both stores.

use crate::support::{self, principal, task};
use sealbook_runtime::{
    Attempt, CancelToken, Claimed, Engine, EngineOptions, Handlers, Outcome, Summary, WorkerOptions, work,
};
use sealbook_tasks::{
    AgentId, Capability, Event, Failure, Fault, GateLimits, GateName, Health, Jitter, LEASE, Needs, Profile,
    RetryPolicy, Span, Spec, State, Strategy, TaskId, TaskKind, WorkerId, WorkerLease,
};
use std::collections::BTreeSet;
use std::ops::Deref;
use std::sync::Arc;

struct House(support::House);

impl Deref for House {
    type Target = support::House;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

fn houses(strategy: Strategy) -> [House; 2] {
    support::houses_with(&EngineOptions { strategy, ..EngineOptions::default() }).map(House)
}

fn kind() -> TaskKind {
    TaskKind::parse("work").unwrap()
}

fn id(name: &str) -> AgentId {
    AgentId::parse(name).unwrap()
}

fn review(major: u32, minor: u32) -> Vec<Capability> {
    vec![Capability { name: "code.review".to_owned(), version: (major, minor) }]
}

fn profile(name: &str, limit: u32) -> Profile {
    Profile {
        id: id(name),
        kinds: vec![kind()],
        capabilities: review(2, 3),
        models: vec!["m1".to_owned()],
        cost: 10,
        limit,
        priority: 0,
    }
}

fn needing(capabilities: Vec<Capability>) -> Spec {
    let needs = Needs { capabilities, ..Needs::default() };
    let retry = RetryPolicy {
        initial: Span::from_millis(1),
        jitter: Jitter::None,
        max_attempts: 1,
        ..RetryPolicy::default()
    };
    Spec { needs, retry, ..task("work", "1") }
}

impl House {
    fn submit(&self, count: usize) -> Vec<TaskId> {
        let specs = (0..count).map(|_| needing(review(2, 0))).collect();
        self.engine.submit_many(specs).unwrap().iter().map(|submitted| submitted.id).collect()
    }

    fn join(&self, worker: &str, agent: Option<Profile>) -> WorkerLease {
        self.engine.begin_agent(WorkerId::parse(worker).unwrap(), LEASE, agent).unwrap()
    }

    fn agent(&self, name: &str, limit: u32) -> WorkerLease {
        self.join(&format!("worker-{name}"), Some(profile(name, limit)))
    }

    fn claim(&self, worker: &WorkerLease, most: usize) -> Vec<Claimed> {
        self.engine.claim(worker, most, &Arc::new(BTreeSet::from([kind()]))).unwrap()
    }

    fn end(&self, claimed: Claimed, outcome: Outcome) {
        self.engine.finish(vec![(claimed, outcome)]).unwrap().pop().unwrap().unwrap();
    }

    fn waiting(&self, task: TaskId) -> String {
        self.engine.show(task).unwrap().waiting.unwrap()
    }

    /// Load, tasks given, health, and whether it is there.
    fn figures(&self, name: &str) -> (u32, u64, Health, bool) {
        let views = self.engine.agents().unwrap();
        let view = views.into_iter().find(|view| view.agent.profile.id == id(name)).unwrap();
        (view.agent.load, view.agent.given, view.agent.health, view.worker.is_some())
    }

    /// The deeds of workers and agents in the ledger, in order.
    fn deeds(&self) -> Vec<String> {
        let mut deeds = Vec::new();
        for seq in 0..self.store.size().unwrap() {
            let entry = self.store.get(seq).unwrap().unwrap();
            if entry.header.kind.as_str() == "worker" {
                let payload: serde_json::Value = serde_json::from_slice(&entry.payload.unwrap()).unwrap();
                let word = |path| payload.pointer(path).unwrap().as_str().unwrap().to_owned();
                deeds.push(format!("{} {}", word("/actor/id"), word("/action/type")));
            }
        }
        deeds
    }
}

fn failed() -> Outcome {
    Outcome::Fail(Failure {
        fault: Fault::Transient,
        class: "Broken".into(),
        message: "on purpose".into(),
        retry_after: None,
        detail: None,
    })
}

fn done() -> Outcome {
    Outcome::Complete("1".to_owned())
}

fn run(engine: &Engine, agent: Option<Profile>) -> Summary {
    let handler = |_: &Attempt| done();
    let handlers = Handlers::from([(kind(), Arc::new(handler) as _)]);
    let options = WorkerOptions { agent, concurrency: 2, until_idle: true, ..WorkerOptions::default() };
    work(engine, handlers, &options, &CancelToken::new(), &mut |_| {}).unwrap()
}

#[test]
fn a_task_goes_to_the_agent_that_has_what_it_needs_and_its_history_names_it() {
    for house in houses(Strategy::LeastLoaded) {
        let old = Profile { capabilities: review(2, 2), ..profile("old", 4) };
        let next = Profile { capabilities: review(3, 9), ..profile("next", 4) };
        let workers = [house.join("w1", Some(old)), house.join("w2", Some(next)), house.join("w3", None)];
        let fits = house.agent("fits", 4);
        let task = house.engine.submit(needing(review(2, 3))).unwrap().id;
        assert!(workers.iter().all(|worker| house.claim(worker, 4).is_empty()));
        assert_eq!(house.waiting(task), "agent fits, whose turn it is");
        let claimed = house.claim(&fits, 4).pop().unwrap();
        assert_eq!(claimed.task.id, task);
        assert_eq!(house.figures("fits"), (1, 1, Health::Healthy, true));
        house.end(claimed, done());
        assert_eq!(house.figures("fits"), (0, 1, Health::Healthy, true));
        let view = house.engine.show(task).unwrap();
        let assigned = view.history.iter().find(|change| change.event == Event::Assign).unwrap();
        assert_eq!(assigned.agent, Some(id("fits")));
        assert_eq!((view.row.task.state, view.waiting), (State::Completed, None));
    }
}

#[test]
fn without_a_capable_agent_a_task_waits_says_why_and_runs_once_one_comes() {
    for house in houses(Strategy::LeastLoaded) {
        let task = house.submit(1).pop().unwrap();
        assert_eq!(house.waiting(task), "no agent can do a task of kind work: none is registered");
        // A worker that ends when there is nothing left does not wait for somebody to bring an agent.
        assert_eq!(run(&house.engine, None).attempts, 0);
        let unfit = Profile { capabilities: Vec::new(), ..profile("unfit", 4) };
        assert_eq!(run(&house.engine, Some(unfit.clone())).attempts, 0);
        house.join("w", Some(unfit));
        assert_eq!(house.waiting(task), "no agent can do a task of kind work: 1 lack code.review 2.0");
        assert_eq!(run(&house.engine, Some(profile("fits", 4))).completed, 1);
        assert_eq!(house.engine.get(task).unwrap().task.state, State::Completed);
    }
}

#[test]
fn a_task_that_needs_nothing_goes_to_whoever_asks_and_is_not_behind_one_that_waits() {
    for house in houses(Strategy::LeastLoaded) {
        house.submit(2);
        let free = house.engine.submit(needing(Vec::new())).unwrap().id;
        assert_eq!(house.waiting(free), "a free worker");
        let worker = house.join("w", None);
        let claimed: Vec<_> = house.claim(&worker, 9).into_iter().map(|claimed| claimed.task.id).collect();
        assert_eq!(claimed, [free]);
    }
}

#[test]
fn the_least_loaded_agent_is_left_its_task_by_one_that_is_busier() {
    for house in houses(Strategy::LeastLoaded) {
        let busy = house.agent("busy", 4);
        house.submit(2);
        let held = house.claim(&busy, 2);
        assert_eq!(held.len(), 2);
        let idle = house.agent("idle", 4);
        let task = house.submit(1).pop().unwrap();
        assert!(house.claim(&busy, 2).is_empty());
        assert_eq!(house.claim(&idle, 2).pop().unwrap().task.id, task);
        assert_eq!((house.figures("busy").0, house.figures("idle").0), (2, 1));
    }
}

#[test]
fn an_agent_has_no_more_tasks_than_its_limit_and_the_rest_wait_for_it() {
    for house in houses(Strategy::LeastLoaded) {
        let agent = house.agent("a", 2);
        let tasks = house.submit(3);
        house.engine.submit(needing(Vec::new())).unwrap();
        let mut held = house.claim(&agent, 9);
        assert_eq!(held.len(), 2);
        assert_eq!(house.waiting(tasks[2]), "all 1 agents that can do a task of kind work are busy");
        house.end(held.pop().unwrap(), done());
        assert_eq!(house.claim(&agent, 9).len(), 1);
    }
}

#[test]
fn what_a_dead_agent_held_goes_to_another_and_its_going_is_an_entry() {
    for house in houses(Strategy::LeastLoaded) {
        let dies = house.agent("dies", 4);
        let task = house.submit(1).pop().unwrap();
        assert_eq!(house.claim(&dies, 1).len(), 1);
        let other = house.agent("other", 4);
        // A new life of the worker's name ends the old one, as when a process starts anew.
        house.join("worker-dies", None);
        house.engine.tend().unwrap();
        let claimed = house.claim(&other, 1).pop().unwrap();
        assert_eq!((claimed.task.id, claimed.task.crashes), (task, 1));
        assert!(!house.figures("dies").3);
        assert_eq!(house.figures("other").0, 1);
        house.engine.end_worker(&other, vec![task]).unwrap();
        assert_eq!((house.figures("other").0, house.figures("other").3), (0, false));
        let deeds = house.deeds();
        for deed in ["dies register", "dies leave", "other register", "other leave"] {
            assert_eq!(deeds.iter().filter(|it| *it == deed).count(), 1, "{deed} in {deeds:?}");
        }
    }
}

#[test]
fn an_agent_that_keeps_failing_is_passed_over_and_is_still_when_it_comes_back() {
    for house in houses(Strategy::LeastLoaded) {
        let fails = house.agent("fails", 4);
        for _ in 0..7 {
            house.submit(1);
            let claimed = house.claim(&fails, 1).pop().unwrap();
            house.end(claimed, failed());
        }
        assert_eq!(house.figures("fails"), (0, 7, Health::Degraded, true));
        house.engine.end_worker(&fails, Vec::new()).unwrap();
        let fails = house.agent("fails", 4);
        let works = house.agent("works", 1);
        house.submit(2);
        assert!(house.claim(&fails, 1).is_empty());
        assert_eq!(house.claim(&works, 2).len(), 1);
        // Nobody healthy is free any more.
        assert_eq!(house.claim(&fails, 2).len(), 1);
    }
}

#[test]
fn an_agent_that_somebody_took_out_is_given_nothing_until_it_is_taken_back_in() {
    for house in houses(Strategy::LeastLoaded) {
        let who = || principal("ops");
        assert!(house.engine.put_down(id("a"), true, who(), "").is_err(), "there is none yet");
        let (a, b) = (house.agent("a", 4), house.agent("b", 4));
        let before = house.engine.has_news().unwrap().present;
        let view = house.engine.put_down(id("a"), true, who(), "it babbles").unwrap();
        assert_eq!((view.agent.health, view.worker.is_some()), (Health::Down, true));
        assert_ne!(house.engine.has_news().unwrap().present, before, "those who wait look again");
        house.submit(2);
        assert!(house.claim(&a, 2).is_empty());
        assert_eq!(house.claim(&b, 2).len(), 2);
        let plain = Spec { needs: Needs::default(), ..needing(vec![]) };
        house.engine.submit(plain).unwrap();
        assert!(house.claim(&a, 1).is_empty(), "nor what needs no agent");
        // It stays out when its worker begins anew, and successes of what it had do not bring it back.
        house.engine.end_worker(&a, Vec::new()).unwrap();
        let a = house.agent("a", 4);
        assert_eq!(house.figures("a").2, Health::Down);
        house.engine.put_down(id("a"), false, who(), "it was repaired").unwrap();
        assert_eq!((house.figures("a").2, house.claim(&a, 1).len()), (Health::Healthy, 1));
        let deeds = house.deeds();
        for deed in ["ops agent_down", "ops agent_up"] {
            assert_eq!(deeds.iter().filter(|it| *it == deed).count(), 1, "{deed} in {deeds:?}");
        }
        assert!(house.engine.put_down(id("a"), true, who(), &"x".repeat(8193)).is_err());
    }
}

#[test]
fn a_worker_that_ends_when_idle_does_so_although_its_agent_was_taken_out() {
    for house in houses(Strategy::LeastLoaded) {
        let options = WorkerOptions {
            agent: Some(profile("a", 1)),
            until_idle: true,
            concurrency: 1,
            ..WorkerOptions::default()
        };
        let handlers = || Handlers::from([(kind(), Arc::new(|_: &Attempt| done()) as _)]);
        let run = || work(&house.engine, handlers(), &options, &CancelToken::new(), &mut |_| {}).unwrap();
        run();
        house.engine.put_down(id("a"), true, principal("ops"), "").unwrap();
        house.engine.submit(task("work", "1")).unwrap();
        assert_eq!(run().attempts, 0);
        house.engine.put_down(id("a"), false, principal("ops"), "").unwrap();
        assert_eq!(run().completed, 1);
    }
}

#[test]
fn whatever_the_strategy_nobody_waits_for_a_task_that_is_left_lying() {
    for strategy in Strategy::ALL {
        for house in houses(*strategy) {
            let tasks = house.submit(60);
            let agents = [house.agent("a", 2), house.agent("b", 3), house.agent("c", 1)];
            let mut rounds = 0;
            while house.engine.activity(&BTreeSet::from([kind()])).unwrap().queued > 0 {
                let held: Vec<_> = agents.iter().flat_map(|agent| house.claim(agent, 3)).collect();
                assert!(!held.is_empty(), "{strategy}: all leave it to another");
                held.into_iter().for_each(|claimed| house.end(claimed, done()));
                rounds += 1;
            }
            assert!(rounds <= 60);
            let given = ["a", "b", "c"].map(|name| house.figures(name).1);
            assert_eq!(given.iter().sum::<u64>(), tasks.len() as u64);
            if *strategy == Strategy::RoundRobin {
                assert_eq!(given, [20, 20, 20]);
            }
        }
    }
}

#[test]
fn two_workers_at_once_leave_each_other_their_tasks_and_end() {
    for house in houses(Strategy::RoundRobin) {
        house.submit(40);
        let engine = house.engine.clone();
        let other = std::thread::spawn(move || run(&engine, Some(profile("b", 2))));
        let one = run(&house.engine, Some(profile("a", 2)));
        assert_eq!(one.completed + other.join().unwrap().completed, 40);
        assert_eq!((house.figures("a").0, house.figures("b").0), (0, 0));
    }
}

#[test]
fn a_shut_gate_a_time_and_a_dependency_are_named_as_what_a_task_waits_for() {
    for house in houses(Strategy::LeastLoaded) {
        let first = house.engine.submit(needing(Vec::new())).unwrap().id;
        house
            .engine
            .limit(
                GateName::Kind(kind()),
                GateLimits { paused: true, ..GateLimits::default() },
                principal("ops"),
                "",
            )
            .unwrap();
        assert_eq!(house.waiting(first), "the kind work is paused");
        let edge = sealbook_tasks::Dependency { task: first, on_failure: sealbook_tasks::OnFailure::Fail };
        let then = house.engine.submit(Spec { after: vec![edge], ..needing(Vec::new()) }).unwrap().id;
        assert_eq!(house.waiting(then), format!("the end of {first}"));
        let time = sealbook_ledger::Time::parse("2999-01-01T00:00:00.000000Z").unwrap();
        let late = house.engine.submit(Spec { not_before: Some(time), ..needing(Vec::new()) }).unwrap().id;
        assert_eq!(house.waiting(late), "not before 2999-01-01T00:00:00.000000Z");
    }
}
