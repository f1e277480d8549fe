//! The fault suite: what a ledger promises when somebody tampers with it, when processes compete or are killed, when
//! the disk fails, and when what is opened is not what it should be. Each test is named after its promise.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking, and prints what it measured"
)]

mod creation;
mod disk;
mod files;
mod flips;
mod foreign;
mod head;
mod killed;
mod log;
mod opening;
mod processes;
mod readonly;
mod replaced;
mod rows;
mod support;
mod syncs;
