//! The four numbers that always stand together.

use sealbook_attribution::{Commit, Extent, Strength, Verdict};
use serde::Serialize;

/// Commits by what is known about them. `ai`, `human_evidence`, `automation` and `unknown` sum to `total`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// All of them.
    pub total: u64,
    /// With an AI claim of strength medium or better.
    pub ai: u64,
    /// Those of `ai` whose claims of strength medium or better all cover a part only: squashes and merges of mixed
    /// work, and commits of which notes or records name some lines.
    pub ai_in_part: u64,
    /// With a person's explicit statement of human work.
    pub human_evidence: u64,
    /// By a bot that is not AI.
    pub automation: u64,
    /// Without any of these. Never to be read as human.
    pub unknown: u64,
}

impl Counts {
    /// The numbers in the order in which they are always shown.
    #[must_use]
    pub fn by_verdict(&self) -> [(Verdict, u64); 4] {
        [
            (Verdict::Ai, self.ai),
            (Verdict::HumanEvidence, self.human_evidence),
            (Verdict::Automation, self.automation),
            (Verdict::Unknown, self.unknown),
        ]
    }

    /// Adds the numbers of other commits.
    pub fn merge(&mut self, other: &Counts) {
        self.total += other.total;
        self.ai += other.ai;
        self.ai_in_part += other.ai_in_part;
        self.human_evidence += other.human_evidence;
        self.automation += other.automation;
        self.unknown += other.unknown;
    }

    pub(crate) fn add(&mut self, mark: Mark) {
        self.total += 1;
        self.ai_in_part += u64::from(mark.in_part);
        *match mark.verdict {
            Verdict::Ai => &mut self.ai,
            Verdict::HumanEvidence => &mut self.human_evidence,
            Verdict::Automation => &mut self.automation,
            Verdict::Unknown => &mut self.unknown,
        } += 1;
    }
}

/// What a commit counts as.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark {
    pub(crate) verdict: Verdict,
    pub(crate) in_part: bool,
}

impl Mark {
    pub(crate) fn of(commit: &Commit<'_>) -> Self {
        let in_part = commit.verdict == Verdict::Ai && commit.extent == Some(Extent::Part);
        Self { verdict: commit.verdict, in_part }
    }
}

/// Commits by the strongest claim of a tool about them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Strengths {
    /// Certain.
    pub certain: u64,
    /// High.
    pub high: u64,
    /// Medium.
    pub medium: u64,
    /// Low.
    pub low: u64,
}

impl Strengths {
    /// The numbers, from the strongest.
    #[must_use]
    pub fn from_strongest(&self) -> [(Strength, u64); 4] {
        [
            (Strength::Certain, self.certain),
            (Strength::High, self.high),
            (Strength::Medium, self.medium),
            (Strength::Low, self.low),
        ]
    }

    pub(crate) fn add(&mut self, strength: Strength) {
        *match strength {
            Strength::Certain => &mut self.certain,
            Strength::High => &mut self.high,
            Strength::Medium => &mut self.medium,
            Strength::Low => &mut self.low,
        } += 1;
    }
}
