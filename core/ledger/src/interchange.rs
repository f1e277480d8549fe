//! The JSON lines in which a ledger travels: format section 7.

use crate::commitment::Salt;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// One line: an entry, with the exact text of its header and payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The header's text.
    pub header: String,
    /// The salt's digits as they stand in the file; absent if the entry is erased.
    pub salt: Option<String>,
    /// The payload's text; absent if the entry is erased.
    pub payload: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire<'a> {
    #[serde(borrow)]
    header: Cow<'a, str>,
    #[serde(deserialize_with = "present")]
    salt: Option<Cow<'a, str>>,
    #[serde(deserialize_with = "present")]
    payload: Option<Cow<'a, str>>,
}

/// Without this, serde would take an absent member for null.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Cow<'de, str>>, D::Error> {
    Option::deserialize(deserializer)
}

impl Line {
    /// Reads a line, with or without its line feed; `None` if it is not an entry.
    #[must_use]
    pub fn parse(line: &[u8]) -> Option<Self> {
        let wire: Wire = serde_json::from_slice(line.strip_suffix(b"\n").unwrap_or(line)).ok()?;
        Some(Self {
            header: wire.header.into_owned(),
            salt: wire.salt.map(Cow::into_owned),
            payload: wire.payload.map(Cow::into_owned),
        })
    }

    /// The salt's bytes, if it has 32.
    #[must_use]
    pub fn salt_bytes(&self) -> Option<Salt> {
        Salt::from_hex(self.salt.as_deref()?)
    }
}

/// Writes an entry as a line with its line feed. Header and payload must be UTF-8, which every stored entry is that
/// passes verification; anything else is replaced, and a verifier then reports it.
pub fn write_line(out: &mut Vec<u8>, header: &[u8], salt: Option<&[u8]>, payload: Option<&[u8]>) {
    let salt = salt.map(|bytes| {
        let mut digits = vec![0; bytes.len() * 2];
        crate::hash::encode_hex(bytes, &mut digits);
        String::from_utf8(digits).unwrap_or_default().into()
    });
    let wire =
        Wire { header: String::from_utf8_lossy(header), salt, payload: payload.map(String::from_utf8_lossy) };
    // Serialising strings into memory cannot fail.
    let _ = serde_json::to_writer(&mut *out, &wire);
    out.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_back() {
        let mut out = Vec::new();
        write_line(&mut out, b"{\"h\":1}", Some(&[0xab; 32]), Some("{\"é\":\"\\n\"}".as_bytes()));
        write_line(&mut out, b"{}", None, None);
        let mut lines = out.split_inclusive(|b| *b == b'\n').map(|l| Line::parse(l).unwrap());
        let first = lines.next().unwrap();
        assert_eq!((first.header.as_str(), first.payload.as_deref()), ("{\"h\":1}", Some("{\"é\":\"\\n\"}")));
        assert_eq!(first.salt_bytes(), Some(Salt::from_bytes([0xab; 32])));
        assert_eq!(lines.next().unwrap(), Line { header: "{}".into(), salt: None, payload: None });
    }

    #[test]
    fn anything_else_is_no_line() {
        for line in [
            "",
            " ",
            "[]",
            r#"{"header":"x"}"#,
            r#"{"header":"x","salt":null}"#,
            r#"{"header":1,"salt":null,"payload":null}"#,
            r#"{"header":"x","salt":null,"payload":null,"more":1}"#,
            r#"{"header":"x","salt":null,"payload":null} x"#,
        ] {
            assert_eq!(Line::parse(line.as_bytes()), None, "{line}");
        }
        assert_eq!(Line::parse(b"{\"header\":\"\xff\",\"salt\":null,\"payload\":null}"), None);
    }
}
