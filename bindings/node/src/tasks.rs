//! The tasks of a ledger, what happens to them, and workers whose attempts JavaScript runs.
//!
//! Whatever waits does so on a thread of its own. Attempts and outcomes cross in batches: a promise for each would cost more than a small task.

use crate::error::{invalid, thrown};
use crate::ledger::{Handle, started};
use crate::promise::{Settler, long_call};
use crate::reader::Reader;
use napi::Env;
use napi::bindgen_prelude::{Object, ToNapiValue};
use napi_derive::napi;
use sealbook_common::errors;
use sealbook_common::sealbook::{Code, Error, Result};
use sealbook_common::tasks::{HostWorker, Orchestrator};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

/// The longest wait without looking whether the feed was closed.
const SLICE: Duration = Duration::from_millis(200);
/// How long a worker waits for an attempt before it asks again whether there can be one.
const AGES: Duration = Duration::from_secs(3600);
/// Attempts of one turn arrive one after the other; so long is waited for the next of them.
const GATHER: Duration = Duration::from_micros(50);
/// Events that are read at a time.
const PAGE: usize = 1024;
/// The states that end a task.
const ENDS: [&str; 4] = ["completed", "failed", "cancelled", "dead"];

/// The tasks of a ledger.
#[napi]
pub struct Tasks {
    engine: Mutex<Option<Orchestrator>>,
    reader: OnceLock<Reader>,
}

/// The tasks of a ledger, which may be closed afterwards.
///
/// # Errors
/// Only if no promise can be made; the rest rejects it.
#[napi(catch_unwind)]
pub fn open_tasks<'env>(env: &'env Env, handle: &Handle) -> napi::Result<Object<'env>> {
    let ledger = handle.shared();
    long_call(env, Arc::default(), move |_| {
        let engine = Mutex::new(Some(Orchestrator::new(&ledger)?));
        Ok(Tasks { engine, reader: OnceLock::new() })
    })
}

#[napi]
impl Tasks {
    /// Submits one task: `{id, repeated}`.
    ///
    /// # Errors
    /// `CLOSED`; the rest rejects the promise, here and below.
    #[napi(catch_unwind)]
    pub fn submit<'env>(&self, env: &'env Env, request: String) -> napi::Result<Object<'env>> {
        self.soon(env, move |engine| engine.submit(&request))
    }

    /// Submits all tasks of an array, or none.
    ///
    /// # Errors
    /// `CLOSED`.
    #[napi(catch_unwind)]
    pub fn submit_many<'env>(&self, env: &'env Env, requests: String) -> napi::Result<Object<'env>> {
        self.soon(env, move |engine| engine.submit_many(&requests))
    }

    /// A task with its history and its pleas.
    ///
    /// # Errors
    /// `CLOSED`.
    #[napi(catch_unwind)]
    pub fn show<'env>(&self, env: &'env Env, id: String) -> napi::Result<Object<'env>> {
        self.soon(env, move |engine| engine.show(&id))
    }

    /// The tasks that a filter matches.
    ///
    /// # Errors
    /// `CLOSED`.
    #[napi(catch_unwind)]
    pub fn list<'env>(&self, env: &'env Env, filter: String) -> napi::Result<Object<'env>> {
        self.soon(env, move |engine| engine.list(&filter))
    }

    /// Acts on a task: `{id, state}`.
    ///
    /// # Errors
    /// `CLOSED`.
    #[napi(catch_unwind)]
    pub fn act<'env>(
        &self,
        env: &'env Env,
        act: String,
        id: String,
        principal: String,
        reason: String,
    ) -> napi::Result<Object<'env>> {
        self.soon(env, move |engine| engine.act(&act, &id, &principal, &reason))
    }

    /// The pleas that await votes, or all.
    ///
    /// # Errors
    /// `CLOSED`.
    #[napi(catch_unwind)]
    pub fn pleas<'env>(&self, env: &'env Env, all: bool) -> napi::Result<Object<'env>> {
        self.soon(env, move |engine| engine.pleas(all))
    }

    /// Votes on a plea.
    ///
    /// # Errors
    /// `CLOSED`.
    #[napi(catch_unwind)]
    pub fn vote<'env>(
        &self,
        env: &'env Env,
        plea: String,
        voter: String,
        choice: String,
        reason: String,
    ) -> napi::Result<Object<'env>> {
        self.soon(env, move |engine| engine.vote(&plea, &voter, &choice, &reason))
    }

    /// How many tasks stand in each state.
    ///
    /// # Errors
    /// `CLOSED`.
    #[napi(catch_unwind)]
    pub fn counts<'env>(&self, env: &'env Env) -> napi::Result<Object<'env>> {
        self.soon(env, Orchestrator::counts)
    }

    /// Counts, rates and latencies over the last transitions.
    ///
    /// # Errors
    /// `CLOSED`; `INVALID_ARGUMENT` for a window that is no count.
    #[napi(catch_unwind)]
    pub fn stats<'env>(&self, env: &'env Env, window: f64) -> napi::Result<Object<'env>> {
        let window = whole(window, "the window").map_err(thrown)?;
        self.soon(env, move |engine| engine.stats(window))
    }

    /// The same in the text format of Prometheus.
    ///
    /// # Errors
    /// As [`Tasks::stats`].
    #[napi(catch_unwind)]
    pub fn prometheus<'env>(&self, env: &'env Env, window: f64) -> napi::Result<Object<'env>> {
        let window = whole(window, "the window").map_err(thrown)?;
        self.soon(env, move |engine| engine.prometheus(window))
    }

    /// The number of the last event, as text.
    ///
    /// # Errors
    /// `CLOSED`.
    #[napi(catch_unwind)]
    pub fn last_event<'env>(&self, env: &'env Env) -> napi::Result<Object<'env>> {
        self.soon(env, |engine| engine.last_event().map(|number| number.to_string()))
    }

    /// Which of these tasks have ended: an array with `{id, view}` or, if it cannot be told, `{id, error}`.
    ///
    /// # Errors
    /// `CLOSED`.
    #[napi(catch_unwind)]
    pub fn ended<'env>(&self, env: &'env Env, ids: Vec<String>) -> napi::Result<Object<'env>> {
        self.soon(env, move |engine| Ok(ended(engine, &ids)))
    }

    /// What happens to tasks, on a thread of its own.
    ///
    /// # Errors
    /// `CLOSED`, `IO`.
    #[napi(catch_unwind)]
    pub fn feed(&self) -> napi::Result<Feed> {
        let engine = self.engine().map_err(thrown)?;
        let reader = Reader::start().map_err(thrown)?;
        Ok(Feed { engine, reader, closed: Arc::default(), awaited: Arc::default() })
    }

    /// Starts a worker for these kinds.
    ///
    /// # Errors
    /// As the common `work`.
    #[napi(catch_unwind)]
    pub fn work(&self, kinds: Vec<String>, options: String) -> napi::Result<Worker> {
        let engine = self.engine().map_err(thrown)?;
        let pump = Reader::start().map_err(thrown)?;
        let worker = engine.work(&kinds, &options).map_err(thrown)?;
        Ok(Worker { worker, pump, beats: OnceLock::new(), outbox: OnceLock::new(), fetched: Arc::default() })
    }

    /// Lets go of the store, after the calls that are under way.
    ///
    /// # Errors
    /// Only if no promise can be made.
    #[napi(catch_unwind)]
    pub fn close<'env>(&self, env: &'env Env) -> napi::Result<Object<'env>> {
        let engine = self.engine.lock().unwrap_or_else(PoisonError::into_inner).take();
        let reader = started(&self.reader, Reader::start).map_err(thrown)?;
        read(env, reader, move || {
            drop(engine);
            Ok(String::new())
        })
    }

    fn engine(&self) -> Result<Orchestrator> {
        let engine = self.engine.lock().unwrap_or_else(PoisonError::into_inner).clone();
        engine.ok_or_else(|| Error::new(Code::Closed, "the orchestrator was closed").remedy("open a new one"))
    }

    fn soon<'env>(
        &self,
        env: &'env Env,
        call: impl FnOnce(&Orchestrator) -> Result<String> + Send + 'static,
    ) -> napi::Result<Object<'env>> {
        let engine = self.engine().map_err(thrown)?;
        let reader = started(&self.reader, Reader::start).map_err(thrown)?;
        read(env, reader, move || call(&engine))
    }
}

/// What happens to tasks. One call at a time: each waits on the feed's thread.
#[napi]
pub struct Feed {
    engine: Orchestrator,
    reader: Reader,
    closed: Arc<AtomicBool>,
    awaited: Arc<Mutex<HashSet<String>>>,
}

#[napi]
impl Feed {
    /// What happened behind a number, as an array of `{number, transition}`; empty once the feed is closed, or if it is not to follow.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for a number that is none; the rest rejects the promise.
    #[napi(catch_unwind)]
    pub fn events<'env>(&self, env: &'env Env, behind: f64, follow: bool) -> napi::Result<Object<'env>> {
        let behind = whole(behind, "the number of the event").map_err(thrown)?;
        let (engine, closed) = (self.engine.clone(), self.closed.clone());
        read(env, &self.reader, move || {
            let wait = if follow { SLICE } else { Duration::ZERO };
            loop {
                if closed.load(Ordering::Acquire) {
                    return Ok("[]".to_owned());
                }
                let events = engine.events(behind, PAGE, wait)?;
                if events != "[]" || !follow {
                    return Ok(events);
                }
            }
        })
    }

    /// Waits for the ends of these tasks, too.
    #[napi(catch_unwind)]
    pub fn expect(&self, ids: Vec<String>) {
        self.awaited.lock().unwrap_or_else(PoisonError::into_inner).extend(ids);
    }

    /// Waits no longer for these.
    #[napi(catch_unwind)]
    pub fn forget(&self, ids: Vec<String>) {
        let mut awaited = self.awaited.lock().unwrap_or_else(PoisonError::into_inner);
        awaited.retain(|id| !ids.contains(id));
    }

    /// What was expected and has ended behind an event, as `{cursor, ended}` in the form of [`Tasks::ended`]; nothing has once the feed is
    /// closed or nothing is expected.
    ///
    /// # Errors
    /// As [`Feed::events`].
    #[napi(catch_unwind)]
    pub fn ended<'env>(&self, env: &'env Env, behind: f64) -> napi::Result<Object<'env>> {
        let mut cursor = whole(behind, "the number of the event").map_err(thrown)?;
        let (engine, closed, awaited) = (self.engine.clone(), self.closed.clone(), self.awaited.clone());
        read(env, &self.reader, move || {
            let lock = || awaited.lock().unwrap_or_else(PoisonError::into_inner);
            let mut over = Vec::new();
            while over.is_empty() && !closed.load(Ordering::Acquire) && !lock().is_empty() {
                let events = engine.events(cursor, PAGE, SLICE)?;
                let events: Vec<Event<'_>> = serde_json::from_str(&events)
                    .map_err(|e| Error::new(Code::Internal, format!("the events cannot be read: {e}")))?;
                cursor = events.last().map_or(cursor, |event| event.number);
                let mut awaited = lock();
                let ends = events.iter().filter(|event| ENDS.contains(&event.transition.to));
                over.extend(ends.filter_map(|event| awaited.take(event.transition.task)));
            }
            Ok(format!(r#"{{"cursor":{cursor},"ended":{}}}"#, ended(&engine, &over)))
        })
    }

    /// Ends what waits.
    #[napi(catch_unwind)]
    pub fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.close();
    }
}

/// A worker whose attempts JavaScript fetches.
#[napi]
pub struct Worker {
    worker: HostWorker,
    pump: Reader,
    beats: OnceLock<Reader>,
    outbox: OnceLock<Reader>,
    /// How many attempts were fetched. Their tickets count up from 0.
    fetched: Arc<AtomicU64>,
}

#[napi]
impl Worker {
    /// The next attempts, as an array; empty once the worker has ended.
    ///
    /// # Errors
    /// Only if no promise can be made.
    #[napi(catch_unwind)]
    pub fn fetch<'env>(&self, env: &'env Env, most: u32) -> napi::Result<Object<'env>> {
        let (worker, fetched) = (self.worker.clone(), self.fetched.clone());
        read(env, &self.pump, move || {
            loop {
                let mut attempts: Vec<String> = worker.fetch(AGES).into_iter().collect();
                if attempts.is_empty() && !worker.is_ended() {
                    continue;
                }
                while (1..most as usize).contains(&attempts.len())
                    && let Some(attempt) = worker.fetch(GATHER)
                {
                    attempts.push(attempt);
                }
                fetched.fetch_add(attempts.len() as u64, Ordering::AcqRel);
                return Ok(format!("[{}]", attempts.join(",")));
            }
        })
    }

    /// Brings outcomes back, judged on a thread beside JavaScript's: an array of `[ticket, outcome]`. One for an attempt that is no longer out
    /// is of no interest to anybody.
    ///
    /// # Errors
    /// `IO` if no thread can be started.
    #[napi(catch_unwind)]
    pub fn complete(&self, outcomes: String) -> napi::Result<()> {
        let worker = self.worker.clone();
        let outbox = started(&self.outbox, Reader::start).map_err(thrown)?;
        outbox.submit(move || complete(&worker, &outcomes), |_: Result<()>| {});
        Ok(())
    }

    /// A sign of life, written on a thread beside JavaScript's. Fulfilled with why the attempt is to stop, or an empty text.
    ///
    /// # Errors
    /// `IO` if no thread can be started; the rest rejects the promise.
    #[napi(catch_unwind)]
    pub fn beat<'env>(
        &self,
        env: &'env Env,
        ticket: i64,
        progress: Option<String>,
    ) -> napi::Result<Object<'env>> {
        let (worker, ticket) = (self.worker.clone(), ticket.unsigned_abs());
        let beats = started(&self.beats, Reader::start).map_err(thrown)?;
        read(env, beats, move || Ok(worker.beat(ticket, progress.as_deref())?.unwrap_or_default()))
    }

    /// Why these attempts are to stop, each if it is.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn stop_reasons(&self, tickets: Vec<i64>) -> Vec<Option<String>> {
        let reason = |ticket: i64| self.worker.stop_reason(ticket.unsigned_abs()).ok().flatten();
        tickets.into_iter().map(reason).collect()
    }

    /// Begins nothing new, and ends.
    #[napi(catch_unwind)]
    pub fn stop(&self, reason: String) {
        self.worker.stop(&reason);
    }

    /// Waits for the end, once: what the worker has done.
    ///
    /// # Errors
    /// Only if no promise can be made; what ended the worker rejects it.
    #[napi(catch_unwind)]
    pub fn join<'env>(&self, env: &'env Env) -> napi::Result<Object<'env>> {
        let worker = self.worker.clone();
        read(env, &self.pump, move || worker.join())
    }
}

impl Drop for Worker {
    /// Its thread of JavaScript has ended: what is out has nobody to bring it back, and need not wait for the time to drain.
    fn drop(&mut self) {
        self.worker.stop("nobody fetches its attempts any more");
        if self.worker.is_ended() {
            return;
        }
        let (worker, fetched) = (self.worker.clone(), self.fetched.clone());
        let give_back = move || {
            let mut given = 0;
            while !worker.is_ended() {
                while worker.fetch(Duration::ZERO).is_some() {
                    fetched.fetch_add(1, Ordering::AcqRel);
                }
                let out = fetched.load(Ordering::Acquire);
                for ticket in given..out {
                    let _ = worker.complete(ticket, r#"{"cancelled":true}"#);
                }
                given = out;
                std::thread::sleep(Duration::from_millis(20));
            }
        };
        // Without a thread the time to drain does the same, later.
        let _ = std::thread::Builder::new().name("sealbook-give-back".to_owned()).spawn(give_back);
    }
}

fn complete(worker: &HostWorker, outcomes: &str) -> Result<()> {
    let outcomes: Vec<(u64, &RawValue)> =
        serde_json::from_str(outcomes).map_err(|e| invalid(format!("the outcomes: {e}")))?;
    for (ticket, outcome) in outcomes {
        match worker.complete(ticket, outcome.get()) {
            Err(error) if error.code() == Code::InvalidArgument => {
                let failure =
                    json!({"class": "OutcomeNotJson", "message": error.message(), "fault": "permanent"});
                let _ = worker.complete(ticket, &json!({ "fail": failure }).to_string());
            }
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

#[derive(Deserialize)]
struct Event<'a> {
    number: u64,
    #[serde(borrow)]
    transition: Transition<'a>,
}

#[derive(Deserialize)]
struct Transition<'a> {
    task: &'a str,
    to: &'a str,
}

fn ended(engine: &Orchestrator, ids: &[String]) -> String {
    let ended = ids.iter().filter_map(|id| match engine.wait(id, Duration::ZERO) {
        Ok(view) => view.map(|view| format!(r#"{{"id":{},"view":{view}}}"#, json!(id))),
        Err(error) => Some(format!(r#"{{"id":{},"error":{}}}"#, json!(id), errors::to_json(&error))),
    });
    format!("[{}]", ended.collect::<Vec<_>>().join(","))
}

fn read<'env, V: ToNapiValue + Send + 'static>(
    env: &'env Env,
    reader: &Reader,
    call: impl FnOnce() -> Result<V> + Send + 'static,
) -> napi::Result<Object<'env>> {
    let (settler, promise) = Settler::new(env)?;
    reader.submit(call, move |outcome| settler.settle(outcome));
    Ok(promise)
}

/// A number of JavaScript as the count that it is.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::float_cmp)]
fn whole(number: f64, what: &str) -> Result<u64> {
    if number.trunc() == number && (0.0..9_007_199_254_740_992.0).contains(&number) {
        return Ok(number as u64);
    }
    Err(invalid(format!("{what} is {number}; pass a whole number from 0 to 2^53-1")))
}
