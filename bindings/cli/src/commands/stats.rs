//! `sealbook stats`

use crate::args::{Figures, People, Stats};
use crate::commands::scan::kinds;
use crate::context::{Context, Outcome};
use crate::output::{Style, brief, escape, line, plural, print};
use crate::progress;
use sealbook_common::reply;
use sealbook_common::sealbook::{self, Counts, Group, Groups, Result, Statistics, StatsOptions};

/// Rows of a table that people are shown; JSON has them all.
const ROWS: usize = 12;

/// The months that people are shown, the newest ones.
const MONTHS: usize = 24;

pub(crate) fn run(args: &Stats, context: &Context) -> Result<Outcome> {
    let (path, options) = (args.path.clone(), stats_options(&args.options));
    let stats =
        progress::run(context, "reading", move |progress| sealbook::stats(&path, &options, progress))?;
    let text = if context.json { reply::json(&stats) + "\n" } else { shown(&stats, context.out) };
    print(&text)?;
    Ok(Outcome::Good)
}

/// What the options ask for.
pub(crate) fn stats_options(figures: &Figures) -> StatsOptions {
    StatsOptions {
        revision: figures.revision.clone(),
        people: match figures.people {
            People::Full => sealbook::People::Full,
            People::Hashed => sealbook::People::Hashed,
            People::None => sealbook::People::None,
        },
        folders: figures.folders,
        no_cache: figures.no_cache,
    }
}

fn shown(stats: &Statistics, style: Style) -> String {
    let mut out = Table { text: String::new(), style };
    out.head("");
    out.row("all", &stats.commits);
    if stats.commits.ai_in_part > 0 {
        out.note(&format!(
            "{} of the AI commits only in part: squashes and merges of mixed work, or notes about some lines",
            stats.commits.ai_in_part
        ));
    }
    out.groups("tool", &stats.by_tool);
    out.groups("model, as claimed", &stats.by_model);
    out.rows("strongest claim", &stats.by_strength);
    if let Some(people) = &stats.by_person {
        out.groups("person", people);
    }
    out.groups("folder", &stats.by_folder);
    if !stats.by_folder.rows.is_empty() {
        let line = style.faint("  a commit counts for each folder that it touches, a merge for none");
        out.line(&line);
    }
    let months = stats.by_month.iter().rev().take(MONTHS).rev();
    out.section("month");
    for row in months {
        out.row(&row.month.to_string(), &row.commits);
    }
    out.more(stats.by_month.len().saturating_sub(MONTHS), "earlier months");
    if stats.contradicted > 0 {
        let commits = plural(stats.contradicted, "commit");
        out.note(&format!("{commits} with claims that contradict each other"));
    }
    let invalid: u64 = stats.invalid_claims.values().sum();
    if invalid > 0 {
        out.note(&format!("{} cannot be true, so that nothing is counted for it", plural(invalid, "claim")));
    }
    let unreadable = &stats.unreadable;
    if !unreadable.is_empty() {
        let (commits, trees) = (plural(unreadable.commits, "commit"), plural(unreadable.trees, "commit"));
        let first = unreadable.first.as_deref().map(escape).unwrap_or_default();
        out.note(&format!("{commits} and the files of {trees} could not be read, and are left out: {first}"));
    }
    let records = stats.unreadable_records.values().sum();
    if records > 0 {
        let kinds = kinds(&stats.unreadable_records);
        out.note(&format!("{} of Agent Trace could not be read: {kinds}", plural(records, "record")));
    }
    out.text
}

struct Table {
    text: String,
    style: Style,
}

impl Table {
    fn head(&mut self, name: &str) {
        let line = format!(
            "{name:<40} {:>9} {:>9} {:>9} {:>11} {:>9}",
            "commits", "AI", "human", "automation", "unknown"
        );
        let line = self.style.faint(&line);
        self.line(&line);
    }

    fn section(&mut self, name: &str) {
        let line = self.style.strong(&format!("by {name}"));
        self.line(&line);
    }

    fn groups(&mut self, name: &str, groups: &Groups) {
        self.rows(name, &groups.rows);
        if let Some(others) = &groups.others {
            self.row("others", others);
        }
    }

    fn rows(&mut self, name: &str, rows: &[Group]) {
        if rows.is_empty() {
            return;
        }
        self.section(name);
        for group in rows.iter().take(ROWS) {
            self.row(&group.name, &group.commits);
        }
        self.more(rows.len().saturating_sub(ROWS), "more");
    }

    fn row(&mut self, name: &str, counts: &Counts) {
        let name = brief(name, 38);
        let Counts { total, ai, human_evidence, automation, unknown, .. } = counts;
        self.line(&format!(
            "  {name:<38} {total:>9} {ai:>9} {human_evidence:>9} {automation:>11} {unknown:>9}"
        ));
    }

    fn more(&mut self, rows: usize, what: &str) {
        if rows > 0 {
            let line = self.style.faint(&format!("  and {rows} {what}: --json has all"));
            self.line(&line);
        }
    }

    fn note(&mut self, text: &str) {
        let line = self.style.warn(text);
        self.line(&line);
    }

    fn line(&mut self, text: &str) {
        line(&mut self.text, text);
    }
}
