//! `sealbook schedule`.

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

fn schedules(project: &Project) -> Vec<Value> {
    project.run(["schedule", "list", "--json"]).out_lines()
}

#[test]
fn a_schedule_is_added_listed_and_run_by_whoever_works() {
    let project = Project::new();
    // New Year's Day of three years: in the past for good, and next in months or more.
    let add =
        ["schedule", "add", "new-year", "--cron", "30 9 1 1 *", "--zone", "Europe/Berlin", "--missed", "all"];
    let rest = ["--from", "2023-12-01T00:00:00.000000Z", "--requester", "ann", "--json", "--"];
    let command = ["sh", "-c", "echo run >> made"];
    let added = project.run(add.iter().chain(&rest).chain(&command)).json();
    assert_eq!((&added["name"], &added["next"]), (&json!("new-year"), &json!("2024-01-01T08:30:00.000000Z")));
    assert_eq!(schedules(&project), [added]);

    let ended = project.run(["work", "--until-idle", "--json"]).out_lines().pop().unwrap();
    let made = ended["summary"]["completed"].as_u64().unwrap();
    assert!(made >= 3, "{ended}");
    let lines = std::fs::read_to_string(project.path().join("made")).unwrap();
    assert_eq!(lines.lines().count() as u64, made);

    let scheduled = schedules(&project).pop().unwrap();
    assert_eq!(scheduled["arguments"], json!(["sh", "-c", "echo run >> made"]));
    let task = project.run(["task", "show", scheduled["last_task"].as_str().unwrap(), "--json"]).json();
    let reason = task["history"][0]["reason"].as_str().unwrap().to_owned();
    assert!(reason.contains("new-year") && reason.contains(scheduled["last"].as_str().unwrap()), "{reason}");
    let text = project.run(["schedule", "list"]).good();
    assert!(text.contains("30 9 1 1 * Europe/Berlin") && text.contains("next 20"), "{text}");
    project.run(["verify", "-q"]).good();
}

#[test]
fn a_schedule_is_paused_resumed_and_removed_and_each_is_an_entry() {
    let project = Project::new();
    let add = ["schedule", "add", "s", "--cron", "@daily", "--requester", "ann", "--", "true"];
    project.run(add).good();
    project.run(add).good();
    let act = |word: &str| project.run(["schedule", word, "s", "--as", "ann", "--json"]);
    assert_eq!(act("pause").json()["paused"], true);
    assert!(project.run(["schedule", "list"]).good().contains("paused"));
    let resumed = act("resume").json();
    assert!(!resumed["paused"].as_bool().unwrap() && resumed["next"].is_string());
    assert_eq!(act("remove").json(), json!({"name": "s", "removed": true}));
    assert_eq!(schedules(&project), Vec::<Value>::new());
    project.run(["schedule", "remove", "s", "--as", "ann"]).failed("NOT_FOUND");
    let log = project.run(["log", "--kind", "task", "--reverse", "--json"]).out_lines();
    let acts: Vec<_> = log.iter().map(|entry| entry["payload"]["action"]["type"].clone()).collect();
    assert_eq!(acts, ["schedule", "pause_schedule", "resume_schedule", "unschedule"]);
}

#[test]
fn who_may_not_manage_it_changes_no_schedule_of_others() {
    let project = Project::new();
    let settings = r#"tasks.principals = [{ id = "ann", may = ["submit *"] }, { id = "eve", may = ["submit *"] }, { id = "ops", may = ["manage *"] }]"#;
    std::fs::write(project.path().join("sealbook.toml"), settings).unwrap();
    let add = |who: &str, command: &str| {
        project.run(["schedule", "add", "s", "--cron", "@daily", "--requester", who, "--", command])
    };
    add("ann", "true").good();
    for refused in [
        add("eve", "false"),
        add("mallory", "false"),
        project.run(["schedule", "remove", "s", "--as", "eve"]),
    ] {
        assert_eq!(refused.code, Some(1), "{refused:?}");
        assert!(refused.err.contains("ACCESS_REFUSED"), "{refused:?}");
    }
    assert_eq!(schedules(&project)[0]["arguments"], json!(["true"]));
    project.run(["schedule", "remove", "s", "--as", "ops"]).good();
}

#[test]
fn what_is_not_understood_is_refused_before_anything_is_kept() {
    let project = Project::new();
    project.run(["schedule", "add", "s", "--cron", "0 25 * * *", "--", "true"]).failed("INVALID_SCHEDULE");
    for (option, value, code) in [
        ("--zone", "Mars/Olympus", "INVALID_SCHEDULE"),
        ("--limit", "0", "INVALID_SCHEDULE"),
        ("--missed", "some", "INVALID_ARGUMENT"),
        ("--from", "yesterday", "INVALID_ARGUMENT"),
        ("--priority", "soon", "INVALID_ARGUMENT"),
    ] {
        project.run(["schedule", "add", "s", "--cron", "@daily", option, value, "--", "true"]).failed(code);
    }
    project.run(["schedule", "add", "s", "--cron", "@daily"]).failed("INVALID_ARGUMENT");
    assert_eq!(schedules(&project), Vec::<Value>::new());
}
