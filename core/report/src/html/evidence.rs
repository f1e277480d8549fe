//! The commits that are worth a look.

use super::{commit, key, text};
use crate::statistics::{signal_word, source_word, strength_word};
use crate::words::{class, doubt, number, plural, strength_key, verdict, verdict_key};
use crate::{Doubt, Evidence, Piece, Report};
use maud::{Markup, html};
use sealbook_attribution::Extent;

pub(super) fn sections(report: &Report) -> Markup {
    let statistics = &report.statistics;
    html! {
        @if !statistics.strongest.is_empty() {
            section.card aria-labelledby="strongest" {
                h2 #strongest { "Strongest evidence" }
                p.note { "Commits with a certain claim that nothing contradicts; independent sources first, at most four of one tool." }
                (list(report, &statistics.strongest))
            }
        }
        @if !statistics.doubtful.is_empty() || !statistics.invalid_claims.is_empty() {
            section.card aria-labelledby="doubtful" {
                h2 #doubtful { "Most doubtful evidence" }
                p.note { "Where a person should look before anybody relies on it." }
                (tallies(report))
                (list(report, &statistics.doubtful))
            }
        }
    }
}

/// How many commits each doubt is about, and the kinds behind them.
fn tallies(report: &Report) -> Markup {
    let statistics = &report.statistics;
    let kinds = |kinds: &std::collections::BTreeMap<String, u64>| {
        let kinds: Vec<_> =
            kinds.iter().map(|(kind, n)| format!("{}: {}", kind.replace('_', " "), number(*n))).collect();
        if kinds.is_empty() { String::new() } else { format!(" ({})", kinds.join(", ")) }
    };
    html! {
        ul.list {
            @for (of, n) in &statistics.doubts {
                li {
                    b.num { (plural(*n, "commit")) } ": " (doubt(*of))
                    @match of {
                        Doubt::Contradiction => (text(&kinds(&statistics.contradictions))),
                        Doubt::Impossible => (text(&kinds(&statistics.invalid_claims))),
                        _ => "",
                    }
                }
            }
        }
    }
}

fn list(report: &Report, list: &[Evidence]) -> Markup {
    html! {
        ul.evidence {
            @for evidence in list {
                li {
                    p.where {
                        span.tag { (key(verdict_key(evidence.verdict))) (verdict(evidence.verdict)) }
                        (commit(report, &evidence.commit))
                        @if let Some(date) = &evidence.date { span.num { (date) } }
                    }
                    p.subject { @if evidence.subject.is_empty() { span.muted { "no subject" } } @else { (text(&evidence.subject)) } }
                    ul.claims { @for piece in &evidence.claims { (claim(piece)) } }
                    @if evidence.more_claims > 0 { p.note { "and " (plural(evidence.more_claims as u64, "more claim")) } }
                    @if !evidence.doubts.is_empty() { (doubts(evidence)) }
                }
            }
        }
    }
}

pub(super) fn claim(piece: &Piece) -> Markup {
    html! {
        li {
            (key(strength_key(piece.strength)))
            b { (text(&piece.tool)) }
            @if let Some(model) = &piece.model { " with " (text(model)) }
            ", " @if piece.invalid.is_some() { "claimed " } (strength_word(piece.strength)) " (" (class(piece.class)) "): "
            (source_word(piece.source)) " by " (signal_word(piece.signal))
            @if piece.extent == Extent::Part { ", in part" }
            ", rule " code { (text(&piece.rule)) }
            @if let Some(path) = &piece.path {
                ", " code { (text(path)) @if let Some(lines) = &piece.lines { ":" (lines) } }
            }
            @if let Some(found) = &piece.text { code.text { (text(found)) } }
            @if let Some(reason) = &piece.invalid { span.warn { " Counts for nothing, since it cannot be true: " (text(reason)) } }
        }
    }
}

fn doubts(evidence: &Evidence) -> Markup {
    let said: Vec<_> = evidence.doubts.iter().map(|of| doubt(*of)).collect();
    html! {
        p.doubt {
            span.warn {
                svg viewBox="0 0 16 16" aria-hidden="true" {
                    path fill="currentColor" d="M8 1 16 15H0Zm-1 5v4h2V6Zm0 5.5v2h2v-2Z" {}
                }
                "Doubt: "
            }
            (said.join("; ")) "."
            @for reason in &evidence.contradictions { " " (text(reason)) }
        }
    }
}
