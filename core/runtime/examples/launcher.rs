//! A program that runs commands with limits, and is its own launcher: `launcher '["make","report"]' [CPU_MS [MEMORY_BYTES]]`.

use sealbook_error::Result;
use sealbook_ledger::Time;
use sealbook_runtime::{Attempt, CancelToken, Handler, Launcher, Outcome, ProcessHandler, enter};
use sealbook_tasks::{Arguments, Limits, Principal, Span, Spec, Task, TaskId, TaskKind};
use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

/// What we are started with in place of a command.
const ENTER: &str = "enter";

fn main() -> Result<ExitCode> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    if given.first().is_some_and(|word| word == ENTER) {
        return Err(enter());
    }
    let number = |place: usize| given.get(place).and_then(|text| text.parse().ok());
    let limits =
        Limits { cpu: number(1).map(Span::from_millis), memory_bytes: number(2), ..Limits::default() };
    let command = Arguments::parse(given.first().map_or("null", String::as_str))?;
    let spec = Spec::new(TaskKind::parse("process")?, command, Principal::parse("ann")?);
    let task = Task::submit(TaskId::new(Time::EPOCH, [1; 10]), Spec { limits, ..spec }, Time::EPOCH)?;

    let program =
        std::env::current_exe().map_err(|e| sealbook_error::Error::io(e, "find", "this program"))?;
    let handler = ProcessHandler::new(Launcher::Through(program, vec![ENTER.to_owned()]));
    let outcome = handler.run(&Attempt::new(&task, 1, CancelToken::new(), Arc::new(|_| {})));
    let told = match &outcome {
        Outcome::Complete(result) => writeln!(std::io::stdout(), "{result}"),
        other => writeln!(std::io::stderr(), "{other:?}"),
    };
    let is_good = told.is_ok() && matches!(outcome, Outcome::Complete(_));
    Ok(if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
