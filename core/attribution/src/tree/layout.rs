//! Files that hold several languages, and the parts of them where comments can stand.

use super::languages::Layout;
use super::lexer::{Lexer, Span};
use super::seek;
use super::syntax::{self, Syntax};
use std::ops::Range;

/// Hands every comment of a file to `take`, in order.
pub(crate) fn spans(layout: Layout, bytes: &[u8], take: &mut dyn FnMut(Span)) {
    let start = prologue(bytes);
    match layout {
        Layout::Plain(syntax) => Lexer::new(syntax, bytes, start..bytes.len()).for_each(take),
        Layout::Markup => markup(bytes, start..bytes.len(), &mut true, take),
        Layout::Markdown => markdown(bytes, start, take),
        Layout::Php => php(bytes, start, take),
        Layout::Yaml => yaml(bytes, start, take),
    }
}

/// The place behind a byte order mark and a `#!` line, neither of which is a comment of the file's.
fn prologue(bytes: &[u8]) -> usize {
    let start = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let rest = bytes.get(start..).unwrap_or_default();
    // `#![attribute]` of Rust begins alike.
    match rest.strip_prefix(b"#!").map(<[u8]>::trim_ascii_start) {
        Some(program) if program.starts_with(b"/") => start + seek::byte(b'\n', rest).unwrap_or(rest.len()),
        _ => start,
    }
}

fn get(bytes: &[u8], range: Range<usize>) -> &[u8] {
    bytes.get(range).unwrap_or_default()
}

fn begins(text: &[u8], with: &[u8]) -> bool {
    text.get(..with.len()).is_some_and(|text| text.eq_ignore_ascii_case(with))
}

fn find(bytes: &[u8], range: Range<usize>, text: &[u8]) -> Option<usize> {
    seek::word(text, get(bytes, range.clone())).map(|offset| range.start + offset)
}

/// Comments of markup, whose openers and closers these are.
const MARKS: [(&[u8], &[u8]); 3] = [(b"<!--", b"-->"), (b"<%--", b"--%>"), (b"<%#", b"%>")];

fn markup(bytes: &[u8], range: Range<usize>, is_first: &mut bool, take: &mut dyn FnMut(Span)) {
    let (mut at, mut done) = (range.start, range.start);
    while let Some(offset) = seek::byte(b'<', get(bytes, at..range.end)) {
        at += offset;
        *is_first &= seek::is_blank(get(bytes, done..at));
        let rest = get(bytes, at..range.end);
        done = if let Some((open, close)) = MARKS.into_iter().find(|(open, _)| rest.starts_with(open)) {
            let found = find(bytes, at + open.len()..range.end, close);
            let end = found.map_or(range.end, |found| found + close.len());
            let close = if found.is_some() { close.len() } else { 0 };
            take(Span { start: at, end, open: open.len(), close, is_line: false, is_first: *is_first });
            end
        } else if rest.starts_with(b"<?") || begins(rest, b"<!doctype") {
            // What an XML or HTML file declares about itself does not belong to its content.
            seek::byte(b'>', rest).map_or(range.end, |length| at + length + 1)
        } else if rest.starts_with(b"<![CDATA[") {
            *is_first = false;
            find(bytes, at..range.end, b"]]>").map_or(range.end, |found| found + 3)
        } else if let Some(end) = embedded(bytes, at..range.end, is_first, take) {
            end
        } else {
            *is_first = false;
            at + 1
        };
        at = done;
    }
}

/// The elements whose content is of another language.
static EMBEDDED: [(&[u8], &[u8], &Syntax); 2] =
    [(b"<script", b"</script", &syntax::JAVASCRIPT), (b"<style", b"</style", &syntax::SCSS)];

/// The end of a script or a style that begins here.
fn embedded(
    bytes: &[u8],
    range: Range<usize>,
    is_first: &mut bool,
    take: &mut dyn FnMut(Span),
) -> Option<usize> {
    let rest = get(bytes, range.clone());
    let (open, close, syntax) = EMBEDDED.into_iter().find(|(open, ..)| begins(rest, open))?;
    if rest.get(open.len()).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'-') {
        return None;
    }
    *is_first = false;
    let start = seek::byte(b'>', rest).map_or(range.end, |length| range.start + length + 1);
    let mut end = start;
    while let Some(offset) = seek::byte(b'<', get(bytes, end..range.end)) {
        end += offset;
        if begins(get(bytes, end..range.end), close) {
            break;
        }
        end += 1;
    }
    if !begins(get(bytes, end..range.end), close) {
        end = range.end;
    }
    Lexer::new(syntax, bytes, start..end).for_each(|span| take(Span { is_first: false, ..span }));
    Some(end)
}

fn markdown(bytes: &[u8], start: usize, take: &mut dyn FnMut(Span)) {
    let mut is_first = true;
    let mut at = start;
    while at < bytes.len() {
        let end = seek::byte(b'\n', get(bytes, at..bytes.len())).map_or(bytes.len(), |length| at + length);
        let line = get(bytes, at..end);
        let indent = seek::run(line, |byte| byte.is_ascii_whitespace());
        let text = line.get(indent..).unwrap_or_default();
        let is_code = indent >= 4 || line.starts_with(b"\t");
        let fence = seek::run(text, |byte| byte == b'`');
        let fence = if fence > 0 { fence } else { seek::run(text, |byte| byte == b'~') };
        at = if fence >= 3 {
            is_first = false;
            behind_fence(bytes, end + 1, text.get(..fence).unwrap_or_default())
        } else if is_code || text.is_empty() {
            end + 1
        } else {
            markdown_line(bytes, at..end, &mut is_first, take)
        };
    }
}

fn behind_fence(bytes: &[u8], from: usize, fence: &[u8]) -> usize {
    let mut at = from;
    while at < bytes.len() {
        let end = seek::byte(b'\n', get(bytes, at..bytes.len())).map_or(bytes.len(), |length| at + length);
        let line = get(bytes, at..end);
        let indent = seek::run(line, |byte| byte.is_ascii_whitespace());
        let is_end = line.get(indent..).is_some_and(|text| text.starts_with(fence));
        at = end + 1;
        if is_end {
            break;
        }
    }
    at
}

/// The beginning of the line behind this one and the comments that begin in it.
fn markdown_line(bytes: &[u8], line: Range<usize>, is_first: &mut bool, take: &mut dyn FnMut(Span)) -> usize {
    let mut at = line.start;
    let mut in_code = false;
    while let Some(offset) = seek::byte_of_two(b'`', b'<', get(bytes, at..line.end)) {
        *is_first &= seek::is_blank(get(bytes, at..at + offset));
        at += offset;
        let rest = get(bytes, at..bytes.len());
        if rest.starts_with(b"`") {
            // A span of code ends at the next run of back quotes, whatever its length: enough to stay out of it.
            in_code = !in_code;
            at += seek::run(rest, |byte| byte == b'`');
        } else if rest.starts_with(b"<!--") && !in_code {
            let found = find(bytes, at + 4..bytes.len(), b"-->");
            let end = found.map_or(bytes.len(), |found| found + 3);
            let close = if found.is_some() { 3 } else { 0 };
            take(Span { start: at, end, open: 4, close, is_line: false, is_first: *is_first });
            if end > line.end {
                // What stands behind a comment of several lines is read as a line of its own.
                return end;
            }
            at = end;
            continue;
        } else {
            at += 1;
        }
        *is_first = false;
    }
    *is_first &= seek::is_blank(get(bytes, at..line.end));
    line.end + 1
}

fn php(bytes: &[u8], start: usize, take: &mut dyn FnMut(Span)) {
    let mut is_first = true;
    let mut at = start;
    while at < bytes.len() {
        let open = find(bytes, at..bytes.len(), b"<?");
        markup(bytes, at..open.unwrap_or(bytes.len()), &mut is_first, take);
        let Some(open) = open else { return };
        is_first &= seek::is_blank(get(bytes, at..open));
        let rest = get(bytes, open..bytes.len());
        let tag = if begins(rest, b"<?php") { 5 } else { 2 };
        let end = find(bytes, open..bytes.len(), b"?>").unwrap_or(bytes.len());
        let code = (open + tag).min(end)..end;
        Lexer::new(&syntax::PHP, bytes, code)
            .for_each(|span| take(Span { is_first: span.is_first && is_first, ..span }));
        is_first = false;
        at = end + 2;
    }
}

fn yaml(bytes: &[u8], start: usize, take: &mut dyn FnMut(Span)) {
    let mut is_first = true;
    let mut block: Option<usize> = None;
    let mut at = start;
    while at < bytes.len() {
        let end = seek::byte(b'\n', get(bytes, at..bytes.len())).map_or(bytes.len(), |length| at + length);
        let line = get(bytes, at..end);
        let indent = seek::run(line, |byte| byte == b' ');
        let is_blank = seek::is_blank(line);
        if !is_blank && block.is_some_and(|block| indent <= block) {
            block = None;
        }
        if block.is_none() && !is_blank {
            let mut code_end = end;
            if seek::byte(b'#', line).is_some() {
                for span in Lexer::new(&syntax::YAML, bytes, at..end) {
                    code_end = span.start;
                    take(Span { is_first: span.is_first && is_first, ..span });
                }
            }
            let code = seek::trimmed(get(bytes, at..code_end));
            is_first &= code.is_empty() || code == b"---";
            block = opens_block(code).then_some(indent);
        }
        at = end + 1;
    }
}

/// Whether a block scalar follows: the line ends in `|` or `>` with at most two marks behind it.
fn opens_block(code: &[u8]) -> bool {
    let mut text = code;
    for _ in 0..2 {
        if let Some((b'0'..=b'9' | b'+' | b'-', rest)) = text.split_last() {
            text = rest;
        }
    }
    matches!(text, [.., b' ' | b':' | b'-', b'|' | b'>'] | [b'|' | b'>'])
}
