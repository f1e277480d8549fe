//! The check before an attempt begins: is there a grant, is it for this, and may it still be used?

use super::ballot::Choice;
use super::plea::{Plea, PleaChange, PleaState, PleaStep};
use super::policy::Per;
use crate::{Principal, Standing, Task, subject};
use sealbook_error::{Code, Error, Result};
use sealbook_ledger::Time;
use std::collections::BTreeSet;

/// Lets the next attempt of a task begin. Returns the step that uses the grant, to be written together with the
/// start; none if no approval is needed or if the grant covers the retries of an attempt that has used it.
///
/// The hash is made anew from the specification at hand, never taken from where it was stored, so arguments that were
/// changed after the approval do not run.
///
/// # Errors
/// `APPROVAL_REQUIRED` if the task needs a grant and this plea gives none that is for it, unused and not too old.
pub fn check_grant(task: &Task, plea: Option<&Plea>, now: Time) -> Result<Option<PleaStep>> {
    let Some(policy) = &task.spec.approval else {
        // One that was escalated runs by the grant that it has, and uses it up.
        let grant = plea.filter(|plea| plea.task == task.id && plea.state == PleaState::Approved);
        return Ok(grant.map(|plea| plea.step(begin(task), now)));
    };
    let refused = |what: String| {
        Err(Error::new(Code::ApprovalRequired, what)
            .remedy("let the task plead, and vote on exactly what it will run")
            .with("task", task.id))
    };
    let Some(plea) = plea else { return refused("the task has not pleaded for approval".to_owned()) };
    let will_run = subject(&task.spec)?;
    if plea.task != task.id {
        return refused(format!("plea {} is that of task {}", plea.id, plea.task));
    }
    if plea.subject != will_run || plea.kind != task.spec.kind || plea.requester != task.spec.requester {
        return refused(format!("what was approved is {}, what would run is {will_run}", plea.subject));
    }
    if plea.policy != *policy {
        return refused("the plea went by another policy than the task's own".to_owned());
    }
    if plea.task_seq < task.redriven {
        return refused("the task was redriven since it pleaded".to_owned());
    }
    let attempt = task.attempts.saturating_add(1);
    let covered = match (plea.state, plea.used_by) {
        (PleaState::Approved, _) => false,
        (PleaState::Consumed, Some(first)) if plea.policy.per == Per::Task && attempt > first => true,
        // The attempt that used it was interrupted and does not count: it is the same attempt once more.
        (PleaState::Consumed, Some(first)) if attempt == first => true,
        (PleaState::Consumed, _) => return refused("the grant was used".to_owned()),
        (state, _) => return refused(format!("the plea is {state}")),
    };
    // What is written already is in the past, so a clock that was set back revives no grant.
    let now = now.max(plea.latest).max(task.since);
    match plea.grant_ends() {
        Some(end) if now < end => {}
        end => {
            let end = end.map_or_else(|| "never".to_owned(), |end| end.to_string());
            return refused(format!("the grant was good until {end}"));
        }
    }
    Ok((!covered).then(|| plea.step(begin(task), now)))
}

impl Plea {
    /// Whether its votes are enough for the grant that it says it gives. The state of a plea is a word in a row that whoever can write to the store
    /// can write; of a signed vote they cannot make up a bit.
    ///
    /// # Errors
    /// `APPROVAL_REQUIRED` if too few of its approvals are about it and each by another than who asked; with a policy that asks for signatures
    /// also if one of these does not bear a signature by a key that its voter has now.
    pub fn check_votes(&self, standing: impl Fn(&Principal) -> Standing) -> Result<()> {
        let refused = |what: String| {
            Error::new(Code::ApprovalRequired, what)
                .remedy("let the task plead, and vote anew")
                .with("plea", self.id)
        };
        // A hand is lent once and a vote counts once, as when they were cast.
        let (mut voters, mut seats) = (BTreeSet::new(), BTreeSet::new());
        for ballot in self.votes.iter().map(|vote| &vote.ballot).filter(|b| b.choice == Choice::Approve) {
            let about = (ballot.task, ballot.subject, ballot.round);
            let is_new = voters.insert(&ballot.voter) & seats.insert(ballot.seat());
            if about != (self.task, self.subject, self.round)
                || [&ballot.voter, ballot.seat()].contains(&&self.requester)
                || !is_new
            {
                return Err(refused(format!("the vote of {} is none for this grant", ballot.voter)));
            }
            if self.policy.signed {
                ballot.verify(&standing(&ballot.voter)).map_err(|e| refused(e.message().to_owned()))?;
            }
        }
        let (approvals, needed) = (seats.len(), self.policy.approvals);
        if u32::try_from(approvals).unwrap_or(u32::MAX) < needed {
            return Err(refused(format!("the grant rests on {approvals} of {needed} approvals")));
        }
        Ok(())
    }
}

/// What the beginning of the next attempt does to its grant.
fn begin(task: &Task) -> PleaChange {
    PleaChange::Consume { attempt: task.attempts.saturating_add(1), epoch: task.epoch }
}
