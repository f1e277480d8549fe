use super::*;
use proptest::prelude::*;
use sealbook_attribution::{Strength, Time};

fn person<'a>(name: &'a str, email: &'a str) -> Person<'a> {
    Person { name: name.into(), email: email.into(), time: Time::default() }
}

fn claim(signal: Signal, evidence: &str) -> Claim {
    let mut claim = Claim::new("claude-code/co-author", "Claude Code", Class::Ai, signal, Strength::Certain);
    claim.model = Some("Claude Opus 4.6".to_owned());
    claim.evidence = evidence.to_owned();
    claim
}

/// The evidence as it is shown beside a commit by Jane Roe.
fn shown(signal: Signal, evidence: &str) -> String {
    let mut names = Names::default();
    names.machine("cursoragent@cursor.com");
    let jane = person("Jane Roe", "jane.roe@example.com");
    let claim = claim(signal, evidence);
    let commit = Commit::new("a1", jane.clone(), jane, vec![claim.clone()]);
    names.evidence(&claim, &names.own(&commit)).unwrap()
}

#[test]
fn a_machine_is_named_and_a_person_in_its_place_is_not() {
    for (evidence, expected) in [
        ("Co-authored-by: Claude Opus 4.6 <noreply@anthropic.com>", None),
        ("Co-authored-by: Claude Code <cursoragent@cursor.com>", None),
        ("Co-authored-by: claude[bot] <209825114+claude[bot]@users.noreply.github.com>", None),
        (
            "Co-authored-by: Ann Lee <noreply@anthropic.com>",
            Some("Co-authored-by: [person] <noreply@anthropic.com>"),
        ),
        ("Co-authored-by: Claude Dupont <c@d.example>", Some("Co-authored-by: Claude [person] <[person]>")),
        (
            "Co-authored-by: Ann-Marie O'Neil (claude) <a@b.example>",
            Some("Co-authored-by: [person] (claude) <[person]>"),
        ),
        ("Assisted-by: Claude and Ann", Some("Assisted-by: Claude [person]")),
        ("Assisted-by: Claude <ann@x.example", Some("Assisted-by: Claude <[person]@[person]")),
    ] {
        assert_eq!(shown(Signal::Trailer, evidence), expected.unwrap_or(evidence), "{evidence}");
    }
}

#[test]
fn free_text_shows_neither_the_commits_people_nor_addresses_nor_accounts() {
    for (evidence, expected) in [
        ("Thanks, JANE ROE, for claude/fix", "Thanks, [person], for claude/fix"),
        ("jane's and Roe's, roebuck stays", "[person]'s and [person]'s, roebuck stays"),
        ("by ann@x.example and noreply@anthropic.com", "by [person] and noreply@anthropic.com"),
        ("ask @annlee and @claude", "ask @[person] and @claude"),
        ("Merge pull request #1 from annlee/fix", "Merge pull request #1 from [person]/fix"),
        ("Merge pull request #1 from claude/fix", "Merge pull request #1 from claude/fix"),
        ("Read from src/a", "Read from src/a"),
    ] {
        assert_eq!(shown(Signal::Message, evidence), expected, "{evidence}");
    }
}

#[test]
fn names_in_any_writing_are_hidden() {
    let li = person("李雷", "li@example.com");
    let asa = person("Åsa Öberg", "asa@example.com");
    let commit = Commit::new("a1", li, asa, Vec::new());
    let names = Names::default();
    let own = names.own(&commit);
    assert_eq!(names.text("修复李雷的问题 of Åsa", &own), "修复[person]的问题 of [person]");
}

#[test]
fn names_of_other_commits_are_hidden_and_single_words_are_not() {
    let mut names = Names::default();
    let (ann, test) = (person("Ann Lee", "ann@x.example"), person("Test", "t@x.example"));
    names.add(&Commit::new("a1", ann.clone(), test, Vec::new()));
    let claude = person("Claude Code", "noreply@anthropic.com");
    names.add(&Commit::new(
        "a2",
        claude,
        ann,
        vec![claim(Signal::Author, "Claude Code <noreply@anthropic.com>")],
    ));
    let mut text = "Test what Ann Lee and Claude Code did, T@X.example".to_owned();
    names.hide([&mut text]);
    assert_eq!(text, "Test what [person] and Claude Code did, [person]");
}

#[test]
fn what_stands_before_a_colon_is_a_key_only_if_it_looks_like_one() {
    assert!(!shown(Signal::Trailer, "Jane Roe <jane.roe@example.com>: hello").contains("Jane"));
    assert!(
        shown(Signal::Trailer, "Co-authored-by: Jane Roe <jane.roe@example.com>")
            .starts_with("Co-authored-by: ")
    );
}

proptest! {
    #[test]
    fn whatever_the_texts_nothing_of_the_name_and_the_address_is_left(
        before in "\\PC{0,20}", behind in "\\PC{0,20}", signal in 0..4usize
    ) {
        let signal = [Signal::Trailer, Signal::Author, Signal::Message, Signal::Comment][signal];
        let text = format!("{before} Jane Roe <jane.roe@example.com> {behind}");
        let left = shown(signal, &text).to_lowercase();
        prop_assert!(!left.contains("jane") && !left.contains("roe@"), "{left}");
    }
}
