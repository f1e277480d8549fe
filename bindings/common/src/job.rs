//! A long call on a thread of its own.

use sealbook::{Code, Error, Progress, Result};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A long call that can be watched, waited for and cancelled. Dropping it cancels the call.
#[derive(Debug)]
pub struct Job<T> {
    progress: Arc<Progress>,
    /// Absent once the outcome was taken.
    result: Mutex<Option<Receiver<Result<T>>>>,
}

impl<T: Send + 'static> Job<T> {
    /// Starts `work` on a thread of its own.
    ///
    /// # Errors
    /// `IO` if no thread can be started.
    pub fn start(work: impl FnOnce(&Progress) -> Result<T> + Send + 'static) -> Result<Self> {
        let (sender, result) = channel();
        let progress = Self::spawn(work, move |outcome| drop(sender.send(outcome)))?;
        Ok(Self { progress, result: Mutex::new(Some(result)) })
    }

    /// Starts `work` on a thread of its own, which hands the outcome to `finish`.
    ///
    /// # Errors
    /// `IO` if no thread can be started.
    pub fn spawn(
        work: impl FnOnce(&Progress) -> Result<T> + Send + 'static,
        finish: impl FnOnce(Result<T>) + Send + 'static,
    ) -> Result<Arc<Progress>> {
        let progress = Arc::new(Progress::default());
        let shared = progress.clone();
        let run = move || {
            let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(&shared)));
            finish(caught.unwrap_or_else(|_| {
                Err(Error::new(Code::Panic, "the operation panicked").remedy("report this as a defect"))
            }));
        };
        let spawned = std::thread::Builder::new().name("sealbook-job".to_owned()).spawn(run);
        spawned.map_err(|e| Error::new(Code::Io, format!("a thread cannot be started: {e}")))?;
        Ok(progress)
    }

    /// The outcome, if it comes within `timeout`. It comes once.
    pub fn wait(&self, timeout: Duration) -> Option<Result<T>> {
        let mut result = self.result.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let Some(receiver) = result.as_ref() else {
            return Some(Err(Error::new(Code::InvalidArgument, "the outcome was taken already")));
        };
        let outcome = match receiver.recv_timeout(timeout) {
            Ok(outcome) => outcome,
            Err(RecvTimeoutError::Timeout) => return None,
            Err(RecvTimeoutError::Disconnected) => {
                Err(Error::new(Code::Internal, "the job ended without an outcome"))
            }
        };
        *result = None;
        Some(outcome)
    }

    /// How far the call has come.
    #[must_use]
    pub fn progress(&self) -> &Progress {
        &self.progress
    }
}

impl<T> Drop for Job<T> {
    fn drop(&mut self) {
        self.progress.cancel();
    }
}
