//! Pleading: a task asks people for approval and waits, holding no worker.

mod policy;

pub use policy::{ApprovalPolicy, Level, Per};
