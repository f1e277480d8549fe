//! Every search of the lexer whose length depends on the file.
//!
//! They stand together so that a test can count the bytes that they look at: a lexer that looks at a byte again for
//! each opener before it takes minutes for a hostile megabyte.

use memchr::memmem;

/// The place of the next byte of that value.
#[inline]
pub(crate) fn byte(value: u8, text: &[u8]) -> Option<usize> {
    counted(memchr::memchr(value, text), 1, text)
}

/// The place of the next byte of either value.
#[inline]
pub(crate) fn byte_of_two(a: u8, b: u8, text: &[u8]) -> Option<usize> {
    counted(memchr::memchr2(a, b, text), 1, text)
}

/// The place of the next byte of one of three values.
#[inline]
pub(crate) fn byte_of_three(a: u8, b: u8, c: u8, text: &[u8]) -> Option<usize> {
    counted(memchr::memchr3(a, b, c, text), 1, text)
}

/// The place of the next `word`.
#[inline]
pub(crate) fn word(word: &[u8], text: &[u8]) -> Option<usize> {
    counted(memmem::find(text, word), word.len(), text)
}

/// How many bytes at the beginning are all `such`.
#[inline]
pub(crate) fn run(text: &[u8], such: impl Fn(u8) -> bool) -> usize {
    let other = text.iter().position(|byte| !such(*byte));
    counted(other, 1, text).unwrap_or(text.len())
}

/// The last byte that is not `such`.
#[inline]
pub(crate) fn last_other(text: &[u8], such: impl Fn(u8) -> bool) -> Option<u8> {
    let back = text.iter().rev().position(|byte| !such(*byte));
    let back = counted(back, 1, text)?;
    text.len().checked_sub(back + 1).and_then(|at| text.get(at)).copied()
}

/// The text without white space at its end.
#[inline]
pub(crate) fn trimmed_end(text: &[u8]) -> &[u8] {
    let trimmed = text.trim_ascii_end();
    count(text.len() - trimmed.len() + 1);
    trimmed
}

/// The text without white space at its ends.
#[inline]
pub(crate) fn trimmed(text: &[u8]) -> &[u8] {
    let blank = run(text, |byte| byte.is_ascii_whitespace());
    trimmed_end(text.get(blank..).unwrap_or_default())
}

/// Whether there is nothing but white space.
#[inline]
pub(crate) fn is_blank(text: &[u8]) -> bool {
    run(text, |byte| byte.is_ascii_whitespace()) == text.len()
}

/// How many line feeds there are.
#[inline]
pub(crate) fn feeds(text: &[u8]) -> usize {
    count(text.len());
    memchr::memchr_iter(b'\n', text).count()
}

/// Counts what a search looked at: up to the end of what it found, or all.
#[inline]
fn counted(found: Option<usize>, length: usize, text: &[u8]) -> Option<usize> {
    count(found.map_or(text.len(), |at| at + length));
    found
}

/// Counts a step of the lexer, or bytes that it looked at. Nothing outside of tests.
#[inline]
#[cfg_attr(not(test), expect(unused_variables, reason = "only a test counts"))]
pub(crate) fn count(bytes: usize) {
    #[cfg(test)]
    LOOKED_AT.set(LOOKED_AT.get() + bytes as u64);
}

#[cfg(test)]
thread_local! {
    static LOOKED_AT: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// How many bytes `work` looks at on this thread.
#[cfg(test)]
pub(crate) fn looked_at(work: impl FnOnce()) -> u64 {
    let before = LOOKED_AT.get();
    work();
    LOOKED_AT.get() - before
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_search_counts_what_it_looks_at() {
        let text = b"  one two\n";
        assert_eq!(looked_at(|| assert_eq!(byte(b'o', text), Some(2))), 3);
        assert_eq!(looked_at(|| assert_eq!(byte(b'z', text), None)), 10);
        assert_eq!(looked_at(|| assert_eq!(byte_of_two(b'e', b'n', text), Some(3))), 4);
        assert_eq!(looked_at(|| assert_eq!(byte_of_three(b'e', b'w', b't', text), Some(4))), 5);
        assert_eq!(looked_at(|| assert_eq!(word(b"two", text), Some(6))), 9);
        assert_eq!(looked_at(|| assert_eq!(run(text, |byte| byte == b' '), 2)), 3);
        assert_eq!(looked_at(|| assert_eq!(last_other(text, |byte| byte == b'\n'), Some(b'o'))), 2);
        assert_eq!(looked_at(|| assert_eq!(last_other(b"  ", |byte| byte == b' '), None)), 2);
        assert_eq!(looked_at(|| assert_eq!(trimmed_end(text), b"  one two")), 2);
        assert_eq!(looked_at(|| assert_eq!(trimmed(text), b"one two")), 5);
        assert_eq!(looked_at(|| assert!(is_blank(b" \t"))), 2);
        assert_eq!(looked_at(|| assert_eq!(feeds(text), 1)), 10);
    }
}
