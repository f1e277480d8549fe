//! How many attempts a worker runs at once, between a least and a most, by what there is to do.
//!
//! Pools of threads that find their own size do so in one of two ways. Hill climbing, as in the thread pool of .NET (Hellerstein and
//! others, 2009), varies the number and keeps what raised the throughput; it needs many short items of a kind, because it compares the
//! counts of neighbouring periods. Rules of utilisation, as in the spare servers of Apache or the autoscalers of clusters, look only at how
//! much of the pool is in use. Attempts last from a millisecond to hours, and a worker ends a handful in a period: their throughput is
//! noise, while its own utilisation is known exactly. So this is a rule of utilisation. What a dependency can take is another question,
//! which [`crate::Limiter`] answers.
//!
//! It grows at full use and shrinks below half, each by a quarter: after a step up more than half of it is still in use, after a step down
//! at most two thirds, so that no load makes it swing between the two.

use crate::Span;
use sealbook_error::{Code, Error, Result};

/// How often the number can change.
pub const SCALE_PERIOD: Span = Span::from_millis(250);
/// How many periods in a row less than half must be in use until it shrinks: work comes in bursts, and growing again takes longer.
const QUIET: u32 = 4;

/// A number of permits that follows the load.
///
/// ```
/// use sealbook_tasks::{SCALE_PERIOD, Scale};
///
/// let mut scale = Scale::new(4, 64)?;
/// scale.note(4);
/// assert!(scale.decide(SCALE_PERIOD, true));
/// assert_eq!(scale.permits(), 5);
/// # Ok::<(), sealbook_error::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scale {
    least: usize,
    most: usize,
    permits: usize,
    /// The most that were in use at once in this period.
    peak: usize,
    began_at: Span,
    quiet: u32,
}

impl Scale {
    /// Begins with `least` permits, and stays between that and `most`.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` unless 1 <= least <= most.
    pub fn new(least: usize, most: usize) -> Result<Self> {
        if 1 <= least && least <= most {
            return Ok(Self { least, most, permits: least, peak: 0, began_at: Span::ZERO, quiet: 0 });
        }
        let what = format!("a worker cannot run between {least} and {most} attempts at once");
        Err(Error::new(Code::InvalidArgument, what).remedy("let 1 <= least <= concurrency"))
    }

    /// How many attempts may run at once.
    #[must_use]
    pub fn permits(&self) -> usize {
        self.permits
    }

    /// Learns that so many permits are in use.
    pub fn note(&mut self, busy: usize) {
        self.peak = self.peak.max(busy);
    }

    /// Whether a period is over, so that [`Scale::decide`] can change something; if it would ask whether more is waiting, it says so.
    #[must_use]
    pub fn asks(&self, now: Span) -> Option<bool> {
        let is_over = now.as_millis().saturating_sub(self.began_at.as_millis()) >= SCALE_PERIOD.as_millis();
        is_over.then_some(self.peak >= self.permits && self.permits < self.most)
    }

    /// Decides anew once a period is over, at a time since whenever its user began. True if the number has changed.
    pub fn decide(&mut self, now: Span, is_more_waiting: bool) -> bool {
        let Some(is_full) = self.asks(now) else { return false };
        let before = self.permits;
        self.quiet = if self.peak.saturating_mul(2) < self.permits { self.quiet + 1 } else { 0 };
        if is_full && is_more_waiting {
            self.permits = self.permits.saturating_add(quarter(self.permits)).min(self.most);
        } else if self.quiet >= QUIET {
            self.permits = (self.permits - quarter(self.permits)).max(self.least);
            self.quiet = 0;
        }
        (self.peak, self.began_at) = (0, now);
        self.permits != before
    }
}

/// Rounded up when it would be nothing.
fn quarter(permits: usize) -> usize {
    (permits / 4).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What a load that asks for so many permits at once leads to, period by period.
    fn run(scale: &mut Scale, demand: impl IntoIterator<Item = usize>) -> Vec<usize> {
        let mut now = scale.began_at;
        let period = |demand: usize| {
            now = Span::from_millis(now.as_millis() + SCALE_PERIOD.as_millis());
            let permits = scale.permits();
            scale.note(demand.min(permits));
            scale.decide(now, demand > permits);
            scale.permits()
        };
        demand.into_iter().map(period).collect()
    }

    #[test]
    fn it_grows_by_a_quarter_each_period_while_all_is_in_use_and_more_waits() {
        let mut scale = Scale::new(2, 20).unwrap();
        assert_eq!(run(&mut scale, [100; 12]), [3, 4, 5, 6, 7, 8, 10, 12, 15, 18, 20, 20]);
    }

    #[test]
    fn full_use_alone_does_not_make_it_grow_nor_does_a_queue_that_it_cannot_take_from() {
        let mut scale = Scale::new(4, 20).unwrap();
        assert_eq!(run(&mut scale, [4; 3]), [4; 3]);
        scale.note(3);
        assert!(!scale.decide(Span::from_secs(60), true));
    }

    #[test]
    fn within_a_period_nothing_changes_and_the_busiest_moment_of_it_counts() {
        let mut scale = Scale::new(4, 20).unwrap();
        scale.note(4);
        assert!(scale.asks(Span::from_millis(249)).is_none() && !scale.decide(Span::from_millis(249), true));
        scale.note(0);
        assert_eq!(scale.asks(Span::from_millis(250)), Some(true));
        assert!(scale.decide(Span::from_millis(250), true));
        assert_eq!(scale.asks(Span::from_millis(499)), None);
    }

    #[test]
    fn it_shrinks_by_a_quarter_after_four_quiet_periods_and_a_busy_one_begins_the_count_anew() {
        let mut scale = Scale::new(2, 100).unwrap();
        run(&mut scale, [1000; 30]);
        assert_eq!(run(&mut scale, [49, 49, 49, 50, 49, 49, 49]), [100; 7]);
        assert_eq!(run(&mut scale, [49, 0, 0, 0, 0, 0]), [75, 75, 75, 75, 57, 57]);
        run(&mut scale, [0; 200]);
        assert_eq!(scale.permits(), 2);
    }

    #[test]
    fn a_clock_that_stands_still_or_goes_back_changes_nothing() {
        let mut scale = Scale::new(1, 9).unwrap();
        scale.note(1);
        assert!(scale.decide(Span::from_secs(10), true));
        scale.note(2);
        assert!(!scale.decide(Span::from_secs(10), true) && !scale.decide(Span::ZERO, true));
    }

    #[test]
    fn bounds_that_cross_or_are_nothing_are_refused() {
        for (least, most) in [(0, 5), (6, 5), (0, 0)] {
            assert_eq!(Scale::new(least, most).unwrap_err().code(), Code::InvalidArgument);
        }
    }

    proptest! {
        #[test]
        fn it_stays_within_its_bounds_and_moves_by_a_quarter_at_most(
            least in 1..50_usize, more in 0..100_usize, demands in prop::collection::vec(0..300_usize, 1..200),
        ) {
            let mut scale = Scale::new(least, least + more).unwrap();
            let mut before = scale.permits();
            for permits in run(&mut scale, demands) {
                prop_assert!((least..=least + more).contains(&permits));
                prop_assert!(permits.abs_diff(before) <= quarter(before));
                before = permits;
            }
        }

        #[test]
        fn a_steady_load_is_met_and_never_makes_it_swing(least in 1..20_usize, more in 0..100_usize, demand in 0..150_usize) {
            let mut scale = Scale::new(least, least + more).unwrap();
            run(&mut scale, vec![demand; 400]);
            let settled = scale.permits();
            prop_assert!(settled >= demand.min(least + more));
            prop_assert!(run(&mut scale, vec![demand; 50]).iter().all(|permits| *permits == settled));
        }
    }
}
