//! Texts that are handed out, and what the library says about itself.

use crate::boundary::{call, quiet};
use crate::error::sealbook_error;
use crate::pointer::place;
use sealbook_common::sealbook::{Code, Error, Result};
use std::ffi::{CString, c_char};
use std::path::PathBuf;

/// A text as C owns it.
///
/// # Errors
/// `TAMPERED` if it has a NUL byte in it, which no JSON has: C would take it for the end.
pub(crate) fn owned(text: String) -> Result<*mut c_char> {
    let whole = CString::new(text).map_err(|e| {
        Error::new(Code::Tampered, format!("the result has a NUL byte at {}", e.nul_position()))
            .remedy("run verify: a payload in the ledger is not JSON")
    })?;
    Ok(whole.into_raw())
}

/// A path as C owns it: on Unix its own bytes.
///
/// # Errors
/// `INTERNAL` for a path with a NUL byte, which no system call takes.
pub(crate) fn owned_path(path: PathBuf) -> Result<*mut c_char> {
    let whole = CString::new(path.into_os_string().into_encoded_bytes());
    whole.map(CString::into_raw).map_err(|_| Error::new(Code::Internal, "the path has a NUL byte"))
}

/// A text as C owns it, NUL bytes replaced.
pub(crate) fn owned_message(text: &str) -> CString {
    CString::new(text.replace('\0', "\u{fffd}")).unwrap_or_default()
}

/// Releases a text that a function of this library handed out.
///
/// \param text the text, or NULL for nothing to do; not to be used afterwards
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_string_free(text: *mut c_char) {
    if !text.is_null() {
        // SAFETY: the caller got it from `owned` and gives it back once.
        quiet(|| drop(unsafe { CString::from_raw(text) }));
    }
}

/// The version of the library, such as "0.1.0"; compare it with #SEALBOOK_VERSION, that of the header.
///
/// \return a text that lives as long as the process and is not to be released
#[unsafe(no_mangle)]
pub extern "C" fn sealbook_version() -> *const c_char {
    const VERSION: &std::ffi::CStr =
        match std::ffi::CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
            Ok(version) => version,
            Err(_) => c"",
        };
    VERSION.as_ptr()
}

/// The table of all errors, as JSON:
/// `{"schema": "sealbook/errors/1", "errors": [{"code", "number", "class", "retryable", "meaning"}, ...]}`.
///
/// \param[out] table the table; release it with sealbook_string_free()
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK or #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_error_table(
    table: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let table = place(table, "table")?;
            table.set(owned(sealbook_common::errors::table())?);
            Ok(())
        })
    }
}
