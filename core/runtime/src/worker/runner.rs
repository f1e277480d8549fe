//! Where attempts run: on the worker's own threads, or wherever a host language fetches them.

use crate::cancel::CancelToken;
use crate::handler::{Attempt, Outcome, checked};
use sealbook_error::{Code, Error, Result};
use sealbook_store::sync::{Condvar, Mutex};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Takes the outcome of an attempt.
pub(super) type Done = Box<dyn FnOnce(Outcome) + Send>;

/// Runs attempts that have begun; it must not block.
pub(super) trait Runner {
    fn begin(&self, attempt: Attempt, done: Done);

    /// Whether one more would be run at once, beside handlers that are stuck.
    fn has_room(&self) -> bool;

    /// Gives back what was asked to stop before anybody began to run it.
    fn give_back_unbegun(&self) {}
}

/// Attempts for a host language to fetch, and the outcomes that it brings back. No thread waits while the host's code runs.
///
/// Clones are the same inbox.
#[derive(Clone, Default)]
pub struct Inbox {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    arrived: Condvar,
}

#[derive(Default)]
struct State {
    next: u64,
    waiting: VecDeque<u64>,
    open: HashMap<u64, (Arc<Attempt>, Option<Done>)>,
    closed: bool,
    /// How many threads wait for an attempt.
    fetching: usize,
    /// Somebody has asked for an attempt since one came in, and there was none.
    was_asked: bool,
}

impl std::fmt::Debug for Inbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let state = self.shared.state.lock();
        f.debug_struct("Inbox")
            .field("waiting", &state.waiting.len())
            .field("open", &state.open.len())
            .finish()
    }
}

impl Runner for Inbox {
    fn begin(&self, attempt: Attempt, done: Done) {
        let mut state = self.shared.state.lock();
        let ticket = state.next;
        state.next += 1;
        state.open.insert(ticket, (Arc::new(attempt), Some(done)));
        state.waiting.push_back(ticket);
        state.was_asked = false;
        self.shared.arrived.notify_one();
    }

    /// A host whose threads are all held up by handlers would leave the attempt lying, which another worker could run.
    fn has_room(&self) -> bool {
        let state = self.shared.state.lock();
        state.was_asked || state.fetching > state.waiting.len()
    }

    fn give_back_unbegun(&self) {
        let mut given_back = Vec::new();
        {
            let mut state = self.shared.state.lock();
            let State { waiting, open, .. } = &mut *state;
            waiting.retain(|ticket| {
                let is_asked = open.get(ticket).is_some_and(|(attempt, _)| attempt.cancel.is_cancelled());
                if is_asked && let Some((_, done)) = open.remove(ticket) {
                    given_back.extend(done);
                }
                !is_asked
            });
        }
        given_back.into_iter().for_each(|done| done(Outcome::Cancelled));
    }
}

impl Inbox {
    /// The next attempt with the ticket to bring its outcome back with; none after `timeout`, or once the worker has ended.
    #[must_use]
    pub fn fetch(&self, timeout: Duration) -> Option<(u64, Arc<Attempt>)> {
        let deadline = Instant::now().checked_add(timeout);
        let (mut state, mut is_over) = (self.shared.state.lock(), false);
        loop {
            while let Some(ticket) = state.waiting.pop_front() {
                if let Some((attempt, _)) = state.open.get(&ticket) {
                    return Some((ticket, attempt.clone()));
                }
            }
            if state.closed || is_over {
                return None;
            }
            state.was_asked = true;
            state.fetching += 1;
            (state, is_over) = self.shared.arrived.wait_until(state, deadline);
            state.fetching -= 1;
        }
    }

    /// Whether the worker has ended, so that nothing will come any more.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.shared.state.lock().closed
    }

    /// Brings an outcome back. It is written by the worker, which may refuse it.
    ///
    /// # Errors
    /// `NOT_FOUND` if there is no such ticket, or its outcome came already.
    pub fn complete(&self, ticket: u64, outcome: Outcome) -> Result<()> {
        let open = self.shared.state.lock().open.remove(&ticket);
        let Some((attempt, Some(done))) = open else { return Err(unknown(ticket)) };
        done(match outcome {
            Outcome::Complete(result) => checked(result, &attempt),
            outcome => outcome,
        });
        Ok(())
    }

    /// An attempt that was fetched.
    ///
    /// # Errors
    /// `NOT_FOUND` if there is no such ticket, or its outcome came already.
    pub fn attempt(&self, ticket: u64) -> Result<Arc<Attempt>> {
        let state = self.shared.state.lock();
        state.open.get(&ticket).map(|(attempt, _)| attempt.clone()).ok_or_else(|| unknown(ticket))
    }

    /// Wakes who waits, for good.
    pub(super) fn close(&self) {
        self.shared.state.lock().closed = true;
        self.shared.arrived.notify_all();
    }

    /// The tokens of all attempts that are out.
    #[must_use]
    pub fn tokens(&self) -> Vec<CancelToken> {
        self.shared.state.lock().open.values().map(|(attempt, _)| attempt.cancel.clone()).collect()
    }
}

fn unknown(ticket: u64) -> Error {
    Error::new(Code::NotFound, format!("no attempt is out under ticket {ticket}"))
        .remedy("bring each outcome back once, with the ticket that came with the attempt")
}

#[cfg(test)]
mod tests {
    use super::*;
    use sealbook_ledger::Time;
    use sealbook_tasks::{Arguments, Principal, Spec, Task, TaskId, TaskKind};

    fn attempt() -> Attempt {
        let kind = TaskKind::parse("work").unwrap();
        let spec = Spec::new(kind, Arguments::parse("1").unwrap(), Principal::parse("ann").unwrap());
        let task = Task::submit(TaskId::new(Time::EPOCH, [1; 10]), spec, Time::EPOCH).unwrap();
        Attempt::new(&task, 1, CancelToken::new(), Arc::new(|_| {}))
    }

    #[test]
    fn an_outcome_comes_back_once() {
        let (inbox, outcomes) = (Inbox::default(), Arc::new(Mutex::new(Vec::new())));
        let kept = outcomes.clone();
        inbox.begin(attempt(), Box::new(move |outcome| kept.lock().push(outcome)));
        let (ticket, _) = inbox.fetch(Duration::ZERO).unwrap();
        assert!(inbox.fetch(Duration::ZERO).is_none());
        inbox.complete(ticket, Outcome::Complete("1".into())).unwrap();
        assert_eq!(inbox.complete(ticket, Outcome::Cancelled).unwrap_err().code(), Code::NotFound);
        assert_eq!(*outcomes.lock(), [Outcome::Complete("1".into())]);
    }

    #[test]
    fn what_is_asked_to_stop_before_it_is_fetched_is_given_back_and_what_was_fetched_is_not() {
        let (inbox, outcomes) = (Inbox::default(), Arc::new(Mutex::new(Vec::new())));
        let (fetched, cancelled, waiting) = (attempt(), attempt(), attempt());
        let (tokens, kept) = ([fetched.cancel.clone(), cancelled.cancel.clone()], outcomes.clone());
        for (name, attempt) in
            ["fetched", "cancelled", "waiting"].into_iter().zip([fetched, cancelled, waiting])
        {
            let kept = kept.clone();
            inbox.begin(attempt, Box::new(move |outcome| kept.lock().push((name, outcome))));
        }
        inbox.fetch(Duration::ZERO).unwrap();
        tokens.iter().for_each(|token| token.cancel("enough"));
        inbox.give_back_unbegun();
        assert_eq!(*outcomes.lock(), [("cancelled", Outcome::Cancelled)]);
        assert!(!inbox.fetch(Duration::ZERO).unwrap().1.cancel.is_cancelled());
    }

    #[test]
    fn there_is_room_while_somebody_asks_for_more_than_there_is() {
        let inbox = Inbox::default();
        assert!(!inbox.has_room());
        assert!(inbox.fetch(Duration::ZERO).is_none() && inbox.has_room());
        inbox.begin(attempt(), Box::new(|_| {}));
        assert!(!inbox.has_room());
        inbox.fetch(Duration::ZERO).unwrap();
        assert!(!inbox.has_room());
        let fetching = inbox.clone();
        let thread = std::thread::spawn(move || fetching.fetch(Duration::MAX).is_some());
        while !inbox.has_room() {
            std::thread::yield_now();
        }
        inbox.begin(attempt(), Box::new(|_| {}));
        assert!(thread.join().unwrap());
    }

    #[test]
    fn the_end_wakes_who_waits() {
        let inbox = Inbox::default();
        let waiting = inbox.clone();
        let thread = std::thread::spawn(move || waiting.fetch(Duration::MAX).is_none());
        inbox.close();
        assert!(thread.join().unwrap() && inbox.is_closed());
    }
}
