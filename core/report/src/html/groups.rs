//! Commits by tool, strength, folder and more: a table whose rows are bars, with all four numbers.

use super::{key, stack, text};
use crate::words::{
    class, number, people, percent, plural, source_means, strength_key, strength_means, verdict, verdict_key,
};
use crate::{Counts, Group, Groups, Statistics};
use maud::{Markup, html};
use sealbook_attribution::{Class, Strength, Verdict};

/// Rows shown of a table; the JSON form has all.
const SHOWN: usize = 15;

pub(super) fn sections(statistics: &Statistics) -> Markup {
    let (ai, other): (Vec<_>, Vec<_>) =
        statistics.by_tool.rows.iter().cloned().partition(|group| group.class == Some(Class::Ai));
    let ai = Groups { rows: ai, others: statistics.by_tool.others };
    let other = Groups { rows: other, others: None };
    let all = |rows: &[Group]| Groups { rows: rows.to_vec(), others: None };
    html! {
        section.card aria-labelledby="tools" {
            h2 #tools { "By tool" }
            p.note { "A commit counts for each tool that a claim names. The bars show how strong the strongest claim is." }
            (tools(&ai))
            @if !statistics.by_model.rows.is_empty() {
                div.block {
                    h3 { "By model, as claimed" }
                    p.note { "Tools are known to name a model that did not do the work." }
                    (table("Model", &statistics.by_model))
                }
            }
            @if !other.rows.is_empty() {
                div.block {
                    h3 { "Not AI: bots and people's own statements" }
                    (table("Name", &other))
                }
            }
        }
        section.card aria-labelledby="strength" {
            h2 #strength { "How sure, and how we know" }
            p.note { "By the strongest AI claim of each commit." }
            (table("Strength", &all(&statistics.by_strength)))
            @if !statistics.by_source.is_empty() {
                div.block {
                    h3 { "By source of a claim" }
                    (table("Source", &all(&statistics.by_source)))
                }
                div.block {
                    h3 { "By place of the evidence" }
                    (table("Place", &all(&statistics.by_signal)))
                }
            }
        }
        @if !statistics.by_folder.rows.is_empty() {
            section.card aria-labelledby="folders" {
                h2 #folders { "By folder" }
                p.note { (crate::words::FOLDERS) }
                (table("Folder", &statistics.by_folder))
            }
        }
        @if let Some(persons) = statistics.by_person.as_ref().filter(|groups| !groups.rows.is_empty()) {
            section.card aria-labelledby="people" {
                h2 #people { "By author" }
                p.note { (people(statistics.people)) }
                (table("Author", persons))
            }
        }
    }
}

fn tools(groups: &Groups) -> Markup {
    html! {
        @if groups.rows.is_empty() {
            p.note.block { "No claim names an AI tool." }
        } @else {
            ul.legend aria-hidden="true" {
                @for strength in Strength::ALL.into_iter().rev() {
                    li { (key(strength_key(strength))) (crate::statistics::strength_word(strength)) }
                }
            }
            (table("Tool", groups))
        }
    }
}

fn table(what: &str, groups: &Groups) -> Markup {
    let (shown, rest) = groups.rows.split_at(groups.rows.len().min(SHOWN));
    let mut others = groups.others.unwrap_or_default();
    rest.iter().for_each(|group| others.merge(&group.commits));
    // Commits without any AI claim would make the bars of all others too short to be seen; the rest is many rows.
    let is_drawn = |group: &Group| what != "Strength" || group.name != "none";
    let longest = shown.iter().filter(|group| is_drawn(group)).map(|group| group.commits.total).max();
    let longest = longest.unwrap_or_default();
    html! {
        table.groups role="table" {
            caption.hidden { "Commits by " (what.to_lowercase()) }
            thead role="rowgroup" { tr role="row" {
                th.name scope="col" role="columnheader" { (what) }
                th.bar-cell scope="col" role="columnheader" { span.hidden { "Bar" } }
                th.num.n scope="col" role="columnheader" { "Commits" }
                @for (known, _) in Counts::default().by_verdict() {
                    th.num.n scope="col" role="columnheader" { (verdict(known)) }
                }
            } }
            tbody role="rowgroup" {
                @for group in shown { (row(what, group, if is_drawn(group) { longest } else { 0 })) }
                @if others.total > 0 {
                    tr role="row" {
                        th.name scope="row" role="rowheader" {
                            @if rest.is_empty() { "Others" } @else { (plural(rest.len() as u64, "other")) }
                            span.means { "each row summed" }
                        }
                        td.bar-cell role="cell" {}
                        (figures(&others))
                    }
                }
            }
        }
    }
}

fn row(what: &str, group: &Group, longest: u64) -> Markup {
    let counts = &group.commits;
    let four = counts.by_verdict().map(|(known, n)| (verdict_key(known), n));
    let strengths = group
        .by_strength
        .filter(|_| group.class == Some(Class::Ai))
        .map(|strengths| strengths.from_strongest().map(|(strength, n)| (strength_key(strength), n)));
    let parts = strengths.unwrap_or(four);
    let named = parts.map(|(class, n)| format!("{} {}", class.trim_start_matches("s-"), number(n)));
    let means = match (what, group.class) {
        ("Strength", _) => strength_means(&group.name),
        ("Source", _) => source_means(&group.name),
        ("Name", Some(of)) => class(of),
        _ => "",
    };
    html! {
        tr role="row" {
            th.name scope="row" role="rowheader" {
                (text(&group.name))
                @if !means.is_empty() { span.means { (means) } }
            }
            td.bar-cell role="cell" {
                @if longest > 0 { div style=(format!("width:{:.1}%", super::width(counts.total, longest, 100.0, 1.5))) {
                    (stack("bar", &parts, counts.total, &named.join(", ")))
                } }
            }
            (figures(counts))
        }
    }
}

/// All four numbers and the total: in columns, or on a phone in a line.
fn figures(counts: &Counts) -> Markup {
    html! {
        td.num.n.total role="cell" { (number(counts.total)) }
        @for (_, n) in counts.by_verdict() { td.num.n.four.zero[n == 0] role="cell" { (number(n)) } }
        td.line.num role="cell" {
            @for (known, n) in counts.by_verdict() {
                span {
                    (verdict(known)) " " (number(n))
                    @if known == Verdict::Unknown { " (" (percent(n, counts.total)) ")" }
                }
                " "
            }
        }
    }
}
