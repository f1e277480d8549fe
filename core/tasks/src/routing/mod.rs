//! Which agent does a task.

mod needs;

pub use needs::{Capability, Needs};
