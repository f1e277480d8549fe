//! Which commits have a note, and where it is.

use crate::repository::failed;
use crate::versions::Versions;
use gix::objs::tree::EntryKind;
use gix::objs::{Kind, TreeRefIter};
use gix::{ObjectId, Repository, oid};
use sealbook_error::{Code, Error, Result};
use std::fmt::Write as _;

/// Where the notes of one reference are.
#[derive(Debug)]
pub(super) struct Index {
    /// The reference's full name.
    pub(super) reference: String,
    /// What it names: another one after every change of a note.
    pub(super) target: ObjectId,
    /// Commit and note, ascending by commit.
    notes: Vec<(ObjectId, ObjectId)>,
}

impl Index {
    /// The indexes of git-ai's references: that of this repository, then those fetched from remotes.
    ///
    /// A reference that is damaged, or whose objects a partial clone lacks, names nothing.
    pub(super) fn all(repository: &Repository, versions: &mut Versions) -> Result<Vec<Self>> {
        let unreadable = |error| failed("the references cannot be read", error);
        let platform = repository.references().map_err(unreadable)?;
        let mut found = Vec::new();
        for reference in platform.all().map_err(unreadable)?.flatten() {
            let name = reference.name().as_bstr().to_string();
            if name != "refs/notes/ai" && !name.starts_with("refs/notes/ai-remote/") {
                continue;
            }
            if let Some(target) = reference.try_id().map(gix::Id::detach) {
                found.push((name, target));
            }
        }
        // The repository's own comes first, as its name is a prefix of the others.
        found.sort_unstable();
        found.into_iter().map(|(reference, target)| Self::read(reference, target, versions)).collect()
    }

    fn read(reference: String, target: ObjectId, versions: &mut Versions) -> Result<Self> {
        let mut notes = Vec::new();
        if let crate::versions::Named::Commit(tree) = versions.named(&target)? {
            let mut hex = String::new();
            walk(tree, &mut hex, versions, &mut notes)?;
        }
        // Should a commit be there twice, in folders of different depth, the one found first is taken.
        notes.sort_by_key(|(commit, _)| *commit);
        notes.dedup_by_key(|(commit, _)| *commit);
        Ok(Self { reference, target, notes })
    }

    /// The note on a commit.
    pub(super) fn get(&self, commit: &oid) -> Option<ObjectId> {
        let at = self.notes.binary_search_by(|(known, _)| known.as_ref().cmp(commit)).ok()?;
        self.notes.get(at).map(|(_, note)| *note)
    }

    /// Every commit that has a note, with it.
    pub(super) fn notes(&self) -> &[(ObjectId, ObjectId)] {
        &self.notes
    }
}

/// Adds the notes below a tree. Their names, with those of the folders above, are the ids of commits.
fn walk(
    tree: ObjectId,
    hex: &mut String,
    versions: &mut Versions,
    notes: &mut Vec<(ObjectId, ObjectId)>,
) -> Result<()> {
    let mut folders = Vec::new();
    let Some(bytes) = versions.bytes(&tree, Kind::Tree)? else { return Ok(()) };
    for entry in TreeRefIter::from_bytes(bytes, tree.kind()) {
        let entry = entry.map_err(|error| {
            Error::new(Code::Git, format!("tree {tree} of the notes is damaged"))
                .remedy("see what git fsck says")
                .caused_by(error)
        })?;
        let Ok(name) = std::str::from_utf8(entry.filename) else { continue };
        if !name.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            continue;
        }
        match entry.mode.kind() {
            // git makes folders of two digits.
            EntryKind::Tree if name.len() == 2 && hex.len() + 2 < tree.kind().len_in_hex() => {
                folders.push((name.to_owned(), entry.oid.to_owned()));
            }
            EntryKind::Blob | EntryKind::BlobExecutable => {
                let depth = hex.len();
                let _ = write!(hex, "{name}");
                if let Ok(commit) = ObjectId::from_hex(hex.as_bytes())
                    && commit.kind() == tree.kind()
                {
                    notes.push((commit, entry.oid.to_owned()));
                }
                hex.truncate(depth);
            }
            _ => {}
        }
    }
    for (name, folder) in folders {
        let depth = hex.len();
        hex.push_str(&name);
        walk(folder, hex, versions, notes)?;
        hex.truncate(depth);
    }
    Ok(())
}
