//! Engine and workers as their callers see them. One program, so that it is linked once and shares its houses.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod dependencies;
mod engine;
mod pleading;
#[cfg(unix)]
mod process;
mod refusal;
mod routing;
mod schedules;
mod slots;
mod standby;
mod submission;
mod support;
