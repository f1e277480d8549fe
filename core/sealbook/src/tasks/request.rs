//! A submission as JSON, the same in every language.

use sealbook_error::{Code, Error, Result};
use sealbook_ledger::Time;
use sealbook_runtime::APPROVER;
use sealbook_tasks::{
    ApprovalPolicy, Arguments, Audit, Dependency, Idempotency, Key, Limits, Needs, OnFailure, Principal,
    Priority, RetryPolicy, Scope, Span, Spec, TaskId, TaskKind, Timeouts,
};
use serde::Deserialize;
use serde_json::value::RawValue;

/// For how long an idempotency key is remembered, if nothing else is said.
const DAY: Span = Span::from_secs(86_400);

/// All members but `kind` and `requester` may be left out. Spans are milliseconds.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    kind: TaskKind,
    requester: Principal,
    /// As they were written: another reading could change numbers, and let a name pass that stands there twice.
    arguments: Option<Box<RawValue>>,
    priority: Option<Urgency>,
    max_attempts: Option<u32>,
    retry: Option<RetryPolicy>,
    idempotency_key: Option<Key>,
    idempotency: Option<Idempotency>,
    require_approvals: Option<u32>,
    approval: Option<ApprovalPolicy>,
    #[serde(default)]
    after: Vec<Edge>,
    delay_ms: Option<u64>,
    not_before: Option<Time>,
    timeout_ms: Option<u64>,
    timeouts: Option<Timeouts>,
    limits: Option<Limits>,
    fairness: Option<Key>,
    concurrency: Option<Key>,
    dependency: Option<Key>,
    needs: Option<Needs>,
    audit: Option<Audit>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Urgency {
    Number(u8),
    Name(String),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Edge {
    Task(TaskId),
    Full(Dependency),
}

/// The specification that the text of a JSON object asks for.
///
/// # Errors
/// `INVALID_TASK` if a member is missing, unknown or of another form, or if two say the same thing.
///
/// # Example
/// ```
/// use sealbook::tasks::{Priority, spec_of};
///
/// let spec = spec_of(r#"{"kind":"research.summarise","requester":"ann","arguments":{"url":"https://example.com"},"priority":"high"}"#)?;
/// assert_eq!((spec.kind.as_str(), spec.priority), ("research.summarise", Priority::HIGH));
/// let typo = spec_of(r#"{"kind":"a","requester":"ann","pirority":1}"#).unwrap_err();
/// assert!(typo.message().contains("pirority"));
/// # Ok::<(), sealbook::Error>(())
/// ```
pub fn spec_of(text: &str) -> Result<Spec> {
    let request: Request = serde_json::from_str(text).map_err(|e| {
        invalid(
            format!("the task is not understood: {e}"),
            "see the guide to tasks for what a submission has",
        )
    })?;
    let Request { kind, requester, arguments, .. } = request;
    let arguments = Arguments::parse(arguments.as_ref().map_or("null", |arguments| arguments.get()))?;
    let not_before = match (request.not_before, request.delay_ms) {
        (Some(_), Some(_)) => return Err(twice("not_before", "delay_ms")),
        (time, None) => time,
        (None, Some(delay)) => Some(Span::from_millis(delay).after(sealbook_store::now()?)),
    };
    let timeouts = match (request.timeouts, request.timeout_ms) {
        (Some(_), Some(_)) => return Err(twice("timeouts", "timeout_ms")),
        (timeouts, None) => timeouts.unwrap_or_default(),
        (None, Some(timeout)) => {
            Timeouts { start_to_close: Some(Span::from_millis(timeout)), ..Timeouts::default() }
        }
    };
    let idempotency = match (request.idempotency, request.idempotency_key) {
        (Some(_), Some(_)) => return Err(twice("idempotency", "idempotency_key")),
        (full, None) => full,
        (None, Some(key)) => Some(Idempotency { key, scope: Scope::Requester, lifetime: DAY }),
    };
    let approval = match (request.approval, request.require_approvals) {
        (Some(_), Some(_)) => return Err(twice("approval", "require_approvals")),
        (policy, None) => policy,
        (None, Some(count)) => Some(ApprovalPolicy::of(count, vec![Key::parse(APPROVER)?])),
    };
    let mut retry = request.retry.unwrap_or_default();
    retry.max_attempts = request.max_attempts.unwrap_or(retry.max_attempts);
    Ok(Spec {
        priority: request.priority.map_or(Ok(Priority::default()), priority)?,
        fairness: request.fairness,
        concurrency: request.concurrency,
        dependency: request.dependency,
        after: request.after.into_iter().map(edge).collect(),
        idempotency,
        not_before,
        timeouts,
        limits: request.limits.unwrap_or_default(),
        retry,
        approval,
        needs: request.needs.unwrap_or_default(),
        audit: request.audit.unwrap_or_default(),
        ..Spec::new(kind, arguments, requester)
    })
}

fn priority(urgency: Urgency) -> Result<Priority> {
    match urgency {
        Urgency::Number(number) => Ok(Priority(number)),
        Urgency::Name(name) => Priority::parse(&name).ok_or_else(|| {
            invalid(
                format!("there is no priority {name:?}"),
                "give 0 to 255, or low, medium, high or critical",
            )
        }),
    }
}

fn edge(edge: Edge) -> Dependency {
    match edge {
        Edge::Task(task) => Dependency { task, on_failure: OnFailure::Fail },
        Edge::Full(dependency) => dependency,
    }
}

fn twice(one: &str, other: &str) -> Error {
    invalid(format!("{one} and {other} are both given"), "give one of them")
}

fn invalid(what: String, remedy: &str) -> Error {
    Error::new(Code::InvalidTask, what).remedy(remedy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_member_is_understood() {
        let id = "019aaf3e-5a00-7000-8000-000000000001";
        let text = format!(
            r#"{{"kind":"a","requester":"ann","arguments":[1,2.5,"x"],"priority":7,"max_attempts":5,"retry":{{"initial":10,"max":20}},
            "idempotency_key":"k","require_approvals":2,"after":["{id}"],"delay_ms":5,"timeout_ms":1000,"limits":{{"output_bytes":10}},
            "fairness":"f","concurrency":"c","dependency":"d","audit":"outcome"}}"#
        );
        let spec = spec_of(&text).unwrap();
        assert_eq!(
            (spec.priority, spec.retry.max_attempts, spec.retry.initial),
            (Priority(7), 5, Span::from_millis(10))
        );
        assert_eq!(spec.arguments.as_str(), r#"[1,2.5,"x"]"#);
        assert_eq!(spec.approval.unwrap().approvals, 2);
        assert_eq!(spec.after.first().map(|edge| edge.on_failure), Some(OnFailure::Fail));
        assert_eq!(spec.timeouts.start_to_close, Some(Span::from_millis(1000)));
        assert!(spec.not_before.is_some() && spec.idempotency.is_some());
    }

    #[test]
    fn arguments_are_judged_as_they_were_written() {
        let code = |arguments: &str| {
            let text = format!(r#"{{"kind":"a","requester":"ann","arguments":{arguments}}}"#);
            spec_of(&text).unwrap_err().code()
        };
        assert_eq!(code("18446744073709551616"), sealbook_error::Code::PayloadInteger);
        assert_eq!(code(r#"{"a":1,"a":2}"#), sealbook_error::Code::PayloadDuplicate);
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (text, word) in [
            ("{}", "kind"),
            (r#"{"kind":"a"}"#, "requester"),
            (r#"{"kind":"A","requester":"ann"}"#, "A"),
            (r#"{"kind":"a","requester":"ann","priority":"urgent"}"#, "urgent"),
            (r#"{"kind":"a","requester":"ann","timeout_ms":1,"timeouts":{}}"#, "timeout_ms"),
            (
                r#"{"kind":"a","requester":"ann","delay_ms":1,"not_before":"2026-01-01T00:00:00.000000Z"}"#,
                "delay_ms",
            ),
        ] {
            let error = spec_of(text).unwrap_err();
            assert!(error.message().contains(word), "{text}: {error}");
        }
    }
    /// Names and values that a submission may have, in any combination.
    fn member() -> impl Strategy<Value = String> {
        let names = [
            "kind",
            "requester",
            "arguments",
            "priority",
            "max_attempts",
            "retry",
            "idempotency_key",
            "idempotency",
            "require_approvals",
            "approval",
            "after",
            "delay_ms",
            "not_before",
            "timeout_ms",
            "timeouts",
            "limits",
            "fairness",
            "concurrency",
            "dependency",
            "needs",
            "audit",
        ];
        let values = prop_oneof![
            prop::sample::select(vec![
                "null",
                "{}",
                "[]",
                "\"a\"",
                "\"high\"",
                "\"off\"",
                "-1",
                "0",
                "18446744073709551615",
                "1e400"
            ])
            .prop_map(str::to_owned),
            any::<u64>().prop_map(|number| number.to_string()),
            "[\\[{]{0,200}".prop_map(|text| text),
            r#"\{"(cpu|initial|max|start_to_close|key|scope|approvals)":[0-9"a]{1,22}\}"#,
        ];
        (prop::sample::select(names.to_vec()), values).prop_map(|(name, value)| format!("\"{name}\":{value}"))
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_submission_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = spec_of(&String::from_utf8_lossy(&bytes));
        }

        #[test]
        fn any_members_are_a_submission_or_refused(members in prop::collection::vec(member(), 0..6)) {
            let text = format!(r#"{{"kind":"a","requester":"ann"{}}}"#, members.iter().map(|m| format!(",{m}")).collect::<String>());
            if let Ok(spec) = spec_of(&text) {
                prop_assert_eq!((spec.kind.as_str(), spec.requester.as_str()), ("a", "ann"));
                // Whatever it says, the rules can judge it.
                let _ = spec.check();
            }
        }
    }
}
