//! The launcher's end: from the orders to the command.

use super::launch::{Orders, RUN, WATCH, Word};
use super::watch;
use std::convert::Infallible;
use std::io::{self, BufRead, BufReader, Read};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

/// Comes back only with why it could not.
pub(in super::super) fn become_command() -> String {
    let worker = match worker() {
        Ok(worker) => worker,
        Err(error) => return format!("there is no worker at the standard input: {error}"),
    };
    let (mut hears, mut first) = (BufReader::new(&worker), String::new());
    match hears.read_line(&mut first) {
        Ok(_) if first == RUN => {}
        Ok(_) if first == WATCH => {
            watch::keep(hears);
            return "the worker has ended".to_owned();
        }
        _ => return "it is no worker that is at the standard input".to_owned(),
    }
    let (errno, why) = match follow(hears, &worker) {
        Ok(never) => match never {},
        Err(refused) => refused,
    };
    // A worker that is gone has no use for it.
    let _ = Word::Refused { errno, why: why.clone() }.say(&worker);
    why
}

/// The socket, as a copy that a command does not inherit.
fn worker() -> io::Result<UnixStream> {
    let socket = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    // Fails for what is no socket.
    socket.peer_addr()?;
    Ok(socket)
}

/// The number of the system's error, if it was one, and why.
type Refusal = (Option<i32>, String);

fn follow(mut hears: impl Read, worker: &UnixStream) -> Result<Infallible, Refusal> {
    let refused = |what: &str, error: io::Error| (error.raw_os_error(), format!("{what}{error}"));
    let mut text = Vec::new();
    hears.read_to_end(&mut text).map_err(|e| refused("the orders cannot be read: ", e))?;
    let orders: Orders =
        serde_json::from_slice(&text).map_err(|e| refused("the orders are not understood: ", e.into()))?;
    let mut command = Command::new(&orders.program);
    command.args(&orders.arguments).envs(&orders.env).stdin(Stdio::null());
    if let Some(folder) = &orders.cwd {
        command.current_dir(folder);
    }
    set_limits(&orders).map_err(|e| refused("its limits cannot be set: ", e))?;
    Word::Entered.say(worker).map_err(|e| refused("the worker does not listen: ", e))?;
    Err(refused("", command.exec()))
}

fn set_limits(orders: &Orders) -> io::Result<()> {
    use rustix::process::Resource;
    limit(Resource::Core, Some(0), 0)?;
    // A second between the signal that can be caught and the one that cannot.
    limit(Resource::Cpu, orders.cpu_seconds, 1)?;
    limit(Resource::As, orders.memory_bytes, 0)?;
    die_with(orders.parent)
}

/// Never above what was inherited: that would be refused to everybody but root, and what is tighter keeps the promise, too.
fn limit(resource: rustix::process::Resource, most: Option<u64>, beyond: u64) -> io::Result<()> {
    use rustix::process::{Rlimit, getrlimit, setrlimit};
    let Some(most) = most else { return Ok(()) };
    let inherited = getrlimit(resource);
    let tighter = |most: u64, inherited: Option<u64>| {
        // The greatest number stands for no limit.
        Some(most.min(inherited.unwrap_or(u64::MAX))).filter(|most| *most != u64::MAX)
    };
    let maximum = tighter(most.saturating_add(beyond), inherited.maximum);
    setrlimit(resource, Rlimit { current: tighter(most, inherited.current), maximum })?;
    Ok(())
}

/// Has the system kill this process when the worker ends; a worker that is gone already is noticed.
#[cfg(target_os = "linux")]
fn die_with(parent: u32) -> io::Result<()> {
    use rustix::process::{Signal, getppid, set_parent_process_death_signal};
    set_parent_process_death_signal(Some(Signal::KILL))?;
    let present = getppid().map(|pid| pid.as_raw_nonzero().get().unsigned_abs());
    if present == Some(parent) { Ok(()) } else { Err(io::Error::other("the worker is gone")) }
}

#[cfg(not(target_os = "linux"))]
fn die_with(_: u32) -> io::Result<()> {
    Ok(())
}
