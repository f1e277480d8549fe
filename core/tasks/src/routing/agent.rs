//! Agents: what they can do, what they cost, and how they are doing.

use super::needs::{Capability, Needs};
use crate::state::words;
use crate::{AgentId, Outcome, Span, TaskKind};
use sealbook_error::{Code, Error, Result};
use serde::{Deserialize, Serialize};
use std::fmt;

words! {
    /// How an agent is.
    Health {
        Healthy  "healthy"  "It takes tasks.";
        Degraded "degraded" "It takes tasks if no healthy one can.";
        Down     "down"     "It takes none.";
    }
}

/// What an agent says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Its id.
    pub id: AgentId,
    /// The kinds of task that it takes.
    pub kinds: Vec<TaskKind>,
    /// What it can do.
    #[serde(default)]
    pub capabilities: Vec<Capability>,
    /// The models that it uses.
    #[serde(default)]
    pub models: Vec<String>,
    /// What a task costs with it, in the host's unit.
    #[serde(default)]
    pub cost: u64,
    /// How many tasks it takes at a time.
    pub limit: u32,
    /// Who is preferred, with the strategy `priority`: the higher the sooner.
    #[serde(default)]
    pub priority: u8,
}

/// An agent as the registry knows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Agent {
    /// What it says of itself.
    pub profile: Profile,
    /// How it is.
    pub health: Health,
    /// Tasks that it has at the moment.
    pub load: u32,
    /// Tasks that it was given.
    pub given: u64,
    /// The share of its late tasks that succeeded, 0 to 1; older ones weigh less and less.
    pub success: f64,
    /// How long its late tasks took, in milliseconds, weighed alike.
    pub millis: f64,
}

/// The weight of the newest task in an agent's figures.
const NEWEST: f64 = 0.1;
/// Below this share of success a healthy agent is degraded: after seven failures in a row.
const POOR: f64 = 0.5;
/// From this share on a degraded one is healthy again. It is higher, so that nobody goes to and fro with every task.
const GOOD: f64 = 0.7;

impl Agent {
    /// An agent of which nothing is known yet: it is taken to be good until it shows otherwise.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if it takes no kind of task, or none at a time.
    pub fn new(profile: Profile) -> Result<Self> {
        if profile.kinds.is_empty() || profile.limit == 0 {
            return Err(Error::new(
                Code::InvalidArgument,
                format!(
                    "agent {} takes {} kinds, {} tasks at a time",
                    profile.id,
                    profile.kinds.len(),
                    profile.limit
                ),
            )
            .remedy("name at least one kind and a limit of at least 1"));
        }
        Ok(Self { profile, health: Health::Healthy, load: 0, given: 0, success: 1.0, millis: 0.0 })
    }

    /// Learns how one of its tasks ended. Too many failures degrade it until it succeeds again; one that is down stays so.
    pub fn learn(&mut self, outcome: Outcome, took: Span) {
        self.load = self.load.saturating_sub(1);
        if outcome == Outcome::Ignored {
            return;
        }
        let success = if outcome == Outcome::Success { 1.0 } else { 0.0 };
        let millis = took.as_millis() as f64;
        self.success += NEWEST * (success - self.success);
        self.millis = if self.millis == 0.0 { millis } else { self.millis + NEWEST * (millis - self.millis) };
        self.health = match self.health {
            Health::Healthy if self.success < POOR => Health::Degraded,
            Health::Degraded if self.success >= GOOD => Health::Healthy,
            health => health,
        };
    }

    /// Whether it may be given one more task.
    #[must_use]
    pub fn has_place(&self) -> bool {
        self.health != Health::Down && self.load < self.profile.limit
    }

    /// Takes it out, or back in. One that is back begins as one whose failures are just made up for: its next tasks decide.
    pub fn put_down(&mut self, is_down: bool) {
        self.health = if is_down { Health::Down } else { Health::Healthy };
        if !is_down {
            self.success = self.success.max(GOOD);
        }
    }

    /// Why it can never do a task with these needs as it is; none if it can.
    pub(super) fn misfit(&self, kind: &TaskKind, needs: &Needs) -> Option<Misfit> {
        let profile = &self.profile;
        let has = |need: &Capability| {
            profile.capabilities.iter().any(|own| {
                own.name == need.name && own.version.0 == need.version.0 && own.version.1 >= need.version.1
            })
        };
        if !profile.kinds.contains(kind) {
            Some(Misfit::Kind)
        } else if !needs.agents.is_empty() && !needs.agents.contains(&profile.id) {
            Some(Misfit::Agent)
        } else if let Some(need) = needs.capabilities.iter().find(|need| !has(need)) {
            Some(Misfit::Capability(need.to_string()))
        } else if !needs.models.is_empty() && !needs.models.iter().any(|model| profile.models.contains(model))
        {
            Some(Misfit::Model)
        } else if needs.max_cost.is_some_and(|most| profile.cost > most) {
            Some(Misfit::Cost)
        } else {
            None
        }
    }
}

/// Why an agent does not fit a task.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Misfit {
    Kind,
    Agent,
    Capability(String),
    Model,
    Cost,
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kind => f.write_str("take other kinds of task"),
            Self::Agent => f.write_str("are not among the agents that the task names"),
            Self::Capability(name) => write!(f, "lack {name}"),
            Self::Model => f.write_str("use none of its models"),
            Self::Cost => f.write_str("cost too much"),
        }
    }
}
