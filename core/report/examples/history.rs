//! Writes the report about a repository's history to standard output:
//! `cargo run --release -p sealbook-report --example history -- [PATH] [html|markdown|json] > report.html`.

use sealbook_attribution::{Catalogue, Commit, HistoryOptions, Observer, scan_history};
use sealbook_ledger::Time;
use sealbook_report::{Collector, People, Report, Repository, Rules, html, markdown};
use std::io::Write;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

struct Watch {
    collector: Collector,
    head: Option<String>,
}

impl Observer for Watch {
    fn commit(&mut self, commit: &Commit<'_>) {
        self.head.get_or_insert_with(|| commit.id.to_owned());
        self.collector.add(commit);
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = PathBuf::from(arguments.next().unwrap_or_else(|| ".".to_owned())).canonicalize()?;
    let form = arguments.next().unwrap_or_else(|| "html".to_owned());
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_micros();
    let now = Time::from_micros(i64::try_from(now)?)?;

    let catalogue = Catalogue::built_in()?;
    let mut watch =
        Watch { collector: Collector::new(now, People::default()).catalogue(&catalogue), head: None };
    scan_history(&path, &HistoryOptions::default(), &mut watch)?;

    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let repository = Repository { name, head: watch.head, links: None };
    let rules = Rules {
        version: catalogue.version(),
        rules: catalogue.rules().len(),
        digest: None,
        ..Rules::default()
    };
    let report = Report::new(repository, now, watch.collector.finish(), rules);
    let text = match form.as_str() {
        "json" => serde_json::to_string_pretty(&report)?,
        "markdown" => markdown(&report),
        _ => html(&report),
    };
    std::io::stdout().lock().write_all(text.as_bytes())?;
    Ok(())
}
