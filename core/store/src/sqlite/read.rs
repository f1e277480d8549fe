//! Reading entries, and the ledger's end.

use super::connection;
use crate::query::Order;
use rusqlite::{Connection, OptionalExtension};
use sealbook_error::{Code, Error, Result};
use sealbook_ledger::tree::{TILE_WIDTH, Tree};
use sealbook_ledger::verify::RawEntry;
use sealbook_ledger::{Chain, EntryId, Genesis, Hash, leaf_hash};
use std::ops::Range;
use std::path::Path;

pub(super) fn size(connection: &Connection) -> rusqlite::Result<u64> {
    connection.prepare_cached("SELECT max(seq) FROM entries")?.query_row([], |row| {
        let last: Option<i64> = row.get(0)?;
        Ok(last.and_then(|last| u64::try_from(last).ok()).map_or(0, |last| last + 1))
    })
}

/// How many entries are stored, whatever their numbers.
pub(super) fn count(connection: &Connection) -> rusqlite::Result<u64> {
    connection.query_row("SELECT count(*) FROM entries", [], |row| row.get::<_, i64>(0)).map(|n| n as u64)
}

pub(super) fn find(connection: &Connection, id: EntryId) -> rusqlite::Result<Option<u64>> {
    connection
        .prepare_cached("SELECT seq FROM ids WHERE id = ?1")?
        .query_row([id.as_bytes()], |row| row.get::<_, i64>(0))
        .optional()
        .map(|seq| seq.map(|seq| seq as u64))
}

pub(super) fn genesis(connection: &Connection, path: &Path) -> Result<Option<Genesis>> {
    let mut genesis = None;
    rows(connection, path, 0..1, &mut |_, raw| {
        genesis = raw.payload.and_then(Genesis::parse);
        Ok(())
    })?;
    Ok(genesis)
}

pub(super) fn rows(
    connection: &Connection,
    path: &Path,
    range: Range<u64>,
    visit: &mut dyn FnMut(u64, RawEntry<'_>) -> Result<()>,
) -> Result<()> {
    let mut read = || -> rusqlite::Result<Result<()>> {
        let mut statement = connection.prepare_cached(
            "SELECT seq, header, leaf, salt, payload FROM entries WHERE seq >= ?1 AND seq < ?2 ORDER BY seq",
        )?;
        let mut rows = statement.query(bounds(&range))?;
        while let Some(row) = rows.next()? {
            let raw = RawEntry {
                header: row.get_ref(1)?.as_blob()?,
                leaf: Some(row.get_ref(2)?.as_blob()?),
                salt: row.get_ref(3)?.as_blob_or_null()?,
                payload: row.get_ref(4)?.as_blob_or_null()?,
            };
            if let Err(error) = visit(row.get::<_, i64>(0)? as u64, raw) {
                return Ok(Err(error));
            }
        }
        Ok(Ok(()))
    };
    read().map_err(|e| connection::error(e, path))?
}

/// The first number in a range that an entry has, in the given order.
pub(super) fn next(
    connection: &Connection,
    range: &Range<u64>,
    order: Order,
) -> rusqlite::Result<Option<u64>> {
    let sql = match order {
        Order::Oldest => "SELECT min(seq) FROM entries WHERE seq >= ?1 AND seq < ?2",
        Order::Newest => "SELECT max(seq) FROM entries WHERE seq >= ?1 AND seq < ?2",
    };
    let number = |row: &rusqlite::Row<'_>| row.get::<_, Option<i64>>(0);
    Ok(connection.prepare_cached(sql)?.query_row(bounds(range), number)?.map(|seq| seq as u64))
}

/// Visits the stored leaf hashes of a range.
pub(super) fn leaves(
    connection: &Connection,
    range: Range<u64>,
    mut visit: impl FnMut(u64, Hash) -> Result<()>,
) -> rusqlite::Result<Result<()>> {
    let mut statement = connection
        .prepare_cached("SELECT seq, leaf FROM entries WHERE seq >= ?1 AND seq < ?2 ORDER BY seq")?;
    let mut rows = statement.query(bounds(&range))?;
    while let Some(row) = rows.next()? {
        let leaf = Hash::from_slice(row.get_ref(1)?.as_blob()?).unwrap_or_default();
        if let Err(error) = visit(row.get::<_, i64>(0)? as u64, leaf) {
            return Ok(Err(error));
        }
    }
    Ok(Ok(()))
}

/// The state to go on appending from: the last leaf, and of each level of tiles the hashes that no full tile holds.
pub(super) fn chain(connection: &Connection, path: &Path) -> Result<Chain> {
    let sql = |e| connection::error(e, path);
    let size = size(connection).map_err(sql)?;
    let width = TILE_WIDTH as u64;
    let mut edge = vec![Vec::new()];
    leaves(connection, size / width * width..size, |_, leaf| {
        edge.iter_mut().for_each(|hashes| hashes.push(leaf));
        Ok(())
    })
    .map_err(sql)??;
    let (mut level, mut tiles) = (0, size / width);
    while tiles > 0 {
        let roots = roots(connection, level, tiles / width * width..tiles).map_err(sql)?;
        edge.push(roots);
        (level, tiles) = (level + 1, tiles / width);
    }
    let broken = || {
        Error::new(Code::Tampered, format!("the entries or tiles of {} are incomplete", path.display()))
            .remedy("run verify; if only the tree is at fault, reindex repairs it")
    };
    let tree = Tree::from_edge(size, edge).ok_or_else(broken)?;
    let (header, leaf): (Vec<u8>, Vec<u8>) = connection
        .query_row("SELECT header, leaf FROM entries ORDER BY seq DESC LIMIT 1", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()
        .map_err(sql)?
        .ok_or_else(broken)?;
    let last = leaf_hash(&header);
    if leaf != last.as_bytes() {
        return Err(broken());
    }
    Ok(Chain::resume(last, tree))
}

fn roots(connection: &Connection, level: u32, range: Range<u64>) -> rusqlite::Result<Vec<Hash>> {
    let (from, to) = bounds(&range);
    connection
        .prepare_cached(
            "SELECT root FROM tiles WHERE level = ?1 AND position >= ?2 AND position < ?3 ORDER BY position",
        )?
        .query_map((level, from, to), |row| {
            Ok(Hash::from_slice(row.get_ref(0)?.as_blob()?).unwrap_or_default())
        })?
        .collect()
}

/// A range of numbers as SQLite's signed integers; all numbers in a ledger are below 2^63.
pub(super) fn bounds(range: &Range<u64>) -> (i64, i64) {
    let signed = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    (signed(range.start), signed(range.end))
}
