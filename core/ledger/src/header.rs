//! The header line: format section 4. It is written and read by hand because its bytes are what is hashed: there is
//! exactly one text for every header, and anything else is a fault.

use crate::hash::{Hash, decode_hex, encode_hex};
use crate::id::EntryId;
use crate::kind::Kind;
use crate::time::Time;
use crate::{LedgerId, VERSION};
use std::fmt;

const MAX_BYTES: usize = 65_535;

/// What an entry's header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The commitment to the payload.
    pub commitment: Hash,
    /// The entry's id.
    pub id: EntryId,
    /// The entry's kind.
    pub kind: Kind,
    /// The leaf hash of the entry before.
    pub prev: Hash,
    /// The entry's number.
    pub seq: u64,
    /// The actor's signature, if the entry is signed.
    pub sig: Option<Signature>,
    /// The writer's clock.
    pub time: Time,
}

/// An actor's Ed25519 signature over [`Header::signed_text`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// SHA-256 of the raw public key.
    pub key: Hash,
    /// The signature.
    pub value: [u8; 64],
}

/// Why bytes are not a header of this version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeaderFault {
    /// A header of another format version, which this crate cannot judge.
    Version(String),
    /// Not a header; where reading stopped and what was wanted there.
    Malformed(usize, &'static str),
}

impl fmt::Display for HeaderFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(version) => {
                write!(f, "the header has version {version:?}, which this program cannot judge")
            }
            Self::Malformed(at, wanted) => {
                write!(f, "the header is malformed at byte {at}: {wanted} is wanted there")
            }
        }
    }
}

impl Header {
    /// The header's bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(384);
        out.extend_from_slice(b"{\"commitment\":\"");
        out.extend_from_slice(&self.commitment.to_hex_bytes());
        out.extend_from_slice(b"\",\"id\":\"");
        out.extend_from_slice(&self.id.to_text());
        out.extend_from_slice(b"\",\"kind\":\"");
        out.extend_from_slice(self.kind.as_str().as_bytes());
        out.extend_from_slice(b"\",\"prev\":\"");
        out.extend_from_slice(&self.prev.to_hex_bytes());
        out.extend_from_slice(b"\",\"seq\":\"");
        out.extend_from_slice(itoa::Buffer::new().format(self.seq).as_bytes());
        if let Some(sig) = &self.sig {
            let mut value = [0; 128];
            encode_hex(&sig.value, &mut value);
            out.extend_from_slice(b"\",\"sig\":{\"key\":\"");
            out.extend_from_slice(&sig.key.to_hex_bytes());
            out.extend_from_slice(b"\",\"value\":\"");
            out.extend_from_slice(&value);
            out.extend_from_slice(b"\"},\"time\":\"");
        } else {
            out.extend_from_slice(b"\",\"time\":\"");
        }
        out.extend_from_slice(&self.time.to_bytes());
        out.extend_from_slice(b"\",\"v\":\"sealbook/1\"}");
        out
    }

    /// Reads a header's bytes; only the exact bytes that [`Header::to_bytes`] writes are one.
    ///
    /// # Errors
    /// [`HeaderFault::Version`] for a header of another version, [`HeaderFault::Malformed`] for anything else.
    pub fn parse(bytes: &[u8]) -> Result<Self, HeaderFault> {
        match read(bytes) {
            Ok(header) => Ok(header),
            Err(fault) => Err(other_version(bytes).map_or(fault, HeaderFault::Version)),
        }
    }

    /// The text that an actor signs: the JCS form of `{commitment, id, kind, ledger}`.
    #[must_use]
    pub fn signed_text(&self, ledger: LedgerId) -> String {
        let Self { commitment, id, kind, .. } = self;
        format!(r#"{{"commitment":"{commitment}","id":"{id}","kind":"{kind}","ledger":"{ledger}"}}"#)
    }
}

fn read(bytes: &[u8]) -> Result<Header, HeaderFault> {
    let mut text = Cursor { bytes, at: 0 };
    if bytes.len() > MAX_BYTES {
        return Err(HeaderFault::Malformed(MAX_BYTES, "the end"));
    }
    text.literal("{\"commitment\":\"")?;
    let commitment = text.hash()?;
    text.literal("\",\"id\":\"")?;
    let id = text.field(36, "a lower-case UUID of version 7", EntryId::parse_bytes)?;
    text.literal("\",\"kind\":\"")?;
    let kind = text.until_quote("a kind", |t| Kind::parse(t).ok())?;
    text.literal("\",\"prev\":\"")?;
    let prev = text.hash()?;
    text.literal("\",\"seq\":\"")?;
    let seq = text.until_quote("a decimal below 2^63 without leading zeros", decimal)?;
    let sig = if text.rest().starts_with(b"\",\"sig\"") {
        text.literal("\",\"sig\":{\"key\":\"")?;
        let key = text.hash()?;
        text.literal("\",\"value\":\"")?;
        let value = text.field(128, "128 lower-case hexadecimal digits", decode_hex)?;
        text.literal("\"},\"time\":\"")?;
        Some(Signature { key, value })
    } else {
        text.literal("\",\"time\":\"")?;
        None
    };
    let time = text
        .field(27, "a time as YYYY-MM-DDThh:mm:ss.ffffffZ", |t| Time::parse(std::str::from_utf8(t).ok()?))?;
    text.literal("\",\"v\":\"sealbook/1\"}")?;
    if !text.rest().is_empty() {
        return Err(text.wanted("the end"));
    }
    Ok(Header { commitment, id, kind, prev, seq, sig, time })
}

/// A number as the format writes it: ASCII digits, no leading zeros, below 2^63.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let canonical = text == "0" || (!text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit()));
    text.parse().ok().filter(|n| canonical && *n < 1 << 63)
}

/// The version, if the bytes are a JSON object whose last member is a `v` of another version of this format.
fn other_version(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    let start = text.rfind("\"v\":\"")?;
    let version = text.get(start + 5..)?.strip_suffix("\"}")?;
    let last = text.get(..start)?.trim_ascii_end().ends_with(['{', ',']);
    let plain = !version.contains(['"', '\\']);
    let object = crate::canonicalize(bytes, usize::MAX).is_ok();
    (last && plain && object && version.starts_with("sealbook/") && version != VERSION)
        .then(|| version.to_owned())
}

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    fn wanted(&self, what: &'static str) -> HeaderFault {
        HeaderFault::Malformed(self.at, what)
    }

    fn literal(&mut self, text: &'static str) -> Result<(), HeaderFault> {
        if !self.rest().starts_with(text.as_bytes()) {
            return Err(self.wanted(text));
        }
        self.at += text.len();
        Ok(())
    }

    fn field<T>(
        &mut self,
        len: usize,
        what: &'static str,
        read: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Result<T, HeaderFault> {
        let value = self.rest().get(..len).and_then(read).ok_or(self.wanted(what))?;
        self.at += len;
        Ok(value)
    }

    fn hash(&mut self) -> Result<Hash, HeaderFault> {
        self.field(64, "64 lower-case hexadecimal digits", |t| decode_hex(t).map(Hash::from_bytes))
    }

    fn until_quote<T>(
        &mut self,
        what: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, HeaderFault> {
        let len = self.rest().iter().position(|b| *b == b'"').ok_or(self.wanted(what))?;
        self.field(len, what, |t| read(std::str::from_utf8(t).ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(sig: Option<Signature>) -> Header {
        let time = Time::parse("2026-11-23T10:15:30.123456Z").unwrap();
        Header {
            commitment: Hash::of(b"payload"),
            id: EntryId::new(time, [9; 10]),
            kind: Kind::parse("human_review").unwrap(),
            prev: Hash::of(b"prev"),
            seq: 41,
            sig,
            time,
        }
    }

    #[test]
    fn a_header_is_read_back_from_its_bytes() {
        for sig in [None, Some(Signature { key: Hash::of(b"key"), value: [0xab; 64] })] {
            let header = header(sig);
            assert_eq!(Header::parse(&header.to_bytes()), Ok(header));
        }
    }

    #[test]
    fn every_changed_byte_is_a_fault_or_another_header() {
        let bytes = header(None).to_bytes();
        for at in 0..bytes.len() {
            for flip in [1, 0x20, 0x80] {
                let mut changed = bytes.clone();
                changed[at] ^= flip;
                if let Ok(parsed) = Header::parse(&changed) {
                    assert_eq!(parsed.to_bytes(), changed, "byte {at}: one header has one text");
                }
            }
        }
        assert!(Header::parse(&[&bytes[..], b"\n"].concat()).is_err());
        assert!(Header::parse(&bytes[..bytes.len() - 1]).is_err());
    }

    #[test]
    fn another_version_is_told_apart_from_damage() {
        let text = String::from_utf8(header(None).to_bytes()).unwrap();
        let newer = text.replace("sealbook/1", "sealbook/2");
        assert_eq!(Header::parse(newer.as_bytes()), Err(HeaderFault::Version("sealbook/2".into())));
        assert_eq!(
            Header::parse(br#"{"x":[1],"v":"sealbook/9"}"#),
            Err(HeaderFault::Version("sealbook/9".into()))
        );
        assert!(matches!(
            Header::parse(newer.replace("\"id\"", "id").as_bytes()),
            Err(HeaderFault::Malformed(..))
        ));
        assert!(matches!(
            Header::parse(text.replace("sealbook/1", "other/2").as_bytes()),
            Err(HeaderFault::Malformed(..))
        ));
    }

    #[test]
    fn numbers_have_one_form() {
        assert_eq!(decimal("0"), Some(0));
        assert_eq!(decimal("9223372036854775807"), Some((1 << 63) - 1));
        for bad in ["", "00", "01", "+1", "-1", "1 ", "9223372036854775808", "99999999999999999999"] {
            assert_eq!(decimal(bad), None, "{bad}");
        }
    }
}
