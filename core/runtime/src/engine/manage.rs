//! Acting on tasks from outside: cancel, suspend, resume, redrive; one or many.

use super::desk::Desk;
use super::{Engine, Shared};
use sealbook_error::{Error, Result};
use sealbook_tasks::{Act, Event, Principal, Refusal, State, TaskId};

/// How many tasks are acted on in one transaction, so that others get their turn.
const BATCH: usize = 200;

/// What is done to a task from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// See [`Engine::cancel`].
    Cancel,
    /// See [`Engine::suspend`].
    Suspend,
    /// See [`Engine::resume`].
    Resume,
    /// See [`Engine::redrive`].
    Redrive,
}

impl Deed {
    fn event(self, state: State) -> Event {
        match self {
            Self::Cancel if state == State::Running => Event::AskCancel,
            Self::Cancel => Event::Cancel,
            Self::Suspend => Event::Suspend,
            Self::Resume => Event::Resume,
            Self::Redrive => Event::Redrive,
        }
    }
}

impl Engine {
    /// Cancels a task: at once if it does not run, else by asking its handler to stop.
    ///
    /// # Errors
    /// `NOT_FOUND`; `ACCESS_REFUSED` if `who` neither asked for it nor may manage it; `TASK_ILLEGAL_TRANSITION` if it has ended.
    pub fn cancel(&self, id: TaskId, who: Principal, reason: &str) -> Result<State> {
        self.act(Deed::Cancel, id, who, reason)
    }

    /// Takes a waiting task out until it is resumed.
    ///
    /// # Errors
    /// As [`Engine::cancel`]; `TASK_ILLEGAL_TRANSITION` unless it is pending or queued.
    pub fn suspend(&self, id: TaskId, who: Principal, reason: &str) -> Result<State> {
        self.act(Deed::Suspend, id, who, reason)
    }

    /// Lets a suspended task wait for its turn again.
    ///
    /// # Errors
    /// As [`Engine::cancel`]; `TASK_ILLEGAL_TRANSITION` unless it is suspended.
    pub fn resume(&self, id: TaskId, who: Principal, reason: &str) -> Result<State> {
        self.act(Deed::Resume, id, who, reason)
    }

    /// Tries an ended task anew, from the first attempt. Approval has to be asked for anew as well.
    ///
    /// # Errors
    /// As [`Engine::cancel`]; `TASK_ILLEGAL_TRANSITION` unless it is failed, cancelled or dead.
    pub fn redrive(&self, id: TaskId, who: Principal, reason: &str) -> Result<State> {
        self.act(Deed::Redrive, id, who, reason)
    }

    fn act(&self, deed: Deed, id: TaskId, who: Principal, reason: &str) -> Result<State> {
        let reason = reason.to_owned();
        self.decide_or_refuse(move |desk, shared| act(desk, shared, deed, id, &who, &reason))
    }

    /// Does the same to many tasks, and says of each where it stands then or why it was not done. Those for which it could not be done do not hold back the others.
    ///
    /// # Errors
    /// Those of writing to the store; what was done by then is done.
    pub fn act_many(
        &self,
        deed: Deed,
        ids: &[TaskId],
        who: &Principal,
        reason: &str,
    ) -> Result<Vec<Result<State>>> {
        let mut states = Vec::with_capacity(ids.len());
        for batch in ids.chunks(BATCH) {
            let (batch, who, reason) = (batch.to_vec(), who.clone(), reason.to_owned());
            states.extend(self.decide(move |desk, shared| {
                let mut each = |id: TaskId| match act(desk, shared, deed, id, &who, &reason) {
                    Ok(Ok(state)) => Ok(state),
                    Ok(Err(refusal)) => {
                        desk.refuse(&refusal);
                        Err(Error::from(refusal))
                    }
                    Err(error) => Err(error),
                };
                Ok(batch.into_iter().map(&mut each).collect::<Vec<_>>())
            })?);
        }
        Ok(states)
    }
}

fn act(
    desk: &mut Desk<'_>,
    shared: &Shared,
    deed: Deed,
    id: TaskId,
    who: &Principal,
    reason: &str,
) -> Result<std::result::Result<State, Refusal>> {
    let now = desk.now;
    let task = desk.task(id)?;
    let event = deed.event(task.state);
    let role = match shared.options.access.standing(who).role(task, now) {
        Ok(role) => role,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let mut act = Act::of(role, who.clone(), now);
    act.reason = (!reason.is_empty()).then(|| reason.to_owned());
    desk.cause(id, event, act)?;
    if event == Event::Redrive {
        desk.row(id)?.result = None;
    }
    if event == Event::Cancel {
        desk.withdraw_plea(id, if reason.is_empty() { "cancelled" } else { reason })?;
    }
    desk.settle(id)?;
    Ok(Ok(desk.task(id)?.state))
}
