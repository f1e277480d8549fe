//! The notes of a repository.

use super::index::Index;
use super::log::AuthorshipLog;
use super::resolve::{NoteClaims, Place, of_fault, of_log};
use crate::repository;
use crate::versions::{FileThere, Named, Versions};
use crate::{Catalogue, Claim, ClaimSource, Invalid, Rule, RuleSignal};
use gix::objs::Kind;
use gix::{ObjectId, ThreadSafeRepository};
use sealbook_error::{Code, Error, Result};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Notes that a thread takes at a time.
const CHUNK: usize = 32;
/// Threads that read all notes.
const MOST_THREADS: usize = 8;

/// The notes of git-ai in a repository, which say who wrote which lines of a commit.
///
/// Read are `refs/notes/ai` and, for commits that it has no note on, what was fetched from remotes into
/// `refs/notes/ai-remote/`. Notes on stashes, and older formats outside `refs/notes/`, are not read. A note
/// is free text that anybody can write; what it says is checked against the commit, and kept with the reason
/// if it cannot be true.
///
/// ```
/// use sealbook_attribution::{Catalogue, Notes};
/// use std::sync::Arc;
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path();
/// # assert!(std::process::Command::new("git").args(["init", "-q"]).current_dir(path).status()?.success());
/// let catalogue = Arc::new(Catalogue::built_in()?);
/// // A repository without notes.
/// assert!(Notes::open(path, &catalogue)?.is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Notes {
    repository: ThreadSafeRepository,
    catalogue: Arc<Catalogue>,
    rule: Rule,
    indexes: Vec<Index>,
    /// Readers that no thread uses at the moment.
    idle: Mutex<Vec<Versions>>,
}

impl Notes {
    /// Opens the notes of the repository that `path` is in; none if it has none, or if the catalogue has no
    /// rule about notes.
    ///
    /// # Errors
    ///
    /// - [`Code::NotFound`], [`Code::PermissionDenied`], [`Code::NotARepository`]: as for
    ///   [`scan_history`](crate::scan_history).
    /// - [`Code::Git`]: the tree of the notes cannot be read.
    pub fn open(path: impl AsRef<Path>, catalogue: &Arc<Catalogue>) -> Result<Option<Self>> {
        Self::of(&repository::open(path.as_ref())?, catalogue)
    }

    /// The notes of an open repository.
    pub(crate) fn of(repository: &ThreadSafeRepository, catalogue: &Arc<Catalogue>) -> Result<Option<Self>> {
        let mut rules = catalogue.rules().iter();
        let Some(rule) = rules.find(|rule| rule.signal == RuleSignal::Note && rule.id == "git-ai/note")
        else {
            return Ok(None);
        };
        let local = repository.to_thread_local();
        let mut versions = Versions::new(&local);
        let indexes = Index::all(&local, &mut versions)?;
        if indexes.iter().all(|index| index.notes().is_empty()) {
            return Ok(None);
        }
        Ok(Some(Self {
            repository: repository.clone(),
            rule: rule.clone(),
            catalogue: Arc::clone(catalogue),
            indexes,
            idle: Mutex::new(vec![versions]),
        }))
    }

    /// How many commits have a note.
    #[must_use]
    pub fn len(&self) -> usize {
        self.all().len()
    }

    /// Whether no commit has one. [`open`](Self::open) never returns such.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A text that is another one whenever a note has changed.
    #[must_use]
    pub fn state(&self) -> String {
        let references = self.indexes.iter().map(|index| format!("{}={}", index.reference, index.target));
        references.collect::<Vec<_>>().join(" ")
    }

    /// The claims of the note on a commit, by its id in hexadecimal; none if it has no note.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub fn claims(&self, commit: &str) -> Result<Option<Vec<Claim>>> {
        Ok(self.read(commit)?.map(|note| note.claims))
    }

    /// What the note on a commit claims, with what was found amiss; none if it has no note.
    ///
    /// # Errors
    ///
    /// - [`Code::Git`]: the note, the commit or a file of it is missing or damaged. What a shallow or partial
    ///   clone lacks is no error.
    pub fn read(&self, commit: &str) -> Result<Option<NoteClaims>> {
        let Ok(commit) = ObjectId::from_hex(commit.as_bytes()) else { return Ok(None) };
        let found = self.indexes.iter().find_map(|index| Some((index, index.get(&commit)?)));
        let Some((index, note)) = found else { return Ok(None) };
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut versions = idle.unwrap_or_else(|| Versions::new(&self.repository.to_thread_local()));
        let read = self.resolve(index, commit, note, &mut versions);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(versions);
        read.map(Some)
    }

    /// Reads every note, also those on commits that no branch reaches any more, on several threads. `each` gets
    /// the commit and its note, ascending by commit, on the calling thread.
    ///
    /// # Errors
    ///
    /// - [`Code::Git`]: as for [`read`](Self::read).
    /// - [`Code::Cancelled`]: `is_cancelled` said so; it is asked several times a second.
    pub fn read_all(
        &self,
        is_cancelled: &dyn Fn() -> bool,
        mut each: impl FnMut(&str, NoteClaims),
    ) -> Result<()> {
        let all = self.all();
        let chunks: Vec<_> = all.chunks(CHUNK).collect();
        let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
        let threads = std::thread::available_parallelism().map_or(1, |n| n.get().min(MOST_THREADS));
        std::thread::scope(|scope| {
            let (sender, receiver) = sync_channel(2 * threads);
            for _ in 0..threads {
                let (sender, next, stop, chunks) = (sender.clone(), &next, &stop, &chunks);
                scope.spawn(move || {
                    let mut versions = Versions::new(&self.repository.to_thread_local());
                    while !stop.load(Ordering::Relaxed) {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        let Some(chunk) = chunks.get(number) else { return };
                        let read: Result<Vec<_>> = chunk
                            .iter()
                            .map(|(index, commit, note)| {
                                Ok((*commit, self.resolve(index, *commit, *note, &mut versions)?))
                            })
                            .collect();
                        if sender.send((number, read)).is_err() {
                            return;
                        }
                    }
                });
            }
            drop(sender);
            let mut take = || {
                let (mut early, mut wanted) = (BTreeMap::new(), 0);
                loop {
                    if is_cancelled() {
                        let message = format!("the reading was cancelled after {} notes", wanted * CHUNK);
                        return Err(Error::new(Code::Cancelled, message));
                    }
                    match receiver.recv_timeout(Duration::from_millis(50)) {
                        Ok((number, read)) => drop(early.insert(number, read?)),
                        Err(RecvTimeoutError::Timeout) => {}
                        Err(RecvTimeoutError::Disconnected) if wanted == chunks.len() => return Ok(()),
                        Err(RecvTimeoutError::Disconnected) => {
                            return Err(Error::new(
                                Code::Internal,
                                "a thread that reads notes stopped at a defect",
                            ));
                        }
                    }
                    while let Some(notes) = early.remove(&wanted) {
                        for (commit, note) in notes {
                            each(&commit.to_hex().to_string(), note);
                        }
                        wanted += 1;
                    }
                }
            };
            let result = take();
            stop.store(true, Ordering::Relaxed);
            drop(receiver);
            result
        })
    }

    /// Every commit with a note: the index, the commit, the note.
    fn all(&self) -> Vec<(&Index, ObjectId, ObjectId)> {
        let mut all: Vec<_> = self
            .indexes
            .iter()
            .flat_map(|index| index.notes().iter().map(move |(commit, note)| (index, *commit, *note)))
            .collect();
        all.sort_by_key(|(_, commit, _)| *commit);
        all.dedup_by_key(|(_, commit, _)| *commit);
        all
    }

    fn resolve(
        &self,
        index: &Index,
        commit: ObjectId,
        note: ObjectId,
        versions: &mut Versions,
    ) -> Result<NoteClaims> {
        let hex = commit.to_hex().to_string();
        let (catalogue, rule, reference) = (&self.catalogue, &self.rule, index.reference.as_str());
        let mut place = Place { catalogue, rule, reference, commit: &hex, no_commit: None };
        let Some(bytes) = versions.bytes(&note, Kind::Blob)? else {
            let reason = "this clone does not have the note".to_owned();
            return Ok(of_fault(&place, Invalid { kind: "note_missing", reason }));
        };
        if bytes.trim_ascii().is_empty() {
            return Ok(NoteClaims::default());
        }
        let size = bytes.len() as u64;
        let log = AuthorshipLog::parse(bytes);
        let log = match log {
            Ok(log) => log,
            Err(fault) => return Ok(of_fault(&place, fault)),
        };
        let tree = match versions.named(&commit)? {
            Named::Commit(tree) => Some(tree),
            Named::Unknown => None,
            Named::Nothing => {
                place.no_commit = Some("the repository has no such commit".to_owned());
                None
            }
            Named::Other(kind) => {
                place.no_commit = Some(format!("the note is on a {kind}"));
                None
            }
        };
        let mut found = of_log(&place, &log, |path| {
            let Some(tree) = tree else { return Ok(FileThere::NotChecked) };
            versions.file(tree, path)
        })?;
        found.figures.bytes = size;
        Ok(found)
    }
}

impl ClaimSource for Notes {
    fn claims(&self, commit: &str) -> Result<Option<Vec<Claim>>> {
        Notes::claims(self, commit)
    }

    fn state(&self) -> String {
        Notes::state(self)
    }
}

impl std::fmt::Debug for Notes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Notes").field("state", &self.state()).finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;
