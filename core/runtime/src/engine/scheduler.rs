//! The queue of an engine, which follows the transitions that are written by whatever process.
//!
//! It catches up inside the transaction that hands tasks out, so it is exact then, and processes never quarrel about a task.

use super::document;
use super::gates::GATES;
use sealbook_error::{Code, Result};
use sealbook_ledger::Time;
use sealbook_store::{TaskFilter, TaskTables, beside_damage};
use sealbook_tasks::{
    Candidate, GateLimits, GateName, Item, Passed, Queue, QueueOptions, State, Task, TaskId, Transition,
};
use std::collections::{BTreeMap, HashMap};

pub(crate) struct Scheduler {
    queue: Queue,
    /// Tasks that are with a worker of whatever process, and count at their gates.
    out: HashMap<TaskId, Passed>,
    /// The documents of gates as they were taken over, with the gate of each that could be read.
    gates: BTreeMap<String, (Option<GateName>, String)>,
    /// The last transition that was seen; none before the first look, and after a transaction that failed.
    seen: Option<u64>,
    /// Counts doubts.
    doubts: u64,
}

/// What a decision has made of the queue, until it is known to be written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Doubt {
    number: u64,
    seen: Option<u64>,
}

impl Doubt {
    /// The last transition that was seen before it.
    pub(crate) fn seen(&self) -> Option<u64> {
        self.seen
    }
}

impl Scheduler {
    pub(crate) fn new(options: QueueOptions) -> Self {
        // The bound is kept where tasks are submitted; what is stored has a place.
        let options = QueueOptions { capacity: usize::MAX, share_capacity: usize::MAX, ..options };
        Self {
            queue: Queue::new(options),
            out: HashMap::new(),
            gates: BTreeMap::new(),
            seen: None,
            doubts: 0,
        }
    }

    /// The last transition that was seen.
    pub(crate) fn seen(&self) -> Option<u64> {
        self.seen
    }

    /// What was decided is not known to be written: everything is read anew.
    pub(crate) fn doubt(&mut self) -> Doubt {
        self.doubts += 1;
        Doubt { number: self.doubts, seen: self.seen.take() }
    }

    /// What was decided is written. That says nothing about a decision after it, which may have failed.
    pub(crate) fn trust(&mut self, doubt: Doubt) {
        if doubt.number == self.doubts {
            self.seen = self.seen.or(doubt.seen);
        }
    }

    /// When to look again although nothing was written.
    pub(crate) fn wakes_at(&self, now: Time) -> Option<Time> {
        self.queue.wakes_at(now)
    }

    pub(crate) fn why(&self, task: TaskId, now: Time) -> Option<sealbook_tasks::Waiting> {
        self.queue.why(task, now)
    }

    /// Takes over what was written since.
    pub(crate) fn catch_up(&mut self, tables: &dyn TaskTables, now: Time) -> Result<()> {
        match self.seen {
            None => self.rebuild(tables, now)?,
            Some(seen) => {
                let mut last = seen;
                let followed = tables.feed(seen, &mut |number, transition| {
                    last = number;
                    self.follow(tables, &transition, now).map(|()| true)
                });
                match followed {
                    // What was left out may have put a task into the queue.
                    Err(error) if error.code() == Code::Tampered => self.rebuild(tables, now)?,
                    followed => followed.map(|()| self.seen = Some(last))?,
                }
            }
        }
        self.set_gates(tables.documents(GATES)?)
    }

    fn rebuild(&mut self, tables: &dyn TaskTables, now: Time) -> Result<()> {
        (self.queue, self.out, self.gates) = (self.queue.emptied(), HashMap::new(), BTreeMap::new());
        self.seen = Some(tables.last_number()?);
        let states = vec![State::Queued, State::Assigned, State::Running];
        beside_damage(tables.list(&TaskFilter { states, ..TaskFilter::default() }, &mut |row| {
            if row.task.state == State::Queued {
                self.queue.push(item(&row.task, now), now)
            } else {
                self.occupy(&row.task);
                Ok(())
            }
        }))
    }

    fn follow(&mut self, tables: &dyn TaskTables, transition: &Transition, now: Time) -> Result<()> {
        let id = transition.task;
        if transition.from == State::Queued {
            self.queue.remove(id);
        }
        if transition.from.is_leased() && !transition.to.is_leased() {
            self.release(id);
        }
        // Those about which more was written since are seen to when that comes.
        let is_last = |task: &Task| task.seq == transition.seq;
        if transition.to == State::Queued || (transition.to.is_leased() && !self.out.contains_key(&id)) {
            match tables.task(id)?.map(|row| row.task).filter(is_last) {
                Some(task) if task.state == State::Queued && !self.queue.contains(id) => {
                    self.queue.push(item(&task, now), now)?;
                }
                Some(task) if task.state.is_leased() => self.occupy(&task),
                _ => {}
            }
        }
        Ok(())
    }

    fn occupy(&mut self, task: &Task) {
        let passed = Passed::from(task);
        self.queue.occupy(&passed);
        self.out.insert(task.id, passed);
    }

    fn release(&mut self, id: TaskId) {
        if let Some(passed) = self.out.remove(&id) {
            self.queue.release(&passed);
        }
    }

    /// Whether gates were limited, or let go, since they were taken over: no transition says so.
    pub(crate) fn has_new_gates(&self, tables: &dyn TaskTables) -> Result<bool> {
        Ok(self.differs(&tables.documents(GATES)?))
    }

    fn differs(&self, documents: &[(String, String)]) -> bool {
        let known = self.gates.iter().map(|(name, (_, document))| (name, document));
        !documents.iter().map(|(name, document)| (name, document)).eq(known)
    }

    /// Takes over the documents of all gates, in the order of their names.
    pub(crate) fn set_gates(&mut self, documents: Vec<(String, String)>) -> Result<()> {
        if !self.differs(&documents) {
            return Ok(());
        }
        let mut before = std::mem::take(&mut self.gates);
        for (name, document) in documents {
            let gate = match before.remove(&name) {
                Some((gate, known)) if known == document => gate,
                known => {
                    let read = document::read::<(GateName, GateLimits)>(&name, &document);
                    let set =
                        read.and_then(|(gate, limits)| self.queue.limit(gate.clone(), limits).map(|()| gate));
                    match set {
                        Ok(gate) => Some(gate),
                        Err(error) => {
                            tracing::warn!(%error, "a gate is left as it was");
                            known.and_then(|(gate, _)| gate)
                        }
                    }
                }
            };
            self.gates.insert(name, (gate, document));
        }
        let lifted = before.into_values().filter_map(|(gate, _)| gate);
        lifted.into_iter().try_for_each(|gate| self.queue.limit(gate, GateLimits::default()))
    }

    /// Takes a task in that the present decision has made, before the transitions that say so are written.
    pub(crate) fn admit(&mut self, task: &Task, now: Time) -> Result<()> {
        if task.state == State::Queued && !self.queue.contains(task.id) {
            self.queue.push(item(task, now), now)?;
        }
        Ok(())
    }

    /// Takes the best task that `takes` accepts; it counts as out from now on.
    pub(crate) fn pop(&mut self, now: Time, takes: &dyn Fn(Candidate<'_>) -> bool) -> Option<TaskId> {
        let passed = self.queue.pop_where(now, takes)?;
        let id = passed.task;
        self.out.insert(id, passed);
        Some(id)
    }

    /// Whether there is a task that [`Scheduler::pop`] would take.
    pub(crate) fn has(&mut self, now: Time, takes: &dyn Fn(Candidate<'_>) -> bool) -> bool {
        self.queue.has_where(now, takes)
    }

    /// A task that was taken does not go to a worker after all.
    pub(crate) fn give_back(&mut self, id: TaskId) {
        self.release(id);
    }
}

/// A queued task has waited long enough: a time of its that is still to come was written by a clock that was ahead.
fn item(task: &Task, now: Time) -> Item {
    let item = Item::from(task);
    Item { since: item.since.min(now), not_before: item.not_before.min(now), ..item }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_that_is_written_says_nothing_about_the_one_after_it() {
        let mut scheduler = Scheduler::new(QueueOptions::default());
        scheduler.seen = Some(7);
        let first = scheduler.doubt();
        scheduler.seen = Some(9);
        let second = scheduler.doubt();
        scheduler.trust(first);
        assert_eq!(scheduler.seen(), None);
        scheduler.trust(second);
        assert_eq!(scheduler.seen(), Some(9));
    }
}
