//! The error, as the generated code throws it.

use sealbook_common::sealbook::{Code, Error};
use std::collections::HashMap;

/// What went wrong in a call.
///
/// There is one variant, so that programs test the code, which is the same in every language.
#[derive(Debug, uniffi::Error)]
pub enum SealbookError {
    /// The call failed, and had no effect unless it says so.
    Failed {
        /// The stable name, such as `LEDGER_BUSY`.
        code: String,
        /// The frozen number, from 7000.
        number: u32,
        /// What people read: one line that says what was wrong, with which value, and what to do.
        message: String,
        /// Named values, such as the path or the number of the record.
        context: HashMap<String, String>,
        /// Whether the same call may succeed later without any change.
        retryable: bool,
    },
}

/// A result with a [`SealbookError`].
pub type Result<T> = std::result::Result<T, SealbookError>;

impl std::fmt::Display for SealbookError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self::Failed { code, message, .. } = self;
        write!(f, "{message} ({code})")
    }
}

impl std::error::Error for SealbookError {}

impl From<Error> for SealbookError {
    fn from(error: Error) -> Self {
        Self::Failed {
            code: error.code().name().to_owned(),
            number: error.code().number(),
            message: error.message().to_owned(),
            context: error
                .context()
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect(),
            retryable: error.is_retryable(),
        }
    }
}

/// A listener threw something else than a [`SealbookError`].
impl From<uniffi::UnexpectedUniFFICallbackError> for SealbookError {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Error::new(Code::Cancelled, format!("the progress listener failed: {}", error.reason)).into()
    }
}
