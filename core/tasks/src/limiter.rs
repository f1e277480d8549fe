//! Adaptive concurrency: how many calls a dependency can take at a time, found by trying.
//!
//! Additive increase, multiplicative decrease, as TCP does it: what fails or asks for patience halves the limit at most
//! once per round trip, and a full round of successes raises it by one. The limit is a bulkhead: hand it to the queue as
//! the concurrency of the dependency's gate.

use crate::{Outcome, Span};
use sealbook_error::{Code, Error, Result};
use sealbook_ledger::Time;
use serde::{Deserialize, Serialize};

/// A limit that follows what the dependency can take.
///
/// ```
/// use sealbook_ledger::Time;
/// use sealbook_tasks::{Limiter, Outcome, Span};
///
/// let mut limiter = Limiter::new(1, 100, 10)?;
/// limiter.report(Outcome::Failure, 10, Time::EPOCH, Span::from_secs(1));
/// assert_eq!(limiter.limit(), 5);
/// # Ok::<(), sealbook_error::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limiter {
    min: u32,
    max: u32,
    limit: u32,
    successes: u32,
    lowered_at: Option<Time>,
}

impl Limiter {
    /// A limit that begins at `initial` and stays between `min` and `max`.
    ///
    /// # Errors
    /// `INVALID_POLICY` unless 1 <= min <= initial <= max.
    pub fn new(min: u32, max: u32, initial: u32) -> Result<Self> {
        if 1 <= min && min <= initial && initial <= max {
            return Ok(Self { min, max, limit: initial, successes: 0, lowered_at: None });
        }
        Err(Error::new(Code::InvalidPolicy, format!("limits of {min}, {initial} and {max}"))
            .remedy("let 1 <= min <= initial <= max"))
    }

    /// How many calls may be out at a time.
    #[must_use]
    pub fn limit(&self) -> u32 {
        self.limit
    }

    /// Learns from a call that took `took` while `out` calls were out. True if the limit has changed.
    pub fn report(&mut self, outcome: Outcome, out: u32, now: Time, took: Span) -> bool {
        let before = self.limit;
        match outcome {
            Outcome::Ignored => {}
            Outcome::Failure => {
                // Calls that were out when it was lowered fail too; that is no new news.
                let begun = now.as_micros().saturating_sub(took.as_micros());
                if self.lowered_at.is_none_or(|at| begun >= at.as_micros() || now < at) {
                    self.limit = (self.limit / 2).max(self.min);
                    self.lowered_at = Some(now);
                }
                self.successes = 0;
            }
            // A limit that is not used has not been shown to hold.
            Outcome::Success if out.saturating_mul(2) >= self.limit => {
                self.successes += 1;
                if self.successes >= self.limit {
                    self.limit = self.limit.saturating_add(1).min(self.max);
                    self.successes = 0;
                }
            }
            Outcome::Success => {}
        }
        self.limit != before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: u64) -> Time {
        Span::from_secs(secs).after(Time::EPOCH)
    }

    #[test]
    fn a_round_of_successes_raises_it_by_one_if_it_was_used() {
        let mut limiter = Limiter::new(1, 5, 4).unwrap();
        (0..100).for_each(|_| assert!(!limiter.report(Outcome::Success, 1, at(1), Span::ZERO)));
        let changes = (0..4).filter(|_| limiter.report(Outcome::Success, 4, at(1), Span::ZERO)).count();
        assert_eq!((changes, limiter.limit()), (1, 5));
        (0..100).for_each(|_| assert!(!limiter.report(Outcome::Success, 5, at(1), Span::ZERO)));
    }

    #[test]
    fn many_failures_of_one_round_halve_it_once() {
        let mut limiter = Limiter::new(2, 100, 64).unwrap();
        (0..50).for_each(|_| {
            limiter.report(Outcome::Failure, 64, at(10), Span::from_secs(5));
        });
        assert_eq!(limiter.limit(), 32);
        limiter.report(Outcome::Failure, 32, at(16), Span::from_secs(5));
        assert_eq!(limiter.limit(), 16);
        (20..60).for_each(|now| {
            limiter.report(Outcome::Failure, 2, at(now), Span::ZERO);
        });
        assert_eq!(limiter.limit(), 2);
    }

    #[test]
    fn limits_that_cross_are_refused() {
        for (min, max, initial) in [(0, 5, 1), (3, 2, 3), (1, 5, 6), (2, 5, 1)] {
            assert_eq!(Limiter::new(min, max, initial).unwrap_err().code(), Code::InvalidPolicy);
        }
    }
}
