//! Commits and claims for tests.
#![allow(dead_code, reason = "each test binary uses its own part")]

use sealbook_attribution::{
    Claim, Class, Commit, Contradiction, Extent, Invalid, Person, Signal, Strength, Time,
};

/// 2026-11-23.
pub(crate) const NOW: &str = "2026-11-23T10:15:30.000000Z";

pub(crate) fn now() -> sealbook_ledger::Time {
    sealbook_ledger::Time::parse(NOW).unwrap()
}

pub(crate) fn person<'a>(name: &'a str, email: &'a str, seconds: i64) -> Person<'a> {
    Person { name: name.into(), email: email.into(), time: Time { seconds, offset_minutes: 0 } }
}

pub(crate) fn claim(tool: &str, class: Class, signal: Signal, strength: Strength) -> Claim {
    let mut claim = Claim::new(format!("{}/rule", tool.to_lowercase()), tool, class, signal, strength);
    claim.evidence = format!("Co-authored-by: {tool} <noreply@{tool}.example>");
    claim
}

pub(crate) fn ai(tool: &str, strength: Strength) -> Claim {
    claim(tool, Class::Ai, Signal::Trailer, strength)
}

pub(crate) fn in_part(mut claim: Claim) -> Claim {
    claim.extent = Extent::Part;
    claim
}

pub(crate) fn invalid(mut claim: Claim) -> Claim {
    claim.invalid = Some(Invalid { kind: "past_end", reason: "line 90 of 10".to_owned() });
    claim
}

pub(crate) fn commit(id: &str, seconds: i64, claims: Vec<Claim>) -> Commit<'_> {
    let jane = person("Jane Roe", "Jane@Example.com", seconds);
    Commit::new(id, jane.clone(), jane, claims)
}

pub(crate) fn contradicted<'a>(mut commit: Commit<'a>, reason: &str) -> Commit<'a> {
    commit.contradictions.push(Contradiction { kind: "human_and_ai", reason: reason.to_owned() });
    commit
}
