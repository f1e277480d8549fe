//! A history in figures.

mod collector;
mod counts;
mod evidence;
mod groups;
mod hidden;
mod months;
mod people;
mod tree;

pub use collector::Collector;
pub(crate) use collector::{signal_word, source_word, strength_word};
pub use counts::{Counts, Strengths};
pub use evidence::{Doubt, Evidence, Piece};
pub use groups::{Group, Groups};
pub use months::{Month, MonthRow, OutOfRange};
pub use people::People;
pub use tree::{TreeGroup, TreeStatistics};

use hidden::Names;
use sealbook_attribution::{HistorySummary, Unreadable};
use serde::Serialize;
use std::collections::BTreeMap;

/// What a history says about AI, in figures. Made by a [`Collector`].
///
/// Every count of commits is a [`Counts`]: what is unknown stands beside every figure.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Statistics {
    /// `sealbook/stats/1`.
    pub schema: &'static str,
    /// All commits.
    pub commits: Counts,
    /// By tool, of every class. A commit counts for each tool that it has a claim for.
    pub by_tool: Groups,
    /// By model, as the AI claims name it; tools are known to name one that did not do the work.
    pub by_model: Groups,
    /// By the strongest AI claim: `certain`, `high`, `medium`, `low`, and `none`. They sum to all commits.
    pub by_strength: Vec<Group>,
    /// By source of a claim. A commit counts for each.
    pub by_source: Vec<Group>,
    /// By signal of a claim. A commit counts for each.
    pub by_signal: Vec<Group>,
    /// How people appear.
    pub people: People,
    /// By author, unless people do not appear.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_person: Option<Groups>,
    /// By folder, for commits whose folders were looked at. A commit counts for each folder that it touches.
    pub by_folder: Groups,
    /// By month of the committer's date in UTC, ascending; months without commits are left out.
    pub by_month: Vec<MonthRow>,
    /// Commits whose committer's clock cannot have been right.
    pub out_of_range: OutOfRange,
    /// Commits by what they do with another one: `reverts`, `reapplies`, `picked_from`.
    pub by_relation: BTreeMap<&'static str, u64>,
    /// Commits with contradictions.
    pub contradicted: u64,
    /// Contradictions by kind.
    pub contradictions: BTreeMap<String, u64>,
    /// Claims that cannot be true, by kind. They count for nothing else.
    pub invalid_claims: BTreeMap<String, u64>,
    /// What could not be read, and so is in no figure.
    #[serde(skip_serializing_if = "Unreadable::is_empty")]
    pub unreadable: Unreadable,
    /// Records of Agent Trace that could not be read, by kind. They claim nothing.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub unreadable_records: BTreeMap<&'static str, u64>,
    /// Commits by what raises doubt. A commit counts for each.
    pub doubts: BTreeMap<Doubt, u64>,
    /// Commits with the strongest evidence of AI.
    pub strongest: Vec<Evidence>,
    /// Commits whose claims are most doubtful.
    pub doubtful: Vec<Evidence>,
    /// Who is not to appear by name, if people are not.
    #[serde(skip)]
    pub(crate) hidden: Option<Names>,
}

impl Statistics {
    /// The version of the JSON form.
    pub const SCHEMA: &'static str = "sealbook/stats/1";

    /// With what the reading of the history left out.
    #[must_use]
    pub fn left_out(self, summary: &HistorySummary) -> Self {
        let (unreadable, unreadable_records) =
            (summary.unreadable.clone(), summary.unreadable_records.clone());
        Self { unreadable, unreadable_records, ..self }
    }
}
