//! How a reader checks the figures, and what no figure can say.

use crate::Report;
use crate::links::is_commit_id;
use serde::Serialize;

/// One way to check a figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What it shows.
    pub what: String,
    /// The command, to be run in the repository.
    pub command: String,
}

/// What the method cannot know, in plain words.
pub(crate) const LIMITS: [&str; 6] = [
    "Unknown means that nothing was said. Most AI work leaves no trace in a history, so the AI share is what can be shown, \
     not what was done: a lower bound, if the claims are true.",
    "Trailers, authors and committers are free text that anybody can write, and so can be forged, left out or copied. A claim \
     counts as evidence, not as proof.",
    "A commit counts as AI if a claim of strength medium or better says so, whatever part of it the tool wrote. Where only a part is \
     claimed, as in a squash of mixed work, it is counted apart.",
    "Models are named as the tools name them; some are known to write a model's name that did not do the work.",
    "Rules have known false positives, and users may add, change or switch off rules. The command sealbook rules show RULE prints \
     what a rule looks for and where it errs.",
    "Commits are counted, not lines. Who reviewed, tested or rewrote the work afterwards is not in these figures.",
];

/// The commands for this report. Only ids and hashes of known form get into one.
pub(crate) fn checks(report: &Report) -> Vec<Check> {
    let statistics = &report.statistics;
    let head = report.repository.head.as_deref().filter(|head| is_commit_id(head)).unwrap_or("HEAD");
    let counts = &statistics.commits;
    let mut checks = Vec::new();
    let mut add = |what: String, command: String| checks.push(Check { what, command });
    if counts.total > 0 {
        add(
            format!("Git counts the commits itself: {}.", counts.total),
            format!("git rev-list --count {head}"),
        );
        add(
            "The statements that most figures rest on, read without Sealbook.".to_owned(),
            format!(
                "git log --format='%h %an <%ae> %(trailers:only,unfold,separator=%x20)' {head} | grep -iE 'co-authored-by|assisted-by|generated|\\[bot\\]'"
            ),
        );
        add(
            format!(
                "The same scan again: {} AI, {} human, {} automation, {} unknown.",
                counts.ai, counts.human_evidence, counts.automation, counts.unknown
            ),
            format!("sealbook scan --history --revision {head} --json"),
        );
        add(
            "The commits behind a figure, each with its strongest claim.".to_owned(),
            format!("sealbook scan --history --revision {head} --list ai"),
        );
        let listed = statistics.strongest.iter().chain(&statistics.doubtful);
        let example = listed.map(|evidence| evidence.commit.as_str()).find(|id| is_commit_id(id));
        add(
            "Every claim about one commit, with the rule and the text behind it.".to_owned(),
            format!("sealbook why {}", example.unwrap_or("COMMIT")),
        );
    }
    let has = |place: &str| statistics.by_signal.iter().any(|group| group.name == place);
    if has("note") {
        add(
            "The notes that claims come from, as git has them.".to_owned(),
            format!("git log --notes=ai --format='%n%h %s%n%N' {head}"),
        );
    }
    if has("trace") || !statistics.unreadable_records.is_empty() {
        add("The records of Agent Trace.".to_owned(), "cat .agent-trace/*.json*".to_owned());
    }
    if report.tree.is_some() {
        add("The files again.".to_owned(), "sealbook scan --tree --json".to_owned());
    }
    if let Some(ledger) = &report.ledger {
        let known = ledger.root.map(|root| format!(" --size {} --root {root}", ledger.entries));
        add(
            "The ledger again. Keep size and root somewhere else: only that shows whether the whole was written anew.".to_owned(),
            format!("sealbook verify{}", known.unwrap_or_default()),
        );
    }
    checks
}
