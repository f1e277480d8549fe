//! Who must approve a task, how many of them, and by when.

use crate::state::words;
use crate::{Key, Principal, Span};
use sealbook_error::{Code, Error, Result};
use serde::{Deserialize, Serialize};
use std::fmt;

words! {
    /// How often a grant has to be asked for.
    Per {
        Task    "task"    "Once: the grant covers the retries of the task too.";
        Attempt "attempt" "For every attempt anew.";
    }
}

/// Who may vote at a level, and for how long it is their turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// Principals with one of these roles.
    #[serde(default)]
    pub roles: Vec<Key>,
    /// These principals.
    #[serde(default)]
    pub principals: Vec<Principal>,
    /// How long they have. Then the next level may vote too; after the last one the plea is denied.
    pub deadline: Span,
}

/// The rules of a plea. The requester never votes, a principal votes once, a denial always has a reason, and the
/// silence of all is a denial: none of that can be switched off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApprovalPolicy {
    /// So many approvals grant it.
    pub approvals: u32,
    /// So many denials deny it.
    #[serde(default = "one")]
    pub denials: u32,
    /// One denial by a principal with one of these roles denies it, whatever `denials` says.
    #[serde(default)]
    pub veto: Vec<Key>,
    /// Who may vote, level by level.
    pub levels: Vec<Level>,
    /// Whether an approval needs a reason as well.
    #[serde(default)]
    pub reasons: bool,
    /// Whether every vote must be signed with the voter's own key.
    #[serde(default)]
    pub signed: bool,
    /// Whether a principal may hand its vote to another.
    #[serde(default)]
    pub delegation: bool,
    /// How long a grant may be used.
    #[serde(default = "an_hour")]
    pub lifetime: Span,
    /// How often it has to be asked for.
    #[serde(default = "per_task")]
    pub per: Per,
}

const fn one() -> u32 {
    1
}

const fn an_hour() -> Span {
    Span::from_secs(3600)
}

const fn per_task() -> Per {
    Per::Task
}

impl ApprovalPolicy {
    /// So many approvals by principals with one of these roles, who have a day.
    #[must_use]
    pub fn of(approvals: u32, roles: Vec<Key>) -> Self {
        Self {
            approvals,
            denials: one(),
            veto: Vec::new(),
            levels: vec![Level { roles, principals: Vec::new(), deadline: Span::from_secs(86_400) }],
            reasons: false,
            signed: false,
            delegation: false,
            lifetime: an_hour(),
            per: per_task(),
        }
    }

    /// Checks that the policy can both grant and deny.
    ///
    /// # Errors
    /// `INVALID_POLICY` if no approval or no denial is needed, if there is no level, a level in which nobody may vote,
    /// a deadline or lifetime of nothing, or if fewer principals are named than have to approve.
    pub fn check(&self) -> Result<()> {
        let fault = if self.approvals == 0 {
            "0 approvals would approve everything".to_owned()
        } else if self.denials == 0 {
            "0 denials would deny everything".to_owned()
        } else if self.levels.is_empty() {
            "the policy has no level".to_owned()
        } else if let Some(at) =
            self.levels.iter().position(|level| level.roles.is_empty() && level.principals.is_empty())
        {
            format!("nobody may vote at level {at}")
        } else if let Some(at) = self.levels.iter().position(|level| level.deadline == Span::ZERO) {
            format!("level {at} has no time to vote")
        } else if self.lifetime == Span::ZERO {
            "a grant could never be used".to_owned()
        } else if self.can_never_be_granted() {
            format!("{} approvals are needed and fewer principals are named", self.approvals)
        } else {
            return Ok(());
        };
        Err(Error::new(Code::InvalidPolicy, fault).remedy("correct the approval policy"))
    }

    fn can_never_be_granted(&self) -> bool {
        if self.levels.iter().any(|level| !level.roles.is_empty()) {
            return false;
        }
        let mut named: Vec<_> = self.levels.iter().flat_map(|level| &level.principals).collect();
        named.sort_unstable();
        named.dedup();
        u32::try_from(named.len()).is_ok_and(|named| named < self.approvals)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_that_could_not_decide_is_refused() {
        let key = |text| Key::parse(text).unwrap();
        let good = ApprovalPolicy::of(2, vec![key("reviewer")]);
        assert!(good.check().is_ok());
        let level = |principals: &[&str], deadline| Level {
            roles: Vec::new(),
            principals: principals.iter().map(|p| Principal::parse(p).unwrap()).collect(),
            deadline,
        };
        let day = Span::from_secs(86_400);
        for bad in [
            ApprovalPolicy { approvals: 0, ..good.clone() },
            ApprovalPolicy { denials: 0, ..good.clone() },
            ApprovalPolicy { levels: vec![], ..good.clone() },
            ApprovalPolicy { levels: vec![level(&[], day)], ..good.clone() },
            ApprovalPolicy { levels: vec![level(&["ann", "bob"], Span::ZERO)], ..good.clone() },
            ApprovalPolicy { levels: vec![level(&["ann", "ann"], day)], ..good.clone() },
            ApprovalPolicy { lifetime: Span::ZERO, ..good.clone() },
        ] {
            assert_eq!(bad.check().unwrap_err().code(), Code::InvalidPolicy, "{bad:?}");
        }
        assert!(ApprovalPolicy { levels: vec![level(&["ann", "bob"], day)], ..good }.check().is_ok());
    }
}
