//! Errors on their way to JavaScript.

use sealbook_common::errors;
use sealbook_common::sealbook::{Code, Error};

/// A JavaScript error whose message is the JSON form of `error`; `node/errors.cjs` makes the class of it.
#[allow(clippy::needless_pass_by_value)]
pub(crate) fn thrown(error: Error) -> napi::Error {
    napi::Error::from_reason(errors::to_json(&error))
}

/// `INVALID_ARGUMENT`.
pub(crate) fn invalid(message: impl Into<String>) -> Error {
    Error::new(Code::InvalidArgument, message)
}
