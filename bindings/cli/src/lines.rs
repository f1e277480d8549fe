//! JSON lines from standard input: read with bounded memory by one thread, handed out as they gather to another.

use sealbook_common::request;
use sealbook_common::sealbook::{Code, Error, Record, Result};
use std::io::{self, BufRead, Read};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// The longest line that is read. Far beyond any payload limit, so that escapes and white space do not matter.
const MAX_LINE: u64 = 64 << 20;

/// What may gather before the reader waits. A single line may be longer.
const MAX_BYTES: usize = 8 << 20;
const MAX_LINES: usize = 4096;

/// A line that is not empty.
#[derive(Debug)]
pub(crate) struct Line {
    /// Its number in the input, from 1.
    pub(crate) number: u64,
    /// What it says.
    pub(crate) record: Result<Record>,
}

/// Lines on their way from the thread that reads to the one that records.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    lines: Vec<Line>,
    bytes: usize,
    ended: bool,
    stopped: bool,
    failed: Option<Error>,
}

impl Queue {
    /// Reads until the input ends or [`Queue::stop`] is called.
    pub(crate) fn fill(&self, input: impl BufRead) {
        let failed = self.read(input).err();
        let mut state = self.lock();
        state.failed = failed.map(|e| Error::io(e, "read", "standard input"));
        state.ended = true;
        self.changed.notify_all();
    }

    /// Waits for lines and takes all that have gathered. There are none at the end of the input, after [`Queue::stop`], and if the
    /// input cannot be read.
    pub(crate) fn take(&self) -> Vec<Line> {
        let mut state = self.lock();
        while state.lines.is_empty() && !state.ended && !state.stopped {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.bytes = 0;
        self.changed.notify_all();
        std::mem::take(&mut state.lines)
    }

    /// Ends the reading. Lines that have gathered are still handed out.
    pub(crate) fn stop(&self) {
        self.lock().stopped = true;
        self.changed.notify_all();
    }

    /// Whether [`Queue::stop`] was called.
    pub(crate) fn is_stopped(&self) -> bool {
        self.lock().stopped
    }

    /// Why the input could not be read to its end.
    pub(crate) fn failure(&self) -> Option<Error> {
        self.lock().failed.take()
    }

    fn read(&self, mut input: impl BufRead) -> io::Result<()> {
        let mut bytes = Vec::new();
        for number in 1.. {
            let record = match read_line(&mut input, &mut bytes, MAX_LINE)? {
                Found::End => break,
                Found::TooLong => Err(Error::new(
                    Code::PayloadTooLarge,
                    format!("the line is longer than {MAX_LINE} bytes"),
                )
                .remedy("keep large content in files and record their paths")),
                Found::Line if bytes.trim_ascii().is_empty() => continue,
                Found::Line => request::record(&bytes),
            };
            if !self.push(Line { number, record }, bytes.len()) {
                break;
            }
        }
        Ok(())
    }

    /// Waits for room and adds a line; false if no more are wanted.
    fn push(&self, line: Line, bytes: usize) -> bool {
        let mut state = self.lock();
        while !state.stopped && (state.bytes >= MAX_BYTES || state.lines.len() >= MAX_LINES) {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.stopped {
            return false;
        }
        state.bytes += bytes;
        state.lines.push(line);
        self.changed.notify_all();
        true
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) enum Found {
    Line,
    TooLong,
    End,
}

/// Reads a line of at most so many bytes into `bytes`; of one that is too long the rest is skipped.
pub(crate) fn read_line(input: &mut impl BufRead, bytes: &mut Vec<u8>, most: u64) -> io::Result<Found> {
    bytes.clear();
    bytes.shrink_to(1 << 20);
    if input.take(most + 1).read_until(b'\n', bytes)? == 0 {
        return Ok(Found::End);
    }
    if bytes.last() == Some(&b'\n') || bytes.len() as u64 <= most {
        return Ok(Found::Line);
    }
    bytes.clear();
    input.skip_until(b'\n')?;
    Ok(Found::TooLong)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufReader, repeat};

    fn all(input: impl BufRead + Send) -> Vec<Line> {
        let queue = Queue::default();
        let mut lines = Vec::new();
        std::thread::scope(|scope| {
            scope.spawn(|| queue.fill(input));
            loop {
                let taken = queue.take();
                if taken.is_empty() {
                    break;
                }
                assert!(taken.len() <= MAX_LINES);
                lines.extend(taken);
            }
        });
        lines
    }

    #[test]
    fn lines_keep_their_numbers_and_order() {
        let text = "\n{\"kind\":\"a\",\"payload\":{}}\r\n  \nnonsense\n{\"kind\":\"b\",\"payload\":{}}";
        let lines = all(text.as_bytes());
        assert_eq!(lines.iter().map(|l| l.number).collect::<Vec<_>>(), [2, 4, 5]);
        assert_eq!(lines[1].record.as_ref().unwrap_err().code(), Code::PayloadNotJson);
        assert_eq!(lines[2].record.as_ref().unwrap().kind, "b");
        let many = "{\"kind\":\"a\",\"payload\":{}}\n".repeat(3 * MAX_LINES);
        let numbers: Vec<u64> = all(many.as_bytes()).iter().map(|l| l.number).collect();
        assert_eq!(numbers, (1..=3 * MAX_LINES as u64).collect::<Vec<_>>());
    }

    #[test]
    fn a_line_beyond_the_cap_is_skipped_and_the_next_one_read() {
        let input =
            repeat(b'x').take(MAX_LINE + 5_000_000).chain(&b"\n{\"kind\":\"a\",\"payload\":{}}\n"[..]);
        let lines = all(BufReader::new(input));
        assert_eq!(lines[0].record.as_ref().unwrap_err().code(), Code::PayloadTooLarge);
        assert_eq!((lines[1].number, lines[1].record.is_ok()), (2, true));
        assert_eq!(lines.len(), 2);
    }

    #[test]
    fn a_reader_that_waits_for_room_can_be_stopped() {
        let queue = Queue::default();
        let many = "{\"kind\":\"a\",\"payload\":{}}\n".repeat(3 * MAX_LINES);
        std::thread::scope(|scope| {
            let reader = scope.spawn(|| queue.fill(many.as_bytes()));
            while queue.lock().lines.len() < MAX_LINES {
                std::thread::yield_now();
            }
            queue.stop();
            reader.join().unwrap();
        });
        assert_eq!(queue.take().len(), MAX_LINES);
        assert!(queue.take().is_empty());
    }
}
