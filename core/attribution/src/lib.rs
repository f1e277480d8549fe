//! Which code an AI wrote, by which tool, how sure that is, and on what evidence.
//!
//! [`scan_history`] reads the history of a git repository and judges every commit by its people, its message
//! and the references that name it, against a [`Catalogue`] of rules that is data. It yields [`Claim`]s and
//! never writes; a [`Judgement`] says what follows from all of them. A commit without a signal is
//! [`Verdict::Unknown`]: that nothing was said is never taken for human work.
//!
//! ```
//! use sealbook_attribution::{Commit, HistoryOptions, Observer, Verdict, scan_history};
//!
//! #[derive(Default)]
//! struct AiCommits(Vec<String>);
//! impl Observer for AiCommits {
//!     fn commit(&mut self, commit: &Commit<'_>) {
//!         if commit.verdict == Verdict::Ai {
//!             self.0.push(commit.id.to_owned());
//!         }
//!     }
//! }
//!
//! # fn git(dir: &std::path::Path, args: &[&str]) {
//! #     let done = std::process::Command::new("git").args(args).current_dir(dir).env("HOME", dir)
//! #         .env("GIT_AUTHOR_NAME", "Jane Roe").env("GIT_AUTHOR_EMAIL", "jane@example.com")
//! #         .env("GIT_COMMITTER_NAME", "Jane Roe").env("GIT_COMMITTER_EMAIL", "jane@example.com").status();
//! #     assert!(done.unwrap().success());
//! # }
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path();
//! # git(path, &["init", "-q"]);
//! # git(path, &["commit", "-q", "--allow-empty", "-m", "by hand"]);
//! # git(path, &["commit", "-q", "--allow-empty", "-m", "x\n\nCo-authored-by: Claude Opus 4.6 <noreply@anthropic.com>"]);
//! let mut seen = AiCommits::default();
//! let summary = scan_history(path, &HistoryOptions::default(), &mut seen)?;
//! assert_eq!((summary.total, summary.ai, summary.unknown), (2, 1, 1));
//! assert_eq!(summary.by_tool["Claude Code"], 1);
//! assert_eq!(seen.0.len(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod by_hand;
// The harness of the tests in `tests/`, which names this crate, serves those in here, too.
#[cfg(test)]
extern crate self as sealbook_attribution;

mod catalogue;
mod claim;
mod combine;
mod commit;
#[cfg(test)]
#[path = "../tests/common/mod.rs"]
mod common;
mod file;
mod folders;
mod history;
mod identity;
mod judge;
mod lines;
mod matcher;
mod memory;
mod message;
mod notes;
mod object;
mod origin;
mod pipeline;
mod place;
mod references;
mod relation;
mod remembering;
mod repository;
mod rule;
mod scan;
#[doc(hidden)]
pub mod single;
mod sources;
mod summary;
mod table;
mod texts;
mod tools;
mod trace;
mod trailers;
mod tree;
mod unreadable;
mod versions;
mod walk;
mod why;

pub use catalogue::{Catalogue, TextMatch};
pub use claim::{Claim, Class, Extent, Invalid, Lines, Signal, Source, Strength};
pub use combine::Judgement;
pub use commit::{Commit, Contradiction, Person, Relation, Time, Verdict};
pub use file::{FileCommit, FileJudgement, FileOptions, FileRange, LineCounts, WorkingCopy, judge_file};
pub use history::{HistoryOptions, Observer, scan_history, scan_remembering};
pub use memory::Memory;
pub use notes::{AuthorshipLog, NoteClaims, NoteFigures, NotedAgent, NotedEntry, NotedFile, Notes};
pub use place::Place;
pub use rule::{GithubApp, Lowered, Rule, RuleSignal};
pub use sources::ClaimSource;
pub use summary::HistorySummary;
pub use trace::{Contributor, TraceFault, TraceFile, TraceRange, TraceRecord, TraceVcs, Traces, parse_trace};
pub use trailers::{Trailer, trailers};
#[doc(hidden)]
pub use tree::comments;
pub use tree::{Skipped, SkippedFile, TreeFiles, TreeObserver, TreeOptions, TreeReport, scan_tree};
pub use unreadable::Unreadable;
pub use why::{JudgedCommit, judge_commit, judge_commit_remembering};
