//! The attempts that a worker runs at the moment.

use crate::cancel::CancelToken;
use crate::engine::Claimed;
use sealbook_tasks::{Lease, TaskId};
use std::collections::BTreeMap;

#[derive(Debug, Default)]
pub(super) struct Held {
    attempts: BTreeMap<(TaskId, u64), (Claimed, CancelToken)>,
}

impl Held {
    pub(super) fn len(&self) -> usize {
        self.attempts.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.attempts.is_empty()
    }

    pub(super) fn add(&mut self, claimed: Claimed) -> CancelToken {
        let cancel = CancelToken::new();
        self.attempts.insert((claimed.task.id, claimed.lease.epoch), (claimed, cancel.clone()));
        cancel
    }

    pub(super) fn remove(&mut self, id: TaskId, lease: &Lease) {
        self.attempts.remove(&(id, lease.epoch));
    }

    pub(super) fn claims(&self) -> Vec<Claimed> {
        self.attempts.values().map(|(claimed, _)| claimed.clone()).collect()
    }

    pub(super) fn cancel(&self, claimed: &Claimed, why: &str) {
        if let Some((_, cancel)) = self.attempts.get(&(claimed.task.id, claimed.lease.epoch)) {
            cancel.cancel(why);
        }
    }

    pub(super) fn cancel_all(&self, why: &str) {
        self.attempts.values().for_each(|(_, cancel)| cancel.cancel(why));
    }
}
