//! A scan that goes on where an earlier one ended.

use crate::judge::Judge;
use crate::memory::{Key, Memory, of_rules};
use crate::references::References;
use crate::scan::Scan;
use crate::table::Table;
use crate::{ClaimSource, HistoryOptions, HistorySummary, Observer, pipeline, repository};
use gix::{ObjectId, ThreadSafeRepository};
use sealbook_error::Result;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A scan before it begins.
pub(crate) struct Remembering<'a, 'o> {
    pub(crate) repository: &'a ThreadSafeRepository,
    pub(crate) options: &'a HistoryOptions,
    pub(crate) start: ObjectId,
    pub(crate) observer: &'o mut dyn Observer,
}

/// What everything depends on besides the commits.
struct Basis {
    judge: Judge,
    references: References,
    key: Key,
    state: [u8; 32],
}

impl Remembering<'_, '_> {
    pub(crate) fn run(self, memory: &mut Memory) -> Result<HistorySummary> {
        let mut unreadable_records = BTreeMap::new();
        for (kind, records) in self.options.sources.iter().flat_map(|source| source.unreadable()) {
            *unreadable_records.entry(kind).or_default() += records;
        }
        Ok(HistorySummary { unreadable_records, ..self.figures(memory)? })
    }

    fn figures(self, memory: &mut Memory) -> Result<HistorySummary> {
        if memory.is_empty() {
            return self.walk(memory, None);
        }
        let basis = self.basis(memory.depth())?;
        if !self.observer.wants_commits()
            && let Some(figures) = memory.figures(&basis.key, &self.start, &basis.state)
        {
            self.observer.progress(figures.total);
            return Ok(HistorySummary { repository: basis.references.repository, ..figures });
        }
        let table = memory.table(&basis.key, basis.judge.catalogue());
        match table {
            Some(table) if memory.is_of(&basis.key, &self.start) => self.replay(memory, basis, table),
            table => self.walk(memory, Some((basis, table))),
        }
    }

    /// `remembered`: how deep folders are known. A scan that needs none keeps knowing them.
    fn basis(&self, remembered: Option<u8>) -> Result<Basis> {
        let judge = self.options.judge()?;
        let local = self.repository.to_thread_local();
        let references = References::read(&local, &judge)?;
        let key = Key {
            rules: of_rules(judge.catalogue()),
            view: repository::view(&local)?,
            depth: self.options.folders.or(remembered),
        };
        let state = state(&references, &self.options.sources);
        Ok(Basis { judge, references, key, state })
    }

    /// Reports the remembered commits: they are those of the walk, in its order.
    fn replay(self, memory: &mut Memory, basis: Basis, table: Arc<Table>) -> Result<HistorySummary> {
        let Basis { judge, references, key, state } = basis;
        let catalogue = Arc::clone(judge.catalogue());
        let sources = self.options.sources.clone();
        let scan = Scan::new((judge, references), sources, None, self.start, self.observer);
        let mut scan = scan.with_folders(None, self.options.folders.is_some());
        scan.replay(table)?;
        let (table, summary) = scan.into_parts();
        memory.learn(key, (&self.start, state), (table, catalogue), &summary);
        Ok(summary)
    }

    fn walk(self, memory: &mut Memory, basis: Option<(Basis, Option<Arc<Table>>)>) -> Result<HistorySummary> {
        let (basis, old) = basis.map_or((None, None), |(basis, old)| (Some(basis), old));
        let mut before = Some((basis, old.clone()));
        let mut under_way = None;
        let Self { repository, options, start, observer } = self;
        let mut observer = Some(observer);
        pipeline::run(repository, start, old, |batch| {
            // Made at the first batch: by then another thread is reading.
            if let (Some((basis, old)), Some(observer)) = (before.take(), observer.take()) {
                let basis = match basis {
                    Some(basis) => basis,
                    None => Remembering { repository, options, start, observer: &mut () }.basis(None)?,
                };
                let Basis { judge, references, key, state } = basis;
                let catalogue = Arc::clone(judge.catalogue());
                let scan = Scan::new((judge, references), options.sources.clone(), old, start, observer)
                    .with_folders(key.depth, options.folders.is_some());
                under_way = Some((scan, key, state, catalogue));
            }
            under_way.as_mut().map_or(Ok(()), |(scan, ..)| scan.take(batch))
        })?;
        let Some((mut scan, key, state, catalogue)) = under_way else { return Ok(HistorySummary::default()) };
        scan.finish(repository)?;
        let (table, summary) = scan.into_parts();
        if !summary.unreadable.is_empty() {
            // What is missing today may be fetched tomorrow.
            return Ok(summary);
        }
        memory.learn(key, (&start, state), (table, catalogue), &summary);
        Ok(summary)
    }
}

/// A digest of what the references and the sources say.
fn state(references: &References, sources: &[Arc<dyn ClaimSource>]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(references.state);
    for source in sources {
        let state = source.state();
        hash.update(state.len().to_le_bytes());
        hash.update(state);
    }
    hash.finalize().into()
}
