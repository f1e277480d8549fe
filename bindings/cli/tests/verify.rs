//! `sealbook verify` and `reindex`: the letter of the report, and damage that is found.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod common;

use common::{Project, vector, vectors};
use rusqlite::Connection;
use serde_json::{Value, json};

#[test]
fn an_intact_ledger_is_reported_with_what_was_not_checked() {
    let project = Project::new();
    project.record(3);
    let report = project.run(["verify", "--json"]).json();
    let names: Vec<&String> = report.as_object().unwrap().keys().collect();
    assert_eq!(names, ["entries", "faults", "not_checked", "notes", "origin", "root", "schema", "verdict"]);
    assert_eq!((&report["schema"], &report["verdict"]), (&json!("sealbook/verify/1"), &json!("intact")));
    assert_eq!((&report["entries"], &report["origin"]), (&json!(4), &json!("example.org/test")));
    let root = report["root"].as_str().unwrap();
    let human = project.run(["verify"]).good();
    assert!(human.starts_with(&format!("intact: 4 entries, root {root}\n")), "{human}");
    assert!(human.contains("\nnot checked: rewriting: "), "{human}");
    let known =
        project.run(["verify", "--json", "--size", "4", "--root", root, "--origin", "example.org/test"]);
    assert_eq!(known.json()["not_checked"], json!([]));
    assert_eq!(project.run(["verify", "-q"]).good(), "");
}

#[test]
fn a_flipped_byte_is_found_and_the_entry_is_named() {
    let project = Project::new();
    project.record(5);
    let copy = Project::empty();
    std::fs::create_dir(copy.path().join(".sealbook")).unwrap();
    for file in std::fs::read_dir(project.path().join(".sealbook")).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), copy.path().join(".sealbook").join(file.file_name())).unwrap();
    }
    assert_eq!(copy.run(["verify", "--json"]).json()["verdict"], "intact");
    database(&copy)
        .execute("UPDATE entries SET payload = CAST('{\"n\":9}' AS BLOB) WHERE seq = 3", [])
        .unwrap();
    let ended = copy.run(["verify", "--json"]);
    assert_eq!((ended.code, ended.err.as_str()), (Some(1), ""));
    let report = &ended.out_lines()[0];
    assert_eq!(report["verdict"], "tampered");
    let faults = report["faults"].as_array().unwrap();
    assert_eq!(faults.len(), 1);
    assert_eq!((&faults[0]["seq"], &faults[0]["kind"]), (&json!(3), &json!("commitment")));
    assert!(faults[0]["detail"].is_string());
    let human = copy.run(["verify"]);
    assert_eq!(human.code, Some(1));
    assert!(human.out.starts_with("tampered: 1 fault: 6 entries, root "), "{human:?}");
    assert!(human.out.contains("\nfault: entry 3: commitment: "), "{human:?}");
    assert_eq!(copy.run(["verify", "-q"]).code, Some(1));
    copy.run(["show", "3"]).failed("TAMPERED");
    copy.run(["reindex"]).failed("TAMPERED");
    assert_eq!(project.run(["verify", "--json"]).json()["verdict"], "intact");
}

#[test]
fn what_differs_from_expectations_is_a_finding() {
    let project = Project::new();
    project.record(1);
    let zeros = "0".repeat(64);
    for arguments in [&["--origin", "other"][..], &["--size", "3"], &["--size", "1", "--root", &zeros]] {
        let ended = project.run([&["verify"], arguments].concat());
        assert_eq!(ended.code, Some(1), "{arguments:?}");
        assert!(ended.out.starts_with("tampered"), "{ended:?}");
    }
    project.run(["verify", "--root", &zeros]).failed("INVALID_ARGUMENT");
    project.run(["verify", "--size", "1", "--root", "abc"]).failed("INVALID_ARGUMENT");
}

#[test]
fn a_damaged_index_is_found_and_reindex_repairs_it() {
    let project = Project::new();
    project.record(3);
    project.run(["reindex", "-q"]).good();
    database(&project).execute("UPDATE facets SET kind = 'custom.other' WHERE seq = 2", []).unwrap();
    let ended = project.run(["verify", "--json"]);
    assert_eq!(ended.code, Some(1));
    assert_eq!(ended.out_lines()[0]["faults"][0]["kind"], "index");
    project.run(["reindex", "--read-only"]).failed("READ_ONLY");
    assert_eq!(project.run(["reindex"]).good(), "computed the index and the tree of 4 entries anew\n");
    assert_eq!(project.run(["verify", "--json"]).json()["verdict"], "intact");
}

#[test]
fn every_exemplar_gets_its_verdict() {
    let anywhere = Project::empty();
    let file = vector("ledger/cases.json");
    let mut wrong = Vec::new();
    for case in file["cases"].as_array().unwrap() {
        let path = vectors("ledger").join(case["file"].as_str().unwrap());
        let mut arguments = vec!["verify".to_owned(), "--json".to_owned()];
        arguments.push(format!("--export={}", path.display()));
        for name in ["origin", "size", "root"] {
            match &case[name] {
                Value::Null => {}
                Value::String(text) => arguments.push(format!("--{name}={text}")),
                other => arguments.push(format!("--{name}={other}")),
            }
        }
        let ended = anywhere.run(&arguments);
        let intact = case["expect"]["verdict"] == "intact";
        let good = ended.err.is_empty() && ended.code == Some(if intact { 0 } else { 1 });
        if !good || comparable(&ended.out_lines()[0]) != comparable(&case["expect"]) {
            wrong.push(format!("{arguments:?}: {ended:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
}

/// What the cases say about a report.
fn comparable(report: &Value) -> Value {
    let places = |list: &Value| -> Vec<Value> {
        list.as_array().unwrap().iter().map(|f| json!({"seq": f["seq"], "kind": f["kind"]})).collect()
    };
    let mut topics: Vec<&str> = report["not_checked"]
        .as_array()
        .unwrap()
        .iter()
        .map(|topic| topic.as_str().unwrap().split(':').next().unwrap())
        .collect();
    topics.sort_unstable();
    json!({
        "verdict": report["verdict"], "entries": report["entries"], "root": report["root"], "origin": report["origin"],
        "faults": places(&report["faults"]), "notes": places(&report["notes"]), "not_checked": topics,
    })
}

#[test]
fn an_export_on_standard_input_is_verified() {
    let anywhere = Project::empty();
    for (name, code) in [("good.jsonl", 0), ("erased.jsonl", 0), ("absent-payload.jsonl", 1)] {
        let path = vectors("ledger").join(name);
        let text = std::fs::read(&path).unwrap();
        let piped = anywhere.feed(["verify", "--json", "--export", "-"], &text);
        let named = anywhere.run(["verify", "--json", "--export", path.to_str().unwrap()]);
        assert_eq!((piped.code, &piped.out), (Some(code), &named.out), "{name}");
    }
    anywhere.run(["verify", "--export", "nowhere.jsonl"]).failed("NOT_FOUND");
}

fn database(project: &Project) -> Connection {
    Connection::open(project.path().join(".sealbook/ledger.db")).unwrap()
}
