use super::*;
use crate::{
    Arguments, Fault, LEASE, OnFailure, RetryPolicy, TaskKind, Timeouts, WorkerId, WorkerLease, deadline,
};

pub(crate) fn at(secs: u64) -> Time {
    Span::from_secs(secs).after(Time::EPOCH)
}

fn spec() -> Spec {
    Spec::new(
        TaskKind::parse("process").unwrap(),
        Arguments::parse("[]").unwrap(),
        Principal::parse("ann").unwrap(),
    )
}

fn submitted(spec: Spec) -> Task {
    Task::submit(TaskId::new(at(0), [1; 10]), spec, at(0)).unwrap()
}

fn worker(name: &str) -> WorkerLease {
    WorkerLease::begin(WorkerId::parse(name).unwrap(), None, at(0), LEASE)
}

/// A task and all that happened to it.
struct Story {
    task: Task,
    history: Vec<Transition>,
}

impl Story {
    fn of(spec: Spec) -> Self {
        Self { task: submitted(spec), history: Vec::new() }
    }

    fn then(&mut self, event: Event, act: Act<'_>) -> &mut Self {
        let transition = self.task.decide(event, act).unwrap();
        self.task.apply(&transition).unwrap();
        self.history.push(transition);
        self
    }

    fn by_scheduler(&mut self, event: Event, now: Time) -> &mut Self {
        self.then(event, Act::new(Role::Scheduler, now))
    }

    fn assign(&mut self, worker: &WorkerLease, now: Time) -> &mut Self {
        self.then(Event::Assign, Act { give: Some(worker), ..Act::new(Role::Scheduler, now) })
    }

    fn by_worker(&mut self, event: Event, worker: &WorkerLease, now: Time) -> &mut Self {
        let lease = self.task.lease.clone().unwrap();
        self.then(event, Act::under(Presented { lease: &lease, held: Some(worker) }, now))
    }

    fn running(worker: &WorkerLease, spec: Spec) -> Self {
        let mut story = Self::of(spec);
        story.by_scheduler(Event::Ready, at(1)).assign(worker, at(2)).by_worker(Event::Start, worker, at(3));
        story
    }
}

#[test]
fn a_task_is_what_its_history_makes_of_it() {
    let worker = worker("w");
    let mut story = Story::running(&worker, spec());
    let failure = Failure {
        fault: Fault::Transient,
        class: "IOError".to_owned(),
        message: "reset".to_owned(),
        retry_after: None,
        detail: None,
    };
    let lease = story.task.lease.clone().unwrap();
    let presented = Presented { lease: &lease, held: Some(&worker) };
    let act = Act { failure: Some(failure.clone()), ..Act::under(presented, at(4)) };
    story.then(Event::Retry, act.not_before(at(9)));
    assert_eq!((story.task.delay, story.task.not_before), (Span::from_secs(5), at(9)));
    assert_eq!(story.task.failure, Some(failure));

    let json = serde_json::to_string(&story.history).unwrap();
    let history: Vec<Transition> = serde_json::from_str(&json).unwrap();
    let replayed = Task::replay(story.task.id, spec(), at(0), &history).unwrap();
    assert_eq!(replayed, story.task);
    let task_json = serde_json::to_string(&story.task).unwrap();
    assert_eq!(serde_json::from_str::<Task>(&task_json).unwrap(), story.task);
}

#[test]
fn a_history_with_a_gap_a_repetition_or_another_tasks_transition_is_refused() {
    let worker = worker("w");
    let story = Story::running(&worker, spec());
    let replay = |history: &[Transition]| Task::replay(story.task.id, spec(), at(0), history);
    assert!(replay(&story.history).is_ok());
    let [a, b, c] = story.history.as_slice() else { panic!() };
    let stranger = Transition { task: TaskId::new(at(0), [2; 10]), ..a.clone() };
    let richer = Transition { attempts: 0, ..c.clone() };
    for bad in [vec![a, c], vec![a, b, b], vec![b], vec![&stranger], vec![a, b, &richer]] {
        let bad: Vec<_> = bad.into_iter().cloned().collect();
        assert_eq!(replay(&bad).unwrap_err().code(), Code::IllegalTransition);
    }
}

#[test]
fn of_two_decisions_on_one_state_only_the_first_can_be_applied() {
    let worker = worker("w");
    let mut story = Story::running(&worker, spec());
    let lease = story.task.lease.clone().unwrap();
    let act = || Act::under(Presented { lease: &lease, held: Some(&worker) }, at(4));
    let complete = story.task.decide(Event::Complete, act()).unwrap();
    let fail = story.task.decide(Event::Fail, act()).unwrap();
    story.task.apply(&complete).unwrap();
    assert_eq!(story.task.apply(&fail).unwrap_err().code(), Code::IllegalTransition);
    assert_eq!(story.task.state, State::Completed);
}

#[test]
fn a_worker_that_lost_its_lease_cannot_write_a_result() {
    let (one, two) = (worker("one"), worker("two"));
    let mut story = Story::running(&one, spec());
    let old = story.task.lease.clone().unwrap();
    story.by_scheduler(Event::LoseLease, at(31));
    let two = two.renew(at(25), LEASE).unwrap();
    story.assign(&two, at(32)).by_worker(Event::Start, &two, at(32));
    let one = one.renew(at(29), LEASE).unwrap();
    let late = Act::under(Presented { lease: &old, held: Some(&one) }, at(33));
    assert_eq!(story.task.decide(Event::Complete, late).unwrap_err().code(), Code::LeaseLost);
    let no_lease = Act::new(Role::Worker, at(33));
    assert_eq!(story.task.decide(Event::Complete, no_lease).unwrap_err().code(), Code::LeaseLost);
    story.by_worker(Event::Complete, &two, at(33));
    assert_eq!(story.task.state, State::Completed);
}

#[test]
fn the_same_worker_in_an_older_epoch_is_fenced_too() {
    let worker = worker("w");
    let mut story = Story::running(&worker, spec());
    let old = story.task.lease.clone().unwrap();
    story.by_worker(Event::Release, &worker, at(4)).assign(&worker, at(5));
    assert_eq!(story.task.epoch, 2);
    let late = Act::under(Presented { lease: &old, held: Some(&worker) }, at(6));
    assert_eq!(story.task.decide(Event::Start, late).unwrap_err().code(), Code::LeaseLost);
}

#[test]
fn a_crash_is_no_attempt_and_an_interruption_neither() {
    let worker = worker("w");
    let mut story = Story::running(&worker, spec());
    assert_eq!(story.task.attempts, 1);
    story.by_worker(Event::Release, &worker, at(4));
    assert_eq!((story.task.attempts, story.task.crashes), (0, 0));
    story.assign(&worker, at(5)).by_worker(Event::Start, &worker, at(5));
    story.by_scheduler(Event::LoseLease, at(31));
    assert_eq!((story.task.attempts, story.task.crashes), (0, 1));
    let worker = WorkerLease::begin(worker.worker.clone(), Some(&worker), at(31), LEASE);
    story.assign(&worker, at(32)).by_scheduler(Event::LoseLease, at(90));
    assert_eq!((story.task.attempts, story.task.crashes), (0, 2), "it had not begun");
    let policy = RetryPolicy::default();
    assert_eq!([2, 3].map(|crashes| policy.after_crash(crashes)), [Event::LoseLease, Event::Poison]);
}

#[test]
fn a_dead_task_is_redriven_with_clean_counts_and_its_epoch_goes_on() {
    let worker = worker("w");
    let mut story = Story::running(&worker, spec());
    story.by_worker(Event::Exhaust, &worker, at(4));
    let ann = Principal::parse("ann").unwrap();
    story.then(Event::Redrive, Act::of(Role::Requester, ann, at(5)).because("fixed"));
    assert_eq!((story.task.state, story.task.attempts, story.task.epoch), (State::Pending, 0, 1));
    assert_eq!(story.task.reason.as_deref(), Some("fixed"));
}

#[test]
fn nobody_is_assigned_a_task_without_being_alive() {
    let mut story = Story::of(spec());
    story.by_scheduler(Event::Ready, at(1));
    let nobody = story.task.decide(Event::Assign, Act::new(Role::Scheduler, at(2))).unwrap_err();
    let worker = worker("w");
    let dead = Act { give: Some(&worker), ..Act::new(Role::Scheduler, at(30)) };
    let dead = story.task.decide(Event::Assign, dead).unwrap_err();
    assert_eq!((nobody.code(), dead.code()), (Code::InvalidArgument, Code::InvalidArgument));
}

#[test]
fn a_task_cannot_wait_for_itself() {
    let id = TaskId::new(at(0), [1; 10]);
    let after = vec![crate::Dependency { task: id, on_failure: OnFailure::Block }];
    let error = Task::submit(id, Spec { after, ..spec() }, at(0)).unwrap_err();
    assert_eq!(error.code(), Code::DependencyCycle);
}

#[test]
fn a_long_reason_is_cut_between_characters() {
    let mut story = Story::of(spec());
    story.then(Event::Ready, Act::new(Role::Scheduler, at(1)).because("é".repeat(REASON_LIMIT)));
    assert_eq!(story.task.reason.as_ref().map(String::len), Some(REASON_LIMIT));
    story.then(
        Event::Park,
        Act::new(Role::Scheduler, at(1)).because(format!("x{}", "é".repeat(REASON_LIMIT))),
    );
    assert_eq!(story.task.reason.as_ref().map(String::len), Some(REASON_LIMIT - 1));
}

#[test]
fn each_of_the_four_limits_on_time_is_found_when_it_passes() {
    use deadline::{Overdue, overdue};
    let timed = |timeouts| Spec { timeouts, ..spec() };
    let secs = |n| Some(Span::from_secs(n));
    let none = Timeouts::default();
    let worker = worker("w");

    let waiting = Story::of(timed(Timeouts { schedule_to_start: secs(10), ..none })).task;
    assert_eq!(overdue(&waiting, at(9)), None);
    let Some(Overdue::End(Event::Expire, failure)) = overdue(&waiting, at(10)) else { panic!() };
    assert!(failure.message.starts_with("schedule_to_start passed at 1970-01-01T00:00:10"), "{failure:?}");
    let started = Story::running(&worker, timed(Timeouts { schedule_to_start: secs(10), ..none })).task;
    assert_eq!(overdue(&started, at(1000)), None, "it has started");
    let later = Spec { not_before: Some(at(100)), ..timed(Timeouts { schedule_to_start: secs(10), ..none }) };
    assert_eq!(deadline::next(&Story::of(later).task).unwrap().at, at(110));

    let running = Story::running(&worker, timed(Timeouts { start_to_close: secs(10), ..none })).task;
    assert_eq!(overdue(&running, at(12)), None);
    assert!(matches!(overdue(&running, at(13)), Some(Overdue::Attempt(f)) if f.fault == Fault::Timeout));

    let mut beating = Story::running(&worker, timed(Timeouts { heartbeat: secs(10), ..none }));
    assert!(matches!(overdue(&beating.task, at(13)), Some(Overdue::Attempt(_))));
    beating.by_worker(Event::Beat, &worker, at(8));
    assert_eq!(overdue(&beating.task, at(17)), None);
    assert!(matches!(overdue(&beating.task, at(18)), Some(Overdue::Attempt(_))));

    let closing = timed(Timeouts { schedule_to_close: secs(10), start_to_close: secs(7), ..none });
    let closing = Story::running(&worker, closing).task;
    assert!(matches!(overdue(&closing, at(10)), Some(Overdue::End(Event::Fail, _))), "the end comes first");
}
