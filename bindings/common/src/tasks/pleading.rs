//! What is said about pleas, as JSON texts.

use super::{Orchestrator, misread};
use sealbook::tasks::{self, Ballot, Choice, Principal, Saying, VoteOn, Voter, VoterKey};
use sealbook::{Code, Error, Result};
use serde_json::Value;

impl Orchestrator {
    /// The pleas that await votes, or all that there are, as an array.
    ///
    /// # Errors
    /// Those of reading the store.
    pub fn pleas(&self, all: bool) -> Result<String> {
        let pleas = self.engine.pleas(all)?;
        Ok(pleas.iter().map(tasks::plea_json).collect::<Value>().to_string())
    }

    /// Votes `approve` or `deny` on a plea, or on a task that has yet to plead, and returns the plea as it stands then.
    ///
    /// # Errors
    /// As [`Orchestrator::say`].
    pub fn vote(
        &self,
        plea: &str,
        voter: &str,
        choice: &str,
        reason: &str,
        behalf: Option<&str>,
        key: Option<&str>,
    ) -> Result<String> {
        let vote = Choice::parse(choice).filter(|choice| matches!(choice, Choice::Approve | Choice::Deny));
        let choice = vote.ok_or_else(|| {
            Error::new(Code::InvalidArgument, format!("{choice:?} is no vote")).remedy("approve or deny")
        })?;
        let behalf = behalf.map(Principal::parse).transpose()?;
        self.put(plea, voter, Saying { behalf, ..Saying::of(choice, reason) }, key)
    }

    /// Takes a vote back, and returns the plea as it stands then.
    ///
    /// # Errors
    /// As [`Orchestrator::say`].
    pub fn take_back(&self, plea: &str, voter: &str, key: Option<&str>) -> Result<String> {
        self.put(plea, voter, Saying::of(Choice::TakeBack, ""), key)
    }

    /// Hands a vote over, or with no `to` takes that back, and returns the plea as it stands then.
    ///
    /// # Errors
    /// As [`Orchestrator::say`].
    pub fn delegate(&self, plea: &str, voter: &str, to: Option<&str>, key: Option<&str>) -> Result<String> {
        let to = to.map(Principal::parse).transpose()?;
        self.put(plea, voter, to.map_or_else(|| Saying::of(Choice::Revoke, ""), Saying::delegate), key)
    }

    /// Says something about a plea, or about a task that has yet to plead, and returns the plea as it stands then: `{choice, reason?, behalf?, to?}`
    /// where `choice` is `approve`, `deny`, `take_back`, `delegate` (with `to`) or `revoke`. With a private key in PEM it is signed.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if it is not understood, and those of `Engine::vote_on` and `Engine::say`.
    pub fn say(&self, plea: &str, voter: &str, saying: &str, key: Option<&str>) -> Result<String> {
        self.put(plea, voter, saying_of(saying)?, key)
    }

    /// The ballot that says so, for whoever signs it elsewhere: an object with `message`, the text that is signed. Nothing is written.
    ///
    /// # Errors
    /// As [`Orchestrator::say`].
    pub fn ballot(&self, plea: &str, voter: &str, saying: &str) -> Result<String> {
        let (saying, voter) = (saying_of(saying)?, Principal::parse(voter)?);
        let ballot = self.engine.ballot(self.on(plea)?, voter, saying)?;
        ballot.to_json()
    }

    /// Casts a ballot with the signature of its message, 128 hexadecimal digits, and returns the plea as it stands then.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if the ballot is not understood, and those of `Engine::cast`.
    pub fn cast(&self, ballot: &str, signature: &str) -> Result<String> {
        let ballot = Ballot::parse(ballot)?;
        let plea = self.engine.cast(Ballot { signature: Some(signature.to_ascii_lowercase()), ..ballot })?;
        Ok(tasks::plea_json(&plea).to_string())
    }

    fn put(&self, plea: &str, voter: &str, saying: Saying, key: Option<&str>) -> Result<String> {
        let key = key.map(VoterKey::from_pem).transpose()?;
        let voter = Voter { principal: Principal::parse(voter)?, key };
        Ok(tasks::plea_json(&self.engine.say(self.on(plea)?, voter, saying)?).to_string())
    }

    fn on(&self, plea: &str) -> Result<VoteOn> {
        self.engine.vote_on(plea)
    }
}

/// A ballot that was sent, read and written anew: an object whose `message` is what it says, for whoever signs it elsewhere.
///
/// # Errors
/// As [`Ballot::parse`].
pub fn ballot_of(text: &str) -> Result<String> {
    Ballot::parse(text)?.to_json()
}

fn saying_of(text: &str) -> Result<Saying> {
    serde_json::from_str(text).map_err(|e| misread("what is said about the plea", &e))
}
