//! What every function does on its way in and out: no panic crosses to C, and errors become a number and an object.

use crate::error::sealbook_error;
use sealbook_common::sealbook::{Code, Error, Result};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// 0, `SEALBOOK_OK`.
const OK: u32 = 0;

/// Runs `body` and returns its code. `*error` is set to NULL, or to the error.
///
/// # Safety
/// `error` is NULL or may be written to.
pub(crate) unsafe fn call(error: *mut *mut sealbook_error, body: impl FnOnce() -> Result<()>) -> u32 {
    let outcome = catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|_| {
        Err(Error::new(Code::Panic, "Sealbook panicked").remedy("report this as a defect"))
    });
    let (code, object) = match outcome {
        Ok(()) => (OK, std::ptr::null_mut()),
        Err(failure) => (failure.code().number(), sealbook_error::boxed(&failure)),
    };
    if error.is_null() {
        // SAFETY: just made, and known to nobody else.
        unsafe { sealbook_error::unbox(object) };
    } else {
        // SAFETY: the caller of this function vouches for it.
        unsafe { error.write(object) };
    }
    code
}

/// Runs a body that cannot fail but might panic, such as the drop of a handle.
pub(crate) fn quiet<T: Default>(body: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_default()
}
