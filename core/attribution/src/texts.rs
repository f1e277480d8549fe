//! The rules that look at texts rather than at names and addresses, ready for many texts.

use crate::matcher::Pattern;
use crate::relation::{PICKED, REVERTS};
use crate::{Catalogue, RuleSignal};
use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind, MatchKind};

/// The key whose trailers count further up, too.
const CREDITS: &str = "co-authored-by:";

/// A search for what is rare, so that the patterns of rules run only where they may match.
#[derive(Debug)]
pub(crate) struct Texts {
    /// All literals at once: those that tell relations first, then the credit, then those of rules for messages.
    literals: Option<AhoCorasick>,
    /// For each literal behind the first three, its rule.
    owners: Vec<usize>,
    pub(crate) subject: Rules,
    pub(crate) branch: Rules,
    pub(crate) reference: Rules,
}

/// The rules for one kind of short texts, and one pattern that matches wherever any of theirs does.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    rules: Vec<usize>,
    any: Option<Pattern>,
}

/// What a message holds, by its literals alone.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// Something that tells a relation.
    pub(crate) relates: bool,
    /// A line that credits another author, wherever it stands.
    pub(crate) credits: bool,
    /// Rules for messages, ascending, one of whose literals occurs.
    pub(crate) rules: Vec<usize>,
}

impl Rules {
    fn of(catalogue: &Catalogue, signal: RuleSignal) -> Self {
        let rules = catalogue.rules().iter().enumerate().filter(|(_, rule)| rule.signal == signal);
        let (rules, patterns): (Vec<_>, Vec<_>) =
            rules.filter_map(|(index, rule)| Some((index, rule.pattern.as_deref()?))).unzip();
        Self { any: (!rules.is_empty()).then(|| Pattern::any(&patterns)), rules }
    }

    /// The rules to try on `text`.
    pub(crate) fn candidates(&self, text: &[u8]) -> &[usize] {
        if self.any.as_ref().is_some_and(|any| any.may_match(text)) { &self.rules } else { &[] }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }
}

impl Texts {
    pub(crate) fn new(catalogue: &Catalogue) -> Self {
        let (mut owners, mut literals) = (Vec::new(), vec![REVERTS, PICKED, CREDITS]);
        for (index, rule) in catalogue.rules().iter().enumerate() {
            if rule.signal == RuleSignal::Message {
                literals.extend(rule.literals.iter().map(String::as_str));
                owners.extend(rule.literals.iter().map(|_| index));
            }
        }
        let literals = AhoCorasickBuilder::new()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::DFA))
            .build(literals)
            .ok();
        Self {
            literals,
            owners,
            subject: Rules::of(catalogue, RuleSignal::Subject),
            branch: Rules::of(catalogue, RuleSignal::Branch),
            reference: Rules::of(catalogue, RuleSignal::Reference),
        }
    }

    /// Looks through a message once; a second time, for every literal, only if there is any.
    pub(crate) fn search(&self, message: &[u8]) -> Found {
        let mut found = Found::default();
        let Some(literals) = self.literals.as_ref().filter(|literals| literals.is_match(message)) else {
            return found;
        };
        for hit in literals.find_overlapping_iter(message) {
            match hit.pattern().as_usize().checked_sub(3) {
                None if hit.pattern().as_usize() == 2 => found.credits = true,
                None => found.relates = true,
                Some(literal) => found.rules.extend(self.owners.get(literal)),
            }
        }
        found.rules.sort_unstable();
        found.rules.dedup();
        found
    }
}
