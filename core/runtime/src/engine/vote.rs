//! Voting on pleas.

use super::desk::{Desk, unknown_task};
use super::{Engine, Shared};
use sealbook_error::{Code, Error, Result};
use sealbook_tasks::{
    Ballot, Choice, Ground, Plea, PleaId, PleaState, Principal, Refusal, Saying, State, TaskId, VoterKey,
    check_grant,
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

/// Who votes, and with what.
#[derive(Debug, Clone)]
pub struct Voter {
    /// Who, as the host has authenticated it.
    pub principal: Principal,
    /// The key that signs the ballot, if one is to.
    pub key: Option<VoterKey>,
}

impl Voter {
    /// Signs with this key.
    #[must_use]
    pub fn signing(principal: Principal, key: VoterKey) -> Self {
        Self { principal, key: Some(key) }
    }
}

impl From<Principal> for Voter {
    fn from(principal: Principal) -> Self {
        Self { principal, key: None }
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
        voter: impl Into<Voter>,
        choice: Choice,
        reason: &str,
    ) -> Result<Plea> {
        self.say(on, voter, Saying::of(choice, reason))
    }

    /// Takes a vote back while the plea is undecided.
    ///
    /// # Errors
    /// As [`Engine::vote`].
    pub fn take_back(&self, on: impl Into<VoteOn>, voter: impl Into<Voter>) -> Result<Plea> {
        self.say(on, voter, Saying::of(Choice::TakeBack, ""))
    }

    /// Hands a vote over to another, who may cast it with [`Saying::on_behalf_of`]; with no `to`, takes that back.
    ///
    /// # Errors
    /// As [`Engine::vote`].
    pub fn delegate(
        &self,
        on: impl Into<VoteOn>,
        from: impl Into<Voter>,
        to: Option<Principal>,
    ) -> Result<Plea> {
        self.say(on, from, to.map_or_else(|| Saying::of(Choice::Revoke, ""), Saying::delegate))
    }

    /// Says anything that can be said about a plea, and returns it as it stands after that.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if it makes no sense, and as [`Engine::vote`].
    pub fn say(&self, on: impl Into<VoteOn>, voter: impl Into<Voter>, saying: Saying) -> Result<Plea> {
        saying.check()?;
        let (on, Voter { principal, key }) = (on.into(), voter.into());
        self.decide_or_refuse(move |desk, shared| {
            let now = desk.now;
            let (plea, is_new) = match find(desk, on, &principal, saying.choice)? {
                Ok(found) => found,
                Err(refusal) => return Ok(Err(refusal)),
            };
            let ballot = plea.ballot(principal, saying, now);
            let ballot = key.as_ref().map_or(Ok(ballot.clone()), |key| key.sign(ballot))?;
            count(desk, shared, plea, is_new, ballot)
        })
    }

    /// The ballot that says so about a plea, for whoever signs it elsewhere and has it [cast](Engine::cast) then. Nothing is written.
    ///
    /// # Errors
    /// As [`Engine::say`], as far as it can be told before the ballot is cast.
    ///
    /// # Example
    /// ```
    /// # use sealbook_runtime::{Engine, EngineOptions};
    /// # use sealbook_store::{MemoryStore, new_ledger_id};
    /// # use sealbook_tasks::*;
    /// # let store = MemoryStore::new(sealbook_ledger::Genesis::new(new_ledger_id()?, "example.com/x")?)?;
    /// # let engine = Engine::new(std::sync::Arc::new(store), EngineOptions::default())?;
    /// # let (ann, kind) = (Principal::parse("ann")?, TaskKind::parse("ship")?);
    /// let policy = ApprovalPolicy::of(1, vec![Key::parse("approver")?]);
    /// let spec = Spec { approval: Some(policy), ..Spec::new(kind, Arguments::parse("[7]")?, ann) };
    /// let task = engine.submit(spec)?.id;
    /// let ballot = engine.ballot(task, Principal::parse("bob")?, Saying::of(Choice::Approve, "seen"))?;
    /// // On bob's machine; the engine lists no key of bob's, so that it counts for nothing here.
    /// let signed = VoterKey::from_seed(&[7; 32]).sign(ballot)?;
    /// assert_eq!(engine.cast(signed).unwrap_err().code(), sealbook_error::Code::VoteRefused);
    /// # Ok::<(), sealbook_error::Error>(())
    /// ```
    pub fn ballot(&self, on: impl Into<VoteOn>, voter: Principal, saying: Saying) -> Result<Ballot> {
        saying.check()?;
        let on = on.into();
        self.read(|tables| {
            let mut desk = Desk::new(tables, sealbook_store::now()?);
            let (plea, _) = find(&mut desk, on, &voter, saying.choice)??;
            Ok(plea.ballot(voter, saying, desk.now))
        })
    }

    /// Casts a ballot that its voter has signed elsewhere, whoever brings it, and returns the plea as it stands after it.
    ///
    /// # Errors
    /// As [`Engine::say`]; it is refused without a signature, also where the policy asks for none.
    pub fn cast(&self, ballot: Ballot) -> Result<Plea> {
        ballot.check()?;
        self.decide_or_refuse(move |desk, shared| {
            let (plea, is_new) = match find(desk, VoteOn::Task(ballot.task), &ballot.voter, ballot.choice)? {
                Ok(found) => found,
                Err(refusal) => return Ok(Err(refusal)),
            };
            if ballot.signature.is_none() {
                let detail = "a ballot that is not signed proves nothing".to_owned();
                let plea = (!is_new).then_some(plea.id);
                return Ok(Err(Refusal {
                    plea,
                    ..refusal(desk, &ballot.voter, ballot.choice, ballot.task, Ground::Unsigned, detail)
                }));
            }
            count(desk, shared, plea, is_new, ballot)
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
}

/// Writes what a ballot makes of a plea; of a new one too, unless it is refused.
fn count(
    desk: &mut Desk<'_>,
    shared: &Shared,
    mut plea: Plea,
    is_new: bool,
    ballot: Ballot,
) -> Result<std::result::Result<Plea, Refusal>> {
    let access = &shared.options.access;
    let seat = ballot.behalf.as_ref().map(|from| access.standing(from));
    let step = match plea.cast(ballot.clone(), &access.standing(&ballot.voter), seat.as_ref(), desk.now) {
        Ok(step) => step,
        Err(refusal) => return Ok(Err(Refusal { plea: refusal.plea.filter(|_| !is_new), ..refusal })),
    };
    if is_new {
        desk.take_plea(plea.clone());
    }
    desk.step(&mut plea, &step)?;
    desk.plea(plea.id).map(Ok)
}

/// The plea that is voted on, and whether it is a new one, which its task would open only later.
fn find(
    desk: &mut Desk<'_>,
    on: VoteOn,
    voter: &Principal,
    choice: Choice,
) -> Result<std::result::Result<(Plea, bool), Refusal>> {
    let id = match on {
        VoteOn::Plea(id) => {
            let plea = desk.plea(id)?;
            if desk.last_plea(plea.task)?.is_none_or(|last| last.id == id) {
                return Ok(Ok((plea, false)));
            }
            let detail = "the task has pleaded anew since".to_owned();
            let refusal = refusal(desk, voter, choice, plea.task, Ground::Decided, detail);
            return Ok(Err(Refusal { plea: Some(id), ..refusal }));
        }
        VoteOn::Task(id) => id,
    };
    if desk.tables.task(id)?.is_none() {
        return Err(unknown_task(id));
    }
    let last = desk.last_plea(id)?;
    if let Some(plea) = last.clone().filter(|plea| plea.state == PleaState::Pending) {
        return Ok(Ok((plea, false)));
    }
    let now = desk.now;
    let task = desk.task(id)?;
    if task.state != State::Pending {
        let detail = format!("the task is {} and awaits no vote", task.state);
        return Ok(Err(refusal(desk, voter, choice, id, Ground::Decided, detail)));
    }
    if check_grant(task, last.as_ref(), now).is_ok() {
        let detail = "the task needs no approval, or has it".to_owned();
        return Ok(Err(refusal(desk, voter, choice, id, Ground::Decided, detail)));
    }
    Ok(Ok((desk.new_plea(id, Plea::open_early)?, true)))
}

fn refusal(
    desk: &Desk<'_>,
    who: &Principal,
    choice: Choice,
    task: TaskId,
    why: Ground,
    detail: String,
) -> Refusal {
    let (at, who, what) = (desk.now, who.clone(), choice.deed().to_owned());
    Refusal { at, who, what, why, detail, task: Some(task), plea: None }
}
