//! Commits and claims that no scan made: from a source of the caller's own, or for a test of what reads them.

use crate::{Claim, Class, Commit, Extent, Judgement, Person, Signal, Strength};
use std::borrow::Cow;

impl<'a> Commit<'a> {
    /// A commit without a parent, with an empty subject, and the verdict that follows from `claims`.
    ///
    /// ```
    /// use sealbook_attribution::{Claim, Class, Commit, Person, Signal, Strength, Time, Verdict};
    ///
    /// let jane = Person { name: "Jane".into(), email: "jane@example.com".into(), time: Time::default() };
    /// let claim = Claim::new("amp/co-author", "Amp", Class::Ai, Signal::Trailer, Strength::High);
    /// let commit = Commit::new("c0ffee", jane.clone(), jane, vec![claim]);
    /// assert_eq!(commit.verdict, Verdict::Ai);
    /// ```
    #[must_use]
    pub fn new(id: &'a str, author: Person<'a>, committer: Person<'a>, claims: Vec<Claim>) -> Self {
        let judgement = Judgement::of(&claims);
        Self {
            id,
            parents: 0,
            author,
            committer,
            subject: Cow::Borrowed(""),
            claims,
            verdict: judgement.verdict,
            strength: judgement.strength,
            extent: judgement.extent,
            contradictions: judgement.contradictions,
            relation: None,
            folders: Vec::new(),
        }
    }
}

impl Claim {
    /// A claim about nothing yet: neither commit nor file, the whole of it, without an evidence text.
    #[must_use]
    pub fn new(
        rule: impl Into<String>,
        tool: impl Into<String>,
        class: Class,
        signal: Signal,
        strength: Strength,
    ) -> Self {
        Self {
            commit: None,
            path: None,
            lines: Vec::new(),
            tool: tool.into(),
            vendor: None,
            model: None,
            class,
            signal,
            rule: rule.into(),
            source: signal.source(),
            strength,
            evidence: String::new(),
            extent: Extent::Whole,
            origin: None,
            more: 0,
            invalid: None,
        }
    }
}
