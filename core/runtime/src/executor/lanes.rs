//! A queue with one lane for each priority, which threads push to and take from without a lock.

use crossbeam_queue::SegQueue;
use sealbook_tasks::Priority;
use std::sync::atomic::{AtomicU64, Ordering};

const LANES: usize = 256;
const WORDS: usize = LANES / 64;

/// The most urgent first, and those of one priority in the order in which they came.
pub(super) struct Lanes<T> {
    lanes: Vec<SegQueue<T>>,
    /// A bit for each lane that may have something in it.
    filled: [AtomicU64; WORDS],
}

impl<T> Lanes<T> {
    pub(super) fn new() -> Self {
        Self { lanes: (0..LANES).map(|_| SegQueue::new()).collect(), filled: Default::default() }
    }

    pub(super) fn push(&self, item: T, priority: Priority) {
        let at = usize::from(priority.0);
        let Some((lane, word)) = self.lanes.get(at).zip(self.filled.get(at / 64)) else { return };
        lane.push(item);
        let bit = 1 << (at % 64);
        // Whoever clears the bit looks once more afterwards, so a bit that is still set will do.
        if word.load(Ordering::SeqCst) & bit == 0 {
            word.fetch_or(bit, Ordering::SeqCst);
        }
    }

    pub(super) fn pop(&self) -> Option<T> {
        for (number, word) in self.filled.iter().enumerate().rev() {
            loop {
                let filled = word.load(Ordering::SeqCst);
                let Some(highest) = filled.checked_ilog2() else { break };
                let lane = self.lanes.get(64 * number + highest as usize)?;
                if let Some(item) = lane.pop() {
                    return Some(item);
                }
                let bit = 1 << highest;
                word.fetch_and(!bit, Ordering::SeqCst);
                if !lane.is_empty() {
                    word.fetch_or(bit, Ordering::SeqCst);
                }
            }
        }
        None
    }

    pub(super) fn is_empty(&self) -> bool {
        self.filled.iter().all(|word| word.load(Ordering::SeqCst) == 0)
            || self.lanes.iter().all(SegQueue::is_empty)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;

    #[test]
    fn the_most_urgent_comes_first_and_then_the_first_that_came() {
        let lanes = Lanes::new();
        assert!(lanes.is_empty() && lanes.pop().is_none());
        for (item, priority) in [(1, 0), (2, 255), (3, 63), (4, 64), (5, 255), (6, 0)] {
            lanes.push(item, Priority(priority));
        }
        let order: Vec<_> = std::iter::from_fn(|| lanes.pop()).collect();
        assert_eq!(order, [2, 5, 4, 3, 1, 6]);
        assert!(lanes.is_empty());
    }

    #[test]
    fn nothing_is_lost_or_taken_twice_between_threads() {
        const EACH: usize = 20_000;
        let (lanes, sum, left) = (Lanes::new(), AtomicUsize::new(0), AtomicUsize::new(4 * EACH));
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let lanes = &lanes;
                scope.spawn(move || {
                    (0..EACH).for_each(|n| lanes.push(thread * EACH + n, Priority((n % 3 * 100) as u8)));
                });
                scope.spawn(|| {
                    while left.load(Ordering::SeqCst) > 0 {
                        match lanes.pop() {
                            Some(item) => {
                                sum.fetch_add(item, Ordering::SeqCst);
                                left.fetch_sub(1, Ordering::SeqCst);
                            }
                            None => std::thread::yield_now(),
                        }
                    }
                });
            }
        });
        assert_eq!(sum.into_inner(), (0..4 * EACH).sum::<usize>());
        assert!(lanes.is_empty());
    }
}
