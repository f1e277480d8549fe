//! `sealbook scan`

use crate::args::Scan;
use crate::context::{Context, Outcome};
use crate::output::{Style, escape, print};
use crate::progress;
use sealbook_common::reply;
use sealbook_common::sealbook::{self, Code, Error, Result, ScanOptions, ScanReport};
use std::fmt::Write as _;
use std::path::Path;

pub(crate) fn run(args: &Scan, context: &Context) -> Result<Outcome> {
    if !args.history {
        return Err(Error::new(Code::InvalidArgument, "what to scan is not said")
            .remedy("pass --history: reading the commits is what this version can do"));
    }
    let (path, options) = (args.path.clone(), ScanOptions { revision: args.revision.clone() });
    let report = if args.record {
        let ledger = context.open_at(folder(&path))?;
        progress::run(context, "scanning", move |progress| ledger.scan(&path, &options, progress))
    } else {
        progress::run(context, "scanning", move |progress| sealbook::scan(&path, &options, progress))
    }?;
    if context.json {
        print(&(reply::json(&report) + "\n"))?;
    } else {
        print(&shown(&report, context.out))?;
    }
    Ok(Outcome::Good)
}

/// Where to look for the ledger: a file in a project is not a ledger file.
fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if path.is_file() && parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) if path.is_file() => parent,
        _ => path,
    }
}

fn shown(report: &ScanReport, style: Style) -> String {
    let commits = &report.commits;
    let mut out = String::new();
    let mut add = |name: &str, count: u64| {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{count:>8}  {name}");
    };
    add(&style.strong("commits"), commits.total);
    add("with an AI claim of strength medium or better", commits.ai);
    add("with a statement of human work", commits.human_evidence);
    add("by automation", commits.automation);
    add("unknown", commits.unknown);
    if !report.by_tool.is_empty() {
        let _ = writeln!(out, "{}", style.strong("tools"));
    }
    let mut tools: Vec<_> = report.by_tool.iter().collect();
    tools.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    for (tool, count) in tools {
        let _ = writeln!(out, "{count:>8}  {}", escape(tool));
    }
    if !report.by_strength.is_empty() {
        let _ = writeln!(out, "{}", style.strong("strongest claim"));
    }
    for (strength, count) in report.by_strength.iter().rev() {
        let _ = writeln!(out, "{count:>8}  {}", format!("{strength:?}").to_lowercase());
    }
    if let Some(recorded) = report.recorded {
        let _ = writeln!(out, "recorded {recorded} new entries");
    }
    out
}
