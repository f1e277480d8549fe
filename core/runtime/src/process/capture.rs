//! What a child writes, read as it comes so that the child never waits, and kept up to a limit.

use sealbook_store::sync::Mutex;
use std::io::Read;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// How long to wait for the rest once the child and its group are gone. Somebody who has left the group may keep the pipe open for ever.
const REST: Duration = Duration::from_millis(500);

/// What was read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Capture {
    /// The first part, with U+FFFD for what is not UTF-8.
    pub(super) text: String,
    /// How many bytes came behind it.
    pub(super) dropped: u64,
}

pub(super) struct Reading {
    kept: Arc<Mutex<(Vec<u8>, u64)>>,
    ended: Receiver<()>,
}

impl Capture {
    pub(super) fn begin(source: Option<impl Read + Send + 'static>, limit: usize) -> Reading {
        let kept = Arc::new(Mutex::new((Vec::new(), 0)));
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
}

impl Reading {
    pub(super) fn end(self) -> Capture {
        let _ = self.ended.recv_timeout(REST);
        let kept = self.kept.lock();
        Capture { text: String::from_utf8_lossy(&kept.0).into_owned(), dropped: kept.1 }
    }
}

fn read(mut source: impl Read, limit: usize, into: &Mutex<(Vec<u8>, u64)>) {
    let mut buffer = [0; 8192];
    loop {
        match source.read(&mut buffer) {
            Ok(0) => return,
            Ok(count) => {
                let mut kept = into.lock();
                let room = limit.saturating_sub(kept.0.len()).min(count);
                kept.0.extend_from_slice(buffer.get(..room).unwrap_or_default());
                kept.1 += (count - room) as u64;
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_part_is_kept_and_the_rest_is_counted() {
        let capture = Capture::begin(Some(std::io::Cursor::new(vec![b'x'; 100_000])), 10).end();
        assert_eq!(capture, Capture { text: "x".repeat(10), dropped: 99_990 });
        let capture = Capture::begin(Some(std::io::Cursor::new(b"a\xffb".to_vec())), 10).end();
        assert_eq!(capture.text, "a\u{fffd}b");
    }
}
