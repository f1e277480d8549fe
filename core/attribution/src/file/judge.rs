//! Judging a file.

use super::blame::{Blame, Introduced};
use super::evidence::{Conflict, Evidence, Known};
use super::locate::locate;
use super::report::{FileCommit, FileJudgement, FileRange, LineCounts, WorkingCopy};
use crate::judge::Judge;
use crate::lines::{merged, shown};
use crate::object::parts;
use crate::repository::{FETCH_ALL, failed, unreadable};
use crate::versions::{Named, Versions, count, read_in_folder};
use crate::{
    Catalogue, Claim, Contradiction, Extent, Judgement, Lines, Notes, Observer, Strength, Time, Traces,
    Verdict, repository,
};
use gix::objs::Kind;
use gix::{ObjectId, Repository, ThreadSafeRepository};
use sealbook_error::{Code, Error, Result};
use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::sync::Arc;

/// The most lines of a file that is judged.
const MOST_LINES: u32 = 50_000;
/// The most bytes of such a file.
const MOST_BYTES: usize = 32 << 20;
/// As far into a file as a zero byte makes it binary, as for git.
const TEXT: usize = 8000;

/// How to judge a file.
///
/// ```
/// use sealbook_attribution::FileOptions;
///
/// let options = FileOptions::default().revision("v1.0");
/// assert_eq!(options.revision.as_deref(), Some("v1.0"));
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct FileOptions {
    /// The version to judge, as git understands it. Absent: `HEAD`.
    pub revision: Option<String>,
    /// The rules. Absent: [`Catalogue::built_in`].
    pub catalogue: Option<Arc<Catalogue>>,
}

impl FileOptions {
    /// Judges the version of `revision`.
    #[must_use]
    pub fn revision(mut self, revision: impl Into<String>) -> Self {
        self.revision = Some(revision.into());
        self
    }

    /// Applies `catalogue`.
    #[must_use]
    pub fn catalogue(mut self, catalogue: Arc<Catalogue>) -> Self {
        self.catalogue = Some(catalogue);
        self
    }
}

/// Tells what is known about each line of a committed file: which commit brought it in, and what that commit,
/// the note on it and Agent Trace records claim.
///
/// `path` is the repository or anything in it, and `file` is named from there, else from the root. Renames are
/// followed where at least half of the lines stayed. The observer hears of progress, in commits that were
/// looked at, and may cancel; it is shown no commits.
///
/// # Errors
///
/// - [`Code::NotFound`], [`Code::PermissionDenied`], [`Code::NotARepository`], [`Code::Git`],
///   [`Code::Cancelled`]: as for [`scan_history`](crate::scan_history). [`Code::NotFound`] also if the version
///   has no such file.
/// - [`Code::InvalidArgument`]: the revision names no commit, nothing was committed yet, or the file is binary
///   or has more than 50,000 lines.
///
/// # Example
///
/// ```
/// use sealbook_attribution::{FileOptions, judge_file};
///
/// # fn git(dir: &std::path::Path, args: &[&str]) {
/// #     let done = std::process::Command::new("git").args(args).current_dir(dir).env("HOME", dir)
/// #         .env("GIT_AUTHOR_NAME", "Jane Roe").env("GIT_AUTHOR_EMAIL", "jane@example.com")
/// #         .env("GIT_COMMITTER_NAME", "Jane Roe").env("GIT_COMMITTER_EMAIL", "jane@example.com").status();
/// #     assert!(done.unwrap().success());
/// # }
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path();
/// # git(path, &["init", "-q"]);
/// std::fs::write(path.join("a.rs"), "by\nhand\n")?;
/// # git(path, &["add", "."]);
/// # git(path, &["commit", "-q", "-m", "by hand"]);
/// std::fs::write(path.join("a.rs"), "by\nmachine\nhand\n")?;
/// # git(path, &["commit", "-q", "-am", "x\n\nCo-authored-by: Claude Opus 4.6 <noreply@anthropic.com>"]);
/// let judged = judge_file(path, "a.rs", &FileOptions::default(), &mut ())?;
/// assert_eq!((judged.lines.total, judged.lines.ai, judged.lines.unknown), (3, 1, 2));
/// assert_eq!((judged.ranges[1].start, judged.ranges[1].end), (2, 2));
/// assert_eq!(judged.by_tool["Claude Code"], 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn judge_file(
    path: impl AsRef<Path>,
    file: impl AsRef<Path>,
    options: &FileOptions,
    observer: &mut dyn Observer,
) -> Result<FileJudgement> {
    let shared = repository::open(path.as_ref())?;
    let repository = shared.to_thread_local();
    let Some(commit) = repository::start(&repository, options.revision.as_deref())? else {
        return Err(Error::new(Code::InvalidArgument, "nothing was committed to this repository yet")
            .remedy("commit the file, or scan the folder instead"));
    };
    let mut versions = Versions::new(&repository);
    let Named::Commit(tree) = versions.named(&commit)? else {
        return Err(unreadable(&commit, "it is missing").remedy("see what git fsck says"));
    };
    let wanted = (path.as_ref(), file.as_ref());
    let (path, blob) = locate(&repository, &mut versions, (commit, tree), wanted)?;
    let text = text(&mut versions, &blob, &path)?;
    let lines = count(&text);
    let shallow = repository.shallow_commits();
    let shallow = shallow.map_err(|error| failed("the list of shallow commits cannot be read", error))?;
    let boundary: HashSet<_> = shallow.map(|list| list.iter().copied().collect()).unwrap_or_default();
    let found = Blame::new(&mut versions, boundary).run((commit, &path, blob), lines, &mut |commits| {
        observer.progress(commits);
        match observer.is_cancelled() {
            true => Err(Error::new(Code::Cancelled, format!("cancelled after {commits} commits"))),
            false => Ok(()),
        }
    })?;
    let working_copy = working_copy(&repository, &path, &text);
    let mut judging = Judging::new(&shared, &repository, options, versions)?;
    for introduced in &found {
        judging.commit(introduced, &path)?;
    }
    judging.folder(&path, working_copy);
    judging.finish(&found, (commit, &path), (lines, working_copy))
}

fn text(versions: &mut Versions, blob: &ObjectId, path: &[u8]) -> Result<Vec<u8>> {
    let shown = crate::claim::shown(path);
    let Some(bytes) = versions.bytes(blob, Kind::Blob)? else {
        return Err(Error::new(Code::Git, format!("{shown} cannot be read: this clone does not have it"))
            .remedy(FETCH_ALL)
            .with("object", blob));
    };
    let fault = if bytes.get(..TEXT).unwrap_or(bytes).contains(&0) {
        "is binary, and has no lines".to_owned()
    } else if bytes.len() > MOST_BYTES {
        format!("has {} bytes; {MOST_BYTES} are the most", bytes.len())
    } else if count(bytes) > MOST_LINES {
        format!("has {} lines; {MOST_LINES} are the most", count(bytes))
    } else {
        return Ok(bytes.to_vec());
    };
    Err(Error::new(Code::InvalidArgument, format!("{shown} {fault}"))
        .remedy("name a file of source text")
        .with("path", shown))
}

fn working_copy(repository: &Repository, path: &[u8], text: &[u8]) -> WorkingCopy {
    let Some(root) = repository.workdir() else { return WorkingCopy::None };
    let Ok(path) = std::str::from_utf8(path) else { return WorkingCopy::Missing };
    match read_in_folder(root, Path::new(path)) {
        Ok(Some(there)) if there == text => WorkingCopy::Same,
        Ok(Some(_)) => WorkingCopy::Differs,
        Ok(None) | Err(_) => WorkingCopy::Missing,
    }
}

/// The state of judging: a pool of claims, and what each commit contributes to it.
struct Judging {
    judge: Judge,
    notes: Option<Notes>,
    traces: Option<Traces>,
    versions: Versions,
    pool: Vec<Claim>,
    invalid: Vec<Claim>,
    contradictions: Vec<Contradiction>,
    commits: Vec<FileCommit>,
    evidence: Vec<Evidence>,
    /// Claims about the lines as they lie in the folder.
    folder: Evidence,
}

impl Judging {
    fn new(
        shared: &ThreadSafeRepository,
        repository: &Repository,
        options: &FileOptions,
        versions: Versions,
    ) -> Result<Self> {
        let catalogue = match &options.catalogue {
            Some(catalogue) => Arc::clone(catalogue),
            None => Arc::new(Catalogue::built_in()?),
        };
        Ok(Self {
            notes: Notes::of(shared, &catalogue)?,
            traces: Traces::of(repository, &catalogue)?,
            judge: Judge::new(catalogue),
            versions,
            pool: Vec::new(),
            invalid: Vec::new(),
            contradictions: Vec::new(),
            commits: Vec::new(),
            evidence: Vec::new(),
            folder: Evidence::default(),
        })
    }

    fn commit(&mut self, introduced: &Introduced, path_now: &[u8]) -> Result<()> {
        let id = introduced.commit.to_hex().to_string();
        let Some(bytes) = self.versions.bytes(&introduced.commit, Kind::Commit)? else {
            return Err(unreadable(&introduced.commit, "it is missing").remedy("see what git fsck says"));
        };
        let malformed = || unreadable(&introduced.commit, "it has no form of a commit");
        let parts = parts(bytes).ok_or_else(malformed)?;
        let parents = crate::object::links(bytes).ok_or_else(malformed)?.0.len();
        let findings = self.judge.findings(&id, &parts, parents);
        let (subject, time): (String, Time) = (findings.subject.into_owned(), parts.author.1);
        let mut claims = findings.claims;
        let note = self.notes.as_ref().map(|notes| notes.read(&id)).transpose()?.flatten();
        let has_note = note.is_some();
        claims.extend(note.into_iter().flat_map(|note| note.claims));
        if let Some(traces) = &self.traces {
            claims.extend(traces.claims(&id).unwrap_or_default().iter().cloned());
        }
        let judgement = Judgement::with_note(&claims, has_note);
        let short = id.get(..12).unwrap_or(&id);
        self.contradictions.extend(judgement.contradictions.into_iter().map(|contradiction| Contradiction {
            reason: format!("commit {short}: {}", contradiction.reason),
            ..contradiction
        }));
        let path = String::from_utf8_lossy(&introduced.path);
        let mut evidence = Evidence::default();
        for claim in claims.into_iter().filter(|claim| claim.path.as_ref().is_none_or(|of| *of == path)) {
            if claim.is_valid() {
                evidence.add(&claim, self.pool.len());
                self.pool.push(claim);
            } else {
                self.invalid.push(claim);
            }
        }
        self.evidence.push(evidence);
        self.commits.push(FileCommit {
            id,
            subject,
            time,
            path: (introduced.path != path_now).then(|| path.into_owned()),
            lines: introduced.runs.iter().map(|run| u64::from(run.len)).sum(),
            verdict: judgement.verdict,
            cut_off: introduced.is_cut_off,
        });
        Ok(())
    }

    /// Takes in the records about the file as it lies in the folder, if that is the version that is judged.
    fn folder(&mut self, path: &[u8], working_copy: WorkingCopy) {
        let Some(traces) = &self.traces else { return };
        let path = String::from_utf8_lossy(path);
        for claim in traces.folder().iter().filter(|claim| claim.path.as_deref() == Some(&*path)) {
            if !claim.is_valid() {
                self.invalid.push(claim.clone());
            } else if working_copy == WorkingCopy::Same {
                self.folder.add(claim, self.pool.len());
                self.pool.push(claim.clone());
            }
        }
    }

    fn finish(
        mut self,
        found: &[Introduced],
        (commit, path): (ObjectId, &[u8]),
        (lines, working_copy): (u32, WorkingCopy),
    ) -> Result<FileJudgement> {
        let mut ranges: Vec<(FileRange, Option<Conflict>)> = Vec::new();
        for (index, (introduced, evidence)) in found.iter().zip(&self.evidence).enumerate() {
            for run in &introduced.runs {
                // From here on lines are counted from 1.
                let (now, there) = (run.now + 1, run.there + 1);
                let mut cuts = evidence.cuts(Lines { start: there, end: there + run.len - 1 });
                let in_folder = self.folder.cuts(Lines { start: now, end: now + run.len - 1 });
                cuts.extend(in_folder.into_iter().map(|cut| cut - now + there));
                cuts.sort_unstable();
                cuts.dedup();
                let ends = cuts.iter().skip(1).copied().chain([there + run.len]);
                for (cut, end) in cuts.iter().copied().zip(ends) {
                    let line_now = cut - there + now;
                    let extra = self.folder.at(line_now);
                    let known = evidence.of(cut, &extra, &self.pool);
                    let conflict = known.conflict;
                    ranges.push((range(known, (line_now, end - cut), (index, cut)), conflict));
                }
            }
        }
        ranges.sort_by_key(|(range, _)| range.start);
        self.conflicts(&ranges);
        let mut counts = LineCounts { total: u64::from(lines), ..LineCounts::default() };
        let mut by_tool: BTreeMap<String, u64> = BTreeMap::new();
        let mut by_strength: BTreeMap<Strength, u64> = Strength::ALL.into_iter().map(|s| (s, 0)).collect();
        for (range, _) in &ranges {
            let lines = Lines { start: range.start, end: range.end }.count();
            *match range.verdict {
                Verdict::Ai => &mut counts.ai,
                Verdict::HumanEvidence => &mut counts.human_evidence,
                Verdict::Automation => &mut counts.automation,
                Verdict::Unknown => &mut counts.unknown,
            } += lines;
            if range.extent == Some(Extent::Part) {
                counts.ai_in_part += lines;
            }
            if self.commits.get(range.commit).is_some_and(|commit| commit.cut_off) {
                counts.cut_off += lines;
            }
            for tool in &range.tools {
                *by_tool.entry(tool.clone()).or_default() += lines;
            }
            if let Some(strength) = range.strength {
                *by_strength.entry(strength).or_default() += lines;
            }
        }
        Ok(FileJudgement {
            path: String::from_utf8_lossy(path).into_owned(),
            commit: commit.to_hex().to_string(),
            working_copy,
            lines: counts,
            by_tool,
            by_strength,
            ranges: joined(ranges.into_iter().map(|(range, _)| range)),
            commits: self.commits,
            claims: self.pool,
            invalid: self.invalid,
            contradictions: self.contradictions,
        })
    }

    /// States the lines that are given to a person and to a tool, by commit.
    fn conflicts(&mut self, ranges: &[(FileRange, Option<Conflict>)]) {
        let mut lines: BTreeMap<(usize, Conflict), Vec<Lines>> = BTreeMap::new();
        for (range, conflict) in ranges {
            if let Some(conflict) = conflict {
                let at = lines.entry((range.commit, *conflict)).or_default();
                at.push(Lines { start: range.start, end: range.end });
            }
        }
        for ((commit, conflict), lines) in lines {
            let id = self.commits.get(commit).map_or("", |commit| commit.id.get(..12).unwrap_or(&commit.id));
            let lines = shown(&merged(lines));
            let (kind, reason) = match conflict {
                Conflict::Lines => ("human_and_ai_lines", "are given to a tool and to a person"),
                Conflict::PersonInAi => {
                    ("human_lines_in_ai_commit", "are given to a person, all of it to a tool")
                }
            };
            self.contradictions
                .push(Contradiction { kind, reason: format!("commit {id}: lines {lines} {reason}") });
        }
    }
}

fn range(known: Known, (start, len): (u32, u32), (commit, line_there): (usize, u32)) -> FileRange {
    FileRange {
        start,
        end: start + len - 1,
        verdict: known.verdict,
        tools: known.tools,
        strength: known.strength,
        extent: known.extent,
        commit,
        line_there,
        evidence: known.evidence,
    }
}

/// Joins what was cut and is known the same.
fn joined(ranges: impl Iterator<Item = FileRange>) -> Vec<FileRange> {
    let mut joined: Vec<FileRange> = Vec::new();
    for next in ranges {
        let len = joined.last().map_or(0, |last| last.end - last.start + 1);
        match joined.last_mut() {
            Some(last)
                if last.end + 1 == next.start
                    && last.line_there + len == next.line_there
                    && (last.commit, last.verdict, &last.evidence)
                        == (next.commit, next.verdict, &next.evidence) =>
            {
                last.end = next.end;
            }
            _ => joined.push(next),
        }
    }
    joined
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
