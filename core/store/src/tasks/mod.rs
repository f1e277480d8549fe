//! Tasks beside the ledger: what is decided about them is written in the transaction that appends the entries about it.
//!
//! A [`Decide`] is called while nobody else writes. It reads the [`TaskTables`] as they stand, decides by the rules of `sealbook-tasks`, and
//! returns [`Changes`]; the store writes them and their entries together, or nothing of them.

mod memory;

pub(crate) use memory::MemoryTables;

use crate::store::{Batch, Receipt, Store};
use crate::sync::Mutex;
use sealbook_error::{Code, Error, Result};
use sealbook_ledger::{Draft, Time};
use sealbook_tasks::idempotency::Remembered;
use sealbook_tasks::{Plea, PleaId, State, Task, TaskId, TaskKind, Transition, WorkerId, WorkerLease};
use std::fmt;
use std::sync::Arc;

/// A task with what its attempts left behind.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskRow {
    /// The task.
    pub task: Task,
    /// The result of a completed task, as JSON.
    pub result: Option<Arc<str>>,
    /// What its handler last reported, as JSON.
    pub progress: Option<Arc<str>>,
}

/// Which tasks are listed; what is not set does not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskFilter {
    /// In one of these states.
    pub states: Vec<State>,
    /// Of this kind.
    pub kind: Option<TaskKind>,
    /// Submitted after this one; for paging.
    pub after: Option<TaskId>,
    /// At most so many; all if not set.
    pub limit: Option<usize>,
}

impl TaskFilter {
    pub(crate) fn matches(&self, task: &Task) -> bool {
        (self.states.is_empty() || self.states.contains(&task.state))
            && self.kind.as_ref().is_none_or(|kind| *kind == task.spec.kind)
            && self.after.is_none_or(|after| task.id > after)
    }
}

/// What a store keeps about tasks, as of one moment.
///
/// # Errors
/// Every method fails with the errors of reading the store; `TAMPERED` if a row cannot be read.
pub trait TaskTables {
    /// A task.
    fn task(&self, id: TaskId) -> Result<Option<TaskRow>>;

    /// The payload of the ledger's entry with this id: the submission of a task or a schedule, if that was recorded.
    fn submission(&self, id: TaskId) -> Result<Option<Vec<u8>>>;

    /// The tasks that a filter matches, in the order of their submission. Those whose rows cannot be read are left out, and their error is returned
    /// once all others have been visited: [`beside_damage`] goes on with those.
    fn list(&self, filter: &TaskFilter, visit: &mut dyn FnMut(TaskRow) -> Result<()>) -> Result<()>;

    /// How many tasks stand in each state.
    fn counts(&self) -> Result<Vec<(State, u64)>>;

    /// Tasks that the scheduler has to look at by `until`, the most overdue first.
    fn due(&self, until: Time, limit: usize) -> Result<Vec<TaskId>>;

    /// When the next task or plea has to be looked at.
    fn next_due(&self) -> Result<Option<Time>>;

    /// Tasks whose worker is gone.
    fn lost(&self, now: Time, limit: usize) -> Result<Vec<TaskId>>;

    /// Tasks that wait for this one.
    fn dependents(&self, task: TaskId) -> Result<Vec<TaskId>>;

    /// The transitions of a task, in order.
    fn history(&self, task: TaskId) -> Result<Vec<Transition>>;

    /// Visits the transitions of all tasks behind this number, in order, until the visitor says false. What cannot be read is left out, as in
    /// [`TaskTables::list`].
    fn feed(&self, behind: u64, visit: &mut dyn FnMut(u64, Transition) -> Result<bool>) -> Result<()>;

    /// The number of the last transition.
    fn last_number(&self) -> Result<u64>;

    /// What is known of a worker.
    fn worker(&self, id: &WorkerId) -> Result<Option<WorkerLease>>;

    /// What an idempotency key stands for.
    fn remembered(&self, slot: &str) -> Result<Option<Remembered>>;

    /// A plea.
    fn plea(&self, id: PleaId) -> Result<Option<Plea>>;

    /// The pleas of a task, in the order of their rounds.
    fn pleas_of(&self, task: TaskId) -> Result<Vec<Plea>>;

    /// All pleas that await votes, or all that there are, in order.
    fn pleas(&self, all: bool) -> Result<Vec<Plea>>;

    /// Pleas that something is due about.
    fn due_pleas(&self, until: Time, limit: usize) -> Result<Vec<PleaId>>;

    /// A document: the state of a breaker, the limits of a gate or a schedule, as JSON.
    fn document(&self, name: &str) -> Result<Option<String>>;

    /// All documents whose name begins so, by name.
    fn documents(&self, prefix: &str) -> Result<Vec<(String, String)>>;
}

/// A task that was made or changed.
#[derive(Debug, Clone)]
pub struct TaskChange {
    /// The task as it stands now.
    pub row: TaskRow,
    /// Whether it was submitted just now.
    pub is_new: bool,
    /// When the scheduler has to look at it.
    pub due: Option<Time>,
    /// What happened to it, in order.
    pub transitions: Vec<Transition>,
}

/// What a decision writes.
#[derive(Debug, Default)]
pub struct Changes {
    /// Entries of the ledger.
    pub drafts: Vec<Draft>,
    /// Tasks.
    pub tasks: Vec<TaskChange>,
    /// Leases of workers; with none, the worker is forgotten.
    pub workers: Vec<(WorkerId, Option<WorkerLease>)>,
    /// Idempotency keys.
    pub remembered: Vec<(String, Remembered)>,
    /// Pleas, made or changed.
    pub pleas: Vec<Plea>,
    /// Documents, as JSON; with none, the document is removed.
    pub documents: Vec<(String, Option<String>)>,
    /// Ids of entries, besides those of new tasks, that [`TaskTables::submission`] finds.
    pub noted: Vec<TaskId>,
}

impl Changes {
    /// The tasks that are new, and the other ids whose entries are read again.
    pub(crate) fn submitted(&self) -> impl Iterator<Item = TaskId> {
        let new = self.tasks.iter().filter(|change| change.is_new).map(|change| change.row.task.id);
        new.chain(self.noted.iter().copied())
    }
}

/// Reads the tables and decides, while nobody else writes; `now` is the store's clock.
type Decision = dyn FnOnce(&dyn TaskTables, Time) -> Result<Changes> + Send;

/// A decision to be taken under the store's lock.
pub struct Decide(Box<Decision>);

impl Decide {
    /// Wraps a decision.
    pub fn new(decide: impl FnOnce(&dyn TaskTables, Time) -> Result<Changes> + Send + 'static) -> Self {
        Self(Box::new(decide))
    }

    pub(crate) fn take(self, tables: &dyn TaskTables, now: Time) -> Result<Changes> {
        (self.0)(tables, now)
    }
}

impl fmt::Debug for Decide {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Decide(..)")
    }
}

/// Takes a decision, writes what it changes, and returns what it answers once that is durable, with the places of its entries.
///
/// # Errors
/// The decision's own, and those of [`Store::commit`]. Nothing is written then.
pub fn transact<T: Send + 'static>(
    store: &dyn Store,
    decide: impl FnOnce(&dyn TaskTables, Time) -> Result<(Changes, T)> + Send + 'static,
) -> Result<(T, Receipt)> {
    let answer = Arc::new(Mutex::new(None));
    let slot = answer.clone();
    let decide = Decide::new(move |tables, now| {
        let (changes, value) = decide(tables, now)?;
        *slot.lock() = Some(value);
        Ok(changes)
    });
    let receipt = store.commit(Batch { drafts: Vec::new(), decide: Some(decide) })?;
    let value = answer.lock().take();
    let value =
        value.ok_or_else(|| Error::new(Code::Internal, "a decision was committed that was never taken"))?;
    Ok((value, receipt))
}

/// Reads the tables as of one moment.
///
/// # Errors
/// The reader's own, and those of reading the store.
pub fn read_tasks<T>(store: &dyn Store, read: impl FnOnce(&dyn TaskTables) -> Result<T>) -> Result<T> {
    let (mut read, mut answer) = (Some(read), None);
    store.tasks(&mut |tables| {
        if let Some(read) = read.take() {
            answer = Some(read(tables)?);
        }
        Ok(())
    })?;
    answer.ok_or_else(|| Error::new(Code::Internal, "a store that did not show its tables"))
}

/// A row that cannot be read.
/// Goes on with what could be read, where a part that could not be is no reason to stop for all.
///
/// # Errors
/// All but those about damaged rows.
pub fn beside_damage(read: Result<()>) -> Result<()> {
    match read {
        Err(error) if error.code() == Code::Tampered => {
            tracing::warn!(%error, "a row is left out");
            Ok(())
        }
        read => read,
    }
}

pub(crate) fn unreadable(what: &str, detail: impl fmt::Display) -> Error {
    Error::new(Code::Tampered, format!("the row of {what} cannot be read: {detail}"))
        .remedy("restore the project from a copy; its ledger may still verify")
}

pub(crate) fn decode<T: serde::de::DeserializeOwned>(what: &str, text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|e| unreadable(what, e))
}

pub(crate) fn encode<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|e| Error::new(Code::Internal, format!("a row cannot be written: {e}")))
}
