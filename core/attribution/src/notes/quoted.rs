//! Paths in quotation marks.

use std::borrow::Cow;

/// The path of a line: without the quotation marks that stand around one with white space, and with git's
/// escapes resolved there. A text that is not whole is taken as it stands.
pub(super) fn unquoted(line: &[u8]) -> Cow<'_, [u8]> {
    let inner = line.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\""));
    let Some(inner) = inner else { return Cow::Borrowed(line) };
    if !inner.contains(&b'\\') {
        return Cow::Borrowed(inner);
    }
    unescaped(inner).map_or(Cow::Borrowed(inner), Cow::Owned)
}

fn unescaped(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = text.iter().copied();
    let mut out = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        out.push(match bytes.next()? {
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'a' => 7,
            b'b' => 8,
            b'v' => 11,
            b'f' => 12,
            same @ (b'"' | b'\\') => same,
            high @ b'0'..=b'3' => {
                let mut digit =
                    || bytes.next().filter(|digit| (b'0'..=b'7').contains(digit)).map(|d| d - b'0');
                (high - b'0') << 6 | digit()? << 3 | digit()?
            }
            _ => return None,
        });
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotation_marks_go_and_escapes_of_git_are_resolved() {
        assert_eq!(&*unquoted(b"src/a.rs"), b"src/a.rs");
        assert_eq!(&*unquoted(b"\"with space.rs\""), b"with space.rs");
        assert_eq!(&*unquoted(b"\"\\303\\251\\t.rs\""), "\u{e9}\t.rs".as_bytes());
    }

    #[test]
    fn what_is_no_escape_stands_as_it_is() {
        assert_eq!(&*unquoted(b"\"src\\main x.rs\""), b"src\\main x.rs");
        assert_eq!(&*unquoted(b"src\\new.rs"), b"src\\new.rs");
        assert_eq!(&*unquoted(b"\""), b"\"");
    }
}
