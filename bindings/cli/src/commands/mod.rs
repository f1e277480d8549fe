//! The commands, one a file.

mod agents;
mod breaker;
mod completions;
mod export;
mod import;
mod init;
mod key;
mod log;
mod man;
mod plea;
mod pleas;
mod record;
mod reindex;
mod report;
mod rules;
mod scan;
mod schedule;
mod show;
mod stats;
mod task;
mod verify;
mod why;
mod work;

use crate::args::Command;
use crate::context::{Context, Outcome};
use sealbook_common::sealbook::Result;
use sealbook_common::sealbook::tasks::Choice;

/// Runs a command.
pub(crate) fn run(command: &Command, context: &Context) -> Result<Outcome> {
    match command {
        Command::Init(args) => init::run(args, context),
        Command::Record(args) => record::run(args, context),
        Command::Log(args) => log::run(args, context),
        Command::Show(args) => show::run(args, context),
        Command::Verify(args) => verify::run(args, context),
        Command::Reindex(_) => reindex::run(context),
        Command::Export(args) => export::run(args, context),
        Command::Import(args) => import::run(args, context),
        Command::Scan(args) => scan::run(args, context),
        Command::Why(args) => why::run(args, context),
        Command::Stats(args) => stats::run(args, context),
        Command::Report(args) => report::run(args, context),
        Command::Rules(args) => rules::run(args, context),
        Command::Task(args) => task::run(args, context),
        Command::Breaker(args) => breaker::run(args, context),
        Command::Schedule(args) => schedule::run(args, context),
        Command::Work(args) => work::run(args, context),
        Command::Agents(args) => agents::run(args, context),
        Command::Pleas(args) => pleas::run(args, context),
        Command::Approve(args) => plea::vote(args, Choice::Approve, context),
        Command::Deny(args) => plea::vote(args, Choice::Deny, context),
        Command::Plea(args) => plea::run(args, context),
        Command::Key(args) => key::run(args, context),
        Command::Enter => work::enter(),
        Command::Completions(args) => completions::run(args),
        Command::Man(args) => man::run(args, context),
    }
}
