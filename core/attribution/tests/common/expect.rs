//! What a case of `tests/vectors/attribution` expects, and how a judgement is compared with it.

use sealbook_attribution::{Claim, Class, Contradiction, Extent, Relation, Strength, Verdict};
use serde::Deserialize;
use std::collections::BTreeMap;

/// What is expected of a commit, or of the files of a folder.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Expect {
    pub(crate) verdict: Option<String>,
    /// The strongest AI claim is at most this; `none`: there is no AI claim.
    pub(crate) most: Option<String>,
    /// AI claims that must be there. Without `most`, no other tool may have one of strength medium or better.
    pub(crate) claims: Vec<ExpectedClaim>,
    /// Every AI claim of strength medium or better has this extent.
    pub(crate) extent: Option<Extent>,
    /// The relation's kind and the label or id of the other commit.
    pub(crate) relation: Option<BTreeMap<String, String>>,
    /// The kinds of all contradictions.
    pub(crate) contradictions: Option<Vec<String>>,
    /// How many claims cannot be true.
    pub(crate) invalid: Option<usize>,
    /// Why, for the reader of a failure.
    pub(crate) reason: String,
}

/// An AI claim; what is left out may be anything.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ExpectedClaim {
    tool: Option<String>,
    strength: Option<Strength>,
    least: Option<Strength>,
    most: Option<Strength>,
    extent: Option<Extent>,
    model: Option<String>,
    source: Option<String>,
    path: Option<String>,
    /// The first and the last line of all.
    lines: Option<(u32, u32)>,
    /// The label of the commit where the evidence stands.
    origin: Option<String>,
}

/// What was judged.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    pub(crate) verdict: Option<Verdict>,
    pub(crate) claims: Vec<Claim>,
    pub(crate) relation: Option<Relation>,
    pub(crate) contradictions: Vec<Contradiction>,
}

impl Expect {
    /// What is wrong with a judgement, in sentences; labels are looked up in `ids`.
    pub(crate) fn faults(&self, judged: &Judged, ids: &BTreeMap<String, String>) -> Vec<String> {
        let mut faults = Vec::new();
        if let (Some(expected), verdict) = (&self.verdict, judged.verdict.map(word)) {
            check(&mut faults, "verdict", &Some(expected.clone()), &verdict);
        }
        let ai = judged.claims.iter().filter(|claim| claim.class == Class::Ai && claim.is_valid());
        let ai: Vec<_> = ai.collect();
        for expected in &self.claims {
            if !ai.iter().any(|claim| expected.is(claim, ids)) {
                faults.push(format!("no claim is {expected:?}"));
            }
        }
        let strongest = ai.iter().map(|claim| claim.strength).max().map_or("none".to_owned(), word);
        if let Some(most) = &self.most
            && rank(&strongest) > rank(most)
        {
            faults.push(format!("the strongest AI claim is {strongest}, expected at most {most}"));
        }
        for claim in ai.iter().filter(|claim| claim.strength >= Strength::Medium) {
            let named = self.claims.iter().any(|expected| expected.is_about(claim));
            if !named && self.most.is_none() && !(self.claims.is_empty() && self.verdict.is_none()) {
                faults.push(format!("an AI claim by {} is not expected", claim.rule));
            }
            if self.extent.is_some_and(|extent| extent != claim.extent) {
                faults.push(format!("the claim by {} is about {:?}", claim.rule, claim.extent));
            }
        }
        if let Some(expected) = &self.relation {
            let expected = expected.iter().map(|(kind, other)| (kind.clone(), id(other, ids))).collect();
            check(&mut faults, "relation", &expected, &relation(judged));
        }
        if let Some(expected) = &self.contradictions {
            let kinds = judged.contradictions.iter().map(|found| found.kind.to_owned()).collect();
            check(&mut faults, "contradictions", expected, &kinds);
        }
        if let Some(expected) = self.invalid {
            let invalid = judged.claims.iter().filter(|claim| !claim.is_valid()).count();
            check(&mut faults, "claims that cannot be true", &expected, &invalid);
        }
        for claim in &judged.claims {
            let unsafe_to_show = |c: char| c.is_control() || moves_text(c);
            if claim.evidence.chars().any(unsafe_to_show) || claim.evidence.chars().count() > 200 {
                faults.push(format!("the evidence of {} is not fit to show", claim.rule));
            }
        }
        faults
    }
}

impl ExpectedClaim {
    fn is_about(&self, claim: &Claim) -> bool {
        self.tool.as_ref().is_none_or(|tool| *tool == claim.tool)
    }

    fn is(&self, claim: &Claim, ids: &BTreeMap<String, String>) -> bool {
        let hull = claim.lines.first().zip(claim.lines.last()).map(|(first, last)| (first.start, last.end));
        self.is_about(claim)
            && self.strength.is_none_or(|strength| strength == claim.strength)
            && self.least.is_none_or(|least| least <= claim.strength)
            && self.most.is_none_or(|most| claim.strength <= most)
            && self.extent.is_none_or(|extent| extent == claim.extent)
            && self.model.is_none_or_same(claim.model.as_ref())
            && self.source.as_ref().is_none_or(|source| *source == word(claim.source))
            && self.path.is_none_or_same(claim.path.as_ref())
            && self.lines.is_none_or(|lines| Some(lines) == hull)
            && self.origin.as_ref().is_none_or(|origin| Some(id(origin, ids)) == claim.origin)
    }
}

trait NoneOrSame {
    fn is_none_or_same(&self, other: Option<&String>) -> bool;
}

impl NoneOrSame for Option<String> {
    fn is_none_or_same(&self, other: Option<&String>) -> bool {
        self.is_none() || self.as_ref() == other
    }
}

fn relation(judged: &Judged) -> BTreeMap<String, String> {
    let value = serde_json::to_value(&judged.relation).unwrap();
    serde_json::from_value::<Option<_>>(value).unwrap().unwrap_or_default()
}

/// The id behind a label; what is no label is an id already.
fn id(label: &str, ids: &BTreeMap<String, String>) -> String {
    ids.get(label).map_or_else(|| label.to_owned(), String::clone)
}

fn check<T: PartialEq + std::fmt::Debug>(faults: &mut Vec<String>, what: &str, expected: &T, found: &T) {
    if expected != found {
        faults.push(format!("{what}: {found:?}, expected {expected:?}"));
    }
}

/// A value's word in JSON.
fn word(value: impl serde::Serialize) -> String {
    serde_json::from_value(serde_json::to_value(value).unwrap()).unwrap()
}

fn rank(strength: &str) -> usize {
    let ranks = ["none", "low", "medium", "high", "certain"];
    ranks.iter().position(|rank| *rank == strength).unwrap_or_else(|| panic!("{strength} is no strength"))
}

/// Characters that turn text around or that nobody sees.
fn moves_text(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}
