//! Where a project keeps its ledger: in `.sealbook/`, found upward from where one stands.

use sealbook_error::{Code, Error, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// The folder of a project's ledger.
pub const FOLDER: &str = ".sealbook";

/// The ledger's file in that folder.
pub const LEDGER_FILE: &str = "ledger.db";

/// The ledger file that `path` stands for: itself, or that of the project in or above the folder `path`.
///
/// # Errors
/// `NOT_A_PROJECT` if no folder from `path` upward has a ledger, `NOT_FOUND` if there is nothing at `path`.
pub fn find_ledger(path: &Path) -> Result<PathBuf> {
    if path.is_file() {
        return Ok(path.to_owned());
    }
    if !path.exists() {
        return Err(Error::new(Code::NotFound, format!("there is nothing at {}", path.display()))
            .remedy("name a project folder or a ledger file")
            .with("path", path.display()));
    }
    let start = std::path::absolute(path).map_err(|e| Error::io(e, "resolve", path))?;
    let candidates = start.ancestors().map(|folder| folder.join(FOLDER).join(LEDGER_FILE));
    candidates.into_iter().find(|file| file.is_file()).ok_or_else(|| {
        Error::new(Code::NotAProject, format!("{} is not in a Sealbook project", start.display()))
            .remedy("run `sealbook init` in the project's folder, or open it with create")
            .with("path", start.display())
    })
}

/// Where to look for the ledger of a path that is to be scanned: a file is no ledger then, but lies in a project.
///
/// ```
/// use std::path::Path;
///
/// let folder = tempfile::tempdir()?;
/// std::fs::write(folder.path().join("main.rs"), "")?;
/// assert_eq!(sealbook::project_of(&folder.path().join("main.rs")), folder.path());
/// assert_eq!(sealbook::project_of(folder.path()), folder.path());
/// # Ok::<(), std::io::Error>(())
/// ```
#[must_use]
pub fn project_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if path.is_file() && parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) if path.is_file() => parent,
        _ => path,
    }
}

/// The path from the root on, so that a handle stays with its files wherever the process goes.
pub(crate) fn absolute(path: &Path) -> Result<PathBuf> {
    let path = std::path::absolute(path).map_err(|e| Error::io(e, "resolve", path))?;
    let Some(text) = path.to_str() else {
        let message = format!("path {} is not UTF-8", path.display());
        return Err(Error::new(Code::InvalidArgument, message).remedy("move the project to a path that is"));
    };
    // Two slashes in front mean a host in SQLite's URIs.
    Ok(if text.starts_with("//") {
        PathBuf::from(format!("/{}", text.trim_start_matches('/')))
    } else {
        path
    })
}

/// The ledger file to make for `path`: `path` itself if it names a file, else that of the project folder `path`, which is made if need be.
pub(crate) fn prepare(path: &Path) -> Result<PathBuf> {
    if path.extension().is_some_and(|e| e == "db") && !path.is_dir() {
        return Ok(path.to_owned());
    }
    let folder = path.join(FOLDER);
    fs::create_dir_all(&folder).map_err(|e| Error::io(e, "make the folder", &folder))?;
    ignore(path)?;
    let own = folder.join(".gitignore");
    fs::write(&own, "*\n").map_err(|e| Error::io(e, "write", &own))?;
    Ok(folder.join(LEDGER_FILE))
}

/// Adds the folder to `.gitignore`, if the project is in git: a ledger that is cloned would be two ledgers with one identity.
fn ignore(project: &Path) -> Result<()> {
    let line = format!("/{FOLDER}/");
    let file = project.join(".gitignore");
    if !project.join(".git").exists() {
        return Ok(());
    }
    let text = match fs::read(&file) {
        Ok(text) => text,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(e) => return Err(Error::io(e, "read", &file)),
    };
    let known = |entry: &[u8]| {
        [line.as_bytes(), b".sealbook/", b".sealbook", b"/.sealbook"].contains(&entry.trim_ascii())
    };
    if text.split(|b| *b == b'\n').any(known) {
        return Ok(());
    }
    let gap = if text.is_empty() || text.ends_with(b"\n") { "" } else { "\n" };
    let text = [&text, gap.as_bytes(), line.as_bytes(), b"\n"].concat();
    fs::write(&file, text).map_err(|e| Error::io(e, "write", &file))
}
