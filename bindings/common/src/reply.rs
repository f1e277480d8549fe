//! Results as JSON texts.

use sealbook::{Entry, Page};
use serde::Serialize;

/// `[{entry}, ...]`.
#[must_use]
pub fn entries(entries: &[Entry]) -> String {
    let mut out = String::from("[");
    for (n, entry) in entries.iter().enumerate() {
        if n > 0 {
            out.push(',');
        }
        out.push_str(&entry.to_json());
    }
    out + "]"
}

/// `{"entries": [...], "next": cursor or null}`.
#[must_use]
pub fn page(page: &Page) -> String {
    format!(r#"{{"entries":{},"next":{}}}"#, entries(&page.entries), json(&page.next))
}

/// Any report of the core.
#[must_use]
pub fn json(value: &impl Serialize) -> String {
    // The core's reports have string keys and finite numbers, so that this cannot fail.
    serde_json::to_string(value).unwrap_or_default()
}

/// The word that a value is written as in JSON, such as `high` for a strength.
#[must_use]
pub fn word(value: &impl Serialize) -> String {
    json(value).trim_matches('"').to_owned()
}
