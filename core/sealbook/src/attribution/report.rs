//! A report about a repository and its ledger.

use super::options::{Format, ReportOptions};
use super::settings::in_force;
use super::stats::count;
use super::tree;
use crate::ledger::{Ledger, OpenOptions};
use sealbook_attribution::Place;
use sealbook_error::{Code, Result};
use sealbook_ledger::verify::{self, Expected};
use sealbook_report::{Links, Report, Repository, Rules, html, markdown};
use sealbook_store::{Progress, now};
use std::path::Path;

/// A report about the git repository at or above `path`, and about the ledger of the project there, as the text of one file.
///
/// # Errors
/// As [`scan`](super::scan()), and those of reading the ledger, if one is named or found.
///
/// # Example
///
/// ```
/// use sealbook::{Code, Progress, ReportOptions, report};
///
/// let folder = tempfile::tempdir()?;
/// let error = report(folder.path(), &ReportOptions::default(), &Progress::default()).unwrap_err();
/// assert_eq!(error.code(), Code::NotARepository);
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn report(path: &Path, options: &ReportOptions, progress: &Progress) -> Result<String> {
    let place = Place::of(path, options.stats.revision.as_deref())?;
    let (rules, now) = (in_force(path)?, now()?);
    let repository = Repository {
        name: options.title.clone().unwrap_or_else(|| place.name()),
        links: place.remote.as_deref().and_then(Links::of_remote),
        head: place.head,
    };
    let catalogue = Rules {
        version: rules.catalogue.version(),
        rules: rules.catalogue.rules().len(),
        digest: Some(rules.catalogue.digest()),
        off: rules.catalogue.switched_off().iter().map(|rule| rule.id.clone()).collect(),
        changed: rules.catalogue.changed().to_vec(),
    };
    let statistics = count(path, &options.stats, rules.catalogue.clone(), now, progress)?;
    let mut report = Report::new(repository, now, statistics, catalogue);
    if let Some(folder) = place.work_folder.filter(|_| options.tree) {
        report = report.tree(tree::statistics(&folder, &rules.catalogue, progress)?);
    }
    if let Some(verdict) = ledger_verdict(path, options, progress)? {
        report = report.ledger(verdict);
    }
    Ok(match options.format {
        Format::Html => html(&report),
        Format::Markdown => markdown(&report),
        // Its keys are strings and its numbers are finite, so that this cannot fail.
        Format::Json => serde_json::to_string(&report).unwrap_or_default() + "\n",
    })
}

/// What verification says about the named ledger, or about that of the project at or above `path`, if there is one.
fn ledger_verdict(
    path: &Path,
    options: &ReportOptions,
    progress: &Progress,
) -> Result<Option<verify::Report>> {
    let to_read = OpenOptions { read_only: true, ..OpenOptions::default() };
    // A report about a file is one about the repository that it is in.
    let folder = if path.is_file() { path.parent().unwrap_or(path) } else { path };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let ledger = match Ledger::open(options.ledger.as_deref().unwrap_or(folder), &to_read) {
        Err(error)
            if options.ledger.is_none() && matches!(error.code(), Code::NotAProject | Code::NotFound) =>
        {
            return Ok(None);
        }
        opened => opened?,
    };
    ledger.verify(&Expected::default(), progress).map(Some)
}
