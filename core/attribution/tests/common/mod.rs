//! Small repositories, made with the `git` command and nothing of the user's.
#![allow(dead_code, reason = "each test binary uses its own part")]

use sealbook_attribution::{
    Claim, Commit, Contradiction, Extent, HistoryOptions, HistorySummary, Observer, Relation, Verdict,
    scan_history,
};
use sealbook_error::Result;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

pub(crate) const JANE: (&str, &str) = ("Jane Roe", "jane@example.com");

/// A repository that is deleted at the end of the test.
pub(crate) struct Repository {
    home: TempDir,
    path: PathBuf,
    clock: std::cell::Cell<i64>,
}

impl Repository {
    pub(crate) fn new() -> Self {
        Self::with(&[])
    }

    /// A repository made by `git init` with more arguments.
    pub(crate) fn with(arguments: &[&str]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("work");
        std::fs::create_dir(&path).unwrap();
        let repository = Self { home, path, clock: std::cell::Cell::new(1_700_000_000) };
        repository.git(&[&["init", "-q", "-b", "main"], arguments].concat());
        repository
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// A folder beside the repository.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        self.git_as(JANE, JANE, self.clock.get(), arguments)
    }

    pub(crate) fn git_as(
        &self,
        author: (&str, &str),
        committer: (&str, &str),
        seconds: i64,
        arguments: &[&str],
    ) -> String {
        let date = format!("{seconds} +0000");
        let output = Command::new("git")
            .current_dir(&self.path)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("HOME", self.home.path())
            .envs([("GIT_AUTHOR_NAME", author.0), ("GIT_AUTHOR_EMAIL", author.1), ("GIT_AUTHOR_DATE", &date)])
            .envs([("GIT_COMMITTER_NAME", committer.0), ("GIT_COMMITTER_EMAIL", committer.1)])
            .env("GIT_COMMITTER_DATE", &date)
            .args(["-c", "protocol.file.allow=always"])
            .args(arguments)
            .output()
            .unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// An empty commit by Jane, one second after the last one; its id.
    pub(crate) fn commit(&self, message: &str) -> String {
        self.commit_as(JANE, JANE, message)
    }

    pub(crate) fn commit_as(&self, author: (&str, &str), committer: (&str, &str), message: &str) -> String {
        self.clock.set(self.clock.get() + 1);
        let arguments = ["commit", "-q", "--allow-empty", "--cleanup=verbatim", "-m", message];
        self.git_as(author, committer, self.clock.get(), &arguments);
        self.git(&["rev-parse", "HEAD"])
    }

    pub(crate) fn scan(&self) -> Scan {
        Scan::of(&self.path).unwrap()
    }
}

/// What an observer kept of a commit.
#[derive(Debug, PartialEq)]
pub(crate) struct Seen {
    pub(crate) id: String,
    pub(crate) parents: usize,
    pub(crate) author: String,
    pub(crate) subject: String,
    pub(crate) verdict: Verdict,
    pub(crate) claims: Vec<Claim>,
    pub(crate) extent: Option<Extent>,
    pub(crate) contradictions: Vec<Contradiction>,
    pub(crate) relation: Option<Relation>,
    pub(crate) folders: Vec<String>,
}

/// A scan with every commit it reported.
#[derive(Default, Debug)]
pub(crate) struct Scan {
    pub(crate) summary: HistorySummary,
    pub(crate) commits: Vec<Seen>,
    pub(crate) progress: Vec<u64>,
}

impl Scan {
    pub(crate) fn of(path: impl AsRef<Path>) -> Result<Self> {
        Self::with(path, &HistoryOptions::default())
    }

    pub(crate) fn with(path: impl AsRef<Path>, options: &HistoryOptions) -> Result<Self> {
        let mut scan = Self::default();
        let summary = scan_history(path, options, &mut scan)?;
        assert_eq!(summary.total, summary.ai + summary.human_evidence + summary.automation + summary.unknown);
        assert_eq!(summary.total, scan.commits.len() as u64);
        assert_eq!(scan.progress.last(), Some(&summary.total));
        Ok(Self { summary, ..scan })
    }

    pub(crate) fn ids(&self) -> Vec<&str> {
        self.commits.iter().map(|commit| commit.id.as_str()).collect()
    }
}

impl Observer for Scan {
    fn commit(&mut self, commit: &Commit<'_>) {
        self.commits.push(Seen {
            id: commit.id.to_owned(),
            parents: commit.parents,
            author: format!(
                "{} <{}> {}",
                commit.author.name, commit.author.email, commit.author.time.seconds
            ),
            subject: commit.subject.to_string(),
            verdict: commit.verdict,
            claims: commit.claims.clone(),
            extent: commit.extent,
            contradictions: commit.contradictions.clone(),
            relation: commit.relation.clone(),
            folders: commit.folders.iter().map(ToString::to_string).collect(),
        });
    }

    fn progress(&mut self, commits: u64) {
        self.progress.push(commits);
    }
}
