//! Functions that need no ledger.

use crate::call::{How, brief, enter};
use crate::{error, reply, value};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use sealbook_common::request;
use sealbook_common::sealbook::{self, Expected, Result};
use std::path::PathBuf;

/// What a verifier knows from elsewhere.
pub(crate) fn expected(origin: Option<String>, size: Option<u64>, root: Option<&str>) -> Result<Expected> {
    request::checked(Expected { origin, size, root: root.map(request::root).transpose()? })
}

/// The version of the native module.
#[pyfunction]
pub(crate) fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// The canonical form of a JSON object.
#[pyfunction]
pub(crate) fn canonicalize<'py>(py: Python<'py>, text: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyBytes>> {
    let text = value::payload(text)?;
    let canonical = brief(py, || sealbook::canonicalize(&text, usize::MAX))?;
    Ok(PyBytes::new(py, &canonical))
}

/// Verifies an export; the report as JSON.
#[pyfunction]
#[pyo3(signature = (path, origin, size, root, progress=None, done=None))]
pub(crate) fn verify_export(
    py: Python<'_>,
    path: PathBuf,
    origin: Option<String>,
    size: Option<u64>,
    root: Option<&str>,
    progress: Option<Py<PyAny>>,
    done: Option<Py<PyAny>>,
) -> PyResult<Py<PyAny>> {
    let expected = error::checked(py, expected(origin, size, root))?;
    enter(
        py,
        How::new(progress, done),
        move |progress| sealbook::verify_export(&path, &expected, progress),
        |py, report| Ok(reply::json(py, &report)),
    )
}
