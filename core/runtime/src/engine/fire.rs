//! What schedules make: the tasks of the runs that are due, in the transaction that moves the schedule on.

use super::desk::Desk;
use super::schedule::{self, Scheduled};
use super::{Shared, audit, submit};
use sealbook_error::{Code, Error, Result};
use sealbook_ledger::Time;
use sealbook_tasks::{Due, Idempotency, Key, Plan, Scope, Span, Spec, TaskId};

/// How long a schedule is held back when the queue is full.
const HELD: Span = Span::from_secs(5);
/// For how long the key of a run is remembered. That no run is made twice follows from the schedule's own place already, so
/// this guards against a schedule that is removed and put anew, or a clock that is set back.
const REMEMBERED: Span = Span::from_secs(7 * 86_400);

/// A run that was made.
#[derive(Debug, serde::Serialize)]
pub(super) struct Fired {
    pub(super) at: Time,
    pub(super) task: TaskId,
}

/// Makes what is due, and returns how many tasks that were.
pub(super) fn fire_all(desk: &mut Desk<'_>, shared: &Shared) -> Result<usize> {
    if schedule::next_due(desk.tables)?.is_none_or(|at| at > desk.now) {
        return Ok(0);
    }
    let due = schedule::due(desk)?;
    if due.is_empty() {
        // The note of what is due next is not of our making; without a new one every look would find something.
        schedule::refresh(desk)?;
    }
    let mut made = 0;
    for scheduled in due {
        made += fire(desk, shared, scheduled)?;
    }
    Ok(made)
}

fn fire(desk: &mut Desk<'_>, shared: &Shared, mut scheduled: Scheduled) -> Result<usize> {
    let entry = desk.tables.submission(scheduled.entry)?;
    let stop = audit::is_other_schedule(&scheduled, entry.as_deref())?
        .map(|why| format!("it was changed behind Sealbook's back: {why}"));
    let plan = stop.map_or_else(
        || {
            let plan = scheduled.schedule.plan()?;
            Ok((plan.due(scheduled.until, desk.now)?, plan))
        },
        |why| Err(Error::new(Code::Tampered, why)),
    );
    scheduled.held_until = None;
    let (due, plan) = match plan {
        Ok(plan) => plan,
        Err(error) => {
            // It would be found due again and again.
            scheduled.problem = Some(error.message().to_owned());
            (scheduled.paused, scheduled.next) = (true, None);
            desk.records([audit::schedule_stopped(&scheduled)]);
            schedule::put(desk, &scheduled)?;
            return Ok(0);
        }
    };
    let fired = make(desk, shared, &mut scheduled, &due)?;
    follow(desk, scheduled, &due, &plan, &fired)?;
    Ok(fired.len())
}

/// Submits the runs, and says what keeps the schedule from it.
fn make(desk: &mut Desk<'_>, shared: &Shared, scheduled: &mut Scheduled, due: &Due) -> Result<Vec<Fired>> {
    scheduled.problem = None;
    let ids = submit::new_ids(due.runs.len(), desk.now)?;
    let mut fired = Vec::new();
    for (at, id) in due.runs.iter().copied().zip(ids) {
        let spec = Spec { idempotency: Some(key(scheduled, at)?), ..scheduled.spec.clone() };
        desk.explain(id, format!("the run of schedule {:?} for {at}", scheduled.name.as_str()));
        match submit::take_in(desk, shared, vec![(id, spec)]) {
            Ok(Ok(submitted)) => {
                for task in submitted.into_iter().filter(|it| !it.repeated).map(|it| it.id) {
                    (scheduled.last, scheduled.last_task) = (Some(at), Some(task));
                    fired.push(Fired { at, task });
                }
            }
            Ok(Err(refusal)) => {
                desk.refuse(&refusal);
                scheduled.problem = Some(Error::from(refusal).message().to_owned());
            }
            Err(error) => match error.code() {
                Code::QueueFull => {
                    scheduled.problem = Some(error.message().to_owned());
                    scheduled.held_until = Some(HELD.after(desk.now));
                    return Ok(fired);
                }
                // That this run cannot be must not keep the others, or a worker, from going on.
                Code::IdempotencyConflict | Code::InvalidTask | Code::InvalidPolicy => {
                    scheduled.problem = Some(error.message().to_owned());
                }
                _ => return Err(error),
            },
        }
        scheduled.until = at;
    }
    scheduled.until = due.until;
    Ok(fired)
}

/// Moves the schedule on.
fn follow(
    desk: &mut Desk<'_>,
    mut scheduled: Scheduled,
    due: &Due,
    plan: &Plan,
    fired: &[Fired],
) -> Result<()> {
    scheduled.next = plan.next(scheduled.until)?;
    let skipped = due.skipped && scheduled.held_until.is_none();
    if !fired.is_empty() || skipped {
        desk.records(audit::schedule_fired(&scheduled, fired, skipped));
    }
    schedule::put(desk, &scheduled)
}

/// Within the requester's own keys, so that nobody else can take a run's key before it.
fn key(scheduled: &Scheduled, at: Time) -> Result<Idempotency> {
    let key = Key::parse(&format!("schedule:{}@{at}", scheduled.name))?;
    Ok(Idempotency { key, scope: Scope::Requester, lifetime: REMEMBERED })
}
