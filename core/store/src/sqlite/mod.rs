//! A ledger in one SQLite file, shared by threads and processes.

mod append;
mod audit;
mod connection;
mod index;
mod read;
mod schema;
mod tasks;

use crate::gate::Gate;
use crate::group::Group;
use crate::head;
use crate::progress::Progress;
use crate::query::{Page, Query};
use crate::store::{Audit, Batch, Receipt, Store};
use crate::sync::Mutex;
use crate::tasks::{MemoryTables, TaskTables};
use crate::turnstile::Turnstile;
use append::Writer;
use rusqlite::Connection;
use sealbook_error::{Code, Error, Result};
use sealbook_ledger::verify::{RawEntry, Verification};
use sealbook_ledger::{EntryId, Genesis, Hash};
use std::any::Any;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// How a ledger file is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqliteOptions {
    /// Whether only to read. Then nothing is written, not even beside the file, where that can be avoided.
    pub read_only: bool,
    /// How long to wait for another process that writes.
    pub busy_timeout: Duration,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self { read_only: false, busy_timeout: Duration::from_secs(30) }
    }
}

/// A ledger in an SQLite file, with a head mark (`head`) and a lock file (`lock`) beside it.
#[derive(Debug)]
pub struct SqliteStore {
    path: PathBuf,
    options: SqliteOptions,
    genesis: Option<Genesis>,
    writer: Mutex<Option<Writer>>,
    readers: Mutex<Vec<Connection>>,
    waiting: Group<Batch, Receipt>,
    turnstile: Turnstile,
    /// Held for reading by every thread that is inside SQLite, whose own locks must not be held when the process forks.
    gate: Arc<Gate>,
}

impl SqliteStore {
    /// Makes a ledger file with its genesis entry. The folder must exist.
    ///
    /// # Errors
    /// `LEDGER_EXISTS` if there is a ledger in the file, `NOT_A_LEDGER` if there is something else in it, `PERMISSION_DENIED`,
    /// `DISK_FULL`, `IO`.
    pub fn create(path: &Path, genesis: &Genesis, options: SqliteOptions) -> Result<Self> {
        schema::create(path, genesis, &options)?;
        Self::open(path, options)
    }

    /// Opens a ledger file.
    ///
    /// # Errors
    /// `NOT_FOUND`, `NOT_A_LEDGER`, `LEDGER_TOO_NEW`, `LEDGER_BUSY`, `PERMISSION_DENIED`, `IO`; `READ_ONLY` if the file cannot be written and
    /// `read_only` was not asked for.
    pub fn open(path: &Path, options: SqliteOptions) -> Result<Self> {
        if !path.is_file() {
            return Err(Error::new(Code::NotFound, format!("there is no ledger at {}", path.display()))
                .remedy("make one with init")
                .with("path", path.display()));
        }
        let reader = connection::open_reader(path, &options)?;
        schema::check(&reader, path)?;
        let genesis = read::genesis(&reader, path)?;
        let writer = if options.read_only { None } else { Some(Writer::open(path, &options)?) };
        Ok(Self {
            turnstile: Turnstile::new(beside(path, "lock")),
            path: path.to_owned(),
            options,
            genesis,
            writer: Mutex::new(writer),
            readers: Mutex::new(vec![reader]),
            waiting: Group::default(),
            gate: Arc::default(),
        })
    }

    /// The ledger file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs `read` with a connection of its own, in one read transaction, so that all it sees is of one moment.
    fn reading<T>(&self, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let _inside = self.gate.enter();
        let pooled = self.readers.lock().pop();
        let connection = match pooled {
            Some(connection) => connection,
            None => connection::open_reader(&self.path, &self.options)?,
        };
        self.sql(connection.execute_batch("BEGIN"))?;
        let result = read(&connection);
        if connection.execute_batch("COMMIT").is_ok() {
            self.readers.lock().push(connection);
        }
        result
    }

    fn sql<T>(&self, result: rusqlite::Result<T>) -> Result<T> {
        result.map_err(|e| connection::error(e, &self.path))
    }

    fn read_only(&self) -> Error {
        Error::new(Code::ReadOnly, format!("{} was opened for reading", self.path.display()))
            .remedy("open it without read_only")
    }
}

/// The write-ahead log of a ledger file.
fn log_of(path: &Path) -> PathBuf {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    log.into()
}

/// The file `name` that belongs to a ledger file: `head` to `ledger.db` in its folder of its own, `audit.db-head` to `audit.db`, since
/// there may be more than one ledger in the folder then.
fn beside(path: &Path, name: &str) -> PathBuf {
    match path.file_name() {
        Some(file) if file != "ledger.db" => {
            let mut own = file.to_owned();
            own.push("-");
            own.push(name);
            path.with_file_name(own)
        }
        _ => path.with_file_name(name),
    }
}

impl Store for SqliteStore {
    fn genesis(&self) -> Option<&Genesis> {
        self.genesis.as_ref()
    }

    fn size(&self) -> Result<u64> {
        self.reading(|connection| self.sql(read::size(connection)))
    }

    fn count(&self) -> Result<u64> {
        self.reading(|connection| self.sql(read::count(connection)))
    }

    fn commit(&self, batch: Batch) -> Result<Receipt> {
        self.waiting.submit(batch, |batches| self.write(batches))
    }

    fn commit_each(&self, batches: Vec<Batch>) -> Vec<Result<Receipt>> {
        self.write(batches)
    }

    fn pause(&self) -> Box<dyn Any + Send> {
        Box::new(self.gate.close())
    }

    fn read(&self, range: Range<u64>, visit: &mut dyn FnMut(u64, RawEntry<'_>) -> Result<()>) -> Result<()> {
        self.reading(|connection| read::rows(connection, &self.path, range, visit))
    }

    fn find(&self, id: EntryId) -> Result<Option<u64>> {
        self.reading(|connection| self.sql(read::find(connection, id)))
    }

    fn tasks(&self, read: &mut dyn FnMut(&dyn TaskTables) -> Result<()>) -> Result<()> {
        self.reading(|connection| {
            // A ledger of an older schema that is only read was never migrated, and has no tasks.
            if schema::has_tasks(connection, &self.path)? {
                read(&tasks::Tables { connection, path: &self.path })
            } else {
                read(&MemoryTables::default())
            }
        })
    }

    fn query(&self, query: &Query) -> Result<Page> {
        self.search(query)
    }

    fn head(&self) -> Result<Option<(u64, Hash)>> {
        head::read(&beside(&self.path, "head"))
    }

    fn audit(&self, range: Range<u64>) -> Result<Box<dyn Audit + '_>> {
        audit::begin(self, range)
    }

    fn audit_whole(&self, verification: &mut Verification) -> Result<()> {
        audit::whole(self, verification)
    }

    fn reindex(&self, progress: &Progress) -> Result<()> {
        self.rebuild(progress)
    }
}
