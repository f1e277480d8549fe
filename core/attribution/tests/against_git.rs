//! Trailers, order and the origin of lines compared with git itself, on a repository that the caller names:
//! `SEALBOOK_REPOSITORY=/path cargo test -p sealbook-attribution --test against_git -- --ignored`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod common;

use common::Scan;
use sealbook_attribution::{FileOptions, judge_file, trailers};
use std::process::Command;

fn git(repository: &str, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new("git").args(["-C", repository]).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn repository() -> String {
    std::env::var("SEALBOOK_REPOSITORY").expect("SEALBOOK_REPOSITORY names a repository")
}

#[test]
#[ignore = "needs SEALBOOK_REPOSITORY"]
fn trailers_are_those_of_git() {
    let format = "--format=%H%x00%B%x00%(trailers:unfold,only)%x00";
    let log = git(&repository(), &["log", "--encoding=UTF-8", format]);
    let fields: Vec<&[u8]> = log.split(|byte| *byte == 0).collect();
    let mut differing = Vec::new();
    for commit in fields.chunks_exact(3) {
        let ours: Vec<u8> = trailers(commit[1])
            .flat_map(|trailer| [trailer.key, b": ", &trailer.value, b"\n"].concat())
            .collect();
        if ours != commit[2] {
            differing.push(String::from_utf8_lossy(commit[0]).trim().to_owned());
        }
    }
    assert!(fields.len() > 3, "no commits");
    assert!(differing.is_empty(), "{} of {} differ: {differing:?}", differing.len(), fields.len() / 3);
}

#[test]
#[ignore = "needs SEALBOOK_REPOSITORY"]
fn the_order_is_that_of_git_log() {
    let repository = repository();
    let log = String::from_utf8(git(&repository, &["log", "--format=%H"])).unwrap();
    let expected: Vec<_> = log.lines().collect();
    assert_eq!(Scan::of(&repository).unwrap().ids(), expected);
}

/// Prints how many lines of `SEALBOOK_FILES`, paths with `:` between them, have another origin than `git blame`
/// gives them. Two ways of aligning a change can both be right, so that a few may; most may not.
#[test]
#[ignore = "needs SEALBOOK_REPOSITORY and SEALBOOK_FILES"]
fn lines_come_from_the_commits_that_git_blame_names() {
    let repository = repository();
    let files = std::env::var("SEALBOOK_FILES").expect("SEALBOOK_FILES names files");
    let (mut lines, mut differing) = (0, 0);
    for file in files.split(':') {
        let start = std::time::Instant::now();
        let blame = git(&repository, &["blame", "-s", "-l", "--root", "-f", "HEAD", "--", file]);
        let theirs = start.elapsed();
        let blame = String::from_utf8_lossy(&blame).into_owned();
        let expected: Vec<_> = blame.lines().map(|line| line.split(' ').next().unwrap().to_owned()).collect();
        let judged = judge_file(&repository, file, &FileOptions::default(), &mut ()).unwrap();
        let ours: Vec<_> = judged
            .ranges
            .iter()
            .flat_map(|range| (range.start..=range.end).map(|_| judged.commits[range.commit].id.as_str()))
            .collect();
        assert_eq!(ours.len(), expected.len(), "{file}");
        let other = ours.iter().zip(&expected).filter(|(ours, theirs)| *ours != theirs).count();
        let elapsed = start.elapsed() - theirs;
        println!("{file}: {} lines, {other} differ; git {theirs:.2?}, ours {elapsed:.2?}", ours.len());
        (lines, differing) = (lines + ours.len(), differing + other);
    }
    assert!(lines > 0 && differing * 20 <= lines, "{differing} of {lines} differ");
}
