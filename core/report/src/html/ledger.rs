//! The ledger's verdict, what it covers and what it does not.

use super::text;
use crate::words::{number, plural};
use maud::{Markup, html};
use sealbook_ledger::verify::Report;

/// Faults and notes shown.
const SHOWN: usize = 10;

pub(super) fn banner(ledger: Option<&Report>) -> Markup {
    let (class, mark, title) = match ledger {
        None => ("none", "M7 12h10", "No ledger behind this report".to_owned()),
        Some(report) if report.is_intact() => {
            let far = if report.not_checked.is_empty() { "" } else { ", as far as it could be checked" };
            ("good", "m7 12.5 3.5 3.5 6.5-7.5", format!("Ledger intact{far}"))
        }
        Some(report) => {
            let faults = plural(report.faults.len() as u64, "fault");
            ("bad", "m8 8 8 8m0-8-8 8", format!("Ledger tampered with: {faults}"))
        }
    };
    html! {
        section.card.banner.(class) aria-labelledby="verdict" {
            svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" {
                circle cx="12" cy="12" r="10.5" stroke-width="1.8" {}
                path d=(mark) {}
            }
            h2 #verdict { (title) }
            p {
                @match ledger {
                    None => "The figures come from the history alone, and nothing seals them. They can be made anew at any time.",
                    Some(report) => {
                        (plural(report.entries, "entry").replace("entrys", "entries")) " checked. "
                        @if report.not_checked.is_empty() { "Nothing was left unchecked." }
                        @else { a href="#ledger" { "What could not be checked" } " is listed below." }
                    }
                }
            }
        }
    }
}

pub(super) fn details(report: &Report) -> Markup {
    html! {
        section.card aria-labelledby="ledger" {
            h2 #ledger { "What the ledger covers" }
            p.note {
                "An intact ledger shows that what was recorded has not been changed, dropped or reordered since. Whether it was true when it was \
                 recorded, and whether all that happened was recorded, it cannot show."
            }
            dl.facts {
                dt { "Entries" } dd.num { (number(report.entries)) }
                @if let Some(origin) = &report.origin { dt { "Origin" } dd { (text(origin)) } }
                @if let Some(root) = &report.root { dt { "Root" } dd { code { (root) } } }
            }
            @if !report.faults.is_empty() {
                div.block {
                    h3 { "Faults" }
                    ul.list {
                        @for fault in report.faults.iter().take(SHOWN) {
                            li { span.warn { "entry " (fault.seq) ", " (word(&fault.kind)) } ": " (text(&fault.detail)) }
                        }
                        @if report.faults.len() > SHOWN { li { "and " (number((report.faults.len() - SHOWN) as u64)) " more" } }
                    }
                }
            }
            @if !report.not_checked.is_empty() {
                div.block {
                    h3 { "Not checked" }
                    ul.list { @for topic in &report.not_checked { li { (text(topic)) } } }
                }
            }
            @if !report.notes.is_empty() {
                div.block {
                    h3 { "To be known" }
                    ul.list {
                        @for note in report.notes.iter().take(SHOWN) {
                            li { "entry " (note.seq) ", " (word(&note.kind)) ": " (text(&note.detail)) }
                        }
                        @if report.notes.len() > SHOWN { li { "and " (number((report.notes.len() - SHOWN) as u64)) " more" } }
                    }
                }
            }
        }
    }
}

/// `NotCanonical` as `not canonical`.
pub(crate) fn word(kind: &impl std::fmt::Debug) -> String {
    let mut out = String::new();
    for c in format!("{kind:?}").chars() {
        if c.is_uppercase() && !out.is_empty() {
            out.push(' ');
        }
        out.extend(c.to_lowercase());
    }
    out
}
