//! The head mark: size and root of what was durable at the last acknowledgement, in a file beside the ledger.
//!
//! SQLite drops damaged frames at the end of its log without a word; a ledger that is shorter than its mark shows it. The
//! mark is overwritten in place, in one write of constant length, and never synced: an older mark is a weaker
//! statement, but a true one.

use sealbook_error::{Code, Error, Result};
use sealbook_ledger::Hash;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

const LEN: usize = 102;

#[derive(Debug)]
pub(crate) struct HeadMark {
    path: PathBuf,
    file: File,
}

impl HeadMark {
    /// Opens the mark for writing, making it first if there is none.
    pub(crate) fn open(path: PathBuf) -> Result<Self> {
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(&path);
        Ok(Self { file: file.map_err(|e| Error::io(e, "open", &path))?, path })
    }

    /// Moves the mark. The caller holds the ledger's turnstile, so that marks do not overtake each other.
    pub(crate) fn write(&mut self, size: u64, root: &Hash) -> Result<()> {
        let line = format!("sealbook/head/1 {size:020} {root}\n");
        let written = self.file.seek(SeekFrom::Start(0)).and_then(|_| self.file.write_all(line.as_bytes()));
        written.map_err(|e| Error::io(e, "write", &self.path))
    }

    /// Makes the mark's own directory entry durable, after it was made.
    pub(crate) fn sync(&self) -> Result<()> {
        self.file.sync_all().map_err(|e| Error::io(e, "sync", &self.path))
    }
}

/// Reads the mark; `None` if there is no such file.
///
/// # Errors
/// `TAMPERED` if the file is there but not a mark.
pub(crate) fn read(path: &Path) -> Result<Option<(u64, Hash)>> {
    let mut text = String::new();
    match File::open(path).map(|file| file.take(LEN as u64 + 1).read_to_string(&mut text)) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(Error::io(e, "read", path)),
        Ok(_) => {}
    }
    parse(&text).map(Some).ok_or_else(|| {
        Error::new(Code::Tampered, format!("the head mark {} is damaged", path.display()))
            .remedy("run verify for a full report")
    })
}

fn parse(text: &str) -> Option<(u64, Hash)> {
    let (size, root) = text.strip_prefix("sealbook/head/1 ")?.strip_suffix('\n')?.split_at_checked(20)?;
    let size = size.bytes().all(|b| b.is_ascii_digit()).then(|| size.parse().ok())??;
    Some((size, Hash::from_hex(root.strip_prefix(' ')?)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_read_back_and_every_flipped_bit_changes_it_or_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("head");
        assert_eq!(read(&path).unwrap(), None);
        let mut mark = HeadMark::open(path.clone()).unwrap();
        let root = Hash::of(b"root");
        mark.write(7, &root).unwrap();
        mark.write(8, &root).unwrap();
        assert_eq!(read(&path).unwrap(), Some((8, root)));
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!(bytes.len(), LEN);
        for at in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[at / 8] ^= 1 << (at % 8);
            std::fs::write(&path, &flipped).unwrap();
            assert!(read(&path).is_err() || read(&path).unwrap() != Some((8, root)), "bit {at}");
        }
        std::fs::write(&path, "").unwrap();
        assert_eq!(read(&path).unwrap_err().code(), Code::Tampered);
    }
}
