//! Prints one line of JSON for each commit of a repository's history, with what each claim says but not what it
//! quotes: `cargo run --release -p sealbook-attribution --example claims -- [PATH] [REVISION]`. With `--rules`
//! it prints one line for each rule of the catalogue instead, with `--tree PATH` one for each claim about the
//! files of a folder, and one with how many files were read.

use sealbook_attribution::{
    Catalogue, Claim, Commit, HistoryOptions, Notes, Observer, TreeOptions, scan_history, scan_tree,
};
use serde_json::{Value, json};
use std::io::{BufWriter, StdoutLock, Write as _};
use std::sync::Arc;

struct Lines {
    out: BufWriter<StdoutLock<'static>>,
    failed: Option<std::io::Error>,
}

impl Lines {
    fn print(&mut self, line: &Value) {
        if let Err(error) = writeln!(self.out, "{line}") {
            self.failed.get_or_insert(error);
        }
    }
}

impl Observer for Lines {
    fn commit(&mut self, commit: &Commit<'_>) {
        let claims: Vec<_> = commit.claims.iter().map(claim).collect();
        let contradictions: Vec<_> = commit.contradictions.iter().map(|found| found.kind).collect();
        self.print(&json!({
            "id": commit.id,
            "time": commit.committer.time.seconds,
            "parents": commit.parents,
            "verdict": commit.verdict,
            "contradictions": contradictions,
            "claims": claims,
        }));
    }

    fn is_cancelled(&self) -> bool {
        self.failed.is_some()
    }
}

fn claim(claim: &Claim) -> Value {
    let lines: Vec<_> = claim.lines.iter().map(|lines| (lines.start, lines.end)).collect();
    json!({
        "rule": claim.rule,
        "signal": claim.signal,
        "tool": claim.tool,
        "class": claim.class,
        "strength": claim.strength,
        "source": claim.source,
        "extent": claim.extent,
        "picked": claim.origin.is_some(),
        "path": claim.path,
        "lines": lines,
        "invalid": claim.invalid.as_ref().map(|invalid| invalid.kind),
    })
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().unwrap_or_else(|| ".".into());
    let mut lines = Lines { out: BufWriter::new(std::io::stdout().lock()), failed: None };
    if path == "--rules" {
        for rule in Catalogue::built_in()?.rules() {
            lines.print(&serde_json::to_value(rule)?);
        }
    } else if path == "--tree" {
        let mut options = TreeOptions::default();
        options.no_ignore = true;
        let folder = arguments.next().unwrap_or_else(|| ".".into());
        let report = scan_tree(folder, &options, &Catalogue::built_in()?, &mut ())?;
        lines.print(&json!({"files": report.files.scanned}));
        report.claims.iter().for_each(|found| lines.print(&claim(found)));
    } else {
        let notes = Notes::open(&path, &Arc::new(Catalogue::built_in()?))?;
        let mut options = HistoryOptions::default();
        options.sources.extend(notes.map(|notes| Arc::new(notes) as _));
        options.revision = arguments.next();
        scan_history(path, &options, &mut lines)?;
    }
    lines.out.flush()?;
    lines.failed.map_or(Ok(()), |error| Err(error.into()))
}
