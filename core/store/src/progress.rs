//! How far a long call has come, and whether it should stop.

use sealbook_error::{Code, Error, Result};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Shared between the threads that work and the one that watches. The watcher polls, so that no worker ever calls into
/// a host language.
#[derive(Debug, Default)]
pub struct Progress {
    done: AtomicU64,
    total: AtomicU64,
    cancelled: AtomicBool,
}

impl Progress {
    /// Asks the workers to stop. The call then ends with `CANCELLED`.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether the watcher asked to stop.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// Units done so far.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// Units in all; 0 while that is unknown.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total.load(Ordering::Relaxed)
    }

    /// Sets the number of units in all, and counts anew: a call may do one thing after another.
    pub fn expect(&self, total: u64) {
        self.done.store(0, Ordering::Relaxed);
        self.total.store(total, Ordering::Relaxed);
    }

    /// Counts units as done.
    ///
    /// # Errors
    /// `CANCELLED` if the watcher asked to stop.
    pub fn advance(&self, units: u64) -> Result<()> {
        self.done.fetch_add(units, Ordering::Relaxed);
        if self.is_cancelled() {
            return Err(Error::new(Code::Cancelled, "the operation was cancelled"));
        }
        Ok(())
    }
}
