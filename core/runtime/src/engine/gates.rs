//! Limits and pauses of the queue, a kind or a key: documents of the store that every process follows.

use super::{Engine, audit};
use sealbook_error::{Code, Error, Result};
use sealbook_store::TaskTables;
use sealbook_tasks::{GateLimits, GateName, Principal, Right};

/// The names of the documents begin so.
pub(super) const GATES: &str = "gate:";

impl Engine {
    /// Sets what limits a kind, a key or the whole queue, in all processes; without any limit the gate is forgotten. It is an entry of the ledger.
    ///
    /// # Errors
    /// `INVALID_POLICY` if the figures make no sense; `ACCESS_REFUSED` unless `who` may manage the kind, or all kinds for a key or the queue; and those
    /// of writing to the store.
    pub fn limit(&self, gate: GateName, limits: GateLimits, who: Principal, reason: &str) -> Result<()> {
        limits.check()?;
        let document = serde_json::to_string(&(&gate, limits));
        let document =
            document.map_err(|e| Error::new(Code::Internal, format!("a gate cannot be written: {e}")))?;
        let reason = reason.to_owned();
        self.decide_or_refuse(move |desk, shared| {
            let standing = shared.options.access.standing(&who);
            let allowed = match &gate {
                GateName::Kind(kind) => standing.require(Right::Manage, kind, desk.now),
                GateName::Queue | GateName::Key(_) => standing.require_all(Right::Manage, desk.now),
            };
            if let Err(refusal) = allowed {
                return Ok(Err(refusal));
            }
            desk.records([audit::gate(&gate, &limits, &who, &reason)]);
            desk.put_document(format!("{GATES}{}", key(&gate)), document);
            Ok(Ok(()))
        })
    }

    /// The gates that have limits.
    ///
    /// # Errors
    /// `TAMPERED` if one cannot be read, and those of reading the store.
    pub fn gates(&self) -> Result<Vec<(GateName, GateLimits)>> {
        self.read(all)
    }
}

/// The gates that have limits.
pub(super) fn all(tables: &dyn TaskTables) -> Result<Vec<(GateName, GateLimits)>> {
    let read = |(name, document): (String, String)| {
        serde_json::from_str(&document).map_err(|e| {
            Error::new(Code::Tampered, format!("the document {name} cannot be read: {e}"))
                .remedy("set the gate's limits anew")
        })
    };
    let gates = tables.documents(GATES)?.into_iter().map(read);
    let gates = gates.collect::<Result<Vec<(GateName, GateLimits)>>>()?;
    Ok(gates.into_iter().filter(|(_, limits)| *limits != GateLimits::default()).collect())
}

fn key(gate: &GateName) -> String {
    match gate {
        GateName::Queue => "queue".to_owned(),
        GateName::Kind(kind) => format!("kind:{kind}"),
        GateName::Key(key) => format!("key:{key}"),
    }
}
