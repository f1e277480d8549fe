//! Authors, committers and co-authors: `Name <address>`, and the time behind it.

use crate::Time;
use memchr::{memchr, memrchr};

/// Name and address as they stand in the commit, without surrounding white space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Identity<'a> {
    pub(crate) name: &'a [u8],
    pub(crate) email: &'a [u8],
}

impl<'a> Identity<'a> {
    /// Splits where git does: the address is between the first `<` and the next `>`.
    /// Without an address, everything is the name.
    pub(crate) fn parse(text: &'a [u8]) -> Self {
        let Some((name, rest)) = memchr(b'<', text).and_then(|at| text.split_at_checked(at)) else {
            return Self { name: text.trim_ascii(), email: b"" };
        };
        let rest = rest.get(1..).unwrap_or_default();
        let email = memchr(b'>', rest).and_then(|at| rest.get(..at)).unwrap_or_default();
        Self { name: name.trim_ascii(), email: email.trim_ascii() }
    }
}

/// The value of an `author` or `committer` line: identity, seconds and time zone.
/// A time that cannot be read is 0, as in git.
pub(crate) fn parse_signature(line: &[u8]) -> (Identity<'_>, Time) {
    let (person, time) = match memrchr(b'>', line).and_then(|at| line.split_at_checked(at + 1)) {
        Some(parts) => parts,
        None => (line, Default::default()),
    };
    let mut parts = time.split(|byte| *byte == b' ').filter(|part| !part.is_empty());
    let seconds = parts.next().and_then(number).unwrap_or_default();
    let offset_minutes = parts.next().and_then(offset).unwrap_or_default();
    (Identity::parse(person), Time { seconds, offset_minutes })
}

fn number(digits: &[u8]) -> Option<i64> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

fn offset(zone: &[u8]) -> Option<i16> {
    let (sign, digits) = match zone.split_first()? {
        (b'+', rest) => (1, rest),
        (b'-', rest) => (-1, rest),
        _ => return None,
    };
    let value = i16::try_from(number(digits)?).ok()?;
    Some(sign * ((value / 100) * 60 + value % 100))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_has_name_address_seconds_and_minutes_east_of_utc() {
        let (who, when) = parse_signature(b"Jane Roe <jane@example.com> 1700000000 -0330");
        assert_eq!((who.name, who.email), (&b"Jane Roe"[..], &b"jane@example.com"[..]));
        assert_eq!(when, Time { seconds: 1_700_000_000, offset_minutes: -210 });
    }

    #[test]
    fn broken_signatures_keep_what_can_be_read() {
        let (who, when) = parse_signature(b"Jane Roe");
        assert_eq!((who.name, who.email, when), (&b"Jane Roe"[..], &b""[..], Time::default()));
        let (who, when) = parse_signature(b" <> x +9");
        assert_eq!((who.name, who.email, when.seconds, when.offset_minutes), (&b""[..], &b""[..], 0, 9));
        let (who, when) = parse_signature(b"a <b> c> 5 +99999999999");
        assert_eq!((who.email, when.seconds, when.offset_minutes), (&b"b"[..], 5, 0));
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(line: Vec<u8>) {
            let _ = parse_signature(&line);
        }
    }
}
