//! Appending: from what a caller wants recorded to a header, its leaf hash and the next state of the ledger.

use crate::commitment::{Salt, commit};
use crate::genesis::{Genesis, LedgerId};
use crate::hash::{Hash, leaf_hash};
use crate::header::Header;
use crate::id::EntryId;
use crate::kind::Kind;
use crate::time::Time;
use crate::tree::{Tile, Tree};

/// What is to be recorded, already canonical and committed to, so that appending it under a lock is cheap.
#[derive(Debug, Clone)]
pub struct Draft {
    id: EntryId,
    kind: Kind,
    salt: Salt,
    payload: Vec<u8>,
    commitment: Hash,
    keyed: bool,
}

impl Draft {
    /// Commits to a payload that is canonical (see [`crate::canonicalize`]).
    #[must_use]
    pub fn new(ledger: LedgerId, id: EntryId, kind: Kind, salt: Salt, payload: Vec<u8>) -> Self {
        let commitment = commit(ledger, id, &salt, &payload);
        Self { id, kind, salt, payload, commitment, keyed: false }
    }

    /// Says that the caller chose the id, as an idempotency key: it may be one that the ledger has already.
    #[must_use]
    pub fn keyed(mut self) -> Self {
        self.keyed = true;
        self
    }

    /// Whether the caller chose the id. An id that was made for the draft has 74 random bits and needs no looking up.
    #[must_use]
    pub fn is_keyed(&self) -> bool {
        self.keyed
    }

    /// The entry's id.
    #[must_use]
    pub fn id(&self) -> EntryId {
        self.id
    }

    /// The entry's kind.
    #[must_use]
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// The salt.
    #[must_use]
    pub fn salt(&self) -> &Salt {
        &self.salt
    }

    /// The canonical payload.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The commitment to the payload.
    #[must_use]
    pub fn commitment(&self) -> Hash {
        self.commitment
    }

    /// The payload, by value.
    #[must_use]
    pub fn into_payload(self) -> Vec<u8> {
        self.payload
    }
}

/// An entry as it was appended.
#[derive(Debug, Clone)]
pub struct Appended {
    /// What its header says.
    pub header: Header,
    /// The header's bytes.
    pub bytes: Vec<u8>,
    /// The header's leaf hash.
    pub leaf: Hash,
}

/// The end of a ledger: all that appending needs to know of what is there.
#[derive(Debug, Clone)]
pub struct Chain {
    last: Hash,
    tree: Tree,
}

impl Chain {
    /// Begins a ledger with its genesis entry.
    #[must_use]
    pub fn begin(genesis: &Genesis, id: EntryId, salt: Salt, time: Time) -> (Self, Appended) {
        let draft = Self::genesis_draft(genesis, id, salt);
        let mut chain = Self { last: Hash::ZERO, tree: Tree::default() };
        let appended = chain.append(&draft, time, |_| {});
        (chain, appended)
    }

    /// The draft of a genesis entry, whose commitment uses the zero ledger id.
    #[must_use]
    pub fn genesis_draft(genesis: &Genesis, id: EntryId, salt: Salt) -> Draft {
        Draft::new(LedgerId::ZERO, id, Kind::genesis(), salt, genesis.to_payload())
    }

    /// Goes on from a stored state: the last entry's leaf hash and the tree.
    #[must_use]
    pub fn resume(last: Hash, tree: Tree) -> Self {
        Self { last, tree }
    }

    /// Takes over an entry that another writer appended, and hands over the tiles that it fills.
    pub fn follow(&mut self, leaf: Hash, full: impl FnMut(Tile)) {
        self.tree.push(leaf, full);
        self.last = leaf;
    }

    /// Appends an entry, and hands over the tiles that it fills.
    pub fn append(&mut self, draft: &Draft, time: Time, full: impl FnMut(Tile)) -> Appended {
        let header = Header {
            commitment: draft.commitment,
            id: draft.id,
            kind: draft.kind.clone(),
            prev: self.last,
            seq: self.tree.size(),
            sig: None,
            time,
        };
        let bytes = header.to_bytes();
        let leaf = leaf_hash(&bytes);
        self.follow(leaf, full);
        Appended { header, bytes, leaf }
    }

    /// How many entries there are.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.tree.size()
    }

    /// The leaf hash of the last entry.
    #[must_use]
    pub fn last(&self) -> Hash {
        self.last
    }

    /// The root over all entries.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.tree.root()
    }
}
