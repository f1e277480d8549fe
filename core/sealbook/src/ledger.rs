//! The handle of one ledger.

use crate::project;
use arc_swap::ArcSwapOption;
use sealbook_error::{Code, Error, Result};
use sealbook_ledger::verify::{Expected, Report};
use sealbook_ledger::{DEFAULT_PAYLOAD_LIMIT, Draft, EntryId, Genesis};
use sealbook_store::sync::Mutex;
use sealbook_store::{
    Batch, Entry, Ingest, MemoryStore, Page, Progress, Query, Record, SqliteOptions, SqliteStore, Store,
    new_ledger_id,
};
use std::any::Any;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// How a ledger is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenOptions {
    /// Make the ledger if there is none.
    pub create: bool,
    /// Only read. Nothing is written then.
    pub read_only: bool,
    /// The origin line of a ledger that is made, or that an existing one must have. `local/<ledger id>` if not given.
    pub origin: Option<String>,
    /// How long to wait for another process that writes.
    pub busy_timeout: Duration,
    /// The most bytes of a payload in canonical form.
    pub payload_limit: usize,
    /// Replace secrets of known form before they are hashed.
    pub redact: bool,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self {
            create: false,
            read_only: false,
            origin: None,
            busy_timeout: Duration::from_secs(30),
            payload_limit: DEFAULT_PAYLOAD_LIMIT,
            redact: true,
        }
    }
}

/// A ledger that is open. It can be shared between threads; a forked child that uses it opens the ledger anew.
pub struct Ledger {
    options: OpenOptions,
    inner: ArcSwapOption<Inner>,
    paused: Mutex<Option<Box<dyn Any + Send>>>,
}

pub(crate) struct Inner {
    process: u32,
    path: Option<PathBuf>,
    pub(crate) store: Arc<dyn Store>,
    ingest: Option<Ingest>,
    pool: ArcSwapOption<Pool>,
}

pub(crate) struct Pool {
    process: u32,
    threads: rayon::ThreadPool,
}

impl std::fmt::Debug for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let inner = self.inner.load();
        f.debug_struct("Ledger")
            .field("path", &inner.as_ref().and_then(|i| i.path.as_ref()))
            .finish_non_exhaustive()
    }
}

impl Ledger {
    /// Opens the ledger at `path`: a project folder or one below it, or a ledger file.
    ///
    /// # Errors
    /// `NOT_A_PROJECT`, `NOT_FOUND`, `NOT_A_LEDGER`, `LEDGER_TOO_NEW`, `LEDGER_BUSY`, `READ_ONLY`, `PERMISSION_DENIED`, `DISK_FULL`, `IO`;
    /// `INVALID_ORIGIN`; `ORIGIN_MISMATCH` if the ledger has another origin than the given one.
    pub fn open(path: impl AsRef<Path>, options: &OpenOptions) -> Result<Self> {
        let path = &project::absolute(path.as_ref())?;
        let file = match project::find_ledger(path) {
            Err(e)
                if options.create
                    && !options.read_only
                    && matches!(e.code(), Code::NotAProject | Code::NotFound) =>
            {
                let file = project::prepare(path)?;
                make(&file, options)?;
                file
            }
            found => found?,
        };
        let inner = match Inner::open(&file, options) {
            // Another process is making it, or was killed before it had begun.
            Err(e) if options.create && !options.read_only && e.code() == Code::NotALedger => {
                make(&file, options)?;
                Inner::open(&file, options)?
            }
            opened => opened?,
        };
        Self::with(inner, options)
    }

    /// Makes the ledger of the project folder `path`, or the ledger file `path`, and opens it.
    ///
    /// # Errors
    /// `LEDGER_EXISTS` if there is one, and as [`Ledger::open`].
    pub fn init(path: impl AsRef<Path>, options: &OpenOptions) -> Result<Self> {
        let file = project::prepare(&project::absolute(path.as_ref())?)?;
        drop(SqliteStore::create(&file, &new_genesis(options)?, options.sqlite())?);
        Self::with(Inner::open(&file, options)?, options)
    }

    /// A ledger that lasts as long as the process.
    ///
    /// # Errors
    /// `INVALID_ORIGIN`, and `IO` if the system's random generator fails.
    pub fn in_memory(options: &OpenOptions) -> Result<Self> {
        Self::with(Inner::new(None, Arc::new(MemoryStore::new(new_genesis(options)?)?), options)?, options)
    }

    fn with(inner: Inner, options: &OpenOptions) -> Result<Self> {
        if let (Some(wanted), Some(genesis)) = (&options.origin, inner.store.genesis())
            && genesis.origin() != wanted
        {
            let message = format!("the ledger's origin is {:?}, not {wanted:?}", genesis.origin());
            return Err(Error::new(Code::OriginMismatch, message)
                .remedy("open the right ledger, or leave the origin out"));
        }
        Ok(Self {
            options: options.clone(),
            inner: ArcSwapOption::from_pointee(inner),
            paused: Mutex::new(None),
        })
    }

    /// Closes the handle. Calls under way end as usual; later ones fail with `CLOSED`.
    pub fn close(&self) {
        let inner = self.inner.swap(None);
        // A forked child must not close the parent's connections.
        if inner.as_ref().is_some_and(|inner| inner.process != std::process::id()) {
            std::mem::forget(inner);
        }
    }

    /// The ledger file; absent for a ledger in memory.
    ///
    /// # Errors
    /// `CLOSED`.
    pub fn path(&self) -> Result<Option<PathBuf>> {
        Ok(self.inner()?.path.clone())
    }

    /// The origin line of the genesis entry; absent if that is damaged.
    ///
    /// # Errors
    /// `CLOSED`.
    pub fn origin(&self) -> Result<Option<String>> {
        Ok(self.inner()?.store.genesis().map(|g| g.origin().to_owned()))
    }

    /// How many entries there are.
    ///
    /// # Errors
    /// `CLOSED`, `IO`.
    pub fn size(&self) -> Result<u64> {
        self.inner()?.store.size()
    }

    /// Records one entry, and returns when it is durable.
    ///
    /// # Errors
    /// `INVALID_KIND`, `RESERVED_KIND`, `INVALID_ID`, the `PAYLOAD_*` codes, `ID_CONFLICT`, `READ_ONLY`, `LEDGER_BUSY`, `DISK_FULL`, `TAMPERED`,
    /// `LEDGER_POISONED`, `CLOSED`, `IO`. Nothing is recorded then; but after `IO` and `LEDGER_POISONED` only opening the ledger anew tells.
    pub fn record(&self, record: Record) -> Result<Entry> {
        let entries = self.record_many(std::slice::from_ref(&record))?;
        entries.into_iter().next().ok_or_else(|| Error::new(Code::Internal, "a record without an entry"))
    }

    /// Records all or none, in order and without other entries between them, and returns when they are durable.
    ///
    /// # Errors
    /// As [`Ledger::record`]; the context's `record` names the offending one, from 0.
    pub fn record_many(&self, records: &[Record]) -> Result<Vec<Entry>> {
        let inner = self.inner()?;
        let drafts = inner.ingest()?.drafts(records)?;
        let receipt = inner.store.commit(Batch::of(drafts.clone()))?;
        Ok(Entry::of(drafts, receipt))
    }

    /// Records what is evidence as it stands, without a limit and without replacing secrets, and returns how many of the records are new.
    pub(crate) fn record_evidence(&self, records: &[Record]) -> Result<u64> {
        let inner = self.inner()?;
        let genesis = inner.store.genesis();
        let ledger = genesis
            .ok_or_else(|| Error::new(Code::Tampered, "the genesis entry is damaged").remedy("run verify"))?
            .ledger();
        let drafts = Ingest::new(ledger, usize::MAX, false)?.drafts(records)?;
        let size = inner.store.size()?;
        let receipt = inner.store.commit(Batch::of(drafts))?;
        Ok(receipt.sealed.iter().filter(|place| place.seq >= size).count() as u64)
    }

    /// Records several groups, each all or none, with as few syncs as the store can.
    #[must_use]
    pub fn record_groups(&self, groups: &[Vec<Record>]) -> Vec<Result<Vec<Entry>>> {
        let inner = match self.inner() {
            Ok(inner) => inner,
            Err(error) => return groups.iter().map(|_| Err(error.again())).collect(),
        };
        let drafts: Vec<Result<Vec<Draft>>> =
            groups.iter().map(|group| inner.ingest()?.drafts(group)).collect();
        let batches = drafts.iter().flatten().map(|drafts| Batch::of(drafts.clone())).collect();
        let mut receipts = inner.store.commit_each(batches).into_iter();
        let missing = || Err(Error::new(Code::Internal, "a batch without a receipt"));
        let finish = |drafts: Result<Vec<Draft>>| {
            let drafts = drafts?;
            Ok(Entry::of(drafts, receipts.next().unwrap_or_else(missing)?))
        };
        drafts.into_iter().map(finish).collect()
    }

    /// The entry with this number, or with this id in its 36-character form.
    ///
    /// # Errors
    /// `NOT_FOUND`, `INVALID_ID`, `TAMPERED` if the entry is damaged, `CLOSED`, `IO`.
    pub fn get(&self, key: &str) -> Result<Entry> {
        let inner = self.inner()?;
        let seq = match key.parse::<u64>() {
            Ok(seq) => Some(seq),
            Err(_) => inner.store.find(EntryId::parse(key)?)?,
        };
        let entry = seq.map_or(Ok(None), |seq| inner.store.get(seq))?;
        entry.ok_or_else(|| {
            Error::new(Code::NotFound, format!("there is no entry {key}"))
                .remedy("see `log` for what there is")
                .with("entry", key)
        })
    }

    /// A page of the entries that match.
    ///
    /// # Errors
    /// `INVALID_QUERY`, `TAMPERED` if a matching entry is damaged, `CLOSED`, `IO`.
    pub fn query(&self, query: &Query) -> Result<Page> {
        self.inner()?.store.query(query)
    }

    /// All entries that match, page after page.
    #[must_use]
    pub fn entries(&self, query: Query) -> Entries<'_> {
        Entries { ledger: self, query, page: Vec::new().into_iter(), more: true }
    }

    /// Verifies every entry and what is kept beside them.
    ///
    /// # Errors
    /// `CANCELLED`, `CLOSED`, `IO`. Damage is no error: it is in the report.
    pub fn verify(&self, expected: &Expected, progress: &Progress) -> Result<Report> {
        let inner = self.inner()?;
        expected.check()?;
        let expected = Expected {
            origin: expected.origin.clone().or_else(|| self.options.origin.clone()),
            ..expected.clone()
        };
        sealbook_store::verify(&*inner.store, &expected, &inner.pool()?.threads, progress)
    }

    /// Computes the query index and the tree's tiles anew, if nothing else is at fault.
    ///
    /// # Errors
    /// `TAMPERED` if verification finds other faults, since computing anew would hide them; `READ_ONLY`, `CANCELLED`, `CLOSED`, `IO`.
    pub fn reindex(&self, progress: &Progress) -> Result<()> {
        use crate::FaultKind::{Index, Tree};
        let report = self.verify(&Expected::default(), progress)?;
        if let Some(fault) = report.faults.iter().find(|f| !matches!(f.kind, Index | Tree)) {
            return Err(Error::new(
                Code::Tampered,
                format!("entry {} is at fault: {}", fault.seq, fault.detail),
            )
            .remedy("run verify for a full report; reindex repairs the index and the tree alone"));
        }
        self.inner()?.store.reindex(progress)
    }

    /// Waits until no thread is inside the ledger and keeps others out until [`Ledger::resume`]: for the moment of a fork.
    pub fn pause(&self) {
        // What a child has inherited and not used yet is paused for good already.
        if let Some(inner) = self.inner.load_full()
            && inner.process == std::process::id()
        {
            *self.paused.lock() = Some(inner.store.pause());
        }
    }

    /// Ends [`Ledger::pause`], in the process that forked.
    pub fn resume(&self) {
        drop(self.paused.lock().take());
    }

    /// Ends [`Ledger::pause`], in the child. The locks of the parent's threads are left alone.
    pub fn resume_in_child(&self) {
        std::mem::forget(self.paused.lock().take());
    }

    /// How it was opened.
    pub(crate) fn options(&self) -> &OpenOptions {
        &self.options
    }

    pub(crate) fn inner(&self) -> Result<Arc<Inner>> {
        let closed = || Error::new(Code::Closed, "the ledger was closed").remedy("open it anew");
        let inner = self.inner.load_full().ok_or_else(closed)?;
        if inner.process == std::process::id() {
            return Ok(inner);
        }
        let Some(path) = &inner.path else { return Ok(inner) };
        // A forked child: SQLite's connections must not be used, nor closed, on both sides of a fork.
        let fresh = Arc::new(Inner::open(path, &self.options)?);
        let seen = self.inner.compare_and_swap(&inner, Some(fresh.clone()));
        if seen.as_ref().is_some_and(|seen| Arc::ptr_eq(seen, &inner)) {
            std::mem::forget(inner);
            return Ok(fresh);
        }
        drop(seen);
        self.inner.load_full().ok_or_else(closed)
    }
}

impl OpenOptions {
    fn sqlite(&self) -> SqliteOptions {
        SqliteOptions { read_only: self.read_only, busy_timeout: self.busy_timeout }
    }
}

impl Inner {
    fn open(file: &Path, options: &OpenOptions) -> Result<Self> {
        let store = SqliteStore::open(file, options.sqlite())?;
        Self::new(Some(file.to_owned()), Arc::new(store), options)
    }

    fn new(path: Option<PathBuf>, store: Arc<dyn Store>, options: &OpenOptions) -> Result<Self> {
        let ingest = match store.genesis() {
            Some(genesis) => Some(Ingest::new(genesis.ledger(), options.payload_limit, options.redact)?),
            None => None,
        };
        Ok(Self { process: std::process::id(), path, store, ingest, pool: ArcSwapOption::empty() })
    }

    /// The ledger file; none for one in memory.
    pub(crate) fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    fn ingest(&self) -> Result<&Ingest> {
        self.ingest.as_ref().ok_or_else(|| {
            Error::new(Code::Tampered, "the genesis entry is damaged").remedy("run verify for a full report")
        })
    }

    /// The threads for long calls. A pool of each handle's own: rayon's global one does not survive a fork.
    pub(crate) fn pool(&self) -> Result<Arc<Pool>> {
        if let Some(pool) = self.pool.load_full() {
            if pool.process == std::process::id() {
                return Ok(pool);
            }
            // Its threads are the parent's; there is nobody here to end them.
            std::mem::forget(pool);
        }
        let pool = Arc::new(Pool { process: std::process::id(), threads: new_pool()? });
        self.pool.store(Some(pool.clone()));
        Ok(pool)
    }
}

pub(crate) fn new_pool() -> Result<rayon::ThreadPool> {
    rayon::ThreadPoolBuilder::new().thread_name(|n| format!("sealbook-{n}")).build().map_err(|e| {
        Error::new(Code::Io, format!("threads cannot be started: {e}")).remedy("raise the limit on processes")
    })
}

/// Makes a ledger unless another process is faster.
fn make(file: &Path, options: &OpenOptions) -> Result<()> {
    match SqliteStore::create(file, &new_genesis(options)?, options.sqlite()) {
        Err(e) if e.code() == Code::LedgerExists => Ok(()),
        made => made.map(drop),
    }
}

fn new_genesis(options: &OpenOptions) -> Result<Genesis> {
    let ledger = new_ledger_id()?;
    match &options.origin {
        Some(origin) => Genesis::new(ledger, origin),
        None => Genesis::new(ledger, &format!("local/{ledger}")),
    }
}

/// All entries that a query matches; see [`Ledger::entries`].
#[derive(Debug)]
pub struct Entries<'a> {
    ledger: &'a Ledger,
    query: Query,
    page: std::vec::IntoIter<Entry>,
    more: bool,
}

impl Iterator for Entries<'_> {
    type Item = Result<Entry>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(entry) = self.page.next() {
                return Some(Ok(entry));
            }
            if !self.more {
                return None;
            }
            match self.ledger.query(&self.query) {
                Ok(page) => {
                    self.more = page.next.is_some();
                    self.query.cursor = page.next;
                    self.page = page.entries.into_iter();
                }
                Err(error) => {
                    self.more = false;
                    return Some(Err(error));
                }
            }
        }
    }
}
