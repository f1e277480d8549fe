//! The error object.

use crate::boundary::quiet;
use crate::text::owned_message;
use sealbook_common::sealbook::{Code, Error};
use std::ffi::{CString, c_char};

/// What went wrong in one call. Read it with the `sealbook_error_...` functions and release it with sealbook_error_free().
pub struct sealbook_error {
    code: Code,
    name: CString,
    message: CString,
    json: CString,
}

impl sealbook_error {
    /// An error as C owns it.
    pub(crate) fn boxed(error: &Error) -> *mut Self {
        Box::into_raw(Box::new(Self {
            code: error.code(),
            name: owned_message(error.code().name()),
            message: owned_message(error.message()),
            json: owned_message(&sealbook_common::errors::to_json(error)),
        }))
    }

    /// Releases it.
    ///
    /// # Safety
    /// `error` is NULL, or from [`Self::boxed`] and not used again.
    pub(crate) unsafe fn unbox(error: *mut Self) {
        if !error.is_null() {
            // SAFETY: the caller vouches for it.
            quiet(|| drop(unsafe { Box::from_raw(error) }));
        }
    }
}

/// The number of the error: one of #sealbook_code, and what the function returned.
///
/// \param error the error, or NULL
/// \return the number; #SEALBOOK_OK for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_error_number(error: *const sealbook_error) -> u32 {
    // SAFETY: the pointer is what the header demands.
    unsafe { error.as_ref() }.map_or(0, |e| e.code.number())
}

/// The stable name of the error, such as "LEDGER_BUSY".
///
/// \param error the error, or NULL
/// \return a text that lives as long as the error; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_error_code(error: *const sealbook_error) -> *const c_char {
    // SAFETY: the pointer is what the header demands.
    unsafe { error.as_ref() }.map_or(std::ptr::null(), |e| e.name.as_ptr())
}

/// What people read: one line that says what was wrong, with which value, and what to do.
///
/// \param error the error, or NULL
/// \return a text that lives as long as the error; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_error_message(error: *const sealbook_error) -> *const c_char {
    // SAFETY: the pointer is what the header demands.
    unsafe { error.as_ref() }.map_or(std::ptr::null(), |e| e.message.as_ptr())
}

/// All that is known, as JSON: `{"code", "number", "class", "message", "context": {...}, "retryable", "cause"}`.
///
/// \param error the error, or NULL
/// \return a text that lives as long as the error; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_error_json(error: *const sealbook_error) -> *const c_char {
    // SAFETY: the pointer is what the header demands.
    unsafe { error.as_ref() }.map_or(std::ptr::null(), |e| e.json.as_ptr())
}

/// Whether the same call may succeed later without any change.
///
/// \param error the error, or NULL
/// \return true or false; false for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_error_is_retryable(error: *const sealbook_error) -> bool {
    // SAFETY: the pointer is what the header demands.
    unsafe { error.as_ref() }.is_some_and(|e| e.code.is_retryable())
}

/// Releases an error.
///
/// \param error the error, or NULL for nothing to do; not to be used afterwards
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_error_free(error: *mut sealbook_error) {
    // SAFETY: the pointer is what the header demands.
    unsafe { sealbook_error::unbox(error) };
}
