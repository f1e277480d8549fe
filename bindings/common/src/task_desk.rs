//! Acting on many tasks, and on what lets them run, for host languages.

use crate::errors;
use crate::tasks::{Orchestrator, misread};
use sealbook::tasks::{Deed, GateLimits, GateName, Principal, TaskId};
use sealbook::{Code, Error, Result};
use serde::Deserialize;
use serde_json::{Value, json};

/// What limits a kind, a key or the whole queue.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Limit {
    gate: GateName,
    #[serde(default)]
    limits: GateLimits,
}

/// What is done to tasks: `cancel`, `suspend`, `resume`, or `retry` (which redrives).
pub(crate) fn deed_of(act: &str) -> Result<Deed> {
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
    /// Acts on the tasks of a JSON array of ids, each for itself: an array of `{id, state}`, or `{id, error}` where it could not be done.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for another act or what is no array, `INVALID_ID`, and those of writing to the store.
    pub fn act_many(&self, act: &str, ids: &str, principal: &str, reason: &str) -> Result<String> {
        let (deed, who) = (deed_of(act)?, Principal::parse(principal)?);
        let ids: Vec<String> = serde_json::from_str(ids).map_err(|e| misread("the list of tasks", &e))?;
        let ids = ids.iter().map(|id| TaskId::parse(id)).collect::<Result<Vec<_>>>()?;
        let states = self.engine.act_many(deed, &ids, &who, reason)?;
        let answer = |(id, state): (&TaskId, Result<_>)| match state {
            Ok(state) => json!({"id": id, "state": state}),
            Err(error) => {
                let error = serde_json::from_str::<Value>(&errors::to_json(&error)).unwrap_or_default();
                json!({"id": id, "error": error})
            }
        };
        Ok(ids.iter().zip(states).map(answer).collect::<Value>().to_string())
    }

    /// Sets what limits `{gate, limits}`: the gate is `"queue"`, `{"kind": ...}` or `{"key": ...}`, the limits `{concurrency?, rate?: {starts, per, burst}, paused?}`;
    /// without any they are lifted.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if it is not understood, and those of `Engine::limit`.
    pub fn limit(&self, request: &str, principal: &str, reason: &str) -> Result<()> {
        let Limit { gate, limits } = serde_json::from_str(request).map_err(|e| misread("the limit", &e))?;
        self.engine.limit(gate, limits, Principal::parse(principal)?, reason)
    }

    /// What is limited, as an array of `{gate, limits}`.
    ///
    /// # Errors
    /// Those of reading the store.
    pub fn limits(&self) -> Result<String> {
        let gates = self.engine.gates()?;
        Ok(gates
            .iter()
            .map(|(gate, limits)| json!({"gate": gate, "limits": limits}))
            .collect::<Value>()
            .to_string())
    }
}
