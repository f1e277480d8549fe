//! What the Markdown report promises.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag};
use sealbook_attribution::{Class, Commit, Signal, Strength};
use sealbook_ledger::verify;
use sealbook_report::{Collector, People, Report, Repository, Rules, markdown, visible};
use support::*;

const MAY_2026: i64 = 1_778_000_000;

fn report(text: &str) -> Report {
    let mut collector = Collector::new(now(), People::Full);
    let who = person(text, text, MAY_2026);
    let mut made = claim(text, Class::Ai, Signal::Author, Strength::Certain);
    (made.evidence, made.model, made.rule) = (text.to_owned(), Some(text.to_owned()), text.to_owned());
    for claims in [vec![made.clone()], vec![made]] {
        let mut commit = Commit::new("c0ffee", who.clone(), who.clone(), claims);
        commit.subject = text.into();
        commit.folders = vec![text.into()];
        collector.add(&commit);
    }
    let repository = Repository { name: text.to_owned(), head: Some(text.to_owned()), links: None };
    Report::new(repository, now(), collector.finish(), Rules::default())
}

/// Everything but texts, and the code spans apart.
fn shape(text: &str) -> (Vec<String>, Vec<String>) {
    let page = markdown(&report(text));
    let (mut shape, mut spans) = (Vec::new(), Vec::new());
    for event in Parser::new_ext(&page, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        match event {
            Event::Code(code) => spans.push(code.to_string()),
            Event::Start(Tag::Link { .. } | Tag::Image { .. }) | Event::Html(_) | Event::InlineHtml(_) => {
                panic!("markup from a text: {event:?}")
            }
            Event::Start(tag) => shape.push(format!("{tag:?}")),
            Event::Text(said) => assert!(text.len() < 12 || !said.contains(text), "outside a span: {said}"),
            _ => {}
        }
    }
    (shape, spans)
}

#[test]
fn hostile_text_stays_in_its_code_span() {
    let plain = shape("plain text of others").0;
    for hostile in [
        "a | b \\| c \\\\| d",
        "`code` ``and`` `",
        "[link](https://x.example) ![image](x) <img src=x>",
        "@everyone #1 https://x.example www.x.example jane@example.com",
        "# heading\n\n- item\n| a | b |\n",
        "*bold* _x_ ~~y~~ <!-- -->",
        "\u{202e}turned\u{200b}",
    ] {
        let (found, spans) = shape(hostile);
        assert_eq!(found, plain, "{hostile}");
        assert!(spans.iter().filter(|span| **span == visible(hostile)).count() >= 4, "{hostile}: {spans:?}");
    }
}

proptest! {
    #[test]
    fn no_text_changes_the_shape(text in "[a-z]([`|\\\\<>\\[\\]()*_~#@!&:-]|https://|\n|.){0,30}[a-z]") {
        prop_assert_eq!(shape(&text).0, shape("plain text of others").0);
    }
}

#[test]
fn a_ledger_is_never_called_intact_without_what_was_not_checked() {
    let ledger = verify::Report {
        schema: verify::Report::SCHEMA,
        verdict: verify::Verdict::Intact,
        entries: 9,
        root: None,
        origin: None,
        faults: Vec::new(),
        notes: Vec::new(),
        not_checked: vec!["rewriting: no checkpoint is known".to_owned()],
    };
    let page = markdown(&report("x").ledger(ledger));
    assert!(page.contains("**Ledger intact, as far as it could be checked**: 9 entries checked."));
    assert!(page.contains("- not checked: `rewriting: no checkpoint is known`"));
}

#[test]
fn an_empty_history_says_so() {
    let statistics = Collector::new(now(), People::None).finish();
    let page = markdown(&Report::new(Repository::default(), now(), statistics, Rules::default()));
    assert!(page.contains("There is no commit yet") && page.contains("**No ledger behind this report.**"));
    assert!(!page.contains("NaN"));
}
