//! Reading a history with all that is known about it: the commits, the notes, and what an earlier scan remembered.

use super::cache::CacheFile;
use sealbook_attribution::{
    Catalogue, Commit, HistoryOptions, HistorySummary, Memory, Notes, Observer, Place, Traces,
    scan_remembering,
};
use sealbook_error::{Error, Result};
use sealbook_store::Progress;
use std::path::Path;
use std::sync::Arc;

/// What to read.
pub(crate) struct Reading {
    pub(crate) revision: Option<String>,
    /// How many levels of folders are told apart; 0 leaves folders out.
    pub(crate) folders: u8,
    pub(crate) no_cache: bool,
    pub(crate) catalogue: Arc<Catalogue>,
}

/// Reads the history of the repository at or above `path`, and hands each judged commit to `each`, whose first error ends the reading.
pub(crate) fn read(
    path: &Path,
    reading: &Reading,
    progress: &Progress,
    each: &mut dyn FnMut(&Commit<'_>) -> Result<()>,
) -> Result<HistorySummary> {
    run(path, reading, Watch { each: Some(each), ..Watch::new(progress) })
}

/// As [`read`], for the figures alone.
pub(crate) fn summary(path: &Path, reading: &Reading, progress: &Progress) -> Result<HistorySummary> {
    run(path, reading, Watch::new(progress))
}

fn run(path: &Path, reading: &Reading, mut watch: Watch<'_>) -> Result<HistorySummary> {
    remembering(path, reading, |options, memory| {
        let read = scan_remembering(path, options, memory, &mut watch);
        watch.failed.take().map_or(read, Err)
    })
}

/// Does `work` with what an earlier scan remembers, and remembers what it learned.
pub(crate) fn remembering<T>(
    path: &Path,
    reading: &Reading,
    work: impl FnOnce(&HistoryOptions, &mut Memory) -> Result<T>,
) -> Result<T> {
    let options = options(path, reading)?;
    let file = match reading.no_cache {
        true => None,
        false => CacheFile::of(&Place::of(path, None)?.git_folder),
    };
    let mut memory = file.as_ref().and_then(CacheFile::read).map(Memory::from_bytes).unwrap_or_default();
    let done = work(&options, &mut memory)?;
    if let (Some(file), true) = (file, memory.is_changed())
        && let Some(bytes) = memory.to_bytes()
    {
        file.write(&bytes);
    }
    Ok(done)
}

fn options(path: &Path, reading: &Reading) -> Result<HistoryOptions> {
    let mut options = HistoryOptions::default().catalogue(reading.catalogue.clone());
    if let Some(revision) = &reading.revision {
        options = options.revision(revision);
    }
    if reading.folders > 0 {
        options = options.folders(reading.folders);
    }
    if let Some(notes) = Notes::open(path, &reading.catalogue)? {
        options = options.source(Arc::new(notes));
    }
    if let Some(traces) = Traces::open(path, &reading.catalogue)? {
        options = options.source(Arc::new(traces));
    }
    Ok(options)
}

/// Takes a judged commit; an error ends the reading.
type Each<'a> = dyn FnMut(&Commit<'_>) -> Result<()> + 'a;

/// Hands progress on, and the wish to stop back.
pub(crate) struct Watch<'a> {
    progress: &'a Progress,
    done: u64,
    each: Option<&'a mut Each<'a>>,
    failed: Option<Error>,
}

impl<'a> Watch<'a> {
    /// Wants no commits.
    pub(crate) fn new(progress: &'a Progress) -> Self {
        Self { progress, done: 0, each: None, failed: None }
    }
}

impl Observer for Watch<'_> {
    fn commit(&mut self, commit: &Commit<'_>) {
        if let (Some(each), None) = (&mut self.each, &self.failed) {
            self.failed = each(commit).err();
        }
    }

    fn wants_commits(&self) -> bool {
        self.each.is_some()
    }

    fn progress(&mut self, commits: u64) {
        // Whether to stop is asked for elsewhere.
        let _ = self.progress.advance(commits.saturating_sub(self.done));
        self.done = commits;
    }

    fn is_cancelled(&self) -> bool {
        self.progress.is_cancelled() || self.failed.is_some()
    }
}
