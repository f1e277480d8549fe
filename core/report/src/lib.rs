//! What a repository's claims and its ledger say: figures, and a report as HTML, Markdown or JSON.
//!
//! A [`Collector`] counts judged commits into [`Statistics`]; a [`Report`] puts them beside the ledger's verdict
//! and says how to check them. Every figure stands beside the share about which nothing is known. Nothing here
//! reads a file, a clock or a network.

mod checks;
mod html;
mod links;
mod markdown;
mod report;
mod series;
mod statistics;
mod visible;
mod words;

pub use checks::Check;
pub use html::html;
pub use links::Links;
pub use markdown::markdown;
pub use report::{Report, Repository, Rules};
pub use statistics::{
    Collector, Counts, Doubt, Evidence, Group, Groups, Month, MonthRow, OutOfRange, People, Piece,
    Statistics, Strengths, TreeGroup, TreeStatistics,
};
pub use visible::{is_deceptive, visible};
