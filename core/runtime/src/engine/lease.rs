//! The lives of workers.

use super::{Claimed, Engine, agents, attempt, audit, permits};
use sealbook_error::Result;
use sealbook_tasks::{Act, Presented, Profile, Span, TaskId, WorkerId, WorkerLease};
use std::time::Duration;

impl Engine {
    /// Begins the life of a worker. One of the same name that is still alive is fenced from now on.
    ///
    /// # Errors
    /// Those of writing to the store.
    pub fn begin_worker(&self, id: WorkerId, length: Span) -> Result<WorkerLease> {
        self.begin_agent(id, length, None)
    }

    /// As [`Engine::begin_worker`], with the agent that it is. Another worker that was this agent is none from now on.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for an agent that takes no kinds, or no task at a time; and those of writing to the store.
    pub fn begin_agent(&self, id: WorkerId, length: Span, agent: Option<Profile>) -> Result<WorkerLease> {
        self.decide(move |desk, _| {
            let lease = WorkerLease::begin(id.clone(), desk.tables.worker(&id)?.as_ref(), desk.now, length);
            desk.records([audit::worker("begin", &lease)]);
            agent.map_or(Ok(()), |profile| agents::begin(desk, profile, &lease))?;
            desk.put_worker(id, Some(lease.clone()));
            Ok(lease)
        })
    }

    /// Prolongs the life of a worker, whatever number of tasks it holds.
    ///
    /// # Errors
    /// `LEASE_LOST` if it ran out or another worker has the name now; and those of writing to the store.
    pub fn renew_worker(&self, lease: &WorkerLease, length: Span) -> Result<WorkerLease> {
        let lease = lease.clone();
        self.decide(move |desk, _| {
            let stored = desk.tables.worker(&lease.worker)?.filter(|stored| stored.term == lease.term);
            // One that nobody knows any more has no time left either.
            let now = if stored.is_some() { desk.now } else { lease.expires_at };
            let renewed = stored.unwrap_or(lease).renew(now, length)?;
            desk.put_worker(renewed.worker.clone(), Some(renewed.clone()));
            Ok(renewed)
        })
    }

    /// Puts on record that handlers were asked to stop, each for a reason, and have not returned in time.
    ///
    /// # Errors
    /// Those of writing to the store.
    pub(crate) fn record_stuck(&self, stuck: Vec<(Claimed, String)>, grace: Duration) -> Result<()> {
        let grace = u64::try_from(grace.as_millis()).unwrap_or(u64::MAX);
        self.decide(move |desk, _| {
            let record = |(claimed, why): &(Claimed, String)| {
                audit::handler_stuck(&claimed.task, &claimed.lease, why, grace)
            };
            desk.records(stuck.iter().map(record));
            Ok(())
        })
    }

    /// Ends the life of a worker, which gives back what it still holds; interrupted attempts do not count.
    ///
    /// # Errors
    /// Those of writing to the store.
    pub fn end_worker(&self, lease: &WorkerLease, held: Vec<TaskId>) -> Result<()> {
        let lease = lease.clone();
        self.decide(move |desk, _| {
            let Some(stored) = desk.tables.worker(&lease.worker)?.filter(|stored| stored.term == lease.term)
            else {
                return Ok(());
            };
            for id in held {
                let Some(task_lease) =
                    desk.task(id)?.lease.clone().filter(|lease| lease.worker == stored.worker)
                else {
                    continue;
                };
                let presented = Presented { lease: &task_lease, held: Some(&stored) };
                // What another has by now, or what has ended, is none of this worker's business.
                let act = Act::under(presented, desk.now).because("the worker was stopped");
                match attempt::give_up(desk, id, act) {
                    Err(error) if error.code() == sealbook_error::Code::LeaseLost => {}
                    given_up => given_up.and_then(|()| desk.settle(id))?,
                }
            }
            agents::end(desk, &stored)?;
            permits::forget(desk, &stored.worker);
            desk.records([audit::worker("end", &stored)]);
            desk.put_worker(stored.worker.clone(), None);
            Ok(())
        })
    }
}
