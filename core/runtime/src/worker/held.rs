//! The attempts that a worker runs at the moment.

use crate::cancel::CancelToken;
use crate::engine::Claimed;
use sealbook_tasks::{Lease, TaskId};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

#[derive(Debug, Default)]
pub(super) struct Held {
    attempts: BTreeMap<(TaskId, u64), Running>,
}

#[derive(Debug)]
struct Running {
    claimed: Claimed,
    cancel: CancelToken,
    /// When it was first seen that it was asked to stop, by whomever.
    asked_at: Option<Instant>,
    is_stuck: bool,
}

impl Held {
    pub(super) fn len(&self) -> usize {
        self.attempts.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.attempts.is_empty()
    }

    /// How many handlers are stuck, without those of these attempts.
    pub(super) fn stuck_besides<'a>(&self, ended: impl Iterator<Item = &'a Claimed>) -> usize {
        let all = self.attempts.values().filter(|running| running.is_stuck).count();
        let of = |claimed: &Claimed| self.attempts.get(&(claimed.task.id, claimed.lease.epoch));
        all - ended.filter_map(of).filter(|running| running.is_stuck).count()
    }

    pub(super) fn stuck(&self) -> usize {
        self.stuck_besides(std::iter::empty())
    }

    /// Whether all that is left are handlers that are stuck.
    pub(super) fn is_done(&self) -> bool {
        self.attempts.values().all(|running| running.is_stuck)
    }

    pub(super) fn add(&mut self, claimed: Claimed) -> CancelToken {
        let cancel = CancelToken::new();
        let key = (claimed.task.id, claimed.lease.epoch);
        let running = Running { claimed, cancel: cancel.clone(), asked_at: None, is_stuck: false };
        self.attempts.insert(key, running);
        cancel
    }

    pub(super) fn remove(&mut self, id: TaskId, lease: &Lease) {
        self.attempts.remove(&(id, lease.epoch));
    }

    pub(super) fn claims(&self) -> Vec<Claimed> {
        self.attempts.values().map(|running| running.claimed.clone()).collect()
    }

    pub(super) fn cancel(&self, claimed: &Claimed, why: &str) {
        if let Some(running) = self.attempts.get(&(claimed.task.id, claimed.lease.epoch)) {
            running.cancel.cancel(why);
        }
    }

    pub(super) fn cancel_all(&self, why: &str) {
        self.attempts.values().for_each(|running| running.cancel.cancel(why));
    }

    /// The attempts that are stuck since this look, each with why it was asked to stop: asked `grace` ago, and still here.
    pub(super) fn newly_stuck(&mut self, grace: Duration) -> Vec<(Claimed, String)> {
        let now = Instant::now();
        let mut found = Vec::new();
        for running in self.attempts.values_mut().filter(|running| !running.is_stuck) {
            let Some(why) = running.cancel.reason() else { continue };
            let asked_at = *running.asked_at.get_or_insert(now);
            if now.saturating_duration_since(asked_at) >= grace {
                running.is_stuck = true;
                found.push((running.claimed.clone(), why));
            }
        }
        found
    }
}
