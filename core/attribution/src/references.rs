//! What the names of references say about commits and about the repository.

use crate::judge::Judge;
use crate::repository::failed;
use crate::{Claim, Signal, Time};
use gix::hashtable::HashMap;
use gix::{ObjectId, Repository};
use sealbook_error::Result;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The references that some rule is about.
#[derive(Debug, Default)]
pub(crate) struct References {
    /// Claims about the repository: for each rule about references, the first that it matches.
    pub(crate) repository: Vec<Claim>,
    /// Branches whose tip a commit is.
    pub(crate) tips: HashMap<ObjectId, Tip>,
    /// References whose name ends in the id of a commit, such as `refs/ai/authorship/ID`.
    pub(crate) naming: HashMap<ObjectId, Vec<String>>,
    /// The same for the same answers above, and for the same notes.
    pub(crate) state: [u8; 32],
}

/// The branches that a rule matches, at one commit.
#[derive(Debug, Default)]
pub(crate) struct Tip {
    /// Without `refs/heads/` or the remote, ascending.
    pub(crate) names: Vec<String>,
    /// Whether a branch that no rule matches is at the same commit: then it is not known whose work it is.
    pub(crate) is_shared: bool,
}

impl References {
    /// Reads the references. Those that are damaged name nothing.
    pub(crate) fn read(repository: &Repository, judge: &Judge) -> Result<Self> {
        let mut read = Self::default();
        let mut state = Sha256::new();
        let mut others = HashMap::default();
        let platform =
            repository.references().map_err(|error| failed("the references cannot be read", error))?;
        let all = platform.all().map_err(|error| failed("the references cannot be read", error))?;
        let mut repository_claims = BTreeMap::new();
        for reference in all.flatten() {
            let Some(target) = reference.try_id().map(gix::Id::detach) else { continue };
            let name: &[u8] = reference.name().as_bstr();
            if name.starts_with(b"refs/notes/") {
                note(&mut state, b"notes", name, target);
            }
            if let Some(branch) = branch_of(name) {
                if judge.texts().branch.candidates(branch).is_empty() {
                    others.insert(target, ());
                } else {
                    let tip = read.tips.entry(target).or_default();
                    tip.names.push(String::from_utf8_lossy(branch).into_owned());
                }
            }
            let claims = judge.of_name(None, (Signal::Reference, [Time::default(); 2]), name);
            if claims.is_empty() {
                continue;
            }
            note(&mut state, b"reference", name, target);
            if let Some(id) =
                name.rsplit(|byte| *byte == b'/').next().and_then(|id| ObjectId::from_hex(id).ok())
            {
                read.naming.entry(id).or_default().push(String::from_utf8_lossy(name).into_owned());
            }
            for claim in claims {
                repository_claims.entry(claim.rule.clone()).or_insert(claim);
            }
        }
        read.repository = repository_claims.into_values().collect();
        let mut tips: Vec<_> = read.tips.iter_mut().collect();
        tips.sort_unstable_by_key(|(target, _)| **target);
        for (target, tip) in tips {
            tip.names.sort_unstable();
            tip.names.dedup();
            tip.is_shared = others.contains_key(target);
            note(
                &mut state,
                if tip.is_shared { b"shared" } else { b"tip" },
                tip.names.join("\0").as_bytes(),
                *target,
            );
        }
        read.state = state.finalize().into();
        Ok(read)
    }

    /// Whether no reference says anything about any commit.
    pub(crate) fn are_silent(&self) -> bool {
        self.tips.is_empty() && self.naming.is_empty()
    }

    /// The claims that references make about a commit.
    ///
    /// A branch says nothing about a commit that is the tip of another branch as well, or that is on the main line
    /// below the start: the branch may have been begun there, and nothing been done on it yet.
    pub(crate) fn claims(
        &self,
        judge: &Judge,
        id: &ObjectId,
        (commit, times): (&str, [Time; 2]),
        is_on_main_line: bool,
    ) -> Vec<Claim> {
        let mut found: Vec<Claim> = Vec::new();
        let mut add = |claims: Vec<Claim>| {
            for claim in claims {
                if !found.iter().any(|earlier| earlier.rule == claim.rule) {
                    found.push(claim);
                }
            }
        };
        let tip = self.tips.get(id).filter(|tip| !tip.is_shared && !is_on_main_line);
        for name in tip.iter().flat_map(|tip| &tip.names) {
            add(judge.of_name(Some(commit), (Signal::Branch, times), name.as_bytes()));
        }
        for name in self.naming.get(id).into_iter().flatten() {
            add(judge.of_name(Some(commit), (Signal::Reference, times), name.as_bytes()));
        }
        found
    }
}

fn note(state: &mut Sha256, what: &[u8], name: &[u8], target: ObjectId) {
    for part in [what, name, target.as_slice()] {
        state.update(part.len().to_le_bytes());
        state.update(part);
    }
}

/// The branch that a reference is, without `refs/heads/`, or without `refs/remotes/` and the remote.
fn branch_of(name: &[u8]) -> Option<&[u8]> {
    if let Some(branch) = name.strip_prefix(b"refs/heads/") {
        return Some(branch);
    }
    let rest = name.strip_prefix(b"refs/remotes/")?;
    rest.get(memchr::memchr(b'/', rest)? + 1..)
}
