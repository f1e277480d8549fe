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
    for rule in catalogue.rules() {
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
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_text_is_claimed_for_one_ai_tool_only() {
    let catalogue = Catalogue::built_in().unwrap();
    let mut judge = judge();
    for rule in catalogue.rules().iter().filter(|rule| rule.class == Class::Ai) {
        for text in &rule.examples {
            let found = claims(&mut judge, signals(rule)[0], text);
            assert_eq!(found.len(), 1, "{text}: {found:?}");
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
        for pattern in matcher.patterns() {
            pattern.compile().unwrap_or_else(|error| panic!("{}: {error}", rule.id));
        }
        for text in rule.tool_pattern.iter().chain(&rule.model_pattern) {
            assert!(regex::Regex::new(text).unwrap().captures_len() > 1, "{}", rule.id);
        }
    }
}

#[test]
fn every_rule_says_what_a_reader_needs() {
    for rule in Catalogue::built_in().unwrap().rules() {
        assert!(rule.strength >= Strength::High, "{}", rule.id);
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
