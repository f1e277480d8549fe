//! How a worker works, and what it tells.

use crate::engine::Claimed;
use sealbook_error::{Code, Error, Result};
use sealbook_tasks::{LEASE, Principal, Profile, Scale, Span, State, TaskId, WorkerId};
use std::time::Duration;

/// How long a handler has to return once it was asked to stop, if the options do not say otherwise.
pub const GRACE: Duration = Duration::from_secs(5);

/// The most attempts that one worker runs at once: each may need a thread.
const MOST: usize = 10_000;
/// The longest lease.
const LONGEST: Span = Span::from_secs(86_400);

/// How a worker works.
#[derive(Debug, Clone)]
pub struct WorkerOptions {
    /// Its id; one is made if there is none.
    pub id: Option<WorkerId>,
    /// For whom it works: it takes only kinds that this principal may run.
    pub principal: Option<Principal>,
    /// The agent that it is: it gets tasks that need what this can, as far as it has handlers for their kinds. Without one it gets only tasks
    /// that need nothing.
    pub agent: Option<Profile>,
    /// How many attempts it runs at once, at most.
    pub concurrency: usize,
    /// How many it runs at once at least: it begins with these, and follows the load up to `concurrency` and down again, as
    /// [`sealbook_tasks::Scale`] says. As many as `concurrency` if there is no number.
    pub least: Option<usize>,
    /// How long a handler has to return once it was asked to stop. From then on it is stuck: another attempt may begin in its place.
    pub grace: Duration,
    /// How many stuck handlers are replaced at once; as many as `concurrency` if there is no number. Those beyond keep their permits.
    pub spare: Option<usize>,
    /// How long its lease lasts. It is renewed three times in that time.
    pub lease: Span,
    /// Whether to end when there is nothing left that could run without anybody acting.
    pub until_idle: bool,
    /// How long running attempts have to end after a stop, until they are interrupted and given back.
    pub drain: Duration,
}

impl Default for WorkerOptions {
    fn default() -> Self {
        Self {
            id: None,
            principal: None,
            agent: None,
            concurrency: std::thread::available_parallelism().map_or(1, usize::from),
            least: None,
            grace: GRACE,
            spare: None,
            lease: LEASE,
            until_idle: false,
            drain: Duration::from_secs(10),
        }
    }
}

impl WorkerOptions {
    /// Whether a worker can work like this.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for a concurrency of 0 or, as `spare`, above 10,000, a lease below 100 ms or above a day, or a `least` that is 0 or above the
    /// concurrency.
    ///
    /// # Example
    /// ```
    /// use sealbook_runtime::WorkerOptions;
    ///
    /// let options = WorkerOptions { concurrency: 4, least: Some(2), ..WorkerOptions::default() };
    /// assert!(options.check().is_ok());
    /// assert!(WorkerOptions { least: Some(5), ..options.clone() }.check().is_err());
    /// assert!(WorkerOptions { concurrency: 10_001, ..options }.check().is_err());
    /// ```
    pub fn check(&self) -> Result<()> {
        let invalid = |what: &str, remedy: &str| Err(Error::new(Code::InvalidArgument, what).remedy(remedy));
        if self.concurrency == 0 {
            return invalid("a concurrency of 0 runs nothing", "give it at least 1");
        }
        if self.concurrency > MOST || self.spare() > MOST {
            let what = format!("{} attempts at once and {} spare places", self.concurrency, self.spare());
            return invalid(
                &what,
                "give at most 10000 of each: attempts beyond are better shared by several workers",
            );
        }
        if self.lease.as_millis() < 100 {
            return invalid("the lease is shorter than 100 ms", "give it at least 100 ms");
        }
        if self.lease > LONGEST {
            let what = format!("a lease of {} ms", self.lease.as_millis());
            return invalid(
                &what,
                "give it at most a day: for as long nobody takes over from a worker that is gone",
            );
        }
        self.scale().map(drop)
    }

    pub(super) fn spare(&self) -> usize {
        self.spare.unwrap_or(self.concurrency)
    }

    pub(super) fn scale(&self) -> Result<Scale> {
        Scale::new(self.least.unwrap_or(self.concurrency), self.concurrency)
    }
}

/// What a worker has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Attempts that it began.
    pub attempts: u64,
    /// Of these, tasks that completed.
    pub completed: u64,
    /// Attempts that failed, were snoozed or given back.
    pub other: u64,
    /// Outcomes that were not accepted, because the task was no longer its own.
    pub fenced: u64,
    /// Handlers that had not returned when the time to do so after they were asked to stop was over.
    pub stuck: u64,
    /// Of these, those that had not returned when the worker ended, and were left behind.
    pub abandoned: u64,
}

/// Something that a worker tells while it works.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress {
    /// An attempt has begun.
    Started(Box<Claimed>),
    /// An attempt has ended; the state that the task is in now.
    Ended(TaskId, State),
    /// An attempt's outcome was not accepted.
    Fenced(TaskId),
    /// A handler was asked to stop and has not returned in time. It is told once for each attempt.
    Stuck(TaskId),
    /// As many attempts as this run at once from now on, if there is work for them.
    Scaled(usize),
    /// The worker's lease was lost, and what it ran was stopped.
    LeaseLost(String),
}
