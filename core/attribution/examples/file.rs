//! Prints what is known about the lines of a file, in counts only, as JSON:
//! `cargo run --release -p sealbook-attribution --example file -- PATH FILE [REVISION]`.

use sealbook_attribution::{FileOptions, judge_file};
use serde_json::json;
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (path, file) = (arguments.next().unwrap_or_default(), arguments.next().unwrap_or_default());
    let mut options = FileOptions::default();
    options.revision = arguments.next();
    let start = Instant::now();
    let judged = judge_file(path, file, &options, &mut ())?;
    let figures = json!({
        "lines": judged.lines, "by_tool": judged.by_tool, "by_strength": judged.by_strength,
        "ranges": judged.ranges.len(), "commits": judged.commits.len(), "invalid": judged.invalid.len(),
        "contradictions": judged.contradictions.len(), "milliseconds": start.elapsed().as_millis(),
    });
    #[allow(clippy::print_stdout, reason = "the example's output")]
    {
        println!("{}", serde_json::to_string_pretty(&figures)?);
    }
    Ok(())
}
