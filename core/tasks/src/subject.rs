//! The hash of exactly what will run: what an approver approves, and what is compared when it runs.

use crate::spec::Spec;
use sealbook_error::{Error, Result};
use sealbook_ledger::{Hash, canonicalize};

/// What stands before the bytes that are hashed, so that no other hash of Sealbook can be mistaken for this one.
pub const DOMAIN: &[u8] = b"sealbook/task/v1\n";

/// `SHA-256("sealbook/task/v1\n" ‖ JCS({arguments, kind, limits, needs, requester, timeouts}))`.
///
/// When it runs, how urgent it is and how often it is tried are not part of it: they change neither what is done nor
/// for whom. Everything else has to be approved anew once it changes.
///
/// # Errors
/// Those of the canonical form, for figures beyond 2^53 - 1.
///
/// ```
/// use sealbook_tasks::{Arguments, Priority, Principal, Spec, TaskKind, subject};
///
/// let spec = Spec::new(TaskKind::parse("process")?, Arguments::parse(r#"["ls"]"#)?, Principal::parse("ann")?);
/// let urgent = Spec { priority: Priority::CRITICAL, ..spec.clone() };
/// let other = Spec { arguments: Arguments::parse(r#"["rm"]"#)?, ..spec.clone() };
/// assert_eq!(subject(&spec)?, subject(&urgent)?);
/// assert_ne!(subject(&spec)?, subject(&other)?);
/// # Ok::<(), sealbook_error::Error>(())
/// ```
pub fn subject(spec: &Spec) -> Result<Hash> {
    #[derive(serde::Serialize)]
    struct Parts<'a> {
        kind: &'a str,
        limits: &'a crate::Limits,
        needs: &'a crate::Needs,
        requester: &'a str,
        timeouts: &'a crate::Timeouts,
    }
    let parts = Parts {
        kind: spec.kind.as_str(),
        limits: &spec.limits,
        needs: &spec.needs,
        requester: spec.requester.as_str(),
        timeouts: &spec.timeouts,
    };
    let rest = serde_json::to_string(&parts)
        .map_err(|e| Error::new(sealbook_error::Code::Internal, format!("a task cannot be written: {e}")))?;
    // The arguments are JSON already; going through a value again could change their numbers.
    let rest = rest.strip_prefix('{').unwrap_or(&rest);
    let whole = format!("{{\"arguments\":{},{rest}", spec.arguments.as_str());
    let canonical = canonicalize(whole.as_bytes(), usize::MAX)?;
    Ok(Hash::of(&[DOMAIN, &canonical].concat()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Arguments, Key, Limits, Principal, Span, TaskKind, Timeouts};

    fn spec() -> Spec {
        Spec::new(
            TaskKind::parse("process").unwrap(),
            Arguments::parse(r#"{"b":[1,2.5e3],"a":"x"}"#).unwrap(),
            Principal::parse("ann").unwrap(),
        )
    }

    #[test]
    fn the_hash_is_of_the_documented_bytes() {
        let bytes = concat!(
            "sealbook/task/v1\n",
            r#"{"arguments":{"a":"x","b":[1,2500]},"kind":"process","#,
            r#""limits":{"cpu":null,"memory_bytes":null,"output_bytes":null,"tokens":null},"#,
            r#""needs":{"agents":[],"capabilities":[],"max_cost":null,"models":[]},"requester":"ann","#,
            r#""timeouts":{"heartbeat":null,"schedule_to_close":null,"schedule_to_start":null,"start_to_close":null}}"#
        );
        assert_eq!(subject(&spec()).unwrap(), Hash::of(bytes.as_bytes()));
    }

    #[test]
    fn whatever_changes_what_runs_or_for_whom_changes_the_hash() {
        let before = subject(&spec()).unwrap();
        let changed = [
            Spec { kind: TaskKind::parse("http").unwrap(), ..spec() },
            Spec { requester: Principal::parse("bob").unwrap(), ..spec() },
            Spec { limits: Limits { tokens: Some(5), ..Limits::default() }, ..spec() },
            Spec {
                timeouts: Timeouts { start_to_close: Some(Span::from_secs(1)), ..Timeouts::default() },
                ..spec()
            },
            Spec { arguments: Arguments::parse(r#"{"b":[1,2501],"a":"x"}"#).unwrap(), ..spec() },
        ];
        for spec in changed {
            assert_ne!(subject(&spec).unwrap(), before, "{spec:?}");
        }
        let same = Spec { fairness: Some(Key::parse("team").unwrap()), ..spec() };
        assert_eq!(subject(&same).unwrap(), before);
    }
}
