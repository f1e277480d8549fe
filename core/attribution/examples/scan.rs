//! Prints what a scan found as JSON.
//!
//! - A repository's history: `cargo run --release -p sealbook-attribution --example scan -- [PATH] [REVISION]`.
//! - The files of a folder: `... -- --tree [--no-ignore] [--threads N] [PATH]`.

use sealbook_attribution::{Catalogue, HistoryOptions, TreeOptions, scan_history, scan_tree};
use serde::Serialize;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments: Vec<_> = std::env::args().skip(1).collect();
    let mut is_set = |flag: &str| {
        let before = arguments.len();
        arguments.retain(|argument| argument != flag);
        arguments.len() < before
    };
    let (tree, no_ignore) = (is_set("--tree"), is_set("--no-ignore"));
    let mut threads = None;
    if let Some(place) = arguments.iter().position(|argument| argument == "--threads") {
        threads = arguments.drain(place..(place + 2).min(arguments.len())).nth(1);
    }
    let mut arguments = arguments.into_iter();
    let path = arguments.next().unwrap_or_else(|| ".".into());
    if tree {
        let mut options = TreeOptions::default();
        options.no_ignore = no_ignore;
        options.threads = threads.map(|number| number.parse()).transpose()?;
        return print(&scan_tree(path, &options, &Catalogue::built_in()?, &mut ())?);
    }
    let mut options = HistoryOptions::default();
    options.revision = arguments.next();
    print(&scan_history(path, &options, &mut ())?)
}

fn print(result: &impl Serialize) -> Result<(), Box<dyn std::error::Error>> {
    #[allow(clippy::print_stdout, reason = "the example's output")]
    {
        println!("{}", serde_json::to_string_pretty(result)?);
    }
    Ok(())
}
