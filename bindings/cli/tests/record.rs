//! `sealbook record` with options.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod common;

use common::Project;
use serde_json::{Value, json};

const ANA: [&str; 9] =
    ["record", "--kind", "human_review", "--actor-type", "human", "--actor", "ana", "--action", "approve"];

#[test]
fn the_options_make_the_payload() {
    let project = Project::new();
    let more = [
        "--actor-name",
        "Ana",
        "--model",
        "m",
        "--run",
        "r",
        "--description",
        "good",
        "--spec",
        "S-1",
        "--file",
        "a b.rs",
        "--file",
        "c.rs",
        "--payload",
        r#"{"metrics":{"n":1.0}}"#,
        "--json",
    ];
    let line = project.run(ANA.iter().chain(&more)).good();
    assert!(line.ends_with("}\n") && line.lines().count() == 1);
    let names: Vec<usize> = ["seq", "id", "time", "kind", "hash", "prev", "payload"]
        .map(|name| line.find(&format!("\"{name}\":")).unwrap())
        .to_vec();
    assert!(names.is_sorted(), "{line}");
    let entry: Value = serde_json::from_str(&line).unwrap();
    assert_eq!((&entry["seq"], &entry["kind"]), (&json!(1), &json!("human_review")));
    let payload = json!({
        "actor": {"type": "human", "id": "ana", "name": "Ana", "model": "m", "run": "r"},
        "action": {"type": "approve", "description": "good"},
        "spec": "S-1", "files": [{"path": "a b.rs"}, {"path": "c.rs"}], "metrics": {"n": 1},
    });
    assert_eq!(entry["payload"], payload);
    assert_eq!(project.run(["show", "1", "--json"]).json(), entry);
}

#[test]
fn people_get_a_readable_block_and_quiet_prints_nothing() {
    let project = Project::new();
    let block = project.run(ANA).good();
    assert!(block.starts_with("entry 1\nid "), "{block}");
    assert!(block.contains("\"type\": \"approve\""), "{block}");
    assert_eq!(block, project.run(["show", "1"]).good());
    assert_eq!(project.run(ANA.iter().chain(&["-q"])).good(), "");
    assert_eq!(project.size(), 3);
}

#[test]
fn a_member_given_twice_is_refused() {
    let project = Project::new();
    for payload in [r#"{"actor":{"type":"ai","id":"x"}}"#, r#"{"n":1,"\u0061ction":1}"#] {
        project.run(ANA.iter().chain(&["--payload", payload])).failed("INVALID_ARGUMENT");
    }
    project.run(ANA.iter().chain(&["--payload", r#"{"n":1,"n":2}"#])).failed("PAYLOAD_DUPLICATE_KEY");
    assert_eq!(project.size(), 1);
}

#[test]
fn only_the_core_judges_the_payload() {
    let project = Project::new();
    let cases = [
        ("[1]", "PAYLOAD_NOT_OBJECT"),
        ("7", "PAYLOAD_NOT_OBJECT"),
        ("{", "PAYLOAD_NOT_JSON"),
        ("{,}", "PAYLOAD_NOT_JSON"),
        ("{}}", "PAYLOAD_NOT_JSON"),
        ("", "PAYLOAD_NOT_JSON"),
        (r#"{"n":9007199254740993}"#, "PAYLOAD_INTEGER_RANGE"),
        (r#"{"a":"\ud800"}"#, "PAYLOAD_LONE_SURROGATE"),
    ];
    for (payload, code) in cases {
        project.run(ANA.iter().chain(&["--payload", payload])).failed(code);
        project.run(["record", "--kind", "custom.x", "--payload", payload]).failed(code);
    }
    assert_eq!(project.size(), 1);
    let empty = project.run(ANA.iter().chain(&["--json", "--payload", " { } "])).json();
    assert_eq!(empty["payload"].as_object().unwrap().len(), 2);
    let whole = r#"{"actor":{"type":"ai","id":"x"},"action":{"type":"y"}}"#;
    let entry = project.run(["record", "--kind", "custom.x", "--json", "--payload", whole]).json();
    assert_eq!(entry["payload"], serde_json::from_str::<Value>(whole).unwrap());
}

#[test]
fn an_id_makes_the_call_repeatable() {
    let project = Project::new();
    let id = ["--json", "--id", "01a20693-c126-7ee4-aa5f-df836bd63ff4"];
    let first = project.run(ANA.iter().chain(&id)).good();
    assert_eq!(project.run(ANA.iter().chain(&id)).good(), first);
    project.run(ANA.iter().chain(&["--spec", "other"]).chain(&id[1..])).failed("ID_CONFLICT");
    project.run(ANA.iter().chain(&["--id", "7"])).failed("INVALID_ID");
    assert_eq!(project.size(), 2);
}

#[test]
fn what_is_missing_is_a_usage_error() {
    let project = Project::new();
    for arguments in [
        &["record"][..],
        &["record", "--kind", "x"],
        &["record", "--kind", "x", "--actor", "ana", "--action", "y"],
        &["record", "--kind", "x", "--actor-type", "robot", "--actor", "ana", "--action", "y"],
        &["record", "--kind", "x", "-"],
        &["record", "file.jsonl"],
    ] {
        let ended = project.run(arguments);
        assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(ended.err.starts_with("error: "), "{ended:?}");
        let json = project.run(arguments.iter().chain(&["--json"]));
        assert_eq!(json.err_lines()[0]["error"]["code"], "INVALID_ARGUMENT");
    }
}

#[test]
fn errors_have_the_form_that_was_asked_for() {
    let project = Project::new();
    let human = project.run(["record", "--kind", "sys.key", "--payload", "{}"]);
    human.failed("RESERVED_KIND");
    let json = project.run(["record", "--kind", "sys.key", "--payload", "{}", "--json"]);
    assert_eq!((json.code, json.out.as_str()), (Some(2), ""));
    let error = &json.err_lines()[0]["error"];
    assert_eq!((&error["code"], &error["number"]), (&json!("RESERVED_KIND"), &json!(7018)));
}
