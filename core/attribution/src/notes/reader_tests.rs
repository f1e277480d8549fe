//! Notes of small repositories, which the `git` command makes.

use super::{NoteClaims, Notes};
use crate::common::Repository;
use crate::{Catalogue, Claim, Class, Lines, Source};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

const RULE: &str = r#"{"version": 1, "rules": [{"id": "git-ai/note", "tool": "git-ai", "class": "ai", "signal": "note",
    "strength": "high", "false_positives": "", "source": "", "examples": [], "counterexamples": []}]}"#;
const RECORDS: &str = r#""prompts": {"0123456": {"agent_id": {"tool": "cursor", "model": "default"}}},
    "humans": {"h_3": {"author": "Jane Roe <jane@example.com>"}},
    "sessions": {"s_1": {"agent_id": {"tool": "claude", "model": "\"claude-opus-4-8\""}}}"#;

fn catalogue() -> Arc<Catalogue> {
    Arc::new(Catalogue::read(&[RULE]).unwrap())
}

fn note(base: &str, attestation: &str) -> String {
    format!(
        "{attestation}---\n{{\"schema_version\":\"authorship/3.0.0\",\"base_commit_sha\":\"{base}\",{RECORDS}}}"
    )
}

/// A repository with `a.rs` of ten lines, a folder, a link, and the commit.
fn repository(arguments: &[&str]) -> (Repository, String) {
    let repository = Repository::with(arguments);
    std::fs::write(repository.path().join("a.rs"), "line\n".repeat(10)).unwrap();
    std::fs::create_dir(repository.path().join("folder")).unwrap();
    std::fs::write(repository.path().join("folder/b c.rs"), "one\ntwo").unwrap();
    repository.git(&["add", "."]);
    let id = repository.commit("files");
    (repository, id)
}

fn add_note(repository: &Repository, reference: &str, object: &str, text: &str) {
    let file = repository.beside("note");
    std::fs::write(&file, text).unwrap();
    let file = file.to_str().unwrap();
    repository.git(&["notes", "--ref", reference, "add", "-f", "-F", file, object]);
}

fn open(path: &Path) -> Notes {
    Notes::open(path, &catalogue()).unwrap().unwrap()
}

/// The note on the repository's one commit, with `attestation`.
fn read(attestation: &str) -> NoteClaims {
    let (repository, id) = repository(&[]);
    add_note(&repository, "ai", &id, &note(&id, attestation));
    open(repository.path()).read(&id).unwrap().unwrap()
}

fn lines(claim: &Claim) -> Vec<(u32, u32)> {
    claim.lines.iter().map(|Lines { start, end }| (*start, *end)).collect()
}

fn kind(claim: &Claim) -> Option<&'static str> {
    claim.invalid.as_ref().map(|invalid| invalid.kind)
}

#[test]
fn a_note_claims_lines_for_tools_and_people() {
    let (repository, id) = repository(&[]);
    let attestation = "a.rs\n  s_1::t_2 6-7,1-4\n  s_1::t_3 5\n  h_3 9\n\"folder/b c.rs\"\n  0123456 2\n";
    add_note(&repository, "ai", &id, &note(&id, attestation));
    let found = open(repository.path()).read(&id).unwrap().unwrap();
    let by = |tool: &str| found.claims.iter().find(|claim| claim.tool == tool).unwrap();
    let claude = by("Claude Code");
    assert_eq!(claude.commit.as_deref(), Some(&*id));
    assert_eq!((claude.path.as_deref(), lines(claude)), (Some("a.rs"), vec![(1, 7)]));
    assert_eq!(claude.model.as_deref(), Some("claude-opus-4-8"));
    assert_eq!((claude.source, claude.class), (Source::Imported, Class::Ai));
    assert_eq!(claude.evidence, "refs/notes/ai s_1::t_2 and 1 more");
    assert_eq!((by("person").class, lines(by("person"))), (Class::Human, vec![(9, 9)]));
    assert_eq!(by("Cursor").model, None);
    assert_eq!(by("Cursor").path.as_deref(), Some("folder/b c.rs"));
    assert!(found.claims.iter().all(Claim::is_valid));
    assert_eq!(found.remarks.into_iter().collect::<Vec<_>>(), [("ranges_not_ascending", 1)]);
    assert_eq!((found.figures.entries, found.figures.lines), (4, 9));
}

#[test]
fn the_same_lines_of_two_tools_and_a_person_are_three_claims_with_keys_of_their_own() {
    let found = read("a.rs\n  s_1::t_2 1-4\n  h_3 1-4\n  0123456 1-4\n");
    assert!(found.claims.iter().all(|claim| claim.is_valid() && lines(claim) == [(1, 4)]));
    let keys: std::collections::HashSet<_> = found.claims.iter().map(Claim::key).collect();
    assert_eq!((found.claims.len(), keys.len()), (3, 3));
}

#[test]
fn no_name_or_address_of_a_person_is_in_a_claim() {
    let found = read("a.rs\n  h_3 1\n");
    assert!(!serde_json::to_string(&found).unwrap().contains("ane"));
}

#[test]
fn lines_past_the_end_are_an_invalid_claim_beside_the_valid_one() {
    let found = read("a.rs\n  s_1::t_2 1-10,11,8-12,900\n");
    let claims: Vec<_> = found.claims.iter().map(|claim| (kind(claim), lines(claim))).collect();
    assert_eq!(claims, [(None, vec![(1, 10)]), (Some("past_end"), vec![(8, 12), (900, 900)])]);
    assert_eq!(found.impossible["past_end"], 3);
    let reason = &found.claims[1].invalid.as_ref().unwrap().reason;
    assert_eq!(reason, "lines 11-11 of a file that has 10, and 2 more");
}

#[test]
fn a_last_line_without_an_end_counts() {
    let found = read("\"folder/b c.rs\"\n  s_1::t_2 2-2\n");
    assert_eq!((kind(&found.claims[0]), lines(&found.claims[0])), (None, vec![(2, 2)]));
}

#[test]
fn files_that_the_commit_lacks_and_folders_are_told_apart() {
    let found =
        read("gone.rs\n  s_1::t_2 1\nfolder\n  s_1::t_2 1\na.rs/x\n  s_1::t_2 1\n/a.rs\n  s_1::t_2 1\n");
    let kinds: Vec<_> = found.claims.iter().map(kind).collect();
    let absent = Some("no_such_file");
    assert_eq!(kinds, [absent, Some("not_a_file"), absent, absent]);
}

#[test]
fn a_key_without_a_record_is_invalid_whoever_it_is_about() {
    let found = read("a.rs\n  s_9::t_2 1\n  h_9 2\n  ai_agent 3\n");
    assert!(found.claims.iter().all(|claim| kind(claim) == Some("no_record")));
    let tools: Vec<_> = found.claims.iter().map(|claim| claim.tool.as_str()).collect();
    assert_eq!(tools, ["git-ai", "person"]);
    assert_eq!(found.impossible["no_record"], 3);
}

#[test]
fn unusable_ranges_are_claims_with_their_reason() {
    let found = read("a.rs\n  s_1::t_2 0,5-3,x,2\n");
    let mut claims: Vec<_> = found.claims.iter().map(|claim| (kind(claim), lines(claim))).collect();
    claims.sort();
    let none = Vec::new;
    let expected = [
        (None, vec![(2, 2)]),
        (Some("inverted_range"), none()),
        (Some("unreadable_range"), none()),
        (Some("zero_line"), none()),
    ];
    assert_eq!(claims, expected);
}

#[test]
fn a_line_given_to_a_tool_and_to_a_person_is_a_contradiction_and_both_claims_stay() {
    let found = read("a.rs\n  s_1::t_2 1-4\n  h_3 4-5\n");
    assert_eq!(found.claims.iter().filter(|claim| claim.is_valid()).count(), 2);
    assert_eq!(found.contradictions[0].kind, "human_and_ai_lines");
    assert_eq!(found.contradictions[0].reason, "lines 4 of \"a.rs\" are given to a tool and to a person");
    assert_eq!(read("a.rs\n  s_1::t_2 1-4\n  h_3 5\n").contradictions, []);
}

#[test]
fn a_note_that_is_no_log_is_one_invalid_claim() {
    let (repository, id) = repository(&[]);
    add_note(&repository, "ai", &id, "remember the milk");
    let found = open(repository.path()).read(&id).unwrap().unwrap();
    assert_eq!(found.claims.iter().map(kind).collect::<Vec<_>>(), [Some("no_divider")]);
    assert_eq!(found.claims[0].path, None);
}

#[test]
fn a_note_that_attests_nothing_is_a_note_without_claims() {
    let (repository, id) = repository(&[]);
    add_note(&repository, "ai", &id, &note(&id, ""));
    let notes = open(repository.path());
    assert_eq!(notes.claims(&id).unwrap(), Some(Vec::new()));
    assert_eq!(notes.claims(&id.replace(|_| true, "0")).unwrap(), None);
    assert_eq!(notes.claims("no id").unwrap(), None);
}

#[test]
fn a_note_whose_base_is_another_commit_is_remarked_on() {
    let (repository, id) = repository(&[]);
    add_note(&repository, "ai", &id, &note("c0ffee", "a.rs\n  s_1::t_2 1\n"));
    let found = open(repository.path()).read(&id).unwrap().unwrap();
    assert_eq!(found.remarks.into_iter().collect::<Vec<_>>(), [("base_commit_differs", 1)]);
    assert!(found.claims[0].is_valid());
}

#[test]
fn notes_on_what_is_no_commit_are_invalid() {
    let (repository, id) = repository(&[]);
    let blob = repository.git(&["rev-parse", "HEAD:a.rs"]);
    add_note(&repository, "ai", &blob, &note(&id, "a.rs\n  s_1::t_2 1\n"));
    repository.git(&["checkout", "-q", "-b", "side"]);
    let lost = repository.commit("rewritten away");
    add_note(&repository, "ai", &lost, &note(&lost, "a.rs\n  s_1::t_2 1\n"));
    repository.git(&["checkout", "-q", "main"]);
    repository.git(&["branch", "-q", "-D", "side"]);
    repository.git(&["reflog", "expire", "--expire=all", "--all"]);
    repository.git(&["gc", "-q", "--prune=now"]);
    let mut reasons = Vec::new();
    let notes = open(repository.path());
    assert_eq!(notes.len(), 2);
    notes
        .read_all(&|| false, |_, note| {
            assert_eq!(kind(&note.claims[0]), Some("no_such_commit"));
            reasons.push(note.claims[0].invalid.clone().unwrap().reason);
        })
        .unwrap();
    reasons.sort();
    assert_eq!(reasons, ["the note is on a blob", "the repository has no such commit"]);
}

#[test]
fn the_repository_s_own_note_goes_before_one_fetched_from_a_remote() {
    let (repository, first) = repository(&[]);
    let second = repository.commit("more");
    for (reference, commit, key) in [
        ("refs/notes/ai", &first, "s_1::t_2"),
        ("refs/notes/ai-remote/origin", &first, "0123456"),
        ("refs/notes/ai-remote/origin", &second, "0123456"),
        ("refs/notes/ai-stash", &second, "s_1::t_2"),
        ("refs/notes/commits", &second, "s_1::t_2"),
    ] {
        // Without git, which keeps what is added below `refs/notes/` alone.
        add_note(&repository, reference, commit, &note(commit, &format!("a.rs\n  {key} 1\n")));
    }
    let notes = open(repository.path());
    let tool = |commit: &str| notes.claims(commit).unwrap().unwrap()[0].tool.clone();
    assert_eq!((tool(&first), tool(&second)), ("Claude Code".into(), "Cursor".into()));
    assert_eq!(notes.len(), 2);
}

#[test]
fn many_notes_are_found_in_their_folders_and_come_in_order() {
    const MANY: usize = 300;
    let repository = Repository::new();
    let mut stream = String::new();
    let who = "committer Jane Roe <jane@example.com> 1700000000 +0000\ndata 0\n";
    for n in 1..=MANY {
        stream.push_str(&format!("commit refs/heads/main\nmark :{n}\n{who}M 644 inline a.rs\ndata 2\n1\n\n"));
    }
    let text = note("", "a.rs\n  s_1::t_2 1\n");
    stream.push_str(&format!("commit refs/notes/ai\n{who}"));
    for n in 1..=MANY {
        stream.push_str(&format!("N inline :{n}\ndata {}\n{text}\n", text.len()));
    }
    let mut import = Command::new("git")
        .args(["fast-import", "--quiet", "--force"])
        .current_dir(repository.path())
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    import.stdin.take().unwrap().write_all(stream.as_bytes()).unwrap();
    assert!(import.wait().unwrap().success());
    assert!(repository.git(&["ls-tree", "refs/notes/ai"]).contains(" tree "), "no folders to find notes in");
    let mut seen = Vec::new();
    open(repository.path())
        .read_all(&|| false, |commit, note| {
            assert_eq!(note.claims.iter().map(kind).collect::<Vec<_>>(), [None]);
            seen.push(commit.to_owned());
        })
        .unwrap();
    let log = repository.git(&["log", "--format=%H", "main"]);
    let mut expected: Vec<_> = log.lines().collect();
    expected.sort_unstable();
    assert_eq!((seen.len(), seen), (MANY, expected.into_iter().map(str::to_owned).collect()));
}

#[test]
fn what_a_partial_clone_lacks_is_not_checked_and_said_to_be_so() {
    let (repository, id) = repository(&[]);
    add_note(&repository, "ai", &id, &note(&id, "a.rs\n  s_1::t_2 900\ngone.rs\n  s_1::t_2 1\n"));
    repository.git(&["config", "uploadpack.allowFilter", "true"]);
    let clone = repository.beside("clone");
    let url = format!("file://{}", repository.path().display());
    repository.git(&["clone", "-q", "--no-checkout", "--filter=blob:none", &url, clone.to_str().unwrap()]);
    let inside = ["-C", clone.to_str().unwrap()];
    repository.git(&[&inside[..], &["fetch", "-q", "origin", "refs/notes/ai:refs/notes/ai"]].concat());
    // The note itself, which git fetches when it is looked at.
    repository.git(&[&inside[..], &["notes", "--ref", "ai", "show", &id]].concat());
    let found = open(&clone).read(&id).unwrap().unwrap();
    assert_eq!(found.claims.iter().map(kind).collect::<Vec<_>>(), [None, Some("no_such_file")]);
    assert_eq!(found.not_checked, 1);
}

#[test]
fn notes_of_a_sha_256_repository_are_read() {
    let (repository, id) = repository(&["--object-format=sha256"]);
    add_note(&repository, "ai", &id, &note(&id, "a.rs\n  s_1::t_2 1\n"));
    let found = open(repository.path()).read(&id).unwrap().unwrap();
    assert!(found.claims[0].is_valid() && id.len() == 64);
}

#[test]
fn without_notes_or_without_a_rule_there_is_nothing_to_open() {
    let (repository, id) = repository(&[]);
    assert!(Notes::open(repository.path(), &catalogue()).unwrap().is_none());
    add_note(&repository, "ai", &id, &note(&id, ""));
    let no_rule = Arc::new(Catalogue::read(&[r#"{"version": 1, "rules": []}"#]).unwrap());
    assert!(Notes::open(repository.path(), &no_rule).unwrap().is_none());
    let before = open(repository.path()).state();
    add_note(&repository, "ai", &id, &note(&id, "a.rs\n  s_1::t_2 1\n"));
    assert_ne!(open(repository.path()).state(), before);
}

#[test]
fn reading_all_stops_when_it_is_cancelled() {
    let (repository, id) = repository(&[]);
    add_note(&repository, "ai", &id, &note(&id, ""));
    let error = open(repository.path()).read_all(&|| true, |_, _| {}).unwrap_err();
    assert_eq!(error.code(), sealbook_error::Code::Cancelled);
}
