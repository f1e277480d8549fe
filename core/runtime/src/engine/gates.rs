//! Limits and pauses of the queue, a kind or a key: documents of the store that every process follows.

use super::{Engine, adaptive, audit, check_reason, document};
use sealbook_error::Result;
use sealbook_store::TaskTables;
use sealbook_tasks::{GateLimits, GateName, Principal, Right, Task};
use std::collections::BTreeSet;

/// What the names of documents with gates begin with.
pub(super) const GATES: &str = "gate:";

impl Engine {
    /// Sets what limits a kind, a key, a dependency or the whole queue, in all processes; without any limit the gate is forgotten. It is an entry of the
    /// ledger; the steps of an adaptive limit are not. One that is set again within the same bounds goes on from where it stands.
    ///
    /// # Errors
    /// `INVALID_POLICY` if the figures make no sense, or if what is no dependency is to be adaptive; `ACCESS_REFUSED` unless `who` may manage the kind, or
    /// all kinds for a key, a dependency or the queue; `INVALID_ARGUMENT` for a reason of more than 8,192 bytes; and those of writing to the store.
    pub fn limit(&self, gate: GateName, limits: GateLimits, who: Principal, reason: &str) -> Result<()> {
        limits.check_at(&gate)?;
        check_reason(reason)?;
        let reason = reason.to_owned();
        self.decide_or_refuse(move |desk, shared| {
            let standing = shared.options.access.standing(&who);
            let allowed = match &gate {
                GateName::Kind(kind) => standing.require(Right::Manage, kind, desk.now),
                GateName::Queue | GateName::Key(_) | GateName::Dependency(_) => {
                    standing.require_all(Right::Manage, desk.now)
                }
            };
            if let Err(refusal) = allowed {
                return Ok(Err(refusal));
            }
            desk.records([audit::gate(&gate, &limits, &who, &reason)]);
            let name = document_of(&gate);
            let limits = match &gate {
                GateName::Dependency(key) => adaptive::set(desk, key, limits)?,
                _ => limits,
            };
            if limits == GateLimits::default() {
                desk.remove_document(name);
            } else {
                let document = document::write(&name, &(&gate, limits))?;
                desk.put_document(name, document);
            }
            Ok(Ok(()))
        })
    }

    /// The gates that have limits; an adaptive one says how many are allowed at present.
    ///
    /// # Errors
    /// `TAMPERED` if one cannot be read, and those of reading the store.
    pub fn gates(&self) -> Result<Vec<(GateName, GateLimits)>> {
        let documents = self.read(|tables| tables.documents(GATES))?;
        documents.iter().map(|(name, text)| document::read(name, text)).collect()
    }
}

/// The gates before which nothing passes. One that cannot be read is not among them: whoever lists the gates is told of it.
pub(super) fn paused(tables: &dyn TaskTables) -> Result<BTreeSet<GateName>> {
    let read = |(name, text): (String, String)| document::read(&name, &text).ok();
    let gates = tables.documents(GATES)?.into_iter().filter_map(read);
    Ok(gates.filter(|(_, limits): &(GateName, GateLimits)| limits.paused).map(|(gate, _)| gate).collect())
}

/// Whether one of these gates is before a task.
pub(super) fn is_behind(gates: &BTreeSet<GateName>, task: &Task) -> bool {
    !gates.is_empty()
        && GateName::before(&task.spec.kind, task.spec.concurrency.as_ref(), task.spec.dependency.as_ref())
            .any(|gate| gates.contains(&gate))
}

/// The name of the document with the limits of a gate.
pub(super) fn document_of(gate: &GateName) -> String {
    format!("{GATES}{}", key(gate))
}

fn key(gate: &GateName) -> String {
    match gate {
        GateName::Queue => "queue".to_owned(),
        GateName::Kind(kind) => format!("kind:{kind}"),
        GateName::Key(key) => format!("key:{key}"),
        GateName::Dependency(key) => format!("dependency:{key}"),
    }
}
