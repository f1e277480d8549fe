//! Everything that is known about one commit.

use crate::judge::Judge;
use crate::object::{links, parent_count, parts};
use crate::references::References;
use crate::repository::{self, Objects, failed, unreadable};
use crate::scan::own_claims;
use crate::{
    Claim, Commit, Contradiction, Extent, HistoryOptions, Judgement, Memory, Observer, Person, Relation,
    Strength, Verdict, scan_remembering,
};
use gix::{ObjectId, Repository};
use sealbook_error::{Code, Error, Result};
use serde::Serialize;
use std::path::Path;

/// One commit with all claims about it, and what follows from them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct JudgedCommit {
    /// The commit's id in hexadecimal.
    pub id: String,
    /// How many parents it has.
    pub parents: usize,
    /// Who wrote the change, and when.
    pub author: Person<'static>,
    /// Who put it into the history, and when.
    pub committer: Person<'static>,
    /// The message's first paragraph, on one line.
    pub subject: String,
    /// All claims, as in [`Commit::claims`].
    pub claims: Vec<Claim>,
    /// The claims in one word.
    pub verdict: Verdict,
    /// The strength of the strongest AI claim that counts.
    pub strength: Option<Strength>,
    /// For [`Verdict::Ai`]: whether it is about the whole commit.
    pub extent: Option<Extent>,
    /// What does not fit together.
    pub contradictions: Vec<Contradiction>,
    /// What the commit does with another one, where the message says so.
    pub relation: Option<Relation>,
    /// The commit where the work was done, if claims come from there.
    pub origin: Option<String>,
    /// The branches that name a tool and whose tip this commit is, without the name of a remote.
    pub branches: Vec<String>,
    /// The folders that it touches, if that was asked for.
    pub folders: Vec<String>,
}

/// Judges one commit exactly as a scan of the history does.
///
/// `revision` names the commit; the history is that of [`HistoryOptions::revision`], or of `HEAD`. A commit that
/// is not in that history is judged by its own. Only a commit that was picked from another one, that a branch of
/// a tool names, or whose folders are wanted needs a look at the history; any other one is read alone.
///
/// # Errors
///
/// As [`scan_history`](crate::scan_history); [`Code::InvalidArgument`] if `revision` names no commit.
///
/// # Example
///
/// ```
/// use sealbook_attribution::{HistoryOptions, judge_commit};
/// use sealbook_error::Code;
///
/// let folder = tempfile::tempdir()?;
/// let error = judge_commit(folder.path(), "HEAD", &HistoryOptions::default()).unwrap_err();
/// assert_eq!(error.code(), Code::NotARepository);
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn judge_commit(
    path: impl AsRef<Path>,
    revision: &str,
    options: &HistoryOptions,
) -> Result<JudgedCommit> {
    judge_commit_remembering(path, revision, options, &mut Memory::default(), &mut ())
}

/// The same as [`judge_commit`], with what earlier scans remember, and watched: `observer` hears of progress and
/// can cancel, but gets no commits.
///
/// # Errors
///
/// As [`judge_commit`].
pub fn judge_commit_remembering(
    path: impl AsRef<Path>,
    revision: &str,
    options: &HistoryOptions,
    memory: &mut Memory,
    observer: &mut dyn Observer,
) -> Result<JudgedCommit> {
    let path = path.as_ref();
    let repository = repository::open(path)?.to_thread_local();
    let id = repository::start(&repository, Some(revision))?.ok_or_else(|| {
        Error::new(Code::InvalidArgument, format!("revision {revision:?} names no commit of this repository"))
    })?;
    let mut judge = options.judge()?;
    let references = References::read(&repository, &judge)?;
    let branches = references.tips.get(&id).map(|tip| tip.names.clone()).unwrap_or_default();
    if branches.is_empty()
        && options.folders.is_none()
        && let Some(alone) = alone(&repository, id, &mut judge, (&references, options))?
    {
        return Ok(alone);
    }
    let hex = id.to_string();
    let mut search = Search { id: &hex, found: None, observer };
    scan_remembering(path, options, memory, &mut search)?;
    if search.found.is_none() {
        scan_remembering(path, &options.clone().revision(&hex), &mut Memory::default(), &mut search)?;
    }
    let found = search.found.ok_or_else(|| unreadable(&id, "its own history does not hold it"))?;
    Ok(JudgedCommit { branches, ..found })
}

/// Judges a commit by itself; nothing if that depends on other commits.
fn alone(
    repository: &Repository,
    id: ObjectId,
    judge: &mut Judge,
    (references, options): (&References, &HistoryOptions),
) -> Result<Option<JudgedCommit>> {
    let mut buffer = Vec::new();
    let objects = Objects::new(repository);
    let bytes = objects.commit(&id, &mut buffer)?;
    let no_form = || unreadable(&id, "it has no form of a commit");
    let parts = parts(bytes).ok_or_else(no_form)?;
    let hex = id.to_string();
    let findings = judge.findings(&hex, &parts, parent_count(bytes));
    if matches!(findings.relation, Some(Relation::PickedFrom(_) | Relation::Reapplies(_))) {
        return Ok(None);
    }
    let shallow = repository
        .shallow_commits()
        .map_err(|error| failed("the list of shallow commits cannot be read", error))?;
    let is_edge = shallow.is_some_and(|list| list.iter().any(|edge| *edge == id));
    let parents = if is_edge { 0 } else { links(bytes).ok_or_else(no_form)?.0.len() };
    let times = [parts.author.1, parts.committer.1];
    let about = (&id, hex.as_str(), times);
    let (claims, has_note) =
        own_claims(findings.claims, about, (judge, references, &options.sources), false)?;
    let judgement = Judgement::with_note(&claims, has_note);
    let commit = Commit {
        id: &hex,
        parents,
        author: parts.author.into(),
        committer: parts.committer.into(),
        subject: findings.subject,
        claims,
        verdict: judgement.verdict,
        strength: judgement.strength,
        extent: judgement.extent,
        contradictions: judgement.contradictions,
        relation: findings.relation,
        folders: Vec::new(),
    };
    Ok(Some(JudgedCommit::from(&commit)))
}

impl From<&Commit<'_>> for JudgedCommit {
    fn from(commit: &Commit<'_>) -> Self {
        Self {
            id: commit.id.to_owned(),
            parents: commit.parents,
            author: owned(&commit.author),
            committer: owned(&commit.committer),
            subject: commit.subject.to_string(),
            claims: commit.claims.clone(),
            verdict: commit.verdict,
            strength: commit.strength,
            extent: commit.extent,
            contradictions: commit.contradictions.clone(),
            relation: commit.relation.clone(),
            origin: commit.claims.iter().find_map(|claim| claim.origin.clone()),
            branches: Vec::new(),
            folders: commit.folders.iter().map(ToString::to_string).collect(),
        }
    }
}

fn owned(person: &Person<'_>) -> Person<'static> {
    Person { name: person.name.to_string().into(), email: person.email.to_string().into(), time: person.time }
}

/// Keeps the one commit.
struct Search<'a> {
    id: &'a str,
    found: Option<JudgedCommit>,
    observer: &'a mut dyn Observer,
}

impl Observer for Search<'_> {
    fn progress(&mut self, commits: u64) {
        self.observer.progress(commits);
    }

    fn is_cancelled(&self) -> bool {
        self.observer.is_cancelled()
    }

    fn commit(&mut self, commit: &Commit<'_>) {
        if commit.id == self.id {
            self.found = Some(commit.into());
        }
    }
}
