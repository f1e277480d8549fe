//! `sealbook task watch`

use super::{look, print_json, seen_by};
use crate::args::Watch;
use crate::context::{Context, Outcome};
use crate::output;
use sealbook_common::sealbook::Result;
use sealbook_common::sealbook::tasks::{Engine, TaskId, Transition};
use serde_json::json;
use std::collections::BTreeSet;
use std::time::Duration;

/// How often to look for what other processes have written.
const LOOK: Duration = Duration::from_millis(100);
const PAGE: usize = 1000;

pub(crate) fn run(args: &Watch, context: &Context) -> Result<Outcome> {
    let tasks = seen_by(&args.by, context)?;
    let watched = args.ids.iter().map(|id| TaskId::parse(id)).collect::<Result<BTreeSet<_>>>()?;
    let mut open = BTreeSet::new();
    for id in &watched {
        let row = look(&args.by, context, |tasks| tasks.get(*id))?;
        if !row.task.state.is_final() {
            open.insert(*id);
        }
    }
    let mut behind = match args.behind {
        Some(number) => number,
        None if watched.is_empty() => tasks.last_event()?,
        None => 0,
    };
    loop {
        let last = pass(&tasks, &watched, &mut open, behind, context)?;
        if last == behind {
            if open.is_empty() && !watched.is_empty() {
                return Ok(Outcome::Good);
            }
            std::thread::sleep(LOOK);
        }
        behind = last;
    }
}

/// Prints the next events, and returns the number of the last.
fn pass(
    tasks: &Engine,
    watched: &BTreeSet<TaskId>,
    open: &mut BTreeSet<TaskId>,
    behind: u64,
    context: &Context,
) -> Result<u64> {
    let mut last = behind;
    for (number, transition) in tasks.events(behind, PAGE)? {
        last = number;
        if watched.is_empty() || watched.contains(&transition.task) {
            print(number, &transition, context)?;
        }
        if transition.to.is_final() {
            open.remove(&transition.task);
        } else if watched.contains(&transition.task) {
            open.insert(transition.task);
        }
    }
    Ok(last)
}

fn print(number: u64, transition: &Transition, context: &Context) -> Result<()> {
    if context.json {
        return print_json(&json!({"number": number, "transition": transition}));
    }
    let reason = transition.reason.as_deref().map_or_else(String::new, |reason| format!(": {reason}"));
    let text = format!("{} {} -> {}{reason}", transition.event, transition.from, transition.to);
    output::print(&format!("{number}  {}  {}  {}\n", transition.at, transition.task, output::escape(&text)))
}
