//! A bell that wakes whoever waits for something to happen in this process.

use sealbook_store::sync::{Condvar, Mutex};
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
        // A time that no clock will show is none.
        let deadline = Instant::now().checked_add(timeout);
        let mut rings = self.rings.lock();
        let mut is_over = false;
        while *rings == count && !is_over {
            (rings, is_over) = self.rung.wait_until(rings, deadline);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn who_waits_for_ever_is_woken_by_the_first_ring() {
        let bell = Arc::new(Bell::default());
        let (waiting, count) = (bell.clone(), bell.count());
        let thread = std::thread::spawn(move || waiting.wait_beyond(count, Duration::MAX));
        bell.ring();
        thread.join().unwrap();
    }
}
