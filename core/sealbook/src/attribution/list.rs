//! The commits behind a figure.

use super::history;
use super::options::ScanOptions;
use super::scan::reading;
use super::settings::in_force;
use sealbook_attribution::{Class, Commit, Strength, Verdict};
use sealbook_error::Result;
use sealbook_store::Progress;
use serde::Serialize;
use std::path::Path;

/// A commit with its verdict and the strongest claim that speaks for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListedCommit {
    /// The commit's id in hexadecimal.
    pub commit: String,
    /// The verdict.
    pub verdict: Verdict,
    /// The strength of the claim; absent where nothing is claimed, as the rest.
    pub strength: Option<Strength>,
    /// The tool that it is for. Untrusted, as the rest.
    pub tool: Option<String>,
    /// The model, as it names it.
    pub model: Option<String>,
    /// Its rule.
    pub rule: Option<String>,
    /// The message's first paragraph, on one line.
    pub subject: String,
}

/// The commits with a verdict in the history of the git repository at or above `path`, newest first, as
/// [`scan`](super::scan()) counts them. Of the options, those about the history count.
///
/// # Errors
/// As [`scan`](super::scan()).
///
/// # Example
///
/// ```
/// use sealbook::{Code, CommitVerdict, Progress, ScanOptions, list_commits};
///
/// let folder = tempfile::tempdir()?;
/// let (options, progress) = (ScanOptions::default(), Progress::default());
/// let error = list_commits(folder.path(), &options, CommitVerdict::Ai, &progress).unwrap_err();
/// assert_eq!(error.code(), Code::NotARepository);
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn list_commits(
    path: &Path,
    options: &ScanOptions,
    verdict: Verdict,
    progress: &Progress,
) -> Result<Vec<ListedCommit>> {
    let rules = in_force(path)?;
    let mut listed = Vec::new();
    history::read(path, &reading(options, &rules), progress, &mut |commit| {
        if commit.verdict == verdict {
            listed.push(ListedCommit::of(commit));
        }
        Ok(())
    })?;
    Ok(listed)
}

impl ListedCommit {
    fn of(commit: &Commit<'_>) -> Self {
        let class = match commit.verdict {
            // What is unknown can have hints of AI.
            Verdict::Ai | Verdict::Unknown => Class::Ai,
            Verdict::HumanEvidence => Class::Human,
            Verdict::Automation => Class::Automation,
        };
        let claims = commit.claims.iter().filter(|claim| claim.is_valid() && claim.class == class);
        // Of equals the first.
        let strongest = claims.rev().max_by_key(|claim| claim.strength);
        Self {
            commit: commit.id.to_owned(),
            verdict: commit.verdict,
            strength: strongest.map(|claim| claim.strength),
            tool: strongest.map(|claim| claim.tool.clone()),
            model: strongest.and_then(|claim| claim.model.clone()),
            rule: strongest.map(|claim| claim.rule.clone()),
            subject: commit.subject.to_string(),
        }
    }
}
