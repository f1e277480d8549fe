//! The bytes of a remembered table.

use crate::table::{Folders, Table};
use crate::{Catalogue, Claim, Extent, Relation, Signal, Strength, Time};
use gix::{ObjectId, oid};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// A table, column by column. Lengths of parts stand in place of where they end.
#[derive(Serialize, Deserialize)]
struct Columns<'a> {
    id_len: usize,
    ids: &'a [u8],
    parents: &'a [u8],
    parent_counts: Vec<u32>,
    #[serde(borrow)]
    people: Vec<(&'a str, &'a str)>,
    authors: Vec<Stamp>,
    committers: Vec<Stamp>,
    subjects: &'a str,
    subject_lens: Vec<usize>,
    /// Texts of claims, each once.
    texts: Vec<&'a str>,
    claims: Vec<(u32, Vec<Stored>)>,
    relations: Vec<(u32, Relation)>,
    folder_names: Vec<&'a str>,
    folders: Vec<(u32, Vec<u32>)>,
}

#[derive(Serialize, Deserialize)]
struct Stamp {
    person: u32,
    seconds: i64,
    offset_minutes: i16,
}

/// What of a claim does not follow from its rule and its commit.
#[derive(Serialize, Deserialize)]
struct Stored {
    rule: usize,
    tool: usize,
    model: Option<usize>,
    signal: Signal,
    strength: Strength,
    extent: Extent,
    more: u32,
    evidence: usize,
}

/// The texts of claims, to write each once.
#[derive(Default)]
struct Texts<'a> {
    list: Vec<&'a str>,
    known: HashMap<&'a str, usize>,
}

impl<'a> Texts<'a> {
    fn index(&mut self, text: &'a str) -> usize {
        *self.known.entry(text).or_insert_with(|| {
            self.list.push(text);
            self.list.len() - 1
        })
    }
}

/// Writes a table; nothing if a claim in it is by no rule of the catalogue.
pub(super) fn encode(table: &Table, catalogue: &Catalogue) -> Option<Vec<u8>> {
    let rules: HashMap<&str, usize> =
        catalogue.rules().iter().enumerate().map(|(index, rule)| (rule.id.as_str(), index)).collect();
    let mut texts = Texts::default();
    let mut claims = Vec::with_capacity(table.claims.len());
    for (position, of_commit) in sorted(&table.claims) {
        let mut stored = Vec::with_capacity(of_commit.len());
        for claim in of_commit {
            stored.push(Stored {
                rule: *rules.get(claim.rule.as_str())?,
                tool: texts.index(&claim.tool),
                model: claim.model.as_deref().map(|model| texts.index(model)),
                signal: claim.signal,
                strength: claim.strength,
                extent: claim.extent,
                more: claim.more,
                evidence: texts.index(&claim.evidence),
            });
        }
        claims.push((position, stored));
    }
    let bytes = |ids: &mut dyn Iterator<Item = ObjectId>| {
        let mut bytes = Vec::new();
        ids.for_each(|id| bytes.extend_from_slice(id.as_slice()));
        bytes
    };
    let ids = bytes(&mut table.rows.iter().map(|row| row.id));
    let parents = bytes(&mut table.parents.iter().copied());
    let stamp = |(person, time): (u32, Time)| Stamp {
        person,
        seconds: time.seconds,
        offset_minutes: time.offset_minutes,
    };
    let columns = Columns {
        id_len: table.rows.first().map_or(0, |row| row.id.as_slice().len()),
        ids: &ids,
        parents: &parents,
        parent_counts: lens(table.rows.iter().map(|row| row.parents_end)),
        people: table.people.iter().map(|(name, email)| (name.as_str(), email.as_str())).collect(),
        authors: table.rows.iter().map(|row| stamp(row.author)).collect(),
        committers: table.rows.iter().map(|row| stamp(row.committer)).collect(),
        subjects: &table.subjects,
        subject_lens: lens(table.rows.iter().map(|row| row.subject_end)),
        texts: texts.list,
        claims,
        relations: sorted(&table.relations)
            .map(|(position, relation)| (position, relation.clone()))
            .collect(),
        folder_names: table.folders.names.iter().map(|name| &**name).collect(),
        folders: sorted(&table.folders.of).map(|(position, names)| (position, names.clone())).collect(),
    };
    postcard::to_stdvec(&columns).ok()
}

/// Reads a table; nothing if it is none that [`encode`] wrote with the same catalogue.
pub(super) fn decode(bytes: &[u8], catalogue: &Catalogue) -> Option<Table> {
    let columns: Columns<'_> = postcard::from_bytes(bytes).ok()?;
    let mut table = Table::default();
    let counts = [columns.authors.len(), columns.committers.len(), columns.subject_lens.len()];
    if counts.iter().any(|count| *count != columns.parent_counts.len()) {
        return None;
    }
    table.people =
        columns.people.iter().map(|(name, email)| ((*name).to_owned(), (*email).to_owned())).collect();
    let stamp = |stamp: &Stamp| {
        let time = Time { seconds: stamp.seconds, offset_minutes: stamp.offset_minutes };
        ((stamp.person as usize) < columns.people.len()).then_some((stamp.person, time))
    };
    table.reserve(columns.parent_counts.len());
    let mut ids = Ids { rest: columns.ids, len: columns.id_len };
    let mut parents = Ids { rest: columns.parents, len: columns.id_len };
    let mut subjects = columns.subjects;
    let mut buffer = Vec::new();
    let people = columns.authors.iter().zip(&columns.committers);
    let parts = columns.parent_counts.iter().zip(&columns.subject_lens);
    for ((author, committer), (parent_count, subject_len)) in people.zip(parts) {
        buffer.clear();
        for _ in 0..*parent_count {
            buffer.push(parents.next()?);
        }
        let (subject, rest) = subjects.split_at_checked(*subject_len)?;
        subjects = rest;
        table.push(ids.next()?, &buffer, (stamp(author)?, stamp(committer)?), subject);
    }
    if !ids.rest.is_empty() || !parents.rest.is_empty() || !subjects.is_empty() || table.has_twins() {
        return None;
    }
    let text = |index: usize| columns.texts.get(index).map(|text| (*text).to_owned());
    for (position, stored) in &columns.claims {
        let commit = table.row(*position)?.id.to_string();
        let mut claims = Vec::with_capacity(stored.len());
        for stored in stored {
            let rule = catalogue.rules().get(stored.rule)?;
            claims.push(Claim {
                commit: Some(commit.clone()),
                tool: text(stored.tool)?,
                model: stored.model.map(|model| text(model).ok_or(())).transpose().ok()?,
                strength: stored.strength,
                extent: stored.extent,
                more: stored.more,
                evidence: text(stored.evidence)?,
                ..Claim::by(rule, stored.signal, b"")
            });
        }
        table.claims.insert(*position, claims);
    }
    for (position, relation) in columns.relations {
        table.row(position)?;
        table.relations.insert(position, relation);
    }
    let names: Vec<_> = columns.folder_names.iter().map(|name| (*name).into()).collect();
    for (position, of_commit) in &columns.folders {
        table.row(*position)?;
        of_commit.iter().all(|name| (*name as usize) < names.len()).then_some(())?;
    }
    table.folders = Folders { names, of: columns.folders.into_iter().collect() };
    Some(table)
}

/// Ids that stand one behind the other.
struct Ids<'a> {
    rest: &'a [u8],
    len: usize,
}

impl Iterator for Ids<'_> {
    type Item = ObjectId;

    fn next(&mut self) -> Option<ObjectId> {
        let (id, rest) = self.rest.split_at_checked(self.len)?;
        self.rest = rest;
        oid::try_from_bytes(id).ok().map(ToOwned::to_owned)
    }
}

fn sorted<V>(map: &HashMap<u32, V>) -> impl Iterator<Item = (u32, &V)> {
    let mut keys: Vec<_> = map.keys().copied().collect();
    keys.sort_unstable();
    keys.into_iter().filter_map(|key| Some((key, map.get(&key)?)))
}

/// The lengths of parts that end so.
fn lens<N: Copy + Default + std::ops::Sub<Output = N>>(ends: impl Iterator<Item = N>) -> Vec<N> {
    let mut before = N::default();
    ends.map(|end| end - std::mem::replace(&mut before, end)).collect()
}

#[cfg(test)]
#[path = "columns_tests.rs"]
mod tests;
