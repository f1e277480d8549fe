//! From a log to claims: who a key stands for, and whether what the log says can be true.

use super::key::{is_person, record};
use super::log::{AuthorshipLog, NotedEntry};
use crate::lines::{common, merged, shown as shown_lines};
use crate::versions::FileThere;
use crate::{Catalogue, Claim, Class, Contradiction, Invalid, Lines, Rule, Signal, tools};
use sealbook_error::Result;
use serde::Serialize;
use std::collections::BTreeMap;

/// What a note on a commit claims.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct NoteClaims {
    /// The claims, in the order of the note's files; those that cannot be true have their reason with them.
    /// A note may attest nothing.
    pub claims: Vec<Claim>,
    /// Lines that the note gives to a tool and to a person.
    pub contradictions: Vec<Contradiction>,
    /// How often the note deviates from its format's standard, by kind, as
    /// [`AuthorshipLog::deviations`] lists them; and `base_commit_differs`.
    pub remarks: BTreeMap<&'static str, u64>,
    /// What the note says that cannot be true, by kind: entries for `no_record`, ranges for all else that is
    /// about lines, files for `no_such_file` and `not_a_file`.
    pub impossible: BTreeMap<&'static str, u64>,
    /// Files that could not be looked at, because this clone lacks them.
    pub not_checked: u64,
    /// The size of the note.
    pub figures: NoteFigures,
}

/// The size of a note.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct NoteFigures {
    /// Bytes.
    pub bytes: u64,
    /// Sections about a file.
    pub files: u64,
    /// Entries in them.
    pub entries: u64,
    /// Ranges in those.
    pub ranges: u64,
    /// Lines in those.
    pub lines: u64,
}

/// Where a note stands.
pub(super) struct Place<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) rule: &'a Rule,
    pub(super) reference: &'a str,
    pub(super) commit: &'a str,
    /// Why the annotated object is no commit, if so.
    pub(super) no_commit: Option<String>,
}

/// Who an entry is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Author {
    class: Class,
    tool: String,
    vendor: Option<String>,
    model: Option<String>,
}

/// Lines of one author in one file, all of them possible or impossible for the same reason.
#[derive(Default)]
struct Gathered {
    lines: Vec<Lines>,
    keys: Vec<String>,
    invalid: Option<Invalid>,
    more: u64,
}

type Gathering = BTreeMap<(usize, Author, Option<&'static str>), Gathered>;

/// The claim that a note which is no log stands for.
pub(super) fn of_fault(place: &Place<'_>, fault: Invalid) -> NoteClaims {
    let claim = Claim {
        commit: Some(place.commit.to_owned()),
        invalid: Some(fault.clone()),
        ..Claim::by(place.rule, Signal::Note, place.reference.as_bytes())
    };
    NoteClaims { claims: vec![claim], impossible: BTreeMap::from([(fault.kind, 1)]), ..NoteClaims::default() }
}

/// The claims of a log, checked against the files at the commit.
pub(super) fn of_log(
    place: &Place<'_>,
    log: &AuthorshipLog,
    mut file_there: impl FnMut(&[u8]) -> Result<FileThere>,
) -> Result<NoteClaims> {
    let mut found = NoteClaims { remarks: log.deviations.clone(), ..NoteClaims::default() };
    if log.base_commit.as_deref().is_some_and(|base| base != place.commit) {
        found.remarks.insert("base_commit_differs", 1);
    }
    let mut gathering = Gathering::new();
    let mut numbers: BTreeMap<&[u8], usize> = BTreeMap::new();
    let mut paths: Vec<&[u8]> = Vec::new();
    for file in &log.files {
        let number = *numbers.entry(&file.path).or_insert_with(|| {
            paths.push(&file.path);
            paths.len() - 1
        });
        let there = if place.no_commit.is_some() { FileThere::NotChecked } else { file_there(&file.path)? };
        found.figures.files += 1;
        match there {
            FileThere::Absent => count(&mut found.impossible, "no_such_file", 1),
            FileThere::NoFile => count(&mut found.impossible, "not_a_file", 1),
            FileThere::NotChecked if place.no_commit.is_none() => found.not_checked += 1,
            FileThere::NotChecked | FileThere::Lines(_) => {}
        }
        for entry in &file.entries {
            found.figures.entries += 1;
            found.figures.ranges += (entry.lines.len() + entry.unusable.len()) as u64;
            found.figures.lines += entry.lines.iter().map(|lines| lines.count()).sum::<u64>();
            gather(place, log, (number, there), entry, &mut gathering, &mut found.impossible);
        }
    }
    found.contradictions = contradictions(&gathering, &paths);
    for ((number, author, _), gathered) in gathering {
        let path = paths.get(number).map(|path| String::from_utf8_lossy(path).into_owned());
        found.claims.push(claim(place, path, author, gathered));
    }
    Ok(found)
}

fn gather(
    place: &Place<'_>,
    log: &AuthorshipLog,
    (file, there): (usize, FileThere),
    entry: &NotedEntry,
    gathering: &mut Gathering,
    impossible: &mut BTreeMap<&'static str, u64>,
) {
    let (author, no_record) = author(place, log, &entry.key);
    let mut add = |lines: &[Lines], invalid: Option<Invalid>| {
        let kind = invalid.as_ref().map(|invalid| invalid.kind);
        let gathered = gathering.entry((file, author.clone(), kind)).or_default();
        gathered.lines.extend_from_slice(lines);
        if gathered.keys.last() != Some(&entry.key) {
            gathered.keys.push(entry.key.clone());
        }
        match gathered.invalid {
            Some(_) => gathered.more += 1,
            None => gathered.invalid = invalid,
        }
    };
    for unusable in &entry.unusable {
        count(impossible, unusable.kind, 1);
        add(&[], Some(unusable.clone()));
    }
    if entry.lines.is_empty() {
        return;
    }
    let whole = |kind, reason| Some(Invalid { kind, reason });
    let whole_entry = if let Some(reason) = &place.no_commit {
        count(impossible, "no_such_commit", entry.lines.len() as u64);
        whole("no_such_commit", reason.clone())
    } else if no_record {
        count(impossible, "no_record", 1);
        whole("no_record", format!("the note has no record for the key {:?}", entry.key))
    } else {
        match there {
            FileThere::Absent => whole("no_such_file", "the commit has no such file".to_owned()),
            FileThere::NoFile => whole("not_a_file", "the path is not that of a file".to_owned()),
            FileThere::Lines(_) | FileThere::NotChecked => None,
        }
    };
    if whole_entry.is_some() {
        return add(&entry.lines, whole_entry);
    }
    let FileThere::Lines(last) = there else { return add(&entry.lines, None) };
    let (inside, past): (Vec<Lines>, Vec<Lines>) = entry.lines.iter().partition(|lines| lines.end <= last);
    if !inside.is_empty() {
        add(&inside, None);
    }
    for lines in past {
        count(impossible, "past_end", 1);
        let reason = format!("lines {}-{} of a file that has {last}", lines.start, lines.end);
        add(&[lines], whole("past_end", reason));
    }
}

/// Who a key stands for, and whether its record is missing.
fn author(place: &Place<'_>, log: &AuthorshipLog, key: &str) -> (Author, bool) {
    if is_person(key) {
        let person = Author { class: Class::Human, tool: "person".to_owned(), vendor: None, model: None };
        return (person, !log.people.contains(key));
    }
    let agent = log.agents.get(record(key));
    let named = agent.and_then(|agent| agent.tool.as_deref()).map(|tool| tools::tool(tool, place.catalogue));
    let (tool, vendor) = named
        .filter(|(tool, _)| !tool.is_empty())
        .unwrap_or_else(|| (place.rule.tool.clone(), place.rule.vendor.clone()));
    let model = agent.and_then(|agent| agent.model.as_deref()).and_then(tools::model);
    (Author { class: Class::Ai, tool, vendor, model }, agent.is_none())
}

fn claim(place: &Place<'_>, path: Option<String>, author: Author, gathered: Gathered) -> Claim {
    let mut evidence = format!("{} {}", place.reference, gathered.keys.first().map_or("", String::as_str));
    if let Some(more) = gathered.keys.len().checked_sub(1).filter(|more| *more > 0) {
        evidence.push_str(&format!(" and {more} more"));
    }
    let invalid = gathered.invalid.map(|invalid| match gathered.more {
        0 => invalid,
        more => Invalid { reason: format!("{}, and {more} more", invalid.reason), ..invalid },
    });
    Claim {
        commit: Some(place.commit.to_owned()),
        path,
        lines: merged(gathered.lines),
        tool: author.tool,
        vendor: author.vendor,
        model: author.model,
        class: author.class,
        invalid,
        ..Claim::by(place.rule, Signal::Note, evidence.as_bytes())
    }
}

/// Lines that a tool and a person both have, by file.
fn contradictions(gathering: &Gathering, paths: &[&[u8]]) -> Vec<Contradiction> {
    let mut sides: BTreeMap<usize, [Vec<Lines>; 2]> = BTreeMap::new();
    for ((file, author, invalid), gathered) in gathering {
        if invalid.is_none() {
            let [people, tools] = sides.entry(*file).or_default();
            let side = if author.class == Class::Human { people } else { tools };
            side.extend_from_slice(&gathered.lines);
        }
    }
    let both = sides.into_iter().filter_map(|(file, [people, tools])| {
        let lines = common(&merged(people), &merged(tools));
        (!lines.is_empty()).then(|| {
            let path = paths.get(file).map_or(Default::default(), |path| String::from_utf8_lossy(path));
            let reason =
                format!("lines {} of {path:?} are given to a tool and to a person", shown_lines(&lines));
            Contradiction { kind: "human_and_ai_lines", reason }
        })
    });
    both.collect()
}

fn count(counts: &mut BTreeMap<&'static str, u64>, kind: &'static str, times: u64) {
    *counts.entry(kind).or_default() += times;
}
