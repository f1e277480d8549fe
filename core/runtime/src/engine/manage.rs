//! Acting on tasks from outside: cancel, suspend, resume, redrive, pause.

use super::{Engine, GATES};
use sealbook_error::{Code, Error, Result};
use sealbook_tasks::{Act, Event, GateLimits, GateName, Principal, State, TaskId};

impl Engine {
    /// Cancels a task: at once if it does not run, else by asking its handler to stop.
    ///
    /// # Errors
    /// `NOT_FOUND`; `ACCESS_REFUSED` if `who` neither asked for it nor may manage it; `TASK_ILLEGAL_TRANSITION` if it has ended.
    pub fn cancel(&self, id: TaskId, who: Principal, reason: &str) -> Result<State> {
        let reason = reason.to_owned();
        self.act(
            id,
            who,
            reason,
            |state| if state == State::Running { Event::AskCancel } else { Event::Cancel },
        )
    }

    /// Takes a waiting task out until it is resumed.
    ///
    /// # Errors
    /// As [`Engine::cancel`]; `TASK_ILLEGAL_TRANSITION` unless it is pending or queued.
    pub fn suspend(&self, id: TaskId, who: Principal, reason: &str) -> Result<State> {
        self.act(id, who, reason.to_owned(), |_| Event::Suspend)
    }

    /// Lets a suspended task wait for its turn again.
    ///
    /// # Errors
    /// As [`Engine::cancel`]; `TASK_ILLEGAL_TRANSITION` unless it is suspended.
    pub fn resume(&self, id: TaskId, who: Principal, reason: &str) -> Result<State> {
        self.act(id, who, reason.to_owned(), |_| Event::Resume)
    }

    /// Tries an ended task anew, from the first attempt. Approval has to be asked for anew as well.
    ///
    /// # Errors
    /// As [`Engine::cancel`]; `TASK_ILLEGAL_TRANSITION` unless it is failed, cancelled or dead.
    pub fn redrive(&self, id: TaskId, who: Principal, reason: &str) -> Result<State> {
        self.act(id, who, reason.to_owned(), |_| Event::Redrive)
    }

    fn act(
        &self,
        id: TaskId,
        who: Principal,
        reason: String,
        event: impl FnOnce(State) -> Event + Send + 'static,
    ) -> Result<State> {
        self.decide_or_refuse(move |desk, shared| {
            let now = desk.now;
            let task = desk.task(id)?;
            let event = event(task.state);
            let role = match shared.options.access.standing(&who).role(task, now) {
                Ok(role) => role,
                Err(refusal) => return Ok(Err(refusal)),
            };
            let mut act = Act::of(role, who, now);
            act.reason = (!reason.is_empty()).then(|| reason.clone());
            if event == Event::Redrive {
                desk.row(id)?.result = None;
            }
            desk.cause(id, event, act)?;
            if event == Event::Cancel {
                desk.withdraw_plea(id, if reason.is_empty() { "cancelled" } else { &reason })?;
            }
            desk.settle(id)?;
            Ok(Ok(desk.task(id)?.state))
        })
    }

    /// Sets what limits a kind, a key or the whole queue, in all processes; without any limit the gate is forgotten.
    ///
    /// # Errors
    /// `INVALID_POLICY` if the figures make no sense, and those of writing to the store.
    pub fn limit(&self, gate: GateName, limits: GateLimits) -> Result<()> {
        limits.check()?;
        let document = serde_json::to_string(&(&gate, limits));
        let document =
            document.map_err(|e| Error::new(Code::Internal, format!("a gate cannot be written: {e}")))?;
        self.decide(move |desk, _| {
            desk.put_document(format!("{GATES}{}", gate_key(&gate)), document);
            Ok(())
        })
    }
}

fn gate_key(gate: &GateName) -> String {
    match gate {
        GateName::Queue => "queue".to_owned(),
        GateName::Kind(kind) => format!("kind:{kind}"),
        GateName::Key(key) => format!("key:{key}"),
    }
}
