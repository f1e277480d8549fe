//! Scans of small repositories, each commit judged.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod common;

use common::{JANE, Repository, Scan};
use sealbook_attribution::{Commit, HistoryOptions, Observer, Strength, Verdict, scan_history};
use sealbook_error::Code;
use std::path::Path;

const CLAUDE: &str = "Co-authored-by: Claude Opus 4.6 <noreply@anthropic.com>";

#[test]
fn every_commit_is_counted_under_its_verdict() {
    let repository = Repository::new();
    repository.commit("by hand");
    repository.commit(&format!("with help\n\n{CLAUDE}\nCo-authored-by: Amp <amp@ampcode.com>"));
    repository.commit("stated\n\nAI-assisted: none");
    repository.commit_as(
        ("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com"),
        JANE,
        "Bump",
    );
    repository.commit_as(("Jane Roe (aider)", JANE.1), JANE, "by aider");
    repository.commit_as(JANE, ("Cursor Agent", "cursoragent@cursor.com"), "by cursor");
    let scan = repository.scan();
    let verdicts: Vec<_> = scan.commits.iter().map(|commit| commit.verdict).collect();
    use Verdict::{Ai, Automation, HumanEvidence, Unknown};
    assert_eq!(verdicts, [Ai, Ai, Automation, HumanEvidence, Ai, Unknown]);
    let s = &scan.summary;
    assert_eq!((s.total, s.ai, s.human_evidence, s.automation, s.unknown), (6, 3, 1, 1, 1));
    assert_eq!(
        serde_json::to_value(s).unwrap(),
        serde_json::json!({
            "total": 6, "ai": 3, "human_evidence": 1, "automation": 1, "unknown": 1,
            "by_tool": {"Aider": 1, "Amp": 1, "Claude Code": 1, "Cursor": 1},
            "by_strength": {"low": 0, "medium": 0, "high": 2, "certain": 1},
            "part": 0, "contradicting": 0, "repository": [],
        })
    );
}

#[test]
fn a_commit_is_reported_with_its_people_subject_and_claims() {
    let repository = Repository::new();
    let id = repository.commit(&format!("two\nlines\n\nbody\n\n{CLAUDE}"));
    let scan = repository.scan();
    let commit = &scan.commits[0];
    assert_eq!((commit.id.as_str(), commit.parents), (id.as_str(), 0));
    assert_eq!(commit.author, "Jane Roe <jane@example.com> 1700000001");
    assert_eq!(commit.subject, "two lines");
    assert_eq!(commit.claims[0].commit, Some(id));
    assert_eq!(commit.claims[0].strength, Strength::High);
    assert_eq!(commit.claims[0].model.as_deref(), Some("Claude Opus 4.6"));
}

#[test]
fn the_order_is_that_of_git_log() {
    let repository = Repository::new();
    // Dates that tie and run backwards, in a history with merges.
    let mut clock = 1_700_000_000;
    for (n, step) in [5, 0, -9, 3, 0, 0, -4, 7, 1, 0].into_iter().enumerate() {
        clock += step;
        let commit = |name: &str| {
            repository.git_as(JANE, JANE, clock, &["commit", "-q", "--allow-empty", "-m", name]);
        };
        commit(&format!("main {n}"));
        repository.git(&["checkout", "-q", "-b", &format!("side{n}")]);
        commit(&format!("side {n}"));
        repository.git(&["checkout", "-q", "main"]);
        commit(&format!("main again {n}"));
        repository.git_as(JANE, JANE, clock, &["merge", "-q", "--no-ff", "-m", "merge", &format!("side{n}")]);
    }
    let log = repository.git(&["log", "--format=%H"]);
    let expected: Vec<_> = log.lines().collect();
    assert_eq!(expected.len(), 40);
    assert_eq!(repository.scan().ids(), expected);
    repository.git(&["commit-graph", "write", "--reachable"]);
    assert_eq!(repository.scan().ids(), expected);
    // A graph that knows only a part.
    repository.commit("later");
    assert_eq!(repository.scan().ids()[1..], expected);
}

#[test]
fn an_octopus_merge_is_one_commit_with_its_parents() {
    let repository = Repository::new();
    repository.commit("root");
    for side in ["a", "b", "c"] {
        repository.git(&["checkout", "-q", "-b", side, "main"]);
        repository.commit(side);
    }
    repository.git(&["merge", "-q", "-m", "octopus", "a", "b"]);
    for graph in [false, true] {
        if graph {
            repository.git(&["commit-graph", "write", "--reachable"]);
        }
        let scan = repository.scan();
        assert_eq!((scan.summary.total, scan.commits[0].parents), (5, 3));
    }
}

#[test]
fn a_history_longer_than_a_batch_is_complete_and_reports_progress() {
    let repository = Repository::new();
    let mut stream = String::new();
    for n in 0..1_000 {
        let message = if n % 10 == 0 { format!("x\n\n{CLAUDE}\n") } else { format!("commit {n}\n") };
        stream += &format!(
            "commit refs/heads/main\ncommitter J <j@x> {} +0000\ndata {}\n{message}\n",
            1_700_000_000 + n,
            message.len()
        );
    }
    let file = repository.beside("stream");
    std::fs::write(&file, stream).unwrap();
    repository.git(&["-c", "alias.load=!git fast-import --quiet < ../stream", "load"]);
    for graph in [false, true] {
        if graph {
            repository.git(&["commit-graph", "write", "--reachable"]);
        }
        let scan = repository.scan();
        assert_eq!((scan.summary.total, scan.summary.ai), (1_000, 100));
        assert!(scan.progress.len() > 3 && scan.progress.is_sorted());
    }
}

#[test]
fn before_the_first_commit_all_figures_are_zero() {
    let scan = Repository::new().scan();
    assert_eq!(scan.summary.total, 0);
    assert_eq!(scan.summary.by_strength.len(), 4);
}

#[test]
fn a_subfolder_and_a_file_find_their_repository() {
    let repository = Repository::new();
    repository.commit("x");
    let folder = repository.path().join("a/b");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("file"), "").unwrap();
    for path in [folder.clone(), folder.join("file"), repository.path().join(".git")] {
        assert_eq!(Scan::of(path).unwrap().summary.total, 1);
    }
}

#[test]
fn bare_repositories_worktrees_and_detached_heads_are_read() {
    let repository = Repository::new();
    repository.commit("one");
    repository.commit(CLAUDE);
    repository.commit(&format!("two\n\n{CLAUDE}"));
    let bare = repository.beside("bare.git");
    repository.git(&["clone", "-q", "--bare", ".", bare.to_str().unwrap()]);
    assert_eq!(Scan::of(&bare).unwrap().summary.total, 3);
    let tree = repository.beside("tree");
    repository.git(&["worktree", "add", "-q", "--detach", tree.to_str().unwrap(), "HEAD~1"]);
    let scan = Scan::of(&tree).unwrap();
    assert_eq!((scan.summary.total, scan.summary.ai), (2, 0));
}

#[test]
fn a_shallow_clone_ends_at_its_boundary() {
    let repository = Repository::new();
    for n in 0..5 {
        repository.commit(&format!("x{n}\n\n{CLAUDE}"));
    }
    repository.git(&["commit-graph", "write", "--reachable"]);
    let shallow = repository.beside("shallow");
    let url = format!("file://{}", repository.path().display());
    repository.git(&["clone", "-q", "--depth=2", &url, shallow.to_str().unwrap()]);
    let scan = Scan::of(&shallow).unwrap();
    assert_eq!((scan.summary.total, scan.summary.ai), (2, 2));
    assert_eq!(scan.commits[1].parents, 0);
}

#[test]
fn sha_256_repositories_are_read() {
    let repository = Repository::with(&["--object-format=sha256"]);
    repository.commit("one");
    let id = repository.commit(&format!("two\n\n{CLAUDE}"));
    for graph in [false, true] {
        if graph {
            repository.git(&["commit-graph", "write", "--reachable"]);
        }
        let scan = repository.scan();
        assert_eq!((scan.summary.total, scan.summary.ai), (2, 1));
        assert_eq!((scan.ids()[0], id.len()), (id.as_str(), 64));
    }
}

#[test]
fn replacements_apply_as_in_git_log() {
    let repository = Repository::new();
    repository.commit("root");
    let old = repository.commit("old");
    repository.commit("tip");
    repository.git(&["commit-graph", "write", "--reachable"]);
    repository.git(&["checkout", "-q", "--detach", "HEAD~2"]);
    let new = repository.commit(&format!("new\n\n{CLAUDE}"));
    repository.git(&["checkout", "-q", "main"]);
    repository.git(&["replace", &old, &new]);
    let scan = repository.scan();
    assert_eq!((scan.summary.total, scan.summary.ai), (3, 1));
    assert_eq!(scan.commits[1].subject, "new");
    assert_eq!(scan.ids()[1], old);
}

#[test]
fn the_start_can_be_any_revision_that_names_a_commit() {
    let repository = Repository::new();
    let first = repository.commit("one");
    repository.commit("two");
    repository.git(&["tag", "-a", "-m", "x", "v1"]);
    repository.commit("three");
    for (revision, total) in [("main", 3), ("v1", 2), ("HEAD~2", 1), (&first[..10], 1)] {
        let options = HistoryOptions::default().revision(revision);
        assert_eq!(Scan::with(repository.path(), &options).unwrap().summary.total, total, "{revision}");
    }
    for revision in ["nowhere", "HEAD~9", "main..v1", "HEAD^{tree}", "", "--all"] {
        let error = Scan::with(repository.path(), &HistoryOptions::default().revision(revision)).unwrap_err();
        assert_eq!(error.code(), Code::InvalidArgument, "{revision}: {error}");
        assert!(error.message().contains(&format!("{revision:?}")));
    }
}

#[test]
fn what_is_no_repository_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let error = Scan::of(folder.path()).unwrap_err();
    assert_eq!(error.code(), Code::NotARepository);
    assert!(error.message().contains(&folder.path().display().to_string()), "{error}");
    let error = Scan::of(folder.path().join("missing")).unwrap_err();
    assert_eq!(error.code(), Code::NotFound);
}

/// The file of a loose object.
fn object(repository: &Repository, id: &str) -> std::path::PathBuf {
    repository.path().join(".git/objects").join(&id[..2]).join(&id[2..])
}

fn replace_file(path: &Path, content: Option<&[u8]>) {
    std::fs::remove_file(path).unwrap();
    if let Some(content) = content {
        std::fs::write(path, content).unwrap();
    }
}

#[test]
fn damaged_and_missing_commits_are_counted_and_the_first_is_named() {
    for graph in [false, true] {
        for content in [None, Some(&b""[..]), Some(b"not zlib at all")] {
            let repository = Repository::new();
            let id = repository.commit("one");
            repository.commit("two");
            if graph {
                repository.git(&["commit-graph", "write", "--reachable"]);
            }
            replace_file(&object(&repository, &id), content);
            let summary = Scan::of(repository.path()).unwrap().summary;
            assert_eq!((summary.total, summary.unreadable.commits), (1, 1));
            assert!(summary.unreadable.first.unwrap().contains(&id));
            let start = HistoryOptions::default().revision(&id);
            let error = Scan::with(repository.path(), &start).unwrap_err();
            assert!(matches!(error.code(), Code::Git | Code::InvalidArgument), "{error}");
            assert!(error.message().contains(&id), "{error}");
        }
    }
}

#[test]
fn a_missing_tree_costs_nothing_but_the_folders_of_its_commits() {
    let repository = Repository::new();
    std::fs::write(repository.path().join("file"), "text").unwrap();
    repository.git(&["add", "file"]);
    repository.commit(&format!("one\n\n{CLAUDE}"));
    let tree = repository.git(&["rev-parse", "HEAD^{tree}"]);
    std::fs::write(repository.path().join("file"), "more").unwrap();
    repository.git(&["add", "file"]);
    repository.commit("two");
    replace_file(&object(&repository, &tree), None);
    let summary = Scan::with(repository.path(), &HistoryOptions::default().folders(2)).unwrap().summary;
    assert_eq!((summary.total, summary.ai), (2, 1));
    assert_eq!((summary.unreadable.commits, summary.unreadable.trees), (0, 2));
    assert!(summary.unreadable.first.unwrap().contains(&tree));
    assert!(repository.scan().summary.unreadable.is_empty());
}

#[test]
fn a_commit_with_flipped_bytes_is_counted_as_unreadable() {
    let repository = Repository::new();
    let id = repository.commit("one");
    repository.commit("two");
    let file = object(&repository, &id);
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    replace_file(&file, Some(&bytes));
    let summary = Scan::of(repository.path()).unwrap().summary;
    assert_eq!((summary.total, summary.unreadable.commits), (1, 1));
    assert!(summary.unreadable.first.unwrap().contains(&id));
}

#[test]
fn a_parent_that_is_no_commit_is_counted_as_unreadable_and_named() {
    let repository = Repository::new();
    repository.commit("one");
    let tree = repository.git(&["rev-parse", "HEAD^{tree}"]);
    let text =
        format!("tree {tree}\nparent {tree}\nauthor J <j@x> 1 +0000\ncommitter J <j@x> 1 +0000\n\nx\n");
    std::fs::write(repository.beside("text"), text).unwrap();
    let id = repository.git(&["hash-object", "-t", "commit", "-w", "--literally", "../text"]);
    let summary = Scan::with(repository.path(), &HistoryOptions::default().revision(id)).unwrap().summary;
    assert_eq!((summary.total, summary.unreadable.commits), (1, 1));
    assert!(summary.unreadable.first.unwrap().contains(&tree));
}

#[test]
fn a_missing_commit_of_a_partial_clone_says_what_to_do() {
    for setting in ["extensions.partialClone=origin", "remote.origin.promisor=true"] {
        let repository = Repository::new();
        let id = repository.commit("one");
        repository.commit("two");
        let (key, value) = setting.split_once('=').unwrap();
        repository.git(&["config", "core.repositoryFormatVersion", "1"]);
        repository.git(&["config", key, value]);
        replace_file(&object(&repository, &id), None);
        let unreadable = Scan::of(repository.path()).unwrap().summary.unreadable;
        assert_eq!(unreadable.commits, 1);
        let first = unreadable.first.unwrap();
        assert!(first.contains(&id) && first.contains("git fetch --refetch --no-filter"), "{first}");
    }
}

#[test]
fn a_partial_clone_that_has_its_commits_is_read() {
    let repository = Repository::new();
    std::fs::write(repository.path().join("file"), "text").unwrap();
    repository.git(&["add", "file"]);
    repository.commit(&format!("one\n\n{CLAUDE}"));
    repository.git(&["config", "uploadpack.allowFilter", "true"]);
    let url = format!("file://{}", repository.path().display());
    let clone = repository.beside("partial");
    repository.git(&["clone", "-q", "--bare", "--filter=tree:0", &url, clone.to_str().unwrap()]);
    assert_eq!(Scan::of(&clone).unwrap().summary.ai, 1);
}

#[test]
fn references_in_a_form_that_cannot_be_read_are_named() {
    let repository = Repository::new();
    repository.commit("one");
    repository.git(&["config", "core.repositoryFormatVersion", "1"]);
    let config = repository.path().join(".git/config");
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, format!("{text}[extensions]\n\trefStorage = reftable\n")).unwrap();
    let error = Scan::of(repository.path()).unwrap_err();
    assert_eq!(error.code(), Code::Git);
    assert!(error.message().contains("reftable") && error.message().contains("git refs migrate"), "{error}");
}

#[test]
fn a_damaged_head_or_commit_graph_is_told_apart() {
    let repository = Repository::new();
    repository.commit("one");
    repository.git(&["commit-graph", "write", "--reachable"]);
    let graph = repository.path().join(".git/objects/info/commit-graph");
    replace_file(&graph, Some(b"CGPHgarbage"));
    assert_eq!(repository.scan().summary.total, 1, "a damaged graph is passed over");
    std::fs::write(repository.path().join(".git/HEAD"), "ref: refs/heads/../../x\n").unwrap();
    let error = Scan::of(repository.path()).unwrap_err();
    assert!(matches!(error.code(), Code::Git | Code::NotARepository), "{error}");
}

#[test]
fn messages_of_any_encoding_are_read() {
    let repository = Repository::new();
    let tree = repository.git(&["write-tree"]);
    let message = [b"\xfcber\n\n".as_slice(), CLAUDE.as_bytes(), b"\n"].concat();
    let head = format!(
        "tree {tree}\nauthor J\u{f6} <j@x> 1 +0000\ncommitter J <j@x> 1 +0000\nencoding ISO-8859-1\n\n"
    );
    std::fs::write(repository.beside("text"), [head.as_bytes(), &message].concat()).unwrap();
    let id = repository.git(&["hash-object", "-t", "commit", "-w", "../text"]);
    let scan = Scan::with(repository.path(), &HistoryOptions::default().revision(id)).unwrap();
    assert_eq!(scan.summary.ai, 1);
    assert_eq!(scan.commits[0].subject, "\u{fffd}ber");
}

#[test]
fn a_configuration_of_the_user_has_no_effect() {
    let repository = Repository::new();
    repository.commit("x\n\n; A: 1\nAI-assisted: none");
    repository.git(&["config", "--global", "core.commentChar", ";"]);
    assert_eq!(repository.scan().summary.human_evidence, 0);
}

#[cfg(unix)]
#[test]
fn a_repository_of_another_user_is_read() {
    for arguments in [&["--object-format=sha1"], &["--object-format=sha256"]] {
        let repository = Repository::with(arguments);
        repository.commit("one");
        repository.commit(&format!("two\n\n{CLAUDE}"));
        repository.git(&["commit-graph", "write", "--reachable"]);
        let git = repository.path().join(".git");
        // Only root can give files away; for others the test has nothing to show.
        if [git.as_path(), repository.path()]
            .into_iter()
            .any(|path| std::os::unix::fs::chown(path, Some(65_534), None).is_err())
        {
            return;
        }
        let scan = repository.scan();
        assert_eq!((scan.summary.total, scan.summary.ai), (2, 1));
    }
}

#[test]
fn a_cancelled_scan_stops_early() {
    struct Impatient(u64);
    impl Observer for Impatient {
        fn commit(&mut self, _: &Commit<'_>) {
            self.0 += 1;
        }
        fn is_cancelled(&self) -> bool {
            self.0 > 0
        }
    }
    let repository = Repository::new();
    let stream: String = (0..2_000)
        .map(|n| {
            format!("commit refs/heads/main\ncommitter J <j@x> {} +0000\ndata 2\nx\n\n", 1_700_000_000 + n)
        })
        .collect();
    std::fs::write(repository.beside("stream"), stream).unwrap();
    repository.git(&["-c", "alias.load=!git fast-import --quiet < ../stream", "load"]);
    for graph in [false, true] {
        if graph {
            repository.git(&["commit-graph", "write", "--reachable"]);
        }
        let mut observer = Impatient(0);
        let error = scan_history(repository.path(), &HistoryOptions::default(), &mut observer).unwrap_err();
        assert_eq!(error.code(), Code::Cancelled);
        assert!(observer.0 < 1_000, "{}", observer.0);
    }
}
