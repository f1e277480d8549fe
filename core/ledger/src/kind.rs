//! Kinds of entry.

use sealbook_error::{Code, Error, Result};
use std::fmt;

/// The kind of entry 0.
pub const GENESIS: &str = "sys.genesis";

const MAX_BYTES: usize = 64;

/// A kind that fits `[a-z][a-z0-9_]*(\.[a-z0-9_-]+)*`, at most 64 bytes.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Kind(Box<str>);

impl Kind {
    /// Parses any kind, those of the system included.
    ///
    /// # Errors
    /// `INVALID_KIND` if it does not fit the grammar.
    pub fn parse(text: &str) -> Result<Self> {
        if fits(text.as_bytes()) {
            return Ok(Self(text.into()));
        }
        let shown: String = text.chars().take(80).collect();
        Err(Error::new(
            Code::InvalidKind,
            format!("kind {shown:?} does not fit [a-z][a-z0-9_]*(\\.[a-z0-9_-]+)* in {MAX_BYTES} bytes"),
        )
        .remedy("use a kind such as human_review, or custom.<name> for your own"))
    }

    /// Parses a kind that a caller may record.
    ///
    /// # Errors
    /// `INVALID_KIND` if it does not fit the grammar, `RESERVED_KIND` for `sys` and all under it.
    ///
    /// ```
    /// use sealbook_ledger::Kind;
    /// assert!(Kind::for_caller("custom.deploy-eu").is_ok());
    /// assert_eq!(Kind::for_caller("sys.genesis").unwrap_err().code().name(), "RESERVED_KIND");
    /// ```
    pub fn for_caller(text: &str) -> Result<Self> {
        let kind = Self::parse(text)?;
        if kind.is_system() {
            return Err(Error::new(
                Code::ReservedKind,
                format!("kind {text:?} is written by Sealbook alone"),
            )
            .remedy("use another kind, such as custom.<name>"));
        }
        Ok(kind)
    }

    /// The kind of entry 0.
    #[must_use]
    pub fn genesis() -> Self {
        Self(GENESIS.into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is `sys` or begins with `sys.`.
    #[must_use]
    pub fn is_system(&self) -> bool {
        &*self.0 == "sys" || self.0.starts_with("sys.")
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

fn fits(text: &[u8]) -> bool {
    let mut parts = text.split(|b| *b == b'.');
    let first = parts.next().unwrap_or_default();
    text.len() <= MAX_BYTES
        && first.first().is_some_and(u8::is_ascii_lowercase)
        && first.iter().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_'))
        && parts.all(|part| {
            !part.is_empty() && part.iter().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-'))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_is_that_of_the_format() {
        for good in ["a", "human_review", "custom.x", "custom.9-x._", "a1_.b", &"a".repeat(64)] {
            assert!(Kind::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "A", "1a", "_a", "a-b", "a..b", "a.", ".a", "a b", "é", "a.B", &"a".repeat(65)] {
            assert_eq!(Kind::parse(bad).unwrap_err().code(), Code::InvalidKind, "{bad}");
        }
        assert_eq!(Kind::for_caller("sys").unwrap_err().code(), Code::ReservedKind);
        assert!(Kind::for_caller("system").is_ok());
    }
}
