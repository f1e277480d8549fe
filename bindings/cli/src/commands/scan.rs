//! `sealbook scan`

use crate::args::Scan;
use crate::claim::claim_line;
use crate::context::{Context, Outcome};
use crate::output::{Style, escape, print};
use crate::progress;
use sealbook_common::reply;
use sealbook_common::sealbook::{self, Code, Commits, Error, Result, ScanOptions, ScanReport, project_of};

pub(crate) fn run(args: &Scan, context: &Context) -> Result<Outcome> {
    if !args.history && !args.tree {
        return Err(Error::new(Code::InvalidArgument, "what to scan is not said")
            .remedy("pass --history for the commits, --tree for the files, or both"));
    }
    let (path, options) = (args.path.clone(), options(args));
    let report = if args.record {
        let ledger = context.open_at(project_of(&path))?;
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

fn options(args: &Scan) -> ScanOptions {
    ScanOptions {
        revision: args.revision.clone(),
        history: args.history,
        tree: args.tree,
        no_ignore: args.no_ignore,
        no_cache: args.no_cache,
        record: args.record,
    }
}

fn shown(report: &ScanReport, style: Style) -> String {
    let mut out = String::new();
    if let Some(commits) = &report.commits {
        history(&mut out, commits, report, style);
    }
    if let (Some(files), Some(claims)) = (&report.files, &report.claims) {
        for claim in claims {
            line(&mut out, &claim_line(claim, style));
        }
        count(&mut out, &style.strong("files read"), files.scanned);
        count(&mut out, "with a claim", files.flagged);
        count(&mut out, "skipped: binary, too large or unreadable", files.skipped);
    }
    if let Some(recorded) = report.recorded {
        line(&mut out, &format!("recorded {recorded} new entries"));
    }
    out
}

fn history(out: &mut String, commits: &Commits, report: &ScanReport, style: Style) {
    count(out, &style.strong("commits"), commits.total);
    count(out, "with an AI claim of strength medium or better", commits.ai);
    count(out, "with a statement of human work", commits.human_evidence);
    count(out, "by automation", commits.automation);
    count(out, "unknown", commits.unknown);
    let mut tools: Vec<_> = report.by_tool.iter().flatten().collect();
    if !tools.is_empty() {
        line(out, &style.strong("tools"));
    }
    tools.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    for (tool, commits) in tools {
        count(out, &escape(tool), *commits);
    }
    line(out, &style.strong("strongest claim"));
    for (strength, commits) in report.by_strength.iter().flatten().rev() {
        count(out, &reply::word(strength), *commits);
    }
}

fn count(out: &mut String, name: &str, count: u64) {
    line(out, &format!("{count:>8}  {name}"));
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}
