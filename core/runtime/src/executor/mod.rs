//! Calls that live and die with the process: the rules of tasks for attempts, breakers and priorities, without a store and without a record.
//!
//! For what is worth no entry of the ledger, such as the many small steps inside one task. What has to survive, to be approved or to be proved
//! goes to the [`Engine`](crate::Engine).

mod call;
mod job;
mod lanes;
mod timer;

pub use call::{CallPolicy, SharedBreaker};
pub use job::{Run, Ticket};

use job::{Job, Runnable};
use lanes::Lanes;
use sealbook_error::{Code, Error, Result};
use sealbook_store::sync::{Condvar, Mutex};
use sealbook_tasks::Failure;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use timer::Timer;

/// Calls that one thread runs before it lets its surroundings go for a moment.
const BATCH: usize = 64;

/// What a batch of calls is run within, such as an interpreter's lock.
pub type Around = Arc<dyn Fn(&mut dyn FnMut()) + Send + Sync>;

/// The size of an executor.
#[derive(Clone)]
pub struct ExecutorOptions {
    /// How many calls run at once.
    pub threads: usize,
    /// How many calls may be under way, those that wait included.
    pub capacity: usize,
    /// What batches of calls are run within.
    pub around: Option<Around>,
}

impl Default for ExecutorOptions {
    /// As many threads as processors, and 100,000 calls.
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Self { threads, capacity: 100_000, around: None }
    }
}

impl std::fmt::Debug for ExecutorOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ExecutorOptions")
            .field("threads", &self.threads)
            .field("capacity", &self.capacity)
            .finish_non_exhaustive()
    }
}

/// Runs functions on threads of its own, the most urgent first.
///
/// Once it is dropped it takes nothing new; what was submitted is still run.
///
/// ```
/// use sealbook_runtime::{CallPolicy, Executor, ExecutorOptions};
/// use std::sync::Arc;
///
/// let executor = Executor::new(ExecutorOptions::default())?;
/// let policy = Arc::new(CallPolicy::default());
/// let tickets: Vec<_> =
///     (1..=3).map(|n| executor.submit(&policy, move |_| Ok(n * n))).collect::<Result<_, _>>()?;
/// let squares: Vec<i32> = tickets.into_iter().filter_map(|ticket| ticket.wait().ok()).collect();
/// assert_eq!(squares, [1, 4, 9]);
/// # Ok::<(), sealbook_error::Error>(())
/// ```
pub struct Executor {
    shared: Arc<Shared>,
}

pub(crate) struct Shared {
    lanes: Lanes<Arc<dyn Runnable>>,
    timer: Timer,
    threads: rayon::ThreadPool,
    options: ExecutorOptions,
    /// Threads that take from the lanes.
    awake: AtomicUsize,
    /// Calls without an outcome.
    open: AtomicUsize,
    closed: AtomicBool,
    /// Whether what has not begun is to be cancelled.
    cancelled: AtomicBool,
    idle: (Mutex<()>, Condvar),
}

impl std::fmt::Debug for Executor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Executor")
            .field("options", &self.shared.options)
            .field("open", &self.open())
            .finish_non_exhaustive()
    }
}

impl Executor {
    /// Starts the threads.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` without threads or room; `IO` if the threads cannot be started.
    pub fn new(options: ExecutorOptions) -> Result<Self> {
        if options.threads == 0 || options.capacity == 0 {
            let (threads, capacity) = (options.threads, options.capacity);
            return Err(Error::new(
                Code::InvalidArgument,
                format!("{threads} threads and room for {capacity} calls run nothing"),
            )
            .remedy("give at least 1 of each"));
        }
        let threads = rayon::ThreadPoolBuilder::new()
            .num_threads(options.threads)
            .thread_name(|index| format!("sealbook-executor-{index}"))
            .build()
            .map_err(|e| {
                Error::new(Code::Io, format!("the threads of the executor cannot be started: {e}"))
            })?;
        Ok(Self {
            shared: Arc::new(Shared {
                lanes: Lanes::new(),
                timer: Timer::default(),
                threads,
                options,
                awake: AtomicUsize::new(0),
                open: AtomicUsize::new(0),
                closed: AtomicBool::new(false),
                cancelled: AtomicBool::new(false),
                idle: Default::default(),
            }),
        })
    }

    /// Has a function called. It may be called again if it fails, as the policy says.
    ///
    /// # Errors
    /// `QUEUE_FULL` without room; `CLOSED` after [`Executor::close`].
    pub fn submit<T, F>(&self, policy: &Arc<CallPolicy>, work: F) -> Result<Ticket<T>>
    where
        T: Send + 'static,
        F: Fn(&Run<'_>) -> std::result::Result<T, Failure> + Send + Sync + 'static,
    {
        if self.shared.closed.load(Ordering::Relaxed) {
            return Err(
                Error::new(Code::Closed, "the executor is closed").remedy("submit before it is closed")
            );
        }
        let capacity = self.shared.options.capacity;
        if self.shared.open.fetch_add(1, Ordering::SeqCst) >= capacity {
            self.shared.ended();
            return Err(Error::new(Code::QueueFull, format!("{capacity} calls are under way"))
                .remedy("wait until some have ended, or raise the capacity"));
        }
        let job = Arc::new(Job::new(policy.clone(), work));
        self.shared.push(job.clone());
        Ok(Ticket::new(job))
    }

    /// How many calls have no outcome yet.
    #[must_use]
    pub fn open(&self) -> usize {
        self.shared.open.load(Ordering::SeqCst)
    }

    /// Waits until every call has its outcome, or for `timeout`. Returns whether they have.
    #[must_use]
    pub fn wait_idle(&self, timeout: Duration) -> bool {
        let deadline = Instant::now().checked_add(timeout);
        let (lock, changed) = &self.shared.idle;
        let mut guard = lock.lock();
        while self.open() > 0 {
            let is_over;
            (guard, is_over) = changed.wait_until(guard, deadline);
            if is_over && self.open() > 0 {
                return false;
            }
        }
        true
    }

    /// Takes nothing new. What waits is still run, unless it is to be cancelled.
    pub fn close(&self, cancel: bool) {
        self.shared.closed.store(true, Ordering::SeqCst);
        if cancel {
            self.shared.cancelled.store(true, Ordering::SeqCst);
            self.shared.timer.rush();
            while let Some(job) = self.shared.lanes.pop() {
                job.give_up(&self.shared);
            }
        }
    }
}

impl Drop for Executor {
    fn drop(&mut self) {
        self.close(false);
    }
}

impl Shared {
    fn push(self: &Arc<Self>, job: Arc<dyn Runnable>) {
        let priority = job.policy().priority;
        self.lanes.push(job, priority);
        if self.wake() {
            let shared = self.clone();
            self.threads.spawn(move || shared.work());
        }
    }

    /// Whether one more thread is to take from the lanes.
    fn wake(&self) -> bool {
        let more = |awake| (awake < self.options.threads).then_some(awake + 1);
        self.awake.fetch_update(Ordering::SeqCst, Ordering::SeqCst, more).is_ok()
    }

    /// Runs what waits, until nothing does.
    fn work(self: &Arc<Self>) {
        loop {
            let mut more = true;
            while more {
                let mut batch =
                    || more = (0..BATCH).all(|_| self.lanes.pop().map(|job| job.run(self)).is_some());
                match &self.options.around {
                    Some(around) => around(&mut batch),
                    None => batch(),
                }
            }
            self.awake.fetch_sub(1, Ordering::SeqCst);
            // Something may have been pushed by somebody who saw this thread awake.
            if self.lanes.is_empty() || !self.wake() {
                return;
            }
        }
    }

    fn later(self: &Arc<Self>, wait: Duration, job: Arc<dyn Runnable>) {
        let Some(time) = Instant::now().checked_add(wait) else { return job.give_up(self) };
        let shared = self.clone();
        self.timer.at(time, move || {
            if shared.cancelled.load(Ordering::SeqCst) { job.give_up(&shared) } else { shared.push(job) }
        });
    }

    fn ended(&self) {
        if self.open.fetch_sub(1, Ordering::SeqCst) == 1 {
            drop(self.idle.0.lock());
            self.idle.1.notify_all();
        }
    }
}

#[cfg(test)]
mod tests;
