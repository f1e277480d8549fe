//! What goes into the queue and what comes out.

use super::gate::{GateName, Shut};
use crate::{Key, Needs, Priority, Task, TaskId, TaskKind};
use sealbook_ledger::Time;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A task as the queue sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The task.
    pub task: TaskId,
    /// Its kind.
    pub kind: TaskKind,
    /// Whose share of the turns it takes.
    pub share: Arc<str>,
    /// Which limits apply, besides those of its kind.
    pub key: Option<Key>,
    /// What it calls, if that is shared.
    pub dependency: Option<Key>,
    /// What it needs of the agent that does it, if anything.
    pub needs: Option<Arc<Needs>>,
    /// How urgent it is.
    pub priority: Priority,
    /// Since when it waits.
    pub since: Time,
    /// Not to be taken before.
    pub not_before: Time,
}

impl From<&Task> for Item {
    /// A task that was interrupted keeps the place that its waiting since the submission has earned it.
    fn from(task: &Task) -> Self {
        Self {
            task: task.id,
            kind: task.spec.kind.clone(),
            share: task.spec.share().into(),
            key: task.spec.concurrency.clone(),
            dependency: task.spec.dependency.clone(),
            needs: (!task.spec.needs.is_empty()).then(|| Arc::new(task.spec.needs.clone())),
            priority: task.spec.priority,
            since: task.submitted_at,
            not_before: task.not_before,
        }
    }
}

/// A task that was taken, with the gates that it has passed: a permit, to be given back.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "its gates count the task as out until it is released"]
pub struct Passed {
    /// The task.
    pub task: TaskId,
    /// Its kind.
    pub kind: TaskKind,
    /// Its concurrency key.
    pub key: Option<Key>,
    /// What it calls.
    pub dependency: Option<Key>,
}

impl From<&Task> for Passed {
    fn from(task: &Task) -> Self {
        Self {
            task: task.id,
            kind: task.spec.kind.clone(),
            key: task.spec.concurrency.clone(),
            dependency: task.spec.dependency.clone(),
        }
    }
}

impl Passed {
    pub(super) fn gates(&self) -> impl Iterator<Item = GateName> {
        GateName::before(&self.kind, self.key.as_ref(), self.dependency.as_ref())
    }
}

/// Why a task in the queue has not been taken yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Waiting {
    /// Its time has not come.
    Delayed(Time),
    /// A gate is shut.
    Gate(GateName, Shut),
    /// Others are before it, or no permit is free.
    Turn,
}

/// The task that is next of those with the same kind, key and needs, for a worker to accept or to pass over.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// The task.
    pub task: TaskId,
    /// Its kind.
    pub kind: &'a TaskKind,
    /// What it needs of the agent that does it, if anything.
    pub needs: Option<&'a Needs>,
}
