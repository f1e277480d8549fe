//! What the benches share.

mod attribution;

pub use attribution::{commit_object, history, long_message, source_file, trailer_message};

use sealbook::Record;

/// A typical event of an agent framework, its members in the order in which a program writes them.
pub const EVENT: &str = include_str!("event.json");

/// So many of these events.
#[must_use]
pub fn events(n: usize) -> Vec<Record> {
    vec![Record::new("ai_assistance", EVENT.trim_end()); n]
}
