//! How many attempts each worker runs at once at the moment: a document of the store for each, so that the figures of any process show it.

use super::desk::Desk;
use super::{Engine, document};
use sealbook_error::Result;
use sealbook_ledger::Time;
use sealbook_store::TaskTables;
use sealbook_tasks::{WorkerId, WorkerLease};
use std::collections::BTreeMap;

/// What the names of these documents begin with.
const PERMITS: &str = "permits/";

impl Engine {
    /// Says how many attempts a worker runs at once from now on.
    ///
    /// # Errors
    /// Those of writing to the store.
    pub(crate) fn set_permits(&self, lease: &WorkerLease, permits: usize) -> Result<()> {
        let worker = lease.worker.clone();
        self.decide(move |desk, _| {
            // Workers that were killed have not taken theirs away.
            for name in desk.documents(PERMITS)?.into_keys() {
                if !is_there(desk.tables, &name, desk.now)? {
                    desk.remove_document(name);
                }
            }
            let name = name_of(&worker);
            let document = document::write(&name, &permits)?;
            desk.put_document(name, document);
            Ok(())
        })
    }
}

/// The permits of a worker that ends.
pub(super) fn forget(desk: &mut Desk<'_>, worker: &WorkerId) {
    desk.remove_document(name_of(worker));
}

/// The permits of the workers that are there.
pub(super) fn all(tables: &dyn TaskTables, now: Time) -> Result<BTreeMap<String, u64>> {
    let mut found = BTreeMap::new();
    for (name, text) in tables.documents(PERMITS)? {
        if is_there(tables, &name, now)? {
            found.insert(worker_of(&name).to_owned(), document::read(&name, &text)?);
        }
    }
    Ok(found)
}

fn is_there(tables: &dyn TaskTables, name: &str, now: Time) -> Result<bool> {
    let worker = WorkerId::parse(worker_of(name))?;
    Ok(tables.worker(&worker)?.is_some_and(|lease| lease.is_live(now)))
}

fn name_of(worker: &WorkerId) -> String {
    format!("{PERMITS}{worker}")
}

fn worker_of(name: &str) -> &str {
    name.strip_prefix(PERMITS).unwrap_or(name)
}
