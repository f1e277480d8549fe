//! `sealbook work`, and what it starts in place of a task's command.

use super::task::{principal, print_json, span};
use crate::args::Work;
use crate::context::{Context, Outcome};
use crate::{interrupt, output};
use sealbook_common::sealbook::tasks::{
    self, CancelToken, Handler, Handlers, Launcher, ProcessHandler, Profile, Progress, TaskKind, WorkerId,
    WorkerOptions,
};
use sealbook_common::sealbook::{Error, Result};
use serde_json::json;
use std::path::Path;
use std::sync::Arc;

pub(crate) fn run(args: &Work, context: &Context) -> Result<Outcome> {
    let ledger = context.open()?;
    let defaults = WorkerOptions::default();
    let handlers = handlers()?;
    let concurrency = args.concurrency.map_or(defaults.concurrency, |permits| permits.most);
    let options = WorkerOptions {
        id: args.id.as_deref().map(WorkerId::parse).transpose()?,
        principal: Some(principal(args.principal.as_deref())?),
        agent: args.agent.as_deref().map(|file| agent(file, &handlers, concurrency)).transpose()?,
        concurrency,
        least: args.concurrency.and_then(|permits| permits.least),
        grace: args.grace,
        spare: args.spare,
        lease: span(args.lease),
        until_idle: args.until_idle,
        drain: args.drain,
    };
    let stop = CancelToken::new();
    let asked = stop.clone();
    interrupt::on_interrupt(move || asked.cancel("Ctrl-C"))?;
    let mut told = Ok(());
    let summary = tasks::work(&ledger.tasks()?, handlers, &options, &stop, &mut |progress| {
        if told.is_ok() {
            told = tell(&progress, context);
            if told.is_err() {
                // Nobody reads what we print: what runs is given back.
                stop.cancel("the output is closed");
            }
        }
    })?;
    told?;
    if context.json {
        print_json(&json!({"summary": tasks::summary_json(&summary)}))?;
    } else if !context.quiet {
        let fenced =
            if summary.fenced > 0 { format!(", {} not accepted", summary.fenced) } else { String::new() };
        output::print(&format!("{} attempts, {} completed{fenced}\n", summary.attempts, summary.completed))?;
    }
    Ok(if stop.is_cancelled() { Outcome::Interrupted } else { Outcome::Good })
}

fn agent(file: &Path, handlers: &Handlers, concurrency: usize) -> Result<Profile> {
    let text = std::fs::read_to_string(file).map_err(|e| Error::io(e, "read", file))?;
    let kinds: Vec<_> = handlers.keys().cloned().collect();
    tasks::profile_of(&text, &kinds, concurrency).map_err(|error| error.with("path", file.display()))
}

/// What this command can run. Each child is started through this very program, which sets its limits and lets it die with us.
fn handlers() -> Result<Handlers> {
    let program = std::env::current_exe().map_err(|e| Error::io(e, "find", "the sealbook command"))?;
    let launcher = Launcher::Through(program, vec!["enter".to_owned()]);
    let handler: Arc<dyn Handler> = Arc::new(ProcessHandler::new(launcher));
    Ok(Handlers::from([(TaskKind::parse("process")?, handler)]))
}

fn tell(progress: &Progress, context: &Context) -> Result<()> {
    if context.json {
        return print_json(&match progress {
            Progress::Started(claimed) => {
                json!({"event": "started", "task": claimed.task.id, "attempt": claimed.task.attempts, "epoch": claimed.lease.epoch})
            }
            Progress::Ended(task, state) => json!({"event": "ended", "task": task, "state": state}),
            Progress::Fenced(task) => json!({"event": "fenced", "task": task}),
            Progress::Stuck(task) => json!({"event": "stuck", "task": task}),
            Progress::Scaled(permits) => json!({"event": "scaled", "permits": permits}),
            Progress::LeaseLost(why) => json!({"event": "lease_lost", "reason": why}),
        });
    }
    if context.quiet {
        return Ok(());
    }
    match progress {
        Progress::Started(_) | Progress::Scaled(_) => Ok(()),
        Progress::Ended(task, state) => output::print(&format!("{task} is {state}\n")),
        Progress::Fenced(task) => {
            output::print(&format!("{task} was somebody else's by then; its result is dropped\n"))
        }
        Progress::Stuck(task) => {
            output::print(&format!("{task} was told to stop and does not; another may run in its place\n"))
        }
        Progress::LeaseLost(why) => {
            output::print(&format!("{}; what ran was stopped\n", output::escape(why)))
        }
    }
}

/// Becomes the task's command; the worker has been told why, if it could not.
pub(crate) fn enter() -> Result<Outcome> {
    Err(tasks::enter())
}
