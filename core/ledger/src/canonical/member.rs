//! Members of an object: their order by UTF-16 code units, duplicates, and sorting.

use super::Pass;
use sealbook_error::{Code, Error, Result};
use std::cmp::Ordering;

/// A member that has been read; its bytes stand at `start..end` of the output.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) name: Name,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// A member's name.
#[derive(Debug)]
pub(super) enum Name {
    /// Without escapes: the range of the text between the quotes.
    Plain(usize, usize),
    /// With escapes: what they stand for.
    Escaped(String),
}

impl Name {
    fn bytes<'a>(&'a self, text: &'a [u8]) -> &'a [u8] {
        match self {
            Name::Plain(from, to) => text.get(*from..*to).unwrap_or_default(),
            Name::Escaped(name) => name.as_bytes(),
        }
    }

    #[inline]
    pub(super) fn cmp(&self, other: &Name, text: &[u8]) -> Ordering {
        utf16_order(self.bytes(text), other.bytes(text))
    }
}

/// The order of two UTF-8 strings by UTF-16 code units (RFC 8785 section 3.2.3).
///
/// It is the order of the bytes, but that a character beyond U+FFFF (first byte 0xF0 and up) is a surrogate pair in UTF-16 and
/// therefore comes before U+E000 to U+FFFF (first byte 0xEE and 0xEF).
fn utf16_order(a: &[u8], b: &[u8]) -> Ordering {
    match a.iter().zip(b).find(|(x, y)| x != y) {
        None => a.len().cmp(&b.len()),
        Some((&x, &y)) if x >= 0xEE && y >= 0xEE && (x >= 0xF0) != (y >= 0xF0) => y.cmp(&x),
        Some((x, y)) => x.cmp(y),
    }
}

impl Pass<'_> {
    /// Sorts the members from index `first` on, which are those of the object that ends here.
    pub(super) fn sort_members(&mut self, first: usize) -> Result<()> {
        let closing = self.at;
        self.at -= 1; // the brace is copied behind the members
        self.flush();
        self.at = closing;
        let text = self.text;
        let canon = &mut *self.canon;
        let Some(members) = canon.members.get_mut(first..) else { return Ok(()) };
        let start = members.first().map_or(0, |m| m.start);
        members.sort_unstable_by(|a, b| a.name.cmp(&b.name, text));
        for (a, b) in members.iter().zip(members.iter().skip(1)) {
            if a.name.cmp(&b.name, text).is_eq() {
                return Err(duplicate(a.name.bytes(text)));
            }
        }
        canon.reordered.clear();
        for member in members.iter() {
            if !canon.reordered.is_empty() {
                canon.reordered.push(b',');
            }
            canon.reordered.extend_from_slice(canon.out.get(member.start..member.end).unwrap_or_default());
        }
        canon.out.truncate(start);
        canon.out.extend_from_slice(&canon.reordered);
        Ok(())
    }
}

fn duplicate(name: &[u8]) -> Error {
    let shown: String = String::from_utf8_lossy(name).chars().take(80).collect();
    Error::new(Code::PayloadDuplicate, format!("an object of the payload has the member {shown:?} twice"))
        .remedy("keep one of the two")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_that_of_utf16_code_units() {
        let names = [
            "",
            "\r",
            "1",
            "a",
            "aa",
            "b",
            "é",
            "\u{d7ff}",
            "\u{10000}",
            "😀",
            "\u{10ffff}",
            "\u{e000}",
            "\u{fb33}",
            "\u{ffff}",
        ];
        for a in names {
            for b in names {
                let expected = a.encode_utf16().cmp(b.encode_utf16());
                assert_eq!(utf16_order(a.as_bytes(), b.as_bytes()), expected, "{a:?} {b:?}");
            }
        }
    }
}
