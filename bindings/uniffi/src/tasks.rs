//! The tasks of a ledger. Tasks, pleas, events and figures cross as JSON texts.

use crate::error::Result;
use crate::ledger::Ledger;
use crate::worker::Worker;
use sealbook_common::{reply, request, tasks};
use std::time::Duration;

/// The tasks of a ledger. Any number of threads may use it at the same time, and any number of processes have one of their own over the
/// same ledger.
#[derive(Debug, uniffi::Object)]
pub struct Orchestrator(tasks::Orchestrator);

#[uniffi::export]
impl Orchestrator {
    /// Over a ledger, which may be closed afterwards.
    ///
    /// Throws `INVALID_ARGUMENT` if the project's `sealbook.toml` is not understood, `TAMPERED`, `CLOSED`, `IO`.
    #[uniffi::constructor]
    pub fn new(ledger: &Ledger) -> Result<Self> {
        Ok(Self(tasks::Orchestrator::new(ledger.inner())?))
    }

    /// The same as one principal may see it: its own tasks, and those of kinds that it may see, approve or manage, with their pleas and events.
    ///
    /// Throws `INVALID_TASK` if there is no such name.
    pub fn seen_by(&self, viewer: &str) -> Result<Self> {
        Ok(Self(self.0.seen_by(viewer)?))
    }

    /// Submits a task, and returns `{id, repeated}` when it is durable. The task is an object with `kind`, `requester` and, if wanted,
    /// `arguments`, `priority`, `max_attempts`, `retry`, `idempotency_key`, `require_approvals`, `after`, `delay_ms`, `timeout_ms`,
    /// `dependency` and more.
    ///
    /// Throws `INVALID_TASK`, `INVALID_POLICY`, `IDEMPOTENCY_CONFLICT`, `ACCESS_REFUSED`, `QUEUE_FULL`, the `PAYLOAD_...` codes,
    /// `READ_ONLY`, `LEDGER_BUSY`, `DISK_FULL`, `IO`.
    pub fn submit(&self, task: &str) -> Result<String> {
        Ok(self.0.submit(task)?)
    }

    /// Submits all tasks of an array, or none: an array of `{id, repeated}`.
    ///
    /// Throws as `submit`; the context's `task` is the number of the offending one, from 0.
    pub fn submit_many(&self, tasks: &str) -> Result<String> {
        Ok(self.0.submit_many(tasks)?)
    }

    /// Records entries of your own, an array of `{kind, payload, id?}`, and submits tasks, all or nothing of it: `{entries, tasks}`. To be able to repeat the
    /// call, give the entries ids and the tasks idempotency keys.
    ///
    /// Throws as `submit`, and for the entries `INVALID_KIND`, `RESERVED_KIND`, `INVALID_ID`, `ID_CONFLICT` and the `PAYLOAD_...` codes.
    pub fn record_and_submit(&self, entries: &str, tasks: &str) -> Result<String> {
        Ok(self.0.record_and_submit_json(&request::records(entries)?, tasks)?)
    }

    /// A task with its history and its pleas.
    ///
    /// Throws `INVALID_ID`, `NOT_FOUND`, `IO`.
    pub fn show(&self, id: &str) -> Result<String> {
        Ok(self.0.show(id)?)
    }

    /// The tasks that `{states?, kind?, after?, limit?}` matches, in the order of their submission, as an array; all if no filter is given.
    ///
    /// Throws `INVALID_ARGUMENT`, `IO`.
    #[uniffi::method(default(filter = None))]
    pub fn list(&self, filter: Option<String>) -> Result<String> {
        Ok(self.0.list(filter.as_deref().unwrap_or("{}"))?)
    }

    /// Ends a task before it has run, or asks it to stop: `{id, state}`.
    ///
    /// Throws `TASK_ILLEGAL_TRANSITION`, `ACCESS_REFUSED`, `INVALID_TASK` for a principal that is no name, `INVALID_ID`, `NOT_FOUND`, `IO`.
    #[uniffi::method(default(reason = ""))]
    pub fn cancel(&self, id: &str, principal: &str, reason: &str) -> Result<String> {
        Ok(self.0.act("cancel", id, principal, reason)?)
    }

    /// Takes a task out of the queue until it is resumed: `{id, state}`.
    ///
    /// Throws as `cancel`.
    #[uniffi::method(default(reason = ""))]
    pub fn suspend(&self, id: &str, principal: &str, reason: &str) -> Result<String> {
        Ok(self.0.act("suspend", id, principal, reason)?)
    }

    /// Puts a suspended task back into the queue: `{id, state}`.
    ///
    /// Throws as `cancel`.
    #[uniffi::method(default(reason = ""))]
    pub fn resume(&self, id: &str, principal: &str, reason: &str) -> Result<String> {
        Ok(self.0.act("resume", id, principal, reason)?)
    }

    /// Tries a task anew that has failed for good: `{id, state}`.
    ///
    /// Throws as `cancel`.
    #[uniffi::method(default(reason = ""))]
    pub fn retry(&self, id: &str, principal: &str, reason: &str) -> Result<String> {
        Ok(self.0.act("retry", id, principal, reason)?)
    }

    /// Does the same, `cancel`, `suspend`, `resume` or `retry`, to many tasks: an array of `{id, state}`, or of `{id, error}` where it could not
    /// be done, which does not hold back the others.
    ///
    /// Throws `INVALID_ARGUMENT` for another act, `INVALID_ID`, `INVALID_TASK` for a principal that is no name, `IO`.
    #[uniffi::method(default(reason = ""))]
    pub fn act_many(&self, act: &str, ids: Vec<String>, principal: &str, reason: &str) -> Result<String> {
        Ok(self.0.act_many(act, &reply::json(&ids), principal, reason)?)
    }

    /// Limits or pauses a kind, a key, a dependency or the whole queue: `{kind or key or dependency, concurrency?, adaptive?: {least?, most, first?},
    /// rate?: {starts, per, burst}, paused?}`, `per` in milliseconds. An adaptive limit follows what a dependency bears; its `now` is how many are allowed at
    /// present. Without any limit it is let go. Returns all that is limited then.
    ///
    /// Throws `INVALID_POLICY`, `ACCESS_REFUSED`, `INVALID_TASK` for a principal that is no name, `IO`.
    #[uniffi::method(default(reason = ""))]
    pub fn limit(&self, limit: &str, principal: &str, reason: &str) -> Result<String> {
        Ok(self.0.limit(limit, principal, reason)?)
    }

    /// All that is limited or paused, as an array.
    ///
    /// Throws `TAMPERED`, `IO`.
    pub fn limits(&self) -> Result<String> {
        Ok(self.0.limits()?)
    }

    /// Acts on the breaker of a dependency by hand: `open`, `close`, or `reset`, which also forgets what was learned about the dependency. Returns it as it
    /// stands then.
    ///
    /// Throws `INVALID_ARGUMENT` for another act, `INVALID_TASK` for a key or a principal that is no name, `ACCESS_REFUSED`, `IO`.
    #[uniffi::method(default(reason = ""))]
    pub fn breaker(&self, key: &str, act: &str, principal: &str, reason: &str) -> Result<String> {
        Ok(self.0.breaker(key, act, principal, reason)?)
    }

    /// The breakers of all dependencies that were ever called, as an array of `{key, state, since, until, reason, calls, failures, slow, in_row}`.
    ///
    /// Throws `TAMPERED`, `IO`.
    pub fn breakers(&self) -> Result<String> {
        Ok(self.0.breakers()?)
    }

    /// The pleas that await votes, or all that there are, as an array.
    ///
    /// Throws `IO`.
    #[uniffi::method(default(all = false))]
    pub fn pleas(&self, all: bool) -> Result<String> {
        Ok(self.0.pleas(all)?)
    }

    /// Votes for a plea, and returns it as it stands then. The id may also be that of a task which has yet to plead. With `behalf` it is cast in the place
    /// of who has handed its vote over; with `key`, the voter's private Ed25519 key in PEM, it is signed.
    ///
    /// Throws `VOTE_REFUSED`, whose context says `why`, `INVALID_ID`, `INVALID_TASK` for a voter that is no name, `INVALID_ARGUMENT` for what is no key,
    /// `NOT_FOUND`, `IO`.
    #[uniffi::method(default(reason = "", behalf = None, key = None))]
    pub fn approve(
        &self,
        plea: &str,
        voter: &str,
        reason: &str,
        behalf: Option<String>,
        key: Option<String>,
    ) -> Result<String> {
        Ok(self.0.vote(plea, voter, "approve", reason, behalf.as_deref(), key.as_deref())?)
    }

    /// Votes against a plea, with a reason, and returns it as it stands then.
    ///
    /// Throws as `approve`.
    #[uniffi::method(default(behalf = None, key = None))]
    pub fn deny(
        &self,
        plea: &str,
        voter: &str,
        reason: &str,
        behalf: Option<String>,
        key: Option<String>,
    ) -> Result<String> {
        Ok(self.0.vote(plea, voter, "deny", reason, behalf.as_deref(), key.as_deref())?)
    }

    /// Takes a vote back while the plea is undecided, and returns the plea as it stands then.
    ///
    /// Throws as `approve`.
    #[uniffi::method(default(key = None))]
    pub fn take_back(&self, plea: &str, voter: &str, key: Option<String>) -> Result<String> {
        Ok(self.0.take_back(plea, voter, key.as_deref())?)
    }

    /// Hands a vote over to another, who may cast it with `behalf`; with no `to`, takes that back. Returns the plea as it stands then.
    ///
    /// Throws as `approve`.
    #[uniffi::method(default(key = None))]
    pub fn delegate(
        &self,
        plea: &str,
        voter: &str,
        to: Option<String>,
        key: Option<String>,
    ) -> Result<String> {
        Ok(self.0.delegate(plea, voter, to.as_deref(), key.as_deref())?)
    }

    /// The ballot that says `{choice, reason?, behalf?, to?}` about a plea, for whoever signs its `message` elsewhere; `choice` is `approve`, `deny`,
    /// `take_back`, `delegate` (with `to`) or `revoke`. Nothing is written.
    ///
    /// Throws as `approve`.
    pub fn ballot(&self, plea: &str, voter: &str, saying: &str) -> Result<String> {
        Ok(self.0.ballot(plea, voter, saying)?)
    }

    /// Casts a ballot with the Ed25519 signature of its message, 128 hexadecimal digits, whoever brings it. Returns the plea as it stands then.
    ///
    /// Throws as `approve`.
    pub fn cast(&self, ballot: &str, signature: &str) -> Result<String> {
        Ok(self.0.cast(ballot, signature)?)
    }

    /// Puts a schedule under its name, in place of one that may be there, and returns it: a task is submitted at each of its times, once, by
    /// whichever worker runs then. It is an object with `name`, `cron`, `task` and, if wanted, `zone`, `missed` (`skip`, `once` or
    /// `all`), `grace_ms`, `limit` and `from`.
    ///
    /// Throws `INVALID_SCHEDULE`, and as `submit`.
    pub fn schedule(&self, schedule: &str) -> Result<String> {
        Ok(self.0.schedule(schedule)?)
    }

    /// Removes a schedule. The tasks that it has made stay.
    ///
    /// Throws `NOT_FOUND`, `ACCESS_REFUSED`, `INVALID_TASK` for a name or principal that is none, `IO`.
    pub fn unschedule(&self, name: &str, principal: &str) -> Result<()> {
        Ok(self.0.unschedule(name, principal)?)
    }

    /// Keeps a schedule from making tasks until it is resumed, and returns it.
    ///
    /// Throws as `unschedule`.
    pub fn pause_schedule(&self, name: &str, principal: &str) -> Result<String> {
        Ok(self.0.pause_schedule(name, true, principal)?)
    }

    /// Lets a paused schedule go on from now, and returns it; what would have run meanwhile is left out.
    ///
    /// Throws as `unschedule`.
    pub fn resume_schedule(&self, name: &str, principal: &str) -> Result<String> {
        Ok(self.0.pause_schedule(name, false, principal)?)
    }

    /// All schedules by name, as an array.
    ///
    /// Throws `TAMPERED`, `IO`.
    pub fn schedules(&self) -> Result<String> {
        Ok(self.0.schedules()?)
    }

    /// What happened behind a number, in any process, at most so much, as an array of `{number, transition}`. If nothing has, waits for it
    /// up to `timeout_ms`.
    ///
    /// Throws `IO`.
    #[uniffi::method(default(most = 1000, timeout_ms = 0))]
    pub fn events(&self, behind: u64, most: u32, timeout_ms: u64) -> Result<String> {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        Ok(self.0.events(behind, most, Duration::from_millis(timeout_ms))?)
    }

    /// The number of the last event; 0 if nothing has happened yet.
    ///
    /// Throws `IO`.
    pub fn last_event(&self) -> Result<u64> {
        Ok(self.0.last_event()?)
    }

    /// How many tasks stand in each state, as an object.
    ///
    /// Throws `IO`.
    pub fn counts(&self) -> Result<String> {
        Ok(self.0.counts()?)
    }

    /// The agents that there are and those that were, as an array.
    ///
    /// Throws `IO`.
    pub fn agents(&self) -> Result<String> {
        Ok(self.0.agents()?)
    }

    /// Takes an agent out (`down`), so that it is given no task at all, or back in (`healthy`). Returns it as it is then.
    ///
    /// Throws `NOT_FOUND`, `INVALID_ARGUMENT` for another health, `INVALID_TASK` for a name that is none, `ACCESS_REFUSED`, `IO`.
    #[uniffi::method(default(reason = ""))]
    pub fn set_health(&self, agent: &str, health: &str, principal: &str, reason: &str) -> Result<String> {
        Ok(self.0.set_health(agent, health, principal, reason)?)
    }

    /// Counts, rates and latencies over the last events, so many of them, as an object.
    ///
    /// Throws `IO`.
    #[uniffi::method(default(window = 10000))]
    pub fn stats(&self, window: u64) -> Result<String> {
        Ok(self.0.stats(window)?)
    }

    /// The same in the text format of Prometheus.
    ///
    /// Throws `IO`.
    #[uniffi::method(default(window = 10000))]
    pub fn prometheus(&self, window: u64) -> Result<String> {
        Ok(self.0.prometheus(window)?)
    }

    /// Waits until a task has ended, and returns it; nothing after `timeout_ms`. The call blocks its thread, not the interpreter's others.
    ///
    /// Throws as `show`.
    pub fn wait(&self, id: &str, timeout_ms: u64) -> Result<Option<String>> {
        Ok(self.0.wait(id, Duration::from_millis(timeout_ms))?)
    }

    /// Starts a worker for tasks of these kinds. The options are `{concurrency?, least?, spare?, grace_ms?, lease_ms?, until_idle?, drain_ms?,
    /// id?, principal?, agent?}`. At most `concurrency` attempts are out, or between `least` and that by the load; one that has not ended
    /// `grace_ms` (5,000) after it was asked to is replaced, up to `spare` of them (as many as `concurrency`), where another thread fetches.
    /// With an agent `{id, kinds?, capabilities?, models?, cost?, limit?, priority?}` it gets tasks that need what this can.
    ///
    /// Throws `INVALID_ARGUMENT`, `INVALID_TASK` for a kind that does not fit, `IO`.
    #[uniffi::method(default(options = None))]
    pub fn work(&self, kinds: Vec<String>, options: Option<String>) -> Result<Worker> {
        Ok(Worker::new(self.0.work(&kinds, options.as_deref().unwrap_or("{}"))?))
    }
}
