//! From the parts of a commit to its claims.

use crate::object::Parts;
use crate::trailers::all_trailers;
use crate::{Catalogue, Claim, Rule, Signal, Source, Strength, Time};
use std::collections::HashMap;
use std::rc::Rc;

/// Texts remembered at most. Authors and co-authors repeat; a hostile history can make every one new.
const REMEMBERED: usize = 1 << 16;
/// Bytes of a text that is remembered at most.
const MEMORABLE: usize = 1 << 10;

/// Applies a catalogue to commits, one after the other.
pub(crate) struct Judge {
    catalogue: Catalogue,
    by_key: HashMap<Vec<u8>, Vec<usize>>,
    by_author: Vec<usize>,
    by_committer: Vec<usize>,
    remembered: HashMap<Vec<u8>, Rc<[Hit]>>,
    scratch: Vec<u8>,
    key: Vec<u8>,
}

/// A rule that matched a text, and what it read there.
struct Hit {
    rule: usize,
    tool: Option<String>,
    model: Option<String>,
}

impl Judge {
    pub(crate) fn new(catalogue: Catalogue) -> Self {
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
            catalogue,
            by_key,
        }
    }

    /// The claims about a commit, in the catalogue's order. A rule yields one claim, from the first text that
    /// it matches: the trailers in order, then those that git does not count, which are worth at most medium,
    /// then the author, then the committer.
    pub(crate) fn claims(&mut self, commit: &str, parts: &Parts<'_>) -> Vec<Claim> {
        let mut found = Vec::new();
        let times = [parts.author.1, parts.committer.1];
        for (trailer, is_counted) in all_trailers(parts.message) {
            let mut key = std::mem::take(&mut self.key);
            key.clear();
            key.extend(trailer.key.iter().map(u8::to_ascii_lowercase));
            if self.by_key.contains_key(&key) {
                let most = if is_counted { Strength::Certain } else { Strength::Medium };
                let hits = self.hits(Signal::Trailer, &key, &trailer.value);
                let evidence = || [trailer.key, b": ", &trailer.value].concat();
                self.claim(&mut found, commit, Signal::Trailer, &hits, (times, most), evidence);
            }
            self.key = key;
        }
        for (signal, (who, _)) in [(Signal::Author, parts.author), (Signal::Committer, parts.committer)] {
            let hits = self.hits(signal, who.name, who.email);
            self.claim(&mut found, commit, signal, &hits, (times, Strength::Certain), || {
                [who.name, b" <", who.email, b">"].concat()
            });
        }
        found.sort_by_key(|(rule, _)| *rule);
        found.into_iter().map(|(_, claim)| claim).collect()
    }

    fn claim(
        &self,
        found: &mut Vec<(usize, Claim)>,
        commit: &str,
        signal: Signal,
        hits: &[Hit],
        (times, most): ([Time; 2], Strength),
        evidence: impl Fn() -> Vec<u8>,
    ) {
        for hit in hits {
            let Some((rule, _)) = self.catalogue.get(hit.rule) else { continue };
            if found.iter().any(|(earlier, _)| *earlier == hit.rule) {
                continue;
            }
            let claim = Claim {
                commit: commit.to_owned(),
                tool: hit.tool.clone().unwrap_or_else(|| rule.tool.clone()),
                vendor: rule.vendor.clone(),
                model: hit.model.clone(),
                class: rule.class,
                signal,
                rule: rule.id.clone(),
                source: Source::Claimed,
                strength: strength(rule, times).min(most),
                evidence: shown(&evidence()),
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

/// Evidence fit to show: at most 200 characters, none of which moves a cursor.
fn shown(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    text.chars().take(200).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
