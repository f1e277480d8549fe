//! Comparing what is kept beside the entries with what the entries say.

use super::{SqliteStore, index, read};
use crate::store::Audit;
use rusqlite::{Connection, OptionalExtension};
use sealbook_error::Result;
use sealbook_ledger::tree::{self, TILE_WIDTH};
use sealbook_ledger::verify::{FaultKind, Findings, Verification};
use sealbook_ledger::{EntryId, Facets, Hash, Header};
use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;

/// The index rows and tiles of a range, as they stood at one moment.
struct RangeAudit {
    indexed: u64,
    facets: VecDeque<FacetsRow>,
    files: VecDeque<(u64, Vec<u8>)>,
    tiles: BTreeMap<u64, StoredTile>,
    strays: Vec<u64>,
}

struct FacetsRow {
    seq: u64,
    // Bytes, because damaged text need not be UTF-8.
    kind: Option<Vec<u8>>,
    time: Option<i64>,
    actor: Option<Vec<u8>>,
    spec: Option<Vec<u8>>,
}

struct StoredTile {
    root: Vec<u8>,
    hashes: Vec<u8>,
}

pub(super) fn begin(store: &SqliteStore, range: Range<u64>) -> Result<Box<dyn Audit + '_>> {
    store.reading(|connection| {
        let load = || -> rusqlite::Result<RangeAudit> {
            let width = TILE_WIDTH as u64;
            Ok(RangeAudit {
                indexed: index::indexed(connection)?,
                facets: facets(connection, &range)?,
                files: files(connection, &range)?,
                tiles: tiles(connection, 0, range.start / width..range.end / width)?,
                strays: Vec::new(),
            })
        };
        Ok(Box::new(store.sql(load())?) as Box<dyn Audit>)
    })
}

fn facets(connection: &Connection, range: &Range<u64>) -> rusqlite::Result<VecDeque<FacetsRow>> {
    connection
        .prepare_cached(
            "SELECT seq, kind, time, actor, spec FROM facets WHERE seq >= ?1 AND seq < ?2 ORDER BY seq",
        )?
        .query_map(read::bounds(range), |row| {
            let seq = row.get::<_, i64>(0)? as u64;
            Ok(FacetsRow {
                seq,
                kind: text(row, 1)?,
                time: row.get(2)?,
                actor: text(row, 3)?,
                spec: text(row, 4)?,
            })
        })?
        .collect()
}

fn text(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<Option<Vec<u8>>> {
    Ok(row.get_ref(column)?.as_bytes_or_null()?.map(<[u8]>::to_vec))
}

fn files(connection: &Connection, range: &Range<u64>) -> rusqlite::Result<VecDeque<(u64, Vec<u8>)>> {
    connection
        .prepare_cached("SELECT seq, path FROM files WHERE seq >= ?1 AND seq < ?2 ORDER BY seq, path")?
        .query_map(read::bounds(range), |row| {
            Ok((row.get::<_, i64>(0)? as u64, text(row, 1)?.unwrap_or_default()))
        })?
        .collect()
}

fn tiles(
    connection: &Connection,
    level: u32,
    range: Range<u64>,
) -> rusqlite::Result<BTreeMap<u64, StoredTile>> {
    let (from, to) = read::bounds(&range);
    connection
        .prepare_cached(
            "SELECT position, root, hashes FROM tiles WHERE level = ?1 AND position >= ?2 AND position < ?3",
        )?
        .query_map((level, from, to), |row| {
            Ok((row.get::<_, i64>(0)? as u64, StoredTile { root: row.get(1)?, hashes: row.get(2)? }))
        })?
        .collect()
}

impl Audit for RangeAudit {
    fn entry(
        &mut self,
        seq: u64,
        header: Option<&Header>,
        payload: Option<&[u8]>,
        found: &mut dyn FnMut(String),
    ) {
        while let Some(stray) = self.facets.pop_front_if(|row| row.seq < seq) {
            self.strays.push(stray.seq);
        }
        while let Some((stray, _)) = self.files.pop_front_if(|(s, _)| *s < seq) {
            self.strays.push(stray);
        }
        let row = self.facets.pop_front_if(|row| row.seq == seq);
        let mut files = Vec::new();
        while let Some((_, path)) = self.files.pop_front_if(|(s, _)| *s == seq) {
            files.push(path);
        }
        let covered = seq < self.indexed;
        let Some(header) = header else { return };
        let facets = payload.filter(|_| covered).map(Facets::of).unwrap_or_default();
        let same = match &row {
            None => !covered && files.is_empty(),
            Some(row) => {
                covered
                    && row.kind.as_deref() == Some(header.kind.as_str().as_bytes())
                    && row.time == Some(header.time.as_micros())
                    && row.actor.as_deref() == facets.actor.as_deref().map(str::as_bytes)
                    && row.spec.as_deref() == facets.spec.as_deref().map(str::as_bytes)
                    && files.iter().map(Vec::as_slice).eq(facets.files.iter().map(|f| f.as_bytes()))
            }
        };
        if !same {
            found("the query index differs from the entry".to_owned());
        }
    }

    fn finish(mut self: Box<Self>, found: &mut Findings) -> Result<()> {
        self.strays.extend(self.facets.iter().map(|row| row.seq));
        self.strays.extend(self.files.iter().map(|(seq, _)| *seq));
        self.strays.sort_unstable();
        self.strays.dedup();
        for seq in &self.strays {
            found.fault(*seq, FaultKind::Index, "the query index has a row for an entry that is not there");
        }
        let width = TILE_WIDTH as u64;
        let first = found.start() / width;
        let mut faults = Vec::new();
        for (position, (leaves, root)) in (first..).zip(found.full_tiles()) {
            match self.tiles.get(&position) {
                None => faults.push((position * width, format!("tile 0/{position} is not stored"))),
                Some(tile) => compare(0, position, tile, &leaves, root, &mut faults),
            }
        }
        faults.into_iter().for_each(|(seq, detail)| found.fault(seq, FaultKind::Tree, detail));
        Ok(())
    }
}

/// Compares a stored tile with its hashes as they should be. The fault names the first entry below the first hash that differs.
fn compare(
    level: u32,
    position: u64,
    tile: &StoredTile,
    hashes: &[Hash],
    root: Hash,
    faults: &mut Vec<(u64, String)>,
) {
    let below = (TILE_WIDTH as u64).pow(level);
    let start = position * TILE_WIDTH as u64 * below;
    let expected = hashes.iter().flat_map(|h| h.as_bytes());
    if !expected.clone().eq(tile.hashes.iter()) {
        let equal = expected.zip(&tile.hashes).take_while(|(a, b)| a == b).count() as u64 / 32;
        faults.push((
            start + equal.min(TILE_WIDTH as u64 - 1) * below,
            format!("tile {level}/{position} is not that of the entries"),
        ));
    } else if tile.root != root.as_bytes() {
        faults.push((start, format!("the root stored with tile {level}/{position} is not that of the tile")));
    }
}

/// What belongs to no single range: the upper tiles, the ids, and how far the index goes.
pub(super) fn whole(store: &SqliteStore, verification: &mut Verification) -> Result<()> {
    store.reading(|connection| {
        let size = verification.entries();
        let now = store.sql(read::size(connection))?;
        if let Some(seq) = store.sql(in_front(connection))? {
            verification.fault(0, FaultKind::Sequence, format!("there is an entry with the number {seq}"));
        }
        for (seq, detail) in store.sql(upper_tiles(connection, size, now))? {
            verification.fault(seq, FaultKind::Tree, detail);
        }
        for (seq, detail) in store.sql(ids(connection, now, verification.ids()))? {
            verification.fault(seq, FaultKind::Index, detail);
        }
        for (seq, detail) in store.sql(beyond(connection, now))? {
            verification.fault(seq, FaultKind::Index, detail);
        }
        Ok(())
    })
}

type Found = Vec<(u64, String)>;

/// An entry in front of the genesis.
fn in_front(connection: &Connection) -> rusqlite::Result<Option<i64>> {
    connection.query_row("SELECT min(seq) FROM entries WHERE seq < 0", [], |row| row.get(0))
}

fn upper_tiles(connection: &Connection, size: u64, now: u64) -> rusqlite::Result<Found> {
    let width = TILE_WIDTH as u64;
    let mut faults = Vec::new();
    let mut roots: Vec<Hash> =
        tiles(connection, 0, 0..size / width)?.into_values().map(|t| stored_root(&t)).collect();
    let mut level = 1;
    while roots.len() >= TILE_WIDTH {
        let stored = tiles(connection, level, 0..u64::MAX)?;
        let mut next = Vec::new();
        for (position, hashes) in (0..).zip(roots.as_chunks::<TILE_WIDTH>().0) {
            let root = tree::root(hashes);
            next.push(root);
            match stored.get(&position) {
                None => faults.push((
                    position * width.pow(level + 1),
                    format!("tile {level}/{position} is not stored"),
                )),
                Some(tile) => compare(level, position, tile, hashes, root, &mut faults),
            }
        }
        roots = next;
        level += 1;
    }
    let mut full = now / width;
    let mut statement = connection
        .prepare_cached("SELECT position FROM tiles WHERE level = ?1 AND position >= ?2 LIMIT 1")?;
    for level in 0..8 {
        let beyond: Option<i64> = statement.query_row((level, full as i64), |row| row.get(0)).optional()?;
        if let Some(position) = beyond {
            faults.push((now, format!("tile {level}/{position} is stored but not full")));
        }
        full /= width;
    }
    let stray = "SELECT level, position FROM tiles WHERE level NOT BETWEEN 0 AND 7 OR position < 0 LIMIT 1";
    let stray = connection.query_row(stray, [], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)));
    if let Some((level, position)) = stray.optional()? {
        faults.push((now, format!("tile {level}/{position} is stored but no tile of a ledger")));
    }
    Ok(faults)
}

fn stored_root(tile: &StoredTile) -> Hash {
    Hash::from_slice(&tile.root).unwrap_or_default()
}

/// Compares the ids with those of the entries, which are sorted by id.
fn ids(connection: &Connection, now: u64, entries: &[(EntryId, u64)]) -> rusqlite::Result<Found> {
    let size = entries.iter().map(|(_, seq)| seq + 1).max().unwrap_or(0);
    let mut faults = Vec::new();
    let mut expected = entries.iter().copied().peekable();
    let mut statement = connection.prepare_cached("SELECT id, seq FROM ids ORDER BY id")?;
    let mut rows = statement.query([])?;
    let mut last = None;
    let missing = |(id, seq): (EntryId, u64)| (seq, format!("the index lacks the id {id}"));
    while let Some(row) = rows.next()? {
        let (bytes, seq) = (row.get_ref(0)?.as_blob()?, row.get::<_, i64>(1)? as u64);
        // An id that stands in two entries is a fault of its own; the index has the first.
        while let Some(entry) =
            expected.next_if(|(id, _)| id.as_bytes().as_slice() < bytes || last == Some(*id))
        {
            if last != Some(entry.0) {
                faults.push(missing(entry));
            }
        }
        match expected.next_if(|(id, _)| id.as_bytes() == bytes) {
            Some((id, right)) => {
                last = Some(id);
                if seq != right {
                    faults.push((right, format!("the index says that id {id} is entry {seq}")));
                }
            }
            // Entries that were appended while the check ran are not among those that were checked.
            None if (size..now).contains(&seq) => {}
            None => faults.push((seq.min(now), "the index has an id that no entry has".to_owned())),
        }
    }
    faults.extend(expected.filter(|(id, _)| last != Some(*id)).map(missing));
    Ok(faults)
}

fn beyond(connection: &Connection, now: u64) -> rusqlite::Result<Found> {
    let mut faults = Vec::new();
    let indexed = index::indexed(connection)?;
    if indexed > now {
        faults.push((now, format!("the index claims to go up to entry {indexed}")));
    }
    for table in ["facets", "files"] {
        let stray: Option<i64> = connection
            .prepare_cached(&format!("SELECT seq FROM {table} WHERE seq >= ?1 OR seq < 0 LIMIT 1"))?
            .query_row([now as i64], |row| row.get(0))
            .optional()?;
        if stray.is_some() {
            faults.push((now, "the query index has a row for an entry that is not there".to_owned()));
        }
    }
    for table in ["facets", "files", "ids", "tiles"] {
        let verdict: String =
            connection.query_row(&format!("PRAGMA integrity_check({table})"), [], |row| row.get(0))?;
        if verdict != "ok" {
            faults.push((0, format!("the pages of table {table} are damaged: {verdict}")));
        }
    }
    Ok(faults)
}
