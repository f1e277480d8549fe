//! Sealbook for Kotlin, Swift, Ruby and Python through UniFFI. The doc comments here are those of the generated code.
//!
//! Payloads, explanations, figures, rules and tasks cross as JSON texts. Long calls take a [`ProgressListener`], and workers a [`Handler`], which are
//! called on the calling thread only.

mod attribution;
mod attribution_options;
mod error;
mod ledger;
mod progress;
mod records;
mod tasks;
mod tools;
mod worker;

pub use attribution::{
    Claim, Commits, Files, LineRange, ScanReport, report, rules, scan, stats, test_rules, why,
};
pub use attribution_options::{
    PeopleAs, ReportFormat, ReportOptions, ScanOptions, StatsOptions, TargetKind, WhyOptions,
};
pub use error::{Result, SealbookError};
pub use ledger::Ledger;
pub use progress::ProgressListener;
pub use records::{
    Entry, ErrorRow, Expected, Fault, Imported, NewEntry, Note, OpenOptions, Order, Page, Query, Report,
    Verdict,
};
pub use tasks::Orchestrator;
pub use tools::{canonicalize, error_table, verify_export, version};
pub use worker::{Handler, HandlerError, Worker};

uniffi::setup_scaffolding!("sealbook");
