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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{sealbook_error_free, sealbook_error_number};
    use std::ptr::null_mut;

    #[test]
    fn a_panic_becomes_a_code() {
        let mut error = null_mut();
        // SAFETY: `error` is a place of this function's.
        let code = unsafe { call(&raw mut error, || panic!("a defect")) };
        assert_eq!(code, Code::Panic.number());
        // SAFETY: the object is the call's own, and is used no more.
        unsafe {
            assert_eq!(sealbook_error_number(error), code);
            sealbook_error_free(error);
            assert_eq!(call(null_mut(), || panic!("a defect")), code);
        }
        quiet::<()>(|| panic!("a defect"));
    }
}
