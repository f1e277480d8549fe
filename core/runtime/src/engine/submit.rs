//! Submitting.

use super::desk::Desk;
use super::{Engine, Shared, audit, recorded};
use crate::random::random;
use sealbook_error::{Code, Error, Result};
use sealbook_ledger::{Draft, Time};
use sealbook_store::{Entry, Receipt, Record};
use sealbook_tasks::idempotency::{conflict, remember, repeated, slot};
use sealbook_tasks::{Refusal, Right, Spec, State, Task, TaskId, graph};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A task that was submitted, or that the submission repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Submitted {
    /// The task.
    pub id: TaskId,
    /// Whether it was there already, under the same idempotency key.
    pub repeated: bool,
}

impl Engine {
    /// Submits a task, and returns when it is durable.
    ///
    /// # Errors
    /// `INVALID_TASK`, `INVALID_POLICY`, `DEPENDENCY_CYCLE`; `QUEUE_FULL`; `IDEMPOTENCY_CONFLICT`; `ACCESS_REFUSED` if the requester may not;
    /// and those of writing to the store.
    pub fn submit(&self, spec: Spec) -> Result<Submitted> {
        let submitted = self.submit_many(vec![spec])?.pop();
        submitted.ok_or_else(|| Error::new(Code::Internal, "a submission without a task"))
    }

    /// Submits all or none. A task may depend on one before it in the list through the id that [`Engine::new_id`] has given.
    ///
    /// # Errors
    /// As [`Engine::submit`].
    pub fn submit_many(&self, specs: Vec<Spec>) -> Result<Vec<Submitted>> {
        let ids = new_ids(specs.len(), sealbook_store::now()?)?;
        self.submit_as(ids.into_iter().zip(specs).collect())
    }

    /// An id for a task that is submitted with [`Engine::submit_as`].
    ///
    /// # Errors
    /// `IO` if the system's random generator fails.
    pub fn new_id() -> Result<TaskId> {
        Ok(TaskId::new(sealbook_store::now()?, random()?))
    }

    /// Submits all or none, under ids of the caller's choice, so that they can depend on each other.
    ///
    /// # Errors
    /// As [`Engine::submit`]; `ID_CONFLICT` if there is a task with one of the ids.
    pub fn submit_as(&self, specs: Vec<(TaskId, Spec)>) -> Result<Vec<Submitted>> {
        self.submit_all(Vec::new(), specs).map(|(submitted, _)| submitted)
    }

    /// Records entries of the caller's own and submits tasks, all or nothing of it, and returns when it is durable. The entries stand in front of
    /// those about the tasks, with no others between them. Tasks that are repeated are not submitted again, and entries are recorded all the same:
    /// who repeats the call gives them ids.
    ///
    /// # Errors
    /// As [`Engine::submit_many`]; for the entries `INVALID_KIND`, `RESERVED_KIND`, `INVALID_ID`, the `PAYLOAD_*` codes and `ID_CONFLICT`.
    ///
    /// # Example
    /// ```
    /// # use sealbook_runtime::{Engine, EngineOptions};
    /// # use sealbook_store::{MemoryStore, Record, new_ledger_id};
    /// # use sealbook_tasks::*;
    /// # let store = MemoryStore::new(sealbook_ledger::Genesis::new(new_ledger_id()?, "example.com/x")?)?;
    /// # let engine = Engine::new(std::sync::Arc::new(store), EngineOptions::default())?;
    /// # let (ann, kind) = (Principal::parse("ann")?, TaskKind::parse("ship")?);
    /// let order = Record::new("custom.order", r#"{"number": 7}"#);
    /// let ship = Spec::new(kind, Arguments::parse("[7]")?, ann);
    /// let (entries, tasks) = engine.record_and_submit(&[order], vec![ship])?;
    /// assert_eq!((entries[0].header.seq, tasks[0].repeated), (1, false));
    /// # Ok::<(), sealbook_error::Error>(())
    /// ```
    pub fn record_and_submit(
        &self,
        records: &[Record],
        specs: Vec<Spec>,
    ) -> Result<(Vec<Entry>, Vec<Submitted>)> {
        let drafts = self.shared.callers.drafts(records)?;
        let ids = new_ids(specs.len(), sealbook_store::now()?)?;
        let (submitted, receipt) = self.submit_all(drafts.clone(), ids.into_iter().zip(specs).collect())?;
        Ok((Entry::of(drafts, receipt), submitted))
    }

    fn submit_all(
        &self,
        drafts: Vec<Draft>,
        specs: Vec<(TaskId, Spec)>,
    ) -> Result<(Vec<Submitted>, Receipt)> {
        let Some(offer) = self.take_offer() else {
            return self.submit_alone(drafts, specs);
        };
        let (again, gave_up) = ((drafts.clone(), specs.clone()), Arc::new(AtomicBool::new(false)));
        let told = gave_up.clone();
        let answer = self.decide_with_receipt(move |desk, shared| {
            let submitted = match take_all(desk, shared, drafts, specs)? {
                Ok(submitted) => submitted,
                Err(refusal) => return Ok(Err(refusal)),
            };
            let given = offer.give(desk, shared, &submitted);
            told.store(given.is_err(), Ordering::Relaxed);
            Ok(Ok((submitted, given?)))
        });
        match answer {
            // What is wrong with workers and their agents is no fault of the submission.
            Err(error) if gave_up.load(Ordering::Relaxed) => {
                tracing::warn!(%error, "a worker that stands by is given nothing");
                self.submit_alone(again.0, again.1)
            }
            answer => {
                let (answer, receipt) = answer?;
                let (submitted, given) = answer?;
                given.into_iter().for_each(|given| self.deliver(given));
                Ok((submitted, receipt))
            }
        }
    }

    fn submit_alone(
        &self,
        drafts: Vec<Draft>,
        specs: Vec<(TaskId, Spec)>,
    ) -> Result<(Vec<Submitted>, Receipt)> {
        let submit = move |desk: &mut Desk<'_>, shared: &Shared| take_all(desk, shared, drafts, specs);
        let (answer, receipt) = self.decide_with_receipt(submit)?;
        Ok((answer?, receipt))
    }
}

/// Takes tasks in with the caller's own entries, or records why not.
fn take_all(
    desk: &mut Desk<'_>,
    shared: &Shared,
    drafts: Vec<Draft>,
    specs: Vec<(TaskId, Spec)>,
) -> Result<std::result::Result<Vec<Submitted>, Refusal>> {
    let answer = recorded(take_in(desk, shared, specs), desk)?;
    if answer.is_ok() {
        desk.put_entries(drafts);
    }
    Ok(answer)
}

/// Takes all in, or none; a refusal comes before anything is changed.
pub(super) fn take_in(
    desk: &mut Desk<'_>,
    shared: &Shared,
    specs: Vec<(TaskId, Spec)>,
) -> Result<std::result::Result<Vec<Submitted>, Refusal>> {
    let now = desk.now;
    shared.make_room(desk, specs.len())?;
    let (mut submitted, mut new) = (Vec::with_capacity(specs.len()), Vec::new());
    for (id, spec) in specs {
        let standing = shared.options.access.standing(&spec.requester);
        if let Err(refusal) = standing.require(Right::Submit, &spec.kind, now) {
            return Ok(Err(refusal));
        }
        let task = Task::submit(id, spec, now)?;
        if let Some(approval) = &task.spec.approval {
            audit::check_kept(&shared.ingest, "the approval policy", approval)?;
        }
        if let Some(slot) = slot(&task.spec) {
            let before = desk.remembered(&slot)?;
            if let Some(id) = repeated(before.as_ref(), task.subject, now)? {
                check_same_policy(desk, &new, id, &task)?;
                submitted.push(Submitted { id, repeated: true });
                continue;
            }
            if let Some(what) = remember(&task.spec, id, task.subject, now) {
                desk.remember(slot, what);
            }
        }
        if desk.tables.task(id)?.is_some() {
            return Err(Error::new(Code::IdConflict, format!("there is a task {id}")).remedy("use a new id"));
        }
        submitted.push(Submitted { id, repeated: false });
        new.push(task);
    }
    let mut known = BTreeSet::new();
    for dependency in new.iter().flat_map(|task: &Task| &task.spec.after) {
        if desk.tables.task(dependency.task)?.is_some() {
            known.insert(dependency.task);
        }
    }
    graph::check(&new, |id| known.contains(&id))?;
    let ids: Vec<TaskId> = new.iter().map(|task| task.id).collect();
    new.into_iter().for_each(|task| desk.add(task));
    ids.into_iter().try_for_each(|id| desk.settle(id))?;
    Ok(Ok(submitted))
}

/// Refuses to take a submission for a repetition of one that is approved by other rules: whoever asks for approvals is not to find it running.
fn check_same_policy(desk: &mut Desk<'_>, new: &[Task], before: TaskId, task: &Task) -> Result<()> {
    let known = match new.iter().find(|task| task.id == before) {
        Some(new) => new,
        None => desk.task(before)?,
    };
    if known.spec.approval == task.spec.approval {
        Ok(())
    } else {
        Err(conflict(before, "is approved by other rules"))
    }
}

/// Ids for tasks that are submitted together. Those of one moment differ by chance alone, and the order of ids is that of submission.
pub(super) fn new_ids(count: usize, now: Time) -> Result<Vec<TaskId>> {
    let mut ids = (0..count).map(|_| Ok(TaskId::new(now, random()?))).collect::<Result<Vec<_>>>()?;
    ids.sort_unstable();
    Ok(ids)
}

impl Shared {
    /// Refuses what would make the queue longer than it may be. Counting takes as long as the queue is, so it is done again only
    /// when a part of the room that was found has been used; with fewer than eight submitting processes the bound is kept.
    fn make_room(&self, desk: &Desk<'_>, more: usize) -> Result<()> {
        let mut room = self.room.lock();
        if let Some(left) = room.checked_sub(more) {
            *room = left;
            return Ok(());
        }
        let capacity = self.options.queue.capacity;
        let counts = desk.tables.counts()?;
        let waiting = counts.iter().filter(|(state, _)| !state.is_final() && *state != State::Running);
        let waiting: u64 = waiting.map(|(_, count)| *count).sum();
        let waiting = usize::try_from(waiting).unwrap_or(usize::MAX).saturating_add(desk.added());
        if let Some(left) = capacity.checked_sub(waiting).and_then(|free| free.checked_sub(more)) {
            *room = left / 8;
            return Ok(());
        }
        Err(Error::new(
            Code::QueueFull,
            format!("{waiting} of {capacity} tasks wait, and {more} more are submitted"),
        )
        .remedy("wait until some have run, or raise the capacity"))
    }
}
