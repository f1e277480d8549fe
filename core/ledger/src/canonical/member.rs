//! Members of an object: their order by UTF-16 code units, duplicates, and sorting.

use super::Pass;
use sealbook_error::{Code, Error, Result};
use std::cmp::Ordering;

/// A member that has been read; its bytes stand at `start..end` of the output.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member {
    pub(super) name: Name,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// A member's name, without its quotes and escapes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Name {
    /// The first eight bytes, most significant first, if they are ASCII: most names differ there, and in the order of the bytes.
    prefix: Option<u64>,
    place: Place,
}

/// Where a name stands.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// In the text: it has no escapes.
    Text(usize, usize),
    /// In the buffer of resolved names.
    Resolved(usize, usize),
}

impl Name {
    #[inline]
    pub(super) fn plain(text: &[u8], from: usize, to: usize) -> Self {
        // What stands behind a short name is masked away.
        let word = text.get(from..).and_then(<[u8]>::first_chunk).map(|word| u64::from_be_bytes(*word));
        let mask = u64::MAX.checked_shl(64u32.saturating_sub(8 * (to - from).min(8) as u32)).unwrap_or(0);
        let word = word.unwrap_or(u64::MAX) & mask;
        let ascii = word & 0x8080_8080_8080_8080 == 0;
        Self { prefix: ascii.then_some(word), place: Place::Text(from, to) }
    }

    pub(super) fn resolved(from: usize, to: usize) -> Self {
        Self { prefix: None, place: Place::Resolved(from, to) }
    }
}

/// What names refer to.
#[derive(Clone, Copy)]
pub(super) struct Names<'a> {
    pub(super) text: &'a [u8],
    pub(super) resolved: &'a [u8],
}

impl<'a> Names<'a> {
    fn bytes(self, name: Name) -> &'a [u8] {
        match name.place {
            Place::Text(from, to) => self.text.get(from..to),
            Place::Resolved(from, to) => self.resolved.get(from..to),
        }
        .unwrap_or_default()
    }

    #[inline]
    pub(super) fn cmp(self, a: Name, b: Name) -> Ordering {
        match (a.prefix, b.prefix) {
            (Some(x), Some(y)) if x != y => x.cmp(&y),
            _ => utf16_order(self.bytes(a), self.bytes(b)),
        }
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
        let canon = &mut *self.canon;
        let names = Names { text: self.text, resolved: &canon.resolved };
        let Some(members) = canon.members.get_mut(first..) else { return Ok(()) };
        let start = members.first().map_or(0, |m| m.start);
        let mut equal = false;
        members.sort_unstable_by(|a, b| {
            let order = names.cmp(a.name, b.name);
            equal |= order.is_eq();
            order
        });
        // Neighbours are always compared with each other, but an element might be compared with itself, too.
        let twins = |pair: &[Member]| matches!(pair, [a, b] if names.cmp(a.name, b.name).is_eq());
        if equal && let Some([twin, _]) = members.windows(2).find(|pair| twins(pair)) {
            return Err(duplicate(names.bytes(twin.name)));
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
