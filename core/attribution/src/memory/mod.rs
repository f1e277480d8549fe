//! What a scan learned, kept for the next one.

mod columns;

use crate::table::Table;
use crate::{Catalogue, HistorySummary, Strength, Unreadable};
use gix::ObjectId;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a scanned history said, so that the next scan reads only what is new.
///
/// It is a matter of speed alone: a scan with a memory, of whatever history and with whatever rules, reports
/// exactly what a scan without one does. Bytes that are damaged, of another version of this crate or made
/// under other rules are as good as none. The caller keeps the bytes, in a cache of its own; they hold names,
/// addresses and subjects of the history, and are as confidential as that is.
///
/// ```
/// use sealbook_attribution::Memory;
///
/// let memory = Memory::from_bytes(b"not what it should be");
/// assert!(memory.is_empty());
/// assert_eq!(memory.to_bytes(), None);
/// ```
#[derive(Debug, Default)]
pub struct Memory {
    known: Option<Known>,
    is_changed: bool,
}

#[derive(Debug)]
struct Known {
    header: Header,
    body: Body,
}

#[derive(Debug)]
enum Body {
    /// As it was stored, not looked at yet.
    Bytes(Vec<u8>),
    /// Ready, with the rules that it was made under.
    Table(Arc<Table>, Arc<Catalogue>),
}

/// What must be the same for remembered commits to count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Key {
    /// The rules and the version of this crate.
    pub(crate) rules: [u8; 32],
    /// What git puts in the place of commits and of their parents.
    pub(crate) view: [u8; 32],
    /// How many folders deep the folders of commits are known.
    pub(crate) depth: Option<u8>,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Header {
    key: Key,
    start: Vec<u8>,
    /// The references and the other sources, at the time of the figures.
    state: [u8; 32],
    figures: Figures,
    body: [u8; 32],
}

/// A summary without what the references say, which is read each time.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Figures {
    counts: [u64; 7],
    by_tool: BTreeMap<String, u64>,
    by_strength: BTreeMap<Strength, u64>,
}

/// The start of the bytes. The number grows with each change of their form or of what a rule's match means.
const MAGIC: &[u8; 20] = b"sealbook/memory/002\n";

impl Memory {
    /// Takes over what [`to_bytes`](Self::to_bytes) gave. Bytes that are anything else yield an empty memory.
    #[must_use]
    pub fn from_bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self { known: read(bytes.into()), is_changed: false }
    }

    /// The bytes to keep; none of an empty memory.
    #[must_use]
    pub fn to_bytes(&self) -> Option<Vec<u8>> {
        let known = self.known.as_ref()?;
        let encoded = match &known.body {
            Body::Bytes(bytes) => bytes.clone(),
            Body::Table(table, catalogue) => columns::encode(table, catalogue)?,
        };
        let header = Header { body: digest(&encoded), ..known.header.copy() };
        let header = postcard::to_stdvec(&header).ok()?;
        let len = u32::try_from(header.len()).ok()?;
        Some([MAGIC.as_slice(), &len.to_le_bytes(), &digest(&header), &header, &encoded].concat())
    }

    /// Whether nothing is remembered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.known.is_none()
    }

    /// Whether a scan has learned something since the bytes were read: then they are worth storing anew.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.is_changed
    }

    /// Whether `body` is one that could stand behind a checksum: for a fuzzer, which finds no checksum.
    #[doc(hidden)]
    #[must_use]
    pub fn reads_body(body: &[u8], catalogue: &Catalogue) -> bool {
        columns::decode(body, catalogue).is_some()
    }

    /// How many folders deep the folders are known.
    pub(crate) fn depth(&self) -> Option<u8> {
        self.known.as_ref()?.header.key.depth
    }

    /// The figures, if they are those of the same start under the same circumstances.
    pub(crate) fn figures(&self, key: &Key, start: &ObjectId, state: &[u8; 32]) -> Option<HistorySummary> {
        let Header { figures, .. } = self.header(key, start).filter(|header| header.state == *state)?;
        let [total, ai, human_evidence, automation, unknown, part, contradicting] = figures.counts;
        Some(HistorySummary {
            total,
            ai,
            human_evidence,
            automation,
            unknown,
            part,
            contradicting,
            by_tool: figures.by_tool.clone(),
            by_strength: figures.by_strength.clone(),
            repository: Vec::new(),
            unreadable: Unreadable::default(),
            unreadable_records: BTreeMap::new(),
        })
    }

    /// Whether the remembered commits are those of the same start, in their order.
    pub(crate) fn is_of(&self, key: &Key, start: &ObjectId) -> bool {
        self.header(key, start).is_some()
    }

    fn header(&self, key: &Key, start: &ObjectId) -> Option<&Header> {
        let header = &self.known.as_ref()?.header;
        (header.key == *key && header.start == start.as_slice()).then_some(header)
    }

    /// The remembered commits, if they count. Those that turn out to be damaged are forgotten.
    pub(crate) fn table(&mut self, key: &Key, catalogue: &Arc<Catalogue>) -> Option<Arc<Table>> {
        let known = self.known.as_mut().filter(|known| known.header.key == *key)?;
        let table = match &known.body {
            Body::Table(table, _) => Some(Arc::clone(table)),
            Body::Bytes(bytes) if digest(bytes) == known.header.body => {
                columns::decode(bytes, catalogue).map(Arc::new)
            }
            Body::Bytes(_) => None,
        };
        match &table {
            Some(table) => known.body = Body::Table(Arc::clone(table), Arc::clone(catalogue)),
            None => self.known = None,
        }
        table
    }

    /// Remembers a finished scan.
    pub(crate) fn learn(
        &mut self,
        key: Key,
        (start, state): (&ObjectId, [u8; 32]),
        (table, catalogue): (Arc<Table>, Arc<Catalogue>),
        summary: &HistorySummary,
    ) {
        let s = summary;
        let figures = Figures {
            counts: [s.total, s.ai, s.human_evidence, s.automation, s.unknown, s.part, s.contradicting],
            by_tool: s.by_tool.clone(),
            by_strength: s.by_strength.clone(),
        };
        let header = Header { key, start: start.as_slice().to_vec(), state, figures, body: [0; 32] };
        self.is_changed |= self.known.as_ref().is_none_or(|known| !known.header.is_same(&header));
        self.known = Some(Known { header, body: Body::Table(table, catalogue) });
    }
}

impl Header {
    fn copy(&self) -> Self {
        Self {
            key: self.key,
            start: self.start.clone(),
            state: self.state,
            figures: Figures {
                counts: self.figures.counts,
                by_tool: self.figures.by_tool.clone(),
                by_strength: self.figures.by_strength.clone(),
            },
            body: self.body,
        }
    }

    /// Whether both are of the same scan, whatever bytes it was stored in.
    fn is_same(&self, other: &Self) -> bool {
        *self == Self { body: self.body, ..other.copy() }
    }
}

fn read(mut bytes: Vec<u8>) -> Option<Known> {
    let rest = bytes.strip_prefix(MAGIC.as_slice())?;
    let (len, rest) = rest.split_first_chunk()?;
    let (checksum, rest) = rest.split_first_chunk::<32>()?;
    let (header, body) = rest.split_at_checked(u32::from_le_bytes(*len) as usize)?;
    if digest(header) != *checksum {
        return None;
    }
    let header = postcard::from_bytes(header).ok()?;
    let body = bytes.split_off(bytes.len() - body.len());
    Some(Known { header, body: Body::Bytes(body) })
}

/// The digest of a catalogue's rules, and of what this version of the crate makes of them.
pub(crate) fn of_rules(catalogue: &Catalogue) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(MAGIC);
    hash.update(env!("CARGO_PKG_VERSION"));
    hash.update(catalogue.digest());
    hash.finalize().into()
}

fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
