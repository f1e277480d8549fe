//! A plea and its steps. What a plea is follows from its steps in the order in which the store has written them.

use super::ballot::{Ballot, Choice};
use super::policy::ApprovalPolicy;
use crate::state::words;
use crate::{Event, PleaId, Principal, Span, Task, TaskId};
use sealbook_error::{Code, Error, Result};
use sealbook_ledger::{Hash, Time};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

words! {
    /// Where a plea stands.
    PleaState {
        Pending    "pending"    "Votes are awaited.";
        Approved   "approved"   "Granted, and not used yet.";
        Consumed   "consumed"   "Granted, and used.";
        Lapsed     "lapsed"     "Granted, and the grant's time ran out.";
        Denied     "denied"     "Denied or vetoed.";
        Expired    "expired"    "Denied, because nobody decided in time.";
        Withdrawn  "withdrawn"  "Taken back: the task is not to run.";
        Superseded "superseded" "Void: what would run has changed.";
    }
}

/// A ballot that counts, with what makes it count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vote {
    /// As it was cast.
    pub ballot: Ballot,
    /// Whether a denial by this voter decides alone.
    pub veto: bool,
    /// Whether its signature was checked.
    pub verified: bool,
}

/// What happens to a plea.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum PleaChange {
    /// The task has come to where it waits for the plea, which early votes had opened: the levels' time begins.
    Ask,
    /// A vote was cast.
    Vote(Vote),
    /// A principal took its vote back.
    TakeBack(Vote),
    /// A principal handed its vote over; it may still vote itself, and the first of the two counts.
    Delegate(Vote),
    /// A principal took its delegation back.
    Revoke(Vote),
    /// A level's time ran out and the next may vote too.
    Escalate {
        /// The level, from 0.
        level: u32,
    },
    /// The last level's time ran out.
    Expire,
    /// The task is not to run.
    Withdraw {
        /// Why.
        reason: String,
    },
    /// What would run has changed.
    Supersede {
        /// The hash of what would run now.
        by: Hash,
    },
    /// An attempt began under the grant.
    Consume {
        /// Which attempt.
        attempt: u32,
        /// In which epoch of the task.
        epoch: u64,
    },
    /// The grant's time ran out unused.
    Lapse,
}

impl PleaChange {
    /// The ballot that makes it, if one does.
    #[must_use]
    pub fn vote(&self) -> Option<&Vote> {
        match self {
            Self::Vote(vote) | Self::TakeBack(vote) | Self::Delegate(vote) | Self::Revoke(vote) => Some(vote),
            _ => None,
        }
    }
}

/// One change of a plea, as it is stored and shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PleaStep {
    /// The plea.
    pub plea: PleaId,
    /// Counts the plea's steps, from 1.
    pub seq: u64,
    /// When. Never before the step before it, whatever the clock says.
    pub at: Time,
    /// What happened.
    pub what: PleaChange,
    /// Where the plea stands after it.
    pub state: PleaState,
}

/// A task's plea for approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plea {
    /// Its id.
    pub id: PleaId,
    /// The task that pleads.
    pub task: TaskId,
    /// The kind of the task: approving needs the right for it.
    pub kind: crate::TaskKind,
    /// The hash of exactly what will run.
    pub subject: Hash,
    /// Who asked for the task, and so does not vote.
    pub requester: Principal,
    /// Which of the task's pleas it is, from 1.
    pub round: u32,
    /// How many transitions the task had had when it pleaded.
    pub task_seq: u64,
    /// The rules.
    pub policy: ApprovalPolicy,
    /// When it was opened; for one that early votes had opened, when its task came to wait for it.
    pub opened_at: Time,
    /// Whether a vote has opened it while the task still waits for something else. The first level may vote, and no time runs.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub early: bool,
    /// Where it stands.
    pub state: PleaState,
    /// How many steps it has had.
    pub seq: u64,
    /// The time of its last step.
    pub latest: Time,
    /// The level that has been announced.
    pub level: u32,
    /// The votes that count, in the store's order.
    pub votes: Vec<Vote>,
    /// Votes that were handed over, from whom and to whom.
    pub delegations: Vec<(Principal, Principal)>,
    /// The time of each principal's last ballot: one that is not newer is a copy.
    #[serde(default)]
    pub said: BTreeMap<Principal, Time>,
    /// When it was decided.
    pub decided_at: Option<Time>,
    /// The attempt that used the grant.
    pub used_by: Option<u32>,
}

impl Plea {
    /// Opens a plea for a task. `round` is one more than the task has had.
    ///
    /// # Errors
    /// `INVALID_POLICY` if the policy could not decide.
    pub fn open(id: PleaId, task: &Task, round: u32, policy: ApprovalPolicy, now: Time) -> Result<Self> {
        policy.check()?;
        Ok(Self {
            id,
            task: task.id,
            kind: task.spec.kind.clone(),
            subject: task.subject,
            requester: task.spec.requester.clone(),
            round,
            task_seq: task.seq,
            policy,
            opened_at: now,
            early: false,
            state: PleaState::Pending,
            seq: 0,
            latest: now,
            level: 0,
            votes: Vec::new(),
            delegations: Vec::new(),
            said: BTreeMap::new(),
            decided_at: None,
            used_by: None,
        })
    }

    /// Opens a plea before its task has come to wait for it, so that votes may be cast already.
    ///
    /// # Errors
    /// As [`Plea::open`].
    pub fn open_early(
        id: PleaId,
        task: &Task,
        round: u32,
        policy: ApprovalPolicy,
        now: Time,
    ) -> Result<Self> {
        Ok(Self { early: true, ..Self::open(id, task, round, policy, now)? })
    }

    /// The step by which a task takes up the plea that early votes have opened for it; none if there is nothing to decide any more.
    #[must_use]
    pub fn ask(&self, now: Time) -> Option<PleaStep> {
        self.takes(&PleaChange::Ask).then(|| self.step(PleaChange::Ask, now))
    }

    /// Makes a decided step so.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if it does not follow from the plea as it stands.
    pub fn apply(&mut self, step: &PleaStep) -> Result<()> {
        let follows = step.plea == self.id
            && step.seq == self.seq + 1
            && step.at >= self.latest
            && self.takes(&step.what)
            && self.after(&step.what) == step.state;
        if !follows {
            return Err(Error::new(
                Code::InvalidArgument,
                format!("step {} does not follow on a {} plea with {} steps", step.seq, self.state, self.seq),
            )
            .remedy("read the plea again and decide anew")
            .with("plea", self.id));
        }
        (self.seq, self.latest) = (step.seq, step.at);
        if let Some(Vote { ballot, .. }) = step.what.vote() {
            let last = self.said.entry(ballot.voter.clone()).or_insert(ballot.at);
            *last = ballot.at.max(*last);
        }
        match &step.what {
            PleaChange::Ask => (self.early, self.opened_at) = (false, step.at),
            PleaChange::Vote(vote) => self.votes.push(vote.clone()),
            PleaChange::TakeBack(Vote { ballot, .. }) => {
                self.votes.retain(|vote| !vote.ballot.is_of(&ballot.voter));
            }
            PleaChange::Delegate(Vote { ballot, .. }) => {
                self.delegations.retain(|(other, _)| *other != ballot.voter);
                self.delegations.extend(ballot.to.clone().map(|to| (ballot.voter.clone(), to)));
            }
            PleaChange::Revoke(Vote { ballot, .. }) => {
                self.delegations.retain(|(other, _)| *other != ballot.voter);
            }
            PleaChange::Escalate { level } => self.level = *level,
            PleaChange::Consume { attempt, .. } => self.used_by = Some(*attempt),
            PleaChange::Expire
            | PleaChange::Withdraw { .. }
            | PleaChange::Supersede { .. }
            | PleaChange::Lapse => {}
        }
        if self.state == PleaState::Pending && step.state != PleaState::Pending {
            self.decided_at = Some(step.at);
        }
        self.state = step.state;
        Ok(())
    }

    /// The plea that these steps make of an opened one.
    ///
    /// # Errors
    /// As [`Plea::apply`].
    pub fn replay(mut self, steps: &[PleaStep]) -> Result<Self> {
        for step in steps {
            self.apply(step)?;
        }
        Ok(self)
    }

    /// What is due at `now` without anybody acting: the next level, the end of the plea, the end of its grant.
    #[must_use]
    pub fn due(&self, now: Time) -> Option<PleaStep> {
        let (at, what) = self.next()?;
        (at <= now.max(self.latest)).then(|| self.step(what, now))
    }

    /// When something is due.
    #[must_use]
    pub fn due_at(&self) -> Option<Time> {
        self.next().map(|(at, _)| at)
    }

    /// The step that takes the plea back, with its task.
    #[must_use]
    pub fn withdraw(&self, reason: &str, now: Time) -> Option<PleaStep> {
        let open = matches!(self.state, PleaState::Pending | PleaState::Approved);
        open.then(|| self.step(PleaChange::Withdraw { reason: reason.to_owned() }, now))
    }

    /// The step that voids the plea, if what the task would run is not what was pleaded for.
    #[must_use]
    pub fn supersede(&self, by: Hash, now: Time) -> Option<PleaStep> {
        let open = matches!(self.state, PleaState::Pending | PleaState::Approved);
        (open && by != self.subject).then(|| self.step(PleaChange::Supersede { by }, now))
    }

    /// What the plea's state means for the task that waits for it; none while it is undecided.
    #[must_use]
    pub fn event(&self) -> Option<Event> {
        match self.state {
            PleaState::Pending | PleaState::Superseded => None,
            PleaState::Approved | PleaState::Consumed | PleaState::Lapsed => Some(Event::Grant),
            PleaState::Denied | PleaState::Expired => Some(Event::Deny),
            PleaState::Withdrawn => Some(Event::Cancel),
        }
    }

    /// How many of the votes that count approve.
    #[must_use]
    pub fn approvals(&self) -> usize {
        self.votes.iter().filter(|vote| vote.ballot.choice == Choice::Approve).count()
    }

    /// The level that may vote at `now`, and all those below it; none once the last one's time is over.
    #[must_use]
    pub fn level_at(&self, now: Time) -> Option<usize> {
        if self.early {
            return Some(0);
        }
        let now = now.max(self.latest);
        (0..self.policy.levels.len()).find(|level| now < self.end_of(*level))
    }

    /// Until when the grant may be used.
    #[must_use]
    pub fn grant_ends(&self) -> Option<Time> {
        let granted = matches!(self.state, PleaState::Approved | PleaState::Consumed | PleaState::Lapsed);
        self.decided_at.filter(|_| granted).map(|at| self.policy.lifetime.after(at))
    }

    pub(super) fn step(&self, what: PleaChange, now: Time) -> PleaStep {
        let state = self.after(&what);
        PleaStep { plea: self.id, seq: self.seq + 1, at: now.max(self.latest), what, state }
    }

    fn end_of(&self, level: usize) -> Time {
        let spans = self.policy.levels.iter().take(level + 1);
        let sum = spans.fold(0u64, |sum, level| sum.saturating_add(level.deadline.as_millis()));
        Span::from_millis(sum).after(self.opened_at)
    }

    fn next(&self) -> Option<(Time, PleaChange)> {
        match self.state {
            PleaState::Pending if self.early => None,
            PleaState::Pending => {
                let level = usize::try_from(self.level).unwrap_or(usize::MAX);
                let at = self.end_of(level);
                let more = level.saturating_add(1) < self.policy.levels.len();
                Some((
                    at,
                    if more { PleaChange::Escalate { level: self.level + 1 } } else { PleaChange::Expire },
                ))
            }
            PleaState::Approved => self.grant_ends().map(|at| (at, PleaChange::Lapse)),
            _ => None,
        }
    }

    /// Whether a step of this sort can be taken at all in the present state. Who may take it was checked before it was written.
    fn takes(&self, what: &PleaChange) -> bool {
        match what {
            PleaChange::Ask => self.state == PleaState::Pending && self.early,
            PleaChange::Vote(vote) => {
                let used = |other: &Vote| {
                    other.ballot.voter == vote.ballot.voter || other.ballot.seat() == vote.ballot.seat()
                };
                self.state == PleaState::Pending && !self.votes.iter().any(used)
            }
            PleaChange::TakeBack(_)
            | PleaChange::Delegate(_)
            | PleaChange::Revoke(_)
            | PleaChange::Escalate { .. }
            | PleaChange::Expire => self.state == PleaState::Pending,
            PleaChange::Withdraw { .. } | PleaChange::Supersede { .. } => {
                matches!(self.state, PleaState::Pending | PleaState::Approved)
            }
            PleaChange::Consume { .. } | PleaChange::Lapse => self.state == PleaState::Approved,
        }
    }

    fn after(&self, what: &PleaChange) -> PleaState {
        match what {
            PleaChange::Vote(vote) => self.tally(vote),
            PleaChange::Expire => PleaState::Expired,
            PleaChange::Withdraw { .. } => PleaState::Withdrawn,
            PleaChange::Supersede { .. } => PleaState::Superseded,
            PleaChange::Consume { .. } => PleaState::Consumed,
            PleaChange::Lapse => PleaState::Lapsed,
            _ => self.state,
        }
    }

    fn tally(&self, vote: &Vote) -> PleaState {
        let same = self.votes.iter().filter(|other| other.ballot.choice == vote.ballot.choice).count() + 1;
        let enough = |needed: u32| u32::try_from(same).unwrap_or(u32::MAX) >= needed;
        match vote.ballot.choice {
            Choice::Approve if enough(self.policy.approvals) => PleaState::Approved,
            Choice::Deny if vote.veto || enough(self.policy.denials) => PleaState::Denied,
            _ => PleaState::Pending,
        }
    }
}
