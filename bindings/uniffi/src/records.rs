//! What goes in and out, as records of the generated code.

use crate::error::Result;
use sealbook_common::reply::word;
use sealbook_common::request;
use sealbook_common::sealbook;
use std::time::Duration;

/// How a ledger is opened.
#[derive(Debug, Clone, uniffi::Record)]
pub struct OpenOptions {
    /// Make the ledger if there is none.
    #[uniffi(default = false)]
    pub create: bool,
    /// Only read. Nothing is written then.
    #[uniffi(default = false)]
    pub read_only: bool,
    /// The origin of a ledger that is made, or that an existing one must have; `local/<ledger id>` if not given.
    #[uniffi(default = None)]
    pub origin: Option<String>,
    /// How long to wait for another process that writes, in milliseconds.
    #[uniffi(default = 30000)]
    pub busy_timeout_ms: u64,
    /// The most bytes of a payload in canonical form.
    #[uniffi(default = 1048576)]
    pub payload_limit: u64,
    /// Replace secrets of known form before they are hashed.
    #[uniffi(default = true)]
    pub redact: bool,
}

impl From<OpenOptions> for sealbook::OpenOptions {
    fn from(options: OpenOptions) -> Self {
        Self {
            create: options.create,
            read_only: options.read_only,
            origin: options.origin,
            busy_timeout: Duration::from_millis(options.busy_timeout_ms),
            payload_limit: usize::try_from(options.payload_limit).unwrap_or(usize::MAX),
            redact: options.redact,
        }
    }
}

/// What is to be recorded.
#[derive(Debug, Clone, uniffi::Record)]
pub struct NewEntry {
    /// What was done, such as `human_review` or `custom.deploy`.
    pub kind: String,
    /// A JSON object.
    pub payload: String,
    /// A UUID of version 7 as idempotency key: the same id with the same kind and payload returns the first entry.
    #[uniffi(default = None)]
    pub id: Option<String>,
}

impl From<NewEntry> for sealbook::Record {
    fn from(entry: NewEntry) -> Self {
        Self { kind: entry.kind, payload: entry.payload.into_bytes(), id: entry.id }
    }
}

/// An entry of a ledger.
#[derive(Debug, Clone, uniffi::Record)]
pub struct Entry {
    /// Its number, from 0 without gaps.
    pub seq: u64,
    /// Its id, a UUID of version 7.
    pub id: String,
    /// When it was written, in UTC, by the writer's clock.
    pub time: String,
    /// What was done.
    pub kind: String,
    /// Its leaf hash, 64 hexadecimal digits.
    pub hash: String,
    /// The leaf hash of the entry before.
    pub prev: String,
    /// The payload as canonical JSON; absent if the entry is erased.
    pub payload: Option<String>,
}

impl From<sealbook::Entry> for Entry {
    fn from(entry: sealbook::Entry) -> Self {
        let sealbook::Entry { header, hash, payload } = entry;
        Self {
            seq: header.seq,
            id: header.id.to_string(),
            time: header.time.to_string(),
            kind: header.kind.to_string(),
            hash: hash.to_string(),
            prev: header.prev.to_string(),
            payload: payload.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
        }
    }
}

/// The order of entries, by their number.
#[derive(Debug, Clone, Copy, uniffi::Enum)]
pub enum Order {
    /// The newest first.
    Newest,
    /// The oldest first.
    Oldest,
}

/// Which entries, in which order. The default is the newest 100 of all.
#[derive(Debug, Clone, uniffi::Record)]
pub struct Query {
    /// Entries of this kind; a kind that ends in `.*` stands for all kinds under it.
    #[uniffi(default = None)]
    pub kind: Option<String>,
    /// Entries whose `actor.id` is this.
    #[uniffi(default = None)]
    pub actor: Option<String>,
    /// Entries whose `spec` is this.
    #[uniffi(default = None)]
    pub spec: Option<String>,
    /// Entries with this path among their `files`.
    #[uniffi(default = None)]
    pub path: Option<String>,
    /// Entries at or after this time in UTC: `2026-11-23` or `2026-11-23T10:15:30Z`.
    #[uniffi(default = None)]
    pub since: Option<String>,
    /// Entries before this time.
    #[uniffi(default = None)]
    pub until: Option<String>,
    /// Newest or oldest first; the newest if not given.
    #[uniffi(default = None)]
    pub order: Option<Order>,
    /// Entries on a page, 1 to 10,000.
    #[uniffi(default = 100)]
    pub limit: u32,
    /// Where the page before ended: its `next`.
    #[uniffi(default = None)]
    pub cursor: Option<String>,
}

impl Query {
    pub(crate) fn read(self) -> Result<sealbook::Query> {
        Ok(sealbook::Query {
            kind: self.kind,
            actor: self.actor,
            spec: self.spec,
            path: self.path,
            since: self.since.as_deref().map(request::time).transpose()?,
            until: self.until.as_deref().map(request::time).transpose()?,
            order: match self.order {
                None | Some(Order::Newest) => sealbook::Order::Newest,
                Some(Order::Oldest) => sealbook::Order::Oldest,
            },
            limit: usize::try_from(self.limit).unwrap_or(usize::MAX),
            cursor: self.cursor,
        })
    }
}

/// A page of entries.
#[derive(Debug, Clone, uniffi::Record)]
pub struct Page {
    /// The entries.
    pub entries: Vec<Entry>,
    /// The cursor of the next page, if there may be one.
    pub next: Option<String>,
}

impl From<sealbook::Page> for Page {
    fn from(page: sealbook::Page) -> Self {
        Self { entries: page.entries.into_iter().map(Entry::from).collect(), next: page.next }
    }
}

/// What is known of a ledger from elsewhere.
#[derive(Debug, Clone, uniffi::Record)]
pub struct Expected {
    /// Its origin.
    #[uniffi(default = None)]
    pub origin: Option<String>,
    /// How many entries it had at least.
    #[uniffi(default = None)]
    pub size: Option<u64>,
    /// The root that it had at that size, 64 hexadecimal digits.
    #[uniffi(default = None)]
    pub root: Option<String>,
}

impl Expected {
    pub(crate) fn read(expected: Option<Self>) -> Result<sealbook::Expected> {
        let Some(Self { origin, size, root }) = expected else { return Ok(sealbook::Expected::default()) };
        let root = root.as_deref().map(request::root).transpose()?;
        Ok(request::checked(sealbook::Expected { origin, size, root })?)
    }
}

/// Whether a ledger is what it claims to be, as far as it was checked.
#[derive(Debug, Clone, Copy, uniffi::Enum)]
pub enum Verdict {
    /// No fault was found.
    Intact,
    /// At least one fault was found.
    Tampered,
}

/// The outcome of a verification.
#[derive(Debug, Clone, uniffi::Record)]
pub struct Report {
    /// Intact if there is no fault.
    pub verdict: Verdict,
    /// How many entries there are.
    pub entries: u64,
    /// The root over all entries, unless one of them is missing.
    pub root: Option<String>,
    /// The origin in the genesis entry, if it can be read.
    pub origin: Option<String>,
    /// Every fault, by number and kind.
    pub faults: Vec<Fault>,
    /// What is no fault but should be known.
    pub notes: Vec<Note>,
    /// What could not be judged and why; each begins with its topic and a colon.
    pub not_checked: Vec<String>,
}

/// One fault.
#[derive(Debug, Clone, uniffi::Record)]
pub struct Fault {
    /// The number of the entry.
    pub seq: u64,
    /// What is wrong, such as `link` or `truncated`.
    pub kind: String,
    /// With which value.
    pub detail: String,
}

/// One note.
#[derive(Debug, Clone, uniffi::Record)]
pub struct Note {
    /// The number of the entry.
    pub seq: u64,
    /// What is to be known, such as `erased`.
    pub kind: String,
    /// With which value.
    pub detail: String,
}

impl From<sealbook::Report> for Report {
    fn from(report: sealbook::Report) -> Self {
        let fault = |f: sealbook::Fault| Fault { seq: f.seq, kind: word(&f.kind), detail: f.detail };
        let note = |n: sealbook::Note| Note { seq: n.seq, kind: word(&n.kind), detail: n.detail };
        Self {
            verdict: if report.is_intact() { Verdict::Intact } else { Verdict::Tampered },
            entries: report.entries,
            root: report.root.map(|root| root.to_string()),
            origin: report.origin,
            faults: report.faults.into_iter().map(fault).collect(),
            notes: report.notes.into_iter().map(note).collect(),
            not_checked: report.not_checked,
        }
    }
}

/// What an import did.
#[derive(Debug, Clone, uniffi::Record)]
pub struct Imported {
    /// Entries in the export.
    pub entries: u64,
    /// Entries that this ledger did not have yet.
    pub recorded: u64,
}

impl From<sealbook::Imported> for Imported {
    fn from(imported: sealbook::Imported) -> Self {
        Self { entries: imported.entries, recorded: imported.recorded }
    }
}

/// One row of the error table.
#[derive(Debug, Clone, uniffi::Record)]
pub struct ErrorRow {
    /// The stable name.
    pub code: String,
    /// The frozen number.
    pub number: u32,
    /// Whether the same call may succeed later without any change.
    pub retryable: bool,
    /// What the code means.
    pub meaning: String,
}
