//! `sealbook pleas`

use super::task::{print_json, seen_by};
use crate::args::Pleas;
use crate::context::{Context, Outcome};
use crate::output;
use sealbook_common::sealbook::Result;
use sealbook_common::sealbook::tasks::{self, Plea};

pub(crate) fn run(args: &Pleas, context: &Context) -> Result<Outcome> {
    for plea in seen_by(&args.by, context)?.pleas(args.all)? {
        print(&plea, context)?;
    }
    Ok(Outcome::Good)
}

pub(super) fn print(plea: &Plea, context: &Context) -> Result<()> {
    if context.json {
        return print_json(&tasks::plea_json(plea));
    }
    let votes = format!("{} of {} approvals", plea.approvals(), plea.policy.approvals);
    let mut asked = format!("{} by {}", plea.kind, plea.requester);
    for (from, to) in &plea.delegations {
        asked.push_str(&format!("  {from} lets {to} vote"));
    }
    output::print(&format!(
        "{}  {}  {votes}  task {}  {}\n",
        plea.id,
        plea.state,
        plea.task,
        output::escape(&asked)
    ))
}
