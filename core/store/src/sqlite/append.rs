//! Appending: one transaction for all who wait, acknowledged after its sync.

use super::connection::{self, open_writer};
use super::{SqliteOptions, SqliteStore, beside, log_of, read, schema, tasks};
use crate::head::{self, HeadMark};
use crate::ingest::now;
use crate::memory::{earlier, same_record};
use crate::store::{Batch, Receipt, Sealed};
use crate::tasks::Changes;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use sealbook_error::{Code, Error, Result};
use sealbook_ledger::tree::Tile;
use sealbook_ledger::{Appended, Chain, Draft, EntryId, Time};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// The connection that writes, and what it knows of the ledger's end.
#[derive(Debug)]
pub(super) struct Writer {
    connection: Connection,
    head: HeadMark,
    log: PathBuf,
    /// Which files ledger and log were when this writer opened them.
    identities: [Option<(u64, u64)>; 2],
    chain: Option<Chain>,
    poisoned: bool,
}

impl Writer {
    pub(super) fn open(path: &Path, options: &SqliteOptions) -> Result<Self> {
        let log = log_of(path);
        let mut connection = open_writer(path, options, false)?;
        schema::migrate(&mut connection, path)?;
        Ok(Self {
            identities: [identity(path), identity(&log)],
            connection,
            head: HeadMark::new(beside(path, "head")),
            log,
            chain: None,
            poisoned: false,
        })
    }

    pub(super) fn connection(&mut self) -> &mut Connection {
        &mut self.connection
    }

    /// Forgets what is remembered of the ledger's end.
    pub(super) fn forget(&mut self) {
        self.chain = None;
    }
}

impl SqliteStore {
    /// Writes the batches of all who wait. A batch that is refused does not touch the others.
    pub(super) fn write(&self, batches: Vec<Batch>) -> Vec<Result<Receipt>> {
        let _inside = self.gate.enter();
        let mut writer = self.writer.lock();
        let Some(writer) = writer.as_mut() else {
            return batches.iter().map(|_| Err(self.read_only())).collect();
        };
        let count = batches.len();
        match self.write_all(writer, batches) {
            Ok(results) => results,
            // Nothing of the transaction remains; what is remembered of the ledger's end may be ahead of it.
            Err(error) => {
                writer.chain = None;
                (0..count).map(|_| Err(error.again())).collect()
            }
        }
    }

    fn write_all(&self, writer: &mut Writer, batches: Vec<Batch>) -> Result<Vec<Result<Receipt>>> {
        if writer.poisoned {
            return Err(Error::new(
                Code::LedgerPoisoned,
                format!("an earlier write to {} could not be made durable", self.path.display()),
            )
            .remedy("check the disk, open the ledger anew and verify it"));
        }
        let deadline = Instant::now() + self.options.busy_timeout;
        let turn = self.turnstile.enter(deadline);
        let path = &self.path;
        let sql = |e| connection::error(e, path);
        writer.connection.busy_timeout(deadline.saturating_duration_since(Instant::now())).map_err(sql)?;
        let transaction =
            writer.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(sql)?;
        let mut chain = match writer.chain.take() {
            Some(chain) => catch_up(&transaction, path, chain)?,
            None => resume(&transaction, path)?,
        };
        let time = now()?;
        let mut results = Vec::with_capacity(batches.len());
        for batch in batches {
            // What refuses a batch comes before its first write.
            let ready = decide(&transaction, path, batch, time).and_then(|(drafts, changes)| {
                let known = conflicts(&transaction, &drafts, path)?;
                Ok((drafts, changes, known))
            });
            results.push(match ready {
                Ok((drafts, changes, known)) => {
                    if let Some(changes) = changes {
                        tasks::write(&transaction, path, &changes)?;
                    }
                    Ok(append(&transaction, &mut chain, &drafts, &known, time).map_err(sql)?)
                }
                Err(error) => Err(error),
            });
        }
        if let Err(e) = transaction.commit() {
            // After a failed sync nobody knows what the disk holds, and a second try would not tell.
            let error = connection::error(e, path);
            writer.poisoned = error.code() == Code::Io;
            return Err(error);
        }
        if writer.identities != [identity(path), identity(&writer.log)] {
            writer.poisoned = true;
            return Err(Error::new(
                Code::LedgerPoisoned,
                format!("{} or its log was replaced while it was open", path.display()),
            )
            .remedy("keep other programs away from the ledger's files, open it anew and verify it"));
        }
        // The entries are durable: without a new mark the old one is still true, only weaker.
        if let Err(error) = writer.head.write(chain.size(), &chain.root()) {
            tracing::warn!(%error, "the head mark could not be moved");
        }
        writer.chain = Some(chain);
        drop(turn);
        Ok(results)
    }
}

/// Takes the decision about tasks that a batch asks for. Its entries come behind the batch's own.
fn decide(
    transaction: &Transaction<'_>,
    path: &Path,
    batch: Batch,
    time: Time,
) -> Result<(Vec<Draft>, Option<Changes>)> {
    let Batch { mut drafts, decide } = batch;
    let tables = tasks::Tables { connection: transaction, path };
    let mut changes = decide.map(|decide| decide.take(&tables, time)).transpose()?;
    drafts.extend(changes.iter_mut().flat_map(|changes| std::mem::take(&mut changes.drafts)));
    Ok((drafts, changes))
}

/// Finds the entries that the drafts' ids belong to already.
fn conflicts(
    transaction: &Transaction<'_>,
    drafts: &[Draft],
    path: &Path,
) -> Result<HashMap<EntryId, Sealed>> {
    let sql = |e| connection::error(e, path);
    let (mut known, mut new) = (HashMap::new(), HashMap::new());
    let mut statement = transaction
        .prepare_cached("SELECT header, payload FROM ids JOIN entries USING(seq) WHERE id = ?1")
        .map_err(sql)?;
    for draft in drafts.iter().filter(|d| d.is_keyed()) {
        if let Some(twin) = new.insert(draft.id(), draft) {
            same_record(twin, draft)?;
        }
        let row = |row: &rusqlite::Row<'_>| {
            let payload = row.get_ref(1)?.as_blob_or_null()?;
            Ok(earlier(draft, row.get_ref(0)?.as_blob()?, payload))
        };
        if let Some(place) = statement.query_row([draft.id().as_bytes()], row).optional().map_err(sql)? {
            known.insert(draft.id(), place?);
        }
    }
    Ok(known)
}

fn append(
    transaction: &Transaction<'_>,
    chain: &mut Chain,
    drafts: &[Draft],
    known: &HashMap<EntryId, Sealed>,
    time: Time,
) -> rusqlite::Result<Receipt> {
    let mut sealed: Vec<Sealed> = Vec::with_capacity(drafts.len());
    let mut appended: HashMap<EntryId, Sealed> = HashMap::new();
    let mut tiles = Vec::new();
    for draft in drafts {
        if draft.is_keyed()
            && let Some(place) = known.get(&draft.id()).or_else(|| appended.get(&draft.id()))
        {
            sealed.push(*place);
            continue;
        }
        let entry = chain.append(draft, time, |tile| tiles.push(tile));
        insert(transaction, &entry, draft)?;
        let place = Sealed::of(&entry);
        if draft.is_keyed() {
            appended.insert(draft.id(), place);
        }
        sealed.push(place);
    }
    tiles.iter().try_for_each(|tile| insert_tile(transaction, tile))?;
    Ok(Receipt { sealed })
}

pub(super) fn insert(transaction: &Connection, entry: &Appended, draft: &Draft) -> rusqlite::Result<()> {
    let seq = entry.header.seq as i64;
    transaction
        .prepare_cached("INSERT INTO entries(seq, header, leaf, salt, payload) VALUES(?1, ?2, ?3, ?4, ?5)")?
        .execute(params![
            seq,
            entry.bytes,
            entry.leaf.as_bytes(),
            draft.salt().as_bytes(),
            draft.payload()
        ])?;
    transaction
        .prepare_cached("INSERT INTO ids(id, seq) VALUES(?1, ?2)")?
        .execute(params![draft.id().as_bytes(), seq])?;
    Ok(())
}

pub(super) fn insert_tile(connection: &Connection, tile: &Tile) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO tiles(level, position, root, hashes) VALUES(?1, ?2, ?3, ?4)")?
        .execute(params![tile.level, tile.index as i64, tile.root.as_bytes(), tile.to_bytes()])?;
    Ok(())
}

/// Takes over what other writers appended since.
fn catch_up(transaction: &Transaction<'_>, path: &Path, mut chain: Chain) -> Result<Chain> {
    let sql = |e| connection::error(e, path);
    let from = chain.size() - 1;
    let mut expected = Some(chain.last());
    read::leaves(transaction, from..u64::MAX, |_, leaf| match expected.take() {
        Some(last) if last == leaf => Ok(()),
        Some(_) => Err(lost(path, &format!("entry {from} is not the one that was written"))),
        None => {
            chain.follow(leaf, |_| {});
            Ok(())
        }
    })
    .map_err(sql)??;
    match expected {
        None => Ok(chain),
        Some(_) => Err(lost(path, &format!("entry {from} is gone"))),
    }
}

/// The ledger's end as it is stored, compared with the head mark.
fn resume(transaction: &Transaction<'_>, path: &Path) -> Result<Chain> {
    // In this order: the mark never runs ahead of what is durable.
    let mark = head::read(&beside(path, "head"))?;
    let chain = read::chain(transaction, path)?;
    match mark {
        Some((size, _)) if size > chain.size() => {
            Err(lost(path, &format!("there were {size} entries once, now there are {}", chain.size())))
        }
        Some((size, root)) if size == chain.size() && root != chain.root() => {
            Err(lost(path, "the entries are not those of the head mark"))
        }
        _ => Ok(chain),
    }
}

fn lost(path: &Path, what: &str) -> Error {
    Error::new(Code::Tampered, format!("{} lost or changed entries: {what}", path.display())).remedy(
        "run verify for a full report, and restore the files or begin a new ledger that names this one",
    )
}

/// Device and number of a file, by which a replaced one is told apart. The ledger's own file is never opened
/// but by SQLite, since closing it would drop SQLite's locks; asking for its metadata does not.
fn identity(file: &Path) -> Option<(u64, u64)> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        std::fs::metadata(file).ok().map(|m| (m.dev(), m.ino()))
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        Some((0, 0))
    }
}
