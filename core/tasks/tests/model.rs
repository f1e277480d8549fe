//! Random operations on tasks, queue and leases together, beside a model that is too simple to be wrong: it keeps a list
//! and looks through all of it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

use proptest::prelude::*;
use sealbook_ledger::Time;
use sealbook_tasks::{
    Act, Arguments, Event, Failure, Fault, GateLimits, GateName, Item, Jitter, Key, LEASE, Lease, Passed,
    Presented, Principal, Priority, Queue, QueueOptions, RetryPolicy, Role, Span, Spec, State, Task, TaskId,
    TaskKind, Transition, WorkerId, WorkerLease,
};

const WORKERS: usize = 3;
const CRASHES: u32 = 2;
const ATTEMPTS: u32 = 3;

#[derive(Debug, Clone)]
enum Op {
    Submit { share: u8, key: Option<u8>, priority: u8, delay: u64 },
    Tick(u64),
    Pop(usize),
    Start(usize),
    Complete(usize),
    Fail { at: usize, permanent: bool },
    Snooze(usize, u64),
    Release(usize),
    Cancel(usize),
    Suspend(usize),
    Resume(usize),
    Redrive(usize),
    Renew(usize),
    Reap,
    LateWrite(usize),
    Limit { key: u8, paused: bool, concurrency: Option<u32> },
}

fn op() -> impl Strategy<Value = Op> {
    let at = 0usize..64;
    prop_oneof![
        4 => (0u8..3, prop::option::weighted(0.8, 0u8..2), any::<u8>(), prop_oneof![Just(0), 0u64..20_000])
            .prop_map(|(share, key, priority, delay)| Op::Submit { share, key, priority, delay }),
        2 => (0u64..15_000).prop_map(Op::Tick),
        6 => (0..WORKERS).prop_map(Op::Pop),
        4 => at.clone().prop_map(Op::Start),
        3 => at.clone().prop_map(Op::Complete),
        2 => (at.clone(), any::<bool>()).prop_map(|(at, permanent)| Op::Fail { at, permanent }),
        1 => (at.clone(), 0u64..10_000).prop_map(|(at, delay)| Op::Snooze(at, delay)),
        1 => at.clone().prop_map(Op::Release),
        1 => at.clone().prop_map(Op::Cancel),
        1 => at.clone().prop_map(Op::Suspend),
        1 => at.clone().prop_map(Op::Resume),
        1 => at.clone().prop_map(Op::Redrive),
        3 => (0..WORKERS).prop_map(Op::Renew),
        1 => Just(Op::Reap),
        2 => at.prop_map(Op::LateWrite),
        1 => (0u8..2, prop::bool::weighted(0.2), prop::option::weighted(0.8, 0u32..3))
            .prop_map(|(key, paused, concurrency)| Op::Limit { key, paused, concurrency }),
    ]
}

/// What the model knows of a task.
#[derive(Debug, Clone, PartialEq)]
struct Simple {
    state: State,
    attempts: u32,
    crashes: u32,
    epoch: u64,
    not_before: u64,
    worker: Option<usize>,
    key: Option<u8>,
}

struct World {
    now: u64,
    queue: Queue,
    workers: Vec<WorkerLease>,
    tasks: Vec<Task>,
    histories: Vec<Vec<Transition>>,
    specs: Vec<(Spec, Time)>,
    passed: Vec<Option<Passed>>,
    leases: Vec<Vec<Lease>>,
    // The model.
    simple: Vec<Simple>,
    alive_until: [u64; WORKERS],
    limits: [(bool, Option<u32>); 2],
}

fn time(millis: u64) -> Time {
    Span::from_millis(millis).after(Time::EPOCH)
}

fn key(n: u8) -> Key {
    Key::parse(&format!("key{n}")).unwrap()
}

impl World {
    fn new() -> Self {
        let worker = |n| WorkerLease::begin(WorkerId::parse(&format!("w{n}")).unwrap(), None, time(0), LEASE);
        Self {
            now: 0,
            queue: Queue::new(QueueOptions::default()),
            workers: (0..WORKERS).map(worker).collect(),
            tasks: vec![],
            histories: vec![],
            specs: vec![],
            passed: vec![],
            leases: vec![],
            simple: vec![],
            alive_until: [LEASE.as_millis(); WORKERS],
            limits: [(false, None); 2],
        }
    }

    fn now(&self) -> Time {
        time(self.now)
    }

    /// Decides, applies, keeps the history, and keeps the queue in step, as a runtime does.
    fn happen(&mut self, at: usize, event: Event, act: Act<'_>) -> sealbook_error::Result<()> {
        let transition = self.tasks[at].decide(event, act)?;
        self.tasks[at].apply(&transition)?;
        self.histories[at].push(transition);
        let task = &self.tasks[at];
        if !task.state.is_leased()
            && let Some(passed) = self.passed[at].take()
        {
            self.queue.release(&passed);
        }
        let waits = matches!(task.state, State::Pending | State::Queued);
        match (waits, self.queue.contains(task.id)) {
            (true, false) => self.queue.push(Item::from(task), time(self.now)).unwrap(),
            (false, true) => assert!(self.queue.remove(task.id)),
            _ => {}
        }
        Ok(())
    }

    fn by_worker(&mut self, at: usize, event: Event, fill: impl Fn(&mut Act<'_>)) -> bool {
        let Some(lease) = self.tasks[at].lease.clone() else { return false };
        let worker = self.workers.iter().find(|worker| worker.worker == lease.worker).cloned();
        let mut act = Act::under(Presented { lease: &lease, held: worker.as_ref() }, self.now());
        fill(&mut act);
        self.happen(at, event, act).is_ok()
    }

    fn by_ann(&mut self, at: usize, event: Event) -> bool {
        let act = Act::of(Role::Requester, Principal::parse("ann").unwrap(), self.now());
        self.happen(at, event, act).is_ok()
    }

    /// Whether the model lets the holder write.
    fn holds(&self, at: usize) -> bool {
        self.simple[at].worker.is_some_and(|worker| self.now < self.alive_until[worker])
    }

    fn runnable(&self, at: usize) -> bool {
        let task = &self.simple[at];
        let out = |key: u8| {
            self.simple.iter().filter(|other| other.state.is_leased() && other.key == Some(key)).count()
                as u32
        };
        let open = task.key.is_none_or(|key| {
            let (paused, most) = self.limits[usize::from(key)];
            !paused && most.is_none_or(|most| out(key) < most)
        });
        matches!(task.state, State::Pending | State::Queued) && task.not_before <= self.now && open
    }

    fn submit(&mut self, share: u8, key_: Option<u8>, priority: u8, delay: u64) {
        let kind = TaskKind::parse("work").unwrap();
        let spec = Spec {
            priority: Priority(priority),
            fairness: Some(Key::parse(&format!("share{share}")).unwrap()),
            concurrency: key_.map(key),
            not_before: Some(time(self.now + delay)),
            retry: RetryPolicy {
                max_attempts: ATTEMPTS,
                crash_limit: CRASHES,
                jitter: Jitter::None,
                ..RetryPolicy::default()
            },
            ..Spec::new(kind, Arguments::parse("1").unwrap(), Principal::parse("ann").unwrap())
        };
        let mut random = [0; 10];
        random[2..].copy_from_slice(&(self.tasks.len() as u64).to_be_bytes());
        let task = Task::submit(TaskId::new(Time::EPOCH, random), spec.clone(), self.now()).unwrap();
        self.queue.push(Item::from(&task), self.now()).unwrap();
        self.specs.push((spec, self.now()));
        self.tasks.push(task);
        self.histories.push(vec![]);
        self.passed.push(None);
        self.leases.push(vec![]);
        self.simple.push(Simple {
            state: State::Pending,
            attempts: 0,
            crashes: 0,
            epoch: 0,
            not_before: self.now + delay,
            worker: None,
            key: key_,
        });
    }

    fn pop(&mut self, worker: usize) {
        if self.now >= self.alive_until[worker] {
            return;
        }
        let Some(passed) = self.queue.pop(self.now()) else {
            let left: Vec<_> = (0..self.tasks.len()).filter(|at| self.runnable(*at)).collect();
            assert!(left.is_empty(), "the queue gave nothing, and {left:?} could run");
            return;
        };
        let at = self.tasks.iter().position(|task| task.id == passed.task).unwrap();
        assert!(self.runnable(at), "the queue gave {at}, which may not run");
        // Nobody of the same share and key is more urgent by age and priority.
        let weight = |task: &Task| {
            let since = task.submitted_at.max(task.not_before).as_micros();
            since - i64::from(task.spec.priority.0) * 1_000_000
        };
        for other in (0..self.tasks.len()).filter(|other| *other != at && self.runnable(*other)) {
            let (one, two) = (&self.tasks[at], &self.tasks[other]);
            if one.spec.share() == two.spec.share() && one.spec.concurrency == two.spec.concurrency {
                assert!(weight(one) <= weight(two), "{at} was given before {other}");
            }
        }
        self.passed[at] = Some(passed);
        if self.tasks[at].state == State::Pending {
            let transition =
                self.tasks[at].decide(Event::Ready, Act::new(Role::Scheduler, self.now())).unwrap();
            self.tasks[at].apply(&transition).unwrap();
            self.histories[at].push(transition);
        }
        let lease = self.workers[worker].clone();
        let act = Act { give: Some(&lease), ..Act::new(Role::Scheduler, self.now()) };
        self.happen(at, Event::Assign, act).unwrap();
        self.leases[at].push(self.tasks[at].lease.clone().unwrap());
        let simple = &mut self.simple[at];
        (simple.state, simple.worker, simple.epoch) = (State::Assigned, Some(worker), simple.epoch + 1);
    }

    fn fail(&mut self, at: usize, permanent: bool) {
        let fault = if permanent { Fault::Permanent } else { Fault::Transient };
        let failure = Failure {
            fault,
            class: "E".to_owned(),
            message: "no".to_owned(),
            retry_after: None,
            detail: None,
        };
        let task = &self.tasks[at];
        let verdict = task.spec.retry.after(&failure, task.attempts, task.delay, 0, true);
        let not_before = verdict.delay.map(|delay| delay.after(self.now()));
        let done = self.by_worker(at, verdict.event, |act| {
            act.not_before = not_before;
            act.failure = Some(failure.clone());
        });
        let expected = self.holds(at) && self.simple[at].state == State::Running;
        assert_eq!(done, expected);
        if expected {
            let now = self.now;
            let simple = &mut self.simple[at];
            simple.worker = None;
            simple.state = match (permanent, simple.attempts) {
                (true, _) => State::Failed,
                (false, ATTEMPTS..) => State::Dead,
                (false, attempts) => {
                    simple.not_before = now + 1000 * 2u64.pow(attempts - 1);
                    State::Pending
                }
            };
        }
    }

    fn reap(&mut self) {
        for at in 0..self.tasks.len() {
            let lost = self.tasks[at].lease.as_ref().is_some_and(|lease| {
                lease.is_lost(self.workers.iter().find(|worker| worker.worker == lease.worker), self.now())
            });
            assert_eq!(lost, self.simple[at].worker.is_some() && !self.holds(at));
            if !lost {
                continue;
            }
            let event = self.tasks[at].spec.retry.after_crash(self.tasks[at].crashes);
            self.happen(at, event, Act::new(Role::Scheduler, self.now())).unwrap();
            let simple = &mut self.simple[at];
            simple.attempts -= u32::from(simple.state == State::Running);
            simple.state = if simple.crashes >= CRASHES { State::Dead } else { State::Queued };
            (simple.crashes, simple.worker) = (simple.crashes + 1, None);
        }
    }

    fn apply(&mut self, op: Op) {
        let some = |at: usize, world: &Self| (!world.tasks.is_empty()).then(|| at % world.tasks.len());
        match op {
            Op::Submit { share, key, priority, delay } => self.submit(share, key, priority, delay),
            Op::Tick(millis) => self.now += millis,
            Op::Pop(worker) => self.pop(worker),
            Op::Reap => self.reap(),
            Op::Renew(worker) => {
                let held = &self.workers[worker];
                match held.renew(self.now(), LEASE) {
                    Ok(renewed) => self.workers[worker] = renewed,
                    Err(_) => {
                        // Its tasks are taken away before it begins anew.
                        self.reap();
                        let held = &self.workers[worker];
                        let begun = WorkerLease::begin(held.worker.clone(), Some(held), self.now(), LEASE);
                        self.workers[worker] = begun;
                    }
                }
                self.alive_until[worker] = self.now + LEASE.as_millis();
            }
            Op::Limit { key: n, paused, concurrency } => {
                let limits = GateLimits { paused, concurrency, ..GateLimits::default() };
                self.queue.limit(GateName::Key(key(n)), limits).unwrap();
                self.limits[usize::from(n)] = (paused, concurrency);
            }
            Op::Start(at)
            | Op::Complete(at)
            | Op::Snooze(at, _)
            | Op::Release(at)
            | Op::Fail { at, .. }
            | Op::Cancel(at)
            | Op::Suspend(at)
            | Op::Resume(at)
            | Op::Redrive(at)
            | Op::LateWrite(at) => {
                if let Some(at) = some(at, self) {
                    self.on_task(at, op);
                }
            }
        }
    }

    fn on_task(&mut self, at: usize, op: Op) {
        let (holds, state) = (self.holds(at), self.simple[at].state);
        let running = holds && state == State::Running;
        let waiting = matches!(state, State::Pending | State::Queued);
        match op {
            Op::Start(_) => {
                let expected = holds && state == State::Assigned;
                assert_eq!(self.by_worker(at, Event::Start, |_| {}), expected);
                if expected {
                    (self.simple[at].state, self.simple[at].attempts) =
                        (State::Running, self.simple[at].attempts + 1);
                }
            }
            Op::Complete(_) => {
                assert_eq!(self.by_worker(at, Event::Complete, |_| {}), running);
                if running {
                    (self.simple[at].state, self.simple[at].worker) = (State::Completed, None);
                }
            }
            Op::Fail { permanent, .. } => self.fail(at, permanent),
            Op::Snooze(_, delay) => {
                let until = time(self.now + delay);
                assert_eq!(self.by_worker(at, Event::Snooze, |act| act.not_before = Some(until)), running);
                if running {
                    let not_before = self.now + delay;
                    let simple = &mut self.simple[at];
                    (simple.state, simple.worker, simple.not_before) = (State::Pending, None, not_before);
                    simple.attempts -= 1;
                }
            }
            Op::Release(_) => {
                assert_eq!(self.by_worker(at, Event::Release, |_| {}), holds);
                if holds {
                    let simple = &mut self.simple[at];
                    simple.attempts -= u32::from(simple.state == State::Running);
                    (simple.state, simple.worker) = (State::Queued, None);
                }
            }
            Op::Cancel(_) => {
                // A running task is asked to stop; its handler has to agree.
                let expected = waiting || matches!(state, State::Assigned | State::Suspended);
                assert_eq!(self.by_ann(at, Event::Cancel), expected);
                if expected {
                    (self.simple[at].state, self.simple[at].worker) = (State::Cancelled, None);
                }
            }
            Op::Suspend(_) => {
                assert_eq!(self.by_ann(at, Event::Suspend), waiting);
                if waiting {
                    self.simple[at].state = State::Suspended;
                }
            }
            Op::Resume(_) => {
                assert_eq!(self.by_ann(at, Event::Resume), state == State::Suspended);
                if state == State::Suspended {
                    self.simple[at].state = State::Pending;
                }
            }
            Op::Redrive(_) => {
                let expected = matches!(state, State::Failed | State::Dead | State::Cancelled);
                assert_eq!(self.by_ann(at, Event::Redrive), expected);
                if expected {
                    let now = self.now;
                    let simple = &mut self.simple[at];
                    (simple.state, simple.attempts, simple.crashes, simple.not_before) =
                        (State::Pending, 0, 0, now);
                }
            }
            Op::LateWrite(_) => {
                // A lease from an earlier epoch, shown while its worker is alive and well.
                let current = self.tasks[at].lease.clone();
                let old = self.leases[at].iter().find(|lease| Some(*lease) != current.as_ref()).cloned();
                if let Some(old) = old {
                    let worker = self.workers.iter().find(|worker| worker.worker == old.worker).cloned();
                    let act = Act::under(Presented { lease: &old, held: worker.as_ref() }, self.now());
                    let error = self.happen(at, Event::Complete, act).unwrap_err();
                    assert_eq!(error.code().name(), "LEASE_LOST");
                }
            }
            _ => {}
        }
    }

    fn compare(&self) {
        for (at, (task, simple)) in self.tasks.iter().zip(&self.simple).enumerate() {
            let worker = task.lease.as_ref().map(|lease| &lease.worker);
            assert_eq!(
                (task.state, task.attempts, task.crashes, task.epoch, task.not_before, worker),
                (
                    simple.state,
                    simple.attempts,
                    simple.crashes,
                    simple.epoch,
                    time(simple.not_before),
                    simple.worker.map(|n| &self.workers[n].worker)
                ),
                "task {at}"
            );
            let waits = matches!(simple.state, State::Pending | State::Queued);
            assert_eq!(self.queue.contains(task.id), waits, "task {at}");
        }
        let waiting =
            self.simple.iter().filter(|task| matches!(task.state, State::Pending | State::Queued)).count();
        assert_eq!(self.queue.len(), waiting);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn tasks_queue_and_leases_do_what_the_simple_model_does(ops in prop::collection::vec(op(), 1..150)) {
        let mut world = World::new();
        for op in ops {
            world.apply(op);
            world.compare();
        }
        for (at, task) in world.tasks.iter().enumerate() {
            let json = serde_json::to_string(&world.histories[at]).unwrap();
            let history: Vec<Transition> = serde_json::from_str(&json).unwrap();
            let (spec, submitted) = world.specs[at].clone();
            prop_assert_eq!(&Task::replay(task.id, spec, submitted, &history).unwrap(), task);
        }
    }
}
