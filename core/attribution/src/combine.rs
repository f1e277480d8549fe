//! All claims about one thing, taken together.

use crate::{Claim, Class, Contradiction, Extent, Signal, Source, Strength, Verdict};
use serde::Serialize;
use std::collections::BTreeMap;

/// What follows from all claims about a commit or a file.
///
/// Claims are kept as they are; this only weighs them. A claim that cannot be true counts for nothing, and the
/// name of a file, or a claim of low strength, never makes anything AI.
///
/// ```
/// use sealbook_attribution::{Judgement, Verdict};
///
/// assert_eq!(Judgement::of(&[]).verdict, Verdict::Unknown);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Judgement {
    /// The claims in one word.
    pub verdict: Verdict,
    /// The strength of the strongest AI claim that counts, a weak one too.
    pub strength: Option<Strength>,
    /// For [`Verdict::Ai`]: whether a claim of strength medium or better is about the whole, or all of them only
    /// about a part, such as some lines or some of the commits of a squash.
    pub extent: Option<Extent>,
    /// What does not fit together. Claims for different tools do: several may have taken part.
    pub contradictions: Vec<Contradiction>,
}

impl Judgement {
    /// Weighs the claims about one commit or one file.
    #[must_use]
    pub fn of(claims: &[Claim]) -> Self {
        let has_note = claims.iter().any(|claim| claim.signal == Signal::Note);
        Self::with_note(claims, has_note)
    }

    /// The same, with whether there is a note: it may attest nothing, and then yields no claim.
    pub(crate) fn with_note(claims: &[Claim], has_note: bool) -> Self {
        let verdict = Verdict::of(claims);
        let is_whole = |claim: &Claim| claim.extent == Extent::Whole && claim.lines.is_empty();
        let extent = (verdict == Verdict::Ai).then(|| {
            let whole = counting(claims, Class::Ai).any(is_whole);
            if whole { Extent::Whole } else { Extent::Part }
        });
        let contradictions = if claims.is_empty() { Vec::new() } else { contradictions(claims, has_note) };
        Self { verdict, strength: strongest(claims), extent, contradictions }
    }

    /// Weighs claims about files, each file for itself. Claims about a whole commit are left out.
    #[must_use]
    pub fn of_files(claims: &[Claim]) -> BTreeMap<String, Self> {
        let mut files: BTreeMap<String, Vec<Claim>> = BTreeMap::new();
        for claim in claims {
            if let Some(path) = &claim.path {
                files.entry(path.clone()).or_default().push(claim.clone());
            }
        }
        files.into_iter().map(|(path, claims)| (path, Self::of(&claims))).collect()
    }
}

impl Verdict {
    /// The verdict that follows from `claims`.
    #[must_use]
    pub fn of(claims: &[Claim]) -> Self {
        let has = |class| counting(claims, class).next().is_some();
        if has(Class::Ai) {
            Verdict::Ai
        } else if has(Class::Human) {
            Verdict::HumanEvidence
        } else if has(Class::Automation) {
            Verdict::Automation
        } else {
            Verdict::Unknown
        }
    }
}

/// The claims of a class that can carry a verdict.
fn counting(claims: &[Claim], class: Class) -> impl Iterator<Item = &Claim> {
    valid(claims, class).filter(|claim| claim.strength >= Strength::Medium && claim.signal != Signal::File)
}

/// The claims of a class that may be true.
pub(crate) fn valid(claims: &[Claim], class: Class) -> impl Iterator<Item = &Claim> {
    claims.iter().filter(move |claim| claim.class == class && claim.is_valid())
}

fn strongest(claims: &[Claim]) -> Option<Strength> {
    valid(claims, Class::Ai).map(|claim| claim.strength).max()
}

fn contradictions(claims: &[Claim], has_note: bool) -> Vec<Contradiction> {
    let mut found = Vec::new();
    let mut add = |kind, reason| found.push(Contradiction { kind, reason });
    let rules = |claims: &[&Claim]| {
        let mut rules: Vec<_> = claims.iter().map(|claim| claim.rule.as_str()).collect();
        rules.dedup();
        rules.join(", ")
    };
    // A note that attests lines to people and others to a tool is one account, and no contradiction.
    let human: Vec<_> = counting(claims, Class::Human).filter(|claim| claim.lines.is_empty()).collect();
    let ai: Vec<_> = counting(claims, Class::Ai).collect();
    if !human.is_empty() && !ai.is_empty() {
        add("human_and_ai", format!("{} states human work, {} an AI's", rules(&human), rules(&ai)));
    }
    let bots: Vec<_> =
        counting(claims, Class::Automation).filter(|claim| claim.signal == Signal::Author).collect();
    let trailers: Vec<_> = ai.iter().copied().filter(|claim| claim.signal == Signal::Trailer).collect();
    if !bots.is_empty() && !trailers.is_empty() {
        let reason = format!(
            "the author is a bot that is not AI by {}, {} claims an AI",
            rules(&bots),
            rules(&trailers)
        );
        add("automation_and_ai", reason);
    }
    let is_attested = |claim: &Claim| matches!(claim.source, Source::Imported | Source::Recorded);
    let attests_ai = valid(claims, Class::Ai).any(is_attested);
    if has_note && !attests_ai && !trailers.is_empty() {
        let reason = format!("the note attests no line to an AI, {} claims one", rules(&trailers));
        add("note_and_trailer", reason);
    }
    found
}

#[cfg(test)]
#[path = "combine_tests.rs"]
mod tests;
