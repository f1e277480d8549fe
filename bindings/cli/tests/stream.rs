//! `sealbook record --json -`: JSON lines in, acknowledged entries out.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod common;

use common::{Project, vector};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};

const STREAM: [&str; 3] = ["record", "--json", "-"];

#[test]
fn every_line_becomes_an_entry_in_order() {
    let project = Project::new();
    let lines: String =
        (0..10_000).map(|n| format!("{{\"payload\":{{\"n\":{n}}},\"kind\":\"custom.n\"}}\n")).collect();
    let ended = project.feed(STREAM, lines.as_bytes());
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    let entries = ended.out_lines();
    assert_eq!(entries.len(), 10_000);
    for (n, entry) in entries.iter().enumerate() {
        assert_eq!((&entry["seq"], &entry["payload"]), (&json!(n + 1), &json!({"n": n})));
        assert!(n == 0 || entry["prev"] == entries[n - 1]["hash"]);
    }
    assert_eq!(ended.out, project.run(["log", "--json", "--reverse", "--kind", "custom.n"]).good());
    assert_eq!(project.run(["verify", "--json"]).json()["entries"], 10_001);
}

#[test]
fn a_slow_producer_is_answered_at_once_and_only_when_the_entry_is_durable() {
    let project = Project::new();
    let mut child = project.spawn(STREAM);
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    for n in 1..=5 {
        writeln!(input, r#"{{"kind":"custom.x","payload":{{"n":{n}}}}}"#).unwrap();
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        // Another process sees the entry while the first one is still waiting for lines.
        assert_eq!(project.run(["show", &n.to_string(), "--json"]).good(), line);
    }
    drop(input);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn what_was_acknowledged_survives_the_process() {
    let project = Project::new();
    let mut child = project.spawn(STREAM);
    writeln!(child.stdin.as_mut().unwrap(), r#"{{"kind":"custom.x","payload":{{}}}}"#).unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(project.run(["show", "1", "--json"]).good(), line);
    assert_eq!(project.run(["verify", "--json"]).json()["verdict"], "intact");
}

#[test]
fn every_bad_input_is_refused_with_its_code_and_the_others_are_recorded() {
    let project = Project::new();
    let file = vector("bad_input.json");
    let cases = file["cases"].as_array().unwrap();
    let mut input = b"{\"kind\":\"custom.first\",\"payload\":{}}\n".to_vec();
    for case in cases {
        let id = case.get("id").map_or_else(String::new, |id| format!(r#""id":{id},"#));
        input.extend(format!("{{{id}\"kind\":{},\"payload\":", case["kind"]).bytes());
        input.extend(payload(case));
        input.extend(b"}\n");
    }
    input.extend(b"\n  \n{\"kind\":\"custom.last\",\"payload\":{}}");
    let ended = project.feed(STREAM, &input);
    assert_eq!(ended.code, Some(2));
    let recorded: Vec<Value> = ended.out_lines().iter().map(|e| e["kind"].clone()).collect();
    assert_eq!(recorded, ["custom.first", "custom.last"]);
    let refused: Vec<(Value, Value)> =
        ended.err_lines().iter().map(|e| (e["line"].clone(), e["error"]["code"].clone())).collect();
    let expected: Vec<(Value, Value)> =
        cases.iter().enumerate().map(|(n, case)| (json!(n + 2), case["code"].clone())).collect();
    assert_eq!(refused, expected);
    assert_eq!(project.size(), 3);
}

fn payload(case: &Value) -> Vec<u8> {
    if let Some(text) = case["payload_text"].as_str() {
        return text.into();
    }
    if let Some(hex) = case["payload_hex"].as_str() {
        return (0..hex.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
            .collect();
    }
    let count = |name: &str| case["generate"][name].as_u64().map(|n| n as usize);
    match (count("nest"), count("pad")) {
        (Some(n), _) => format!("{{\"a\":{}{}}}", "[".repeat(n), "]".repeat(n)).into(),
        (_, Some(n)) => format!("{{\"a\":\"{}\"}}", "x".repeat(n)).into(),
        _ => unreachable!("no payload in {case}"),
    }
}

#[test]
fn lines_of_another_shape_are_refused() {
    let project = Project::new();
    let input = b"{\"kind\":\"custom.x\"}\n{\"kind\":\"custom.x\",\"payload\":{},\"extra\":1}\n[]\n\xff\n{\"kind\":\"custom.x\",\"payload\":{}";
    let ended = project.feed(STREAM, input);
    let codes: Vec<Value> = ended.err_lines().iter().map(|e| e["error"]["code"].clone()).collect();
    let expected =
        ["INVALID_ARGUMENT", "INVALID_ARGUMENT", "INVALID_ARGUMENT", "PAYLOAD_NOT_UTF8", "PAYLOAD_NOT_JSON"];
    assert_eq!(codes, expected);
    assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""));
    let human = project.feed(["record", "-"], input);
    assert!(human.err.starts_with("sealbook: error[INVALID_ARGUMENT]: line 1: "), "{human:?}");
}

#[test]
fn a_repeated_id_yields_the_first_entry_and_a_conflict_is_refused() {
    let project = Project::new();
    let id = "01a20693-c126-7ee4-aa5f-df836bd63ff4";
    let line = |n: u8| format!("{{\"kind\":\"custom.x\",\"id\":\"{id}\",\"payload\":{{\"n\":{n}}}}}\n");
    let ended = project.feed(STREAM, [line(1), line(1), line(2)].concat().as_bytes());
    let entries = ended.out_lines();
    assert_eq!((entries.len(), &entries[0]), (2, &entries[1]));
    assert_eq!(ended.err_lines()[0]["line"], 3);
    assert_eq!(ended.err_lines()[0]["error"]["code"], "ID_CONFLICT");
}

#[test]
fn an_error_of_the_ledger_ends_the_command() {
    let project = Project::new();
    let ended = project.feed(
        ["record", "--json", "-", "--read-only"],
        &b"{\"kind\":\"custom.x\",\"payload\":{}}\n".repeat(20_000),
    );
    assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""));
    let errors = ended.err_lines();
    assert_eq!(errors[0]["error"]["code"], "READ_ONLY");
    assert!(errors.len() < 20_000, "{} lines were tried", errors.len());
}

#[test]
fn when_nobody_reads_any_longer_it_stops_without_a_word() {
    let project = Project::new();
    let mut child = project.spawn(STREAM);
    let mut input = child.stdin.take().unwrap();
    // Ends when the command has ended: nobody reads the lines then.
    let producer =
        std::thread::spawn(
            move || {
                while input.write_all(b"{\"kind\":\"custom.x\",\"payload\":{}}\n").is_ok() {}
            },
        );
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let output = child.wait_with_output().unwrap();
    producer.join().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(141), &b""[..]));
    assert_eq!(project.run(["show", "1", "--json"]).good(), line);
    assert_eq!(project.run(["verify", "--json"]).json()["verdict"], "intact");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_the_reading_and_what_was_acknowledged_stays() {
    let project = Project::new();
    let mut child = project.spawn(STREAM);
    let mut input = child.stdin.take().unwrap();
    writeln!(input, r#"{{"kind":"custom.x","payload":{{}}}}"#).unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    let kill = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.unwrap().success());
    // Its input is still open.
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let mut rest = String::new();
    output.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "");
    assert_eq!(project.run(["show", "1", "--json"]).good(), line);
    drop(input);
}
