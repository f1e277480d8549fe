//! Prints what the git-ai notes of a repository hold, in counts only, as JSON:
//! `cargo run --release -p sealbook-attribution --example notes -- [PATH]`.

use sealbook_attribution::{Catalogue, Class, NoteFigures, Notes};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).unwrap_or_else(|| ".".into());
    let catalogue = Arc::new(Catalogue::built_in()?);
    let start = Instant::now();
    let notes = Notes::open(path, &catalogue)?.ok_or("no notes, or no rule about them")?;
    let opened = start.elapsed();
    let (mut count, mut contradictions, mut not_checked, mut attesting_nothing) = (0u64, 0usize, 0u64, 0u64);
    let mut figures = NoteFigures::default();
    let (mut remarks, mut impossible) = (BTreeMap::new(), BTreeMap::new());
    let (mut valid, mut invalid) = (BTreeMap::new(), BTreeMap::new());
    notes.read_all(&|| false, |_, note| {
        count += 1;
        contradictions += note.contradictions.len();
        not_checked += note.not_checked;
        attesting_nothing += u64::from(note.figures.entries == 0);
        figures.bytes += note.figures.bytes;
        figures.files += note.figures.files;
        figures.entries += note.figures.entries;
        figures.ranges += note.figures.ranges;
        figures.lines += note.figures.lines;
        for (counts, found) in [(&mut remarks, note.remarks), (&mut impossible, note.impossible)] {
            for (kind, times) in found {
                *counts.entry(kind).or_insert(0) += times;
            }
        }
        for claim in note.claims {
            match claim.invalid {
                Some(fault) => *invalid.entry(fault.kind).or_insert(0u64) += 1,
                None if claim.class == Class::Human => *valid.entry("person".into()).or_insert(0u64) += 1,
                None => *valid.entry(claim.tool).or_insert(0) += 1,
            }
        }
    })?;
    let figures = json!({
        "notes": count, "attesting_nothing": attesting_nothing, "figures": figures, "remarks": remarks,
        "impossible": impossible, "not_checked": not_checked, "contradictions": contradictions,
        "valid_claims_by_tool": valid, "invalid_claims_by_kind": invalid,
        "milliseconds": {"index": opened.as_millis(), "all": start.elapsed().as_millis()},
    });
    #[allow(clippy::print_stdout, reason = "the example's output")]
    {
        println!("{}", serde_json::to_string_pretty(&figures)?);
    }
    Ok(())
}
