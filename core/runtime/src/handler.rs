//! What runs a task: a handler is given an attempt and returns an outcome.

use crate::cancel::CancelToken;
use sealbook_ledger::canonicalize;
use sealbook_tasks::{Arguments, Failure, Fault, Limits, Principal, Span, Task, TaskId, TaskKind};
use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The most bytes of a result, if the task's limits do not say otherwise.
pub const RESULT_LIMIT: usize = 1 << 20;

/// What writes a handler's sign of life.
pub type Beat = Arc<dyn Fn(Option<String>) + Send + Sync>;

/// One attempt at a task, as its handler sees it.
pub struct Attempt {
    /// The task.
    pub task: TaskId,
    /// Its kind.
    pub kind: TaskKind,
    /// With what.
    pub arguments: Arguments,
    /// For whom.
    pub requester: Principal,
    /// Which attempt it is, from 1.
    pub attempt: u32,
    /// Grows each time that the task is given to a worker: effects that carry it can be fenced elsewhere, too.
    pub epoch: u64,
    /// What it may use.
    pub limits: Limits,
    /// The same over all attempts, for services that keep effects single.
    pub idempotency_key: String,
    /// When it has to end.
    pub deadline: Option<Instant>,
    /// Says when it is to stop.
    pub cancel: CancelToken,
    beat: Beat,
}

impl Attempt {
    /// The attempt that a task has begun.
    #[must_use]
    pub fn new(task: &Task, epoch: u64, cancel: CancelToken, beat: Beat) -> Self {
        let spec = &task.spec;
        let key = spec.idempotency.as_ref().map(|it| it.key.to_string());
        let time = spec.timeouts.start_to_close.map(|span| Duration::from_millis(span.as_millis()));
        Self {
            task: task.id,
            kind: spec.kind.clone(),
            arguments: spec.arguments.clone(),
            requester: spec.requester.clone(),
            attempt: task.attempts,
            epoch,
            limits: spec.limits,
            idempotency_key: key.unwrap_or_else(|| task.id.to_string()),
            deadline: time.and_then(|time| Instant::now().checked_add(time)),
            cancel,
            beat,
        }
    }

    /// Gives a sign of life, with what there is to say about progress as JSON text. Afterwards [`Attempt::cancel`] knows whether it is to stop.
    pub fn beat(&self, progress: Option<String>) {
        (self.beat)(progress);
    }
}

impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attempt")
            .field("task", &self.task)
            .field("attempt", &self.attempt)
            .finish_non_exhaustive()
    }
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// With a result: JSON text.
    Complete(String),
    /// With a failure; the task's policy decides what follows.
    Fail(Failure),
    /// Not now: it is to be called again after this time, and this does not count as an attempt.
    Snooze(Span),
    /// It has stopped because it was asked to.
    Cancelled,
}

impl Outcome {
    /// A failure of this class that another attempt may mend.
    #[must_use]
    pub fn transient(class: &str, message: impl Into<String>) -> Self {
        Self::failed(Fault::Transient, class, message)
    }

    /// A failure of this class that no other attempt mends.
    #[must_use]
    pub fn permanent(class: &str, message: impl Into<String>) -> Self {
        Self::failed(Fault::Permanent, class, message)
    }

    fn failed(fault: Fault, class: &str, message: impl Into<String>) -> Self {
        Self::Fail(Failure {
            fault,
            class: class.to_owned(),
            message: message.into(),
            retry_after: None,
            detail: None,
        })
    }
}

/// Runs attempts at tasks of a kind. It is called from several threads at once.
///
/// ```
/// use sealbook_runtime::{Attempt, Handler, Outcome};
///
/// fn takes(_: impl Handler) {}
/// takes(|attempt: &Attempt| Outcome::Complete(attempt.arguments.as_str().to_owned()));
/// ```
pub trait Handler: Send + Sync {
    /// Runs one attempt. It should look at [`Attempt::cancel`] where it takes long.
    fn run(&self, attempt: &Attempt) -> Outcome;
}

impl<F: Fn(&Attempt) -> Outcome + Send + Sync> Handler for F {
    fn run(&self, attempt: &Attempt) -> Outcome {
        self(attempt)
    }
}

/// Runs an attempt so that the worker survives it: a panic is a failed attempt, and so is a result that cannot be kept.
#[must_use]
pub fn guard(handler: &dyn Handler, attempt: &Attempt) -> Outcome {
    match catch_unwind(AssertUnwindSafe(|| handler.run(attempt))) {
        Ok(Outcome::Complete(result)) => checked(result, attempt),
        Ok(outcome) => outcome,
        Err(panic) => Outcome::transient("Panic", message_of(&*panic)),
    }
}

pub(crate) fn checked(result: String, attempt: &Attempt) -> Outcome {
    let limit =
        attempt.limits.output_bytes.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(RESULT_LIMIT);
    if result.len() > limit {
        let message = format!("the result has {} bytes; {limit} are the most", result.len());
        return Outcome::permanent("ResultTooLarge", message);
    }
    // The same rules as for all JSON that Sealbook keeps.
    let framed = format!("{{\"r\":{result}}}");
    let one_value = serde_json::from_str::<serde::de::IgnoredAny>(&result).map_err(|e| e.to_string());
    match one_value
        .and_then(|_| canonicalize(framed.as_bytes(), usize::MAX).map_err(|e| e.message().to_owned()))
    {
        Ok(_) => Outcome::Complete(result),
        Err(why) => Outcome::permanent("ResultNotJson", format!("the result is not one JSON value: {why}")),
    }
}

pub(crate) fn message_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "the handler panicked".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use sealbook_ledger::Time;
    use sealbook_tasks::Spec;

    fn attempt(limits: Limits) -> Attempt {
        let kind = TaskKind::parse("work").unwrap();
        let spec = Spec::new(kind, Arguments::parse("1").unwrap(), Principal::parse("ann").unwrap());
        let task =
            Task::submit(TaskId::new(Time::EPOCH, [1; 10]), Spec { limits, ..spec }, Time::EPOCH).unwrap();
        Attempt::new(&task, 1, CancelToken::new(), Arc::new(|_| {}))
    }

    fn class(outcome: Outcome) -> String {
        match outcome {
            Outcome::Fail(failure) => failure.class,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_panic_is_a_failed_attempt() {
        let outcome = guard(&|_: &Attempt| -> Outcome { panic!("on purpose") }, &attempt(Limits::default()));
        assert_eq!(outcome, Outcome::transient("Panic", "on purpose"));
    }

    #[test]
    fn a_result_is_one_json_value_of_bounded_size() {
        let returns = |text: &str, limits| {
            let text = text.to_owned();
            guard(&move |_: &Attempt| Outcome::Complete(text.clone()), &attempt(limits))
        };
        assert_eq!(returns("[1, 2]", Limits::default()), Outcome::Complete("[1, 2]".into()));
        for bad in ["", "1 2", "{\"a\":1},\"b\":2", "{\"a\":1,\"a\":2}", "1e999", "\u{1}"] {
            assert_eq!(class(returns(bad, Limits::default())), "ResultNotJson", "{bad}");
        }
        let small = Limits { output_bytes: Some(3), ..Limits::default() };
        assert_eq!(class(returns("[1,2]", small)), "ResultTooLarge");
        assert_eq!(
            class(returns(&format!("\"{}\"", "x".repeat(RESULT_LIMIT)), Limits::default())),
            "ResultTooLarge"
        );
    }
}
