//! `sealbook task`

mod limit;
mod submit;
mod watch;

pub(super) use submit::{span, work_spec};

use crate::args::{Act, List, Task, TaskCommand, Viewer};
use crate::context::{Context, Outcome};
use crate::output;
use sealbook_common::sealbook::tasks::{
    self, Deed, Engine, Principal, State, TaskFilter, TaskId, TaskKind, TaskRow,
};
use sealbook_common::sealbook::{Code, Error, Result};
use serde_json::{Value, json};

pub(crate) fn run(args: &Task, context: &Context) -> Result<Outcome> {
    match &args.command {
        TaskCommand::Submit(args) => submit::run(args, context),
        TaskCommand::List(args) => list(args, context),
        TaskCommand::Show { id, by } => show(id, by, context),
        TaskCommand::Watch(args) => watch::run(args, context),
        TaskCommand::Stats { window, prometheus } => stats(*window, *prometheus, context),
        TaskCommand::Cancel(args) => act(args, context, Deed::Cancel),
        TaskCommand::Retry(args) | TaskCommand::Redrive(args) => act(args, context, Deed::Redrive),
        TaskCommand::Suspend(args) => act(args, context, Deed::Suspend),
        TaskCommand::Resume(args) => act(args, context, Deed::Resume),
        TaskCommand::Limit(args) => limit::run(args, context),
    }
}

/// Who acts, if it is not said: `SEALBOOK_PRINCIPAL`, else the user's name, else `local`.
pub(super) fn principal(given: Option<&str>) -> Result<Principal> {
    let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let names = ["SEALBOOK_PRINCIPAL", "USER", "LOGNAME", "USERNAME"];
    let name = given.map(str::to_owned).or_else(|| names.into_iter().find_map(variable));
    Principal::parse(name.as_deref().unwrap_or("local"))
}

/// The tasks as whoever looks may see them.
pub(super) fn seen_by(by: &Viewer, context: &Context) -> Result<Engine> {
    Ok(context.open_to_read()?.tasks()?.seen_by(principal(by.principal.as_deref())?))
}

/// Looks at something. A try to see more than one may is repeated where that can be recorded.
pub(super) fn look<T>(by: &Viewer, context: &Context, look: impl Fn(&Engine) -> Result<T>) -> Result<T> {
    let seen = look(&seen_by(by, context)?);
    match &seen {
        Err(error) if error.code() == Code::AccessRefused => match context.open() {
            Ok(ledger) => look(&ledger.tasks()?.seen_by(principal(by.principal.as_deref())?)),
            // One that can only be read keeps no record.
            Err(_) => seen,
        },
        _ => seen,
    }
}

/// Prints a value as a line of JSON. It is data for programs, which no escape for people may change.
pub(super) fn print_json(value: &Value) -> Result<()> {
    output::print(&format!("{value}\n"))
}

fn filter(states: &[String], kind: Option<&str>) -> Result<TaskFilter> {
    let state = |name: &String| {
        State::parse(name).ok_or_else(|| {
            let names: Vec<_> = State::ALL.iter().map(|state| state.as_str()).collect();
            Error::new(Code::InvalidArgument, format!("there is no state {name:?}"))
                .remedy(&format!("the states are {}", names.join(", ")))
        })
    };
    let states = states.iter().map(state).collect::<Result<_>>()?;
    Ok(TaskFilter { states, kind: kind.map(TaskKind::parse).transpose()?, ..TaskFilter::default() })
}

fn list(args: &List, context: &Context) -> Result<Outcome> {
    let filter = TaskFilter {
        after: args.after.as_deref().map(TaskId::parse).transpose()?,
        limit: args.limit,
        ..filter(&args.state, args.kind.as_deref())?
    };
    seen_by(&args.by, context)?.list(&filter, &mut |row| {
        if context.json { print_json(&tasks::task_json(&row)) } else { output::print(&line(&row, context)) }
    })?;
    Ok(Outcome::Good)
}

fn line(row: &TaskRow, context: &Context) -> String {
    let task = &row.task;
    let state = coloured(task.state, context);
    let arguments = output::brief(task.spec.arguments.as_str(), 60);
    format!("{}  {state}  {}  {arguments}\n", task.id, output::escape(task.spec.kind.as_str()))
}

fn coloured(state: State, context: &Context) -> String {
    let word = format!("{:<17}", state.as_str());
    match state {
        State::Completed => context.out.good(&word),
        State::Failed | State::Dead => context.out.bad(&word),
        State::AwaitingApproval | State::Suspended => context.out.warn(&word),
        _ => word,
    }
}

fn show(id: &str, by: &Viewer, context: &Context) -> Result<Outcome> {
    let id = TaskId::parse(id)?;
    let view = look(by, context, |tasks| tasks.show(id))?;
    if context.json {
        print_json(&tasks::view_json(&view))?;
        return Ok(Outcome::Good);
    }
    let task = &view.row.task;
    let mut out =
        format!("{}  {}\n", context.out.strong(&task.id.to_string()), coloured(task.state, context));
    let mut add = |name: &str, value: &str| {
        out.push_str(&format!("  {name:<11} {}\n", output::escape(value)));
    };
    add("kind", task.spec.kind.as_str());
    add("arguments", &output::cut(task.spec.arguments.as_str(), 500));
    add("requester", task.spec.requester.as_str());
    add("attempts", &format!("{} of {}", task.attempts, task.spec.retry.max_attempts));
    if let Some(reason) = &task.reason {
        add("reason", reason);
    }
    if let Some(waiting) = &view.waiting {
        add("waits for", waiting);
    }
    if let Some(failure) = &task.failure {
        add("failure", &format!("{}: {}", failure.class, failure.message));
    }
    if let Some(result) = &view.row.result {
        add("result", &output::cut(result, 2000));
    }
    for plea in &view.pleas {
        let count = format!("{} of {} approvals", plea.approvals(), plea.policy.approvals);
        add("plea", &format!("{} {}, {count}", plea.id, plea.state));
    }
    for transition in &view.history {
        let by = transition.who.as_ref().map_or_else(|| transition.by.to_string(), ToString::to_string);
        let agent = transition.agent.as_ref().map_or_else(String::new, |agent| format!(" to agent {agent}"));
        let reason = transition.reason.as_deref().map_or_else(String::new, |reason| format!(": {reason}"));
        let text =
            format!("{} {} -> {}{agent} by {by}{reason}", transition.event, transition.from, transition.to);
        out.push_str(&format!(
            "  {}  {}\n",
            context.out.faint(&transition.at.to_string()),
            output::escape(&text)
        ));
    }
    output::print(&out)?;
    Ok(Outcome::Good)
}

fn stats(window: u64, prometheus: bool, context: &Context) -> Result<Outcome> {
    let figures = context.open_to_read()?.tasks()?.figures(window)?;
    if prometheus {
        output::print(&figures.to_prometheus())?;
        return Ok(Outcome::Good);
    }
    if context.json {
        print_json(&json!(figures))?;
        return Ok(Outcome::Good);
    }
    let mut out = String::new();
    for (kind, of) in &figures.kinds {
        let states =
            of.states.iter().map(|(state, count)| format!("{count} {state}")).collect::<Vec<_>>().join(", ");
        out.push_str(&format!("{}  {states}\n", context.out.strong(&output::escape(kind))));
        let counts = format!(
            "{} started, {} completed, {} failed, {} lost",
            of.started, of.completed, of.failed, of.lost
        );
        out.push_str(&format!("  attempts    {counts}; {:.2} a second\n", of.start_rate));
        for (name, quantiles) in [("waited", of.wait_ms), ("ran", of.run_ms)] {
            if let Some(q) = quantiles {
                let text =
                    format!("{:.1} ms at the median, {:.1} ms at P95, {:.1} ms at P99", q.p50, q.p95, q.p99);
                out.push_str(&format!("  {name:<11} {text}\n"));
            }
        }
    }
    for (worker, of) in &figures.workers {
        let text = format!("{} started, {} completed, {:.2} at once", of.started, of.completed, of.load);
        out.push_str(&format!("{}  {text}\n", output::escape(worker)));
    }
    for (key, of) in &figures.dependencies {
        let breaker = of.breaker.map(|state| format!("breaker {state}"));
        let limit = of.limit.zip(of.out).map(|(limit, out)| format!("{out} out of {limit} at present"));
        let text: Vec<_> = breaker.into_iter().chain(limit).collect();
        out.push_str(&format!("{}  {}\n", output::escape(key), text.join(", ")));
    }
    output::print(&out)?;
    Ok(Outcome::Good)
}

fn act(args: &Act, context: &Context, deed: Deed) -> Result<Outcome> {
    let engine = context.open()?.tasks()?;
    let who = principal(args.act.by.principal.as_deref())?;
    let mut failed: Option<Error> = None;
    let ids = if args.ids.is_empty() {
        let filter = filter(&args.state, args.kind.as_deref())?;
        let mut ids = Vec::new();
        let listed = engine.list(&filter, &mut |row| {
            ids.push(row.task.id);
            Ok(())
        });
        match listed {
            // One that cannot be read holds back no other.
            Err(error) if error.code() == Code::Tampered => failed = Some(error),
            listed => listed?,
        }
        ids
    } else {
        args.ids.iter().map(|id| TaskId::parse(id)).collect::<Result<Vec<_>>>()?
    };
    let states = engine.act_many(deed, &ids, &who, &args.act.reason)?;
    for (id, state) in ids.into_iter().zip(states) {
        match state {
            Ok(state) if context.json => print_json(&json!({"id": id, "state": state}))?,
            Ok(state) if !context.quiet => output::print(&format!("{id} is {state}\n"))?,
            Ok(_) => {}
            // The last one is reported where all errors are.
            Err(error) => {
                if let Some(before) = failed.replace(error) {
                    output::report(context, None, &before);
                }
            }
        }
    }
    failed.map_or(Ok(Outcome::Good), Err)
}
