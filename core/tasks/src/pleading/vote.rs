//! Who may vote: every check that a vote must pass before it is written.

use super::ballot::{Ballot, Choice, VOTE_REASON_LIMIT};
use super::plea::{Plea, PleaChange, PleaState, PleaStep, Vote};
use crate::Principal;
use crate::access::{Ground, Refusal, Right, Standing};
use sealbook_ledger::Time;

impl Plea {
    /// The step that counts a vote. `voter` is who casts it, as authenticated; `seat` is the standing of who handed the
    /// vote over, if the ballot is on somebody's behalf.
    ///
    /// The store's order decides: of an approval and a denial that race, the second finds the plea decided.
    ///
    /// # Errors
    /// The [`Refusal`] to record; as an error `VOTE_REFUSED`.
    pub fn vote(
        &self,
        ballot: Ballot,
        voter: &Standing,
        seat: Option<&Standing>,
        now: Time,
    ) -> Result<PleaStep, Refusal> {
        let refuse = |why, detail: String| Err(self.refusal(voter, "vote", why, detail, now));
        self.check_open(voter, "vote", now)?;
        if (ballot.task, ballot.subject, ballot.round) != (self.task, self.subject, self.round) {
            return refuse(
                Ground::OtherSubject,
                format!("the vote is for round {} of {} on {}", ballot.round, ballot.task, ballot.subject),
            );
        }
        if ballot.voter != voter.principal {
            return refuse(Ground::NotYourself, format!("the vote is in the name of {}", ballot.voter));
        }
        let seat = match &ballot.behalf {
            None => voter,
            Some(from) => match seat.filter(|seat| seat.principal == *from) {
                Some(seat) if self.has_delegated(from, &ballot.voter) => seat,
                _ => return refuse(Ground::NoDelegation, format!("{from} has not handed its vote over")),
            },
        };
        for one in [voter, seat] {
            if one.principal == self.requester {
                return refuse(Ground::Requester, format!("{} asked for the task", one.principal));
            }
            if !one.may(Right::Approve, &self.kind) {
                return refuse(Ground::NoRight, format!("{} may not approve {}", one.principal, self.kind));
            }
        }
        if !self.is_eligible(seat, now) {
            return refuse(Ground::NotEligible, format!("{} is named at no open level", seat.principal));
        }
        if let Some(other) = self
            .votes
            .iter()
            .map(|vote| &vote.ballot)
            .find(|other| other.voter == ballot.voter || other.seat() == ballot.seat())
        {
            return refuse(
                Ground::VotedAlready,
                format!("{} voted {} on {}", other.voter, other.choice, other.at),
            );
        }
        // A ballot that was taken back must not be cast again by whoever has kept a copy.
        if self.taken_back.iter().any(|old| old.ballot.voter == ballot.voter && old.ballot.at >= ballot.at) {
            return refuse(Ground::VotedAlready, "the vote is not newer than the one taken back".to_owned());
        }
        let needs_reason = ballot.choice == Choice::Deny || self.policy.reasons;
        if needs_reason && ballot.reason.trim().is_empty() {
            return refuse(Ground::NoReason, format!("the vote to {} gives no reason", ballot.choice));
        }
        if ballot.reason.len() > VOTE_REASON_LIMIT {
            return refuse(Ground::NoReason, format!("the reason has {} bytes", ballot.reason.len()));
        }
        if self.policy.signed && ballot.signature.is_none() {
            return refuse(Ground::Unsigned, "the vote is not signed".to_owned());
        }
        let verified = ballot.signature.is_some();
        if verified && let Err(error) = ballot.verify(voter) {
            return refuse(Ground::Forged, error.message().to_owned());
        }
        let veto =
            ballot.choice == Choice::Deny && self.policy.veto.iter().any(|role| seat.roles.contains(role));
        Ok(self.step(PleaChange::Vote(Vote { ballot, veto, verified }), now))
    }

    /// The step that takes a vote back, while the plea is undecided.
    ///
    /// # Errors
    /// The [`Refusal`] to record; as an error `VOTE_REFUSED`.
    pub fn take_back(&self, voter: &Standing, now: Time) -> Result<PleaStep, Refusal> {
        self.check_open(voter, "withdraw", now)?;
        if !self.votes.iter().any(|vote| vote.ballot.voter == voter.principal) {
            let detail = format!("{} has not voted", voter.principal);
            return Err(self.refusal(voter, "withdraw", Ground::NothingToTake, detail, now));
        }
        Ok(self.step(PleaChange::TakeBack { voter: voter.principal.clone() }, now))
    }

    /// The step that hands a vote over, or with no `to` takes the delegation back. What was handed over is not passed on.
    ///
    /// # Errors
    /// The [`Refusal`] to record; as an error `VOTE_REFUSED`.
    pub fn delegate(&self, from: &Standing, to: Option<Principal>, now: Time) -> Result<PleaStep, Refusal> {
        self.check_open(from, "delegate", now)?;
        let refuse = |why, detail: String| Err(self.refusal(from, "delegate", why, detail, now));
        let Some(to) = to else {
            if !self.delegations.iter().any(|(other, _)| *other == from.principal) {
                return refuse(Ground::NoDelegation, format!("{} has handed nothing over", from.principal));
            }
            return Ok(self.step(PleaChange::Revoke { from: from.principal.clone() }, now));
        };
        if !self.policy.delegation {
            return refuse(Ground::NoDelegation, "the policy knows no delegation".to_owned());
        }
        if from.principal == self.requester || to == self.requester {
            return refuse(Ground::Requester, format!("{} asked for the task", self.requester));
        }
        if to == from.principal || !from.may(Right::Approve, &self.kind) || !self.is_eligible(from, now) {
            return refuse(Ground::NotEligible, format!("{} has no vote to hand to {to}", from.principal));
        }
        Ok(self.step(PleaChange::Delegate { from: from.principal.clone(), to }, now))
    }

    fn check_open(&self, who: &Standing, what: &str, now: Time) -> Result<(), Refusal> {
        if self.state != PleaState::Pending {
            let detail = format!("the plea is {}", self.state);
            return Err(self.refusal(who, what, Ground::Decided, detail, now));
        }
        if self.level_at(now).is_none() {
            let detail = format!("the plea opened at {} and its last level has ended", self.opened_at);
            return Err(self.refusal(who, what, Ground::TooLate, detail, now));
        }
        Ok(())
    }

    fn is_eligible(&self, seat: &Standing, now: Time) -> bool {
        let open = self.level_at(now).map_or(0, |level| level + 1);
        self.policy.levels.iter().take(open).any(|level| {
            level.principals.contains(&seat.principal)
                || level.roles.iter().any(|role| seat.roles.contains(role))
        })
    }

    fn has_delegated(&self, from: &Principal, to: &Principal) -> bool {
        self.policy.delegation && self.delegations.iter().any(|(f, t)| (f, t) == (from, to))
    }

    fn refusal(&self, who: &Standing, what: &str, why: Ground, detail: String, now: Time) -> Refusal {
        Refusal {
            at: now,
            who: who.principal.clone(),
            what: what.to_owned(),
            why,
            detail,
            task: Some(self.task),
            plea: Some(self.id),
        }
    }
}
