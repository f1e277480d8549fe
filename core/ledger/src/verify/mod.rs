//! Verification: format section 8.
//!
//! A [`Checker`] judges a contiguous range of entries on its own, so that ranges can be checked at the same time; a
//! [`Verification`] puts their [`Findings`] together, in order, and yields the [`Report`].

mod check;
mod collect;
mod erasure;
mod report;

pub use check::{Before, Checker, Findings, RawEntry};
pub use collect::{Expected, Verification};
pub use erasure::Named;
pub use report::{Fault, FaultKind, Note, NoteKind, Report, Verdict};
