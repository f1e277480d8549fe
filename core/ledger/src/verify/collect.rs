//! From the findings of all ranges to the report.

use super::check::Findings;
use super::erasure::Named;
use super::report::{FaultKind, Report, Verdict};
use crate::genesis::Genesis;
use crate::hash::Hash;
use crate::tree::Frontier;
use sealbook_error::{Code, Error, Result};
use std::collections::BTreeMap;

/// What the verifier knows from elsewhere: a head mark, a checkpoint, a note on paper.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expected {
    /// The origin that the ledger must have.
    pub origin: Option<String>,
    /// The number of entries that there were at least.
    pub size: Option<u64>,
    /// The root over the first `size` entries.
    pub root: Option<Hash>,
}

impl Expected {
    /// Refuses a root without the size that it belongs to.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT`.
    pub fn check(&self) -> Result<()> {
        if self.root.is_some() && self.size.is_none() {
            return Err(Error::new(Code::InvalidArgument, "a root is given without its size")
                .remedy("pass the size that the root was computed for"));
        }
        Ok(())
    }
}

/// Puts the findings of consecutive ranges together.
#[derive(Debug, Default)]
pub struct Verification {
    genesis: Option<Genesis>,
    all: Findings,
    /// Absent as soon as a leaf is missing.
    frontier: Option<Frontier>,
    roots: BTreeMap<u64, Hash>,
    known: Vec<(u64, Option<Hash>, String)>,
    not_checked: Vec<String>,
}

impl Verification {
    /// A verification of the ledger with this genesis, if its entry 0 has one.
    #[must_use]
    pub fn new(genesis: Option<Genesis>) -> Self {
        Self { genesis, frontier: Some(Frontier::default()), ..Self::default() }
    }

    /// Adds the next range.
    pub fn add(&mut self, found: Findings) {
        for (cut, span) in &found.cuts {
            if let (Some(frontier), Some(span)) = (&self.frontier, span) {
                let mut frontier = frontier.clone();
                frontier.extend(span);
                self.roots.insert(*cut, frontier.root());
            }
        }
        self.frontier = match (self.frontier.take(), found.span) {
            (Some(mut frontier), Some(span)) => {
                frontier.extend(&span);
                Some(frontier)
            }
            _ => None,
        };
        let all = &mut self.all;
        all.end = found.end;
        all.faults.extend(found.faults);
        all.notes.extend(found.notes);
        all.ids.extend(found.ids);
        all.absent.extend(found.absent);
        all.not_erasable.extend(found.not_erasable);
        all.erasures.extend(found.erasures);
        all.prunes.extend(found.prunes);
        all.signed += found.signed;
    }

    /// Adds a fault that concerns no single range.
    pub fn fault(&mut self, seq: u64, kind: FaultKind, detail: impl Into<String>) {
        self.all.fault(seq, kind, detail);
    }

    /// Says what could not be judged and why. It begins with its topic and a colon.
    pub fn not_checked(&mut self, what: impl Into<String>) {
        self.not_checked.push(what.into());
    }

    /// The numbers that erasures name; [`Verification::finish`] needs those of them that have a payload.
    pub fn named(&self) -> impl Iterator<Item = u64> {
        self.all.erasures.iter().map(|e| e.named)
    }

    /// The ids of all entries with a valid header, with their numbers, sorted by id.
    #[must_use]
    pub fn ids(&mut self) -> &[(crate::EntryId, u64)] {
        self.all.ids.sort_unstable();
        &self.all.ids
    }

    /// How many entries have been added.
    #[must_use]
    pub fn entries(&self) -> u64 {
        self.all.end
    }

    /// A size and its root are known from `source`. The size must have been among the `cuts` given to the checkers.
    pub fn known(&mut self, size: u64, root: Hash, source: &str) {
        self.known.push((size, Some(root), source.to_owned()));
    }

    /// Settles what needs all ranges, and reports. `cut` sizes must have been given to the checkers of the ranges.
    #[must_use]
    pub fn finish(mut self, expected: &Expected, named: &BTreeMap<u64, Named>) -> Report {
        self.all.settle_erasures(named);
        self.repeated_ids();
        self.expectations(expected);
        let origin = self.genesis.map(|g| g.origin().to_owned());
        let Findings { mut faults, mut notes, end, .. } = self.all;
        faults.sort_unstable();
        faults.dedup_by(|a, b| (a.seq, a.kind) == (b.seq, b.kind));
        notes.sort_unstable();
        self.not_checked.sort_unstable();
        Report {
            schema: Report::SCHEMA,
            verdict: if faults.is_empty() { Verdict::Intact } else { Verdict::Tampered },
            entries: end,
            root: self.frontier.map(|f| f.root()),
            origin,
            faults,
            notes,
            not_checked: self.not_checked,
        }
    }

    fn repeated_ids(&mut self) {
        let mut ids = std::mem::take(&mut self.all.ids);
        ids.sort_unstable();
        for (first, again) in ids.iter().zip(ids.iter().skip(1)) {
            if first.0 == again.0 {
                self.fault(
                    again.1,
                    FaultKind::Id,
                    format!("the id {} was used before, in entry {}", again.0, first.1),
                );
            }
        }
    }

    fn expectations(&mut self, expected: &Expected) {
        if self.all.end == 0 {
            self.fault(0, FaultKind::Missing, "there is no entry");
        }
        if let Some(wanted) = &expected.origin {
            match self.genesis.as_ref().map(Genesis::origin) {
                Some(origin) if origin == wanted => {}
                Some(origin) => {
                    self.fault(0, FaultKind::Genesis, format!("the origin is {origin:?}, not {wanted:?}"))
                }
                None => self.fault(
                    0,
                    FaultKind::Genesis,
                    format!("there is no origin to compare with {wanted:?}"),
                ),
            }
        }
        if let Some(size) = expected.size {
            self.known.push((size, expected.root, "the caller".to_owned()));
        }
        if self.known.is_empty() {
            self.not_checked("truncation: no size is known from elsewhere, so that nothing shows whether the end was cut off");
        }
        let mut known = std::mem::take(&mut self.known);
        known.dedup_by(|a, b| (a.0, a.1) == (b.0, b.1));
        known.iter().for_each(|(size, root, source)| self.compare(*size, *root, source));
        if self.all.signed > 0 {
            self.not_checked(format!(
                "signatures: {} entries are signed; the actors' keys were not given",
                self.all.signed
            ));
        }
        if self.genesis.is_none() {
            self.not_checked(
                "commitments: entries cannot be judged without the ledger id of a genesis entry",
            );
        }
    }
    /// Compares with a size, and perhaps its root, that are known from elsewhere.
    fn compare(&mut self, size: u64, root: Option<Hash>, source: &str) {
        let entries = self.all.end;
        if size > entries {
            let detail = format!("there were {size} entries once, says {source}; now there are {entries}");
            return self.fault(entries, FaultKind::Truncated, detail);
        }
        let Some(wanted) = root else { return };
        let whole = self.frontier.as_ref().map(Frontier::root);
        match if size == entries { whole } else { self.roots.get(&size).copied() } {
            Some(root) if root == wanted => {}
            Some(root) => {
                let detail = format!("the root over {size} entries is {root}, not {wanted} as {source} says");
                self.fault(size.saturating_sub(1), FaultKind::Tree, detail);
            }
            None => {} // an entry is missing, which is a fault already
        }
    }
}
