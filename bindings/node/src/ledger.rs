//! The handle of one ledger.

use crate::error::thrown;
use crate::module::bytes;
use crate::promise::{Settler, long_call};
use crate::reader::Reader;
use crate::text;
use crate::watch::Watch;
use napi::Env;
use napi::bindgen_prelude::{BigInt, Either, Object, Uint8Array};
use napi_derive::napi;
use sealbook_common::sealbook::{Code, Entry, Error, Ledger, Progress, Record, Result};
use sealbook_common::{Recorder, reply, request};
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// An open ledger, and the threads that record to it and read from it without blocking JavaScript.
#[napi]
#[derive(Debug)]
pub struct Handle {
    ledger: Arc<Ledger>,
    recorder: OnceLock<Recorder>,
    reader: OnceLock<Reader>,
}

#[napi]
impl Handle {
    /// Opens the ledger at `path`; `options` as the JSON text that `request::open_options` takes.
    ///
    /// # Errors
    /// As the core's `open`.
    #[napi(factory, catch_unwind)]
    pub fn open_sync(path: String, options: String) -> napi::Result<Self> {
        open(&path, &options).map_err(thrown)
    }

    /// A ledger that lasts as long as the process.
    ///
    /// # Errors
    /// As the core's `in_memory`.
    #[napi(factory, catch_unwind)]
    pub fn in_memory(options: String) -> napi::Result<Self> {
        let open = || Ok(Self::new(Ledger::in_memory(&request::open_options(&options)?)?));
        open().map_err(thrown)
    }

    /// The ledger file, if the ledger is not in memory.
    ///
    /// # Errors
    /// `CLOSED`.
    #[napi(catch_unwind)]
    pub fn path(&self) -> napi::Result<Option<String>> {
        let path = self.ledger.path().map_err(thrown)?;
        Ok(path.map(|path| path.to_string_lossy().into_owned()))
    }

    /// The origin line of the genesis entry, if that is sound.
    ///
    /// # Errors
    /// `CLOSED`.
    #[napi(catch_unwind)]
    pub fn origin(&self) -> napi::Result<Option<String>> {
        self.ledger.origin().map_err(thrown)
    }

    /// How many entries there are.
    ///
    /// # Errors
    /// `CLOSED`, `IO`.
    #[napi(catch_unwind)]
    pub fn size(&self) -> napi::Result<u64> {
        self.ledger.size().map_err(thrown)
    }

    /// Closes the handle. Calls that wait for their turn fail with `CLOSED`.
    #[napi(catch_unwind)]
    pub fn close(&self) {
        self.ledger.close();
    }

    /// Records one entry from a JSON text, and returns it as one.
    ///
    /// # Errors
    /// As the core's `record`.
    #[napi(catch_unwind)]
    pub fn record_sync(
        &self,
        kind: String,
        payload: Either<String, Uint8Array>,
        id: Option<String>,
    ) -> napi::Result<String> {
        let entry = self.ledger.record(Record { kind, payload: bytes(payload), id });
        entry.map(|entry| text::entry(&entry)).map_err(thrown)
    }

    /// Records one entry from a JSON text.
    ///
    /// # Errors
    /// Only if no promise can be made; the rest rejects it.
    #[napi(catch_unwind)]
    pub fn record<'env>(
        &self,
        env: &'env Env,
        kind: String,
        payload: Either<String, Uint8Array>,
        id: Option<String>,
    ) -> napi::Result<Object<'env>> {
        self.submit(env, vec![Record { kind, payload: bytes(payload), id }], |entries| {
            entries.first().map(text::entry).unwrap_or_default()
        })
    }

    /// Records all of a JSON array of records, or none.
    ///
    /// # Errors
    /// As the core's `record_many`.
    #[napi(catch_unwind)]
    pub fn record_many_sync(&self, records: String) -> napi::Result<String> {
        let record = || Ok(text::entries(&self.ledger.record_many(&request::records(&records)?)?));
        record().map_err(thrown)
    }

    /// Records all of a JSON array of records, or none.
    ///
    /// # Errors
    /// If the text is no such array; the rest rejects the promise.
    #[napi(catch_unwind)]
    pub fn record_many<'env>(&self, env: &'env Env, records: String) -> napi::Result<Object<'env>> {
        let records = request::records(&records).map_err(thrown)?;
        self.submit(env, records, text::entries)
    }

    /// The entry with this number or id.
    ///
    /// # Errors
    /// As the core's `get`.
    #[napi(catch_unwind)]
    pub fn get_sync(&self, key: Either<BigInt, String>) -> napi::Result<String> {
        let get = || self.ledger.get(&entry_key(key)?);
        get().map(|entry| text::entry(&entry)).map_err(thrown)
    }

    /// The entry with this number or id.
    ///
    /// # Errors
    /// If the number is out of range; the rest rejects the promise.
    #[napi(catch_unwind)]
    pub fn get<'env>(&self, env: &'env Env, key: Either<BigInt, String>) -> napi::Result<Object<'env>> {
        let key = entry_key(key).map_err(thrown)?;
        self.read(env, move |ledger| Ok(text::entry(&ledger.get(&key)?)))
    }

    /// A page of the entries that match; `query` as the JSON text that `request::query` takes.
    ///
    /// # Errors
    /// As the core's `query`.
    #[napi(catch_unwind)]
    pub fn query_sync(&self, query: String) -> napi::Result<String> {
        let query = || Ok(text::page(&self.ledger.query(&request::query(&query)?)?));
        query().map_err(thrown)
    }

    /// A page of the entries that match.
    ///
    /// # Errors
    /// If the text is no query; the rest rejects the promise.
    #[napi(catch_unwind)]
    pub fn query<'env>(&self, env: &'env Env, query: String) -> napi::Result<Object<'env>> {
        let query = request::query(&query).map_err(thrown)?;
        self.read(env, move |ledger| Ok(text::page(&ledger.query(&query)?)))
    }

    /// Verifies every entry, and returns the report as JSON.
    ///
    /// # Errors
    /// As the core's `verify`.
    #[napi(catch_unwind)]
    pub fn verify_sync(
        &self,
        origin: Option<String>,
        size: Option<BigInt>,
        root: Option<String>,
    ) -> napi::Result<String> {
        let expected = text::expected(origin, size, root).map_err(thrown)?;
        let report = self.ledger.verify(&expected, &Progress::default());
        report.map(|report| text::report(&report)).map_err(thrown)
    }

    /// Verifies every entry.
    ///
    /// # Errors
    /// If the expectations cannot be; the rest rejects the promise.
    #[napi(catch_unwind)]
    pub fn verify<'env>(
        &self,
        env: &'env Env,
        origin: Option<String>,
        size: Option<BigInt>,
        root: Option<String>,
        watch: &Watch,
    ) -> napi::Result<Object<'env>> {
        let expected = text::expected(origin, size, root).map_err(thrown)?;
        self.long(env, watch, move |ledger, progress| {
            ledger.verify(&expected, progress).map(|report| text::report(&report))
        })
    }

    /// Computes index and tiles anew.
    ///
    /// # Errors
    /// As the core's `reindex`.
    #[napi(catch_unwind)]
    pub fn reindex_sync(&self) -> napi::Result<()> {
        self.ledger.reindex(&Progress::default()).map_err(thrown)
    }

    /// Computes index and tiles anew.
    ///
    /// # Errors
    /// Only if no promise can be made; the rest rejects it.
    #[napi(catch_unwind)]
    pub fn reindex<'env>(&self, env: &'env Env, watch: &Watch) -> napi::Result<Object<'env>> {
        self.long(env, watch, |ledger, progress| ledger.reindex(progress))
    }

    /// Writes all entries to a file as JSON lines, and returns how many.
    ///
    /// # Errors
    /// As the core's `export`, and those of making the file.
    #[napi(catch_unwind)]
    pub fn export_sync(&self, path: String) -> napi::Result<u64> {
        self.ledger.export_file(path.as_ref(), &Progress::default()).map_err(thrown)
    }

    /// Writes all entries to a file as JSON lines.
    ///
    /// # Errors
    /// Only if no promise can be made; the rest rejects it.
    #[napi(catch_unwind)]
    pub fn export<'env>(&self, env: &'env Env, path: String, watch: &Watch) -> napi::Result<Object<'env>> {
        self.long(env, watch, move |ledger, progress| ledger.export_file(path.as_ref(), progress))
    }

    /// Records the entries of an export as evidence, and says as JSON what was done.
    ///
    /// # Errors
    /// As the core's `import`.
    #[napi(catch_unwind)]
    pub fn import_sync(&self, path: String) -> napi::Result<String> {
        let imported = self.ledger.import(Path::new(&path), &Progress::default());
        imported.map(|imported| reply::json(&imported)).map_err(thrown)
    }

    /// Records the entries of an export as evidence.
    ///
    /// # Errors
    /// Only if no promise can be made; the rest rejects it.
    #[napi(catch_unwind)]
    pub fn import<'env>(&self, env: &'env Env, path: String, watch: &Watch) -> napi::Result<Object<'env>> {
        self.long(env, watch, move |ledger, progress| {
            ledger.import(Path::new(&path), progress).map(|imported| reply::json(&imported))
        })
    }

    /// Reads a history and a folder; with `record` in the options, what they say is recorded. Returns the report as JSON.
    ///
    /// # Errors
    /// As the core's `scan`.
    #[napi(catch_unwind)]
    pub fn scan_sync(&self, path: String, options: String) -> napi::Result<String> {
        let scan =
            || self.ledger.scan(Path::new(&path), &request::scan_options(&options)?, &Progress::default());
        scan().map(|report| reply::json(&report)).map_err(thrown)
    }

    /// Reads a history and a folder; with `record` in the options, what they say is recorded.
    ///
    /// # Errors
    /// If the options are not understood; the rest rejects the promise.
    #[napi(catch_unwind)]
    pub fn scan<'env>(
        &self,
        env: &'env Env,
        path: String,
        options: String,
        watch: &Watch,
    ) -> napi::Result<Object<'env>> {
        let options = request::scan_options(&options).map_err(thrown)?;
        self.long(env, watch, move |ledger, progress| {
            ledger.scan(Path::new(&path), &options, progress).map(|report| reply::json(&report))
        })
    }

    pub(crate) fn shared(&self) -> Arc<Ledger> {
        self.ledger.clone()
    }

    fn new(ledger: Ledger) -> Self {
        Self { ledger: Arc::new(ledger), recorder: OnceLock::new(), reader: OnceLock::new() }
    }

    fn submit<'env>(
        &self,
        env: &'env Env,
        records: Vec<Record>,
        reply: fn(&[Entry]) -> String,
    ) -> napi::Result<Object<'env>> {
        let recorder = started(&self.recorder, || Recorder::start(self.ledger.clone())).map_err(thrown)?;
        let (settler, promise) = Settler::new(env)?;
        recorder
            .submit(records, Box::new(move |outcome| settler.settle(outcome.map(|entries| reply(&entries)))));
        Ok(promise)
    }

    fn read<'env>(
        &self,
        env: &'env Env,
        read: impl FnOnce(&Ledger) -> Result<String> + Send + 'static,
    ) -> napi::Result<Object<'env>> {
        let reader = started(&self.reader, Reader::start).map_err(thrown)?;
        let (settler, promise) = Settler::new(env)?;
        let ledger = self.ledger.clone();
        reader.submit(move || read(&ledger), move |outcome| settler.settle(outcome));
        Ok(promise)
    }

    fn long<'env, V: napi::bindgen_prelude::ToNapiValue + Send + 'static>(
        &self,
        env: &'env Env,
        watch: &Watch,
        work: impl FnOnce(&Ledger, &Progress) -> Result<V> + Send + 'static,
    ) -> napi::Result<Object<'env>> {
        let ledger = self.ledger.clone();
        long_call(env, watch.progress(), move |progress| work(&ledger, progress))
    }
}

/// Opens the ledger at `path` without blocking JavaScript.
///
/// # Errors
/// Only if no promise can be made; the rest rejects it.
#[napi(catch_unwind)]
pub fn open_handle(env: &Env, path: String, options: String) -> napi::Result<Object<'_>> {
    long_call(env, Arc::default(), move |_| open(&path, &options))
}

fn open(path: &str, options: &str) -> Result<Handle> {
    Ok(Handle::new(Ledger::open(path, &request::open_options(options)?)?))
}

fn entry_key(key: Either<BigInt, String>) -> Result<String> {
    match key {
        Either::A(seq) => Ok(text::number(&seq, "the entry's number")?.to_string()),
        Either::B(id) => Ok(id),
    }
}

pub(crate) fn started<T>(cell: &OnceLock<T>, start: impl FnOnce() -> Result<T>) -> Result<&T> {
    if cell.get().is_none() {
        let _ = cell.set(start()?);
    }
    cell.get().ok_or_else(|| Error::new(Code::Internal, "the thread is gone"))
}
