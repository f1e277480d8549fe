use super::*;
use proptest::prelude::*;

fn at(millis: u64) -> Time {
    Span::from_millis(millis).after(Time::EPOCH)
}

fn breaker(policy: BreakerPolicy) -> Breaker {
    Breaker::new(Key::parse("api").unwrap(), policy, at(0)).unwrap()
}

fn call(breaker: &mut Breaker, outcome: Outcome, now: Time) -> Option<BreakerChange> {
    let pass = breaker.pass(now, u64::MAX).0.unwrap();
    breaker.report(pass, outcome, Span::ZERO, None, now, u64::MAX)
}

/// A breaker that has just opened, with its first recovery of 5 s.
fn opened() -> Breaker {
    let mut breaker = breaker(BreakerPolicy::default());
    for _ in 0..4 {
        assert_eq!(call(&mut breaker, Outcome::Failure, at(0)), None);
    }
    let change = call(&mut breaker, Outcome::Failure, at(0)).unwrap();
    assert_eq!((change.to, change.reason.as_str()), (BreakerState::Open, "5 failures in a row"));
    breaker
}

#[test]
fn half_of_the_calls_failing_opens_it_but_not_before_there_are_enough() {
    let mut breaker = breaker(BreakerPolicy { consecutive: 0, ..BreakerPolicy::default() });
    for n in 0..19 {
        let outcome = if n % 2 == 0 { Outcome::Failure } else { Outcome::Success };
        assert_eq!(call(&mut breaker, outcome, at(n * 100)), None);
    }
    let change = call(&mut breaker, Outcome::Success, at(1900)).unwrap();
    assert_eq!(change.reason, "10 of 20 calls failed");
}

#[test]
fn what_has_left_the_window_does_not_count() {
    let mut breaker = breaker(BreakerPolicy { consecutive: 0, ..BreakerPolicy::default() });
    for _ in 0..19 {
        assert_eq!(call(&mut breaker, Outcome::Failure, at(500)), None);
    }
    for n in 0..30 {
        assert_eq!(call(&mut breaker, Outcome::Success, at(10_000 + n)), None, "{n}");
    }
    assert_eq!(breaker.state(), BreakerState::Closed);
}

#[test]
fn slow_calls_open_it_where_that_is_asked_for() {
    let policy = BreakerPolicy {
        slow_percent: 50,
        slow: Span::from_secs(1),
        min_calls: 2,
        ..BreakerPolicy::default()
    };
    let mut breaker = breaker(policy);
    let pass = breaker.pass(at(0), 0).0.unwrap();
    assert_eq!(breaker.report(pass, Outcome::Success, Span::from_secs(2), None, at(0), 0), None);
    let change = call(&mut breaker, Outcome::Success, at(0)).unwrap();
    assert_eq!(change.reason, "1 of 2 calls were slow");
}

#[test]
fn an_open_breaker_refuses_and_says_until_when() {
    let mut breaker = opened();
    let error = breaker.pass(at(4_999), 0).0.unwrap_err();
    assert_eq!((error.code(), error.is_retryable()), (Code::BreakerOpen, true));
    assert_eq!(error.context(), [("until", at(5_000).to_string())]);
    assert_eq!(breaker.retry_at(), Some(at(5_000)));
}

#[test]
fn a_few_probes_pass_and_enough_successes_close_it() {
    let mut breaker = opened();
    let (first, change) = breaker.pass(at(5_000), 0);
    let first = first.unwrap();
    assert_eq!(change.map(|change| change.to), Some(BreakerState::HalfOpen));
    let second = breaker.pass(at(5_000), 0).0.unwrap();
    let _third = breaker.pass(at(5_000), 0).0.unwrap();
    assert!(breaker.pass(at(5_000), 0).0.is_err(), "no more than three probes");
    assert_eq!(breaker.report(first, Outcome::Success, Span::ZERO, None, at(5_001), 0), None);
    let change = breaker.report(second, Outcome::Success, Span::ZERO, None, at(5_002), 0).unwrap();
    assert_eq!((change.to, change.reason.as_str()), (BreakerState::Closed, "2 of 3 probes succeeded"));
}

#[test]
fn failed_probes_open_it_for_twice_as_long() {
    let mut breaker = opened();
    assert_eq!(call(&mut breaker, Outcome::Failure, at(5_000)), None);
    let change = call(&mut breaker, Outcome::Failure, at(5_000)).unwrap();
    assert_eq!(change.reason, "2 of 3 probes failed");
    assert_eq!(breaker.retry_at(), Some(at(15_000)));
}

#[test]
fn a_lost_probe_does_not_keep_it_half_open_for_ever() {
    let mut breaker = opened();
    for _ in 0..3 {
        let _ = breaker.pass(at(5_000), 0).0.unwrap();
    }
    assert_eq!(breaker.tick(at(34_999), 0), None);
    let change = breaker.tick(at(35_000), 0).unwrap();
    assert_eq!((change.to, change.reason.as_str()), (BreakerState::Open, "the probes took too long"));
}

#[test]
fn the_late_answer_of_an_earlier_phase_is_no_probe() {
    let mut breaker = breaker(BreakerPolicy::default());
    let late = breaker.pass(at(0), 0).0.unwrap();
    let later = breaker.pass(at(0), 0).0.unwrap();
    (0..5).for_each(|_| {
        call(&mut breaker, Outcome::Failure, at(0));
    });
    let _ = breaker.pass(at(5_000), 0).0.unwrap();
    assert_eq!(breaker.state(), BreakerState::HalfOpen);
    for pass in [late, later] {
        assert_eq!(breaker.report(pass, Outcome::Success, Span::ZERO, None, at(5_001), 0), None);
    }
    assert_eq!(breaker.state(), BreakerState::HalfOpen);
}

#[test]
fn a_call_that_shows_nothing_frees_its_probe() {
    let mut breaker = opened();
    for _ in 0..5 {
        assert_eq!(call(&mut breaker, Outcome::Ignored, at(5_000)), None);
    }
    assert!(breaker.pass(at(5_000), 0).0.is_ok());
}

fn act(breaker: &mut Breaker, deed: BreakerDeed, reason: &str, now: Time) -> BreakerChange {
    breaker.act(deed, BreakerPolicy::default(), reason, now)
}

#[test]
fn opened_by_hand_it_waits_for_a_hand_and_lets_no_probe_through() {
    let mut breaker = breaker(BreakerPolicy::default());
    assert_eq!(act(&mut breaker, BreakerDeed::Open, "maintenance", at(0)).to, BreakerState::Forced);
    let again = act(&mut breaker, BreakerDeed::Open, "again", at(1));
    assert_eq!(
        (again.from, again.to, again.reason.as_str()),
        (BreakerState::Forced, BreakerState::Forced, "again")
    );
    let error = breaker.pass(at(1_000_000_000), 0).0.unwrap_err();
    assert!(error.context().is_empty() && breaker.retry_at().is_none());
    let view = breaker.view(at(5));
    assert_eq!((view.state, view.since, view.until), (BreakerState::Forced, at(0), None));
    assert_eq!(view.reason.as_deref(), Some("maintenance"));
    act(&mut breaker, BreakerDeed::Close, "done", at(6));
    assert!(breaker.pass(at(6), 0).0.is_ok());
}

#[test]
fn closed_by_hand_an_open_one_counts_anew_and_a_closed_one_goes_on_counting() {
    let mut breaker = opened();
    assert_eq!(act(&mut breaker, BreakerDeed::Close, "mended", at(1)).from, BreakerState::Open);
    (0..4).for_each(|_| assert_eq!(call(&mut breaker, Outcome::Failure, at(1)), None));
    act(&mut breaker, BreakerDeed::Close, "once more", at(1));
    let view = breaker.view(at(1));
    assert_eq!((view.calls, view.failures, view.in_row, view.reason.as_deref()), (4, 4, 4, Some("mended")));
    assert_eq!(call(&mut breaker, Outcome::Failure, at(1)).unwrap().to, BreakerState::Open);
}

#[test]
fn made_new_it_has_counted_nothing_follows_the_policy_of_now_and_hears_no_call_of_before() {
    let mut breaker = breaker(BreakerPolicy::default());
    let late = breaker.pass(at(0), 0).0.unwrap();
    (0..4).for_each(|_| assert_eq!(call(&mut breaker, Outcome::Failure, at(0)), None));
    let policy = BreakerPolicy { consecutive: 2, ..BreakerPolicy::default() };
    breaker.act(BreakerDeed::Reset, policy, "another key", at(1));
    assert_eq!(breaker.view(at(1)).calls, 0);
    assert_eq!(breaker.report(late, Outcome::Failure, Span::ZERO, None, at(1), 0), None);
    assert_eq!(breaker.pass_since(at(0)), None);
    assert_eq!(call(&mut breaker, Outcome::Failure, at(1)), None);
    let pass = breaker.pass_since(at(1)).unwrap();
    assert!(breaker.report(pass, Outcome::Failure, Span::ZERO, None, at(1), 0).is_some());
}

#[test]
fn what_has_left_the_window_is_not_shown() {
    let mut breaker = breaker(BreakerPolicy::default());
    call(&mut breaker, Outcome::Failure, at(0));
    call(&mut breaker, Outcome::Success, at(9_000));
    let counts = |now| {
        let view = breaker.view(at(now));
        (view.calls, view.failures)
    };
    assert_eq!((counts(9_999), counts(10_000), counts(30_000)), ((2, 1), (1, 0), (0, 0)));
}

#[test]
fn it_stays_open_for_as_long_as_the_dependency_asks_and_no_longer_when_the_clock_goes_back() {
    let mut breaker = breaker(BreakerPolicy { consecutive: 1, ..BreakerPolicy::default() });
    let pass = breaker.pass(at(1_000_000), 0).0.unwrap();
    breaker.report(pass, Outcome::Failure, Span::ZERO, Some(Span::from_secs(900)), at(1_000_000), 0).unwrap();
    assert_eq!(breaker.retry_at(), Some(at(1_900_000)));
    assert!(breaker.pass(at(10_000), 0).0.is_err());
    assert_eq!(breaker.retry_at(), Some(at(910_000)));
    assert!(breaker.pass(at(910_000), 0).0.is_ok());
}

#[test]
fn a_policy_that_makes_no_sense_is_refused() {
    let good = BreakerPolicy::default();
    for bad in [
        BreakerPolicy { failure_percent: 0, ..good },
        BreakerPolicy { failure_percent: 101, ..good },
        BreakerPolicy { buckets: 0, ..good },
        BreakerPolicy { bucket: Span::ZERO, ..good },
        BreakerPolicy { successes: 4, ..good },
        BreakerPolicy { recovery: Span::from_secs(301), ..good },
    ] {
        let error = Breaker::new(Key::parse("x").unwrap(), bad, at(0)).unwrap_err();
        assert_eq!(error.code(), Code::InvalidPolicy, "{bad:?}");
    }
}

proptest! {
    /// Whatever happens, it lets a call pass again in a bounded time, and is the same after a restart.
    #[test]
    fn it_never_stays_shut_for_ever(
        acts in prop::collection::vec((0u8..3, 0u64..100_000, any::<u64>(), any::<bool>()), 0..200),
    ) {
        let mut breaker = breaker(BreakerPolicy::default());
        let mut out = Vec::new();
        let mut last = at(0);
        for (outcome, now, random, answer) in acts {
            last = at(now);
            if let Ok(pass) = breaker.pass(last, random).0 {
                out.push(pass);
            }
            if answer && let Some(pass) = out.pop() {
                let outcome = Outcome::ALL[usize::from(outcome)];
                breaker.report(pass, outcome, Span::ZERO, None, last, random);
            }
        }
        let json = serde_json::to_string(&breaker).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Breaker>(&json).unwrap(), &breaker);
        // Lost probes open it once more before it lets others pass.
        let longest = Span::from_secs(300 + 30 + 300 + 1).as_millis();
        let mut passes = false;
        for step in 0..=longest / 1000 {
            passes |= breaker.pass(Span::from_secs(step).after(last), 0).0.is_ok();
        }
        prop_assert!(passes);
    }
}
