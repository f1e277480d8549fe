//! Looking at tasks.

use super::agents::Agents;
use super::desk::{Desk, unknown_task};
use super::{Engine, breakers, gates};
use sealbook_error::{Code, Result};
use sealbook_ledger::Time;
use sealbook_store::{TaskFilter, TaskRow, TaskTables, beside_damage};
use sealbook_tasks::graph::{Readiness, readiness};
use sealbook_tasks::{
    Candidate, Plea, PleaId, Principal, Refusal, Route, State, Task, TaskId, TaskKind, Transition, Waiting,
};
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
    /// The same engine as one principal may see it: its own tasks, and those of kinds that it may see, approve or manage, with their pleas and
    /// events. A program that looks for others names them so; what it does for them says who acts by itself. Figures and counts are of all tasks.
    ///
    /// # Example
    /// ```
    /// # use sealbook_runtime::{Access, Engine, EngineOptions};
    /// # use sealbook_store::{MemoryStore, new_ledger_id};
    /// # use sealbook_tasks::*;
    /// # let store = MemoryStore::new(sealbook_ledger::Genesis::new(new_ledger_id()?, "example.com/x")?)?;
    /// let (ann, bob) = (Principal::parse("ann")?, Principal::parse("bob")?);
    /// let access = Access::Listed(vec![Standing::of(ann.clone()).allowed(Right::Submit, "*")]);
    /// let engine = Engine::new(std::sync::Arc::new(store), EngineOptions { access, ..EngineOptions::default() })?;
    /// let id = engine.submit(Spec::new(TaskKind::parse("ship")?, Arguments::parse("[7]")?, ann.clone()))?.id;
    /// assert!(engine.seen_by(ann).show(id).is_ok());
    /// assert_eq!(engine.seen_by(bob).show(id).unwrap_err().code(), sealbook_error::Code::AccessRefused);
    /// # Ok::<(), sealbook_error::Error>(())
    /// ```
    #[must_use]
    pub fn seen_by(&self, viewer: Principal) -> Self {
        Self { viewer: Some(viewer), ..self.clone() }
    }

    fn see(&self, task: &Task, now: Time) -> std::result::Result<(), Refusal> {
        self.viewer.as_ref().map_or(Ok(()), |viewer| self.standing(viewer).see(task, now))
    }

    fn sees(&self, tables: &dyn TaskTables, id: TaskId, now: Time) -> Result<bool> {
        if self.viewer.is_none() {
            return Ok(true);
        }
        Ok(tables.task(id)?.is_some_and(|row| self.see(&row.task, now).is_ok()))
    }

    /// Looks at a task, unless it is not to be seen. That somebody tried is an entry.
    fn look<T>(
        &self,
        id: TaskId,
        look: impl FnOnce(&dyn TaskTables, TaskRow, Time) -> Result<T>,
    ) -> Result<T> {
        let now = sealbook_store::now()?;
        let seen = self.read(|tables| {
            let row = tables.task(id)?.ok_or_else(|| unknown_task(id))?;
            match self.see(&row.task, now) {
                Ok(()) => look(tables, row, now).map(Ok),
                Err(refusal) => Ok(Err(refusal)),
            }
        })?;
        seen.map_err(|refusal| match self.record_refusal(refusal.clone()) {
            Err(error) if error.code() != Code::ReadOnly => error,
            _ => refusal.into(),
        })
    }

    /// A task.
    ///
    /// # Errors
    /// `NOT_FOUND`; `ACCESS_REFUSED` for who may not see it; and those of reading the store.
    pub fn get(&self, id: TaskId) -> Result<TaskRow> {
        self.look(id, |_, row, _| Ok(row))
    }

    /// A task with its history and its pleas.
    ///
    /// # Errors
    /// As [`Engine::get`].
    pub fn show(&self, id: TaskId) -> Result<TaskView> {
        self.look(id, |tables, row, now| {
            let waiting = self.waiting(tables, &row.task, now)?;
            Ok(TaskView { row, history: tables.history(id)?, pleas: tables.pleas_of(id)?, waiting })
        })
    }

    /// Visits the tasks that a filter matches and that may be seen, in the order of their submission.
    ///
    /// # Errors
    /// The visitor's, and those of reading the store; `TAMPERED` about a task that cannot be read, once all others were visited.
    pub fn list(&self, filter: &TaskFilter, visit: &mut dyn FnMut(TaskRow) -> Result<()>) -> Result<()> {
        if self.viewer.is_none() {
            return self.read(|tables| tables.list(filter, visit));
        }
        let now = sealbook_store::now()?;
        let mut left = filter.limit.unwrap_or(usize::MAX);
        // The limit is one of what is seen.
        let all = TaskFilter { limit: None, ..filter.clone() };
        self.read(|tables| {
            tables.list(&all, &mut |row| {
                if left == 0 || self.see(&row.task, now).is_err() {
                    return Ok(());
                }
                left -= 1;
                visit(row)
            })
        })
    }

    /// A plea.
    ///
    /// # Errors
    /// `NOT_FOUND`; `ACCESS_REFUSED` for who may not see its task; and those of reading the store.
    pub fn plea(&self, id: PleaId) -> Result<Plea> {
        let plea = self.read(|tables| Desk::new(tables, sealbook_store::now()?).plea(id))?;
        if self.viewer.is_some() {
            self.get(plea.task)?;
        }
        Ok(plea)
    }

    /// The pleas that await votes, or all that there are, of tasks that may be seen.
    ///
    /// # Errors
    /// Those of reading the store.
    pub fn pleas(&self, all: bool) -> Result<Vec<Plea>> {
        let now = sealbook_store::now()?;
        self.read(|tables| {
            let pleas = tables.pleas(all)?.into_iter();
            let seen = pleas.map(|plea| Ok(self.sees(tables, plea.task, now)?.then_some(plea)));
            seen.filter_map(Result::transpose).collect()
        })
    }

    /// How many tasks stand in each state.
    ///
    /// # Errors
    /// Those of reading the store.
    pub fn counts(&self) -> Result<Vec<(State, u64)>> {
        self.read(|tables| tables.counts())
    }

    /// Transitions of all tasks that may be seen, behind a number, in order, each with its own number to go on from.
    ///
    /// # Errors
    /// Those of reading the store.
    pub fn events(&self, behind: u64, most: usize) -> Result<Vec<(u64, Transition)>> {
        let (mut events, now) = (Vec::new(), sealbook_store::now()?);
        self.read(|tables| {
            beside_damage(tables.feed(behind, &mut |number, transition| {
                if self.sees(tables, transition.task, now)? {
                    events.push((number, transition));
                }
                Ok(events.len() < most)
            }))
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
            beside_damage(tables.list(&TaskFilter { states, ..TaskFilter::default() }, &mut |row| {
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
            }))
        })?;
        Ok(activity)
    }
}
