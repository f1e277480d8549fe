//! The tables, and how a ledger file comes into being.
//!
//! `entries` is the ledger. All else is computed from it and can be computed again: `ids` for idempotency, `tiles` for the tree, `facets` and
//! `files` for queries. `state.indexed` says up to which number the last two go. The tables of tasks, of version 2, stand in `tasks`.

use super::{SqliteOptions, append, beside, connection, tasks};
use crate::head::HeadMark;
use crate::ingest::genesis_draft;
use crate::turnstile::Turnstile;
use rusqlite::{Connection, TransactionBehavior};
use sealbook_error::{Code, Error, Result};
use sealbook_ledger::{Chain, Genesis};
use std::path::Path;
use std::time::Instant;

/// In the file's own header, so that `file` and others can tell a ledger from any SQLite file: "Seal".
const APPLICATION_ID: i32 = 0x5365_616C;
const SCHEMA_VERSION: i32 = 2;

const TABLES: &str = "
    CREATE TABLE entries(
        seq INTEGER PRIMARY KEY, header BLOB NOT NULL, leaf BLOB NOT NULL, salt BLOB, payload BLOB
    ) STRICT;
    CREATE TABLE ids(id BLOB PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE tiles(
        level INTEGER NOT NULL, position INTEGER NOT NULL, root BLOB NOT NULL, hashes BLOB NOT NULL, PRIMARY KEY(level, position)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE state(name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    INSERT INTO state VALUES('indexed', 0);";

/// The query index, which `reindex` drops and makes anew.
pub(super) const INDEX: &str = "
    CREATE TABLE facets(seq INTEGER PRIMARY KEY, kind TEXT, time INTEGER, actor TEXT, spec TEXT) STRICT;
    CREATE INDEX facets_kind ON facets(kind);
    CREATE INDEX facets_time ON facets(time);
    CREATE INDEX facets_actor ON facets(actor) WHERE actor IS NOT NULL;
    CREATE INDEX facets_spec ON facets(spec) WHERE spec IS NOT NULL;
    CREATE TABLE files(seq INTEGER NOT NULL, path TEXT NOT NULL, PRIMARY KEY(seq, path)) STRICT, WITHOUT ROWID;
    CREATE INDEX files_path ON files(path);";

pub(super) fn create(path: &Path, genesis: &Genesis, options: &SqliteOptions) -> Result<()> {
    let sql = |e| connection::error(e, path);
    // Before a connection that writes turns somebody else's file into one with a write-ahead log.
    if path.is_file() {
        blank(&connection::open_reader(path, options)?, path)?;
    }
    // Whoever finds the new ledger before it is ready waits with its first record, so that the head mark is never moved back.
    let _turn = Turnstile::new(beside(path, "lock")).enter(Instant::now() + options.busy_timeout);
    if path.is_file() {
        blank(&connection::open_reader(path, options)?, path)?;
    }
    // Under another name until it is whole: whatever a killed creation leaves behind is no ledger, and is made anew by the next.
    let new = path.with_added_extension("new");
    clear(&new);
    let chain = build(&new, genesis, options)?;
    let mut head = HeadMark::new(beside(path, "head"));
    head.replace(chain.size(), &chain.root())?;
    put_in_place(&new, path)?;
    clear(&new);
    sync_folder(path)?;
    warm_log(&connection::open_writer(path, options, false)?).map_err(sql)
}

/// Makes the tables and the genesis entry, all in the file itself.
fn build(new: &Path, genesis: &Genesis, options: &SqliteOptions) -> Result<Chain> {
    let sql = |e| connection::error(e, new);
    let mut connection = connection::open_writer(new, options, true)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(sql)?;
    let marks = format!("PRAGMA application_id={APPLICATION_ID}; PRAGMA user_version={SCHEMA_VERSION};");
    transaction.execute_batch(&[TABLES, INDEX, tasks::TABLES, &marks].concat()).map_err(sql)?;
    let (draft, time) = genesis_draft(genesis)?;
    let (chain, first) = Chain::begin(genesis, draft.id(), *draft.salt(), time);
    append::insert(&transaction, &first, &draft).map_err(sql)?;
    transaction.commit().map_err(sql)?;
    // The first column says whether somebody was in the way; nobody else knows the name.
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map_err(sql)?;
    Ok(chain)
}

/// Never over a ledger that another process has made meanwhile, even where the lock file cannot be locked.
fn put_in_place(new: &Path, path: &Path) -> Result<()> {
    let failed = |e| Error::io(e, "make", path);
    if path.is_file() {
        return std::fs::rename(new, path).map_err(failed);
    }
    match std::fs::hard_link(new, path) {
        Ok(()) => Ok(()),
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => Err(exists(path)),
        // A file system without links.
        Err(_) => std::fs::rename(new, path).map_err(failed),
    }
}

/// Removes what an earlier creation left behind.
fn clear(new: &Path) {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let mut name = new.as_os_str().to_owned();
        name.push(suffix);
        let _ = std::fs::remove_file(name);
    }
}

fn exists(path: &Path) -> Error {
    Error::new(Code::LedgerExists, format!("there is a ledger at {}", path.display()))
        .remedy("use it, or remove it first if nobody needs it")
        .with("path", path.display())
}

/// Refuses databases that have something in them.
fn blank(connection: &Connection, path: &Path) -> Result<()> {
    let sql = |e| connection::error(e, path);
    let (application, _) = marks(connection).map_err(sql)?;
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(sql)?;
    if application == APPLICATION_ID {
        return Err(exists(path));
    }
    if tables > 0 || application != 0 { Err(foreign(path)) } else { Ok(()) }
}

/// Refuses files that are no ledgers, or ledgers of a newer version.
pub(super) fn check(connection: &Connection, path: &Path) -> Result<()> {
    let (application, version) = marks(connection).map_err(|e| connection::error(e, path))?;
    if application != APPLICATION_ID {
        return Err(foreign(path));
    }
    if version < 1 {
        let message = format!("{} has schema version {version}, which never was", path.display());
        return Err(Error::new(Code::LedgerCorrupt, message)
            .remedy("restore the file from a copy that verifies")
            .with("path", path.display()));
    }
    if version > SCHEMA_VERSION {
        let message =
            format!("{} has schema version {version}; this Sealbook knows {SCHEMA_VERSION}", path.display());
        return Err(Error::new(Code::LedgerTooNew, message)
            .remedy("upgrade Sealbook")
            .with("path", path.display()));
    }
    Ok(())
}

/// Brings the tables of an older version forward, in one transaction. Another process may be faster.
pub(super) fn migrate(connection: &mut Connection, path: &Path) -> Result<()> {
    let sql = |e| connection::error(e, path);
    if marks(connection).map_err(sql)?.1 >= SCHEMA_VERSION {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(sql)?;
    if marks(&transaction).map_err(sql)?.1 < SCHEMA_VERSION {
        let mark = format!("PRAGMA user_version={SCHEMA_VERSION};");
        transaction.execute_batch(&[tasks::TABLES, &mark].concat()).map_err(sql)?;
    }
    transaction.commit().map_err(sql)
}

/// Whether the tables of tasks are there.
pub(super) fn has_tasks(connection: &Connection, path: &Path) -> Result<bool> {
    Ok(marks(connection).map_err(|e| connection::error(e, path))?.1 >= 2)
}

fn marks(connection: &Connection) -> rusqlite::Result<(i32, i32)> {
    let mark = |name: &str| connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0));
    Ok((mark("application_id")?, mark("user_version")?))
}

fn foreign(path: &Path) -> Error {
    let message = format!("{} is an SQLite file but not a Sealbook ledger", path.display());
    Error::new(Code::NotALedger, message)
        .remedy("name a ledger file or a project folder")
        .with("path", path.display())
}

/// Fills the log to its full size once; see [`connection::WAL_FRAMES`].
fn warm_log(connection: &Connection) -> rusqlite::Result<()> {
    let pages = connection::WAL_FRAMES;
    connection.execute_batch(&format!(
        "CREATE TABLE warm(x BLOB) STRICT; INSERT INTO warm VALUES(zeroblob({pages} * 4096)); DROP TABLE warm; PRAGMA wal_checkpoint(PASSIVE);"
    ))
}

/// Makes the folder's new entries durable.
fn sync_folder(path: &Path) -> Result<()> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if cfg!(unix) {
        std::fs::File::open(folder).and_then(|f| f.sync_all()).map_err(|e| Error::io(e, "sync", folder))?;
    }
    Ok(())
}
