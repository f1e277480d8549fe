//! What the language bindings share, so that each of them is a thin face: the JSON forms of arguments and results ([`request`],
//! [`reply`]), work on threads of our own ([`Job`], [`Recorder`]), and the exported error table ([`errors`]).

pub mod errors;
pub mod executor;
mod job;
mod recorder;
pub mod reply;
pub mod request;
pub mod tasks;

pub use job::Job;
pub use recorder::{Recorder, Settle};
pub use sealbook;
