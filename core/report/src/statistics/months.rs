//! Commits over time, safe from clocks that are wrong by decades.

use super::counts::{Counts, Mark};
use sealbook_ledger::Time;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;

/// 1980-01-01: older than any revision control system whose histories are still imported.
const FIRST: i64 = 315_532_800;
/// A committer's clock may be ahead of ours, and in another zone by mistake.
const GRACE: i64 = 2 * 86_400;

/// A month of the calendar, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(i32);

impl Month {
    /// The month of a moment in seconds since 1970; nothing outside the years 0000 to 9999.
    ///
    /// ```
    /// use sealbook_report::Month;
    ///
    /// assert_eq!(Month::of(1_700_000_000).unwrap().to_string(), "2023-11");
    /// assert_eq!(Month::of(i64::MAX), None);
    /// ```
    #[must_use]
    pub fn of(seconds: i64) -> Option<Self> {
        let date = date(seconds)?;
        Some(Self(date.get(..4)?.parse::<i32>().ok()? * 12 + date.get(5..7)?.parse::<i32>().ok()? - 1))
    }

    /// The year.
    #[must_use]
    pub fn year(self) -> i32 {
        self.0.div_euclid(12)
    }

    /// The month in its year, from 1.
    #[must_use]
    pub fn number(self) -> i32 {
        self.0.rem_euclid(12) + 1
    }

    /// Months since January of the year 0.
    pub(crate) fn index(self) -> i32 {
        self.0
    }

    pub(crate) fn from_index(index: i32) -> Self {
        Self(index)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year(), self.number())
    }
}

impl Serialize for Month {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The commits of one month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct MonthRow {
    /// The month, written `2026-11`.
    pub month: Month,
    /// The commits, by what is known about them.
    #[serde(flatten)]
    pub commits: Counts,
}

/// Commits whose committer's clock cannot have been right. They are in no month.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct OutOfRange {
    /// Before 1980.
    pub before: Counts,
    /// More than two days after the figures were made.
    pub after: Counts,
}

/// Months in the making. Their number is bounded by the range.
#[derive(Debug)]
pub(crate) struct Months {
    last: i64,
    months: BTreeMap<Month, Counts>,
    out: OutOfRange,
}

impl Months {
    pub(crate) fn new(now: Time) -> Self {
        let last = now.as_micros().div_euclid(1_000_000).saturating_add(GRACE);
        Self { last, months: BTreeMap::new(), out: OutOfRange::default() }
    }

    pub(crate) fn add(&mut self, seconds: i64, mark: Mark) {
        let place = match Month::of(seconds) {
            _ if seconds < FIRST => &mut self.out.before,
            Some(month) if seconds <= self.last => self.months.entry(month).or_default(),
            _ => &mut self.out.after,
        };
        place.add(mark);
    }

    pub(crate) fn finish(self) -> (Vec<MonthRow>, OutOfRange) {
        let rows = self.months.into_iter().map(|(month, commits)| MonthRow { month, commits });
        (rows.collect(), self.out)
    }
}

/// The day of a moment in UTC, `2026-11-23`; nothing outside the years 0000 to 9999.
pub(crate) fn date(seconds: i64) -> Option<String> {
    let mut text = Time::from_micros(seconds.checked_mul(1_000_000)?).ok()?.to_string();
    text.truncate(10);
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sealbook_attribution::Verdict;

    const MARK: Mark = Mark { verdict: Verdict::Unknown, in_part: false };

    #[test]
    fn a_broken_clock_makes_no_month() {
        let now = Time::parse("2026-11-23T10:00:00.000000Z").unwrap();
        let mut months = Months::new(now);
        for seconds in [i64::MIN, -1, 0, FIRST - 1, 4_102_444_800, i64::MAX] {
            months.add(seconds, MARK);
        }
        for seconds in [FIRST, 1_795_000_000, 1_795_428_000 + GRACE] {
            months.add(seconds, MARK);
        }
        let (rows, out) = months.finish();
        assert_eq!((out.before.total, out.after.total), (4, 2));
        let rows: Vec<_> = rows.iter().map(|row| (row.month.to_string(), row.commits.total)).collect();
        assert_eq!(rows, [("1980-01".to_owned(), 1), ("2026-11".to_owned(), 2)]);
    }

    #[test]
    fn a_month_ends_at_midnight_utc() {
        assert_eq!(Month::of(1_709_251_199).unwrap().to_string(), "2024-02");
        assert_eq!(Month::of(1_709_251_200).unwrap().to_string(), "2024-03");
        assert_eq!(Month::of(-1).unwrap().to_string(), "1969-12");
    }
}
