//! Scanning the history of a repository.

use crate::judge::Judge;
use crate::object::{parts, subject};
use crate::pipeline::Batch;
use crate::repository::unreadable;
use crate::{Catalogue, Commit, HistorySummary, Verdict, pipeline, repository};
use sealbook_error::{Code, Error, Result};
use std::path::Path;

/// What to scan.
///
/// ```
/// use sealbook_attribution::HistoryOptions;
///
/// let options = HistoryOptions::default().revision("v1.0");
/// assert_eq!(options.revision.as_deref(), Some("v1.0"));
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct HistoryOptions {
    /// The commit to start from, as git understands it: a branch, a tag, an id, `HEAD~3`. Absent: `HEAD`.
    pub revision: Option<String>,
}

impl HistoryOptions {
    /// Starts from `revision`.
    #[must_use]
    pub fn revision(mut self, revision: impl Into<String>) -> Self {
        self.revision = Some(revision.into());
        self
    }
}

/// Watches a scan. Every method has a default that does nothing; `()` watches nothing.
///
/// All methods are called on the thread that called [`scan_history`].
pub trait Observer {
    /// A commit was judged. Commits come in the order of `git log`: newest committer date first, a commit
    /// never before the first of its children that leads to it.
    fn commit(&mut self, commit: &Commit<'_>) {
        let _ = commit;
    }

    /// So many commits are done. Called now and then, and once at the end.
    fn progress(&mut self, commits: u64) {
        let _ = commits;
    }

    /// Whether to stop. Asked several times a second, also while no commit arrives.
    fn is_cancelled(&self) -> bool {
        false
    }
}

impl Observer for () {}

/// Judges every commit reachable from a start and returns the figures.
///
/// `path` is the repository or anything in it: bare repositories, worktrees, shallow and partial clones and
/// SHA-256 repositories are read alike, also those of another user. Before the first commit of a repository
/// the figures are all zero. Replacements (`refs/replace`) apply, as in `git log`; the obsolete `info/grafts`
/// does not. Neither the user's git configuration nor `GIT_*` variables have an effect.
///
/// # Errors
///
/// - [`Code::NotFound`] or [`Code::PermissionDenied`]: `path` cannot be looked at.
/// - [`Code::NotARepository`]: `path` is not in a git repository.
/// - [`Code::InvalidArgument`]: the revision names no commit.
/// - [`Code::Git`]: the repository is damaged or a commit is missing; the message names the commit.
/// - [`Code::Cancelled`]: [`Observer::is_cancelled`] said so.
///
/// # Example
///
/// ```
/// use sealbook_attribution::{HistoryOptions, scan_history};
/// use sealbook_error::Code;
///
/// let folder = tempfile::tempdir()?;
/// let error = scan_history(folder.path(), &HistoryOptions::default(), &mut ()).unwrap_err();
/// assert_eq!(error.code(), Code::NotARepository);
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn scan_history(
    path: impl AsRef<Path>,
    options: &HistoryOptions,
    observer: &mut dyn Observer,
) -> Result<HistorySummary> {
    let repository = repository::open(path.as_ref())?;
    let start = repository::start(&repository.to_thread_local(), options.revision.as_deref())?;
    let mut scan = Scan { judge: None, summary: HistorySummary::default(), observer };
    if let Some(start) = start {
        pipeline::run(&repository, start, |batch| scan.take(batch))?;
    }
    scan.observer.progress(scan.summary.total);
    Ok(scan.summary)
}

struct Scan<'o> {
    /// Made at the first batch: by then another thread is reading.
    judge: Option<Judge>,
    summary: HistorySummary,
    observer: &'o mut dyn Observer,
}

impl Scan<'_> {
    fn take(&mut self, batch: Option<Batch>) -> Result<()> {
        if self.observer.is_cancelled() {
            let message = format!("the scan was cancelled after {} commits", self.summary.total);
            return Err(Error::new(Code::Cancelled, message));
        }
        let judge = match &mut self.judge {
            Some(judge) => judge,
            None => self.judge.insert(Judge::new(Catalogue::built_in()?)),
        };
        let Some(batch) = batch else { return Ok(()) };
        for (id, parents, bytes) in batch.commits() {
            let parts = parts(bytes).ok_or_else(|| unreadable(id, "it has no form of a commit"))?;
            let mut hex = [0; 64];
            let hex: &str = id.hex_to_buf(&mut hex);
            let claims = judge.claims(hex, &parts);
            let commit = Commit {
                id: hex,
                parents,
                author: parts.author.into(),
                committer: parts.committer.into(),
                subject: subject(parts.message),
                verdict: Verdict::of(&claims),
                claims,
            };
            self.summary.add(&commit);
            self.observer.commit(&commit);
        }
        self.observer.progress(self.summary.total);
        Ok(())
    }
}
