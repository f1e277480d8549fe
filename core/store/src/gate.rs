//! A gate that many threads may be inside of, some of them more than once, and that is closed for the moment of a fork.

use crate::sync::{Condvar, Mutex};
use std::sync::Arc;

#[derive(Debug, Default)]
pub(crate) struct Gate {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    inside: usize,
    closed: bool,
}

/// A thread inside the gate.
#[derive(Debug)]
pub(crate) struct Inside<'a>(&'a Gate);

/// The gate is closed until this is dropped.
#[derive(Debug)]
pub(crate) struct Closed(Arc<Gate>);

impl Gate {
    /// Waits while the gate is closed. Who is inside already may enter again, whoever waits to close it.
    pub(crate) fn enter(&self) -> Inside<'_> {
        let mut state = self.state.lock();
        while state.closed {
            state = self.changed.wait(state);
        }
        state.inside += 1;
        Inside(self)
    }

    /// Waits until nobody is inside, and lets nobody in.
    pub(crate) fn close(self: &Arc<Self>) -> Closed {
        let mut state = self.state.lock();
        while state.closed || state.inside > 0 {
            state = self.changed.wait(state);
        }
        state.closed = true;
        Closed(self.clone())
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state.lock();
        state.inside -= 1;
        if state.inside == 0 {
            self.0.changed.notify_all();
        }
    }
}

impl Drop for Closed {
    fn drop(&mut self) {
        self.0.state.lock().closed = false;
        self.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_gate_lets_nobody_in_until_it_opens() {
        let gate = Arc::new(Gate::default());
        let closed = gate.close();
        let other = gate.clone();
        let waiting = std::thread::spawn(move || drop(other.enter()));
        std::thread::sleep(std::time::Duration::from_millis(20));
        assert!(!waiting.is_finished());
        drop(closed);
        waiting.join().unwrap();
    }

    #[test]
    fn who_is_inside_enters_again_while_somebody_waits_to_close() {
        let gate = Arc::new(Gate::default());
        let inside = gate.enter();
        let other = gate.clone();
        let closing = std::thread::spawn(move || drop(other.close()));
        std::thread::sleep(std::time::Duration::from_millis(20));
        drop(gate.enter());
        assert!(!closing.is_finished());
        drop(inside);
        closing.join().unwrap();
    }
}
