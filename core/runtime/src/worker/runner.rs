//! Where attempts run: on the worker's own threads, or wherever a host language fetches them.

use crate::cancel::CancelToken;
use crate::handler::{Attempt, Handler, Outcome, checked, guard};
use sealbook_error::{Code, Error, Result};
use sealbook_store::sync::{Condvar, Mutex};
use sealbook_tasks::TaskKind;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What a worker runs, by kind.
pub type Handlers = BTreeMap<TaskKind, Arc<dyn Handler>>;

/// Takes the outcome of an attempt.
pub(super) type Done = Box<dyn FnOnce(Outcome) + Send>;

/// Runs attempts that have begun; it must not block.
pub(super) trait Runner {
    fn begin(&self, attempt: Attempt, done: Done);
}

/// Handlers on a pool of threads of their own.
pub(super) struct Pool {
    handlers: Arc<Handlers>,
    threads: rayon::ThreadPool,
}

impl Pool {
    pub(super) fn new(handlers: Handlers, threads: usize) -> Result<Self> {
        let threads = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|index| format!("sealbook-worker-{index}"))
            .build()
            .map_err(|e| Error::new(Code::Io, format!("the threads of the worker cannot be started: {e}")))?;
        Ok(Self { handlers: Arc::new(handlers), threads })
    }
}

impl Runner for Pool {
    fn begin(&self, attempt: Attempt, done: Done) {
        let handlers = self.handlers.clone();
        self.threads.spawn(move || {
            done(match handlers.get(&attempt.kind) {
                Some(handler) => guard(&**handler, &attempt),
                // Nothing is claimed that has no handler.
                None => Outcome::Cancelled,
            });
        });
    }
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
        self.shared.arrived.notify_one();
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
            (state, is_over) = self.shared.arrived.wait_until(state, deadline);
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
    use sealbook_tasks::{Arguments, Principal, Spec, Task, TaskId};

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
    fn the_end_wakes_who_waits() {
        let inbox = Inbox::default();
        let waiting = inbox.clone();
        let thread = std::thread::spawn(move || waiting.fetch(Duration::MAX).is_none());
        inbox.close();
        assert!(thread.join().unwrap() && inbox.is_closed());
    }
}
