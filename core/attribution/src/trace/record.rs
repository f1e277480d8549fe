//! Agent Trace records, version 0.1. There is no git and no file system in here.

use super::schema;
use crate::{Invalid, claim::shown};
use memchr::memchr;
use serde::Serialize;

/// The most bytes of one record.
const MOST_BYTES: usize = 16 << 20;

/// A record: which lines of which files an agent, or a person, wrote. Texts are untrusted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TraceRecord {
    /// The line of the text that it stands on, from 1; for a document of its own, 1.
    pub line: usize,
    /// The version of the format.
    pub version: String,
    /// The record's id.
    pub id: String,
    /// The version control system and the revision that the lines are counted in.
    pub vcs: Option<TraceVcs>,
    /// The name of the tool that wrote the record.
    pub tool: Option<String>,
    /// The files.
    pub files: Vec<TraceFile>,
}

/// A revision.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TraceVcs {
    /// `git`, `jj`, `hg` or `svn`.
    pub kind: String,
    /// The revision in that system's words.
    pub revision: String,
}

/// The lines of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TraceFile {
    /// The path from the root of the repository.
    pub path: String,
    /// Its ranges, those of all conversations.
    pub ranges: Vec<TraceRange>,
}

/// Lines by one contributor.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TraceRange {
    /// The first line, from 1.
    pub start: u32,
    /// The last line; a record may have it before the first.
    pub end: u32,
    /// Who wrote them: as the range says itself, else as its conversation says.
    pub contributor: Contributor,
    /// The model, such as `anthropic/claude-opus-4-5`.
    pub model: Option<String>,
}

/// Who wrote lines, as a record states it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Contributor {
    /// A person.
    Human,
    /// A tool.
    Ai,
    /// Both.
    Mixed,
    /// Nobody says.
    #[default]
    Unknown,
}

/// Reads Agent Trace records: one a line, or one document that may go over several lines. Each comes with its
/// own fate: a record, or why it is none; blank lines are passed over.
///
/// Records are held to the schema of the format's text. (A schema that was published as code demands a
/// backslash in the version, and so refuses every version that there is.)
///
/// ```
/// use sealbook_attribution::{Contributor, parse_trace};
///
/// let text = br#"{"version": "0.1.0", "id": "550e8400-e29b-41d4-a716-446655440000",
///   "timestamp": "2026-01-23T14:30:00Z", "files": [{"path": "src/a.rs", "conversations": [
///     {"contributor": {"type": "ai"}, "ranges": [{"start_line": 1, "end_line": 4}]}]}]}"#;
/// let records: Vec<_> = parse_trace(text).collect();
/// let record = records[0].as_ref().unwrap();
/// assert_eq!(record.files[0].ranges[0].contributor, Contributor::Ai);
/// assert_eq!(parse_trace(b"{}\n\nnonsense").filter(Result::is_err).count(), 2);
/// ```
pub fn parse_trace(text: &[u8]) -> impl Iterator<Item = Result<TraceRecord, (usize, Invalid)>> {
    let (mut rest, mut line) = (text, 0);
    std::iter::from_fn(move || {
        if line == 0 && is_one_document(rest) {
            line = 1;
            let document = std::mem::take(&mut rest);
            return Some(parse_record(document, 1).map_err(|invalid| (1, invalid)));
        }
        while !rest.is_empty() {
            let end = memchr(b'\n', rest).unwrap_or(rest.len());
            let (record, after) = rest.split_at_checked(end)?;
            rest = after.get(1..).unwrap_or_default();
            line += 1;
            if !record.trim_ascii().is_empty() {
                return Some(parse_record(record, line).map_err(|invalid| (line, invalid)));
            }
        }
        None
    })
}

/// Whether a text is one document that goes over several lines: its first line is not one by itself.
fn is_one_document(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    let first = text.get(..memchr(b'\n', text).unwrap_or(text.len())).unwrap_or_default();
    let is_json = |text: &[u8]| serde_json::from_slice::<serde::de::IgnoredAny>(text).is_ok();
    first.len() < text.len() && text.len() <= MOST_BYTES && !is_json(first) && is_json(text)
}

fn parse_record(text: &[u8], line: usize) -> Result<TraceRecord, Invalid> {
    if text.len() > MOST_BYTES {
        let reason = format!("the record has {} bytes; {MOST_BYTES} are the most", text.len());
        return Err(Invalid { kind: "too_large", reason });
    }
    let schema::Object(record): schema::Object<schema::Record> =
        serde_json::from_slice(text).map_err(|error| {
            let message = error.to_string();
            let (line, column) = (error.line(), error.column());
            let place = format!("at line {line}, column {column}");
            // Other messages may quote the text.
            match (error.is_data(), message.starts_with("missing field")) {
                (true, true) => {
                    let missing = message.split(" at line").next().unwrap_or_default();
                    Invalid { kind: "breaks_schema", reason: format!("{missing} {place}") }
                }
                (true, false) => {
                    Invalid { kind: "breaks_schema", reason: format!("a member of the wrong kind {place}") }
                }
                (false, _) => {
                    Invalid { kind: "unreadable_record", reason: format!("the record is no JSON {place}") }
                }
            }
        })?;
    if let Some(fault) = record.fault() {
        return Err(Invalid { kind: "breaks_schema", reason: fault });
    }
    Ok(TraceRecord {
        line,
        version: record.version,
        id: record.id,
        vcs: record
            .vcs
            .map(|vcs| vcs.0)
            .map(|vcs| TraceVcs { kind: vcs.kind.name().to_owned(), revision: vcs.revision }),
        tool: record.tool.and_then(|tool| tool.0.name).map(|name| shown(name.as_bytes())),
        files: record.files.into_iter().map(|listed| file(listed.0)).collect(),
    })
}

fn file(file: schema::File) -> TraceFile {
    let mut ranges = Vec::new();
    for schema::Object(conversation) in file.conversations {
        for schema::Object(range) in conversation.ranges {
            let own = range.contributor.as_ref().or(conversation.contributor.as_ref()).map(|own| &own.0);
            ranges.push(TraceRange {
                start: range.start_line,
                end: range.end_line,
                contributor: own.map(|own| own.kind).unwrap_or_default().into(),
                model: own.and_then(|own| own.model_id.clone()),
            });
        }
    }
    TraceFile { path: file.path, ranges }
}

#[cfg(test)]
#[path = "record_tests.rs"]
mod tests;
