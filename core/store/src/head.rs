//! The head mark: size and root of what was durable at the last acknowledgement, in a file beside the ledger.
//!
//! SQLite drops damaged frames at the end of its log without a word; a ledger that is shorter than its mark shows it. The
//! mark is overwritten in place, in one write of constant length, and never synced: an older mark is a weaker
//! statement, but a true one. The system may show a reader half of such a write, so that the mark carries a checksum,
//! and one that does not fit is read again.

use sealbook_error::{Code, Error, Result};
use sealbook_ledger::Hash;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

const LEN: usize = 119;

/// Readings until a mark whose checksum does not fit is called damaged. A writer is done with its write within one or two.
const READINGS: usize = 100;

#[derive(Debug)]
pub(crate) struct HeadMark {
    path: PathBuf,
    file: Option<File>,
}

impl HeadMark {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, file: None }
    }

    /// Moves the mark, making it if there is none. The caller holds the ledger's turnstile, so that marks do not overtake each other.
    pub(crate) fn write(&mut self, size: u64, root: &Hash) -> Result<()> {
        if self.file.is_none() {
            self.file = OpenOptions::new().write(true).open(&self.path).ok();
        }
        let Some(file) = &mut self.file else { return self.replace(size, root) };
        let written = file.seek(SeekFrom::Start(0)).and_then(|_| file.write_all(line(size, root).as_bytes()));
        written.map_err(|e| Error::io(e, "write", &self.path))
    }

    /// Makes the mark, durable and whole from the first moment: an empty one would be taken for a damaged one.
    pub(crate) fn replace(&mut self, size: u64, root: &Hash) -> Result<()> {
        let new = self.path.with_added_extension("new");
        let write = || {
            let mut file = File::create(&new)?;
            file.write_all(line(size, root).as_bytes())?;
            file.sync_all()?;
            std::fs::rename(&new, &self.path)?;
            Ok(file)
        };
        self.file = Some(write().map_err(|e| Error::io(e, "write", &self.path))?);
        Ok(())
    }
}

fn line(size: u64, root: &Hash) -> String {
    let mark = format!("sealbook/head/1 {size:020} {root}");
    format!("{mark} {}\n", checksum(&mark))
}

/// Reads the mark; `None` if there is no such file.
///
/// # Errors
/// `TAMPERED` if the file is there but not a mark.
pub(crate) fn read(path: &Path) -> Result<Option<(u64, Hash)>> {
    for _ in 0..READINGS {
        let mut text = Vec::new();
        match File::open(path).map(|file| file.take(LEN as u64 + 1).read_to_end(&mut text)) {
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
            Err(e) | Ok(Err(e)) => return Err(Error::io(e, "read", path)),
            Ok(Ok(_)) => {}
        }
        if let Some(mark) = parse(&text) {
            return Ok(Some(mark));
        }
        std::thread::yield_now();
    }
    Err(Error::new(Code::Tampered, format!("the head mark {} is damaged", path.display()))
        .remedy("run verify for a full report"))
}

fn parse(line: &[u8]) -> Option<(u64, Hash)> {
    let (mark, sum) = std::str::from_utf8(line).ok()?.strip_suffix('\n')?.rsplit_once(' ')?;
    let (size, root) = mark.strip_prefix("sealbook/head/1 ")?.split_at_checked(20)?;
    let size = size.bytes().all(|b| b.is_ascii_digit()).then(|| size.parse().ok())??;
    let root = Hash::from_hex(root.strip_prefix(' ')?)?;
    (sum == checksum(mark)).then_some((size, root))
}

/// 16 hexadecimal digits.
fn checksum(mark: &str) -> String {
    let mut sum = Hash::of(mark.as_bytes()).to_string();
    sum.truncate(16);
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_read_back_and_every_flipped_bit_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("head");
        assert_eq!(read(&path).unwrap(), None);
        let mut mark = HeadMark::new(path.clone());
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
            assert_eq!(read(&path).unwrap_err().code(), Code::Tampered, "bit {at}");
        }
        std::fs::write(&path, "").unwrap();
        assert_eq!(read(&path).unwrap_err().code(), Code::Tampered);
    }

    #[test]
    fn a_mark_is_never_read_half_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("head");
        let mark_of = |size: u64| (size, Hash::of(&size.to_le_bytes()));
        let mut mark = HeadMark::new(path.clone());
        mark.write(0, &mark_of(0).1).unwrap();
        std::thread::scope(|scope| {
            let reader = scope.spawn(|| {
                let mut last = 0;
                while last < 50_000 {
                    let (size, root) = read(&path).unwrap().unwrap();
                    assert_eq!((size, root), mark_of(size));
                    last = size;
                }
            });
            for size in 1..=50_000 {
                mark.write(size, &mark_of(size).1).unwrap();
            }
            reader.join().unwrap();
        });
    }
}
