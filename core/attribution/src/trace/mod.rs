//! Agent Trace records, read and checked.

mod reader;
mod record;
mod resolve;
mod schema;

pub use reader::{TraceFault, Traces};
pub use record::{Contributor, TraceFile, TraceRange, TraceRecord, TraceVcs, parse_trace};
