//! Adaptive concurrency: the limit of a dependency follows how its calls end, in whatever process they were made.
//!
//! What the limiter has learned is one document and changes with each attempt. The limit that follows stands in the document of the gate, which
//! changes with each step alone: that is what processes look at.

use super::dependency::{get, put};
use super::desk::Desk;
use super::{document, gates};
use sealbook_error::Result;
use sealbook_ledger::Time;
use sealbook_store::{TaskFilter, TaskTables, beside_damage};
use sealbook_tasks::{Adaptive, GateLimits, GateName, Key, Limiter, Outcome, State};
use serde::{Deserialize, Serialize};

/// What the names of documents with limiters begin with.
const LIMITERS: &str = "limiter:";

#[derive(Debug, Serialize, Deserialize)]
struct Learned {
    bounds: Adaptive,
    limiter: Limiter,
    /// Attempts that call the dependency now.
    out: u32,
}

/// Begins, goes on or ends to follow a dependency, and says which limits its gate has then.
pub(super) fn set(desk: &mut Desk<'_>, key: &Key, limits: GateLimits) -> Result<GateLimits> {
    let name = name(key);
    let Some(adaptive) = limits.adaptive else {
        if desk.document(&name)?.is_some() {
            desk.remove_document(name);
        }
        return Ok(limits);
    };
    let known = get::<Learned>(desk, &name)?;
    let bounds = adaptive.bounds();
    let out = match &known {
        Some(known) => known.out,
        None => count_out(desk.tables, key)?,
    };
    let limiter = match known {
        Some(known) if known.bounds == bounds && adaptive.now.is_none() => known.limiter,
        _ => Limiter::new(adaptive.least, adaptive.most, adaptive.limit())?,
    };
    let adaptive = Some(Adaptive { now: Some(limiter.limit()), ..bounds });
    put(desk, name, &Learned { bounds, limiter, out })?;
    Ok(GateLimits { adaptive, ..limits })
}

/// Begins anew with a dependency that is followed.
pub(super) fn forget(desk: &mut Desk<'_>, key: &Key) -> Result<()> {
    let Some(learned) = get::<Learned>(desk, &name(key))? else { return Ok(()) };
    let Adaptive { least, most, first, .. } = learned.bounds;
    let learned = Learned { limiter: Limiter::new(least, most, first)?, ..learned };
    put(desk, name(key), &learned)?;
    show(desk, key, first)
}

/// An attempt that calls the dependency has begun, or is over.
pub(super) fn count(desk: &mut Desk<'_>, key: &Key, begins: bool) -> Result<()> {
    let name = name(key);
    let Some(mut learned) = get::<Learned>(desk, &name)? else { return Ok(()) };
    learned.out = if begins { learned.out.saturating_add(1) } else { learned.out.saturating_sub(1) };
    put(desk, name, &learned)
}

/// Learns from an attempt that is over.
pub(super) fn report(desk: &mut Desk<'_>, key: &Key, outcome: Outcome, began: Time) -> Result<()> {
    let name = name(key);
    let Some(mut learned) = get::<Learned>(desk, &name)? else { return Ok(()) };
    // Attempts that end in one decision were out together: all of them count, and not only those that are left.
    let before = desk.tables.document(&name)?;
    let before = before.map(|text| document::read::<Learned>(&name, &text)).transpose()?;
    let out = before.map_or(0, |before| before.out).max(learned.out.saturating_add(1));
    let changed = learned.limiter.report(outcome, out, began, desk.now);
    put(desk, name, &learned)?;
    if changed { show(desk, key, learned.limiter.limit()) } else { Ok(()) }
}

/// How many calls each followed dependency may have out, and how many it has.
pub(super) fn all(tables: &dyn TaskTables) -> Result<Vec<(String, u32, u32)>> {
    let read = |(name, text): (String, String)| {
        let learned: Learned = document::read(&name, &text)?;
        let key = name.strip_prefix(LIMITERS).unwrap_or_default().to_owned();
        Ok((key, learned.limiter.limit(), learned.out))
    };
    tables.documents(LIMITERS)?.into_iter().map(read).collect()
}

/// Lets the gate follow.
fn show(desk: &mut Desk<'_>, key: &Key, now: u32) -> Result<()> {
    let gate = GateName::Dependency(key.clone());
    let name = gates::document_of(&gate);
    let Some((_, mut limits)) = get::<(GateName, GateLimits)>(desk, &name)? else { return Ok(()) };
    limits.adaptive = limits.adaptive.map(|adaptive| Adaptive { now: Some(now), ..adaptive });
    put(desk, name, &(gate, limits))
}

/// How many attempts call a dependency that was not followed so far.
fn count_out(tables: &dyn TaskTables, key: &Key) -> Result<u32> {
    let (mut out, states) = (0_u32, vec![State::Assigned, State::Running]);
    beside_damage(tables.list(&TaskFilter { states, ..TaskFilter::default() }, &mut |row| {
        out = out.saturating_add(u32::from(row.task.spec.dependency.as_ref() == Some(key)));
        Ok(())
    }))?;
    Ok(out)
}

fn name(key: &Key) -> String {
    format!("{LIMITERS}{key}")
}
