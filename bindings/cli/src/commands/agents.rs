//! `sealbook agents`

use super::task::{principal, print_json};
use crate::args::{ActOnAgent, Agents, AgentsCommand};
use crate::context::{Context, Outcome};
use crate::output;
use sealbook_common::sealbook::Result;
use sealbook_common::sealbook::tasks::{self, AgentId, AgentView, Health};

pub(crate) fn run(args: &Agents, context: &Context) -> Result<Outcome> {
    match &args.command {
        None => {
            context.open_to_read()?.tasks()?.agents()?.iter().try_for_each(|view| print(view, context))?
        }
        Some(AgentsCommand::Down(args)) => put_down(args, true, context)?,
        Some(AgentsCommand::Up(args)) => put_down(args, false, context)?,
    }
    Ok(Outcome::Good)
}

fn put_down(args: &ActOnAgent, is_down: bool, context: &Context) -> Result<()> {
    let who = principal(args.act.by.principal.as_deref())?;
    let view =
        context.open()?.tasks()?.put_down(AgentId::parse(&args.id)?, is_down, who, &args.act.reason)?;
    if context.json || !context.quiet { print(&view, context) } else { Ok(()) }
}

fn print(view: &AgentView, context: &Context) -> Result<()> {
    if context.json {
        return print_json(&tasks::agent_json(view));
    }
    output::print(&line(view, context))
}

fn line(view: &AgentView, context: &Context) -> String {
    let agent = &view.agent;
    let state = match (&view.worker, agent.health) {
        (None, Health::Down) => format!("away, {}", context.out.warn("down")),
        (None, _) => "away".to_owned(),
        (Some(_), Health::Healthy) => context.out.good("healthy"),
        (Some(_), health) => context.out.warn(health.as_str()),
    };
    let can: Vec<_> = agent.profile.capabilities.iter().map(ToString::to_string).collect();
    let can = if can.is_empty() { String::new() } else { format!("  {}", output::escape(&can.join(", "))) };
    format!(
        "{}  {state}  {} of {} tasks, {} given, {:.0} % succeed, {:.0} ms{can}\n",
        context.out.strong(&output::escape(agent.profile.id.as_str())),
        agent.load,
        agent.profile.limit,
        agent.given,
        agent.success * 100.0,
        agent.millis,
    )
}
