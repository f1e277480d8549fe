//! Tells comments from code and from texts, in one pass.

use super::forms::{self, Pending};
use super::seek;
use super::syntax::{Form, Syntax};
use std::ops::Range;

/// A comment as the lexer finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    /// From the first byte of the opener to the byte behind the closer.
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// The opener's and the closer's length.
    pub(crate) open: usize,
    pub(crate) close: usize,
    /// Whether it ends with its line, so that it can go on in the next one.
    pub(crate) is_line: bool,
    /// Whether nothing but white space and other comments stands before it in the lexed range.
    pub(crate) is_first: bool,
}

/// The comments of a range of bytes in order.
///
/// Where the bytes do not follow the language, texts end too late rather than too early: what was not closed
/// on its line takes the rest of the line, what may span lines the rest of the range. So a text is not taken
/// for a comment; a comment may be missed. Every byte is looked at a bounded number of times.
pub(crate) struct Lexer<'a> {
    /// The bytes up to the end of the range.
    pub(crate) bytes: &'a [u8],
    syntax: &'static Syntax,
    at: usize,
    opens: [bool; 256],
    /// For each template whose code is being read, how many braces are open in it.
    pub(crate) templates: Vec<u32>,
    has_templates: bool,
    /// Here-documents that begin on the next line.
    pub(crate) pending: Vec<Pending>,
    /// No regular expression ends before this place.
    pub(crate) no_regex_before: usize,
    /// The first byte behind what was lexed.
    done: usize,
    is_first: bool,
    start: usize,
}

/// What a form is at a place.
pub(crate) enum Found {
    Comment(Span),
    /// A text that ends before this place.
    Text(usize),
    /// Not that form.
    Nothing,
}

impl<'a> Lexer<'a> {
    pub(crate) fn new(syntax: &'static Syntax, bytes: &'a [u8], range: Range<usize>) -> Self {
        let mut opens = [false; 256];
        let mut mark = |byte: u8| {
            if let Some(opens) = opens.get_mut(usize::from(byte)) {
                *opens = true;
            }
        };
        let mut has_templates = false;
        for form in syntax.forms {
            for byte in forms::first_bytes(form) {
                mark(byte);
                mark(byte.to_ascii_uppercase());
            }
            has_templates |= matches!(form, Form::Template);
        }
        if has_templates {
            mark(b'{');
            mark(b'}');
        }
        mark(b'\n');
        Self {
            bytes: bytes.get(..range.end).unwrap_or(bytes),
            syntax,
            at: range.start,
            opens,
            templates: Vec::new(),
            has_templates,
            pending: Vec::new(),
            no_regex_before: 0,
            done: range.start,
            is_first: true,
            start: range.start,
        }
    }

    /// The byte at a place; NUL behind the end.
    pub(crate) fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    /// The byte before a place; a line feed before the range.
    pub(crate) fn before(&self, at: usize) -> u8 {
        if at <= self.start { b'\n' } else { self.byte(at - 1) }
    }

    pub(crate) fn rest(&self, at: usize) -> &'a [u8] {
        self.bytes.get(at..).unwrap_or_default()
    }

    pub(crate) fn starts_with(&self, at: usize, text: &str) -> bool {
        self.rest(at).starts_with(text.as_bytes())
    }

    /// The line feed that ends the line of a place, or the end.
    pub(crate) fn line_end(&self, at: usize) -> usize {
        seek::byte(b'\n', self.rest(at)).map_or(self.bytes.len(), |length| at + length)
    }

    /// The place behind the next `text`.
    pub(crate) fn behind(&self, at: usize, text: &str) -> Option<usize> {
        seek::word(text.as_bytes(), self.rest(at)).map(|offset| at + offset + text.len())
    }

    /// Whether only blanks stand between the beginning of the line and this place.
    pub(crate) fn is_line_start(&self, at: usize) -> bool {
        let from = self.done.max(self.start);
        let blank = self.bytes.get(from..at).unwrap_or_default();
        let before = seek::last_other(blank, |byte| matches!(byte, b' ' | b'\t' | b'\r'));
        before.map_or(self.before(from) == b'\n', |byte| byte == b'\n')
    }

    fn take_first(&mut self, at: usize) -> bool {
        if self.is_first {
            self.is_first = seek::is_blank(self.bytes.get(self.done..at).unwrap_or_default());
        }
        self.is_first
    }

    fn docstring(&mut self) -> Option<Span> {
        let mut start = self.at;
        if matches!(self.byte(start) | 0x20, b'r' | b'u') {
            start += 1;
        }
        let quotes = ["\"\"\"", "'''"].into_iter().find(|quotes| self.starts_with(start, quotes))?;
        let (start, open) = (self.at, start + 3 - self.at);
        let end = self.behind(start + open, quotes)?;
        Some(Span { start, end, open, close: 3, is_line: false, is_first: true })
    }

    fn braces(&mut self) -> bool {
        let Some(open) = self.templates.last_mut() else { return false };
        match (self.bytes.get(self.at), *open) {
            (Some(b'{'), _) => *open = open.saturating_add(1),
            (Some(b'}'), 0) => {
                self.templates.pop();
                self.at = forms::template(self, self.at + 1);
                return true;
            }
            (Some(b'}'), _) => *open -= 1,
            _ => {}
        }
        false
    }

    fn step(&mut self) -> Option<Span> {
        seek::count(1);
        if self.has_templates && matches!(self.byte(self.at), b'{' | b'}') {
            if self.braces() {
                self.done = self.at;
                self.is_first = false;
                return None;
            }
        } else if self.byte(self.at) == b'\n' && !self.pending.is_empty() {
            self.at = forms::here_documents(self, self.at + 1);
            self.done = self.at;
            return None;
        }
        let syntax = self.syntax;
        for form in syntax.forms {
            match forms::find(self, form, self.at) {
                Found::Nothing => {}
                Found::Text(end) => {
                    self.take_first(self.at);
                    self.is_first = false;
                    self.at = end.max(self.at + 1);
                    self.done = self.at;
                    return None;
                }
                Found::Comment(span) => {
                    let span = Span { is_first: self.take_first(span.start), ..span };
                    self.at = span.end.max(self.at + 1);
                    self.done = self.at;
                    return Some(span);
                }
            }
        }
        self.at += 1;
        None
    }
}

impl Iterator for Lexer<'_> {
    type Item = Span;

    fn next(&mut self) -> Option<Span> {
        loop {
            if self.syntax.docstring && self.is_first && !self.rest(self.at).is_empty() {
                // Before anything else of the file; a prefix letter is no opener that the table knows.
                self.at += seek::run(self.rest(self.at), |byte| byte.is_ascii_whitespace());
                if let Some(span) = self.docstring() {
                    self.at = span.end;
                    self.done = span.end;
                    self.is_first = false;
                    return Some(span);
                }
                self.is_first = self.byte(self.at) == b'#' || self.rest(self.at).is_empty();
            }
            let opens = |byte: u8| self.opens.get(usize::from(byte)).is_some_and(|open| *open);
            self.at += seek::run(self.rest(self.at), |byte| !opens(byte));
            if self.at >= self.bytes.len() {
                return None;
            }
            if let Some(span) = self.step() {
                return Some(span);
            }
        }
    }
}
