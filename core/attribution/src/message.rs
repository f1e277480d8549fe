//! What a commit message says outside its trailers, and what it only quotes.

use crate::trailers::above_trailers;
use memchr::memchr;

/// The text that message rules look at: above the trailers, each quoted line made empty.
///
/// A line is quoted if it begins with `>`, is indented like code by four blanks or a tab, or stands between
/// two fences of three backquotes or tildes; a fence that is never closed quotes to the end. A quotation is no
/// claim: it tells what another text said.
pub(crate) fn own_words(message: &[u8]) -> Vec<u8> {
    let mut words = Vec::with_capacity(message.len());
    let mut fence: Option<u8> = None;
    for line in above_trailers(message).split_inclusive(|byte| *byte == b'\n') {
        let text = line.trim_ascii();
        let mark = [b'`', b'~'].into_iter().find(|mark| text.starts_with(&[*mark; 3]));
        let is_fence = mark.is_some_and(|mark| fence.is_none_or(|open| open == mark));
        if is_fence {
            fence = if fence.is_some() { None } else { mark };
        }
        let is_code = line.starts_with(b"    ") || line.starts_with(b"\t");
        if is_fence || fence.is_some() || is_code || text.starts_with(b">") {
            words.push(b'\n');
        } else {
            words.extend_from_slice(line);
        }
    }
    words
}

/// A revert's message up to the line that introduces the message of the commit that it reverts, such as
/// `Original change's description:`. What follows is that commit's, its trailers included.
pub(crate) fn before_original(message: &[u8]) -> &[u8] {
    let mut at = 0;
    for line in message.split_inclusive(|byte| *byte == b'\n') {
        let text = line.trim_ascii();
        if text.get(..8).is_some_and(|start| start.eq_ignore_ascii_case(b"original")) && text.ends_with(b":")
        {
            return message.get(..at).unwrap_or_default();
        }
        at += line.len();
    }
    message
}

/// The line, or the lines, of `text` that `found` is on, without white space around.
pub(crate) fn lines_around(text: &[u8], found: std::ops::Range<usize>) -> &[u8] {
    let start = memchr::memrchr(b'\n', text.get(..found.start).unwrap_or_default()).map_or(0, |at| at + 1);
    let rest = text.get(found.end..).unwrap_or_default();
    let end = found.end + memchr(b'\n', rest).unwrap_or(rest.len());
    text.get(start..end).unwrap_or_default().trim_ascii()
}

/// Whether the message is that of a squash of several commits, whose trailers say what the squash contains.
///
/// Recognised are, and nothing else, because a plain commit must not lose weight:
///
/// - GitHub's list: a title that ends in a pull request's number, `(#12)`, and two or more paragraphs that begin
///   with `* `; or one such paragraph and a line of nine dashes, which GitHub puts above the co-authors;
/// - GitHub without the list: such a title and co-authors with two or more addresses;
/// - `git merge --squash`: a first or second paragraph that is `Squashed commit of the following:`;
/// - GitLab: a line `See merge request group/project!12` in a commit that is no merge.
pub(crate) fn is_squash(message: &[u8]) -> bool {
    let lines = || message.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    let title = lines().find(|line| !line.is_empty()).unwrap_or_default();
    let mut above: &[u8] = b"";
    let (mut items, mut dashes, mut others) = (0, false, false);
    for line in lines() {
        let begins = above.is_empty();
        items += usize::from(begins && line.starts_with(b"* ") && line != title);
        dashes |= line == b"---------";
        others |= begins && line == b"Squashed commit of the following:" || is_merge_request(line);
        above = line;
    }
    others || ends_in_number(title) && (items >= 2 || items == 1 && dashes || has_two_co_authors(message))
}

fn is_merge_request(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"See merge request ") else { return false };
    let number = rest.rsplit(|byte| *byte == b'!').next().unwrap_or_default();
    number.len() < rest.len() && !number.is_empty() && number.iter().all(u8::is_ascii_digit)
}

fn ends_in_number(title: &[u8]) -> bool {
    let Some(number) = title
        .strip_suffix(b")")
        .and_then(|title| title.get(memchr::memrchr(b'(', title)? + 1..))
        .and_then(|number| number.strip_prefix(b"#"))
    else {
        return false;
    };
    !number.is_empty() && number.iter().all(u8::is_ascii_digit)
}

fn has_two_co_authors(message: &[u8]) -> bool {
    let mut first: Option<Vec<u8>> = None;
    crate::trailers(message)
        .filter(|trailer| trailer.key.eq_ignore_ascii_case(b"co-authored-by"))
        .map(|trailer| crate::identity::Identity::parse(&trailer.value).email.to_ascii_lowercase())
        .any(|email| *first.get_or_insert_with(|| email.clone()) != email)
}

/// The branches that a merge's message names as merged, without the name of a remote or of an owner.
///
/// Read are the subjects that git, GitHub, GitLab and Bitbucket write, and the first line of the body where
/// Bitbucket names the branch there.
pub(crate) fn merged_branches(message: &[u8]) -> Vec<&[u8]> {
    let mut lines = message.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let title = lines.find(|line| !line.is_empty()).unwrap_or_default();
    if let Some(rest) = title.strip_prefix(b"Merge pull request #") {
        return of_pull_request(rest).into_iter().collect();
    }
    if let Some(rest) = title.strip_prefix(b"Merged in ") {
        return first_word(rest).into_iter().collect();
    }
    if title.starts_with(b"Pull request #") {
        let body = lines.find(|line| !line.is_empty()).unwrap_or_default();
        let from = body.strip_prefix(b"Merge in ").and_then(|rest| after(rest, b" from "));
        return from.and_then(first_word).into_iter().collect();
    }
    for (start, is_remote) in [
        (&b"Merge branch "[..], false),
        (b"Merge branches ", false),
        (b"Merge remote-tracking branch ", true),
        (b"Merge remote-tracking branches ", true),
        (b"Merge remote branch ", true),
    ] {
        if let Some(rest) = title.strip_prefix(start) {
            let names = quoted(rest).into_iter();
            let short = |name| if is_remote { after(name, b"/").unwrap_or(name) } else { name };
            return names.map(short).collect();
        }
    }
    Vec::new()
}

/// `12 from owner/branch`, or Bitbucket's `12 in PROJECT/repo from branch to main`.
fn of_pull_request(rest: &[u8]) -> Option<&[u8]> {
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let rest = rest.get(digits..).filter(|_| digits > 0)?;
    if let Some(rest) = rest.strip_prefix(b" from ") {
        return after(first_word(rest)?, b"/");
    }
    first_word(after(rest.strip_prefix(b" in ")?, b" from ")?)
}

/// The names in quotes, up to where the target is named.
fn quoted(rest: &[u8]) -> Vec<&[u8]> {
    let (mut names, mut rest) = (Vec::new(), rest);
    while let Some(inside) = rest.strip_prefix(b"'") {
        let Some(end) = memchr(b'\'', inside) else { break };
        names.extend(inside.get(..end).filter(|name| !name.is_empty()));
        rest = inside.get(end + 1..).unwrap_or_default();
        rest = rest.strip_prefix(b", ").or_else(|| rest.strip_prefix(b" and ")).unwrap_or_default();
    }
    names
}

fn first_word(text: &[u8]) -> Option<&[u8]> {
    text.split(|byte| *byte == b' ').next().filter(|word| !word.is_empty())
}

fn after<'a>(text: &'a [u8], mark: &[u8]) -> Option<&'a [u8]> {
    text.get(memchr::memmem::find(text, mark)? + mark.len()..)
}

#[cfg(test)]
#[path = "message_tests.rs"]
mod tests;
