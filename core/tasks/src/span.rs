//! Lengths of time, and moments reached by adding them.

use sealbook_ledger::Time;
use serde::{Deserialize, Serialize};
use std::fmt;

const LAST: i64 = 253_402_300_799_999_999; // 9999-12-31, the last moment that a header can hold

/// A length of time in whole milliseconds; in JSON a number.
///
/// ```
/// use sealbook_ledger::Time;
/// use sealbook_tasks::Span;
///
/// let later = Span::from_secs(30).after(Time::EPOCH);
/// assert_eq!(later.to_string(), "1970-01-01T00:00:30.000000Z");
/// assert_eq!(Span::between(Time::EPOCH, later), Span::from_secs(30));
/// assert_eq!(Span::between(later, Time::EPOCH), Span::ZERO); // a clock that went back has not aged anything
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Span(u64);

impl Span {
    /// No time at all.
    pub const ZERO: Span = Span(0);

    /// So many milliseconds.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// So many seconds.
    #[must_use]
    pub const fn from_secs(secs: u64) -> Self {
        Self(secs.saturating_mul(1000))
    }

    /// The whole milliseconds.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// The microseconds, as many as fit.
    #[must_use]
    pub fn as_micros(self) -> i64 {
        i64::try_from(self.0.saturating_mul(1000)).unwrap_or(i64::MAX)
    }

    /// The moment this long after `time`, at most the end of the year 9999.
    #[must_use]
    pub fn after(self, time: Time) -> Time {
        micros(time.as_micros().saturating_add(self.as_micros()))
    }

    /// How long after `from` is `to`; nothing if it is before.
    #[must_use]
    pub fn between(from: Time, to: Time) -> Self {
        let micros = to.as_micros().saturating_sub(from.as_micros());
        Self(u64::try_from(micros / 1000).unwrap_or(0))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ms", self.0)
    }
}

/// The moment of these microseconds, held within the years that can be written.
pub(crate) fn micros(micros: i64) -> Time {
    Time::from_micros(micros.min(LAST)).unwrap_or(Time::EPOCH)
}

/// `amount` times the fraction of `u64::MAX` that was drawn, rounded down: every value from 0 to `amount`, none above it.
pub(crate) fn share(amount: u64, random: u64) -> u64 {
    let product = u128::from(amount).saturating_add(1) * u128::from(random);
    u64::try_from(product >> 64).unwrap_or(amount)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draw_covers_the_whole_range_and_no_more() {
        assert_eq!((share(10, 0), share(10, u64::MAX), share(10, u64::MAX / 2)), (0, 10, 5));
        assert_eq!((share(0, u64::MAX), share(u64::MAX, u64::MAX)), (0, u64::MAX));
    }

    #[test]
    fn no_span_leads_past_the_last_moment() {
        let last = Span::from_millis(u64::MAX).after(Time::EPOCH);
        assert_eq!(last.to_string(), "9999-12-31T23:59:59.999999Z");
        assert_eq!(Span::from_secs(1).after(last), last);
    }
}
