//! Policies of calls, as host languages write them.

use crate::tasks::outcome_of;
use sealbook::tasks::{
    BreakerPolicy, CallPolicy, Failure, Fault, Key, Outcome, Priority, RetryPolicy, SharedBreaker,
};
use sealbook::{Code, Error, Result};
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Form {
    priority: Option<Value>,
    max_attempts: Option<u32>,
    retry: Option<RetryPolicy>,
    dependency: Option<Key>,
    breaker: Option<BreakerPolicy>,
}

/// The policy that a JSON object `{priority?, max_attempts?, retry?, dependency?, breaker?}` describes. With a `dependency` or a `breaker` it has a breaker
/// of its own, which all calls under it share.
///
/// # Errors
/// `INVALID_ARGUMENT` if it is not understood; `INVALID_POLICY` for figures that make no sense.
pub fn policy_of(text: &str) -> Result<Arc<CallPolicy>> {
    let invalid = |what: String| Error::new(Code::InvalidArgument, what);
    let form: Form = serde_json::from_str(text).map_err(|e| {
        invalid(format!("the policy is not understood: {e}"))
            .remedy("its members are priority, max_attempts, retry, dependency and breaker")
    })?;
    let mut policy = CallPolicy::default();
    if let Some(priority) = form.priority {
        let by_number = priority.as_u64().and_then(|number| u8::try_from(number).ok()).map(Priority);
        let known = by_number.or_else(|| priority.as_str().and_then(Priority::parse));
        policy.priority = known.ok_or_else(|| {
            invalid(format!("{priority} is no priority"))
                .remedy("give 0 to 255, or low, medium, high or critical")
        })?;
    }
    if let Some(retry) = form.retry {
        policy.retry = retry;
    }
    policy.retry.max_attempts = form.max_attempts.unwrap_or(policy.retry.max_attempts);
    policy.retry.check()?;
    if form.dependency.is_some() || form.breaker.is_some() {
        let key = form.dependency.map_or_else(|| Key::parse("calls"), Ok)?;
        policy.breaker = Some(SharedBreaker::new(key, form.breaker.unwrap_or_default())?);
    }
    Ok(Arc::new(policy))
}

/// The failure in the outcome of a call that threw; what was put off has failed for now.
///
/// # Errors
/// `INVALID_ARGUMENT` for another outcome.
pub fn failure_of(outcome: &str) -> Result<Failure> {
    match outcome_of(outcome)? {
        Outcome::Fail(failure) => Ok(failure),
        Outcome::Snooze(span) => Ok(Failure {
            fault: Fault::Throttled,
            class: "Snooze".to_owned(),
            message: "put off".to_owned(),
            retry_after: Some(span),
            detail: None,
        }),
        Outcome::Complete(_) | Outcome::Cancelled => {
            Err(Error::new(Code::InvalidArgument, "the outcome is no failure")
                .remedy("pass that of a call that threw"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_read() {
        let text = r#"{"fail":{"class":"E","message":"m","fault":"permanent"}}"#;
        assert_eq!(failure_of(text).unwrap().fault, Fault::Permanent);
        assert_eq!(failure_of(r#"{"snooze_ms":5}"#).unwrap().class, "Snooze");
        assert_eq!(failure_of(r#"{"complete":1}"#).unwrap_err().code(), Code::InvalidArgument);
    }

    #[test]
    fn a_policy_is_read_and_what_is_wrong_is_named() {
        let policy = policy_of(r#"{"priority":"high","max_attempts":4,"dependency":"api"}"#).unwrap();
        assert_eq!(
            (policy.priority, policy.retry.max_attempts, policy.breaker.is_some()),
            (Priority::HIGH, 4, true)
        );
        assert_eq!(policy_of("{}").unwrap().retry.max_attempts, 1);
        for (text, code) in [
            (r#"{"priority":256}"#, Code::InvalidArgument),
            (r#"{"prio":1}"#, Code::InvalidArgument),
            (r#"{"max_attempts":0}"#, Code::InvalidPolicy),
            ("[", Code::InvalidArgument),
        ] {
            assert_eq!(policy_of(text).unwrap_err().code(), code, "{text}");
        }
    }
}
