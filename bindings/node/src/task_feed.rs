//! What happens to tasks, as it happens, on a thread of its own.

use crate::error::thrown;
use crate::reader::Reader;
use crate::tasks::{read, whole};
use napi::Env;
use napi::bindgen_prelude::Object;
use napi_derive::napi;
use sealbook_common::errors;
use sealbook_common::sealbook::{Code, Error};
use sealbook_common::tasks::Orchestrator;
use serde::Deserialize;
use serde_json::json;
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The longest wait without looking whether the feed was closed.
const SLICE: Duration = Duration::from_millis(200);
/// Events that are read at a time.
const PAGE: usize = 1024;
/// The states that end a task.
const ENDS: [&str; 4] = ["completed", "failed", "cancelled", "dead"];

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

    /// What was expected and has ended behind an event, as `{cursor, ended}` in the form of `Tasks::ended`; nothing has once the feed is
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

impl Feed {
    pub(crate) fn new(engine: Orchestrator, reader: Reader) -> Self {
        Self { engine, reader, closed: Arc::default(), awaited: Arc::default() }
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.close();
    }
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

/// Those of the tasks that have ended, or that nothing can be told about.
pub(crate) fn ended(engine: &Orchestrator, ids: &[String]) -> String {
    let ended = ids.iter().filter_map(|id| match engine.wait(id, Duration::ZERO) {
        Ok(view) => view.map(|view| format!(r#"{{"id":{},"view":{view}}}"#, json!(id))),
        Err(error) => Some(format!(r#"{{"id":{},"error":{}}}"#, json!(id), errors::to_json(&error))),
    });
    format!("[{}]", ended.collect::<Vec<_>>().join(","))
}
