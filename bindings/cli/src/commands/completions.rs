//! `sealbook completions`

use crate::args::{Args, Completions};
use crate::context::Outcome;
use crate::output::print;
use clap::CommandFactory;
use sealbook_common::sealbook::Result;

pub(crate) fn run(args: &Completions) -> Result<Outcome> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "sealbook", &mut text);
    print(&String::from_utf8_lossy(&text))?;
    Ok(Outcome::Good)
}
