//! One file, line by line.

mod blame;
mod evidence;
mod judge;
mod locate;
mod rename;
mod report;

pub use judge::{FileOptions, judge_file};
pub use report::{FileCommit, FileJudgement, FileRange, LineCounts, WorkingCopy};
