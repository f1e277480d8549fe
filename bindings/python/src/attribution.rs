//! What an AI wrote: the calls that need no open ledger. Options come as the JSON texts that [`request`] takes, results leave as JSON.

use crate::call::{How, brief, enter};
use crate::error::checked;
use crate::{fork, reply};
use pyo3::prelude::*;
use pyo3::types::PyString;
use sealbook_common::request;
use sealbook_common::sealbook::{self, OpenOptions, Result, project_of};
use serde::Serialize;
use std::path::PathBuf;

/// Reads a history and a folder; with `record`, what they say is recorded in the ledger of the project there.
#[pyfunction]
#[pyo3(signature = (path, options, progress=None, done=None))]
pub(crate) fn scan(
    py: Python<'_>,
    path: PathBuf,
    options: &str,
    progress: Option<Py<PyAny>>,
    done: Option<Py<PyAny>>,
) -> PyResult<Py<PyAny>> {
    let options = checked(py, request::scan_options(options))?;
    let work = move |progress: &_| {
        if !options.record {
            return sealbook::scan(&path, &options, progress);
        }
        let ledger = fork::open(|| sealbook::Ledger::open(project_of(&path), &OpenOptions::default()))?;
        let report = ledger.scan(&path, &options, progress);
        fork::close(&ledger);
        report
    };
    enter(py, How::new(progress, done), work, |py, report| Ok(reply::json(py, &report)))
}

/// Explains a commit or a file.
#[pyfunction]
#[pyo3(signature = (path, target, options, progress=None, done=None))]
pub(crate) fn why(
    py: Python<'_>,
    path: PathBuf,
    target: &Bound<'_, PyString>,
    options: &str,
    progress: Option<Py<PyAny>>,
    done: Option<Py<PyAny>>,
) -> PyResult<Py<PyAny>> {
    // What is no text names no commit and no file either; the core says so.
    let target = target.to_string_lossy().into_owned();
    let options = checked(py, request::why_options(options))?;
    let work = move |progress: &_| sealbook::why(&path, &target, &options, progress);
    enter(py, How::new(progress, done), work, |py, explanation| Ok(reply::json(py, &explanation)))
}

/// Counts what is known about a history.
#[pyfunction]
#[pyo3(signature = (path, options, progress=None, done=None))]
pub(crate) fn stats(
    py: Python<'_>,
    path: PathBuf,
    options: &str,
    progress: Option<Py<PyAny>>,
    done: Option<Py<PyAny>>,
) -> PyResult<Py<PyAny>> {
    let options = checked(py, request::stats_options(options))?;
    let work = move |progress: &_| sealbook::stats(&path, &options, progress);
    enter(py, How::new(progress, done), work, |py, figures| Ok(reply::json(py, &figures)))
}

/// A report, as the text of one file.
#[pyfunction]
#[pyo3(signature = (path, options, progress=None, done=None))]
pub(crate) fn report(
    py: Python<'_>,
    path: PathBuf,
    options: &str,
    progress: Option<Py<PyAny>>,
    done: Option<Py<PyAny>>,
) -> PyResult<Py<PyAny>> {
    let options = checked(py, request::report_options(options))?;
    let work = move |progress: &_| sealbook::report(&path, &options, progress);
    enter(py, How::new(progress, done), work, |py, text: String| Ok(reply::text(py, &text)))
}

/// The rules in force for a path.
#[pyfunction]
#[pyo3(signature = (path, done=None))]
pub(crate) fn rules(py: Python<'_>, path: PathBuf, done: Option<Py<PyAny>>) -> PyResult<Py<PyAny>> {
    short(py, done, move || sealbook::rules(&path))
}

/// The rules that match a text.
#[pyfunction]
#[pyo3(signature = (path, text, done=None))]
pub(crate) fn matching_rules(
    py: Python<'_>,
    path: PathBuf,
    text: &Bound<'_, PyString>,
    done: Option<Py<PyAny>>,
) -> PyResult<Py<PyAny>> {
    let text = text.to_string_lossy().into_owned();
    short(py, done, move || sealbook::test_rules(&path, &text))
}

/// A short call: on the calling thread, or on one of its own if the caller must not be blocked.
fn short<T: Serialize + Send + 'static>(
    py: Python<'_>,
    done: Option<Py<PyAny>>,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> PyResult<Py<PyAny>> {
    match done {
        None => Ok(reply::json(py, &brief(py, work)?)),
        Some(done) => enter(py, How::Later(done), move |_| work(), |py, value| Ok(reply::json(py, &value))),
    }
}
