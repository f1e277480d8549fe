//! The process group of a child, so that what it has started ends with it.

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};

/// Makes the child the leader of a group of its own.
pub(super) fn lead(command: &mut Command) {
    command.process_group(0);
}

/// A child's group. Its id is the child's, and nobody else's as long as the child's exit status is unread: so it must not be used after
/// [`Child::wait`], and [`Group::has_ended`] leaves the status where it is.
pub(super) struct Group(Pid);

impl Group {
    pub(super) fn of(child: &Child) -> Self {
        Self(Pid::from_child(child))
    }

    /// Whether its leader has ended.
    pub(super) fn has_ended(&self) -> io::Result<bool> {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        Ok(rustix::io::retry_on_intr(|| waitid(WaitId::Pid(self.0), options))?.is_some())
    }

    pub(super) fn terminate(&self) {
        self.send(Signal::TERM);
    }

    pub(super) fn kill(&self) {
        self.send(Signal::KILL);
    }

    fn send(&self, signal: Signal) {
        // Nobody is left to be told, if it fails.
        let _ = kill_process_group(self.0, signal);
    }
}
