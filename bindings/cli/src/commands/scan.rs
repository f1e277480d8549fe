//! `sealbook scan`

use crate::args::{Listed, Scan};
use crate::claim::claim_line;
use crate::context::{Context, Outcome};
use crate::output::{Style, brief, escape, line, plural, print};
use crate::progress;
use sealbook_common::reply;
use sealbook_common::sealbook::{
    self, Code, CommitVerdict as Verdict, Commits, Error, ListedCommit, Result, ScanOptions, ScanReport,
    project_of,
};
use std::collections::BTreeMap;

pub(crate) fn run(args: &Scan, context: &Context) -> Result<Outcome> {
    if !args.history && !args.tree {
        return Err(Error::new(Code::InvalidArgument, "what to scan is not said")
            .remedy("pass --history for the commits, --tree for the files, or both"));
    }
    if let Some(listed) = args.list {
        return list(args, listed, context);
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

fn list(args: &Scan, listed: Listed, context: &Context) -> Result<Outcome> {
    let (path, options) = (args.path.clone(), options(args));
    let verdict = match listed {
        Listed::Ai => Verdict::Ai,
        Listed::Human => Verdict::HumanEvidence,
        Listed::Automation => Verdict::Automation,
        Listed::Unknown => Verdict::Unknown,
    };
    let commits = progress::run(context, "scanning", move |progress| {
        sealbook::list_commits(&path, &options, verdict, progress)
    })?;
    let mut out = String::new();
    for commit in &commits {
        line(&mut out, &if context.json { reply::json(commit) } else { listed_line(commit, context.out) });
    }
    print(&out)?;
    Ok(Outcome::Good)
}

/// `COMMIT  strength  tool  rule  subject`.
fn listed_line(commit: &ListedCommit, style: Style) -> String {
    let text = |text: &Option<String>| text.as_deref().map_or("-".into(), escape).into_owned();
    let strength = commit.strength.map_or_else(|| "-".to_owned(), |strength| reply::word(&strength));
    let (id, rule) = (commit.commit.get(..12).unwrap_or(&commit.commit), text(&commit.rule));
    let tool = brief(&text(&commit.tool), 24);
    format!("{id}  {strength:<8} {tool:<24} {}  {}", style.faint(&rule), brief(&commit.subject, 72))
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
        count(&mut out, "skipped", files.skipped);
        let skipped = report.skipped.unwrap_or_default();
        for (why, files) in skipped.by_reason().filter(|(_, files)| *files > 0) {
            count(&mut out, &style.faint(&format!("of them {why}")), files);
        }
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
    if let Some(unreadable) = &report.unreadable {
        let (commits, trees) = (unreadable.commits, unreadable.trees);
        let first = unreadable.first.as_deref().map(escape).unwrap_or_default();
        line(
            out,
            &style.warn(&format!(
                "{} and the files of {} could not be read, and are left out: {first}",
                plural(commits, "commit"),
                plural(trees, "commit")
            )),
        );
    }
    let records = report.unreadable_records.values().sum();
    if records > 0 {
        line(
            out,
            &style.warn(&format!(
                "{} of Agent Trace could not be read: {}",
                plural(records, "record"),
                kinds(&report.unreadable_records)
            )),
        );
    }
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

/// `2 breaks_schema, 1 too_large`.
pub(crate) fn kinds(kinds: &BTreeMap<&'static str, u64>) -> String {
    kinds.iter().map(|(kind, count)| format!("{count} {kind}")).collect::<Vec<_>>().join(", ")
}

fn count(out: &mut String, name: &str, count: u64) {
    line(out, &format!("{count:>8}  {name}"));
}
