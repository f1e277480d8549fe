//! The tasks of a ledger, and workers whose attempts Python runs. Forms of tasks leave as the JSON texts of `sealbook_common::tasks`.

use crate::call::{How, brief, enter};
use crate::error::{checked, thrown};
use crate::ledger::{Ledger, Row, records};
use crate::{fork, reply, value};
use pyo3::prelude::*;
use sealbook_common::sealbook::{self, Code, Error, Result};
use sealbook_common::tasks;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A ballot that was sent, with the message that says the same.
#[pyfunction]
pub(crate) fn ballot_of(py: Python<'_>, text: &str) -> PyResult<String> {
    checked(py, tasks::ballot_of(text))
}

/// `sealbook.Orchestrator` without its conveniences.
#[pyclass(frozen, module = "sealbook._native")]
pub(crate) struct Orchestrator {
    ledger: Arc<sealbook::Ledger>,
    viewer: Option<String>,
    /// Locked only while the interpreter's lock is held, and so by nobody at the moment of a fork.
    engine: Mutex<Engine>,
}

enum Engine {
    Open { process: u32, engine: tasks::Orchestrator },
    Closed,
}

#[pymethods]
impl Orchestrator {
    #[new]
    #[pyo3(signature = (ledger, viewer=None))]
    fn new(py: Python<'_>, ledger: &Ledger, viewer: Option<String>) -> PyResult<Self> {
        let ledger = ledger.shared();
        let open = || tasks::Orchestrator::new(&ledger).and_then(|engine| seen_by(engine, viewer.as_deref()));
        let engine = brief(py, || fork::inside(open))?;
        let engine = Engine::Open { process: std::process::id(), engine };
        Ok(Self { ledger, viewer, engine: Mutex::new(engine) })
    }

    /// Submits one task: a dict as `{id, repeated}`.
    fn submit(&self, py: Python<'_>, task: &Bound<'_, PyAny>) -> PyResult<String> {
        let (engine, task) = (self.engine(py)?, value::json(task, "task")?);
        brief(py, || engine.submit(&task))
    }

    /// Submits all tasks of a list, or none.
    fn submit_many(&self, py: Python<'_>, tasks: &Bound<'_, PyAny>) -> PyResult<String> {
        let (engine, tasks) = (self.engine(py)?, value::json(tasks, "tasks")?);
        brief(py, || engine.submit_many(&tasks))
    }

    /// Records entries and submits all tasks of a list, or nothing of it.
    fn record_and_submit(
        &self,
        py: Python<'_>,
        rows: Vec<Row<'_>>,
        tasks: &Bound<'_, PyAny>,
    ) -> PyResult<(Py<PyAny>, String)> {
        let (engine, records) = (self.engine(py)?, records(&rows)?);
        let tasks = value::json(tasks, "tasks")?;
        let (entries, submitted) = brief(py, || engine.record_and_submit(&records, &tasks))?;
        Ok((reply::entries(py, &entries)?, submitted))
    }

    fn show(&self, py: Python<'_>, id: &str) -> PyResult<String> {
        let engine = self.engine(py)?;
        brief(py, || engine.show(id))
    }

    fn list(&self, py: Python<'_>, filter: &str) -> PyResult<String> {
        let engine = self.engine(py)?;
        brief(py, || engine.list(filter))
    }

    fn act(&self, py: Python<'_>, act: &str, id: &str, principal: &str, reason: &str) -> PyResult<String> {
        let engine = self.engine(py)?;
        brief(py, || engine.act(act, id, principal, reason))
    }

    fn act_many(
        &self,
        py: Python<'_>,
        act: &str,
        ids: &Bound<'_, PyAny>,
        principal: &str,
        reason: &str,
    ) -> PyResult<String> {
        let (engine, ids) = (self.engine(py)?, value::json(ids, "tasks")?);
        brief(py, || engine.act_many(act, &ids, principal, reason))
    }

    fn limit(
        &self,
        py: Python<'_>,
        limit: &Bound<'_, PyAny>,
        principal: &str,
        reason: &str,
    ) -> PyResult<String> {
        let (engine, limit) = (self.engine(py)?, value::json(limit, "limit")?);
        brief(py, || engine.limit(&limit, principal, reason))
    }

    fn limits(&self, py: Python<'_>) -> PyResult<String> {
        let engine = self.engine(py)?;
        brief(py, || engine.limits())
    }

    fn breaker(
        &self,
        py: Python<'_>,
        key: &str,
        act: &str,
        principal: &str,
        reason: &str,
    ) -> PyResult<String> {
        let engine = self.engine(py)?;
        brief(py, || engine.breaker(key, act, principal, reason))
    }

    fn breakers(&self, py: Python<'_>) -> PyResult<String> {
        let engine = self.engine(py)?;
        brief(py, || engine.breakers())
    }

    fn pleas(&self, py: Python<'_>, all: bool) -> PyResult<String> {
        let engine = self.engine(py)?;
        brief(py, || engine.pleas(all))
    }

    /// Says something about a plea: a dict as `{choice, reason?, behalf?, to?}`, signed if there is a key.
    #[pyo3(signature = (plea, voter, saying, key=None))]
    fn say(
        &self,
        py: Python<'_>,
        plea: &str,
        voter: &str,
        saying: &Bound<'_, PyAny>,
        key: Option<&str>,
    ) -> PyResult<String> {
        let (engine, saying) = (self.engine(py)?, value::json(saying, "saying")?);
        brief(py, || engine.say(plea, voter, &saying, key))
    }

    fn ballot(&self, py: Python<'_>, plea: &str, voter: &str, saying: &Bound<'_, PyAny>) -> PyResult<String> {
        let (engine, saying) = (self.engine(py)?, value::json(saying, "saying")?);
        brief(py, || engine.ballot(plea, voter, &saying))
    }

    fn cast(&self, py: Python<'_>, ballot: &str, signature: &str) -> PyResult<String> {
        let engine = self.engine(py)?;
        brief(py, || engine.cast(ballot, signature))
    }

    fn set_health(
        &self,
        py: Python<'_>,
        agent: &str,
        health: &str,
        principal: &str,
        reason: &str,
    ) -> PyResult<String> {
        let engine = self.engine(py)?;
        brief(py, || engine.set_health(agent, health, principal, reason))
    }

    /// Puts a schedule: a dict with `name`, `cron`, `task` and more.
    fn schedule(&self, py: Python<'_>, schedule: &Bound<'_, PyAny>) -> PyResult<String> {
        let (engine, schedule) = (self.engine(py)?, value::json(schedule, "schedule")?);
        brief(py, || engine.schedule(&schedule))
    }

    fn unschedule(&self, py: Python<'_>, name: &str, principal: &str) -> PyResult<()> {
        let engine = self.engine(py)?;
        brief(py, || engine.unschedule(name, principal))
    }

    fn pause_schedule(&self, py: Python<'_>, name: &str, paused: bool, principal: &str) -> PyResult<String> {
        let engine = self.engine(py)?;
        brief(py, || engine.pause_schedule(name, paused, principal))
    }

    fn schedules(&self, py: Python<'_>) -> PyResult<String> {
        let engine = self.engine(py)?;
        brief(py, || engine.schedules())
    }

    #[pyo3(signature = (behind, most, timeout, done=None))]
    fn events(
        &self,
        py: Python<'_>,
        behind: u64,
        most: usize,
        timeout: f64,
        done: Option<Py<PyAny>>,
    ) -> PyResult<Py<PyAny>> {
        let (engine, timeout) = (self.engine(py)?, seconds(py, timeout)?);
        match done {
            None => Ok(reply::text(py, &brief(py, || engine.events(behind, most, timeout))?)),
            Some(done) => {
                let work = move |_: &_| engine.events(behind, most, timeout);
                enter(py, How::Later(done), work, |py, text: String| Ok(reply::text(py, &text)))
            }
        }
    }

    fn last_event(&self, py: Python<'_>) -> PyResult<u64> {
        let engine = self.engine(py)?;
        brief(py, || engine.last_event())
    }

    fn counts(&self, py: Python<'_>) -> PyResult<String> {
        let engine = self.engine(py)?;
        brief(py, || engine.counts())
    }

    fn agents(&self, py: Python<'_>) -> PyResult<String> {
        let engine = self.engine(py)?;
        brief(py, || engine.agents())
    }

    /// The task once it has ended; nothing after `timeout`.
    fn wait(&self, py: Python<'_>, id: &str, timeout: f64) -> PyResult<Option<String>> {
        let (engine, timeout) = (self.engine(py)?, seconds(py, timeout)?);
        brief(py, || engine.wait(id, timeout))
    }

    fn work(&self, py: Python<'_>, kinds: Vec<String>, options: &str) -> PyResult<Worker> {
        let engine = self.engine(py)?;
        let worker = brief(py, || engine.work(&kinds, options))?;
        Ok(Worker { process: std::process::id(), worker: Some(worker) })
    }

    /// Lets go of the store. Workers must have ended.
    fn close(&self, py: Python<'_>) {
        let engine = std::mem::replace(&mut *self.lock(), Engine::Closed);
        py.detach(|| engine.let_go());
    }
}

impl Orchestrator {
    /// The engine of this process. A forked child gets one of its own: that of its parent has connections and locks that are not the child's.
    fn engine(&self, py: Python<'_>) -> PyResult<tasks::Orchestrator> {
        let ours = std::process::id();
        // No Python code may run under the lock, and making an exception is such code.
        let known = match &*self.lock() {
            Engine::Open { process, engine } => Some((*process == ours).then(|| engine.clone())),
            Engine::Closed => None,
        };
        match known {
            Some(Some(engine)) => return Ok(engine),
            Some(None) => {}
            None => {
                let error = Error::new(Code::Closed, "the orchestrator was closed").remedy("make a new one");
                return Err(thrown(py, &error));
            }
        }
        let engine = brief(py, || fork::inside(|| fresh(&self.ledger, self.viewer.as_deref())))?;
        let mut known = self.lock();
        // Another thread of the child may have been as quick, or have closed it.
        if matches!(&*known, Engine::Open { process, .. } if *process != ours) {
            let fresh = Engine::Open { process: ours, engine: engine.clone() };
            std::mem::forget(std::mem::replace(&mut *known, fresh));
        }
        Ok(engine)
    }

    fn lock(&self) -> MutexGuard<'_, Engine> {
        self.engine.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn seen_by(engine: tasks::Orchestrator, viewer: Option<&str>) -> Result<tasks::Orchestrator> {
    viewer.map_or_else(|| Ok(engine.clone()), |viewer| engine.seen_by(viewer))
}

fn fresh(ledger: &sealbook::Ledger, viewer: Option<&str>) -> Result<tasks::Orchestrator> {
    if ledger.path()?.is_none() {
        return Err(Error::new(
            Code::Closed,
            "the tasks of a ledger in memory stay in the process that made it",
        )
        .remedy("use a ledger in a file, which processes can share"));
    }
    seen_by(tasks::Orchestrator::new(ledger)?, viewer)
}

impl Engine {
    /// Drops it where a fork waits for that, unless it is a parent's.
    fn let_go(self) {
        match self {
            Self::Open { process, engine } if process == std::process::id() => fork::inside(|| drop(engine)),
            inherited => std::mem::forget(inherited),
        }
    }
}

impl Drop for Orchestrator {
    fn drop(&mut self) {
        let engine =
            std::mem::replace(self.engine.get_mut().unwrap_or_else(PoisonError::into_inner), Engine::Closed);
        // Letting go may wait for a fork that is under way, which needs the interpreter's lock to get on.
        let mut engine = Some(engine);
        Python::try_attach(|py| py.detach(|| engine.take().map(Engine::let_go)));
        std::mem::forget(engine);
    }
}

/// A worker whose attempts Python fetches.
#[pyclass(frozen, module = "sealbook._native")]
pub(crate) struct Worker {
    process: u32,
    /// Present until it is dropped.
    worker: Option<tasks::HostWorker>,
}

#[pymethods]
impl Worker {
    /// The next attempt as JSON; nothing after `timeout`, or once the worker has ended.
    fn fetch(&self, py: Python<'_>, timeout: f64) -> PyResult<Option<String>> {
        let (worker, timeout) = (self.worker(py)?, seconds(py, timeout)?);
        Ok(py.detach(|| worker.fetch(timeout)))
    }

    fn is_ended(&self, py: Python<'_>) -> PyResult<bool> {
        Ok(self.worker(py)?.is_ended())
    }

    /// Brings a result back, which must have a form as JSON.
    fn complete(&self, py: Python<'_>, ticket: u64, result: &Bound<'_, PyAny>) -> PyResult<()> {
        let (worker, result) = (self.worker(py)?, value::json(result, "result")?);
        brief(py, || worker.complete(ticket, &format!("{{\"complete\":{result}}}")))
    }

    /// Brings another outcome back, as JSON.
    fn settle(&self, py: Python<'_>, ticket: u64, outcome: &str) -> PyResult<()> {
        let worker = self.worker(py)?;
        brief(py, || worker.complete(ticket, outcome))
    }

    /// A sign of life. Returns why the attempt is to stop, if it is.
    fn beat(
        &self,
        py: Python<'_>,
        ticket: u64,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Option<String>> {
        let worker = self.worker(py)?;
        let progress = progress.map(|progress| value::json(progress, "progress")).transpose()?;
        brief(py, || worker.beat(ticket, progress.as_deref()))
    }

    /// Why an attempt is to stop, if it is.
    fn stop_reason(&self, py: Python<'_>, ticket: u64) -> PyResult<Option<String>> {
        let worker = self.worker(py)?;
        brief(py, || worker.stop_reason(ticket))
    }

    fn stop(&self, py: Python<'_>, reason: &str) -> PyResult<()> {
        let worker = self.worker(py)?;
        py.detach(|| worker.stop(reason));
        Ok(())
    }

    /// Waits for the end, once: what the worker has done, as JSON.
    fn join(&self, py: Python<'_>) -> PyResult<String> {
        let worker = self.worker(py)?;
        brief(py, || worker.join())
    }
}

impl Worker {
    fn worker(&self, py: Python<'_>) -> PyResult<&tasks::HostWorker> {
        let ours = self.worker.as_ref().filter(|_| self.process == std::process::id());
        let inherited = || Error::new(Code::Closed, "the worker is one of the parent process");
        checked(py, ours.ok_or_else(|| inherited().remedy("start one in this process")))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        if let Some(worker) = self.worker.take() {
            if self.process == std::process::id() {
                worker.stop("nobody fetches its attempts any more");
            } else {
                // Its thread is not one of this process, and another may have taken its place.
                std::mem::forget(worker);
            }
        }
    }
}

fn seconds(py: Python<'_>, seconds: f64) -> PyResult<Duration> {
    let duration = Duration::try_from_secs_f64(seconds).map_err(|e| {
        Error::new(Code::InvalidArgument, format!("{seconds} s is no time to wait: {e}"))
            .remedy("pass seconds, such as 30.0")
    });
    checked(py, duration)
}
