//! Entries that are recorded with a task, and agents that are taken out by hand.

#![cfg(unix)]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod common;

use common::Project;
use serde_json::{Value, json};

const ORDER: &str = r#"{"kind": "custom.order", "payload": {"order": 7, "price": 1.50}}"#;

#[test]
fn entries_are_recorded_with_a_task_and_stand_in_front_of_it() {
    let project = Project::new();
    let submit = |options: &[&str]| {
        let before = ["task", "submit", "--requester", "ann"];
        project.run(before.iter().chain(options).chain(&["--", "true"]))
    };
    let named = r#"{"kind": "custom.order", "payload": {}, "id": "019aaf3e-5a00-7000-8000-000000000001"}"#;
    let with = ["--entry", ORDER, "--entry", named, "--json"];
    let answer = submit(&with).json();
    assert_eq!(answer["repeated"], false);
    let entries = answer["entries"].as_array().unwrap();
    assert_eq!(entries.iter().map(|entry| &entry["seq"]).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(project.run(["show", "1", "--json"]).json(), entries[0]);
    assert_eq!(entries[1]["id"], "019aaf3e-5a00-7000-8000-000000000001");
    let third = project.run(["show", "3", "--json"]).json();
    assert_eq!((&third["kind"], &third["id"]), (&json!("task"), &answer["id"]));
    let text = submit(&["--entry", ORDER]).good();
    assert_eq!(text.trim().len(), 36, "only the id: {text}");
    let plain = submit(&["--json"]).json();
    assert_eq!(plain, json!({"id": plain["id"], "repeated": false}));
    project.run(["verify", "-q"]).good();
}

#[test]
fn a_task_and_its_entries_are_taken_together_or_not_at_all() {
    let project = Project::new();
    let size = project.size();
    let submit = |options: &[&str]| {
        let before = ["task", "submit", "--requester", "ann"];
        project.run(before.iter().chain(options).chain(&["--", "true"]))
    };
    submit(&["--entry", ORDER, "--entry", r#"{"kind": "sys.key", "payload": {}}"#]).failed("RESERVED_KIND");
    submit(&["--entry", ORDER, "--entry", r#"{"kind": "custom.order"}"#]).failed("INVALID_ARGUMENT");
    submit(&["--entry", "{"]).failed("PAYLOAD_NOT_JSON");
    submit(&["--entry", ORDER, "--max-attempts", "0"]).failed("INVALID_POLICY");
    assert_eq!(project.run(["task", "submit", "--lines", "--entry", ORDER]).code, Some(2));
    assert_eq!((project.size(), project.run(["task", "list", "--json"]).good().as_str()), (size, ""));
}

#[test]
fn an_agent_that_is_taken_out_gets_no_task_until_it_is_taken_back_in() {
    let project = Project::new();
    std::fs::write(project.path().join("agent.json"), r#"{"id": "reviewer"}"#).unwrap();
    let work = || -> Value {
        let ended = project.run(["work", "--until-idle", "--agent", "agent.json", "--json"]);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        ended.out_lines().pop().unwrap()["summary"].clone()
    };
    let unknown = project.run(["agents", "down", "reviewer", "--reason", "it babbles", "--as", "ops"]);
    assert!(unknown.failed("NOT_FOUND").err.contains("there is no agent reviewer"));
    project.run(["agents", "down", ""]).failed("INVALID_TASK");
    assert_eq!(work()["attempts"], 0);
    let down = project.run(["agents", "down", "reviewer", "--reason", "it babbles", "--as", "ops"]).good();
    assert!(down.starts_with("reviewer  away, down  "), "{down}");
    assert_eq!(project.run(["agents"]).good(), down);
    let entry = project.run(["log", "-n", "1", "--json"]).json();
    assert!(entry["payload"].to_string().contains("it babbles"), "{entry}");
    let needs =
        ["task", "submit", "--requester", "ann", "--needs", r#"{"agents": ["reviewer"]}"#, "--", "true"];
    project.run(needs).good();
    assert_eq!(work()["attempts"], 0, "it is out, also for a worker that starts anew");
    let up = project.run(["agents", "up", "reviewer", "--as", "ops", "--json"]).json();
    assert_eq!(up["health"], "healthy");
    assert_eq!(work()["completed"], 1);
    project.run(["agents", "up", "nobody"]).failed("NOT_FOUND");
}

#[test]
fn only_who_manages_everything_takes_agents_out() {
    let project = Project::new();
    std::fs::write(project.path().join("agent.json"), r#"{"id": "reviewer"}"#).unwrap();
    project.run(["work", "--until-idle", "--agent", "agent.json", "-q"]).good();
    let settings = r#"tasks.principals = [{ id = "ops", may = ["manage *"] }, { id = "bob", may = ["manage process"] }]"#;
    std::fs::write(project.path().join("sealbook.toml"), settings).unwrap();
    let refused = project.run(["agents", "down", "reviewer", "--as", "bob"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.err.contains("ACCESS_REFUSED"), "{refused:?}");
    assert_eq!(project.run(["agents", "down", "reviewer", "--as", "ops", "-q"]).good(), "");
    assert_eq!(project.run(["agents", "--json"]).json()["health"], "down");
}

#[test]
fn only_who_is_listed_runs_tasks_and_each_sees_what_they_may() {
    let project = Project::new();
    let settings = r#"tasks.principals = [{ id = "ann", may = ["submit *"] }, { id = "cat", may = ["see *"] }, { id = "ops", may = ["run *"] }]"#;
    std::fs::write(project.path().join("sealbook.toml"), settings).unwrap();
    let id = project
        .run(["task", "submit", "--requester", "ann", "--require-approvals", "1", "--", "true"])
        .good();
    let id = id.trim();
    let work = project.run(["work", "--until-idle", "-q"]);
    assert_eq!(work.code, Some(1), "{work:?}");
    project.run(["work", "--until-idle", "-q", "--as", "ops"]).good();
    for (who, sees) in [("ann", true), ("cat", true), ("eve", false)] {
        let listed = project.run(["task", "list", "--json", "--as", who]).good();
        assert_eq!(listed.contains(id), sees, "{who}");
        assert_eq!(project.run(["pleas", "--json", "--as", who]).good().contains(id), sees, "{who}");
        let size = project.run(["log", "--json"]).good().lines().count();
        for look in ["show", "watch"] {
            let mut command = vec!["task", look, id, "--as", who];
            if !sees {
                let refused = project.run(&command);
                assert!(refused.code == Some(1) && refused.err.contains("ACCESS_REFUSED"), "{refused:?}");
            } else if look == "show" {
                command.push("--json");
                assert_eq!(project.run(&command).json()["id"], id);
            }
        }
        let recorded = project.run(["log", "--json"]).good().lines().count() - size;
        assert_eq!(recorded, if sees { 0 } else { 2 }, "each refusal is an entry");
    }
}

#[test]
fn json_is_data_that_no_escape_for_people_changes() {
    let project = Project::new();
    let id = project.run(["task", "submit", "--requester", "ann", "--", "printf", "\u{202e}\u{7f}"]).good();
    let shown = project.run(["task", "show", id.trim(), "--json"]).json();
    assert_eq!(shown["arguments"], json!(["printf", "\u{202e}\u{7f}"]));
    let text = project.run(["task", "show", id.trim()]).good();
    assert!(!text.contains('\u{202e}') && text.contains(r"\u{202e}") && !text.contains(r"\u{5c}"), "{text}");
}
