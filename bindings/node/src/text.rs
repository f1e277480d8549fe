//! Results as JSON texts in which sequence numbers are decimal strings: a JavaScript number does not hold them all.

use napi::bindgen_prelude::BigInt;
use sealbook_common::sealbook::{Entry, Expected, Page, Report, Result};
use sealbook_common::{reply, request};
use serde_json::Value;

/// `{"seq": "41", "id", "time", "kind", "hash", "prev", "payload"}`.
pub(crate) fn entry(entry: &Entry) -> String {
    let json = entry.to_json();
    let (seq, rest) = json.strip_prefix(r#"{"seq":"#).and_then(|j| j.split_once(',')).unwrap_or_default();
    format!(r#"{{"seq":"{seq}",{rest}"#)
}

/// `[{entry}, ...]`.
pub(crate) fn entries(entries: &[Entry]) -> String {
    let texts: Vec<String> = entries.iter().map(entry).collect();
    format!("[{}]", texts.join(","))
}

/// `{"entries": [...], "next": cursor or null}`.
pub(crate) fn page(page: &Page) -> String {
    format!(r#"{{"entries":{},"next":{}}}"#, entries(&page.entries), reply::json(&page.next))
}

/// The report, with `entries` and each `seq` as strings.
pub(crate) fn report(report: &Report) -> String {
    let mut json = serde_json::to_value(report).unwrap_or_default();
    stringify(json.get_mut("entries"));
    for list in ["faults", "notes"] {
        let items = json.get_mut(list).and_then(Value::as_array_mut);
        items.into_iter().flatten().for_each(|item| stringify(item.get_mut("seq")));
    }
    json.to_string()
}

fn stringify(number: Option<&mut Value>) {
    if let Some(number) = number {
        *number = Value::String(number.to_string());
    }
}

/// A `bigint` as the number that it is, if that is not negative and below 2^64.
pub(crate) fn number(value: &BigInt, what: &str) -> Result<u64> {
    match value.get_u64() {
        (_, number, true) => Ok(number),
        (negative, ..) => Err(crate::error::invalid(format!(
            "{what} is {}; pass a whole number from 0 to 2^64-1",
            if negative { "negative" } else { "too large" }
        ))),
    }
}

/// What a verifier knows from elsewhere.
pub(crate) fn expected(
    origin: Option<String>,
    size: Option<BigInt>,
    root: Option<String>,
) -> Result<Expected> {
    request::checked(Expected {
        origin,
        size: size.map(|size| number(&size, "the size")).transpose()?,
        root: root.as_deref().map(request::root).transpose()?,
    })
}
