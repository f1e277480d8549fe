//! From walked commits to reported ones.

use crate::folders::{self, KnownTrees};
use crate::judge::Judge;
use crate::object::{parent_count, parts, tree_of};
use crate::origin::{Origins, inherit};
use crate::pipeline::{Batch, Payload};
use crate::references::References;
use crate::repository::unreadable;
use crate::table::{Table, Translation};
use crate::{Claim, ClaimSource, Commit, HistorySummary, Judgement, Observer, Time};
use gix::hashtable::HashSet;
use gix::{ObjectId, ThreadSafeRepository};
use sealbook_error::{Code, Error, Result};
use std::sync::Arc;

/// Commits that are reported between two looks at whether to stop.
const STRIDE: u32 = 256;

/// A scan under way: commits come in from the walk, are judged by their bytes or taken from memory, and are
/// reported as soon as all claims about them are known.
pub(crate) struct Scan<'o> {
    judge: Judge,
    references: References,
    sources: Vec<Arc<dyn ClaimSource>>,
    /// What an earlier scan knew.
    old: Option<Arc<Table>>,
    people: Translation,
    table: Arc<Table>,
    shows_folders: bool,
    /// The trees of the commits that were read, if folders are wanted to a depth.
    trees: Option<(u8, KnownTrees)>,
    origins: Origins,
    /// Tips of branches on the line of first parents below the start, and where that line goes on.
    on_main_line: HashSet<ObjectId>,
    main_line: Option<ObjectId>,
    reported: u32,
    pub(crate) summary: HistorySummary,
    observer: &'o mut dyn Observer,
}

impl<'o> Scan<'o> {
    pub(crate) fn new(
        (judge, references): (Judge, References),
        sources: Vec<Arc<dyn ClaimSource>>,
        old: Option<Arc<Table>>,
        start: ObjectId,
        observer: &'o mut dyn Observer,
    ) -> Self {
        let summary =
            HistorySummary { repository: references.repository.clone(), ..HistorySummary::default() };
        let main_line = (!references.tips.is_empty()).then_some(start);
        Self {
            judge,
            references,
            sources,
            old,
            people: Translation::new(),
            table: Arc::default(),
            shows_folders: true,
            trees: None,
            origins: Origins::default(),
            on_main_line: HashSet::default(),
            main_line,
            reported: 0,
            summary,
            observer,
        }
    }

    /// Finds the folders of commits to a depth, and reports them if they are to be shown, too.
    pub(crate) fn with_folders(self, depth: Option<u8>, shows_folders: bool) -> Self {
        Self { trees: depth.map(|depth| (depth, KnownTrees::default())), shows_folders, ..self }
    }

    /// What the scan learned.
    pub(crate) fn into_parts(self) -> (Arc<Table>, HistorySummary) {
        (self.table, self.summary)
    }

    /// Takes commits in the order of the walk; nothing while there are none to take.
    pub(crate) fn take(&mut self, batch: Option<Batch>) -> Result<()> {
        self.look()?;
        let Some(batch) = batch else { return Ok(()) };
        self.summary.unreadable.add(&batch.unreadable);
        for (id, parents, payload) in batch.commits() {
            match payload {
                Payload::Bytes(bytes) => {
                    if let Err(error) = self.judge(*id, parents, bytes) {
                        self.summary.unreadable.commit(error.message());
                    }
                }
                Payload::Remembered(position) => {
                    let old = self.old.as_ref();
                    let copied = old
                        .and_then(|old| Arc::make_mut(&mut self.table).copy(old, position, &mut self.people));
                    copied.ok_or_else(|| unreadable(id, "it is not where it was remembered"))?;
                }
            }
            self.follow_main_line();
        }
        if self.trees.is_none() {
            self.report(false)?;
        }
        self.observer.progress(u64::from(self.table.len()));
        Ok(())
    }

    /// Looks for folders, if they are wanted, and reports what waited for the end of the walk.
    pub(crate) fn finish(&mut self, repository: &ThreadSafeRepository) -> Result<()> {
        if let Some((depth, trees)) = self.trees.take() {
            let rows = (0..).zip(&self.table.rows);
            let positions: Vec<u32> =
                rows.filter(|(_, row)| trees.contains_key(&row.id)).map(|(position, _)| position).collect();
            let observer = &*self.observer;
            let cancelled = || observer.is_cancelled();
            let (found, unreadable) =
                folders::find(repository, (&self.table, &trees), &positions, depth, &cancelled)?;
            self.summary.unreadable.add(&unreadable);
            folders::fill(Arc::make_mut(&mut self.table), self.old.as_deref(), found);
        }
        self.end()
    }

    /// Reports a table that is complete, in the place of a walk.
    pub(crate) fn replay(&mut self, table: Arc<Table>) -> Result<()> {
        self.table = table;
        self.trees = None;
        self.follow_main_line();
        self.end()
    }

    fn end(&mut self) -> Result<()> {
        self.origins.end(&self.table);
        self.report(true)?;
        self.observer.progress(self.summary.total);
        Ok(())
    }

    fn look(&self) -> Result<()> {
        if self.observer.is_cancelled() {
            let message = format!("the scan was cancelled after {} commits", self.table.len());
            return Err(Error::new(Code::Cancelled, message));
        }
        Ok(())
    }

    fn judge(&mut self, id: ObjectId, parents: &[ObjectId], bytes: &[u8]) -> Result<()> {
        let parts = parts(bytes).ok_or_else(|| unreadable(&id, "it has no form of a commit"))?;
        let mut hex = [0; 64];
        let parent_count = parent_count(bytes);
        let findings = self.judge.findings(id.hex_to_buf(&mut hex), &parts, parent_count);
        let table = Arc::make_mut(&mut self.table);
        let (author, committer) = table.people(parts.author.0, parts.committer.0);
        let people = ((author, parts.author.1), (committer, parts.committer.1));
        let position = table.push(id, parents, people, &findings.subject);
        // Beyond the boundary of a shallow clone nothing is known, so nothing is said about its folders.
        if let Some((_, trees)) = &mut self.trees
            && parent_count == parents.len()
            && let Some(tree) = tree_of(bytes)
        {
            trees.insert(id, tree);
        }
        if !findings.claims.is_empty() {
            table.claims.insert(position, findings.claims);
        }
        if let Some(relation) = findings.relation {
            table.relations.insert(position, relation);
        }
        Ok(())
    }

    fn follow_main_line(&mut self) {
        while let Some(next) = self.main_line
            && let Some(position) = self.table.position(&next)
        {
            if position > 0 && self.references.tips.contains_key(&next) {
                self.on_main_line.insert(next);
            }
            self.main_line = self.table.parents(position).first().copied();
        }
    }

    /// Reports the commits that wait, up to the first whose claims are not all known yet.
    fn report(&mut self, is_end: bool) -> Result<()> {
        let wants_commits = self.observer.wants_commits();
        while self.reported < self.table.len() {
            let position = self.reported;
            let relates = self.table.relations.contains_key(&position);
            if relates && !is_end && self.origins.path(&self.table, position).is_none() {
                return Ok(());
            }
            if is_end && position.is_multiple_of(STRIDE) {
                self.look()?;
                self.observer.progress(u64::from(self.table.len()));
            }
            let (claims, has_note) = self.claims(position)?;
            let judgement = Judgement::with_note(&claims, has_note);
            self.summary.add(&judgement, &claims);
            if wants_commits {
                let folders = self.table.folders.of.get(&position).filter(|_| self.shows_folders);
                let folders = folders.map_or(&[][..], Vec::as_slice);
                report_commit(&self.table, position, (claims, judgement, folders), self.observer);
            }
            self.reported += 1;
        }
        Ok(())
    }

    /// All claims about a commit, and whether a source knows it.
    fn claims(&self, position: u32) -> Result<(Vec<Claim>, bool)> {
        if !self.table.relations.contains_key(&position) {
            return self.claims_here(position);
        }
        let path = self.origins.path(&self.table, position).unwrap_or_else(|| vec![position]);
        let hex = |position| self.table.row(position).map(|row| row.id.to_string()).unwrap_or_default();
        let mut claims = (Vec::new(), false);
        let mut origin = None;
        for position in path.into_iter().rev() {
            let (inherited, _) = std::mem::replace(&mut claims, self.claims_here(position)?);
            if let Some(origin) = origin.replace(position) {
                inherit(&mut claims.0, &hex(position), &hex(origin), &inherited);
            }
        }
        Ok(claims)
    }

    fn claims_here(&self, position: u32) -> Result<(Vec<Claim>, bool)> {
        let Some(row) = self.table.row(position) else { return Ok((Vec::new(), false)) };
        let claims = self.table.claims.get(&position).cloned().unwrap_or_default();
        if self.references.are_silent() && self.sources.is_empty() {
            return Ok((claims, false));
        }
        let mut hex = [0; 64];
        let about = (&row.id, &*row.id.hex_to_buf(&mut hex), [row.author.1, row.committer.1]);
        let is_on_main_line = self.on_main_line.contains(&row.id);
        own_claims(claims, about, (&self.judge, &self.references, &self.sources), is_on_main_line)
    }
}

/// The claims about a commit without those of the commit that it was picked from, and whether a source knows it:
/// its own, then those of the references, then those of the sources.
pub(crate) fn own_claims(
    mut claims: Vec<Claim>,
    (id, hex, times): (&ObjectId, &str, [Time; 2]),
    (judge, references, sources): (&Judge, &References, &[Arc<dyn ClaimSource>]),
    is_on_main_line: bool,
) -> Result<(Vec<Claim>, bool)> {
    for claim in references.claims(judge, id, (hex, times), is_on_main_line) {
        if !claims.iter().any(|earlier| earlier.rule == claim.rule) {
            claims.push(claim);
        }
    }
    let mut has_note = false;
    for source in sources {
        if let Some(more) = source.claims(hex)? {
            has_note = true;
            claims.extend(more);
        }
    }
    Ok((claims, has_note))
}

fn report_commit(
    table: &Table,
    position: u32,
    (claims, judgement, folders): (Vec<Claim>, Judgement, &[u32]),
    observer: &mut dyn Observer,
) {
    let Some(row) = table.row(position) else { return };
    let mut hex = [0; 64];
    let commit = Commit {
        id: row.id.hex_to_buf(&mut hex),
        parents: table.parents(position).len(),
        author: table.person(row.author),
        committer: table.person(row.committer),
        subject: table.subject(position).into(),
        claims,
        verdict: judgement.verdict,
        strength: judgement.strength,
        extent: judgement.extent,
        contradictions: judgement.contradictions,
        relation: table.relations.get(&position).cloned(),
        folders: folders.iter().filter_map(|name| table.folders.names.get(*name as usize).cloned()).collect(),
    };
    observer.commit(&commit);
}

#[cfg(test)]
#[path = "scan_tests.rs"]
mod tests;
