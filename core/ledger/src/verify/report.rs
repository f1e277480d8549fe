//! What a verifier says.

use crate::hash::Hash;
use serde::Serialize;

/// The outcome of a verification. Its JSON form is what every language and the command line return.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// `sealbook/verify/1`.
    pub schema: &'static str,
    /// Intact if there is no fault.
    pub verdict: Verdict,
    /// How many entries there are.
    pub entries: u64,
    /// The root over all entries, unless one of them is missing.
    pub root: Option<Hash>,
    /// The origin in the genesis entry, if it can be read.
    pub origin: Option<String>,
    /// Every fault, by number and kind.
    pub faults: Vec<Fault>,
    /// What is no fault but should be known.
    pub notes: Vec<Note>,
    /// What could not be judged and why; each begins with its topic and a colon.
    pub not_checked: Vec<String>,
}

impl Report {
    /// The version of the JSON form.
    pub const SCHEMA: &'static str = "sealbook/verify/1";

    /// Whether there is no fault.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        self.verdict == Verdict::Intact
    }
}

/// Whether a ledger is what it claims to be, as far as it was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// No fault was found.
    Intact,
    /// At least one fault was found.
    Tampered,
}

/// One fault.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Fault {
    /// The number of the entry.
    pub seq: u64,
    /// What is wrong.
    pub kind: FaultKind,
    /// With which value.
    pub detail: String,
}

/// One note.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Note {
    /// The number of the entry.
    pub seq: u64,
    /// What is to be known.
    pub kind: NoteKind,
    /// With which value.
    pub detail: String,
}

/// The kinds of fault. The order is that of their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// Salt or payload do not fit the commitment.
    Commitment,
    /// Entry 0 is not this ledger's genesis, or another entry claims to be one.
    Genesis,
    /// The bytes are not a header.
    Header,
    /// The id was used before.
    Id,
    /// The query index differs from what the entries say. `reindex` repairs it.
    Index,
    /// The stored leaf hash is not that of the header.
    Leaf,
    /// `prev` is not the leaf hash of the entry before.
    Link,
    /// There is no entry with this number.
    Missing,
    /// The payload is absent without an erasure, or is not what its kind demands.
    Payload,
    /// The header has another number.
    Sequence,
    /// A stored tile, or a root known from elsewhere, is not that of the entries.
    Tree,
    /// There were more entries once.
    Truncated,
    /// Another version or an unknown `sys.` kind: it cannot be judged.
    Unknown,
}

/// The kinds of note. The order is that of their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteKind {
    /// The writer's clock went back.
    Clock,
    /// Salt and payload were destroyed, as an earlier entry says.
    Erased,
    /// The stored payload is not in canonical form.
    NotCanonical,
    /// Salt and payload are to be destroyed but are still there.
    Pending,
}
