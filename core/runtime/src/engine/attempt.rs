//! What a worker writes about the attempts that it has begun.

use super::desk::Desk;
use super::{Claimed, Engine, Shared, dependency};
use crate::handler::Outcome;
use sealbook_error::{Code, Result};
use sealbook_tasks::{Act, Event, Fault, Outcome as Call, Presented, Span, State, TaskId};
use std::sync::Arc;

impl Engine {
    /// Writes how attempts ended, with one sync for all. Each is accepted or refused by itself.
    ///
    /// # Errors
    /// Those of writing to the store, for all of them; each one's own is `LEASE_LOST` if its worker no longer holds the task.
    pub fn finish(&self, ended: impl Into<Arc<[(Claimed, Outcome)]>>) -> Result<Vec<Result<State>>> {
        let ended = ended.into();
        self.decide(move |desk, shared| finish_all(desk, shared, &ended))
    }

    /// A sign of life of a handler, with what it has to say about its progress as JSON. Returns whether it was asked to stop.
    ///
    /// # Errors
    /// `LEASE_LOST`, and those of writing to the store.
    pub fn beat(&self, claimed: &Claimed, progress: Option<Arc<str>>) -> Result<bool> {
        let claimed = claimed.clone();
        self.decide(move |desk, _| {
            let held = desk.tables.worker(&claimed.lease.worker)?;
            let presented = Presented { lease: &claimed.lease, held: held.as_ref() };
            desk.cause(claimed.task.id, Event::Beat, Act::under(presented, desk.now))?;
            let row = desk.row(claimed.task.id)?;
            row.progress = progress.or(row.progress.take());
            Ok(row.task.cancel_asked)
        })
    }

    /// Which of these attempts are not to go on, each with the reason: somebody asked for it, or the task was taken away.
    ///
    /// # Errors
    /// Those of reading the store.
    pub fn stopped(&self, held: &[Claimed]) -> Result<Vec<Option<String>>> {
        self.read(|tables| {
            let stopped = |claimed: &Claimed| {
                let row = tables.task(claimed.task.id)?;
                Ok(match row.map(|row| row.task) {
                    Some(task) if task.lease.as_ref() != Some(&claimed.lease) => {
                        Some("the task was taken away".to_owned())
                    }
                    Some(task) if task.cancel_asked => Some("asked to stop".to_owned()),
                    Some(_) => None,
                    None => Some("the task is gone".to_owned()),
                })
            };
            held.iter().map(stopped).collect()
        })
    }
}

pub(super) fn finish_all(
    desk: &mut Desk<'_>,
    shared: &Shared,
    ended: &[(Claimed, Outcome)],
) -> Result<Vec<Result<State>>> {
    let mut states = Vec::with_capacity(ended.len());
    for (claimed, outcome) in ended {
        states.push(match finish(desk, shared, claimed, outcome.clone()) {
            Err(error) if error.code() != Code::LeaseLost => return Err(error),
            state => state,
        });
    }
    Ok(states)
}

fn finish(desk: &mut Desk<'_>, shared: &Shared, claimed: &Claimed, outcome: Outcome) -> Result<State> {
    let (id, now) = (claimed.task.id, desk.now);
    let held = desk.tables.worker(&claimed.lease.worker)?;
    let presented = Presented { lease: &claimed.lease, held: held.as_ref() };
    let act = Act::under(presented, now);
    let call = call(&outcome);
    let began = desk.task(id)?.started_at;
    match outcome {
        Outcome::Complete(result) => {
            desk.cause(id, Event::Complete, act)?;
            desk.row(id)?.result = Some(result.into());
        }
        Outcome::Fail(failure) => {
            // Before anything else, so that a worker that lost the task changes nothing at all.
            sealbook_tasks::fence(desk.task(id)?.lease.as_ref(), presented, now)?;
            desk.fail_attempt(id, failure, act)?;
        }
        Outcome::Snooze(_) if desk.task(id)?.cancel_asked => desk.cause(id, Event::Cancel, act)?,
        Outcome::Snooze(span) => desk.cause(id, Event::Snooze, act.not_before(span.after(now)))?,
        Outcome::Cancelled => give_up(desk, id, act)?,
    }
    if let (Some(key), Some(pass)) = (&claimed.task.spec.dependency, claimed.pass) {
        dependency::report(desk, shared, key, pass, (call.0, began.unwrap_or(now), call.1))?;
    }
    desk.settle(id)?;
    Ok(desk.task(id)?.state)
}

/// What an attempt says about its dependency.
fn call(outcome: &Outcome) -> (Call, Option<Span>) {
    match outcome {
        Outcome::Complete(_) => (Call::Success, None),
        Outcome::Fail(failure) if failure.fault == Fault::Permanent => (Call::Ignored, None),
        Outcome::Fail(failure) => (Call::Failure, failure.retry_after),
        Outcome::Snooze(_) | Outcome::Cancelled => (Call::Ignored, None),
    }
}

/// Ends an attempt without an outcome. A task that is to be cancelled is, and all others are run again.
pub(super) fn give_up(desk: &mut Desk<'_>, id: TaskId, act: Act<'_>) -> Result<()> {
    let event = if desk.task(id)?.cancel_asked { Event::Cancel } else { Event::Release };
    desk.cause(id, event, act)
}
