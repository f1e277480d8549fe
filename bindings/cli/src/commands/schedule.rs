//! `sealbook schedule`

use super::task::{principal, print_json, span, work_spec};
use crate::args::{ActOnSchedule, Add, Schedule, ScheduleCommand};
use crate::context::{Context, Outcome};
use crate::output;
use sealbook_common::sealbook::tasks::{self, Engine, Key, Missed, Principal, ScheduleRequest, Scheduled};
use sealbook_common::sealbook::{Code, Error, Result, Time};
use serde_json::json;

pub(crate) fn run(args: &Schedule, context: &Context) -> Result<Outcome> {
    match &args.command {
        ScheduleCommand::Add(args) => {
            let request = request(args)?;
            tell(&context.open()?.tasks()?.put_schedule(request)?, context)?;
        }
        ScheduleCommand::List => {
            for scheduled in context.open_to_read()?.tasks()?.schedules()? {
                print(&scheduled, context)?;
            }
        }
        ScheduleCommand::Remove(args) => {
            let (name, who) = named(args)?;
            context.open()?.tasks()?.remove_schedule(&name, who)?;
            if context.json {
                print_json(&json!({"name": name, "removed": true}))?;
            } else if !context.quiet {
                output::print(&format!("{} is removed\n", output::escape(name.as_str())))?;
            }
        }
        ScheduleCommand::Pause(args) => act(args, context, Engine::pause_schedule)?,
        ScheduleCommand::Resume(args) => act(args, context, Engine::resume_schedule)?,
    }
    Ok(Outcome::Good)
}

fn request(args: &Add) -> Result<ScheduleRequest> {
    let invalid = |what: String, remedy: &str| Error::new(Code::InvalidArgument, what).remedy(remedy);
    let missed = Missed::parse(&args.missed)
        .ok_or_else(|| invalid(format!("--missed {:?} is unknown", args.missed), "give skip, once or all"))?;
    let from = |text: &str| {
        Time::parse(text).ok_or_else(|| {
            invalid(format!("--from {text:?} is no time"), "write it as 2026-11-23T10:15:30.000000Z")
        })
    };
    let schedule = tasks::Schedule {
        missed,
        grace: span(args.grace),
        limit: args.limit,
        ..tasks::Schedule::new(&args.cron, &args.zone)
    };
    Ok(ScheduleRequest {
        name: Key::parse(&args.name)?,
        schedule,
        spec: work_spec(&args.work)?,
        from: args.from.as_deref().map(from).transpose()?,
    })
}

fn act(
    args: &ActOnSchedule,
    context: &Context,
    act: impl FnOnce(&Engine, &Key, Principal) -> Result<Scheduled>,
) -> Result<()> {
    let (name, who) = named(args)?;
    tell(&act(&context.open()?.tasks()?, &name, who)?, context)
}

fn named(args: &ActOnSchedule) -> Result<(Key, Principal)> {
    Ok((Key::parse(&args.name)?, principal(args.by.principal.as_deref())?))
}

fn tell(scheduled: &Scheduled, context: &Context) -> Result<()> {
    if context.json || !context.quiet { print(scheduled, context) } else { Ok(()) }
}

fn print(scheduled: &Scheduled, context: &Context) -> Result<()> {
    if context.json {
        return print_json(&tasks::schedule_json(scheduled));
    }
    let (schedule, spec) = (&scheduled.schedule, &scheduled.spec);
    let next = match scheduled.next {
        _ if scheduled.paused => context.out.warn("paused"),
        Some(next) => format!("next {next}"),
        None => "no other".to_owned(),
    };
    let times = format!("{} {}", schedule.cron, schedule.zone);
    let what = format!("{} {}", spec.kind, output::cut(spec.arguments.as_str(), 60));
    let name = context.out.strong(&output::escape(scheduled.name.as_str()));
    output::print(&format!("{name}  {}  {next}  {}\n", output::escape(&times), output::escape(&what)))?;
    match &scheduled.problem {
        Some(problem) => output::print(&format!("  {}\n", context.out.bad(&output::escape(problem)))),
        None => Ok(()),
    }
}
