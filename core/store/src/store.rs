//! The trait that every backend implements.

use crate::entry::Entry;
use crate::query::{Page, Query};
use crate::tasks::{Decide, TaskTables};
use sealbook_error::Result;
use sealbook_ledger::verify::{Findings, RawEntry, Verification};
use sealbook_ledger::{Appended, Draft, EntryId, Genesis, Hash, Header, Time};
use std::ops::Range;

/// What is committed as a whole or not at all.
#[derive(Debug, Default)]
pub struct Batch {
    /// The entries, in the order in which they are appended.
    pub drafts: Vec<Draft>,
    /// What is decided about tasks at that moment, with entries of its own behind these.
    pub decide: Option<Decide>,
}

impl Batch {
    /// Entries alone.
    #[must_use]
    pub fn of(drafts: Vec<Draft>) -> Self {
        Self { drafts, decide: None }
    }
}

/// What a commit yields: for each draft, in order, the place that it has in the ledger; then for each draft that was decided on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// One for each draft.
    pub sealed: Vec<Sealed>,
}

/// The place of an entry in the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sealed {
    /// The entry's number.
    pub seq: u64,
    /// The writer's clock.
    pub time: Time,
    /// The leaf hash of the entry in front.
    pub prev: Hash,
    /// The entry's own leaf hash.
    pub hash: Hash,
    /// What its header commits to: not the draft's own commitment if the entry was there already.
    pub commitment: Hash,
}

impl Sealed {
    /// The place of an entry that was appended just now.
    pub(crate) fn of(entry: &Appended) -> Self {
        let Header { seq, time, prev, commitment, .. } = entry.header;
        Self { seq, time, prev, hash: entry.leaf, commitment }
    }
}

/// A place where one ledger lives.
pub trait Store: Send + Sync {
    /// The genesis entry's payload, if it can be read.
    fn genesis(&self) -> Option<&Genesis>;

    /// How many entries there are.
    ///
    /// # Errors
    /// Those of reading the store.
    fn size(&self) -> Result<u64>;

    /// How many entries are stored. It differs from the size if numbers are missing.
    ///
    /// # Errors
    /// Those of reading the store.
    fn count(&self) -> Result<u64> {
        self.size()
    }

    /// Appends a batch, and returns when it is durable.
    ///
    /// A draft whose id is used already yields the first entry's place if kind and payload are the same.
    ///
    /// # Errors
    /// `ID_CONFLICT` if an id is used for another kind or payload, `LEDGER_BUSY`, `READ_ONLY`, `DISK_FULL`, `TAMPERED` if the
    /// store lost entries, `LEDGER_POISONED` after a failed sync, `IO`. Nothing of the batch is recorded then; but after the last two
    /// only opening the ledger anew tells.
    fn commit(&self, batch: Batch) -> Result<Receipt>;

    /// Appends several batches with one sync where the store can. A batch that is refused does not touch the others.
    fn commit_each(&self, batches: Vec<Batch>) -> Vec<Result<Receipt>> {
        batches.into_iter().map(|batch| self.commit(batch)).collect()
    }

    /// Waits until no thread is inside the store and keeps others out, for the moment of a fork, until the value is dropped.
    fn pause(&self) -> Box<dyn std::any::Any + Send> {
        Box::new(())
    }

    /// Visits the stored entries with a number in `range`, in order. Numbers without an entry are passed over.
    ///
    /// # Errors
    /// Those of reading the store, and the visitor's.
    fn read(&self, range: Range<u64>, visit: &mut dyn FnMut(u64, RawEntry<'_>) -> Result<()>) -> Result<()>;

    /// The number of the entry with this id.
    ///
    /// # Errors
    /// Those of reading the store.
    fn find(&self, id: EntryId) -> Result<Option<u64>>;

    /// Shows what is kept about tasks, as of one moment.
    ///
    /// # Errors
    /// Those of reading the store, and the reader's.
    fn tasks(&self, read: &mut dyn FnMut(&dyn TaskTables) -> Result<()>) -> Result<()>;

    /// A page of the entries that a query matches.
    ///
    /// # Errors
    /// `INVALID_QUERY`, `TAMPERED` if a matching entry is damaged, and those of reading the store.
    fn query(&self, query: &Query) -> Result<Page>;

    /// The size and root that were durable when the last batch was acknowledged, as kept apart from the entries.
    ///
    /// # Errors
    /// `TAMPERED` if it is there but cannot be read.
    fn head(&self) -> Result<Option<(u64, Hash)>> {
        Ok(None)
    }

    /// Begins the check of what the store keeps beside the entries of a range and could compute again.
    ///
    /// # Errors
    /// Those of reading the store.
    fn audit(&self, _range: Range<u64>) -> Result<Box<dyn Audit + '_>> {
        Ok(Box::new(NoAudit))
    }

    /// Checks what the store keeps beside the entries and belongs to no single range.
    ///
    /// # Errors
    /// Those of reading the store.
    fn audit_whole(&self, _verification: &mut Verification) -> Result<()> {
        Ok(())
    }

    /// Computes anew what the store keeps beside the entries.
    ///
    /// # Errors
    /// `READ_ONLY`, and those of writing to the store.
    fn reindex(&self, _progress: &crate::Progress) -> Result<()> {
        Ok(())
    }

    /// The entry with this number.
    ///
    /// # Errors
    /// `TAMPERED` if it is damaged, and those of reading the store.
    fn get(&self, seq: u64) -> Result<Option<Entry>> {
        let mut found = None;
        let ledger = self.genesis().map(Genesis::ledger);
        self.read(seq..seq.saturating_add(1), &mut |seq, raw| {
            found = Some(Entry::read(seq, &raw, ledger)?);
            Ok(())
        })?;
        Ok(found)
    }
}

/// The check of what a store keeps beside the entries of a range.
pub trait Audit {
    /// Compares one entry: its header, if valid, and its payload, if there.
    fn entry(
        &mut self,
        seq: u64,
        header: Option<&Header>,
        payload: Option<&[u8]>,
        found: &mut dyn FnMut(String),
    );

    /// Compares what concerns the whole range.
    ///
    /// # Errors
    /// Those of reading the store.
    fn finish(self: Box<Self>, found: &mut Findings) -> Result<()>;
}

/// For stores that keep nothing beside the entries.
#[derive(Debug, Clone, Copy)]
pub struct NoAudit;

impl Audit for NoAudit {
    fn entry(&mut self, _: u64, _: Option<&Header>, _: Option<&[u8]>, _: &mut dyn FnMut(String)) {}

    fn finish(self: Box<Self>, _: &mut Findings) -> Result<()> {
        Ok(())
    }
}
