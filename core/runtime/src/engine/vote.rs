//! Voting on pleas.

use super::Engine;
use super::desk::{Desk, unknown_task};
use sealbook_error::{Code, Error, Result};
use sealbook_tasks::{
    Ballot, Choice, Ground, Plea, PleaId, PleaState, Principal, Refusal, State, TaskId, check_grant,
};

/// What a vote is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VoteOn {
    /// A plea.
    Plea(PleaId),
    /// The plea that the task has, or will open once it has nothing else to wait for.
    Task(TaskId),
}

impl From<PleaId> for VoteOn {
    fn from(plea: PleaId) -> Self {
        Self::Plea(plea)
    }
}

impl From<TaskId> for VoteOn {
    fn from(task: TaskId) -> Self {
        Self::Task(task)
    }
}

impl Engine {
    /// Casts a vote, and returns the plea as it stands after it. The vote is on exactly what the plea is for.
    ///
    /// A task that will plead, but still waits for its time or for other tasks, may be voted on already: the first vote opens its plea
    /// early. No level's time runs until the task asks; a grant's lifetime runs from the vote that gave it, and a denial ends the task at once.
    ///
    /// # Errors
    /// `NOT_FOUND`; `VOTE_REFUSED` with the ground as `why`, recorded in the ledger.
    pub fn vote(
        &self,
        on: impl Into<VoteOn>,
        voter: Principal,
        choice: Choice,
        reason: &str,
    ) -> Result<Plea> {
        let (on, reason) = (on.into(), reason.to_owned());
        self.decide_or_refuse(move |desk, shared| {
            let now = desk.now;
            let (plea, is_new) = match on {
                VoteOn::Plea(id) => (desk.plea(id)?, false),
                VoteOn::Task(id) => match plea_for(desk, id, &voter)? {
                    Ok(found) => found,
                    Err(refusal) => return Ok(Err(refusal)),
                },
            };
            let standing = shared.options.access.standing(&voter);
            let ballot = Ballot {
                task: plea.task,
                subject: plea.subject,
                round: plea.round,
                voter,
                behalf: None,
                choice,
                reason,
                at: now,
                signature: None,
            };
            if is_new {
                // A vote that is refused opens nothing.
                if let Err(refusal) = plea.vote(ballot.clone(), &standing, None, now) {
                    return Ok(Err(Refusal { plea: None, ..refusal }));
                }
                desk.take_plea(plea.clone());
            }
            Self::count(desk, plea, ballot, &standing, None)
        })
    }

    /// The plea or the task that an id names, to vote on.
    ///
    /// # Errors
    /// `INVALID_ID`; `NOT_FOUND` if it names neither; and those of reading the store.
    pub fn vote_on(&self, id: &str) -> Result<VoteOn> {
        let (plea, task) = (PleaId::parse(id)?, TaskId::parse(id)?);
        self.read(|tables| {
            if tables.plea(plea)?.is_some() {
                return Ok(VoteOn::Plea(plea));
            }
            match tables.task(task)? {
                Some(_) => Ok(VoteOn::Task(task)),
                None => Err(Error::new(Code::NotFound, format!("there is neither a plea nor a task {id}"))
                    .remedy("see `sealbook pleas` and `sealbook task list` for what there is")),
            }
        })
    }

    /// Casts a vote that was written, and perhaps signed, elsewhere.
    ///
    /// # Errors
    /// As [`Engine::vote`].
    pub fn cast(&self, id: PleaId, voter: Principal, ballot: Ballot) -> Result<Plea> {
        self.decide_or_refuse(move |desk, shared| {
            let plea = desk.plea(id)?;
            let access = &shared.options.access;
            let seat = ballot.behalf.as_ref().map(|from| access.standing(from));
            Self::count(desk, plea, ballot, &access.standing(&voter), seat.as_ref())
        })
    }

    fn count(
        desk: &mut Desk<'_>,
        mut plea: Plea,
        ballot: Ballot,
        voter: &sealbook_tasks::Standing,
        seat: Option<&sealbook_tasks::Standing>,
    ) -> Result<std::result::Result<Plea, sealbook_tasks::Refusal>> {
        match plea.vote(ballot, voter, seat, desk.now) {
            Err(refusal) => Ok(Err(refusal)),
            Ok(step) => {
                desk.step(&mut plea, &step)?;
                Ok(Ok(desk.plea(plea.id)?))
            }
        }
    }

    /// Takes a vote back while the plea is undecided.
    ///
    /// # Errors
    /// As [`Engine::vote`].
    pub fn take_back(&self, id: PleaId, voter: Principal) -> Result<Plea> {
        self.decide_or_refuse(move |desk, shared| {
            let mut plea = desk.plea(id)?;
            match plea.take_back(&shared.options.access.standing(&voter), desk.now) {
                Err(refusal) => Ok(Err(refusal)),
                Ok(step) => desk.step(&mut plea, &step).map(|()| Ok(plea)),
            }
        })
    }

    /// Hands a vote over, or with no `to` takes that back.
    ///
    /// # Errors
    /// As [`Engine::vote`].
    pub fn delegate(&self, id: PleaId, from: Principal, to: Option<Principal>) -> Result<Plea> {
        self.decide_or_refuse(move |desk, shared| {
            let mut plea = desk.plea(id)?;
            match plea.delegate(&shared.options.access.standing(&from), to, desk.now) {
                Err(refusal) => Ok(Err(refusal)),
                Ok(step) => desk.step(&mut plea, &step).map(|()| Ok(plea)),
            }
        })
    }

    /// A plea.
    ///
    /// # Errors
    /// `NOT_FOUND`, and those of reading the store.
    pub fn plea(&self, id: PleaId) -> Result<Plea> {
        self.read(|tables| Desk::new(tables, sealbook_store::now()?).plea(id))
    }

    /// The pleas that await votes, or all that there are.
    ///
    /// # Errors
    /// Those of reading the store.
    pub fn pleas(&self, all: bool) -> Result<Vec<Plea>> {
        self.read(|tables| tables.pleas(all))
    }
}

/// The plea that a task has to be voted on, and whether it is a new one, which it would open only later.
fn plea_for(
    desk: &mut Desk<'_>,
    id: TaskId,
    voter: &Principal,
) -> Result<std::result::Result<(Plea, bool), Refusal>> {
    if desk.tables.task(id)?.is_none() {
        return Err(unknown_task(id));
    }
    let last = desk.last_plea(id)?;
    if let Some(plea) = last.clone().filter(|plea| plea.state == PleaState::Pending) {
        return Ok(Ok((plea, false)));
    }
    let now = desk.now;
    let task = desk.task(id)?;
    let refuse = |detail: String| {
        let who = voter.clone();
        Ok(Err(Refusal {
            at: now,
            who,
            what: "vote".to_owned(),
            why: Ground::Decided,
            detail,
            task: Some(id),
            plea: None,
        }))
    };
    if task.state != State::Pending {
        return refuse(format!("the task is {} and awaits no vote", task.state));
    }
    if check_grant(task, last.as_ref(), now).is_ok() {
        return refuse("the task needs no approval, or has it".to_owned());
    }
    Ok(Ok((desk.new_plea(id, Plea::open_early)?, true)))
}
