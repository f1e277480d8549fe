//! The rules about files, ready to run on paths and on contents.

use super::comments::{self, Comment};
use super::extent::Extents;
use super::languages::Language;
use crate::matcher::Matcher;
use crate::{Catalogue, Claim, Lines, Rule, RuleSignal, Signal};
use aho_corasick::{AhoCorasick, AhoCorasickKind, Input};
use regex::bytes::{Regex, RegexBuilder};
use sealbook_error::{Code, Error, Result};
use std::collections::HashMap;

/// Claims of one rule about one file, after which further comments are added to the last claim's lines: a
/// hostile file must not fill the memory.
const MOST_CLAIMS: usize = 1000;
/// Bytes of evidence that are looked at; a line can be as long as its file.
const MOST_EVIDENCE: usize = 1000;

/// A catalogue's rules for comments and for paths.
pub(crate) struct Search<'c> {
    catalogue: &'c Catalogue,
    /// Every literal of every comment rule.
    literals: Option<AhoCorasick>,
    /// For each literal the rules that have it.
    owners: Vec<Vec<usize>>,
    paths: Vec<usize>,
    /// Matches every path that one of the rules matches; none if the whole does not compile.
    any_path: Option<Regex>,
    extents: Extents,
}

/// What a thread uses again for each file.
#[derive(Default)]
pub(crate) struct Scratch {
    text: Vec<u8>,
    /// The rules of which a literal stands in the comment at hand.
    candidates: Vec<usize>,
    /// For each rule the number of its claims about the file at hand, and the last one's place.
    counts: HashMap<usize, (usize, usize)>,
}

impl<'c> Search<'c> {
    pub(crate) fn new(catalogue: &'c Catalogue) -> Result<Self> {
        let looking_at = |signal| {
            let rules = catalogue.rules().iter().enumerate();
            rules.filter(move |(_, rule)| rule.signal == signal)
        };
        let mut literals: Vec<&str> = Vec::new();
        let mut owners: Vec<Vec<usize>> = Vec::new();
        for (index, rule) in looking_at(RuleSignal::Comment) {
            for literal in &rule.literals {
                let place = literals.iter().position(|known| known == literal).unwrap_or_else(|| {
                    literals.push(literal);
                    owners.push(Vec::new());
                    literals.len() - 1
                });
                owners.get_mut(place).into_iter().for_each(|owners| owners.push(index));
            }
        }
        let paths: Vec<_> = looking_at(RuleSignal::File).map(|(index, _)| index).collect();
        let patterns = looking_at(RuleSignal::File).filter_map(|(_, rule)| rule.pattern.as_ref());
        let any: Vec<_> = patterns.map(|pattern| format!("(?m:{pattern})")).collect();
        let any_path = RegexBuilder::new(&any.join("|"))
            .case_insensitive(true)
            .unicode(false)
            .dot_matches_new_line(true)
            .build()
            .ok();
        Ok(Self {
            catalogue,
            literals: if literals.is_empty() { None } else { Some(automaton(&literals)?) },
            owners,
            paths,
            any_path,
            extents: Extents::new()?,
        })
    }

    /// Whether some rule is about comments, so that contents are to be read.
    pub(crate) fn needs_content(&self) -> bool {
        self.literals.is_some()
    }

    /// The claims that a path gives rise to.
    pub(crate) fn path(&self, path: &str, claims: &mut Vec<Claim>) {
        if self.paths.is_empty() || self.any_path.as_ref().is_some_and(|any| !any.is_match(path.as_bytes())) {
            return;
        }
        let matching: Vec<_> = self
            .rules(&self.paths)
            .filter(|(_, _, matcher)| matcher.find(path.as_bytes()).is_some())
            .collect();
        let only_fallbacks = matching.iter().all(|(_, rule, _)| rule.fallback);
        for (_, rule, matcher) in matching {
            if only_fallbacks || !rule.fallback {
                let claim = claim(rule, matcher, Signal::File, path.as_bytes());
                claims.push(Claim { path: Some(path.to_owned()), ..claim });
            }
        }
    }

    /// The claims that the comments of a file give rise to.
    pub(crate) fn content(
        &self,
        path: &str,
        language: &Language,
        bytes: &[u8],
        scratch: &mut Scratch,
        claims: &mut Vec<Claim>,
    ) {
        let Some(literals) = &self.literals else { return };
        // Most files have no literal at all and end here.
        let earliest = Input::new(bytes).earliest(true);
        let Ok(Some(first)) = literals.try_find(earliest) else { return };
        scratch.counts.clear();
        let mut last_line = None;
        comments::each(language, bytes, &mut |comment| {
            if comment.range.end <= first.start() || !self.candidates(literals, comment, bytes, scratch) {
                return;
            }
            comment.text(bytes, &mut scratch.text);
            let matching: Vec<_> = self
                .rules(&scratch.candidates)
                .filter_map(|(index, rule, matcher)| {
                    Some((index, rule, matcher, matcher.find(&scratch.text)?))
                })
                .collect();
            let only_fallbacks = matching.iter().all(|(_, rule, ..)| rule.fallback);
            for (index, rule, matcher, found) in matching {
                if rule.fallback && !only_fallbacks {
                    continue;
                }
                let evidence = lines_around(&scratch.text, found);
                let is_whole = self.extents.is_whole(comment, bytes, evidence);
                let lines = if is_whole {
                    let end = *last_line.get_or_insert_with(|| comments::count_lines(bytes));
                    Lines { start: 1, end }
                } else {
                    comment.lines
                };
                let (count, last) = scratch.counts.entry(index).or_default();
                if *count >= MOST_CLAIMS {
                    claims.get_mut(*last).into_iter().for_each(|claim| claim.lines.push(lines));
                    continue;
                }
                (*count, *last) = (*count + 1, claims.len());
                let claim = claim(rule, matcher, Signal::Comment, evidence);
                claims.push(Claim { path: Some(path.to_owned()), lines: vec![lines], ..claim });
            }
        });
    }

    fn rules<'s>(&'s self, indices: &'s [usize]) -> impl Iterator<Item = (usize, &'s Rule, &'s Matcher)> {
        indices.iter().filter_map(|index| {
            let (rule, matcher) = self.catalogue.get(*index)?;
            Some((*index, rule, matcher))
        })
    }

    /// Collects the rules of which a literal stands in the comment; whether there are any.
    fn candidates(
        &self,
        literals: &AhoCorasick,
        comment: &Comment,
        bytes: &[u8],
        scratch: &mut Scratch,
    ) -> bool {
        scratch.candidates.clear();
        let text = bytes.get(comment.range.clone()).unwrap_or_default();
        // Overlapping, as one rule's literal may stand in another's.
        for found in literals.find_overlapping_iter(text) {
            for owner in self.owners.get(found.pattern().as_usize()).into_iter().flatten() {
                if let Err(place) = scratch.candidates.binary_search(owner) {
                    scratch.candidates.insert(place, *owner);
                }
            }
        }
        !scratch.candidates.is_empty()
    }
}

fn automaton(literals: &[&str]) -> Result<AhoCorasick> {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .kind(Some(AhoCorasickKind::DFA))
        .build(literals)
        .map_err(|error| {
            Error::new(Code::InvalidArgument, format!("the literals of the rules are too many: {error}"))
                .remedy("use fewer or shorter literals")
        })
}

fn claim(rule: &Rule, matcher: &Matcher, signal: Signal, text: &[u8]) -> Claim {
    let claim = Claim::by(rule, signal, text.trim_ascii());
    Claim { tool: matcher.tool(text).unwrap_or(claim.tool), model: matcher.model(text), ..claim }
}

/// The lines that a match touches, or as much of them as evidence may be long.
fn lines_around(text: &[u8], found: std::ops::Range<usize>) -> &[u8] {
    let before = text.get(..found.start).unwrap_or_default();
    let start = memchr::memrchr(b'\n', before).map_or(0, |feed| feed + 1);
    let behind = text.get(found.end..).unwrap_or_default();
    let end = memchr::memchr(b'\n', behind).map_or(text.len(), |length| found.end + length);
    // A match can begin with the line feeds before its first line.
    let start = if found.start - start > MOST_EVIDENCE { found.start } else { start };
    text.get(start..end.min(start + MOST_EVIDENCE)).unwrap_or_default()
}
