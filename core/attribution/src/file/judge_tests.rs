//! Files of small repositories, judged line by line.

use super::{FileOptions, judge_file};
use crate::common::{JANE, Repository};
use crate::{Catalogue, Extent, FileJudgement, Verdict, WorkingCopy};
use sealbook_error::Code;
use std::path::Path;
use std::sync::Arc;

const CLAUDE: &str = "Co-authored-by: Claude <noreply@anthropic.com>";
const RULES: &str = r#"{"version": 1, "rules": [
    {"id": "git-ai/note", "tool": "git-ai", "class": "ai", "signal": "note", "strength": "certain",
     "false_positives": "", "source": "", "examples": [], "counterexamples": []},
    {"id": "agent-trace/record", "tool": "other agent", "class": "ai", "signal": "trace", "strength": "high",
     "false_positives": "", "source": "", "examples": [], "counterexamples": []},
    {"id": "claude-code/co-author", "tool": "Claude Code", "class": "ai", "signal": "trailer", "keys": ["co-authored-by"],
     "emails": ["noreply@anthropic.com"], "strength": "high",
     "false_positives": "", "source": "", "examples": [], "counterexamples": []}]}"#;

fn options() -> FileOptions {
    FileOptions::default().catalogue(Arc::new(Catalogue::read(&[RULES]).unwrap()))
}

fn judge(repository: &Repository, file: &str) -> FileJudgement {
    let judged = judge_file(repository.path(), file, &options(), &mut ()).unwrap();
    let lines = judged.lines;
    assert_eq!(lines.total, lines.ai + lines.human_evidence + lines.automation + lines.unknown);
    let mut next = 1;
    for range in &judged.ranges {
        assert_eq!(range.start, next, "lines are missing or twice");
        next = range.end + 1;
    }
    assert_eq!(u64::from(next - 1), lines.total);
    judged
}

/// Writes the file and commits it.
fn write(repository: &Repository, file: &str, text: &str, message: &str) -> String {
    let path = repository.path().join(file);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
    repository.git(&["add", "-A"]);
    repository.commit(message)
}

fn note(repository: &Repository, commit: &str, attestation: &str) {
    let text = format!(
        "{attestation}---\n{{\"schema_version\":\"authorship/3.0.0\",\"base_commit_sha\":\"{commit}\",\"prompts\":{{}},\
         \"humans\":{{\"h_3\":{{}}}},\"sessions\":{{\"s_1\":{{\"agent_id\":{{\"tool\":\"cursor\"}}}}}}}}"
    );
    let file = repository.beside("note");
    std::fs::write(&file, text).unwrap();
    repository.git(&["notes", "--ref", "ai", "add", "-f", "-F", file.to_str().unwrap(), commit]);
}

/// Each range as its lines, its verdict and its tools.
fn told(judged: &FileJudgement) -> Vec<(u32, u32, Verdict, String)> {
    judged.ranges.iter().map(|range| (range.start, range.end, range.verdict, range.tools.join(","))).collect()
}

#[test]
fn a_line_is_known_by_the_commit_that_brought_it_in() {
    let repository = Repository::new();
    let first = write(&repository, "src/a.rs", "one\ntwo\nthree\n", "by hand");
    let second = write(&repository, "src/a.rs", "one\nnew\nnewer\ntwo\nthree\n", &format!("x\n\n{CLAUDE}"));
    write(&repository, "other", "", "other");
    let judged = judge(&repository, "src/a.rs");
    let claude = "Claude Code".to_owned();
    use Verdict::{Ai, Unknown};
    let none = String::new;
    assert_eq!(told(&judged), [(1, 1, Unknown, none()), (2, 3, Ai, claude), (4, 5, Unknown, none())]);
    let ids: Vec<_> = judged.commits.iter().map(|commit| (commit.id.as_str(), commit.lines)).collect();
    assert_eq!(ids, [(first.as_str(), 3), (second.as_str(), 2)]);
    assert_eq!((judged.lines.ai, judged.lines.unknown, judged.lines.cut_off), (2, 3, 0));
    assert_eq!(judged.commits[1].subject, "x");
    assert_eq!(judged.claims[judged.ranges[1].evidence[0]].rule, "claude-code/co-author");
    assert_eq!(judged.working_copy, WorkingCopy::Same);
}

#[test]
fn what_a_note_says_of_a_line_follows_the_line_to_where_it_stands_now() {
    let repository = Repository::new();
    let noted = write(&repository, "a.rs", "1\n2\n3\n4\n5\n6\n", "noted");
    note(&repository, &noted, "a.rs\n  s_1::t_2 2-3,6\n  h_3 4\nb.rs\n  s_1::t_2 1\n");
    write(&repository, "a.rs", "new\nnew\n1\n2\n4\n5\n6\n", "by hand");
    let judged = judge(&repository, "a.rs");
    use Verdict::{Ai, HumanEvidence, Unknown};
    let (cursor, none) = (|| "Cursor".to_owned(), String::new);
    assert_eq!(
        told(&judged),
        [
            (1, 2, Unknown, none()),
            (3, 3, Unknown, none()),
            (4, 4, Ai, cursor()),
            (5, 5, HumanEvidence, none()),
            (6, 6, Unknown, none()),
            (7, 7, Ai, cursor()),
        ]
    );
    assert_eq!(judged.ranges[2].line_there, 2);
    assert_eq!(judged.ranges[2].extent, Some(Extent::Whole));
    assert_eq!(judged.by_tool["Cursor"], 2);
    // What the note says of a file that is not there is no business of this one.
    assert_eq!(judged.invalid, []);
}

#[test]
fn a_line_of_a_person_in_a_commit_of_a_tool_is_the_person_s_and_shown_as_a_contradiction() {
    let repository = Repository::new();
    let id = write(&repository, "a.rs", "1\n2\n3\n", &format!("x\n\n{CLAUDE}"));
    note(&repository, &id, "a.rs\n  h_3 2-3\n  s_1::t_2 3\n");
    let judged = judge(&repository, "a.rs");
    let verdicts: Vec<_> = judged.ranges.iter().map(|range| range.verdict).collect();
    assert_eq!(verdicts, [Verdict::Ai, Verdict::HumanEvidence, Verdict::Ai]);
    let kinds: Vec<_> = judged.contradictions.iter().map(|contradiction| contradiction.kind).collect();
    assert!(
        kinds.contains(&"human_and_ai_lines") && kinds.contains(&"human_lines_in_ai_commit"),
        "{kinds:?}"
    );
    assert!(judged.contradictions.iter().all(|c| c.reason.starts_with(&format!("commit {}", &id[..12]))));
}

#[test]
fn what_cannot_be_true_is_listed_and_counts_for_nothing() {
    let repository = Repository::new();
    let id = write(&repository, "a.rs", "1\n", "x");
    note(&repository, &id, "a.rs\n  s_1::t_2 1-2\n");
    let judged = judge(&repository, "a.rs");
    assert_eq!(judged.invalid[0].invalid.as_ref().unwrap().kind, "past_end");
    assert_eq!((judged.lines.unknown, judged.claims.len()), (1, 0));
}

#[test]
fn a_renamed_file_keeps_its_lines_and_the_notes_on_its_old_name() {
    let repository = Repository::new();
    let text: String = (0..20).map(|n| format!("line {n}\n")).collect();
    let id = write(&repository, "old/a.rs", &text, "by hand");
    note(&repository, &id, "old/a.rs\n  s_1::t_2 1-5\n");
    repository.git(&["mv", "old", "new"]);
    write(&repository, "new/a.rs", &format!("{text}more\n"), "moved and changed");
    let judged = judge(&repository, "new/a.rs");
    assert_eq!(judged.commits[0].path.as_deref(), Some("old/a.rs"));
    assert_eq!((judged.lines.ai, judged.lines.total), (5, 21));
}

#[test]
fn a_merge_leaves_each_side_its_lines() {
    let repository = Repository::new();
    write(&repository, "a.rs", "1\n2\n3\n4\n5\n6\n7\n8\n", "base");
    repository.git(&["checkout", "-q", "-b", "side"]);
    write(&repository, "a.rs", "1\n2\n3\n4\n5\n6\n7\n8\nside\n", &format!("side\n\n{CLAUDE}"));
    repository.git(&["checkout", "-q", "main"]);
    write(&repository, "a.rs", "main\n1\n2\n3\n4\n5\n6\n7\n8\n", "main");
    repository.git_as(JANE, JANE, 1_700_001_000, &["merge", "-q", "--no-ff", "-m", "merge", "side"]);
    let judged = judge(&repository, "a.rs");
    assert_eq!(judged.lines.ai, 1);
    assert_eq!(judged.ranges.last().unwrap().tools, ["Claude Code"]);
    assert_eq!(judged.commits.len(), 3);
}

#[test]
fn a_record_about_the_file_as_it_lies_there_counts_while_it_lies_there_so() {
    let repository = Repository::new();
    write(&repository, "a.rs", "1\n2\n", "x");
    std::fs::create_dir(repository.path().join(".agent-trace")).unwrap();
    let record = r#"{"version": "0.1.0", "id": "550e8400-e29b-41d4-a716-446655440000",
        "timestamp": "2026-01-23T14:30:00Z", "tool": {"name": "amp"}, "files": [{"path": "a.rs", "conversations":
        [{"contributor": {"type": "ai"}, "ranges": [{"start_line": 2, "end_line": 2}]}]}]}"#;
    std::fs::write(repository.path().join(".agent-trace/traces.jsonl"), record.replace('\n', " ")).unwrap();
    let judged = judge(&repository, "a.rs");
    assert_eq!((judged.lines.ai, judged.ranges[1].start), (1, 2));
    std::fs::write(repository.path().join("a.rs"), "0\n1\n2\n").unwrap();
    let judged = judge(&repository, "a.rs");
    assert_eq!((judged.lines.ai, judged.working_copy), (0, WorkingCopy::Differs));
}

#[test]
fn lines_from_before_a_shallow_clone_are_said_to_be_cut_off() {
    let repository = Repository::new();
    write(&repository, "a.rs", "1\n", "one");
    write(&repository, "a.rs", "1\n2\n", "two");
    write(&repository, "a.rs", "1\n2\n3\n", "three");
    let clone = repository.beside("clone");
    let url = format!("file://{}", repository.path().display());
    repository.git(&["clone", "-q", "--depth", "2", &url, clone.to_str().unwrap()]);
    let judged = judge_file(&clone, "a.rs", &options(), &mut ()).unwrap();
    assert_eq!((judged.lines.total, judged.lines.cut_off), (3, 2));
    assert!(judged.commits[0].cut_off && !judged.commits[1].cut_off);
}

#[test]
fn a_file_is_named_from_the_folder_or_from_the_root_or_in_full() {
    let repository = Repository::new();
    write(&repository, "src/a.rs", "1\n", "x");
    let folder = repository.path().join("src");
    let full = folder.join("a.rs");
    for (from, file) in [
        (repository.path(), Path::new("src/a.rs")),
        (&folder, Path::new("a.rs")),
        (&folder, Path::new("../src/./a.rs")),
        (&folder, Path::new("src/a.rs")),
        (&folder, &full),
    ] {
        let judged = judge_file(from, file, &options(), &mut ()).unwrap();
        assert_eq!(judged.path, "src/a.rs", "{}", file.display());
    }
}

#[test]
fn an_older_version_is_judged_as_it_was() {
    let repository = Repository::new();
    let first = write(&repository, "a.rs", "1\n", "one");
    write(&repository, "a.rs", "1\n2\n", "two");
    let judged = judge_file(repository.path(), "a.rs", &options().revision("HEAD~1"), &mut ()).unwrap();
    assert_eq!((judged.lines.total, judged.commit), (1, first));
    assert_eq!(judged.working_copy, WorkingCopy::Differs);
}

#[test]
fn what_is_no_file_of_source_text_is_refused() {
    let repository = Repository::new();
    let code = |file: &str| judge_file(repository.path(), file, &options(), &mut ()).unwrap_err().code();
    assert_eq!(code("a.rs"), Code::InvalidArgument, "nothing was committed");
    write(&repository, "long", &"\n".repeat(50_001), "x");
    write(&repository, "binary", "a\0", "x");
    write(&repository, "folder/empty", "", "x");
    assert_eq!(code("long"), Code::InvalidArgument);
    assert_eq!(code("binary"), Code::InvalidArgument);
    assert_eq!(code("gone"), Code::NotFound);
    assert_eq!(code("folder"), Code::InvalidArgument);
    let error = judge_file(repository.path(), "folder", &options(), &mut ()).unwrap_err();
    assert!(error.message().contains("has a folder there"), "{error}");
    assert_eq!(judge(&repository, "folder/empty").lines.total, 0);
}

#[test]
fn lines_come_from_the_commits_that_git_blame_names() {
    let repository = Repository::new();
    let mut lines: Vec<String> = (0..40).map(|n| format!("{n}")).collect();
    // A generator of its own, so that every run makes the same history.
    let mut state = 7u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as usize % below
    };
    for step in 0..30 {
        for _ in 0..=random(3) {
            let at = random(lines.len());
            match random(3) {
                0 => drop(lines.remove(at)),
                1 => lines.insert(at, format!("in {step} at {at}")),
                _ => lines[at] = format!("changed {step} at {at}"),
            }
        }
        write(&repository, "a.rs", &format!("{}\n", lines.join("\n")), &format!("{step}"));
    }
    let blame = repository.git(&["blame", "-s", "-l", "--root", "a.rs"]);
    let expected: Vec<_> = blame.lines().map(|line| line[..40].to_owned()).collect();
    let judged = judge(&repository, "a.rs");
    let ours: Vec<_> = judged
        .ranges
        .iter()
        .flat_map(|range| (range.start..=range.end).map(|_| judged.commits[range.commit].id.clone()))
        .collect();
    assert_eq!(ours, expected);
    assert!(judged.commits.len() > 10);
}
