//! The four numbers over time: how many commits, and which share.

use super::key;
use crate::series::{Bin, Series};
use crate::words::{clocks, commits, number, percent, verdict, verdict_key};
use crate::{Counts, Statistics};
use maud::{Markup, html};

/// Labels under a chart at most.
const TICKS: usize = 6;

pub(super) fn section(statistics: &Statistics) -> Markup {
    let series = Series::new(&statistics.by_month);
    let recent = Series::recent(&statistics.by_month);
    html! {
        section.card aria-labelledby="time" {
            h2 #time { "Over time" }
            @if series.bins.is_empty() {
                p.note { "No commit has a date that can be right." }
            } @else {
                p.note { "Commits by " (series.unit) " of the committer's date, in UTC." }
                ul.legend aria-hidden="true" {
                    @for (known, _) in Counts::default().by_verdict() {
                        li { (key(verdict_key(known))) (verdict(known)) }
                    }
                }
                (charts(&series))
                @if series.unit != "month" && recent.bins.len() > 1 {
                    div.block {
                        h3 { "The last " (recent.bins.len()) " months" }
                        (charts(&recent))
                    }
                }
            }
            @if series.earlier.total > 0 {
                p.note { "Not in the chart, for they are years older than all others: " (commits(series.earlier.total)) "." }
            }
            @if let Some(note) = clocks(&statistics.out_of_range) { p.note { (note) } }
        }
    }
}

fn charts(series: &Series) -> Markup {
    html! {
        (chart("Commits", series, Measure::Commits))
        (chart("Share", series, Measure::Share))
        (numbers(series))
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Measure {
    Commits,
    Share,
}

/// Bars, stretched to the width there is; texts stand beside them, so that they keep their size.
fn chart(title: &str, series: &Series, measure: Measure) -> Markup {
    let top = round_up(series.most());
    let width = series.bins.len() * 10;
    let scale = match measure {
        Measure::Commits => [number(top), number(top / 2), "0".to_owned()],
        Measure::Share => ["100 %", "50 %", "0 %"].map(str::to_owned),
    };
    html! {
        figure.chart.low[measure == Measure::Share] {
            figcaption { (title) }
            div.scale.num aria-hidden="true" {
                // Keeps the column as wide in one chart as in the other.
                i { (if top > 9_999 { number(top) } else { "100 %".to_owned() }) }
                @for (at, text) in scale.iter().enumerate() {
                    @if top.is_multiple_of(2) || at != 1 || measure == Measure::Share {
                        span style=(format!("top:{}%", at * 50)) { (text) }
                    }
                }
            }
            div.plot style=(narrow(series)) {
                svg viewBox=(format!("0 0 {width} 100")) preserveAspectRatio="none" role="img" {
                    title { (title) " by " (series.unit) ": AI, human, automation and unknown, stacked" }
                    desc { "The numbers are in the table below the charts." }
                    @for y in ["0", "50"] { line x1="0" x2=(width) y1=(y) y2=(y) {} }
                    @for (at, bin) in series.bins.iter().enumerate() {
                        (bar(bin, at, if measure == Measure::Share { bin.counts.total } else { top }))
                    }
                    line.base x1="0" x2=(width) y1="100" y2="100" {}
                }
            }
            (ticks(series))
        }
    }
}

/// A few bars need not fill the width.
fn narrow(series: &Series) -> String {
    format!("max-width:{}px", series.bins.len() * 88)
}

/// One period's bar, from the bottom: AI, human, automation, unknown.
fn bar(bin: &Bin, at: usize, whole: u64) -> Markup {
    let parts = bin.counts.by_verdict();
    let mut y = 100.0;
    let said: Vec<_> = parts.iter().map(|(known, n)| format!("{} {}", verdict(*known), number(*n))).collect();
    html! {
        g {
            title { (bin.name) ": " (commits(bin.counts.total)) ". " (said.join(", ")) }
            // Where there is no bar, the pointer still finds the numbers.
            rect.field x=(at * 10) y="0" width="10" height="100" {}
            @for (known, n) in parts {
                @let height = super::width(n, whole, 100.0, 0.0);
                @if height > 0.0 {
                    ({ y -= height; "" })
                    rect.(verdict_key(known)) x=(at * 10 + 1) y=(format!("{y:.2}")) width="8" height=(format!("{height:.2}")) {}
                }
            }
        }
    }
}

fn ticks(series: &Series) -> Markup {
    let count = series.bins.len();
    let step = count.div_ceil(TICKS).max(1);
    // Counted from the end: what happened last is what is asked for.
    let labelled = series.bins.iter().enumerate().rev().step_by(step);
    html! {
        div.ticks.num aria-hidden="true" style=(narrow(series)) {
            @for (nth, (at, bin)) in labelled.enumerate() {
                // The last one ends with the chart, not beside it.
                @let is_last = nth == 0 && count > 3;
                @let left = format!("left:{:.2}%", (at as f64 + 0.5) / count as f64 * 100.0);
                span.minor[nth % 3 > 0].last[is_last] style=[(!is_last).then_some(left)] {
                    (bin.name)
                }
            }
        }
    }
}

fn numbers(series: &Series) -> Markup {
    html! {
        details {
            summary { "Numbers by " (series.unit) }
            div.scroll tabindex="0" role="region" aria-label="Numbers over time" {
                table.plain {
                    thead { tr {
                        th scope="col" { (series.unit) }
                        th.num scope="col" { "Commits" }
                        @for (known, _) in Counts::default().by_verdict() { th.num scope="col" { (verdict(known)) } }
                        th.num scope="col" { "AI share" }
                        th.num scope="col" { "Unknown share" }
                    } }
                    tbody {
                        @for Bin { name, counts } in &series.bins {
                            tr {
                                th scope="row" { (name) }
                                td.num { (number(counts.total)) }
                                @for (_, n) in counts.by_verdict() { td.num.zero[n == 0] { (number(n)) } }
                                td.num { (percent(counts.ai, counts.total)) }
                                td.num { (percent(counts.unknown, counts.total)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The next number of one digit and zeros, or 1.5 or 2.5 times that, so that the scale reads well.
fn round_up(n: u64) -> u64 {
    let mut unit: u64 = 1;
    loop {
        for tenths in [10, 15, 20, 25, 30, 40, 50, 60, 80] {
            let candidate = unit.saturating_mul(tenths) / 10;
            if candidate >= n.max(1) && (unit > 1 || tenths % 10 == 0) {
                return candidate;
            }
        }
        match unit.checked_mul(10) {
            Some(next) => unit = next,
            None => return n,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_ends_just_above_the_highest_bar() {
        let rounded = [0, 1, 2, 7, 9, 11, 99, 101, 1_234, 80_000].map(round_up);
        assert_eq!(rounded, [1, 1, 2, 8, 10, 15, 100, 150, 1_500, 80_000]);
        for n in (0..100_000).step_by(37).chain([u64::MAX]) {
            assert!(round_up(n) >= n);
        }
    }
}
