//! Where a repository is, and what it is called.

use crate::repository;
use sealbook_error::Result;
use std::path::{Path, PathBuf};

/// A git repository on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Place {
    /// The folder that the repository's worktrees share, such as `.git`.
    pub git_folder: PathBuf,
    /// The folder with the files; absent in a bare repository.
    pub work_folder: Option<PathBuf>,
    /// The commit that the revision names, in hexadecimal; absent before the first one.
    pub head: Option<String>,
    /// The address of the remote `origin`, as the repository's configuration has it. Untrusted, and it may hold a
    /// password: not to be shown as it is.
    pub remote: Option<String>,
}

impl Place {
    /// The repository at or above `path`, and the commit that `revision`, or else `HEAD`, names in it.
    ///
    /// # Errors
    ///
    /// As [`scan_history`](crate::scan_history).
    ///
    /// ```
    /// use sealbook_attribution::Place;
    /// use sealbook_error::Code;
    ///
    /// let folder = tempfile::tempdir()?;
    /// assert_eq!(Place::of(folder.path(), None).unwrap_err().code(), Code::NotARepository);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn of(path: &Path, revision: Option<&str>) -> Result<Self> {
        let repository = repository::open(path)?.to_thread_local();
        let head = repository::start(&repository, revision)?.map(|id| id.to_string());
        let remote = repository.config_snapshot().string("remote.origin.url");
        Ok(Self {
            git_folder: repository.common_dir().to_owned(),
            work_folder: repository.workdir().map(Path::to_owned),
            head,
            remote: remote.map(|url| String::from_utf8_lossy(&url).into_owned()),
        })
    }

    /// The name of the folder that the repository is in.
    #[must_use]
    pub fn name(&self) -> String {
        let folder = self.work_folder.as_deref().unwrap_or(&self.git_folder);
        let folder = std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
        folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }
}
