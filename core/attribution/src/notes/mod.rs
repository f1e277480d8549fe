//! Notes of git-ai, read and checked.

mod index;
mod key;
mod log;
mod metadata;
mod quoted;
mod reader;
mod resolve;

pub use log::{AuthorshipLog, NotedAgent, NotedEntry, NotedFile};
pub use reader::Notes;
pub use resolve::{NoteClaims, NoteFigures};
