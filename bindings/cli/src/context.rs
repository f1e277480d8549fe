//! What all commands share: the global options, and how a command ends.

use crate::args::{ColorChoice, Global};
use crate::output::Style;
use sealbook_common::sealbook::{Ledger, OpenOptions, Result};
use std::io::{IsTerminal, stderr, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The global options, made ready.
#[derive(Debug)]
pub(crate) struct Context {
    project: Option<PathBuf>,
    read_only: bool,
    pub(crate) json: bool,
    pub(crate) quiet: bool,
    /// How text for people looks on standard output.
    pub(crate) out: Style,
    /// How it looks on standard error.
    pub(crate) err: Style,
}

/// How a command ended, if not with an error of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All went well.
    Good,
    /// The ledger is tampered with, or a policy refuses.
    Finding,
    /// What went wrong has been reported already.
    Refused,
    /// Ctrl-C.
    Interrupted,
    /// The reader of our output went away before the input was used up: what the shell reports for a tool that a pipe ended.
    Unread,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        ExitCode::from(match outcome {
            Outcome::Good => 0,
            Outcome::Finding => 1,
            Outcome::Refused => 2,
            Outcome::Interrupted => 130,
            Outcome::Unread => 141,
        })
    }
}

impl Context {
    pub(crate) fn new(global: Global) -> Self {
        let Global { project, json, read_only, color, quiet } = global;
        let variable = |name| std::env::var(name).unwrap_or_default();
        let (no_color, term) = (variable("NO_COLOR"), variable("TERM"));
        let style = |terminal| Style::new(wants_colour(color, terminal, &no_color, &term));
        let (out, err) = (style(stdout().is_terminal()), style(stderr().is_terminal()));
        Self { project, read_only, json, quiet, out, err }
    }

    /// The path of `--project`, if it is given.
    pub(crate) fn project(&self) -> Option<&Path> {
        self.project.as_deref()
    }

    /// Opens the project's ledger for a command that writes.
    pub(crate) fn open(&self) -> Result<Ledger> {
        self.open_at(Path::new("."))
    }

    /// As [`Context::open`], but without `--project` the project is looked for from `start` upward.
    pub(crate) fn open_at(&self, start: &Path) -> Result<Ledger> {
        let options = OpenOptions { read_only: self.read_only, ..OpenOptions::default() };
        Ledger::open(self.project().unwrap_or(start), &options)
    }

    /// Opens the project's ledger for a command that only reads.
    pub(crate) fn open_to_read(&self) -> Result<Ledger> {
        let options = OpenOptions { read_only: true, ..OpenOptions::default() };
        Ledger::open(self.project().unwrap_or(Path::new(".")), &options)
    }

    /// Whether this process must not write to a ledger.
    pub(crate) fn is_read_only(&self) -> bool {
        self.read_only
    }
}

/// Whether to use colours, given the option, whether the output is a terminal, and the variables `NO_COLOR` and `TERM`.
fn wants_colour(choice: ColorChoice, terminal: bool, no_color: &str, term: &str) -> bool {
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => terminal && no_color.is_empty() && term != "dumb",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_for_terminals_unless_told_otherwise() {
        use ColorChoice::{Always, Auto, Never};
        assert!(wants_colour(Auto, true, "", "xterm"));
        assert!(!wants_colour(Auto, false, "", "xterm"));
        assert!(!wants_colour(Auto, true, "1", "xterm"));
        assert!(!wants_colour(Auto, true, "", "dumb"));
        assert!(wants_colour(Always, false, "1", "dumb"));
        assert!(!wants_colour(Never, true, "", "xterm"));
    }
}
