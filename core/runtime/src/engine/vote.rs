//! Voting on pleas.

use super::Engine;
use sealbook_error::Result;
use sealbook_tasks::{Ballot, Choice, Plea, PleaId, Principal};

impl Engine {
    /// Casts a vote, and returns the plea as it stands after it. The vote is on exactly what the plea is for.
    ///
    /// # Errors
    /// `NOT_FOUND`; `VOTE_REFUSED` with the ground as `why`, recorded in the ledger.
    pub fn vote(&self, id: PleaId, voter: Principal, choice: Choice, reason: &str) -> Result<Plea> {
        let reason = reason.to_owned();
        self.decide_or_refuse(move |desk, shared| {
            let (plea, now) = (desk.plea(id)?, desk.now);
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
            Self::count(desk, plea, ballot, &standing, None)
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
        desk: &mut super::Desk<'_>,
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
        self.read(|tables| super::Desk::new(tables, sealbook_store::now()?).plea(id))
    }

    /// The pleas that await votes, or all that there are.
    ///
    /// # Errors
    /// Those of reading the store.
    pub fn pleas(&self, all: bool) -> Result<Vec<Plea>> {
        self.read(|tables| tables.pleas(all))
    }
}
