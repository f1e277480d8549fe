//! Sealbook: a tamper-evident ledger of what was done, by which agent or person, on whose approval, with which files.
//!
//! ```
//! use sealbook::{Expected, Ledger, OpenOptions, Progress, Record};
//!
//! # fn main() -> sealbook::Result<()> {
//! # let folder = tempfile::tempdir()?;
//! let ledger = Ledger::open(folder.path(), &OpenOptions { create: true, ..OpenOptions::default() })?;
//! let payload = r#"{"actor":{"type":"human","id":"ana"},"action":{"type":"approve"},"spec":"FEAT-1"}"#;
//! let entry = ledger.record(Record::new("human_review", payload))?; // durable when it returns
//! assert_eq!(entry.header.seq, 1); // entry 0 is the genesis
//!
//! let report = ledger.verify(&Expected::default(), &Progress::default())?;
//! assert!(report.is_intact());
//! assert_eq!(report.entries, 2);
//! # Ok(())
//! # }
//! ```

mod attribution;
mod derived;
mod export;
mod import;
mod ledger;
mod project;
pub mod tasks;

pub use attribution::{
    CACHE_VARIABLE, Commits, Explanation, Format, ListedCommit, ReportOptions, RuleList, SETTINGS_FILE,
    ScanOptions, ScanReport, StatsOptions, Target, WhyOptions, list_commits, report, rules, scan, stats,
    test_rules, why,
};
pub use export::{verify_export, verify_export_from};
pub use import::Imported;
pub use ledger::{Entries, Ledger, OpenOptions};
pub use project::{FOLDER, LEDGER_FILE, find_ledger, project_of};
pub use sealbook_attribution::{
    Claim, Class, Contradiction, Extent, FileJudgement, FileRange, JudgedCommit, Lines, Relation, Rule,
    Signal, Skipped, SkippedFile, Source, Strength, TextMatch, TreeFiles, Unreadable,
    Verdict as CommitVerdict, WorkingCopy,
};
pub use sealbook_error::{Code, Error, Result, Row, TABLE};
pub use sealbook_ledger::verify::{Expected, Fault, FaultKind, Note, NoteKind, Report, Verdict};
pub use sealbook_ledger::{
    DEFAULT_PAYLOAD_LIMIT, EntryId, Genesis, Hash, Header, Kind, LedgerId, Predecessor, Time, canonicalize,
};
pub use sealbook_report::{Counts, Group, Groups, People, Statistics, is_deceptive};
pub use sealbook_store::{Entry, Order, Page, Progress, Query, Record, now};
