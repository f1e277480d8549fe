//! The report as Markdown, for pull requests, wikis and terminals.

use crate::series::Series;
use crate::statistics::{signal_word, source_word, strength_word};
use crate::words::{self, commits, number, percent, plural, verdict};
use crate::{Counts, Evidence, Group, Groups, Report, visible};
use sealbook_attribution::Extent;
use std::fmt::Write;

/// Rows of a table; the JSON form has all.
const SHOWN: usize = 15;

/// The report as Markdown, with the tables of GitHub's dialect.
///
/// What others wrote stands in code spans, where nothing is a link, a mention or markup, with characters that
/// do not show made [`visible`].
#[must_use]
pub fn markdown(report: &Report) -> String {
    let mut out = String::new();
    let statistics = &report.statistics;
    let repository = &report.repository;
    line(&mut out, format!("# {}: who wrote this code\n", code(&repository.name)));
    let head = repository.head.as_deref().map(|head| format!("head {}, ", code(head))).unwrap_or_default();
    line(&mut out, format!("A Sealbook report: {head}written {}.\n", report.written_text()));
    ledger(&mut out, report);
    line(&mut out, "## What is known\n");
    line(&mut out, format!("{}\n", words::lead(&statistics.commits)));
    share(&mut out, &statistics.commits);
    for left_out in words::left_out(statistics) {
        line(&mut out, format!("{}\n", code(&left_out)));
    }
    if statistics.commits.total > 0 {
        over_time(&mut out, report);
        table(&mut out, "Tool", &statistics.by_tool);
        table(&mut out, "Model, as claimed", &statistics.by_model);
        for (what, groups) in [
            ("Strength", &statistics.by_strength),
            ("Source", &statistics.by_source),
            ("Place", &statistics.by_signal),
        ] {
            table(&mut out, what, &Groups { rows: groups.clone(), others: None });
        }
        table(&mut out, "Folder", &statistics.by_folder);
        if let Some(persons) = &statistics.by_person {
            table(&mut out, "Author", persons);
            line(&mut out, format!("{}\n", words::people(statistics.people)));
        }
        evidence(&mut out, "Strongest evidence", &statistics.strongest);
        evidence(&mut out, "Most doubtful evidence", &statistics.doubtful);
    }
    tree(&mut out, report);
    closing(&mut out, report);
    out
}

fn ledger(out: &mut String, report: &Report) {
    let Some(ledger) = &report.ledger else {
        line(
            out,
            "**No ledger behind this report.** The figures come from the history alone, and nothing seals them.\n",
        );
        return;
    };
    let verdict = match (ledger.is_intact(), ledger.not_checked.is_empty()) {
        (false, _) => "tampered with",
        (true, true) => "intact",
        (true, false) => "intact, as far as it could be checked",
    };
    line(out, format!("**Ledger {verdict}**: {} entries checked.\n", number(ledger.entries)));
    let root = ledger.root.map(|root| format!("root {}", code(&root.to_string())));
    let origin = ledger.origin.as_deref().map(|origin| format!("origin {}", code(origin)));
    let faults = ledger.faults.iter().take(SHOWN).map(|fault| {
        format!(
            "fault in entry {}: {}: {}",
            fault.seq,
            crate::html::kind_word(&fault.kind),
            code(&fault.detail)
        )
    });
    let not_checked = ledger.not_checked.iter().map(|topic| format!("not checked: {}", code(topic)));
    for item in root.into_iter().chain(origin).chain(faults).chain(not_checked) {
        line(out, format!("- {item}"));
    }
    line(out, "");
}

fn share(out: &mut String, counts: &Counts) {
    line(out, "| | Commits | Share | |\n|---|--:|--:|---|");
    for (known, n) in counts.by_verdict() {
        let means = words::verdict_means(known);
        line(out, format!("| {} | {} | {} | {means} |", verdict(known), number(n), percent(n, counts.total)));
    }
    line(out, format!("| All | {} | {} | |\n", number(counts.total), percent(counts.total, counts.total)));
    if counts.ai_in_part > 0 {
        line(out, format!("Of the AI commits, {} are so only in part.\n", number(counts.ai_in_part)));
    }
}

fn over_time(out: &mut String, report: &Report) {
    let statistics = &report.statistics;
    let series = Series::new(&statistics.by_month);
    line(out, "## Over time\n");
    if !series.bins.is_empty() {
        heading(out, series.unit);
        for bin in &series.bins {
            line(out, format!("| {} {}", bin.name, figures(&bin.counts)));
        }
        line(out, "");
    }
    if series.earlier.total > 0 {
        line(
            out,
            format!("Years older than all others, and left out here: {}.\n", commits(series.earlier.total)),
        );
    }
    if let Some(note) = words::clocks(&statistics.out_of_range) {
        line(out, format!("{note}\n"));
    }
}

fn table(out: &mut String, what: &str, groups: &Groups) {
    if groups.rows.is_empty() {
        return;
    }
    line(out, format!("## By {}\n", what.to_lowercase()));
    if what == "Folder" {
        line(out, format!("{}\n", words::FOLDERS));
    }
    heading(out, what);
    let (shown, rest) = groups.rows.split_at(groups.rows.len().min(SHOWN));
    for Group { name, class, commits, .. } in shown {
        let class = class.map(|of| format!(" ({})", words::class(of))).unwrap_or_default();
        line(out, format!("| {}{class} {}", cell(name), figures(commits)));
    }
    let mut others = groups.others.unwrap_or_default();
    rest.iter().for_each(|group| others.merge(&group.commits));
    if others.total > 0 {
        line(out, format!("| others, each row summed {}", figures(&others)));
    }
    line(out, "");
}

fn heading(out: &mut String, what: &str) {
    line(out, format!("| {what} | Commits | AI | Human | Automation | Unknown | Unknown share |"));
    line(out, "|---|--:|--:|--:|--:|--:|--:|");
}

fn figures(counts: &Counts) -> String {
    let four: Vec<_> = counts.by_verdict().iter().map(|(_, n)| number(*n)).collect();
    format!("| {} | {} | {} |", number(counts.total), four.join(" | "), percent(counts.unknown, counts.total))
}

fn evidence(out: &mut String, title: &str, list: &[Evidence]) {
    if list.is_empty() {
        return;
    }
    line(out, format!("## {title}\n"));
    for evidence in list {
        let date = evidence.date.as_deref().unwrap_or("without a date");
        let (id, known) = (code(&evidence.commit), verdict(evidence.verdict));
        line(out, format!("- {id}, {date}, {known}: {}", code(&evidence.subject)));
        for piece in &evidence.claims {
            let model =
                piece.model.as_deref().map(|model| format!(" with {}", code(model))).unwrap_or_default();
            let part = if piece.extent == Extent::Part { ", in part" } else { "" };
            let text = piece.text.as_deref().map(|text| format!(": {}", code(text))).unwrap_or_default();
            let wrong = piece
                .invalid
                .as_deref()
                .map(|why| format!("; counts for nothing, since it cannot be true: {}", code(why)));
            let claimed = if piece.invalid.is_some() { "claimed " } else { "" };
            line(
                out,
                format!(
                    "  - {}{model}, {claimed}{}, {} by {}{part}, rule {}{text}{}",
                    code(&piece.tool),
                    strength_word(piece.strength),
                    source_word(piece.source),
                    signal_word(piece.signal),
                    code(&piece.rule),
                    wrong.unwrap_or_default()
                ),
            );
        }
        let doubts: Vec<_> = evidence.doubts.iter().map(|doubt| words::doubt(*doubt)).collect();
        if !doubts.is_empty() {
            let reasons: String =
                evidence.contradictions.iter().map(|reason| format!(" {}", code(reason))).collect();
            line(out, format!("  - doubt: {}.{reasons}", doubts.join("; ")));
        }
    }
    line(out, "");
}

fn tree(out: &mut String, report: &Report) {
    let Some(tree) = &report.tree else { return };
    line(out, "## Files as they lie in the folder\n");
    line(
        out,
        format!(
            "{} read, {} with a claim, {} not read. About a file without a claim nothing is known.\n",
            plural(tree.scanned, "file"),
            number(tree.flagged),
            number(tree.skipped)
        ),
    );
    for group in tree.by_tool.iter().take(SHOWN) {
        let of = words::class(group.class);
        line(out, format!("- {} ({of}): {}", code(&group.name), plural(group.files, "file")));
    }
    line(out, "");
}

fn closing(out: &mut String, report: &Report) {
    if !report.checks.is_empty() {
        line(out, "## How to check these figures\n");
        for check in &report.checks {
            line(out, format!("- {}\n\n  ```sh\n  {}\n  ```\n", check.what, check.command));
        }
    }
    line(out, "## What these figures cannot say\n");
    for limit in report.limits {
        line(out, format!("- {limit}"));
    }
    let rules = &report.catalogue;
    let digest =
        rules.digest.as_deref().map(|digest| format!(", digest {}", code(digest))).unwrap_or_default();
    let count = plural(rules.rules as u64, "rule");
    line(
        out,
        format!("\nSealbook {}, catalogue version {} with {count}{digest}.", report.version, rules.version),
    );
    for (how, ids) in rules.changes() {
        let ids: Vec<_> = ids.iter().map(|id| code(id)).collect();
        line(out, format!("\nRules {how} by the project's settings: {}.", ids.join(", ")));
    }
}

fn line(out: &mut String, text: impl AsRef<str>) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{}", text.as_ref());
}

/// A text that others wrote, as a code span.
fn code(text: &str) -> String {
    let text = visible(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    match text.trim() {
        "" => "(empty)".to_owned(),
        _ if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) => format!("{fence} {text} {fence}"),
        _ => format!("{fence}{text}{fence}"),
    }
}

/// A text that others wrote, as a code span in a table.
fn cell(text: &str) -> String {
    // A backslash before a bar would end the cell, whichever way the bar is escaped.
    code(text).replace("\\|", "\\\\u{7c}").replace('|', "\\|")
}
