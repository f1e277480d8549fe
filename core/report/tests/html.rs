//! What the HTML report promises, whatever stands in names, messages, paths and rules.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use html5ever::tendril::TendrilSink;
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use proptest::prelude::*;
use sealbook_attribution::{Class, Commit, Signal, Strength};
use sealbook_ledger::{Hash, verify};
use sealbook_report::{Collector, Links, People, Report, Repository, Rules, TreeStatistics, html, visible};
use std::collections::BTreeMap;
use support::*;

const MAY_2026: i64 = 1_778_000_000;

/// A report in which every text that others wrote is `text`.
fn report(text: &str) -> Report {
    let mut collector = Collector::new(now(), People::Full);
    let who = person(text, text, MAY_2026);
    let of = |class, signal, strength| {
        let mut made = claim(text, class, signal, strength);
        (made.rule, made.evidence) = (text.to_owned(), text.to_owned());
        made.model = Some(text.to_owned());
        made.path = Some(text.to_owned());
        made
    };
    let mut wrong = of(Class::Ai, Signal::Note, Strength::High);
    wrong.invalid = Some(sealbook_attribution::Invalid { kind: "past_end", reason: text.to_owned() });
    let all = [
        vec![of(Class::Ai, Signal::Author, Strength::Certain)],
        vec![of(Class::Ai, Signal::Trailer, Strength::Medium), wrong],
        vec![
            of(Class::Automation, Signal::Author, Strength::Certain),
            of(Class::Human, Signal::Trailer, Strength::High),
        ],
        vec![],
    ];
    for claims in all {
        let mut commit = contradicted(Commit::new("c0ffee", who.clone(), who.clone(), claims), text);
        commit.contradictions.retain(|_| commit.claims.len() != 1);
        commit.subject = text.into();
        commit.folders = vec![text.into()];
        collector.add(&commit);
    }
    let mut about_a_file = of(Class::Ai, Signal::Comment, Strength::High);
    about_a_file.path = Some(text.to_owned());
    let fault = verify::Fault { seq: 3, kind: verify::FaultKind::Link, detail: text.to_owned() };
    let note = verify::Note { seq: 4, kind: verify::NoteKind::NotCanonical, detail: text.to_owned() };
    let ledger = verify::Report {
        schema: verify::Report::SCHEMA,
        verdict: verify::Verdict::Tampered,
        entries: 9,
        root: Some(Hash::ZERO),
        origin: Some(text.to_owned()),
        faults: vec![fault],
        notes: vec![note],
        not_checked: vec![text.to_owned()],
    };
    let repository =
        Repository { name: text.to_owned(), head: Some("c0ffee".to_owned()), links: Links::of_remote(text) };
    let rules = Rules {
        version: 1,
        rules: 2,
        digest: Some(text.to_owned()),
        off: vec![text.to_owned()],
        changed: vec![text.to_owned()],
    };
    Report::new(repository, now(), collector.finish(), rules).ledger(ledger).tree(TreeStatistics::new(
        3,
        1,
        1,
        &[about_a_file],
    ))
}

/// Elements with their attributes and how often they occur; texts with how often they occur.
fn parse(page: &str) -> (BTreeMap<String, usize>, BTreeMap<String, usize>) {
    let dom = html5ever::parse_document(RcDom::default(), Default::default()).one(page);
    assert!(dom.errors.borrow().is_empty(), "{:?}", dom.errors.borrow());
    let (mut elements, mut texts) = (BTreeMap::new(), BTreeMap::new());
    collect(&dom.document, &mut elements, &mut texts);
    (elements, texts)
}

fn collect(node: &Handle, elements: &mut BTreeMap<String, usize>, texts: &mut BTreeMap<String, usize>) {
    match &node.data {
        NodeData::Element { name, attrs, .. } => {
            // The widths and places of marks and the titles of links are data.
            let attrs: Vec<_> = attrs.borrow().iter().map(|attr| attr.name.local.to_string()).collect();
            *elements.entry(format!("{} {}", name.local, attrs.join(" "))).or_default() += 1;
        }
        NodeData::Text { contents } => *texts.entry(contents.borrow().to_string()).or_default() += 1,
        NodeData::Comment { contents } => panic!("a comment: {contents}"),
        _ => {}
    }
    for child in node.children.borrow().iter() {
        collect(child, elements, texts);
    }
}

#[test]
fn hostile_text_is_text() {
    let hostile =
        "</title></style><script>alert(1)</script><img src=x onerror=alert(1)>\"'&lt;<!--\u{202e}\0";
    let page = html(&report(hostile));
    let (elements, texts) = parse(&page);
    assert_eq!(elements, parse(&html(&report("plain"))).0);
    assert!(texts.get(&*visible(hostile)).is_some_and(|times| *times > 10));
}

#[test]
fn nothing_hides_or_turns_text() {
    let page = html(&report("a\u{202e}b\u{200b}c\u{1b}[2Jd\ne"));
    assert!(page.contains(r"a\u{202e}b\u{200b}c\u{1b}[2Jd\u{a}e"));
    assert!(!page.contains(['\u{202e}', '\u{200b}', '\u{1b}']));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_changes_the_elements(text in "([<>&\"'/=!-]|script|style|title|-->|]]>|javascript:|https://|.){1,40}") {
        let (elements, texts) = parse(&html(&report(&text)));
        prop_assert_eq!(elements, parse(&html(&report("plain"))).0);
        prop_assert!(texts.keys().any(|shown| shown.contains(&*visible(&text))));
    }
}

#[test]
fn the_file_needs_nothing_else() {
    let page = html(&report("x"));
    assert!(page.contains("default-src 'none'"));
    for word in ["<script", "<link", "<img", "<iframe", "@import", "url(", "src=", "onload"] {
        assert!(!page.contains(word), "{word}");
    }
}

#[test]
fn commits_are_linked_where_there_is_a_page_for_them() {
    let mut report = report("x");
    assert!(!html(&report).contains("href=\"https://"));
    report.repository.links = Links::of_remote("git@github.com:o/r.git");
    let page = html(&report);
    assert!(page.contains("href=\"https://github.com/o/r/commit/c0ffee\" rel=\"noopener noreferrer\""));
}

#[test]
fn an_empty_history_has_no_chart_and_no_share() {
    let statistics = Collector::new(now(), People::None).finish();
    let page = html(&Report::new(Repository::default(), now(), statistics, Rules::default()));
    assert!(page.contains("There is no commit yet") && page.contains("No ledger behind this report"));
    assert!(!page.contains("NaN") && !page.contains("inf%") && !page.contains("<figure"));
}

#[test]
fn a_ledger_is_never_called_intact_without_what_was_not_checked() {
    let mut tampered = report("rewriting: no checkpoint is known");
    assert!(html(&tampered).contains("Ledger tampered with: 1 fault"));
    let ledger = tampered.ledger.as_mut().unwrap();
    ledger.verdict = verify::Verdict::Intact;
    ledger.faults.clear();
    let page = html(&tampered);
    assert!(page.contains("Ledger intact, as far as it could be checked"));
    assert!(page.contains("rewriting: no checkpoint is known"));
}

#[test]
fn commands_hold_ids_and_hashes_alone() {
    let mut hostile = report("$(rm -rf ~)`id`;'\"");
    hostile.repository.head = Some("$(id)".to_owned());
    let again = Report::new(hostile.repository, now(), hostile.statistics, Rules::default());
    let commands: Vec<_> = again.checks.iter().map(|check| check.command.as_str()).collect();
    assert!(
        commands.iter().all(|command| !command.contains("rm -rf") && !command.contains("$(")),
        "{commands:?}"
    );
    assert!(commands.contains(&"git rev-list --count HEAD") && commands.contains(&"sealbook why c0ffee"));
}

#[test]
fn a_hostile_history_makes_no_big_file() {
    let mut collector = Collector::new(now(), People::Full);
    let texts: Vec<_> = (0..3_000).map(|n| format!("{n}{}", "<\u{202e}".repeat(300))).collect();
    for text in &texts {
        let who = person(text, text, MAY_2026);
        let claims = (0..9).map(|_| claim(text, Class::Ai, Signal::Author, Strength::Certain)).collect();
        let mut commit = contradicted(Commit::new("c0ffee", who.clone(), who, claims), text);
        commit.subject = text.into();
        collector.add(&commit);
    }
    let report = Report::new(Repository::default(), now(), collector.finish(), Rules::default());
    assert!(html(&report).len() < 1_000_000, "{}", html(&report).len());
}
