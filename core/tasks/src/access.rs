//! What a principal may do, and refusals as values that can be recorded.

use crate::state::words;
use crate::{Key, PleaId, Principal, Role, Task, TaskId, TaskKind};
use sealbook_error::{Code, Error};
use sealbook_ledger::Time;
use serde::{Deserialize, Serialize};
use std::fmt;

words! {
    /// Something that a principal may be allowed to do with tasks of a kind.
    Right {
        Submit  "submit"  "Submit tasks.";
        Run     "run"     "Run tasks as a worker or an agent.";
        Approve "approve" "Vote on pleas, as far as the plea's policy lets them.";
        See     "see"     "See the tasks of others.";
        Manage  "manage"  "Cancel, suspend, resume and redrive the tasks of others; for all kinds: limit keys, dependencies and the queue, and act on breakers.";
    }
}

/// A right, for the kinds that fit: a kind, all kinds under it as `research.*`, or `*`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allowance {
    /// What is allowed.
    pub right: Right,
    /// For which kinds.
    pub kinds: String,
}

/// A principal as the host has authenticated it: what it is and what it may.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Who it is.
    pub principal: Principal,
    /// Its roles, which approval policies name.
    #[serde(default)]
    pub roles: Vec<Key>,
    /// What it may do; nothing that is not said here.
    #[serde(default)]
    pub allowances: Vec<Allowance>,
    /// Its Ed25519 public keys, each as 64 hexadecimal digits.
    #[serde(default)]
    pub keys: Vec<sealbook_ledger::Hash>,
}

words! {
    /// Why something was refused.
    Ground {
        NoRight       "no_right"       "The principal is not allowed to do this with tasks of this kind.";
        NotYourself   "not_yourself"   "Nobody acts in the name of another without being its delegate.";
        Requester     "requester"      "Who asked does not decide.";
        NotEligible   "not_eligible"   "The policy does not name the principal, or not at this level yet.";
        VotedAlready  "voted_already"  "A principal votes once, and lends its hand once.";
        Stale         "stale"          "The ballot is not newer than the principal's last one: it is a copy of an old one.";
        OtherSubject  "other_subject"  "The vote is about another task, other arguments or an earlier plea.";
        Decided       "decided"        "The plea is decided.";
        TooLate       "too_late"       "The plea's time is over.";
        NoReason      "no_reason"      "A reason is needed.";
        Unsigned      "unsigned"       "The policy asks for a signature.";
        Forged        "forged"         "The signature is not one by a key of the principal over this vote.";
        NoDelegation  "no_delegation"  "The policy knows no delegation, or there is none like this.";
        NothingToTake "nothing_to_take" "There is no vote of the principal to take back.";
    }
}

/// A refusal, as it is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// When.
    pub at: Time,
    /// Who was refused.
    pub who: Principal,
    /// What they wanted: a right's word, or `vote`, `delegate`, `withdraw`.
    pub what: String,
    /// Why not.
    pub why: Ground,
    /// With which value.
    pub detail: String,
    /// The task that it was about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskId>,
    /// The plea that it was about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plea: Option<PleaId>,
}

impl Refusal {
    /// Whether it is about a plea: one that is open, or one that a vote would have opened.
    #[must_use]
    pub fn is_of_a_plea(&self) -> bool {
        self.plea.is_some() || matches!(self.what.as_str(), "vote" | "withdraw" | "delegate")
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        let code = if refusal.is_of_a_plea() { Code::VoteRefused } else { Code::AccessRefused };
        let what = match refusal.what.as_str() {
            "withdraw" => "take a vote back",
            "delegate" => "hand a vote over or take that back",
            what => what,
        };
        Error::new(code, format!("{} may not {what}: {}", refusal.who, refusal.detail))
            .remedy(refusal.why.meaning())
            .with("why", refusal.why)
    }
}

impl Standing {
    /// A principal with nothing but its name.
    #[must_use]
    pub fn of(principal: Principal) -> Self {
        Self { principal, roles: Vec::new(), allowances: Vec::new(), keys: Vec::new() }
    }

    /// The same with one more allowance.
    #[must_use]
    pub fn allowed(mut self, right: Right, kinds: &str) -> Self {
        self.allowances.push(Allowance { right, kinds: kinds.to_owned() });
        self
    }

    /// Whether it may do this with tasks of this kind.
    ///
    /// ```
    /// use sealbook_tasks::{Principal, Right, Standing, TaskKind};
    ///
    /// let ann = Standing::of(Principal::parse("ann")?).allowed(Right::Submit, "research.*");
    /// assert!(ann.may(Right::Submit, &TaskKind::parse("research.summarise")?));
    /// assert!(!ann.may(Right::Submit, &TaskKind::parse("researcher")?));
    /// assert!(!ann.may(Right::Run, &TaskKind::parse("research.summarise")?));
    /// # Ok::<(), sealbook_error::Error>(())
    /// ```
    #[must_use]
    pub fn may(&self, right: Right, kind: &TaskKind) -> bool {
        self.allowances.iter().filter(|allowance| allowance.right == right).any(|a| fits(&a.kinds, kind))
    }

    /// Lets it submit, run or approve tasks of this kind.
    ///
    /// # Errors
    /// The [`Refusal`] to record; as an error `ACCESS_REFUSED`.
    pub fn require(&self, right: Right, kind: &TaskKind, now: Time) -> Result<(), Refusal> {
        if self.may(right, kind) { Ok(()) } else { Err(self.without(right, now, format!("of kind {kind}"))) }
    }

    /// Lets it do this with tasks of all kinds.
    ///
    /// # Errors
    /// As [`Standing::require`].
    pub fn require_all(&self, right: Right, now: Time) -> Result<(), Refusal> {
        let mut allowances = self.allowances.iter();
        let may = allowances.any(|allowance| allowance.right == right && allowance.kinds == "*");
        if may { Ok(()) } else { Err(self.without(right, now, "of all kinds".to_owned())) }
    }

    fn without(&self, right: Right, now: Time, which: String) -> Refusal {
        Refusal {
            at: now,
            who: self.principal.clone(),
            what: right.as_str().to_owned(),
            why: Ground::NoRight,
            detail: format!("nothing allows it to {right} tasks {which}"),
            task: None,
            plea: None,
        }
    }

    /// The part in which it may act on a task: its own as requester, another's with the right to manage it.
    ///
    /// # Errors
    /// The [`Refusal`] to record; as an error `ACCESS_REFUSED`.
    pub fn role(&self, task: &Task, now: Time) -> Result<Role, Refusal> {
        if self.principal == task.spec.requester {
            return Ok(Role::Requester);
        }
        let refused = |refusal| Refusal { task: Some(task.id), ..refusal };
        self.require(Right::Manage, &task.spec.kind, now).map_err(refused)?;
        Ok(Role::Operator)
    }

    /// Lets it see a task: its own, and those of kinds that it may see, approve or manage.
    ///
    /// # Errors
    /// The [`Refusal`] to record; as an error `ACCESS_REFUSED`.
    pub fn see(&self, task: &Task, now: Time) -> Result<(), Refusal> {
        let kind = &task.spec.kind;
        // Nobody votes on what they have not seen.
        let may = [Right::See, Right::Approve, Right::Manage].iter().any(|right| self.may(*right, kind));
        if may || self.principal == task.spec.requester {
            return Ok(());
        }
        Err(Refusal { task: Some(task.id), ..self.without(Right::See, now, format!("of kind {kind}")) })
    }
}

fn fits(pattern: &str, kind: &TaskKind) -> bool {
    if pattern == "*" || pattern == kind.as_str() {
        return true;
    }
    let under = pattern.strip_suffix('*').filter(|prefix| prefix.ends_with('.'));
    under.is_some_and(|prefix| kind.as_str().starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Arguments, Spec};

    fn principal(name: &str) -> Principal {
        Principal::parse(name).unwrap()
    }

    fn task() -> Task {
        let kind = TaskKind::parse("research.read").unwrap();
        let spec = Spec::new(kind, Arguments::parse("1").unwrap(), principal("ann"));
        Task::submit(TaskId::new(Time::EPOCH, [1; 10]), spec, Time::EPOCH).unwrap()
    }

    #[test]
    fn a_stranger_neither_sees_nor_manages_a_task_and_its_requester_does_both() {
        let task = task();
        let (ann, bob) = (Standing::of(principal("ann")), Standing::of(principal("bob")));
        let sees = |standing: &Standing| standing.see(&task, Time::EPOCH).is_ok();
        assert!(sees(&ann) && !sees(&bob));
        assert_eq!(ann.role(&task, Time::EPOCH), Ok(Role::Requester));
        let refusal = bob.role(&task, Time::EPOCH).unwrap_err();
        assert_eq!((refusal.why, refusal.task), (Ground::NoRight, Some(task.id)));
        let seer = bob.clone().allowed(Right::See, "research.*");
        assert!(sees(&seer) && seer.role(&task, Time::EPOCH).is_err());
        assert!(sees(&bob.clone().allowed(Right::Approve, "research.*")));
        let seer = seer.allowed(Right::Manage, "research.*");
        assert!(seer.require_all(Right::Manage, Time::EPOCH).unwrap_err().detail.ends_with("of all kinds"));
        let operator = bob.allowed(Right::Manage, "*");
        assert_eq!(operator.role(&task, Time::EPOCH), Ok(Role::Operator));
        assert_eq!(operator.require_all(Right::Manage, Time::EPOCH), Ok(()));
    }

    #[test]
    fn a_refusal_is_a_record_and_an_error() {
        let bob = Standing::of(principal("bob"));
        let refusal = bob.require(Right::Run, &task().spec.kind, Time::EPOCH).unwrap_err();
        let json = serde_json::to_string(&refusal).unwrap();
        assert_eq!(serde_json::from_str::<Refusal>(&json).unwrap(), refusal);
        let error = Error::from(refusal);
        assert_eq!(error.code(), Code::AccessRefused);
        assert!(error.message().starts_with("bob may not run: nothing allows it"), "{error}");
    }

    #[test]
    fn a_pattern_without_its_dot_allows_nothing() {
        let kind = TaskKind::parse("research.read").unwrap();
        for (pattern, fit) in
            [("*", true), ("research.*", true), ("research.read", true), ("res*", false), ("", false)]
        {
            assert_eq!(
                Standing::of(principal("x")).allowed(Right::Run, pattern).may(Right::Run, &kind),
                fit,
                "{pattern}"
            );
        }
    }
}
