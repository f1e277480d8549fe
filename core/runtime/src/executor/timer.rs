//! What is to happen at a time, on a thread that is started when it is first needed.

use sealbook_store::sync::{Condvar, Mutex};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

type Action = Box<dyn FnOnce() + Send>;

/// Does things at their time. What is still to come when it is dropped does not happen, unless it was rushed.
#[derive(Default)]
pub(super) struct Timer {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    due: BTreeMap<(Instant, u64), Action>,
    next: u64,
    runs: bool,
    closed: bool,
}

impl Timer {
    /// Has something done at a time; at once if no thread can be started, which is better than never.
    pub(super) fn at(&self, time: Instant, action: impl FnOnce() + Send + 'static) {
        let mut state = self.shared.state.lock();
        state.next += 1;
        let place = (time, state.next);
        state.due.insert(place, Box::new(action));
        if !state.runs {
            let shared = self.shared.clone();
            let thread = std::thread::Builder::new().name("sealbook-timer".into());
            state.runs = thread.spawn(move || shared.run()).is_ok();
        }
        let action = if state.runs { None } else { state.due.remove(&place) };
        drop(state);
        self.shared.changed.notify_one();
        if let Some(action) = action {
            action();
        }
    }

    /// Does now what was to be done later.
    pub(super) fn rush(&self) {
        let due = std::mem::take(&mut self.shared.state.lock().due);
        due.into_values().for_each(|action| action());
    }
}

impl Shared {
    fn run(&self) {
        let mut state = self.state.lock();
        while !state.closed {
            let now = Instant::now();
            if let Some(entry) = state.due.first_entry().filter(|entry| entry.key().0 <= now) {
                let action = entry.remove();
                drop(state);
                action();
                state = self.state.lock();
            } else if let Some(time) = state.due.first_key_value().map(|((time, _), _)| *time) {
                state = self.changed.wait_until(state, Some(time)).0;
            } else {
                state = self.changed.wait(state);
            }
        }
        state.due.clear();
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        let mut state = self.shared.state.lock();
        state.closed = true;
        let due = if state.runs { BTreeMap::new() } else { std::mem::take(&mut state.due) };
        drop(state);
        drop(due);
        self.shared.changed.notify_one();
    }
}
