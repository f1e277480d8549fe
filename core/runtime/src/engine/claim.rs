//! Handing tasks out to workers, and what happens by the clock.

use super::desk::Desk;
use super::gates::GATES;
use super::scheduler::Doubt;
use super::{Engine, Shared, agents, attempt, audit, dependency, fire, schedule};
use crate::handler::Outcome;
use sealbook_error::{Code, Error, Result};
use sealbook_ledger::Time;
use sealbook_store::{TaskTables, beside_damage};
use sealbook_tasks::{
    Act, AgentId, Candidate, Event, Lease, Pass, Plea, PleaState, PleaStep, Presented, Priority, Role, State,
    Task, TaskId, TaskKind, WorkerLease, check_grant,
};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What is looked at in one transaction, so that others get their turn.
const BATCH: usize = 500;

/// A task that a worker was given and that has started.
#[derive(Debug, Clone, PartialEq)]
pub struct Claimed {
    /// The task as it stands.
    pub task: Task,
    /// What every write about it presents.
    pub lease: Lease,
    /// The breaker's leave to call the task's dependency.
    pub pass: Option<Pass>,
}

impl Engine {
    /// Gives a worker up to `most` tasks of the kinds that it takes, the best first, each with an attempt begun.
    ///
    /// # Errors
    /// `LEASE_LOST` if the worker's own lease is not the one that is stored; and those of writing to the store.
    pub fn claim(
        &self,
        worker: &WorkerLease,
        most: usize,
        kinds: &Arc<BTreeSet<TaskKind>>,
    ) -> Result<Vec<Claimed>> {
        self.turn(Vec::new(), worker, most, kinds)?.claimed.ok_or_else(|| {
            Error::new(Code::LeaseLost, format!("the lease of worker {} is gone", worker.worker))
                .remedy("begin a new lease, and take tasks anew")
        })
    }

    /// Writes how attempts ended and gives the worker new ones, in one transaction; see [`Engine::finish`] and [`Engine::claim`].
    ///
    /// # Errors
    /// Those of writing to the store.
    pub fn turn(
        &self,
        ended: impl Into<Arc<[(Claimed, Outcome)]>>,
        worker: &WorkerLease,
        most: usize,
        kinds: &Arc<BTreeSet<TaskKind>>,
    ) -> Result<Turn> {
        if most > 0 {
            self.warm()?;
        }
        let (ended, worker, kinds) = (ended.into(), worker.clone(), kinds.clone());
        let (turn, doubt) = self.decide(move |desk, shared| {
            let states = attempt::finish_all(desk, shared, &ended)?;
            let held = desk.tables.worker(&worker.worker)?;
            match held.filter(|held| held.term == worker.term && held.is_live(desk.now)) {
                None => Ok((Turn { states, claimed: None, seen: None, present: 0 }, None)),
                Some(_) if most == 0 => {
                    Ok((Turn { states, claimed: Some(Vec::new()), seen: None, present: 0 }, None))
                }
                Some(held) => {
                    let taker = Taker { worker: &held, most, kinds: &kinds, fresh: None };
                    let (claimed, doubt) = claim(desk, shared, &taker)?;
                    let present = desk.agents()?.presence();
                    Ok((Turn { states, claimed: Some(claimed), seen: doubt.seen(), present }, Some(doubt)))
                }
            }
        })?;
        if let Some(doubt) = doubt {
            self.shared.scheduler.lock().trust(doubt);
        }
        Ok(turn)
    }

    /// Reads the whole queue, if this process does not know it, while others may still write; what they write meanwhile is little.
    fn warm(&self) -> Result<()> {
        if self.shared.scheduler.lock().seen().is_some() {
            return Ok(());
        }
        let now = sealbook_store::now()?;
        self.read(|tables| self.shared.scheduler.lock().catch_up(tables, now))
    }

    /// Whether a claim or [`Engine::tend`] would find anything to do.
    ///
    /// # Errors
    /// Those of reading the store.
    pub fn has_news(&self) -> Result<News> {
        let now = sealbook_store::now()?;
        let (seen, wakes_at) = {
            let scheduler = self.shared.scheduler.lock();
            (scheduler.seen(), scheduler.wakes_at(now))
        };
        self.read(|tables| {
            let next = next_due(tables)?;
            Ok(News {
                to_claim: seen != Some(tables.last_number()?)
                    || wakes_at.is_some_and(|at| at <= now)
                    || self.shared.scheduler.lock().has_new_gates(tables)?,
                to_tend: next.is_some_and(|at| at <= now) || !tables.lost(now, 1)?.is_empty(),
                next: next.into_iter().chain(wakes_at).min(),
                seen,
                present: agents::Agents::load(tables, now)?.presence(),
            })
        })
    }

    /// Whether a task waits that a claim of this worker would be given, had it a permit for it; none while a claim is being written, or
    /// after one that failed.
    ///
    /// # Errors
    /// Those of reading the store.
    pub(crate) fn has_waiting(
        &self,
        worker: &WorkerLease,
        kinds: &BTreeSet<TaskKind>,
    ) -> Result<Option<bool>> {
        let now = sealbook_store::now()?;
        self.read(|tables| {
            let mut scheduler = self.shared.scheduler.lock();
            if scheduler.seen().is_none() {
                return Ok(None);
            }
            scheduler.catch_up(tables, now)?;
            let agents = agents::Agents::load(tables, now)?;
            let me = agents.of(worker);
            let has_place = me.as_ref().is_none_or(|me| agents.has_place(me));
            let takes = |next: Candidate<'_>| {
                kinds.contains(next.kind) && agents::is_for(&agents, &self.shared, me.as_ref(), next)
            };
            Ok(Some(has_place && scheduler.has(now, &takes)))
        })
    }

    /// Does what is due by the clock: takes tasks away from workers that are gone, ends what has waited or run too long, lets go what
    /// has waited long enough, moves pleas on, and submits what schedules ask for. Returns how many tasks and pleas it looked at or made.
    ///
    /// # Errors
    /// Those of writing to the store.
    pub fn tend(&self) -> Result<usize> {
        let mut looked = 0;
        loop {
            let now = sealbook_store::now()?;
            // A transaction with nothing to write would still keep others waiting.
            if self.read(|tables| is_quiet(tables, now))? {
                return Ok(looked);
            }
            let count = self.decide(tend)?;
            looked += count;
            if count < BATCH {
                return Ok(looked);
            }
        }
    }
}

/// What [`Engine::turn`] did.
#[derive(Debug)]
pub struct Turn {
    /// The states of the tasks whose attempts ended, or why an outcome was not accepted.
    pub states: Vec<Result<State>>,
    /// The tasks that the worker was given; none if its lease is gone.
    pub claimed: Option<Vec<Claimed>>,
    /// The last transition that was known when they were chosen.
    pub seen: Option<u64>,
    /// Which agents there were then, as a number that changes with them.
    pub present: u64,
}

/// What [`Engine::has_news`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct News {
    /// Something was written since the last claim, or a gate has opened.
    pub to_claim: bool,
    /// Something is due by the clock.
    pub to_tend: bool,
    /// When the next thing is due.
    pub next: Option<Time>,
    /// The last transition that a claim has known. A worker that has not chosen since then may find what others left.
    pub seen: Option<u64>,
    /// Which agents there are, as a number that changes with them: who comes or goes may leave tasks to others.
    pub present: u64,
}

/// Who is given tasks, and which.
pub(super) struct Taker<'a> {
    pub(super) worker: &'a WorkerLease,
    pub(super) most: usize,
    pub(super) kinds: &'a BTreeSet<TaskKind>,
    /// Only these, which this decision takes in.
    pub(super) fresh: Option<BTreeSet<TaskId>>,
}

/// The tasks for a worker; the scheduler trusts itself again once they are written.
pub(super) fn claim(
    desk: &mut Desk<'_>,
    shared: &Shared,
    taker: &Taker<'_>,
) -> Result<(Vec<Claimed>, Doubt)> {
    let mut scheduler = shared.scheduler.lock();
    scheduler.catch_up(desk.tables, desk.now)?;
    let doubt = scheduler.doubt();
    for id in taker.fresh.iter().flatten() {
        let now = desk.now;
        scheduler.admit(desk.task(*id)?, now)?;
    }
    // Attempts that ended in this very decision may have moved the limit of their dependency.
    if desk.has_changed(GATES) {
        scheduler.set_gates(desk.documents(GATES)?.into_iter().collect())?;
    }
    let mut claimed = Vec::new();
    agents::bury(desk)?;
    let me = desk.agents()?.of(taker.worker);
    while claimed.len() < taker.most {
        let (now, agents) = (desk.now, &*desk.agents()?);
        if me.as_ref().is_some_and(|me| !agents.has_place(me)) {
            break;
        }
        let takes = |next: Candidate<'_>| {
            taker.fresh.as_ref().is_none_or(|fresh| fresh.contains(&next.task))
                && taker.kinds.contains(next.kind)
                && agents::is_for(agents, shared, me.as_ref(), next)
        };
        let Some(id) = scheduler.pop(now, &takes) else { break };
        match readable(give(desk, shared, id, taker.worker, me.as_ref()))?.flatten() {
            Some(claim) => claimed.push(claim),
            None => scheduler.give_back(id),
        }
    }
    Ok((claimed, doubt))
}

/// When the next thing is due: a task, a plea or a schedule.
fn next_due(tables: &dyn TaskTables) -> Result<Option<Time>> {
    Ok(tables.next_due()?.into_iter().chain(schedule::next_due(tables)?).min())
}

fn is_quiet(tables: &dyn TaskTables, now: Time) -> Result<bool> {
    Ok(next_due(tables)?.is_none_or(|at| at > now) && tables.lost(now, 1)?.is_empty())
}

fn tend(desk: &mut Desk<'_>, shared: &Shared) -> Result<usize> {
    let now = desk.now;
    let lost = desk.tables.lost(now, BATCH)?;
    for id in &lost {
        let Some(task) = readable(desk.task(*id))? else { continue };
        let worker = task.lease.as_ref().map_or_else(String::new, |lease| lease.worker.to_string());
        let (event, asked) = (task.spec.retry.after_crash(task.crashes), task.cancel_asked);
        let act = Act::new(Role::Scheduler, now).because(format!("the lease of worker {worker} ran out"));
        desk.cause(*id, if asked { Event::Cancel } else { event }, act)?;
        desk.settle(*id)?;
    }
    let pleas = desk.tables.due_pleas(now, BATCH)?;
    for id in &pleas {
        let Some(mut plea) = readable(desk.plea(*id))? else { continue };
        while let Some(step) = plea.due(now) {
            desk.step(&mut plea, &step)?;
        }
    }
    let due = desk.tables.due(now, BATCH)?;
    for id in &due {
        if readable(desk.settle(*id))?.is_some() {
            desk.touch(*id);
        }
    }
    let fired = fire::fire_all(desk, shared)?;
    Ok(lost.len().max(pleas.len()).max(due.len()).max(fired))
}

/// What could be read; a damaged row keeps no other from its turn.
fn readable<T>(read: Result<T>) -> Result<Option<T>> {
    match read {
        Err(error) if error.code() == Code::Tampered => beside_damage(Err(error)).map(|()| None),
        read => read.map(Some),
    }
}

/// Assigns a task and begins an attempt; none if it turns out that it may not run.
fn give(
    desk: &mut Desk<'_>,
    shared: &Shared,
    id: TaskId,
    worker: &WorkerLease,
    agent: Option<&AgentId>,
) -> Result<Option<Claimed>> {
    let now = desk.now;
    let scheduler = || Act::new(Role::Scheduler, now);
    let task = desk.task(id)?;
    if task.state != State::Queued {
        return Ok(None);
    }
    if sealbook_tasks::deadline::overdue(task, now).is_some() {
        desk.settle(id)?;
        return Ok(None);
    }
    let dependency = task.spec.dependency.clone();
    // A critical task that keeps failing pleads, too.
    let may_have_pleaded = task.spec.approval.is_some() || task.spec.priority >= Priority::CRITICAL;
    let submission = desk.tables.submission(id)?;
    if !desk.is_new(id)
        && let Some(why) = audit::is_other(desk.task(id)?, submission.as_deref())?
    {
        desk.cause(
            id,
            Event::Cancel,
            scheduler().because(format!("it was changed behind Sealbook's back: {why}")),
        )?;
        desk.withdraw_plea(id, why)?;
        desk.settle(id)?;
        return Ok(None);
    }
    let plea = if may_have_pleaded { desk.last_plea(id)? } else { None };
    let grant = match usable_grant(desk.task(id)?, plea.as_ref(), shared, now) {
        Ok(grant) => grant,
        Err(why) => {
            if let Some(mut plea) = plea.filter(|plea| plea.state == PleaState::Approved)
                && let Some(step) = plea.supersede(sealbook_tasks::subject(&desk.task(id)?.spec)?, now)
            {
                desk.step(&mut plea, &step)?;
            }
            desk.plead(id, scheduler().because(why.message()))?;
            return Ok(None);
        }
    };
    let mut pass = None;
    if let Some(key) = &dependency {
        match dependency::pass(desk, shared, key)? {
            Ok(leave) => pass = Some(leave),
            Err((why, until)) => {
                desk.cause(id, Event::Park, scheduler().because(why).not_before(until))?;
                return Ok(None);
            }
        }
        if desk.task(id)?.attempts == 0 {
            dependency::earn(desk, key)?;
        }
    }
    desk.cause(id, Event::Assign, Act { give: Some(worker), agent: agent.cloned(), ..scheduler() })?;
    if let (Some(mut plea), Some(step)) = (plea, grant) {
        desk.step(&mut plea, &step)?;
    }
    let lost = || Error::new(Code::Internal, format!("task {id} was assigned to nobody"));
    let lease = desk.task(id)?.lease.clone().ok_or_else(lost)?;
    desk.cause(id, Event::Start, Act::under(Presented { lease: &lease, held: Some(worker) }, now))?;
    Ok(Some(Claimed { task: desk.task(id)?.clone(), lease, pass }))
}

/// The grant under which an attempt may begin, with the votes on which it rests looked at again.
fn usable_grant(task: &Task, plea: Option<&Plea>, shared: &Shared, now: Time) -> Result<Option<PleaStep>> {
    let grant = check_grant(task, plea, now)?;
    if let Some(plea) = plea.filter(|_| grant.is_some() || task.spec.approval.is_some()) {
        plea.check_votes(|who| shared.options.access.standing(who))?;
    }
    Ok(grant)
}
