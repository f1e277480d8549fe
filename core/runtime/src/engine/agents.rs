//! Agents: workers that say what they can do, and get the tasks that need it.
//!
//! An agent is a document of the store: its profile, its figures, and the life of the worker that it is. Its load is counted from when that
//! worker began; whatever happens to a task of its moves the figures in the same decision.

use super::desk::Desk;
use super::{Engine, Shared, audit, check_reason, document};
use sealbook_error::{Code, Error, Result};
use sealbook_ledger::Time;
use sealbook_store::TaskTables;
use sealbook_tasks::{
    Agent, AgentId, Candidate, Event, Fault, Health, Lease, Outcome, Principal, Profile, Registry, Right,
    Route, Span, Strategy, TaskId, Transition, WorkerId, WorkerLease,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// What the names of documents with agents begin with.
const AGENTS: &str = "agent:";

/// An agent, as [`Engine::agents`] lists it.
#[derive(Debug, Clone, PartialEq)]
pub struct AgentView {
    /// Its profile and its figures.
    pub agent: Agent,
    /// The worker that it is; none if it has left or died.
    pub worker: Option<WorkerId>,
}

/// The life of a worker.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Post {
    worker: WorkerId,
    term: u64,
}

#[derive(Serialize, Deserialize)]
struct Document {
    agent: Agent,
    post: Option<Post>,
}

/// The agents as they stand in a decision.
#[derive(Default)]
pub(crate) struct Agents {
    /// Those that are there.
    registry: Registry,
    posts: BTreeMap<AgentId, Post>,
    /// Those that are not, and the lives of those that died without a word.
    away: BTreeMap<AgentId, Agent>,
    dead: BTreeMap<AgentId, Post>,
    changed: BTreeSet<AgentId>,
}

impl Agents {
    pub(crate) fn load(tables: &dyn TaskTables, now: Time) -> Result<Self> {
        let mut agents = Self::default();
        let mut present = Vec::new();
        for (name, document) in tables.documents(AGENTS)? {
            let Document { agent, post } = document::read(&name, &document)?;
            let id = agent.profile.id.clone();
            match post {
                Some(post) if is_alive(tables, &post, now)? => {
                    agents.posts.insert(id, post);
                    present.push(agent);
                    continue;
                }
                Some(post) => drop(agents.dead.insert(id.clone(), post)),
                None => {}
            }
            agents.away.insert(id, agent);
        }
        agents.registry = present.into_iter().collect();
        Ok(agents)
    }

    /// What is to be written.
    pub(crate) fn documents(&self) -> Result<Vec<(String, String)>> {
        let document = |id: &AgentId| {
            let agent = self.registry.get(id).or_else(|| self.away.get(id))?;
            let post = self.posts.get(id).or_else(|| self.dead.get(id)).cloned();
            Some((format!("{AGENTS}{id}"), Document { agent: agent.clone(), post }))
        };
        let written = |(name, document): (String, Document)| {
            let text = document::write(&name, &document)?;
            Ok((name, text))
        };
        self.changed.iter().filter_map(document).map(written).collect()
    }

    /// The agent that a worker is in this life of it.
    pub(crate) fn of(&self, worker: &WorkerLease) -> Option<AgentId> {
        self.holder(&worker.worker, worker.term)
    }

    fn holder(&self, worker: &WorkerId, term: u64) -> Option<AgentId> {
        let is = |post: &Post| post.worker == *worker && post.term == term;
        let mut posts = self.posts.iter().chain(&self.dead);
        posts.find(|(_, post)| is(post)).map(|(id, _)| id.clone())
    }

    /// Whether an agent may take one more task.
    pub(crate) fn has_place(&self, id: &AgentId) -> bool {
        self.registry.get(id).is_some_and(Agent::has_place)
    }

    /// Who is to do a task. Whoever asks hears the same until one is given out, so that none waits for somebody who leaves it to another.
    pub(crate) fn route(&self, next: Candidate<'_>, strategy: Strategy) -> Route {
        let Some(needs) = next.needs else {
            return Route::Nobody(format!("a task of kind {} needs no agent", next.kind));
        };
        let given = self.registry.iter().fold(0_u64, |sum, agent| sum.wrapping_add(agent.given));
        self.registry.select(next.kind, needs, strategy, chance(next.task, given))
    }

    /// Who is there, as a number that is another as soon as somebody comes, goes, dies, or is taken out or back in.
    pub(crate) fn presence(&self) -> u64 {
        if self.posts.is_empty() {
            return 0;
        }
        let mut hasher = DefaultHasher::new();
        self.posts.hash(&mut hasher);
        let down = self.registry.iter().filter(|agent| agent.health == Health::Down);
        down.for_each(|agent| agent.profile.id.hash(&mut hasher));
        hasher.finish()
    }

    /// Takes an agent in. One that was there before keeps its figures, but not its place in the round.
    fn register(&mut self, profile: Profile, lease: &WorkerLease) -> Result<()> {
        let id = profile.id.clone();
        let known = self.registry.get(&id).or_else(|| self.away.get(&id)).cloned();
        self.registry.remove(&id);
        self.registry.register(profile)?;
        if let (Some(agent), Some(known)) = (self.registry.get_mut(&id), known) {
            (agent.health, agent.success, agent.millis) = (known.health, known.success, known.millis);
            agent.given = agent.given.max(known.given);
        }
        self.away.remove(&id);
        self.dead.remove(&id);
        self.posts.insert(id.clone(), Post { worker: lease.worker.clone(), term: lease.term });
        self.changed.insert(id);
        Ok(())
    }

    /// Lets an agent go; it keeps its figures for when it comes back. False if it has gone before.
    fn leave(&mut self, id: &AgentId) -> bool {
        if let Some(mut agent) = self.registry.get(id).cloned() {
            self.registry.remove(id);
            agent.load = 0;
            self.away.insert(id.clone(), agent);
        }
        let was_there = self.posts.remove(id).or_else(|| self.dead.remove(id)).is_some();
        if was_there {
            self.changed.insert(id.clone());
        }
        was_there
    }

    /// Moves the figures of whoever held a task, or holds it now.
    pub(crate) fn follow(&mut self, change: &Transition, lease: &Lease, since: Time) {
        let (was, is) = (change.from.is_leased(), change.to.is_leased());
        let Some(id) = (was != is).then(|| self.holder(&lease.worker, lease.term)).flatten() else { return };
        if is {
            self.registry.give(&id);
        } else if let Some(agent) = self.registry.get_mut(&id).or_else(|| self.away.get_mut(&id)) {
            agent.learn(outcome(change), Span::between(since, change.at));
        }
        self.changed.insert(id);
    }

    fn get_mut(&mut self, id: &AgentId) -> Result<&mut Agent> {
        let agent = self.registry.get_mut(id).or_else(|| self.away.get_mut(id));
        agent.ok_or_else(|| {
            Error::new(Code::NotFound, format!("there is no agent {id}"))
                .remedy("see `sealbook agents` for what there is")
        })
    }

    fn views(self) -> Vec<AgentView> {
        let there = self.registry.iter().cloned().map(|agent| {
            let worker = self.posts.get(&agent.profile.id).map(|post| post.worker.clone());
            AgentView { agent, worker }
        });
        let away = self.away.values().cloned().map(|agent| AgentView { agent, worker: None });
        let mut views: Vec<_> = there.chain(away).collect();
        views.sort_by(|a, b| a.agent.profile.id.cmp(&b.agent.profile.id));
        views
    }
}

/// A number that is as good as chance and the same in every process and version, from the random part of a task's id.
fn chance(task: TaskId, given: u64) -> u64 {
    let id =
        task.as_bytes().iter().fold(0_u64, |sum, byte| sum.wrapping_mul(257).wrapping_add(u64::from(*byte)));
    // The finishing step of SplitMix64, which spreads every bit over all of them.
    let mut z = id.wrapping_add(given.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// What the end of an attempt says about its agent. An error that no retry mends is the task's own.
fn outcome(change: &Transition) -> Outcome {
    match (change.event, &change.failure) {
        (Event::Complete, _) => Outcome::Success,
        (Event::LoseLease | Event::Poison, _) => Outcome::Failure,
        (Event::Cancel, _) => Outcome::Ignored,
        (_, Some(failure)) if failure.fault != Fault::Permanent => Outcome::Failure,
        _ => Outcome::Ignored,
    }
}

fn is_alive(tables: &dyn TaskTables, post: &Post, now: Time) -> Result<bool> {
    let held = tables.worker(&post.worker)?;
    Ok(held.is_some_and(|held| held.term == post.term && held.is_live(now)))
}

/// A worker that begins is an agent from now on. Whichever worker was that agent before is none any more.
pub(super) fn begin(desk: &mut Desk<'_>, profile: Profile, lease: &WorkerLease) -> Result<()> {
    desk.records([audit::agent("register", &profile.id, &profile, lease.worker.as_str())]);
    desk.agents()?.register(profile, lease)
}

/// A worker that ends takes its agent with it.
pub(super) fn end(desk: &mut Desk<'_>, lease: &WorkerLease) -> Result<()> {
    let agents = desk.agents()?;
    if let Some(id) = agents.of(lease).filter(|id| agents.leave(id)) {
        let why = serde_json::json!({"reason": "its worker ended"});
        desk.records([audit::agent("leave", &id, why, lease.worker.as_str())]);
    }
    Ok(())
}

/// Records those that died without a word.
pub(super) fn bury(desk: &mut Desk<'_>) -> Result<()> {
    let dead = desk.agents()?.dead.clone();
    for (id, post) in dead {
        desk.agents()?.leave(&id);
        let why = serde_json::json!({"reason": "the lease of its worker ran out"});
        desk.records([audit::agent("leave", &id, why, post.worker.as_str())]);
    }
    Ok(())
}

/// Whether a task is for a worker that is this agent, or none.
pub(super) fn is_for(agents: &Agents, shared: &Shared, me: Option<&AgentId>, next: Candidate<'_>) -> bool {
    match (next.needs, me) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(_), Some(me)) => {
            matches!(agents.route(next, shared.options.strategy), Route::To(id) if id == *me)
        }
    }
}

impl Engine {
    /// Whether a worker is an agent that somebody has taken out.
    ///
    /// # Errors
    /// Those of reading the store.
    pub(crate) fn is_down(&self, worker: &WorkerLease) -> Result<bool> {
        let now = sealbook_store::now()?;
        self.read(|tables| {
            let agents = Agents::load(tables, now)?;
            let agent = agents.of(worker).and_then(|id| agents.registry.get(&id).map(|agent| agent.health));
            Ok(agent == Some(Health::Down))
        })
    }

    /// Takes an agent out, so that it is given no task at all, or back in. What it has at the moment it keeps. It stays out, also over
    /// restarts of its worker, until it is taken back in. It is an entry of the ledger. Returns the agent as it is then.
    ///
    /// # Errors
    /// `NOT_FOUND`; `ACCESS_REFUSED` unless `who` may manage all kinds; `INVALID_ARGUMENT` for a reason of more than 8,192 bytes; and those of
    /// writing to the store.
    pub fn put_down(&self, id: AgentId, is_down: bool, who: Principal, reason: &str) -> Result<AgentView> {
        check_reason(reason)?;
        let reason = reason.to_owned();
        self.decide_or_refuse(move |desk, shared| {
            if let Err(refusal) = shared.options.access.standing(&who).require_all(Right::Manage, desk.now) {
                return Ok(Err(refusal));
            }
            desk.records([audit::agent_by_hand(&id, is_down, &who, &reason)]);
            let agents = desk.agents()?;
            let agent = agents.get_mut(&id)?;
            agent.put_down(is_down);
            let agent = agent.clone();
            agents.changed.insert(id.clone());
            let worker = agents.posts.get(&id).map(|post| post.worker.clone());
            Ok(Ok(AgentView { agent, worker }))
        })
    }

    /// The agents that there are and those that were, by id.
    ///
    /// # Errors
    /// Those of reading the store.
    pub fn agents(&self) -> Result<Vec<AgentView>> {
        let now = sealbook_store::now()?;
        self.read(|tables| Ok(Agents::load(tables, now)?.views()))
    }
}
