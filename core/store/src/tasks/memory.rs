//! Tasks in memory.

use super::{Changes, TaskFilter, TaskRow, TaskTables};
use sealbook_error::Result;
use sealbook_ledger::Time;
use sealbook_tasks::idempotency::Remembered;
use sealbook_tasks::{Plea, PleaId, PleaState, State, Task, TaskId, Transition, WorkerId, WorkerLease};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The tables, with the same indexes as in a file.
#[derive(Debug, Default)]
pub(crate) struct MemoryTables {
    tasks: BTreeMap<TaskId, (TaskRow, Option<Time>)>,
    due: BTreeSet<(Time, TaskId)>,
    leased: BTreeSet<TaskId>,
    counts: BTreeMap<State, u64>,
    dependents: HashMap<TaskId, Vec<TaskId>>,
    transitions: Vec<Transition>,
    of_task: HashMap<TaskId, Vec<usize>>,
    workers: HashMap<WorkerId, WorkerLease>,
    remembered: HashMap<String, Remembered>,
    pleas: BTreeMap<PleaId, Plea>,
    due_pleas: BTreeSet<(Time, PleaId)>,
    documents: BTreeMap<String, String>,
    submissions: HashMap<TaskId, Vec<u8>>,
}

impl MemoryTables {
    /// Writes all but the entries.
    pub(crate) fn write(&mut self, changes: Changes) {
        for change in changes.tasks {
            let id = change.row.task.id;
            if change.is_new {
                for dependency in &change.row.task.spec.after {
                    self.dependents.entry(dependency.task).or_default().push(id);
                }
            }
            for transition in change.transitions {
                self.of_task.entry(id).or_default().push(self.transitions.len());
                self.transitions.push(transition);
            }
            self.put(id, change.row, change.due);
        }
        for (id, lease) in changes.workers {
            match lease {
                Some(lease) => self.workers.insert(id, lease),
                None => self.workers.remove(&id),
            };
        }
        self.remembered.extend(changes.remembered);
        for plea in changes.pleas {
            if let Some(at) = self.pleas.get(&plea.id).and_then(Plea::due_at) {
                self.due_pleas.remove(&(at, plea.id));
            }
            self.due_pleas.extend(plea.due_at().map(|at| (at, plea.id)));
            self.pleas.insert(plea.id, plea);
        }
        for (name, document) in changes.documents {
            match document {
                Some(document) => self.documents.insert(name, document),
                None => self.documents.remove(&name),
            };
        }
    }

    /// The entry of a task's submission.
    pub(crate) fn note_submission(&mut self, id: TaskId, payload: &[u8]) {
        self.submissions.insert(id, payload.to_vec());
    }

    fn put(&mut self, id: TaskId, row: TaskRow, due: Option<Time>) {
        if row.task.lease.is_some() {
            self.leased.insert(id);
        } else {
            self.leased.remove(&id);
        }
        *self.counts.entry(row.task.state).or_default() += 1;
        self.due.extend(due.map(|at| (at, id)));
        if let Some((before, due_before)) = self.tasks.insert(id, (row, due)) {
            if let Some(count) = self.counts.get_mut(&before.task.state) {
                *count -= 1;
            }
            if let Some(at) = due_before.filter(|at| Some(*at) != due) {
                self.due.remove(&(at, id));
            }
        }
    }

    fn holder(&self, task: &Task) -> Option<&WorkerLease> {
        self.workers.get(&task.lease.as_ref()?.worker)
    }
}

impl TaskTables for MemoryTables {
    fn task(&self, id: TaskId) -> Result<Option<TaskRow>> {
        Ok(self.tasks.get(&id).map(|(row, _)| row.clone()))
    }

    fn submission(&self, id: TaskId) -> Result<Option<Vec<u8>>> {
        Ok(self.submissions.get(&id).cloned())
    }

    fn list(&self, filter: &TaskFilter, visit: &mut dyn FnMut(TaskRow) -> Result<()>) -> Result<()> {
        let rows = self.tasks.values().filter(|(row, _)| filter.matches(&row.task));
        rows.take(filter.limit.unwrap_or(usize::MAX)).try_for_each(|(row, _)| visit(row.clone()))
    }

    fn counts(&self) -> Result<Vec<(State, u64)>> {
        Ok(self
            .counts
            .iter()
            .filter(|(_, count)| **count > 0)
            .map(|(state, count)| (*state, *count))
            .collect())
    }

    fn due(&self, until: Time, limit: usize) -> Result<Vec<TaskId>> {
        Ok(self.due.iter().take_while(|(at, _)| *at <= until).take(limit).map(|(_, id)| *id).collect())
    }

    fn next_due(&self) -> Result<Option<Time>> {
        let (task, plea) = (self.due.first().map(|(at, _)| *at), self.due_pleas.first().map(|(at, _)| *at));
        Ok(task.into_iter().chain(plea).min())
    }

    fn lost(&self, now: Time, limit: usize) -> Result<Vec<TaskId>> {
        let tasks = self.leased.iter().filter_map(|id| self.tasks.get(id)).map(|(row, _)| &row.task);
        let lost = tasks
            .filter(|task| task.lease.as_ref().is_some_and(|lease| lease.is_lost(self.holder(task), now)));
        Ok(lost.take(limit).map(|task| task.id).collect())
    }

    fn dependents(&self, task: TaskId) -> Result<Vec<TaskId>> {
        Ok(self.dependents.get(&task).cloned().unwrap_or_default())
    }

    fn history(&self, task: TaskId) -> Result<Vec<Transition>> {
        let places = self.of_task.get(&task).into_iter().flatten();
        Ok(places.filter_map(|at| self.transitions.get(*at)).cloned().collect())
    }

    fn feed(&self, behind: u64, visit: &mut dyn FnMut(u64, Transition) -> Result<bool>) -> Result<()> {
        let from = usize::try_from(behind).unwrap_or(usize::MAX);
        for (number, transition) in (behind + 1..).zip(self.transitions.get(from..).unwrap_or_default()) {
            if !visit(number, transition.clone())? {
                break;
            }
        }
        Ok(())
    }

    fn last_number(&self) -> Result<u64> {
        Ok(self.transitions.len() as u64)
    }

    fn worker(&self, id: &WorkerId) -> Result<Option<WorkerLease>> {
        Ok(self.workers.get(id).cloned())
    }

    fn remembered(&self, slot: &str) -> Result<Option<Remembered>> {
        Ok(self.remembered.get(slot).cloned())
    }

    fn plea(&self, id: PleaId) -> Result<Option<Plea>> {
        Ok(self.pleas.get(&id).cloned())
    }

    fn pleas_of(&self, task: TaskId) -> Result<Vec<Plea>> {
        let mut pleas: Vec<_> = self.pleas.values().filter(|plea| plea.task == task).cloned().collect();
        pleas.sort_by_key(|plea| plea.round);
        Ok(pleas)
    }

    fn pleas(&self, all: bool) -> Result<Vec<Plea>> {
        Ok(self.pleas.values().filter(|plea| all || plea.state == PleaState::Pending).cloned().collect())
    }

    fn due_pleas(&self, until: Time, limit: usize) -> Result<Vec<PleaId>> {
        Ok(self.due_pleas.iter().take_while(|(at, _)| *at <= until).take(limit).map(|(_, id)| *id).collect())
    }

    fn document(&self, name: &str) -> Result<Option<String>> {
        Ok(self.documents.get(name).cloned())
    }

    fn documents(&self, prefix: &str) -> Result<Vec<(String, String)>> {
        let behind = self.documents.range(prefix.to_owned()..);
        let these = behind.take_while(|(name, _)| name.starts_with(prefix));
        Ok(these.map(|(name, document)| (name.clone(), document.clone())).collect())
    }
}
