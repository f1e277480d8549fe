//! Which agent does a task: those that can, by a strategy; or why none can.

mod agent;
mod needs;

pub use agent::{Agent, Health, Profile};
pub use needs::{Capability, Needs};

use crate::span::share;
use crate::state::words;
use crate::{AgentId, TaskKind};
use agent::Misfit;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

words! {
    /// How one of several capable agents is chosen.
    #[derive(Default)]
    Strategy {
        RoundRobin  "round_robin"  "The one that was given the fewest tasks so far.";
        #[default]
        LeastLoaded "least_loaded" "The one with the smallest share of its limit in use.";
        Performance "performance"  "By chance, the likelier the more of its tasks succeed and the sooner; now and then any, even a degraded one.";
        Priority    "priority"     "The one with the highest priority, then the cheapest.";
    }
}

/// How often, in percent, the performance strategy tries any capable agent, so that one that did badly can show that it is better now.
const EXPLORE: u64 = 10;

/// What routing says of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Route {
    /// This agent is to do it.
    To(AgentId),
    /// Some could, and all of them are busy: it waits for a release.
    Busy(String),
    /// None can as they are: it waits for a registration or for somebody's health, and this is why.
    Nobody(String),
}

/// The agents that there are. It is collected from what is known of each, and has a JSON form; loads are counted anew after a restart by [`Registry::occupy`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Registry {
    agents: BTreeMap<AgentId, Agent>,
}

impl FromIterator<Agent> for Registry {
    fn from_iter<I: IntoIterator<Item = Agent>>(agents: I) -> Self {
        Self { agents: agents.into_iter().map(|agent| (agent.profile.id.clone(), agent)).collect() }
    }
}

impl Registry {
    /// Adds an agent. One of the same id keeps its load and its figures.
    ///
    /// # Errors
    /// As [`Agent::new`].
    pub fn register(&mut self, profile: Profile) -> sealbook_error::Result<()> {
        let mut new = Agent::new(profile)?;
        // A newcomer joins the round where it is; it does not catch up on what it was not there for.
        new.given = self.agents.values().map(|agent| agent.given).min().unwrap_or(0);
        match self.agents.get_mut(&new.profile.id) {
            Some(agent) => agent.profile = new.profile,
            None => {
                self.agents.insert(new.profile.id.clone(), new);
            }
        }
        Ok(())
    }

    /// Removes an agent. False if there is none.
    pub fn remove(&mut self, id: &AgentId) -> bool {
        self.agents.remove(id).is_some()
    }

    /// An agent.
    #[must_use]
    pub fn get(&self, id: &AgentId) -> Option<&Agent> {
        self.agents.get(id)
    }

    /// An agent, to report how it is or how a task of it ended.
    pub fn get_mut(&mut self, id: &AgentId) -> Option<&mut Agent> {
        self.agents.get_mut(id)
    }

    /// All agents, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Agent> {
        self.agents.values()
    }

    /// Counts a task that an agent has had since before a restart.
    pub fn occupy(&mut self, id: &AgentId) {
        if let Some(agent) = self.agents.get_mut(id) {
            agent.load = agent.load.saturating_add(1);
        }
    }

    /// Counts a task that an agent was given; [`Agent::learn`] takes it off again.
    pub fn give(&mut self, id: &AgentId) {
        if let Some(agent) = self.agents.get_mut(id) {
            agent.load = agent.load.saturating_add(1);
            agent.given = agent.given.saturating_add(1);
        }
    }

    /// Chooses an agent and counts the task as its own: [`Registry::select`] and [`Registry::give`].
    ///
    /// ```
    /// use sealbook_tasks::{AgentId, Needs, Profile, Registry, Route, Strategy, TaskKind};
    ///
    /// let (id, kind) = (AgentId::parse("reader")?, TaskKind::parse("research.read")?);
    /// let mut agents = Registry::default();
    /// agents.register(Profile {
    ///     id: id.clone(), kinds: vec![kind.clone()], capabilities: vec![], models: vec![], cost: 0, limit: 1, priority: 0,
    /// })?;
    /// let needs = Needs::default();
    /// assert_eq!(agents.route(&kind, &needs, Strategy::LeastLoaded, 0), Route::To(id));
    /// assert!(matches!(agents.route(&kind, &needs, Strategy::LeastLoaded, 0), Route::Busy(_)));
    /// let other = agents.route(&TaskKind::parse("http")?, &needs, Strategy::LeastLoaded, 0);
    /// assert_eq!(other, Route::Nobody("no agent can do a task of kind http: 1 take other kinds of task".to_owned()));
    /// # Ok::<(), sealbook_error::Error>(())
    /// ```
    pub fn route(&mut self, kind: &TaskKind, needs: &Needs, strategy: Strategy, random: u64) -> Route {
        let route = self.select(kind, needs, strategy, random);
        if let Route::To(id) = &route {
            self.give(id);
        }
        route
    }

    /// Chooses an agent. The task's own strategy goes before this one; `random` is drawn evenly from all numbers.
    #[must_use]
    pub fn select(&self, kind: &TaskKind, needs: &Needs, strategy: Strategy, random: u64) -> Route {
        let (mut free, mut busy, mut down) = (Vec::new(), 0, 0);
        let mut misfits: BTreeMap<Misfit, u32> = BTreeMap::new();
        for agent in self.agents.values() {
            match agent.misfit(kind, needs) {
                Some(misfit) => *misfits.entry(misfit).or_default() += 1,
                None if agent.health == Health::Down => down += 1,
                None if agent.load >= agent.profile.limit => busy += 1,
                None => free.push(agent),
            }
        }
        let all = free.clone();
        if free.iter().any(|agent| agent.health == Health::Healthy) {
            free.retain(|agent| agent.health == Health::Healthy);
        }
        match choose(&free, &all, needs.strategy.unwrap_or(strategy), random) {
            Some(agent) => Route::To(agent.profile.id.clone()),
            None if busy > 0 => {
                Route::Busy(format!("all {busy} agents that can do a task of kind {kind} are busy"))
            }
            None => Route::Nobody(reason(kind, self.agents.len(), down, &misfits)),
        }
    }
}

fn reason(kind: &TaskKind, all: usize, down: u32, misfits: &BTreeMap<Misfit, u32>) -> String {
    if all == 0 {
        return format!("no agent can do a task of kind {kind}: none is registered");
    }
    let mut parts: Vec<_> =
        misfits.iter().take(10).map(|(misfit, count)| format!("{count} {misfit}")).collect();
    if down > 0 {
        parts.insert(0, format!("{down} are down"));
    }
    format!("no agent can do a task of kind {kind}: {}", parts.join(", "))
}

/// One of those that are free; of all, with the degraded ones, only to see whether they are better now.
fn choose<'a>(free: &[&'a Agent], all: &[&'a Agent], strategy: Strategy, random: u64) -> Option<&'a Agent> {
    let any = |of: &[&'a Agent], random: u64| {
        let at = share((of.len() as u64).saturating_sub(1), random);
        of.get(usize::try_from(at).unwrap_or(0)).copied()
    };
    match strategy {
        Strategy::RoundRobin => free.iter().min_by_key(|agent| agent.given).copied(),
        // Cross-multiplied, so that no share is rounded.
        Strategy::LeastLoaded => free.iter().copied().min_by(|a, b| {
            let used = |one: &Agent, other: &Agent| u64::from(one.load) * u64::from(other.profile.limit);
            used(a, b).cmp(&used(b, a)).then(a.given.cmp(&b.given))
        }),
        Strategy::Priority => free
            .iter()
            .min_by_key(|agent| (255 - agent.profile.priority, agent.profile.cost, agent.given))
            .copied(),
        Strategy::Performance => {
            // The number's high part says whether to explore, its low part whom to take.
            let low = random.rotate_right(32);
            if share(99, random) < EXPLORE {
                return any(all, low);
            }
            let weights: Vec<u64> = free.iter().map(|agent| weight(agent, free)).collect();
            let mut rest = share(weights.iter().sum::<u64>().saturating_sub(1), low);
            for (agent, weight) in free.iter().zip(weights) {
                if rest < weight {
                    return Some(agent);
                }
                rest -= weight;
            }
            any(free, low)
        }
    }
}

/// Success counts squared, so that 90 % is clearly better than 70 %; twice as long as the fastest counts half.
fn weight(agent: &Agent, free: &[&Agent]) -> u64 {
    let fastest =
        free.iter().map(|agent| agent.millis).filter(|millis| *millis > 0.0).fold(f64::INFINITY, f64::min);
    let speed = if agent.millis > 0.0 && fastest.is_finite() { fastest / agent.millis } else { 1.0 };
    (agent.success * agent.success * speed * 1_000_000.0) as u64 + 1
}

#[cfg(test)]
#[path = "../routing_tests.rs"]
mod tests;
