//! Handlers on threads of the worker's own.

use super::runner::{Done, Runner};
use crate::handler::{Attempt, Handler, Outcome, guard};
use sealbook_error::{Code, Error, Result};
use sealbook_store::sync::{Condvar, Mutex};
use sealbook_tasks::TaskKind;
use std::cell::Cell;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

/// What a worker runs, by kind.
pub type Handlers = BTreeMap<TaskKind, Arc<dyn Handler>>;

/// How long a thread that has run something waits for more here. In rayon's own wait it would look through the queues of all other threads
/// again and again, which with a hundred of them took a third of the processor; there it helps handlers that share out work of theirs.
const LINGER: Duration = Duration::from_millis(10);

/// How long one such thread looks out before it sleeps: waking it costs whoever hands out attempts more than handing out does.
const LOOK_OUT: Duration = Duration::from_micros(50);

thread_local! {
    /// Whether this thread runs a handler: one that waits for work that it has shared out may be given an attempt meanwhile.
    static IS_INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// A thread for each handler that may run, stuck ones included, begun when it is first needed.
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
    arrived: Condvar,
    /// Whether anything waits, for whoever looks out.
    has_arrived: AtomicBool,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<(Attempt, Done)>,
    /// A thread has been woken and nothing was taken since.
    is_waking: bool,
    /// A thread looks out.
    is_looking_out: bool,
    /// How many threads sleep here.
    lingering: usize,
    /// How many threads have been asked to run attempts and have not gone back to rayon.
    asked: usize,
    begun: usize,
    /// Threads that have not begun.
    resting: Vec<rayon::ThreadBuilder>,
    is_closed: bool,
}

impl State {
    fn start_thread(&mut self) -> std::io::Result<()> {
        let Some(thread) = self.resting.pop() else { return Ok(()) };
        let name = format!("sealbook-worker-{}", thread.index());
        std::thread::Builder::new().name(name).spawn(|| thread.run())?;
        self.begun += 1;
        Ok(())
    }
}

fn cannot_start(why: &dyn std::fmt::Display) -> Error {
    Error::new(Code::Io, format!("the threads of the worker cannot be started: {why}"))
}

impl Pool {
    pub(super) fn new(handlers: Handlers, threads: usize) -> Result<Self> {
        let mut resting = Vec::new();
        let threads = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .spawn_handler(|thread| {
                resting.push(thread);
                Ok(())
            })
            .build()
            .map_err(|e| cannot_start(&e))?;
        let mut state = State { resting, ..State::default() };
        // With one there is somebody for every attempt, if late.
        state.start_thread().map_err(|e| cannot_start(&e))?;
        let (state, arrived, has_arrived) = (Mutex::new(state), Condvar::default(), AtomicBool::new(false));
        let shared = Shared { handlers, state, arrived, has_arrived };
        Ok(Self { shared: Arc::new(shared), threads })
    }
}

impl Runner for Pool {
    fn begin(&self, attempt: Attempt, done: Done) {
        let mut state = self.shared.state.lock();
        state.waiting.push_back((attempt, done));
        if self.shared.wake(&mut state) {
            let shared = self.shared.clone();
            self.threads.spawn(move || shared.run());
        }
    }

    fn has_room(&self) -> bool {
        true
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.state.lock().is_closed = true;
        self.shared.arrived.notify_all();
    }
}

impl Shared {
    /// Has one thread look for what waits, unless one is on its way. Returns whether rayon has to be asked for it.
    fn wake(&self, state: &mut State) -> bool {
        self.has_arrived.store(true, Relaxed);
        if std::mem::replace(&mut state.is_waking, true) || state.is_looking_out {
            return false;
        }
        if state.lingering > 0 {
            self.arrived.notify_one();
            return false;
        }
        state.asked += 1;
        if state.asked > state.begun
            && let Err(error) = state.start_thread()
        {
            tracing::warn!(%error, threads = state.begun, "no further thread can be started");
        }
        true
    }

    /// Runs what waits until nothing has come for a while.
    fn run(self: Arc<Self>) {
        let is_nested = IS_INSIDE.replace(true);
        let linger = if is_nested { Duration::ZERO } else { LINGER };
        while let Some((attempt, done)) = self.next(linger) {
            done(match self.handlers.get(&attempt.kind) {
                Some(handler) => guard(&**handler, &attempt),
                // Nothing is claimed that has no handler.
                None => Outcome::Cancelled,
            });
            if is_nested {
                // The handler around it is not to wait for more than one.
                break;
            }
        }
        self.state.lock().asked -= 1;
        IS_INSIDE.set(is_nested);
    }

    fn next(self: &Arc<Self>, linger: Duration) -> Option<(Attempt, Done)> {
        let mut state = self.state.lock();
        let deadline = Instant::now().checked_add(linger);
        let mut is_over = linger == Duration::ZERO;
        if state.waiting.is_empty() && !is_over && !std::mem::replace(&mut state.is_looking_out, true) {
            drop(state);
            self.look_out();
            state = self.state.lock();
            state.is_looking_out = false;
        }
        while state.waiting.is_empty() && !is_over && !state.is_closed {
            state.lingering += 1;
            (state, is_over) = self.arrived.wait_until(state, deadline);
            state.lingering -= 1;
        }
        let next = state.waiting.pop_front();
        state.is_waking = false;
        self.has_arrived.store(false, Relaxed);
        if !state.waiting.is_empty() && self.wake(&mut state) {
            let shared = self.clone();
            // On the pool that this thread is one of.
            rayon::spawn(move || shared.run());
        }
        next
    }

    fn look_out(&self) {
        let began = Instant::now();
        while !self.has_arrived.load(Relaxed) && began.elapsed() < LOOK_OUT {
            std::thread::yield_now();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cancel::CancelToken;
    use sealbook_ledger::Time;
    use sealbook_tasks::{Arguments, Principal, Spec, Task, TaskId};
    use std::sync::Barrier;
    use std::sync::mpsc::channel;

    fn kind() -> TaskKind {
        TaskKind::parse("work").unwrap()
    }

    fn attempt() -> Attempt {
        let spec = Spec::new(kind(), Arguments::parse("1").unwrap(), Principal::parse("ann").unwrap());
        let task = Task::submit(TaskId::new(Time::EPOCH, [1; 10]), spec, Time::EPOCH).unwrap();
        Attempt::new(&task, 1, CancelToken::new(), Arc::new(|_| {}))
    }

    fn pool(threads: usize, handler: impl Fn(&Attempt) -> Outcome + Send + Sync + 'static) -> Pool {
        Pool::new(Handlers::from([(kind(), Arc::new(handler) as _)]), threads).unwrap()
    }

    /// Has so many attempts run, and waits for all of them.
    fn run(pool: &Pool, attempts: usize) {
        let (ended, ends) = channel();
        for _ in 0..attempts {
            let ended = ended.clone();
            pool.begin(attempt(), Box::new(move |_| ended.send(()).unwrap()));
        }
        (0..attempts).for_each(|_| ends.recv().unwrap());
    }

    /// Waits until it is so.
    fn until(pool: &Pool, is_so: impl Fn(&State) -> bool) {
        while !is_so(&pool.shared.state.lock()) {
            std::thread::yield_now();
        }
    }

    #[test]
    fn threads_begin_when_they_are_needed() {
        let idle = pool(1000, |_| Outcome::Cancelled);
        for _ in 0..100 {
            run(&idle, 1);
            until(&idle, |state| state.asked == state.lingering + usize::from(state.is_looking_out));
        }
        assert_eq!(idle.shared.state.lock().begun, 1);

        let all_inside = Arc::new(Barrier::new(50));
        let busy = pool(50, move |_| {
            all_inside.wait();
            Outcome::Cancelled
        });
        // None of them ends before all have begun.
        (0..20).for_each(|_| run(&busy, 50));
        assert_eq!(busy.shared.state.lock().begun, 50);
    }

    #[test]
    fn threads_that_went_back_to_rayon_are_asked_again() {
        let pool = pool(2, |_| Outcome::Cancelled);
        for _ in 0..20 {
            run(&pool, 10);
            until(&pool, |state| state.asked == 0);
        }
        assert!(pool.shared.state.lock().begun <= 2);
    }

    #[test]
    fn a_handler_shares_work_out_while_others_are_handed_attempts() {
        let pool = pool(4, |_| {
            let (low, high) = rayon::join(|| 1, || rayon::join(|| 2, || 3));
            Outcome::Complete(format!("{}", low + high.0 + high.1))
        });
        run(&pool, 2000);
    }

    #[test]
    fn the_end_does_not_wait_for_who_lingers() {
        let pool = pool(2, |_| Outcome::Cancelled);
        run(&pool, 10);
        let shared = pool.shared.clone();
        drop(pool);
        while shared.state.lock().asked > 0 {
            std::thread::yield_now();
        }
    }
}
