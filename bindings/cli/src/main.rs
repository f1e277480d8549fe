//! The `sealbook` command.
//!
//! Data goes to standard output; errors and progress go to standard error. The exit code is 0 if all went well, 1 for a finding
//! (the ledger is tampered with, or a policy refuses), 2 for an error, 130 after Ctrl-C. Whoever reads our output may stop doing so at any time (`| head`):
//! that ends the command without a word.

mod args;
mod bounded;
mod claim;
mod commands;
mod context;
mod entry;
mod interrupt;
mod lines;
mod output;
mod progress;
mod stream;
mod target;

use args::Args;
use clap::Parser;
use clap::error::ErrorKind;
use context::{Context, Outcome};
use sealbook_common::sealbook::{Code, Error};
use std::process::ExitCode;

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return usage(&error),
    };
    let context = Context::new(args.global);
    let outcome = match commands::run(&args.command, &context) {
        Ok(outcome) => outcome,
        Err(error) if output::is_broken_pipe(&error) => Outcome::Good,
        Err(error) => {
            output::report(&context, None, &error);
            match error.code() {
                Code::Cancelled => Outcome::Interrupted,
                Code::VoteRefused | Code::AccessRefused | Code::ApprovalRequired => Outcome::Finding,
                _ => Outcome::Refused,
            }
        }
    };
    outcome.into()
}

/// What clap has to say: help and version on standard output, mistakes on standard error, as JSON if that was asked for.
fn usage(error: &clap::Error) -> ExitCode {
    let mistake = !matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    if mistake && std::env::args_os().skip(1).take_while(|arg| arg != "--").any(|arg| arg == "--json") {
        let text = error.to_string();
        let text = text.trim_start_matches("error: ").trim_end();
        output::report_json(None, &Error::new(Code::InvalidArgument, text));
    } else {
        // Nothing is left to be done if this cannot be written.
        let _ = error.print();
    }
    if mistake { Outcome::Refused.into() } else { Outcome::Good.into() }
}
