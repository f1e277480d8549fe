//! The cursor of a pass: looking, eating, copying what has not changed, and saying where something is wrong.

use super::Pass;
use sealbook_error::{Code, Error, Result};

impl Pass<'_> {
    #[inline]
    pub(super) fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    #[inline]
    pub(super) fn rest(&self) -> &[u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    #[inline]
    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    #[inline]
    pub(super) fn expect(&mut self, byte: u8, wanted: &str) -> Result<()> {
        if self.eat(byte) { Ok(()) } else { Err(self.unexpected(wanted)) }
    }

    /// Skips white space, which the canonical form drops.
    #[inline]
    pub(super) fn space(&mut self) {
        if matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.flush();
            while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
                self.at += 1;
            }
            self.copied = self.at;
        }
    }

    /// Where in the output the next byte will stand.
    #[inline]
    pub(super) fn position(&self) -> usize {
        self.canon.out.len() + (self.at - self.copied)
    }

    /// Copies what has been read and not changed.
    pub(super) fn flush(&mut self) {
        self.canon.out.extend_from_slice(self.text.get(self.copied..self.at).unwrap_or_default());
        self.copied = self.at;
    }

    /// Puts `bytes` in the place of the text between `from` and where reading stands.
    pub(super) fn replace(&mut self, from: usize, bytes: &[u8]) {
        let kept = self.text.get(self.copied..from).unwrap_or_default();
        self.canon.out.extend_from_slice(kept);
        self.canon.out.extend_from_slice(bytes);
        self.copied = self.at;
    }

    pub(super) fn within_limit(&self) -> Result<()> {
        let limit = self.canon.limit;
        if self.position() <= limit {
            return Ok(());
        }
        Err(Error::new(Code::PayloadTooLarge, format!("the payload has more than {limit} bytes"))
            .remedy("record a hash of the large part and keep the part elsewhere, or raise the limit")
            .with("limit", limit))
    }

    pub(super) fn unexpected(&self, wanted: &str) -> Error {
        let found = match self.text.get(self.at) {
            None => "the text ends".to_owned(),
            Some(byte) if byte.is_ascii_graphic() => format!("there is '{}'", char::from(*byte)),
            Some(byte) => format!("there is byte 0x{byte:02x}"),
        };
        Error::new(
            Code::PayloadNotJson,
            format!("the payload is not JSON: at byte {} {found} instead of {wanted}", self.at),
        )
        .remedy("pass the output of a JSON library")
        .with("byte", self.at)
    }

    pub(super) fn not_an_object(&self) -> Error {
        let found = match self.peek() {
            Some(b'[') => "an array",
            Some(b'"') => "a string",
            Some(b'-' | b'0'..=b'9') => "a number",
            Some(b't' | b'f') => "a boolean",
            Some(b'n') => "null",
            _ => return self.unexpected("'{'"),
        };
        Error::new(Code::PayloadNotObject, format!("the payload is {found}, not an object"))
            .remedy("wrap it: {\"metadata\": {\"value\": ...}}")
    }
}
