//! How a worker tells a launcher what to run, and hears whether the limits hold: over the launcher's standard input, which is a socket.
//!
//! Nothing but that socket knows the command. A launcher that does not ask for it, or dies before, runs nothing.

use super::super::ProcessRequest;
use sealbook_tasks::Limits;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Read, Write};
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::Command;

/// The first line to a launcher: that the orders for a command follow, up to the end.
pub(super) const RUN: &str = "run\n";
/// The first line to a launcher: that it is to watch over groups, which follow.
pub(super) const WATCH: &str = "watch\n";
/// The most that a launcher has to say.
const MOST: usize = 64 << 10;

/// What is to run, under which limits.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Orders {
    pub(super) program: String,
    pub(super) arguments: Vec<String>,
    pub(super) env: BTreeMap<String, String>,
    pub(super) cwd: Option<PathBuf>,
    pub(super) cpu_seconds: Option<u64>,
    pub(super) memory_bytes: Option<u64>,
    /// The worker's process.
    pub(super) parent: u32,
}

impl Orders {
    pub(super) fn new(request: &ProcessRequest, env: BTreeMap<String, String>, limits: &Limits) -> Self {
        Self {
            program: request.program.clone(),
            arguments: request.arguments.clone(),
            env,
            cwd: request.cwd.clone(),
            cpu_seconds: limits.cpu.map(|span| span.as_millis().div_ceil(1000)),
            memory_bytes: limits.memory_bytes,
            parent: std::process::id(),
        }
    }
}

/// What a launcher says, a line each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Word {
    /// The limits are set. If nothing follows, it has become the command: the socket is closed by that.
    Entered,
    /// It could not become the command.
    Refused { errno: Option<i32>, why: String },
}

impl Word {
    pub(super) fn say(&self, to: &UnixStream) -> io::Result<()> {
        let line = format!("{}\n", serde_json::to_string(self)?);
        let mut to = to;
        to.write_all(line.as_bytes())
    }
}

/// The worker's end.
pub(super) struct Launch {
    socket: UnixStream,
    orders: Vec<u8>,
    sent: usize,
    heard: Vec<u8>,
}

impl Launch {
    /// The other end becomes the child's input. The command has to be dropped once the child is there, so that no copy is left here.
    pub(super) fn prepare(command: &mut Command, orders: &Orders) -> io::Result<Self> {
        let (ours, theirs) = UnixStream::pair()?;
        ours.set_nonblocking(true)?;
        command.stdin(OwnedFd::from(theirs));
        let orders = format!("{RUN}{}", serde_json::to_string(orders)?).into_bytes();
        Ok(Self { socket: ours, orders, sent: 0, heard: Vec::new() })
    }

    /// Sends and hears what there is, without waiting. Returns whether there is more to send.
    pub(super) fn go_on(&mut self) -> bool {
        self.send();
        self.hear();
        self.sent < self.orders.len()
    }

    /// Whether the limits are set, or will never be.
    pub(super) fn has_answer(&self) -> bool {
        self.heard.contains(&b'\n')
    }

    /// The last word of a child that has ended; none if it never entered.
    pub(super) fn last_word(mut self) -> Option<Word> {
        self.hear();
        let mut words =
            self.heard.split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n"));
        words.try_fold(None, |_, line| serde_json::from_slice(line).map(Some)).ok().flatten()
    }

    fn send(&mut self) {
        while let Some(rest) = self.orders.get(self.sent..).filter(|rest| !rest.is_empty()) {
            match self.socket.write(rest) {
                Ok(count) => self.sent += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                // It does not listen any more; what it has said counts.
                Err(_) => self.sent = self.orders.len(),
            }
            if self.sent == self.orders.len() {
                // The end of the orders. Nobody is left to be told, if it fails.
                let _ = self.socket.shutdown(Shutdown::Write);
            }
        }
    }

    fn hear(&mut self) {
        let mut buffer = [0; 1024];
        while self.heard.len() < MOST {
            match self.socket.read(&mut buffer) {
                Ok(0) => return,
                Ok(count) => self.heard.extend_from_slice(buffer.get(..count).unwrap_or_default()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn launch() -> (Launch, UnixStream) {
        let (ours, theirs) = UnixStream::pair().unwrap();
        ours.set_nonblocking(true).unwrap();
        (Launch { socket: ours, orders: vec![b'x'; 3 << 20], sent: 0, heard: Vec::new() }, theirs)
    }

    #[test]
    fn orders_of_any_size_arrive_without_a_worker_that_waits() {
        let (mut launch, theirs) = launch();
        assert!(launch.go_on(), "more than the socket takes");
        let reader = std::thread::spawn(move || {
            let mut all = Vec::new();
            (&theirs).read_to_end(&mut all).unwrap();
            Word::Entered.say(&theirs).unwrap();
            all.len()
        });
        while !launch.has_answer() {
            launch.go_on();
            std::thread::yield_now();
        }
        assert_eq!(reader.join().unwrap(), 3 << 20);
        assert_eq!(launch.last_word(), Some(Word::Entered));
    }

    #[test]
    fn who_says_nothing_or_something_else_has_not_entered() {
        let (mut silent, theirs) = launch();
        drop(theirs);
        assert!(!silent.go_on() && !silent.has_answer());
        assert_eq!(silent.last_word(), None);
        for said in ["\"entered\"", "entered\n", "\"entered\"\nhello\n"] {
            let (launch, theirs) = launch();
            (&theirs).write_all(said.as_bytes()).unwrap();
            assert_eq!(launch.last_word(), None, "{said:?}");
        }
    }

    #[test]
    fn the_last_word_counts() {
        let (launch, theirs) = launch();
        Word::Entered.say(&theirs).unwrap();
        let refused = Word::Refused { errno: Some(2), why: "not there".into() };
        refused.say(&theirs).unwrap();
        assert_eq!(launch.last_word(), Some(refused));
    }
}
