//! Where ledgers live. One trait, [`Store`], with one shared test suite; a backend in memory and one in SQLite.
//!
//! A record becomes an entry in three steps: [`Ingest`] checks, canonicalises and redacts it on the caller's thread, [`Store::commit`]
//! appends it and returns once it is durable, and [`verify`] judges what is stored.

mod entry;
mod gate;
mod group;
mod head;
mod ingest;
mod memory;
mod progress;
mod query;
mod secrets;
mod sqlite;
mod store;
pub mod sync;
mod tasks;
mod turnstile;
mod verify;

pub use entry::Entry;
pub use ingest::{Ingest, Record, new_ledger_id, now};
pub use memory::MemoryStore;
pub use progress::Progress;
pub use query::{Order, Page, Query};
pub use sqlite::{SqliteOptions, SqliteStore};
pub use store::{Audit, Batch, NoAudit, Receipt, Sealed, Store};
pub use tasks::{
    Changes, Decide, TaskChange, TaskFilter, TaskRow, TaskTables, beside_damage, read_tasks, transact,
};
pub use verify::{verify, verify_export};
