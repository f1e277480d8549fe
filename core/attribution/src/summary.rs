//! A scan in figures.

use crate::combine::valid;
use crate::{Claim, Class, Extent, Judgement, Strength, Unreadable, Verdict};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// How many commits a scan saw, by what is known about them.
///
/// `ai`, `human_evidence`, `automation` and `unknown` sum to `total`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct HistorySummary {
    /// All commits.
    pub total: u64,
    /// Commits with an AI claim of strength medium or better.
    pub ai: u64,
    /// Commits with a person's explicit statement of human work.
    pub human_evidence: u64,
    /// Commits whose author is a bot that is not AI.
    pub automation: u64,
    /// Commits about which nothing is known.
    pub unknown: u64,
    /// AI tools, each with the commits that have a claim for it. A commit with claims for several tools counts
    /// for each; bots that are not AI are not listed.
    pub by_tool: BTreeMap<String, u64>,
    /// Commits with an AI claim, by the strongest one. Every strength is present.
    pub by_strength: BTreeMap<Strength, u64>,
    /// Of the commits counted as `ai`, those of which all claims are only about a part.
    pub part: u64,
    /// Commits whose claims do not fit together.
    pub contradicting: u64,
    /// What the references say about the repository as a whole, such as that a tool keeps its notes in it. For
    /// each rule one claim, in the order of their ids.
    pub repository: Vec<Claim>,
    /// What could not be read, and so is in no figure.
    #[serde(skip_serializing_if = "Unreadable::is_empty")]
    pub unreadable: Unreadable,
    /// Records of the [sources](crate::HistoryOptions::sources) that could not be read, by kind.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub unreadable_records: BTreeMap<&'static str, u64>,
}

impl Default for HistorySummary {
    fn default() -> Self {
        Self {
            total: 0,
            ai: 0,
            human_evidence: 0,
            automation: 0,
            unknown: 0,
            by_tool: BTreeMap::new(),
            by_strength: Strength::ALL.into_iter().map(|strength| (strength, 0)).collect(),
            part: 0,
            contradicting: 0,
            repository: Vec::new(),
            unreadable: Unreadable::default(),
            unreadable_records: BTreeMap::new(),
        }
    }
}

impl HistorySummary {
    /// Counts one commit.
    pub(crate) fn add(&mut self, judgement: &Judgement, claims: &[Claim]) {
        self.total += 1;
        *match judgement.verdict {
            Verdict::Ai => &mut self.ai,
            Verdict::HumanEvidence => &mut self.human_evidence,
            Verdict::Automation => &mut self.automation,
            Verdict::Unknown => &mut self.unknown,
        } += 1;
        self.part += u64::from(judgement.extent == Some(Extent::Part));
        self.contradicting += u64::from(!judgement.contradictions.is_empty());
        if let Some(strongest) = judgement.strength {
            *self.by_strength.entry(strongest).or_default() += 1;
        }
        for tool in valid(claims, Class::Ai).map(|claim| claim.tool.as_str()).collect::<BTreeSet<_>>() {
            match self.by_tool.get_mut(tool) {
                Some(commits) => *commits += 1,
                None => drop(self.by_tool.insert(tool.to_owned(), 1)),
            }
        }
    }
}
