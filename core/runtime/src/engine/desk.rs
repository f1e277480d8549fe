//! A decision in the making: the tasks and pleas that it touches, as they will stand once it is written.

use super::agents::Agents;
use super::{adaptive, audit, dependency};
use crate::random::{draw, random};
use sealbook_error::{Code, Error, Result};
use sealbook_ledger::{Draft, Time};
use sealbook_store::{Changes, Ingest, Record, TaskChange, TaskRow, TaskTables};
use sealbook_tasks::graph::{Readiness, readiness};
use sealbook_tasks::idempotency::Remembered;
use sealbook_tasks::{
    Act, ApprovalPolicy, Event, Failure, Plea, PleaId, PleaState, PleaStep, Priority, Refusal, Role, State,
    Task, TaskId, Transition, Verdict, WorkerId, WorkerLease, deadline,
};
use std::collections::BTreeMap;

pub(crate) struct Desk<'a> {
    pub(crate) tables: &'a dyn TaskTables,
    pub(crate) now: Time,
    rows: BTreeMap<TaskId, Sheet>,
    pleas: BTreeMap<PleaId, Plea>,
    workers: Vec<(WorkerId, Option<WorkerLease>)>,
    remembered: BTreeMap<String, Remembered>,
    /// None for one that is removed.
    documents: BTreeMap<String, Option<String>>,
    /// Entries that are read again.
    noted: Vec<TaskId>,
    /// Where new tasks come from, for their first transition.
    origins: BTreeMap<TaskId, String>,
    /// Read when something first asks for them.
    agents: Option<Agents>,
    /// Entries of the caller's own, in front of those about what is decided.
    drafts: Vec<Draft>,
    records: Vec<Record>,
}

struct Sheet {
    row: TaskRow,
    is_new: bool,
    /// Whether it is to be written although nothing has happened to it.
    is_touched: bool,
    transitions: Vec<Transition>,
}

impl Sheet {
    fn of(row: TaskRow, is_new: bool) -> Self {
        Self { row, is_new, is_touched: false, transitions: Vec::new() }
    }

    fn is_changed(&self) -> bool {
        self.is_new || self.is_touched || !self.transitions.is_empty()
    }
}

impl<'a> Desk<'a> {
    pub(crate) fn new(tables: &'a dyn TaskTables, now: Time) -> Self {
        Self {
            tables,
            now,
            rows: BTreeMap::new(),
            pleas: BTreeMap::new(),
            workers: Vec::new(),
            remembered: BTreeMap::new(),
            documents: BTreeMap::new(),
            noted: Vec::new(),
            origins: BTreeMap::new(),
            agents: None,
            drafts: Vec::new(),
            records: Vec::new(),
        }
    }

    /// What is to be written, with the entries that go with it.
    pub(crate) fn close(self, ingest: &Ingest) -> Result<Changes> {
        let mut tasks = Vec::with_capacity(self.rows.len());
        for sheet in self.rows.into_values().filter(Sheet::is_changed) {
            let due = due_at(&sheet.row.task, self.now);
            let Sheet { row, is_new, transitions, .. } = sheet;
            tasks.push(TaskChange { row, is_new, due, transitions });
        }
        let agents = self.agents.as_ref().map_or_else(|| Ok(Vec::new()), Agents::documents)?;
        let mut drafts = self.drafts;
        drafts.extend(ingest.drafts(&self.records)?);
        Ok(Changes {
            drafts,
            tasks,
            workers: self.workers,
            remembered: self.remembered.into_iter().collect(),
            pleas: self.pleas.into_values().collect(),
            documents: self
                .documents
                .into_iter()
                .chain(agents.into_iter().map(|(name, document)| (name, Some(document))))
                .collect(),
            noted: self.noted,
        })
    }

    /// A task as it stands in this decision.
    pub(crate) fn row(&mut self, id: TaskId) -> Result<&mut TaskRow> {
        if !self.rows.contains_key(&id) {
            let row = self.tables.task(id)?.ok_or_else(|| unknown_task(id))?;
            self.rows.insert(id, Sheet::of(row, false));
        }
        self.rows.get_mut(&id).map(|sheet| &mut sheet.row).ok_or_else(|| unknown_task(id))
    }

    pub(crate) fn task(&mut self, id: TaskId) -> Result<&Task> {
        Ok(&self.row(id)?.task)
    }

    /// A plea as it stands in this decision.
    pub(crate) fn plea(&self, id: PleaId) -> Result<Plea> {
        let found = match self.pleas.get(&id) {
            Some(plea) => Some(plea.clone()),
            None => self.tables.plea(id)?,
        };
        found.ok_or_else(|| {
            Error::new(Code::NotFound, format!("there is no plea {id}"))
                .remedy("see `sealbook pleas` for what there is")
        })
    }

    /// The last plea of a task.
    pub(crate) fn last_plea(&self, task: TaskId) -> Result<Option<Plea>> {
        let new = self.pleas.values().filter(|plea| plea.task == task).cloned();
        // Of the same round the last in the row counts: it stands as this decision has made it.
        Ok(self.tables.pleas_of(task)?.into_iter().chain(new).max_by_key(|plea| plea.round))
    }

    pub(crate) fn document(&self, name: &str) -> Result<Option<String>> {
        match self.documents.get(name) {
            Some(document) => Ok(document.clone()),
            None => self.tables.document(name),
        }
    }

    pub(crate) fn put_document(&mut self, name: String, document: String) {
        self.documents.insert(name, Some(document));
    }

    pub(crate) fn remove_document(&mut self, name: String) {
        self.documents.insert(name, None);
    }

    /// Whether this decision changes a document whose name begins so.
    pub(crate) fn has_changed(&self, prefix: &str) -> bool {
        self.documents.keys().any(|name| name.starts_with(prefix))
    }

    /// All documents whose name begins so, as they stand in this decision.
    pub(crate) fn documents(&self, prefix: &str) -> Result<BTreeMap<String, String>> {
        let mut documents: BTreeMap<_, _> = self.tables.documents(prefix)?.into_iter().collect();
        for (name, document) in self.documents.iter().filter(|(name, _)| name.starts_with(prefix)) {
            match document {
                Some(document) => documents.insert(name.clone(), document.clone()),
                None => documents.remove(name),
            };
        }
        Ok(documents)
    }

    /// The entry with this id is one to read again, as a submission is.
    pub(crate) fn note(&mut self, id: TaskId) {
        self.noted.push(id);
    }

    /// Says where a task comes from that is taken in next.
    pub(crate) fn explain(&mut self, id: TaskId, origin: String) {
        self.origins.insert(id, origin);
    }

    /// The agents as they stand in this decision.
    pub(crate) fn agents(&mut self) -> Result<&mut Agents> {
        let agents = match self.agents.take() {
            Some(agents) => agents,
            None => Agents::load(self.tables, self.now)?,
        };
        Ok(self.agents.insert(agents))
    }

    pub(crate) fn put_worker(&mut self, id: WorkerId, lease: Option<WorkerLease>) {
        self.workers.push((id, lease));
    }

    /// What an idempotency key stands for, also if it came earlier in this decision.
    pub(crate) fn remembered(&self, slot: &str) -> Result<Option<Remembered>> {
        match self.remembered.get(slot) {
            Some(what) => Ok(Some(what.clone())),
            None => self.tables.remembered(slot),
        }
    }

    pub(crate) fn remember(&mut self, slot: String, what: Remembered) {
        self.remembered.insert(slot, what);
    }

    /// Takes the caller's own entries in.
    pub(crate) fn put_entries(&mut self, drafts: Vec<Draft>) {
        self.drafts = drafts;
    }

    pub(crate) fn records(&mut self, records: impl IntoIterator<Item = Record>) {
        self.records.extend(records);
    }

    pub(crate) fn refuse(&mut self, refusal: &Refusal) {
        self.records.push(audit::refusal(refusal));
    }

    /// Takes a new task in.
    pub(crate) fn add(&mut self, task: Task) {
        self.records.extend(audit::submission(&task));
        let row = TaskRow { task, result: None, progress: None };
        self.rows.insert(row.task.id, Sheet::of(row, true));
    }

    /// Whether this decision has taken a task in.
    pub(crate) fn is_new(&self, id: TaskId) -> bool {
        self.rows.get(&id).is_some_and(|sheet| sheet.is_new)
    }

    /// How many tasks this decision has taken in so far.
    pub(crate) fn added(&self) -> usize {
        self.rows.values().filter(|sheet| sheet.is_new).count()
    }

    /// Makes an event happen to a task.
    pub(crate) fn cause(&mut self, id: TaskId, event: Event, mut act: Act<'_>) -> Result<()> {
        if let Some(origin) = self.origins.remove(&id) {
            act.reason = Some(match act.reason {
                Some(reason) => format!("{origin}: {reason}"),
                None => origin,
            });
        }
        let row = self.row(id)?;
        let transition = row.task.decide(event, act)?;
        let since = row.task.since;
        row.task.apply(&transition)?;
        let record = audit::transition(&row.task, &transition);
        let dependency = row.task.spec.dependency.clone();
        if transition.from.is_leased() != transition.to.is_leased()
            && let Some(lease) = &transition.lease
        {
            self.agents()?.follow(&transition, lease, since);
            if let Some(key) = dependency {
                adaptive::count(self, &key, transition.to.is_leased())?;
            }
        }
        if let Some(sheet) = self.rows.get_mut(&id) {
            sheet.transitions.push(transition);
        }
        self.records.extend(record);
        Ok(())
    }

    /// Makes a step of a plea, and what it means for the task.
    pub(crate) fn step(&mut self, plea: &mut Plea, step: &PleaStep) -> Result<()> {
        let was_pending = plea.state == PleaState::Pending;
        plea.apply(step)?;
        self.records.push(audit::plea_step(plea, step));
        self.pleas.insert(plea.id, plea.clone());
        // The end of an old grant decides nothing, and neither does a plea that another has followed.
        let is_last = self.last_plea(plea.task)?.is_some_and(|last| last.id == plea.id);
        let event = plea.event().filter(|_| was_pending && is_last);
        if event == Some(Event::Deny) {
            // It was denied before it was its turn.
            let act = Act::new(Role::Scheduler, self.now).because(audit::why(plea));
            match self.task(plea.task)?.state {
                State::Pending => self.cause(plea.task, Event::Plead, act)?,
                State::Suspended => {
                    self.cause(plea.task, Event::Cancel, act)?;
                    self.settle(plea.task)?;
                }
                _ => {}
            }
        }
        let waits = self.task(plea.task)?.state == State::AwaitingApproval;
        if let Some(event) = event.filter(|_| waits) {
            let by = if event == Event::Cancel { Role::Scheduler } else { Role::Approver };
            let why = audit::why(plea);
            self.cause(plea.task, event, Act::new(by, self.now).because(why))?;
            self.settle(plea.task)?;
        }
        Ok(())
    }

    /// Lets a task plead, with the votes that came early for exactly what it would run.
    pub(crate) fn plead(&mut self, id: TaskId, act: Act<'_>) -> Result<()> {
        self.cause(id, Event::Plead, act)?;
        let now = self.now;
        if let Some(mut plea) = self.last_plea(id)?
            && let Some(step) = plea.ask(now)
        {
            let task = self.task(id)?;
            let is_same = plea.subject == sealbook_tasks::subject(&task.spec)?
                && task.spec.approval.as_ref() == Some(&plea.policy);
            if is_same && plea.task_seq >= task.redriven {
                return self.step(&mut plea, &step);
            }
            self.withdraw_plea(id, "what would run is not what the votes were for")?;
        }
        self.open_plea(id)
    }

    pub(crate) fn open_plea(&mut self, id: TaskId) -> Result<()> {
        let plea = self.new_plea(id, Plea::open)?;
        self.take_plea(plea);
        Ok(())
    }

    /// The plea that a task would open next.
    pub(crate) fn new_plea(
        &mut self,
        id: TaskId,
        open: impl FnOnce(PleaId, &Task, u32, ApprovalPolicy, Time) -> Result<Plea>,
    ) -> Result<Plea> {
        let round = self.last_plea(id)?.map_or(1, |plea| plea.round.saturating_add(1));
        let (now, plea_id) = (self.now, PleaId::new(self.now, random()?));
        let task = self.task(id)?;
        let policy = task.spec.approval.clone().unwrap_or_else(super::escalation);
        open(plea_id, task, round, policy, now)
    }

    /// Takes a plea in that was opened.
    pub(crate) fn take_plea(&mut self, plea: Plea) {
        self.records.push(audit::plea_opened(&plea));
        self.pleas.insert(plea.id, plea);
    }

    /// Brings a task, and those that wait for it, as far as time and rules let them go without anybody acting.
    pub(crate) fn settle(&mut self, id: TaskId) -> Result<()> {
        let mut open = vec![id];
        let first = id;
        while let Some(id) = open.pop() {
            let moved = match self.settle_one(id) {
                // What waits for it and cannot be read does not hold it back.
                Err(error) if id != first && error.code() == Code::Tampered => {
                    tracing::warn!(task = %id, %error, "a task that waits is left as it is");
                    continue;
                }
                moved => moved?,
            };
            if self.task(id)?.state.is_final() && moved {
                open.extend(self.tables.dependents(id)?);
            }
        }
        Ok(())
    }

    /// Whether it moved, or had ended in this decision.
    fn settle_one(&mut self, id: TaskId) -> Result<bool> {
        loop {
            let now = self.now;
            let task = self.task(id)?;
            if task.state.is_final() {
                return Ok(self.rows.get(&id).is_some_and(|sheet| !sheet.transitions.is_empty()));
            }
            match deadline::overdue(task, now) {
                Some(deadline::Overdue::End(event, failure)) => {
                    let reason = failure.message.clone();
                    let act = Act { failure: Some(failure), ..Act::new(Role::Scheduler, now) };
                    if task.state == State::Running {
                        let task = task.clone();
                        dependency::time_out(self, &task)?;
                    }
                    self.withdraw_plea(id, &reason)?;
                    self.cause(id, event, act.because(reason))?;
                    continue;
                }
                Some(deadline::Overdue::Attempt(failure)) => {
                    let task = task.clone();
                    dependency::time_out(self, &task)?;
                    self.fail_attempt(id, failure, Act::new(Role::Scheduler, now))?;
                    continue;
                }
                None => {}
            }
            if task.state != State::Pending || task.not_before > now {
                return Ok(false);
            }
            let spec = task.spec.clone();
            let states = self.states_of(&spec)?;
            match readiness(&spec, |task| states.get(&task).copied()) {
                Readiness::Waits(_) => return Ok(false),
                Readiness::Ends(event, why) => {
                    self.withdraw_plea(id, &why)?;
                    self.cause(id, event, Act::new(Role::Scheduler, now).because(why))?;
                }
                Readiness::Met => {
                    let plea = if spec.approval.is_some() { self.last_plea(id)? } else { None };
                    let act = Act::new(Role::Scheduler, now);
                    match sealbook_tasks::check_grant(self.task(id)?, plea.as_ref(), now) {
                        Ok(_) => self.cause(id, Event::Ready, act)?,
                        Err(why) => {
                            let needed = spec.approval.as_ref().map_or(1, |policy| policy.approvals);
                            let first = || format!("{needed} approvals are needed");
                            let why = plea.map_or_else(first, |_| why.message().to_owned());
                            self.plead(id, act.because(why))?;
                        }
                    }
                }
            }
        }
    }

    /// Ends the plea of a task that is not to run.
    pub(crate) fn withdraw_plea(&mut self, id: TaskId, reason: &str) -> Result<()> {
        if let Some(mut plea) = self.last_plea(id)?
            && let Some(step) = plea.withdraw(reason, self.now)
        {
            plea.apply(&step)?;
            self.records.push(audit::plea_step(&plea, &step));
            self.pleas.insert(plea.id, plea);
        }
        Ok(())
    }

    /// Has a task looked at again by the clock, or no longer.
    pub(crate) fn touch(&mut self, id: TaskId) {
        if let Some(sheet) = self.rows.get_mut(&id) {
            sheet.is_touched = true;
        }
    }

    /// What follows after a failed attempt: another one later, the end, or a plea.
    pub(crate) fn fail_attempt(&mut self, id: TaskId, failure: Failure, act: Act<'_>) -> Result<()> {
        let (now, random) = (self.now, draw()?);
        let task = self.task(id)?.clone();
        let budget = match &task.spec.dependency {
            Some(key) => dependency::spend(self, key)?,
            None => true,
        };
        let mut verdict = task.spec.retry.after(&failure, task.attempts, task.delay, random, budget);
        if task.cancel_asked {
            verdict = Verdict { event: Event::Cancel, delay: None };
        } else if verdict.event == Event::Exhaust && task.spec.priority >= Priority::CRITICAL {
            verdict.event = Event::Escalate;
        }
        let mut act = Act { failure: Some(failure.clone()), ..act.because(failure.message) };
        act.not_before = verdict.delay.map(|delay| delay.after(now));
        self.cause(id, verdict.event, act)?;
        if verdict.event == Event::Escalate {
            self.open_plea(id)?;
        }
        Ok(())
    }

    fn states_of(&mut self, spec: &sealbook_tasks::Spec) -> Result<BTreeMap<TaskId, State>> {
        let mut states = BTreeMap::new();
        for dependency in &spec.after {
            match self.task(dependency.task) {
                Ok(task) => drop(states.insert(dependency.task, task.state)),
                Err(error) if error.code() == Code::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(states)
    }
}

/// When the scheduler has to look at a task although nobody has acted on it or on what it waits for.
fn due_at(task: &Task, now: Time) -> Option<Time> {
    let limit = deadline::next(task).map(|deadline| deadline.at);
    let own = (task.state == State::Pending && task.not_before > now).then_some(task.not_before);
    own.into_iter().chain(limit).min()
}

pub(crate) fn unknown_task(id: TaskId) -> Error {
    Error::new(Code::NotFound, format!("there is no task {id}"))
        .remedy("see `sealbook task list` for what there is")
        .with("task", id)
}
