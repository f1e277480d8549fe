//! Text that others wrote, fit to be read.

use std::borrow::Cow;
use std::fmt::Write;

/// The text with what does not show, or shows something else than it says, made visible: control characters,
/// white space that is no blank, bidirectional overrides and characters of no width become `\u{...}`.
///
/// ```
/// use sealbook_report::visible;
///
/// assert_eq!(visible("a\u{202e}b\n"), r"a\u{202e}b\u{a}");
/// assert_eq!(visible("größe, 日本語"), "größe, 日本語");
/// ```
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_deceptive) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_deceptive(c) {
            // Writing to a string cannot fail.
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// Whether a character does not show, or shows something else than it says: a terminal obeys it, it changes the order of what is
/// shown, or it is not seen at all.
///
/// ```
/// assert!(sealbook_report::is_deceptive('\u{202e}'));
/// assert!(!sealbook_report::is_deceptive('ö'));
/// ```
#[must_use]
pub fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// At most `most` characters of a text; an ellipsis says that there were more.
pub(crate) fn shortened(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        Some((end, _)) => Cow::Owned(format!("{}…", text.get(..end).unwrap_or_default())),
        None => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_or_turns_text_is_shown() {
        assert_eq!(visible("a\u{2066}b\u{200b}c\u{feff}\u{e0041}"), r"a\u{2066}b\u{200b}c\u{feff}\u{e0041}");
        assert_eq!(visible("\x1b[2J\r\t\u{9b}"), r"\u{1b}[2J\u{d}\u{9}\u{9b}");
    }

    #[test]
    fn what_people_write_is_left_alone() {
        for text in ["src/größe.rs", "שלום", "日本語 🦀", r"C:\users\ana", "naïve – “quoted”"]
        {
            assert_eq!(visible(text), text);
        }
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(shortened("größe", 3), "grö…");
        assert_eq!(shortened("größe", 5), "größe");
    }
}
