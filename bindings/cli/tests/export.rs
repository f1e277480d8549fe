//! `sealbook export` and `import`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod common;

use common::{Project, run, vectors};
use serde_json::json;
use std::io::{BufRead, BufReader};

#[test]
fn an_export_verifies_with_the_root_of_the_ledger() {
    let project = Project::new();
    project.record(20);
    let live = project.run(["verify", "--json"]).json();
    let text = project.run(["export"]).good();
    assert_eq!(text.lines().count(), 21);
    assert_eq!(project.run(["export", "-"]).good(), text);
    assert_eq!(project.run(["export", "out file.jsonl"]).good(), "exported 21 entries to out file.jsonl\n");
    assert_eq!(std::fs::read_to_string(project.path().join("out file.jsonl")).unwrap(), text);
    let report = project.run(["verify", "--json", "--export", "out file.jsonl"]).json();
    assert_eq!((&report["root"], &report["verdict"]), (&live["root"], &json!("intact")));
}

#[test]
fn a_file_is_overwritten_only_by_force_and_nothing_is_left_over() {
    let project = Project::new();
    let file = project.path().join("out.jsonl");
    std::fs::write(&file, "precious").unwrap();
    project.run(["export", "out.jsonl"]).failed("INVALID_ARGUMENT");
    assert_eq!(std::fs::read(&file).unwrap(), b"precious");
    assert_eq!(
        project.run(["export", "out.jsonl", "--force", "--json"]).json(),
        json!({"entries": 1, "file": "out.jsonl"})
    );
    assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), 1);
    project.run(["export", "no/such/folder.jsonl"]).failed("NOT_FOUND");
    project.run(["export", ".", "--force"]).failed("INVALID_ARGUMENT");
    let mut names: Vec<_> =
        std::fs::read_dir(project.path()).unwrap().map(|f| f.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, [".sealbook", "out.jsonl"]);
}

#[test]
fn the_ledgers_own_files_cannot_be_overwritten() {
    let project = Project::new();
    for name in ["ledger.db", "ledger.db-wal", "head"] {
        let path = project.path().join(".sealbook").join(name);
        assert!(path.exists(), "{name}");
        project.run(["export", "--force", path.to_str().unwrap()]).failed("INVALID_ARGUMENT");
    }
    assert_eq!(project.run(["verify", "--json"]).json()["verdict"], "intact");
}

#[cfg(unix)]
#[test]
fn links_and_devices_are_written_through() {
    let project = Project::new();
    std::fs::write(project.path().join("real.jsonl"), "old").unwrap();
    std::os::unix::fs::symlink("real.jsonl", project.path().join("link.jsonl")).unwrap();
    project.run(["export", "link.jsonl", "--force", "-q"]).good();
    assert!(project.path().join("link.jsonl").is_symlink());
    assert!(std::fs::read_to_string(project.path().join("real.jsonl")).unwrap().ends_with("}\n"));
    project.run(["export", "/dev/null", "-q"]).good();
    assert!(!std::fs::metadata("/dev/null").unwrap().is_file());
}

#[test]
fn importing_again_adds_only_what_is_new() {
    let (from, to) = (Project::new(), Project::new());
    from.record(5);
    let file = to.path().join("from.jsonl");
    let export = |more: &[&str]| from.run([&["export", "-q", file.to_str().unwrap()], more].concat()).good();
    export(&[]);
    assert_eq!(to.run(["import", "from.jsonl", "--json"]).json(), json!({"entries": 6, "recorded": 6}));
    assert_eq!(to.run(["import", "from.jsonl"]).good(), "imported 6 entries, 0 of them new\n");
    from.record(1);
    export(&["--force"]);
    assert_eq!(to.run(["import", "from.jsonl", "--json"]).json(), json!({"entries": 7, "recorded": 1}));
    assert_eq!(to.run(["verify", "--json"]).json()["entries"], 8);
}

#[test]
fn a_tampered_export_is_not_imported() {
    let project = Project::new();
    let path = vectors("ledger").join("absent-payload.jsonl");
    project.run(["import", path.to_str().unwrap()]).failed("INVALID_EXPORT");
    project.run(["import", "nowhere.jsonl"]).failed("NOT_FOUND");
    assert_eq!(project.size(), 1);
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_an_export_that_nobody_reads() {
    let project = Project::new();
    project.record(3000); // more than a pipe holds
    let mut child = project.spawn(["export"]);
    let mut output = BufReader::with_capacity(64, child.stdout.take().unwrap());
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    let kill = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.unwrap().success());
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(130));
    assert!(String::from_utf8(ended.stderr).unwrap().starts_with("sealbook: error[CANCELLED]: "));
    assert_eq!(run(project.path(), ["verify", "-q"], b"").good(), "");
}
