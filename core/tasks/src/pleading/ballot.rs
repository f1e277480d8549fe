//! A ballot, what it may say, and the bytes that its signature covers.

use crate::state::words;
use crate::{Principal, Standing, TaskId};
use ed25519_dalek::{Signature, VerifyingKey};
use sealbook_error::{Code, Error, Result};
use sealbook_ledger::{Hash, Time, canonicalize};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What stands before the bytes that are signed, so that no other signature can be taken for a vote.
pub const VOTE_DOMAIN: &[u8] = b"sealbook/vote/v1\n";
/// The most bytes of a vote's reason.
pub const VOTE_REASON_LIMIT: usize = 8192;

words! {
    /// What a ballot says.
    Choice {
        Approve  "approve"   "Let it run.";
        Deny     "deny"      "Do not let it run.";
        TakeBack "take_back" "My vote does not count any more.";
        Delegate "delegate"  "Another may vote in my place; the first of us two counts.";
        Revoke   "revoke"    "Nobody may vote in my place any more.";
    }
}

/// What a principal has to say about a plea.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saying {
    /// What.
    pub choice: Choice,
    /// Why.
    #[serde(default)]
    pub reason: String,
    /// In whose place, if another has handed its vote over.
    #[serde(default)]
    pub behalf: Option<Principal>,
    /// To whom a vote is handed over.
    #[serde(default)]
    pub to: Option<Principal>,
}

impl Saying {
    /// Says so, with a reason.
    #[must_use]
    pub fn of(choice: Choice, reason: &str) -> Self {
        Self { choice, reason: reason.to_owned(), behalf: None, to: None }
    }

    /// Hands the vote over to another.
    #[must_use]
    pub fn delegate(to: Principal) -> Self {
        Self { to: Some(to), ..Self::of(Choice::Delegate, "") }
    }

    /// Says it in the place of somebody who has handed its vote over.
    #[must_use]
    pub fn on_behalf_of(self, principal: Principal) -> Self {
        Self { behalf: Some(principal), ..self }
    }

    /// Checks that nothing is said that the choice has no place for.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT`.
    pub fn check(&self) -> Result<()> {
        check(self.choice, self.behalf.as_ref(), self.to.as_ref())
    }
}

fn check(choice: Choice, behalf: Option<&Principal>, to: Option<&Principal>) -> Result<()> {
    let is_vote = matches!(choice, Choice::Approve | Choice::Deny);
    let (what, remedy) = if behalf.is_some() && !is_vote {
        ("in the place of another", "only a vote is cast on somebody's behalf")
    } else if to.is_some() && choice != Choice::Delegate {
        ("to somebody", "name only who a vote is handed over to")
    } else if to.is_none() && choice == Choice::Delegate {
        ("to nobody", "name who the vote is handed over to")
    } else {
        return Ok(());
    };
    Err(Error::new(Code::InvalidArgument, format!("a ballot that says {choice} {what}")).remedy(remedy))
}

/// What a principal says about a plea: on what exactly, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ballot {
    /// The task.
    pub task: TaskId,
    /// The hash of exactly what would run.
    pub subject: Hash,
    /// Which of the task's pleas, counted from 1: a vote for one is none for the next.
    pub round: u32,
    /// Who says it.
    pub voter: Principal,
    /// In whose place, if another has handed its vote over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behalf: Option<Principal>,
    /// What it says.
    pub choice: Choice,
    /// To whom the vote is handed over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Principal>,
    /// Why.
    #[serde(default)]
    pub reason: String,
    /// When, by the voter's clock: after all that the voter has said about the plea before. The store's time decides about deadlines.
    pub at: Time,
    /// The signature, as 128 hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
}

/// A ballot as it travels.
#[derive(Deserialize)]
struct Form {
    #[serde(flatten)]
    ballot: Ballot,
    message: Option<String>,
}

impl Ballot {
    /// Reads a ballot: its JSON object, or its [message](Ballot::message), which has all of it behind the first line. An object may have its message
    /// as `message`, for whoever signs it.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if it is neither, a message in which a byte was changed, or an object with another's message: what is shown would not be
    /// what is signed.
    ///
    /// # Example
    /// ```
    /// use sealbook_tasks::Ballot;
    ///
    /// let text = format!(
    ///     r#"{{"task": "019aaf3e-5a00-7000-8000-000000000001", "subject": "{}", "round": 1, "voter": "bob", "choice": "approve",
    ///         "at": "2026-11-25T12:00:00.000000Z"}}"#,
    ///     "0".repeat(64),
    /// );
    /// let ballot = Ballot::parse(&text)?;
    /// let message = String::from_utf8_lossy(&ballot.message()?).into_owned();
    /// assert_eq!(Ballot::parse(&message)?, ballot);
    /// assert!(Ballot::parse(&message.replace("approve", "deny ")).is_err());
    /// # Ok::<(), sealbook_error::Error>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self> {
        let misread = |why: &str| {
            Error::new(Code::InvalidArgument, format!("the ballot is not understood: {why}"))
                .remedy("pass it as it was printed")
        };
        if text.trim_start().starts_with('{') {
            let form: Form = serde_json::from_str(text).map_err(|e| misread(&e.to_string()))?;
            let own = form.ballot.message()?;
            return match form.message {
                Some(message) if message.as_bytes() != own => Err(misread("its message is another's")),
                _ => Ok(form.ballot),
            };
        }
        let rest = text.split_once('\n').map(|(_, rest)| rest);
        let rest = rest.ok_or_else(|| misread("it is neither an object nor a message"))?;
        let ballot: Self = serde_json::from_str(rest).map_err(|e| misread(&e.to_string()))?;
        // Else what counts would be something other than what the signer has seen.
        if ballot.message()? == text.as_bytes() {
            Ok(ballot)
        } else {
            Err(misread("the message was changed"))
        }
    }

    /// Checks that nothing is said that the choice has no place for, as [`Saying::check`] does.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT`.
    pub fn check(&self) -> Result<()> {
        check(self.choice, self.behalf.as_ref(), self.to.as_ref())
    }

    /// `"sealbook/vote/v1\n" ‖ JCS({at, behalf, choice, reason, round, subject, task, to, voter})`; what is not there is null. It is UTF-8.
    ///
    /// # Errors
    /// Those of the canonical form.
    pub fn message(&self) -> Result<Vec<u8>> {
        let parts = serde_json::json!({
            "at": self.at, "behalf": self.behalf, "choice": self.choice, "reason": self.reason, "round": self.round,
            "subject": self.subject, "task": self.task, "to": self.to, "voter": self.voter,
        });
        let canonical = canonicalize(parts.to_string().as_bytes(), usize::MAX)?;
        Ok([VOTE_DOMAIN, &canonical].concat())
    }

    /// The JSON object with the message in it, as it travels to whoever signs it.
    ///
    /// # Errors
    /// As [`Ballot::message`].
    pub fn to_json(&self) -> Result<String> {
        let message = String::from_utf8(self.message()?)
            .map_err(|e| Error::new(Code::Internal, format!("a ballot that is no text: {e}")))?;
        let mut form = serde_json::json!(self);
        if let Some(form) = form.as_object_mut() {
            form.insert("message".to_owned(), message.into());
        }
        Ok(form.to_string())
    }

    /// Puts a signature of 64 bytes over [`Ballot::message`] on it.
    #[must_use]
    pub fn signed(mut self, signature: &[u8; 64]) -> Self {
        let (head, tail) = signature.split_at(32);
        let halves = [head, tail].map(|half| Hash::from_slice(half).unwrap_or(Hash::ZERO).to_string());
        self.signature = Some(halves.concat());
        self
    }

    /// Checks the signature against the voter's keys, strictly: keys of small order and second forms of a signature count
    /// for nothing.
    ///
    /// # Errors
    /// `VOTE_REFUSED` if there is no signature, or none by one of these keys.
    pub fn verify(&self, voter: &Standing) -> Result<()> {
        let refused = |what: &str| {
            Error::new(Code::VoteRefused, format!("the vote of {}: {what}", self.voter))
                .remedy("sign the bytes of Ballot::message with a key that is registered for the voter")
        };
        let text = self.signature.as_deref().ok_or_else(|| refused("it is not signed"))?;
        let halves =
            text.split_at_checked(64).and_then(|(a, b)| Some((Hash::from_hex(a)?, Hash::from_hex(b)?)));
        let (r, s) = halves.ok_or_else(|| refused("the signature is not 128 hexadecimal digits"))?;
        let signature = Signature::from_components(*r.as_bytes(), *s.as_bytes());
        let message = self.message()?;
        let signed = voter.keys.iter().any(|key| {
            VerifyingKey::from_bytes(key.as_bytes())
                .is_ok_and(|key| key.verify_strict(&message, &signature).is_ok())
        });
        if signed { Ok(()) } else { Err(refused("no key of theirs has made the signature")) }
    }

    /// Whose vote it is: the voter's own, or that of who handed it over.
    #[must_use]
    pub fn seat(&self) -> &Principal {
        self.behalf.as_ref().unwrap_or(&self.voter)
    }

    /// Whether a principal has cast it, or has lent the vote.
    pub(super) fn is_of(&self, principal: &Principal) -> bool {
        self.voter == *principal || self.seat() == principal
    }
}
