//! Schedules: each a document of the store, with the specification of the tasks that it makes. What they make is in `fire.rs`.

use super::desk::Desk;
use super::{Engine, audit, document};
use crate::random::random;
use sealbook_error::{Code, Error, Result};
use sealbook_ledger::Time;
use sealbook_store::TaskTables;
use sealbook_tasks::{Key, Plan, Principal, Refusal, Right, Schedule, Spec, Standing, Task, TaskId};
use serde::{Deserialize, Serialize};

/// What the names of documents with schedules begin with.
const SCHEDULES: &str = "schedule:";
/// The document that says when the next of all schedules is due, so that a look does not have to read them all.
const NEXT: &str = "schedules";
/// So that a name with a time is a key.
const LONGEST_NAME: usize = 128;
/// So that one look stays one short transaction.
const MOST_RUNS: u32 = 1000;

/// A schedule that is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct ScheduleRequest {
    /// Its name, unique in the project.
    pub name: Key,
    /// When.
    pub schedule: Schedule,
    /// What is submitted each time, for whom.
    pub spec: Spec,
    /// For a new one: runs since then count as missed, as if it had been there already. Without it, it begins now.
    pub from: Option<Time>,
}

/// A schedule as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scheduled {
    /// Its name.
    pub name: Key,
    /// When.
    pub schedule: Schedule,
    /// What is submitted each time, for whom.
    pub spec: Spec,
    /// Whether it makes nothing until it is resumed.
    pub paused: bool,
    /// It has been followed up to here.
    pub until: Time,
    /// For when the next run is planned; none if it is paused or has no other.
    pub next: Option<Time>,
    /// For when the last run was planned.
    pub last: Option<Time>,
    /// The task of the last run.
    pub last_task: Option<TaskId>,
    /// What kept the last look from making a task.
    pub problem: Option<String>,
    /// Not to be looked at before, although a run is due.
    pub(super) held_until: Option<Time>,
    /// The ledger's entry of it, which it is compared with before it makes anything.
    pub(super) entry: TaskId,
}

impl Engine {
    /// Puts a schedule under its name, in place of one that may be there. What is there already as it is asked for is left as it is. A
    /// schedule whose times stay the same keeps its place, so that a program may put its schedules whenever it starts
    /// and no missed run is lost; one that is paused stays so.
    ///
    /// # Errors
    /// `INVALID_SCHEDULE` if the expression or zone is not understood, never comes, or the submission has what only a single task can have;
    /// `INVALID_POLICY` if a name in it has the form of a secret, which no entry keeps;
    /// those of [`Engine::submit`] for the submission; `ACCESS_REFUSED` if the requester may not submit such tasks, or may not
    /// manage those of the schedule that would be replaced; and those of writing to the store.
    ///
    /// # Example
    /// ```
    /// use sealbook_ledger::Genesis;
    /// use sealbook_runtime::{Engine, EngineOptions, ScheduleRequest};
    /// use sealbook_store::{MemoryStore, new_ledger_id};
    /// use sealbook_tasks::{Arguments, Key, Principal, Schedule, Spec, TaskKind};
    /// use std::sync::Arc;
    ///
    /// # fn main() -> sealbook_error::Result<()> {
    /// let store = MemoryStore::new(Genesis::new(new_ledger_id()?, "example.com/shop")?)?;
    /// let engine = Engine::new(Arc::new(store), EngineOptions::default())?;
    /// let spec = Spec::new(TaskKind::parse("report")?, Arguments::parse("null")?, Principal::parse("ann")?);
    /// let schedule = Schedule::new("0 9 * * MON-FRI", "Europe/Berlin");
    /// let put = engine.put_schedule(ScheduleRequest { name: Key::parse("mornings")?, schedule, spec, from: None })?;
    /// assert!(put.next.is_some() && put.last.is_none());
    /// # Ok(())
    /// # }
    /// ```
    pub fn put_schedule(&self, request: ScheduleRequest) -> Result<Scheduled> {
        let plan = check(&request)?;
        self.decide_or_refuse(move |desk, shared| {
            let ScheduleRequest { name, schedule, spec, from } = request;
            let now = desk.now;
            let standing = shared.options.access.standing(&spec.requester);
            if let Err(refusal) = standing.require(Right::Submit, &spec.kind, now) {
                return Ok(Err(refusal));
            }
            // What would not be taken as a task is not taken as a schedule of such tasks either.
            Task::submit(TaskId::new(now, random()?), spec.clone(), now)?;
            audit::check_kept(&shared.ingest, "the schedule", &(&name, &schedule, &spec.approval))?;
            let before = get(desk, &name)?;
            if let Some(Err(refusal)) = before.as_ref().map(|before| may_manage(&standing, before, now)) {
                return Ok(Err(refusal));
            }
            if let Some(before) = before.as_ref().filter(|it| it.schedule == schedule && it.spec == spec) {
                return Ok(Ok(before.clone()));
            }
            let until = match &before {
                Some(before) if before.schedule == schedule => before.until,
                Some(_) => now,
                None => from.unwrap_or(now),
            };
            let next = plan.next(until)?;
            if next.is_none() {
                return Err(Error::new(
                    Code::InvalidSchedule,
                    format!("the time of {:?} never comes", schedule.cron),
                )
                .remedy("give an expression that some day fits"));
            }
            let paused = before.as_ref().is_some_and(|before| before.paused);
            let scheduled = Scheduled {
                name,
                schedule,
                spec,
                paused,
                until,
                next: next.filter(|_| !paused),
                last: before.as_ref().and_then(|before| before.last),
                last_task: before.as_ref().and_then(|before| before.last_task),
                problem: None,
                held_until: None,
                entry: TaskId::new(now, random()?),
            };
            desk.records([audit::schedule_put(&scheduled)?]);
            desk.note(scheduled.entry);
            put(desk, &scheduled)?;
            Ok(Ok(scheduled))
        })
    }

    /// Removes a schedule. The tasks that it has made stay.
    ///
    /// # Errors
    /// `NOT_FOUND`; `ACCESS_REFUSED` if `who` is neither its requester nor may manage such tasks; and those of writing to the store.
    pub fn remove_schedule(&self, name: &Key, who: Principal) -> Result<()> {
        self.change(name, who, |desk, scheduled, who| {
            desk.records([audit::schedule_act(&scheduled, who, "unschedule")]);
            desk.remove_document(name_of(&scheduled.name));
            refresh(desk)
        })
    }

    /// Keeps a schedule from making anything until it is resumed. Says how it stands then; one that is paused already stays so.
    ///
    /// # Errors
    /// As [`Engine::remove_schedule`].
    pub fn pause_schedule(&self, name: &Key, who: Principal) -> Result<Scheduled> {
        self.change(name, who, |desk, scheduled, who| {
            if scheduled.paused {
                return Ok(scheduled);
            }
            let scheduled = Scheduled { paused: true, next: None, held_until: None, ..scheduled };
            desk.records([audit::schedule_act(&scheduled, who, "pause_schedule")]);
            put(desk, &scheduled)?;
            Ok(scheduled)
        })
    }

    /// Lets a paused schedule go on from now. What would have run meanwhile is not made up for.
    ///
    /// # Errors
    /// As [`Engine::remove_schedule`].
    pub fn resume_schedule(&self, name: &Key, who: Principal) -> Result<Scheduled> {
        self.change(name, who, |desk, scheduled, who| {
            if !scheduled.paused {
                return Ok(scheduled);
            }
            let until = scheduled.until.max(desk.now);
            let next = scheduled.schedule.plan()?.next(until)?;
            let scheduled = Scheduled { paused: false, until, next, problem: None, ..scheduled };
            desk.records([audit::schedule_act(&scheduled, who, "resume_schedule")]);
            put(desk, &scheduled)?;
            Ok(scheduled)
        })
    }

    /// All schedules, by name.
    ///
    /// # Errors
    /// `TAMPERED` if one cannot be read, and those of reading the store.
    pub fn schedules(&self) -> Result<Vec<Scheduled>> {
        let documents = self.read(|tables| tables.documents(SCHEDULES))?;
        documents.iter().map(|(name, text)| document::read(name, text)).collect()
    }

    fn change<T: Send + 'static>(
        &self,
        name: &Key,
        who: Principal,
        change: impl FnOnce(&mut Desk<'_>, Scheduled, &Principal) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let name = name.clone();
        self.decide_or_refuse(move |desk, shared| {
            let scheduled = get(desk, &name)?.ok_or_else(|| {
                Error::new(Code::NotFound, format!("there is no schedule {name:?}"))
                    .remedy("see `sealbook schedule list` for what there is")
            })?;
            match may_manage(&shared.options.access.standing(&who), &scheduled, desk.now) {
                Ok(()) => change(desk, scheduled, &who).map(Ok),
                Err(refusal) => Ok(Err(refusal)),
            }
        })
    }
}

impl Scheduled {
    /// When it has to be looked at.
    pub(super) fn due_at(&self) -> Option<Time> {
        self.next.map(|next| self.held_until.map_or(next, |held| held.max(next)))
    }
}

/// When the next of all schedules has to be looked at.
pub(super) fn next_due(tables: &dyn TaskTables) -> Result<Option<Time>> {
    // One that cannot be read is written anew with the next change of any schedule.
    Ok(tables.document(NEXT)?.and_then(|document| serde_json::from_str(&document).ok()))
}

/// The schedules that have to be looked at, the most overdue first.
pub(super) fn due(desk: &Desk<'_>) -> Result<Vec<Scheduled>> {
    let mut due = readable(desk)?;
    due.retain(|scheduled| scheduled.due_at().is_some_and(|at| at <= desk.now));
    due.sort_by_key(Scheduled::due_at);
    Ok(due)
}

pub(super) fn put(desk: &mut Desk<'_>, scheduled: &Scheduled) -> Result<()> {
    let name = name_of(&scheduled.name);
    let text = document::write(&name, scheduled)?;
    desk.put_document(name, text);
    refresh(desk)
}

/// Writes when the next of all is due.
pub(super) fn refresh(desk: &mut Desk<'_>) -> Result<()> {
    let next = readable(desk)?.iter().filter_map(Scheduled::due_at).min();
    desk.put_document(NEXT.to_owned(), next.map_or_else(|| "null".to_owned(), |next| format!("\"{next}\"")));
    Ok(())
}

/// One that cannot be read makes nothing, and does not keep the others from it.
fn readable(desk: &Desk<'_>) -> Result<Vec<Scheduled>> {
    let read = |(name, text): (String, String)| {
        document::read(&name, &text)
            .inspect_err(|error| tracing::warn!(%error, "a schedule is left out"))
            .ok()
    };
    Ok(desk.documents(SCHEDULES)?.into_iter().filter_map(read).collect())
}

fn get(desk: &Desk<'_>, name: &Key) -> Result<Option<Scheduled>> {
    let name = name_of(name);
    desk.document(&name)?.map(|text| document::read(&name, &text)).transpose()
}

fn name_of(name: &Key) -> String {
    format!("{SCHEDULES}{name}")
}

fn may_manage(standing: &Standing, scheduled: &Scheduled, now: Time) -> std::result::Result<(), Refusal> {
    if standing.principal == scheduled.spec.requester {
        return Ok(());
    }
    standing.require(Right::Manage, &scheduled.spec.kind, now)
}

fn check(request: &ScheduleRequest) -> Result<Plan> {
    let invalid = |what: String, remedy: &str| Err(Error::new(Code::InvalidSchedule, what).remedy(remedy));
    let ScheduleRequest { name, schedule, spec, .. } = request;
    let length = name.as_str().len();
    if length > LONGEST_NAME {
        return invalid(format!("the schedule's name has {length} bytes"), "use at most 128");
    }
    if !(1..=MOST_RUNS).contains(&schedule.limit) {
        return invalid(format!("a limit of {} runs at a time", schedule.limit), "give 1 to 1000");
    }
    let single = [
        ("after", !spec.after.is_empty()),
        ("not_before", spec.not_before.is_some()),
        ("idempotency", spec.idempotency.is_some()),
    ];
    if let Some((member, _)) = single.iter().find(|(_, is_given)| *is_given) {
        return invalid(
            format!("{member} is about a single task, and a schedule makes many"),
            "leave it out: each run has its time and its key from the schedule",
        );
    }
    schedule.plan()
}
