//! What a scan tells about one commit.

use crate::{Claim, Extent, Strength};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::sync::Arc;

/// A judged commit, borrowed from the scan for the time of the callback.
///
/// Texts that are not UTF-8 are shown with replacement characters.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Commit<'a> {
    /// The commit's id in hexadecimal: 40 digits, or 64 in a SHA-256 repository.
    pub id: &'a str,
    /// How many parents the commit names.
    pub parents: usize,
    /// Who wrote the change, and when.
    pub author: Person<'a>,
    /// Who put it into the history, and when.
    pub committer: Person<'a>,
    /// The message's first paragraph, on one line.
    pub subject: Cow<'a, str>,
    /// What the rules concluded: from the commit itself, in the catalogue's order; then from references, from
    /// other sources, and last from the commit that it was picked from.
    pub claims: Vec<Claim>,
    /// The claims in one word.
    pub verdict: Verdict,
    /// The strength of the strongest AI claim that counts, a weak one too.
    pub strength: Option<Strength>,
    /// For [`Verdict::Ai`]: whether it is about the whole commit.
    pub extent: Option<Extent>,
    /// Claims that do not fit together. All of them are kept, and the verdict says which of them wins.
    pub contradictions: Vec<Contradiction>,
    /// What the commit does with another one, where the message says so.
    pub relation: Option<Relation>,
    /// The folders whose files the commit touches, if that was asked for; none for a merge.
    pub folders: Vec<Arc<str>>,
}

/// Claims about one commit or file that do not fit together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Contradiction {
    /// A stable word for the kind, such as `human_and_ai`.
    pub kind: &'static str,
    /// What does not fit, in a sentence that names the rules.
    pub reason: String,
}

/// What a commit does with another one, by its message. The ids are as written there: in full, or shortened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// It takes the other one back.
    Reverts(String),
    /// It brings back what the other one, a revert, had taken back.
    Reapplies(String),
    /// It was picked from the other one.
    PickedFrom(String),
}

/// An author or committer, as the commit names them. Free text that anybody can write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Person<'a> {
    /// The name.
    pub name: Cow<'a, str>,
    /// The e-mail address.
    pub email: Cow<'a, str>,
    /// The time, by that person's clock.
    pub time: Time,
}

/// A moment and the time zone it was written in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Time {
    /// Seconds since 1970-01-01 UTC.
    pub seconds: i64,
    /// Minutes east of UTC.
    pub offset_minutes: i16,
}

/// What is known about a commit. Where claims disagree, the first of these that applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// An AI claim of strength medium or better.
    Ai,
    /// A person's explicit statement of human work.
    HumanEvidence,
    /// The author is a bot that is not AI.
    Automation,
    /// None of these. Never to be read as human.
    Unknown,
}
