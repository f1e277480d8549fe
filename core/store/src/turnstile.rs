//! A lock file that lets the processes at one ledger take turns.
//!
//! Safety does not rest on it but on `BEGIN IMMEDIATE`. SQLite's own waiting backs off to sleeps of a tenth of a second, so that a
//! busy process starves the others; here everybody looks again within a millisecond. The file is opened anew each time, so that a
//! forked child inherits no lock but for the moment of a commit, and it is never deleted.

use std::fs::{File, OpenOptions};
use std::path::PathBuf;
use std::time::{Duration, Instant};

#[derive(Debug)]
pub(crate) struct Turnstile {
    path: PathBuf,
}

/// The turn, until it is dropped.
#[derive(Debug)]
pub(crate) struct Turn(Option<File>);

impl Turnstile {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Waits for the turn, at most until `deadline`: then, or if the file cannot be locked, the caller goes on and meets SQLite's lock.
    pub(crate) fn enter(&self, deadline: Instant) -> Turn {
        let Ok(file) = OpenOptions::new().write(true).create(true).truncate(false).open(&self.path) else {
            return Turn(None);
        };
        let mut pause = Duration::from_micros(50);
        loop {
            match file.try_lock() {
                Ok(()) => return Turn(Some(file)),
                Err(std::fs::TryLockError::WouldBlock) if Instant::now() < deadline => {
                    std::thread::sleep(pause);
                    pause = (pause * 2).min(Duration::from_millis(1));
                }
                Err(_) => return Turn(None),
            }
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(file) = &self.0 {
            // Explicitly, because a child forked meanwhile shares the lock for as long as it keeps the file open.
            let _ = file.unlock();
        }
    }
}
