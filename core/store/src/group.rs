//! Group commit: while one caller writes, the others' batches gather, and the next caller writes them all with one sync.
//!
//! The caller that finds nobody writing writes for everybody. There is no thread of its own: a lone caller pays for no
//! hand-over, and a forked child inherits nothing that is missing.

use crate::sync::{Condvar, Mutex};
use sealbook_error::{Code, Error, Result};
use std::collections::HashMap;

#[derive(Debug)]
pub(crate) struct Group<T, R> {
    state: Mutex<State<T, R>>,
    changed: Condvar,
}

#[derive(Debug)]
struct State<T, R> {
    waiting: Vec<(u64, T)>,
    finished: HashMap<u64, Result<R>>,
    next_ticket: u64,
    writing: bool,
}

impl<T, R> Default for Group<T, R> {
    fn default() -> Self {
        let state = State { waiting: Vec::new(), finished: HashMap::new(), next_ticket: 0, writing: false };
        Self { state: Mutex::new(state), changed: Condvar::default() }
    }
}

impl<T, R> Group<T, R> {
    /// Hands `item` in and returns its result. `write` gets the items of all who wait, in the order in which they came, and returns a result for
    /// each.
    pub(crate) fn submit(&self, item: T, write: impl Fn(Vec<T>) -> Vec<Result<R>>) -> Result<R> {
        let mut state = self.state.lock();
        let ticket = state.next_ticket;
        state.next_ticket += 1;
        state.waiting.push((ticket, item));
        loop {
            if let Some(result) = state.finished.remove(&ticket) {
                return result;
            }
            if state.writing {
                state = self.changed.wait(state);
                continue;
            }
            state.writing = true;
            let (tickets, items): (Vec<_>, Vec<_>) = std::mem::take(&mut state.waiting).into_iter().unzip();
            drop(state);
            let turn = Turn { group: self, tickets };
            let results = write(items);
            turn.end(results);
            state = self.state.lock();
        }
    }
}

/// The right to write, given back even if writing panics, so that the others get an error and not a deadlock.
struct Turn<'a, T, R> {
    group: &'a Group<T, R>,
    tickets: Vec<u64>,
}

impl<T, R> Turn<'_, T, R> {
    fn end(mut self, results: Vec<Result<R>>) {
        let tickets = std::mem::take(&mut self.tickets);
        self.group.state.lock().finished.extend(tickets.into_iter().zip(results));
    }
}

impl<T, R> Drop for Turn<'_, T, R> {
    fn drop(&mut self) {
        let mut state = self.group.state.lock();
        for ticket in self.tickets.drain(..) {
            state.finished.insert(
                ticket,
                Err(Error::new(Code::Internal, "the thread that was writing the batch panicked")),
            );
        }
        state.writing = false;
        self.group.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn those_who_wait_are_written_together_and_each_gets_its_own_result() {
        let (group, writes, first_writes) = (Group::default(), AtomicUsize::new(0), Barrier::new(2));
        let write = |items: Vec<u32>| {
            if writes.fetch_add(1, Ordering::SeqCst) == 0 {
                first_writes.wait();
                // The first write lasts until all the others wait.
                while group.state.lock().waiting.len() < 7 {
                    std::thread::yield_now();
                }
            }
            items.into_iter().map(|n| Ok(n * 10)).collect()
        };
        std::thread::scope(|scope| {
            let first = scope.spawn(|| group.submit(0, write));
            first_writes.wait();
            let rest: Vec<_> = (1..8)
                .map(|n| {
                    scope.spawn({
                        let group = &group;
                        let write = &write;
                        move || group.submit(n, write)
                    })
                })
                .collect();
            assert_eq!(first.join().unwrap().unwrap(), 0);
            for (n, handle) in (1..8).zip(rest) {
                assert_eq!(handle.join().unwrap().unwrap(), n * 10);
            }
        });
        assert_eq!(writes.load(Ordering::SeqCst), 2);
    }

    #[test]
    fn a_panic_of_the_writer_leaves_the_group_usable() {
        let group: Group<u32, u32> = Group::default();
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            group.submit(1, |_| panic!("on purpose"))
        }));
        assert!(panicked.is_err());
        assert_eq!(group.submit(2, |items| items.into_iter().map(Ok).collect()).unwrap(), 2);
    }
}
