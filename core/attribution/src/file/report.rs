//! What is known about a file's lines.

use crate::{Claim, Contradiction, Extent, Strength, Time, Verdict};
use serde::Serialize;
use std::collections::BTreeMap;

/// What is known about each line of a file, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FileJudgement {
    /// The path from the root of the repository. Untrusted.
    pub path: String,
    /// The commit whose version of the file this is, in hexadecimal.
    pub commit: String,
    /// The file as it lies in the working folder, beside that version.
    pub working_copy: WorkingCopy,
    /// How many lines, by what is known about them.
    pub lines: LineCounts,
    /// Tools, each with the lines that count as AI by a claim for it. A line may count for several.
    pub by_tool: BTreeMap<String, u64>,
    /// Lines that count as AI, by the strongest claim for it. Every strength is present.
    pub by_strength: BTreeMap<Strength, u64>,
    /// All lines, ascending.
    pub ranges: Vec<FileRange>,
    /// The commits that the lines come from, in the order of the first line of each.
    pub commits: Vec<FileCommit>,
    /// The claims that the ranges name as their evidence.
    pub claims: Vec<Claim>,
    /// Claims about this file, or about all of such a commit, that cannot be true.
    pub invalid: Vec<Claim>,
    /// What does not fit together. The verdicts say which side was taken.
    pub contradictions: Vec<Contradiction>,
}

/// The file in the working folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum WorkingCopy {
    /// It is this version.
    Same,
    /// It differs: the lines are not counted as they lie there. Also if only the ends of the lines do.
    Differs,
    /// It is not there, or cannot be read.
    Missing,
    /// The repository has no working folder.
    None,
}

/// Lines by what is known about them. `ai`, `human_evidence`, `automation` and `unknown` sum to `total`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LineCounts {
    /// All lines.
    pub total: u64,
    /// Lines with an AI claim of strength medium or better, for themselves or for all of their commit.
    pub ai: u64,
    /// Lines with a person's explicit statement, likewise.
    pub human_evidence: u64,
    /// Lines of a bot that is not AI.
    pub automation: u64,
    /// Lines about which nothing is known.
    pub unknown: u64,
    /// Lines among `ai` about which it is only known that a part of their commit is AI, not whether they are in
    /// that part.
    pub ai_in_part: u64,
    /// Lines that may come from commits which this clone lacks.
    pub cut_off: u64,
}

/// Lines one after the other about which the same is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FileRange {
    /// The first line, from 1.
    pub start: u32,
    /// The last line.
    pub end: u32,
    /// What is known. Claims about the lines themselves go before claims about their commit.
    pub verdict: Verdict,
    /// For AI: the tools, ascending.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<String>,
    /// For AI: the strength of the strongest claim that decided.
    pub strength: Option<Strength>,
    /// For AI: whether a claim is about these lines, or about all of their commit; or all claims only about a
    /// part of it.
    pub extent: Option<Extent>,
    /// The commit that the lines come from, as an index in [`FileJudgement::commits`].
    pub commit: usize,
    /// The number of the first line in that commit's version of the file.
    pub line_there: u32,
    /// The evidence, as indices in [`FileJudgement::claims`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<usize>,
}

/// A commit that lines come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FileCommit {
    /// The id, in hexadecimal.
    pub id: String,
    /// The message's first paragraph. Untrusted.
    pub subject: String,
    /// When the author wrote it, by that person's clock.
    pub time: Time,
    /// The file's path in it, if that is another. Untrusted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// How many of the lines come from it.
    pub lines: u64,
    /// What is known about the commit as a whole, by itself and by notes and records about it.
    pub verdict: Verdict,
    /// Whether the lines may be older, from commits that this clone lacks.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub cut_off: bool,
}
