//! What an earlier scan of a repository found, kept in the user's cache folder so that the next one reads only what is new.
//!
//! The cache is never trusted further than its checksum and key, never needed, and may be deleted at any time.

use etcetera::BaseStrategy;
use sealbook_ledger::Hash;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Names another folder for the cache; `off` goes without.
pub const CACHE_VARIABLE: &str = "SEALBOOK_CACHE";

/// The file that a repository's history is remembered in.
#[derive(Debug, Clone)]
pub(crate) struct CacheFile(PathBuf);

impl CacheFile {
    /// The file for the repository whose git folder this is; none if the user has no cache folder or wants none.
    pub(crate) fn of(git_folder: &Path) -> Option<Self> {
        let folder = folder()?;
        let git_folder = fs::canonicalize(git_folder).ok()?;
        let name = Hash::of(git_folder.as_os_str().as_encoded_bytes());
        Some(Self(folder.join(format!("{name}.history"))))
    }

    /// What was remembered, if anything can be read.
    pub(crate) fn read(&self) -> Option<Vec<u8>> {
        fs::read(&self.0).ok()
    }

    /// Remembers `bytes`. A cache that cannot be written is no reason for a scan to fail.
    pub(crate) fn write(&self, bytes: &[u8]) {
        if let Err(error) = self.try_write(bytes) {
            tracing::debug!(file = %self.0.display(), %error, "the history's cache was not written");
        }
    }

    /// Under another name first: several threads and processes may scan the same repository.
    fn try_write(&self, bytes: &[u8]) -> io::Result<()> {
        let folder = self.0.parent().unwrap_or(Path::new("."));
        make_private(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(bytes)?;
        file.persist(&self.0).map(drop).map_err(|error| error.error)
    }
}

fn folder() -> Option<PathBuf> {
    match std::env::var_os(CACHE_VARIABLE).filter(|value| !value.is_empty()) {
        Some(value) if value == "off" => None,
        Some(value) => Some(PathBuf::from(value)),
        None => Some(etcetera::choose_base_strategy().ok()?.cache_dir().join("sealbook")),
    }
}

/// A history names people, so that its cache is for nobody but the user.
fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
