//! Pleading: a task asks people for approval and waits, holding no worker.
//!
//! A [`Plea`] is bound to the hash of exactly what will run. Votes are checked, written and counted in the store's
//! order; a decision is never changed. [`check_grant`] compares the hash again when the task is about to run, and the
//! grant is used up in the same transaction that starts the attempt.

mod ballot;
mod grant;
mod key;
mod plea;
mod policy;
mod vote;

pub use ballot::{Ballot, Choice, Saying, VOTE_DOMAIN, VOTE_REASON_LIMIT};
pub use grant::check_grant;
pub use key::VoterKey;
pub use plea::{Plea, PleaChange, PleaState, PleaStep, Vote};
pub use policy::{ApprovalPolicy, Level, Per};

#[cfg(test)]
#[path = "../pleading_tests.rs"]
mod tests;
