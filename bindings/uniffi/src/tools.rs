//! What needs no ledger.

use crate::error::Result;
use crate::progress::{ProgressListener, run};
use crate::records::{ErrorRow, Expected, Report};
use sealbook_common::sealbook::{self, Code, DEFAULT_PAYLOAD_LIMIT, Error, TABLE};
use std::path::PathBuf;
use std::sync::Arc;

/// The version of the library.
#[uniffi::export]
#[must_use]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// The table of all errors, in the order of their numbers.
#[uniffi::export]
#[must_use]
pub fn error_table() -> Vec<ErrorRow> {
    let row = |row: &sealbook::Row| ErrorRow {
        code: row.name.to_owned(),
        number: row.number,
        retryable: row.retryable,
        meaning: row.meaning.to_owned(),
    };
    TABLE.iter().map(row).collect()
}

/// The canonical form (RFC 8785) of a JSON object: the text that a ledger keeps and hashes.
///
/// Throws one of the `PAYLOAD_...` codes.
#[uniffi::export]
pub fn canonicalize(json: &str) -> Result<String> {
    let form = String::from_utf8(sealbook::canonicalize(json.as_bytes(), DEFAULT_PAYLOAD_LIMIT)?);
    Ok(form.map_err(|e| Error::new(Code::Internal, "the canonical form is not UTF-8").caused_by(e))?)
}

/// Verifies an export in a file. Damage is no error: it is in the report.
///
/// Throws `NOT_FOUND`, `PERMISSION_DENIED`, `IO`, `INVALID_ARGUMENT`, `CANCELLED`.
#[uniffi::export(default(expected = None, listener = None))]
pub fn verify_export(
    path: String,
    expected: Option<Expected>,
    listener: Option<Arc<dyn ProgressListener>>,
) -> Result<Report> {
    let expected = Expected::read(expected)?;
    let path = PathBuf::from(path);
    Ok(run(listener, move |progress| sealbook::verify_export(&path, &expected, progress))?.into())
}
