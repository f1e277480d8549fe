//! Arguments as JSON texts, and what they mean. Payloads are passed on as the text that they are: only the core judges them.

use sealbook::{Code, Error, Expected, Hash, OpenOptions, Order, Query, Record, Result, Time};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::time::Duration;

mod attribution;

pub use attribution::{reads_history, report_options, scan_options, stats_options, why_options};

/// `{"create"?, "read_only"?, "origin"?, "busy_timeout_ms"?, "payload_limit"?, "redact"?}`; an empty text stands for the defaults.
///
/// # Errors
/// `INVALID_ARGUMENT` for anything else.
pub fn open_options(text: &str) -> Result<OpenOptions> {
    #[derive(Deserialize, Default)]
    #[serde(deny_unknown_fields, default)]
    struct Wire {
        create: bool,
        read_only: bool,
        origin: Option<String>,
        busy_timeout_ms: Option<u64>,
        payload_limit: Option<usize>,
        redact: Option<bool>,
    }
    let wire: Wire = parse(text, "open options")?;
    let default = OpenOptions::default();
    Ok(OpenOptions {
        create: wire.create,
        read_only: wire.read_only,
        origin: wire.origin,
        busy_timeout: wire.busy_timeout_ms.map_or(default.busy_timeout, Duration::from_millis),
        payload_limit: wire.payload_limit.unwrap_or(default.payload_limit),
        redact: wire.redact.unwrap_or(default.redact),
    })
}

/// `{"kind", "payload": {...}, "id"?}`.
///
/// # Errors
/// `PAYLOAD_NOT_UTF8`, `PAYLOAD_NOT_JSON` if the text is not JSON, `INVALID_ARGUMENT` if it is not such an object.
pub fn record(text: &[u8]) -> Result<Record> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Wire<'a> {
        kind: String,
        #[serde(borrow)]
        payload: &'a RawValue,
        #[serde(default)]
        id: Option<String>,
    }
    let text = std::str::from_utf8(text).map_err(|e| {
        Error::new(Code::PayloadNotUtf8, format!("the record is not UTF-8 at byte {}", e.valid_up_to()))
            .remedy("encode it as UTF-8")
    })?;
    let wire: Wire<'_> = serde_json::from_str(text).map_err(|e| {
        let code = if e.is_data() { Code::InvalidArgument } else { Code::PayloadNotJson };
        Error::new(code, format!("the record is not {{\"kind\": ..., \"payload\": {{...}}}}: {e}"))
            .remedy("pass one JSON object with these members")
    })?;
    Ok(Record { kind: wire.kind, payload: wire.payload.get().as_bytes().to_vec(), id: wire.id })
}

/// `[{"kind", "payload", "id"?}, ...]`.
///
/// # Errors
/// As [`record`], with the number of the record in the context.
pub fn records(text: &str) -> Result<Vec<Record>> {
    let raw: Vec<&RawValue> = serde_json::from_str(text)
        .map_err(|e| Error::new(Code::InvalidArgument, format!("the records are not a JSON array: {e}")))?;
    raw.iter()
        .enumerate()
        .map(|(n, raw)| record(raw.get().as_bytes()).map_err(|e| e.with("record", n)))
        .collect()
}

/// `{"kind"?, "actor"?, "spec"?, "path"?, "since"?, "until"?, "order"?: "newest"|"oldest", "limit"?, "cursor"?}`.
///
/// # Errors
/// `INVALID_QUERY` for anything else.
pub fn query(text: &str) -> Result<Query> {
    #[derive(Deserialize, Default)]
    #[serde(deny_unknown_fields, default)]
    struct Wire {
        kind: Option<String>,
        actor: Option<String>,
        spec: Option<String>,
        path: Option<String>,
        since: Option<String>,
        until: Option<String>,
        order: Option<String>,
        limit: Option<usize>,
        cursor: Option<String>,
    }
    let wire: Wire = parse(text, "query").map_err(|e| Error::new(Code::InvalidQuery, e.message()))?;
    let default = Query::default();
    Ok(Query {
        kind: wire.kind,
        actor: wire.actor,
        spec: wire.spec,
        path: wire.path,
        since: wire.since.as_deref().map(time).transpose()?,
        until: wire.until.as_deref().map(time).transpose()?,
        order: wire.order.as_deref().map_or(Ok(default.order), order)?,
        limit: wire.limit.unwrap_or(default.limit),
        cursor: wire.cursor,
    })
}

/// `newest` or `oldest`.
///
/// # Errors
/// `INVALID_QUERY`.
pub fn order(text: &str) -> Result<Order> {
    match text {
        "newest" => Ok(Order::Newest),
        "oldest" => Ok(Order::Oldest),
        _ => Err(Error::new(Code::InvalidQuery, format!("order {text:?} is not \"newest\" or \"oldest\""))),
    }
}

/// A time in UTC: a date, or a date and a time with or without a fraction of up to six digits.
///
/// # Errors
/// `INVALID_QUERY`.
///
/// ```
/// use sealbook_common::request::time;
/// assert_eq!(time("2026-11-23")?, time("2026-11-23T00:00:00Z")?);
/// assert_eq!(time("2026-11-23T10:15:30.5Z")?.to_string(), "2026-11-23T10:15:30.500000Z");
/// assert!(time("yesterday").is_err());
/// # Ok::<(), sealbook_common::sealbook::Error>(())
/// ```
pub fn time(text: &str) -> Result<Time> {
    let padded = match (text.len(), text.strip_suffix('Z')) {
        (10, None) => format!("{text}T00:00:00.000000Z"),
        (20, Some(seconds)) => format!("{seconds}.000000Z"),
        (21.., Some(fraction)) => format!("{fraction:0<26}Z"),
        _ => text.to_owned(),
    };
    Time::parse(&padded).ok_or_else(|| {
        Error::new(Code::InvalidQuery, format!("time {text:?} is not understood"))
            .remedy("write it in UTC as 2026-11-23 or 2026-11-23T10:15:30Z")
    })
}

/// `{"origin"?, "size"?, "root"?}`.
///
/// # Errors
/// `INVALID_ARGUMENT` for anything else.
pub fn expected(text: &str) -> Result<Expected> {
    #[derive(Deserialize, Default)]
    #[serde(deny_unknown_fields, default)]
    struct Wire {
        origin: Option<String>,
        size: Option<u64>,
        root: Option<String>,
    }
    let wire: Wire = parse(text, "expectations")?;
    checked(Expected {
        origin: wire.origin,
        size: wire.size,
        root: wire.root.as_deref().map(root).transpose()?,
    })
}

/// As [`Expected::check`], passing on what is given.
///
/// # Errors
/// `INVALID_ARGUMENT`.
pub fn checked(expected: Expected) -> Result<Expected> {
    expected.check()?;
    Ok(expected)
}

/// A root as 64 lower-case hexadecimal digits.
///
/// # Errors
/// `INVALID_ARGUMENT`.
pub fn root(text: &str) -> Result<Hash> {
    Hash::from_hex(text).ok_or_else(|| {
        Error::new(Code::InvalidArgument, format!("root {text:?} is not 64 lower-case hexadecimal digits"))
    })
}

pub(crate) fn parse<'a, T: Deserialize<'a> + Default>(text: &'a str, what: &str) -> Result<T> {
    if text.is_empty() {
        return Ok(T::default());
    }
    // serde takes an array for the members in their order.
    if !text.trim_start().starts_with('{') {
        return Err(Error::new(Code::InvalidArgument, format!("the {what} are no JSON object"))
            .remedy("pass one, such as {}"));
    }
    serde_json::from_str(text)
        .map_err(|e| Error::new(Code::InvalidArgument, format!("the {what} are not understood: {e}")))
}
