//! The comments of a file, as rules see them.

use super::languages::{Language, Languages};
use super::layout;
use super::lexer::Span;
use super::seek;
use crate::Lines;
use std::ops::Range;

/// One comment: a block, or line comments on consecutive lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Comment {
    /// Where it stands, with its marks.
    pub(crate) range: Range<usize>,
    pub(crate) lines: Lines,
    /// Whether nothing but comments stands before it in the file.
    pub(crate) is_first: bool,
    open: usize,
    close: usize,
    is_line: bool,
}

/// Hands every comment of `bytes` to `take`, in order.
pub(crate) fn each(language: &Language, bytes: &[u8], take: &mut dyn FnMut(&Comment)) {
    let mut groups = Groups { bytes, counted: 0, line: 1, current: None };
    layout::spans(language.layout, bytes, &mut |span| {
        if let Some(comment) = groups.add(span) {
            take(&comment);
        }
    });
    if let Some(comment) = groups.end() {
        take(&comment);
    }
}

/// The comments of a file: for each its lines and its text without marks. For tests and fuzzing.
///
/// None if the language is unknown.
#[doc(hidden)]
#[must_use]
pub fn comments(language: &str, bytes: &[u8]) -> Option<Vec<(Lines, String)>> {
    let mut all = Vec::new();
    let mut text = Vec::new();
    each(Languages::named(language)?, bytes, &mut |comment| {
        comment.text(bytes, &mut text);
        all.push((comment.lines, String::from_utf8_lossy(&text).into_owned()));
    });
    Some(all)
}

struct Groups<'a> {
    bytes: &'a [u8],
    /// The bytes whose line feeds were counted, and the line that follows them.
    counted: usize,
    line: u32,
    current: Option<(Span, bool)>,
}

impl Groups<'_> {
    /// Adds a comment; gives back the last one, unless this one continues it.
    fn add(&mut self, span: Span) -> Option<Comment> {
        let is_alone = span.is_line && self.is_alone(span.start);
        if let Some((current, true)) = &mut self.current
            && is_alone
            && span.open == current.open
            && opener(self.bytes, current) == opener(self.bytes, &span)
            && is_next_line(self.bytes.get(current.end..span.start).unwrap_or_default())
        {
            current.end = span.end;
            return None;
        }
        let last = self.end();
        self.current = Some((span, is_alone));
        last
    }

    fn end(&mut self) -> Option<Comment> {
        let (span, _) = self.current.take()?;
        let start = self.line_of(span.start);
        let end = self.line_of(span.end.saturating_sub(1)).max(start);
        Some(Comment {
            range: span.start..span.end,
            lines: Lines { start, end },
            is_first: span.is_first,
            open: span.open,
            close: span.close,
            is_line: span.is_line,
        })
    }

    fn is_alone(&self, start: usize) -> bool {
        let before = self.bytes.get(..start).unwrap_or_default();
        seek::last_other(before, |byte| matches!(byte, b' ' | b'\t')).is_none_or(|byte| byte == b'\n')
    }

    fn line_of(&mut self, at: usize) -> u32 {
        if let Some(ahead) = self.bytes.get(self.counted..at) {
            self.line = self.line.saturating_add(feeds(ahead));
            self.counted = at;
        }
        self.line
    }
}

fn feeds(bytes: &[u8]) -> u32 {
    u32::try_from(seek::feeds(bytes)).unwrap_or(u32::MAX)
}

/// The number of lines of a file.
pub(crate) fn count_lines(bytes: &[u8]) -> u32 {
    let open = u32::from(bytes.last().is_some_and(|byte| *byte != b'\n'));
    feeds(bytes).saturating_add(open)
}

fn opener<'a>(bytes: &'a [u8], span: &Span) -> &'a [u8] {
    bytes.get(span.start..span.start + span.open).unwrap_or_default()
}

fn is_next_line(between: &[u8]) -> bool {
    seek::is_blank(between) && seek::feeds(between) == 1
}

impl Comment {
    /// The text without its marks and without what decorates the beginnings of lines; one line of it for each
    /// line of the comment, ended by line feeds.
    pub(crate) fn text(&self, bytes: &[u8], out: &mut Vec<u8>) {
        out.clear();
        let inside = self.range.start..self.range.end.saturating_sub(self.close);
        let inside = bytes.get(inside).unwrap_or_default();
        for (number, line) in inside.split(|byte| *byte == b'\n').enumerate() {
            let line = line.trim_ascii();
            let is_opened = number == 0 || self.is_line;
            let text = if is_opened { line.get(self.open..).unwrap_or_default() } else { line };
            let decorated = text.iter().take_while(|byte| is_decoration(**byte)).count();
            let text = text.get(decorated..).unwrap_or_default();
            let ending =
                text.iter().rev().take_while(|byte| matches!(byte, b'*' | b'#' | b' ' | b'\t')).count();
            if number > 0 {
                out.push(b'\n');
            }
            out.extend_from_slice(text.get(..text.len() - ending).unwrap_or_default());
        }
    }

    /// Whether a blank line or the end of the file follows, so that the comment belongs to nothing behind it.
    pub(crate) fn stands_apart(&self, bytes: &[u8]) -> bool {
        let rest = bytes.get(self.range.end..).unwrap_or_default();
        let mut lines = rest.splitn(3, |byte| *byte == b'\n');
        let is_blank = |line: Option<&[u8]>| line.is_none_or(|line| line.trim_ascii().is_empty());
        is_blank(lines.next()) && is_blank(lines.next())
    }
}

fn is_decoration(byte: u8) -> bool {
    byte.is_ascii_whitespace()
        || matches!(byte, b'/' | b'*' | b'!' | b'#' | b';' | b'%' | b'-' | b'=' | b'~' | b'|' | b'+')
}

#[cfg(test)]
#[path = "comments_tests.rs"]
mod tests;
