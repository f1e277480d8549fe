//! Limits of a kind, a key, a dependency or the whole queue as JSON, the same in every language.

use sealbook_error::{Code, Error, Result};
use sealbook_tasks::{Adaptive, GateLimits, GateName, Key, Rate, TaskKind};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    kind: Option<TaskKind>,
    key: Option<Key>,
    dependency: Option<Key>,
    concurrency: Option<u32>,
    adaptive: Option<Bounds>,
    rate: Option<Rate>,
    #[serde(default)]
    paused: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Bounds {
    least: Option<u32>,
    most: u32,
    first: Option<u32>,
    now: Option<u32>,
}

impl From<Bounds> for Adaptive {
    fn from(bounds: Bounds) -> Self {
        let usual = Self::between(bounds.least.unwrap_or(1), bounds.most);
        Self { first: bounds.first.unwrap_or(usual.first), now: bounds.now, ..usual }
    }
}

/// The gate and its limits that the text of a JSON object `{kind? or key? or dependency?, concurrency?, adaptive?: {least?, most, first?, now?},
/// rate?: {starts, per, burst}, paused?}` describes: those of the whole queue without `kind`, `key` and `dependency`. `per` is in milliseconds. An
/// `adaptive` limit takes the place of `concurrency`, for a dependency alone. Without any limit the gate is let go.
///
/// # Errors
/// `INVALID_POLICY` if it is not understood, or is about more than one of a kind, a key and a dependency.
///
/// # Example
/// ```
/// use sealbook::tasks::{GateName, TaskKind, limit_of};
///
/// let (gate, limits) = limit_of(r#"{"kind": "deploy", "concurrency": 1}"#)?;
/// assert_eq!((gate, limits.concurrency), (GateName::Kind(TaskKind::parse("deploy")?), Some(1)));
/// assert_eq!(limit_of(r#"{"paused": true}"#)?.0, GateName::Queue);
/// let (_, limits) = limit_of(r#"{"dependency": "model", "adaptive": {"most": 50}}"#)?;
/// assert_eq!((limits.adaptive.map(|adaptive| adaptive.least), limits.most_out()), (Some(1), Some(10)));
/// # Ok::<(), sealbook::Error>(())
/// ```
pub fn limit_of(text: &str) -> Result<(GateName, GateLimits)> {
    let invalid = |what: String| {
        Error::new(Code::InvalidPolicy, what)
            .remedy("give a kind, a key, a dependency or none, and concurrency, adaptive, rate or paused")
    };
    let form: Form =
        serde_json::from_str(text).map_err(|e| invalid(format!("the limit is not understood: {e}")))?;
    let Form { kind, key, dependency, concurrency, adaptive, rate, paused } = form;
    let gate = match (kind, key, dependency) {
        (None, None, None) => GateName::Queue,
        (Some(kind), None, None) => GateName::Kind(kind),
        (None, Some(key), None) => GateName::Key(key),
        (None, None, Some(key)) => GateName::Dependency(key),
        _ => return Err(invalid("a limit of several of a kind, a key and a dependency".to_owned())),
    };
    Ok((gate, GateLimits { concurrency, adaptive: adaptive.map(Adaptive::from), rate, paused }))
}

/// A gate with its limits, as [`limit_of`] reads it. Of an adaptive limit, `now` is how many are allowed at present.
#[must_use]
pub fn limit_json(gate: &GateName, limits: &GateLimits) -> Value {
    let (kind, key, dependency) = match gate {
        GateName::Queue => (None, None, None),
        GateName::Kind(kind) => (Some(kind), None, None),
        GateName::Key(key) => (None, Some(key), None),
        GateName::Dependency(key) => (None, None, Some(key)),
    };
    json!({
        "kind": kind, "key": key, "dependency": dependency, "concurrency": limits.concurrency, "adaptive": limits.adaptive,
        "rate": limits.rate, "paused": limits.paused,
    })
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
            r#"{"key":"a","dependency":"a"}"#,
            r#"{"dependency":"a","adaptive":true}"#,
            r#"{"dependency":"a","adaptive":{"least":5}}"#,
            r#"{"dependency":"a","adaptive":{"most":5,"first":1,"last":2}}"#,
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
            let text = json!({
                "kind": kind, "key": null, "dependency": null, "concurrency": concurrency, "adaptive": null, "rate": rate, "paused": paused,
            });
            let (gate, limits) = limit_of(&text.to_string()).unwrap();
            prop_assert_eq!(limit_json(&gate, &limits), text);
        }

        #[test]
        fn an_adaptive_limit_is_read_as_it_was_written(least: u32, most: u32, first: u32, now: u32, paused: bool) {
            let adaptive = json!({"least": least, "most": most, "first": first, "now": now});
            let text = json!({
                "kind": null, "key": null, "dependency": "a", "concurrency": null, "adaptive": adaptive, "rate": null, "paused": paused,
            });
            let (gate, limits) = limit_of(&text.to_string()).unwrap();
            prop_assert_eq!(limit_json(&gate, &limits), text);
            // What makes no sense is refused, and never at work.
            let makes_sense = 1 <= least && (least..=most).contains(&first) && (least..=most).contains(&now);
            prop_assert_eq!(limits.check_at(&gate).is_ok(), makes_sense);
        }

        #[test]
        fn any_text_is_a_limit_or_refused(text in "\\PC{0,60}") {
            let _ = limit_of(&text);
        }
    }
}
