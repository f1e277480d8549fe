//! What a history and a folder say about AI.

use crate::boundary::call;
use crate::error::sealbook_error;
use crate::job::{sealbook_job, start};
use crate::ledger::sealbook_ledger;
use crate::pointer::{object, options, path, place};
use crate::text::owned;
use sealbook_common::reply::json;
use sealbook_common::request;
use sealbook_common::sealbook::{Code, Progress, Result, ScanOptions, scan};
use std::ffi::c_char;

/// Reads the history of the git repository at or above `path`, the files under `path`, or both, and says what they claim about AI. With
/// `"record"` it goes to the ledger of the project at or above `path`: each commit as an entry of kind `commit`, each claim about a file as
/// one of kind `attribution`. What was recorded with the same claims before is not recorded again.
///
/// \param path a folder of the repository; without the history any folder or file
/// \param options_json `{"history": read the commits, "tree": read the files, "revision": the commit to start from, "no_ignore": read files
///        that .gitignore excludes, too, "no_cache": read every commit, also those that an earlier scan remembered, "record": record what is
///        found}`, all optional; NULL for the history from HEAD, not recorded. The history is read unless only the tree is asked for
/// \param[out] report_json `{"schema": "sealbook/scan/1"}` with `"commits", "by_tool", "by_strength"` of the history and `"files", "claims"` of
///        the files, and with `"recorded"`, how many entries are new, if it recorded; release it with sealbook_string_free()
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_NOT_A_REPOSITORY, #SEALBOOK_NOT_FOUND, #SEALBOOK_PERMISSION_DENIED, #SEALBOOK_INVALID_ARGUMENT if
///         the revision names no commit or the options ask for nothing, #SEALBOOK_GIT, #SEALBOOK_NULL_POINTER; with `"record"` as
///         sealbook_ledger_open() and sealbook_ledger_record(), too
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_scan(
    path: *const c_char,
    options_json: *const c_char,
    report_json: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let (path, report_json) = (self::path(path, "path")?, place(report_json, "report_json")?);
            let report = scan(&path, &read(options_json)?, &Progress::default())?;
            report_json.set(owned(json(&report))?);
            Ok(())
        })
    }
}

/// As sealbook_scan(), on a thread of its own.
///
/// \param path a folder of the repository
/// \param options_json as for sealbook_scan()
/// \param[out] job the job, whose result is the report; release it with sealbook_job_free()
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_INVALID_ARGUMENT, #SEALBOOK_IO if no thread can be started, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_scan_start(
    path: *const c_char,
    options_json: *const c_char,
    job: *mut *mut sealbook_job,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let (path, options) = (self::path(path, "path")?, read(options_json)?);
            start(place(job, "job")?, move |progress| Ok(json(&scan(&path, &options, progress)?)))
        })
    }
}

/// As sealbook_scan(); with `"record"` it goes to this ledger.
///
/// \param ledger the ledger
/// \param path a folder of the repository
/// \param options_json as for sealbook_scan()
/// \param[out] report_json as of sealbook_scan(); release it with sealbook_string_free()
/// \param[out] error what went wrong; may be NULL
/// \return as sealbook_scan(), and with `"record"` as sealbook_ledger_record()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_ledger_scan(
    ledger: *const sealbook_ledger,
    path: *const c_char,
    options_json: *const c_char,
    report_json: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let (ledger, path) = (object(ledger, "ledger")?, self::path(path, "path")?);
            let report_json = place(report_json, "report_json")?;
            let report = ledger.0.scan(&path, &read(options_json)?, &Progress::default())?;
            report_json.set(owned(json(&report))?);
            Ok(())
        })
    }
}

/// As sealbook_ledger_scan(), on a thread of its own. What was recorded before a cancellation stays.
///
/// \param ledger the ledger
/// \param path a folder of the repository
/// \param options_json as for sealbook_scan()
/// \param[out] job the job, whose result is the report; release it with sealbook_job_free()
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_INVALID_ARGUMENT, #SEALBOOK_IO if no thread can be started, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_ledger_scan_start(
    ledger: *const sealbook_ledger,
    path: *const c_char,
    options_json: *const c_char,
    job: *mut *mut sealbook_job,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let (ledger, path) = (object(ledger, "ledger")?.0.clone(), self::path(path, "path")?);
            let options = read(options_json)?;
            start(place(job, "job")?, move |progress| Ok(json(&ledger.scan(&path, &options, progress)?)))
        })
    }
}

/// Reads the options of a scan.
unsafe fn read(options_json: *const c_char) -> Result<ScanOptions> {
    // SAFETY: the pointer is what the header demands.
    request::scan_options(unsafe { options(options_json, "options_json", Code::InvalidArgument) }?)
}
