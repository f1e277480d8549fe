//! The four limits on time of a task, and which of them has passed.

use crate::state::{Event, State};
use crate::{Failure, Fault, Task};
use sealbook_ledger::Time;

/// A limit that a task runs against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    /// When it passes.
    pub at: Time,
    /// Which of the four.
    pub limit: &'static str,
    /// Whether a further attempt may follow.
    pub is_final: bool,
}

/// What is to be done about a limit that has passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Overdue {
    /// The task ends: `expire` while it waits, `fail` while it runs.
    End(Event, Failure),
    /// The attempt failed; the retry policy decides.
    Attempt(Failure),
}

/// The next limit that the task runs against; none if nothing presses it.
#[must_use]
pub fn next(task: &Task) -> Option<Deadline> {
    let timeouts = &task.spec.timeouts;
    let running = task.state == State::Running;
    let never_started = task.first_started_at.is_none();
    let limit = |span: Option<crate::Span>, from: Option<Time>, limit, is_final| {
        Some(Deadline { at: span?.after(from?), limit, is_final })
    };
    if task.state.is_final() {
        return None;
    }
    let start = task.spec.not_before.map_or(task.submitted_at, |time| time.max(task.submitted_at));
    [
        limit(timeouts.schedule_to_close, Some(task.submitted_at), "schedule_to_close", true),
        limit(timeouts.schedule_to_start, never_started.then_some(start), "schedule_to_start", true),
        limit(timeouts.start_to_close, task.started_at.filter(|_| running), "start_to_close", false),
        limit(timeouts.heartbeat, task.beat_at.filter(|_| running), "heartbeat", false),
    ]
    .into_iter()
    .flatten()
    .min_by_key(|deadline| (deadline.at, !deadline.is_final))
}

/// What is to be done about the task at `now`; none while every limit holds.
#[must_use]
pub fn overdue(task: &Task, now: Time) -> Option<Overdue> {
    let deadline = next(task).filter(|deadline| deadline.at <= now)?;
    let failure = Failure {
        fault: Fault::Timeout,
        class: "Timeout".to_owned(),
        message: format!("{} passed at {}", deadline.limit, deadline.at),
        retry_after: None,
        detail: None,
    };
    Some(match (deadline.is_final, task.state) {
        (true, State::Running) => Overdue::End(Event::Fail, failure),
        (true, _) => Overdue::End(Event::Expire, failure),
        (false, _) => Overdue::Attempt(failure),
    })
}
