//! Results as the values of `sealbook.results`.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyList, PyString};
use sealbook_common::sealbook::{Entry, Page};
use serde::Serialize;

/// An entry.
pub(crate) fn entry(py: Python<'_>, entry: &Entry) -> PyResult<Py<PyAny>> {
    static MAKE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let Entry { header, hash, payload } = entry;
    let arguments = (
        header.seq,
        header.id.to_string(),
        header.time.to_string(),
        header.kind.as_str(),
        hash.to_string(),
        header.prev.to_string(),
        payload.as_deref().map(String::from_utf8_lossy),
    );
    MAKE.import(py, "sealbook.results", "make_entry")?.call1(arguments).map(Bound::unbind)
}

/// A list of entries.
pub(crate) fn entries(py: Python<'_>, entries: &[Entry]) -> PyResult<Py<PyAny>> {
    let list = PyList::empty(py);
    entries.iter().try_for_each(|e| list.append(entry(py, e)?))?;
    Ok(list.into_any().unbind())
}

/// A page: its entries, and the cursor of the next one.
pub(crate) fn page(py: Python<'_>, page: &Page) -> PyResult<Py<PyAny>> {
    let pair = (entries(py, &page.entries)?, page.next.as_deref()).into_pyobject(py)?;
    Ok(pair.into_any().unbind())
}

/// The JSON text of a report, which the package reads into its own classes.
pub(crate) fn json(py: Python<'_>, value: &impl Serialize) -> Py<PyAny> {
    text(py, &sealbook_common::reply::json(value))
}

/// A text as it is.
pub(crate) fn text(py: Python<'_>, text: &str) -> Py<PyAny> {
    PyString::new(py, text).into_any().unbind()
}
