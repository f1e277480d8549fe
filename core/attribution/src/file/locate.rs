//! From what a user names to a file of a commit.

use crate::repository::{FETCH_ALL, failed};
use crate::versions::{At, Versions};
use gix::{ObjectId, Repository};
use sealbook_error::{Code, Error, Result};
use std::path::{Component, Path, PathBuf};

/// The path in the tree, and the file there. `file` is understood from `folder`, as git does, else from the
/// root of the repository.
pub(super) fn locate(
    repository: &Repository,
    versions: &mut Versions,
    (commit, tree): (ObjectId, ObjectId),
    (folder, file): (&Path, &Path),
) -> Result<(Vec<u8>, ObjectId)> {
    let (mut what, mut code) = ("has no such file", Code::NotFound);
    let mut remedy = "name a file that is committed, or another revision";
    for path in candidates(repository, folder, file)? {
        match versions.at(tree, &path)? {
            At::File(blob) => return Ok((path, blob)),
            At::Other(kind) => {
                (what, code) = (kind, Code::InvalidArgument);
                remedy = "name a file of text";
            }
            At::Unknown => {
                (what, code) = ("may have it, but this clone lacks the objects to tell", Code::Git);
                remedy = FETCH_ALL;
            }
            At::Nothing => {}
        }
    }
    let shown = file.display();
    Err(Error::new(code, format!("{shown} cannot be explained: commit {commit} {what}"))
        .remedy(remedy)
        .with("path", shown)
        .with("commit", commit))
}

fn candidates(repository: &Repository, folder: &Path, file: &Path) -> Result<Vec<Vec<u8>>> {
    let mut found = Vec::new();
    if let Some(root) = repository.workdir() {
        let absolute = |path: &Path| {
            gix::path::realpath(path)
                .map_err(|error| failed(format!("{} cannot be resolved", path.display()), error))
        };
        let root = absolute(root)?;
        let folder = if folder.is_dir() { folder } else { folder.parent().unwrap_or(folder) };
        let folder = absolute(if folder.as_os_str().is_empty() { Path::new(".") } else { folder })?;
        // The file itself need not be there any more, and may be a link.
        let wanted = normal(&folder.join(file));
        if let Ok(inside) = wanted.strip_prefix(&root) {
            found.extend(slashed(inside));
        }
        if let (true, Some(parent), Some(name)) = (file.is_absolute(), file.parent(), file.file_name())
            && let Ok(parent) = std::fs::canonicalize(parent)
            && let Ok(inside) = parent.join(name).strip_prefix(&root)
        {
            found.extend(slashed(inside));
        }
    }
    if !file.is_absolute() {
        found.extend(slashed(&normal(file)));
    }
    Ok(found)
}

/// Without `.` and `..`, by the names alone.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(normal.pop()),
            part => normal.push(part),
        }
    }
    normal
}

/// As in a tree: bytes, with `/` between folders.
fn slashed(path: &Path) -> Option<Vec<u8>> {
    let bytes = gix::path::into_bstr(path).ok()?;
    let slashed = gix::path::to_unix_separators_on_windows(bytes);
    (!slashed.is_empty()).then(|| slashed.to_vec())
}
