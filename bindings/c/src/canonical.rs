//! The canonical form of a payload.

use crate::boundary::call;
use crate::error::sealbook_error;
use crate::pointer::{bytes, place};
use crate::text::owned;
use sealbook_common::sealbook::{Code, DEFAULT_PAYLOAD_LIMIT, Error, canonicalize};
use std::ffi::c_char;

/// The canonical form (RFC 8785) of a JSON object: the bytes that a ledger keeps and hashes.
///
/// \code{.c}
/// char *canonical = NULL;
/// const char json[] = "{ \"b\": 1.50, \"a\": true }";
/// if (sealbook_canonicalize(json, strlen(json), &canonical, NULL) == SEALBOOK_OK)
///     assert(strcmp(canonical, "{\"a\":true,\"b\":1.5}") == 0);
/// sealbook_string_free(canonical);
/// \endcode
///
/// \param json a JSON object in UTF-8, `json_len` bytes that need not end with NUL
/// \param json_len how many
/// \param[out] canonical the canonical form; release it with sealbook_string_free()
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, the `SEALBOOK_PAYLOAD_...` codes, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_canonicalize(
    json: *const c_char,
    json_len: usize,
    canonical: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let (json, canonical) = (bytes(json, json_len, "json")?, place(canonical, "canonical")?);
            let form = String::from_utf8(canonicalize(json, DEFAULT_PAYLOAD_LIMIT)?);
            let form =
                form.map_err(|e| Error::new(Code::Internal, "the canonical form is not UTF-8").caused_by(e))?;
            canonical.set(owned(form)?);
            Ok(())
        })
    }
}
