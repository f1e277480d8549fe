//! Months put together so that a chart of them can be read.

use crate::{Counts, Month, MonthRow};

/// Bars of a chart at most, before longer periods are taken.
const MONTHS: i32 = 36;
const QUARTERS: i32 = 48;
/// Months of the closer look that a long history gets.
const RECENT: i32 = 24;
/// An empty time of so many months separates a few old commits from the rest of the history.
const GAP: i32 = 36;

/// Commits by period, without gaps: a period without commits is there with zeros.
#[derive(Debug, Default)]
pub(crate) struct Series {
    /// `month`, `quarter` or `year`.
    pub(crate) unit: &'static str,
    pub(crate) bins: Vec<Bin>,
    /// Commits long before all others, which would make the rest unreadable.
    pub(crate) earlier: Counts,
}

#[derive(Debug)]
pub(crate) struct Bin {
    pub(crate) name: String,
    pub(crate) counts: Counts,
}

impl Series {
    /// The periods from the first month to the last.
    pub(crate) fn new(months: &[MonthRow]) -> Self {
        let (earlier, months) = months.split_at(start(months));
        let mut series = Series { unit: "month", ..Series::default() };
        earlier.iter().for_each(|row| series.earlier.merge(&row.commits));
        let (Some(first), Some(last)) = (months.first(), months.last()) else { return series };
        let (first, last) = (first.month.index(), last.month.index());
        let (unit, length) = match last - first + 1 {
            ..=MONTHS => ("month", 1),
            n if n <= 3 * QUARTERS => ("quarter", 3),
            _ => ("year", 12),
        };
        series.unit = unit;
        for period in first.div_euclid(length)..=last.div_euclid(length) {
            let name = name(Month::from_index(period * length), unit);
            series.bins.push(Bin { name, counts: Counts::default() });
        }
        for row in months {
            let at = row.month.index().div_euclid(length) - first.div_euclid(length);
            if let Some(bin) = usize::try_from(at).ok().and_then(|at| series.bins.get_mut(at)) {
                bin.counts.merge(&row.commits);
            }
        }
        series
    }

    /// The last months up to the one of the newest commit, at most 24.
    pub(crate) fn recent(months: &[MonthRow]) -> Self {
        let Some(last) = months.last() else { return Self::default() };
        let from = months.partition_point(|row| row.month.index() <= last.month.index() - RECENT);
        Self::new(months.get(from..).unwrap_or_default())
    }

    /// The most commits of a period.
    pub(crate) fn most(&self) -> u64 {
        self.bins.iter().map(|bin| bin.counts.total).max().unwrap_or_default()
    }
}

/// Where the history proper begins: after the last long gap that has less than a hundredth of all commits before it.
fn start(months: &[MonthRow]) -> usize {
    let total: u64 = months.iter().map(|row| row.commits.total).sum();
    let (mut start, mut before) = (0, 0);
    for (at, pair) in months.windows(2).enumerate() {
        let [old, new] = pair else { continue };
        before += old.commits.total;
        if before.saturating_mul(100) < total && new.month.index() - old.month.index() > GAP {
            start = at + 1;
        }
    }
    start
}

fn name(month: Month, unit: &str) -> String {
    const NAMES: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let year = month.year();
    match unit {
        "year" => year.to_string(),
        "quarter" => format!("Q{} {year}", (month.number() - 1) / 3 + 1),
        _ => {
            let at = usize::try_from(month.number() - 1).unwrap_or_default();
            format!("{} {year}", NAMES.get(at).unwrap_or(&""))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(year: i32, month: i32, total: u64) -> MonthRow {
        let commits = Counts { total, unknown: total, ..Counts::default() };
        MonthRow { month: Month::from_index(year * 12 + month - 1), commits }
    }

    fn names(series: &Series) -> Vec<(&str, u64)> {
        series.bins.iter().map(|bin| (bin.name.as_str(), bin.counts.total)).collect()
    }

    #[test]
    fn months_without_commits_are_zero() {
        let series = Series::new(&[row(2025, 11, 2), row(2026, 2, 3)]);
        assert_eq!(names(&series), [("Nov 2025", 2), ("Dec 2025", 0), ("Jan 2026", 0), ("Feb 2026", 3)]);
        assert_eq!((series.unit, series.most()), ("month", 3));
    }

    #[test]
    fn a_long_history_is_shown_by_quarter_and_a_longer_one_by_year() {
        let series = Series::new(&[row(2020, 2, 1), row(2022, 1, 1), row(2023, 12, 1)]);
        assert_eq!((series.unit, series.bins.len()), ("quarter", 16));
        assert_eq!(names(&series)[0], ("Q1 2020", 1));
        let years: Vec<_> = (1985..=2026).map(|year| row(year, 3, 1)).collect();
        let series = Series::new(&years);
        assert_eq!((series.unit, series.bins.len()), ("year", 42));
    }

    #[test]
    fn a_few_commits_of_another_time_do_not_stretch_the_chart() {
        let series = Series::new(&[row(1990, 1, 1), row(2026, 1, 500), row(2026, 2, 500)]);
        assert_eq!((series.bins.len(), series.earlier.total), (2, 1));
        let series = Series::new(&[row(1990, 1, 50), row(2026, 1, 500)]);
        assert_eq!((series.bins.len(), series.earlier.total), (37, 0));
    }

    #[test]
    fn the_closer_look_ends_with_the_newest_commit() {
        let months: Vec<_> = (1..=12).flat_map(|m| [2023, 2024, 2026].map(|y| row(y, m, 1))).collect();
        let mut months = months;
        months.sort_by_key(|row| row.month);
        let recent = Series::recent(&months);
        assert_eq!((recent.bins.first().unwrap().name.as_str(), recent.bins.len()), ("Jan 2026", 12));
        months.push(row(2027, 1, 1));
        assert_eq!(names(&Series::recent(&months)).len(), 13);
        assert!(Series::recent(&[]).bins.is_empty());
    }

    #[test]
    fn no_months_make_no_bars() {
        let series = Series::new(&[]);
        assert!(series.bins.is_empty());
        assert_eq!(series.most(), 0);
    }
}
