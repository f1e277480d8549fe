//! Errors and their table as JSON.

use sealbook::{Error, TABLE};
use serde_json::{Map, Value, json};

/// `{"code", "number", "class", "message", "context": {...}, "retryable", "cause"}`.
#[must_use]
pub fn to_json(error: &Error) -> String {
    let row = error.code().row();
    let context: Map<String, Value> =
        error.context().iter().map(|(name, value)| ((*name).to_owned(), value.clone().into())).collect();
    json!({
        "code": row.name,
        "number": row.number,
        "class": row.class,
        "message": error.message(),
        "context": context,
        "retryable": row.retryable,
        "cause": error.cause().map(ToString::to_string),
    })
    .to_string()
}

/// The whole table, as it is kept in `tests/vectors/errors.json` and asserted by every language.
#[must_use]
pub fn table() -> String {
    let rows: Vec<Value> = TABLE
        .iter()
        .map(|row| json!({"code": row.name, "number": row.number, "class": row.class, "retryable": row.retryable, "meaning": row.meaning}))
        .collect();
    let table = json!({"schema": "sealbook/errors/1", "errors": rows});
    serde_json::to_string_pretty(&table).unwrap_or_default() + "\n"
}
