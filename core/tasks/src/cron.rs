//! Schedules: a cron expression in a time zone, and what to do about runs that were missed.
//!
//! Expressions and daylight saving are read by `croner`, zones come from the tables that `jiff` bundles, so no file of
//! the system is read and every machine agrees.

use crate::Span;
use crate::span::micros;
use crate::state::words;
use croner::Cron;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, Zoned};
use sealbook_error::{Code, Error, Result};
use sealbook_ledger::Time;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

const MAX_BYTES: usize = 256;

words! {
    /// What becomes of runs whose time passed while nobody was there to start them.
    Missed {
        Skip "skip" "They are left out; the next one is in the future.";
        Once "once" "All of them together are made up for by one run, the latest.";
        All  "all"  "Each of them is made up for, oldest first, up to the limit at a time.";
    }
}

/// A schedule as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// Five fields, or six with seconds first, or a nickname such as `@daily`.
    pub cron: String,
    /// An IANA time zone, such as `Europe/Berlin`.
    pub zone: String,
    /// What becomes of missed runs.
    pub missed: Missed,
    /// A run that is later than this counts as missed and not as late.
    #[serde(default = "a_minute")]
    pub grace: Span,
    /// How many runs are started at a time; those behind them are due at the next look.
    #[serde(default = "hundred")]
    pub limit: u32,
}

const fn a_minute() -> Span {
    Span::from_secs(60)
}

const fn hundred() -> u32 {
    100
}

/// A schedule that was read.
#[derive(Debug, Clone)]
pub struct Plan {
    cron: Cron,
    zone: TimeZone,
    schedule: Schedule,
}

/// What is to be started now, and from when on to look for the next run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// The runs to start, each by the time for which it was planned: with the schedule's name, its idempotency key.
    pub runs: Vec<Time>,
    /// Whether runs were left out.
    pub skipped: bool,
    /// To be stored in the same transaction: the plan has been followed up to here.
    pub until: Time,
}

impl Schedule {
    /// A schedule that leaves missed runs out.
    #[must_use]
    pub fn new(cron: &str, zone: &str) -> Self {
        Self {
            cron: cron.to_owned(),
            zone: zone.to_owned(),
            missed: Missed::Skip,
            grace: a_minute(),
            limit: hundred(),
        }
    }

    /// Reads it.
    ///
    /// # Errors
    /// `INVALID_SCHEDULE` if the expression cannot be read or the zone is not known.
    ///
    /// ```
    /// use sealbook_ledger::Time;
    /// use sealbook_tasks::Schedule;
    ///
    /// let plan = Schedule::new("30 9 * * MON-FRI", "Europe/Berlin").plan()?;
    /// let friday = Time::parse("2026-11-27T12:00:00.000000Z").unwrap();
    /// assert_eq!(plan.next(friday)?.unwrap().to_string(), "2026-11-30T08:30:00.000000Z");
    /// assert_eq!(Schedule::new("61 * * * *", "UTC").plan().unwrap_err().code().name(), "INVALID_SCHEDULE");
    /// # Ok::<(), sealbook_error::Error>(())
    /// ```
    pub fn plan(&self) -> Result<Plan> {
        let shown: String = self.cron.chars().take(80).collect();
        let refused = |what: String| {
            Error::new(Code::InvalidSchedule, what).remedy(
                "write minute, hour, day of month, month and day of week, such as \"30 9 * * MON-FRI\"",
            )
        };
        if self.cron.len() > MAX_BYTES {
            return Err(refused(format!("the cron expression has {} bytes", self.cron.len())));
        }
        let cron = Cron::from_str(&self.cron).map_err(|e| refused(format!("cron {shown:?}: {e}")))?;
        let zone = TimeZoneDatabase::bundled().get(&self.zone).map_err(|e| {
            Error::new(
                Code::InvalidSchedule,
                format!("time zone {:?}: {e}", self.zone.chars().take(80).collect::<String>()),
            )
            .remedy("use an IANA name such as Europe/Berlin or UTC")
        })?;
        Ok(Plan { cron, zone, schedule: self.clone() })
    }
}

impl Plan {
    /// The first run after a moment; none if there is no other.
    ///
    /// # Errors
    /// `INVALID_SCHEDULE` for a moment that the calendar does not know.
    pub fn next(&self, after: Time) -> Result<Option<Time>> {
        match self.cron.find_next_occurrence::<Zoned>(&self.zoned(after)?, false) {
            Ok(next) => {
                let next = Time::from_micros(next.timestamp().as_microsecond())?;
                // A run that is not later would be started again and again.
                Ok((next > after).then_some(next))
            }
            Err(_) => Ok(None),
        }
    }

    /// What is to be started at `now`, if the plan has been followed up to `until`.
    ///
    /// # Errors
    /// As [`Plan::next`].
    pub fn due(&self, until: Time, now: Time) -> Result<Due> {
        let Schedule { missed, grace, limit, .. } = self.schedule;
        let mut due = Due { runs: Vec::new(), skipped: false, until };
        match missed {
            Missed::Once => {
                if let Some(last) = self.last(now)?.filter(|last| *last > until) {
                    due = Due { runs: vec![last], skipped: self.next(until)? < Some(last), until: last };
                }
                return Ok(due);
            }
            Missed::Skip => {
                // What is too late is passed over in one step, however long nobody was there.
                let edge = micros(now.as_micros().saturating_sub(grace.as_micros()).saturating_sub(1));
                due.skipped = self.next(until)?.is_some_and(|next| next <= edge);
                due.until = until.max(edge);
            }
            Missed::All => {}
        }
        while due.runs.len() < usize::try_from(limit.max(1)).unwrap_or(usize::MAX)
            && let Some(next) = self.next(due.until)?.filter(|next| *next <= now)
        {
            due.runs.push(next);
            due.until = next;
        }
        Ok(due)
    }

    /// The last run at or before a moment.
    fn last(&self, now: Time) -> Result<Option<Time>> {
        let found = self.cron.find_previous_occurrence::<Zoned>(&self.zoned(now)?, true).ok();
        let last = found.map(|last| Time::from_micros(last.timestamp().as_microsecond())).transpose()?;
        Ok(last.filter(|last| *last <= now))
    }

    fn zoned(&self, time: Time) -> Result<Zoned> {
        Timestamp::from_microsecond(time.as_micros()).map(|time| time.to_zoned(self.zone.clone())).map_err(
            |e| Error::new(Code::InvalidSchedule, format!("{time}: {e}")).remedy("use a time of this era"),
        )
    }
}

#[cfg(test)]
#[path = "cron_tests.rs"]
mod tests;
