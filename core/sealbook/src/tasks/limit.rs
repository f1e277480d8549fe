//! Limits of a kind, a key or the whole queue as JSON, the same in every language.

use sealbook_error::{Code, Error, Result};
use sealbook_tasks::{GateLimits, GateName, Key, Rate, TaskKind};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    kind: Option<TaskKind>,
    key: Option<Key>,
    concurrency: Option<u32>,
    rate: Option<Rate>,
    #[serde(default)]
    paused: bool,
}

/// The gate and its limits that the text of a JSON object `{kind? or key?, concurrency?, rate?: {starts, per, burst}, paused?}` describes: those of the
/// whole queue without `kind` and `key`. `per` is in milliseconds. Without any limit the gate is let go.
///
/// # Errors
/// `INVALID_POLICY` if it is not understood, or has both a kind and a key.
///
/// # Example
/// ```
/// use sealbook::tasks::{GateName, TaskKind, limit_of};
///
/// let (gate, limits) = limit_of(r#"{"kind": "deploy", "concurrency": 1}"#)?;
/// assert_eq!((gate, limits.concurrency), (GateName::Kind(TaskKind::parse("deploy")?), Some(1)));
/// assert_eq!(limit_of(r#"{"paused": true}"#)?.0, GateName::Queue);
/// # Ok::<(), sealbook::Error>(())
/// ```
pub fn limit_of(text: &str) -> Result<(GateName, GateLimits)> {
    let invalid = |what: String| {
        Error::new(Code::InvalidPolicy, what)
            .remedy("give a kind, a key or neither, and concurrency, rate or paused")
    };
    let form: Form =
        serde_json::from_str(text).map_err(|e| invalid(format!("the limit is not understood: {e}")))?;
    let gate = match (form.kind, form.key) {
        (Some(kind), Some(key)) => return Err(invalid(format!("a limit of both kind {kind} and key {key}"))),
        (Some(kind), None) => GateName::Kind(kind),
        (None, Some(key)) => GateName::Key(key),
        (None, None) => GateName::Queue,
    };
    Ok((gate, GateLimits { concurrency: form.concurrency, rate: form.rate, paused: form.paused }))
}

/// A gate with its limits, as [`limit_of`] reads it.
#[must_use]
pub fn limit_json(gate: &GateName, limits: &GateLimits) -> Value {
    let (kind, key) = match gate {
        GateName::Queue => (None, None),
        GateName::Kind(kind) => (Some(kind), None),
        GateName::Key(key) => (None, Some(key)),
    };
    json!({"kind": kind, "key": key, "concurrency": limits.concurrency, "rate": limits.rate, "paused": limits.paused})
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_not_understood_is_refused() {
        for text in [
            "",
            "[]",
            r#"{"kind":"a","key":"b"}"#,
            r#"{"pause":true}"#,
            r#"{"kind":"A"}"#,
            r#"{"concurrency":-1}"#,
        ] {
            assert_eq!(limit_of(text).unwrap_err().code(), Code::InvalidPolicy, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_limit_is_read_as_it_was_written(
            kind in prop::option::of("[a-z]{1,8}"), concurrency: Option<u32>, starts: u32, per in 0..1_000_000_000_u64, burst: u32, paused: bool,
        ) {
            let rate = json!({"starts": starts, "per": per, "burst": burst});
            let text = json!({"kind": kind, "key": null, "concurrency": concurrency, "rate": rate, "paused": paused});
            let (gate, limits) = limit_of(&text.to_string()).unwrap();
            prop_assert_eq!(limit_json(&gate, &limits), text);
        }

        #[test]
        fn any_text_is_a_limit_or_refused(text in "\\PC{0,60}") {
            let _ = limit_of(&text);
        }
    }
}
