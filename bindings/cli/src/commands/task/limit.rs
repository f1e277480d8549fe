//! `sealbook task limit`

use super::{principal, print_json, span};
use crate::args::Limit;
use crate::context::{Context, Outcome};
use crate::output;
use sealbook_common::sealbook::Result;
use sealbook_common::sealbook::tasks::{Adaptive, GateLimits, GateName, Key, Rate, TaskKind, limit_json};

pub(crate) fn run(args: &Limit, context: &Context) -> Result<Outcome> {
    let engine = context.open()?.tasks()?;
    if let Some(gate) = gate(args)? {
        let rate =
            args.rate.map(|starts| Rate { starts, per: span(args.per), burst: args.burst.unwrap_or(1) });
        let adaptive = args.adaptive.map(|most| {
            let usual = Adaptive::between(args.least.unwrap_or(1), most);
            Adaptive { first: args.first.unwrap_or(usual.first), ..usual }
        });
        let limits = GateLimits { concurrency: args.concurrency, adaptive, rate, paused: args.pause };
        if limits != GateLimits::default() || args.lift {
            engine.limit(gate, limits, principal(args.act.by.principal.as_deref())?, &args.act.reason)?;
        }
    }
    let gates = engine.gates()?;
    for (gate, limits) in &gates {
        if context.json {
            print_json(&limit_json(gate, limits))?;
        } else if !context.quiet {
            output::print(&line(gate, limits))?;
        }
    }
    if gates.is_empty() && !context.json && !context.quiet {
        output::print("nothing is limited\n")?;
    }
    Ok(Outcome::Good)
}

fn gate(args: &Limit) -> Result<Option<GateName>> {
    Ok(match (&args.kind, &args.key, &args.dependency) {
        (Some(kind), ..) => Some(GateName::Kind(TaskKind::parse(kind)?)),
        (None, Some(key), _) => Some(GateName::Key(Key::parse(key)?)),
        (None, None, Some(key)) => Some(GateName::Dependency(Key::parse(key)?)),
        (None, None, None) => args.queue.then_some(GateName::Queue),
    })
}

fn line(gate: &GateName, limits: &GateLimits) -> String {
    let name = match gate {
        GateName::Queue => "the queue".to_owned(),
        GateName::Kind(kind) => format!("kind {kind}"),
        GateName::Key(key) => format!("key {key}"),
        GateName::Dependency(key) => format!("dependency {key}"),
    };
    let concurrency = limits.concurrency.map(|most| format!("at most {most} at once"));
    let adaptive = limits.adaptive.map(|adaptive| {
        let Adaptive { least, most, .. } = adaptive;
        format!("at present {} at once, between {least} and {most} as it bears them", adaptive.limit())
    });
    let rate = limits
        .rate
        .map(|rate| format!("at most {} in {}, {} at once after a pause", rate.starts, rate.per, rate.burst));
    let paused = limits.paused.then(|| "paused".to_owned());
    let limits: Vec<_> = [paused, concurrency, adaptive, rate].into_iter().flatten().collect();
    format!("{}: {}\n", output::escape(&name), limits.join("; "))
}
