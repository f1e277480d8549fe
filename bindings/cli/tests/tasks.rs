//! `sealbook task`, `sealbook work`, `sealbook pleas`, `sealbook approve` and `sealbook deny`.

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

fn submit(project: &Project, options: &[&str], command: &[&str]) -> String {
    let before = ["task", "submit", "--kind", "process", "--requester", "ann", "--json"];
    let all = before.iter().chain(options).chain(&["--"]).chain(command);
    project.run(all).json()["id"].as_str().unwrap().to_owned()
}

fn work(project: &Project) -> Value {
    let ended = project.run(["work", "--until-idle", "--json"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    ended.out_lines().pop().unwrap()["summary"].clone()
}

fn show(project: &Project, id: &str) -> Value {
    project.run(["task", "show", id, "--json"]).json()
}

#[test]
fn a_command_runs_as_it_is_and_its_output_is_the_result() {
    let project = Project::new();
    let id = submit(&project, &[], &["printf", "%s|", "a b", "$HOME", "c;d"]);
    assert_eq!(show(&project, &id)["state"], "queued");
    assert_eq!(work(&project)["completed"], 1);
    let task = show(&project, &id);
    assert_eq!((&task["state"], &task["attempts"]), (&json!("completed"), &json!(1)));
    assert_eq!(task["result"]["stdout"], "a b|$HOME|c;d|");
    assert_eq!(task["result"]["exit"], 0);
    let events: Vec<_> = task["history"].as_array().unwrap().iter().map(|t| t["event"].clone()).collect();
    assert_eq!(events, ["ready", "assign", "start", "complete"]);
    project.run(["verify", "-q"]).good();
}

#[test]
fn a_command_that_fails_is_tried_again_and_then_dead_until_it_is_redriven() {
    let project = Project::new();
    let options = ["--max-attempts", "2", "--retry-delay", "0.01"];
    let id = submit(&project, &options, &["sh", "-c", "echo oh no >&2; test -e mended"]);
    assert_eq!(work(&project)["attempts"], 2);
    let task = show(&project, &id);
    assert_eq!((&task["state"], &task["attempts"]), (&json!("dead"), &json!(2)));
    assert_eq!(task["failure"]["class"], "ExitCode");
    assert_eq!(task["failure"]["message"], "exit code 1: oh no");
    std::fs::write(project.path().join("mended"), "").unwrap();
    assert_eq!(project.run(["task", "redrive", &id, "--as", "ann", "--json"]).json()["state"], "queued");
    work(&project);
    assert_eq!(show(&project, &id)["state"], "completed");
}

#[test]
fn what_cannot_be_started_fails_at_once_and_names_the_program() {
    let project = Project::new();
    let id = submit(&project, &[], &["no-such-program-anywhere"]);
    assert_eq!(work(&project)["attempts"], 1);
    let task = show(&project, &id);
    assert_eq!((&task["state"], &task["failure"]["class"]), (&json!("failed"), &json!("SpawnError")));
    assert!(task["reason"].as_str().unwrap().contains("no-such-program-anywhere"));
}

#[test]
fn a_command_that_takes_too_long_is_stopped_with_all_that_it_started() {
    let project = Project::new();
    let options = ["--timeout", "0.3", "--max-attempts", "1"];
    let id = submit(&project, &options, &["sh", "-c", "sleep 1000 & echo $! > child; wait"]);
    work(&project);
    let task = show(&project, &id);
    assert_eq!((&task["state"], &task["failure"]["fault"]), (&json!("dead"), &json!("timeout")));
    let child = std::fs::read_to_string(project.path().join("child")).unwrap();
    let status = std::fs::read_to_string(format!("/proc/{}/stat", child.trim()));
    assert!(status.is_err() || status.unwrap().contains(") Z "), "the grandchild lives");
}

#[test]
fn a_task_waits_for_its_approvers_and_no_vote_counts_twice() {
    let project = Project::new();
    let id = submit(&project, &["--require-approvals", "2"], &["true"]);
    assert_eq!(work(&project)["attempts"], 0);
    let plea = project.run(["pleas", "--json"]).json();
    let members = ["task", "state", "required", "approvals"].map(|name| plea[name].clone());
    assert_eq!(members, [json!(id), json!("pending"), json!(2), json!(0)]);
    let plea = plea["id"].as_str().unwrap();
    let vote = |word: &str, who: &str| project.run([word, plea, "--as", who, "--reason", "seen", "--json"]);
    for (word, who, why) in [("approve", "ann", "asked for the task"), ("deny", "ann", "asked for the task")]
    {
        let refused = vote(word, who);
        assert_eq!((refused.code, refused.out.as_str()), (Some(1), ""));
        assert!(refused.err.contains("VOTE_REFUSED") && refused.err.contains(why), "{refused:?}");
    }
    assert_eq!(vote("approve", "bob").json()["approvals"], 1);
    assert_eq!(vote("approve", "bob").code, Some(1));
    assert_eq!(vote("approve", "cat").json()["state"], "approved");
    assert_eq!(vote("deny", "dan").code, Some(1));
    assert_eq!(work(&project)["completed"], 1);
    assert_eq!(show(&project, &id)["pleas"][0]["state"], "consumed");
    assert_eq!(project.run(["pleas", "--json"]).good(), "");
    assert_eq!(project.run(["pleas", "--all", "--json"]).out_lines().len(), 1);
}

#[test]
fn a_task_that_waits_for_its_time_is_voted_on_by_its_id() {
    let project = Project::new();
    let id = submit(&project, &["--require-approvals", "1", "--delay", "3600"], &["true"]);
    let plea = project.run(["approve", &id, "--as", "bob", "--json"]).json();
    let members = ["task", "state", "early"].map(|name| plea[name].clone());
    assert_eq!(members, [json!(id), json!("approved"), json!(true)]);
    assert_eq!(project.run(["approve", &id, "--as", "cat"]).code, Some(1));
}

#[test]
fn a_denial_needs_a_reason_and_ends_the_task() {
    let project = Project::new();
    let id = submit(&project, &["--require-approvals", "1"], &["true"]);
    let plea = project.run(["pleas", "--json"]).json()["id"].as_str().unwrap().to_owned();
    assert_eq!(project.run(["deny", &plea, "--as", "bob"]).code, Some(1));
    project.run(["deny", &plea, "--as", "bob", "--reason", "too dear"]).good();
    let task = show(&project, &id);
    assert_eq!((&task["state"], &task["reason"]), (&json!("failed"), &json!("denied by bob: too dear")));
}

#[test]
fn only_who_is_listed_in_the_settings_may_submit_and_approve() {
    let project = Project::new();
    let settings = r#"
        [tasks]
        principals = [
            { id = "ann", may = ["submit *"] },
            { id = "bob", may = ["approve *"] },
            { id = "cat", roles = ["approver"], may = ["approve process"] },
        ]"#;
    std::fs::write(project.path().join("sealbook.toml"), settings).unwrap();
    let stranger = project.run(["task", "submit", "--requester", "eve", "--", "true"]);
    assert_eq!(stranger.code, Some(1), "{stranger:?}");
    assert!(stranger.err.contains("ACCESS_REFUSED"), "{stranger:?}");
    submit(&project, &["--require-approvals", "1"], &["true"]);
    let plea = project.run(["pleas", "--json", "--as", "cat"]).json()["id"].as_str().unwrap().to_owned();
    for who in ["bob", "eve"] {
        assert_eq!(project.run(["approve", &plea, "--as", who]).code, Some(1), "{who}");
    }
    project.run(["approve", &plea, "--as", "cat"]).good();
    let back = project.run(["plea", "take-back", &plea, "--as", "bob"]);
    assert!(back.err.contains("bob may not take a vote back"), "{back:?}");
    let log = project.run(["log", "--json"]).out_lines();
    let actors = |action: &str| {
        let of = log.iter().filter(|entry| entry["payload"]["action"]["type"] == action);
        of.map(|entry| entry["payload"]["actor"].clone()).collect::<Vec<_>>()
    };
    let actor = |sort: &str, id: &str| json!({"type": sort, "id": id});
    let refused = ["bob", "eve", "bob"].map(|id| actor("human", id));
    assert_eq!(
        actors("refused"),
        [&refused[..], &[actor("service", "eve")]].concat(),
        "every refusal is an entry"
    );
    assert_eq!(actors("approve"), [actor("human", "cat")]);
}

#[test]
fn submitting_again_under_one_key_is_submitting_once() {
    let project = Project::new();
    let first = submit(&project, &["--idempotency-key", "k"], &["true"]);
    assert_eq!(submit(&project, &["--idempotency-key", "k"], &["true"]), first);
    let other =
        project.run(["task", "submit", "--requester", "ann", "--idempotency-key", "k", "--", "false"]);
    other.failed("IDEMPOTENCY_CONFLICT");
    assert_eq!(project.run(["task", "list", "--json"]).out_lines().len(), 1);
}

#[test]
fn tasks_are_listed_by_state_and_run_after_those_that_they_wait_for() {
    let project = Project::new();
    let first = submit(&project, &["--priority", "low"], &["sh", "-c", "echo first >> order"]);
    submit(&project, &["--priority", "critical", "--after", &first], &["sh", "-c", "echo second >> order"]);
    assert_eq!(project.run(["task", "list", "--state", "pending", "--json"]).out_lines().len(), 1);
    work(&project);
    assert_eq!(project.run(["task", "list", "--state", "completed", "--json"]).out_lines().len(), 2);
    assert_eq!(std::fs::read_to_string(project.path().join("order")).unwrap(), "first\nsecond\n");
    let both = project.run(["task", "list", "--state", "completed,queued", "--json"]).out_lines();
    assert_eq!(both.len(), project.run(["task", "list", "--json"]).out_lines().len());
    let wrong = project.run(["task", "list", "--state", "finished"]);
    wrong.failed("INVALID_ARGUMENT");
    assert!(wrong.err.contains("awaiting_approval"));
}

#[test]
fn many_are_submitted_from_lines_and_watched_to_their_end() {
    let project = Project::new();
    let lines = "{\"kind\":\"process\",\"requester\":\"ann\",\"arguments\":[\"true\"]}\n\n".repeat(3);
    let ids = project.feed(["task", "submit", "--lines"], lines.as_bytes()).good();
    assert_eq!(ids.lines().count(), 3);
    work(&project);
    let watched = project.run(["task", "watch", "--json"].into_iter().chain(ids.lines())).out_lines();
    assert_eq!(watched.iter().filter(|event| event["transition"]["to"] == "completed").count(), 3);
    let good = "{\"kind\":\"process\",\"requester\":\"ann\",\"arguments\":[\"true\"]}\n".as_bytes();
    let long = vec![b'x'; (8 << 20) + 1];
    for (line, code) in [
        (b"{\"kind\":\"process\"}".as_slice(), "INVALID_TASK"),
        (b"\xff", "INVALID_ARGUMENT"),
        (&long, "INVALID_ARGUMENT"),
    ] {
        let bad = project.feed(["task", "submit", "--lines", "--json"], &[good, line, b"\n", good].concat());
        assert_eq!(bad.code, Some(2), "{bad:?}");
        let error = &bad.err_lines()[0];
        assert_eq!((&error["line"], &error["error"]["code"]), (&json!(2), &json!(code)), "{error}");
    }
}

#[test]
fn a_waiting_task_is_cancelled_and_a_limit_on_memory_holds() {
    let project = Project::new();
    let id = submit(&project, &["--delay", "3600"], &["true"]);
    assert_eq!(project.run(["task", "cancel", &id, "--as", "ann", "--json"]).json()["state"], "cancelled");
    project.run(["task", "cancel", &id, "--as", "ann"]).failed("TASK_ILLEGAL_TRANSITION");
    let greedy = ["python3", "-c", "x = bytearray(600 << 20); print(len(x))"];
    let id = submit(&project, &["--memory", "200", "--max-attempts", "1"], &greedy);
    work(&project);
    assert_eq!(show(&project, &id)["failure"]["class"], "ExitCode");
}

#[test]
fn many_tasks_are_acted_on_at_once_and_one_that_cannot_be_holds_back_no_other() {
    let project = Project::new();
    let submit = || {
        let args = ["task", "submit", "--kind", "other", "--requester", "ann", "--json", "--arguments", "1"];
        project.run(args).json()["id"].as_str().unwrap().to_owned()
    };
    let ids = [submit(), submit(), submit()];
    project.run(["task", "cancel", &ids[0], "--as", "ann"]).good();
    let some = project.run(["task", "cancel", &ids[0], &ids[1], "--as", "ann"]);
    assert_eq!((some.code, some.out.as_str()), (Some(2), format!("{} is cancelled\n", ids[1]).as_str()));
    assert!(some.err.contains("TASK_ILLEGAL_TRANSITION"), "{some:?}");
    let state = |id: &str| project.run(["task", "show", id, "--json"]).json()["state"].clone();
    assert_eq!((state(&ids[1]), state(&ids[2])), (json!("cancelled"), json!("queued")));
    let all = project.run(["task", "retry", "--state", "cancelled", "--kind", "other", "--as", "ann"]).good();
    assert_eq!(all.matches("is queued").count(), 2, "{all}");
}

#[test]
fn what_is_no_id_is_looked_up_nowhere_and_no_id_is_to_be_left_out() {
    let project = Project::new();
    for command in [["task", "show"], ["task", "watch"], ["task", "cancel"], ["show", "--json"]] {
        let ended = project.run(command.into_iter().chain(["nonsense"]));
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.err.contains("as it was printed") && !ended.err.contains("leave"), "{ended:?}");
    }
    let record = project.run([
        "record",
        "--actor",
        "ann",
        "--actor-type",
        "human",
        "--action",
        "x",
        "--kind",
        "custom.x",
        "--id",
        "nonsense",
    ]);
    assert!(record.failed("INVALID_ID").err.contains("leave it out to have one made"), "{record:?}");
    assert!(project.run(["task", "show", &"x".repeat(100_000)]).failed("INVALID_ID").err.len() < 300);
}

#[test]
fn what_others_wrote_is_escaped_once() {
    let project = Project::new();
    let id = submit(&project, &["--max-attempts", "1"], &["a\u{202e}b"]);
    work(&project);
    let shown = project.run(["task", "show", &id]).good();
    let listed = project.run(["task", "list"]).good();
    assert!(listed.contains(r#"["a\u{202e}b"]"#), "{listed}");
    assert!(shown.contains(r#"["a\u{202e}b"]"#), "{shown}");
    assert!(shown.contains(r#""a\u{202e}b" cannot be started"#), "{shown}");
    assert!(!shown.contains("u{5c}") && !shown.contains('\u{202e}'), "{shown}");
    let schedule = project.run(["schedule", "add", "n", "--cron", "@daily", "--", "a\u{202e}b"]).good();
    assert!(schedule.contains(r#"["a\u{202e}b"]"#), "{schedule}");
    let limit = project.run(["task", "limit", "--key", "a\u{202e}b", "--pause"]).good();
    assert_eq!(limit, "key a\\u{202e}b: paused\n");
}

#[test]
fn kinds_keys_and_the_queue_are_limited_and_paused() {
    let project = Project::new();
    assert_eq!(project.run(["task", "limit"]).good(), "nothing is limited\n");
    project.run(["task", "limit", "--kind", "process", "--pause", "--reason", "maintenance"]).good();
    let id =
        project.run(["task", "submit", "--kind", "process", "--json", "--", "true"]).json()["id"].clone();
    let id = id.as_str().unwrap();
    project.run(["work", "--until-idle"]).good();
    assert_eq!(project.run(["task", "show", id, "--json"]).json()["state"], "queued");
    let shown =
        project.run(["task", "limit", "--key", "api", "--rate", "100", "--per", "60", "--concurrency", "2"]);
    let shown = shown.good();
    assert!(
        shown.contains("kind process: paused\n")
            && shown.contains("key api: at most 2 at once; at most 100 in "),
        "{shown}"
    );
    project.run(["task", "limit", "--kind", "process", "--lift"]).good();
    project.run(["work", "--until-idle"]).good();
    assert_eq!(project.run(["task", "show", id, "--json"]).json()["state"], "completed");
    project.run(["task", "limit", "--queue", "--rate", "0"]).failed("INVALID_POLICY");
    project.run(["task", "limit", "--queue", "--rate", "1", "--per", "1e15"]).failed("INVALID_POLICY");
    let endless = project.run(["task", "limit", "--queue", "--rate", "1", "--per", "1e300"]);
    assert_eq!(endless.code, Some(2));
    assert!(endless.err.contains("1e300 seconds") && endless.err.len() < 300, "{endless:?}");
}

#[test]
fn a_dependency_is_limited_as_it_bears_and_that_says_how_many_may_call_it_at_present() {
    let project = Project::new();
    let args = [
        "task",
        "limit",
        "--dependency",
        "model",
        "--adaptive",
        "50",
        "--least",
        "2",
        "--first",
        "7",
        "--as",
        "ops",
    ];
    let shown = project.run(args).good();
    assert_eq!(shown, "dependency model: at present 7 at once, between 2 and 50 as it bears them\n");
    let limit = project.run(["task", "limit", "--json"]).json();
    assert_eq!(limit["adaptive"], json!({"least": 2, "most": 50, "first": 7, "now": 7}));
    let shown = project.run(["task", "limit", "--dependency", "model", "--adaptive", "5"]).good();
    assert!(shown.contains("at present 5 at once, between 1 and 5"), "{shown}");
    project
        .run(["task", "limit", "--dependency", "model", "--adaptive", "5", "--first", "6"])
        .failed("INVALID_POLICY");
    assert_eq!(project.run(["task", "limit", "--key", "model", "--adaptive", "5"]).code, Some(2));
}

#[test]
fn a_breaker_is_opened_by_hand_holds_tasks_back_and_lets_them_go_when_it_is_closed() {
    let project = Project::new();
    assert_eq!(project.run(["breaker", "list"]).good(), "no dependency was called yet\n");
    let opened =
        project.run(["breaker", "open", "api", "--reason", "maintenance", "--as", "ops", "--json"]).json();
    assert_eq!(
        (&opened["key"], &opened["state"], &opened["until"]),
        (&json!("api"), &json!("forced"), &json!(null))
    );
    let id = submit(&project, &["--dependency", "api"], &["true"]);
    assert_eq!(work(&project)["attempts"], 0);
    let shown = project.run(["task", "show", &id, "--json"]).json();
    assert_eq!((&shown["state"], &shown["attempts"]), (&json!("pending"), &json!(0)));
    let listed = project.run(["breaker", "list"]).good();
    assert!(listed.starts_with("api  open by hand since ") && listed.contains(": maintenance;"), "{listed}");
    let closed = project.run(["breaker", "close", "api", "--as", "ops"]).good();
    assert!(closed.starts_with("api  closed since "), "{closed}");
    assert_eq!(work(&project)["completed"], 1);
    assert_eq!(project.run(["breaker", "list", "--json"]).json()["calls"], 1);
    assert_eq!(project.run(["breaker", "list", "--json"]).json()["reason"], Value::Null);
    let reset = project.run(["breaker", "reset", "api", "--json"]).json();
    assert_eq!((&reset["calls"], &reset["reason"]), (&json!(0), &Value::Null));
    project.run(["breaker", "open", ""]).failed("INVALID_TASK");
}

#[test]
fn a_task_with_needs_waits_for_an_agent_and_says_why() {
    let project = Project::new();
    let needs = r#"{"capabilities": [{"name": "code.review", "version": [2, 1]}]}"#;
    let id = submit(&project, &["--needs", needs], &["true"]);
    assert_eq!(work(&project)["attempts"], 0);
    assert_eq!(show(&project, &id)["waiting"], "no agent can do a task of kind process: none is registered");
    assert!(project.run(["task", "show", &id]).good().contains("waits for   no agent can do"));
    let profile = |minor: u32| {
        let text =
            json!({"id": "reviewer", "capabilities": [{"name": "code.review", "version": [2, minor]}]});
        std::fs::write(project.path().join("agent.json"), text.to_string()).unwrap();
        let ended = project.run(["work", "--until-idle", "--agent", "agent.json", "--json"]);
        ended.out_lines().pop().unwrap()["summary"].clone()
    };
    assert_eq!(profile(0)["attempts"], 0);
    assert_eq!(profile(1)["completed"], 1);
    let task = show(&project, &id);
    assert_eq!((&task["waiting"], &task["history"][1]["agent"]), (&Value::Null, &json!("reviewer")));
    let agent = project.run(["agents", "--json"]).json();
    let members = ["id", "given", "load", "worker"].map(|name| agent[name].clone());
    assert_eq!(members, [json!("reviewer"), json!(1), json!(0), Value::Null]);
    assert!(project.run(["agents"]).good().starts_with("reviewer  away  0 of "));
    std::fs::write(project.path().join("agent.json"), r#"{"id": "x", "skills": []}"#).unwrap();
    let typo = project.run(["work", "--until-idle", "--agent", "agent.json"]);
    assert_eq!(typo.code, Some(2));
    assert!(typo.err.contains("skills"), "{typo:?}");
    assert_eq!(project.run(["task", "submit", "--needs", r#"{"model": 1}"#, "--", "true"]).code, Some(2));
    project.run(["verify", "-q"]).good();
}

#[test]
fn a_worker_takes_a_number_or_a_least_and_a_most() {
    let project = Project::new();
    let id = submit(&project, &[], &["true"]);
    for bad in ["0", "0..4", "4..2", "..4", "4..", "1..2..3", "many", "-1"] {
        let ended = project.run(["work", "--until-idle", &format!("--concurrency={bad}")]);
        assert_eq!(ended.code, Some(2), "{bad}: {ended:?}");
    }
    assert_eq!(show(&project, &id)["state"], "queued");
    let options = ["--concurrency", "1..4", "--grace", "0.5", "--spare", "0"];
    let ended = project.run(["work", "--until-idle", "--json"].iter().chain(&options));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let summary = ended.out_lines().pop().unwrap()["summary"].clone();
    assert_eq!((&summary["completed"], &summary["stuck"]), (&json!(1), &json!(0)));
}
