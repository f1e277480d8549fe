//! Entry 0: which ledger this is. Format section 5.

use crate::hash::{Hash, decode_hex, encode_hex};
use crate::header::decimal;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sealbook_error::{Code, Error, Result};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The random 128 bits that tell one ledger from another.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct LedgerId([u8; 16]);

impl LedgerId {
    /// What the commitment of the genesis entry itself uses.
    pub(crate) const ZERO: LedgerId = LedgerId([0; 16]);

    /// The id with these bytes, which come from the operating system's generator.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Parses 32 lower-case hexadecimal digits.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        decode_hex(text.as_bytes()).map(Self)
    }

    /// The 16 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for LedgerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = [0; 32];
        encode_hex(&self.0, &mut out);
        f.write_str(std::str::from_utf8(&out).unwrap_or_default())
    }
}

impl fmt::Debug for LedgerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The payload of entry 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Genesis {
    ledger: LedgerId,
    origin: String,
    keys: Vec<String>,
    predecessor: Option<Predecessor>,
}

/// The ledger that another one continues, and the state in which it was left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Predecessor {
    /// Its origin.
    pub origin: String,
    /// Its number of entries.
    pub size: u64,
    /// Its root at that size.
    pub root: Hash,
}

// In the order of the canonical form, so that serialising it yields canonical JSON.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {
    keys: Vec<String>,
    ledger: String,
    origin: String,
    #[serde(deserialize_with = "required")]
    predecessor: Option<PredecessorPayload>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PredecessorPayload {
    origin: String,
    root: String,
    size: String,
}

/// Without this, serde would take an absent member for null.
fn required<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<Option<PredecessorPayload>, D::Error> {
    Option::deserialize(deserializer)
}

impl Genesis {
    /// A ledger without signers' keys and without a predecessor.
    ///
    /// # Errors
    /// `INVALID_ORIGIN` if the origin does not fit the C2SP grammar.
    pub fn new(ledger: LedgerId, origin: &str) -> Result<Self> {
        check_origin(origin)?;
        Ok(Self { ledger, origin: origin.to_owned(), keys: Vec::new(), predecessor: None })
    }

    /// Names the ledger that this one continues.
    ///
    /// # Errors
    /// `INVALID_ORIGIN` if the predecessor's origin does not fit the C2SP grammar.
    pub fn continuing(mut self, predecessor: Predecessor) -> Result<Self> {
        check_origin(&predecessor.origin)?;
        self.predecessor = Some(predecessor);
        Ok(self)
    }

    /// Reads the payload of entry 0; `None` if it does not have the shape of format section 5.
    #[must_use]
    pub fn parse(payload: &[u8]) -> Option<Self> {
        let payload: Payload = serde_json::from_slice(payload).ok()?;
        let predecessor = match payload.predecessor {
            None => None,
            Some(p) => {
                check_origin(&p.origin).ok()?;
                Some(Predecessor {
                    root: Hash::from_hex(&p.root)?,
                    size: decimal(&p.size)?,
                    origin: p.origin,
                })
            }
        };
        check_origin(&payload.origin).ok()?;
        payload.keys.iter().all(|key| is_vkey(key)).then_some(())?;
        Some(Self {
            ledger: LedgerId::from_hex(&payload.ledger)?,
            origin: payload.origin,
            keys: payload.keys,
            predecessor,
        })
    }

    /// The canonical payload.
    #[must_use]
    pub fn to_payload(&self) -> Vec<u8> {
        let predecessor = self.predecessor.as_ref();
        let payload = Payload {
            keys: self.keys.clone(),
            ledger: self.ledger.to_string(),
            origin: self.origin.clone(),
            predecessor: predecessor.map(|p| PredecessorPayload {
                origin: p.origin.clone(),
                root: p.root.to_string(),
                size: p.size.to_string(),
            }),
        };
        // Serialising strings into memory cannot fail.
        serde_json::to_vec(&payload).unwrap_or_default()
    }

    /// The ledger's id.
    #[must_use]
    pub fn ledger(&self) -> LedgerId {
        self.ledger
    }

    /// The C2SP origin line.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The ledger that this one continues.
    #[must_use]
    pub fn predecessor(&self) -> Option<&Predecessor> {
        self.predecessor.as_ref()
    }
}

/// Whether a text has the shape of a C2SP verifier key, `<name>+<8 hex>+<base64>`.
pub(crate) fn is_vkey(text: &str) -> bool {
    let mut parts = text.splitn(3, '+');
    let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else { return false };
    check_origin(name).is_ok()
        && decode_hex::<4>(id.as_bytes()).is_some()
        && STANDARD.decode(key).is_ok_and(|key| !key.is_empty())
}

/// Checks an origin line: 1 to 255 bytes without white space, control characters and `+`.
///
/// # Errors
/// `INVALID_ORIGIN` for anything else.
pub fn check_origin(origin: &str) -> Result<()> {
    let allowed = |c: char| !c.is_whitespace() && !c.is_control() && c != '+';
    if (1..=255).contains(&origin.len()) && origin.chars().all(allowed) {
        return Ok(());
    }
    let shown: String = origin.chars().take(80).collect();
    Err(Error::new(
        Code::InvalidOrigin,
        format!("origin {shown:?} is not 1 to 255 bytes without white space, control characters and '+'"),
    )
    .remedy("use a name such as example.com/team/project"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_payload_is_canonical_and_read_back() {
        let genesis = Genesis::new(LedgerId::from_bytes([0xab; 16]), "example.com/é\"").unwrap();
        let predecessor = Predecessor { origin: "example.com/old".into(), size: 12, root: Hash::of(b"root") };
        for genesis in [genesis.clone(), genesis.continuing(predecessor).unwrap()] {
            let payload = genesis.to_payload();
            assert_eq!(crate::canonicalize(&payload, 1 << 20).unwrap(), payload);
            assert_eq!(Genesis::parse(&payload), Some(genesis));
        }
    }

    #[test]
    fn another_shape_is_no_genesis() {
        let good = Genesis::new(LedgerId::from_bytes([0xab; 16]), "example.com/x").unwrap().to_payload();
        let good = String::from_utf8(good).unwrap();
        assert!(Genesis::parse(good.as_bytes()).is_some());
        for (from, to) in [
            ("\"keys\":[],", ""),
            (",\"predecessor\":null", ""),
            ("\"keys\":[]", "\"keys\":[1]"),
            ("\"keys\":[]", "\"keys\":[],\"more\":1"),
            ("abab", "ABAB"),
            ("example.com/x", "a b"),
            ("example.com/x", ""),
        ] {
            assert!(Genesis::parse(good.replacen(from, to, 1).as_bytes()).is_none(), "{from} -> {to}");
        }
        assert_eq!(check_origin("a+b").unwrap_err().code(), Code::InvalidOrigin);
        assert!(check_origin(&"a".repeat(255)).is_ok() && check_origin(&"a".repeat(256)).is_err());
    }
}
