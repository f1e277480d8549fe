//! A process that outlives its worker by a moment, to kill the groups that a killed worker leaves behind.

use super::launch::WATCH;
use rustix::process::{Pid, Signal, kill_process_group};
use sealbook_store::sync::Mutex;
use std::collections::BTreeSet;
use std::io::{self, BufRead, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

/// How long a watcher that does not listen may hold up a command.
const PATIENCE: Duration = Duration::from_secs(5);

/// The watcher of a handler, started with its first command. Clones are the same.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Watch(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    watcher: Option<Watcher>,
    groups: BTreeSet<u32>,
}

#[derive(Debug)]
struct Watcher {
    child: Child,
    socket: UnixStream,
    /// Who started it: a process that was forked from that needs one of its own.
    owner: u32,
}

/// What a child's group is watched with: the program that a launcher names is the watcher's, too.
pub(super) struct Watched<'a> {
    pub(super) watch: &'a Watch,
    pub(super) program: &'a Path,
    pub(super) arguments: &'a [String],
}

impl Watched<'_> {
    /// Has a group killed when this process ends.
    pub(super) fn begin(&self, group: u32) -> io::Result<()> {
        let mut state = self.watch.0.lock();
        if state.watcher.as_ref().is_some_and(|watcher| watcher.owner != std::process::id()) {
            *state = State::default();
        }
        state.groups.insert(group);
        if let Some(watcher) = &mut state.watcher
            && watcher.say(&format!("+{group}\n")).is_ok()
        {
            return Ok(());
        }
        // There is none, or it has died.
        state.watcher = None;
        let started = Watcher::start(self.program, self.arguments, &state.groups);
        if started.is_err() {
            state.groups.remove(&group);
        }
        state.watcher = Some(started?);
        Ok(())
    }

    /// Before the exit status of the group's leader is read: the id may be anybody's afterwards.
    pub(super) fn end(&self, group: u32) {
        let mut state = self.watch.0.lock();
        state.groups.remove(&group);
        if let Some(watcher) = &mut state.watcher {
            // If it has died, the next one is not told of the group.
            let _ = watcher.say(&format!("-{group}\n"));
        }
    }
}

impl Watcher {
    fn start(program: &Path, arguments: &[String], groups: &BTreeSet<u32>) -> io::Result<Self> {
        let (socket, theirs) = UnixStream::pair()?;
        socket.set_write_timeout(Some(PATIENCE))?;
        let mut command = Command::new(program);
        // Of a group of its own, so that what a terminal sends to the worker does not end it.
        command.args(arguments).stdin(OwnedFd::from(theirs)).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.process_group(0).spawn()?;
        drop(command);
        let mut watcher = Self { child, socket, owner: std::process::id() };
        let groups: String = groups.iter().map(|group| format!("+{group}\n")).collect();
        watcher.say(&format!("{WATCH}{groups}"))?;
        Ok(watcher)
    }

    fn say(&mut self, lines: &str) -> io::Result<()> {
        self.socket.write_all(lines.as_bytes())
    }
}

impl Drop for Watcher {
    /// Whoever drops it has no commands any more. It is killed, since a forked child may hold its socket open.
    fn drop(&mut self) {
        if self.owner == std::process::id() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// What a watcher does: it hears of groups until its worker ends, and kills those that are left.
pub(super) fn keep(worker: impl BufRead) {
    let mut groups = BTreeSet::new();
    for line in worker.lines().map_while(Result::ok) {
        match line.split_at_checked(1).map(|(sign, id)| (sign, id.parse::<i32>())) {
            Some(("+", Ok(id))) if id > 1 => drop(groups.insert(id)),
            Some(("-", Ok(id))) => drop(groups.remove(&id)),
            _ => {}
        }
    }
    for group in groups.into_iter().filter_map(Pid::from_raw) {
        // One that has ended by itself is the best case.
        let _ = kill_process_group(group, Signal::KILL);
    }
}
