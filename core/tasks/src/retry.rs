//! What follows after a failed attempt.

use crate::span::share;
use crate::state::words;
use crate::{Event, Span};
use sealbook_error::{Code, Error, Result};
use sealbook_ledger::Time;
use serde::{Deserialize, Serialize};
use std::fmt;

words! {
    /// What sort of failure an attempt met.
    Fault {
        Transient      "transient"      "The same call may succeed later.";
        Throttled      "throttled"      "The other side asked for patience.";
        Timeout        "timeout"        "The attempt or its heartbeat took too long.";
        Permanent      "permanent"      "No repetition will help.";
    }
}

words! {
    /// How chance spreads the delays of tasks that failed together.
    Jitter {
        Full         "full"         "Anything from nothing to the whole delay.";
        Equal        "equal"        "Half of the delay, and anything up to the other half.";
        Decorrelated "decorrelated" "Anything from the first delay to three times the one before.";
        None         "none"         "The delay itself.";
    }
}

/// A failed attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What sort of failure.
    pub fault: Fault,
    /// The error's class in the handler's language, such as `TimeoutError`.
    pub class: String,
    /// What people read.
    pub message: String,
    /// How long the error itself asks to wait, such as a Retry-After.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<Span>,
    /// What developers read, such as the traceback of an exception.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// How often and how patiently a task is tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RetryPolicy {
    /// Attempts in all, the first one included.
    pub max_attempts: u32,
    /// The delay after the first failed attempt.
    pub initial: Span,
    /// What each further failure multiplies it by.
    pub factor: f64,
    /// The longest delay of its own; an error may ask for a longer one.
    pub max: Span,
    /// How chance spreads it.
    pub jitter: Jitter,
    /// Classes of errors that no other attempt mends.
    pub non_retryable: Vec<String>,
    /// So many workers may be lost over the task; the next one makes it dead.
    pub crash_limit: u32,
    /// From this failed attempt on, people decide whether there is another.
    pub escalate_after: Option<u32>,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: 3,
            initial: Span::from_secs(1),
            factor: 2.0,
            max: Span::from_secs(300),
            jitter: Jitter::Full,
            non_retryable: Vec::new(),
            crash_limit: 3,
            escalate_after: None,
        }
    }
}

/// What is to happen after a failed attempt: an event of the table, and a delay if there is another attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// `retry`, `fail`, `exhaust` or `escalate`.
    pub event: Event,
    /// How long to wait before the next attempt.
    pub delay: Option<Span>,
}

impl RetryPolicy {
    /// Checks the figures.
    ///
    /// # Errors
    /// `INVALID_POLICY` for no attempt at all, a factor below 1 or not finite, or a first delay above the longest.
    pub fn check(&self) -> Result<()> {
        let fault = if self.max_attempts == 0 {
            "max_attempts 0 never runs the task".to_owned()
        } else if !self.factor.is_finite() || self.factor < 1.0 {
            format!("factor {} is not 1 or more", self.factor)
        } else if self.initial > self.max {
            format!("the first delay, {}, is above the longest, {}", self.initial, self.max)
        } else if self.escalate_after == Some(0) {
            "escalate_after 0 would plead after no failure".to_owned()
        } else {
            return Ok(());
        };
        Err(Error::new(Code::InvalidPolicy, fault).remedy("correct the retry policy"))
    }

    /// The delay after failed attempt `attempt` (from 1). `previous` is the delay before, `random` is drawn evenly from all numbers.
    ///
    /// ```
    /// use sealbook_tasks::{Jitter, RetryPolicy, Span};
    ///
    /// let policy = RetryPolicy { jitter: Jitter::None, ..RetryPolicy::default() };
    /// let delays: Vec<_> = (1..=4).map(|n| policy.delay(n, Span::ZERO, 0).as_millis()).collect();
    /// assert_eq!(delays, [1000, 2000, 4000, 8000]);
    /// assert_eq!(policy.delay(1000, Span::ZERO, 0), policy.max);
    /// ```
    #[must_use]
    pub fn delay(&self, attempt: u32, previous: Span, random: u64) -> Span {
        let exponent = i32::try_from(attempt.saturating_sub(1)).unwrap_or(i32::MAX);
        // A float cast saturates, so infinity becomes the longest delay.
        let grown = (self.initial.as_millis() as f64 * self.factor.powi(exponent)) as u64;
        let (initial, max) = (self.initial.as_millis(), self.max.as_millis());
        let whole = grown.min(max);
        Span::from_millis(match self.jitter {
            Jitter::None => whole,
            Jitter::Full => share(whole, random),
            Jitter::Equal => whole / 2 + share(whole - whole / 2, random),
            Jitter::Decorrelated => {
                let top = previous.as_millis().max(initial).saturating_mul(3).min(max);
                initial.min(top) + share(top.saturating_sub(initial), random)
            }
        })
    }

    /// What follows after failed attempt `attempt`. `budget` is false if the dependency's retry budget is spent.
    #[must_use]
    pub fn after(
        &self,
        failure: &Failure,
        attempt: u32,
        previous: Span,
        random: u64,
        budget: bool,
    ) -> Verdict {
        let stop = |event| Verdict { event, delay: None };
        if failure.fault == Fault::Permanent || self.non_retryable.contains(&failure.class) {
            return stop(Event::Fail);
        }
        if self.escalate_after.is_some_and(|limit| attempt >= limit) {
            return stop(Event::Escalate);
        }
        if attempt >= self.max_attempts {
            return stop(Event::Exhaust);
        }
        let own = self.delay(attempt, previous, random);
        // Without budget the task is not given up; it waits as long as it ever would.
        let own = if budget { own } else { self.max.max(own) };
        Verdict { event: Event::Retry, delay: Some(failure.retry_after.map_or(own, |asked| asked.max(own))) }
    }

    /// What follows when a worker was lost over a task that had lost `crashes` before.
    #[must_use]
    pub fn after_crash(&self, crashes: u32) -> Event {
        if crashes >= self.crash_limit { Event::Poison } else { Event::LoseLease }
    }
}

/// Holds back retries against a dependency that fails for everybody: each call earns a fraction of a retry, and a few
/// a second are always allowed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RetryBudget {
    /// Thousandths of a retry that each first attempt earns.
    pub per_call: u32,
    /// Retries a second that are allowed without any calls.
    pub per_second: u32,
    /// The most retries that can be saved up.
    pub most: u32,
    saved: u64, // millionths of a retry
    at: Option<Time>,
}

const RETRY: u64 = 1_000_000;

impl RetryBudget {
    /// A budget that begins full.
    #[must_use]
    pub fn new(per_call: u32, per_second: u32, most: u32) -> Self {
        Self { per_call, per_second, most, saved: u64::from(most) * RETRY, at: None }
    }

    /// A first attempt was made.
    pub fn earn(&mut self) {
        self.add(u64::from(self.per_call) * (RETRY / 1000));
    }

    /// Takes one retry out, if there is one.
    pub fn spend(&mut self, now: Time) -> bool {
        let passed = self.at.map_or(Span::ZERO, |at| Span::between(at, now));
        self.at = Some(self.at.map_or(now, |at| at.max(now)));
        self.add(passed.as_millis().saturating_mul(u64::from(self.per_second)).saturating_mul(RETRY / 1000));
        let enough = self.saved >= RETRY;
        if enough {
            self.saved -= RETRY;
        }
        enough
    }

    fn add(&mut self, amount: u64) {
        self.saved = self.saved.saturating_add(amount).min(u64::from(self.most) * RETRY);
    }
}

impl Default for RetryBudget {
    /// One retry for ten calls, and ten a second.
    fn default() -> Self {
        Self::new(100, 10, 100)
    }
}

#[cfg(test)]
#[path = "retry_tests.rs"]
mod tests;
