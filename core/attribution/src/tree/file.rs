//! Reading one file into memory that is used again.

use super::report::Why;
use memchr::memchr;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read};
use std::path::Path;

/// Bytes of the beginning in which a NUL means that the file is binary.
const HEAD: usize = 1024;
/// Bytes that the buffer keeps between files; a longer file's memory is given back.
const KEPT: usize = 1 << 20;
/// What is asked of the system at once.
const CHUNK: usize = 1 << 16;

/// The buffers of a thread.
#[derive(Default)]
pub(crate) struct Reader {
    /// As long as the longest file so far, at most [`KEPT`]; only the first bytes are those of the file.
    buffer: Vec<u8>,
    decoded: Vec<u8>,
}

impl Reader {
    /// The text of a file in UTF-8 or what resembles it; UTF-16 with a byte order mark is decoded.
    ///
    /// A path that is a link is followed only if `follow`.
    /// `wants` sees the beginning, up to 64 KiB, and says whether the rest is needed; if not, there is no text.
    pub(crate) fn read(
        &mut self,
        path: &Path,
        follow: bool,
        max_bytes: u64,
        wants: impl FnOnce(&[u8]) -> bool,
    ) -> Result<Option<&[u8]>, Why> {
        if self.buffer.len() > KEPT {
            self.buffer = Vec::new();
        }
        if self.decoded.capacity() > KEPT {
            self.decoded = Vec::new();
        }
        let mut file = open(path, follow)?;
        let most = usize::try_from(max_bytes).unwrap_or(usize::MAX);
        let mut length = 0;
        let mut wants = Some(wants);
        loop {
            if self.buffer.len() - length < CHUNK {
                let more = (self.buffer.len() * 2).max(2 * CHUNK);
                self.buffer.resize(more, 0);
            }
            let free = self.buffer.get_mut(length..).unwrap_or_default();
            let read = match file.read(free) {
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(why(&error)),
            };
            length += read;
            if length > most {
                return Err(Why::TooLarge);
            }
            if let Some(wants) = wants.take() {
                let text = self.buffer.get(..length).unwrap_or_default();
                let head = text.get(..length.min(HEAD)).unwrap_or_default();
                if utf16(head).is_none() && memchr(0, head).is_some() {
                    return Err(Why::Binary);
                }
                if !wants(text) {
                    return Ok(None);
                }
            }
            if read == 0 {
                break;
            }
        }
        let text = self.buffer.get(..length).unwrap_or_default();
        Ok(Some(match utf16(text) {
            Some(unit) => {
                decode(text, unit, &mut self.decoded);
                &self.decoded
            }
            None => text,
        }))
    }
}

fn open(path: &Path, follow: bool) -> Result<File, Why> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        // What was a file when its folder was listed may be a link or a pipe by now: neither is to be followed
        // nor waited for.
        let links = if follow { 0 } else { libc::O_NOFOLLOW };
        options.custom_flags(links | libc::O_NONBLOCK);
    }
    options.open(path).map_err(|error| why(&error))
}

fn why(error: &std::io::Error) -> Why {
    if error.kind() == ErrorKind::NotFound { Why::Vanished } else { Why::Unreadable }
}

/// How two bytes make a unit of UTF-16, by the byte order mark.
fn utf16(bytes: &[u8]) -> Option<fn([u8; 2]) -> u16> {
    match bytes {
        // FF FE 00 00 begins UTF-32, which nobody writes source code in: its NULs make it binary.
        [0xff, 0xfe, 0, 0, ..] => None,
        [0xff, 0xfe, ..] => Some(u16::from_le_bytes),
        [0xfe, 0xff, ..] => Some(u16::from_be_bytes),
        _ => None,
    }
}

fn decode(bytes: &[u8], unit: fn([u8; 2]) -> u16, out: &mut Vec<u8>) {
    out.clear();
    let units = bytes.get(2..).unwrap_or_default().chunks_exact(2);
    let units =
        units.map(|pair| unit([pair.first().copied().unwrap_or(0), pair.get(1).copied().unwrap_or(0)]));
    let mut buffer = [0; 4];
    for character in char::decode_utf16(units) {
        let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
        out.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
    }
}
