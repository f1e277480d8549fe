//! The order of `git log`, with every commit read once.

use crate::Unreadable;
use crate::object::links;
use crate::repository::{Objects, failed, unreadable};
use crate::table::Table;
use gix::commitgraph::Graph;
use gix::hashtable::HashSet;
use gix::{ObjectId, Repository};
use sealbook_error::Result;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet as StdHashSet};
use std::sync::Arc;

/// The commits reachable from a start, newest committer date first.
///
/// A commit comes after a child that led to it, and among equal dates the one found first comes first: exactly
/// `git log` without an option about order. The same history always has the same order.
pub(crate) struct Walk {
    objects: Objects,
    graph: Option<Graph>,
    /// Commits whose parents a shallow clone left out.
    boundary: StdHashSet<ObjectId>,
    /// Commits that need not be read. Their parents are those of a walk under the same boundary.
    memory: Option<Arc<Table>>,
    queue: BinaryHeap<Found>,
    seen: HashSet<ObjectId>,
    buffer: Vec<u8>,
    unreadable: Unreadable,
}

/// A commit on the walk.
pub(crate) struct Step {
    pub(crate) id: ObjectId,
    pub(crate) parents: Vec<ObjectId>,
    /// The commit's bytes, unless the commit-graph or the memory made reading it unnecessary.
    pub(crate) bytes: Option<Vec<u8>>,
    /// Its position in the memory.
    pub(crate) remembered: Option<u32>,
}

struct Found {
    seconds: i64,
    turn: Reverse<usize>,
    step: Step,
}

impl Walk {
    pub(crate) fn new(repository: &Repository, start: ObjectId, memory: Option<Arc<Table>>) -> Result<Self> {
        let shallow = repository
            .shallow_commits()
            .map_err(|error| failed("the list of shallow commits cannot be read", error))?;
        // Like git: the graph knows nothing of a shallow boundary, and a damaged graph is no reason to stop.
        let graph =
            if shallow.is_none() { repository.commit_graph_if_enabled().ok().flatten() } else { None };
        let mut walk = Self {
            objects: Objects::new(repository),
            graph,
            boundary: shallow.map(|list| list.iter().copied().collect()).unwrap_or_default(),
            memory,
            queue: BinaryHeap::new(),
            seen: HashSet::default(),
            buffer: Vec::new(),
            unreadable: Unreadable::default(),
        };
        walk.find(start)?;
        Ok(walk)
    }

    /// Whether steps come without bytes.
    pub(crate) fn has_graph(&self) -> bool {
        self.graph.is_some()
    }

    /// The next commit, or nothing at the end. Parents that cannot be read are left out.
    pub(crate) fn next(&mut self) -> Option<Step> {
        let Found { step, .. } = self.queue.pop()?;
        for parent in &step.parents {
            if let Err(error) = self.find(*parent) {
                self.unreadable.commit(error.message());
            }
        }
        Some(step)
    }

    /// What could not be read since this was asked last.
    pub(crate) fn take_unreadable(&mut self) -> Unreadable {
        std::mem::take(&mut self.unreadable)
    }

    fn find(&mut self, id: ObjectId) -> Result<()> {
        if !self.seen.insert(id) {
            return Ok(());
        }
        if let Some((remembered, parents, seconds)) = self.in_memory(&id) {
            let step = Step { id, parents, bytes: None, remembered: Some(remembered) };
            self.push(step, seconds);
            return Ok(());
        }
        let (parents, seconds, bytes) = match self.in_graph(&id) {
            Some((parents, seconds)) => (parents, seconds, None),
            None => {
                let bytes = self.objects.commit(&id, &mut self.buffer)?;
                let (parents, seconds) =
                    links(bytes).ok_or_else(|| unreadable(&id, "it has no form of a commit"))?;
                (parents, seconds, Some(bytes.to_vec()))
            }
        };
        let parents = if self.boundary.contains(&id) { Vec::new() } else { parents };
        self.push(Step { id, parents, bytes, remembered: None }, seconds);
        Ok(())
    }

    fn push(&mut self, step: Step, seconds: i64) {
        let turn = Reverse(self.seen.len());
        // git has no dates before 1970.
        self.queue.push(Found { seconds: seconds.max(0), turn, step });
    }

    fn in_memory(&self, id: &ObjectId) -> Option<(u32, Vec<ObjectId>, i64)> {
        let memory = self.memory.as_ref()?;
        let position = memory.position(id)?;
        Some((position, memory.parents(position).to_vec(), memory.row(position)?.committer.1.seconds))
    }

    fn in_graph(&self, id: &ObjectId) -> Option<(Vec<ObjectId>, i64)> {
        let graph = self.graph.as_ref()?;
        let commit = graph.commit_by_id(id)?;
        let parents = commit.iter_parents().map(|position| Some(graph.id_at(position.ok()?).to_owned()));
        Some((parents.collect::<Option<_>>()?, i64::try_from(commit.committer_timestamp()).ok()?))
    }
}

impl Ord for Found {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.seconds, &self.turn).cmp(&(other.seconds, &other.turn))
    }
}

impl PartialOrd for Found {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Found {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Found {}
