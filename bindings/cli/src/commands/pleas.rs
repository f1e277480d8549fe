//! `sealbook pleas`, `sealbook approve` and `sealbook deny`

use super::task::print_json;
use crate::args::{Pleas, Vote};
use crate::context::{Context, Outcome};
use crate::output;
use sealbook_common::sealbook::Result;
use sealbook_common::sealbook::tasks::{self, Choice, Plea, Principal};

pub(crate) fn run(args: &Pleas, context: &Context) -> Result<Outcome> {
    for plea in context.open_to_read()?.tasks()?.pleas(args.all)? {
        print(&plea, context)?;
    }
    Ok(Outcome::Good)
}

pub(crate) fn vote(args: &Vote, choice: Choice, context: &Context) -> Result<Outcome> {
    let voter = Principal::parse(&args.principal)?;
    let tasks = context.open()?.tasks()?;
    let plea = tasks.vote(tasks.vote_on(&args.plea)?, voter, choice, &args.reason)?;
    if context.json || !context.quiet {
        print(&plea, context)?;
    }
    Ok(Outcome::Good)
}

fn print(plea: &Plea, context: &Context) -> Result<()> {
    if context.json {
        return print_json(&tasks::plea_json(plea));
    }
    let votes = format!("{} of {} approvals", plea.approvals(), plea.policy.approvals);
    let asked = format!("{} by {}", plea.kind, plea.requester);
    output::print(&format!(
        "{}  {}  {votes}  task {}  {}\n",
        plea.id,
        plea.state,
        plea.task,
        output::escape(&asked)
    ))
}
