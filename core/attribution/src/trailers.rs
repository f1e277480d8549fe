//! Trailers, found exactly where `git interpret-trailers` and `%(trailers:unfold,only)` find them.

use memchr::{memchr, memrchr};
use std::borrow::Cow;

/// One trailer of a commit message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trailer<'a> {
    /// The key as it is written, such as `Co-authored-by`. Keys compare without regard to case.
    pub key: &'a [u8],
    /// The value, with continuation lines folded into one.
    pub value: Cow<'a, [u8]>,
}

/// The trailers of a commit message, in order.
///
/// Only the last paragraph counts, never the first, and only if it consists of trailers, or for at least a
/// quarter of trailers of which one is a `Signed-off-by` or a cherry-pick line that git wrote itself. Comments
/// and a `Conflicts:` list at the end are passed over. A trailer that the body quotes is therefore none.
///
/// ```
/// use sealbook_attribution::trailers;
///
/// let message = b"Fix it\n\nAmp-Thread-ID: quoted in the body\n\nReviewed-by: Jane Roe\n  <jane@example.com>\n";
/// let found: Vec<_> = trailers(message).collect();
/// assert_eq!(found.len(), 1);
/// assert_eq!(found[0].key, b"Reviewed-by");
/// assert_eq!(&found[0].value[..], b"Jane Roe <jane@example.com>");
/// ```
pub fn trailers(message: &[u8]) -> impl Iterator<Item = Trailer<'_>> {
    blocks(message).take(1).flat_map(|(block, _)| in_block(block))
}

/// How a trailer stands in its message, and so what it is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// In the block that git counts.
    Counted,
    /// In a paragraph of nothing but trailers right above that block; or in the block, but a line that ends in a
    /// colon introduces it, as it would a quotation.
    Doubtful,
    /// In a paragraph of trailers further up, as squashes leave them.
    Within,
}

/// The trailers of a message that git counts, and those right above them, each with how it stands.
///
/// Tools that append a paragraph of their own push earlier trailers up. Above the last paragraph, one that a line
/// ending in a colon introduces is taken for a quotation, and ends the search.
pub(crate) fn all_trailers(message: &[u8]) -> impl Iterator<Item = (Trailer<'_>, Standing)> {
    blocks(message)
        .take(MOST_BLOCKS)
        .flat_map(|(block, standing)| in_block(block).map(move |trailer| (trailer, standing)))
}

/// The trailers in paragraphs of a message's own words: of nothing but trailers, lines that close an issue, and what
/// a shell leaves of a quoted text. None is in the first paragraph, behind a line that ends in a colon, or before a
/// paragraph that goes on in lower case: such a sentence speaks of the trailer.
pub(crate) fn trailers_within(words: &[u8]) -> impl Iterator<Item = Trailer<'_>> {
    let mut at = title_end(words);
    std::iter::from_fn(move || {
        while at < words.len() {
            let above = words.get(..at)?.trim_ascii_end();
            let start = at + words.get(at..)?.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let start = last_line(words, start + 1);
            let end = paragraph_end(words, start);
            at = end;
            let block = words.get(start..end)?;
            let below = words.get(end..)?.trim_ascii_start();
            let is_sentence = above.ends_with(b":") || below.first().is_some_and(u8::is_ascii_lowercase);
            if !is_sentence && is_credits(block) {
                return Some(block);
            }
        }
        None
    })
    .flat_map(in_block)
}

/// Where the paragraph ends that begins at `at`: before its blank line, or with the text.
fn paragraph_end(text: &[u8], at: usize) -> usize {
    let mut end = at;
    while let Some(line) = text.get(end..next_line(text, end)).filter(|line| !line.is_empty()) {
        if is_blank(line) {
            break;
        }
        end += line.len();
    }
    // Never the same place again.
    if end == at { next_line(text, at) } else { end }
}

/// Whether a paragraph is trailers but for lines that stand beside them without being prose.
fn is_credits(block: &[u8]) -> bool {
    let mut any = false;
    for line in block.split(|byte| *byte == b'\n') {
        if separator(line).is_some() {
            any = true;
        } else if !(is_blank(line)
            || any && line.first().is_some_and(u8::is_ascii_whitespace)
            || is_beside(line))
        {
            return false;
        }
    }
    any
}

/// `Fixes #1` and the like, and the end of a here-document.
fn is_beside(line: &[u8]) -> bool {
    const CLOSING: [&[u8]; 10] = [
        b"fix",
        b"fixes",
        b"fixed",
        b"close",
        b"closes",
        b"closed",
        b"resolve",
        b"resolves",
        b"refs",
        b"see",
    ];
    const REMAINS: [&[u8]; 6] = [b"EOF", b")", b")\"", b"\"", b"'", b"---------"];
    let text = line.trim_ascii();
    let word = text.split(|byte| *byte == b' ').next().unwrap_or_default();
    let closes = CLOSING.iter().any(|closing| word.eq_ignore_ascii_case(closing));
    REMAINS.contains(&text) || closes && text.len() < 120 && text.contains(&b'#')
}

/// The message above the paragraphs that [`all_trailers`] reads, and without what git ignores at the end.
pub(crate) fn above_trailers(message: &[u8]) -> &[u8] {
    let whole = without_ignored(message);
    let trailers: usize = blocks(message).take(MOST_BLOCKS).map(|(block, _)| block.len()).sum();
    whole.get(..whole.len().saturating_sub(trailers)).unwrap_or_default()
}

/// Paragraphs that are looked at. A hostile message could have any number.
const MOST_BLOCKS: usize = 5;

/// The block of trailers that git counts, then those right above it, from the last to the first.
fn blocks(message: &[u8]) -> impl Iterator<Item = (&[u8], Standing)> {
    let mut rest = without_ignored(message);
    let mut is_counted = true;
    std::iter::from_fn(move || {
        let (above, block) =
            rest.split_at_checked(block_start(rest)).filter(|(_, block)| !block.is_empty())?;
        rest = above;
        let is_last = std::mem::take(&mut is_counted);
        let is_introduced = above.trim_ascii_end().ends_with(b":");
        let standing = if is_last && !is_introduced { Standing::Counted } else { Standing::Doubtful };
        (is_last || is_pure(block) && !is_introduced).then_some((block, standing))
    })
}

/// The trailers of a block that [`block_start`] found.
fn in_block(block: &[u8]) -> impl Iterator<Item = Trailer<'_>> {
    let mut rest = block;
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let line = rest.get(..next_line(rest, 0))?;
            let Some(at) = separator(line) else {
                rest = rest.get(line.len()..)?;
                continue;
            };
            let mut end = line.len();
            while rest.get(end).is_some_and(u8::is_ascii_whitespace) {
                end = next_line(rest, end);
            }
            let (trailer, after) = rest.split_at_checked(end)?;
            rest = after;
            return Some(Trailer {
                key: trailer.get(..at)?.trim_ascii(),
                value: unfold(trailer.get(at + 1..)?),
            });
        }
        None
    })
}

fn unfold(value: &[u8]) -> Cow<'_, [u8]> {
    let value = value.trim_ascii();
    if memchr(b'\n', value).is_none() {
        return Cow::Borrowed(value);
    }
    let mut folded = Vec::with_capacity(value.len());
    for line in value.split(|byte| *byte == b'\n') {
        if !folded.is_empty() {
            folded.push(b' ');
        }
        folded.extend_from_slice(line.trim_ascii());
    }
    Cow::Owned(folded)
}

/// Whether a block has no line of prose, which git allows beside lines that it wrote itself.
fn is_pure(block: &[u8]) -> bool {
    block.split(|byte| *byte == b'\n').all(|line| {
        is_blank(line)
            || line.first().is_some_and(u8::is_ascii_whitespace)
            || separator(line).is_some()
            || line.starts_with(b"(")
    })
}

/// The message without blank lines at the start and what git ignores at the end.
fn without_ignored(message: &[u8]) -> &[u8] {
    let mut message = message;
    while let Some((first, rest)) = message.split_at_checked(next_line(message, 0))
        && !first.is_empty()
        && is_blank(first)
    {
        message = rest;
    }
    message.get(..message.len() - ignored_tail(message)).unwrap_or_default()
}

/// Where the first paragraph ends. It is the title and never holds trailers.
fn title_end(message: &[u8]) -> usize {
    let mut at = 0;
    while let Some(line) = message.get(at..next_line(message, at)).filter(|line| !line.is_empty()) {
        if !line.starts_with(b"#") && is_blank(line) {
            break;
        }
        at += line.len();
    }
    at
}

/// Lines that git wrote itself: one of them makes a quarter of trailers enough.
const WRITTEN_BY_GIT: [&[u8]; 2] = [b"Signed-off-by: ", b"(cherry picked from commit "];

/// Where the block of trailers begins, searched from the end; the message's length if there is none.
fn block_start(message: &[u8]) -> usize {
    let title_end = title_end(message);
    let (mut trailers, mut others, mut continuations) = (0usize, 0usize, 0usize);
    let (mut only_blank, mut written_by_git) = (true, false);
    let mut end = message.len();
    while end > title_end {
        let start = last_line(message, end);
        let line = message.get(start..end).unwrap_or_default();
        end = start;
        if start < title_end {
            break;
        } else if line.starts_with(b"#") {
            others += std::mem::take(&mut continuations);
        } else if is_blank(line) {
            if only_blank {
                continue;
            }
            others += continuations;
            let enough = trailers > 0 && others == 0 || written_by_git && trailers * 3 >= others;
            return if enough { start + line.len() } else { message.len() };
        } else {
            only_blank = false;
            if WRITTEN_BY_GIT.iter().any(|prefix| line.starts_with(prefix)) {
                written_by_git = true;
                trailers += 1;
                continuations = 0;
            } else if line.first().is_some_and(u8::is_ascii_whitespace) {
                continuations += 1;
            } else if separator(line).is_some() {
                trailers += 1;
                continuations = 0;
            } else {
                others += 1 + std::mem::take(&mut continuations);
            }
        }
    }
    message.len()
}

/// Where the colon stands in a line that has the form of a trailer.
fn separator(line: &[u8]) -> Option<usize> {
    let mut white_space = false;
    for (at, byte) in line.iter().enumerate() {
        match byte {
            b':' => return (at > 0).then_some(at),
            b' ' | b'\t' if at > 0 => white_space = true,
            _ if !white_space && (byte.is_ascii_alphanumeric() || *byte == b'-') => {}
            _ => return None,
        }
    }
    None
}

/// How many bytes at the end are comments, blank lines, a `Conflicts:` list or below the scissors line.
fn ignored_tail(message: &[u8]) -> usize {
    const SCISSORS: &[u8] = b"# ------------------------ >8 ------------------------\n";
    let (mut tail, mut conflicts, mut at) = (None, false, 0);
    while at < message.len() {
        let next = next_line(message, at);
        let line = message.get(at..next).unwrap_or_default();
        if line == SCISSORS {
            break;
        } else if line.starts_with(b"#") || line == b"\n" {
            tail.get_or_insert(at);
        } else if line == b"Conflicts:\n" {
            conflicts = true;
            tail.get_or_insert(at);
        } else if !(conflicts && line.starts_with(b"\t")) {
            conflicts = false;
            tail = None;
        }
        at = next;
    }
    message.len() - tail.unwrap_or(at)
}

fn next_line(text: &[u8], at: usize) -> usize {
    text.get(at..).and_then(|rest| memchr(b'\n', rest)).map_or(text.len(), |found| at + found + 1)
}

/// Where the line begins that ends at `end`, its line feed included.
fn last_line(text: &[u8], end: usize) -> usize {
    text.get(..end.saturating_sub(1)).and_then(|rest| memrchr(b'\n', rest)).map_or(0, |found| found + 1)
}

fn is_blank(line: &[u8]) -> bool {
    line.trim_ascii().is_empty()
}

#[cfg(test)]
#[path = "trailers_tests.rs"]
mod tests;
