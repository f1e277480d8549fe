//! What guards a dependency that tasks share: its breaker and its retry budget, each a document of the store.

use super::desk::Desk;
use super::{Engine, Shared, audit, document};
use crate::random::draw;
use sealbook_error::Result;
use sealbook_ledger::Time;
use sealbook_tasks::{Breaker, BreakerState, Key, Outcome, Pass, RetryBudget, Span};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// How long a task is parked before a breaker that only a hand closes.
const FORCED: Span = Span::from_secs(60);
/// At least so long, so that no task is parked again and again in the same moment.
const SHORTEST: Span = Span::from_millis(10);

/// Leave to call a dependency, or why not and until when to park the task.
pub(super) fn pass(
    desk: &mut Desk<'_>,
    shared: &Shared,
    key: &Key,
) -> Result<std::result::Result<Pass, (String, Time)>> {
    let mut breaker = breaker(desk, shared, key)?;
    let (pass, change) = breaker.pass(desk.now, draw()?);
    desk.records(change.as_ref().map(audit::breaker));
    put(desk, breaker_name(key), &breaker)?;
    Ok(pass.map_err(|error| {
        let until = breaker.retry_at().unwrap_or_else(|| FORCED.after(desk.now));
        (error.message().to_owned(), until.max(SHORTEST.after(desk.now)))
    }))
}

/// Counts how a call ended.
pub(super) fn report(
    desk: &mut Desk<'_>,
    shared: &Shared,
    key: &Key,
    pass: Pass,
    (outcome, took, asked): (Outcome, Span, Option<Span>),
) -> Result<()> {
    let mut breaker = breaker(desk, shared, key)?;
    let change = breaker.report(pass, outcome, took, asked, desk.now, draw()?);
    desk.records(change.as_ref().map(audit::breaker));
    put(desk, breaker_name(key), &breaker)
}

/// A first attempt earns a part of a retry.
pub(super) fn earn(desk: &mut Desk<'_>, key: &Key) -> Result<()> {
    let mut budget = get(desk, &budget_name(key))?.unwrap_or_else(RetryBudget::default);
    budget.earn();
    put(desk, budget_name(key), &budget)
}

/// Takes a retry out of the budget, if there is one.
pub(super) fn spend(desk: &mut Desk<'_>, key: &Key) -> Result<bool> {
    let mut budget = get(desk, &budget_name(key))?.unwrap_or_else(RetryBudget::default);
    let enough = budget.spend(desk.now);
    put(desk, budget_name(key), &budget)?;
    Ok(enough)
}

impl Engine {
    /// Opens the breaker of a dependency by hand, or closes it.
    ///
    /// # Errors
    /// Those of writing to the store.
    pub fn force_breaker(&self, key: Key, open: bool, reason: &str) -> Result<BreakerState> {
        let reason = reason.to_owned();
        self.decide(move |desk, shared| {
            let mut breaker = breaker(desk, shared, &key)?;
            let change = breaker.force(open, &reason, desk.now);
            desk.records(change.as_ref().map(audit::breaker));
            put(desk, breaker_name(&key), &breaker)?;
            Ok(breaker.state())
        })
    }

    /// Where the breaker of a dependency stands.
    ///
    /// # Errors
    /// Those of reading the store.
    pub fn breaker(&self, key: &Key) -> Result<BreakerState> {
        let now = sealbook_store::now()?;
        self.read(|tables| Ok(breaker(&Desk::new(tables, now), &self.shared, key)?.state()))
    }
}

fn breaker(desk: &Desk<'_>, shared: &Shared, key: &Key) -> Result<Breaker> {
    match get(desk, &breaker_name(key))? {
        Some(breaker) => Ok(breaker),
        None => Breaker::new(key.clone(), shared.options.breaker, desk.now),
    }
}

fn breaker_name(key: &Key) -> String {
    format!("breaker:{key}")
}

fn budget_name(key: &Key) -> String {
    format!("budget:{key}")
}

fn get<T: DeserializeOwned>(desk: &Desk<'_>, name: &str) -> Result<Option<T>> {
    let document = desk.document(name)?;
    document.map(|document| document::read(name, &document)).transpose()
}

fn put<T: Serialize>(desk: &mut Desk<'_>, name: String, value: &T) -> Result<()> {
    let document = document::write(&name, value)?;
    desk.put_document(name, document);
    Ok(())
}
