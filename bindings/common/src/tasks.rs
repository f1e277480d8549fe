//! Tasks for host languages: submissions, outcomes and views as JSON texts, and workers whose attempts the host fetches.

mod desk;
mod pleading;
mod schedules;

pub use pleading::ballot_of;

use crate::reply;
use sealbook::tasks::{
    self, CancelToken, Engine, Failure, Fault, Inbox, Outcome, Principal, Span, Spec, State, Submitted,
    Summary, TaskFilter, TaskId, TaskKind, WorkerId, WorkerOptions,
};
use sealbook::{Code, Entry, Error, Ledger, Record, Result};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How often to look for what other processes have written.
const LOOK: Duration = Duration::from_millis(20);

/// The tasks of a ledger.
#[derive(Debug, Clone)]
pub struct Orchestrator {
    engine: Engine,
}

impl Orchestrator {
    /// Over a ledger, which may be closed afterwards.
    ///
    /// # Errors
    /// As [`Ledger::tasks`].
    pub fn new(ledger: &Ledger) -> Result<Self> {
        Ok(Self { engine: ledger.tasks()? })
    }

    /// The same as one principal may see it: its own tasks, and those of kinds that it may see, approve or manage, with their pleas and events.
    ///
    /// # Errors
    /// `INVALID_TASK` if there is no such name of a principal.
    pub fn seen_by(&self, viewer: &str) -> Result<Self> {
        Ok(Self { engine: self.engine.seen_by(Principal::parse(viewer)?) })
    }

    /// Submits one task from the JSON object that [`tasks::spec_of`] reads: `{id, repeated}`.
    ///
    /// # Errors
    /// As [`tasks::spec_of`] and [`Engine::submit`].
    pub fn submit(&self, request: &str) -> Result<String> {
        let submitted = self.engine.submit(tasks::spec_of(request)?)?;
        Ok(tasks::submitted_json(&submitted).to_string())
    }

    /// Submits all tasks of a JSON array, or none: an array of `{id, repeated}`.
    ///
    /// # Errors
    /// As [`Orchestrator::submit`]; the context's `task` names the offending one, from 0.
    pub fn submit_many(&self, requests: &str) -> Result<String> {
        let submitted = self.engine.submit_many(specs_of(requests)?)?;
        Ok(submitted_json(&submitted).to_string())
    }

    /// Records entries and submits tasks, all or nothing of it: the entries, and an array of `{id, repeated}`.
    ///
    /// # Errors
    /// As [`Orchestrator::submit_many`], and those of `Engine::record_and_submit`.
    pub fn record_and_submit(&self, records: &[Record], requests: &str) -> Result<(Vec<Entry>, String)> {
        let (entries, tasks) = self.engine.record_and_submit(records, specs_of(requests)?)?;
        Ok((entries, submitted_json(&tasks).to_string()))
    }

    /// The same as one text: `{entries, tasks}`.
    ///
    /// # Errors
    /// As [`Orchestrator::record_and_submit`].
    pub fn record_and_submit_json(&self, records: &[Record], requests: &str) -> Result<String> {
        let (entries, tasks) = self.record_and_submit(records, requests)?;
        Ok(format!(r#"{{"entries":{},"tasks":{tasks}}}"#, reply::entries(&entries)))
    }

    /// A task with its history and its pleas.
    ///
    /// # Errors
    /// `INVALID_ID`, `NOT_FOUND`, and those of reading the store.
    pub fn show(&self, id: &str) -> Result<String> {
        Ok(tasks::view_json(&self.engine.show(TaskId::parse(id)?)?).to_string())
    }

    /// The tasks that `{states?, kind?, after?, limit?}` matches, as an array in the order of their submission.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if the filter is not understood, and those of reading the store.
    pub fn list(&self, filter: &str) -> Result<String> {
        let filter: Filter = serde_json::from_str(filter).map_err(|e| misread("the filter", &e))?;
        let Filter { states, kind, after, limit } = filter;
        let mut found = Vec::new();
        self.engine.list(&TaskFilter { states, kind, after, limit }, &mut |row| {
            found.push(tasks::task_json(&row));
            Ok(())
        })?;
        Ok(Value::from(found).to_string())
    }

    /// What happened behind a number, at most so much, as an array of `{number, transition}`. If nothing has, waits for it up to `timeout`.
    ///
    /// # Errors
    /// Those of reading the store.
    pub fn events(&self, behind: u64, most: usize, timeout: Duration) -> Result<String> {
        Ok(self.page(behind, most, timeout)?.1)
    }

    /// The same with the number of the last of them, or `behind` if there is none, for hosts that read no JSON.
    ///
    /// # Errors
    /// Those of reading the store.
    pub fn page(&self, behind: u64, most: usize, timeout: Duration) -> Result<(u64, String)> {
        let deadline = Instant::now().checked_add(timeout);
        loop {
            let rings = self.engine.rings();
            let events = self.engine.events(behind, most)?;
            let left = left(deadline);
            if !events.is_empty() || left.is_zero() {
                let event = |(number, transition): &_| json!({"number": number, "transition": transition});
                let last = events.last().map_or(behind, |(number, _)| *number);
                return Ok((last, events.iter().map(event).collect::<Value>().to_string()));
            }
            self.engine.wait_beyond(rings, left.min(LOOK));
        }
    }

    /// The number of the last event.
    ///
    /// # Errors
    /// Those of reading the store.
    pub fn last_event(&self) -> Result<u64> {
        self.engine.last_event()
    }

    /// The agents that there are and those that were, as an array.
    ///
    /// # Errors
    /// Those of reading the store.
    pub fn agents(&self) -> Result<String> {
        let agents = self.engine.agents()?;
        Ok(agents.iter().map(tasks::agent_json).collect::<Value>().to_string())
    }

    /// How many tasks stand in each state, as an object.
    ///
    /// # Errors
    /// Those of reading the store.
    pub fn counts(&self) -> Result<String> {
        let counts = self.engine.counts()?;
        let counts = counts.iter().map(|(state, count)| (state.as_str().to_owned(), Value::from(*count)));
        Ok(Value::from(counts.collect::<serde_json::Map<_, _>>()).to_string())
    }

    /// Counts, rates and latencies over the last transitions, as [`Engine::figures`] has them.
    ///
    /// # Errors
    /// Those of reading the store.
    pub fn stats(&self, window: u64) -> Result<String> {
        Ok(json!(self.engine.figures(window)?).to_string())
    }

    /// The same in the text format of Prometheus.
    ///
    /// # Errors
    /// Those of reading the store.
    pub fn prometheus(&self, window: u64) -> Result<String> {
        Ok(self.engine.figures(window)?.to_prometheus())
    }

    /// Waits until a task has ended, and returns it; nothing after `timeout`.
    ///
    /// # Errors
    /// As [`Orchestrator::show`].
    pub fn wait(&self, id: &str, timeout: Duration) -> Result<Option<String>> {
        let (id, deadline) = (TaskId::parse(id)?, Instant::now().checked_add(timeout));
        loop {
            let rings = self.engine.rings();
            if self.engine.get(id)?.task.state.is_final() {
                return Ok(Some(tasks::view_json(&self.engine.show(id)?).to_string()));
            }
            let left = left(deadline);
            if left.is_zero() {
                return Ok(None);
            }
            self.engine.wait_beyond(rings, left.min(LOOK));
        }
    }

    /// Starts a worker for these kinds, whose attempts the host fetches. The options are
    /// `{concurrency?, least?, spare?, grace_ms?, lease_ms?, until_idle?, drain_ms?, id?, principal?, agent?}`, as [`WorkerOptions`] has them,
    /// with the agent as [`tasks::profile_of`] reads it.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if the options are not understood or make no sense; `INVALID_TASK` for a name that does not fit; `IO` if no thread can be started.
    pub fn work(&self, kinds: &[String], options: &str) -> Result<HostWorker> {
        let kinds: BTreeSet<_> = kinds.iter().map(|kind| TaskKind::parse(kind)).collect::<Result<_>>()?;
        let form: WorkForm =
            serde_json::from_str(options).map_err(|e| misread("the worker's options", &e))?;
        let options = form.options(&kinds)?;
        options.check()?;
        let (engine, inbox, stop) = (self.engine.clone(), Inbox::default(), CancelToken::new());
        let (served, stopped) = (inbox.clone(), stop.clone());
        let run = move || {
            let serve = || tasks::serve(&engine, &served, kinds, &options, &stopped, &mut |_| {});
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(serve)).unwrap_or_else(|_| {
                Err(Error::new(Code::Panic, "the worker panicked").remedy("report this as a defect"))
            })
        };
        let thread = std::thread::Builder::new().name("sealbook-host-worker".to_owned()).spawn(run);
        let thread = thread.map_err(|e| Error::new(Code::Io, format!("a thread cannot be started: {e}")))?;
        Ok(HostWorker { inbox, stop, thread: Arc::new(Mutex::new(Some(thread))) })
    }
}

/// A worker whose attempts a host language fetches and runs. Clones are the same worker.
#[derive(Debug, Clone)]
pub struct HostWorker {
    inbox: Inbox,
    stop: CancelToken,
    thread: Arc<Mutex<Option<JoinHandle<Result<Summary>>>>>,
}

impl HostWorker {
    /// The next attempt, as `{ticket, task, kind, arguments, requester, attempt, epoch, idempotency_key, deadline_ms}`; nothing after `timeout`.
    #[must_use]
    pub fn fetch(&self, timeout: Duration) -> Option<String> {
        Some(self.fetch_with_ticket(timeout)?.1)
    }

    /// The same with its ticket, for hosts that read no JSON.
    #[must_use]
    pub fn fetch_with_ticket(&self, timeout: Duration) -> Option<(u64, String)> {
        let (ticket, attempt) = self.inbox.fetch(timeout)?;
        let deadline = attempt.deadline.map(|at| at.saturating_duration_since(Instant::now()).as_millis());
        let rest = json!({
            "ticket": ticket, "task": attempt.task, "kind": attempt.kind, "requester": attempt.requester,
            "attempt": attempt.attempt, "epoch": attempt.epoch, "idempotency_key": attempt.idempotency_key,
            "deadline_ms": deadline.and_then(|millis| u64::try_from(millis).ok()),
        });
        let rest = rest.to_string();
        // The arguments are JSON already; going through a value again could change their numbers.
        let rest = rest.strip_prefix('{').unwrap_or(&rest);
        Some((ticket, format!("{{\"arguments\":{},{rest}", attempt.arguments.as_str())))
    }

    /// Whether the worker has ended, so that nothing more is to be fetched.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        self.inbox.is_closed()
    }

    /// Brings an outcome back: `{"complete": value}`, `{"fail": {class, message, detail?, fault?, retry_after_ms?}}`, `{"snooze_ms": n}` or
    /// `{"cancelled": true}`.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if it is not understood, and the attempt is still out then; `NOT_FOUND` for a ticket that is not out.
    pub fn complete(&self, ticket: u64, outcome: &str) -> Result<()> {
        self.inbox.complete(ticket, outcome_of(outcome)?)
    }

    /// Says that an attempt has failed and may be tried again, for hosts that write no JSON.
    ///
    /// # Errors
    /// `NOT_FOUND` for a ticket that is not out.
    pub fn fail(&self, ticket: u64, class: &str, message: &str, detail: Option<&str>) -> Result<()> {
        let fail = json!({"fail": {"class": class, "message": message, "detail": detail}});
        self.complete(ticket, &fail.to_string())
    }

    /// A sign of life of the host's code, with what there is to say about its progress as JSON. Returns why it is to stop, if it is.
    ///
    /// # Errors
    /// `NOT_FOUND` for a ticket that is not out; `INVALID_ARGUMENT` if the progress is not JSON.
    pub fn beat(&self, ticket: u64, progress: Option<&str>) -> Result<Option<String>> {
        let attempt = self.inbox.attempt(ticket)?;
        if let Some(text) = progress {
            serde_json::from_str::<serde::de::IgnoredAny>(text).map_err(|e| misread("the progress", &e))?;
        }
        attempt.beat(progress.map(str::to_owned));
        Ok(attempt.cancel.reason())
    }

    /// Why an attempt is to stop, if it is.
    ///
    /// # Errors
    /// `NOT_FOUND` for a ticket that is not out.
    pub fn stop_reason(&self, ticket: u64) -> Result<Option<String>> {
        Ok(self.inbox.attempt(ticket)?.cancel.reason())
    }

    /// Begins nothing new, and ends once what runs has ended or its time to drain is over.
    pub fn stop(&self, reason: &str) {
        self.stop.cancel(reason);
    }

    /// Waits for the end: what the worker has done, as `{attempts, completed, other, fenced, stuck, abandoned}`.
    ///
    /// # Errors
    /// What ended the worker; `INVALID_ARGUMENT` if somebody has waited for it already.
    pub fn join(&self) -> Result<String> {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        let thread =
            thread.ok_or_else(|| Error::new(Code::InvalidArgument, "the worker was waited for already"))?;
        let panicked =
            |_| Err(Error::new(Code::Panic, "the worker panicked").remedy("report this as a defect"));
        Ok(tasks::summary_json(&thread.join().unwrap_or_else(panicked)?).to_string())
    }
}

fn specs_of(requests: &str) -> Result<Vec<Spec>> {
    let requests: Vec<&RawValue> = serde_json::from_str(requests).map_err(|e| misread("the tasks", &e))?;
    let spec = |(index, request): (usize, &&RawValue)| {
        tasks::spec_of(request.get()).map_err(|error| error.with("task", index))
    };
    requests.iter().enumerate().map(spec).collect()
}

fn submitted_json(submitted: &[Submitted]) -> Value {
    submitted.iter().map(tasks::submitted_json).collect()
}

/// The kinds in a JSON array, as [`Orchestrator::work`] takes them.
///
/// # Errors
/// `INVALID_ARGUMENT` if it is none.
pub fn kinds_of(text: &str) -> Result<Vec<String>> {
    serde_json::from_str(text).map_err(|e| misread("the kinds", &e))
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Filter {
    states: Vec<State>,
    kind: Option<TaskKind>,
    after: Option<TaskId>,
    limit: Option<usize>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct WorkForm {
    concurrency: Option<usize>,
    least: Option<usize>,
    spare: Option<usize>,
    grace_ms: Option<u64>,
    lease_ms: Option<u64>,
    until_idle: bool,
    drain_ms: Option<u64>,
    id: Option<String>,
    principal: Option<String>,
    agent: Option<Box<RawValue>>,
}

impl WorkForm {
    fn options(self, kinds: &BTreeSet<TaskKind>) -> Result<WorkerOptions> {
        let defaults = WorkerOptions::default();
        let concurrency = self.concurrency.unwrap_or(defaults.concurrency);
        let kinds: Vec<_> = kinds.iter().cloned().collect();
        let agent = self.agent.map(|agent| tasks::profile_of(agent.get(), &kinds, concurrency));
        Ok(WorkerOptions {
            id: self.id.as_deref().map(WorkerId::parse).transpose()?,
            principal: self.principal.as_deref().map(Principal::parse).transpose()?,
            agent: agent.transpose()?,
            concurrency,
            least: self.least,
            spare: self.spare,
            grace: self.grace_ms.map_or(defaults.grace, Duration::from_millis),
            lease: self.lease_ms.map_or(defaults.lease, Span::from_millis),
            until_idle: self.until_idle,
            drain: self.drain_ms.map_or(defaults.drain, Duration::from_millis),
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum OutcomeForm {
    Complete(Box<RawValue>),
    Fail(FailForm),
    SnoozeMs(u64),
    Cancelled(bool),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FailForm {
    class: String,
    message: String,
    detail: Option<String>,
    fault: Option<Fault>,
    retry_after_ms: Option<u64>,
}

pub(crate) fn outcome_of(text: &str) -> Result<Outcome> {
    let form = serde_json::from_str(text).map_err(|e| misread("the outcome", &e))?;
    Ok(match form {
        OutcomeForm::Complete(value) => Outcome::Complete(value.get().to_owned()),
        OutcomeForm::SnoozeMs(millis) => Outcome::Snooze(Span::from_millis(millis)),
        OutcomeForm::Cancelled(true) => Outcome::Cancelled,
        OutcomeForm::Cancelled(false) => {
            return Err(Error::new(
                Code::InvalidArgument,
                "cancelled: false says nothing about how the attempt ended",
            )
            .remedy("complete it, fail it or snooze it"));
        }
        OutcomeForm::Fail(fail) => Outcome::Fail(Failure {
            fault: fail.fault.unwrap_or(Fault::Transient),
            class: fail.class,
            message: fail.message,
            retry_after: fail.retry_after_ms.map(Span::from_millis),
            detail: fail.detail,
        }),
    })
}

/// The time until a moment; as much as there can be if there is none.
fn left(deadline: Option<Instant>) -> Duration {
    deadline.map_or(Duration::MAX, |deadline| deadline.saturating_duration_since(Instant::now()))
}

fn misread(what: &str, error: &serde_json::Error) -> Error {
    Error::new(Code::InvalidArgument, format!("{what}: {error}"))
        .remedy("see the guide to tasks for the form")
}

#[cfg(test)]
mod tests;
