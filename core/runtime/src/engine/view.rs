//! Looking at tasks.

use super::agents::Agents;
use super::desk::unknown_task;
use super::{Engine, breakers, gates};
use sealbook_error::Result;
use sealbook_store::{TaskFilter, TaskRow};
use sealbook_tasks::graph::{Readiness, readiness};
use sealbook_tasks::{Candidate, Plea, Route, State, Task, TaskId, TaskKind, Transition, Waiting};
use std::collections::BTreeSet;

/// A task with its whole story.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskView {
    /// The task, its result and its progress.
    pub row: TaskRow,
    /// What happened to it, in order.
    pub history: Vec<Transition>,
    /// Its pleas, in order.
    pub pleas: Vec<Plea>,
    /// What it waits for, in words; none if it runs or has ended.
    pub waiting: Option<String>,
}

/// What is going on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Activity {
    /// Tasks that wait for a permit.
    pub queued: u64,
    /// Tasks that are with a worker.
    pub running: u64,
    /// Tasks that wait for a time.
    pub delayed: u64,
}

impl Activity {
    /// Whether nothing will happen unless somebody acts.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        *self == Self { queued: 0, running: 0, delayed: 0 }
    }
}

impl Engine {
    /// A task.
    ///
    /// # Errors
    /// `NOT_FOUND`, and those of reading the store.
    pub fn get(&self, id: TaskId) -> Result<TaskRow> {
        self.read(|tables| tables.task(id)?.ok_or_else(|| unknown_task(id)))
    }

    /// A task with its history and its pleas.
    ///
    /// # Errors
    /// As [`Engine::get`].
    pub fn show(&self, id: TaskId) -> Result<TaskView> {
        let now = sealbook_store::now()?;
        self.read(|tables| {
            let row = tables.task(id)?.ok_or_else(|| unknown_task(id))?;
            let waiting = self.waiting(tables, &row.task, now)?;
            Ok(TaskView { row, history: tables.history(id)?, pleas: tables.pleas_of(id)?, waiting })
        })
    }

    /// Visits the tasks that a filter matches, in the order of their submission.
    ///
    /// # Errors
    /// The visitor's, and those of reading the store.
    pub fn list(&self, filter: &TaskFilter, visit: &mut dyn FnMut(TaskRow) -> Result<()>) -> Result<()> {
        self.read(|tables| tables.list(filter, visit))
    }

    /// How many tasks stand in each state.
    ///
    /// # Errors
    /// Those of reading the store.
    pub fn counts(&self) -> Result<Vec<(State, u64)>> {
        self.read(|tables| tables.counts())
    }

    /// Transitions of all tasks behind a number, in order, each with its own number to go on from.
    ///
    /// # Errors
    /// Those of reading the store.
    pub fn events(&self, behind: u64, most: usize) -> Result<Vec<(u64, Transition)>> {
        let mut events = Vec::new();
        self.read(|tables| {
            tables.feed(behind, &mut |number, transition| {
                events.push((number, transition));
                Ok(events.len() < most)
            })
        })?;
        Ok(events)
    }

    /// The number of the last transition of any task.
    ///
    /// # Errors
    /// Those of reading the store.
    pub fn last_event(&self) -> Result<u64> {
        self.read(|tables| tables.last_number())
    }

    /// Why a queued task has not been taken yet, as far as this process has seen.
    #[must_use]
    pub fn why(&self, id: TaskId) -> Option<Waiting> {
        self.shared.scheduler.lock().why(id, sealbook_store::now().ok()?)
    }

    /// What is going on with tasks of these kinds.
    ///
    /// # Errors
    /// Those of reading the store.
    pub fn activity(&self, kinds: &BTreeSet<TaskKind>) -> Result<Activity> {
        let now = sealbook_store::now()?;
        let mut activity = Activity { queued: 0, running: 0, delayed: 0 };
        let states = vec![State::Pending, State::Queued, State::Assigned, State::Running];
        self.read(|tables| {
            let agents = Agents::load(tables, now)?;
            let paused = gates::paused(tables)?;
            let forced = breakers::forced(tables)?;
            // One that no agent can do waits for somebody to bring one, and one that is held back for somebody to let it go.
            let is_stuck = |task: &Task| {
                let needs = Some(&task.spec.needs).filter(|needs| !needs.is_empty());
                let next = Candidate { task: task.id, kind: &task.spec.kind, needs };
                let route = || agents.route(next, self.shared.options.strategy);
                gates::is_behind(&paused, task) || (needs.is_some() && matches!(route(), Route::Nobody(_)))
            };
            tables.list(&TaskFilter { states, ..TaskFilter::default() }, &mut |row| {
                let task = row.task;
                match task.state {
                    _ if !kinds.contains(&task.spec.kind) => {}
                    State::Queued if is_stuck(&task) => {}
                    State::Queued => activity.queued += 1,
                    State::Pending
                        if task.spec.dependency.as_ref().is_some_and(|key| forced.contains(key)) => {}
                    // One that waits for others moves when they do, and they are counted themselves.
                    State::Pending => {
                        let state = |id| tables.task(id).ok().flatten().map(|row| row.task.state);
                        let waits = matches!(readiness(&task.spec, state), Readiness::Waits(_));
                        activity.delayed += u64::from(!waits || task.not_before > now);
                    }
                    _ => activity.running += 1,
                }
                Ok(())
            })
        })?;
        Ok(activity)
    }
}
