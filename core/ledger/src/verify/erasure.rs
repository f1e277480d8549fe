//! Which absent payloads were erased, and which were simply taken away.

use super::report::{Fault, FaultKind, Note, NoteKind};
use super::{Findings, RawEntry};
use crate::hash::{Hash, leaf_hash};
use crate::header::Header;
use std::collections::{BTreeMap, BTreeSet};

/// An entry of a caller's kind whose salt and payload are absent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Absent {
    pub(super) seq: u64,
}

/// A `sys.erasure` entry whose own header, salt and payload pass.
#[derive(Debug, Clone, Copy)]
pub(super) struct Erasure {
    pub(super) at: u64,
    pub(super) named: u64,
    pub(super) leaf: Hash,
    pub(super) commitment: Hash,
}

/// A `sys.prune` entry whose own header, salt and payload pass.
#[derive(Debug, Clone, Copy)]
pub(super) struct Prune {
    pub(super) at: u64,
    pub(super) before: u64,
}

/// What an erasure must fit: the entry that it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named {
    leaf: Hash,
    /// Absent if the header is not valid.
    header: Option<(Hash, bool)>,
}

impl Named {
    /// Reads what an erasure must fit from a stored entry.
    #[must_use]
    pub fn read(raw: &RawEntry<'_>) -> Self {
        let header = Header::parse(raw.header).ok();
        Self { leaf: leaf_hash(raw.header), header: header.map(|h| (h.commitment, h.kind.is_system())) }
    }

    fn fits(&self, erasure: &Erasure) -> bool {
        let header =
            self.header.is_none_or(|(commitment, system)| commitment == erasure.commitment && !system);
        self.leaf == erasure.leaf && header
    }
}

impl Findings {
    /// Settles check 9 for the absent payloads of the whole ledger. `named` holds the entries that erasures name, but for those
    /// that are missing.
    pub(super) fn settle_erasures(&mut self, named: &BTreeMap<u64, Named>) {
        let absent: BTreeSet<u64> = self.absent.iter().map(|a| a.seq).collect();
        let mut erased = BTreeMap::new();
        for erasure in &self.erasures {
            // Nothing of a missing entry can be compared.
            let fits = named.get(&erasure.named).is_none_or(|entry| entry.fits(erasure));
            if erasure.named < erasure.at && fits {
                erased.entry(erasure.named).or_insert(erasure.at);
            } else {
                let detail = format!("the erasure does not fit entry {}", erasure.named);
                self.faults.push(Fault { seq: erasure.at, kind: FaultKind::Payload, detail });
            }
        }
        let pruned = |seq: u64| self.prunes.iter().find(|p| seq < p.before && seq < p.at).map(|p| p.at);
        for entry in &self.absent {
            match erased.get(&entry.seq).copied().or_else(|| pruned(entry.seq)) {
                Some(by) => {
                    let detail = format!("salt and payload were destroyed, as entry {by} says");
                    self.notes.push(Note { seq: entry.seq, kind: NoteKind::Erased, detail });
                }
                None => {
                    let detail = "salt and payload are absent and no erasure names the entry".to_owned();
                    self.faults.push(Fault { seq: entry.seq, kind: FaultKind::Payload, detail });
                }
            }
        }
        let pruned_to = self.prunes.iter().map(|p| p.before.min(p.at)).max().unwrap_or(0);
        let never: BTreeSet<u64> = self.not_erasable.iter().copied().collect();
        let named: BTreeSet<u64> = erased.keys().copied().chain(0..pruned_to).collect();
        for seq in named.into_iter().filter(|seq| !never.contains(seq) && !absent.contains(seq)) {
            let detail = "salt and payload are to be destroyed but are still there".to_owned();
            self.notes.push(Note { seq, kind: NoteKind::Pending, detail });
        }
    }
}
