//! Who may vote: every check that a ballot must pass before it is written.

use super::ballot::{Ballot, Choice, Saying, VOTE_REASON_LIMIT};
use super::plea::{Plea, PleaChange, PleaState, PleaStep, Vote};
use crate::Principal;
use crate::access::{Ground, Refusal, Right, Standing};
use sealbook_ledger::Time;

impl Plea {
    /// What a principal says about this plea, to be signed or cast as it is.
    #[must_use]
    pub fn ballot(&self, voter: Principal, saying: Saying, now: Time) -> Ballot {
        // Also where the clock was set back.
        let next = self.said.get(&voter).map(|last| Time::from_micros(last.as_micros().saturating_add(1)));
        let at = next.and_then(Result::ok).map_or(now, |next| now.max(next));
        let Saying { choice, reason, behalf, to } = saying;
        let (task, subject, round) = (self.task, self.subject, self.round);
        Ballot { task, subject, round, voter, behalf, choice, to, reason, at, signature: None }
    }

    /// The step that a ballot makes: a vote that counts, one that is taken back, or a delegation. `voter` is who casts it, as
    /// authenticated; `seat` is the standing of who handed its vote over, if the ballot is on somebody's behalf.
    ///
    /// The store's order decides: of an approval and a denial that race, the second finds the plea decided.
    ///
    /// # Errors
    /// The [`Refusal`] to record; as an error `VOTE_REFUSED`.
    pub fn cast(
        &self,
        ballot: Ballot,
        voter: &Standing,
        seat: Option<&Standing>,
        now: Time,
    ) -> Result<PleaStep, Refusal> {
        let refuse = |(why, detail): (Ground, String)| {
            let what = ballot.choice.deed().to_owned();
            let who = voter.principal.clone();
            Refusal { at: now, who, what, why, detail, task: Some(self.task), plea: Some(self.id) }
        };
        self.check_open(now).map_err(refuse)?;
        let verified = self.check_ballot(&ballot, voter).map_err(refuse)?;
        let (checked, veto) = match ballot.choice {
            Choice::Approve | Choice::Deny => match self.seat(&ballot, voter, seat) {
                Err(refused) => (Err(refused), false),
                Ok(seat) => {
                    let has_veto = self.policy.veto.iter().any(|role| seat.roles.contains(role));
                    (self.check_vote(&ballot, voter, seat, now), ballot.choice == Choice::Deny && has_veto)
                }
            },
            Choice::TakeBack => (self.check_take_back(voter, verified, now), false),
            Choice::Delegate => (self.check_delegation(voter, ballot.to.as_ref(), now), false),
            Choice::Revoke => (self.check_revocation(voter), false),
        };
        checked.map_err(refuse)?;
        let vote = |ballot| Vote { ballot, veto, verified };
        let what = match ballot.choice {
            Choice::Approve | Choice::Deny => PleaChange::Vote(vote(ballot)),
            Choice::TakeBack => PleaChange::TakeBack(vote(ballot)),
            Choice::Delegate => PleaChange::Delegate(vote(ballot)),
            Choice::Revoke => PleaChange::Revoke(vote(ballot)),
        };
        Ok(self.step(what, now))
    }

    fn check_open(&self, now: Time) -> Checked {
        if self.state != PleaState::Pending {
            return Err((Ground::Decided, format!("the plea is {}", self.state)));
        }
        if self.level_at(now).is_none() {
            let detail = format!("the plea opened at {} and its last level has ended", self.opened_at);
            return Err((Ground::TooLate, detail));
        }
        Ok(())
    }

    /// Whether it is the voter's own, about this plea and new; and whether its signature was checked.
    fn check_ballot(&self, ballot: &Ballot, voter: &Standing) -> Result<bool, (Ground, String)> {
        if (ballot.task, ballot.subject, ballot.round) != (self.task, self.subject, self.round) {
            let Ballot { round, task, subject, .. } = ballot;
            let detail = format!("the ballot is for round {round} of {task} on {subject}");
            return Err((Ground::OtherSubject, detail));
        }
        if ballot.reason.len() > VOTE_REASON_LIMIT {
            return Err((Ground::NoReason, format!("the reason has {} bytes", ballot.reason.len())));
        }
        if ballot.voter != voter.principal {
            return Err((Ground::NotYourself, format!("the ballot is in the name of {}", ballot.voter)));
        }
        if self.policy.signed && ballot.signature.is_none() {
            return Err((Ground::Unsigned, "the ballot is not signed".to_owned()));
        }
        if ballot.signature.is_some()
            && let Err(error) = ballot.verify(voter)
        {
            return Err((Ground::Forged, error.message().to_owned()));
        }
        // What was taken back or revoked must not be said again by whoever has kept a copy.
        match self.said.get(&ballot.voter) {
            Some(last) if ballot.at <= *last => {
                Err((Ground::Stale, format!("it is of {}, and the last one of {last}", ballot.at)))
            }
            _ => Ok(ballot.signature.is_some()),
        }
    }

    fn seat<'a>(
        &self,
        ballot: &Ballot,
        voter: &'a Standing,
        seat: Option<&'a Standing>,
    ) -> Result<&'a Standing, (Ground, String)> {
        let Some(from) = &ballot.behalf else { return Ok(voter) };
        match seat.filter(|seat| seat.principal == *from) {
            Some(seat) if self.has_delegated(from, &ballot.voter) => Ok(seat),
            _ => Err((Ground::NoDelegation, format!("{from} has not handed its vote over"))),
        }
    }

    fn check_vote(&self, ballot: &Ballot, voter: &Standing, seat: &Standing, now: Time) -> Checked {
        for one in [voter, seat] {
            if one.principal == self.requester {
                return Err((Ground::Requester, format!("{} asked for the task", one.principal)));
            }
            if !one.may(Right::Approve, &self.kind) {
                return Err((Ground::NoRight, format!("{} may not approve {}", one.principal, self.kind)));
            }
        }
        if !self.is_eligible(seat, now) {
            return Err((Ground::NotEligible, format!("{} is named at no open level", seat.principal)));
        }
        let mut votes = self.votes.iter().map(|vote| &vote.ballot);
        if let Some(other) = votes.find(|other| other.voter == ballot.voter || other.seat() == ballot.seat())
        {
            let detail = format!("{} voted {} on {}", other.voter, other.choice, other.at);
            return Err((Ground::VotedAlready, detail));
        }
        let needs_reason = ballot.choice == Choice::Deny || self.policy.reasons;
        if needs_reason && ballot.reason.trim().is_empty() {
            return Err((Ground::NoReason, format!("the vote to {} gives no reason", ballot.choice)));
        }
        Ok(())
    }

    /// A vote is its caster's to take back and that of whose place it was cast in. With a signature also one that is still on its way: whatever of
    /// the principal arrives after this is old.
    fn check_take_back(&self, voter: &Standing, is_signed: bool, now: Time) -> Checked {
        let may_vote = || voter.may(Right::Approve, &self.kind) && self.is_eligible(voter, now);
        if self.votes.iter().any(|vote| vote.ballot.is_of(&voter.principal)) || is_signed && may_vote() {
            return Ok(());
        }
        Err((Ground::NothingToTake, format!("there is no vote of {}", voter.principal)))
    }

    /// What was handed over is not passed on.
    fn check_delegation(&self, from: &Standing, to: Option<&Principal>, now: Time) -> Checked {
        let Some(to) = to.filter(|_| self.policy.delegation) else {
            return Err((Ground::NoDelegation, "the policy knows no delegation like this".to_owned()));
        };
        if from.principal == self.requester || *to == self.requester {
            return Err((Ground::Requester, format!("{} asked for the task", self.requester)));
        }
        if *to == from.principal || !from.may(Right::Approve, &self.kind) || !self.is_eligible(from, now) {
            return Err((Ground::NotEligible, format!("{} has no vote to hand to {to}", from.principal)));
        }
        Ok(())
    }

    fn check_revocation(&self, from: &Standing) -> Checked {
        if self.delegations.iter().any(|(other, _)| *other == from.principal) {
            return Ok(());
        }
        Err((Ground::NoDelegation, format!("{} has handed nothing over", from.principal)))
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
}

/// Whether a check lets it pass; else why not, with the value.
type Checked = Result<(), (Ground, String)>;

impl Choice {
    /// What is refused, as a refusal says it.
    #[must_use]
    pub fn deed(self) -> &'static str {
        match self {
            Choice::Approve | Choice::Deny => "vote",
            Choice::TakeBack => "withdraw",
            Choice::Delegate | Choice::Revoke => "delegate",
        }
    }
}
