//! The files, how to check the figures, what they cannot say, and what made them.

use super::{evidence, text};
use crate::words::{class, number, plural};
use crate::{Report, Rules, TreeStatistics};
use maud::{Markup, html};

pub(super) fn tree(tree: &TreeStatistics) -> Markup {
    html! {
        section.card aria-labelledby="files" {
            h2 #files { "Files as they lie in the folder" }
            p.note {
                (plural(tree.scanned, "file")) " read, " (number(tree.flagged)) " with a claim, " (number(tree.skipped))
                " not read. About a file without a claim nothing is known."
            }
            @if !tree.by_tool.is_empty() {
                div.scroll tabindex="0" role="region" aria-label="Files by tool" {
                    table.plain {
                        thead { tr {
                            th scope="col" { "Tool" } th scope="col" { "Class" } th.num scope="col" { "Files" }
                            th.num scope="col" { "Certain" } th.num scope="col" { "High" }
                            th.num scope="col" { "Medium" } th.num scope="col" { "Low" }
                        } }
                        tbody { @for group in tree.by_tool.iter().take(15) { tr {
                            th scope="row" { (text(&group.name)) }
                            td { (class(group.class)) }
                            td.num { (number(group.files)) }
                            @for (_, n) in group.by_strength.from_strongest() { td.num.zero[n == 0] { (number(n)) } }
                        } } }
                    }
                }
                details {
                    summary { "Strongest claims" }
                    ul.claims { @for piece in &tree.strongest { (evidence::claim(piece)) } }
                }
            }
        }
    }
}

pub(super) fn checks(report: &Report) -> Markup {
    html! {
        @if !report.checks.is_empty() {
            section.card aria-labelledby="checks" {
                h2 #checks { "How to check these figures" }
                p.note { "In a clone of the repository. Nothing here needs to be believed." }
                ol.checks {
                    @for check in &report.checks { li { (check.what) pre tabindex="0" { code { (check.command) } } } }
                }
            }
        }
    }
}

pub(super) fn limits(report: &Report) -> Markup {
    html! {
        section.card aria-labelledby="limits" {
            h2 #limits { "What these figures cannot say" }
            ul.list { @for limit in report.limits { li { (limit) } } }
        }
    }
}

/// What the project's own settings make of the catalogue.
fn changes(catalogue: &Rules) -> Markup {
    html! {
        @for (how, ids) in catalogue.changes() {
            "; " (how) " by the project's settings: "
            @for (at, id) in ids.iter().enumerate() { @if at > 0 { ", " } code { (text(id)) } }
        }
    }
}

pub(super) fn footer(report: &Report) -> Markup {
    let catalogue = &report.catalogue;
    html! {
        footer {
            p {
                "Sealbook " (report.version) ", catalogue version " (catalogue.version) " with " (plural(catalogue.rules as u64, "rule"))
                @if let Some(digest) = &catalogue.digest { ", digest " code { (text(digest)) } }
                (changes(catalogue))
                ". Data: " code { (report.schema) } ", " code { (report.statistics.schema) } "."
            }
        }
    }
}
