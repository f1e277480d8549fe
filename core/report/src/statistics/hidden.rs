//! Texts without the people in them, for reports in which people do not appear by name.
//!
//! Names in free text cannot be told from other words, so this errs to the safe side: what stands where a trailer or
//! an identity has a name is hidden unless it is a word of the claimed tool, addresses are hidden wherever they
//! stand unless they are a machine's, and names that the history is known to have are hidden wherever they stand.

use super::evidence::Piece;
use aho_corasick::{AhoCorasick, MatchKind};
use sealbook_attribution::{Claim, Class, Commit, Person, Signal};
use std::collections::{BTreeSet, HashSet};
use std::ops::Range;

/// What stands for a name or an address.
const HIDDEN: &str = "[person]";
/// Different names and addresses kept at most; a hostile history can make every one new.
const NAMES: usize = 20_000;
/// Bytes of one that is kept at most.
const LONGEST: usize = 200;

/// Words of machines' names that no rule has.
const OF_MACHINES: [&str; 17] = [
    "actions",
    "agent",
    "ai",
    "app",
    "assistant",
    "bot",
    "cli",
    "code",
    "coding",
    "dev",
    "editor",
    "github",
    "gitlab",
    "haiku",
    "opus",
    "sonnet",
    "web",
];

/// The people of a history.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Names {
    /// Addresses that rules give to machines, in lower case.
    machines: BTreeSet<String>,
    seen: BTreeSet<String>,
    terms: BTreeSet<String>,
}

/// The people of one commit, and the words that are a machine's there.
pub(crate) struct Own {
    terms: BTreeSet<String>,
    words: HashSet<String>,
}

impl Names {
    pub(crate) fn machine(&mut self, address: &str) {
        self.machines.insert(address.to_lowercase());
    }

    /// Remembers who a commit is by.
    pub(crate) fn add(&mut self, commit: &Commit<'_>) {
        for person in [&commit.author, &commit.committer] {
            if self.seen.contains(&*person.name) && self.seen.contains(&*person.email) {
                continue;
            }
            if self.seen.len() >= NAMES || person.name.len().max(person.email.len()) > LONGEST {
                continue;
            }
            self.seen.extend([person.name.to_string(), person.email.to_string()]);
            let words = machine_words(&commit.claims);
            // One word of a name is mostly a word of the language, too.
            let is_name = words_of(&person.name).count() > 1;
            if is_name && words_of(&person.name).any(|word| !is_machine_word(word, &words)) {
                insert(&mut self.terms, person.name.trim());
            }
            if !self.is_machine(&person.email) && person.email.contains('@') {
                insert(&mut self.terms, &person.email);
            }
        }
    }

    /// The people of a commit: its author and committer, and those whom the evidence of its claims names.
    pub(crate) fn own(&self, commit: &Commit<'_>) -> Own {
        let words = machine_words(&commit.claims);
        let mut terms = BTreeSet::new();
        let mut add = |name: &str, email: &str| {
            let other: Vec<_> = words_of(name).filter(|word| !is_machine_word(word, &words)).collect();
            if !other.is_empty() && name.trim().chars().count() > 1 {
                insert(&mut terms, name.trim());
            }
            other.into_iter().filter(|word| is_telling(word)).for_each(|word| insert(&mut terms, word));
            if !self.is_machine(email) && email.chars().count() > 1 {
                insert(&mut terms, email);
                let account = email.split('@').next().unwrap_or_default();
                let account = account.rsplit('+').next().unwrap_or_default();
                let parts = words_of(account).chain([account]).filter(|word| is_telling(word));
                let parts = parts.filter(|word| !is_machine_word(word, &words));
                parts.for_each(|word| insert(&mut terms, word));
            }
        };
        for Person { name, email, .. } in [&commit.author, &commit.committer] {
            add(name, email);
        }
        for claim in &commit.claims {
            if let Some((name, email)) = identity(claim) {
                add(name, email);
            }
        }
        Own { terms, words }
    }

    /// Hides the names of the whole history.
    pub(crate) fn hide<'t>(&self, texts: impl IntoIterator<Item = &'t mut String>) {
        let Some(terms) = searcher(&self.terms) else { return };
        for text in texts {
            *text = self.without(text, &terms, |_| true);
        }
    }

    /// Hides names in what files say.
    pub(crate) fn hide_in_files(&self, pieces: &mut [Piece]) {
        for piece in &mut *pieces {
            let texts = [Some(&piece.tool), piece.model.as_ref(), Some(&piece.rule)];
            let words = texts.into_iter().flatten().flat_map(|text| words_of(text)).map(str::to_lowercase);
            let own = Own { terms: BTreeSet::new(), words: words.collect() };
            piece.texts().for_each(|text| *text = self.text(text, &own));
        }
        self.hide(pieces.iter_mut().flat_map(Piece::texts));
    }

    /// A free text about a commit.
    pub(crate) fn text(&self, text: &str, own: &Own) -> String {
        match searcher(&own.terms) {
            Some(terms) => self.without(text, &terms, |word| is_machine_word(word, &own.words)),
            None => text.to_owned(),
        }
    }

    /// The evidence of a claim about a commit; none if it is about a person.
    pub(crate) fn evidence(&self, claim: &Claim, own: &Own) -> Option<String> {
        if claim.class == Class::Human {
            return None;
        }
        if !is_of_an_identity(claim.signal) {
            return Some(self.text(&claim.evidence, own));
        }
        let (key, value) = key_and_value(claim);
        let mut shown = key.to_owned();
        for (number, part) in value.split('<').enumerate() {
            let (address, rest) = match part.split_once('>') {
                Some((address, rest)) if number > 0 => (Some(address), rest),
                _ => (None, part),
            };
            if number > 0 {
                shown.push('<');
            }
            if let Some(address) = address {
                shown.push_str(if self.is_machine(address) { address } else { HIDDEN });
                shown.push('>');
            }
            push_words(&mut shown, rest, |word| is_machine_word(word, &own.words));
        }
        Some(shown)
    }

    fn without(&self, text: &str, terms: &AhoCorasick, is_machine_word: impl Fn(&str) -> bool) -> String {
        let mut ranges: Vec<Range<usize>> = Vec::new();
        let names = terms.find_overlapping_iter(text).map(|found| found.range());
        ranges.extend(names.filter(|range| stands_alone(text, range)));
        let addresses = addresses(text);
        ranges.extend(addresses.filter(|range| text.get(range.clone()).is_some_and(|a| !self.is_machine(a))));
        let accounts = accounts(text);
        ranges.extend(accounts.filter(|range| text.get(range.clone()).is_some_and(|a| !is_machine_word(a))));
        ranges.sort_unstable_by_key(|range| range.start);
        let (mut shown, mut done) = (String::with_capacity(text.len()), 0);
        for range in ranges {
            if range.start >= done {
                shown.push_str(text.get(done..range.start).unwrap_or_default());
                shown.push_str(HIDDEN);
            }
            done = done.max(range.end);
        }
        shown.push_str(text.get(done..).unwrap_or_default());
        shown
    }

    /// Whether an address is that of a machine: a rule says so, or it takes no mail.
    fn is_machine(&self, address: &str) -> bool {
        let address = address.trim().to_lowercase();
        let account = address.split('@').next().unwrap_or_default();
        let takes_no_mail = matches!(account, "noreply" | "no-reply" | "donotreply" | "do-not-reply");
        let is_plain = !address.contains(char::is_whitespace);
        self.machines.contains(&address) || (is_plain && (takes_no_mail || account.ends_with("[bot]")))
    }
}

/// As it stands and in lower case: the search folds letters of ASCII alone.
fn insert(terms: &mut BTreeSet<String>, term: &str) {
    terms.insert(term.to_owned());
    terms.insert(term.to_lowercase());
}

fn is_of_an_identity(signal: Signal) -> bool {
    matches!(signal, Signal::Trailer | Signal::Author | Signal::Committer)
}

/// The key of a trailer with what follows it, and the rest of the evidence.
fn key_and_value(claim: &Claim) -> (&str, &str) {
    // What git takes for a key: anything else before a colon may be a name.
    let is_key = |key: &str| key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let colon = claim.evidence.find(": ").filter(|_| claim.signal == Signal::Trailer);
    let key = colon.filter(|at| claim.evidence.get(..*at).is_some_and(is_key));
    claim.evidence.split_at_checked(key.map_or(0, |at| at + 2)).unwrap_or_default()
}

/// The name and the address that the evidence of a claim consists of.
fn identity(claim: &Claim) -> Option<(&str, &str)> {
    let (name, rest) = key_and_value(claim).1.split_once('<')?;
    is_of_an_identity(claim.signal).then_some((name, rest.split('>').next().unwrap_or_default()))
}

fn words_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// Long enough to be a name and nothing else by chance.
fn is_telling(word: &str) -> bool {
    word.chars().count() > if word.is_ascii() { 2 } else { 1 }
}

/// The words of what the claims are about.
fn machine_words(claims: &[Claim]) -> HashSet<String> {
    let of_tools = claims.iter().filter(|claim| claim.class != Class::Human).flat_map(|claim| {
        [Some(&claim.tool), claim.vendor.as_ref(), claim.model.as_ref(), Some(&claim.rule)]
            .into_iter()
            .flatten()
    });
    of_tools.flat_map(|text| words_of(text)).map(str::to_lowercase).collect()
}

fn is_machine_word(word: &str, words: &HashSet<String>) -> bool {
    let word = word.to_lowercase();
    // A version.
    (word.starts_with(|c: char| c.is_ascii_digit()) && word.len() <= 4)
        || OF_MACHINES.contains(&word.as_str())
        || words.contains(&word)
}

/// Appends a text with each run of other words than a machine's hidden.
fn push_words(out: &mut String, text: &str, is_machine_word: impl Fn(&str) -> bool) {
    let mut at = 0;
    // Behind the last hidden word, if only what may stand within a name has come since.
    let mut within = false;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let is_word = rest.starts_with(char::is_alphanumeric);
        let length = rest.find(|c: char| c.is_alphanumeric() != is_word).unwrap_or(rest.len());
        let part = rest.get(..length).unwrap_or_default();
        at += length;
        if !is_word {
            let next = text.get(at..).unwrap_or_default();
            let next = next.get(..next.find(|c: char| !c.is_alphanumeric()).unwrap_or(next.len()));
            within &= part.chars().all(|c| matches!(c, ' ' | '.' | '-' | '_' | '\'' | '\u{2019}'))
                && next.is_some_and(|next| !next.is_empty() && !is_machine_word(next));
            if !within {
                out.push_str(part);
            }
        } else if is_machine_word(part) {
            within = false;
            out.push_str(part);
        } else {
            if !within {
                out.push_str(HIDDEN);
            }
            within = true;
        }
    }
}

fn searcher(terms: &BTreeSet<String>) -> Option<AhoCorasick> {
    // It cannot fail for texts that fit into the memory; then nothing more is hidden.
    AhoCorasick::builder().ascii_case_insensitive(true).match_kind(MatchKind::Standard).build(terms).ok()
}

/// Whether a name is no part of a longer word. Writing without blanks has no such words.
fn stands_alone(text: &str, range: &Range<usize>) -> bool {
    let is_letter = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    let before = range.start.checked_sub(1).and_then(|at| bytes.get(at));
    let last = range.end.checked_sub(1).and_then(|at| bytes.get(at));
    let goes_on_before = is_letter(before) && is_letter(bytes.get(range.start));
    let goes_on_behind = is_letter(last) && is_letter(bytes.get(range.end));
    !goes_on_before && !goes_on_behind
}

/// Whatever looks like an e-mail address.
fn addresses(text: &str) -> impl Iterator<Item = Range<usize>> {
    let is_local = |c: char| c.is_alphanumeric() || "._%+-[]".contains(c);
    let is_host = |c: char| c.is_alphanumeric() || ".-".contains(c);
    text.match_indices('@').filter_map(move |(at, _)| {
        let (before, behind) = (text.get(..at)?, text.get(at + 1..)?);
        let start = before.rfind(|c| !is_local(c)).map_or(0, |end| {
            end + before.get(end..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8)
        });
        let end = behind.find(|c| !is_host(c)).unwrap_or(behind.len());
        (start < at && end > 0).then_some(start..at + 1 + end)
    })
}

/// Accounts of a code host: `@account`, and the one in `Merge pull request #1 from account/branch`.
fn accounts(text: &str) -> impl Iterator<Item = Range<usize>> {
    let account = move |from: usize| {
        let rest = text.get(from..)?;
        let length = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).unwrap_or(rest.len());
        (length > 0).then_some((from..from + length, rest.get(length..)?.starts_with('/')))
    };
    let named = text.match_indices('@').filter(move |(at, _)| {
        text.get(..*at).is_some_and(|before| !before.ends_with(|c: char| c.is_alphanumeric()))
    });
    let named = named.filter_map(move |(at, _)| Some(account(at + 1)?.0));
    let merged = text.match_indices(" from ").filter(move |_| text.starts_with("Merge pull request "));
    let merged = merged.filter_map(move |(at, mark)| {
        account(at + mark.len()).filter(|(_, is_owner)| *is_owner).map(|(range, _)| range)
    });
    named.chain(merged)
}

#[cfg(test)]
#[path = "hidden_tests.rs"]
mod tests;
