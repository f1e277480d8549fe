//! A voter's own key, for votes that are signed where they are cast.

use super::ballot::Ballot;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey, EncodePrivateKey, KeypairBytes};
use ed25519_dalek::{Signer, SigningKey};
use sealbook_error::{Code, Error, Result};
use sealbook_ledger::Hash;
use std::fmt;

/// A private Ed25519 key. It is never shown, and wiped from memory when it is dropped; the PEM texts that it is read from and written as are their
/// holder's to wipe.
#[derive(Clone)]
pub struct VoterKey(SigningKey);

impl VoterKey {
    /// Reads a key in PEM (PKCS #8, RFC 8410), as `openssl genpkey -algorithm ed25519` and `sealbook key new` write it.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if it is none.
    ///
    /// # Example
    /// ```
    /// use sealbook_tasks::VoterKey;
    ///
    /// let key = VoterKey::from_seed(&[7; 32]);
    /// let again = VoterKey::from_pem(&key.to_pem()?)?;
    /// assert_eq!(again.public(), key.public());
    /// assert!(VoterKey::from_pem("-----BEGIN PUBLIC KEY-----").is_err());
    /// # Ok::<(), sealbook_error::Error>(())
    /// ```
    pub fn from_pem(pem: &str) -> Result<Self> {
        // What cannot be read is not repeated: it may be a key all the same. What the library says is about bytes of the format, and helps nobody.
        SigningKey::from_pkcs8_pem(pem.trim()).map(Self).map_err(|_| {
            Error::new(Code::InvalidArgument, "that is no private Ed25519 key in PEM")
                .remedy("make one with `sealbook key new FILE`")
        })
    }

    /// The key that 32 random bytes are.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The key in PEM, as OpenSSL reads it too.
    ///
    /// # Errors
    /// `INTERNAL` if it cannot be encoded.
    pub fn to_pem(&self) -> Result<String> {
        // Without the public key, which OpenSSL does not read in this place.
        let bytes = KeypairBytes { secret_key: self.0.to_bytes(), public_key: None };
        let pem = bytes.to_pkcs8_pem(LineEnding::LF).map(|pem| pem.to_string());
        pem.map_err(|e| Error::new(Code::Internal, format!("a key cannot be encoded: {e}")))
    }

    /// The public key, whose 64 hexadecimal digits are listed for the voter in `sealbook.toml`.
    #[must_use]
    pub fn public(&self) -> Hash {
        Hash::from_bytes(self.0.verifying_key().to_bytes())
    }

    /// Signs a ballot.
    ///
    /// # Errors
    /// As [`Ballot::message`].
    pub fn sign(&self, ballot: Ballot) -> Result<Ballot> {
        let signature = self.0.sign(&ballot.message()?).to_bytes();
        Ok(ballot.signed(&signature))
    }
}

impl fmt::Debug for VoterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VoterKey(of {})", self.public())
    }
}
