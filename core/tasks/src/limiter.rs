//! Adaptive concurrency: how many calls a dependency can take at a time, found by trying.
//!
//! Additive increase, multiplicative decrease, as TCP does it: what fails or asks for patience halves the limit at most
//! once per round trip, and a full round of successes raises it by one. The limit is a bulkhead: hand it to the queue as
//! the concurrency of the dependency's gate.

use crate::Outcome;
use sealbook_error::{Code, Error, Result};
use sealbook_ledger::Time;
use serde::{Deserialize, Serialize};

/// Within which bounds a limit follows what its dependency can take.
///
/// ```
/// use sealbook_tasks::Adaptive;
///
/// let adaptive = Adaptive { least: 1, most: 50, first: 10, now: None };
/// adaptive.check()?;
/// assert_eq!(adaptive.limit(), 10);
/// assert!(Adaptive { now: Some(51), ..adaptive }.check().is_err());
/// # Ok::<(), sealbook_error::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adaptive {
    /// Never fewer.
    pub least: u32,
    /// Never more.
    pub most: u32,
    /// How many at the beginning.
    pub first: u32,
    /// How many at present. Who sets a limit may say from where it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<u32>,
}

impl Adaptive {
    /// Between these bounds; ten at the beginning, or what is nearest to that.
    #[must_use]
    pub fn between(least: u32, most: u32) -> Self {
        Self { least, most, first: 10.min(most).max(least), now: None }
    }

    /// Checks the figures.
    ///
    /// # Errors
    /// `INVALID_POLICY` unless 1 <= least <= first, now <= most.
    pub fn check(&self) -> Result<()> {
        Limiter::new(self.least, self.most, self.first)?;
        Limiter::new(self.least, self.most, self.limit()).map(drop)
    }

    /// How many may be out at present.
    #[must_use]
    pub fn limit(&self) -> u32 {
        self.now.unwrap_or(self.first)
    }

    /// The same bounds and beginning, wherever it stands.
    #[must_use]
    pub fn bounds(&self) -> Self {
        Self { now: None, ..*self }
    }
}

/// A limit that follows what the dependency can take.
///
/// ```
/// use sealbook_ledger::Time;
/// use sealbook_tasks::{Limiter, Outcome};
///
/// let mut limiter = Limiter::new(1, 100, 10)?;
/// limiter.report(Outcome::Failure, 10, Time::EPOCH, Time::EPOCH);
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

    /// Learns from a call that began at `began` and is over now, while `out` calls were out. True if the limit has changed.
    pub fn report(&mut self, outcome: Outcome, out: u32, began: Time, now: Time) -> bool {
        let before = self.limit;
        match outcome {
            Outcome::Ignored => {}
            Outcome::Failure => {
                // Calls that were out when it was lowered fail too; that is no new news.
                if self.lowered_at.is_none_or(|at| began >= at || now < at) {
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
    use crate::Span;
    use proptest::prelude::*;

    fn at(secs: u64) -> Time {
        Span::from_secs(secs).after(Time::EPOCH)
    }

    #[test]
    fn a_round_of_successes_raises_it_by_one_if_it_was_used() {
        let mut limiter = Limiter::new(1, 5, 4).unwrap();
        (0..100).for_each(|_| assert!(!limiter.report(Outcome::Success, 1, at(1), at(1))));
        let changes = (0..4).filter(|_| limiter.report(Outcome::Success, 4, at(1), at(1))).count();
        assert_eq!((changes, limiter.limit()), (1, 5));
        (0..100).for_each(|_| assert!(!limiter.report(Outcome::Success, 5, at(1), at(1))));
    }

    #[test]
    fn many_failures_of_one_round_halve_it_once() {
        let mut limiter = Limiter::new(2, 100, 64).unwrap();
        (0..50).for_each(|_| {
            limiter.report(Outcome::Failure, 64, at(5), at(10));
        });
        assert_eq!(limiter.limit(), 32);
        limiter.report(Outcome::Failure, 32, at(11), at(16));
        assert_eq!(limiter.limit(), 16);
        (20..60).for_each(|now| {
            limiter.report(Outcome::Failure, 2, at(now), at(now));
        });
        assert_eq!(limiter.limit(), 2);
    }

    /// A dependency that bears 20 calls at a time, and refuses what is more, on a clock that the test turns.
    #[test]
    fn it_finds_what_a_dependency_bears_and_follows_when_that_changes() {
        let mut limiter = Limiter::new(1, 100, 1).unwrap();
        let mut rounds = |bears: u32, from: u64| {
            let of_round = |now| {
                let out = limiter.limit();
                for n in 0..out {
                    let outcome = if n < bears { Outcome::Success } else { Outcome::Failure };
                    limiter.report(outcome, out, at(now - 1), at(now));
                }
                limiter.limit()
            };
            (from..from + 300).map(of_round).collect::<Vec<_>>()
        };
        for (bears, from) in [(20, 10), (6, 1_000), (20, 2_000)] {
            let seen = rounds(bears, from);
            let late = seen.get(100..).unwrap();
            let (least, most) = (*late.iter().min().unwrap(), *late.iter().max().unwrap());
            assert!(least >= bears / 2 && most <= bears + 1, "{bears}: {least} to {most}");
            assert!(late.iter().sum::<u32>() >= bears * 200 * 7 / 10, "{late:?}");
        }
    }

    proptest! {
        #[test]
        fn it_never_leaves_its_bounds(
            calls in prop::collection::vec((0..3u8, 0..100u32, 0..1000u64, 0..10u64), 0..200), least in 1..20u32, more in 0..50u32,
        ) {
            let mut limiter = Limiter::new(least, least + more, least).unwrap();
            for (outcome, out, now, took) in calls {
                let outcome = [Outcome::Success, Outcome::Failure, Outcome::Ignored][usize::from(outcome)];
                let before = limiter.limit();
                let changed = limiter.report(outcome, out, at(now.saturating_sub(took)), at(now));
                prop_assert!((least..=least + more).contains(&limiter.limit()));
                prop_assert_eq!(changed, limiter.limit() != before);
                // A step up is one; a step down is no deeper than by half.
                prop_assert!(limiter.limit() <= before + 1 && limiter.limit() >= before / 2);
            }
        }
    }

    #[test]
    fn limits_that_cross_are_refused() {
        for (min, max, initial) in [(0, 5, 1), (3, 2, 3), (1, 5, 6), (2, 5, 1)] {
            assert_eq!(Limiter::new(min, max, initial).unwrap_err().code(), Code::InvalidPolicy);
        }
    }
}
