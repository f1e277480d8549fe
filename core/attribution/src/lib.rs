//! Which code an AI wrote, by which tool, how sure that is, and on what evidence.
//!
//! [`scan_history`] reads the history of a git repository and judges every commit by its trailers, its author
//! and its committer, against a [`Catalogue`] of rules that is data. It yields [`Claim`]s and never writes. A
//! commit without a signal is [`Verdict::Unknown`]: that nothing was said is never taken for human work.
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

mod catalogue;
mod claim;
mod commit;
mod history;
mod identity;
mod judge;
mod matcher;
mod object;
mod pipeline;
mod repository;
mod rule;
mod summary;
mod trailers;
mod walk;

pub use catalogue::Catalogue;
pub use claim::{Claim, Class, Signal, Source, Strength};
pub use commit::{Commit, Person, Time, Verdict};
pub use history::{HistoryOptions, Observer, scan_history};
pub use rule::{GithubApp, Lowered, Rule, RuleSignal};
pub use summary::HistorySummary;
pub use trailers::{Trailer, trailers};
