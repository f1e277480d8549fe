//! The ledger format of Sealbook and its mathematics: canonical payloads, headers, hashes, the Merkle tree and
//! verification. There is no I/O, no clock and no unsafe code here, so that an auditor can depend on this crate alone.
//!
//! `docs/format.md` is the normative text; the modules follow its sections.
//!
//! ```
//! use sealbook_ledger::{Chain, Draft, EntryId, Genesis, Kind, LedgerId, Salt, Time};
//!
//! # fn main() -> sealbook_error::Result<()> {
//! let genesis = Genesis::new(LedgerId::from_bytes([7; 16]), "example.com/ledger")?;
//! let at = Time::from_micros(1_795_000_000_000_000)?;
//! let (mut chain, first) = Chain::begin(&genesis, EntryId::new(at, [1; 10]), Salt::from_bytes([2; 32]), at);
//!
//! let kind = Kind::for_caller("human_review")?;
//! let payload = sealbook_ledger::canonicalize(br#"{"action":{"type":"approve"}}"#, 1 << 20)?;
//! let draft = Draft::new(genesis.ledger(), EntryId::new(at, [3; 10]), kind, Salt::from_bytes([4; 32]), payload);
//! let entry = chain.append(&draft, at, |_tile| {});
//! assert_eq!(entry.header.prev, first.leaf);
//! assert_eq!(chain.size(), 2);
//! # Ok(())
//! # }
//! ```

pub mod canonical;
mod chain;
mod commitment;
mod genesis;
mod hash;
mod header;
mod id;
pub mod interchange;
mod kind;
mod members;
mod system;
mod time;
pub mod tree;
pub mod verify;
mod vocabulary;

pub use canonical::{Canonicalizer, canonicalize};
pub use chain::{Appended, Chain, Draft};
pub use commitment::{Salt, commit};
pub use genesis::{Genesis, LedgerId, Predecessor, check_origin};
pub use hash::{Hash, leaf_hash, node_hash};
pub use header::{Header, HeaderFault, Signature};
pub use id::EntryId;
pub use kind::{GENESIS, Kind};
pub use system::System;
pub use time::Time;
pub use vocabulary::Facets;

/// The value of `v` in every header of this format version.
pub const VERSION: &str = "sealbook/1";

/// The default limit on the canonical form of a payload, in bytes.
pub const DEFAULT_PAYLOAD_LIMIT: usize = 1 << 20;
