//! Workers whose attempts a handler of the program runs.

use crate::error::Result;
use sealbook_common::tasks::HostWorker;
use std::sync::Arc;
use std::time::Duration;

/// For how long a thread sleeps between looks at whether its worker has ended.
const LOOK: Duration = Duration::from_millis(500);

/// What runs attempts for [`Worker::run`], on the thread that called it.
#[uniffi::export(rust, foreign)]
pub trait Handler: Send + Sync {
    /// Runs an attempt, `{ticket, task, kind, arguments, requester, attempt, epoch, idempotency_key, deadline_ms}`, and returns its outcome:
    /// `{"complete": value}`, `{"fail": {class, message, detail?, fault?, retry_after_ms?}}`, `{"snooze_ms": n}` or `{"cancelled": true}`.
    ///
    /// What is thrown here is a failure of the attempt, and so is an outcome that is not understood, with the class `InvalidOutcome`.
    fn handle(&self, attempt: String) -> std::result::Result<String, HandlerError>;
}

/// How an attempt failed. A [`Handler`] throws it to give the failure a class of its own; anything else that it throws has the class
/// `Exception`.
#[derive(Debug, uniffi::Error)]
pub enum HandlerError {
    /// The attempt failed, and is tried again as far as the task's policy lets it.
    Failed {
        /// The class, such as `Timeout`; a policy can name classes that are not tried again.
        error_class: String,
        /// What people read.
        message: String,
        /// More, such as a backtrace.
        detail: Option<String>,
    },
}

impl std::fmt::Display for HandlerError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self::Failed { error_class, message, .. } = self;
        write!(f, "{error_class}: {message}")
    }
}

impl std::error::Error for HandlerError {}

impl From<uniffi::UnexpectedUniFFICallbackError> for HandlerError {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed { error_class: "Exception".to_owned(), message: error.reason, detail: None }
    }
}

/// A worker: it claims attempts of tasks, keeps their leases alive while the program runs them, and writes their outcomes. Any number of
/// threads may use it at the same time.
#[derive(Debug, uniffi::Object)]
pub struct Worker(HostWorker);

impl Worker {
    pub(crate) fn new(worker: HostWorker) -> Self {
        Self(worker)
    }
}

#[uniffi::export]
impl Worker {
    /// Runs attempts on the calling thread with a handler, one at once, until the worker has ended. A handler that does not return keeps its
    /// thread: another attempt takes its place only where another thread runs or fetches.
    pub fn run(&self, handler: Arc<dyn Handler>) {
        while !self.0.is_ended() {
            let Some((ticket, attempt)) = self.0.fetch_with_ticket(LOOK) else { continue };
            // Nothing is out under the ticket any more if the worker has given the attempt up.
            let _ = match handler.handle(attempt) {
                Ok(outcome) => self
                    .0
                    .complete(ticket, &outcome)
                    .or_else(|error| self.0.fail(ticket, "InvalidOutcome", error.message(), None)),
                Err(HandlerError::Failed { error_class, message, detail }) => {
                    self.0.fail(ticket, &error_class, &message, detail.as_deref())
                }
            };
        }
    }

    /// The next attempt, in the form that [`Handler::handle`] gets; nothing after `timeout_ms`, or once the worker has ended. Its outcome is
    /// brought back with `complete`.
    #[must_use]
    pub fn fetch(&self, timeout_ms: u64) -> Option<String> {
        self.0.fetch(Duration::from_millis(timeout_ms))
    }

    /// Whether the worker has ended, so that nothing more is to be fetched.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        self.0.is_ended()
    }

    /// Brings the outcome of a fetched attempt back, in the form that [`Handler::handle`] returns, from any thread and once.
    ///
    /// Throws `INVALID_ARGUMENT` if it is not understood, and the attempt is still out then; `NOT_FOUND` if none is out under the ticket.
    pub fn complete(&self, ticket: u64, outcome: &str) -> Result<()> {
        Ok(self.0.complete(ticket, outcome)?)
    }

    /// A sign of life of a running attempt, with its progress as JSON. Returns why it is to stop, if it is.
    ///
    /// Throws `NOT_FOUND` if no attempt is out under the ticket, `INVALID_ARGUMENT` if the progress is not JSON.
    #[uniffi::method(default(progress = None))]
    pub fn beat(&self, ticket: u64, progress: Option<String>) -> Result<Option<String>> {
        Ok(self.0.beat(ticket, progress.as_deref())?)
    }

    /// Why a running attempt is to stop, if it is: its task was cancelled, its time is over, its lease was lost, or the worker stops.
    ///
    /// Throws `NOT_FOUND` if no attempt is out under the ticket.
    pub fn stop_reason(&self, ticket: u64) -> Result<Option<String>> {
        Ok(self.0.stop_reason(ticket)?)
    }

    /// Begins nothing new, and ends the worker once what runs has ended or its time for that is over.
    #[uniffi::method(default(reason = "the worker is stopped"))]
    pub fn stop(&self, reason: &str) {
        self.0.stop(reason);
    }

    /// Waits for the end, once: what the worker has done, as `{attempts, completed, other, fenced, stuck, abandoned}`.
    ///
    /// Throws what ended the worker; `INVALID_ARGUMENT` if somebody has waited for it already.
    pub fn join(&self) -> Result<String> {
        Ok(self.0.join()?)
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.0.stop("the worker was released");
    }
}
