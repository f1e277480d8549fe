//! Numbers and words, the same in every form of the report.

use crate::{Counts, Doubt, OutOfRange, People, Statistics};
use sealbook_attribution::{Class, Strength, Verdict};

/// A number with its thousands apart: `80,000`.
pub(crate) fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A share in percent. Nothing is rounded to 0 % or 100 % that is not, and of nothing there is no share.
pub(crate) fn percent(part: u64, whole: u64) -> String {
    let tenths = |n: u128| format!("{}.{} %", n / 10, n % 10);
    match (u128::from(part), u128::from(whole)) {
        (_, 0) => "–".to_owned(),
        (0, _) => "0 %".to_owned(),
        (part, whole) if part >= whole => "100 %".to_owned(),
        (part, whole) => match (part * 1_000 + whole / 2) / whole {
            0 => "<0.1 %".to_owned(),
            1_000.. => ">99.9 %".to_owned(),
            n => tenths(n),
        },
    }
}

/// `1 commit`, `2 commits`.
pub(crate) fn commits(n: u64) -> String {
    plural(n, "commit")
}

/// A number and a word, with an s unless it is one.
pub(crate) fn plural(n: u64, word: &str) -> String {
    format!("{} {word}{}", number(n), if n == 1 { "" } else { "s" })
}

pub(crate) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ai => "AI",
        Verdict::HumanEvidence => "Human",
        Verdict::Automation => "Automation",
        Verdict::Unknown => "Unknown",
    }
}

/// The verdict as one word of a class or a file.
pub(crate) fn verdict_key(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ai => "ai",
        Verdict::HumanEvidence => "human",
        Verdict::Automation => "automation",
        Verdict::Unknown => "unknown",
    }
}

pub(crate) fn verdict_means(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ai => "a claim of strength medium or better names an AI tool",
        Verdict::HumanEvidence => "a person states that people did the work",
        Verdict::Automation => "the author is a bot that is not AI",
        Verdict::Unknown => "nothing was said; never to be read as human",
    }
}

pub(crate) fn class(class: Class) -> &'static str {
    match class {
        Class::Ai => "AI",
        Class::Automation => "automation",
        Class::Human => "human",
    }
}

pub(crate) fn strength_means(strength: &str) -> &'static str {
    match strength {
        "certain" => "the identity of a machine, with no known benign use",
        "high" => "the exact default of a tool",
        "medium" => "a convention that a person may share",
        "low" => "an ambiguous word; never enough for a verdict",
        _ => "no AI claim at all",
    }
}

pub(crate) fn source_means(source: &str) -> &'static str {
    match source {
        "recorded" => "recorded by the agent's own hook",
        "imported" => "taken over from notes or an Agent Trace",
        "claimed" => "said by a trailer, an author or a committer",
        _ => "concluded from content",
    }
}

pub(crate) fn doubt(doubt: Doubt) -> &'static str {
    match doubt {
        Doubt::Contradiction => "claims contradict each other",
        Doubt::Impossible => "a claim cannot be true",
        Doubt::Weakened => "a claim is worth less here than its rule's mostly are",
        Doubt::MediumAlone => "one claim of strength medium, and no other",
        Doubt::LowAlone => "an AI claim too weak for a verdict",
        Doubt::PartOnly => "only a part is claimed",
    }
}

pub(crate) fn people(people: People) -> &'static str {
    match people {
        People::None => "People are left out of this report.",
        People::Hashed => {
            "Authors by pseudonym. Whoever has the history can work out who is who; the figures are no measure of anybody's work."
        }
        People::Full => "Authors by e-mail address. The figures are no measure of anybody's work.",
    }
}

/// The sentence under the title: never a share of AI without the share that nobody knows.
pub(crate) fn lead(counts: &Counts) -> String {
    let share = |n| format!("{} ({})", number(n), percent(n, counts.total));
    match counts.total {
        0 => "There is no commit yet, and so nothing to tell.".to_owned(),
        1 => match counts.by_verdict().into_iter().find(|(_, n)| *n == 1) {
            Some((known, _)) => format!("Of the only commit this is known: {}.", verdict_means(known)),
            None => String::new(),
        },
        total if counts.ai == 0 => format!(
            "Of {}, none carries evidence of AI. About {} nothing is known: people, tools or both may have written them.",
            commits(total),
            share(counts.unknown),
        ),
        total => format!(
            "Of {}, {} carry evidence of AI. About {} nothing is known: people, tools or both may have written them.",
            commits(total),
            share(counts.ai),
            share(counts.unknown),
        ),
    }
}

/// What the reading left out, if anything: a sentence each, the last with a text by others.
pub(crate) fn left_out(statistics: &Statistics) -> Vec<String> {
    let of = &statistics.unreadable;
    let said = |n, what: &str, follows: &str| (n > 0).then(|| format!("{} {follows}", plural(n, what)));
    let records = statistics.unreadable_records.values().sum();
    let first = of.first.as_ref().map(|first| format!("The first that could not be read: {first}"));
    let all = [
        said(
            of.commits,
            "commit",
            "could not be read, and count in no figure; neither does what only they lead to.",
        ),
        said(of.trees, "commit", "could not be compared with what was before, and count in no folder."),
        said(records, "record", "of Agent Trace could not be read, and claim nothing."),
        first,
    ];
    all.into_iter().flatten().collect()
}

/// That a folder's commits are no parts of a sum.
pub(crate) const FOLDERS: &str = "A commit counts for each folder that it touches; merges and commits that were not looked into are not here.";

/// What is to be known about the clocks, if anything.
pub(crate) fn clocks(out: &OutOfRange) -> Option<String> {
    let (before, after) = (out.before.total, out.after.total);
    (before + after > 0).then(|| {
        let part = |n, what| (n > 0).then(|| format!("{} {what}", commits(n)));
        let parts = [part(before, "dated before 1980"), part(after, "dated after this report was written")];
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        format!("Not in the chart, for a clock that cannot have been right: {}.", parts.join(", "))
    })
}

/// The first and the last month with a commit.
pub(crate) fn span(statistics: &Statistics) -> Option<String> {
    let (first, last) = (statistics.by_month.first()?.month, statistics.by_month.last()?.month);
    Some(if first == last { first.to_string() } else { format!("{first} to {last}") })
}

/// Strength as a class of the style sheet.
pub(crate) fn strength_key(strength: Strength) -> &'static str {
    match strength {
        Strength::Certain => "s-certain",
        Strength::High => "s-high",
        Strength::Medium => "s-medium",
        Strength::Low => "s-low",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_nothing_is_no_number_and_none_is_rounded_away() {
        assert_eq!(percent(0, 0), "–");
        assert_eq!(percent(0, 5), "0 %");
        assert_eq!(percent(5, 5), "100 %");
        assert_eq!(percent(1, 80_000), "<0.1 %");
        assert_eq!(percent(79_999, 80_000), ">99.9 %");
        assert_eq!(percent(1, 3), "33.3 %");
        assert_eq!(percent(u64::MAX - 1, u64::MAX), ">99.9 %");
    }

    #[test]
    fn thousands_are_apart() {
        assert_eq!(
            ["0", "999", "1,000", "80,000", "1,234,567"],
            [0, 999, 1_000, 80_000, 1_234_567].map(number).each_ref().map(String::as_str)
        );
    }

    #[test]
    fn the_lead_never_names_ai_without_the_unknown() {
        for (ai, unknown) in [(0, 2), (2, 0), (1, 79_999)] {
            let counts = Counts { total: ai + unknown, ai, unknown, ..Counts::default() };
            let lead = lead(&counts);
            assert!(lead.contains("AI") && lead.contains(&format!("About {}", number(unknown))), "{lead}");
        }
    }
}
