//! Sealbook for Kotlin, Swift, Ruby and Python through UniFFI. The doc comments here are those of the generated code.
//!
//! Payloads cross as JSON texts. Long calls take a [`ProgressListener`], which is called on the calling thread only.

mod error;
mod ledger;
mod progress;
mod records;
mod tools;

pub use error::{Result, SealbookError};
pub use ledger::Ledger;
pub use progress::ProgressListener;
pub use records::{
    Commits, Entry, ErrorRow, Expected, Fault, Imported, NewEntry, Note, OpenOptions, Order, Page, Query,
    Report, ScanOptions, ScanReport, Verdict,
};
pub use tools::{canonicalize, error_table, scan, verify_export, version};

uniffi::setup_scaffolding!("sealbook");
