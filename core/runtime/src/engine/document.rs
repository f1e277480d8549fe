//! Documents: what an engine keeps in the store beside the tasks, as JSON under a name.

use sealbook_error::{Code, Error, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What a document says.
///
/// # Errors
/// `TAMPERED` if it cannot be read.
pub(super) fn read<T: DeserializeOwned>(name: &str, document: &str) -> Result<T> {
    serde_json::from_str(document).map_err(|e| {
        Error::new(Code::Tampered, format!("the document {name} cannot be read: {e}"))
            .remedy("restore the project from a copy; its ledger may still verify")
    })
}

/// The document that says this.
///
/// # Errors
/// `INTERNAL` if it has no form in JSON.
pub(super) fn write<T: Serialize>(name: &str, value: &T) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|e| Error::new(Code::Internal, format!("the document {name} cannot be written: {e}")))
}
