//! Judged commits, column by column: small enough to hold a whole history.

use crate::identity::Identity;
use crate::{Claim, Person, Relation, Time};
use gix::hashtable::HashMap as IdMap;
use gix::{ObjectId, oid};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

/// The commits of a walk in its order, each with what its own bytes say.
#[derive(Debug, Default, Clone)]
pub(crate) struct Table {
    pub(crate) rows: Vec<Row>,
    /// Where each commit stands.
    positions: IdMap<ObjectId, u32>,
    /// All parents of all commits, in order.
    pub(crate) parents: Vec<ObjectId>,
    pub(crate) people: Vec<(String, String)>,
    known: HashMap<Vec<u8>, u32>,
    /// All subjects, one behind the other.
    pub(crate) subjects: String,
    pub(crate) claims: HashMap<u32, Vec<Claim>>,
    pub(crate) relations: HashMap<u32, Relation>,
    pub(crate) folders: Folders,
    scratch: Vec<u8>,
}

/// The fixed part of a commit, with where its parts in the other columns end; they begin where those of the
/// row before end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) id: ObjectId,
    pub(crate) author: (u32, Time),
    pub(crate) committer: (u32, Time),
    pub(crate) parents_end: u32,
    pub(crate) subject_end: usize,
}

/// The folders that commits touch. Empty until they are asked for.
#[derive(Debug, Default, Clone)]
pub(crate) struct Folders {
    pub(crate) names: Vec<Arc<str>>,
    /// For each commit that touches any, indices of names.
    pub(crate) of: HashMap<u32, Vec<u32>>,
}

/// For each person of another table, the one here.
pub(crate) type Translation = Vec<Option<u32>>;

impl Table {
    pub(crate) fn len(&self) -> u32 {
        u32::try_from(self.rows.len()).unwrap_or(u32::MAX)
    }

    pub(crate) fn position(&self, id: &oid) -> Option<u32> {
        self.positions.get(id).copied()
    }

    pub(crate) fn row(&self, position: u32) -> Option<&Row> {
        self.rows.get(position as usize)
    }

    fn before(&self, position: u32) -> Option<&Row> {
        position.checked_sub(1).and_then(|before| self.row(before))
    }

    pub(crate) fn parents(&self, position: u32) -> &[ObjectId] {
        let start = self.before(position).map_or(0, |row| row.parents_end as usize);
        let end = self.row(position).map_or(0, |row| row.parents_end as usize);
        self.parents.get(start..end).unwrap_or_default()
    }

    pub(crate) fn subject(&self, position: u32) -> &str {
        let start = self.before(position).map_or(0, |row| row.subject_end);
        let end = self.row(position).map_or(0, |row| row.subject_end);
        self.subjects.get(start..end).unwrap_or_default()
    }

    pub(crate) fn person(&self, (person, time): (u32, Time)) -> Person<'_> {
        let (name, email) = self.people.get(person as usize).map_or(("", ""), |(name, email)| (name, email));
        Person { name: Cow::Borrowed(name), email: Cow::Borrowed(email), time }
    }

    /// The indices in the list of people, which many commits share.
    pub(crate) fn people(&mut self, author: Identity<'_>, committer: Identity<'_>) -> (u32, u32) {
        let first = self.person_index(author);
        (first, if committer == author { first } else { self.person_index(committer) })
    }

    fn person_index(&mut self, who: Identity<'_>) -> u32 {
        self.scratch.clear();
        self.scratch.extend_from_slice(who.name);
        // No name or address holds a line feed: a commit ends its lines with it.
        self.scratch.push(b'\n');
        self.scratch.extend_from_slice(who.email);
        if let Some(index) = self.known.get(&self.scratch) {
            return *index;
        }
        let index = u32::try_from(self.people.len()).unwrap_or(u32::MAX);
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        self.people.push((text(who.name), text(who.email)));
        self.known.insert(self.scratch.clone(), index);
        index
    }

    pub(crate) fn reserve(&mut self, rows: usize) {
        // The number comes from outside bytes.
        let rows = rows.min(1 << 20);
        self.rows.reserve(rows);
        self.positions.reserve(rows);
    }

    /// Whether a commit is in the table twice, which no walk makes.
    pub(crate) fn has_twins(&self) -> bool {
        self.positions.len() != self.rows.len()
    }

    /// Adds a commit; its position.
    pub(crate) fn push(
        &mut self,
        id: ObjectId,
        parents: &[ObjectId],
        (author, committer): ((u32, Time), (u32, Time)),
        subject: &str,
    ) -> u32 {
        let position = self.len();
        self.parents.extend_from_slice(parents);
        self.subjects.push_str(subject);
        let parents_end = u32::try_from(self.parents.len()).unwrap_or(u32::MAX);
        self.rows.push(Row { id, author, committer, parents_end, subject_end: self.subjects.len() });
        self.positions.insert(id, position);
        position
    }

    /// Adds a commit of another table, with all that is known about it. `people` remembers which person of
    /// the other table is which here.
    pub(crate) fn copy(&mut self, other: &Self, position: u32, people: &mut Translation) -> Option<u32> {
        let row = other.row(position)?;
        let mut person = |(index, time): (u32, Time)| Some((self.translate(other, index, people)?, time));
        let stamps = (person(row.author)?, person(row.committer)?);
        let new = self.push(row.id, other.parents(position), stamps, other.subject(position));
        if let Some(claims) = other.claims.get(&position) {
            self.claims.insert(new, claims.clone());
        }
        if let Some(relation) = other.relations.get(&position) {
            self.relations.insert(new, relation.clone());
        }
        Some(new)
    }

    fn translate(&mut self, other: &Self, index: u32, people: &mut Translation) -> Option<u32> {
        people.resize(other.people.len(), None);
        let known = people.get_mut(index as usize)?;
        if known.is_none() {
            let (name, email) = other.people.get(index as usize)?;
            *known = Some(self.person_index(Identity { name: name.as_bytes(), email: email.as_bytes() }));
        }
        *known
    }

    /// The one commit whose id begins so; none if there are several. All of them must be in the table.
    pub(crate) fn by_prefix(&self, sorted: &[ObjectId], digits: &str) -> Option<u32> {
        let prefix = gix::hash::Prefix::from_hex(digits).ok()?;
        let first = sorted.partition_point(|id| prefix.cmp_oid(id).is_gt());
        let mut matching = sorted.iter().skip(first).take_while(|id| prefix.cmp_oid(id).is_eq());
        let found = matching.next()?;
        if matching.next().is_some() { None } else { self.position(found) }
    }
}
