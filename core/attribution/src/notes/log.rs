//! An authorship log of git-ai: which lines who wrote, as the note on a commit says. There is no git in here.

use super::key::{Form, form};
use super::metadata::Metadata;
use super::quoted::unquoted;
use crate::{Invalid, Lines, claim::shown};
use memchr::memchr;
use std::collections::{BTreeMap, HashMap, HashSet};

/// The most bytes that a note may have.
const MOST: usize = 64 << 20;

/// A log in the format `authorship/3.0.0`, as far as a claim needs it.
///
/// Real logs deviate from their standard. What can still be understood is, and is counted in
/// [`deviations`](Self::deviations). Chat transcripts and people's names, which many logs hold, are not kept.
///
/// ```
/// use sealbook_attribution::AuthorshipLog;
///
/// let note = br#"src/main.rs
///   s_ddd48773cb990e::t_d53cd1b8820cec 1-4,6-16
/// ---
/// {"schema_version": "authorship/3.0.0", "base_commit_sha": "02f776d2", "prompts": {},
///  "sessions": {"s_ddd48773cb990e": {"agent_id": {"tool": "claude", "id": "1", "model": "claude-opus-4-8"}}}}
/// "#;
/// let log = AuthorshipLog::parse(note).unwrap();
/// assert_eq!(log.files[0].path, b"src/main.rs");
/// assert_eq!(log.files[0].entries[0].lines[1].end, 16);
/// assert_eq!(log.agents["s_ddd48773cb990e"].tool.as_deref(), Some("claude"));
/// assert!(log.deviations.is_empty());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuthorshipLog {
    /// The format's name and version.
    pub schema_version: String,
    /// The version of git-ai that wrote the log.
    pub writer: Option<String>,
    /// The commit that the log says it is about.
    pub base_commit: Option<String>,
    /// The files in the log's order. A file may stand there more than once.
    pub files: Vec<NotedFile>,
    /// The sessions and the prompts, by their key.
    pub agents: HashMap<String, NotedAgent>,
    /// The keys of people.
    pub people: HashSet<String>,
    /// How often the log deviates from the standard, by kind.
    ///
    /// - `ranges_not_ascending`, `ranges_overlap`: entries whose ranges do so.
    /// - `range_unusable`: ranges that are no range.
    /// - `key_short`, `key_uuid`, `key_without_trace`, `key_unknown`: entries by the form of their key.
    /// - `file_repeated`, `path_not_utf8`, `entry_without_file`, `entry_without_ranges`, `indentation`,
    ///   `carriage_return`, `blank_line`: lines of the first half.
    /// - `member_unknown`, `prompt_member_unknown`, `session_member_unknown`, `record_without_agent`.
    /// - `transcript`: prompts that hold a chat.
    /// - `prompts_missing`, `base_commit_missing`: members that the standard demands.
    pub deviations: BTreeMap<&'static str, u64>,
}

/// Who did the work, as a record states it. Untrusted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotedAgent {
    /// The tool's name, such as `claude`.
    pub tool: Option<String>,
    /// The model's name. Often it is none, such as `default`, or has quotation marks.
    pub model: Option<String>,
}

/// The section about one file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotedFile {
    /// The path, with `/` between folders. Untrusted.
    pub path: Vec<u8>,
    /// What is said about its lines.
    pub entries: Vec<NotedEntry>,
}

/// Lines by one author.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotedEntry {
    /// The key of the author's record. Untrusted.
    pub key: String,
    /// The lines, in the log's order.
    pub lines: Vec<Lines>,
    /// Ranges that cannot be true: each with the reason, whose kind is `zero_line`, `inverted_range` or
    /// `unreadable_range`.
    pub unusable: Vec<Invalid>,
}

impl AuthorshipLog {
    /// Reads a log.
    ///
    /// # Errors
    ///
    /// Why it is none: `too_large`, `no_divider` between its halves, `unreadable_metadata`, or
    /// `unknown_version`.
    pub fn parse(note: &[u8]) -> Result<Self, Invalid> {
        let fault = |kind, reason| Err(Invalid { kind, reason });
        if note.len() > MOST {
            return fault("too_large", format!("the note has {} bytes; {MOST} are the most", note.len()));
        }
        let mut deviations = BTreeMap::new();
        let Some((attestation, metadata)) = halves(note, &mut deviations) else {
            return fault("no_divider", "no line of the note is three hyphens".to_owned());
        };
        let metadata = match Metadata::read(metadata) {
            Ok(metadata) => metadata,
            // The message of the JSON reader names the place and what it expected, and may quote the text.
            Err(error) => {
                let (line, column) = (error.line(), error.column());
                let reason = format!("the metadata cannot be read at line {line}, column {column}");
                return fault("unreadable_metadata", reason);
            }
        };
        let schema_version = metadata.schema_version.unwrap_or_default();
        if !schema_version.starts_with("authorship/3.") {
            let reason = format!("the note is in version {:?}", shown(schema_version.as_bytes()));
            return fault("unknown_version", reason);
        }
        for (kind, times) in metadata.deviations {
            *deviations.entry(kind).or_default() += times;
        }
        if metadata.base_commit.is_none() {
            deviations.insert("base_commit_missing", 1);
        }
        if !metadata.has_prompts {
            deviations.insert("prompts_missing", 1);
        }
        Ok(Self {
            schema_version,
            writer: metadata.writer,
            base_commit: metadata.base_commit,
            files: files(attestation, &mut deviations),
            agents: metadata.agents,
            people: metadata.people,
            deviations,
        })
    }
}

type Deviations = BTreeMap<&'static str, u64>;

fn halves<'a>(note: &'a [u8], deviations: &mut Deviations) -> Option<(&'a [u8], &'a [u8])> {
    let mut at = 0;
    loop {
        let rest = note.get(at..).filter(|rest| !rest.is_empty())?;
        let end = memchr(b'\n', rest).unwrap_or(rest.len());
        let line = rest.get(..end)?;
        let next = at + end + 1;
        if line.trim_ascii_end() == b"---" {
            if line.len() > 3 {
                *deviations.entry("carriage_return").or_default() += 1;
            }
            return Some((note.get(..at)?, note.get(next..).unwrap_or_default()));
        }
        at = next;
    }
}

fn files(attestation: &[u8], deviations: &mut Deviations) -> Vec<NotedFile> {
    let mut files: Vec<NotedFile> = Vec::new();
    let mut seen = HashSet::new();
    let mut deviates = |kind| *deviations.entry(kind).or_default() += 1;
    for line in attestation.strip_suffix(b"\n").unwrap_or(attestation).split(|byte| *byte == b'\n') {
        if attestation.is_empty() {
            break;
        }
        let text = line.strip_suffix(b"\r").unwrap_or(line);
        if text.len() < line.len() {
            deviates("carriage_return");
        }
        if text.trim_ascii().is_empty() {
            deviates("blank_line");
        } else if text.first().is_some_and(u8::is_ascii_whitespace) {
            let is_standard =
                text.starts_with(b"  ") && text.get(2).is_some_and(|b| !b.is_ascii_whitespace());
            if !is_standard {
                deviates("indentation");
            }
            match files.last_mut() {
                Some(file) => file.entries.push(entry(text.trim_ascii(), &mut deviates)),
                None => deviates("entry_without_file"),
            }
        } else {
            let path = unquoted(text).into_owned();
            if std::str::from_utf8(&path).is_err() {
                deviates("path_not_utf8");
            }
            if !seen.insert(path.clone()) {
                deviates("file_repeated");
            }
            files.push(NotedFile { path, entries: Vec::new() });
        }
    }
    files
}

fn entry(text: &[u8], deviates: &mut impl FnMut(&'static str)) -> NotedEntry {
    let end = text.iter().position(u8::is_ascii_whitespace).unwrap_or(text.len());
    let (key, ranges) = text.split_at_checked(end).unwrap_or_default();
    let key = shown(key);
    if let Form::Other(kind) = form(&key) {
        deviates(kind);
    }
    let mut entry = NotedEntry { key, lines: Vec::new(), unusable: Vec::new() };
    let ranges = ranges.trim_ascii();
    if ranges.is_empty() {
        deviates("entry_without_ranges");
        return entry;
    }
    for range in ranges.split(|byte| *byte == b',') {
        match lines(range.trim_ascii()) {
            Ok(lines) => entry.lines.push(lines),
            Err(kind) => {
                deviates("range_unusable");
                let reason = format!("{:?} is no range of lines", shown(range.get(..40).unwrap_or(range)));
                entry.unusable.push(Invalid { kind, reason });
            }
        }
    }
    if entry.lines.windows(2).any(|pair| matches!(pair, [one, next] if next.start < one.start)) {
        deviates("ranges_not_ascending");
    }
    let mut sorted = entry.lines.clone();
    sorted.sort_unstable();
    if sorted.windows(2).any(|pair| matches!(pair, [one, next] if next.start <= one.end)) {
        deviates("ranges_overlap");
    }
    entry
}

fn lines(range: &[u8]) -> Result<Lines, &'static str> {
    let number = |text: &[u8]| {
        let is_number = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
        let text = std::str::from_utf8(text).ok().filter(|_| is_number);
        text.and_then(|text| text.parse::<u32>().ok()).ok_or("unreadable_range")
    };
    let (start, end) = match memchr(b'-', range).and_then(|at| range.split_at_checked(at)) {
        Some((start, end)) => (number(start)?, number(end.get(1..).unwrap_or_default())?),
        None => (number(range)?, number(range)?),
    };
    match () {
        () if start == 0 => Err("zero_line"),
        () if end < start => Err("inverted_range"),
        () => Ok(Lines { start, end }),
    }
}

#[cfg(test)]
#[path = "log_tests.rs"]
mod tests;
