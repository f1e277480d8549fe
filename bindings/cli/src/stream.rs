//! `record -`: what has gathered is committed with one sync, then acknowledged line by line.

use crate::context::{Context, Outcome};
use crate::interrupt::on_interrupt;
use crate::lines::{Line, Queue};
use crate::{entry, output};
use sealbook_common::sealbook::{Code, Entry, Error, Ledger, Result};
use std::io::{BufReader, stdin};
use std::sync::Arc;

/// Records the lines of standard input until it ends.
pub(crate) fn record_lines(ledger: &Ledger, context: &Context) -> Result<Outcome> {
    let queue = Arc::new(Queue::default());
    let (interrupted, reading) = (queue.clone(), queue.clone());
    on_interrupt(move || interrupted.stop())?;
    // Never joined: it may be waiting for input that never comes.
    std::thread::Builder::new()
        .name("sealbook-reader".to_owned())
        .spawn(move || reading.fill(BufReader::with_capacity(1 << 16, stdin())))
        .map_err(|e| Error::new(Code::Io, format!("a thread cannot be started: {e}")).caused_by(e))?;
    let mut outcome = Outcome::Good;
    loop {
        let lines = queue.take();
        if lines.is_empty() {
            break;
        }
        let batch = commit(ledger, context, lines);
        match output::print(&batch.acknowledged) {
            Err(error) if output::is_broken_pipe(&error) => return Ok(Outcome::Unread),
            printed => printed?,
        }
        if batch.refused {
            outcome = Outcome::Refused;
        }
        if batch.hopeless {
            return Ok(outcome);
        }
    }
    match queue.failure() {
        Some(error) => Err(error),
        None if queue.is_stopped() => Ok(Outcome::Interrupted),
        None => Ok(outcome),
    }
}

/// What became of some lines.
#[derive(Default)]
struct Batch {
    /// The entries, in print.
    acknowledged: String,
    /// Whether any line was refused.
    refused: bool,
    /// Whether the ledger cannot take more.
    hopeless: bool,
}

fn commit(ledger: &Ledger, context: &Context, lines: Vec<Line>) -> Batch {
    let (mut groups, mut places) = (Vec::new(), Vec::new());
    for Line { number, record } in lines {
        places.push((number, record.map(|record| groups.push(vec![record])).err()));
    }
    let mut outcomes = ledger.record_groups(&groups).into_iter();
    let mut batch = Batch::default();
    for (number, mistake) in places {
        let missing = || Err(Error::new(Code::Internal, "a line without an outcome"));
        let outcome = mistake.map_or_else(|| outcomes.next().unwrap_or_else(missing), Err);
        match outcome {
            Ok(entries) => entries.iter().for_each(|e| batch.acknowledged += &shown(e, context)),
            Err(error) => {
                batch.refused = true;
                batch.hopeless |= !is_about_the_line(error.code());
                output::report(context, Some(number), &error);
            }
        }
    }
    batch
}

/// The entry as one line, of JSON if that was asked for.
fn shown(entry: &Entry, context: &Context) -> String {
    match (context.json, context.quiet) {
        (true, _) => entry.to_json() + "\n",
        (false, false) => entry::line(entry, context.out),
        (false, true) => String::new(),
    }
}

/// Whether the next line may fare better.
fn is_about_the_line(code: Code) -> bool {
    matches!(
        code,
        Code::InvalidArgument | Code::InvalidKind | Code::ReservedKind | Code::InvalidId | Code::IdConflict
    ) || code.name().starts_with("PAYLOAD_")
}
