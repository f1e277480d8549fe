//! Long calls, watched from the thread that made them.

use crate::error::{Result, SealbookError};
use sealbook_common::Job;
use sealbook_common::sealbook::{self, Code, Error, Progress};
use std::sync::Arc;
use std::time::Duration;

/// How often a listener is called.
const TICK: Duration = Duration::from_millis(50);

/// Watches a long call. It is called on the thread that made the call, about twenty times a second and once at the end.
#[uniffi::export(rust, foreign)]
pub trait ProgressListener: Send + Sync {
    /// Says how far the call has come, in entries or commits; `total` is 0 while it is unknown.
    ///
    /// Return false to cancel the call, which then throws `CANCELLED`. What is thrown here cancels it, too.
    fn progress(&self, done: u64, total: u64) -> Result<bool>;
}

/// Runs `work`: right here, or on a thread of its own while `listener` watches.
pub(crate) fn run<T: Send + 'static>(
    listener: Option<Arc<dyn ProgressListener>>,
    work: impl FnOnce(&Progress) -> sealbook::Result<T> + Send + 'static,
) -> Result<T> {
    let Some(listener) = listener else { return Ok(work(&Progress::default())?) };
    let job = Job::start(work)?;
    let mut verdict = Ok(());
    loop {
        if let Some(outcome) = job.wait(TICK) {
            verdict?;
            let value = outcome?;
            // The last call only informs: what is done can no longer be cancelled.
            listener.progress(job.progress().done(), job.progress().total())?;
            return Ok(value);
        }
        if verdict.is_ok() {
            verdict = ask(&*listener, job.progress());
        }
    }
}

/// Tells the listener, and cancels the call if it wants that. The call has ended before the listener's own error is thrown.
fn ask(listener: &dyn ProgressListener, progress: &Progress) -> Result<()> {
    let verdict = listener.progress(progress.done(), progress.total()).and_then(|go_on| {
        let cancelled =
            || SealbookError::from(Error::new(Code::Cancelled, "the listener cancelled the operation"));
        if go_on { Ok(()) } else { Err(cancelled()) }
    });
    if verdict.is_err() {
        progress.cancel();
    }
    verdict
}
