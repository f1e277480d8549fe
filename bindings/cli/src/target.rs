//! Where output goes that is a file of its own.

use sealbook_common::sealbook::{Code, Error, Result};
use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};

/// A file or a stream that the user named.
#[derive(Debug)]
pub(crate) enum Target {
    /// A file that comes into being whole, or stays as it was.
    File { path: PathBuf, overwrite: bool },
    /// A pipe or a device, which is written to as it stands.
    Stream(PathBuf),
}

impl Target {
    /// The target at `path`. A file that exists is only overwritten by `force`, and none in the folder `home` ever.
    pub(crate) fn new(path: &Path, force: bool, home: Option<&Path>) -> Result<Self> {
        let metadata = match fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(_) => return Ok(Self::File { path: path.to_owned(), overwrite: force }),
        };
        if metadata.is_dir() {
            return Err(refused(path, "is a folder", "name a file"));
        }
        if !metadata.is_file() {
            return Ok(Self::Stream(path.to_owned()));
        }
        if !force {
            return Err(refused(path, "exists", "pass --force to overwrite it"));
        }
        // A link stays, and what it points to is replaced.
        let path = fs::canonicalize(path).map_err(|e| Error::io(e, "resolve", path))?;
        let home = home.and_then(|folder| fs::canonicalize(folder).ok());
        if home.is_some() && path.parent() == home.as_deref() {
            return Err(refused(&path, "lies beside the ledger's own files", "name a file elsewhere"));
        }
        Ok(Self::File { path, overwrite: true })
    }

    /// Hands a file to `write`, and puts it in its place when it is complete and durable.
    pub(crate) fn write<T>(&self, write: impl FnOnce(&mut File) -> Result<T>) -> Result<T> {
        let (path, overwrite) = match self {
            Self::File { path, overwrite } => (path, *overwrite),
            Self::Stream(path) => {
                let file = OpenOptions::new().write(true).open(path);
                return write(&mut file.map_err(|e| Error::io(e, "write", path))?);
            }
        };
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut builder = tempfile::Builder::new();
        builder.prefix(".sealbook-");
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666)); // less the umask
        let mut file = builder.tempfile_in(folder).map_err(|e| Error::io(e, "write", path))?;
        let written = write(file.as_file_mut())?;
        file.as_file().sync_all().map_err(|e| Error::io(e, "sync", path))?;
        let persisted = if overwrite { file.persist(path) } else { file.persist_noclobber(path) };
        persisted.map_err(|e| Error::io(e.error, "write", path))?;
        Ok(written)
    }
}

fn refused(path: &Path, why: &str, remedy: &str) -> Error {
    Error::new(Code::InvalidArgument, format!("{} {why}", path.display()))
        .remedy(remedy)
        .with("path", path.display())
}
