//! What a child writes, read as it comes so that the child never waits, and kept up to a limit.

use sealbook_store::sync::Mutex;
use std::io::Read;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// How long to wait for the rest once the child and its group are gone. Somebody who has left the group may keep the pipe open for ever.
const REST: Duration = Duration::from_millis(500);
/// How much of the end is kept beside the beginning.
const TAIL: usize = 4 << 10;

/// What was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Capture {
    /// The first part.
    pub(super) head: Vec<u8>,
    /// How many bytes came behind it.
    pub(super) dropped: u64,
    /// The last part, which the first may overlap.
    pub(super) tail: Vec<u8>,
}

pub(super) struct Reading {
    kept: Arc<Mutex<Capture>>,
    ended: Receiver<()>,
}

impl Capture {
    pub(super) fn begin(source: Option<impl Read + Send + 'static>, limit: usize) -> Reading {
        let kept = Arc::new(Mutex::new(Self::default()));
        let (end, ended) = channel();
        let into = kept.clone();
        if let Some(source) = source {
            // A thread that cannot be started leaves the pipe closed: the child is told by its next write.
            let reader = std::thread::Builder::new().name("sealbook-output".to_owned());
            drop(reader.spawn(move || {
                read(source, limit, &into);
                let _ = end.send(());
            }));
        }
        Reading { kept, ended }
    }

    /// The last line that is not blank, or its end if it is long.
    pub(super) fn last_line(&self) -> Option<String> {
        let end = self.tail.len().saturating_sub(TAIL);
        let end = String::from_utf8_lossy(self.tail.get(end..).unwrap_or_default());
        end.lines().map(str::trim).rfind(|line| !line.is_empty()).map(str::to_owned)
    }

    fn take(&mut self, bytes: &[u8], limit: usize) {
        let (head, rest) = bytes.split_at(limit.saturating_sub(self.head.len()).min(bytes.len()));
        self.head.extend_from_slice(head);
        self.dropped += rest.len() as u64;
        self.tail.extend_from_slice(bytes);
        if self.tail.len() > 4 * TAIL {
            self.tail.drain(..self.tail.len() - TAIL);
        }
    }
}

impl Reading {
    pub(super) fn end(self) -> Capture {
        let _ = self.ended.recv_timeout(REST);
        let mut kept = self.kept.lock();
        std::mem::take(&mut *kept)
    }
}

fn read(mut source: impl Read, limit: usize, into: &Mutex<Capture>) {
    let mut buffer = [0; 8192];
    loop {
        match source.read(&mut buffer) {
            Ok(0) => return,
            Ok(count) => into.lock().take(buffer.get(..count).unwrap_or_default(), limit),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn captured(text: Vec<u8>, limit: usize) -> Capture {
        Capture::begin(Some(std::io::Cursor::new(text)), limit).end()
    }

    #[test]
    fn the_first_part_is_kept_and_the_rest_is_counted() {
        let capture = captured(vec![b'x'; 100_000], 10);
        assert_eq!((capture.head, capture.dropped), (b"x".repeat(10), 99_990));
    }

    #[test]
    fn the_last_line_is_known_however_much_came_before_it() {
        let mut text = b"a line that is repeated\n".repeat(100_000);
        text.extend_from_slice(b"  the reason \xff\n\n");
        assert_eq!(captured(text, 10).last_line().as_deref(), Some("the reason \u{fffd}"));
        assert_eq!(captured(b"one".to_vec(), 10).last_line().as_deref(), Some("one"));
        assert_eq!(captured(b" \n\n".to_vec(), 10).last_line(), None);
        assert_eq!(captured(vec![b'x'; 100_000], 10).last_line().map(|line| line.len()), Some(TAIL));
    }
}
