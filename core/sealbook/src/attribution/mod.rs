//! What an AI wrote: reading histories and folders, explaining, counting, reporting.

mod cache;
mod history;
mod list;
mod options;
mod recorder;
mod report;
mod rules;
mod scan;
mod settings;
mod stats;
mod tree;
mod why;

pub use cache::CACHE_VARIABLE;
pub use list::{ListedCommit, list_commits};
pub use options::{Format, ReportOptions, ScanOptions, StatsOptions, Target, WhyOptions};
pub use report::report;
pub use rules::{RuleList, rules, test_rules};
pub use scan::{Commits, ScanReport, scan};
pub use settings::SETTINGS_FILE;
pub(crate) use settings::read_settings;
pub use stats::stats;
pub use why::{Explanation, why};
