//! Verification, and the repair of what can be computed anew.

use crate::boundary::call;
use crate::error::sealbook_error;
use crate::job::{sealbook_job, start};
use crate::ledger::sealbook_ledger;
use crate::pointer::{object, options, path, place};
use crate::text::owned;
use sealbook_common::reply::json;
use sealbook_common::request;
use sealbook_common::sealbook::{Code, Expected, Progress, Result, verify_export};
use std::ffi::c_char;

/// Verifies every entry of a ledger and what is kept beside them. Damage is no error: it is in the report.
///
/// \code{.c}
/// sealbook_ledger *ledger = NULL;
/// char *report = NULL;
/// sealbook_ledger_in_memory(NULL, &ledger, NULL);
/// if (sealbook_ledger_verify(ledger, NULL, &report, NULL) == SEALBOOK_OK)
///     assert(strstr(report, "\"verdict\":\"intact\"") != NULL);
/// sealbook_string_free(report);
/// sealbook_ledger_free(ledger);
/// \endcode
///
/// \param ledger the ledger
/// \param expected_json `{"origin", "size", "root"}`, what is known from elsewhere, all optional; NULL if nothing is
/// \param[out] report_json `{"schema": "sealbook/verify/1", "verdict": "intact" or "tampered", "entries", "root", "origin", "faults",
///             "notes", "not_checked"}`; release it with sealbook_string_free()
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_INVALID_ARGUMENT, #SEALBOOK_CLOSED, #SEALBOOK_IO, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_ledger_verify(
    ledger: *const sealbook_ledger,
    expected_json: *const c_char,
    report_json: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let (ledger, report_json) = (object(ledger, "ledger")?, place(report_json, "report_json")?);
            let report = ledger.0.verify(&expected(expected_json)?, &Progress::default())?;
            report_json.set(owned(json(&report))?);
            Ok(())
        })
    }
}

/// As sealbook_ledger_verify(), on a thread of its own.
///
/// \param ledger the ledger
/// \param expected_json as for sealbook_ledger_verify()
/// \param[out] job the job, whose result is the report; release it with sealbook_job_free()
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_INVALID_ARGUMENT, #SEALBOOK_IO if no thread can be started, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_ledger_verify_start(
    ledger: *const sealbook_ledger,
    expected_json: *const c_char,
    job: *mut *mut sealbook_job,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let (ledger, job) = (object(ledger, "ledger")?.0.clone(), place(job, "job")?);
            let expected = expected(expected_json)?;
            start(job, move |progress| Ok(json(&ledger.verify(&expected, progress)?)))
        })
    }
}

/// Verifies an export. Damage is no error: it is in the report.
///
/// \param path the file
/// \param expected_json as for sealbook_ledger_verify()
/// \param[out] report_json as of sealbook_ledger_verify(); release it with sealbook_string_free()
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_NOT_FOUND, #SEALBOOK_PERMISSION_DENIED, #SEALBOOK_IO, #SEALBOOK_INVALID_ARGUMENT,
///         #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_verify_export(
    path: *const c_char,
    expected_json: *const c_char,
    report_json: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let (path, report_json) = (self::path(path, "path")?, place(report_json, "report_json")?);
            let report = verify_export(&path, &expected(expected_json)?, &Progress::default())?;
            report_json.set(owned(json(&report))?);
            Ok(())
        })
    }
}

/// As sealbook_verify_export(), on a thread of its own.
///
/// \param path the file
/// \param expected_json as for sealbook_ledger_verify()
/// \param[out] job the job, whose result is the report; release it with sealbook_job_free()
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_INVALID_ARGUMENT, #SEALBOOK_IO if no thread can be started, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_verify_export_start(
    path: *const c_char,
    expected_json: *const c_char,
    job: *mut *mut sealbook_job,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let (path, job) = (self::path(path, "path")?, place(job, "job")?);
            let expected = expected(expected_json)?;
            start(job, move |progress| Ok(json(&verify_export(&path, &expected, progress)?)))
        })
    }
}

/// Computes the query index and the tree's tiles anew, if verification finds nothing else at fault.
///
/// \param ledger the ledger
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_TAMPERED if there are other faults, which this would hide; #SEALBOOK_READ_ONLY, #SEALBOOK_CLOSED,
///         #SEALBOOK_IO, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_ledger_reindex(
    ledger: *const sealbook_ledger,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe { call(error, || object(ledger, "ledger")?.0.reindex(&Progress::default())) }
}

/// As sealbook_ledger_reindex(), on a thread of its own.
///
/// \param ledger the ledger
/// \param[out] job the job, whose result is `{}`; release it with sealbook_job_free()
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_IO if no thread can be started, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_ledger_reindex_start(
    ledger: *const sealbook_ledger,
    job: *mut *mut sealbook_job,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let (ledger, job) = (object(ledger, "ledger")?.0.clone(), place(job, "job")?);
            start(job, move |progress| ledger.reindex(progress).map(|()| "{}".to_owned()))
        })
    }
}

/// Reads what is known from elsewhere.
unsafe fn expected(expected_json: *const c_char) -> Result<Expected> {
    // SAFETY: the pointer is what the header demands.
    request::expected(unsafe { options(expected_json, "expected_json", Code::InvalidArgument) }?)
}
