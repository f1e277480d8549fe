//! Leases: who holds a task, and the fence that every write of a holder must pass.
//!
//! A worker keeps one [`WorkerLease`] alive for all its tasks, so renewing costs one write however many it holds. Each
//! task's [`Lease`] carries an epoch that grows with every assignment. A write is accepted only if it presents the epoch
//! that the task has and comes while the worker's own lease lasts; a worker that slept through its lease is fenced
//! whether or not somebody has taken the task over yet.

use crate::{Span, WorkerId};
use sealbook_error::{Code, Error, Result};
use sealbook_ledger::Time;
use serde::{Deserialize, Serialize};

/// How long a worker's lease lasts if nothing else is said.
pub const LEASE: Span = Span::from_secs(30);

/// The life of a worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkerLease {
    /// The worker.
    pub worker: WorkerId,
    /// Grows each time a worker of this name begins anew: a restarted process is not the one that held the tasks.
    pub term: u64,
    /// From this moment on it is lost.
    pub expires_at: Time,
}

/// A task's holder, as the task knows it and as the holder presents it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// The worker.
    pub worker: WorkerId,
    /// The worker's term when it took the task.
    pub term: u64,
    /// Counts the assignments of this task.
    pub epoch: u64,
}

/// What a holder shows with a write: the lease of the task, and its own as the store has it at that moment.
#[derive(Debug, Clone, Copy)]
pub struct Presented<'a> {
    /// The lease that the holder was given.
    pub lease: &'a Lease,
    /// The worker's own lease; none if the store knows no such worker.
    pub held: Option<&'a WorkerLease>,
}

impl WorkerLease {
    /// Begins the life of a worker; `before` is what the store last knew of one by that name.
    #[must_use]
    pub fn begin(worker: WorkerId, before: Option<&WorkerLease>, now: Time, length: Span) -> Self {
        let term = before.map_or(1, |lease| lease.term.saturating_add(1));
        Self { worker, term, expires_at: length.after(now) }
    }

    /// Whether it lasts at `now`.
    #[must_use]
    pub fn is_live(&self, now: Time) -> bool {
        now < self.expires_at
    }

    /// Prolongs it. It never gets shorter, so a clock that went back loses nobody's lease.
    ///
    /// # Errors
    /// `LEASE_LOST` if it has expired: its tasks may have been given away, so the worker must begin anew.
    ///
    /// ```
    /// use sealbook_ledger::Time;
    /// use sealbook_tasks::{LEASE, Span, WorkerId, WorkerLease};
    ///
    /// let lease = WorkerLease::begin(WorkerId::parse("w1")?, None, Time::EPOCH, LEASE);
    /// let lease = lease.renew(Span::from_secs(10).after(Time::EPOCH), LEASE)?;
    /// assert!(lease.is_live(Span::from_secs(39).after(Time::EPOCH)));
    /// assert_eq!(lease.renew(Span::from_secs(40).after(Time::EPOCH), LEASE).unwrap_err().code().name(), "LEASE_LOST");
    /// # Ok::<(), sealbook_error::Error>(())
    /// ```
    pub fn renew(&self, now: Time, length: Span) -> Result<Self> {
        if self.is_live(now) {
            let expires_at = self.expires_at.max(length.after(now));
            return Ok(Self { expires_at, ..self.clone() });
        }
        Err(Error::new(
            Code::LeaseLost,
            format!("the lease of worker {} ran out at {}", self.worker, self.expires_at),
        )
        .remedy("begin a new lease, and take tasks anew"))
    }
}

impl Lease {
    /// Whether its worker is gone, so that the task may be taken away.
    #[must_use]
    pub fn is_lost(&self, held: Option<&WorkerLease>, now: Time) -> bool {
        held.is_none_or(|held| held.worker != self.worker || held.term != self.term || !held.is_live(now))
    }
}

/// Lets a write of a holder pass.
///
/// # Errors
/// `LEASE_LOST` if the task has no holder or another, if the epoch is an older one, or if the worker's lease is gone.
pub fn fence(current: Option<&Lease>, presented: Presented<'_>, now: Time) -> Result<()> {
    let Presented { lease, held } = presented;
    let what = match current {
        None => "nobody holds the task".to_owned(),
        Some(current) if current.worker != lease.worker => {
            format!("worker {} holds the task", current.worker)
        }
        Some(current) if (current.term, current.epoch) != (lease.term, lease.epoch) => {
            format!("the task is in epoch {}, not {}", current.epoch, lease.epoch)
        }
        Some(_) if lease.is_lost(held, now) => format!("the lease of worker {} ran out", lease.worker),
        Some(_) => return Ok(()),
    };
    Err(Error::new(Code::LeaseLost, what)
        .remedy("drop the result: the task is somebody else's to finish")
        .with("worker", &lease.worker)
        .with("epoch", lease.epoch))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: u64) -> Time {
        Span::from_secs(secs).after(Time::EPOCH)
    }

    fn worker(name: &str) -> WorkerLease {
        WorkerLease::begin(WorkerId::parse(name).unwrap(), None, at(0), LEASE)
    }

    fn lease(held: &WorkerLease, epoch: u64) -> Lease {
        Lease { worker: held.worker.clone(), term: held.term, epoch }
    }

    #[test]
    fn only_the_present_holder_in_the_present_epoch_may_write() {
        let (one, two) = (worker("one"), worker("two"));
        let current = lease(&one, 2);
        let pass = |presented: &Lease, held: Option<&WorkerLease>, now| {
            fence(Some(&current), Presented { lease: presented, held }, now).is_ok()
        };
        assert!(pass(&current, Some(&one), at(29)));
        assert!(!pass(&current, Some(&one), at(30)), "expired, though nobody took it over");
        assert!(!pass(&lease(&one, 1), Some(&one), at(1)), "an older epoch");
        assert!(!pass(&lease(&one, 3), Some(&one), at(1)), "an invented epoch");
        assert!(!pass(&lease(&two, 2), Some(&two), at(1)), "another worker");
        assert!(!pass(&current, None, at(1)), "unknown worker");
        assert!(!pass(&current, Some(&two), at(1)), "another worker's life");
        let nobody = fence(None, Presented { lease: &current, held: Some(&one) }, at(1)).unwrap_err();
        assert_eq!(nobody.code(), Code::LeaseLost);
    }

    #[test]
    fn a_restarted_worker_is_not_the_one_that_held_the_tasks() {
        let before = worker("one");
        let after = WorkerLease::begin(before.worker.clone(), Some(&before), at(5), LEASE);
        assert!(after.term > before.term);
        assert!(lease(&before, 1).is_lost(Some(&after), at(6)));
        assert!(!lease(&after, 1).is_lost(Some(&after), at(6)));
    }

    #[test]
    fn a_clock_that_went_back_shortens_no_lease() {
        let lease = worker("one").renew(at(20), LEASE).unwrap();
        assert_eq!(lease.renew(at(3), LEASE).unwrap().expires_at, at(50));
    }
}
