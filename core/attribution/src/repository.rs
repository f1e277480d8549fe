//! Opening a repository for reading, and its commit objects.

use gix::objs::Find as _;
use gix::sec::trust::Mapping;
use gix::{ObjectId, Repository, ThreadSafeRepository};
use sealbook_error::{Code, Error, Result};
use sha2::{Digest, Sha256};
use std::path::Path;

/// Opens the repository that `path` is in.
///
/// Only the repository's own configuration is read, neither the user's nor the environment: the same history
/// gives the same answer for everybody. A repository of another user is read too, with its configuration
/// distrusted; nothing that it names is ever run.
pub(crate) fn open(path: &Path) -> Result<ThreadSafeRepository> {
    let metadata = std::fs::metadata(path).map_err(|error| Error::io(error, "scan", path))?;
    let folder = if metadata.is_dir() { path } else { path.parent().unwrap_or(path) };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let options = || gix::open::Options::isolated();
    let trust = Mapping { full: options(), reduced: options() };
    ThreadSafeRepository::discover_opts(folder, Default::default(), trust).map_err(|error| {
        use gix::discover::upwards::Error as Discover;
        let shown = path.display();
        let error = match error.downcast_any_ref::<Discover>() {
            Some(_) => Error::new(
                Code::NotARepository,
                format!("there is no git repository at {shown} or in a folder above"),
            )
            .remedy("name a folder inside a repository, or run git init there")
            .caused_by(error),
            None => failed(format!("the git repository at {shown} cannot be opened: {error}"), error),
        };
        error.with("path", shown)
    })
}

/// The commit to start from; none if nothing was committed yet.
pub(crate) fn start(repository: &Repository, revision: Option<&str>) -> Result<Option<ObjectId>> {
    let storage = repository.config_snapshot().string("extensions.refStorage");
    if let Some(storage) = storage.filter(|storage| !storage.eq_ignore_ascii_case(b"files")) {
        return Err(Error::new(
            Code::Git,
            format!("the repository keeps its references as {storage}, which Sealbook cannot read"),
        )
        .remedy("convert them: git refs migrate --ref-format=files"));
    }
    let Some(revision) = revision else {
        let head = repository.head().map_err(|error| failed("HEAD cannot be read", error))?;
        if head.is_unborn() {
            return Ok(None);
        }
        let commit = head.into_peeled_id().map_err(|error| failed("HEAD names no commit", error))?;
        return Ok(Some(commit.detach()));
    };
    let commit = repository.rev_parse_single(format!("{revision}^{{commit}}").as_str()).map_err(|error| {
        Error::new(Code::InvalidArgument, format!("revision {revision:?} names no commit of this repository"))
            .remedy("name one commit: a branch, a tag or an id")
            .with("revision", revision)
            .caused_by(error)
    })?;
    Ok(Some(commit.detach()))
}

/// What brings what a partial clone left out. A fetch alone leaves it out again.
pub(crate) const FETCH_ALL: &str = "fetch it from the remote: git fetch --refetch --no-filter";

/// Bytes of packed objects that a thread keeps while it reads trees, whose deltas are long.
const PACK_CACHE: usize = 48 << 20;

/// The objects of a repository, for one thread.
pub(crate) struct Objects {
    handle: gix::OdbHandle,
    is_partial: bool,
}

impl Objects {
    pub(crate) fn new(repository: &Repository) -> Self {
        let mut handle = repository.objects.clone();
        handle.refresh_never();
        handle.prevent_pack_unload();
        let is_partial = is_partial_clone(repository);
        Self { handle, is_partial }
    }

    /// The same, with a cache for reading trees.
    pub(crate) fn for_trees(repository: &Repository) -> Self {
        let mut objects = Self::new(repository);
        objects
            .handle
            .set_pack_cache(|| Box::new(gix::odb::pack::cache::lru::MemoryCappedHashmap::new(PACK_CACHE)));
        objects
    }

    /// The tree's bytes, likewise; none if a partial clone does not have it.
    pub(crate) fn tree<'b>(&self, id: &ObjectId, buffer: &'b mut Vec<u8>) -> Result<Option<&'b [u8]>> {
        let fault = |why: &str| {
            let error = Error::new(Code::Git, format!("tree {id} cannot be read: {why}")).with("tree", id);
            error.remedy("see what git fsck says")
        };
        match self.handle.try_find(id, buffer) {
            Ok(Some(object)) if object.kind == gix::objs::Kind::Tree => Ok(Some(object.data)),
            Ok(Some(object)) => Err(fault(&format!("it is a {}", object.kind))),
            Ok(None) if id.is_empty_tree() => Ok(Some(&[])),
            Ok(None) if self.is_partial => Ok(None),
            Ok(None) => Err(fault("it is missing")),
            Err(error) => Err(fault("it is damaged").caused_by(error)),
        }
    }

    /// The commit's bytes, in `buffer` or borrowed from it.
    pub(crate) fn commit<'b>(&self, id: &ObjectId, buffer: &'b mut Vec<u8>) -> Result<&'b [u8]> {
        match self.handle.try_find(id, buffer) {
            Ok(Some(object)) if object.kind == gix::objs::Kind::Commit => Ok(object.data),
            Ok(Some(object)) => Err(unreadable(id, &format!("it is a {}", object.kind))),
            Ok(None) if self.is_partial => {
                Err(no_commit(id, "this partial clone does not have it").remedy(FETCH_ALL))
            }
            Ok(None) => Err(unreadable(id, "it is missing")),
            Err(error) => Err(unreadable(id, "it is damaged").caused_by(error)),
        }
    }
}

/// A digest of what git puts in the place of commits (`refs/replace`) and of their parents (a shallow clone).
pub(crate) fn view(repository: &Repository) -> Result<[u8; 32]> {
    let shallow = repository
        .shallow_commits()
        .map_err(|error| failed("the list of shallow commits cannot be read", error))?;
    let mut boundary: Vec<_> = shallow.map(|list| list.iter().copied().collect()).unwrap_or_default();
    boundary.sort_unstable();
    let mut replacements: Vec<_> = repository.objects.store_ref().replacements().collect();
    replacements.sort_unstable();
    let mut hash = Sha256::new();
    hash.update(boundary.len().to_le_bytes());
    boundary.iter().for_each(|id: &ObjectId| hash.update(id.as_slice()));
    replacements.iter().for_each(|(from, to)| {
        hash.update(from.as_slice());
        hash.update(to.as_slice());
    });
    Ok(hash.finalize().into())
}

pub(crate) fn is_partial_clone(repository: &Repository) -> bool {
    let config = repository.config_snapshot();
    let mut remotes = config.plumbing().sections_by_name("remote").into_iter().flatten();
    config.string("extensions.partialClone").is_some()
        || remotes.any(|remote| remote.value("promisor").is_some())
}

/// An error that names a commit, and what to do about it.
pub(crate) fn unreadable(id: &ObjectId, why: &str) -> Error {
    no_commit(id, why).remedy("see what git fsck says")
}

fn no_commit(id: &ObjectId, why: &str) -> Error {
    Error::new(Code::Git, format!("commit {id} cannot be read: {why}")).with("commit", id)
}

pub(crate) fn failed(message: impl Into<String>, cause: gix::Error) -> Error {
    Error::new(Code::Git, message).caused_by(cause)
}
