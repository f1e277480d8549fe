//! Help, completions, man pages, and the transcripts of `docs/cli.md`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod common;

use common::Project;
use std::fs;
use std::path::Path;
use std::process::Command;

const COMMANDS: [&str; 16] = [
    "init",
    "record",
    "log",
    "show",
    "verify",
    "reindex",
    "export",
    "import",
    "scan",
    "why",
    "stats",
    "report",
    "rules",
    "key",
    "completions",
    "man",
];

/// Commands whose transcripts would name ids of tasks.
const OF_TASKS: [&str; 9] =
    ["task", "schedule", "breaker", "work", "agents", "pleas", "approve", "deny", "plea"];

#[test]
fn every_command_has_help_with_an_example() {
    let anywhere = Project::empty();
    let all = anywhere.run(["--help"]).good();
    for name in COMMANDS.into_iter().chain(OF_TASKS) {
        assert!(all.contains(&format!("\n  {name} ")), "{name}");
        let help = anywhere.run([name, "--help"]).good();
        assert!(help.contains("Example") && help.contains(&format!("sealbook {name}")), "{help}");
    }
    assert!(all.contains("Exit codes: 0 good"));
    let version = format!("sealbook {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(anywhere.run(["--version"]).good(), version);
}

#[test]
fn every_shell_gets_completions_for_every_command() {
    let anywhere = Project::empty();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let text = anywhere.run(["completions", shell]).good();
        for name in COMMANDS.into_iter().chain(OF_TASKS) {
            assert!(text.contains(name), "{name} in {shell}");
        }
    }
    assert_eq!(anywhere.run(["completions", "cmd"]).code, Some(2));
}

#[test]
fn every_command_has_a_man_page() {
    let project = Project::empty();
    let page = project.run(["man"]).good();
    assert!(page.contains(".TH sealbook 1"), "{page}");
    let folder = project.path().join("share/man1");
    project.run(["man", "--dir", "share/man1", "-q"]).good();
    assert_eq!(fs::read_to_string(folder.join("sealbook.1")).unwrap(), page);
    for name in COMMANDS.into_iter().chain(OF_TASKS) {
        let page = fs::read_to_string(folder.join(format!("sealbook-{name}.1"))).unwrap();
        assert!(page.contains("Example"), "{page}");
    }
}

/// Runs each `$ ...` line of the page's console blocks in one project and compares what follows. Hashes, ids and times differ, of course.
#[test]
fn the_transcripts_of_the_documentation_are_true() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/cli.md");
    let page = fs::read_to_string(page).unwrap();
    let project = Project::empty();
    let home = project.path().canonicalize().unwrap();
    let mut steps: Vec<(&str, String)> = Vec::new();
    for block in page.split("```console\n").skip(1) {
        for line in block.split("```").next().unwrap().lines() {
            match line.strip_prefix("$ ") {
                Some(command) => steps.push((command, String::new())),
                None => steps.last_mut().unwrap().1 += &format!("{line}\n"),
            }
        }
    }
    assert!(COMMANDS.iter().all(|name| steps.iter().any(|(c, _)| c.contains(&format!("sealbook {name}")))));
    let bin = Path::new(env!("CARGO_BIN_EXE_sealbook")).parent().unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    for (command, expected) in steps {
        let output = Command::new("sh")
            .args(["-c", &format!("exec 2>&1; {command}")])
            .current_dir(&home)
            .env("PATH", &path)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("SEALBOOK_CACHE", "off")
            .env("GIT_AUTHOR_DATE", "2026-11-23T10:15:30Z")
            .env("GIT_COMMITTER_DATE", "2026-11-23T10:15:30Z")
            .output()
            .unwrap();
        let shown = String::from_utf8(output.stdout).unwrap();
        let shown = shown.replace(home.to_str().unwrap(), "/home/ana/shop");
        assert_eq!(without_chance(&shown), without_chance(&expected), "$ {command}\n{shown}");
    }
}

/// A text with `#` in place of every hash, id and time.
fn without_chance(text: &str) -> String {
    let (mut out, mut run) = (String::new(), String::new());
    for c in text.chars().chain(['\0']) {
        if c.is_ascii_digit() || "abcdefTZ:.-".contains(c) {
            run.push(c);
            continue;
        }
        let chance = run.len() >= 12 && run.contains(|c: char| c.is_ascii_digit());
        out += if chance { "#" } else { &run };
        run.clear();
        out.push(c);
    }
    out
}
