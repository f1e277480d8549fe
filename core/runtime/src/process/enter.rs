//! What a launcher does in the child before it becomes the command: `unsafe` code in the child is not needed for it.

use super::NOT_ENTERED;
use crate::handler::Attempt;
use crate::random::random;
use sealbook_error::Result;
use sealbook_ledger::Hash;
use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::io::Write;

/// What a worker tells its launcher.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Orders {
    cpu_seconds: Option<u64>,
    memory_bytes: Option<u64>,
    /// The worker's process.
    parent: u32,
    /// What a complaint of the launcher begins with, so that no command's own words are taken for one.
    token: String,
}

impl Orders {
    pub(super) fn of(attempt: &Attempt) -> Result<Self> {
        let seed: [u8; 16] = random()?;
        Ok(Self {
            cpu_seconds: attempt.limits.cpu.map(|span| span.as_millis().div_ceil(1000)),
            memory_bytes: attempt.limits.memory_bytes,
            parent: std::process::id(),
            token: Hash::of(&seed).to_string(),
        })
    }

    pub(super) fn sets_limits(&self) -> bool {
        self.cpu_seconds.is_some() || self.memory_bytes.is_some()
    }

    pub(super) fn to_json(&self) -> String {
        serde_json::json!(self).to_string()
    }

    /// What the launcher has to say, if it could not become the command.
    pub(super) fn complaint<'a>(&self, stderr: &'a str) -> Option<&'a str> {
        stderr.lines().find_map(|line| line.strip_prefix(&self.token)).map(str::trim)
    }
}

/// Sets the limits on this process and becomes the command; returns the exit code to end with if that fails. For programs that a
/// [`Launcher`](super::Launcher) names: the first argument behind its own is `orders`, and what stands behind `--` the command.
#[must_use]
pub fn enter(orders: &str, command: &[OsString]) -> u8 {
    let (token, why) = match serde_json::from_str::<Orders>(orders) {
        Err(error) => (String::new(), format!("the orders are not understood: {error}")),
        Ok(orders) => (orders.token.clone(), become_command(&orders, command)),
    };
    // The worker reads it; there is nobody else to tell.
    let _ = writeln!(std::io::stderr(), "{token} {why}");
    NOT_ENTERED
}

#[cfg(unix)]
fn become_command(orders: &Orders, command: &[OsString]) -> String {
    use std::os::unix::process::CommandExt;
    if let Err(error) = set_limits(orders) {
        return format!("its limits cannot be set: {error}");
    }
    let Some((program, arguments)) = command.split_first() else { return "there is no command".to_owned() };
    std::process::Command::new(program).args(arguments).exec().to_string()
}

#[cfg(not(unix))]
fn become_command(_: &Orders, _: &[OsString]) -> String {
    "limits cannot be set on this system".to_owned()
}

#[cfg(unix)]
fn set_limits(orders: &Orders) -> std::io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let limit = |resource, most: Option<u64>, beyond: u64| {
        let limit = |most: u64| Rlimit { current: Some(most), maximum: Some(most.saturating_add(beyond)) };
        most.map_or(Ok(()), |most| setrlimit(resource, limit(most)))
    };
    limit(Resource::Core, Some(0), 0)?;
    // A second between the signal that can be caught and the one that cannot.
    limit(Resource::Cpu, orders.cpu_seconds, 1)?;
    limit(Resource::As, orders.memory_bytes, 0)?;
    die_with(orders.parent)
}

/// Has the system kill this process when the worker ends; a worker that is gone already is noticed.
#[cfg(target_os = "linux")]
fn die_with(parent: u32) -> std::io::Result<()> {
    use rustix::process::{Signal, getppid, set_parent_process_death_signal};
    set_parent_process_death_signal(Some(Signal::KILL))?;
    let present = getppid().map(|pid| pid.as_raw_nonzero().get().unsigned_abs());
    if present == Some(parent) { Ok(()) } else { Err(std::io::Error::other("the worker is gone")) }
}

#[cfg(all(unix, not(target_os = "linux")))]
fn die_with(_: u32) -> std::io::Result<()> {
    Ok(())
}
