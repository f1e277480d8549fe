//! Breakers as people see them, and as they open and close them by hand.

use super::dependency::{BREAKERS, breaker, breaker_name, budget_name, put};
use super::desk::Desk;
use super::{Engine, adaptive, audit, check_reason, document};
use sealbook_error::Result;
use sealbook_ledger::Time;
use sealbook_store::{TaskFilter, TaskTables, beside_damage};
use sealbook_tasks::{
    Breaker, BreakerDeed, BreakerState, BreakerView, Event, Key, Principal, Right, State, TaskId,
};
use std::collections::BTreeSet;

/// How many tasks are let go in one transaction, so that others get their turn.
const BATCH: usize = 200;

impl Engine {
    /// Opens the breaker of a dependency by hand, closes it, or makes it and all else that was learned about the dependency new: its retry budget is
    /// full, and its adaptive limit begins as it began. It is an entry of the ledger. Tasks that were parked before a breaker that closes run at once.
    ///
    /// # Errors
    /// `ACCESS_REFUSED` unless `who` may manage all kinds; `INVALID_ARGUMENT` for a reason of more than 8,192 bytes; and those of writing to the store.
    pub fn breaker(&self, key: Key, deed: BreakerDeed, who: Principal, reason: &str) -> Result<BreakerView> {
        check_reason(reason)?;
        let (reason, guarded) = (reason.to_owned(), key.clone());
        let view = self.decide_or_refuse(move |desk, shared| {
            if let Err(refusal) = shared.options.access.standing(&who).require_all(Right::Manage, desk.now) {
                return Ok(Err(refusal));
            }
            let mut breaker = breaker(desk, shared, &key)?;
            let change = breaker.act(deed, shared.options.breaker, &reason, desk.now);
            desk.records([audit::breaker_by_hand(deed, &change, &who)]);
            put(desk, breaker_name(&key), &breaker)?;
            if deed == BreakerDeed::Reset {
                desk.remove_document(budget_name(&key));
                adaptive::forget(desk, &key)?;
            }
            Ok(Ok(breaker.view(desk.now)))
        })?;
        if deed != BreakerDeed::Open {
            self.unpark(&guarded)?;
        }
        Ok(view)
    }

    /// The breakers of all dependencies that were ever called, by key.
    ///
    /// # Errors
    /// `TAMPERED` if one cannot be read, and those of reading the store.
    pub fn breakers(&self) -> Result<Vec<BreakerView>> {
        let now = sealbook_store::now()?;
        self.read(|tables| all(tables, now))
    }

    /// Lets go what was parked before a breaker, as if its time had come.
    fn unpark(&self, key: &Key) -> Result<()> {
        let now = sealbook_store::now()?;
        let filter = TaskFilter { states: vec![State::Pending], ..TaskFilter::default() };
        let mut parked = Vec::new();
        self.read(|tables| {
            beside_damage(tables.list(&filter, &mut |row| {
                if row.task.spec.dependency.as_ref() == Some(key) && row.task.not_before > now {
                    parked.push(row.task.id);
                }
                Ok(())
            }))
        })?;
        for batch in parked.chunks(BATCH) {
            let batch = batch.to_vec();
            self.decide(move |desk, _| batch.into_iter().try_for_each(|id| unpark(desk, id)))?;
        }
        Ok(())
    }
}

pub(super) fn all(tables: &dyn TaskTables, now: Time) -> Result<Vec<BreakerView>> {
    let view = |(name, text): (String, String)| Ok(document::read::<Breaker>(&name, &text)?.view(now));
    tables.documents(BREAKERS)?.into_iter().map(view).collect()
}

/// The dependencies that nothing calls until somebody closes their breaker. One that cannot be read is not among them: whoever lists them is told of it.
pub(super) fn forced(tables: &dyn TaskTables) -> Result<BTreeSet<Key>> {
    let read = |(name, text): (String, String)| document::read::<Breaker>(&name, &text).ok();
    let breakers = tables.documents(BREAKERS)?.into_iter().filter_map(read);
    Ok(breakers.filter(|it| it.state() == BreakerState::Forced).map(|it| it.key().clone()).collect())
}

/// One that waits for another reason, such as a retry's delay, goes on waiting.
fn unpark(desk: &mut Desk<'_>, id: TaskId) -> Result<()> {
    let last = desk.tables.history(id)?.pop().map(|transition| transition.event);
    let now = desk.now;
    let task = &mut desk.row(id)?.task;
    if last != Some(Event::Park) || task.state != State::Pending || task.not_before <= now {
        return Ok(());
    }
    task.not_before = now;
    desk.touch(id);
    desk.settle(id)
}
