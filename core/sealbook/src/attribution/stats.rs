//! Counting what is known about a history.

use super::history::{self, Reading};
use super::options::StatsOptions;
use super::settings::in_force;
use sealbook_attribution::Catalogue;
use sealbook_error::Result;
use sealbook_ledger::Time;
use sealbook_report::{Collector, Statistics};
use sealbook_store::{Progress, now};
use std::path::Path;
use std::sync::Arc;

/// Counts what is known about the history of the git repository at or above `path`: by tool, model, strength, person, folder and
/// month, and everywhere beside what is unknown.
///
/// # Errors
/// As [`scan`](super::scan()).
///
/// # Example
///
/// ```
/// use sealbook::{Code, Progress, StatsOptions, stats};
///
/// let folder = tempfile::tempdir()?;
/// let error = stats(folder.path(), &StatsOptions::default(), &Progress::default()).unwrap_err();
/// assert_eq!(error.code(), Code::NotARepository);
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn stats(path: &Path, options: &StatsOptions, progress: &Progress) -> Result<Statistics> {
    count(path, options, in_force(path)?.catalogue, now()?, progress)
}

/// As [`stats`], by the rules of `catalogue`, at the time `now`.
pub(crate) fn count(
    path: &Path,
    options: &StatsOptions,
    catalogue: Arc<Catalogue>,
    now: Time,
    progress: &Progress,
) -> Result<Statistics> {
    let mut collector = Collector::new(now, options.people).catalogue(&catalogue);
    let reading = Reading {
        revision: options.revision.clone(),
        folders: options.folders,
        no_cache: options.no_cache,
        catalogue,
    };
    let summary = history::read(path, &reading, progress, &mut |commit| {
        collector.add(commit);
        Ok(())
    })?;
    Ok(collector.finish().left_out(&summary))
}
