use super::trial::matches_example;
use super::{BUILT_IN, Catalogue, File};
use crate::identity::Identity;
use crate::judge::Judge;
use crate::object::Parts;
use crate::{Claim, Class, Rule, RuleSignal, Signal, Strength, Time};
use sealbook_error::Code;

/// The claims about a commit that has nothing but `text`, at the place that `signal` looks at.
fn claims(judge: &mut Judge, signal: Signal, text: &str) -> Vec<Claim> {
    let nobody = (Identity { name: b"Jane Roe", email: b"jane@example.com" }, Time::default());
    let somebody = (Identity::parse(text.as_bytes()), Time::default());
    let message = if signal == Signal::Trailer { format!("title\n\n{text}\n") } else { "title\n".into() };
    let author = if signal == Signal::Author { somebody } else { nobody };
    let committer = if signal == Signal::Committer { somebody } else { nobody };
    judge.claims("c0ffee", &Parts { author, committer, message: message.as_bytes() })
}

fn signals(rule: &Rule) -> Vec<Signal> {
    let all = [Signal::Trailer, Signal::Author, Signal::Committer];
    all.into_iter().filter(|signal| rule.signal.covers(*signal)).collect()
}

fn judge() -> Judge {
    Judge::new(Catalogue::built_in().unwrap())
}

#[test]
fn every_example_of_every_rule_matches_and_no_counterexample_does() {
    let catalogue = Catalogue::built_in().unwrap();
    let mut judge = judge();
    let mut faults = Vec::new();
    for (rule, matcher) in catalogue.rules.iter().zip(&catalogue.matchers) {
        assert!(!rule.examples.is_empty() && !rule.counterexamples.is_empty(), "{} has no examples", rule.id);
        for signal in signals(rule) {
            for (texts, expected) in [(&rule.examples, true), (&rule.counterexamples, false)] {
                for text in texts {
                    let found = claims(&mut judge, signal, text);
                    if found.iter().any(|claim| claim.rule == rule.id) != expected {
                        faults.push(format!("{} on {text:?}: expected {expected}, got {found:?}", rule.id));
                    }
                }
            }
        }
        if is_text(rule) {
            for (texts, expected) in [(&rule.examples, true), (&rule.counterexamples, false)] {
                for text in texts {
                    let found = matcher.find(text.as_bytes()).is_some();
                    // A rule that steps back for another one may match the text itself.
                    let is_match = found && (expected || claimed(&catalogue, rule, text));
                    if is_match != expected {
                        faults.push(format!("{} on {text:?}: expected {expected}", rule.id));
                    }
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Whether the rule looks at a text by its pattern.
fn is_text(rule: &Rule) -> bool {
    rule.pattern.is_some()
}

/// Whether the rule matches a text at its place when all the others run, too.
fn claimed(catalogue: &Catalogue, rule: &Rule, text: &str) -> bool {
    catalogue.test(text).iter().any(|found| found.rule == rule.id)
}

#[test]
fn a_match_in_prose_always_contains_one_of_the_literals_that_are_searched_first() {
    let catalogue = Catalogue::built_in().unwrap();
    let prose = |rule: &&Rule| matches!(rule.signal, RuleSignal::Message | RuleSignal::Comment);
    for rule in catalogue.rules().iter().filter(prose) {
        for text in &rule.examples {
            let lower = text.to_ascii_lowercase();
            assert!(rule.literals.iter().any(|literal| lower.contains(literal)), "{}: {text}", rule.id);
        }
        for literal in &rule.literals {
            let mine = |text: &&String| text.to_ascii_lowercase().contains(literal);
            assert!(
                rule.literals.iter().all(|other| other == literal || !literal.contains(other)),
                "{}",
                rule.id
            );
            assert!(
                rule.examples.iter().any(|text| mine(&text)) || rule.literals.len() > 2,
                "{}: {literal}",
                rule.id
            );
        }
    }
}

#[test]
fn notes_and_traces_have_the_rules_that_their_readers_name() {
    let catalogue = Catalogue::built_in().unwrap();
    let rule = |id| catalogue.rule(id).map(|rule| (rule.signal, rule.strength, rule.class));
    assert_eq!(rule("git-ai/note"), Some((RuleSignal::Note, Strength::Certain, Class::Ai)));
    assert_eq!(rule("agent-trace/record"), Some((RuleSignal::Trace, Strength::High, Class::Ai)));
}

#[test]
fn the_presence_of_a_file_is_never_worth_more_than_low() {
    let catalogue = Catalogue::built_in().unwrap();
    let mut files = catalogue.rules().iter().filter(|rule| rule.signal == RuleSignal::File).peekable();
    assert!(files.peek().is_some());
    assert!(files.all(|rule| rule.strength == Strength::Low));
}

#[test]
fn the_marks_of_the_first_sealbook_are_still_recognised() {
    let catalogue = Catalogue::built_in().unwrap();
    for (mark, rule, strength) in [
        ("Generated by Cursor Composer", "cursor-composer/comment", Strength::High),
        ("Cursor tab completion", "cursor-tab/marker", Strength::Low),
        ("GitHub Copilot", "copilot/marker", Strength::Low),
        ("Claude AI", "claude-ai/marker", Strength::Low),
        ("GPT-4", "gpt/marker", Strength::Low),
    ] {
        for comment in [format!("// {mark}"), format!("/* {mark} */"), format!("# {mark}"), mark.to_owned()] {
            let found = catalogue.test(&comment);
            let found = found.iter().filter(|found| found.signal == RuleSignal::Comment);
            let found: Vec<_> = found.map(|found| (found.rule.as_str(), found.strength)).collect();
            assert_eq!(found, [(rule, strength)], "{comment}");
        }
    }
}

#[test]
fn prose_about_tools_is_no_claim() {
    let catalogue = Catalogue::built_in().unwrap();
    for text in [
        "Add support for Claude Code hooks",
        "fix(cursor): close the cursor before the transaction ends",
        "Update composer.json and composer.lock",
        "DECLARE emp_cursor CURSOR FOR SELECT name FROM staff",
        "The prompt asks Claude to write the tests",
        "// Sends the prompt to GPT-4 and waits",
        "# cursor = connection.cursor()",
        "Copilot: document the settings",
        "docs: how to use Aider with DeepSeek",
        "Assisted-by: Jane Roe <jane@example.com>",
        "Assisted-by: Claude Dupont <claude@example.org>",
        "src/cursor/composer.rs",
        "feature/cursor-pagination",
        "gemini-twins",
        "This file was generated by protoc. DO NOT EDIT.",
        "/* automatically generated by rust-bindgen */",
        "GPT-4 is a model of OpenAI",
    ] {
        assert_eq!(catalogue.test(text), [], "{text}");
    }
}

#[test]
fn a_digest_is_that_of_the_rules_in_force() {
    let digest = |settings: &str| Catalogue::built_in().unwrap().with_settings(settings).unwrap().digest();
    assert_eq!(digest(""), Catalogue::built_in().unwrap().digest());
    let all = [
        digest(""),
        digest("attribution.off = ['amp/co-author']"),
        digest("attribution.off = ['amp/thread-trailer']"),
        digest("attribution.strength = {'amp/co-author' = 'medium'}"),
    ];
    assert!(all.iter().enumerate().all(|(at, one)| !all[at + 1..].contains(one)));
}

#[test]
fn a_rule_that_matches_its_own_examples_says_so_to_who_tries_them() {
    let catalogue = Catalogue::built_in().unwrap();
    for (rule, matcher) in catalogue.rules.iter().zip(&catalogue.matchers) {
        if matches!(rule.signal, RuleSignal::Note | RuleSignal::Trace) {
            continue;
        }
        for text in &rule.examples {
            assert!(matches_example(rule, matcher, text), "{}: {text}", rule.id);
            assert!(claimed(&catalogue, rule, text), "{}: {text}: {:?}", rule.id, catalogue.test(text));
        }
    }
}

proptest::proptest! {
    #[test]
    fn any_text_can_be_tried(text: String) {
        use std::sync::LazyLock;
        static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::built_in().unwrap());
        let found = CATALOGUE.test(&text);
        proptest::prop_assert!(found.iter().all(|found| CATALOGUE.rule(&found.rule).is_some()));
    }
}

#[test]
fn a_text_is_claimed_for_one_ai_tool_only() {
    let catalogue = Catalogue::built_in().unwrap();
    let mut judge = judge();
    for rule in catalogue.rules().iter().filter(|rule| rule.class == Class::Ai) {
        for text in &rule.examples {
            if let Some(signal) = signals(rule).first() {
                let found = claims(&mut judge, *signal, text);
                assert_eq!(found.len(), 1, "{text}: {found:?}");
            } else {
                let found = catalogue.test(text);
                let mut tools =
                    found.iter().filter(|found| found.signal == rule.signal).map(|found| &found.tool);
                let first = tools.next();
                assert!(first.is_some() || rule.pattern.is_none(), "{text}: {found:?}");
                assert!(tools.all(|tool| Some(tool) == first), "{text}: {found:?}");
            }
        }
    }
}

#[test]
fn ids_are_unique_kebab_case_and_sorted_in_each_file() {
    let mut all = Vec::new();
    for text in BUILT_IN {
        let file: File = serde_json::from_str(text).unwrap();
        let ids: Vec<_> = file.rules.into_iter().map(|rule| rule.id).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]), "not sorted: {ids:?}");
        all.extend(ids);
    }
    let form = regex::Regex::new("^[a-z0-9]+(-[a-z0-9]+)*/[a-z0-9]+(-[a-z0-9]+)*$").unwrap();
    assert!(all.iter().all(|id| form.is_match(id)));
    all.sort_unstable();
    assert!(all.windows(2).all(|pair| pair[0] != pair[1]));
}

#[test]
fn every_pattern_compiles_and_those_that_read_something_have_a_group() {
    let catalogue = Catalogue::built_in().unwrap();
    for (rule, matcher) in catalogue.rules.iter().zip(&catalogue.matchers) {
        for (name, pattern) in matcher.patterns() {
            let regex =
                pattern.compile_within(1 << 18).unwrap_or_else(|error| panic!("{} {name}: {error}", rule.id));
            let reads = ["tool_pattern", "model_pattern"].contains(&name);
            assert_eq!(reads, regex.captures_len() > 1, "{} {name}", rule.id);
            assert!(name != "pattern" || !regex.is_match(b""), "{}", rule.id);
        }
    }
}

#[test]
fn every_rule_says_what_a_reader_needs() {
    for rule in Catalogue::built_in().unwrap().rules() {
        // What hints at a person is too weak for a verdict, or it is a statement.
        let is_hint = rule.class == Class::Human && rule.strength == Strength::Low;
        assert!(rule.strength >= Strength::High || rule.class == Class::Ai || is_hint, "{}", rule.id);
        assert!(rule.false_positives.ends_with('.') && !rule.source.is_empty(), "{}", rule.id);
        assert!(rule.class != Class::Automation || rule.signal == RuleSignal::Author, "{}", rule.id);
        for period in &rule.lowered {
            assert!(period.strength < rule.strength && period.from.len() == 10 && !period.reason.is_empty());
        }
    }
}

#[test]
fn people_who_share_a_name_with_a_product_are_people() {
    let people = [
        "Claude Dupont <claude@example.org>",
        "Claude <claude@users.noreply.github.com>",
        "Devin Roe <devin.roe@cognition.example>",
        "devin <158243+devin@users.noreply.github.com>",
        "Jules Roe <jules@google.com>",
        "Cody Roe <cody@sourcegraph.com>",
        "Lucky Goose <lucky.goose@example.com>",
        "Junie Moon <junie@example.com>",
        "Amp Roe <amp@example.com>",
        "Kiro Sato <kiro@amazon.com>",
        "Nate Roe <nate@continue.dev>",
        "Warp Roe <warp@example.com>",
        "Gemini Jones <gemini@example.com>",
    ];
    let mut judge = judge();
    for person in people {
        for signal in [Signal::Author, Signal::Committer] {
            assert_eq!(claims(&mut judge, signal, person), [], "{person}");
        }
        for key in ["Co-authored-by", "Assisted-by", "Signed-off-by", "Reviewed-by"] {
            assert_eq!(
                claims(&mut judge, Signal::Trailer, &format!("{key}: {person}")),
                [],
                "{key}: {person}"
            );
        }
    }
}

#[test]
fn a_catalogue_that_cannot_work_is_refused_by_name() {
    let rule = |change: &str| {
        let text = format!(
            r#"{{"version":1,"rules":[{{"id":"a/b","tool":"T","class":"ai","strength":"high","false_positives":"-",
            "source":"-","examples":[],"counterexamples":[],{change}}}]}}"#
        );
        Catalogue::read(&[&text])
    };
    assert!(rule(r#""signal":"trailer","keys":["x"],"value_pattern":"y""#).is_ok());
    for fault in [
        r#""signal":"trailer","value_pattern":"y""#,
        r#""signal":"trailer","keys":["x"]"#,
        r#""signal":"author""#,
        r#""signal":"author","emails":["A@x"]"#,
        r#""signal":"trailer","keys":["X"],"value_pattern":"y""#,
        r#""signal":"branch""#,
        r#""signal":"message","pattern":"abc""#,
        r#""signal":"comment","pattern":"abc","literals":["ab"]"#,
        r#""signal":"file","pattern":"abc","keys":["x"]"#,
        r#""signal":"author","emails":["a@x"],"pattern":"abc""#,
        r#""signal":"branch","pattern":"abc","emails":["a@x"]"#,
        r#""signal":"author","emails":["a@x"],"lowered":[{"from":"2026-1-1","strength":"low","reason":"-"}]"#,
        r#""signal":"author","emails":["a@x"],"lowered":[{"from":"2026-01-01","strength":"high","reason":"-"}]"#,
    ] {
        let error = rule(fault).unwrap_err();
        assert_eq!(error.code(), Code::InvalidArgument);
        assert!(error.message().contains("a/b"), "{error}");
    }
    assert_eq!(rule(r#""signal":"mail""#).unwrap_err().code(), Code::InvalidArgument);
    assert_eq!(
        rule(r#""signal":"author","emails":["a@x"],"typo":1"#).unwrap_err().code(),
        Code::InvalidArgument
    );
}
