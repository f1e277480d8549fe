//! Refuses rules that could never match, or would match everything.

use super::trial::matches_example;
use crate::matcher::Matcher;
use crate::{Lowered, Rule, RuleSignal};
use sealbook_error::{Code, Error, Result};

/// Bytes of a user's regular expression at most.
const MOST_PATTERN: usize = 4096;
/// Bytes that it may take compiled. Scans put the expressions of many rules into one.
const MOST_COMPILED: usize = 1 << 18;

/// Refuses a rule whose fields do not fit what it looks at.
pub(super) fn check(rule: &Rule) -> Result<()> {
    fault(rule).map_or(Ok(()), |(fault, remedy)| Err(refused(rule, fault, remedy)))
}

/// Refuses what a user can get wrong and this crate's own tests look for in its data.
pub(super) fn check_own(rule: &Rule, matcher: &Matcher) -> Result<()> {
    if !is_id(&rule.id) {
        let remedy = "name it in lower case with one slash, such as \"acme/co-author\"";
        return Err(refused(rule, "has an id of another form", remedy));
    }
    if matches!(rule.signal, RuleSignal::Note | RuleSignal::Trace) {
        let remedy = "only its strength can be changed, under [attribution.strength]";
        return Err(refused(rule, "looks at notes or traces, which no pattern reads", remedy));
    }
    if rule.tool.trim().is_empty() {
        return Err(refused(rule, "names no tool", "say in `tool` what a match claims"));
    }
    for (name, pattern) in matcher.patterns() {
        if pattern.text().len() > MOST_PATTERN {
            let fault = format!("has a `{name}` of {} bytes", pattern.text().len());
            return Err(refused(rule, &fault, &format!("write it with at most {MOST_PATTERN}")));
        }
        let regex = pattern.compile_within(MOST_COMPILED).map_err(|error| {
            let fault = format!("has a `{name}` that is no regular expression, or one too large");
            refused(rule, &fault, "correct it; \\d and [0-9] are short, {1,1000} is not").caused_by(error)
        })?;
        let reads = matches!(name, "tool_pattern" | "model_pattern");
        if reads && regex.captures_len() < 2 {
            let fault = format!("has a `{name}` without a group");
            return Err(refused(rule, &fault, "put what names it into parentheses"));
        }
        if !reads && name != "value_pattern" && regex.is_match(b"") {
            let fault = format!("has a `{name}` that matches the empty text");
            return Err(refused(rule, &fault, "write what must be there"));
        }
    }
    for (texts, expected) in [(&rule.examples, true), (&rule.counterexamples, false)] {
        for text in texts {
            if matches_example(rule, matcher, text) != expected {
                let fault = format!("{} {text:?}", if expected { "does not match" } else { "matches" });
                let list = if expected { "examples" } else { "counterexamples" };
                return Err(refused(
                    rule,
                    &fault,
                    &format!("correct the rule, or take the text out of its `{list}`"),
                ));
            }
        }
    }
    Ok(())
}

pub(super) fn refused(rule: &Rule, fault: &str, remedy: &str) -> Error {
    Error::new(Code::InvalidArgument, format!("rule {} {fault}", rule.id))
        .remedy(remedy)
        .with("rule", &rule.id)
}

fn fault(rule: &Rule) -> Option<(&'static str, &'static str)> {
    let is_trailer = rule.signal == RuleSignal::Trailer;
    let takes_person = is_trailer
        || matches!(rule.signal, RuleSignal::Author | RuleSignal::Committer | RuleSignal::Identity);
    let is_prose = matches!(rule.signal, RuleSignal::Message | RuleSignal::Comment);
    let is_text = is_prose
        || matches!(
            rule.signal,
            RuleSignal::Subject | RuleSignal::Branch | RuleSignal::Reference | RuleSignal::File
        );
    let has_person = !rule.emails.is_empty()
        || !rule.github_apps.is_empty()
        || rule.email_pattern.is_some()
        || rule.name_pattern.is_some();
    let mut compared = rule.keys.iter().chain(&rule.emails).chain(&rule.literals);
    let faults = [
        (is_text && rule.pattern.is_none(), "has no pattern", "say in `pattern` what must occur"),
        (
            is_prose && (rule.literals.is_empty() || rule.literals.iter().any(|text| text.len() < 3)),
            "has no literals of three bytes or more",
            "list in `literals` texts of which one stands in every match of `pattern`",
        ),
        (
            is_trailer && rule.keys.is_empty(),
            "looks at trailers and names no key",
            "list them in `keys`, such as \"co-authored-by\"",
        ),
        (
            is_trailer && !has_person && rule.value_pattern.is_none(),
            "has no condition",
            "give it `emails`, `name_pattern` or `value_pattern`",
        ),
        (
            takes_person && !is_trailer && !has_person,
            "has no condition on name or address",
            "give it `emails`, `github_apps`, `email_pattern` or `name_pattern`",
        ),
        (
            !is_trailer && (!rule.keys.is_empty() || rule.value_pattern.is_some())
                || !takes_person && has_person
                || !is_text && rule.pattern.is_some()
                || !is_prose && !rule.literals.is_empty(),
            "has a condition that does not fit what it looks at",
            "keys and values belong to trailers, names and addresses to trailers and people, a pattern to texts, \
             literals to messages and comments",
        ),
        (
            compared.any(|text| *text != text.to_ascii_lowercase()),
            "has an upper-case letter in a key, an address or a literal",
            "write it in lower case; everything compares without regard to case",
        ),
        (
            !rule.lowered.iter().all(|period| is_period(period) && period.strength < rule.strength),
            "has a period that does not lower its strength",
            "write days as \"2026-04-22\", the first before the last, and a strength below the rule's",
        ),
    ];
    faults.into_iter().find(|(is_so, ..)| *is_so).map(|(_, fault, remedy)| (fault, remedy))
}

fn is_period(period: &Lowered) -> bool {
    let is_day = |text: &str| {
        text.len() == 10
            && text.bytes().enumerate().all(|(at, byte)| match at {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            })
    };
    is_day(&period.from)
        && period.until.as_ref().is_none_or(|until| is_day(until) && *until > period.from)
        && !period.reason.is_empty()
}

fn is_id(text: &str) -> bool {
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let is_name = |name: &str| name.split('-').all(is_word);
    text.split_once('/').is_some_and(|(tool, signal)| is_name(tool) && is_name(signal))
}
