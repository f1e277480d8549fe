//! Scanning the history of a repository.

use crate::judge::Judge;
use crate::remembering::Remembering;
use crate::{Catalogue, ClaimSource, Commit, HistorySummary, Memory, repository};
use sealbook_error::Result;
use std::path::Path;
use std::sync::Arc;

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
    /// The rules to apply. Absent: those that come with this crate.
    pub catalogue: Option<Arc<Catalogue>>,
    /// Where claims come from besides the commits and the references, in this order.
    pub sources: Vec<Arc<dyn ClaimSource>>,
    /// How many folders deep to tell which folders each commit touches. Absent: not at all.
    pub folders: Option<u8>,
}

impl HistoryOptions {
    /// Starts from `revision`.
    #[must_use]
    pub fn revision(mut self, revision: impl Into<String>) -> Self {
        self.revision = Some(revision.into());
        self
    }

    /// Applies the rules of `catalogue` instead of the built-in ones.
    #[must_use]
    pub fn catalogue(mut self, catalogue: Arc<Catalogue>) -> Self {
        self.catalogue = Some(catalogue);
        self
    }

    /// Combines what the commits say with the claims of `source`.
    #[must_use]
    pub fn source(mut self, source: Arc<dyn ClaimSource>) -> Self {
        self.sources.push(source);
        self
    }

    /// Tells which folders each commit touches against its first parent, at most `depth` deep: `src/` or, for a
    /// file in the root, `.`; a depth of 0 does not tell. A merge touches none, the first commit every folder.
    #[must_use]
    pub fn folders(mut self, depth: u8) -> Self {
        self.folders = (depth > 0).then_some(depth);
        self
    }

    /// The rules to apply, ready to run.
    pub(crate) fn judge(&self) -> Result<Judge> {
        Ok(match &self.catalogue {
            Some(catalogue) => Judge::new(Arc::clone(catalogue)),
            None => Judge::new(Catalogue::built_in()?),
        })
    }
}

/// Watches a scan. Every method has a default that does nothing; `()` watches nothing.
///
/// All methods are called on the thread that called [`scan_history`].
pub trait Observer {
    /// A commit was judged. Commits come in the order of `git log`: newest committer date first, a commit
    /// never before the first of its children that leads to it. A commit that was picked from another one waits
    /// until that one was read, and those behind it with it.
    fn commit(&mut self, commit: &Commit<'_>) {
        let _ = commit;
    }

    /// Whether [`commit`](Self::commit) does anything. An observer that says no gets the figures alone, which
    /// are there sooner.
    fn wants_commits(&self) -> bool {
        true
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

impl Observer for () {
    fn wants_commits(&self) -> bool {
        false
    }
}

/// Judges every commit reachable from a start and returns the figures.
///
/// `path` is the repository or anything in it: bare repositories, worktrees, shallow and partial clones and
/// SHA-256 repositories are read alike, also those of another user. Before the first commit of a repository
/// the figures are all zero. Replacements (`refs/replace`) apply, as in `git log`; the obsolete `info/grafts`
/// does not. Neither the user's git configuration nor `GIT_*` variables have an effect.
///
/// # Errors
///
/// - [`Code::NotFound`](sealbook_error::Code::NotFound) or [`Code::PermissionDenied`](sealbook_error::Code::PermissionDenied): `path` cannot be looked at.
/// - [`Code::NotARepository`](sealbook_error::Code::NotARepository): `path` is not in a git repository.
/// - [`Code::InvalidArgument`](sealbook_error::Code::InvalidArgument): the revision names no commit.
/// - [`Code::Git`](sealbook_error::Code::Git): the repository cannot be opened or the commit to start from cannot be read; the message
///   names the commit. Others that are missing or damaged are counted as [`HistorySummary::unreadable`].
/// - [`Code::Cancelled`](sealbook_error::Code::Cancelled): [`Observer::is_cancelled`] said so.
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
    scan_remembering(path, options, &mut Memory::default(), observer)
}

/// The same as [`scan_history`], with what earlier scans remember, and remembering this one.
///
/// Commits in the memory are not read again. If nothing at all has changed and the observer does not want
/// commits, the figures are taken from the memory as they are. A scan that fails leaves the memory as it was.
///
/// # Errors
///
/// As [`scan_history`]. A memory is never a reason for an error.
///
/// # Example
///
/// ```
/// use sealbook_attribution::{HistoryOptions, Memory, scan_remembering};
/// # fn git(dir: &std::path::Path, args: &[&str]) {
/// #     let done = std::process::Command::new("git").args(args).current_dir(dir).env("HOME", dir)
/// #         .env("GIT_AUTHOR_NAME", "Jane Roe").env("GIT_AUTHOR_EMAIL", "jane@example.com")
/// #         .env("GIT_COMMITTER_NAME", "Jane Roe").env("GIT_COMMITTER_EMAIL", "jane@example.com").status();
/// #     assert!(done.unwrap().success());
/// # }
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path();
/// # git(path, &["init", "-q"]);
/// # git(path, &["commit", "-q", "--allow-empty", "-m", "by hand"]);
/// let options = HistoryOptions::default();
/// let mut memory = Memory::default();
/// let first = scan_remembering(path, &options, &mut memory, &mut ())?;
/// let bytes = memory.to_bytes().unwrap();
///
/// let mut memory = Memory::from_bytes(bytes);
/// let second = scan_remembering(path, &options, &mut memory, &mut ())?;
/// assert_eq!(first, second);
/// assert!(!memory.is_changed());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn scan_remembering(
    path: impl AsRef<Path>,
    options: &HistoryOptions,
    memory: &mut Memory,
    observer: &mut dyn Observer,
) -> Result<HistorySummary> {
    let repository = repository::open(path.as_ref())?;
    let local = repository.to_thread_local();
    let Some(start) = repository::start(&local, options.revision.as_deref())? else {
        observer.progress(0);
        return Ok(HistorySummary::default());
    };
    Remembering { repository: &repository, options, start, observer }.run(memory)
}
