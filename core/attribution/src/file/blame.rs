//! Which commit each line of a file comes from.

use super::rename;
use crate::object::{links, tree_of};
use crate::repository::unreadable;
use crate::versions::{At, Folder, Versions};
use gix::ObjectId;
use gix::objs::Kind;
use imara_diff::{Algorithm, Diff, InternedInput};
use sealbook_error::Result;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};
use std::rc::Rc;

/// The most bytes of an older version that is compared; what comes from a larger one is not followed further.
const MOST_BYTES: usize = 32 << 20;
/// Commits between two reports of progress.
const STEP: u64 = 64;

/// Lines one after the other, counted from 0: where they begin in the version that was asked about, and where
/// in the version on the way back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Run {
    pub(super) there: u32,
    pub(super) now: u32,
    pub(super) len: u32,
}

/// The lines that a commit brought in.
#[derive(Debug)]
pub(super) struct Introduced {
    pub(super) commit: ObjectId,
    /// The path that the file had in that commit.
    pub(super) path: Vec<u8>,
    /// Ascending by where they stand now.
    pub(super) runs: Vec<Run>,
    /// Whether the lines may be older: this clone lacks what came before.
    pub(super) is_cut_off: bool,
}

/// What a commit is suspected of.
struct Suspect {
    facts: Facts,
    blob: ObjectId,
    runs: Vec<Run>,
}

#[derive(Clone)]
struct Facts {
    tree: ObjectId,
    parents: Vec<ObjectId>,
    seconds: i64,
}

type Place = (ObjectId, Rc<[u8]>);

/// A walk back from one version of a file.
pub(super) struct Blame<'a> {
    versions: &'a mut Versions,
    /// Commits whose parents a shallow clone left out.
    boundary: HashSet<ObjectId>,
    suspects: HashMap<Place, Suspect>,
    queue: BinaryHeap<(i64, Reverse<u64>, Place)>,
    turn: u64,
    found: HashMap<Place, Introduced>,
    /// What stands at a path below a folder, for each depth: most commits leave most folders alone.
    known: HashMap<(ObjectId, Rc<[u8]>, usize), At>,
}

impl<'a> Blame<'a> {
    pub(super) fn new(versions: &'a mut Versions, boundary: HashSet<ObjectId>) -> Self {
        Self {
            versions,
            boundary,
            suspects: HashMap::new(),
            queue: BinaryHeap::new(),
            turn: 0,
            found: HashMap::new(),
            known: HashMap::new(),
        }
    }

    /// Finds the commits that brought in the `lines` lines of a file, in the order of the first line of each.
    /// `step` is told now and then how many commits were looked at, and may end the walk.
    ///
    /// A commit is looked at after all of its children by the clock of the committers, as git does; where that
    /// clock ran backwards, a commit may be looked at again. What a merge took from a parent is the parent's.
    pub(super) fn run(
        mut self,
        (commit, path, blob): (ObjectId, &[u8], ObjectId),
        lines: u32,
        step: &mut dyn FnMut(u64) -> Result<()>,
    ) -> Result<Vec<Introduced>> {
        let mut commits = 0;
        if let Some(facts) = self.facts(&commit)?
            && lines > 0
        {
            self.suspect((commit, Rc::from(path)), facts, blob, vec![Run { there: 0, now: 0, len: lines }]);
        }
        while let Some((_, _, place)) = self.queue.pop() {
            let Some(suspect) = self.suspects.remove(&place) else { continue };
            if commits % STEP == 0 {
                step(commits)?;
            }
            commits += 1;
            self.examine(place, suspect)?;
        }
        step(commits)?;
        let mut found: Vec<_> = self.found.into_values().collect();
        for introduced in &mut found {
            introduced.runs.sort_unstable_by_key(|run| run.now);
        }
        found.sort_by_key(|introduced| introduced.runs.first().map(|run| run.now));
        Ok(found)
    }

    fn examine(&mut self, place: Place, suspect: Suspect) -> Result<()> {
        let (commit, path) = &place;
        let Suspect { facts, blob, mut runs } = suspect;
        if self.boundary.contains(commit) {
            self.introduced(place, runs, true);
            return Ok(());
        }
        let mut parents = Vec::with_capacity(facts.parents.len());
        let mut is_cut_off = false;
        for parent in &facts.parents {
            let Some(parent_facts) = self.facts(parent)? else {
                is_cut_off = true;
                continue;
            };
            match self.at(parent_facts.tree, path)? {
                At::File(same) if same == blob => {
                    self.suspect((*parent, Rc::clone(path)), parent_facts, blob, runs);
                    return Ok(());
                }
                At::File(other) => parents.push((*parent, parent_facts, Rc::clone(path), other)),
                At::Unknown => is_cut_off = true,
                At::Other(_) | At::Nothing => {}
            }
        }
        if parents.is_empty() && !is_cut_off {
            // Nobody had the file under this name: it is new, or had another.
            for parent in &facts.parents {
                let Some(parent_facts) = self.facts(parent)? else { continue };
                let source = rename::source(self.versions, (parent_facts.tree, facts.tree), (path, blob))?;
                if let Some((old_path, old_blob)) = source {
                    parents.push((*parent, parent_facts, Rc::from(old_path), old_blob));
                    break;
                }
            }
        }
        let text: Option<Vec<u8>> = match parents.is_empty() {
            true => None,
            false => self.text(&blob)?,
        };
        for (parent, parent_facts, old_path, old_blob) in parents {
            let (Some(text), Some(old)) = (&text, self.text(&old_blob)?) else {
                is_cut_off = true;
                continue;
            };
            let (passed, kept) = split(&runs, &unchanged(&old, text));
            runs = kept;
            if !passed.is_empty() {
                self.suspect((parent, old_path), parent_facts, old_blob, passed);
            }
            if runs.is_empty() {
                return Ok(());
            }
        }
        self.introduced(place, runs, is_cut_off);
        Ok(())
    }

    fn suspect(&mut self, place: Place, facts: Facts, blob: ObjectId, mut runs: Vec<Run>) {
        if let Some(suspect) = self.suspects.get_mut(&place) {
            suspect.runs.append(&mut runs);
            return;
        }
        self.turn += 1;
        self.queue.push((facts.seconds, Reverse(self.turn), place.clone()));
        self.suspects.insert(place, Suspect { facts, blob, runs });
    }

    fn introduced(&mut self, place: Place, mut runs: Vec<Run>, is_cut_off: bool) {
        let (commit, path) = (place.0, place.1.to_vec());
        let new = || Introduced { commit, path, runs: Vec::new(), is_cut_off };
        let introduced = self.found.entry(place).or_insert_with(new);
        introduced.runs.append(&mut runs);
        introduced.is_cut_off |= is_cut_off;
    }

    /// What a commit says of itself; none if this clone lacks it.
    fn facts(&mut self, id: &ObjectId) -> Result<Option<Facts>> {
        let Some(bytes) = self.versions.bytes(id, Kind::Commit)? else { return Ok(None) };
        let (Some(tree), Some((parents, seconds))) = (tree_of(bytes), links(bytes)) else {
            return Err(unreadable(id, "it has no form of a commit"));
        };
        Ok(Some(Facts { tree, parents, seconds }))
    }

    fn text(&mut self, blob: &ObjectId) -> Result<Option<Vec<u8>>> {
        let bytes = self.versions.bytes(blob, Kind::Blob)?;
        Ok(bytes.filter(|bytes| bytes.len() <= MOST_BYTES).map(<[u8]>::to_vec))
    }

    fn at(&mut self, tree: ObjectId, path: &Rc<[u8]>) -> Result<At> {
        let (mut folder, mut rest, mut depth) = (tree, &path[..], 0);
        let mut passed = Vec::new();
        let found = loop {
            let Some((first, below)) = memchr::memchr(b'/', rest).and_then(|at| rest.split_at_checked(at))
            else {
                break self.versions.at(folder, rest)?;
            };
            match self.versions.folder(folder, first)? {
                Folder::Is(id) => folder = id,
                Folder::Nothing => break At::Nothing,
                Folder::Unknown => break At::Unknown,
            }
            rest = below.get(1..).unwrap_or_default();
            depth += 1;
            let key = (folder, Rc::clone(path), depth);
            if let Some(known) = self.known.get(&key) {
                break *known;
            }
            passed.push(key);
        };
        self.known.extend(passed.into_iter().map(|key| (key, found)));
        Ok(found)
    }
}

/// Where the lines that both versions have stand: in the old one, in the new one, and how many.
fn unchanged(old: &[u8], new: &[u8]) -> Vec<(u32, u32, u32)> {
    let input = InternedInput::new(old, new);
    let mut diff = Diff::compute(Algorithm::Myers, &input);
    diff.postprocess_lines(&input);
    let mut same = Vec::new();
    let (mut old_at, mut new_at) = (0, 0);
    for hunk in diff.hunks() {
        same.push((old_at, new_at, hunk.after.start.saturating_sub(new_at)));
        (old_at, new_at) = (hunk.before.end, hunk.after.end);
    }
    let rest = u32::try_from(input.after.len()).unwrap_or(u32::MAX).saturating_sub(new_at);
    same.push((old_at, new_at, rest));
    same.retain(|(_, _, len)| *len > 0);
    same
}

/// The parts of `runs` that the old version has too, as they stand there; and those that it has not.
fn split(runs: &[Run], same: &[(u32, u32, u32)]) -> (Vec<Run>, Vec<Run>) {
    let (mut passed, mut kept) = (Vec::new(), Vec::new());
    for run in runs {
        let end = run.there.saturating_add(run.len);
        let now = |there: u32| run.now + (there - run.there);
        let mut at = run.there;
        let first = same.partition_point(|(_, new, len)| new + len <= run.there);
        for (old, new, len) in same.iter().skip(first).take_while(|(_, new, _)| *new < end) {
            let (from, to) = ((*new).max(at), (new + len).min(end));
            if from > at {
                kept.push(Run { there: at, now: now(at), len: from - at });
            }
            passed.push(Run { there: old + (from - new), now: now(from), len: to - from });
            at = to;
        }
        if at < end {
            kept.push(Run { there: at, now: now(at), len: end - at });
        }
    }
    (passed, kept)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(lines: &[u8]) -> Vec<u8> {
        lines.iter().flat_map(|line| [b'a' + line % 4, b'\n']).collect()
    }

    proptest! {
        #[test]
        fn every_line_is_passed_or_kept_and_what_is_passed_is_the_same_line(old: Vec<u8>, new: Vec<u8>) {
            let (before, after) = (text(&old), text(&new));
            let runs = [Run { there: 0, now: 7, len: new.len() as u32 }];
            let (passed, kept) = split(&runs, &unchanged(&before, &after));
            let mut seen = Vec::new();
            for run in &passed {
                for offset in 0..run.len {
                    let now = run.now + offset - 7;
                    prop_assert_eq!(old[(run.there + offset) as usize] % 4, new[now as usize] % 4);
                    seen.push(now);
                }
            }
            for run in &kept {
                prop_assert_eq!(run.there + 7, run.now);
                seen.extend((0..run.len).map(|offset| run.there + offset));
            }
            seen.sort_unstable();
            prop_assert_eq!(seen, (0..new.len() as u32).collect::<Vec<_>>());
        }
    }
}
