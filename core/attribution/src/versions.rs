//! Files as they are at a commit: whether a path names one, and how many lines it has.

use crate::object::tree_of;
use crate::repository::{is_partial_clone, unreadable};
use gix::objs::tree::EntryKind;
use gix::objs::{Find as _, Kind, TreeRefIter};
use gix::odb::pack::cache::lru::MemoryCappedHashmap;
use gix::{ObjectId, Repository};
use memchr::memchr_iter;
use sealbook_error::{Code, Error, Result};
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::Path;

/// Bytes of trees that are remembered at most.
const TREE_BYTES: usize = 8 << 20;
/// Bytes of packed objects that later ones build on.
const PACK_CACHE: usize = 32 << 20;
/// Line counts that are remembered at most.
const COUNTS: usize = 1 << 16;
/// The most bytes of a file of the working folder.
const MOST_BYTES: u64 = 64 << 20;
/// Folders that a path may go through at most.
const DEPTH: usize = 256;

/// Reads trees and files of a repository, for one thread.
pub(crate) struct Versions {
    handle: gix::OdbHandle,
    /// Whether an object may be missing without a fault: in partial and shallow clones.
    may_lack: bool,
    trees: HashMap<ObjectId, Box<[u8]>>,
    tree_bytes: usize,
    counts: HashMap<ObjectId, u32>,
    buffer: Vec<u8>,
}

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    /// A file.
    File(ObjectId),
    /// A folder, a link or a submodule.
    /// What is there instead of a file, in words.
    Other(&'static str),
    /// Nothing.
    Nothing,
    /// It cannot be told: this clone lacks the objects.
    Unknown,
}

/// What stands for a folder's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Folder {
    /// A folder.
    Is(ObjectId),
    /// None.
    Nothing,
    /// It cannot be told: this clone lacks the objects.
    Unknown,
}

/// A file that a claim is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileThere {
    /// It has so many lines.
    Lines(u32),
    /// There is no such path.
    Absent,
    /// The path is that of a folder, a link or a submodule.
    NoFile,
    /// It could not be looked at.
    NotChecked,
}

/// What an id stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Named {
    /// A commit, with its tree.
    Commit(ObjectId),
    /// Another kind of object.
    Other(Kind),
    /// No object of this repository.
    Nothing,
    /// It cannot be told: this clone lacks some.
    Unknown,
}

impl Versions {
    pub(crate) fn new(repository: &Repository) -> Self {
        let mut handle = repository.objects.clone();
        handle.refresh_never();
        handle.prevent_pack_unload();
        // Trees one after the other, and the versions of a note, are differences to one another.
        handle.set_pack_cache(|| Box::new(MemoryCappedHashmap::new(PACK_CACHE)));
        Self {
            handle,
            may_lack: is_partial_clone(repository) || repository.is_shallow().unwrap_or(true),
            trees: HashMap::new(),
            tree_bytes: 0,
            counts: HashMap::new(),
            buffer: Vec::new(),
        }
    }

    /// An object's kind and bytes; none if the repository does not have it.
    pub(crate) fn object(&mut self, id: &ObjectId) -> Result<Option<(Kind, &[u8])>> {
        match self.handle.try_find(id, &mut self.buffer) {
            Ok(found) => Ok(found.map(|object| (object.kind, object.data))),
            Err(error) => Err(Error::new(Code::Git, format!("object {id} cannot be read: it is damaged"))
                .remedy("see what git fsck says")
                .with("object", id)
                .caused_by(error)),
        }
    }

    /// Whether the id is that of a commit.
    pub(crate) fn named(&mut self, id: &ObjectId) -> Result<Named> {
        let may_lack = self.may_lack;
        match self.object(id)? {
            Some((Kind::Commit, bytes)) => {
                tree_of(bytes).map(Named::Commit).ok_or_else(|| unreadable(id, "it has no form of a commit"))
            }
            Some((kind, _)) => Ok(Named::Other(kind)),
            None if may_lack => Ok(Named::Unknown),
            None => Ok(Named::Nothing),
        }
    }

    /// What stands at a path below a tree.
    pub(crate) fn at(&mut self, tree: ObjectId, path: &[u8]) -> Result<At> {
        let mut tree = tree;
        let mut names = path.split(|byte| *byte == b'/').peekable();
        for _ in 0..DEPTH {
            let Some(name) = names.next() else { break };
            let Some(bytes) = self.tree(&tree)? else { return Ok(At::Unknown) };
            // A tree that is cut short ends where it does.
            let mut entries = TreeRefIter::from_bytes(bytes, tree.kind()).map_while(|entry| entry.ok());
            let Some(entry) = entries.find(|entry| entry.filename == name) else { return Ok(At::Nothing) };
            let (kind, id) = (entry.mode.kind(), entry.oid.to_owned());
            match (kind, names.peek().is_some()) {
                (EntryKind::Tree, true) => tree = id,
                (EntryKind::Blob | EntryKind::BlobExecutable, false) => return Ok(At::File(id)),
                (EntryKind::Tree, false) => return Ok(At::Other("has a folder there, no file")),
                (EntryKind::Link, false) => return Ok(At::Other("has a symbolic link there, no file")),
                (_, false) => return Ok(At::Other("has a submodule there, no file")),
                (_, true) => return Ok(At::Nothing),
            }
        }
        Ok(At::Nothing)
    }

    /// The file at a path below a tree, with its lines counted.
    pub(crate) fn file(&mut self, tree: ObjectId, path: &[u8]) -> Result<FileThere> {
        Ok(match self.at(tree, path)? {
            At::File(blob) => self.lines(&blob)?.map_or(FileThere::NotChecked, FileThere::Lines),
            At::Other(_) => FileThere::NoFile,
            At::Nothing => FileThere::Absent,
            At::Unknown => FileThere::NotChecked,
        })
    }

    /// The folder of that name right below a tree.
    pub(crate) fn folder(&mut self, tree: ObjectId, name: &[u8]) -> Result<Folder> {
        let Some(bytes) = self.tree(&tree)? else { return Ok(Folder::Unknown) };
        let mut entries = TreeRefIter::from_bytes(bytes, tree.kind()).map_while(|entry| entry.ok());
        let found = entries.find(|entry| entry.filename == name && entry.mode.is_tree());
        Ok(found.map_or(Folder::Nothing, |entry| Folder::Is(entry.oid.to_owned())))
    }

    /// Where a library reads objects.
    pub(crate) fn objects(&self) -> &gix::OdbHandle {
        &self.handle
    }

    /// Whether an object may be missing without a fault.
    pub(crate) fn may_lack(&self) -> bool {
        self.may_lack
    }

    /// The bytes of a tree; none if this clone lacks it.
    pub(crate) fn tree(&mut self, id: &ObjectId) -> Result<Option<&[u8]>> {
        if !self.trees.contains_key(id) {
            let Some(bytes) = self.bytes(id, Kind::Tree)? else { return Ok(None) };
            let bytes: Box<[u8]> = bytes.into();
            if self.tree_bytes + bytes.len() > TREE_BYTES {
                self.trees.clear();
                self.tree_bytes = 0;
            }
            self.tree_bytes += bytes.len();
            self.trees.insert(*id, bytes);
        }
        Ok(self.trees.get(id).map(|bytes| &**bytes))
    }

    /// How many lines a file has; none if this clone lacks it.
    pub(crate) fn lines(&mut self, id: &ObjectId) -> Result<Option<u32>> {
        if let Some(count) = self.counts.get(id) {
            return Ok(Some(*count));
        }
        let Some(bytes) = self.bytes(id, Kind::Blob)? else { return Ok(None) };
        let count = count(bytes);
        if self.counts.len() >= COUNTS {
            self.counts.clear();
        }
        self.counts.insert(*id, count);
        Ok(Some(count))
    }

    /// The bytes of an object that a commit needs; none if this clone lacks it, also where it should not: what
    /// cannot be looked at is no reason to stop.
    pub(crate) fn bytes(&mut self, id: &ObjectId, kind: Kind) -> Result<Option<&[u8]>> {
        match self.object(id)? {
            Some((found, bytes)) if found == kind => Ok(Some(bytes)),
            // Git knows it without storing it.
            None if id.is_empty_tree() => Ok(Some(&[])),
            None => Ok(None),
            Some((found, _)) => Err(Error::new(
                Code::Git,
                format!("object {id} cannot be read: it is a {found}, not a {kind}"),
            )
            .remedy("see what git fsck says")
            .with("object", id)),
        }
    }
}

/// The bytes of a file below `root`; none if it is none. Links are not followed, also not those of folders.
pub(crate) fn read_in_folder(root: &Path, path: &Path) -> std::io::Result<Option<Vec<u8>>> {
    let mut at = root.to_owned();
    let mut is_file = false;
    for part in path.components() {
        at.push(part);
        let metadata = fs::symlink_metadata(&at)?;
        if metadata.is_symlink() {
            return Ok(None);
        }
        is_file = metadata.is_file();
    }
    if !is_file {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    File::open(&at)?.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(ErrorKind::FileTooLarge.into());
    }
    Ok(Some(bytes))
}

/// How many lines a text has. The last one need not be ended.
pub(crate) fn count(text: &[u8]) -> u32 {
    let ended = memchr_iter(b'\n', text).count();
    let open = usize::from(text.last().is_some_and(|byte| *byte != b'\n'));
    u32::try_from(ended + open).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn the_last_line_counts_whether_it_is_ended_or_not() {
        assert_eq!([count(b""), count(b"\n"), count(b"a"), count(b"a\n"), count(b"a\n\nb")], [0, 1, 1, 1, 3]);
    }
}
