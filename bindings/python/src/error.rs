//! Errors of the core as the exceptions of `sealbook.errors`.

use pyo3::exceptions::{PyOSError, PyRuntimeError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyDict;
use sealbook_common::sealbook::{Error, Result};

/// The exception for an error of the core.
pub(crate) fn thrown(py: Python<'_>, error: &Error) -> PyErr {
    build(py, error).map_or_else(|failure| failure, PyErr::from_value)
}

/// The value, or the exception.
pub(crate) fn checked<T>(py: Python<'_>, result: Result<T>) -> PyResult<T> {
    result.map_err(|error| thrown(py, &error))
}

fn build<'py>(py: Python<'py>, error: &Error) -> PyResult<Bound<'py, PyAny>> {
    static MAKE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let context = PyDict::new(py);
    for (name, value) in error.context() {
        context.set_item(name, value)?;
    }
    let cause = error.cause().map(|cause| cause_of(py, cause));
    MAKE.import(py, "sealbook.errors", "make")?.call1((error.code().name(), error.message(), context, cause))
}

fn cause_of(py: Python<'_>, cause: &(dyn std::error::Error + 'static)) -> Py<PyAny> {
    let number = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::raw_os_error);
    let exception = match number {
        Some(number) => PyOSError::new_err((number, cause.to_string())),
        None => PyRuntimeError::new_err(cause.to_string()),
    };
    exception.into_value(py).into_any()
}
