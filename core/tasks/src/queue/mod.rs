//! The queue: which task is next.
//!
//! Tasks of one fairness key take turns with those of others; within a key the most urgent goes first, and waiting
//! makes urgent. Gates hold back kinds and keys that are paused, at their limit or too fast. Whatever is held back
//! stands aside, so taking the best runnable task costs `O(log n)`, however many others are blocked.

mod gate;
mod item;
mod lane;

pub use gate::{GateLimits, GateName, Rate, Shut};
pub use item::{Candidate, Item, Passed, Waiting};

use crate::{Span, TaskId};
use gate::Gate;
use lane::{Lane, LaneId, LaneName, Place, Rank, Share, Turn};
use sealbook_error::{Code, Error, Result};
use sealbook_ledger::Time;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// The size of a queue and the way it orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueOptions {
    /// The most tasks in the queue, delayed ones included.
    pub capacity: usize,
    /// The most tasks of one fairness key.
    pub share_capacity: usize,
    /// How long a task waits until that counts as one more of priority.
    pub aging: Span,
}

impl Default for QueueOptions {
    /// 100,000 tasks, of one key or many; one of priority for each second.
    fn default() -> Self {
        Self { capacity: 100_000, share_capacity: 100_000, aging: Span::from_secs(1) }
    }
}

#[derive(Debug, Clone, Copy)]
enum Where {
    Delayed(Time, u64),
    Lane(LaneId, Place, u8),
}

/// The queue of tasks that wait for a permit.
///
/// ```
/// use sealbook_ledger::Time;
/// use sealbook_tasks::{Item, Priority, Queue, QueueOptions, TaskId, TaskKind};
///
/// let mut queue = Queue::new(QueueOptions::default());
/// let task = |n| TaskId::new(Time::EPOCH, [n; 10]);
/// let item = |n, priority| Ok::<_, sealbook_error::Error>(Item {
///     task: task(n), kind: TaskKind::parse("process")?, share: "ann".into(), key: None, dependency: None, needs: None, priority,
///     since: Time::EPOCH, not_before: Time::EPOCH,
/// });
/// queue.push(item(1, Priority::LOW)?, Time::EPOCH)?;
/// queue.push(item(2, Priority::HIGH)?, Time::EPOCH)?;
/// assert_eq!(queue.pop(Time::EPOCH).map(|passed| passed.task), Some(task(2)));
/// assert_eq!(queue.pop(Time::EPOCH).map(|passed| passed.task), Some(task(1)));
/// assert_eq!(queue.pop(Time::EPOCH), None);
/// # Ok::<(), sealbook_error::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct Queue {
    options: QueueOptions,
    index: HashMap<TaskId, Where>,
    delayed: BTreeMap<(Time, u64), Item>,
    lanes: HashMap<LaneId, Lane>,
    names: HashMap<LaneName, LaneId>,
    shares: HashMap<Arc<str>, Share>,
    weights: HashMap<Arc<str>, u32>,
    /// Shares that have a free lane, the next one first.
    line: BTreeSet<(Rank, u64, Arc<str>)>,
    gates: HashMap<GateName, Gate>,
    /// Blocked lanes, by the gate before which they wait.
    waiting: HashMap<GateName, BTreeSet<(Turn, LaneId)>>,
    /// Gates with waiting lanes that may have opened.
    opened: BTreeSet<GateName>,
    /// When gates with waiting lanes open by themselves.
    timers: BTreeSet<(Time, GateName)>,
    /// The time at the last look.
    latest: Option<Time>,
    /// Numbers tasks, lanes and turns in the order in which they come.
    counter: u64,
    next_lane: LaneId,
}

impl Queue {
    /// An empty queue.
    #[must_use]
    pub fn new(options: QueueOptions) -> Self {
        Self { options, ..Self::default() }
    }

    /// How many tasks wait, delayed ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether no task waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// Whether this task waits here.
    #[must_use]
    pub fn contains(&self, task: TaskId) -> bool {
        self.index.contains_key(&task)
    }

    /// Whether there is room for `more` tasks of a share, so that a submission in bulk is taken whole or not at all.
    ///
    /// # Errors
    /// `QUEUE_FULL` if there is not.
    pub fn room(&self, share: &str, more: usize) -> Result<()> {
        let QueueOptions { capacity, share_capacity, .. } = self.options;
        let of_share = self.shares.get(share).map_or(0, |share| share.size);
        let what = if self.index.len().saturating_add(more) > capacity {
            format!("the queue holds {} of {capacity} tasks", self.index.len())
        } else if of_share.saturating_add(more) > share_capacity {
            format!("{share} has {of_share} of {share_capacity} tasks in the queue")
        } else {
            return Ok(());
        };
        Err(Error::new(Code::QueueFull, what).remedy("wait until some have run, or raise the capacity"))
    }

    /// Puts a task in.
    ///
    /// # Errors
    /// `QUEUE_FULL` without room; `INVALID_ARGUMENT` if it waits here already.
    pub fn push(&mut self, item: Item, now: Time) -> Result<()> {
        if self.contains(item.task) {
            return Err(Error::new(
                Code::InvalidArgument,
                format!("task {} is in the queue already", item.task),
            )
            .remedy("remove it first"));
        }
        self.room(&item.share, 1)?;
        let (weight, turn) = (self.weight(&item.share), self.count());
        self.shares.entry(item.share.clone()).or_insert_with(|| Share::new(now, turn, weight)).size += 1;
        if item.not_before > now {
            let place = (item.not_before, self.count());
            self.index.insert(item.task, Where::Delayed(place.0, place.1));
            self.delayed.insert(place, item);
        } else {
            self.admit(item);
        }
        Ok(())
    }

    /// Takes the best task that may run at `now`. Its permit is given back with [`Queue::release`].
    pub fn pop(&mut self, now: Time) -> Option<Passed> {
        self.pop_where(now, |_| true)
    }

    /// As [`Queue::pop`], of those that `takes` accepts; the search passes over the others lane by lane.
    pub fn pop_where(&mut self, now: Time, takes: impl Fn(Candidate<'_>) -> bool) -> Option<Passed> {
        let id = self.first_open(now, &takes)?;
        self.take(id, now)
    }

    /// Whether [`Queue::pop_where`] would take one.
    #[must_use]
    pub fn has_where(&mut self, now: Time, takes: impl Fn(Candidate<'_>) -> bool) -> bool {
        self.first_open(now, &takes).is_some()
    }

    /// The lane whose turn it is. Lanes at shut gates are put aside until those open, so that [`Queue::wakes_at`] knows of them.
    fn first_open(&mut self, now: Time, takes: &impl Fn(Candidate<'_>) -> bool) -> Option<LaneId> {
        self.admit_delayed(now);
        self.wake(now);
        if self.gates.get(&GateName::Queue).is_some_and(|gate| gate.shut(now).is_some()) {
            return None;
        }
        loop {
            match self.first_lane(takes) {
                Some(id) => {
                    let lane = self.lanes.get(&id)?;
                    match self.shut_gate(lane, now) {
                        Some((gate, shut)) => self.block(id, gate, shut),
                        None => return Some(id),
                    }
                    self.wake(now);
                }
                // An open gate lets one lane go at a time, and that may be one that is not taken here.
                None if self.wake(now) => {}
                None => return None,
            }
        }
    }

    /// An empty queue that remembers how far the rates of this one are used up.
    #[must_use]
    pub fn emptied(&self) -> Self {
        let used = self.gates.iter().filter_map(|(name, gate)| Some((name.clone(), gate.used()?)));
        Self { gates: used.collect(), latest: self.latest, ..Self::new(self.options) }
    }

    /// Gives a permit back: the task has ended or left its worker.
    pub fn release(&mut self, passed: &Passed) {
        for name in passed.gates() {
            if let Some(gate) = self.gates.get_mut(&name) {
                gate.out = gate.out.saturating_sub(1);
                if gate.is_idle() {
                    self.gates.remove(&name);
                }
                self.opened.insert(name);
            }
        }
    }

    /// Counts a task that was out before this queue was built, after a restart.
    pub fn occupy(&mut self, passed: &Passed) {
        for name in passed.gates() {
            let gate = self.gates.entry(name).or_default();
            gate.out = gate.out.saturating_add(1);
        }
    }

    /// Takes a task out that is not to run. False if it does not wait here.
    pub fn remove(&mut self, task: TaskId) -> bool {
        match self.index.get(&task).copied() {
            None => return false,
            Some(Where::Delayed(at, number)) => {
                self.index.remove(&task);
                if let Some(item) = self.delayed.remove(&(at, number)) {
                    self.shrink(&item.share);
                }
            }
            Some(Where::Lane(id, place, priority)) => {
                self.index.remove(&task);
                self.change(id, |lane| lane.take(&place, priority));
                if let Some(share) = self.lanes.get(&id).map(|lane| lane.name.share.clone()) {
                    self.drop_empty(id);
                    self.shrink(&share);
                }
            }
        }
        true
    }

    /// Sets the limits of a gate, or lifts them all.
    ///
    /// # Errors
    /// As [`GateLimits::check`].
    pub fn limit(&mut self, name: GateName, limits: GateLimits) -> Result<()> {
        limits.check()?;
        self.gates.entry(name.clone()).or_default().limits = limits;
        self.opened.insert(name);
        Ok(())
    }

    /// The limits of a gate.
    #[must_use]
    pub fn limits(&self, name: &GateName) -> GateLimits {
        self.gates.get(name).map_or_else(GateLimits::default, |gate| gate.limits)
    }

    /// How many tasks a share may have in one turn; 1 unless set.
    pub fn weigh(&mut self, share: &str, weight: u32) {
        if weight <= 1 {
            self.weights.remove(share);
        } else {
            self.weights.insert(share.into(), weight);
        }
    }

    /// When to look again although nothing was pushed, released or limited: a delayed task or a rate comes due.
    #[must_use]
    pub fn wakes_at(&self, now: Time) -> Option<Time> {
        let queue = match self.gates.get(&GateName::Queue).and_then(|gate| gate.shut(now)) {
            Some(Shut::Until(time)) => Some(time),
            Some(_) => return None,
            None => None,
        };
        let delayed = self.delayed.first_key_value().map(|((time, _), _)| *time);
        let timer = self.timers.first().map(|(time, _)| *time);
        [queue, delayed, timer].into_iter().flatten().min()
    }

    /// Why a task has not been taken yet; none if it does not wait here.
    #[must_use]
    pub fn why(&self, task: TaskId, now: Time) -> Option<Waiting> {
        let lane = match self.index.get(&task)? {
            Where::Delayed(at, _) if *at > now => return Some(Waiting::Delayed(*at)),
            Where::Delayed(..) => return Some(Waiting::Turn),
            Where::Lane(id, ..) => self.lanes.get(id)?,
        };
        let whole = self.gates.get(&GateName::Queue).and_then(|gate| gate.shut(now));
        let shut = whole.map(|shut| (GateName::Queue, shut)).or_else(|| self.shut_gate(lane, now));
        Some(shut.map_or(Waiting::Turn, |(gate, shut)| Waiting::Gate(gate, shut)))
    }

    fn admit_delayed(&mut self, now: Time) {
        while let Some(entry) = self.delayed.first_entry().filter(|entry| entry.key().0 <= now) {
            let item = entry.remove();
            self.admit(item);
        }
    }

    fn admit(&mut self, item: Item) {
        let Item { task, kind, share, key, dependency, needs, priority, since, not_before } = item;
        let name = LaneName { share, kind, key, dependency, needs };
        let id = match self.names.get(&name) {
            Some(id) => *id,
            None => {
                while self.lanes.contains_key(&self.next_lane) {
                    self.next_lane = self.next_lane.wrapping_add(1);
                }
                self.lanes.insert(self.next_lane, Lane::new(name.clone()));
                self.names.insert(name, self.next_lane);
                self.next_lane
            }
        };
        let place = (Rank::new(since.max(not_before), priority.0, self.options.aging), self.count(), task);
        self.index.insert(task, Where::Lane(id, place, priority.0));
        self.change(id, |lane| lane.add(place, priority.0));
    }

    fn first_lane(&self, takes: &impl Fn(Candidate<'_>) -> bool) -> Option<LaneId> {
        self.free_lanes().find(|(_, lane)| lane.candidate().is_some_and(takes)).map(|(id, _)| id)
    }

    /// The next one first.
    fn free_lanes(&self) -> impl Iterator<Item = (LaneId, &Lane)> {
        let shares = self.line.iter().filter_map(|(.., share)| self.shares.get(share));
        let ids = shares.flat_map(|share| share.lanes.iter().map(|(_, id)| *id));
        ids.filter_map(|id| Some((id, self.lanes.get(&id)?)))
    }

    fn shut_gate(&self, lane: &Lane, now: Time) -> Option<(GateName, Shut)> {
        GateName::before(&lane.name.kind, lane.name.key.as_ref(), lane.name.dependency.as_ref())
            .filter(|name| *name != GateName::Queue)
            .find_map(|name| Some((self.gates.get(&name)?.shut(now)?, name)))
            .map(|(shut, name)| (name, shut))
    }

    fn take(&mut self, id: LaneId, now: Time) -> Option<Passed> {
        let lane = self.lanes.get(&id)?;
        let (_, _, task) = *lane.tasks.first()?;
        let LaneName { share, kind, key, dependency, .. } = lane.name.clone();
        let Where::Lane(_, place, priority) = self.index.remove(&task)? else { return None };
        let passed = Passed { task, kind, key, dependency };
        for name in passed.gates() {
            let gate = self.gates.entry(name).or_default();
            gate.pass(now);
        }
        let (turn, weight, step) = (self.count(), self.weight(&share), self.options.aging);
        let owner = self.shares.get_mut(&share)?;
        if let Some((rank, turn)) = owner.rank(step) {
            self.line.remove(&(rank, turn, share.clone()));
        }
        owner.served(now, turn, weight);
        if let Some((rank, turn)) = owner.rank(step) {
            self.line.insert((rank, turn, share.clone()));
        }
        self.change(id, |lane| lane.take(&place, priority));
        self.drop_empty(id);
        self.shrink(&share);
        Some(passed)
    }

    /// Lets the first lane that waits before each opened gate try again. One is enough: the gate stays on the list
    /// until it is found shut or nobody waits before it.
    /// Lets the first lane go at each gate that has opened. Whether there was any.
    fn wake(&mut self, now: Time) -> bool {
        if self.latest.is_some_and(|latest| now < latest) {
            self.gates.values_mut().for_each(|gate| gate.clock_went_back(now));
            self.opened.extend(std::mem::take(&mut self.timers).into_iter().map(|(_, name)| name));
        }
        self.latest = Some(now);
        while let Some((_, name)) = self.timers.first().filter(|(time, _)| *time <= now).cloned() {
            self.timers.pop_first();
            self.opened.insert(name);
        }
        let mut free = Vec::new();
        let (gates, waiting, timers) = (&self.gates, &self.waiting, &mut self.timers);
        self.opened.retain(|name| {
            let Some((_, lane)) = waiting.get(name).and_then(BTreeSet::first) else { return false };
            match gates.get(name).and_then(|gate| gate.shut(now)) {
                Some(Shut::Until(time)) => {
                    timers.insert((time, name.clone()));
                    false
                }
                Some(_) => false,
                None => {
                    free.push(*lane);
                    true
                }
            }
        });
        let is_any = !free.is_empty();
        for id in free {
            self.unblock(id);
        }
        is_any
    }

    fn block(&mut self, id: LaneId, gate: GateName, shut: Shut) {
        let step = self.options.aging;
        let Some(lane) = self.lanes.get(&id) else { return };
        let (Some((_, urgent)), Some(share)) = (lane.head(), self.shares.get(&lane.name.share)) else {
            return;
        };
        let rank = share.rank_with(urgent, step);
        self.waiting.entry(gate.clone()).or_default().insert((rank, id));
        if let Shut::Until(time) = shut {
            self.timers.insert((time, gate.clone()));
        }
        self.change(id, |lane| lane.blocked = Some((gate, rank)));
    }

    fn unblock(&mut self, id: LaneId) {
        self.forget_waiting(id);
        self.change(id, |lane| lane.blocked = None);
    }

    fn forget_waiting(&mut self, id: LaneId) {
        let Some((gate, rank)) = self.lanes.get(&id).and_then(|lane| lane.blocked.clone()) else { return };
        if let Some(lanes) = self.waiting.get_mut(&gate) {
            lanes.remove(&(rank, id));
            if lanes.is_empty() {
                self.waiting.remove(&gate);
            }
        }
    }

    /// Changes a lane and keeps its share, and the share's place in the line, in step with it.
    fn change(&mut self, id: LaneId, change: impl FnOnce(&mut Lane)) {
        let Some(lane) = self.lanes.get_mut(&id) else { return };
        let Some(share) = self.shares.get_mut(&lane.name.share) else { return };
        let step = self.options.aging;
        let before = share.rank(step);
        if let (Some((place, urgent)), None) = (lane.head(), &lane.blocked) {
            share.lanes.remove(&(place, id));
            share.urgent.remove(&(urgent, id));
        }
        change(lane);
        if let (Some((place, urgent)), None) = (lane.head(), &lane.blocked) {
            share.lanes.insert((place, id));
            share.urgent.insert((urgent, id));
        }
        let after = share.rank(step);
        if before != after {
            if let Some((rank, turn)) = before {
                self.line.remove(&(rank, turn, lane.name.share.clone()));
            }
            if let Some((rank, turn)) = after {
                self.line.insert((rank, turn, lane.name.share.clone()));
            }
        }
    }

    fn drop_empty(&mut self, id: LaneId) {
        if self.lanes.get(&id).is_some_and(|lane| lane.tasks.is_empty()) {
            self.forget_waiting(id);
            if let Some(lane) = self.lanes.remove(&id) {
                self.names.remove(&lane.name);
            }
        }
    }

    fn shrink(&mut self, share: &Arc<str>) {
        let Some(owner) = self.shares.get_mut(share) else { return };
        owner.size = owner.size.saturating_sub(1);
        if owner.size == 0 {
            self.shares.remove(share);
        }
    }

    fn weight(&self, share: &str) -> u32 {
        self.weights.get(share).copied().unwrap_or(1)
    }

    fn count(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }
}

#[cfg(test)]
#[path = "../queue_tests.rs"]
mod tests;
