//! Children on Unix: a group of their own, outputs that are read as they come, limits that they set on themselves.

mod capture;
mod child;
mod enter;
mod group;
mod launch;
mod outcome;
mod result;
mod watch;

pub(super) use enter::become_command;
pub(super) use watch::Watch;

use super::{Launcher, ProcessRequest};
use crate::handler::{Attempt, Outcome};
use child::Trouble;
use launch::{Launch, Orders};
use std::collections::BTreeMap;
use std::io;
use std::process::{Command, Stdio};
use std::time::Duration;
use watch::Watched;

/// Runs a command until it has ended or was made to.
pub(super) fn run(
    launcher: &Launcher,
    watch: &Watch,
    grace: Duration,
    request: &ProcessRequest,
    attempt: &Attempt,
) -> Outcome {
    let limits = &attempt.limits;
    if launcher == &Launcher::Direct && (limits.cpu.is_some() || limits.memory_bytes.is_some()) {
        let why = "this worker starts its children by itself and can set no limits on them";
        return Outcome::permanent("LimitsUnavailable", why);
    }
    let room = match result::room(limits.output_bytes) {
        Ok(room) => room,
        Err(why) => return Outcome::permanent("ResultTooLarge", why),
    };
    let (command, launch) = match command(launcher, request, attempt) {
        Ok(ready) => ready,
        Err(error) => return Outcome::transient("Io", format!("no command can be prepared: {error}")),
    };
    let watched = match launcher {
        Launcher::Direct => None,
        Launcher::Through(program, arguments) => Some(Watched { watch, program, arguments }),
    };
    match child::run(command, launch, watched.as_ref(), attempt, grace) {
        Ok(ended) => outcome::of(ended, request, room),
        Err(Trouble::Start(error)) => match launcher {
            Launcher::Direct => outcome::not_started(request, &error),
            Launcher::Through(program, _) => outcome::no_launcher(program, &error),
        },
        Err(Trouble::Wait(error)) => outcome::lost(&error),
    }
}

fn command(
    launcher: &Launcher,
    request: &ProcessRequest,
    attempt: &Attempt,
) -> io::Result<(Command, Option<Launch>)> {
    let env = environment(request, attempt);
    let (mut command, launch) = match launcher {
        Launcher::Direct => {
            let mut command = Command::new(&request.program);
            command.args(&request.arguments).envs(&env).stdin(Stdio::null());
            if let Some(folder) = &request.cwd {
                command.current_dir(folder);
            }
            (command, None)
        }
        // The variables of the command are not those of the launcher: some would have a say in what it does before the limits hold.
        Launcher::Through(program, arguments) => {
            let mut command = Command::new(program);
            command.args(arguments);
            let launch = Launch::prepare(&mut command, &Orders::new(request, env, &attempt.limits))?;
            (command, Some(launch))
        }
    };
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    group::lead(&mut command);
    Ok((command, launch))
}

fn environment(request: &ProcessRequest, attempt: &Attempt) -> BTreeMap<String, String> {
    let own = [
        ("SEALBOOK_TASK", attempt.task.to_string()),
        ("SEALBOOK_KIND", attempt.kind.to_string()),
        ("SEALBOOK_ATTEMPT", attempt.attempt.to_string()),
        ("SEALBOOK_EPOCH", attempt.epoch.to_string()),
        ("SEALBOOK_IDEMPOTENCY_KEY", attempt.idempotency_key.clone()),
    ];
    let mut env = request.env.clone();
    env.extend(own.map(|(name, value)| (name.to_owned(), value)));
    env
}
