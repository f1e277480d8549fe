//! Handlers on threads of the worker's own.

use super::runner::{Done, Runner};
use crate::handler::{Attempt, Handler, Outcome, guard};
use sealbook_error::{Code, Error, Result};
use sealbook_store::sync::Mutex;
use sealbook_tasks::TaskKind;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// What a worker runs, by kind.
pub type Handlers = BTreeMap<TaskKind, Arc<dyn Handler>>;

/// A thread for each handler that may run, stuck ones included. A thread that has nothing to do sleeps.
///
/// One thread is woken at a time, and wakes the next if it finds more than one attempt: of many that end at once a few threads run all, where
/// waking one for each would cost more than the attempts.
pub(super) struct Pool {
    shared: Arc<Shared>,
    threads: rayon::ThreadPool,
}

struct Shared {
    handlers: Handlers,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<(Attempt, Done)>,
    /// A thread has been woken and has not come yet.
    is_waking: bool,
}

impl Pool {
    pub(super) fn new(handlers: Handlers, threads: usize) -> Result<Self> {
        let threads = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|index| format!("sealbook-worker-{index}"))
            .build()
            .map_err(|e| Error::new(Code::Io, format!("the threads of the worker cannot be started: {e}")))?;
        let shared = Arc::new(Shared { handlers, state: Mutex::default() });
        Ok(Self { shared, threads })
    }
}

impl Runner for Pool {
    fn begin(&self, attempt: Attempt, done: Done) {
        let mut state = self.shared.state.lock();
        state.waiting.push_back((attempt, done));
        if !std::mem::replace(&mut state.is_waking, true) {
            let shared = self.shared.clone();
            self.threads.spawn(move || shared.run());
        }
    }

    fn has_room(&self) -> bool {
        true
    }
}

impl Shared {
    /// Runs what waits until nothing does, on a thread that was woken for it.
    fn run(self: Arc<Self>) {
        self.state.lock().is_waking = false;
        while let Some((attempt, done)) = self.next() {
            done(match self.handlers.get(&attempt.kind) {
                Some(handler) => guard(&**handler, &attempt),
                // Nothing is claimed that has no handler.
                None => Outcome::Cancelled,
            });
        }
    }

    fn next(self: &Arc<Self>) -> Option<(Attempt, Done)> {
        let mut state = self.state.lock();
        let next = state.waiting.pop_front();
        if !state.waiting.is_empty() && !std::mem::replace(&mut state.is_waking, true) {
            let shared = self.clone();
            // On the pool that this thread is one of.
            rayon::spawn(move || shared.run());
        }
        next
    }
}
