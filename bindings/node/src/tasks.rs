//! The tasks of a ledger. Short calls take turns on one thread; what waits does so on a thread of its own.

use crate::error::{invalid, thrown};
use crate::ledger::{Handle, started};
use crate::promise::{Settler, long_call};
use crate::reader::Reader;
use crate::task_feed::{Feed, ended};
use crate::task_worker::Worker;
use crate::text;
use napi::Env;
use napi::bindgen_prelude::{Object, ToNapiValue};
use napi_derive::napi;
use sealbook_common::request;
use sealbook_common::sealbook::{Code, Error, Result};
use sealbook_common::tasks::Orchestrator;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// The tasks of a ledger.
#[napi]
pub struct Tasks {
    engine: Mutex<Option<Orchestrator>>,
    reader: OnceLock<Reader>,
}

/// The tasks of a ledger, which may be closed afterwards, as `viewer` may see them, if one is given.
///
/// # Errors
/// Only if no promise can be made; the rest rejects it.
#[napi(catch_unwind)]
pub fn open_tasks<'env>(
    env: &'env Env,
    handle: &Handle,
    viewer: Option<String>,
) -> napi::Result<Object<'env>> {
    let ledger = handle.shared();
    long_call(env, Arc::default(), move |_| {
        let engine = Orchestrator::new(&ledger)?;
        let engine = match viewer {
            Some(viewer) => engine.seen_by(&viewer)?,
            None => engine,
        };
        Ok(Tasks { engine: Mutex::new(Some(engine)), reader: OnceLock::new() })
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

    /// Records all entries of an array and submits all tasks of another, or nothing of it: `{entries, tasks}`.
    ///
    /// # Errors
    /// `CLOSED`; if the entries are no such array.
    #[napi(catch_unwind)]
    pub fn record_and_submit<'env>(
        &self,
        env: &'env Env,
        records: String,
        requests: String,
    ) -> napi::Result<Object<'env>> {
        let records = request::records(&records).map_err(thrown)?;
        self.soon(env, move |engine| {
            let (entries, tasks) = engine.record_and_submit(&records, &requests)?;
            Ok(format!(r#"{{"entries":{},"tasks":{tasks}}}"#, text::entries(&entries)))
        })
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

    /// Acts on many tasks: an array of `{id, state}` or `{id, error}`.
    ///
    /// # Errors
    /// `CLOSED`.
    #[napi(catch_unwind)]
    pub fn act_many<'env>(
        &self,
        env: &'env Env,
        act: String,
        ids: String,
        principal: String,
        reason: String,
    ) -> napi::Result<Object<'env>> {
        self.soon(env, move |engine| engine.act_many(&act, &ids, &principal, &reason))
    }

    /// Limits a kind, a key, a dependency or the queue.
    ///
    /// # Errors
    /// `CLOSED`.
    #[napi(catch_unwind)]
    pub fn limit<'env>(
        &self,
        env: &'env Env,
        limit: String,
        principal: String,
        reason: String,
    ) -> napi::Result<Object<'env>> {
        self.soon(env, move |engine| engine.limit(&limit, &principal, &reason))
    }

    /// What is limited.
    ///
    /// # Errors
    /// `CLOSED`.
    #[napi(catch_unwind)]
    pub fn limits<'env>(&self, env: &'env Env) -> napi::Result<Object<'env>> {
        self.soon(env, |engine| engine.limits())
    }

    /// Acts on a breaker by hand.
    ///
    /// # Errors
    /// `CLOSED`.
    #[napi(catch_unwind)]
    pub fn breaker<'env>(
        &self,
        env: &'env Env,
        key: String,
        act: String,
        principal: String,
        reason: String,
    ) -> napi::Result<Object<'env>> {
        self.soon(env, move |engine| engine.breaker(&key, &act, &principal, &reason))
    }

    /// All breakers.
    ///
    /// # Errors
    /// `CLOSED`.
    #[napi(catch_unwind)]
    pub fn breakers<'env>(&self, env: &'env Env) -> napi::Result<Object<'env>> {
        self.soon(env, Orchestrator::breakers)
    }

    /// Puts a schedule.
    ///
    /// # Errors
    /// `CLOSED`.
    #[napi(catch_unwind)]
    pub fn schedule<'env>(&self, env: &'env Env, request: String) -> napi::Result<Object<'env>> {
        self.soon(env, move |engine| engine.schedule(&request))
    }

    /// Removes a schedule.
    ///
    /// # Errors
    /// `CLOSED`.
    #[napi(catch_unwind)]
    pub fn unschedule<'env>(
        &self,
        env: &'env Env,
        name: String,
        principal: String,
    ) -> napi::Result<Object<'env>> {
        self.soon(env, move |engine| engine.unschedule(&name, &principal).map(|()| String::new()))
    }

    /// Pauses a schedule, or lets it go on.
    ///
    /// # Errors
    /// `CLOSED`.
    #[napi(catch_unwind)]
    pub fn pause_schedule<'env>(
        &self,
        env: &'env Env,
        name: String,
        paused: bool,
        principal: String,
    ) -> napi::Result<Object<'env>> {
        self.soon(env, move |engine| engine.pause_schedule(&name, paused, &principal))
    }

    /// All schedules.
    ///
    /// # Errors
    /// `CLOSED`.
    #[napi(catch_unwind)]
    pub fn schedules<'env>(&self, env: &'env Env) -> napi::Result<Object<'env>> {
        self.soon(env, Orchestrator::schedules)
    }

    /// How many tasks stand in each state.
    ///
    /// # Errors
    /// `CLOSED`.
    #[napi(catch_unwind)]
    pub fn counts<'env>(&self, env: &'env Env) -> napi::Result<Object<'env>> {
        self.soon(env, Orchestrator::counts)
    }

    /// The agents that there are and those that were.
    ///
    /// # Errors
    /// `CLOSED`.
    #[napi(catch_unwind)]
    pub fn agents<'env>(&self, env: &'env Env) -> napi::Result<Object<'env>> {
        self.soon(env, Orchestrator::agents)
    }

    /// Takes an agent out by hand, or back in.
    ///
    /// # Errors
    /// `CLOSED`.
    #[napi(catch_unwind)]
    pub fn set_health<'env>(
        &self,
        env: &'env Env,
        agent: String,
        health: String,
        principal: String,
        reason: String,
    ) -> napi::Result<Object<'env>> {
        self.soon(env, move |engine| engine.set_health(&agent, &health, &principal, &reason))
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
        Ok(Feed::new(engine, reader))
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
        Ok(Worker::new(worker, pump))
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

    pub(crate) fn soon<'env>(
        &self,
        env: &'env Env,
        call: impl FnOnce(&Orchestrator) -> Result<String> + Send + 'static,
    ) -> napi::Result<Object<'env>> {
        let engine = self.engine().map_err(thrown)?;
        let reader = started(&self.reader, Reader::start).map_err(thrown)?;
        read(env, reader, move || call(&engine))
    }
}

/// A promise of what a call on this thread returns.
pub(crate) fn read<'env, V: ToNapiValue + Send + 'static>(
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
pub(crate) fn whole(number: f64, what: &str) -> Result<u64> {
    if number.trunc() == number && (0.0..9_007_199_254_740_992.0).contains(&number) {
        return Ok(number as u64);
    }
    Err(invalid(format!("{what} is {number}; pass a whole number from 0 to 2^53-1")))
}
