//! Tasks of kind `process`: a command with its arguments, run as it is, without a shell.

mod enter;
mod request;
#[cfg(unix)]
mod unix;

pub use enter::enter;
pub use request::ProcessRequest;

use crate::handler::{Attempt, Handler, Outcome};
use std::path::PathBuf;
use std::time::Duration;

/// How long a child has between being asked to end and being killed.
const GRACE: Duration = Duration::from_secs(2);
/// More is no grace: a child that does not end would never be killed.
const LONGEST_GRACE: Duration = Duration::from_secs(3600);

/// How a child is started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Launcher {
    /// By itself. Limits cannot be set then, so tasks that ask for them fail; and a child outlives a worker that is killed.
    Direct,
    /// Through a program, with these arguments, that calls [`enter`]: it is told the command once it runs, sets the limits on itself and becomes
    /// the command. A program that does not call it never learns the command, so none runs without its limits.
    ///
    /// If the worker is killed, the command is killed with all that is left in its group: by a second process of that program, which waits for
    /// the worker's end, and on Linux by the system as well. What has left the group runs on.
    Through(PathBuf, Vec<String>),
}

/// Runs commands, on Unix; elsewhere each task fails for good, since neither limits nor a stop could be made to hold.
///
/// The arguments of a task are a [`ProcessRequest`]. The child has no input, is the leader of a process group of its own, and finds
/// `SEALBOOK_TASK`, `SEALBOOK_KIND`, `SEALBOOK_ATTEMPT`, `SEALBOOK_EPOCH` and `SEALBOOK_IDEMPOTENCY_KEY` in its environment. The result is
/// `{exit, stdout, stderr, duration_ms}`. Of each output there are at most the first 64 KiB, and less if the limit on the task's output asks for
/// it; then there is also `truncated`, and `stdout_dropped` and `stderr_dropped` say how many bytes are missing. Another exit code than 0 is a
/// failure that a retry may mend; its message has the last line that the child wrote about it. Whatever is left in the group when the child
/// ends is killed.
///
/// Limits are the most that a command may use: one that the worker has itself, and that is tighter, stays.
#[derive(Debug, Clone)]
pub struct ProcessHandler {
    #[cfg_attr(not(unix), allow(dead_code, reason = "nothing is started there"))]
    launcher: Launcher,
    #[cfg_attr(not(unix), allow(dead_code, reason = "nothing is started there"))]
    grace: Duration,
    #[cfg(unix)]
    watch: unix::Watch,
}

impl ProcessHandler {
    /// A handler that starts its children so.
    #[must_use]
    pub fn new(launcher: Launcher) -> Self {
        Self {
            launcher,
            grace: GRACE,
            #[cfg(unix)]
            watch: unix::Watch::default(),
        }
    }

    /// How long a child has between being asked to end and being killed: two seconds if nothing is said, an hour at most.
    #[must_use]
    pub fn with_grace(self, grace: Duration) -> Self {
        Self { grace: grace.min(LONGEST_GRACE), ..self }
    }
}

impl Handler for ProcessHandler {
    #[cfg(unix)]
    fn run(&self, attempt: &Attempt) -> Outcome {
        match ProcessRequest::parse(attempt.arguments.as_str()) {
            Ok(request) => unix::run(&self.launcher, &self.watch, self.grace, &request, attempt),
            Err(error) => Outcome::permanent("InvalidCommand", error.message()),
        }
    }

    #[cfg(not(unix))]
    fn run(&self, _: &Attempt) -> Outcome {
        let why = "commands run on Unix alone: here neither their limits nor their end could be made to hold";
        Outcome::permanent("Unsupported", why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_grace_is_so_long_that_a_child_is_never_killed() {
        let handler = ProcessHandler::new(Launcher::Direct);
        assert_eq!(handler.clone().with_grace(Duration::MAX).grace, LONGEST_GRACE);
        assert_eq!(handler.with_grace(Duration::ZERO).grace, Duration::ZERO);
    }
}
