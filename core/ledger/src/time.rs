//! The 27-byte UTC time of a header, in microseconds.
//!
//! Hand-written because the grammar is a strict subset of RFC 3339 and the formatter is on the hot path. The calendar
//! arithmetic is that of Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".

use sealbook_error::{Code, Error};
use std::fmt;

const MICROS_PER_DAY: i64 = 86_400_000_000;
const FIRST: i64 = -62_167_219_200_000_000; // 0000-01-01
const LAST: i64 = 253_402_300_799_999_999; // 9999-12-31

/// A moment in UTC, in microseconds since 1970, in the years 0000 to 9999.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

impl Time {
    /// 1970-01-01T00:00:00.000000Z.
    pub const EPOCH: Time = Time(0);

    /// The moment `micros` microseconds after 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` outside the years 0000 to 9999.
    pub fn from_micros(micros: i64) -> sealbook_error::Result<Self> {
        if (FIRST..=LAST).contains(&micros) {
            return Ok(Self(micros));
        }
        Err(Error::new(
            Code::InvalidArgument,
            format!("time {micros} µs lies outside the years 0000 to 9999"),
        ))
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// The exact form `YYYY-MM-DDThh:mm:ss.ffffffZ`.
    ///
    /// ```
    /// use sealbook_ledger::Time;
    /// let time = Time::parse("2026-11-23T10:15:30.123456Z").unwrap();
    /// assert_eq!(time.as_micros(), 1_795_428_930_123_456);
    /// assert_eq!(time.to_string(), "2026-11-23T10:15:30.123456Z");
    /// assert!(Time::parse("2026-02-29T00:00:00.000000Z").is_none());
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: &[u8; 27] = text.as_bytes().try_into().ok()?;
        let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':'), (19, b'.'), (26, b'Z')];
        if separators.iter().any(|&(at, byte)| bytes.get(at) != Some(&byte)) {
            return None;
        }
        let number = |from: usize, to: usize| {
            bytes
                .get(from..to)?
                .iter()
                .try_fold(0i64, |n, b| b.is_ascii_digit().then(|| n * 10 + i64::from(b - b'0')))
        };
        let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
        let (hour, minute, second, micro) =
            (number(11, 13)?, number(14, 16)?, number(17, 19)?, number(20, 26)?);
        let days = days_from_civil(year, month, day);
        if hour > 23 || minute > 59 || second > 59 || civil_from_days(days) != (year, month, day) {
            return None;
        }
        Some(Self(days * MICROS_PER_DAY + ((hour * 60 + minute) * 60 + second) * 1_000_000 + micro))
    }

    /// The 27 bytes of the exact form.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 27] {
        let (year, month, day) = civil_from_days(self.0.div_euclid(MICROS_PER_DAY));
        let micros = self.0.rem_euclid(MICROS_PER_DAY);
        let seconds = micros / 1_000_000;
        let mut out = *b"0000-00-00T00:00:00.000000Z";
        let mut put = |from: usize, to: usize, mut value: i64| {
            for byte in out.get_mut(from..to).into_iter().flatten().rev() {
                *byte = b'0' + (value % 10) as u8;
                value /= 10;
            }
        };
        put(0, 4, year);
        put(5, 7, month);
        put(8, 10, day);
        put(11, 13, seconds / 3600);
        put(14, 16, seconds / 60 % 60);
        put(17, 19, seconds % 60);
        put(20, 26, micros % 1_000_000);
        out
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.to_bytes()).unwrap_or_default())
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl serde::Serialize for Time {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Time {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text)
            .ok_or_else(|| serde::de::Error::custom(format!("{text:?} is not YYYY-MM-DDThh:mm:ss.ffffffZ")))
    }
}

fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_from_0000_to_9999_is_written_and_read_back() {
        let mut before = String::new();
        for day in (FIRST / MICROS_PER_DAY)..=(LAST / MICROS_PER_DAY) {
            let time = Time(day * MICROS_PER_DAY + 86_399_999_999);
            let text = time.to_string();
            assert_eq!(Time::parse(&text), Some(time));
            assert!(before < text, "{before} then {text}");
            before = text;
        }
        assert!(before.starts_with("9999-12-31T23:59:59.999999"));
    }

    #[test]
    fn what_is_not_a_date_is_refused() {
        for text in
            ["2026-02-29", "2100-02-29", "2026-04-31", "2026-13-01", "2026-00-01", "2026-01-00", "2026-01-32"]
        {
            assert_eq!(Time::parse(&format!("{text}T00:00:00.000000Z")), None, "{text}");
        }
        for text in [
            "24:00:00.000000Z",
            "00:60:00.000000Z",
            "00:00:60.000000Z",
            "00:00:00,000000Z",
            "00:00:00.000000z",
        ] {
            assert_eq!(Time::parse(&format!("2026-01-01T{text}")), None, "{text}");
        }
        assert_eq!(Time::parse("2026-01-01T00:00:00.00000Z"), None);
        assert_eq!(Time::parse("+026-01-01T00:00:00.000000Z"), None);
        assert!(Time::parse("2024-02-29T00:00:00.000000Z").is_some());
        assert!(Time::from_micros(i64::MAX).is_err());
    }
}
