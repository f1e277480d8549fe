//! `sealbook scan` of a small repository.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod common;

use common::{Project, git, run};
use serde_json::json;

fn repository() -> Project {
    let project = Project::empty();
    git(project.path(), &["init", "-q", "-b", "main"]);
    let messages = ["First", "Second\n\nCo-authored-by: Claude <noreply@anthropic.com>", "Third"];
    for message in messages {
        git(project.path(), &["commit", "-q", "--allow-empty", "-m", message]);
    }
    project
}

#[test]
fn the_report_has_the_stated_form() {
    let project = repository();
    let report = project.run(["scan", "--history", "--json"]).json();
    assert_eq!(report["schema"], "sealbook/scan/1");
    assert_eq!(
        report["commits"],
        json!({"total": 3, "ai": 1, "human_evidence": 0, "automation": 0, "unknown": 2})
    );
    assert_eq!(report["by_tool"].as_object().unwrap().values().collect::<Vec<_>>(), [&json!(1)]);
    assert!(report["by_strength"].is_object());
    assert!(report.get("recorded").is_none());
    let human = project.run(["scan", "--history"]).good();
    assert!(human.starts_with("       3  commits\n       1  with an AI claim"), "{human}");
    let first = project.run(["scan", "--history", "--json", "--revision", "HEAD~2"]).json();
    assert_eq!(first["commits"]["total"], 1);
    project.run(["scan", "--history", "--revision", "nonsense"]).failed("INVALID_ARGUMENT");
}

#[test]
fn recording_a_scan_twice_adds_nothing() {
    let project = repository();
    project.run(["scan", "--history", "--record"]).failed("NOT_A_PROJECT");
    project.run(["init", "-q"]).good();
    assert_eq!(std::fs::read_to_string(project.path().join(".gitignore")).unwrap(), "/.sealbook/\n");
    let scan = ["scan", "--history", "--record", "--json"];
    assert_eq!(project.run(scan).json()["recorded"], 3);
    assert_eq!(project.run(scan).json()["recorded"], 0);
    assert_eq!(project.size(), 4);
    assert_eq!(project.run(["log", "--json", "--kind", "commit"]).out_lines().len(), 3);
    project.run(["scan", "--history", "--record", "--read-only"]).failed("READ_ONLY");
}

#[test]
fn the_ledger_is_that_of_the_scanned_path_unless_another_is_named() {
    let (repository, elsewhere) = (repository(), Project::new());
    repository.run(["init", "-q"]).good();
    let below = repository.path().join("sub folder");
    std::fs::create_dir(&below).unwrap();
    std::fs::write(below.join("file.rs"), "").unwrap();
    let path = below.join("file.rs");
    let path = path.to_str().unwrap();
    let scan = ["scan", "--history", "--record", "--json", path];
    assert_eq!(elsewhere.run(scan).json()["recorded"], 3);
    assert_eq!((repository.size(), elsewhere.size()), (4, 1));
    let named = elsewhere.run([&["-C", "."], &scan[..]].concat());
    assert_eq!(named.json()["recorded"], 3);
    assert_eq!((repository.size(), elsewhere.size()), (4, 4));
    assert_eq!(run(&below, ["scan", "--history", "--json"], b"").json()["commits"]["total"], 3);
}

#[test]
fn what_it_cannot_do_it_says() {
    let project = repository();
    let ended = project.run(["scan"]);
    ended.failed("INVALID_ARGUMENT");
    assert!(ended.err.contains("--history"), "{ended:?}");
    Project::empty().run(["scan", "--history"]).failed("NOT_A_REPOSITORY");
}
