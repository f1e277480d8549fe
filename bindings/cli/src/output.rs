//! What people see: colours, errors, and text by others that must not play with the terminal.

use crate::context::Context;
use sealbook_common::errors;
use sealbook_common::sealbook::{Error, Result, is_deceptive};
use serde_json::json;
use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, ErrorKind, Write};

/// Whether text is coloured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style(bool);

impl Style {
    pub(crate) fn new(coloured: bool) -> Self {
        Self(coloured)
    }

    pub(crate) fn good(self, text: &str) -> String {
        self.paint("32", text)
    }

    pub(crate) fn bad(self, text: &str) -> String {
        self.paint("1;31", text)
    }

    pub(crate) fn warn(self, text: &str) -> String {
        self.paint("33", text)
    }

    pub(crate) fn strong(self, text: &str) -> String {
        self.paint("1", text)
    }

    pub(crate) fn faint(self, text: &str) -> String {
        self.paint("2", text)
    }

    fn paint(self, code: &str, text: &str) -> String {
        if self.0 { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// Adds a line to a text.
pub(crate) fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

/// `1 claim`, `2 claims`.
pub(crate) fn plural(n: u64, word: &str) -> String {
    format!("{n} {word}{}", if n == 1 { "" } else { "s" })
}

/// Writes to standard output and sees to it that all has arrived.
pub(crate) fn print(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

/// As [`print`], but a reader who went away is no error: for commands whose exit code says something, too.
pub(crate) fn print_if_read(text: &str) -> Result<()> {
    match print(text) {
        Err(error) if is_broken_pipe(&error) => Ok(()),
        other => other,
    }
}

/// Whether the reader of our output went away.
pub(crate) fn is_broken_pipe(error: &Error) -> bool {
    let cause = error.cause().and_then(|cause| cause.downcast_ref::<io::Error>());
    cause.is_some_and(|cause| cause.kind() == ErrorKind::BrokenPipe)
}

/// Reports an error on standard error, with the number of the input's line if it is about one.
pub(crate) fn report(context: &Context, line: Option<u64>, error: &Error) {
    if context.json {
        return report_json(line, error);
    }
    let place = line.map_or_else(String::new, |n| format!("line {n}: "));
    let label = context.err.bad(&format!("error[{}]", error.code()));
    tell(&format!("sealbook: {label}: {place}{}\n", escape(error.message())));
}

/// `{"error":{...}}`, or `{"line":N,"error":{...}}`.
pub(crate) fn report_json(line: Option<u64>, error: &Error) {
    let place = line.map_or_else(String::new, |n| format!(r#""line":{n},"#));
    tell(&format!("{{{place}\"error\":{}}}\n", errors::to_json(error)));
}

/// Says on standard error what is no error, but should be seen to.
pub(crate) fn warn(context: &Context, message: &str) {
    if context.json {
        return tell(&format!("{}\n", json!({"warning": {"message": message}})));
    }
    tell(&format!("sealbook: {}: {}\n", context.err.warn("warning"), escape(message)));
}

fn tell(text: &str) {
    // If standard error is closed, there is nobody to tell; the exit code remains.
    let _ = io::stderr().write_all(text.as_bytes());
}

/// Text by others with everything escaped as `\u{...}` that a terminal obeys, that changes the order of what is shown, or that is not seen at
/// all. A backslash in front of `u{` is escaped, too, so that nobody can feign an escape.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    escaped(text, |c, rest| is_deceptive(c) || c == '\\' && rest.starts_with("u{"))
}

/// As [`escape`] for the text of a JSON value. In it a backslash that stands for itself is doubled, so that no escape can be feigned.
pub(crate) fn escape_json(text: &str) -> Cow<'_, str> {
    escaped(text, |c, _| is_deceptive(c))
}

fn escaped(text: &str, hit: impl Fn(char, &str) -> bool) -> Cow<'_, str> {
    let mut out = String::new();
    let mut kept = 0;
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        if hit(c, text.get(end..).unwrap_or_default()) {
            out.push_str(text.get(kept..at).unwrap_or_default());
            // Writing to a string cannot fail.
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            kept = end;
        }
    }
    if kept == 0 {
        return text.into();
    }
    out.push_str(text.get(kept..).unwrap_or_default());
    out.into()
}

/// At most `most` characters of a text, escaped.
pub(crate) fn brief(text: &str, most: usize) -> String {
    escape(&cut(text, most)).into_owned()
}

/// At most `most` characters of a text as they are, for what is escaped as a whole later: escaped twice, it would show escapes of escapes.
pub(crate) fn cut(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()).into(),
        None => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_or_hides_is_escaped() {
        assert_eq!(escape("\x1b[2J\r\n\t\u{7f}\u{9b}31m"), r"\u{1b}[2J\u{d}\u{a}\u{9}\u{7f}\u{9b}31m");
        assert_eq!(escape("a\u{202e}b\u{2066}c\u{200b}d\u{feff}"), r"a\u{202e}b\u{2066}c\u{200b}d\u{feff}");
        assert_eq!(escape("\u{e0041}\u{ad}\u{2028}"), r"\u{e0041}\u{ad}\u{2028}");
    }

    #[test]
    fn what_people_write_is_left_alone() {
        for text in ["src/größe.rs", "שלום", "日本語 🦀", r"C:\users\ana", "naïve – “quoted”"]
        {
            assert_eq!(escape(text), text);
        }
    }

    #[test]
    fn an_escape_cannot_be_feigned() {
        assert_eq!(escape(r"\u{1b}"), r"\u{5c}u{1b}");
        assert_ne!(escape(r"\u{1b}"), escape("\x1b"));
        assert_eq!(escape_json(r#""\\u{1b}""#), r#""\\u{1b}""#);
        assert_eq!(escape_json("\"\u{7f}\""), r#""\u{7f}""#);
    }

    #[test]
    fn brief_text_is_cut_between_characters() {
        assert_eq!(brief("größe", 3), "grö…");
        assert_eq!(brief("größe", 5), "größe");
    }
}
