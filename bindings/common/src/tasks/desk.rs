//! Acting on tasks, on many at once, and on what lets them run.

use super::{Orchestrator, misread};
use crate::errors;
use sealbook::tasks::{self, AgentId, BreakerDeed, Deed, Health, Key, Principal, State, TaskId};
use sealbook::{Code, Error, Result};
use serde_json::{Value, json};

/// What is done to tasks: `cancel`, `suspend`, `resume`, or `retry` (which redrives).
fn deed_of(act: &str) -> Result<Deed> {
    match act {
        "cancel" => Ok(Deed::Cancel),
        "suspend" => Ok(Deed::Suspend),
        "resume" => Ok(Deed::Resume),
        "retry" => Ok(Deed::Redrive),
        _ => Err(Error::new(Code::InvalidArgument, format!("{act:?} is nothing that is done to a task"))
            .remedy("cancel, suspend, resume or retry it")),
    }
}

impl Orchestrator {
    /// Acts on a task: `cancel`, `suspend`, `resume`, or `retry` (which redrives it): `{id, state}`.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for another act, and those of `Engine::cancel`.
    pub fn act(&self, act: &str, id: &str, principal: &str, reason: &str) -> Result<String> {
        let id = TaskId::parse(id)?;
        let mut states = self.done(act, &[id], principal, reason)?;
        let state = states.pop().ok_or_else(|| Error::new(Code::Internal, "an act without an answer"))??;
        Ok(json!({"id": id, "state": state}).to_string())
    }

    /// Acts on the tasks of a JSON array of ids, each for itself: an array of `{id, state}`, or `{id, error}` where it could not be done.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for another act or what is no array, `INVALID_ID`, and those of writing to the store.
    pub fn act_many(&self, act: &str, ids: &str, principal: &str, reason: &str) -> Result<String> {
        let ids: Vec<String> = serde_json::from_str(ids).map_err(|e| misread("the list of tasks", &e))?;
        let ids = ids.iter().map(|id| TaskId::parse(id)).collect::<Result<Vec<_>>>()?;
        let states = self.done(act, &ids, principal, reason)?;
        let answer = |(id, state): (&TaskId, Result<State>)| match state {
            Ok(state) => json!({"id": id, "state": state}),
            Err(error) => {
                let error: Value = serde_json::from_str(&errors::to_json(&error)).unwrap_or_default();
                json!({"id": id, "error": error})
            }
        };
        Ok(ids.iter().zip(states).map(answer).collect::<Value>().to_string())
    }

    fn done(&self, act: &str, ids: &[TaskId], principal: &str, reason: &str) -> Result<Vec<Result<State>>> {
        self.engine.act_many(deed_of(act)?, ids, &Principal::parse(principal)?, reason)
    }

    /// Sets what limits a kind, a key, a dependency or the whole queue, from the JSON object that [`tasks::limit_of`] reads: what is limited then, as
    /// [`Orchestrator::limits`] says it.
    ///
    /// # Errors
    /// As [`tasks::limit_of`] and `Engine::limit`.
    pub fn limit(&self, limit: &str, principal: &str, reason: &str) -> Result<String> {
        let (gate, limits) = tasks::limit_of(limit)?;
        self.engine.limit(gate, limits, Principal::parse(principal)?, reason)?;
        self.limits()
    }

    /// What is limited, as an array.
    ///
    /// # Errors
    /// `TAMPERED` if it cannot be read, and those of reading the store.
    pub fn limits(&self) -> Result<String> {
        let gates = self.engine.gates()?;
        let limits = gates.iter().map(|(gate, limits)| tasks::limit_json(gate, limits));
        Ok(limits.collect::<Value>().to_string())
    }

    /// Acts on the breaker of a dependency by hand: `open`, `close` or `reset`. Returns it as it stands then: `{key, state, since, until, reason, calls,
    /// failures, slow, in_row}`.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for another act or a reason that is too long, `INVALID_TASK` for a key or a principal that is no name, and those of
    /// `Engine::breaker`.
    pub fn breaker(&self, key: &str, act: &str, principal: &str, reason: &str) -> Result<String> {
        let deed = BreakerDeed::parse(act).ok_or_else(|| {
            Error::new(Code::InvalidArgument, format!("{act:?} is nothing that is done to a breaker"))
                .remedy("open, close or reset it")
        })?;
        let view = self.engine.breaker(Key::parse(key)?, deed, Principal::parse(principal)?, reason)?;
        Ok(json!(view).to_string())
    }

    /// Says how an agent is: `down`, so that it is given no task at all, or `healthy` again. Returns it as it is then.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for another health or a reason that is too long, `INVALID_TASK` for an id or a principal that is no name, and those of
    /// `Engine::put_down`.
    pub fn set_health(&self, agent: &str, health: &str, principal: &str, reason: &str) -> Result<String> {
        let is_down = match Health::parse(health) {
            Some(Health::Down) => true,
            Some(Health::Healthy) => false,
            _ => {
                return Err(Error::new(Code::InvalidArgument, format!("an agent cannot be made {health:?}"))
                    .remedy("say down or healthy; the share of its tasks that succeed makes it degraded"));
            }
        };
        let view =
            self.engine.put_down(AgentId::parse(agent)?, is_down, Principal::parse(principal)?, reason)?;
        Ok(tasks::agent_json(&view).to_string())
    }

    /// The breakers of all dependencies that were ever called, as an array.
    ///
    /// # Errors
    /// `TAMPERED` if one cannot be read, and those of reading the store.
    pub fn breakers(&self) -> Result<String> {
        Ok(json!(self.engine.breakers()?).to_string())
    }
}
