//! How a call leaves Python: always without the interpreter's lock, and watched if it may take long.

use crate::error::{checked, thrown};
use pyo3::prelude::*;
use sealbook_common::sealbook::{Progress, Result};
use std::sync::Arc;
use std::time::Duration;

/// How often a waiting thread looks for signals and reports progress.
pub(crate) const TICK: Duration = Duration::from_millis(50);

/// Who waits for a long call.
pub(crate) enum How {
    /// The caller, who may want to be told how far it has come: `progress(done, total)`.
    Here(Option<Py<PyAny>>),
    /// Nobody: `done(value, error)` is called from another thread.
    Later(Py<PyAny>),
}

impl How {
    pub(crate) fn new(progress: Option<Py<PyAny>>, done: Option<Py<PyAny>>) -> Self {
        done.map_or(Self::Here(progress), Self::Later)
    }
}

/// A long call that goes on while its caller does something else.
#[pyclass(frozen, module = "sealbook._native")]
pub(crate) struct Job {
    progress: Arc<Progress>,
}

#[pymethods]
impl Job {
    /// Asks the call to stop.
    fn cancel(&self) {
        self.progress.cancel();
    }

    /// How far the call has come: units done, and units in all, or 0 while that is unknown.
    fn progress(&self) -> (u64, u64) {
        (self.progress.done(), self.progress.total())
    }
}

/// Runs a short call on the calling thread.
pub(crate) fn brief<T: Send>(py: Python<'_>, work: impl FnOnce() -> Result<T> + Send) -> PyResult<T> {
    checked(py, py.detach(work))
}

/// Runs a long call on a thread of its own, and returns what `reply` makes of its outcome, or a [`Job`] if nobody waits.
///
/// The thread that waits handles signals and calls the progress callback. If either raises, the call is cancelled and has ended
/// when the exception is passed on.
pub(crate) fn enter<T: Send + 'static>(
    py: Python<'_>,
    how: How,
    work: impl FnOnce(&Progress) -> Result<T> + Send + 'static,
    reply: impl FnOnce(Python<'_>, T) -> PyResult<Py<PyAny>> + Send + 'static,
) -> PyResult<Py<PyAny>> {
    match how {
        How::Here(callback) => {
            let job = checked(py, sealbook_common::Job::start(work))?;
            let value = watch(py, &job, || tell(py, callback.as_ref(), job.progress()))?;
            tell(py, callback.as_ref(), job.progress())?;
            reply(py, value)
        }
        How::Later(done) => {
            let finish = move |outcome| settle(&done, outcome, reply);
            let progress = checked(py, sealbook_common::Job::spawn(work, finish))?;
            Ok(Py::new(py, Job { progress })?.into_any())
        }
    }
}

/// Waits for a job. `tick` is called every [`TICK`]; if it raises, the job is cancelled.
pub(crate) fn watch<T: Send + 'static>(
    py: Python<'_>,
    job: &sealbook_common::Job<T>,
    mut tick: impl FnMut() -> PyResult<()>,
) -> PyResult<T> {
    loop {
        if let Some(outcome) = py.detach(|| job.wait(TICK)) {
            return checked(py, outcome);
        }
        if let Err(raised) = py.check_signals().and_then(|()| tick()) {
            job.progress().cancel();
            py.detach(|| while job.wait(TICK).is_none() {});
            return Err(raised);
        }
    }
}

/// Hands an outcome to `done(value, error)`.
pub(crate) fn settle<T>(
    done: &Py<PyAny>,
    outcome: Result<T>,
    reply: impl FnOnce(Python<'_>, T) -> PyResult<Py<PyAny>>,
) {
    // No interpreter to attach to means that it is ending, and that nobody waits any more.
    Python::try_attach(|py| {
        let outcome = outcome.map_err(|error| thrown(py, &error)).and_then(|value| reply(py, value));
        let (value, error) = match outcome {
            Ok(value) => (Some(value), None),
            Err(error) => (None, Some(error.into_value(py))),
        };
        if let Err(raised) = done.call1(py, (value, error)) {
            raised.write_unraisable(py, None);
        }
    });
}

fn tell(py: Python<'_>, callback: Option<&Py<PyAny>>, progress: &Progress) -> PyResult<()> {
    match callback {
        Some(callback) => callback.call1(py, (progress.done(), progress.total())).map(drop),
        None => Ok(()),
    }
}
