//! Calls of Python functions on native threads, which take the interpreter's lock once for many calls.

use crate::call::brief;
use crate::error::{checked, thrown};
use pyo3::exceptions::PyRuntimeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use sealbook_common::executor::policy_of;
use sealbook_common::sealbook::tasks::{self, ExecutorOptions, Failure, Fault, Run, Span};
use sealbook_common::sealbook::{Code, Error};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The class of a failure that the future's owner has brought about.
const KNOWN: &str = "CancelledByCaller";
/// How often a waiting thread looks for signals.
const TICK: Duration = Duration::from_millis(50);

/// How calls are made.
#[pyclass(frozen, module = "sealbook._native")]
pub(crate) struct CallPolicy {
    policy: Arc<tasks::CallPolicy>,
}

#[pymethods]
impl CallPolicy {
    #[new]
    fn new(py: Python<'_>, options: &str) -> PyResult<Self> {
        Ok(Self { policy: checked(py, policy_of(options))? })
    }

    /// Where its breaker stands, if it has one.
    fn breaker(&self) -> Option<String> {
        self.policy.breaker.as_ref().map(|breaker| breaker.state().to_string())
    }
}

/// `sealbook.Executor` without its conveniences.
#[pyclass(frozen, module = "sealbook._native")]
pub(crate) struct Executor {
    process: u32,
    /// A forked child has none of its threads and must not touch their locks.
    executor: Option<tasks::Executor>,
}

/// A call as its attempts share it.
struct Call {
    future: Py<PyAny>,
    function: Py<PyAny>,
    args: Py<PyTuple>,
    kwargs: Option<Py<PyDict>>,
    /// `describe(error)`: fault, class, message, and how many milliseconds the error asks to wait.
    describe: Py<PyAny>,
    /// The exception of the last attempt.
    raised: Mutex<Option<PyErr>>,
}

#[pymethods]
impl Executor {
    #[new]
    fn new(py: Python<'_>, threads: Option<usize>, capacity: usize) -> PyResult<Self> {
        let threads = threads.unwrap_or_else(|| ExecutorOptions::default().threads);
        let around: tasks::Around = Arc::new(|batch| Python::attach(|_| batch()));
        let options = ExecutorOptions { threads, capacity, around: Some(around) };
        let executor = brief(py, || tasks::Executor::new(options))?;
        Ok(Self { process: std::process::id(), executor: Some(executor) })
    }

    /// Has `function(*args, **kwargs)` called, and its outcome set in a `concurrent.futures.Future`.
    #[allow(clippy::too_many_arguments, reason = "the shape of Python's own submit")]
    fn submit(
        &self,
        py: Python<'_>,
        policy: &CallPolicy,
        future: Py<PyAny>,
        describe: Py<PyAny>,
        function: Py<PyAny>,
        args: Py<PyTuple>,
        kwargs: Option<Py<PyDict>>,
    ) -> PyResult<()> {
        let call = Arc::new(Call { future, function, args, kwargs, describe, raised: Mutex::new(None) });
        let run = call.clone();
        let ticket = checked(py, self.own(py)?.submit(&policy.policy, move |attempt| run.attempt(attempt)))?;
        ticket.then(move |outcome| call.settle(outcome));
        Ok(())
    }

    /// How many calls have no outcome yet.
    fn open(&self, py: Python<'_>) -> PyResult<usize> {
        Ok(self.own(py)?.open())
    }

    /// Takes nothing new; what waits is still run unless it is to be cancelled.
    fn close(&self, py: Python<'_>, cancel: bool) -> PyResult<()> {
        let executor = self.own(py)?;
        py.detach(|| executor.close(cancel));
        Ok(())
    }

    /// Waits until every call has its outcome.
    fn wait_idle(&self, py: Python<'_>) -> PyResult<()> {
        let executor = self.own(py)?;
        while !py.detach(|| executor.wait_idle(TICK)) {
            py.check_signals()?;
        }
        Ok(())
    }
}

impl Executor {
    fn own(&self, py: Python<'_>) -> PyResult<&tasks::Executor> {
        if let Some(executor) = self.executor.as_ref().filter(|_| std::process::id() == self.process) {
            return Ok(executor);
        }
        let error =
            Error::new(Code::Closed, "the executor belongs to the process that this one was forked from");
        Err(thrown(py, &error.remedy("make one in this process")))
    }
}

impl Drop for Executor {
    fn drop(&mut self) {
        if std::process::id() != self.process {
            std::mem::forget(self.executor.take());
        }
    }
}

impl Call {
    fn attempt(&self, run: &Run<'_>) -> Result<Py<PyAny>, Failure> {
        Python::attach(|py| {
            if run.attempt == 1 {
                let begun = self.future.call_method0(py, intern!(py, "set_running_or_notify_cancel"));
                if !begun.is_ok_and(|begun| begun.is_truthy(py).unwrap_or(false)) {
                    return Err(failure(Fault::Permanent, KNOWN, "the caller has cancelled the call"));
                }
            }
            let kwargs = self.kwargs.as_ref().map(|kwargs| kwargs.bind(py));
            self.function.call(py, self.args.bind(py), kwargs).map_err(|error| {
                let described = self.described(py, &error);
                *self.raised.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                described
            })
        })
    }

    fn described(&self, py: Python<'_>, error: &PyErr) -> Failure {
        let described = self.describe.call1(py, (error.value(py),));
        let parts = described.and_then(|parts| parts.extract::<(bool, String, Option<u64>)>(py));
        // An exception that cannot even be named is not tried again.
        let (permanent, class, wait) = parts.unwrap_or_else(|_| (true, "Exception".to_owned(), None));
        let fault = if permanent { Fault::Permanent } else { Fault::Transient };
        Failure { retry_after: wait.map(Span::from_millis), ..failure(fault, &class, "") }
    }

    fn settle(&self, outcome: Result<Py<PyAny>, Failure>) {
        Python::attach(|py| {
            let raised = self.raised.lock().unwrap_or_else(PoisonError::into_inner).take();
            let settled = match (outcome, raised) {
                (Ok(result), _) => self.future.call_method1(py, intern!(py, "set_result"), (result,)),
                (Err(_), Some(error)) => {
                    self.future.call_method1(py, intern!(py, "set_exception"), (error.value(py),))
                }
                (Err(failure), None) if failure.class == KNOWN => return,
                // Cancelled by the executor; whoever waits is to know.
                (Err(failure), None) if failure.class == "Cancelled" => {
                    let cancelled = self.future.call_method0(py, intern!(py, "cancel"));
                    cancelled.and_then(|_| {
                        self.future.call_method0(py, intern!(py, "set_running_or_notify_cancel"))
                    })
                }
                (Err(failure), None) => {
                    let error = PyRuntimeError::new_err(failure.message);
                    self.future.call_method1(py, intern!(py, "set_exception"), (error.value(py),))
                }
            };
            // Somebody else has settled the future, or cancelled it in the meantime: they know.
            drop(settled);
        });
    }
}

fn failure(fault: Fault, class: &str, message: &str) -> Failure {
    Failure { fault, class: class.to_owned(), message: message.to_owned(), retry_after: None, detail: None }
}
