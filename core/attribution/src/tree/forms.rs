//! How each lexical form is recognised at a place, and where it ends.

use super::lexer::{Found, Lexer, Span};
use super::seek;
use super::syntax::{Form, Here};
use std::ops::Range;

/// A here-document that was announced.
#[derive(Debug, Clone)]
pub(crate) struct Pending {
    word: Range<usize>,
    may_indent: bool,
}

/// The bytes that a form can begin with, in lower case.
pub(crate) fn first_bytes(form: &Form) -> Vec<u8> {
    let text = match *form {
        Form::Line(open)
        | Form::WordStart(open)
        | Form::LineStart(open)
        | Form::Block(open, _)
        | Form::Nested(open, _)
        | Form::Lines(open, _)
        | Form::Quoted(open, ..) => open,
        Form::Long(prefix) => return vec![prefix.bytes().next().unwrap_or(b'[')],
        Form::HashRaw(prefix) => return prefix.bytes().next().map_or_else(|| vec![b'#'], |byte| vec![byte]),
        Form::Char => "'",
        Form::CppRaw => "r",
        Form::Template => "`",
        Form::Regex => "/",
        Form::Heredoc(_) => "<",
        Form::Dollar => "$",
    };
    text.bytes().take(1).collect()
}

/// What `form` is at a place.
pub(crate) fn find(lexer: &mut Lexer<'_>, form: &Form, at: usize) -> Found {
    match *form {
        Form::Line(open) if lexer.starts_with(at, open) => line(lexer, at, open),
        Form::WordStart(open) if lexer.starts_with(at, open) && is_word_start(lexer, at) => {
            line(lexer, at, open)
        }
        Form::LineStart(open) if starts_with_any_case(lexer, at, open) && lexer.is_line_start(at) => {
            line(lexer, at, open)
        }
        Form::Block(open, close) if lexer.starts_with(at, open) => block(lexer, at, open, close),
        Form::Nested(open, close) if lexer.starts_with(at, open) => nested(lexer, at, open, close),
        Form::Lines(open, close) if lexer.starts_with(at, open) && lexer.before(at) == b'\n' => {
            lines(lexer, at, open, close)
        }
        Form::Long(prefix) if lexer.starts_with(at, prefix) => long(lexer, at, prefix),
        Form::Quoted(open, close, escape, may_span) if lexer.starts_with(at, open) => {
            Found::Text(quoted(lexer, at + open.len(), close, escape, may_span))
        }
        Form::Char if lexer.byte(at) == b'\'' => Found::Text(character(lexer, at)),
        Form::HashRaw(prefix) if lexer.starts_with(at, prefix) && !follows_word(lexer, at) => {
            hash_raw(lexer, at + prefix.len())
        }
        Form::CppRaw if lexer.starts_with(at, "R\"") => cpp_raw(lexer, at + 2),
        Form::Template if lexer.byte(at) == b'`' => Found::Text(template(lexer, at + 1)),
        Form::Regex if lexer.byte(at) == b'/' => regex(lexer, at),
        Form::Heredoc(here) if lexer.starts_with(at, "<<") => heredoc(lexer, at, here),
        Form::Dollar if lexer.byte(at) == b'$' => dollar(lexer, at),
        _ => Found::Nothing,
    }
}

fn comment(start: usize, end: usize, open: usize, close: usize, is_line: bool) -> Found {
    Found::Comment(Span { start, end, open, close, is_line, is_first: false })
}

fn line(lexer: &Lexer<'_>, at: usize, open: &str) -> Found {
    comment(at, lexer.line_end(at), open.len(), 0, true)
}

fn starts_with_any_case(lexer: &Lexer<'_>, at: usize, open: &str) -> bool {
    lexer.rest(at).get(..open.len()).is_some_and(|text| text.eq_ignore_ascii_case(open.as_bytes()))
}

fn is_word_start(lexer: &Lexer<'_>, at: usize) -> bool {
    let before = lexer.before(at);
    before.is_ascii_whitespace() || matches!(before, b';' | b'&' | b'|' | b'(' | b')' | b'{' | b'}' | b'`')
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

fn follows_word(lexer: &Lexer<'_>, at: usize) -> bool {
    // `br"…"` and `cr"…"` are raw, too.
    let before = lexer.before(at);
    is_word(before) && !(matches!(before, b'b' | b'c') && (at < 2 || !is_word(lexer.before(at - 1))))
}

fn block(lexer: &Lexer<'_>, at: usize, open: &str, close: &str) -> Found {
    match lexer.behind(at + open.len(), close) {
        Some(end) => comment(at, end, open.len(), close.len(), false),
        None => comment(at, lexer.bytes.len(), open.len(), 0, false),
    }
}

fn nested(lexer: &Lexer<'_>, at: usize, open: &str, close: &str) -> Found {
    let (first, other) = (open.bytes().next().unwrap_or(0), close.bytes().next().unwrap_or(0));
    let (mut depth, mut next) = (1_usize, at + open.len());
    while let Some(offset) = seek::byte_of_two(first, other, lexer.rest(next)) {
        next += offset;
        if lexer.starts_with(next, close) {
            depth -= 1;
            next += close.len();
            if depth == 0 {
                return comment(at, next, open.len(), close.len(), false);
            }
        } else if lexer.starts_with(next, open) {
            depth += 1;
            next += open.len();
        } else {
            next += 1;
        }
    }
    comment(at, lexer.bytes.len(), open.len(), 0, false)
}

fn lines(lexer: &Lexer<'_>, at: usize, open: &str, close: &str) -> Found {
    let mut next = lexer.line_end(at);
    while next < lexer.bytes.len() {
        next += 1;
        let end = lexer.line_end(next);
        if lexer.starts_with(next, close) {
            return comment(at, end, open.len(), end - next, false);
        }
        next = end;
    }
    comment(at, lexer.bytes.len(), open.len(), 0, false)
}

fn long(lexer: &Lexer<'_>, at: usize, prefix: &str) -> Found {
    let from = at + prefix.len();
    let level = seek::run(lexer.rest(from).get(1..).unwrap_or_default(), |byte| byte == b'=');
    if lexer.byte(from) != b'[' || lexer.byte(from + 1 + level) != b'[' {
        // A run of equals signs is looked at again for each bracket before it only, and there is one.
        return Found::Nothing;
    }
    let inside = from + level + 2;
    let mut close = vec![b']'];
    close.resize(level + 1, b'=');
    close.push(b']');
    let found = seek::word(&close, lexer.rest(inside));
    let end = found.map_or(lexer.bytes.len(), |offset| inside + offset + close.len());
    match prefix {
        "" => Found::Text(end),
        _ => comment(at, end, inside - at, if found.is_some() { close.len() } else { 0 }, false),
    }
}

fn quoted(lexer: &Lexer<'_>, from: usize, close: &str, escape: Option<u8>, may_span: bool) -> usize {
    let Some(first) = close.bytes().next() else { return from };
    let stop = if may_span { first } else { b'\n' };
    let mut at = from;
    loop {
        let Some(offset) = seek::byte_of_three(first, escape.unwrap_or(first), stop, lexer.rest(at)) else {
            return lexer.bytes.len();
        };
        at += offset;
        let byte = lexer.byte(at);
        if Some(byte) == escape {
            at += 2;
        } else if byte == first && lexer.starts_with(at, close) {
            return at + close.len();
        } else if byte == b'\n' && !may_span {
            return at;
        } else {
            at += 1;
        }
        if at >= lexer.bytes.len() {
            return lexer.bytes.len();
        }
    }
}

fn character(lexer: &Lexer<'_>, at: usize) -> usize {
    let first = lexer.byte(at + 1);
    if first == b'\\' {
        // The longest is `'\u{10FFFF}'`; what follows the backslash may be an apostrophe.
        let rest = lexer.rest(at + 3);
        let rest = rest.get(..rest.len().min(12)).unwrap_or_default();
        return seek::byte(b'\'', rest).map_or(at + 1, |offset| at + 4 + offset);
    }
    let length = match first {
        0..=0x7f => 1,
        0x80..=0xdf => 2,
        0xe0..=0xef => 3,
        _ => 4,
    };
    if first != b'\n' && lexer.byte(at + 1 + length) == b'\'' { at + length + 2 } else { at + 1 }
}

fn hash_raw(lexer: &Lexer<'_>, from: usize) -> Found {
    let hashes = seek::run(lexer.rest(from), |byte| byte == b'#');
    if lexer.byte(from + hashes) != b'"' {
        // All of the run, so that it is not counted again from its second mark.
        return if hashes > 1 { Found::Text(from + hashes) } else { Found::Nothing };
    }
    let mut close = vec![b'"'];
    close.resize(hashes + 1, b'#');
    let inside = from + hashes + 1;
    let found = seek::word(&close, lexer.rest(inside));
    Found::Text(found.map_or(lexer.bytes.len(), |offset| inside + offset + close.len()))
}

fn cpp_raw(lexer: &Lexer<'_>, from: usize) -> Found {
    // A delimiter has at most 16 characters.
    let head = lexer.rest(from);
    let head = head.get(..head.len().min(17)).unwrap_or_default();
    let Some(length) = seek::byte(b'(', head) else { return Found::Nothing };
    let delimiter = head.get(..length).unwrap_or_default();
    let close = [b")", delimiter, b"\""].concat();
    let inside = from + length + 1;
    let found = seek::word(&close, lexer.rest(inside));
    Found::Text(found.map_or(lexer.bytes.len(), |offset| inside + offset + close.len()))
}

/// The end of a template's text that begins at a place: behind its end, or behind `${`, where code begins.
pub(crate) fn template(lexer: &mut Lexer<'_>, from: usize) -> usize {
    let mut at = from;
    while let Some(offset) = seek::byte_of_three(b'`', b'\\', b'$', lexer.rest(at)) {
        at += offset;
        match (lexer.byte(at), lexer.byte(at + 1)) {
            (b'`', _) => return at + 1,
            (b'$', b'{') => {
                lexer.templates.push(0);
                return at + 2;
            }
            (b'\\', _) => at += 2,
            _ => at += 1,
        }
        if at >= lexer.bytes.len() {
            break;
        }
    }
    lexer.bytes.len()
}

fn regex(lexer: &mut Lexer<'_>, at: usize) -> Found {
    if at < lexer.no_regex_before || !expects_operand(lexer, at) {
        return Found::Nothing;
    }
    let (mut next, mut in_class) = (at + 1, false);
    while let Some(byte) = lexer.bytes.get(next) {
        seek::count(1);
        match byte {
            b'\n' => break,
            b'\\' if lexer.byte(next + 1) != b'\n' => next += 1,
            b'[' => in_class = true,
            b']' => in_class = false,
            b'/' if !in_class => return Found::Text(next + 1),
            _ => {}
        }
        next += 1;
    }
    // Not closed on its line, so a division; nor is any other that begins behind it looked for again.
    lexer.no_regex_before = next;
    Found::Nothing
}

/// Whether an operand may stand here, so that a slash is no division.
fn expects_operand(lexer: &Lexer<'_>, at: usize) -> bool {
    const WORDS: [&[u8]; 14] = [
        b"return",
        b"typeof",
        b"instanceof",
        b"in",
        b"of",
        b"new",
        b"delete",
        b"void",
        b"throw",
        b"case",
        b"do",
        b"else",
        b"yield",
        b"await",
    ];
    let code = seek::trimmed_end(lexer.bytes.get(..at).unwrap_or_default());
    match code.last() {
        None => true,
        Some(byte) if is_word(*byte) || *byte == b'$' => {
            let tail = code.get(code.len().saturating_sub(12)..).unwrap_or_default();
            let word = tail.rsplit(|byte| !is_word(*byte) && *byte != b'$').next().unwrap_or_default();
            WORDS.contains(&word)
        }
        Some(byte) => !matches!(byte, b')' | b']' | b'"' | b'\'' | b'`'),
    }
}

fn heredoc(lexer: &mut Lexer<'_>, at: usize, here: Here) -> Found {
    let mut next = at + 2;
    if here == Here::Php {
        if lexer.byte(next) != b'<' {
            return Found::Nothing;
        }
        next += 1;
    } else if lexer.byte(next) == b'<' {
        return Found::Text(next + 1);
    }
    let mut may_indent = here == Here::Php;
    let mut is_marked = here != Here::Script;
    if matches!(lexer.byte(next), b'-' | b'~') {
        (may_indent, is_marked) = (true, true);
        next += 1;
    }
    if here != Here::Script {
        // Further than a few blanks nobody writes the word.
        next += lexer.rest(next).iter().take(8).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    }
    if matches!(lexer.byte(next), b'"' | b'\'' | b'`' | b'\\') {
        is_marked = true;
        next += 1;
    }
    let length = lexer.rest(next).iter().take(128).take_while(|byte| is_word(**byte)).count();
    let first = lexer.byte(next);
    if length == 0 || first.is_ascii_digit() || !(is_marked || first.is_ascii_uppercase()) {
        return Found::Nothing;
    }
    let word = next..next + length;
    next += length;
    if matches!(lexer.byte(next), b'"' | b'\'' | b'`') {
        next += 1;
    }
    lexer.pending.push(Pending { word, may_indent });
    Found::Text(next)
}

/// The end of the here-documents that begin at a place.
pub(crate) fn here_documents(lexer: &mut Lexer<'_>, from: usize) -> usize {
    let mut at = from;
    for Pending { word, may_indent } in std::mem::take(&mut lexer.pending) {
        let word = lexer.bytes.get(word).unwrap_or_default();
        loop {
            if at >= lexer.bytes.len() {
                return lexer.bytes.len();
            }
            let end = lexer.line_end(at);
            let line = lexer.bytes.get(at..end).unwrap_or_default();
            at = end + 1;
            let indent = if may_indent { seek::run(line, |byte| byte.is_ascii_whitespace()) } else { 0 };
            let line = line.get(indent..).unwrap_or_default();
            let behind = line.strip_prefix(word);
            if behind.is_some_and(|behind| !behind.first().is_some_and(|byte| is_word(*byte))) {
                break;
            }
        }
    }
    at.min(lexer.bytes.len())
}

fn dollar(lexer: &Lexer<'_>, at: usize) -> Found {
    if is_word(lexer.before(at)) {
        return Found::Nothing;
    }
    let length = lexer.rest(at + 1).iter().take(64).take_while(|byte| is_word(**byte)).count();
    if lexer.byte(at + 1 + length) != b'$' || lexer.byte(at + 1).is_ascii_digit() {
        return Found::Nothing;
    }
    let end = at + length + 2;
    let tag = lexer.bytes.get(at..end).unwrap_or_default();
    let found = seek::word(tag, lexer.rest(end));
    Found::Text(found.map_or(lexer.bytes.len(), |offset| end + offset + tag.len()))
}
