//! Circuit breakers: a dependency that fails is left alone for a while.
//!
//! A breaker guards one key, such as a host or a model. While it is open, tasks that need the key are parked and spend
//! no attempt. It is a value with a JSON form; whoever holds it hands in the time and a random number.

use crate::span::share;
use crate::state::words;
use crate::{Key, Span};
use sealbook_error::{Code, Error, Result};
use sealbook_ledger::Time;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::fmt;

words! {
    /// Where a breaker stands.
    BreakerState {
        Closed   "closed"    "Calls pass and are counted.";
        Open     "open"      "Calls are refused until a time.";
        HalfOpen "half_open" "A few probes pass; they decide.";
        Forced   "forced"    "Opened by hand, until it is closed by hand.";
    }
}

words! {
    /// How a call ended, as far as the breaker cares.
    Outcome {
        Success "success" "The dependency answered.";
        Failure "failure" "It failed, timed out or asked for patience.";
        Ignored "ignored" "It was not asked, or the fault was the caller's: cancelled, denied, permanent.";
    }
}

words! {
    /// What is done to a breaker by hand.
    BreakerDeed {
        Open  "open"  "Nothing passes, no probe either, until it is closed by hand.";
        Close "close" "Calls pass; one that was not closed begins to count anew.";
        Reset "reset" "It is as new: closed, by the policy that is set now, and with nothing counted.";
    }
}

/// When a breaker opens and how it closes again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BreakerPolicy {
    /// The share of failures that opens it, in percent of the window's calls.
    pub failure_percent: u8,
    /// The share of slow calls that opens it, in percent; 0 switches this off.
    pub slow_percent: u8,
    /// From which duration on a call is slow.
    pub slow: Span,
    /// Shares count only from so many calls on.
    pub min_calls: u32,
    /// So many failures in a row open it however few calls there are; 0 switches this off.
    pub consecutive: u32,
    /// The length of a bucket of the window.
    pub bucket: Span,
    /// How many buckets the window has.
    pub buckets: u32,
    /// How long it stays open the first time; each time that the probes fail it is doubled.
    pub recovery: Span,
    /// How long at most.
    pub recovery_max: Span,
    /// How many probes pass while it is half open.
    pub probes: u32,
    /// How many of them must succeed.
    pub successes: u32,
    /// How long the probes have; one that is lost must not keep it half open for ever.
    pub probe_deadline: Span,
}

impl Default for BreakerPolicy {
    /// Half of at least 20 calls in 10 s, or five failures in a row; 5 s up to 5 min; two of three probes within 30 s.
    fn default() -> Self {
        Self {
            failure_percent: 50,
            slow_percent: 0,
            slow: Span::from_secs(60),
            min_calls: 20,
            consecutive: 5,
            bucket: Span::from_secs(1),
            buckets: 10,
            recovery: Span::from_secs(5),
            recovery_max: Span::from_secs(300),
            probes: 3,
            successes: 2,
            probe_deadline: Span::from_secs(30),
        }
    }
}

impl BreakerPolicy {
    /// Checks the figures.
    ///
    /// # Errors
    /// `INVALID_POLICY` for shares above 100 %, an empty window, or probes that could never succeed.
    pub fn check(&self) -> Result<()> {
        let fault = if !(1..=100).contains(&self.failure_percent) || self.slow_percent > 100 {
            format!("shares of {} % and {} %", self.failure_percent, self.slow_percent)
        } else if self.bucket == Span::ZERO || !(1..=1000).contains(&self.buckets) || self.min_calls == 0 {
            format!(
                "a window of {} buckets of {} and at least {} calls",
                self.buckets, self.bucket, self.min_calls
            )
        } else if self.recovery == Span::ZERO || self.recovery > self.recovery_max {
            format!("a recovery of {} up to {}", self.recovery, self.recovery_max)
        } else if self.successes == 0 || self.successes > self.probes || self.probe_deadline == Span::ZERO {
            format!("{} of {} probes within {}", self.successes, self.probes, self.probe_deadline)
        } else {
            return Ok(());
        };
        Err(Error::new(Code::InvalidPolicy, fault).remedy("correct the breaker's policy"))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Bucket {
    number: i64,
    calls: u32,
    failures: u32,
    slow: u32,
}

/// Leave to make one call. It names the phase it belongs to, so that a late answer is not taken for a probe's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[must_use = "report the call's outcome with it"]
pub struct Pass {
    phase: u64,
}

/// A change of a breaker's state, to be recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreakerChange {
    /// What it guards.
    pub key: Key,
    /// When.
    pub at: Time,
    /// Before.
    pub from: BreakerState,
    /// After.
    pub to: BreakerState,
    /// Why.
    pub reason: String,
}

/// A breaker as people look at it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BreakerView {
    /// What it guards.
    pub key: Key,
    /// Where it stands. One that is open until a time that has passed lets the next call probe.
    pub state: BreakerState,
    /// Since when.
    pub since: Time,
    /// Until when it is open, or its probes have time; none if it is closed, or open until it is closed by hand.
    pub until: Option<Time>,
    /// Why it stands there; none for one that has always been closed.
    pub reason: Option<String>,
    /// Calls in the window.
    pub calls: u64,
    /// Of these, those that failed.
    pub failures: u64,
    /// Of these, those that were slow.
    pub slow: u64,
    /// Failures in a row.
    pub in_row: u32,
}

/// A breaker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breaker {
    key: Key,
    policy: BreakerPolicy,
    state: BreakerState,
    /// Counts the changes of state.
    phase: u64,
    since: Time,
    until: Time,
    /// Why it stands there; none for one that has always been closed.
    #[serde(default)]
    reason: Option<String>,
    /// How often it has opened without closing in between.
    opened: u32,
    in_row: u32,
    window: VecDeque<Bucket>,
    passed: u32,
    succeeded: u32,
    failed: u32,
}

impl Breaker {
    /// A closed breaker.
    ///
    /// # Errors
    /// As [`BreakerPolicy::check`].
    pub fn new(key: Key, policy: BreakerPolicy, now: Time) -> Result<Self> {
        policy.check()?;
        Ok(Self {
            key,
            policy,
            state: BreakerState::Closed,
            phase: 0,
            since: now,
            until: now,
            reason: None,
            opened: 0,
            in_row: 0,
            window: VecDeque::new(),
            passed: 0,
            succeeded: 0,
            failed: 0,
        })
    }

    /// What it guards.
    #[must_use]
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> BreakerState {
        self.state
    }

    /// Lets a call pass, or says until when to park the task. An open breaker whose time is over becomes half open here,
    /// so there may be a change to record whether it passes or not.
    ///
    /// # Errors
    /// `BREAKER_OPEN` if it does not pass; the context has `until` unless the breaker was opened by hand.
    ///
    /// ```
    /// use sealbook_ledger::Time;
    /// use sealbook_tasks::{Breaker, BreakerPolicy, BreakerState, Key, Outcome, Span};
    ///
    /// let policy = BreakerPolicy { consecutive: 1, ..BreakerPolicy::default() };
    /// let mut breaker = Breaker::new(Key::parse("api.example")?, policy, Time::EPOCH)?;
    /// let pass = breaker.pass(Time::EPOCH, 0).0?;
    /// let change = breaker.report(pass, Outcome::Failure, Span::ZERO, None, Time::EPOCH, 0);
    /// assert_eq!(change.map(|change| change.to), Some(BreakerState::Open));
    /// assert_eq!(breaker.pass(Time::EPOCH, 0).0.unwrap_err().code().name(), "BREAKER_OPEN");
    /// # Ok::<(), sealbook_error::Error>(())
    /// ```
    pub fn pass(&mut self, now: Time, random: u64) -> (Result<Pass>, Option<BreakerChange>) {
        let mut change = self.tick(now, random);
        if self.state == BreakerState::Open && now >= self.until {
            change = Some(self.turn(BreakerState::HalfOpen, now, "its time is over".to_owned()));
            self.until = self.policy.probe_deadline.after(now);
        }
        let free = match self.state {
            BreakerState::Closed => true,
            BreakerState::HalfOpen => self.passed < self.policy.probes,
            BreakerState::Open | BreakerState::Forced => false,
        };
        if free {
            self.passed = self.passed.saturating_add(1);
            return (Ok(Pass { phase: self.phase }), change);
        }
        let error = Error::new(Code::BreakerOpen, format!("the breaker of {} is {}", self.key, self.state))
            .remedy("try again later");
        let error = match self.retry_at() {
            Some(until) => error.with("until", until),
            None => error,
        };
        (Err(error), change)
    }

    /// When to try again; none if it is closed, or open until it is closed by hand.
    #[must_use]
    pub fn retry_at(&self) -> Option<Time> {
        matches!(self.state, BreakerState::Open | BreakerState::HalfOpen).then_some(self.until)
    }

    /// Counts a call. `asked` is what the dependency asked for, such as a Retry-After.
    pub fn report(
        &mut self,
        pass: Pass,
        outcome: Outcome,
        took: Span,
        asked: Option<Span>,
        now: Time,
        random: u64,
    ) -> Option<BreakerChange> {
        if pass.phase != self.phase {
            return self.tick(now, random);
        }
        match self.state {
            BreakerState::Closed => self.count(outcome, took, asked, now, random),
            BreakerState::HalfOpen => {
                match outcome {
                    Outcome::Success => self.succeeded += 1,
                    Outcome::Failure => self.failed += 1,
                    // It has shown nothing: another probe may take its place.
                    Outcome::Ignored => self.passed = self.passed.saturating_sub(1),
                }
                if self.succeeded >= self.policy.successes {
                    let reason = format!("{} of {} probes succeeded", self.succeeded, self.policy.probes);
                    self.opened = 0;
                    return Some(self.turn(BreakerState::Closed, now, reason));
                }
                if self.failed > self.policy.probes - self.policy.successes {
                    let reason = format!("{} of {} probes failed", self.failed, self.policy.probes);
                    return Some(self.open(reason, asked, now, random));
                }
                self.tick(now, random)
            }
            BreakerState::Open | BreakerState::Forced => None,
        }
    }

    /// Opens it by hand, closes it, or makes it new; with `policy` as the one that is set now. There is a change to record even if it stands where
    /// it stood: somebody has said so.
    pub fn act(
        &mut self,
        deed: BreakerDeed,
        policy: BreakerPolicy,
        reason: &str,
        now: Time,
    ) -> BreakerChange {
        let to = if deed == BreakerDeed::Open { BreakerState::Forced } else { BreakerState::Closed };
        if deed == BreakerDeed::Reset {
            self.policy = policy;
        } else if self.state == to {
            // What it has counted, and since when, stays.
            let reason = reason.to_owned();
            return BreakerChange { key: self.key.clone(), at: now, from: to, to, reason };
        }
        self.opened = 0;
        self.turn(to, now, reason.to_owned())
    }

    /// The leave that a call had which began then, if that was in the phase in which the breaker still is.
    #[must_use]
    pub fn pass_since(&self, began: Time) -> Option<Pass> {
        (began >= self.since).then_some(Pass { phase: self.phase })
    }

    /// How it stands, for people to look at.
    #[must_use]
    pub fn view(&self, now: Time) -> BreakerView {
        let (number, oldest) = self.buckets(now);
        let window = self.window.iter().filter(|bucket| bucket.number > oldest && bucket.number <= number);
        let [calls, failures, slow] = window.fold([0_u64; 3], |[calls, failures, slow], bucket| {
            let more = [bucket.calls, bucket.failures, bucket.slow].map(u64::from);
            let [c, f, s] = more;
            [calls + c, failures + f, slow + s]
        });
        BreakerView {
            key: self.key.clone(),
            state: self.state,
            since: self.since,
            until: self.retry_at(),
            reason: self.reason.clone().filter(|reason| !reason.is_empty()),
            calls,
            failures,
            slow,
            in_row: self.in_row,
        }
    }

    /// What the time alone changes: probes that never came back.
    pub fn tick(&mut self, now: Time, random: u64) -> Option<BreakerChange> {
        // A clock that went back must not keep it open for longer than was meant.
        if now < self.since {
            self.until = Span::between(self.since, self.until).after(now);
            self.since = now;
        }
        let late = self.state == BreakerState::HalfOpen && now >= self.until;
        late.then(|| self.open("the probes took too long".to_owned(), None, now, random))
    }

    fn count(
        &mut self,
        outcome: Outcome,
        took: Span,
        asked: Option<Span>,
        now: Time,
        random: u64,
    ) -> Option<BreakerChange> {
        if outcome == Outcome::Ignored {
            return None;
        }
        let (number, oldest) = self.buckets(now);
        // Buckets of a clock that went back do not count either.
        self.window.retain(|bucket| bucket.number > oldest && bucket.number <= number);
        if self.window.back().is_none_or(|bucket| bucket.number != number) {
            self.window.push_back(Bucket { number, ..Bucket::default() });
        }
        let failure = outcome == Outcome::Failure;
        if let Some(bucket) = self.window.back_mut() {
            bucket.calls = bucket.calls.saturating_add(1);
            bucket.failures = bucket.failures.saturating_add(u32::from(failure));
            bucket.slow = bucket.slow.saturating_add(u32::from(took >= self.policy.slow));
        }
        self.in_row = if failure { self.in_row.saturating_add(1) } else { 0 };
        let reason = self.verdict()?;
        Some(self.open(reason, asked, now, random))
    }

    /// The number of the bucket of a time, and of the last one before the window.
    fn buckets(&self, now: Time) -> (i64, i64) {
        let number = now.as_micros().div_euclid(self.policy.bucket.as_micros().max(1));
        (number, number.saturating_sub(i64::from(self.policy.buckets)))
    }

    fn verdict(&self) -> Option<String> {
        let BreakerPolicy { failure_percent, slow_percent, min_calls, consecutive, .. } = self.policy;
        if consecutive > 0 && self.in_row >= consecutive {
            return Some(format!("{} failures in a row", self.in_row));
        }
        let sum =
            |of: fn(&Bucket) -> u32| self.window.iter().map(|bucket| u64::from(of(bucket))).sum::<u64>();
        let (calls, failures, slow) = (sum(|b| b.calls), sum(|b| b.failures), sum(|b| b.slow));
        if calls < u64::from(min_calls) {
            return None;
        }
        if failures * 100 >= calls * u64::from(failure_percent) {
            return Some(format!("{failures} of {calls} calls failed"));
        }
        let too_slow = slow_percent > 0 && slow * 100 >= calls * u64::from(slow_percent);
        too_slow.then(|| format!("{slow} of {calls} calls were slow"))
    }

    fn open(&mut self, reason: String, asked: Option<Span>, now: Time, random: u64) -> BreakerChange {
        let doubled = self.policy.recovery.as_millis().saturating_mul(1u64 << self.opened.min(40));
        let whole = doubled.min(self.policy.recovery_max.as_millis());
        // At least half of it, so that those who were refused do not all come back at once, nor at once.
        let own = Span::from_millis(whole / 2 + share(whole - whole / 2, random));
        self.opened = self.opened.saturating_add(1);
        let change = self.turn(BreakerState::Open, now, reason);
        self.until = asked.map_or(own, |asked| asked.max(own)).after(now);
        change
    }

    fn turn(&mut self, to: BreakerState, now: Time, reason: String) -> BreakerChange {
        self.reason = Some(reason.clone());
        let change = BreakerChange { key: self.key.clone(), at: now, from: self.state, to, reason };
        (self.state, self.since, self.until) = (to, now, now);
        self.phase += 1;
        self.window.clear();
        (self.in_row, self.passed, self.succeeded, self.failed) = (0, 0, 0, 0);
        change
    }
}

#[cfg(test)]
#[path = "breaker_tests.rs"]
mod tests;
