//! Entry ids: RFC 9562 UUIDs of version 7, lower case.

use crate::hash::{decode_hex, encode_hex};
use crate::time::Time;
use sealbook_error::{Code, Error, Result};
use std::fmt;

/// The id of an entry, a UUID of version 7.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId([u8; 16]);

impl EntryId {
    /// The id of this millisecond with 74 of the given 80 random bits.
    ///
    /// A time before 1970 counts as 1970.
    #[must_use]
    pub fn new(time: Time, random: [u8; 10]) -> Self {
        let millis = u64::try_from(time.as_micros() / 1000).unwrap_or(0);
        let mut bytes = [0; 16];
        let (head, tail) = bytes.split_at_mut(6);
        head.copy_from_slice(millis.to_be_bytes().split_at(2).1);
        tail.copy_from_slice(&random);
        bytes[6] = 0x70 | bytes[6] & 0x0f;
        bytes[8] = 0x80 | bytes[8] & 0x3f;
        Self(bytes)
    }

    /// The id of 16 bytes that carry version 7 and variant 10.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        let bytes: [u8; 16] = bytes.try_into().ok()?;
        (bytes[6] >> 4 == 7 && bytes[8] >> 6 == 2).then_some(Self(bytes))
    }

    /// Parses the lower-case form `8-4-4-4-12`.
    ///
    /// # Errors
    /// `INVALID_ID` for anything else.
    ///
    /// ```
    /// use sealbook_ledger::EntryId;
    /// assert!(EntryId::parse("019aaf3e-5a00-7000-8000-000000000001").is_ok());
    /// assert!(EntryId::parse("019aaf3e-5a00-4000-8000-000000000001").is_err()); // version 4
    /// ```
    pub fn parse(text: &str) -> Result<Self> {
        Self::parse_bytes(text.as_bytes()).ok_or_else(|| {
            let shown: String = text.chars().take(80).collect();
            Error::new(Code::InvalidId, format!("id {shown:?} is not a lower-case UUID of version 7"))
                .remedy("give all 36 characters of it, as it was printed")
        })
    }

    pub(crate) fn parse_bytes(text: &[u8]) -> Option<Self> {
        let text: &[u8; 36] = text.try_into().ok()?;
        let mut digits = [0; 32];
        let mut filled = digits.iter_mut();
        for (at, byte) in text.iter().enumerate() {
            match at {
                8 | 13 | 18 | 23 if *byte == b'-' => {}
                8 | 13 | 18 | 23 => return None,
                _ => *filled.next()? = *byte,
            }
        }
        Self::from_slice(&decode_hex::<16>(&digits)?)
    }

    /// The 16 bytes in network order.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// The 36 ASCII bytes of the lower-case form.
    #[must_use]
    pub fn to_text(self) -> [u8; 36] {
        let mut out = [b'-'; 36];
        let mut rest = out.as_mut_slice();
        for bytes in [&self.0[..4], &self.0[4..6], &self.0[6..8], &self.0[8..10], &self.0[10..]] {
            let (group, behind) = rest.split_at_mut(2 * bytes.len());
            encode_hex(bytes, group);
            rest = behind.get_mut(1..).unwrap_or_default();
        }
        out
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.to_text()).unwrap_or_default())
    }
}

impl fmt::Debug for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_id_is_a_version_7_uuid_of_its_millisecond() {
        let time = Time::parse("2026-11-23T10:15:30.123456Z").unwrap();
        let id = EntryId::new(time, [0xff; 10]);
        assert_eq!(id.to_string(), "01a207e7-524b-7fff-bfff-ffffffffffff");
        assert_eq!(EntryId::parse(&id.to_string()).unwrap(), id);
        assert_eq!(
            EntryId::new(Time::from_micros(-1).unwrap(), [0; 10]).to_string(),
            "00000000-0000-7000-8000-000000000000"
        );
    }

    #[test]
    fn other_forms_are_refused() {
        for text in [
            "",
            "019aafdc-5d6b-7fff-bfff-fffffffffff",
            "019AAFDC-5D6B-7FFF-BFFF-FFFFFFFFFFFF",
            "019aafdc-5d6b-4fff-bfff-ffffffffffff",
            "019aafdc-5d6b-7fff-cfff-ffffffffffff",
            "019aafdc05d6b-7fff-bfff-ffffffffffff",
            "{19aafdc-5d6b-7fff-bfff-ffffffffffff",
        ] {
            assert_eq!(EntryId::parse(text).unwrap_err().code(), Code::InvalidId, "{text}");
        }
        let long = EntryId::parse(&"x".repeat(100_000)).unwrap_err();
        assert!(long.message().len() < 250, "{long}");
    }
}
