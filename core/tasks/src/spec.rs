//! What a caller asks for: the specification of a task, and the checks that it must pass.

use crate::state::words;
use crate::{ApprovalPolicy, Key, Needs, Principal, RetryPolicy, Span, TaskId, TaskKind};
use sealbook_error::{Code, Error, Result};
use sealbook_ledger::{Time, canonicalize};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The most bytes that the canonical form of a task's arguments may have.
pub const ARGUMENTS_LIMIT: usize = 1 << 20;
/// The most tasks that one may depend on.
pub const DEPENDENCIES_LIMIT: usize = 1000;
/// The longest time that anything is limited to or counted in.
pub(crate) const LONGEST: Span = Span::from_secs(100 * 366 * 86_400);

/// The arguments of a task: one JSON value, kept in its canonical form.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Arguments(Box<str>);

impl Arguments {
    /// Takes any JSON value.
    ///
    /// # Errors
    /// `PAYLOAD_NOT_JSON` and the other errors of [`canonicalize`] for the value as a member of an object.
    ///
    /// ```
    /// use sealbook_tasks::Arguments;
    /// assert_eq!(Arguments::parse(r#"["ls", "-l"]"#)?.as_str(), r#"["ls","-l"]"#);
    /// assert!(Arguments::parse(r#"1, "more": 2"#).is_err());
    /// # Ok::<(), sealbook_error::Error>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self> {
        // One value and nothing behind it, so that nothing can break out of the object around it.
        serde_json::from_str::<IgnoredAny>(text).map_err(|e| {
            Error::new(Code::PayloadNotJson, format!("the arguments are not one JSON value: {e}"))
                .remedy("encode them as JSON")
        })?;
        let canonical = canonicalize(format!("{{\"a\":{text}}}").as_bytes(), ARGUMENTS_LIMIT)?;
        let value = canonical.strip_prefix(b"{\"a\":").and_then(|rest| rest.strip_suffix(b"}"));
        let value = value.and_then(|value| std::str::from_utf8(value).ok()).ok_or_else(|| {
            Error::new(Code::Internal, "the canonical form of the arguments has lost its frame")
        })?;
        Ok(Self(value.into()))
    }

    /// The canonical text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Arguments {
    type Error = Error;
    fn try_from(text: String) -> Result<Self> {
        Self::parse(&text)
    }
}

impl From<Arguments> for String {
    fn from(arguments: Arguments) -> Self {
        arguments.0.into()
    }
}

impl fmt::Debug for Arguments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How urgent a task is: 0 to 255, the higher the sooner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Priority(pub u8);

impl Priority {
    /// 32.
    pub const LOW: Priority = Priority(32);
    /// 96, if nothing else is said.
    pub const MEDIUM: Priority = Priority(96);
    /// 160.
    pub const HIGH: Priority = Priority(160);
    /// 224.
    pub const CRITICAL: Priority = Priority(224);

    /// A number from 0 to 255, or one of the names low, medium, high and critical.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "low" => Some(Self::LOW),
            "medium" => Some(Self::MEDIUM),
            "high" => Some(Self::HIGH),
            "critical" => Some(Self::CRITICAL),
            _ => text.parse().ok().map(Self),
        }
    }
}

impl Default for Priority {
    fn default() -> Self {
        Self::MEDIUM
    }
}

words! {
    /// What becomes of a task when one that it depends on does not complete.
    OnFailure {
        Block  "block"  "It waits until the other is redriven and completes, or until somebody cancels it.";
        Cancel "cancel" "It is cancelled.";
        Fail   "fail"   "It fails.";
        Run    "run"    "It runs all the same.";
    }
}

/// A task that must end before this one begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dependency {
    /// The other task.
    pub task: TaskId,
    /// What follows if it does not complete.
    pub on_failure: OnFailure,
}

words! {
    /// Within what an idempotency key is unique.
    Scope {
        Requester "requester" "Among the tasks of the same requester.";
        Kind      "kind"      "Among the tasks of the same kind.";
        Project   "project"   "Among all tasks.";
    }
}

/// Makes submitting twice the same as submitting once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Idempotency {
    /// The caller's key.
    pub key: Key,
    /// Within what it is unique.
    pub scope: Scope,
    /// For how long after the submission it is remembered.
    pub lifetime: Span,
}

/// The four limits on time; each is off unless set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Timeouts {
    /// From the submission, or from `not_before` if that is later, to the start of the first attempt.
    pub schedule_to_start: Option<Span>,
    /// Of one attempt.
    pub start_to_close: Option<Span>,
    /// From the submission to the end of the last attempt.
    pub schedule_to_close: Option<Span>,
    /// From one sign of life of the handler to the next.
    pub heartbeat: Option<Span>,
}

/// What one attempt may use; each is unlimited unless set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Time on a processor.
    pub cpu: Option<Span>,
    /// Memory in bytes.
    pub memory_bytes: Option<u64>,
    /// Bytes of result and output.
    pub output_bytes: Option<u64>,
    /// Tokens of a language model.
    pub tokens: Option<u64>,
}

words! {
    /// Which transitions become entries of the ledger.
    #[derive(Default)]
    Audit {
        #[default]
        Full    "full"    "All of them.";
        Outcome "outcome" "The submission, decisions about approval, and the end.";
        Off     "off"     "None.";
    }
}

/// The specification of a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Spec {
    /// What sort of work.
    pub kind: TaskKind,
    /// With what.
    pub arguments: Arguments,
    /// For whom.
    pub requester: Principal,
    /// How urgent.
    #[serde(default)]
    pub priority: Priority,
    /// Whose share of the queue it takes; without one, that of its requester.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fairness: Option<Key>,
    /// Which limits on concurrency and rate apply, besides those of its kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<Key>,
    /// Which breaker and retry budget guard it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dependency: Option<Key>,
    /// Tasks that must end first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<Dependency>,
    /// Makes submitting twice the same as once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency: Option<Idempotency>,
    /// Not to start before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Time>,
    /// The limits on time.
    #[serde(default)]
    pub timeouts: Timeouts,
    /// What one attempt may use.
    #[serde(default)]
    pub limits: Limits,
    /// How often it is tried.
    #[serde(default)]
    pub retry: RetryPolicy,
    /// Who must approve.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<ApprovalPolicy>,
    /// Which agents can do it.
    #[serde(default)]
    pub needs: Needs,
    /// What is recorded.
    #[serde(default)]
    pub audit: Audit,
}

impl Spec {
    /// A specification with the defaults for everything else.
    #[must_use]
    pub fn new(kind: TaskKind, arguments: Arguments, requester: Principal) -> Self {
        Self {
            kind,
            arguments,
            requester,
            priority: Priority::default(),
            fairness: None,
            concurrency: None,
            dependency: None,
            after: Vec::new(),
            idempotency: None,
            not_before: None,
            timeouts: Timeouts::default(),
            limits: Limits::default(),
            retry: RetryPolicy::default(),
            approval: None,
            needs: Needs::default(),
            audit: Audit::default(),
        }
    }

    /// Checks what the types cannot.
    ///
    /// # Errors
    /// `INVALID_TASK` for a time limit of nothing or above a hundred years, for too many dependencies or one named
    /// twice, for a lifetime of nothing; `INVALID_POLICY` for a policy that makes no sense.
    pub fn check(&self) -> Result<()> {
        let invalid = |what: String, remedy: &str| Err(Error::new(Code::InvalidTask, what).remedy(remedy));
        let spans = [
            ("schedule_to_start", self.timeouts.schedule_to_start),
            ("start_to_close", self.timeouts.start_to_close),
            ("schedule_to_close", self.timeouts.schedule_to_close),
            ("heartbeat", self.timeouts.heartbeat),
            ("limits.cpu", self.limits.cpu),
            ("idempotency.lifetime", self.idempotency.as_ref().map(|i| i.lifetime)),
        ];
        for (name, span) in spans {
            if let Some(span) = span.filter(|span| *span == Span::ZERO || *span > LONGEST) {
                return invalid(
                    format!("{name} is {span}"),
                    "leave it out, or give it more than nothing and at most 100 years",
                );
            }
        }
        let amounts = [
            ("limits.memory_bytes", self.limits.memory_bytes),
            ("limits.output_bytes", self.limits.output_bytes),
            ("limits.tokens", self.limits.tokens),
        ];
        for (name, amount) in amounts {
            if let Some(amount) = amount.filter(|amount| *amount >= 1 << 53) {
                return invalid(format!("{name} is {amount}"), "leave it out, or stay below 2^53");
            }
        }
        if self.limits.memory_bytes == Some(0) {
            return invalid(
                "limits.memory_bytes is 0".to_owned(),
                "leave it out, or give it what the task needs",
            );
        }
        if self.after.len() > DEPENDENCIES_LIMIT {
            return invalid(
                format!("the task depends on {} others", self.after.len()),
                "gather them behind a task of their own: 1000 is the limit",
            );
        }
        let mut tasks: Vec<_> = self.after.iter().map(|dependency| dependency.task).collect();
        tasks.sort_unstable();
        if let Some([task, _]) = tasks.array_windows().find(|[a, b]| a == b) {
            return invalid(format!("dependency {task} is named twice"), "name it once, with one policy");
        }
        self.retry.check()?;
        self.needs.check()?;
        self.approval.as_ref().map_or(Ok(()), ApprovalPolicy::check)
    }

    /// Whose share of the queue it takes.
    #[must_use]
    pub fn share(&self) -> &str {
        self.fairness.as_ref().map_or_else(|| self.requester.as_str(), Key::as_str)
    }
}

#[cfg(test)]
#[path = "spec_tests.rs"]
mod tests;
