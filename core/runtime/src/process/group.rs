//! The process group of a child, so that what it has started ends with it.

use std::process::{Child, Command, ExitStatus};

#[cfg(unix)]
mod unix {
    use super::{Child, Command, ExitStatus};
    use rustix::process::{Pid, Signal, kill_process_group};
    use std::os::unix::process::{CommandExt, ExitStatusExt};

    /// Makes the child the leader of a group of its own.
    pub(in super::super) fn lead(command: &mut Command) {
        command.process_group(0);
    }

    /// A child's group. It must not be used once the child's id may belong to somebody else; a group lives as long as one of its
    /// members or an unread exit status, so it is killed right after the child is waited for.
    pub(in super::super) struct Group(Option<Pid>);

    impl Group {
        pub(in super::super) fn of(child: &Child) -> Self {
            Self(i32::try_from(child.id()).ok().and_then(Pid::from_raw))
        }

        pub(in super::super) fn terminate(&self) {
            self.send(Signal::TERM);
        }

        pub(in super::super) fn kill(&self) {
            self.send(Signal::KILL);
        }

        fn send(&self, signal: Signal) {
            if let Some(leader) = self.0 {
                // Nobody is left to be told, if it fails.
                let _ = kill_process_group(leader, signal);
            }
        }
    }

    pub(in super::super) fn signal(status: ExitStatus) -> String {
        status.signal().map_or_else(|| status.to_string(), |signal| format!("signal {signal}"))
    }
}

#[cfg(unix)]
pub(super) use unix::{Group, lead, signal};

#[cfg(not(unix))]
mod other {
    use super::{Child, Command, ExitStatus};

    pub(in super::super) fn lead(_: &mut Command) {}

    pub(in super::super) struct Group;

    impl Group {
        pub(in super::super) fn of(_: &Child) -> Self {
            Self
        }

        pub(in super::super) fn terminate(&self) {}

        pub(in super::super) fn kill(&self) {}
    }

    pub(in super::super) fn signal(status: ExitStatus) -> String {
        status.to_string()
    }
}

#[cfg(not(unix))]
pub(super) use other::{Group, lead, signal};
