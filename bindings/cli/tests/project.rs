//! `sealbook init`, where a project is found, and the command line as such.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod common;

use common::{Project, run};
use std::fs;
use std::path::Path;

#[test]
fn init_makes_a_ledger_once() {
    let project = Project::empty();
    let made = project.run(["init", "--json", "--origin", "example.org/a"]).json();
    assert_eq!(made["origin"], "example.org/a");
    assert!(Path::new(made["ledger"].as_str().unwrap()).is_absolute());
    assert!(Path::new(made["ledger"].as_str().unwrap()).ends_with(".sealbook/ledger.db"));
    project.run(["init"]).failed("LEDGER_EXISTS");
    project.run(["init", "other", "--origin", "two words"]).failed("INVALID_ORIGIN");
    project.run(["init", "more", "--read-only"]).failed("READ_ONLY");
    assert!(project.run(["init", "more"]).good().starts_with("made the ledger "));
    assert_eq!(project.run(["-C", "more", "log", "--json"]).out_lines().len(), 1);
    project.run(["init", "-q", "-C", "third"]).good();
    assert!(project.path().join("third/.sealbook/ledger.db").is_file());
}

#[test]
fn a_project_is_found_from_everywhere_within() {
    let project = Project::empty();
    let names = ["with space", "größe-日本", "line\nfeed", "quo'te\"s", "per%cent?#", "-dash"];
    for name in names {
        let home = project.path().join(name);
        let below = home.join("a/b c");
        fs::create_dir_all(&below).unwrap();
        run(&home, ["init", "-q"], b"").good();
        let whole = run(&home, ["log", "--json"], b"").good();
        for place in [&below, &home.join(".sealbook")] {
            assert_eq!(run(place, ["log", "--json"], b"").good(), whole, "{place:?}");
            run(place, ["record", "-q", "-"], b"").good();
        }
        let file = home.join(".sealbook/ledger.db");
        for path in [&home, &below, &file] {
            let project = format!("--project={}", path.display());
            assert_eq!(run(Path::new("/"), ["log", "--json", &project], b"").good(), whole, "{path:?}");
        }
        run(&home, ["export", "-q", "out\n.jsonl"], b"").good();
        assert!(home.join("out\n.jsonl").is_file());
    }
}

#[test]
fn a_ledger_file_can_stand_anywhere() {
    let project = Project::empty();
    project.run(["init", "-q", "some.db"]).good();
    project.run(["-C", "some.db", "record", "-q", "--kind", "custom.x", "--payload", "{}"]).good();
    assert_eq!(project.run(["-C", "some.db", "log", "--json"]).out_lines().len(), 2);
    fs::write(project.path().join("no.db"), "not a ledger, but long enough to be read as one".repeat(100))
        .unwrap();
    project.run(["-C", "no.db", "log"]).failed("NOT_A_LEDGER");
    project.run(["-C", "nowhere", "log"]).failed("NOT_FOUND");
}

#[test]
fn outside_of_a_project_every_command_says_so() {
    let nowhere = Project::empty();
    let odd = nowhere.path().join("odd\n\u{202e}name");
    fs::create_dir(&odd).unwrap();
    for arguments in [
        &["log"][..],
        &["show", "1"],
        &["verify"],
        &["reindex"],
        &["export"],
        &["import", "x"],
        &["record", "-"],
    ] {
        let ended = run(&odd, arguments, b"");
        ended.failed("NOT_A_PROJECT");
        assert!(ended.err.contains(r"odd\u{a}\u{202e}name"), "{ended:?}");
    }
}

#[test]
fn read_only_keeps_the_ledger_as_it_is() {
    let project = Project::new();
    project.run(["record", "--read-only", "--kind", "custom.x", "--payload", "{}"]).failed("READ_ONLY");
    for arguments in [&["log", "--read-only"][..], &["verify", "--read-only"], &["export", "--read-only"]] {
        project.run(arguments).good();
    }
    assert_eq!(project.size(), 1);
}

#[test]
fn a_mistake_in_the_options_is_an_error() {
    let project = Project::new();
    for arguments in [&["nonsense"][..], &["log", "--nonsense"], &["log", "-n", "x"], &["show"], &[]] {
        let ended = project.run(arguments);
        assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(!ended.err.is_empty());
    }
    let json = project.run(["log", "--nonsense", "--json"]);
    assert_eq!(json.err_lines()[0]["error"]["code"], "INVALID_ARGUMENT");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_behind_standard_output_is_an_error() {
    let project = Project::new();
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_sealbook"))
        .args(["log", "--json"])
        .current_dir(project.path())
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let error: serde_json::Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!(error["error"]["code"], "DISK_FULL");
}
