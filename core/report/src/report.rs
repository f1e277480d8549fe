//! The report: everything that its forms show.

use crate::checks::{Check, LIMITS, checks};
use crate::{Links, Statistics, TreeStatistics};
use sealbook_ledger::{Time, verify};
use serde::{Serialize, Serializer};

/// A report about a repository. Its JSON form is `serde_json` of it; [`html`](crate::html) and
/// [`markdown`](crate::markdown) write the others.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// `sealbook/report/1`.
    pub schema: &'static str,
    /// The version of Sealbook.
    pub version: &'static str,
    /// When the report was written, by the caller's clock.
    #[serde(serialize_with = "as_text")]
    pub written: Time,
    /// What it is about.
    pub repository: Repository,
    /// The ledger's verdict and what it covers; absent if there is no ledger.
    pub ledger: Option<verify::Report>,
    /// The history in figures.
    pub statistics: Statistics,
    /// The files in figures, if they were scanned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tree: Option<TreeStatistics>,
    /// The rules that made the claims.
    pub catalogue: Rules,
    /// How to check the figures.
    pub checks: Vec<Check>,
    /// What the method cannot know.
    pub limits: &'static [&'static str],
}

/// What a report is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Repository {
    /// The name, for the title. Untrusted.
    pub name: String,
    /// The commit from which the history was read; absent before the first one.
    pub head: Option<String>,
    /// Where its commits can be looked at.
    #[serde(flatten)]
    pub links: Option<Links>,
}

/// The rules that made the claims.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Rules {
    /// The catalogue's version.
    pub version: u32,
    /// How many rules there are, the user's own among them.
    pub rules: usize,
    /// The catalogue's digest, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// The ids of rules that the project's settings switch off. Untrusted, as the next.
    pub off: Vec<String>,
    /// The ids of rules that they add, replace or give another strength.
    pub changed: Vec<String>,
}

impl Rules {
    /// What the project's settings changed, if anything.
    pub(crate) fn changes(&self) -> impl Iterator<Item = (&'static str, &[String])> {
        let all = [("switched off", self.off.as_slice()), ("added or changed", &self.changed)];
        all.into_iter().filter(|(_, ids)| !ids.is_empty())
    }
}

impl Report {
    /// The version of the JSON form.
    pub const SCHEMA: &'static str = "sealbook/report/1";

    /// A report without a ledger and without files.
    ///
    /// ```
    /// use sealbook_ledger::Time;
    /// use sealbook_report::{Collector, People, Report, Repository, Rules, html, markdown};
    ///
    /// let statistics = Collector::new(Time::EPOCH, People::None).finish();
    /// let repository = Repository { name: "shop".to_owned(), ..Repository::default() };
    /// let report = Report::new(repository, Time::EPOCH, statistics, Rules::default());
    /// assert!(html(&report).starts_with("<!DOCTYPE html>"));
    /// assert!(markdown(&report).starts_with("# "));
    /// ```
    #[must_use]
    pub fn new(repository: Repository, written: Time, statistics: Statistics, catalogue: Rules) -> Self {
        let mut report = Self {
            schema: Self::SCHEMA,
            version: env!("CARGO_PKG_VERSION"),
            written,
            repository,
            ledger: None,
            statistics,
            tree: None,
            catalogue,
            checks: Vec::new(),
            limits: &LIMITS,
        };
        report.checks = checks(&report);
        report
    }

    /// With what the verification of the project's ledger said.
    #[must_use]
    pub fn ledger(mut self, ledger: verify::Report) -> Self {
        self.ledger = Some(ledger);
        self.checks = checks(&self);
        self
    }

    /// With what a scan of the files found; without names of people, if the statistics are.
    #[must_use]
    pub fn tree(mut self, mut tree: TreeStatistics) -> Self {
        if let Some(names) = &self.statistics.hidden {
            names.hide_in_files(&mut tree.strongest);
        }
        self.tree = Some(tree);
        self.checks = checks(&self);
        self
    }

    /// When it was written, to the minute: `2026-11-23 10:15 UTC`.
    pub(crate) fn written_text(&self) -> String {
        let text = self.written.to_string();
        format!("{} {} UTC", text.get(..10).unwrap_or_default(), text.get(11..16).unwrap_or_default())
    }
}

fn as_text<S: Serializer>(time: &Time, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(time)
}
