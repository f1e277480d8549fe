//! Who a worker is, and what it may run.

use crate::engine::Engine;
use sealbook_error::{Code, Error, Result};
use sealbook_tasks::{Principal, Right, TaskKind, WorkerId};
use std::collections::BTreeSet;

/// The kinds among these that the principal may run for whom the worker works.
///
/// # Errors
/// `ACCESS_REFUSED` if there is none, and those of recording the refusals.
pub(super) fn allowed(
    engine: &Engine,
    kinds: BTreeSet<TaskKind>,
    principal: Option<&Principal>,
) -> Result<BTreeSet<TaskKind>> {
    let Some(principal) = principal else {
        if engine.is_open() {
            return Ok(kinds);
        }
        return Err(Error::new(
            Code::AccessRefused,
            "the worker does not say for whom it works, and only who is listed may run tasks",
        )
        .remedy("name a principal that has the right to run tasks of these kinds"));
    };
    let (standing, now) = (engine.standing(principal), sealbook_store::now()?);
    let (mut allowed, mut refused) = (BTreeSet::new(), None);
    for kind in kinds {
        match standing.require(Right::Run, &kind, now) {
            Ok(()) => drop(allowed.insert(kind)),
            Err(refusal) => {
                engine.record_refusal(refusal.clone())?;
                refused = Some(refusal);
            }
        }
    }
    match refused {
        Some(refusal) if allowed.is_empty() => Err(refusal.into()),
        _ => Ok(allowed),
    }
}

/// Names the process, so that people find it.
pub(super) fn new_id() -> Result<WorkerId> {
    let random: [u8; 4] = crate::random::random()?;
    WorkerId::parse(&format!("worker-{}-{:08x}", std::process::id(), u32::from_be_bytes(random)))
}
