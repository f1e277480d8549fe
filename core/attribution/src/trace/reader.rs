//! The Agent Trace records of a repository.

use super::record::{TraceRecord, parse_trace};
use super::resolve::{About, Place, of_file};
use crate::repository;
use crate::versions::{FileThere, Folder, Named, Versions, count, read_in_folder};
use crate::{Catalogue, Claim, ClaimSource, Invalid, Rule, RuleSignal};
use gix::objs::{Kind, TreeRefIter};
use gix::{ObjectId, Repository};
use sealbook_error::{Error, Result};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The folder that records are kept in.
const FOLDER: &str = ".agent-trace";
/// The file with one record a line; records of their own are in `*.json` beside it.
const LINES: &str = "traces.jsonl";
/// The most files that are read.
const MOST_FILES: usize = 10_000;

/// The Agent Trace records of a repository: those in `.agent-trace/`, of the working folder, or in a bare
/// repository of `HEAD`.
///
/// A record that names a git revision is about that commit and its lines are held against the files there, as
/// the format says; a record that names none is about the files as they lie in the folder. Records are free
/// text that anybody can write: what cannot be true is kept with its reason.
///
/// ```
/// use sealbook_attribution::{Catalogue, Traces};
/// use std::sync::Arc;
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path();
/// # assert!(std::process::Command::new("git").args(["init", "-q"]).current_dir(path).status()?.success());
/// let catalogue = Arc::new(Catalogue::built_in()?);
/// // A repository without records.
/// assert!(Traces::open(path, &catalogue)?.is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Traces {
    commits: HashMap<String, Vec<Claim>>,
    folder: Vec<Claim>,
    faults: Vec<TraceFault>,
    records: usize,
    other_systems: usize,
    not_checked: u64,
    state: String,
}

/// A record that is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TraceFault {
    /// The file, from the root of the repository.
    pub file: String,
    /// Its line, from 1.
    pub line: usize,
    /// Why: `unreadable_record`, `breaks_schema` or `too_large`.
    #[serde(flatten)]
    pub invalid: Invalid,
}

impl Traces {
    /// Reads the records of the repository that `path` is in; none if it has no such folder, or if the
    /// catalogue has no rule about records.
    ///
    /// # Errors
    ///
    /// - [`Code::NotFound`](sealbook_error::Code::NotFound),
    ///   [`Code::PermissionDenied`](sealbook_error::Code::PermissionDenied),
    ///   [`Code::NotARepository`](sealbook_error::Code::NotARepository): as for
    ///   [`scan_history`](crate::scan_history), also for the files with records.
    /// - [`Code::Git`](sealbook_error::Code::Git): a commit or a file that a record names is damaged.
    pub fn open(path: impl AsRef<Path>, catalogue: &Arc<Catalogue>) -> Result<Option<Self>> {
        Self::of(&repository::open(path.as_ref())?.to_thread_local(), catalogue)
    }

    /// The records of an open repository.
    pub(crate) fn of(repository: &Repository, catalogue: &Catalogue) -> Result<Option<Self>> {
        let mut rules = catalogue.rules().iter();
        let rule = rules.find(|rule| rule.signal == RuleSignal::Trace && rule.id == "agent-trace/record");
        let Some(rule) = rule else { return Ok(None) };
        let mut versions = Versions::new(repository);
        let root = repository.workdir().map(Path::to_owned);
        let files = match &root {
            Some(root) => in_folder(root)?,
            None => at_head(repository, &mut versions)?,
        };
        if files.is_empty() {
            return Ok(None);
        }
        let mut reading = Reading {
            catalogue,
            rule,
            root,
            versions,
            trees: HashMap::new(),
            traces: Self {
                commits: HashMap::new(),
                folder: Vec::new(),
                faults: Vec::new(),
                records: 0,
                other_systems: 0,
                not_checked: 0,
                state: state(&files),
            },
        };
        for (file, bytes) in &files {
            reading.file(file, bytes)?;
        }
        Ok(Some(reading.traces))
    }

    /// The claims about a commit, by its id in hexadecimal; none if no record is about it.
    #[must_use]
    pub fn claims(&self, commit: &str) -> Option<&[Claim]> {
        self.commits.get(commit).map(Vec::as_slice)
    }

    /// Every commit that a record is about, in no order; also such that the repository does not have.
    pub fn commits(&self) -> impl Iterator<Item = (&str, &[Claim])> {
        self.commits.iter().map(|(commit, claims)| (commit.as_str(), claims.as_slice()))
    }

    /// The claims of records that name no revision: about the files as they lie in the folder.
    #[must_use]
    pub fn folder(&self) -> &[Claim] {
        &self.folder
    }

    /// What was no record.
    #[must_use]
    pub fn faults(&self) -> &[TraceFault] {
        &self.faults
    }

    /// How many records there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.records
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records == 0
    }

    /// How many records are about revisions of Jujutsu, Mercurial or Subversion, and claim nothing here.
    #[must_use]
    pub fn other_systems(&self) -> usize {
        self.other_systems
    }

    /// How many files of records could not be looked at, because this clone lacks them or they are too large.
    #[must_use]
    pub fn not_checked(&self) -> u64 {
        self.not_checked
    }
}

impl ClaimSource for Traces {
    fn claims(&self, commit: &str) -> Result<Option<Vec<Claim>>> {
        Ok(Traces::claims(self, commit).map(<[Claim]>::to_vec))
    }

    fn state(&self) -> String {
        self.state.clone()
    }

    fn unreadable(&self) -> BTreeMap<&'static str, u64> {
        let mut kinds = BTreeMap::new();
        self.faults.iter().for_each(|fault| *kinds.entry(fault.invalid.kind).or_default() += 1);
        kinds
    }
}

struct Reading<'a> {
    catalogue: &'a Catalogue,
    rule: &'a Rule,
    root: Option<PathBuf>,
    versions: Versions,
    /// Trees of the commits that records name.
    trees: HashMap<ObjectId, Named>,
    traces: Traces,
}

impl Reading<'_> {
    fn file(&mut self, file: &str, bytes: &[u8]) -> Result<()> {
        for record in parse_trace(bytes) {
            match record {
                Ok(record) => self.record(file, &record)?,
                Err((line, invalid)) => {
                    self.traces.faults.push(TraceFault { file: file.to_owned(), line, invalid });
                }
            }
        }
        Ok(())
    }

    fn record(&mut self, file: &str, record: &TraceRecord) -> Result<()> {
        self.traces.records += 1;
        if record.vcs.as_ref().is_some_and(|vcs| vcs.kind != "git") {
            self.traces.other_systems += 1;
            return Ok(());
        }
        let (about, tree) = match &record.vcs {
            None => (About::Folder, None),
            Some(vcs) => self.commit(&vcs.revision)?,
        };
        let place = Place { catalogue: self.catalogue, rule: self.rule, file };
        // A file may stand there more than once.
        let mut files: BTreeMap<&str, Vec<_>> = BTreeMap::new();
        for file in &record.files {
            files.entry(&file.path).or_default().extend_from_slice(&file.ranges);
        }
        for (path, ranges) in files {
            let there = match (&about, tree) {
                (About::Folder, _) => self.in_folder(path),
                (_, Some(tree)) => self.versions.file(tree, path.as_bytes())?,
                (_, None) => FileThere::NotChecked,
            };
            if there == FileThere::NotChecked && !matches!(about, About::NoCommit(..)) {
                self.traces.not_checked += 1;
            }
            let claims = of_file(&place, record, &about, (path, &ranges), there);
            match &about {
                About::Folder => self.traces.folder.extend(claims),
                About::Commit(id) | About::NoCommit(id, _) => {
                    self.traces.commits.entry(id.clone()).or_default().extend(claims);
                }
            }
        }
        Ok(())
    }

    /// What a revision stands for, and its tree. A name such as `HEAD` moves, so that only a full id is one.
    fn commit(&mut self, revision: &str) -> Result<(About, Option<ObjectId>)> {
        let revision = revision.to_ascii_lowercase();
        let Ok(id) = ObjectId::from_hex(revision.as_bytes()) else {
            let shown = crate::claim::shown(revision.as_bytes());
            let why = format!("the revision {shown:?} is not a full id");
            return Ok((About::NoCommit(shown, why), None));
        };
        let named = match self.trees.get(&id) {
            Some(named) => *named,
            None => {
                let named = self.versions.named(&id)?;
                self.trees.insert(id, named);
                named
            }
        };
        Ok(match named {
            Named::Commit(tree) => (About::Commit(revision), Some(tree)),
            Named::Unknown => (About::Commit(revision), None),
            Named::Nothing => {
                (About::NoCommit(revision, "the repository has no such commit".to_owned()), None)
            }
            Named::Other(kind) => (About::NoCommit(revision, format!("the revision is a {kind}")), None),
        })
    }

    /// A file as it lies in the folder. A path that leads out of it names nothing.
    fn in_folder(&self, path: &str) -> FileThere {
        let Some(root) = &self.root else { return FileThere::NotChecked };
        let is_inside = !path.is_empty()
            && Path::new(path).components().all(|part| matches!(part, std::path::Component::Normal(_)));
        if !is_inside {
            return FileThere::Absent;
        }
        match read_in_folder(root, Path::new(path)) {
            Ok(Some(bytes)) => FileThere::Lines(count(&bytes)),
            Ok(None) => FileThere::NoFile,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                FileThere::Absent
            }
            Err(_) => FileThere::NotChecked,
        }
    }
}

type Files = Vec<(String, Vec<u8>)>;

fn is_ours(name: &str) -> bool {
    name == LINES || name.ends_with(".json")
}

fn in_folder(root: &Path) -> Result<Files> {
    let folder = root.join(FOLDER);
    let failed = |error| Error::io(error, "read", &folder);
    match fs::symlink_metadata(&folder) {
        Ok(metadata) if metadata.is_dir() => {}
        Ok(_) => return Ok(Vec::new()),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        if let Some(name) = name.to_str().filter(|name| is_ours(name)) {
            names.push(name.to_owned());
        }
    }
    names.sort_unstable();
    names.truncate(MOST_FILES);
    let mut files = Vec::new();
    for name in names {
        let path = Path::new(FOLDER).join(&name);
        if let Some(bytes) =
            read_in_folder(root, &path).map_err(|error| Error::io(error, "read", root.join(&path)))?
        {
            files.push((format!("{FOLDER}/{name}"), bytes));
        }
    }
    Ok(files)
}

fn at_head(repository: &Repository, versions: &mut Versions) -> Result<Files> {
    let Some(head) = repository::start(repository, None)? else { return Ok(Vec::new()) };
    let Named::Commit(tree) = versions.named(&head)? else { return Ok(Vec::new()) };
    let Folder::Is(folder) = versions.folder(tree, FOLDER.as_bytes())? else { return Ok(Vec::new()) };
    let Some(bytes) = versions.tree(&folder)? else { return Ok(Vec::new()) };
    let names: Vec<_> = TreeRefIter::from_bytes(bytes, folder.kind())
        .map_while(|entry| entry.ok())
        .filter(|entry| entry.mode.is_blob())
        .filter_map(|entry| {
            Some((std::str::from_utf8(entry.filename).ok()?.to_owned(), entry.oid.to_owned()))
        })
        .filter(|(name, _)| is_ours(name))
        .take(MOST_FILES)
        .collect();
    let mut files = Vec::new();
    for (name, id) in names {
        if let Some(bytes) = versions.bytes(&id, Kind::Blob)? {
            files.push((format!("{FOLDER}/{name}"), bytes.to_vec()));
        }
    }
    Ok(files)
}

fn state(files: &Files) -> String {
    let mut hash = Sha256::new();
    for (name, bytes) in files {
        hash.update(name.as_bytes());
        hash.update([0]);
        hash.update(Sha256::digest(bytes));
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;
