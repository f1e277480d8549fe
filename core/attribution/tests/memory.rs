//! A scan with a memory reports what a scan without one does, whatever happened in between.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod common;

use common::{JANE, Repository, Scan};
use proptest::prelude::*;
use sealbook_attribution::{Commit, HistoryOptions, Memory, Observer, scan_remembering};
use sealbook_error::Code;

const CLAUDE: &str = "Co-authored-by: Claude Opus 4.6 <noreply@anthropic.com>";

/// A scan with the memory that the bytes hold, and the bytes to keep.
fn remember(repository: &Repository, options: &HistoryOptions, bytes: &[u8]) -> (Scan, Vec<u8>) {
    let mut memory = Memory::from_bytes(bytes);
    let mut scan = Scan::default();
    let summary = scan_remembering(repository.path(), options, &mut memory, &mut scan).unwrap();
    (Scan { summary, ..scan }, memory.to_bytes().unwrap_or_default())
}

/// The same by each way: the bytes to keep.
fn agree(repository: &Repository, options: &HistoryOptions, bytes: &[u8]) -> Vec<u8> {
    let fresh = Scan::with(repository.path(), options).unwrap();
    let (scan, kept) = remember(repository, options, bytes);
    assert_eq!(scan.summary, fresh.summary);
    assert_eq!(scan.commits, fresh.commits);
    assert_eq!(scan.progress.last(), fresh.progress.last());
    let mut memory = Memory::from_bytes(kept.clone());
    assert_eq!(scan_remembering(repository.path(), options, &mut memory, &mut ()).unwrap(), fresh.summary);
    assert!(!memory.is_changed(), "the figures alone teach nothing new");
    kept
}

fn file(repository: &Repository, path: &str, text: &str) {
    let path = repository.path().join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
    repository.git(&["add", "-A"]);
}

#[test]
fn what_was_remembered_is_not_read_again() {
    let repository = Repository::new();
    let old = repository.commit(&format!("one\n\n{CLAUDE}"));
    repository.commit("two");
    let options = HistoryOptions::default();
    let bytes = agree(&repository, &options, b"");
    // The commit is no longer there to be read.
    std::fs::remove_file(repository.path().join(".git/objects").join(&old[..2]).join(&old[2..])).unwrap();
    assert_eq!(Scan::of(repository.path()).unwrap().summary.unreadable.commits, 1);
    let (scan, bytes) = remember(&repository, &options, &bytes);
    assert_eq!((scan.summary.total, scan.summary.ai), (2, 1));
    let tree = repository.git(&["write-tree"]);
    let new = repository.git(&["commit-tree", "-p", "HEAD", "-m", "three", &tree]);
    repository.git(&["update-ref", "HEAD", &new]);
    let (scan, _) = remember(&repository, &options, &bytes);
    assert_eq!((scan.summary.total, scan.summary.ai), (3, 1));
    assert_eq!(scan.ids()[2], old);
    assert_eq!(scan.commits[2].claims[0].model.as_deref(), Some("Claude Opus 4.6"));
}

#[test]
fn damaged_bytes_are_as_good_as_none() {
    let repository = Repository::new();
    repository.commit(&format!("one\n\n{CLAUDE}"));
    file(&repository, "src/a", "a");
    repository.commit("two");
    let options = HistoryOptions::default().folders(2);
    let (expected, bytes) = remember(&repository, &options, b"");
    for at in (0..bytes.len()).step_by(5) {
        let damaged = match at % 3 {
            0 => [&bytes[..at], &[bytes[at] ^ 1], &bytes[at + 1..]].concat(),
            1 => bytes[..at].to_vec(),
            _ => [&bytes[..at], &[0], &bytes[at..]].concat(),
        };
        let (scan, _) = remember(&repository, &options, &damaged);
        assert_eq!((&scan.commits, &scan.summary), (&expected.commits, &expected.summary), "at {at}");
    }
}

#[test]
fn folders_are_remembered_and_shown_only_when_asked_for() {
    let repository = Repository::new();
    file(&repository, "README", "a");
    file(&repository, "src/deep/er/a", "a");
    repository.commit("one");
    file(&repository, "src/deep/er/a", "b");
    file(&repository, "docs/a", "b");
    repository.commit("two");
    repository.commit("nothing");
    let folders = |options: &HistoryOptions, bytes: &[u8]| {
        let (scan, bytes) = remember(&repository, options, bytes);
        (scan.commits.into_iter().map(|commit| commit.folders).collect::<Vec<_>>(), bytes)
    };
    let plain = HistoryOptions::default();
    let two = [vec![], vec!["docs/", "src/deep/"], vec![".", "src/deep/"]];
    let (found, bytes) = folders(&plain.clone().folders(2), b"");
    assert_eq!(found, two);
    let (found, bytes) = folders(&plain, &bytes);
    assert_eq!(found, [[""; 0]; 3]);
    file(&repository, "README", "c");
    repository.commit("three");
    let (_, bytes) = folders(&plain, &bytes);
    let (found, bytes) = folders(&plain.clone().folders(2), &bytes);
    assert_eq!(found, [vec!["."], vec![], vec!["docs/", "src/deep/"], vec![".", "src/deep/"]]);
    let (found, _) = folders(&plain.folders(1), &bytes);
    assert_eq!(found, [vec!["."], vec![], vec!["docs/", "src/"], vec![".", "src/"]]);
}

#[test]
fn folders_are_those_that_git_names() {
    let repository = Repository::new();
    for n in 0..30 {
        file(&repository, &format!("{}/{}/{}", n % 3, n % 5, n % 7), &n.to_string());
        file(&repository, &format!("file{}", n % 4), &n.to_string());
        if n % 6 == 5 {
            std::fs::remove_dir_all(repository.path().join(format!("{}", (n + 1) % 3))).ok();
            repository.git(&["add", "-A"]);
        }
        repository.commit(&n.to_string());
    }
    let scan = Scan::with(repository.path(), &HistoryOptions::default().folders(2)).unwrap();
    for commit in &scan.commits {
        let names = repository.git(&[
            "diff-tree",
            "--root",
            "-r",
            "--no-commit-id",
            "--name-only",
            "--no-renames",
            &commit.id,
        ]);
        let mut expected: Vec<_> = names
            .lines()
            .map(|path| match path.split('/').collect::<Vec<_>>()[..] {
                [a, b, _] => format!("{a}/{b}/"),
                [a, _] => format!("{a}/"),
                _ => ".".into(),
            })
            .collect();
        expected.sort();
        expected.dedup();
        assert_eq!(commit.folders, expected, "{}", commit.subject);
    }
}

#[test]
fn a_merge_and_the_edge_of_a_shallow_clone_touch_no_folder() {
    let repository = Repository::new();
    file(&repository, "a/b", "1");
    repository.commit("root");
    repository.git(&["checkout", "-q", "-b", "side"]);
    file(&repository, "c/d", "1");
    repository.commit("side");
    repository.git(&["checkout", "-q", "main"]);
    file(&repository, "e/f", "1");
    repository.commit("main");
    repository.git(&["merge", "-q", "--no-ff", "-m", "merge", "side"]);
    let options = HistoryOptions::default().folders(2);
    let of = |path: &std::path::Path| {
        let scan = Scan::with(path, &options).unwrap();
        scan.commits.into_iter().map(|commit| (commit.subject, commit.folders.join(" "))).collect::<Vec<_>>()
    };
    let pair = |subject: &str, folders: &str| (subject.to_owned(), folders.to_owned());
    assert_eq!(
        of(repository.path()),
        [pair("merge", ""), pair("main", "e/"), pair("side", "c/"), pair("root", "a/")]
    );
    let clone = repository.beside("clone");
    let url = format!("file://{}", repository.path().display());
    repository.git(&["clone", "-q", "--depth", "2", &url, clone.to_str().unwrap()]);
    assert_eq!(of(&clone), [pair("merge", ""), pair("main", ""), pair("side", "")]);
}

#[test]
fn a_scan_that_is_cancelled_leaves_the_memory_as_it_was() {
    struct Impatient;
    impl Observer for Impatient {
        fn commit(&mut self, _: &Commit<'_>) {}
        fn is_cancelled(&self) -> bool {
            true
        }
    }
    let repository = Repository::new();
    repository.commit("one");
    let options = HistoryOptions::default().folders(1);
    let (_, bytes) = remember(&repository, &options, b"");
    for another in [false, true] {
        if another {
            repository.commit("two");
        }
        let mut memory = Memory::from_bytes(bytes.clone());
        let error = scan_remembering(repository.path(), &options, &mut memory, &mut Impatient).unwrap_err();
        assert_eq!(error.code(), Code::Cancelled);
        assert_eq!((memory.to_bytes(), memory.is_changed()), (Some(bytes.clone()), false));
    }
}

#[test]
fn a_replacement_and_a_deeper_clone_are_noticed() {
    let repository = Repository::new();
    let old = repository.commit("old");
    repository.commit("tip");
    repository.git(&["checkout", "-q", "--orphan", "other"]);
    let new = repository.commit(&format!("new\n\n{CLAUDE}"));
    repository.git(&["checkout", "-q", "main"]);
    let options = HistoryOptions::default();
    let bytes = agree(&repository, &options, b"");
    repository.git(&["replace", &old, &new]);
    let bytes = agree(&repository, &options, &bytes);
    repository.git(&["replace", "-d", &old]);
    let bytes = agree(&repository, &options, &bytes);
    std::fs::write(repository.path().join(".git/shallow"), repository.git(&["rev-parse", "HEAD"]) + "\n")
        .unwrap();
    agree(&repository, &options, &bytes);
}

/// Something that changes a history or its references.
#[derive(Debug, Clone)]
enum Step {
    Commit(u8),
    Branch(u8),
    Checkout(u8),
    Reset(u8),
    Merge(u8),
    Delete(u8),
    Pick(u8),
    Depth(u8),
    Graph,
}

fn step() -> impl Strategy<Value = Step> {
    let n = 0u8..4;
    prop_oneof![
        4 => (0u8..6).prop_map(Step::Commit),
        1 => n.clone().prop_map(Step::Branch),
        1 => n.clone().prop_map(Step::Checkout),
        1 => n.clone().prop_map(Step::Reset),
        1 => n.clone().prop_map(Step::Merge),
        1 => n.clone().prop_map(Step::Delete),
        1 => n.clone().prop_map(Step::Pick),
        1 => n.prop_map(Step::Depth),
        1 => Just(Step::Graph),
    ]
}

fn branch(n: u8) -> String {
    format!("{}/{n}", ["codex", "copilot", "fix", "claude"][usize::from(n % 4)])
}

/// Runs git and does not mind if it refuses.
fn try_git(repository: &Repository, arguments: &[&str]) {
    let arguments: Vec<_> = arguments.iter().map(|argument| argument.replace('\'', "")).collect();
    let script =
        format!("!git {} >/dev/null 2>&1 || git merge --abort >/dev/null 2>&1 || true", arguments.join(" "));
    repository.git(&["-c", &format!("alias.try={script}"), "try"]);
}

fn apply(repository: &Repository, step: &Step, depth: &mut u8, n: usize) {
    match step {
        Step::Commit(kind) => {
            file(repository, &format!("{}/{}/{kind}", n % 3, n % 2), &n.to_string());
            let head = repository.git(&["rev-parse", "HEAD"]);
            let message = match kind {
                0 => format!("{n}\n\n{CLAUDE}"),
                1 => format!("Revert \"{n}\"\n\nThis reverts commit {head}."),
                2 => format!("Reapply \"{n}\"\n\nThis reverts commit {}.", &head[..10]),
                3 => format!("{n} (#1)\n\n* one\n\n* two\n\n{CLAUDE}"),
                _ => format!("{n}\n\nAI-assisted: none"),
            };
            repository.commit_as(
                if n.is_multiple_of(3) { ("Jane (aider)", JANE.1) } else { JANE },
                JANE,
                &message,
            );
        }
        Step::Branch(n) => try_git(repository, &["branch", &branch(*n)]),
        Step::Checkout(n) => try_git(repository, &["checkout", "-q", &branch(*n)]),
        Step::Reset(n) => try_git(repository, &["reset", "-q", "--hard", &format!("HEAD~{n}")]),
        Step::Merge(n) => {
            try_git(repository, &["merge", "-q", "--no-ff", "--no-edit", "-X", "ours", &branch(*n)])
        }
        Step::Delete(n) => try_git(repository, &["branch", "-q", "-D", &branch(*n)]),
        Step::Pick(n) => {
            try_git(repository, &["cherry-pick", "-x", "--allow-empty", "-X", "ours", &branch(*n)])
        }
        Step::Depth(n) => *depth = *n,
        Step::Graph => try_git(repository, &["commit-graph", "write", "--reachable"]),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, max_shrink_iters: 40, ..ProptestConfig::default() })]
    #[test]
    fn random_histories_are_judged_alike_with_and_without_a_memory(
        steps in proptest::collection::vec(proptest::collection::vec(step(), 1..6), 1..6),
    ) {
        let repository = Repository::new();
        repository.commit("root");
        let (mut bytes, mut depth, mut n) = (Vec::new(), 0, 0);
        for between in &steps {
            for step in between {
                n += 1;
                apply(&repository, step, &mut depth, n);
            }
            bytes = agree(&repository, &HistoryOptions::default().folders(depth), &bytes);
            let log = repository.git(&["log", "--format=%H"]);
            let (scan, _) = remember(&repository, &HistoryOptions::default(), &bytes);
            prop_assert_eq!(scan.ids(), log.lines().collect::<Vec<_>>());
        }
    }

    #[test]
    fn any_bytes_are_taken_without_a_panic(bytes: Vec<u8>) {
        prop_assert!(Memory::from_bytes(bytes).is_empty());
    }
}
