//! From the parts of a commit to its claims.

use crate::message::{before_original, is_squash, lines_around, merged_branches, own_words};
use crate::object::{Parts, subject};
use crate::relation::{relation, takes_back};
use crate::texts::Texts;
use crate::trailers::{Standing, Trailer, all_trailers, trailers_within};
use crate::{Catalogue, Claim, Extent, Relation, Rule, Signal, Strength, Time};
use std::borrow::Cow;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

/// Texts remembered at most. Authors and co-authors repeat; a hostile history can make every one new.
const REMEMBERED: usize = 1 << 16;
/// Bytes of a text that is remembered at most.
const MEMORABLE: usize = 1 << 10;

/// Claims by one rule about one commit that are kept at most. Squashes of many models are real, thousands are not.
const MOST_OF_A_RULE: usize = 16;

/// Applies a catalogue to commits, one after the other.
pub(crate) struct Judge {
    catalogue: Arc<Catalogue>,
    texts: Texts,
    by_key: HashMap<Vec<u8>, Vec<usize>>,
    by_author: Vec<usize>,
    by_committer: Vec<usize>,
    remembered: HashMap<Vec<u8>, Rc<[Hit]>>,
    scratch: Vec<u8>,
    key: Vec<u8>,
}

/// What a commit says about itself.
pub(crate) struct Findings<'a> {
    /// In the catalogue's order.
    pub(crate) claims: Vec<Claim>,
    pub(crate) relation: Option<Relation>,
    pub(crate) subject: Cow<'a, str>,
}

/// Claims under way, each with its rule.
type Found = Vec<(usize, Claim)>;

/// A rule that matched a text, and what it read there.
struct Hit {
    rule: usize,
    tool: Option<String>,
    model: Option<String>,
}

impl Judge {
    pub(crate) fn new(catalogue: impl Into<Arc<Catalogue>>) -> Self {
        let catalogue = catalogue.into();
        let mut by_key: HashMap<Vec<u8>, Vec<usize>> = HashMap::new();
        for (index, rule) in catalogue.rules().iter().enumerate() {
            for key in &rule.keys {
                by_key.entry(key.clone().into_bytes()).or_default().push(index);
            }
        }
        let looking_at = |signal| {
            let rules = catalogue.rules().iter().enumerate();
            rules.filter(|(_, rule)| rule.signal.covers(signal)).map(|(index, _)| index).collect()
        };
        Self {
            by_author: looking_at(Signal::Author),
            by_committer: looking_at(Signal::Committer),
            remembered: HashMap::new(),
            scratch: Vec::new(),
            key: Vec::new(),
            texts: Texts::new(&catalogue),
            catalogue,
            by_key,
        }
    }

    pub(crate) fn catalogue(&self) -> &Arc<Catalogue> {
        &self.catalogue
    }

    pub(crate) fn texts(&self) -> &Texts {
        &self.texts
    }

    /// The claims about a commit with one parent.
    #[cfg(test)]
    pub(crate) fn claims(&mut self, commit: &str, parts: &Parts<'_>) -> Vec<Claim> {
        self.findings(commit, parts, 1).claims
    }

    /// What a commit says about itself. A rule yields one claim for each tool and model that it reads, up to
    /// [`MOST_OF_A_RULE`], from the first text that says so: the trailers in order, then those that git does not
    /// count, which are worth at most medium, then the author, the committer, the subject, the message, and the
    /// branches that a merge names.
    ///
    /// The trailers and the message of a merge or a squash tell what it contains: [`Extent::Part`]. What the
    /// message of a revert quotes of the commit that it reverts is no claim.
    pub(crate) fn findings<'a>(&mut self, commit: &str, parts: &Parts<'a>, parents: usize) -> Findings<'a> {
        let times = [parts.author.1, parts.committer.1];
        let subject = subject(parts.message);
        let literals = self.texts.search(parts.message);
        let is_revert = literals.relates || subject.starts_with("Re");
        let message = if is_revert && takes_back(parts.message, &subject) {
            before_original(parts.message)
        } else {
            parts.message
        };
        let mut found = Vec::new();
        let has_words = literals.credits || !literals.rules.is_empty();
        let words = if has_words { own_words(message) } else { Vec::new() };
        self.trailers(&mut found, commit, all_trailers(message), times);
        if literals.credits {
            let within = trailers_within(&words).map(|trailer| (trailer, Standing::Within));
            self.trailers(&mut found, commit, within, times);
        }
        self.people(&mut found, commit, parts);
        let rules = self.texts.subject.candidates(subject.as_bytes()).to_vec();
        self.text(&mut found, (commit, times), (Signal::Subject, &rules), subject.as_bytes());
        if !literals.rules.is_empty() {
            self.text(&mut found, (commit, times), (Signal::Message, &literals.rules), &words);
        }
        let is_merge = parents > 1;
        if is_merge && !self.texts.branch.is_empty() && subject.starts_with(['M', 'P']) {
            for branch in merged_branches(message) {
                let rules = self.texts.branch.candidates(branch).to_vec();
                self.text(&mut found, (commit, times), (Signal::Branch, &rules), branch);
            }
        }
        let says =
            |signal| matches!(signal, Signal::Trailer | Signal::Subject | Signal::Message | Signal::Branch);
        if found.iter().any(|(_, claim)| says(claim.signal)) && (is_merge || is_squash(message)) {
            for (_, claim) in found.iter_mut().filter(|(_, claim)| says(claim.signal)) {
                claim.extent = Extent::Part;
            }
        }
        found.sort_by_key(|(rule, _)| *rule);
        let claims = found.into_iter().map(|(_, claim)| claim).collect();
        let relation = if literals.relates { relation(parts.message, &subject) } else { None };
        Findings { claims, relation, subject }
    }

    fn trailers<'t>(
        &mut self,
        found: &mut Found,
        commit: &str,
        trailers: impl Iterator<Item = (Trailer<'t>, Standing)>,
        times: [Time; 2],
    ) {
        for (trailer, standing) in trailers {
            let mut key = std::mem::take(&mut self.key);
            key.clear();
            key.extend(trailer.key.iter().map(u8::to_ascii_lowercase));
            if self.by_key.contains_key(&key) {
                let most = if standing == Standing::Counted { Strength::Certain } else { Strength::Medium };
                let hits = self.hits(Signal::Trailer, &key, &trailer.value);
                let evidence = || [trailer.key, b": ", &trailer.value].concat();
                let before = found.len();
                if standing == Standing::Within {
                    // Where git sees no trailer, nothing less than the exact address of a tool counts.
                    let by_address = hits.iter().filter(|hit| self.has_address(hit.rule));
                    self.claim(found, commit, Signal::Trailer, by_address, (times, most), evidence);
                    for (_, claim) in found.iter_mut().skip(before) {
                        claim.extent = Extent::Part;
                    }
                } else {
                    self.claim(found, commit, Signal::Trailer, hits.iter(), (times, most), evidence);
                }
            }
            self.key = key;
        }
    }

    fn has_address(&self, rule: usize) -> bool {
        let rule = self.catalogue.rules().get(rule);
        rule.is_some_and(|rule| !rule.emails.is_empty() || !rule.github_apps.is_empty())
    }

    fn people(&mut self, found: &mut Found, commit: &str, parts: &Parts<'_>) {
        let times = [parts.author.1, parts.committer.1];
        for (signal, (who, _)) in [(Signal::Author, parts.author), (Signal::Committer, parts.committer)] {
            let hits = self.hits(signal, who.name, who.email);
            self.claim(found, commit, signal, hits.iter(), (times, Strength::Certain), || {
                [who.name, b" <", who.email, b">"].concat()
            });
        }
    }

    /// Tries `rules` on a text; the evidence is the line, or the lines, of the match.
    fn text(
        &self,
        found: &mut Found,
        (commit, times): (&str, [Time; 2]),
        (signal, rules): (Signal, &[usize]),
        text: &[u8],
    ) {
        for (hit, evidence) in self.matching(rules, text) {
            self.claim(found, commit, signal, [&hit], (times, Strength::Certain), || evidence.to_vec());
        }
    }

    /// Those of `rules` whose pattern matches in `text`, each with the line, or the lines, of the match.
    fn matching<'t>(&self, rules: &[usize], text: &'t [u8]) -> Vec<(Hit, &'t [u8])> {
        let mut matching = Vec::new();
        for index in rules {
            let Some((rule, matcher)) = self.catalogue.get(*index) else { continue };
            if let Some(at) = matcher.find(text) {
                matching.push((*index, rule.fallback, matcher, lines_around(text, at)));
            }
        }
        let only_fallbacks = matching.iter().all(|(_, fallback, ..)| *fallback);
        matching
            .into_iter()
            .filter(|(_, fallback, ..)| only_fallbacks || !fallback)
            .map(|(rule, _, matcher, line)| {
                (Hit { rule, tool: matcher.tool(line), model: matcher.model(line) }, line)
            })
            .collect()
    }

    /// The claims for rules about branches or references on a commit that `name` stands for.
    pub(crate) fn of_name(
        &self,
        commit: Option<&str>,
        (signal, times): (Signal, [Time; 2]),
        name: &[u8],
    ) -> Vec<Claim> {
        let rules = match signal {
            Signal::Branch => self.texts.branch.candidates(name),
            Signal::Reference => self.texts.reference.candidates(name),
            _ => &[],
        };
        let mut found = Vec::new();
        self.text(&mut found, (commit.unwrap_or_default(), times), (signal, rules), name);
        let about = |claim| Claim { commit: commit.map(str::to_owned), ..claim };
        found.into_iter().map(|(_, claim)| about(claim)).collect()
    }

    fn claim<'h>(
        &self,
        found: &mut Found,
        commit: &str,
        signal: Signal,
        hits: impl IntoIterator<Item = &'h Hit>,
        (times, most): ([Time; 2], Strength),
        evidence: impl Fn() -> Vec<u8>,
    ) {
        for hit in hits {
            let Some((rule, _)) = self.catalogue.get(hit.rule) else { continue };
            let tool = hit.tool.as_deref().unwrap_or(&rule.tool);
            let mut earlier = found.iter_mut().filter(|(earlier, _)| *earlier == hit.rule);
            if earlier.any(|(_, claim)| claim.tool == tool && claim.model == hit.model) {
                continue;
            }
            let of_rule = found.iter_mut().filter(|(earlier, _)| *earlier == hit.rule);
            if let Some((_, last)) = of_rule.skip(MOST_OF_A_RULE - 1).last() {
                last.more = last.more.saturating_add(1);
                continue;
            }
            let by = Claim::by(rule, signal, &evidence());
            let claim = Claim {
                commit: Some(commit.to_owned()),
                tool: tool.to_owned(),
                model: hit.model.clone(),
                strength: strength(rule, times).min(most),
                ..by
            };
            found.push((hit.rule, claim));
        }
    }

    /// The rules that match a trailer (`first` is its key in lower case) or an identity (`first` is the name).
    fn hits(&mut self, signal: Signal, first: &[u8], second: &[u8]) -> Rc<[Hit]> {
        self.scratch.clear();
        self.scratch.push(signal as u8);
        self.scratch.extend_from_slice(first);
        self.scratch.push(0);
        self.scratch.extend_from_slice(second);
        if let Some(hits) = self.remembered.get(&self.scratch) {
            return Rc::clone(hits);
        }
        let (rules, text) = match signal {
            Signal::Trailer => (self.by_key.get(first), second.to_vec()),
            Signal::Author => (Some(&self.by_author), [first, b" <", second, b">"].concat()),
            Signal::Committer => (Some(&self.by_committer), [first, b" <", second, b">"].concat()),
            _ => return Rc::from([]),
        };
        let hits: Rc<[Hit]> = self.run(rules.map_or(&[], Vec::as_slice), &text).into();
        if self.remembered.len() >= REMEMBERED {
            self.remembered.clear();
        }
        if self.scratch.len() <= MEMORABLE {
            self.remembered.insert(self.scratch.clone(), Rc::clone(&hits));
        }
        hits
    }

    fn run(&self, rules: &[usize], text: &[u8]) -> Vec<Hit> {
        let candidates = rules.iter().filter_map(|index| Some((*index, self.catalogue.get(*index)?)));
        let matching: Vec<_> = candidates.filter(|(_, (_, matcher))| matcher.matches(text)).collect();
        let only_fallbacks = matching.iter().all(|(_, (rule, _))| rule.fallback);
        matching
            .into_iter()
            .filter(|(_, (rule, _))| only_fallbacks || !rule.fallback)
            .map(|(rule, (_, matcher))| Hit { rule, tool: matcher.tool(text), model: matcher.model(text) })
            .collect()
    }
}

/// The rule's strength, or the lowest of the periods that one of the commit's dates is in.
fn strength(rule: &Rule, times: [Time; 2]) -> Strength {
    if rule.lowered.is_empty() {
        return rule.strength;
    }
    let days = times.map(|time| day(time.seconds));
    let lowered = rule.lowered.iter().filter(|period| {
        days.iter().any(|day| *day >= period.from && period.until.as_ref().is_none_or(|until| day < until))
    });
    lowered.map(|period| period.strength).fold(rule.strength, Strength::min)
}

/// The day of a moment in UTC as `YYYY-MM-DD`, so that days compare as text.
fn day(seconds: i64) -> String {
    // Civil from days, in the calendar whose years begin in March.
    let days = seconds.div_euclid(86_400).clamp(-719_468, 2_932_896) + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
