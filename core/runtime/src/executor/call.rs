//! How calls of one sort are made: how urgent they are, how often they are tried, and what they depend on.

use crate::random::draw;
use sealbook_error::Result;
use sealbook_store::now;
use sealbook_store::sync::Mutex;
use sealbook_tasks::{
    Breaker, BreakerPolicy, BreakerState, Event, Failure, Key, Outcome, Pass, Priority, RetryPolicy, Span,
};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a call waits before a breaker that only a hand closes.
const FORCED: Duration = Duration::from_secs(60);

/// How calls are made.
#[derive(Debug, Clone)]
pub struct CallPolicy {
    /// How urgent they are.
    pub priority: Priority,
    /// How often and how patiently they are tried.
    pub retry: RetryPolicy,
    /// How long an attempt may take.
    pub timeout: Option<Duration>,
    /// What they depend on: while it is open they wait, without an attempt being spent.
    pub breaker: Option<SharedBreaker>,
}

impl Default for CallPolicy {
    /// One attempt, of medium priority, without a limit of time.
    fn default() -> Self {
        let retry = RetryPolicy { max_attempts: 1, ..RetryPolicy::default() };
        Self { priority: Priority::MEDIUM, retry, timeout: None, breaker: None }
    }
}

/// A breaker that calls share. Clones are the same breaker.
#[derive(Debug, Clone)]
pub struct SharedBreaker(Arc<Mutex<Breaker>>);

impl SharedBreaker {
    /// A closed breaker.
    ///
    /// # Errors
    /// As [`BreakerPolicy::check`].
    pub fn new(key: Key, policy: BreakerPolicy) -> Result<Self> {
        Ok(Self(Arc::new(Mutex::new(Breaker::new(key, policy, now()?)?))))
    }

    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> BreakerState {
        self.0.lock().state()
    }
}

impl CallPolicy {
    /// Leave to make a call, for who runs calls elsewhere than in an [`Executor`](super::Executor).
    ///
    /// ```
    /// use sealbook_runtime::{CallPolicy, SharedBreaker};
    /// use sealbook_tasks::{BreakerPolicy, Failure, Fault, Key, Span};
    /// use std::time::Instant;
    ///
    /// let breaker = SharedBreaker::new(Key::parse("search")?, BreakerPolicy { consecutive: 1, ..BreakerPolicy::default() })?;
    /// let mut policy = CallPolicy { breaker: Some(breaker), ..CallPolicy::default() };
    /// policy.retry.max_attempts = 2;
    ///
    /// let (began, pass) = (Instant::now(), policy.pass().expect("a closed breaker lets calls pass"));
    /// let message = "the service answers 503".to_owned();
    /// let (fault, class) = (Fault::Transient, "Unavailable".to_owned());
    /// let failure = Failure { fault, class, message, retry_after: None, detail: None };
    /// policy.report(pass, Some(&failure), began);
    /// assert!(policy.again(&failure, 1, Span::ZERO).is_some(), "a second attempt");
    /// assert!(policy.again(&failure, 2, Span::ZERO).is_none(), "no third one");
    /// assert!(policy.pass().is_err(), "the breaker is open");
    /// # Ok::<(), sealbook_error::Error>(())
    /// ```
    ///
    /// # Errors
    /// How long to wait before asking again, while the breaker is open.
    pub fn pass(&self) -> std::result::Result<Option<Pass>, Duration> {
        let Some(breaker) = &self.breaker else { return Ok(None) };
        // A clock or a random generator that fails is no reason to hold calls back.
        let (Ok(now), Ok(random)) = (now(), draw()) else { return Ok(None) };
        let mut breaker = breaker.0.lock();
        breaker.pass(now, random).0.map(Some).map_err(|_| {
            let until = breaker.retry_at().map(|until| Span::between(now, until).as_millis());
            until.map_or(FORCED, |millis| Duration::from_millis(millis.max(1)))
        })
    }

    /// How a call ended that had begun then. See [`CallPolicy::pass`].
    pub fn report(&self, pass: Option<Pass>, failure: Option<&Failure>, began: Instant) {
        let (Some(breaker), Some(pass)) = (&self.breaker, pass) else { return };
        let (Ok(now), Ok(random)) = (now(), draw()) else { return };
        let outcome = if failure.is_some() { Outcome::Failure } else { Outcome::Success };
        let took = Span::from_millis(u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX));
        let asked = failure.and_then(|failure| failure.retry_after);
        let _change = breaker.0.lock().report(pass, outcome, took, asked, now, random);
    }

    /// How long to wait before another attempt; none if there is to be none. Nobody can be asked here, so what would be pleaded for ends.
    /// See [`CallPolicy::pass`].
    #[must_use]
    pub fn again(&self, failure: &Failure, attempt: u32, previous: Span) -> Option<Span> {
        let verdict = self.retry.after(failure, attempt, previous, draw().ok()?, true);
        verdict.delay.filter(|_| verdict.event == Event::Retry)
    }
}
