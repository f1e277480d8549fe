//! A worker whose attempts JavaScript runs. Attempts and outcomes cross in batches: a promise for each would cost more than a small task.

use crate::error::{invalid, thrown};
use crate::ledger::started;
use crate::reader::Reader;
use crate::tasks::read;
use napi::Env;
use napi::bindgen_prelude::Object;
use napi_derive::napi;
use sealbook_common::sealbook::{Code, Result};
use sealbook_common::tasks::HostWorker;
use serde_json::json;
use serde_json::value::RawValue;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// How long a worker waits for an attempt before it asks again whether there can be one.
const AGES: Duration = Duration::from_secs(3600);
/// Attempts of one turn arrive one after the other; so long is waited for the next of them.
const GATHER: Duration = Duration::from_micros(50);

/// A worker whose attempts JavaScript fetches.
#[napi]
pub struct Worker {
    worker: HostWorker,
    pump: Reader,
    beats: OnceLock<Reader>,
    outbox: OnceLock<Reader>,
    /// The tickets of all attempts that were fetched are below this.
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
                let fetch = |timeout| {
                    let (ticket, attempt) = worker.fetch_with_ticket(timeout)?;
                    fetched.fetch_max(ticket + 1, Ordering::AcqRel);
                    Some(attempt)
                };
                let mut attempts: Vec<String> = fetch(AGES).into_iter().collect();
                if attempts.is_empty() && !worker.is_ended() {
                    continue;
                }
                while (1..most as usize).contains(&attempts.len())
                    && let Some(attempt) = fetch(GATHER)
                {
                    attempts.push(attempt);
                }
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

impl Worker {
    pub(crate) fn new(worker: HostWorker, pump: Reader) -> Self {
        Self { worker, pump, beats: OnceLock::new(), outbox: OnceLock::new(), fetched: Arc::default() }
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
                while let Some((ticket, _)) = worker.fetch_with_ticket(Duration::ZERO) {
                    fetched.fetch_max(ticket + 1, Ordering::AcqRel);
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
