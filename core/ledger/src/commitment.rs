//! The salted commitment of a header to its payload: format section 3.

use crate::genesis::LedgerId;
use crate::hash::{Hash, decode_hex, encode_hex};
use crate::id::EntryId;
use sha2::{Digest, Sha256};
use std::fmt;

/// The 32 random bytes that keep a payload from being guessed from its commitment.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Salt([u8; 32]);

impl Salt {
    /// The salt with these bytes, which come from the operating system's generator.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Parses 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        decode_hex(text.as_bytes()).map(Self)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = [0; 64];
        encode_hex(&self.0, &mut out);
        f.write_str(std::str::from_utf8(&out).unwrap_or_default())
    }
}

// A salt is as confidential as its payload: it never appears in logs.
impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt(..)")
    }
}

/// `SHA-256("sealbook/payload/v1\n" ‖ ledger ‖ id ‖ salt ‖ payload)`.
#[must_use]
pub fn commit(ledger: LedgerId, id: EntryId, salt: &Salt, payload: &[u8]) -> Hash {
    let mut prefix =
        *b"sealbook/payload/v1\n................................................................";
    let (_, rest) = prefix.split_at_mut(20);
    let (ledger_bytes, rest) = rest.split_at_mut(16);
    let (id_bytes, salt_bytes) = rest.split_at_mut(16);
    ledger_bytes.copy_from_slice(ledger.as_bytes());
    id_bytes.copy_from_slice(id.as_bytes());
    salt_bytes.copy_from_slice(&salt.0);
    let mut sha = Sha256::new();
    sha.update(prefix);
    sha.update(payload);
    Hash::from_bytes(sha.finalize().into())
}
