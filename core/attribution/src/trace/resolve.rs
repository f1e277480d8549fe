//! From records to claims, checked against what they are about.

use super::record::{Contributor, TraceRange, TraceRecord};
use crate::lines::merged;
use crate::versions::FileThere;
use crate::{Catalogue, Claim, Class, Extent, Invalid, Lines, Rule, Signal, tools};
use std::collections::BTreeMap;

/// Where records stand.
pub(super) struct Place<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) rule: &'a Rule,
    pub(super) file: &'a str,
}

/// What a record is about.
pub(super) enum About {
    /// A commit, by its id in hexadecimal.
    Commit(String),
    /// What the record takes for a commit, and why it is none.
    NoCommit(String, String),
    /// The files as they lie in the folder.
    Folder,
}

/// Lines by one contributor with one model, all possible, or impossible for the same reason.
type Gathering = BTreeMap<(Contributor, Option<String>, Option<&'static str>), (Vec<Lines>, Option<Invalid>)>;

/// The claims of a record about one of its files. Lines by an unknown contributor yield none.
pub(super) fn of_file(
    place: &Place<'_>,
    record: &TraceRecord,
    about: &About,
    (path, ranges): (&str, &[TraceRange]),
    there: FileThere,
) -> Vec<Claim> {
    let mut gathering = Gathering::new();
    for range in ranges.iter().filter(|range| range.contributor != Contributor::Unknown) {
        let invalid = invalid(about, range, there);
        let key = (
            range.contributor,
            range.model.as_deref().and_then(tools::model),
            invalid.as_ref().map(|i| i.kind),
        );
        let (lines, first) = gathering.entry(key).or_default();
        if range.end >= range.start {
            lines.push(Lines { start: range.start, end: range.end });
        }
        *first = first.take().or(invalid);
    }
    let (tool, vendor) = match &record.tool {
        Some(name) if !name.trim().is_empty() => tools::tool(name, place.catalogue),
        _ => (place.rule.tool.clone(), place.rule.vendor.clone()),
    };
    let commit = match about {
        About::Commit(id) | About::NoCommit(id, _) => Some(id.clone()),
        About::Folder => None,
    };
    let evidence = format!("{} line {}, record {}", place.file, record.line, record.id);
    let claims = gathering.into_iter().map(|((contributor, model, _), (lines, invalid))| {
        let is_person = contributor == Contributor::Human;
        let extent = if contributor == Contributor::Mixed { Extent::Part } else { Extent::Whole };
        Claim {
            commit: commit.clone(),
            path: Some(path.to_owned()),
            lines: merged(lines),
            tool: if is_person { "person".to_owned() } else { tool.clone() },
            vendor: if is_person { None } else { vendor.clone() },
            model,
            class: if is_person { Class::Human } else { Class::Ai },
            extent,
            invalid,
            ..Claim::by(place.rule, Signal::Trace, evidence.as_bytes())
        }
    });
    claims.collect()
}

fn invalid(about: &About, range: &TraceRange, there: FileThere) -> Option<Invalid> {
    let (kind, reason) = match (about, there) {
        _ if range.end < range.start => {
            ("inverted_range", format!("lines {}-{} end before they begin", range.start, range.end))
        }
        (About::NoCommit(_, why), _) => ("no_such_commit", why.clone()),
        (About::Commit(_), FileThere::Absent) => ("no_such_file", "the commit has no such file".to_owned()),
        (About::Folder, FileThere::Absent) => ("no_such_file", "the folder has no such file".to_owned()),
        (_, FileThere::NoFile) => ("not_a_file", "the path is not that of a file".to_owned()),
        (_, FileThere::Lines(last)) if range.end > last => {
            ("past_end", format!("lines {}-{} of a file that has {last}", range.start, range.end))
        }
        (_, FileThere::Lines(_) | FileThere::NotChecked) => return None,
    };
    Some(Invalid { kind, reason })
}
