use super::*;
use proptest::prelude::*;

fn spec() -> Spec {
    Spec::new(
        TaskKind::parse("process").unwrap(),
        Arguments::parse("[]").unwrap(),
        Principal::parse("ann").unwrap(),
    )
}

fn task(n: u8) -> TaskId {
    TaskId::new(Time::EPOCH, [n; 10])
}

#[test]
fn a_specification_is_the_same_after_a_restart() {
    let full = Spec {
        priority: Priority::parse("critical").unwrap(),
        fairness: Some(Key::parse("team").unwrap()),
        concurrency: Some(Key::parse("api").unwrap()),
        after: vec![Dependency { task: task(1), on_failure: OnFailure::Run }],
        idempotency: Some(Idempotency {
            key: Key::parse("k").unwrap(),
            scope: Scope::Project,
            lifetime: Span::from_secs(60),
        }),
        not_before: Some(Time::EPOCH),
        timeouts: Timeouts { heartbeat: Some(Span::from_secs(5)), ..Timeouts::default() },
        ..spec()
    };
    full.check().unwrap();
    let json = serde_json::to_string(&full).unwrap();
    let back: Spec = serde_json::from_str(&json).unwrap();
    assert_eq!(back, full);
    assert_eq!(serde_json::to_string(&back).unwrap(), json);
    let least: Spec =
        serde_json::from_str(r#"{"kind":"process","arguments":"[]","requester":"ann"}"#).unwrap();
    assert_eq!(least, spec());
}

#[test]
fn what_makes_no_sense_is_refused_by_name() {
    let zero =
        Spec { timeouts: Timeouts { start_to_close: Some(Span::ZERO), ..Timeouts::default() }, ..spec() };
    let edge = Dependency { task: task(1), on_failure: OnFailure::Block };
    let twice = Spec { after: vec![edge.clone(), edge.clone()], ..spec() };
    let many = Spec { after: (0..1001).map(|_| edge.clone()).collect(), ..spec() };
    let huge = Spec { limits: Limits { tokens: Some(1 << 53), ..Limits::default() }, ..spec() };
    for (bad, name) in
        [(zero, "start_to_close"), (twice, "named twice"), (many, "1001"), (huge, "limits.tokens")]
    {
        let error = bad.check().unwrap_err();
        assert_eq!(error.code(), Code::InvalidTask);
        assert!(error.message().contains(name), "{error}");
    }
}

#[test]
fn priorities_have_names_and_numbers() {
    let parse = |text| Priority::parse(text).map(|p| p.0);
    assert_eq!(["low", "high", "0", "255"].map(parse), [Some(32), Some(160), Some(0), Some(255)]);
    assert_eq!(["256", "-1", "urgent", ""].map(parse), [None; 4]);
}

#[test]
fn arguments_are_one_bounded_json_value() {
    for good in ["null", "1", "\"x\"", "[]", " {\"b\":1,\"a\":2} "] {
        assert!(Arguments::parse(good).is_ok(), "{good}");
    }
    for bad in ["", "1 2", "{\"a\":1}}", "1,\"b\":2", "{\"a\":1,\"a\":2}", "9007199254740993"] {
        assert!(Arguments::parse(bad).is_err(), "{bad}");
    }
    let large = format!("\"{}\"", "x".repeat(ARGUMENTS_LIMIT));
    assert_eq!(Arguments::parse(&large).unwrap_err().code(), Code::PayloadTooLarge);
}

proptest! {
    #[test]
    fn no_text_panics_and_what_is_taken_is_canonical(text in "\\PC{0,40}|[\\[\\]{},:\"0-9a-z\\\\ ]{0,40}") {
        if let Ok(arguments) = Arguments::parse(&text) {
            prop_assert_eq!(Arguments::parse(arguments.as_str()).unwrap(), arguments);
        }
        let _ = serde_json::from_str::<Spec>(&text);
    }
}
