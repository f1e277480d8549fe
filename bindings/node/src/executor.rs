//! The rules of calls, for the calls that JavaScript runs on its event loop.

use crate::error::thrown;
use napi_derive::napi;
use sealbook_common::executor::{failure_of, policy_of};
use sealbook_common::sealbook::tasks::{self, Pass, Span};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How calls are made.
#[napi]
pub struct CallPolicy {
    policy: Arc<tasks::CallPolicy>,
    /// Calls that have a breaker's leave, with when they began.
    passed: HashMap<u32, (Pass, Instant)>,
    next: u32,
}

#[napi]
impl CallPolicy {
    /// From the JSON form of a policy.
    #[napi(constructor)]
    pub fn new(options: String) -> napi::Result<Self> {
        Ok(Self { policy: policy_of(&options).map_err(thrown)?, passed: HashMap::new(), next: 0 })
    }

    #[napi]
    pub fn priority(&self) -> u32 {
        u32::from(self.policy.priority.0)
    }

    /// Where its breaker stands, if it has one.
    #[napi]
    pub fn breaker(&self) -> Option<String> {
        self.policy.breaker.as_ref().map(|breaker| breaker.state().to_string())
    }

    /// 0 if a call may begin; above, the same with what it is to report under; below, the milliseconds to wait.
    #[napi]
    pub fn begin(&mut self) -> f64 {
        match self.policy.pass() {
            Ok(None) => 0.0,
            Ok(Some(pass)) => {
                self.next = self.next.wrapping_add(1).max(1);
                self.passed.insert(self.next, (pass, Instant::now()));
                f64::from(self.next)
            }
            Err(wait) => -millis(wait).max(1.0),
        }
    }

    /// How a call ended: the outcome of one that threw.
    #[napi]
    pub fn report(&mut self, number: u32, failure: Option<String>) -> napi::Result<()> {
        let failure = failure.as_deref().map(failure_of).transpose().map_err(thrown)?;
        if let Some((pass, began)) = self.passed.remove(&number) {
            self.policy.report(Some(pass), failure.as_ref(), began);
        }
        Ok(())
    }

    /// The milliseconds until another attempt, after the delay before this one; below 0 if there is to be none.
    #[napi]
    pub fn again(&self, failure: String, attempt: u32, previous: f64) -> napi::Result<f64> {
        let failure = failure_of(&failure).map_err(thrown)?;
        let delay = self.policy.again(&failure, attempt, Span::from_millis(previous.max(0.0) as u64));
        Ok(delay.map_or(-1.0, |delay| delay.as_millis() as f64))
    }
}

fn millis(wait: Duration) -> f64 {
    wait.as_secs_f64() * 1000.0
}
