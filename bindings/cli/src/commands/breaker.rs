//! `sealbook breaker`

use super::task::{principal, print_json};
use crate::args::{ActOnBreaker, Breaker, BreakerCommand};
use crate::context::{Context, Outcome};
use crate::output;
use sealbook_common::sealbook::Result;
use sealbook_common::sealbook::tasks::{BreakerDeed, BreakerState, BreakerView, Key};
use serde_json::json;

pub(crate) fn run(args: &Breaker, context: &Context) -> Result<Outcome> {
    match &args.command {
        BreakerCommand::List => list(context)?,
        BreakerCommand::Open(args) => act(args, context, BreakerDeed::Open)?,
        BreakerCommand::Close(args) => act(args, context, BreakerDeed::Close)?,
        BreakerCommand::Reset(args) => act(args, context, BreakerDeed::Reset)?,
    }
    Ok(Outcome::Good)
}

fn list(context: &Context) -> Result<()> {
    let breakers = context.open_to_read()?.tasks()?.breakers()?;
    if breakers.is_empty() && !context.json && !context.quiet {
        output::print("no dependency was called yet\n")?;
    }
    breakers.iter().try_for_each(|view| print(view, context))
}

fn act(args: &ActOnBreaker, context: &Context, deed: BreakerDeed) -> Result<()> {
    let who = principal(args.act.by.principal.as_deref())?;
    let view = context.open()?.tasks()?.breaker(Key::parse(&args.key)?, deed, who, &args.act.reason)?;
    if context.json || !context.quiet { print(&view, context) } else { Ok(()) }
}

fn print(view: &BreakerView, context: &Context) -> Result<()> {
    if context.json {
        return print_json(&json!(view));
    }
    let state = match view.state {
        BreakerState::Closed => context.out.good("closed"),
        BreakerState::HalfOpen => context.out.warn("half open"),
        BreakerState::Open => context.out.bad("open"),
        BreakerState::Forced => context.out.bad("open by hand"),
    };
    let until = view.until.map(|until| format!(" until {until}")).unwrap_or_default();
    let why = view.reason.as_ref().filter(|reason| !reason.is_empty());
    let why = why.map(|reason| format!(": {}", output::escape(reason))).unwrap_or_default();
    output::print(&format!(
        "{}  {state} since {}{until}{why}; {} of {} calls failed, {} in a row\n",
        context.out.strong(&output::escape(view.key.as_str())),
        view.since,
        view.failures,
        view.calls,
        view.in_row,
    ))
}
