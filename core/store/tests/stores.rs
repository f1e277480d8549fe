//! Every backend keeps every promise of a store.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, reason = "tests")]

mod suite;

use sealbook_store::{MemoryStore, SqliteOptions, SqliteStore};

#[test]
fn the_memory_store_keeps_every_promise() {
    suite::run(&|genesis| Box::new(MemoryStore::new(genesis.clone()).unwrap()));
}

#[test]
fn the_sqlite_store_keeps_every_promise() {
    let folder = tempfile::tempdir().unwrap();
    let count = std::cell::Cell::new(0);
    suite::run(&|genesis| {
        count.set(count.get() + 1);
        let folder = folder.path().join(count.get().to_string());
        std::fs::create_dir(&folder).unwrap();
        Box::new(SqliteStore::create(&folder.join("ledger.db"), genesis, SqliteOptions::default()).unwrap())
    });
}
