//! The handle of a ledger.

use crate::attribution::ScanReport;
use crate::attribution_options::ScanOptions;
use crate::error::Result;
use crate::progress::{ProgressListener, run};
use crate::records::{Entry, Expected, Imported, NewEntry, OpenOptions, Page, Query, Report};
use sealbook_common::sealbook::{self, Record};
use std::path::PathBuf;
use std::sync::Arc;

/// A ledger that is open. Any number of threads may use it at the same time.
#[derive(Debug, uniffi::Object)]
pub struct Ledger(Arc<sealbook::Ledger>);

fn options(given: Option<OpenOptions>) -> sealbook::OpenOptions {
    given.map_or_else(sealbook::OpenOptions::default, sealbook::OpenOptions::from)
}

impl Ledger {
    /// The ledger itself.
    pub(crate) fn inner(&self) -> &sealbook::Ledger {
        &self.0
    }
}

#[uniffi::export]
impl Ledger {
    /// Opens the ledger at `path`: a project folder or one below it, or a ledger file.
    ///
    /// Throws `NOT_A_PROJECT`, `NOT_FOUND`, `NOT_A_LEDGER`, `LEDGER_TOO_NEW`, `LEDGER_BUSY`, `READ_ONLY`, `PERMISSION_DENIED`, `DISK_FULL`,
    /// `IO`, `INVALID_ORIGIN`, `ORIGIN_MISMATCH`.
    #[uniffi::constructor(default(options = None))]
    pub fn open(path: String, options: Option<OpenOptions>) -> Result<Self> {
        Ok(Self(Arc::new(sealbook::Ledger::open(PathBuf::from(path), &self::options(options))?)))
    }

    /// A ledger that lasts as long as its handle.
    ///
    /// Throws `INVALID_ORIGIN`, `IO`.
    #[uniffi::constructor(default(options = None))]
    pub fn in_memory(options: Option<OpenOptions>) -> Result<Self> {
        Ok(Self(Arc::new(sealbook::Ledger::in_memory(&self::options(options))?)))
    }

    /// Closes the ledger. Calls under way end as usual; later ones throw `CLOSED`.
    pub fn close(&self) {
        self.0.close();
    }

    /// How many entries there are.
    ///
    /// Throws `CLOSED`, `IO`.
    pub fn size(&self) -> Result<u64> {
        Ok(self.0.size()?)
    }

    /// The name that the ledger carries in its genesis entry; absent if that is damaged.
    ///
    /// Throws `CLOSED`.
    pub fn origin(&self) -> Result<Option<String>> {
        Ok(self.0.origin()?)
    }

    /// The ledger's file; absent for a ledger in memory.
    ///
    /// Throws `CLOSED`.
    pub fn path(&self) -> Result<Option<String>> {
        Ok(self.0.path()?.map(|path| path.to_string_lossy().into_owned()))
    }

    /// Records one entry, and returns when it is durable. `payload` is a JSON object, `id` a UUID of version 7 as idempotency key.
    ///
    /// Throws `INVALID_KIND`, `RESERVED_KIND`, `INVALID_ID`, the `PAYLOAD_...` codes, `ID_CONFLICT`, `READ_ONLY`, `LEDGER_BUSY`, `DISK_FULL`,
    /// `TAMPERED`, `LEDGER_POISONED`, `CLOSED`, `IO`. Nothing is recorded then.
    #[uniffi::method(default(id = None))]
    pub fn record(&self, kind: String, payload: String, id: Option<String>) -> Result<Entry> {
        Ok(self.0.record(NewEntry { kind, payload, id }.into())?.into())
    }

    /// Records all or none, in order and without other entries between them, with one sync.
    ///
    /// Throws as `record`; the context's `record` is the number of the offending one, from 0.
    pub fn record_many(&self, records: Vec<NewEntry>) -> Result<Vec<Entry>> {
        let records: Vec<Record> = records.into_iter().map(Record::from).collect();
        Ok(self.0.record_many(&records)?.into_iter().map(Entry::from).collect())
    }

    /// The entry with a number in decimal digits, or with an id in its 36-character form.
    ///
    /// Throws `NOT_FOUND`, `INVALID_ID`, `TAMPERED` if the entry is damaged, `CLOSED`, `IO`.
    pub fn get(&self, key: &str) -> Result<Entry> {
        Ok(self.0.get(key)?.into())
    }

    /// A page of the entries that match; the newest 100 of all if no query is given.
    ///
    /// Throws `INVALID_QUERY`, `TAMPERED` if a matching entry is damaged, `CLOSED`, `IO`.
    #[uniffi::method(default(query = None))]
    pub fn query(&self, query: Option<Query>) -> Result<Page> {
        let query = query.map_or_else(|| Ok(sealbook::Query::default()), Query::read)?;
        Ok(self.0.query(&query)?.into())
    }

    /// Verifies every entry and what is kept beside them. Damage is no error: it is in the report.
    ///
    /// Throws `INVALID_ARGUMENT`, `CANCELLED`, `CLOSED`, `IO`.
    #[uniffi::method(default(expected = None, listener = None))]
    pub fn verify(
        &self,
        expected: Option<Expected>,
        listener: Option<Arc<dyn ProgressListener>>,
    ) -> Result<Report> {
        let (ledger, expected) = (self.0.clone(), Expected::read(expected)?);
        Ok(run(listener, move |progress| ledger.verify(&expected, progress))?.into())
    }

    /// Computes the query index and the tree's tiles anew, if verification finds nothing else at fault.
    ///
    /// Throws `TAMPERED` if there are other faults, which this would hide; `READ_ONLY`, `CANCELLED`, `CLOSED`, `IO`.
    #[uniffi::method(default(listener = None))]
    pub fn reindex(&self, listener: Option<Arc<dyn ProgressListener>>) -> Result<()> {
        let ledger = self.0.clone();
        run(listener, move |progress| ledger.reindex(progress))
    }

    /// Writes all entries to a file as JSON lines, and returns how many. A file that is there is replaced once the export is complete.
    ///
    /// Throws `NOT_FOUND`, `PERMISSION_DENIED`, `DISK_FULL`, `CANCELLED`, `CLOSED`, `IO`.
    #[uniffi::method(default(listener = None))]
    pub fn export(&self, path: String, listener: Option<Arc<dyn ProgressListener>>) -> Result<u64> {
        let (ledger, path) = (self.0.clone(), PathBuf::from(path));
        run(listener, move |progress| ledger.export_file(&path, progress))
    }

    /// Verifies another ledger's export and records each of its entries as evidence, in an entry of kind `import`. Importing the same
    /// export again adds only what is new. What was recorded before a cancellation stays.
    ///
    /// Throws `INVALID_EXPORT` if the export does not verify, `NOT_FOUND`, `CANCELLED`, and as `record`.
    #[uniffi::method(default(listener = None))]
    pub fn import(&self, path: String, listener: Option<Arc<dyn ProgressListener>>) -> Result<Imported> {
        let (ledger, path) = (self.0.clone(), PathBuf::from(path));
        Ok(run(listener, move |progress| ledger.import(&path, progress))?.into())
    }

    /// Reads the history of the git repository at or above `path`, the files under `path`, or both, and says what they claim about AI. With
    /// `record` in the options it goes to this ledger, and what was recorded before a cancellation stays.
    ///
    /// Throws as the function `scan`, `CLOSED`, and with `record` as `record_many`.
    #[uniffi::method(default(options = None, listener = None))]
    pub fn scan(
        &self,
        path: String,
        options: Option<ScanOptions>,
        listener: Option<Arc<dyn ProgressListener>>,
    ) -> Result<ScanReport> {
        let (ledger, path) = (self.0.clone(), PathBuf::from(path));
        let options = ScanOptions::read(options)?;
        Ok(run(listener, move |progress| ledger.scan(&path, &options, progress))?.into())
    }
}
