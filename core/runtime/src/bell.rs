//! A bell that wakes whoever waits for something to happen in this process.

use parking_lot::{Condvar, Mutex};
use std::time::{Duration, Instant};

#[derive(Debug, Default)]
pub(crate) struct Bell {
    rings: Mutex<u64>,
    rung: Condvar,
}

impl Bell {
    pub(crate) fn ring(&self) {
        *self.rings.lock() += 1;
        self.rung.notify_all();
    }

    /// How often it has rung: what is done between asking and [`Bell::wait_beyond`] is not missed.
    pub(crate) fn count(&self) -> u64 {
        *self.rings.lock()
    }

    pub(crate) fn wait_beyond(&self, count: u64, timeout: Duration) {
        let deadline = Instant::now() + timeout;
        let mut rings = self.rings.lock();
        while *rings == count && !self.rung.wait_until(&mut rings, deadline).timed_out() {}
    }
}
