//! Submitting twice under one key is submitting once.

use crate::{Scope, Span, Spec, TaskId};
use sealbook_error::{Code, Error, Result};
use sealbook_ledger::{Hash, Time};
use serde::{Deserialize, Serialize};

/// What the store keeps for a key that was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remembered {
    /// The task that was submitted.
    pub task: TaskId,
    /// The hash of what it runs.
    pub subject: Hash,
    /// Until when the key stands for it.
    pub until: Time,
}

/// The name under which a key is remembered, unique within its scope; none without a key.
#[must_use]
pub fn slot(spec: &Spec) -> Option<String> {
    let idempotency = spec.idempotency.as_ref()?;
    let within = match idempotency.scope {
        Scope::Requester => spec.requester.as_str(),
        Scope::Kind => spec.kind.as_str(),
        Scope::Project => "",
    };
    // Keys hold no control characters, so the line breaks cannot be forged.
    Some(format!("{}\n{within}\n{}", idempotency.scope, idempotency.key))
}

/// The task that this submission repeats, or none if it is a new one.
///
/// # Errors
/// `IDEMPOTENCY_CONFLICT` if the key stands for a task that runs something else.
pub fn repeated(before: Option<&Remembered>, subject: Hash, now: Time) -> Result<Option<TaskId>> {
    match before {
        Some(before) if now < before.until && before.subject == subject => Ok(Some(before.task)),
        Some(before) if now < before.until => Err(conflict(before.task, "runs something else")),
        _ => Ok(None),
    }
}

/// Why a submission does not repeat the task that its key stands for: what that one `does` otherwise.
#[must_use]
pub fn conflict(task: TaskId, does: &str) -> Error {
    Error::new(Code::IdempotencyConflict, format!("the idempotency key stands for task {task}, which {does}"))
        .remedy("use another key, or submit the same kind, arguments, limits and approval policy")
}

/// What to remember of a new submission.
#[must_use]
pub fn remember(spec: &Spec, task: TaskId, subject: Hash, now: Time) -> Option<Remembered> {
    let lifetime: Span = spec.idempotency.as_ref()?.lifetime;
    Some(Remembered { task, subject, until: lifetime.after(now) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Arguments, Idempotency, Key, Principal, TaskKind};

    fn spec(kind: &str, requester: &str, scope: Scope) -> Spec {
        let key = Key::parse("k").unwrap();
        Spec {
            idempotency: Some(Idempotency { key, scope, lifetime: Span::from_secs(10) }),
            ..Spec::new(
                TaskKind::parse(kind).unwrap(),
                Arguments::parse("1").unwrap(),
                Principal::parse(requester).unwrap(),
            )
        }
    }

    #[test]
    fn a_key_is_unique_within_its_scope_only() {
        let slot = |kind, requester, scope| slot(&spec(kind, requester, scope)).unwrap();
        assert_ne!(slot("a", "ann", Scope::Requester), slot("a", "bob", Scope::Requester));
        assert_eq!(slot("a", "ann", Scope::Requester), slot("b", "ann", Scope::Requester));
        assert_eq!(slot("a", "ann", Scope::Kind), slot("a", "bob", Scope::Kind));
        assert_eq!(slot("a", "ann", Scope::Project), slot("b", "bob", Scope::Project));
        assert_ne!(slot("a", "a", Scope::Kind), slot("a", "a", Scope::Requester));
    }

    #[test]
    fn the_same_task_is_returned_until_the_key_is_forgotten_and_another_is_refused() {
        let (id, subject) = (TaskId::new(Time::EPOCH, [1; 10]), Hash::of(b"one"));
        let before = remember(&spec("a", "ann", Scope::Kind), id, subject, Time::EPOCH);
        let at = |millis| Span::from_millis(millis).after(Time::EPOCH);
        assert_eq!(repeated(before.as_ref(), subject, at(9_999)).unwrap(), Some(id));
        let other = repeated(before.as_ref(), Hash::of(b"two"), at(9_999)).unwrap_err();
        assert_eq!(other.code(), Code::IdempotencyConflict);
        assert_eq!(repeated(before.as_ref(), Hash::of(b"two"), at(10_000)).unwrap(), None);
        assert_eq!(repeated(None, subject, at(0)).unwrap(), None);
    }
}
