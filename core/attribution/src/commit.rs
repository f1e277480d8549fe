//! What a scan tells about one commit.

use crate::{Claim, Class, Strength};
use serde::Serialize;
use std::borrow::Cow;

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
    /// What the rules concluded, in the catalogue's order.
    pub claims: Vec<Claim>,
    /// The claims in one word.
    pub verdict: Verdict,
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

impl Verdict {
    /// The verdict that follows from `claims`.
    #[must_use]
    pub fn of(claims: &[Claim]) -> Self {
        let has = |class, least| claims.iter().any(|c| c.class == class && c.strength >= least);
        if has(Class::Ai, Strength::Medium) {
            Verdict::Ai
        } else if has(Class::Human, Strength::Medium) {
            Verdict::HumanEvidence
        } else if has(Class::Automation, Strength::Medium) {
            Verdict::Automation
        } else {
            Verdict::Unknown
        }
    }
}
