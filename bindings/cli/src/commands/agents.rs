//! `sealbook agents`

use super::task::print_json;
use crate::context::{Context, Outcome};
use crate::output;
use sealbook_common::sealbook::Result;
use sealbook_common::sealbook::tasks::{self, AgentView, Health};

pub(crate) fn run(context: &Context) -> Result<Outcome> {
    for view in context.open_to_read()?.tasks()?.agents()? {
        if context.json {
            print_json(&tasks::agent_json(&view))?;
        } else {
            output::print(&line(&view, context))?;
        }
    }
    Ok(Outcome::Good)
}

fn line(view: &AgentView, context: &Context) -> String {
    let agent = &view.agent;
    let state = match (&view.worker, agent.health) {
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
