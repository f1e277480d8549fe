//! `sealbook task submit`

use super::{principal, print_json};
use crate::args::{Submit, WorkOptions};
use crate::context::{Context, Outcome};
use crate::lines::{Found, read_line};
use crate::output;
use sealbook_common::request;
use sealbook_common::sealbook::tasks::{
    self, ApprovalPolicy, Arguments, Dependency, Engine, Idempotency, Key, Limits, Needs, OnFailure,
    Priority, RetryPolicy, Scope, Span, Spec, Submitted, TaskId, TaskKind, Timeouts,
};
use sealbook_common::sealbook::{Code, Entry, Error, Result, now};
use std::ffi::{OsStr, OsString};
use std::time::Duration;

/// How many lines are submitted together.
const BATCH: usize = 1000;
/// The longest line. Beyond the limit of arguments, so that escapes and white space do not matter.
const LINE: u64 = 8 << 20;
/// For how long an idempotency key is remembered.
const DAY: Span = Span::from_secs(86_400);

pub(crate) fn run(args: &Submit, context: &Context) -> Result<Outcome> {
    let tasks = context.open()?.tasks()?;
    if args.lines {
        return lines(&tasks, context);
    }
    let spec = spec(args)?;
    if args.entry.is_empty() {
        print(&tasks.submit(spec)?, context)?;
    } else {
        with_entries(&tasks, &args.entry, spec, context)?;
    }
    Ok(Outcome::Good)
}

/// Submits a task and records entries, or does neither.
fn with_entries(tasks: &Engine, entries: &[String], spec: Spec, context: &Context) -> Result<()> {
    let record = |(n, text): (usize, &String)| {
        request::record(text.as_bytes()).map_err(|error| error.with("entry", n))
    };
    let records = entries.iter().enumerate().map(record).collect::<Result<Vec<_>>>()?;
    let (entries, submitted) = tasks.record_and_submit(&records, vec![spec])?;
    let submitted =
        submitted.first().ok_or_else(|| Error::new(Code::Internal, "a submission without a task"))?;
    if !context.json {
        return print(submitted, context);
    }
    // Payloads are printed as they are recorded: going through a value could change their numbers.
    let (task, entries) = (tasks::submitted_json(submitted).to_string(), entries.iter().map(Entry::to_json));
    let task = task.strip_suffix('}').unwrap_or(&task);
    output::print(&format!("{task},\"entries\":[{}]}}\n", entries.collect::<Vec<_>>().join(",")))
}

fn print(submitted: &Submitted, context: &Context) -> Result<()> {
    if context.json {
        print_json(&tasks::submitted_json(submitted))
    } else {
        output::print(&format!("{}\n", submitted.id))
    }
}

/// Submits what standard input asks for. A line that is not understood ends it; what was printed before is submitted.
fn lines(tasks: &Engine, context: &Context) -> Result<Outcome> {
    let mut specs = Vec::new();
    let submit = |specs: &mut Vec<Spec>| {
        let submitted = tasks.submit_many(std::mem::take(specs))?;
        submitted.iter().try_for_each(|submitted| print(submitted, context))
    };
    let (mut input, mut bytes) = (std::io::stdin().lock(), Vec::new());
    for number in 1.. {
        let spec = match read_line(&mut input, &mut bytes, LINE)? {
            Found::End => break,
            Found::TooLong => Err(invalid(
                format!("the line is longer than {LINE} bytes"),
                "keep large content in files, and pass their paths as arguments",
            )),
            Found::Line if bytes.trim_ascii().is_empty() => continue,
            Found::Line => std::str::from_utf8(&bytes)
                .map_err(|e| invalid(format!("the line is not text: {e}"), "write it as UTF-8"))
                .and_then(tasks::spec_of),
        };
        match spec {
            Ok(spec) => specs.push(spec),
            Err(error) => {
                output::report(context, Some(number), &error);
                return Ok(Outcome::Refused);
            }
        }
        if specs.len() == BATCH {
            submit(&mut specs)?;
        }
    }
    submit(&mut specs)?;
    Ok(Outcome::Good)
}

fn spec(args: &Submit) -> Result<Spec> {
    let on_failure = OnFailure::parse(&args.on_failure).ok_or_else(|| {
        invalid(format!("--on-failure {:?} is unknown", args.on_failure), "give block, cancel, fail or run")
    })?;
    let dependency = |id: &String| Ok(Dependency { task: TaskId::parse(id)?, on_failure });
    Ok(Spec {
        after: args.after.iter().map(dependency).collect::<Result<_>>()?,
        idempotency: key(args.idempotency_key.as_ref())?.map(|key| Idempotency {
            key,
            scope: Scope::Requester,
            lifetime: DAY,
        }),
        not_before: args.delay.map(|delay| Ok::<_, Error>(span(delay).after(now()?))).transpose()?,
        ..work_spec(&args.work)?
    })
}

/// The specification that the options ask for which a task and a schedule share.
pub(crate) fn work_spec(args: &WorkOptions) -> Result<Spec> {
    let kind = TaskKind::parse(&args.kind)?;
    let arguments = arguments(args)?;
    let priority = Priority::parse(&args.priority).ok_or_else(|| {
        invalid(
            format!("there is no priority {:?}", args.priority),
            "give 0 to 255, or low, medium, high or critical",
        )
    })?;
    let initial = span(args.retry_delay);
    let retry = RetryPolicy { max_attempts: args.max_attempts, initial, ..RetryPolicy::default() };
    let retry = RetryPolicy { max: retry.max.max(initial), ..retry };
    Ok(Spec {
        priority,
        retry,
        concurrency: key(args.concurrency_key.as_ref())?,
        dependency: key(args.dependency.as_ref())?,
        timeouts: Timeouts { start_to_close: args.timeout.map(span), ..Timeouts::default() },
        limits: Limits {
            cpu: args.cpu.map(span),
            memory_bytes: args.memory.map(|mib| mib.saturating_mul(1 << 20)),
            ..Limits::default()
        },
        needs: args.needs.as_deref().map(needs).transpose()?.unwrap_or_default(),
        approval: approval(args)?,
        ..Spec::new(kind, arguments, principal(args.requester.as_deref())?)
    })
}

fn key(text: Option<&String>) -> Result<Option<Key>> {
    text.map(|text| Key::parse(text)).transpose()
}

fn invalid(what: String, remedy: &str) -> Error {
    Error::new(Code::InvalidArgument, what).remedy(remedy)
}

fn needs(text: &str) -> Result<Needs> {
    serde_json::from_str(text).map_err(|e| {
        Error::new(Code::InvalidTask, format!("--needs is not understood: {e}"))
            .remedy("see the guide to tasks for what a task can need")
    })
}

fn arguments(args: &WorkOptions) -> Result<Arguments> {
    match &args.arguments {
        Some(text) => Arguments::parse(text),
        None if args.kind == "process" && args.command.is_empty() => {
            Err(Error::new(Code::InvalidArgument, "a task of kind process has no command").remedy(
                "put the command behind --, as in `sealbook task submit --kind process -- make report`",
            ))
        }
        None if args.command.is_empty() => Arguments::parse("null"),
        None => Arguments::parse(&serde_json::json!(texts(&args.command)?).to_string()),
    }
}

fn texts(command: &[OsString]) -> Result<Vec<&str>> {
    command.iter().map(|word| text(word)).collect()
}

fn text(word: &OsStr) -> Result<&str> {
    word.to_str().ok_or_else(|| {
        Error::new(Code::InvalidArgument, format!("the argument {} is not UTF-8", word.display()))
            .remedy("arguments are kept as JSON: pass such a name through a file")
    })
}

fn approval(args: &WorkOptions) -> Result<Option<ApprovalPolicy>> {
    if let Some(text) = &args.approval {
        return policy(text).map(Some);
    }
    let Some(count) = args.require_approvals else { return Ok(None) };
    let roles = args.approver_role.iter().map(|role| Key::parse(role)).collect::<Result<_>>()?;
    let mut policy = ApprovalPolicy::of(count, roles);
    policy.levels.iter_mut().for_each(|level| level.deadline = span(args.approval_deadline));
    Ok(Some(policy))
}

fn policy(text: &str) -> Result<ApprovalPolicy> {
    serde_json::from_str(text).map_err(|e| {
        Error::new(Code::InvalidTask, format!("--approval is not understood: {e}"))
            .remedy("see the guide to tasks for what a policy has")
    })
}

pub(crate) fn span(duration: Duration) -> Span {
    Span::from_millis(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
}
