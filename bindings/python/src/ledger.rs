//! The handle of one ledger.

use crate::call::{How, brief, enter, settle};
use crate::error::{checked, thrown};
use crate::functions::expected;
use crate::{export, fork, reply, value};
use pyo3::prelude::*;
use pyo3::types::{PyInt, PyString};
use sealbook_common::sealbook::{self, Code, Error, OpenOptions, Query, Record, Result};
use sealbook_common::{Recorder, Settle, request};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// `sealbook.Ledger` and `sealbook.aio.AsyncLedger` without their conveniences.
///
/// Methods with `done` return at once if it is given, and call `done(value, error)` from another thread later.
#[pyclass(frozen, module = "sealbook._native")]
pub(crate) struct Ledger {
    ledger: Arc<sealbook::Ledger>,
    recorder: Mutex<Option<Recorder>>,
}

pub(crate) type Row<'py> = (Bound<'py, PyString>, Bound<'py, PyAny>, Option<Bound<'py, PyString>>);

fn record(
    kind: &Bound<'_, PyString>,
    payload: &Bound<'_, PyAny>,
    id: Option<&Bound<'_, PyString>>,
) -> PyResult<Record> {
    // What is no text does not fit the grammar of kinds and ids either; the core says so.
    let text = |text: &Bound<'_, PyString>| text.to_string_lossy().into_owned();
    Ok(Record { kind: text(kind), payload: value::payload(payload)?, id: id.map(text) })
}

pub(crate) fn records(rows: &[Row<'_>]) -> PyResult<Vec<Record>> {
    rows.iter().map(|(kind, payload, id)| record(kind, payload, id.as_ref())).collect()
}

#[pymethods]
impl Ledger {
    #[staticmethod]
    #[pyo3(signature = (path, create, read_only, origin, busy_timeout, payload_limit, redact, done=None))]
    #[expect(clippy::too_many_arguments, reason = "the arguments of the Python method")]
    fn open(
        py: Python<'_>,
        path: PathBuf,
        create: bool,
        read_only: bool,
        origin: Option<String>,
        busy_timeout: f64,
        payload_limit: usize,
        redact: bool,
        done: Option<Py<PyAny>>,
    ) -> PyResult<Py<PyAny>> {
        let busy_timeout = Duration::try_from_secs_f64(busy_timeout).map_err(|e| {
            let error = Error::new(
                Code::InvalidArgument,
                format!("busy_timeout {busy_timeout} is no time to wait: {e}"),
            );
            thrown(py, &error.remedy("pass seconds, such as 30.0"))
        })?;
        let options = OpenOptions { create, read_only, origin, busy_timeout, payload_limit, redact };
        let open = move || fork::open(|| sealbook::Ledger::open(&path, &options));
        match done {
            None => Self::wrap(py, brief(py, open)?),
            Some(done) => enter(py, How::Later(done), move |_| open(), Self::wrap),
        }
    }

    #[staticmethod]
    fn in_memory(
        py: Python<'_>,
        origin: Option<String>,
        payload_limit: usize,
        redact: bool,
    ) -> PyResult<Py<PyAny>> {
        let options = OpenOptions { origin, payload_limit, redact, ..OpenOptions::default() };
        let ledger = brief(py, || fork::open(|| sealbook::Ledger::in_memory(&options)))?;
        Self::wrap(py, ledger)
    }

    #[getter]
    fn path(&self, py: Python<'_>) -> PyResult<Option<PathBuf>> {
        brief(py, || self.ledger.path())
    }

    #[getter]
    fn origin(&self, py: Python<'_>) -> PyResult<Option<String>> {
        brief(py, || self.ledger.origin())
    }

    #[pyo3(signature = (done=None))]
    fn size(&self, py: Python<'_>, done: Option<Py<PyAny>>) -> PyResult<Py<PyAny>> {
        let reply = |py: Python<'_>, size: u64| Ok(PyInt::new(py, size).into_any().unbind());
        self.call(py, done, sealbook::Ledger::size, reply)
    }

    #[pyo3(signature = (done=None))]
    fn close(&self, py: Python<'_>, done: Option<Py<PyAny>>) -> PyResult<Py<PyAny>> {
        self.drop_recorder();
        let close = |ledger: &_| {
            fork::close(ledger);
            Ok(())
        };
        self.call(py, done, close, |py, ()| Ok(py.None()))
    }

    #[pyo3(signature = (kind, payload, id))]
    fn record(
        &self,
        py: Python<'_>,
        kind: &Bound<'_, PyString>,
        payload: &Bound<'_, PyAny>,
        id: Option<&Bound<'_, PyString>>,
    ) -> PyResult<Py<PyAny>> {
        let record = record(kind, payload, id)?;
        let entry = brief(py, || self.ledger.record(record))?;
        reply::entry(py, &entry)
    }

    fn record_many(&self, py: Python<'_>, rows: Vec<Row<'_>>) -> PyResult<Py<PyAny>> {
        let records = records(&rows)?;
        let entries = brief(py, || self.ledger.record_many(&records))?;
        reply::entries(py, &entries)
    }

    /// Hands records in, and calls `done(entries, error)` once they are durable or refused.
    fn submit(&self, py: Python<'_>, rows: Vec<Row<'_>>, done: Py<PyAny>) -> PyResult<()> {
        let records = records(&rows)?;
        let finish =
            move |outcome| settle(&done, outcome, |py, entries: Vec<_>| reply::entries(py, &entries));
        checked(py, self.hand_in(records, Box::new(finish)))
    }

    #[pyo3(signature = (key, done=None))]
    fn get(&self, py: Python<'_>, key: String, done: Option<Py<PyAny>>) -> PyResult<Py<PyAny>> {
        self.call(py, done, move |ledger| ledger.get(&key), |py, entry| reply::entry(py, &entry))
    }

    #[pyo3(signature = (kind, actor, spec, path, since, until, order, limit, cursor, done=None))]
    #[expect(clippy::too_many_arguments, reason = "the arguments of the Python method")]
    fn query(
        &self,
        py: Python<'_>,
        kind: Option<String>,
        actor: Option<String>,
        spec: Option<String>,
        path: Option<String>,
        since: Option<&str>,
        until: Option<&str>,
        order: &str,
        limit: usize,
        cursor: Option<String>,
        done: Option<Py<PyAny>>,
    ) -> PyResult<Py<PyAny>> {
        let times = || Ok((since.map(request::time).transpose()?, until.map(request::time).transpose()?));
        let (since, until) = checked(py, times())?;
        let order = checked(py, request::order(order))?;
        let query = Query { kind, actor, spec, path, since, until, order, limit, cursor };
        self.call(py, done, move |ledger| ledger.query(&query), |py, page| reply::page(py, &page))
    }

    #[pyo3(signature = (origin, size, root, progress=None, done=None))]
    fn verify(
        &self,
        py: Python<'_>,
        origin: Option<String>,
        size: Option<u64>,
        root: Option<&str>,
        progress: Option<Py<PyAny>>,
        done: Option<Py<PyAny>>,
    ) -> PyResult<Py<PyAny>> {
        let expected = checked(py, expected(origin, size, root))?;
        let ledger = self.ledger.clone();
        let work = move |progress: &_| ledger.verify(&expected, progress);
        enter(py, How::new(progress, done), work, |py, report| Ok(reply::json(py, &report)))
    }

    #[pyo3(signature = (progress=None, done=None))]
    fn reindex(
        &self,
        py: Python<'_>,
        progress: Option<Py<PyAny>>,
        done: Option<Py<PyAny>>,
    ) -> PyResult<Py<PyAny>> {
        let ledger = self.ledger.clone();
        let work = move |progress: &_| ledger.reindex(progress);
        enter(py, How::new(progress, done), work, |py, ()| Ok(py.None()))
    }

    #[pyo3(signature = (path, progress=None, done=None))]
    fn export(
        &self,
        py: Python<'_>,
        path: PathBuf,
        progress: Option<Py<PyAny>>,
        done: Option<Py<PyAny>>,
    ) -> PyResult<Py<PyAny>> {
        let ledger = self.ledger.clone();
        let work = move |progress: &_| ledger.export_file(&path, progress);
        enter(py, How::new(progress, done), work, |py, count| Ok(PyInt::new(py, count).into_any().unbind()))
    }

    #[pyo3(signature = (file, progress=None))]
    fn export_to(
        &self,
        py: Python<'_>,
        file: &Bound<'_, PyAny>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<u64> {
        export::export_to(py, self.ledger.clone(), file, progress)
    }

    #[pyo3(name = "import_", signature = (path, progress=None, done=None))]
    fn import(
        &self,
        py: Python<'_>,
        path: PathBuf,
        progress: Option<Py<PyAny>>,
        done: Option<Py<PyAny>>,
    ) -> PyResult<Py<PyAny>> {
        let ledger = self.ledger.clone();
        let work = move |progress: &_| ledger.import(&path, progress);
        enter(py, How::new(progress, done), work, |py, imported| Ok(reply::json(py, &imported)))
    }

    /// Reads a history and a folder; with `record` in the options, what they say is recorded. The report as JSON.
    #[pyo3(signature = (path, options, progress=None, done=None))]
    fn scan(
        &self,
        py: Python<'_>,
        path: PathBuf,
        options: &str,
        progress: Option<Py<PyAny>>,
        done: Option<Py<PyAny>>,
    ) -> PyResult<Py<PyAny>> {
        let (ledger, options) = (self.ledger.clone(), checked(py, request::scan_options(options))?);
        let work = move |progress: &_| ledger.scan(&path, &options, progress);
        enter(py, How::new(progress, done), work, |py, report| Ok(reply::json(py, &report)))
    }
}

impl Ledger {
    pub(crate) fn shared(&self) -> Arc<sealbook::Ledger> {
        self.ledger.clone()
    }

    fn wrap(py: Python<'_>, ledger: Arc<sealbook::Ledger>) -> PyResult<Py<PyAny>> {
        Ok(Py::new(py, Self { ledger, recorder: Mutex::new(None) })?.into_any())
    }

    /// A recorder of ours settles what it was handed before its thread ends.
    fn drop_recorder(&self) {
        let recorder = self.recorder.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(inherited) = recorder.filter(|recorder| !recorder.is_ours()) {
            std::mem::forget(inherited);
        }
    }

    fn hand_in(&self, records: Vec<Record>, settle: Settle) -> Result<()> {
        let mut recorder = self.recorder.lock().unwrap_or_else(PoisonError::into_inner);
        if !recorder.as_ref().is_some_and(Recorder::is_ours) {
            // That of a parent process has no thread here, and locks that may be held for ever.
            std::mem::forget(recorder.replace(Recorder::start(self.ledger.clone())?));
        }
        if let Some(recorder) = recorder.as_ref() {
            recorder.submit(records, settle);
        }
        Ok(())
    }

    /// A short call: on the calling thread, or on one of its own if the caller must not be blocked.
    fn call<T: Send + 'static>(
        &self,
        py: Python<'_>,
        done: Option<Py<PyAny>>,
        work: impl FnOnce(&sealbook::Ledger) -> Result<T> + Send + 'static,
        reply: impl FnOnce(Python<'_>, T) -> PyResult<Py<PyAny>> + Send + 'static,
    ) -> PyResult<Py<PyAny>> {
        match done {
            None => reply(py, brief(py, || work(&self.ledger))?),
            Some(done) => {
                let ledger = self.ledger.clone();
                enter(py, How::Later(done), move |_| work(&ledger), reply)
            }
        }
    }
}

impl Drop for Ledger {
    fn drop(&mut self) {
        // Closing may wait for a fork that is under way, which needs the interpreter's lock to get on.
        self.drop_recorder();
        Python::try_attach(|py| py.detach(|| fork::close(&self.ledger)));
    }
}
