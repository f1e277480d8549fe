//! Strings: the shortest escapes, no lone surrogates (RFC 8785 section 3.2.2.2).

use super::Pass;
use super::member::Name;
use sealbook_error::{Code, Error, Result};

impl Pass<'_> {
    /// Reads a string that is a value.
    #[inline]
    pub(super) fn string(&mut self) -> Result<()> {
        self.at += 1;
        self.plain();
        while !self.eat(b'"') {
            self.escape()?;
            self.plain();
        }
        Ok(())
    }

    /// Reads a string that is a member's name.
    #[inline]
    pub(super) fn name(&mut self) -> Result<Name> {
        self.at += 1;
        let start = self.at;
        self.plain();
        if self.eat(b'"') {
            return Ok(Name::plain(self.text, start, self.at - 1));
        }
        self.resolved_name(start)
    }

    #[cold]
    fn resolved_name(&mut self, start: usize) -> Result<Name> {
        let begin = self.canon.resolved.len();
        let mut piece = start;
        loop {
            self.canon.resolved.extend_from_slice(self.text.get(piece..self.at).unwrap_or_default());
            if self.eat(b'"') {
                return Ok(Name::resolved(begin, self.canon.resolved.len()));
            }
            let c = self.escape()?;
            self.canon.resolved.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            piece = self.at;
            self.plain();
        }
    }

    /// Moves to the next quote, backslash or control character, eight bytes at a time.
    #[inline]
    fn plain(&mut self) {
        const ONES: u64 = 0x0101_0101_0101_0101;
        const HIGHS: u64 = 0x8080_8080_8080_8080;
        let rest = self.text.get(self.at..).unwrap_or_default();
        let (words, tail) = rest.as_chunks::<8>();
        for (index, word) in words.iter().enumerate() {
            let word = u64::from_le_bytes(*word);
            let zero_byte = |x: u64| x.wrapping_sub(ONES) & !x;
            let quote = zero_byte(word ^ (ONES * b'"' as u64));
            let backslash = zero_byte(word ^ (ONES * b'\\' as u64));
            let control = word.wrapping_sub(ONES * 0x20) & !word;
            let found = (quote | backslash | control) & HIGHS;
            if found != 0 {
                // Borrows can only mark bytes above a real find, so the lowest mark is real.
                self.at += index * 8 + found.trailing_zeros() as usize / 8;
                return;
            }
        }
        let special = |b: &u8| matches!(b, b'"' | b'\\' | 0..=0x1f);
        self.at += words.len() * 8 + tail.iter().position(special).unwrap_or(tail.len());
    }

    /// Reads one escape, puts its canonical form into the output, and returns the character.
    fn escape(&mut self) -> Result<char> {
        let start = self.at;
        if !self.eat(b'\\') {
            return Err(self.unexpected("a character of a string, '\"' or '\\'"));
        }
        let letter = self.peek();
        self.at += 1;
        let same = |c: char| Ok(c);
        match letter {
            Some(b'"') => same('"'),
            Some(b'\\') => same('\\'),
            Some(b'b') => same('\u{8}'),
            Some(b'f') => same('\u{c}'),
            Some(b'n') => same('\n'),
            Some(b'r') => same('\r'),
            Some(b't') => same('\t'),
            Some(b'/') => {
                self.replace(start, b"/");
                Ok('/')
            }
            Some(b'u') => {
                let c = self.unicode_escape(start)?;
                self.replace(start, canonical(c).as_bytes());
                Ok(c)
            }
            _ => {
                self.at = start + 1;
                Err(self.unexpected("one of \"\\/bfnrtu"))
            }
        }
    }

    fn unicode_escape(&mut self, start: usize) -> Result<char> {
        let high = self.four_digits()?;
        if let Some(c) = char::from_u32(high) {
            return Ok(c);
        }
        if high < 0xDC00 && self.rest().starts_with(b"\\u") {
            self.at += 2;
            let low = self.four_digits()?;
            if (0xDC00..0xE000).contains(&low) {
                let code = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
                return char::from_u32(code).ok_or_else(|| self.unexpected("a character"));
            }
        }
        Err(Error::new(
            Code::PayloadSurrogate,
            format!("a string has the lone surrogate \\u{high:04x} at byte {start}"),
        )
        .remedy("repair the text: it was probably cut inside a character"))
    }

    fn four_digits(&mut self) -> Result<u32> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|b| char::from(b).to_digit(16));
            code = code << 4 | digit.ok_or_else(|| self.unexpected("a hexadecimal digit"))?;
            self.at += 1;
        }
        Ok(code)
    }
}

/// The canonical form of a character inside a string.
fn canonical(c: char) -> String {
    match c {
        '"' => "\\\"".into(),
        '\\' => "\\\\".into(),
        '\u{8}' => "\\b".into(),
        '\u{c}' => "\\f".into(),
        '\n' => "\\n".into(),
        '\r' => "\\r".into(),
        '\t' => "\\t".into(),
        '\0'..='\u{1f}' => format!("\\u{:04x}", u32::from(c)),
        _ => c.into(),
    }
}
