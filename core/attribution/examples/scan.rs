//! Prints the figures of a repository's history as JSON:
//! `cargo run --release -p sealbook-attribution --example scan -- [PATH] [REVISION]`.

use sealbook_attribution::{HistoryOptions, scan_history};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().unwrap_or_else(|| ".".into());
    let mut options = HistoryOptions::default();
    options.revision = arguments.next();
    let summary = scan_history(path, &options, &mut ())?;
    #[allow(clippy::print_stdout, reason = "the example's output")]
    {
        println!("{}", serde_json::to_string_pretty(&summary)?);
    }
    Ok(())
}
