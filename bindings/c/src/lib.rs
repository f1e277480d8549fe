//! The C library: `include/sealbook.h`, generated from this crate by `tests/header.rs`.
//!
//! The doc comments here are the header's, in Doxygen's language. What holds for all functions (pointers, ownership, threads, forks) is
//! said once, in the head of the header (`cbindgen.toml`).

#![allow(unsafe_code, reason = "C passes raw pointers; what they must be is said in the header")]
#![allow(non_camel_case_types, reason = "the types have their C names")]
#![allow(clippy::missing_safety_doc, reason = "the contract of all functions is the header's head")]

mod boundary;
mod ours;
mod pointer;

// In the order of the header, which rustfmt keeps between blank lines.
pub mod code;

pub mod error;

pub mod text;

pub mod ledger;

pub mod record;

pub mod verify;

pub mod exchange;

pub mod scan;

pub mod attribution;

pub mod job;

pub mod tasks;

pub mod pleas;

pub mod limits;

pub mod task_events;

pub mod schedules;

pub mod worker;

pub mod canonical;
