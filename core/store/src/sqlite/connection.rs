//! Connections: how they are opened, and what SQLite's errors mean.

use super::SqliteOptions;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, ffi};
use sealbook_error::{Code, Error, Result};
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

/// Older versions can lose committed writes when several connections checkpoint (the WAL-reset bug).
const OLDEST_SQLITE: i32 = 3_051_003;

/// Frames in the write-ahead log at which SQLite copies them into the file and begins the log anew. The log is filled to
/// this size once, when the ledger is made: writing over old blocks of a file is twice as fast as making it grow.
pub(super) const WAL_FRAMES: u32 = 256;

pub(super) fn open_writer(path: &Path, options: &SqliteOptions, create: bool) -> Result<Connection> {
    if rusqlite::version_number() < OLDEST_SQLITE {
        let message = format!("SQLite {} can lose committed writes", rusqlite::version());
        return Err(Error::new(Code::Internal, message).remedy("link SQLite 3.51.3 or later"));
    }
    let create = if create { OpenFlags::SQLITE_OPEN_CREATE } else { OpenFlags::empty() };
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | create;
    let open = || {
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(options.busy_timeout)?;
        // Without this, closing the last connection would delete the log, and the next writer would have to make it grow again.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        prepare_once(&connection)?;
        let mode: String = connection.query_row("PRAGMA journal_mode=WAL", [], |row| row.get(0))?;
        connection.execute_batch(&format!(
            "PRAGMA synchronous=FULL; PRAGMA fullfsync=ON; PRAGMA checkpoint_fullfsync=ON; PRAGMA secure_delete=ON;
             PRAGMA wal_autocheckpoint={WAL_FRAMES}; PRAGMA cache_size=-8192; PRAGMA trusted_schema=OFF"
        ))?;
        Ok((connection, mode))
    };
    let (connection, mode) = open().map_err(|e| error(e, path))?;
    if connection.is_readonly("main").map_err(|e| error(e, path))? {
        return Err(read_only(path));
    }
    if mode != "wal" {
        let message = format!(
            "{} cannot be opened for writing by several processes (journal mode {mode})",
            path.display()
        );
        return Err(Error::new(Code::Io, message).remedy("keep the ledger on a local file system"));
    }
    Ok(connection)
}

/// Keeps the plan of a statement whatever is bound to it: else SQLite, which counts values to plan by them, prepares some statements anew
/// whenever another value is bound.
fn prepare_once(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // All that the tasks use, and more than are cached if nothing is said.
    connection.set_prepared_statement_cache_capacity(128);
    Ok(())
}

/// A connection that only reads. On a read-only medium SQLite cannot make its shared memory; the file is then read as it stands.
pub(super) fn open_reader(path: &Path, options: &SqliteOptions) -> Result<Connection> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let open = |uri: &str| -> rusqlite::Result<Connection> {
        let connection = Connection::open_with_flags(uri, flags)?;
        connection.busy_timeout(options.busy_timeout)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        prepare_once(&connection)?;
        connection.execute_batch("PRAGMA trusted_schema=OFF; PRAGMA cache_size=-8192")?;
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        Ok(connection)
    };
    let uri = uri(path)?;
    match open(&uri) {
        Err(e)
            if options.read_only
                && matches!(e.sqlite_error_code(), Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly)) =>
        {
            match open(&format!("{uri}?readonly_shm=1")) {
                // An immutable file is read without its log, where the last entries may be.
                Err(_) if has_log(path) => return Err(unreadable_log(path)),
                Err(_) => open(&format!("{uri}?immutable=1")),
                opened => opened,
            }
        }
        other => other,
    }
    .map_err(|e| error(e, path))
}

fn has_log(path: &Path) -> bool {
    super::log_of(path).metadata().is_ok_and(|log| log.len() > 0)
}

fn unreadable_log(path: &Path) -> Error {
    let message = format!(
        "the log of {} cannot be read without its -shm file, which cannot be made here",
        path.display()
    );
    Error::new(Code::ReadOnly, message)
        .remedy("copy the folder to a place that can be written, and open it there")
        .with("path", path.display())
}

fn read_only(path: &Path) -> Error {
    Error::new(Code::ReadOnly, format!("{} can only be read", path.display()))
        .remedy("open it with read_only, or make file and folder writable")
        .with("path", path.display())
}

/// The path as a `file:` URI, in which `?`, `#` and `%` have a meaning of their own.
fn uri(path: &Path) -> Result<String> {
    let Some(text) = path.to_str() else {
        return Err(Error::new(Code::InvalidArgument, format!("path {} is not UTF-8", path.display()))
            .remedy("move the project to a path that is"));
    };
    let text = text.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    Ok(format!("file:{text}"))
}

/// What an error of SQLite means for the caller.
pub(super) fn error(error: rusqlite::Error, path: &Path) -> Error {
    let shown = path.display();
    let extended = error.sqlite_error().map_or(0, |e| e.extended_code);
    let (code, message, remedy) = match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => (
            Code::LedgerBusy,
            format!("{shown} is locked by another process"),
            "try again, or find the process that holds it",
        ),
        Some(ErrorCode::NotADatabase) => (
            Code::NotALedger,
            format!("{shown} is not a Sealbook ledger"),
            "name a ledger file or a project folder",
        ),
        // Our own statements are sound: one that does not fit the tables, or a value of another type, comes from a damaged file.
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::Unknown) | None => (
            Code::LedgerCorrupt,
            format!("{shown} is damaged: {error}"),
            "run verify on a copy to see which entries are touched",
        ),
        Some(ErrorCode::ConstraintViolation) => (
            Code::Tampered,
            format!("{shown} contradicts itself: {error}"),
            "run verify; if only the index or the tree is at fault, reindex repairs it",
        ),
        Some(ErrorCode::DiskFull) => (
            Code::DiskFull,
            format!("no space is left for {shown}"),
            "free space and try again; nothing was recorded",
        ),
        Some(ErrorCode::ReadOnly) => (
            Code::ReadOnly,
            format!("{shown} can only be read"),
            "open it with read_only, or make file and folder writable",
        ),
        Some(ErrorCode::PermissionDenied) => {
            (Code::PermissionDenied, format!("access to {shown} is denied"), "check owner and mode")
        }
        Some(ErrorCode::CannotOpen) => (
            Code::PermissionDenied,
            format!("{shown} or the files beside it cannot be opened"),
            "check owner and mode of file and folder, or open it with read_only",
        ),
        Some(ErrorCode::SystemIoFailure) if NO_ROOM.contains(&extended) && is_full(path) => (
            Code::DiskFull,
            format!("no space is left for {shown}"),
            "free space and try again; nothing was recorded",
        ),
        Some(ErrorCode::SystemIoFailure) => {
            (Code::Io, format!("reading or writing {shown} failed: {error}"), "check the disk")
        }
        _ => (Code::Internal, format!("{shown}: {error}"), "report this as a defect"),
    };
    Error::new(code, message).remedy(remedy).with("path", shown).caused_by(error)
}

/// What SQLite also says when there is no room: it knows a full disk from a failing one in few places, and no limit on file sizes.
const NO_ROOM: [i32; 3] = [ffi::SQLITE_IOERR_WRITE, ffi::SQLITE_IOERR_TRUNCATE, ffi::SQLITE_IOERR_SHMSIZE];

/// Whether there is no room for more, tried out on the lock file, whose content is nobody's.
fn is_full(path: &Path) -> bool {
    const MORE: usize = 1 << 16;
    let Ok(mut file) = OpenOptions::new().append(true).create(true).open(super::beside(path, "lock")) else {
        return false;
    };
    let length = |file: &Path| file.metadata().map_or(0, |m| m.len());
    let longest = length(path).max(length(&super::log_of(path)));
    let tried = file
        .set_len(longest + MORE as u64)
        .and_then(|()| file.set_len(0))
        .and_then(|()| file.write_all(&[0; MORE]))
        .and_then(|()| file.sync_data());
    let _ = file.set_len(0);
    use std::io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    tried.is_err_and(|e| matches!(e.kind(), StorageFull | QuotaExceeded | FileTooLarge))
}
