//! What guards a dependency that tasks share: its breaker, its retry budget and its limit, each a document of the store.

use super::desk::Desk;
use super::{Shared, adaptive, audit, document};
use crate::random::draw;
use sealbook_error::Result;
use sealbook_ledger::Time;
use sealbook_tasks::{Breaker, Key, Outcome, Pass, RetryBudget, Span, Task};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What the names of documents with breakers begin with.
pub(super) const BREAKERS: &str = "breaker:";
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
    (outcome, began, asked): (Outcome, Time, Option<Span>),
) -> Result<()> {
    let mut breaker = breaker(desk, shared, key)?;
    let took = Span::between(began, desk.now);
    let change = breaker.report(pass, outcome, took, asked, desk.now, draw()?);
    desk.records(change.as_ref().map(audit::breaker));
    put(desk, breaker_name(key), &breaker)?;
    adaptive::report(desk, key, outcome, began)
}

/// Counts an attempt that took too long or gave no sign of life, of which no worker will be heard.
pub(super) fn time_out(desk: &mut Desk<'_>, task: &Task) -> Result<()> {
    let (Some(key), Some(began)) = (&task.spec.dependency, task.started_at) else { return Ok(()) };
    let took = Span::between(began, desk.now);
    if let Some(mut breaker) = get::<Breaker>(desk, &breaker_name(key))?
        && let Some(pass) = breaker.pass_since(began)
    {
        let change = breaker.report(pass, Outcome::Failure, took, None, desk.now, draw()?);
        desk.records(change.as_ref().map(audit::breaker));
        put(desk, breaker_name(key), &breaker)?;
    }
    adaptive::report(desk, key, Outcome::Failure, began)
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

pub(super) fn breaker(desk: &Desk<'_>, shared: &Shared, key: &Key) -> Result<Breaker> {
    match get(desk, &breaker_name(key))? {
        Some(breaker) => Ok(breaker),
        None => Breaker::new(key.clone(), shared.options.breaker, desk.now),
    }
}

pub(super) fn breaker_name(key: &Key) -> String {
    format!("{BREAKERS}{key}")
}

pub(super) fn budget_name(key: &Key) -> String {
    format!("budget:{key}")
}

pub(super) fn get<T: DeserializeOwned>(desk: &Desk<'_>, name: &str) -> Result<Option<T>> {
    let document = desk.document(name)?;
    document.map(|document| document::read(name, &document)).transpose()
}

pub(super) fn put<T: Serialize>(desk: &mut Desk<'_>, name: String, value: &T) -> Result<()> {
    let document = document::write(&name, value)?;
    desk.put_document(name, document);
    Ok(())
}
