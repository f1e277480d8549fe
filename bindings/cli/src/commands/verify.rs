//! `sealbook verify`

use crate::args::Verify;
use crate::context::{Context, Outcome};
use crate::output::{Style, escape, print_if_read};
use crate::progress;
use sealbook_common::sealbook::{
    Code, Error, Expected, Fault, Note, Progress, Report, Result, verify_export, verify_export_from,
};
use sealbook_common::{reply, request};
use serde::Serialize;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom, Write, stdin};
use std::path::Path;

pub(crate) fn run(args: &Verify, context: &Context) -> Result<Outcome> {
    let expected = request::checked(Expected {
        origin: args.origin.clone(),
        size: args.size,
        root: args.root.as_deref().map(request::root).transpose()?,
    })?;
    let report = match args.export.clone() {
        None => {
            let ledger = context.open_to_read()?;
            progress::run(context, "verifying", move |progress| ledger.verify(&expected, progress))
        }
        Some(file) if file == Path::new("-") => progress::run(context, "verifying", move |progress| {
            let file = BufReader::with_capacity(1 << 20, spooled(progress)?);
            verify_export_from(file, &expected, progress)
        }),
        Some(file) => {
            progress::run(context, "verifying", move |progress| verify_export(&file, &expected, progress))
        }
    }?;
    if context.json {
        print_if_read(&(reply::json(&report) + "\n"))?;
    } else if !context.quiet {
        print_if_read(&shown(&report, context.out))?;
    }
    Ok(if report.is_intact() { Outcome::Good } else { Outcome::Finding })
}

/// Standard input in a nameless file: a verifier must be able to go back.
fn spooled(progress: &Progress) -> Result<File> {
    let mut file = tempfile::tempfile().map_err(|e| Error::io(e, "write to", std::env::temp_dir()))?;
    let (mut input, mut buffer) = (stdin().lock(), vec![0; 1 << 16]);
    loop {
        let read = input.read(&mut buffer).map_err(|e| Error::io(e, "read", "standard input"))?;
        file.write_all(buffer.get(..read).unwrap_or_default())?;
        progress.advance(0)?; // ends it after Ctrl-C
        if read == 0 {
            break;
        }
    }
    file.seek(SeekFrom::Start(0))?;
    Ok(file)
}

/// The verdict first, then what it rests on.
fn shown(report: &Report, style: Style) -> String {
    let root = report.root.map_or("unknown".to_owned(), |root| root.to_string());
    let mut out = match report.faults.len() {
        0 => style.good("intact"),
        1 => style.bad("tampered") + ": 1 fault",
        n => style.bad("tampered") + &format!(": {n} faults"),
    };
    // Writing to a string cannot fail.
    let _ = writeln!(out, ": {} entries, root {root}", report.entries);
    if let Some(origin) = &report.origin {
        let _ = writeln!(out, "origin: {}", escape(origin));
    }
    for Fault { seq, kind, detail } in &report.faults {
        let label = style.bad("fault");
        let _ = writeln!(out, "{label}: entry {seq}: {}: {}", name(kind), escape(detail));
    }
    for Note { seq, kind, detail } in &report.notes {
        let label = style.warn("note");
        let _ = writeln!(out, "{label}: entry {seq}: {}: {}", name(kind), escape(detail));
    }
    for topic in &report.not_checked {
        let _ = writeln!(out, "{}: {}", style.warn("not checked"), escape(topic));
    }
    out
}

/// The name of a kind of fault or note, as in JSON.
fn name(kind: &impl Serialize) -> String {
    match serde_json::to_value(kind) {
        Ok(serde_json::Value::String(name)) => name,
        _ => Code::Internal.name().to_owned(),
    }
}
