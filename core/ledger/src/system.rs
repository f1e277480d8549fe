//! The payloads of Sealbook's own kinds: format section 5.

use crate::genesis::{Genesis, is_vkey};
use crate::hash::Hash;
use crate::header::decimal;
use serde::Deserialize;

/// What a `sys.` entry says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum System {
    /// Which ledger this is.
    Genesis(Genesis),
    /// One earlier entry's salt and payload are to be destroyed.
    Erasure {
        /// Its number.
        seq: u64,
        /// Its leaf hash.
        leaf: Hash,
        /// Its commitment.
        commitment: Hash,
    },
    /// The salts and payloads of all earlier entries with a smaller number are to be destroyed.
    Prune {
        /// The first number that stays.
        before: u64,
    },
    /// A key of the ledger's signers is added, retired or revoked.
    Key,
    /// Evidence from outside about an earlier state.
    Anchor,
}

/// Why a `sys.` entry says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SystemFault {
    /// This version does not know the kind.
    UnknownKind,
    /// The payload does not have the shape of its kind.
    Shape,
}

impl System {
    /// Whether this version knows the `sys.` kind.
    pub(crate) fn knows(kind: &str) -> bool {
        matches!(kind, "sys.genesis" | "sys.erasure" | "sys.prune" | "sys.key" | "sys.anchor")
    }

    pub(crate) fn parse(kind: &str, payload: &[u8]) -> Result<Self, SystemFault> {
        match kind {
            "sys.genesis" => Genesis::parse(payload).map(Self::Genesis),
            "sys.erasure" => shape::<Erasure>(payload).and_then(|e| {
                Some(Self::Erasure {
                    seq: decimal(&e.seq)?,
                    leaf: Hash::from_hex(&e.leaf)?,
                    commitment: Hash::from_hex(&e.commitment)?,
                })
            }),
            "sys.prune" => {
                shape::<Prune>(payload).and_then(|p| Some(Self::Prune { before: decimal(&p.before)? }))
            }
            "sys.key" => shape::<Key>(payload).filter(|k| is_vkey(&k.key)).map(|_| Self::Key),
            "sys.anchor" => shape::<Anchor>(payload).map(|_| Self::Anchor),
            _ => return Err(SystemFault::UnknownKind),
        }
        .ok_or(SystemFault::Shape)
    }
}

fn shape<'a, T: Deserialize<'a>>(payload: &'a [u8]) -> Option<T> {
    serde_json::from_slice(payload).ok()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Erasure {
    commitment: String,
    leaf: String,
    #[serde(default, rename = "reason")]
    _reason: Text,
    seq: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Prune {
    before: String,
    #[serde(default, rename = "reason")]
    _reason: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Key {
    #[serde(rename = "action")]
    _action: KeyAction,
    key: String,
    #[serde(default, rename = "reason")]
    _reason: Text,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum KeyAction {
    Add,
    Retire,
    Revoke,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Anchor {
    #[serde(rename = "checkpoint")]
    _checkpoint: String,
    #[serde(default, rename = "proof")]
    _proof: serde::de::IgnoredAny,
    #[serde(rename = "type")]
    _type: String,
}

/// An optional text that must be a text if it is there: `Option` would also take null.
#[derive(Deserialize, Default)]
#[serde(transparent)]
struct Text(#[expect(dead_code, reason = "read for its shape alone")] String);
