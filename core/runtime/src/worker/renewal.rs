//! The worker's lease, renewed by a thread of its own that waits for no handler and no host language.

use crate::cancel::CancelToken;
use crate::engine::Engine;
use sealbook_error::{Code, Error, Result};
use sealbook_store::sync::Mutex;
use sealbook_tasks::{Profile, Span, TaskId, WorkerId, WorkerLease};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

pub(super) struct Renewal {
    engine: Engine,
    state: Arc<Mutex<State>>,
    stop: CancelToken,
    thread: Option<JoinHandle<()>>,
}

struct State {
    lease: WorkerLease,
    /// Why the lease before this one was lost, until the worker has heard of it.
    lost: Option<String>,
    /// What ended the renewing.
    failed: Option<Error>,
}

impl Renewal {
    pub(super) fn begin(engine: Engine, id: WorkerId, length: Span, agent: Option<Profile>) -> Result<Self> {
        let lease = engine.begin_agent(id, length, agent.clone())?;
        let state = Arc::new(Mutex::new(State { lease, lost: None, failed: None }));
        let stop = CancelToken::new();
        let thread = {
            let (engine, state, stop) = (engine.clone(), state.clone(), stop.clone());
            std::thread::Builder::new()
                .name("sealbook-lease".to_owned())
                .spawn(move || renew(&engine, length, agent.as_ref(), &state, &stop))
                .map_err(|e| Error::new(Code::Io, format!("the lease's thread cannot be started: {e}")))?
        };
        Ok(Self { engine, state, stop, thread: Some(thread) })
    }

    pub(super) fn lease(&self) -> WorkerLease {
        self.state.lock().lease.clone()
    }

    /// Why the lease was lost, once for each time.
    ///
    /// # Errors
    /// What ended the renewing for good.
    pub(super) fn lost(&self) -> Result<Option<String>> {
        let mut state = self.state.lock();
        match &state.failed {
            Some(error) => Err(error.again()),
            None => Ok(state.lost.take()),
        }
    }

    /// Ends the worker's life, which gives back what it still holds.
    pub(super) fn end(&mut self, held: Vec<TaskId>) -> Result<()> {
        self.join();
        let lease = self.lease();
        self.engine.end_worker(&lease, held)
    }

    fn join(&mut self) {
        self.stop.cancel("the worker ends");
        if let Some(thread) = self.thread.take() {
            // A panic of the thread was a failed renewal, and the lease runs out by itself.
            let _ = thread.join();
        }
    }
}

impl Drop for Renewal {
    fn drop(&mut self) {
        self.join();
    }
}

fn renew(engine: &Engine, length: Span, agent: Option<&Profile>, state: &Mutex<State>, stop: &CancelToken) {
    let pause = Duration::from_millis((length.as_millis() / 3).max(1));
    while !stop.wait(pause) {
        let lease = state.lock().lease.clone();
        let (renewed, lost) = match engine.renew_worker(&lease, length) {
            // As a new worker of the same name, which fences whatever the old one still has to say.
            Err(error) if error.code() == Code::LeaseLost => {
                (engine.begin_agent(lease.worker, length, agent.cloned()), Some(error.message().to_owned()))
            }
            renewed => (renewed, None),
        };
        let mut state = state.lock();
        state.lost = lost.or(state.lost.take());
        match renewed {
            Ok(lease) => state.lease = lease,
            // A busy store or a full disk: the lease lasts for two more tries.
            Err(error) if error.is_retryable() => tracing::warn!(%error, "the lease could not be renewed"),
            Err(error) => {
                state.failed = Some(error);
                engine.ring();
                return;
            }
        }
        if state.lost.is_some() {
            engine.ring();
        }
    }
}
