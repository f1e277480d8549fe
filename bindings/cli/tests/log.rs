//! `sealbook log` and `show`: filters, order, and text by others that must not reach the terminal.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod common;

use common::Project;
use serde_json::Value;
use std::io::{BufRead, BufReader};

fn seqs(text: &str) -> Vec<u64> {
    text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["seq"].as_u64().unwrap()).collect()
}

#[test]
fn the_newest_come_first_and_reverse_turns_it_round() {
    let project = Project::new();
    project.record(250);
    let newest = seqs(&project.run(["log", "--json"]).good());
    assert_eq!(newest, (0..=250).rev().collect::<Vec<_>>());
    let oldest = seqs(&project.run(["log", "--json", "--reverse"]).good());
    assert_eq!(oldest, (0..=250).collect::<Vec<_>>());
    assert_eq!(seqs(&project.run(["log", "--json", "-n", "3"]).good()), [250, 249, 248]);
    assert_eq!(seqs(&project.run(["log", "--json", "--limit", "120"]).good()).len(), 120);
    assert_eq!(project.run(["log", "-n", "0"]).good(), "");
}

#[test]
fn filters_choose() {
    let project = Project::new();
    let record = |kind: &str, actor: &str, more: &[&str]| {
        let flags =
            ["record", "--json", "--kind", kind, "--actor-type", "ai", "--actor", actor, "--action", "edit"];
        project.run([&flags, more].concat()).json()
    };
    record("custom.a", "ann", &["--spec", "S-1", "--file", "src/a b.rs"]);
    let second = record("custom.b", "ben", &["--spec", "S-2", "--file", "src/c.rs", "--file", "ü.rs"]);
    record("task", "ann", &["--file", "ü.rs"]);
    let time = second["time"].as_str().unwrap();
    let log = |arguments: &[&str]| seqs(&project.run([&["log", "--json"], arguments].concat()).good());
    assert_eq!(log(&["--kind", "custom.b"]), [2]);
    assert_eq!(log(&["--kind", "custom.*"]), [2, 1]);
    assert_eq!(log(&["--actor", "ann"]), [3, 1]);
    assert_eq!(log(&["--spec", "S-1"]), [1]);
    assert_eq!(log(&["--file", "ü.rs"]), [3, 2]);
    assert_eq!(log(&["--file", "ü.rs", "--actor", "ann"]), [3]);
    assert_eq!(log(&["--since", time]), [3, 2]);
    assert_eq!(log(&["--until", time]), [1, 0]);
    assert!(log(&["--until", "2020-01-01"]).is_empty());
    project.run(["log", "--since", "yesterday"]).failed("INVALID_QUERY");
}

#[test]
fn a_line_has_number_time_kind_actor_action_and_short_hash() {
    let project = Project::new();
    let entry = project
        .run([
            "record",
            "--json",
            "--kind",
            "task",
            "--actor-type",
            "ai",
            "--actor",
            "bot",
            "--action",
            "run",
        ])
        .json();
    let line = project.run(["log", "-n", "1"]).good();
    let words: Vec<&str> = line.split_whitespace().collect();
    let (time, hash) = (entry["time"].as_str().unwrap(), entry["hash"].as_str().unwrap());
    assert_eq!(words, ["1", time, "task", "ai:bot", "run", &hash[..12]]);
}

#[test]
fn show_finds_by_number_and_id() {
    let project = Project::new();
    project.record(2);
    let entry = project.run(["show", "2", "--json"]).json();
    let by_id = project.run(["show", entry["id"].as_str().unwrap(), "--json"]).json();
    assert_eq!(by_id, entry);
    project.run(["show", "3"]).failed("NOT_FOUND");
    project.run(["show", "nonsense"]).failed("INVALID_ID");
}

#[test]
fn hostile_text_is_escaped_for_people_and_data_in_json() {
    let project = Project::new();
    let hostile = "a\u{1b}[2J\u{7f}\u{9b}31m\u{202e}\u{2066}\u{200b}\u{feff}\r\n\u{7}z";
    let id = [
        "--actor-type",
        "human",
        "--actor",
        hostile,
        "--action",
        hostile,
        "--file",
        hostile,
        "--spec",
        hostile,
    ];
    let shown = project.run([&["record", "--kind", "custom.x"], &id[..]].concat()).good();
    let log = project.run(["log"]).good();
    assert_eq!(log.lines().count(), 2, "{log}");
    assert!(
        log.contains(r"human:a\u{1b}[2J\u{7f}\u{9b}31m\u{202e}\u{2066}\u{200b}\u{feff}\u{d}\u{a}\u{7}z"),
        "{log}"
    );
    let found = project.run(["log", "--actor", hostile, "--file", hostile, "--spec", hostile]).good();
    assert_eq!(found.lines().count(), 1);
    for text in [shown, log, project.run(["show", "1"]).good()] {
        let raw: Vec<char> = text
            .chars()
            .filter(|c| c.is_control() && *c != '\n' || "\u{202e}\u{2066}\u{200b}\u{feff}".contains(*c))
            .collect();
        assert!(raw.is_empty(), "{raw:?} in {text:?}");
    }
    assert_eq!(project.run(["show", "1", "--json"]).json()["payload"]["spec"], hostile);
    // The same goes for what comes back in errors and reports.
    let error = project.run(["show", hostile]);
    error.failed("INVALID_ID");
    let report = project.run(["verify", "--origin", hostile]);
    assert!(!report.out.contains('\u{1b}') && !report.out.contains('\u{202e}'), "{report:?}");
}

#[test]
fn colours_are_used_when_asked_for_and_never_in_json() {
    let project = Project::new();
    for command in [&["log"][..], &["show", "0"], &["verify"]] {
        let run = |more: &[&str]| project.run([command, more].concat()).good();
        assert!(run(&["--color", "always"]).contains("\x1b["), "{command:?}");
        assert!(!run(&[]).contains('\x1b'), "{command:?}");
        assert!(!run(&["--color", "always", "--json"]).contains('\x1b'), "{command:?}");
    }
    let error = project.run(["show", "9", "--color", "always"]);
    assert!(error.err.starts_with("sealbook: \x1b[1;31merror[NOT_FOUND]\x1b[0m: "), "{error:?}");
}

#[test]
fn a_reader_that_goes_away_ends_it_without_a_word() {
    let project = Project::new();
    project.record(3000);
    for arguments in [&["log", "--json"][..], &["log"], &["export"]] {
        let mut child = project.spawn(arguments);
        let mut line = String::new();
        BufReader::with_capacity(64, child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.ends_with('\n'));
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]), "{arguments:?}");
    }
}
