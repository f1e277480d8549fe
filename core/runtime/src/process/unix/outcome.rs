//! What became of an attempt, from how its child ended.

use super::super::ProcessRequest;
use super::child::{Ended, Launched, Stop};
use super::launch::Word;
use super::result;
use crate::handler::Outcome;
use rustix::io::Errno;
use sealbook_tasks::{Failure, Fault};
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;

/// What no second try mends: the program is not there, is none, or may not be run; or it is given what no program can be given.
const PERMANENT: [Errno; 10] = [
    Errno::NOENT,
    Errno::ACCESS,
    Errno::PERM,
    Errno::NOTDIR,
    Errno::ISDIR,
    Errno::NOEXEC,
    Errno::TOOBIG,
    Errno::NAMETOOLONG,
    Errno::LOOP,
    Errno::INVAL,
];

pub(super) fn of(ended: Ended, request: &ProcessRequest, room: usize) -> Outcome {
    match (ended.stopped, &ended.launched) {
        (Some(Stop::Cancelled), _) => return Outcome::Cancelled,
        (Some(Stop::TimedOut), _) => {
            let took = ended.took.as_millis();
            return failed(
                Fault::Timeout,
                "Timeout",
                format!("the command took longer than {took} ms and was stopped"),
            );
        }
        (_, Launched::Through(Some(Word::Refused { errno, why }))) => {
            return refused(request, *errno, why);
        }
        (Some(Stop::NotEntered), _) | (_, Launched::Through(None)) => {
            let why =
                said(&ended, format!("the launcher ended ({}) before it had set the limits", ended.status));
            return Outcome::transient("LaunchError", format!("{why}; the command did not run"));
        }
        (None, Launched::Directly | Launched::Through(Some(Word::Entered))) => {}
    }
    match (ended.status.code(), ended.status.signal()) {
        (Some(0), _) => Outcome::Complete(result::of(&ended.stdout, &ended.stderr, ended.took, room)),
        (Some(code), _) => Outcome::transient("ExitCode", said(&ended, format!("exit code {code}"))),
        (None, Some(signal)) => {
            Outcome::transient("Signal", said(&ended, format!("ended by signal {signal}")))
        }
        (None, None) => Outcome::transient("Signal", said(&ended, ended.status.to_string())),
    }
}

pub(super) fn not_started(request: &ProcessRequest, error: &io::Error) -> Outcome {
    refused(request, error.raw_os_error(), &error.to_string())
}

/// It says nothing about the task: another worker, or this one once it is mended, can run it.
pub(super) fn no_launcher(program: &Path, error: &io::Error) -> Outcome {
    Outcome::transient(
        "LaunchError",
        format!("the launcher {} cannot be started: {error}", program.display()),
    )
}

/// The exit status was taken by somebody else in this process.
pub(super) fn lost(error: &io::Error) -> Outcome {
    Outcome::transient("WaitError", format!("how the command ended cannot be known: {error}"))
}

/// What has no number was refused before the system was asked.
fn refused(request: &ProcessRequest, errno: Option<i32>, why: &str) -> Outcome {
    let place = request.cwd.as_ref().map_or_else(String::new, |cwd| format!(" in {}", cwd.display()));
    let is_permanent = errno.is_none_or(|errno| PERMANENT.contains(&Errno::from_raw_os_error(errno)));
    // Too many processes or files, too little memory, a program that is just being written.
    let fault = if is_permanent { Fault::Permanent } else { Fault::Transient };
    // The name as it is: whoever shows it escapes what must be, and would escape an escape again.
    failed(fault, "SpawnError", format!("\"{}\" cannot be started{place}: {why}", request.program))
}

/// With the last line that the child wrote about it.
fn said(ended: &Ended, what: String) -> String {
    match ended.stderr.last_line() {
        Some(line) => format!("{what}: {line}"),
        None => what,
    }
}

fn failed(fault: Fault, class: &str, message: String) -> Outcome {
    Outcome::Fail(Failure { fault, class: class.to_owned(), message, retry_after: None, detail: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_second_try_can_mend_is_told_from_what_it_cannot() {
        let request = ProcessRequest::parse(r#"["a"]"#).unwrap();
        for (errno, fault) in [
            (Some(Errno::NOENT), Fault::Permanent),
            (Some(Errno::NOEXEC), Fault::Permanent),
            (Some(Errno::TOOBIG), Fault::Permanent),
            (None, Fault::Permanent),
            (Some(Errno::AGAIN), Fault::Transient),
            (Some(Errno::NOMEM), Fault::Transient),
            (Some(Errno::MFILE), Fault::Transient),
            (Some(Errno::TXTBSY), Fault::Transient),
        ] {
            match refused(&request, errno.map(Errno::raw_os_error), "why") {
                Outcome::Fail(failure) => assert_eq!(failure.fault, fault, "{errno:?}"),
                other => panic!("{other:?}"),
            }
        }
    }
}
