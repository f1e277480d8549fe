//! Canonical JSON (RFC 8785) in one pass over the text, refusing what the format refuses.
//!
//! Text that is already canonical is only scanned: what has not changed since the last difference is copied in one
//! piece. An object whose members are out of order is put right when its end is reached, by then a few moves of bytes.

mod member;
mod number;
mod scan;
mod string;

use member::{Member, Names};
use sealbook_error::{Code, Error, Result};

/// The deepest nesting that the format allows; the outermost object has depth 1.
pub const MAX_DEPTH: usize = 128;

/// The canonical form of a JSON object.
///
/// # Errors
/// `PAYLOAD_NOT_UTF8`, `PAYLOAD_NOT_JSON`, `PAYLOAD_NOT_OBJECT`, `PAYLOAD_DUPLICATE_KEY`, `PAYLOAD_LONE_SURROGATE`,
/// `PAYLOAD_INTEGER_RANGE`, `PAYLOAD_NOT_FINITE`, `PAYLOAD_TOO_DEEP`, or `PAYLOAD_TOO_LARGE` if the canonical form has
/// more than `limit` bytes.
///
/// ```
/// use sealbook_ledger::canonicalize;
/// let canonical = canonicalize(br#"{ "b": 1.50, "a": "\u0041" }"#, 1 << 20)?;
/// assert_eq!(canonical, br#"{"a":"A","b":1.5}"#);
/// assert_eq!(canonicalize(br#"{"n":9007199254740993}"#, 1 << 20).unwrap_err().code().name(), "PAYLOAD_INTEGER_RANGE");
/// # Ok::<(), sealbook_error::Error>(())
/// ```
pub fn canonicalize(text: &[u8], limit: usize) -> Result<Vec<u8>> {
    Canonicalizer::new(limit).canonicalize(text).map(<[u8]>::to_vec)
}

/// A canonicaliser that keeps its buffers from one payload to the next.
#[derive(Debug, Default)]
pub struct Canonicalizer {
    limit: usize,
    out: Vec<u8>,
    members: Vec<Member>,
    resolved: Vec<u8>,
    reordered: Vec<u8>,
}

impl Canonicalizer {
    /// A canonicaliser that refuses canonical forms of more than `limit` bytes.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self { limit, ..Self::default() }
    }

    /// The canonical form of `text`, in the canonicaliser's own buffer.
    ///
    /// # Errors
    /// As [`canonicalize`].
    pub fn canonicalize(&mut self, text: &[u8]) -> Result<&[u8]> {
        let text = std::str::from_utf8(text).map_err(|e| {
            Error::new(Code::PayloadNotUtf8, format!("the payload is not UTF-8 at byte {}", e.valid_up_to()))
                .remedy("encode it as UTF-8, or put binary data into a string as base64")
        })?;
        self.out.clear();
        self.members.clear();
        self.resolved.clear();
        let mut pass = Pass { text: text.as_bytes(), at: 0, copied: 0, depth: 0, canon: self };
        pass.document()?;
        Ok(&self.out)
    }
}

/// One run over one text.
struct Pass<'a> {
    text: &'a [u8],
    /// Where reading stands.
    at: usize,
    /// Everything before this has been copied to `canon.out` or dropped.
    copied: usize,
    depth: usize,
    canon: &'a mut Canonicalizer,
}

impl Pass<'_> {
    fn document(&mut self) -> Result<()> {
        self.space();
        if self.peek() != Some(b'{') {
            return Err(self.not_an_object());
        }
        self.value()?;
        self.flush();
        self.space();
        if self.at != self.text.len() {
            return Err(self.unexpected("the end"));
        }
        self.within_limit()
    }

    fn value(&mut self) -> Result<()> {
        match self.peek() {
            Some(b'"') => self.string(),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b't') => self.literal(b"true"),
            Some(b'f') => self.literal(b"false"),
            Some(b'n') => self.literal(b"null"),
            _ => Err(self.unexpected("a value")),
        }
    }

    fn nested(&mut self, inner: fn(&mut Self) -> Result<()>) -> Result<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Error::new(
                Code::PayloadTooDeep,
                format!("the payload is nested deeper than {MAX_DEPTH} at byte {}", self.at),
            )
            .remedy("flatten it, or put the inner document into a string"));
        }
        self.at += 1;
        self.space();
        inner(self)?;
        self.depth -= 1;
        self.within_limit()
    }

    fn array(&mut self) -> Result<()> {
        if self.eat(b']') {
            return Ok(());
        }
        loop {
            self.value()?;
            self.space();
            if self.eat(b']') {
                return Ok(());
            }
            self.expect(b',', "',' or ']'")?;
            self.space();
        }
    }

    fn object(&mut self) -> Result<()> {
        if self.eat(b'}') {
            return Ok(());
        }
        let first = self.canon.members.len();
        let mut sorted = true;
        loop {
            if self.peek() != Some(b'"') {
                return Err(self.unexpected("a member name"));
            }
            let start = self.position();
            let name = self.name()?;
            self.space();
            self.expect(b':', "':'")?;
            self.space();
            self.value()?;
            let member = Member { name, start, end: self.position() };
            if let Some(before) = self.canon.members.get(first..).and_then(<[Member]>::last) {
                let names = Names { text: self.text, resolved: &self.canon.resolved };
                sorted &= names.cmp(before.name, member.name).is_lt();
            }
            self.canon.members.push(member);
            self.space();
            if self.eat(b'}') {
                break;
            }
            self.expect(b',', "',' or '}'")?;
            self.space();
        }
        if !sorted {
            self.sort_members(first)?;
        }
        self.canon.members.truncate(first);
        Ok(())
    }

    fn literal(&mut self, word: &[u8]) -> Result<()> {
        if !self.rest().starts_with(word) {
            return Err(self.unexpected("a value"));
        }
        self.at += word.len();
        Ok(())
    }
}

#[cfg(test)]
mod tests;
