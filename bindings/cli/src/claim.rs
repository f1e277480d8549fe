//! How a claim is shown to people.

use crate::output::{Style, brief, escape};
use sealbook_common::reply::word;
use sealbook_common::sealbook::{Claim, Strength};

/// `PATH:START-END  strength  tool (model)  rule  evidence`.
pub(crate) fn claim_line(claim: &Claim, style: Style) -> String {
    let mut parts = Vec::new();
    if let Some(path) = &claim.path {
        parts.push(escape(path).into_owned() + &lines(claim));
    }
    parts.push(match claim.strength {
        // What cannot be true is worth nothing, however sure its rule is elsewhere.
        _ if claim.invalid.is_some() => style.warn("invalid"),
        Strength::Certain | Strength::High => style.strong(&word(&claim.strength)),
        Strength::Medium => word(&claim.strength),
        Strength::Low => style.faint(&word(&claim.strength)),
    });
    parts.push(match &claim.model {
        Some(model) => format!("{} ({})", escape(&claim.tool), brief(model, 60)),
        None => escape(&claim.tool).into_owned(),
    });
    parts.push(style.faint(&claim.rule));
    parts.push(brief(&claim.evidence, 80));
    if claim.more > 0 {
        parts.push(style.faint(&format!("and {} more by this rule", claim.more)));
    }
    if let Some(invalid) = &claim.invalid {
        parts.push(style.warn(&format!("cannot be true: {}", brief(&invalid.reason, 120))));
    }
    parts.join("  ")
}

fn lines(claim: &Claim) -> String {
    let range = |lines: &sealbook_common::sealbook::Lines| match lines.start == lines.end {
        true => lines.start.to_string(),
        false => format!("{}-{}", lines.start, lines.end),
    };
    let ranges: Vec<_> = claim.lines.iter().take(8).map(range).collect();
    match ranges.len() {
        0 => String::new(),
        8 if claim.lines.len() > 8 => format!(":{},…", ranges.join(",")),
        _ => format!(":{}", ranges.join(",")),
    }
}
