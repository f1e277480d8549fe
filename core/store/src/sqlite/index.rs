//! The query index: built behind the entries, so that appending does not wait for it, and searched together with what it does not cover yet.

use super::{SqliteStore, append, connection, read, schema};
use crate::entry::Entry;
use crate::progress::Progress;
use crate::query::{Order, Page, Query};
use rusqlite::types::Value;
use rusqlite::{Connection, Transaction, TransactionBehavior, params, params_from_iter};
use sealbook_error::Result;
use sealbook_ledger::tree::Tree;
use sealbook_ledger::{Facets, Genesis, Header, LedgerId, leaf_hash};
use std::ops::Range;
use std::time::Duration;

/// A search reads this many entries that are not in the index yet before it brings the index up to date.
const LAG: u64 = 1024;

/// Entries in one transaction of the index, and in one piece of a scan.
const PIECE: u64 = 4096;

/// Up to which number the index goes.
pub(super) fn indexed(connection: &Connection) -> rusqlite::Result<u64> {
    connection
        .prepare_cached("SELECT value FROM state WHERE name = 'indexed'")?
        .query_row([], |row| row.get::<_, i64>(0))
        .map(|n| n as u64)
}

impl SqliteStore {
    pub(super) fn search(&self, query: &Query) -> Result<Page> {
        let (size, behind) = self.reading(|c| {
            let size = self.sql(read::size(c))?;
            Ok((size, size.saturating_sub(self.sql(indexed(c))?)))
        })?;
        let begin = query.begin(size)?;
        if behind > LAG && query.is_filtered() && !self.options.read_only {
            // Without it the search takes longer, and finds the same.
            if let Err(error) = self.bring_up_to_date(Duration::ZERO, &Progress::default()) {
                tracing::debug!(%error, "the query index was not brought up to date");
            }
        }
        self.reading(|connection| {
            let covered = if query.is_filtered() { self.sql(indexed(connection))? } else { 0 };
            let mut search =
                Search { store: self, connection, query, page: Page { entries: Vec::new(), next: None } };
            let full = match query.order {
                Order::Newest => search.scan(covered..begin)? || search.index(0..covered.min(begin))?,
                Order::Oldest => search.index(begin..covered)? || search.scan(covered.max(begin)..size)?,
            };
            if !full {
                search.page.next = None;
            }
            Ok(search.page)
        })
    }

    /// Indexes what has been appended since, waiting at most `patience` for other writers.
    fn bring_up_to_date(&self, patience: Duration, progress: &Progress) -> Result<()> {
        let _inside = self.gate.enter();
        let mut writer = self.writer.lock();
        let Some(writer) = writer.as_mut() else { return Err(self.read_only()) };
        self.sql(writer.connection().busy_timeout(patience))?;
        loop {
            let transaction =
                self.sql(writer.connection().transaction_with_behavior(TransactionBehavior::Immediate))?;
            let (from, size) = (self.sql(indexed(&transaction))?, self.sql(read::size(&transaction))?);
            if from >= size {
                return Ok(());
            }
            let to = size.min(from + PIECE);
            self.index_range(&transaction, from..to)?;
            self.sql(transaction.commit())?;
            progress.advance(to - from)?;
        }
    }

    fn index_range(&self, transaction: &Transaction<'_>, range: Range<u64>) -> Result<()> {
        let mut row = self.sql(
            transaction
                .prepare("INSERT INTO facets(seq, kind, time, actor, spec) VALUES(?1, ?2, ?3, ?4, ?5)"),
        )?;
        let mut file = self.sql(transaction.prepare("INSERT INTO files(seq, path) VALUES(?1, ?2)"))?;
        read::rows(transaction, &self.path, range.clone(), &mut |seq, raw| {
            let header = Header::parse(raw.header).ok();
            let facets = raw.payload.map(Facets::of).unwrap_or_default();
            let (kind, time) =
                (header.as_ref().map(|h| h.kind.as_str()), header.as_ref().map(|h| h.time.as_micros()));
            self.sql(row.execute(params![seq as i64, kind, time, facets.actor, facets.spec]))?;
            facets
                .files
                .iter()
                .try_for_each(|path| self.sql(file.execute(params![seq as i64, path]).map(drop)))
        })?;
        self.sql(
            transaction
                .execute("UPDATE state SET value = ?1 WHERE name = 'indexed'", [range.end as i64])
                .map(drop),
        )
    }

    /// Computes index, ids and tiles anew from the entries.
    pub(super) fn rebuild(&self, progress: &Progress) -> Result<()> {
        {
            let _inside = self.gate.enter();
            let mut writer = self.writer.lock();
            let Some(writer) = writer.as_mut() else { return Err(self.read_only()) };
            writer.forget();
            let transaction =
                self.sql(writer.connection().transaction_with_behavior(TransactionBehavior::Immediate))?;
            let drop_all =
                "DROP TABLE IF EXISTS facets; DROP TABLE IF EXISTS files; DELETE FROM ids; DELETE FROM tiles;
                            INSERT OR REPLACE INTO state VALUES('indexed', 0);";
            self.sql(transaction.execute_batch(&[drop_all, schema::INDEX].concat()))?;
            let size = self.sql(read::size(&transaction))?;
            progress.expect(size * 2);
            self.rebuild_ids_and_tiles(&transaction, size, progress)?;
            self.sql(transaction.commit())?;
        }
        self.bring_up_to_date(self.options.busy_timeout, progress)
    }

    fn rebuild_ids_and_tiles(
        &self,
        transaction: &Transaction<'_>,
        size: u64,
        progress: &Progress,
    ) -> Result<()> {
        let mut tree = Tree::default();
        let mut id = self.sql(transaction.prepare("INSERT OR IGNORE INTO ids(id, seq) VALUES(?1, ?2)"))?;
        read::rows(transaction, &self.path, 0..size, &mut |seq, raw| {
            let mut tiles = Vec::new();
            tree.push(leaf_hash(raw.header), |tile| tiles.push(tile));
            tiles.iter().try_for_each(|tile| self.sql(append::insert_tile(transaction, tile)))?;
            if let Ok(header) = Header::parse(raw.header) {
                self.sql(id.execute(params![header.id.as_bytes(), seq as i64]))?;
            }
            progress.advance(1)
        })
    }
}

struct Search<'a> {
    store: &'a SqliteStore,
    connection: &'a Connection,
    query: &'a Query,
    page: Page,
}

impl Search<'_> {
    fn ledger(&self) -> Option<LedgerId> {
        self.store.genesis.as_ref().map(Genesis::ledger)
    }

    /// Adds an entry to the page if it matches by its own bytes, whatever the index says. True if the page is full.
    fn consider(&mut self, entry: Entry) -> bool {
        if self.query.matches(&entry.header, entry.payload.as_deref()) {
            self.page.push(self.query, entry);
        }
        self.page.entries.len() >= self.query.limit
    }

    fn sql<T>(&self, result: rusqlite::Result<T>) -> Result<T> {
        self.store.sql(result)
    }

    /// Looks at every entry of a range.
    fn scan(&mut self, mut range: Range<u64>) -> Result<bool> {
        while let Some(next) = self.sql(read::next(self.connection, &range, self.query.order))? {
            // A forged number far away must not make this look at every number in front of it.
            match self.query.order {
                Order::Oldest => range.start = next,
                Order::Newest => range.end = next + 1,
            }
            let piece = match self.query.order {
                Order::Oldest => {
                    let piece =
                        range.start..range.end.min(range.start + PIECE.min(self.query.limit as u64 * 4));
                    range.start = piece.end;
                    piece
                }
                Order::Newest => {
                    let piece =
                        range.start.max(range.end.saturating_sub(PIECE.min(self.query.limit as u64 * 4)))
                            ..range.end;
                    range.end = piece.start;
                    piece
                }
            };
            let (ledger, mut found) = (self.ledger(), Vec::new());
            read::rows(self.connection, &self.store.path, piece, &mut |seq, raw| {
                match Entry::read(seq, &raw, ledger) {
                    Ok(entry) => found.push(entry),
                    Err(_)
                        if Header::parse(raw.header).is_ok_and(|h| !self.query.matches(&h, raw.payload)) => {}
                    Err(error) => return Err(error),
                }
                Ok(())
            })?;
            if self.query.order == Order::Newest {
                found.reverse();
            }
            for entry in found {
                if self.consider(entry) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// Looks at the entries of a range that the index names.
    fn index(&mut self, mut range: Range<u64>) -> Result<bool> {
        while range.start < range.end {
            let candidates = self.candidates(&range).map_err(|e| connection::error(e, &self.store.path))?;
            let Some(last) = candidates.last() else { return Ok(false) };
            match self.query.order {
                Order::Oldest => range.start = last + 1,
                Order::Newest => range.end = *last,
            }
            for seq in candidates {
                let (ledger, mut found) = (self.ledger(), None);
                read::rows(self.connection, &self.store.path, seq..seq + 1, &mut |seq, raw| {
                    found = Some(Entry::read(seq, &raw, ledger)?);
                    Ok(())
                })?;
                if found.is_some_and(|entry| self.consider(entry)) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    fn candidates(&self, range: &Range<u64>) -> rusqlite::Result<Vec<u64>> {
        let (from, to) = read::bounds(range);
        let mut sql = "SELECT seq FROM facets WHERE seq >= ? AND seq < ?".to_owned();
        let mut values = vec![Value::from(from), Value::from(to)];
        let mut filter = |condition: &str, filter: Vec<Value>| {
            sql.push_str(condition);
            values.extend(filter);
        };
        let text = |text: &String| vec![Value::from(text.clone())];
        let query = self.query;
        match query.kind.as_ref().map(|kind| (kind, kind.strip_suffix(".*"))) {
            // '/' is the character behind '.'.
            Some((_, Some(prefix))) => filter(
                " AND kind >= ? AND kind < ?",
                vec![format!("{prefix}.").into(), format!("{prefix}/").into()],
            ),
            Some((kind, None)) => filter(" AND kind = ?", text(kind)),
            None => {}
        }
        query.actor.iter().for_each(|actor| filter(" AND actor = ?", text(actor)));
        query.spec.iter().for_each(|spec| filter(" AND spec = ?", text(spec)));
        query
            .path
            .iter()
            .for_each(|path| filter(" AND seq IN (SELECT seq FROM files WHERE path = ?)", text(path)));
        query.since.iter().for_each(|since| filter(" AND time >= ?", vec![since.as_micros().into()]));
        query.until.iter().for_each(|until| filter(" AND time < ?", vec![until.as_micros().into()]));
        let order = if query.order == Order::Newest { "DESC" } else { "ASC" };
        sql.push_str(&format!(" ORDER BY seq {order} LIMIT {}", query.limit));
        let mut statement = self.connection.prepare_cached(&sql)?;
        statement
            .query_map(params_from_iter(values), |row| row.get::<_, i64>(0).map(|seq| seq as u64))?
            .collect()
    }
}

impl Query {
    fn is_filtered(&self) -> bool {
        self.kind.is_some()
            || self.actor.is_some()
            || self.spec.is_some()
            || self.path.is_some()
            || self.since.is_some()
            || self.until.is_some()
    }
}
