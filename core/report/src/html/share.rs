//! The four shares, first of all.

use super::{key, stack};
use crate::Counts;
use crate::words::{commits, lead, number, percent, verdict, verdict_key, verdict_means};
use maud::{Markup, html};

pub(super) fn section(counts: &Counts) -> Markup {
    let parts = counts.by_verdict();
    let title: Vec<_> = parts
        .iter()
        .map(|(known, n)| format!("{} {} ({})", verdict(*known), number(*n), percent(*n, counts.total)))
        .collect();
    let bars: Vec<_> = parts.iter().map(|(known, n)| (verdict_key(*known), *n)).collect();
    html! {
        section.card aria-labelledby="share" {
            h2 #share { "What is known" }
            p.lead { (lead(counts)) }
            @if counts.total > 0 { (stack("share", &bars, counts.total, &title.join(", "))) }
            dl.tiles {
                @for (known, n) in parts {
                    div {
                        dt { (key(verdict_key(known))) (verdict(known)) }
                        dd.big.num { (percent(n, counts.total)) }
                        dd.count.num { (commits(n)) }
                        dd.what {
                            (verdict_means(known))
                            @if known == sealbook_attribution::Verdict::Ai && counts.ai_in_part > 0 {
                                "; " (number(counts.ai_in_part)) " of them only in part"
                            }
                        }
                    }
                }
            }
        }
    }
}
