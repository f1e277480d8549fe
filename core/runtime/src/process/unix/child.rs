//! A child from its start to its end.

use super::capture::Capture;
use super::group::Group;
use super::launch::{Launch, Word};
use super::watch::Watched;
use crate::handler::Attempt;
use std::io;
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

/// How much of each of its two outputs is kept.
const OUTPUT: usize = 64 << 10;
/// How often a child is looked at, at most.
const LOOK: Duration = Duration::from_millis(20);
const SHORTEST: Duration = Duration::from_millis(1);
/// How long a launcher has to set the limits.
const ENTERING: Duration = Duration::from_secs(30);

/// A child that has ended.
pub(super) struct Ended {
    pub(super) status: ExitStatus,
    pub(super) stdout: Capture,
    pub(super) stderr: Capture,
    pub(super) took: Duration,
    /// Why it was made to end.
    pub(super) stopped: Option<Stop>,
    pub(super) launched: Launched,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    Cancelled,
    TimedOut,
    /// Its launcher did not set the limits.
    NotEntered,
}

/// How the command was started.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Launched {
    Directly,
    /// By a launcher, whose last word this is.
    Through(Option<Word>),
}

/// Why nothing is known about a child.
pub(super) enum Trouble {
    /// There was none.
    Start(io::Error),
    /// It was there; how it ended is lost.
    Wait(io::Error),
}

pub(super) fn run(
    mut command: Command,
    mut launch: Option<Launch>,
    watched: Option<&Watched<'_>>,
    attempt: &Attempt,
    grace: Duration,
) -> Result<Ended, Trouble> {
    let began = Instant::now();
    let mut child = command.spawn().map_err(Trouble::Start)?;
    // With it goes our copy of the child's end of the socket.
    drop(command);
    let (group, id) = (Group::of(&child), child.id());
    // It has not been told yet what to run.
    if let Some(Err(error)) = watched.map(|watched| watched.begin(id)) {
        group.kill();
        let _ = child.wait();
        return Err(Trouble::Start(error));
    }
    let (stdout, stderr) =
        (Capture::begin(child.stdout.take(), OUTPUT), Capture::begin(child.stderr.take(), OUTPUT));
    // If the child is no longer ours, its id and with it that of the group may be anybody's: then nothing is killed.
    let stopped = wait(&group, launch.as_mut(), attempt, grace, ENTERING);
    if stopped.is_ok() {
        // Whatever it has left behind would keep its outputs open, and would run on without anybody knowing of it.
        group.kill();
    }
    if let Some(watched) = watched {
        watched.end(id);
    }
    let stopped = stopped.map_err(Trouble::Wait)?;
    let status = child.wait().map_err(Trouble::Wait)?;
    let (stdout, stderr) = (stdout.end(), stderr.end());
    let launched = launch.map_or(Launched::Directly, |launch| Launched::Through(launch.last_word()));
    Ok(Ended { status, stdout, stderr, took: began.elapsed(), stopped, launched })
}

/// Until the child has ended; its exit status is left unread.
fn wait(
    group: &Group,
    mut launch: Option<&mut Launch>,
    attempt: &Attempt,
    grace: Duration,
    entering: Duration,
) -> io::Result<Option<Stop>> {
    let began = Instant::now();
    let (mut pause, mut stopped, mut kill_at) = (SHORTEST, None, began);
    loop {
        let is_sending = launch.as_mut().is_some_and(|launch| launch.go_on());
        if group.has_ended()? {
            return Ok(stopped);
        }
        let now = Instant::now();
        if stopped.is_none() {
            let is_late = attempt.deadline.is_some_and(|deadline| now >= deadline);
            let has_entered = launch.as_ref().is_none_or(|launch| launch.has_answer());
            stopped = if attempt.cancel.is_cancelled() {
                Some(Stop::Cancelled)
            } else if is_late {
                Some(Stop::TimedOut)
            } else if !has_entered && now.duration_since(began) >= entering {
                Some(Stop::NotEntered)
            } else {
                None
            };
            if stopped.is_some() {
                group.terminate();
                kill_at = now.checked_add(grace).unwrap_or(now);
                pause = SHORTEST;
            }
        } else if now >= kill_at {
            group.kill();
        }
        if stopped.is_some() {
            std::thread::sleep(pause);
        } else {
            // Woken at once by a cancel.
            let _ = attempt.cancel.wait(pause);
        }
        pause = if is_sending { SHORTEST } else { (pause * 3 / 2).min(LOOK) };
    }
}

#[cfg(test)]
mod tests {
    use super::super::launch::Orders;
    use super::super::{ProcessRequest, group};
    use super::*;
    use crate::cancel::CancelToken;
    use sealbook_ledger::Time;
    use sealbook_tasks::{Arguments, Limits, Principal, Spec, Task, TaskId, TaskKind};
    use std::collections::BTreeMap;
    use std::sync::Arc;

    fn attempt() -> Attempt {
        let kind = TaskKind::parse("process").unwrap();
        let spec = Spec::new(kind, Arguments::parse("[]").unwrap(), Principal::parse("ann").unwrap());
        let task = Task::submit(TaskId::new(Time::EPOCH, [1; 10]), spec, Time::EPOCH).unwrap();
        Attempt::new(&task, 1, CancelToken::new(), Arc::new(|_| {}))
    }

    #[test]
    fn a_launcher_that_hangs_is_stopped() {
        let request = ProcessRequest::parse(r#"["true"]"#).unwrap();
        let mut command = Command::new("sleep");
        let orders = Orders::new(&request, BTreeMap::new(), &Limits::default());
        let mut launch = Launch::prepare(command.arg("1000"), &orders).unwrap();
        group::lead(&mut command);
        let mut child = command.spawn().unwrap();
        drop(command);
        let (group, soon) = (Group::of(&child), Duration::from_millis(50));
        let stopped = wait(&group, Some(&mut launch), &attempt(), soon, soon).unwrap();
        assert_eq!(stopped, Some(Stop::NotEntered));
        assert!(!child.wait().unwrap().success());
        assert_eq!(launch.last_word(), None);
    }

    #[test]
    fn nothing_is_killed_under_the_id_of_a_child_that_is_no_longer_ours() {
        let mut child = Command::new("true").spawn().unwrap();
        let group = Group::of(&child);
        child.wait().unwrap();
        let error = wait(&group, None, &attempt(), Duration::ZERO, Duration::ZERO).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(rustix::io::Errno::CHILD.raw_os_error()));
    }
}
