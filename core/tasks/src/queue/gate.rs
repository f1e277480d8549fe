//! Gates: what limits how many tasks of a kind or a key run, and how fast they start.

use crate::span::micros;
use crate::spec::LONGEST;
use crate::{Adaptive, Key, Span, TaskKind};
use sealbook_error::{Code, Error, Result};
use sealbook_ledger::Time;
use serde::{Deserialize, Serialize};

/// What a gate stands before.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateName {
    /// Everything.
    Queue,
    /// The tasks of a kind.
    Kind(TaskKind),
    /// The tasks with a concurrency key.
    Key(Key),
    /// The tasks that call a dependency.
    Dependency(Key),
}

impl GateName {
    /// The gates that a task of this kind with this concurrency key and this dependency passes.
    pub fn before(
        kind: &TaskKind,
        key: Option<&Key>,
        dependency: Option<&Key>,
    ) -> impl Iterator<Item = Self> {
        let key = key.cloned().map(Self::Key);
        let dependency = dependency.cloned().map(Self::Dependency);
        [Some(Self::Queue), Some(Self::Kind(kind.clone())), key, dependency].into_iter().flatten()
    }
}

/// So many starts in a time, and so many at once after a pause: a token bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// Starts in the time.
    pub starts: u32,
    /// The time.
    pub per: Span,
    /// The size of the bucket.
    pub burst: u32,
}

/// The limits of a gate; nothing set lets everything through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct GateLimits {
    /// At most so many tasks out at a time.
    pub concurrency: Option<u32>,
    /// At most as many as the dependency can take, found by trying; instead of `concurrency`, and for the gate of a dependency alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adaptive: Option<Adaptive>,
    /// At most this fast.
    pub rate: Option<Rate>,
    /// Nothing passes.
    pub paused: bool,
}

/// Why nothing passes a gate at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shut {
    /// It is paused.
    Paused,
    /// As many tasks are out as may be.
    Full,
    /// The bucket is empty until then.
    Until(Time),
}

/// A gate's limits and what has passed it.
#[derive(Debug, Clone, Default)]
pub(super) struct Gate {
    pub(super) limits: GateLimits,
    /// Tasks that are out.
    pub(super) out: u32,
    /// When a full bucket that is spent evenly would be full again, in microseconds (the GCRA's arrival time).
    full_at: i64,
}

impl Gate {
    /// The same without limits and tasks, if anything of its rate is used up.
    pub(super) fn used(&self) -> Option<Self> {
        (self.full_at > 0).then(|| Self { full_at: self.full_at, ..Self::default() })
    }
}

impl GateLimits {
    /// Checks the figures.
    ///
    /// # Errors
    /// `INVALID_POLICY` for a rate of nothing, of more than one start a microsecond or in more than 100 years, for adaptive bounds that cross, and for both a fixed and an
    /// adaptive concurrency.
    pub fn check(&self) -> Result<()> {
        if let Some(adaptive) = self.adaptive {
            adaptive.check()?;
            if let Some(fixed) = self.concurrency {
                let what = format!("a concurrency of {fixed} that is adaptive as well");
                return Err(Error::new(Code::InvalidPolicy, what).remedy("give one of the two"));
            }
        }
        let Some(rate) = self.rate else { return Ok(()) };
        if rate.per > LONGEST {
            return Err(Error::new(Code::InvalidPolicy, format!("a rate of so many starts in {}", rate.per))
                .remedy("give it at most 100 years"));
        }
        if rate.starts > 0 && rate.burst > 0 && rate.interval() > 0 {
            return Ok(());
        }
        Err(Error::new(
            Code::InvalidPolicy,
            format!("a rate of {} starts in {} with a burst of {}", rate.starts, rate.per, rate.burst),
        )
        .remedy("allow at least one start, a burst of one, and at most a million a second"))
    }

    /// As [`GateLimits::check`], as the limits of this gate.
    ///
    /// # Errors
    /// `INVALID_POLICY` also for an adaptive limit of anything but a dependency: nothing else tells how it bears its load.
    pub fn check_at(&self, gate: &GateName) -> Result<()> {
        if self.adaptive.is_some() && !matches!(gate, GateName::Dependency(_)) {
            return Err(Error::new(
                Code::InvalidPolicy,
                "an adaptive limit of something that is no dependency",
            )
            .remedy("name the dependency that the tasks call, or give a fixed concurrency"));
        }
        self.check()
    }

    /// How many may be out at the moment, if that is limited.
    #[must_use]
    pub fn most_out(&self) -> Option<u32> {
        self.concurrency.or(self.adaptive.map(|adaptive| adaptive.limit()))
    }
}

impl Rate {
    fn interval(&self) -> i64 {
        self.per.as_micros() / i64::from(self.starts.max(1))
    }
}

impl Gate {
    pub(super) fn shut(&self, now: Time) -> Option<Shut> {
        if self.limits.paused {
            return Some(Shut::Paused);
        }
        if self.limits.most_out().is_some_and(|limit| self.out >= limit) {
            return Some(Shut::Full);
        }
        let rate = self.limits.rate?;
        let interval = rate.interval();
        let bucket = interval.saturating_mul(i64::from(rate.burst));
        let opens = self.full_at.saturating_add(interval).saturating_sub(bucket);
        (opens > now.as_micros()).then(|| Shut::Until(micros(opens)))
    }

    pub(super) fn pass(&mut self, now: Time) {
        self.out = self.out.saturating_add(1);
        if let Some(rate) = self.limits.rate {
            self.full_at = self.full_at.max(now.as_micros()).saturating_add(rate.interval());
        }
    }

    /// After the clock went back: no gate stays shut for longer than an empty bucket needs.
    pub(super) fn clock_went_back(&mut self, now: Time) {
        let bucket = self.limits.rate.map_or(0, |rate| rate.interval().saturating_mul(i64::from(rate.burst)));
        self.full_at = self.full_at.min(now.as_micros().saturating_add(bucket));
    }

    /// Whether nothing would be lost by forgetting it.
    pub(super) fn is_idle(&self) -> bool {
        self.limits == GateLimits::default() && self.out == 0
    }
}
