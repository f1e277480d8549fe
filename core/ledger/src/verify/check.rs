//! Checks 1 to 11 on one entry after the other.

use super::erasure::{Absent, Erasure, Prune};
use super::report::{Fault, FaultKind, Note, NoteKind};
use crate::canonical::Canonicalizer;
use crate::commitment::{Salt, commit};
use crate::genesis::LedgerId;
use crate::hash::{Hash, leaf_hash};
use crate::header::{Header, HeaderFault};
use crate::id::EntryId;
use crate::kind::GENESIS;
use crate::system::{System, SystemFault};
use crate::time::Time;
use crate::tree::{Span, TILE_WIDTH};

/// An entry as it is stored, before anything of it is believed.
#[derive(Debug, Clone, Copy, Default)]
pub struct RawEntry<'a> {
    /// The header's bytes.
    pub header: &'a [u8],
    /// The salt's bytes, whatever their number.
    pub salt: Option<&'a [u8]>,
    /// The payload's bytes.
    pub payload: Option<&'a [u8]>,
    /// The leaf hash that a store keeps beside the header, whatever its length; absent in an export.
    pub leaf: Option<&'a [u8]>,
}

/// What the entry in front of a range contributes to the checks of its first entry.
#[derive(Debug, Clone, Copy)]
pub struct Before {
    leaf: Option<Hash>,
    time: Option<Time>,
}

impl Before {
    /// Nothing stands in front of entry 0.
    #[must_use]
    pub fn genesis() -> Self {
        Self { leaf: Some(Hash::ZERO), time: None }
    }

    /// The entry with these header bytes stands in front, or none if it is missing.
    #[must_use]
    pub fn entry(header: Option<&[u8]>) -> Self {
        Self { leaf: header.map(leaf_hash), time: header.and_then(|h| Header::parse(h).ok()).map(|h| h.time) }
    }
}

/// Judges a range of entries.
#[derive(Debug)]
pub struct Checker {
    ledger: Option<LedgerId>,
    before: Before,
    canon: Canonicalizer,
    found: Findings,
}

/// What the check of a range found.
#[derive(Debug, Default)]
pub struct Findings {
    pub(super) start: u64,
    pub(super) faults: Vec<Fault>,
    pub(super) notes: Vec<Note>,
    pub(super) ids: Vec<(EntryId, u64)>,
    pub(super) absent: Vec<Absent>,
    /// Entries that no erasure can name: system kinds, and those without a valid header.
    pub(super) not_erasable: Vec<u64>,
    pub(super) erasures: Vec<Erasure>,
    pub(super) prunes: Vec<Prune>,
    pub(super) signed: u64,
    pub(super) cuts: Vec<(u64, Option<Span>)>,
    pub(super) span: Option<Span>,
    pub(super) end: u64,
    leaves: Vec<Option<Hash>>,
}

impl Findings {
    /// The number of the first entry of the range.
    #[must_use]
    pub fn start(&self) -> u64 {
        self.start
    }

    /// The full tiles of the range, as its entries say, with their roots. None of them if an entry is missing.
    pub fn full_tiles(&self) -> impl Iterator<Item = (Vec<Hash>, Hash)> {
        let leaves =
            self.leaves.chunks_exact(TILE_WIDTH).map(|tile| tile.iter().copied().flatten().collect());
        leaves.zip(self.span.iter().flat_map(|span| span.tiles()).copied())
    }

    /// Drops what only [`Findings::full_tiles`] needs, which is most of the memory.
    pub fn forget_leaves(&mut self) {
        self.leaves = Vec::new();
    }

    /// Adds a fault that the store found, such as in its index.
    pub fn fault(&mut self, seq: u64, kind: FaultKind, detail: impl Into<String>) {
        self.faults.push(Fault { seq, kind, detail: detail.into() });
    }
}

impl Checker {
    /// A checker for the entries from `start` on, a multiple of 256. `ledger` is the id in the genesis entry, if it has one.
    #[must_use]
    pub fn new(start: u64, before: Before, ledger: Option<LedgerId>) -> Self {
        let found = Findings { start, end: start, ..Findings::default() };
        Self { ledger, before, canon: Canonicalizer::new(usize::MAX), found }
    }

    /// There is no next entry, or it cannot be read.
    pub fn missing(&mut self, detail: &str) {
        let seq = self.found.end;
        self.found.end += 1;
        self.fault(seq, FaultKind::Missing, detail);
        self.found.not_erasable.push(seq);
        self.found.leaves.push(None);
        self.before = Before { leaf: None, time: None };
    }

    /// Judges the next entry, and returns its header if that is valid.
    pub fn entry(&mut self, raw: RawEntry<'_>) -> Option<Header> {
        let seq = self.found.end;
        self.found.end += 1;
        let leaf = leaf_hash(raw.header);
        if let Some(stored) = raw.leaf
            && stored != leaf.as_bytes()
        {
            self.fault(
                seq,
                FaultKind::Leaf,
                format!("the stored leaf hash is not that of the header, {leaf}"),
            );
        }
        let header = match Header::parse(raw.header) {
            Ok(header) => Some(header),
            Err(fault) => {
                let kind = match fault {
                    HeaderFault::Version(_) => FaultKind::Unknown,
                    HeaderFault::Malformed(..) => FaultKind::Header,
                };
                self.fault(seq, kind, fault.to_string());
                self.found.not_erasable.push(seq);
                None
            }
        };
        if let Some(header) = &header {
            self.header(seq, header);
            self.payload(seq, header, raw);
        }
        self.found.leaves.push(Some(leaf));
        self.before = Before { leaf: Some(leaf), time: header.as_ref().map(|h| h.time) };
        header
    }

    /// Ends the range. `cuts` are sizes for which a root is known from elsewhere.
    #[must_use]
    pub fn finish(mut self, cuts: &[u64]) -> Findings {
        let found = &mut self.found;
        found.span = Span::of(&found.leaves);
        for cut in cuts.iter().filter(|cut| (found.start..found.end).contains(cut)) {
            let len = usize::try_from(cut - found.start).unwrap_or(usize::MAX);
            found.cuts.push((*cut, found.leaves.get(..len).and_then(Span::of)));
        }
        self.found
    }

    fn fault(&mut self, seq: u64, kind: FaultKind, detail: impl Into<String>) {
        self.found.fault(seq, kind, detail);
    }

    fn note(&mut self, seq: u64, kind: NoteKind, detail: impl Into<String>) {
        self.found.notes.push(Note { seq, kind, detail: detail.into() });
    }

    /// Checks 4, 5, 7 and 8; 6 needs all ranges.
    fn header(&mut self, seq: u64, header: &Header) {
        if header.seq != seq {
            self.fault(seq, FaultKind::Sequence, format!("the header says number {}", header.seq));
        }
        if let Some(leaf) = self.before.leaf
            && leaf != header.prev
        {
            self.fault(
                seq,
                FaultKind::Link,
                format!("prev is {} but the entry before has the leaf hash {leaf}", header.prev),
            );
        }
        if let Some(time) = self.before.time
            && header.time < time
        {
            self.note(
                seq,
                NoteKind::Clock,
                format!("{} is before {time} of the entry in front", header.time),
            );
        }
        self.found.ids.push((header.id, seq));
        self.found.signed += u64::from(header.sig.is_some());
        let kind = header.kind.as_str();
        if (kind == GENESIS) != (seq == 0) {
            let detail =
                if seq == 0 { format!("entry 0 has kind {kind}") } else { "a second genesis".to_owned() };
            self.fault(seq, FaultKind::Genesis, detail);
        }
        if header.kind.is_system() {
            self.found.not_erasable.push(seq);
            if !System::knows(kind) {
                self.fault(seq, FaultKind::Unknown, format!("kind {kind} is not known to this program"));
            }
        }
    }

    /// Checks 9 to 11.
    fn payload(&mut self, seq: u64, header: &Header, raw: RawEntry<'_>) {
        let (salt, payload) = match (raw.salt, raw.payload) {
            (Some(salt), Some(payload)) => (salt, payload),
            (None, None) if !header.kind.is_system() => {
                self.found.absent.push(Absent { seq });
                return;
            }
            (None, None) => {
                return self.fault(seq, FaultKind::Payload, "the payload of a sys. entry is absent");
            }
            (None, Some(_)) => {
                return self.fault(seq, FaultKind::Payload, "the salt is absent, the payload is not");
            }
            (Some(_), None) => {
                return self.fault(seq, FaultKind::Payload, "the payload is absent, the salt is not");
            }
        };
        match self.commitment(seq, header, salt, payload) {
            None | Some(true) => {}
            Some(false) => {
                return self.fault(
                    seq,
                    FaultKind::Commitment,
                    format!("salt and payload do not fit the commitment {}", header.commitment),
                );
            }
        }
        match self.canon.canonicalize(payload) {
            Err(error) => return self.found.fault(seq, FaultKind::Payload, error.message()),
            Ok(canonical) if canonical != payload => {
                self.note(seq, NoteKind::NotCanonical, "the stored payload is not in canonical form");
            }
            Ok(_) => {}
        }
        if header.kind.is_system() {
            let shape = if header.kind.as_str() == GENESIS { FaultKind::Genesis } else { FaultKind::Payload };
            match System::parse(header.kind.as_str(), payload) {
                Ok(System::Erasure { seq: named, leaf, commitment }) => {
                    self.found.erasures.push(Erasure { at: seq, named, leaf, commitment })
                }
                Ok(System::Prune { before }) => self.found.prunes.push(Prune { at: seq, before }),
                Ok(_) | Err(SystemFault::UnknownKind) => {}
                Err(SystemFault::Shape) => {
                    self.fault(seq, shape, format!("the payload does not have the shape of {}", header.kind))
                }
            }
        }
    }

    /// Whether the commitment fits; `None` if the ledger's id is not known.
    fn commitment(&self, seq: u64, header: &Header, salt: &[u8], payload: &[u8]) -> Option<bool> {
        let Ok(salt) = salt.try_into().map(Salt::from_bytes) else { return Some(false) };
        let ledger = if seq == 0 { LedgerId::ZERO } else { self.ledger? };
        Some(commit(ledger, header.id, &salt, payload) == header.commitment)
    }
}
