use super::{Contributor, TraceRecord, parse_trace};
use serde_json::{Value, json};

fn record() -> Value {
    json!({
        "version": "0.1.0",
        "id": "550e8400-e29b-41d4-a716-446655440000",
        "timestamp": "2026-01-23T14:30:00Z",
        "vcs": {"type": "git", "revision": "c0ffee"},
        "tool": {"name": "cursor", "version": "2.4.0"},
        "files": [{"path": "src/a.rs", "conversations": [{
            "url": "https://example.com/secret",
            "contributor": {"type": "ai", "model_id": "anthropic/claude-opus-4-5"},
            "related": [{"type": "session", "url": "https://example.com"}],
            "ranges": [
                {"start_line": 1, "end_line": 4, "content_hash": "murmur3:9f2e8a1b"},
                {"start_line": 6, "end_line": 6, "contributor": {"type": "human"}},
            ],
        }]}],
        "metadata": {"com.example": {"confidence": 0.9}},
    })
}

fn parse(record: &Value) -> Result<TraceRecord, &'static str> {
    let text = serde_json::to_vec(record).unwrap();
    let mut records = parse_trace(&text);
    let read = records.next().unwrap().map_err(|(_, invalid)| invalid.kind);
    assert!(records.next().is_none());
    read
}

/// The record with the value at a JSON pointer changed.
fn with(pointer: &str, value: Value) -> Result<TraceRecord, &'static str> {
    let mut record = record();
    *record.pointer_mut(pointer).unwrap() = value;
    parse(&record)
}

#[test]
fn a_range_s_own_contributor_goes_before_its_conversation_s() {
    let record = parse(&record()).unwrap();
    let ranges = &record.files[0].ranges;
    assert_eq!(ranges[0].contributor, Contributor::Ai);
    assert_eq!(ranges[0].model.as_deref(), Some("anthropic/claude-opus-4-5"));
    assert_eq!((ranges[1].contributor, ranges[1].model.as_deref()), (Contributor::Human, None));
    assert_eq!(record.vcs.as_ref().unwrap().revision, "c0ffee");
    assert_eq!(record.tool.as_deref(), Some("cursor"));
    assert!(!format!("{record:?}").contains("secret"), "links to conversations are not kept");
}

#[test]
fn what_is_optional_may_be_absent() {
    let mut record = record();
    for member in ["vcs", "tool", "metadata"] {
        record.as_object_mut().unwrap().remove(member);
    }
    record["files"][0]["conversations"][0] = json!({"ranges": [{"start_line": 1, "end_line": 1}]});
    let record = parse(&record).unwrap();
    assert_eq!((record.vcs, record.tool), (None, None));
    assert_eq!(record.files[0].ranges[0].contributor, Contributor::Unknown);
    assert!(with("/tool", json!({})).is_ok());
}

#[test]
fn what_the_schema_demands_is_demanded() {
    for member in ["version", "id", "timestamp", "files"] {
        let mut record = record();
        record.as_object_mut().unwrap().remove(member);
        assert_eq!(parse(&record).unwrap_err(), "breaks_schema", "{member}");
    }
    for (pointer, value) in [
        ("/version", json!("0.1")),
        ("/version", json!("v0.1.0")),
        ("/version", json!("\\0.\\1.\\0")),
        ("/id", json!("1")),
        ("/timestamp", json!("yesterday")),
        ("/timestamp", json!("2026-01-23T14:30:00")),
        ("/vcs/type", json!("cvs")),
        ("/vcs", json!({"type": "git"})),
        ("/files", json!({})),
        ("/vcs", json!(["git", "c0ffee"])),
        ("/files/0", json!(["src/a.rs", []])),
        ("/files/0/conversations/0/ranges/0", json!([1, 4])),
        ("/files/0/path", json!(1)),
        ("/files/0/conversations/0/ranges/0/start_line", json!(0)),
        ("/files/0/conversations/0/ranges/0/start_line", json!(-1)),
        ("/files/0/conversations/0/ranges/0/end_line", json!(1.5)),
        ("/files/0/conversations/0/ranges/0/end_line", json!(4_294_967_296u64)),
        ("/files/0/conversations/0/contributor/type", json!("robot")),
        ("/files/0/conversations/0/contributor/model_id", json!("m".repeat(251))),
    ] {
        assert_eq!(with(pointer, value.clone()).unwrap_err(), "breaks_schema", "{pointer} {value}");
    }
    for time in ["2026-01-23T14:30:00.123456Z", "2026-01-23t14:30:00z", "2026-01-23T14:30:00-05:30"] {
        assert!(with("/timestamp", json!(time)).is_ok(), "{time}");
    }
}

#[test]
fn a_line_that_is_no_record_does_not_stop_the_others() {
    let good = record().to_string();
    let text = format!("{good}\n\nnonsense\r\n{{}}\n{good}\r\n[1]\n{{\"x\": {}", "[".repeat(100_000));
    let read: Vec<_> = parse_trace(text.as_bytes())
        .map(|record| record.map(|record| record.line).map_err(|(line, invalid)| (line, invalid.kind)))
        .collect();
    let (schema, no_json) = ("breaks_schema", "unreadable_record");
    assert_eq!(
        read,
        [Ok(1), Err((3, no_json)), Err((4, schema)), Ok(5), Err((6, schema)), Err((7, no_json))]
    );
}

#[test]
fn a_document_may_go_over_several_lines() {
    let text = serde_json::to_string_pretty(&record()).unwrap();
    let records: Vec<_> = parse_trace(text.as_bytes()).collect();
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].as_ref().unwrap().line, 1);
}

#[test]
fn a_reason_never_quotes_the_record() {
    for text in
        ["{\"version\": \"secret", "{\"version\": {\"secret\": 1}}", "secret", "{\"files\": \"secret\"}"]
    {
        let (_, invalid) = parse_trace(text.as_bytes()).next().unwrap().unwrap_err();
        assert!(!invalid.reason.contains("secret"), "{}", invalid.reason);
    }
}

#[test]
fn nothing_holds_no_record() {
    assert_eq!(parse_trace(b"").count(), 0);
    assert_eq!(parse_trace(b"\n \r\n").count(), 0);
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(bytes: Vec<u8>) {
        let _ = parse_trace(&bytes).count();
    }

    #[test]
    fn every_line_has_one_fate(lines in proptest::collection::vec("[{}\\[\\]\":,a0 ]{0,20}", 0..6)) {
        let text = lines.join("\n");
        let filled = lines.iter().filter(|line| !line.trim().is_empty()).count();
        let fates = parse_trace(text.as_bytes()).count();
        proptest::prop_assert!(fates == filled || fates == 1);
    }
}
