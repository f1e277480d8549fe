//! Tasks of kind `process`: a command with its arguments, run as it is, without a shell.

mod capture;
mod enter;
mod group;
mod request;

pub use enter::enter;

use crate::handler::{Attempt, Handler, Outcome};
use capture::Capture;
use enter::Orders;
use group::Group;
use request::Request;
use sealbook_tasks::{Failure, Fault};
use serde_json::json;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// The exit code of a launcher that could not become the command.
const NOT_ENTERED: u8 = 127;
/// How long a child has between being asked to end and being killed.
const GRACE: Duration = Duration::from_secs(2);
/// How much of each of its two outputs is kept.
const OUTPUT: usize = 64 << 10;
/// How often a child is looked at, at most.
const LOOK: Duration = Duration::from_millis(20);

/// How a child is started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Launcher {
    /// By itself. Limits cannot be set then, so tasks that ask for them fail; and a child outlives a worker that is killed.
    Direct,
    /// Through a program, with these arguments in front, that calls [`enter`] with what comes behind them: it sets limits on itself and becomes
    /// the command. On Linux the child is killed when the thread that started it ends, so a worker that is killed leaves none behind.
    Through(PathBuf, Vec<String>),
}

/// Runs commands.
///
/// The arguments of a task are the command with its own arguments, a list of texts, or an object with that as `argv` and perhaps with `env` and
/// `cwd`. The child has no input, is the leader of a process group of its own, and finds `SEALBOOK_TASK`, `SEALBOOK_KIND`,
/// `SEALBOOK_ATTEMPT`, `SEALBOOK_EPOCH` and `SEALBOOK_IDEMPOTENCY_KEY` in its environment. The result is `{exit, stdout, stderr,
/// duration_ms}`, with `stdout_dropped` and `stderr_dropped` if there was more than 64 KiB. Another exit code than 0 is a failure that a retry may mend.
/// Whatever is left in the group when the child ends is killed.
#[derive(Debug, Clone)]
pub struct ProcessHandler {
    launcher: Launcher,
    grace: Duration,
}

impl ProcessHandler {
    /// A handler that starts its children so.
    #[must_use]
    pub fn new(launcher: Launcher) -> Self {
        Self { launcher, grace: GRACE }
    }

    /// How long a child has between being asked to end and being killed.
    #[must_use]
    pub fn with_grace(self, grace: Duration) -> Self {
        Self { grace, ..self }
    }
}

impl Handler for ProcessHandler {
    fn run(&self, attempt: &Attempt) -> Outcome {
        let request = match Request::parse(attempt.arguments.as_str()) {
            Ok(request) => request,
            Err(why) => return Outcome::permanent("InvalidCommand", why),
        };
        let orders = match Orders::of(attempt) {
            Ok(orders) => orders,
            Err(error) => return Outcome::transient("Io", error.message()),
        };
        let command = match self.command(&request, &orders, attempt) {
            Ok(command) => command,
            Err(outcome) => return outcome,
        };
        match run(command, attempt, self.grace) {
            Ok(ended) => ended.outcome(&request, &orders),
            Err(error) => spawn_failed(&request, &error),
        }
    }
}

impl ProcessHandler {
    fn command(
        &self,
        request: &Request,
        orders: &Orders,
        attempt: &Attempt,
    ) -> std::result::Result<Command, Outcome> {
        let mut command = match &self.launcher {
            Launcher::Direct if orders.sets_limits() => {
                let why = "this worker starts its children by itself and can set no limits on them";
                return Err(Outcome::permanent("LimitsUnavailable", why));
            }
            Launcher::Direct => {
                let mut command = Command::new(&request.program);
                command.args(&request.arguments);
                command
            }
            Launcher::Through(program, arguments) => {
                let mut command = Command::new(program);
                command.args(arguments).arg(orders.to_json()).arg("--");
                command.arg(&request.program).args(&request.arguments);
                command
            }
        };
        if let Some(folder) = &request.cwd {
            command.current_dir(folder);
        }
        command
            .envs(&request.env)
            .env("SEALBOOK_TASK", attempt.task.to_string())
            .env("SEALBOOK_KIND", attempt.kind.as_str())
            .env("SEALBOOK_ATTEMPT", attempt.attempt.to_string())
            .env("SEALBOOK_EPOCH", attempt.epoch.to_string())
            .env("SEALBOOK_IDEMPOTENCY_KEY", &attempt.idempotency_key)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        group::lead(&mut command);
        Ok(command)
    }
}

/// A child that has ended.
struct Ended {
    status: ExitStatus,
    stdout: Capture,
    stderr: Capture,
    took: Duration,
    /// Why it was made to end.
    stopped: Option<Stop>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    Cancelled,
    TimedOut,
}

fn run(mut command: Command, attempt: &Attempt, grace: Duration) -> std::io::Result<Ended> {
    let began = Instant::now();
    let mut child = command.spawn()?;
    let group = Group::of(&child);
    let (stdout, stderr) =
        (Capture::begin(child.stdout.take(), OUTPUT), Capture::begin(child.stderr.take(), OUTPUT));
    let waited = wait(&mut child, &group, attempt, grace);
    // Whatever it has left behind would keep its outputs open, and would run on without anybody knowing of it.
    group.kill();
    let (status, stopped) = match waited {
        Ok(ended) => ended,
        Err(error) => {
            let _ = child.wait();
            return Err(error);
        }
    };
    let (stdout, stderr) = (stdout.end(), stderr.end());
    Ok(Ended { status, stdout, stderr, took: began.elapsed(), stopped })
}

fn wait(
    child: &mut Child,
    group: &Group,
    attempt: &Attempt,
    grace: Duration,
) -> std::io::Result<(ExitStatus, Option<Stop>)> {
    let (mut pause, mut stopped, mut kill_at) = (Duration::from_millis(1), None, None);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok((status, stopped));
        }
        let now = Instant::now();
        if stopped.is_none() {
            let late = attempt.deadline.is_some_and(|deadline| now >= deadline);
            stopped = match (attempt.cancel.is_cancelled(), late) {
                (true, _) => Some(Stop::Cancelled),
                (false, true) => Some(Stop::TimedOut),
                (false, false) => None,
            };
            if stopped.is_some() {
                group.terminate();
                kill_at = now.checked_add(grace);
                pause = Duration::from_millis(1);
            }
        } else if kill_at.is_some_and(|at| now >= at) {
            group.kill();
        }
        if stopped.is_some() {
            std::thread::sleep(pause);
        } else {
            // Woken at once by a cancel.
            let _ = attempt.cancel.wait(pause);
        }
        pause = (pause * 3 / 2).min(LOOK);
    }
}

impl Ended {
    fn outcome(self, request: &Request, orders: &Orders) -> Outcome {
        match self.stopped {
            Some(Stop::Cancelled) => return Outcome::Cancelled,
            Some(Stop::TimedOut) => {
                let message =
                    format!("the command took longer than {} ms and was stopped", self.took.as_millis());
                return Outcome::Fail(failure(Fault::Timeout, "Timeout", message));
            }
            None => {}
        }
        if self.status.code() == Some(NOT_ENTERED.into())
            && let Some(why) = orders.complaint(&self.stderr.text)
        {
            return Outcome::permanent(
                "SpawnError",
                format!("{:?} cannot be started: {why}", request.program),
            );
        }
        match self.status.code() {
            Some(0) => self.complete(),
            Some(code) => Outcome::transient("ExitCode", self.said(format!("exit code {code}"))),
            None => {
                Outcome::transient("Signal", self.said(format!("ended by {}", group::signal(self.status))))
            }
        }
    }

    fn complete(self) -> Outcome {
        let mut result = json!({
            "exit": 0, "stdout": self.stdout.text, "stderr": self.stderr.text,
            "duration_ms": u64::try_from(self.took.as_millis()).unwrap_or(u64::MAX),
        });
        if let Some(result) = result.as_object_mut() {
            for (name, capture) in [("stdout_dropped", &self.stdout), ("stderr_dropped", &self.stderr)] {
                if capture.dropped > 0 {
                    result.insert(name.to_owned(), capture.dropped.into());
                }
            }
        }
        Outcome::Complete(result.to_string())
    }

    /// With the last line that the child wrote about it.
    fn said(&self, what: String) -> String {
        match self.stderr.text.lines().rfind(|line| !line.trim().is_empty()) {
            Some(line) => format!("{what}: {}", line.trim()),
            None => what,
        }
    }
}

fn spawn_failed(request: &Request, error: &std::io::Error) -> Outcome {
    use std::io::ErrorKind::{InvalidInput, NotADirectory, NotFound, PermissionDenied};
    let place = request.cwd.as_ref().map_or_else(String::new, |cwd| format!(" in {}", cwd.display()));
    let message = format!("{:?} cannot be started{place}: {error}", request.program);
    match error.kind() {
        NotFound | PermissionDenied | InvalidInput | NotADirectory => {
            Outcome::permanent("SpawnError", message)
        }
        // Too many processes, too little memory.
        _ => Outcome::transient("SpawnError", message),
    }
}

fn failure(fault: Fault, class: &str, message: String) -> Failure {
    Failure { fault, class: class.to_owned(), message, retry_after: None, detail: None }
}
