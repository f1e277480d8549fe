//! The few commits that are worth a look: where the evidence is strongest, and where it is most doubtful.

use super::hidden::{Names, Own};
use super::months::date;
use crate::visible::shortened;
use sealbook_attribution::{Claim, Class, Commit, Extent, Signal, Source, Strength, Verdict};
use serde::Serialize;
use std::collections::{BTreeSet, HashMap};

/// Commits in a list.
const LISTED: usize = 10;
/// Commits in a list for the same reason, so that one tool or one kind of doubt does not fill it.
const ALIKE: usize = 4;
/// Claims shown of a commit.
const PIECES: usize = 6;
/// Characters shown of a text.
const TEXT: usize = 200;

/// A commit that is worth a look, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// The commit's id in hexadecimal.
    pub commit: String,
    /// The committer's day in UTC, `2026-11-23`, if the clock was not absurd.
    pub date: Option<String>,
    /// The message's first paragraph, shortened. Untrusted.
    pub subject: String,
    /// What follows from the claims.
    pub verdict: Verdict,
    /// The claims, strongest first; not all if there are many.
    pub claims: Vec<Piece>,
    /// Claims that are not shown.
    pub more_claims: usize,
    /// What raises doubt, gravest first.
    pub doubts: Vec<Doubt>,
    /// What does not fit together, each in a sentence. Untrusted.
    pub contradictions: Vec<String>,
}

/// A claim in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Piece {
    /// The tool. Untrusted.
    pub tool: String,
    /// The model, as claimed. Untrusted.
    pub model: Option<String>,
    /// Who the claim is about.
    pub class: Class,
    /// The id of the rule. Untrusted: users write rules, too.
    pub rule: String,
    /// Where the evidence stands.
    pub signal: Signal,
    /// How the knowledge came to us.
    pub source: Source,
    /// How much the claim is worth.
    pub strength: Strength,
    /// Whether it covers the whole.
    pub extent: Extent,
    /// The file, if the claim is about one. Untrusted.
    pub path: Option<String>,
    /// The lines, `1-4, 6-16`, if the claim is about some.
    pub lines: Option<String>,
    /// The matched text, unless it is about a person and people are not to appear by name. Untrusted.
    pub text: Option<String>,
    /// Why the claim cannot be true, if so. Untrusted.
    pub invalid: Option<String>,
}

/// What raises doubt about a commit's claims, gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// Claims contradict each other.
    Contradiction,
    /// A claim cannot be true.
    Impossible,
    /// A claim is worth less than its rule's claims mostly are: in a period in which its address is
    /// contaminated, or outside the trailers that git counts.
    Weakened,
    /// The verdict rests on one claim of strength medium.
    MediumAlone,
    /// There is an AI claim, too weak for a verdict.
    LowAlone,
    /// The AI claims cover a part only.
    PartOnly,
}

impl Doubt {
    /// Every doubt, gravest first.
    pub const ALL: [Doubt; 6] = [
        Doubt::Contradiction,
        Doubt::Impossible,
        Doubt::Weakened,
        Doubt::MediumAlone,
        Doubt::LowAlone,
        Doubt::PartOnly,
    ];

    /// The doubts about a commit. `rules` are the strengths that rules have by themselves.
    pub(crate) fn of(commit: &Commit<'_>, in_part: bool, rules: &HashMap<String, Strength>) -> Vec<Self> {
        let valid = || commit.claims.iter().filter(|claim| claim.is_valid());
        let ai = || valid().filter(|claim| claim.class == Class::Ai);
        let strongest = ai().map(|claim| claim.strength).max();
        let is_ai = commit.verdict == Verdict::Ai;
        let weakened = |claim: &Claim| rules.get(&claim.rule).is_some_and(|usual| claim.strength < *usual);
        let holds = |doubt: &Doubt| match doubt {
            Doubt::Contradiction => !commit.contradictions.is_empty(),
            Doubt::Impossible => commit.claims.iter().any(|claim| !claim.is_valid()),
            Doubt::Weakened => valid().any(weakened),
            Doubt::MediumAlone => {
                is_ai
                    && strongest == Some(Strength::Medium)
                    && ai().filter(|c| c.strength == Strength::Medium).count() == 1
            }
            Doubt::LowAlone => !is_ai && strongest == Some(Strength::Low),
            Doubt::PartOnly => in_part,
        };
        Self::ALL.into_iter().filter(holds).collect()
    }
}

/// How strong the evidence for AI is: more than 0 only for a certain claim about the whole that nothing
/// contradicts; independent sources count most, then places, then claims.
pub(crate) fn strength_of(commit: &Commit<'_>) -> u64 {
    let strong = || {
        let ai = commit.claims.iter().filter(|claim| claim.is_valid() && claim.class == Class::Ai);
        ai.filter(|claim| claim.strength >= Strength::High && claim.extent == Extent::Whole)
    };
    let certain = strong().filter(|claim| claim.strength == Strength::Certain).count();
    if commit.verdict != Verdict::Ai || certain == 0 || !commit.contradictions.is_empty() {
        return 0;
    }
    let sources = strong().map(|claim| claim.source).collect::<BTreeSet<_>>().len();
    let signals = strong().map(|claim| claim.signal).collect::<BTreeSet<_>>().len();
    (sources * 10_000 + signals * 100 + certain.min(99)) as u64
}

impl Evidence {
    /// A commit with its claims; with `hidden`, without the commit's people.
    pub(crate) fn new(commit: &Commit<'_>, doubts: Vec<Doubt>, hidden: Option<&Names>) -> Self {
        let hidden = hidden.map(|names| (names, names.own(commit)));
        let free = |text: &str| match &hidden {
            Some((names, own)) => names.text(text, own),
            None => text.to_owned(),
        };
        let mut claims: Vec<_> = commit.claims.iter().collect();
        claims.sort_by_key(|claim| (claim.is_valid(), std::cmp::Reverse(claim.strength)));
        Self {
            commit: commit.id.to_owned(),
            date: date(commit.committer.time.seconds),
            subject: shortened(&free(&commit.subject), TEXT).into_owned(),
            verdict: commit.verdict,
            more_claims: claims.len().saturating_sub(PIECES),
            claims: claims.iter().take(PIECES).map(|claim| Piece::new(claim, hidden.as_ref())).collect(),
            doubts,
            contradictions: commit
                .contradictions
                .iter()
                .take(PIECES)
                .map(|contradiction| shortened(&free(&contradiction.reason), TEXT).into_owned())
                .collect(),
        }
    }
}

impl Piece {
    /// A claim of a commit; with `hidden`, without the commit's people.
    fn new(claim: &Claim, hidden: Option<&(&Names, Own)>) -> Self {
        let piece = Self::of(claim);
        let Some((names, own)) = hidden else { return piece };
        let text = names.evidence(claim, own).filter(|text| !text.is_empty());
        let invalid = claim.invalid.as_ref().map(|invalid| names.text(&invalid.reason, own));
        Self {
            text: text.map(|text| shortened(&text, TEXT).into_owned()),
            invalid: invalid.map(|reason| shortened(&reason, TEXT).into_owned()),
            ..piece
        }
    }

    /// What others wrote freely.
    pub(crate) fn texts(&mut self) -> impl Iterator<Item = &mut String> {
        self.text.iter_mut().chain(&mut self.invalid)
    }

    /// A claim as it is.
    pub(crate) fn of(claim: &Claim) -> Self {
        let short = |text: &str| shortened(text, TEXT).into_owned();
        Self {
            tool: short(&claim.tool),
            model: claim.model.as_deref().map(short),
            class: claim.class,
            rule: short(&claim.rule),
            signal: claim.signal,
            source: claim.source,
            strength: claim.strength,
            extent: claim.extent,
            path: claim.path.as_deref().map(short),
            lines: lines(claim),
            text: Some(short(&claim.evidence)).filter(|text| !text.is_empty()),
            invalid: claim.invalid.as_ref().map(|invalid| short(&invalid.reason)),
        }
    }
}

impl Evidence {
    /// What others wrote freely.
    pub(crate) fn texts(&mut self) -> impl Iterator<Item = &mut String> {
        let of_claims = self.claims.iter_mut().flat_map(Piece::texts);
        std::iter::once(&mut self.subject).chain(&mut self.contradictions).chain(of_claims)
    }
}

fn lines(claim: &Claim) -> Option<String> {
    let several = |l: &sealbook_attribution::Lines| {
        if l.start == l.end { l.start.to_string() } else { format!("{}-{}", l.start, l.end) }
    };
    let shown: Vec<_> = claim.lines.iter().take(PIECES).map(several).collect();
    let more = if claim.lines.len() > PIECES { ", …" } else { "" };
    (!shown.is_empty()).then(|| format!("{}{more}", shown.join(", ")))
}

/// The commits with the highest scores, not too many of a kind; of equal ones, the first that came.
#[derive(Debug)]
pub(crate) struct Top<K> {
    entries: Vec<(K, u64, Evidence)>,
}

impl<K: PartialEq> Top<K> {
    pub(crate) fn new() -> Self {
        Self { entries: Vec::with_capacity(LISTED) }
    }

    /// Offers a commit; `evidence` is made only if it is taken.
    pub(crate) fn offer(&mut self, kind: K, score: u64, evidence: impl FnOnce() -> Evidence) {
        let alike = self.entries.iter().filter(|entry| entry.0 == kind).count();
        if alike >= ALIKE || self.entries.len() >= LISTED {
            let rivals = self.entries.iter().enumerate();
            let rivals = rivals.filter(|(_, entry)| alike < ALIKE || entry.0 == kind);
            let Some((weakest, least)) = rivals.map(|(at, entry)| (at, entry.1)).rev().min_by_key(|r| r.1)
            else {
                return;
            };
            if least >= score {
                return;
            }
            self.entries.remove(weakest);
        }
        self.entries.push((kind, score, evidence()));
    }

    pub(crate) fn finish(mut self) -> Vec<Evidence> {
        self.entries.sort_by_key(|entry| std::cmp::Reverse(entry.1));
        self.entries.into_iter().map(|entry| entry.2).collect()
    }
}
