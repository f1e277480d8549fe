//! What a launcher does in the child before it becomes the command: `unsafe` code in the child is not needed for it.

use sealbook_error::{Code, Error};

/// Sets limits on this process and becomes the command; it comes back only if that fails, with what to tell and to end with.
///
/// This is for programs that a [`Launcher`](super::Launcher) names. The worker is at the other end of their standard input: it says there what
/// is to run, and hears whether the limits were set. The command has no input.
///
/// ```no_run
/// fn main() -> std::process::ExitCode {
///     let error = sealbook_runtime::enter();
///     eprintln!("{error}");
///     std::process::ExitCode::from(127)
/// }
/// ```
#[must_use]
pub fn enter() -> Error {
    #[cfg(unix)]
    let why = super::unix::become_command();
    #[cfg(not(unix))]
    let why = "commands run on Unix alone".to_owned();
    Error::new(Code::Io, why).remedy("leave it to a worker to start this")
}
