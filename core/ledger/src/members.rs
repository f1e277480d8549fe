//! Walking over the members of JSON that is known to be well-formed, without building anything.
//!
//! The facets of every payload are read when it is recorded, indexed and verified; a full parser would cost as much as all the
//! rest of recording.

use std::borrow::Cow;

/// The members of an object: the raw text of each name, without its quotes, and of each value. Empty for any other value.
pub(crate) fn members(object: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut cursor = Cursor::inside(object, b'{');
    std::iter::from_fn(move || {
        let name = cursor.value()?;
        cursor.eat(b':')?;
        let value = cursor.value()?;
        let _ = cursor.eat(b',');
        Some((name.strip_prefix(b"\"")?.strip_suffix(b"\"")?, value))
    })
}

/// The raw text of each element of an array. Empty for any other value.
pub(crate) fn elements(array: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut cursor = Cursor::inside(array, b'[');
    std::iter::from_fn(move || {
        let value = cursor.value()?;
        let _ = cursor.eat(b',');
        Some(value)
    })
}

/// What a string says; `None` if the value is no string.
pub(crate) fn string(value: &[u8]) -> Option<Cow<'_, str>> {
    let inner = value.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    if inner.contains(&b'\\') {
        return serde_json::from_slice(value).ok().map(Cow::Owned);
    }
    std::str::from_utf8(inner).ok().map(Cow::Borrowed)
}

struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    fn inside(value: &'a [u8], open: u8) -> Self {
        Self { rest: value.strip_prefix(&[open]).unwrap_or_default() }
    }

    fn eat(&mut self, byte: u8) -> Option<()> {
        self.rest = self.rest.trim_ascii_start().strip_prefix(&[byte])?;
        Some(())
    }

    fn value(&mut self) -> Option<&'a [u8]> {
        self.rest = self.rest.trim_ascii_start();
        let len = match self.rest.first()? {
            b'"' => string_end(self.rest)?,
            b'{' | b'[' => nested_end(self.rest)?,
            b'}' | b']' => return None,
            _ => self
                .rest
                .iter()
                .position(|b| matches!(b, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t'))
                .unwrap_or(self.rest.len()),
        };
        let (value, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        Some(value)
    }
}

/// The length of the string that `text` begins with.
fn string_end(text: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        at += text.get(at..)?.iter().position(|b| matches!(b, b'"' | b'\\'))?;
        if text.get(at) == Some(&b'"') {
            return Some(at + 1);
        }
        at += 2;
    }
}

/// The length of the object or array that `text` begins with.
fn nested_end(text: &[u8]) -> Option<usize> {
    let (mut at, mut depth) = (0, 0usize);
    loop {
        match text.get(at)? {
            b'"' => at += string_end(text.get(at..)?)? - 1,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return Some(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_and_elements_are_those_of_a_parser() {
        let text = r#"{"a":"x\"}","b":{"c":[1,"]",{}],"d":null},"e":-1.5e3,"f":[],"g":true}"#;
        let parsed: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).unwrap();
        for text in [text.to_owned(), serde_json::to_string_pretty(&parsed).unwrap()] {
            let ours: Vec<_> = members(text.as_bytes()).collect();
            assert_eq!(ours.len(), parsed.len());
            for ((name, value), (their_name, their_value)) in ours.iter().zip(&parsed) {
                assert_eq!(*name, their_name.as_bytes());
                assert_eq!(serde_json::from_slice::<serde_json::Value>(value).unwrap(), *their_value);
            }
        }
        assert_eq!(
            elements(br#"[1, "a,b" ,[2,3],{"x":"]"}]"#).collect::<Vec<_>>(),
            [&b"1"[..], br#""a,b""#, b"[2,3]", br#"{"x":"]"}"#]
        );
        assert_eq!(string(br#""a\nb""#).as_deref(), Some("a\nb"));
        assert_eq!(string(b"1"), None);
    }

    #[test]
    fn malformed_text_ends_the_walk() {
        for text in [
            "",
            "{",
            "{\"a",
            "{\"a\":",
            "{\"a\":[1",
            "{\"a\":\"\\",
            "[}",
            "{]",
            "nonsense",
            "{\"a\" 1}",
            "{\"a\":1",
        ] {
            assert!(
                members(text.as_bytes()).count() <= 1 && elements(text.as_bytes()).count() <= 1,
                "{text}"
            );
        }
    }
}
