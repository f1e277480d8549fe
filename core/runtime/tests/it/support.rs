//! Where a ledger with tasks is at home, and what everybody calls by name.

use sealbook_ledger::Genesis;
use sealbook_runtime::{Engine, EngineOptions};
use sealbook_store::{MemoryStore, SqliteOptions, SqliteStore, Store, new_ledger_id};
use sealbook_tasks::{Arguments, Principal, Spec, TaskKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A store, and an engine over it.
pub(crate) struct House {
    pub(crate) engine: Engine,
    pub(crate) store: Arc<dyn Store>,
    file: Option<PathBuf>,
    _folder: Option<tempfile::TempDir>,
}

impl House {
    pub(crate) fn in_memory() -> Self {
        Self::in_memory_with(EngineOptions::default())
    }

    pub(crate) fn in_memory_with(options: EngineOptions) -> Self {
        Self::over(Arc::new(MemoryStore::new(genesis()).unwrap()), options)
    }

    pub(crate) fn in_a_file() -> Self {
        Self::in_a_file_with(EngineOptions::default())
    }

    pub(crate) fn in_a_file_with(options: EngineOptions) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ledger.db");
        let store = SqliteStore::create(&file, &genesis(), SqliteOptions::default()).unwrap();
        Self { file: Some(file), _folder: Some(folder), ..Self::over(Arc::new(store), options) }
    }

    fn over(store: Arc<dyn Store>, options: EngineOptions) -> Self {
        let engine = Engine::new(store.clone(), options).unwrap();
        Self { engine, store, file: None, _folder: None }
    }

    pub(crate) fn file(&self) -> &Path {
        self.file.as_deref().unwrap()
    }

    /// An engine as another process would have it: one that knows only what is stored.
    pub(crate) fn another(&self) -> Engine {
        self.another_with(EngineOptions::default())
    }

    pub(crate) fn another_with(&self, options: EngineOptions) -> Engine {
        let store = match &self.file {
            Some(file) => Arc::new(SqliteStore::open(file, SqliteOptions::default()).unwrap()),
            None => self.store.clone(),
        };
        Engine::new(store, options).unwrap()
    }

    /// Changes one row of the file behind everybody's back.
    pub(crate) fn change(&self, sql: &str) {
        let changed = rusqlite::Connection::open(self.file()).unwrap().execute(sql, []).unwrap();
        assert_eq!(changed, 1, "{sql}");
    }
}

pub(crate) fn houses() -> [House; 2] {
    houses_with(&EngineOptions::default())
}

/// One in memory and one in a file.
pub(crate) fn houses_with(options: &EngineOptions) -> [House; 2] {
    [House::in_memory_with(options.clone()), House::in_a_file_with(options.clone())]
}

pub(crate) fn genesis() -> Genesis {
    Genesis::new(new_ledger_id().unwrap(), "example.com/tasks").unwrap()
}

pub(crate) fn principal(name: &str) -> Principal {
    Principal::parse(name).unwrap()
}

pub(crate) fn kind(name: &str) -> TaskKind {
    TaskKind::parse(name).unwrap()
}

/// A task that ann asks for.
pub(crate) fn task(kind_of: &str, arguments: &str) -> Spec {
    Spec::new(kind(kind_of), Arguments::parse(arguments).unwrap(), principal("ann"))
}
