//! Lanes and shares: tasks that pass the same gates wait in one lane, and the lanes of one fairness key share its turns.

use super::gate::GateName;
use super::item::Candidate;
use crate::{Key, Needs, Span, TaskId, TaskKind};
use sealbook_ledger::Time;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub(super) type LaneId = u32;

/// The order of tasks in a lane and of shares among each other: the lower the sooner.
///
/// A task's priority grows by one with each step that it waits. As it grows for all alike, `since - priority × step`
/// orders them for ever, and nothing has to be sorted anew as time passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank(i64);

impl Rank {
    pub(super) fn new(since: Time, priority: u8, step: Span) -> Self {
        let bonus = step.as_micros().saturating_mul(i64::from(priority));
        Self(since.as_micros().saturating_sub(bonus))
    }
}

/// A share's place in the line: by rank, then in the order of its last turn.
pub(super) type Turn = (Rank, u64);

/// A task's place in its lane: by rank, then in the order of arrival.
pub(super) type Place = (Rank, u64, TaskId);

/// What the tasks of a lane have in common. A lane is free or blocked as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct LaneName {
    pub(super) share: Arc<str>,
    pub(super) kind: TaskKind,
    pub(super) key: Option<Key>,
    pub(super) dependency: Option<Key>,
    /// Tasks with other needs wait in lanes of their own, so that one that no agent can do is in nobody's way.
    pub(super) needs: Option<Arc<Needs>>,
}

#[derive(Debug)]
pub(super) struct Lane {
    pub(super) name: LaneName,
    pub(super) tasks: BTreeSet<Place>,
    priorities: BTreeMap<u8, u32>,
    /// The gate before which it waits, and its place in that line.
    pub(super) blocked: Option<(GateName, Turn)>,
}

impl Lane {
    pub(super) fn new(name: LaneName) -> Self {
        Self { name, tasks: BTreeSet::new(), priorities: BTreeMap::new(), blocked: None }
    }

    pub(super) fn add(&mut self, place: Place, priority: u8) {
        self.tasks.insert(place);
        *self.priorities.entry(priority).or_default() += 1;
    }

    pub(super) fn take(&mut self, place: &Place, priority: u8) {
        self.tasks.remove(place);
        if let Some(count) = self.priorities.get_mut(&priority) {
            *count -= 1;
            if *count == 0 {
                self.priorities.remove(&priority);
            }
        }
    }

    pub(super) fn candidate(&self) -> Option<Candidate<'_>> {
        let (.., task) = *self.tasks.first()?;
        Some(Candidate { task, kind: &self.name.kind, needs: self.name.needs.as_deref() })
    }

    /// The first task, and the priority of the most urgent one.
    pub(super) fn head(&self) -> Option<(Place, u8)> {
        Some((*self.tasks.first()?, *self.priorities.last_key_value()?.0))
    }
}

/// The lanes of one fairness key. The share that has waited longest since its last turn is next, unless another's most
/// urgent task outweighs that; so a share with a long backlog delays nobody else.
#[derive(Debug)]
pub(super) struct Share {
    /// Free lanes by their first task.
    pub(super) lanes: BTreeSet<(Place, LaneId)>,
    /// Free lanes by their most urgent task.
    pub(super) urgent: BTreeSet<(u8, LaneId)>,
    /// Since when it waits for a turn.
    since: Time,
    /// Orders those that wait since the same moment.
    turn: u64,
    /// Tasks that it may still have in this turn.
    left: u32,
    /// All its tasks, those of blocked lanes too.
    pub(super) size: usize,
}

impl Share {
    pub(super) fn new(since: Time, turn: u64, weight: u32) -> Self {
        Self { lanes: BTreeSet::new(), urgent: BTreeSet::new(), since, turn, left: weight, size: 0 }
    }

    /// Its rank with its most urgent free task; none while it has no free lane.
    pub(super) fn rank(&self, step: Span) -> Option<Turn> {
        self.urgent.last().map(|(priority, _)| self.rank_with(*priority, step))
    }

    pub(super) fn rank_with(&self, priority: u8, step: Span) -> Turn {
        (Rank::new(self.since, priority, step), self.turn)
    }

    /// One of its tasks was taken; with the last of its turn it goes to the end of the line.
    pub(super) fn served(&mut self, now: Time, turn: u64, weight: u32) {
        self.left = self.left.saturating_sub(1);
        if self.left == 0 {
            (self.since, self.turn, self.left) = (self.since.max(now), turn, weight);
        }
    }
}
