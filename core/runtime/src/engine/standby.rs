//! Workers that stand by: what is submitted in their process begins in the transaction that takes it in.
//!
//! A task that comes alone starts after one sync of the disk so, and not after two. Nothing else is different: it is given as by a claim.

use super::claim::{Claimed, Taker, claim};
use super::desk::Desk;
use super::scheduler::Doubt;
use super::{Engine, Shared, Submitted};
use sealbook_error::Result;
use sealbook_tasks::{TaskKind, WorkerLease};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};

/// The offers of the workers that stand by.
#[derive(Default)]
pub(super) struct Offers {
    next: u64,
    open: Vec<Offer>,
}

/// What a worker would take.
pub(super) struct Offer {
    number: u64,
    /// A forked child inherits offers of workers that it does not have.
    process: u32,
    worker: WorkerLease,
    most: usize,
    kinds: Arc<BTreeSet<TaskKind>>,
    answer: Sender<Vec<Claimed>>,
}

/// A worker's side of its offer.
pub(crate) struct Standby {
    /// How many places are offered.
    pub(crate) most: usize,
    number: u64,
    answer: Receiver<Vec<Claimed>>,
}

/// What was given for an offer, once it is written.
pub(super) struct Given {
    claimed: Vec<Claimed>,
    doubt: Doubt,
    answer: Sender<Vec<Claimed>>,
}

impl Engine {
    /// Offers free places of a worker to whoever submits next in this process.
    pub(crate) fn stand_by(
        &self,
        worker: WorkerLease,
        most: usize,
        kinds: Arc<BTreeSet<TaskKind>>,
    ) -> Standby {
        let (answer, given) = channel();
        let mut offers = self.shared.offers.lock();
        let number = offers.next;
        offers.next += 1;
        offers.open.push(Offer { number, process: std::process::id(), worker, most, kinds, answer });
        Standby { most, number, answer: given }
    }

    /// Takes an offer back and returns what was given for it, or the standby itself while a submission that has it is being written.
    pub(crate) fn end_standby(&self, standby: Standby) -> std::result::Result<Vec<Claimed>, Standby> {
        self.shared.offers.lock().open.retain(|offer| offer.number != standby.number);
        standby.given().ok_or(standby)
    }

    /// The offer of one worker that stands by, which nobody else has from now on. It is void if it is dropped.
    pub(super) fn take_offer(&self) -> Option<Offer> {
        let mut offers = self.shared.offers.lock();
        offers.open.pop().filter(|offer| offer.process == std::process::id())
    }

    /// Tells a worker what it was given, after that was written.
    pub(super) fn deliver(&self, given: Given) {
        self.shared.scheduler.lock().trust(given.doubt);
        // A worker waits for this before it ends.
        let _ = given.answer.send(given.claimed);
        self.shared.bell.ring();
    }
}

impl Standby {
    /// What was given for the offer, or nothing if it is void; none while it stands or is being made use of.
    pub(crate) fn given(&self) -> Option<Vec<Claimed>> {
        match self.answer.try_recv() {
            Ok(claimed) => Some(claimed),
            Err(TryRecvError::Disconnected) => Some(Vec::new()),
            Err(TryRecvError::Empty) => None,
        }
    }
}

impl Offer {
    /// Gives the worker what it would take of tasks that this decision takes in; older ones wait for a claim. Nothing while the queue is not
    /// known: reading a long one would keep the submitter waiting.
    pub(super) fn give(
        self,
        desk: &mut Desk<'_>,
        shared: &Shared,
        submitted: &[Submitted],
    ) -> Result<Option<Given>> {
        if shared.scheduler.lock().seen().is_none() {
            return Ok(None);
        }
        let fresh = submitted.iter().filter(|task| !task.repeated).map(|task| task.id).collect();
        let held = desk.tables.worker(&self.worker.worker)?;
        let Some(held) = held.filter(|held| held.term == self.worker.term && held.is_live(desk.now)) else {
            return Ok(None);
        };
        let taker = Taker { worker: &held, most: self.most, kinds: &self.kinds, fresh: Some(fresh) };
        let (claimed, doubt) = claim(desk, shared, &taker)?;
        Ok(Some(Given { claimed, doubt, answer: self.answer }))
    }
}
