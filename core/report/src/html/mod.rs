//! The report as one HTML file that needs nothing else: no script, no font, no picture, no network.

mod closing;
mod evidence;
mod groups;
mod ledger;
mod palette;
mod share;
mod time;

pub(crate) use ledger::word as kind_word;

use crate::{Report, visible, words};
use maud::{Markup, html as markup};

/// Nothing may be loaded, run or sent, whatever else were wrong with the file.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// The report as one HTML file: light and dark, from phone to paper, and readable without seeing it.
///
/// Names, subjects and all else that others wrote are escaped, and characters that do not show are made
/// [`visible`].
#[must_use]
pub fn html(report: &Report) -> String {
    let title = markup! { title { (report.repository.name) " · Sealbook report" } }.into_string();
    let body = body(report).into_string();
    // The templates have no such characters, not even a line feed: all that are there come from others' texts.
    let (title, body) = (visible(&title), visible(&body));
    let (palette, style) = (palette::css(), include_str!("style.css"));
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         {title}\n<style>\n{palette}\n{style}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )
}

fn body(report: &Report) -> Markup {
    let statistics = &report.statistics;
    markup! {
        div.page {
            (header(report))
            main {
                (ledger::banner(report.ledger.as_ref()))
                (share::section(&statistics.commits))
                @for left_out in words::left_out(statistics) { p.note { span.warn { (text(&left_out)) } } }
                @if statistics.commits.total > 0 {
                    (time::section(statistics))
                    (groups::sections(statistics))
                    (evidence::sections(report))
                }
                @if let Some(tree) = &report.tree { (closing::tree(tree)) }
                @if let Some(ledger) = &report.ledger { (ledger::details(ledger)) }
                (closing::checks(report))
                (closing::limits(report))
            }
            (closing::footer(report))
        }
    }
}

fn header(report: &Report) -> Markup {
    let repository = &report.repository;
    markup! {
        header {
            p.overline { "Sealbook attribution report" }
            h1 { (text(&repository.name)) }
            p.meta {
                @if let Some(head) = &repository.head {
                    span { "Head " b { (commit(report, head)) } }
                }
                span { "Written " b { (report.written_text()) } }
                span { b { (words::commits(report.statistics.commits.total)) } }
                @if let Some(span) = words::span(&report.statistics) { span { "from " b { (span) } } }
            }
        }
    }
}

/// A text that others wrote, kept from turning the text around it.
fn text(text: &str) -> Markup {
    markup! { bdi { (text) } }
}

/// The id of a commit: short and linked where there is a page for it, else in full, to be copied.
fn commit(report: &Report, id: &str) -> Markup {
    let page = report.repository.links.as_ref().and_then(|links| links.commit(id));
    markup! {
        @match page {
            Some(page) => {
                a href=(page) rel="noopener noreferrer" title=(id) { code { (id.get(..12).unwrap_or(id)) } }
            }
            None => { code { (id) } }
        }
    }
}

/// The little square that says which colour is meant.
fn key(class: &str) -> Markup {
    markup! { span.key.(class) aria-hidden="true" {} }
}

/// A bar of several parts, drawn to be stretched; nothing that is there gets too small to be seen.
fn stack(class: &str, parts: &[(&str, u64)], longest: u64, title: &str) -> Markup {
    const WIDTH: f64 = 1_000.0;
    const LEAST: f64 = 4.0;
    let widths: Vec<f64> = parts.iter().map(|(_, n)| width(*n, longest, WIDTH, LEAST)).collect();
    let shrink = (WIDTH / widths.iter().sum::<f64>().max(1.0)).min(1.0);
    let mut x = 0.0;
    markup! {
        svg.(class) viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" {
            title { (title) }
            @for ((class, _), width) in parts.iter().zip(widths) {
                @if width > 0.0 {
                    rect.(class) x=(format!("{x:.1}")) y="0" width=(format!("{:.1}", width * shrink)) height="10" {}
                    ({ x += width * shrink; "" })
                }
            }
        }
    }
}

fn width(part: u64, whole: u64, full: f64, least: f64) -> f64 {
    if part == 0 || whole == 0 { 0.0 } else { (part as f64 / whole as f64 * full).max(least) }
}
