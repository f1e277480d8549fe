use super::*;
use proptest::prelude::*;

fn failure(fault: Fault, class: &str) -> Failure {
    Failure { fault, class: class.to_owned(), message: "no".to_owned(), retry_after: None, detail: None }
}

fn at(millis: u64) -> Time {
    Span::from_millis(millis).after(Time::EPOCH)
}

#[test]
fn the_last_attempt_makes_it_dead_and_a_permanent_error_fails_at_once() {
    let policy = RetryPolicy { non_retryable: vec!["ValueError".to_owned()], ..RetryPolicy::default() };
    let event =
        |fault, class, attempt| policy.after(&failure(fault, class), attempt, Span::ZERO, 0, true).event;
    assert_eq!(event(Fault::Transient, "IOError", 2), Event::Retry);
    assert_eq!(event(Fault::Timeout, "Timeout", 3), Event::Exhaust);
    assert_eq!(event(Fault::Permanent, "IOError", 1), Event::Fail);
    assert_eq!(event(Fault::Transient, "ValueError", 1), Event::Fail);
    let critical = RetryPolicy { escalate_after: Some(2), ..policy };
    assert_eq!(
        critical.after(&failure(Fault::Transient, "x"), 2, Span::ZERO, 0, true).event,
        Event::Escalate
    );
}

#[test]
fn an_error_that_asks_for_patience_gets_it_even_above_the_longest_delay() {
    let policy = RetryPolicy::default();
    let mut throttled = failure(Fault::Throttled, "429");
    throttled.retry_after = Some(Span::from_secs(3600));
    assert_eq!(policy.after(&throttled, 1, Span::ZERO, 9, true).delay, Some(Span::from_secs(3600)));
    throttled.retry_after = Some(Span::ZERO);
    assert_eq!(policy.after(&throttled, 1, Span::ZERO, u64::MAX, true).delay, Some(policy.initial));
}

#[test]
fn without_budget_a_retry_waits_the_longest_delay() {
    let policy = RetryPolicy::default();
    let verdict = policy.after(&failure(Fault::Transient, "x"), 1, Span::ZERO, 0, false);
    assert_eq!(verdict, Verdict { event: Event::Retry, delay: Some(policy.max) });
}

#[test]
fn a_budget_is_earned_by_calls_and_by_time() {
    let mut budget = RetryBudget::new(100, 1, 2);
    assert!(budget.spend(at(0)) && budget.spend(at(0)) && !budget.spend(at(0)));
    (0..10).for_each(|_| budget.earn());
    assert!(budget.spend(at(0)) && !budget.spend(at(0)));
    assert!(!budget.spend(at(999)));
    assert!(budget.spend(at(1000)));
    assert!(!budget.spend(at(500)), "a clock that went back earns nothing");
    assert!(!budget.spend(at(1000)), "nor does its return");
    assert!(budget.spend(at(1_000_000)) && budget.spend(at(1_000_000)) && !budget.spend(at(1_000_000)));
}

#[test]
fn a_policy_that_makes_no_sense_is_refused() {
    let good = RetryPolicy::default();
    assert!(good.check().is_ok());
    for bad in [
        RetryPolicy { max_attempts: 0, ..good.clone() },
        RetryPolicy { factor: f64::NAN, ..good.clone() },
        RetryPolicy { factor: 0.5, ..good.clone() },
        RetryPolicy { initial: Span::from_secs(301), ..good.clone() },
        RetryPolicy { escalate_after: Some(0), ..good.clone() },
    ] {
        assert_eq!(bad.check().unwrap_err().code(), Code::InvalidPolicy, "{bad:?}");
    }
}

proptest! {
    #[test]
    fn no_delay_leaves_its_bounds(
        attempt in 1u32..2000, previous in 0u64..1_000_000, random: u64,
        initial in 0u64..10_000, more in 0u64..1_000_000, factor in 1.0f64..10.0,
    ) {
        let mut policy = RetryPolicy {
            initial: Span::from_millis(initial), max: Span::from_millis(initial + more), factor, ..RetryPolicy::default()
        };
        let previous = Span::from_millis(previous);
        policy.jitter = Jitter::None;
        let whole = policy.delay(attempt, previous, random);
        prop_assert!(whole >= policy.initial && whole <= policy.max);
        policy.jitter = Jitter::Full;
        prop_assert!(policy.delay(attempt, previous, random) <= whole);
        policy.jitter = Jitter::Equal;
        let equal = policy.delay(attempt, previous, random);
        prop_assert!(equal <= whole && equal.as_millis() >= whole.as_millis() / 2);
        policy.jitter = Jitter::Decorrelated;
        let free = policy.delay(attempt, previous, random);
        prop_assert!(free >= policy.initial && free <= policy.max);
        prop_assert!(free.as_millis() <= previous.as_millis().max(initial) * 3);
    }
}
