//! A task and its transitions: [`Task::decide`] says what follows from an event, as plain data; [`Task::apply`] makes it so.
//!
//! The store writes the decided [`Transition`] and its ledger entry in one transaction and only then applies it, so
//! that nothing is acknowledged that could be lost. A task is what its specification and its transitions make of it:
//! [`Task::replay`] builds it from them and finds a history that does not follow from the rules.

use crate::lease::{Presented, fence};
use crate::state::{Effect, Event, Role, State, transition};
use crate::{AgentId, Failure, Lease, Principal, Span, Spec, TaskId, subject};
use sealbook_error::{Code, Error, Result};
use sealbook_ledger::{Hash, Time};
use serde::{Deserialize, Serialize};

/// The most bytes of a reason or a failure's message that are kept.
pub const REASON_LIMIT: usize = 8192;

/// One change of a task, as it is stored and shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transition {
    /// The task.
    pub task: TaskId,
    /// Counts the task's transitions, from 1.
    pub seq: u64,
    /// The state before.
    pub from: State,
    /// What happened.
    pub event: Event,
    /// The state after.
    pub to: State,
    /// When.
    pub at: Time,
    /// In which part it was caused.
    pub by: Role,
    /// By whom, if it was a principal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<Principal>,
    /// The lease that was given, or under which it was caused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<Lease>,
    /// The agent that the worker is, for an assignment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentId>,
    /// Attempts after it.
    pub attempts: u32,
    /// Crashes after it.
    pub crashes: u32,
    /// Not to run again before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Time>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The attempt's failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
}

/// Somebody acting on a task.
#[derive(Debug, Clone)]
pub struct Act<'a> {
    /// When.
    pub at: Time,
    /// In which part.
    pub by: Role,
    /// Who, if it is a principal.
    pub who: Option<Principal>,
    /// For a worker: the lease that it presents. For an assignment: see `give`.
    pub presented: Option<Presented<'a>>,
    /// For an assignment: the life of the worker that is to hold the task.
    pub give: Option<&'a crate::WorkerLease>,
    /// For an assignment: the agent that this worker is, if it is one.
    pub agent: Option<AgentId>,
    /// For a retry, a snooze or a park: not to run again before.
    pub not_before: Option<Time>,
    /// Why.
    pub reason: Option<String>,
    /// The attempt's failure.
    pub failure: Option<Failure>,
}

impl<'a> Act<'a> {
    /// An act without more to say.
    #[must_use]
    pub fn new(by: Role, at: Time) -> Self {
        Self {
            at,
            by,
            who: None,
            presented: None,
            give: None,
            agent: None,
            not_before: None,
            reason: None,
            failure: None,
        }
    }

    /// A principal's act.
    #[must_use]
    pub fn of(by: Role, who: Principal, at: Time) -> Self {
        Self { who: Some(who), ..Self::new(by, at) }
    }

    /// A worker's act.
    #[must_use]
    pub fn under(presented: Presented<'a>, at: Time) -> Self {
        Self { presented: Some(presented), ..Self::new(Role::Worker, at) }
    }

    /// With a reason.
    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// Not to run again before.
    #[must_use]
    pub fn not_before(mut self, time: Time) -> Self {
        self.not_before = Some(time);
        self
    }
}

/// A task as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// What was asked for.
    pub spec: Spec,
    /// The hash of exactly what will run.
    pub subject: Hash,
    /// Where it stands.
    pub state: State,
    /// How many transitions it has had.
    pub seq: u64,
    /// Attempts that count.
    pub attempts: u32,
    /// Workers lost over it.
    pub crashes: u32,
    /// How often it was assigned.
    pub epoch: u64,
    /// Who holds it.
    pub lease: Option<Lease>,
    /// When it was submitted, or redriven.
    pub submitted_at: Time,
    /// The transition that redrove it last; 0 if none did. A grant from before it is void.
    #[serde(default)]
    pub redriven: u64,
    /// When it last came to its state.
    pub since: Time,
    /// Not to run before.
    pub not_before: Time,
    /// When its first attempt began.
    pub first_started_at: Option<Time>,
    /// When the present attempt began.
    pub started_at: Option<Time>,
    /// The handler's last sign of life.
    pub beat_at: Option<Time>,
    /// Whether its handler was asked to stop.
    pub cancel_asked: bool,
    /// The last delay between attempts.
    pub delay: Span,
    /// The last failure.
    pub failure: Option<Failure>,
    /// Why it stands where it stands.
    pub reason: Option<String>,
}

impl Task {
    /// A task that is submitted now.
    ///
    /// # Errors
    /// Those of [`Spec::check`] and [`subject`].
    ///
    /// ```
    /// use sealbook_ledger::Time;
    /// use sealbook_tasks::{Act, Arguments, Event, Principal, Role, Spec, State, Task, TaskId, TaskKind};
    ///
    /// let spec = Spec::new(TaskKind::parse("process")?, Arguments::parse(r#"["ls"]"#)?, Principal::parse("ann")?);
    /// let mut task = Task::submit(TaskId::new(Time::EPOCH, [1; 10]), spec, Time::EPOCH)?;
    /// let transition = task.decide(Event::Ready, Act::new(Role::Scheduler, Time::EPOCH))?;
    /// assert_eq!((transition.from, transition.to, task.state), (State::Pending, State::Queued, State::Pending));
    /// task.apply(&transition)?;
    /// assert_eq!(task.state, State::Queued);
    /// # Ok::<(), sealbook_error::Error>(())
    /// ```
    pub fn submit(id: TaskId, spec: Spec, now: Time) -> Result<Self> {
        spec.check()?;
        if spec.after.iter().any(|dependency| dependency.task == id) {
            return Err(Error::new(Code::DependencyCycle, format!("task {id} depends on itself"))
                .remedy("leave that dependency out"));
        }
        Ok(Self {
            subject: subject(&spec)?,
            not_before: spec.not_before.map_or(now, |time| time.max(now)),
            id,
            spec,
            state: State::Pending,
            seq: 0,
            attempts: 0,
            crashes: 0,
            epoch: 0,
            lease: None,
            submitted_at: now,
            redriven: 0,
            since: now,
            first_started_at: None,
            started_at: None,
            beat_at: None,
            cancel_asked: false,
            delay: Span::ZERO,
            failure: None,
            reason: None,
        })
    }

    /// The task that these transitions make of a submission.
    ///
    /// # Errors
    /// As [`Task::submit`] and [`Task::apply`].
    pub fn replay(id: TaskId, spec: Spec, submitted_at: Time, history: &[Transition]) -> Result<Self> {
        let mut task = Self::submit(id, spec, submitted_at)?;
        for transition in history {
            task.apply(transition)?;
        }
        Ok(task)
    }

    /// What follows from an event, without changing anything.
    ///
    /// # Errors
    /// `TASK_ILLEGAL_TRANSITION` if the table has no such row or not for this role; `LEASE_LOST` if a worker does not
    /// hold the task; `INVALID_ARGUMENT` if an assignment names no worker, or one whose lease ran out.
    pub fn decide(&self, event: Event, act: Act<'_>) -> Result<Transition> {
        // The fence comes first: a worker that lost the task must hear that, not that the state is another.
        if act.by == Role::Worker {
            let presented = act.presented.ok_or_else(|| {
                Error::new(Code::LeaseLost, "a worker's write presents no lease")
                    .remedy("present the lease that came with the task")
            })?;
            fence(self.lease.as_ref(), presented, act.at)?;
        }
        let row = transition(self.state, event, act.by).map_err(|error| error.with("task", self.id))?;
        let lease = if event == Event::Assign { Some(self.given(&act)?) } else { self.lease.clone() };
        let (attempts, crashes) = self.counts(row.effect);
        Ok(Transition {
            task: self.id,
            seq: self.seq + 1,
            from: row.from,
            event,
            to: row.to,
            at: act.at,
            by: act.by,
            who: act.who,
            lease,
            agent: act.agent,
            attempts,
            crashes,
            not_before: act.not_before,
            reason: act.reason.map(bounded),
            failure: act.failure.map(|failure| Failure {
                class: bounded(failure.class),
                message: bounded(failure.message),
                detail: failure.detail.map(bounded),
                ..failure
            }),
        })
    }

    /// Makes a decided transition so. Those that were decided before another was applied are refused.
    ///
    /// # Errors
    /// `TASK_ILLEGAL_TRANSITION` if it does not follow from the task as it stands.
    pub fn apply(&mut self, change: &Transition) -> Result<()> {
        let Transition { event, by, at, .. } = *change;
        let row = transition(self.state, event, by)?;
        let follows = change.task == self.id
            && change.seq == self.seq + 1
            && (change.from, change.to) == (self.state, row.to)
            && (change.attempts, change.crashes) == self.counts(row.effect)
            && self.lease_follows(event, change.lease.as_ref());
        if !follows {
            return Err(Error::new(
                Code::IllegalTransition,
                format!("transition {} ({event}) does not follow on a {} task", change.seq, self.state),
            )
            .remedy("read the task again and decide anew")
            .with("task", self.id)
            .with("seq", self.seq));
        }
        self.seq = change.seq;
        (self.attempts, self.crashes) = (change.attempts, change.crashes);
        if let Some(time) = change.not_before {
            self.delay = Span::between(at, time);
            self.not_before = time;
        }
        if change.failure.is_some() {
            self.failure.clone_from(&change.failure);
        }
        match event {
            Event::Beat => self.beat_at = Some(at),
            Event::AskCancel => self.cancel_asked = true,
            Event::Assign => {
                self.lease.clone_from(&change.lease);
                self.epoch += 1;
            }
            Event::Start => {
                self.first_started_at = self.first_started_at.or(Some(at));
                (self.started_at, self.beat_at) = (Some(at), Some(at));
            }
            Event::Redrive => {
                (self.first_started_at, self.failure, self.delay) = (None, None, Span::ZERO);
                (self.submitted_at, self.not_before, self.redriven) = (at, at, self.seq);
            }
            _ => {}
        }
        if row.to != row.from {
            (self.state, self.since) = (row.to, at);
            self.reason.clone_from(&change.reason);
        }
        if !self.state.is_leased() {
            (self.lease, self.started_at, self.beat_at, self.cancel_asked) = (None, None, None, false);
        }
        Ok(())
    }

    fn given(&self, act: &Act<'_>) -> Result<Lease> {
        let worker = act.give.ok_or_else(|| {
            Error::new(Code::InvalidArgument, "an assignment names no worker")
                .remedy("give the lease of the worker that takes the task")
        })?;
        if !worker.is_live(act.at) {
            return Err(Error::new(
                Code::InvalidArgument,
                format!("the lease of worker {} ran out at {}", worker.worker, worker.expires_at),
            )
            .remedy("assign the task to a worker that is alive"));
        }
        Ok(Lease { worker: worker.worker.clone(), term: worker.term, epoch: self.epoch + 1 })
    }

    fn lease_follows(&self, event: Event, lease: Option<&Lease>) -> bool {
        if event == Event::Assign {
            return lease.is_some_and(|lease| lease.epoch == self.epoch + 1);
        }
        lease == self.lease.as_ref()
    }

    fn counts(&self, effect: Effect) -> (u32, u32) {
        let begun = u32::from(self.state == State::Running);
        match effect {
            Effect::Keep => (self.attempts, self.crashes),
            Effect::Spend => (self.attempts.saturating_add(1), self.crashes),
            Effect::Refund => (self.attempts.saturating_sub(begun), self.crashes),
            Effect::Crash => (self.attempts.saturating_sub(begun), self.crashes.saturating_add(1)),
            Effect::Reset => (0, 0),
        }
    }
}

/// The text, cut at a character's end if it is longer than is kept.
fn bounded(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(REASON_LIMIT));
    text
}

#[cfg(test)]
#[path = "task_tests.rs"]
mod tests;
