//! Ledgers as JSON lines, out and in.

use crate::boundary::call;
use crate::error::sealbook_error;
use crate::job::{sealbook_job, start};
use crate::ledger::sealbook_ledger;
use crate::pointer::{object, path, place};
use crate::text::owned;
use sealbook_common::reply::json;
use sealbook_common::sealbook::Progress;
use std::ffi::c_char;

/// Writes all entries to a file as JSON lines, which sealbook_verify_export() and others can check without the ledger. A file that is
/// there is replaced once the export is complete.
///
/// \param ledger the ledger
/// \param path the file
/// \param[out] entries how many were written
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_NOT_FOUND, #SEALBOOK_PERMISSION_DENIED, #SEALBOOK_DISK_FULL, #SEALBOOK_CLOSED, #SEALBOOK_IO,
///         #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_ledger_export(
    ledger: *const sealbook_ledger,
    path: *const c_char,
    entries: *mut u64,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let (ledger, path) = (object(ledger, "ledger")?, self::path(path, "path")?);
            let entries = place(entries, "entries")?;
            entries.set(ledger.0.export_file(&path, &Progress::default())?);
            Ok(())
        })
    }
}

/// As sealbook_ledger_export(), on a thread of its own.
///
/// \param ledger the ledger
/// \param path the file
/// \param[out] job the job, whose result is `{"entries": how many}`; release it with sealbook_job_free()
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_IO if no thread can be started, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_ledger_export_start(
    ledger: *const sealbook_ledger,
    path: *const c_char,
    job: *mut *mut sealbook_job,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let (ledger, path) = (object(ledger, "ledger")?.0.clone(), self::path(path, "path")?);
            let entries = move |progress: &Progress| ledger.export_file(&path, progress);
            start(place(job, "job")?, move |progress| Ok(format!(r#"{{"entries":{}}}"#, entries(progress)?)))
        })
    }
}

/// Verifies another ledger's export and records each of its entries as evidence, in an entry of kind `import`. Importing the same
/// export again adds only what is new.
///
/// \param ledger the ledger
/// \param path the export
/// \param[out] imported_json `{"entries": in the export, "recorded": new in this ledger}`; release it with sealbook_string_free()
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_INVALID_EXPORT if it does not verify, #SEALBOOK_NOT_FOUND, and as sealbook_ledger_record()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_ledger_import(
    ledger: *const sealbook_ledger,
    path: *const c_char,
    imported_json: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let (ledger, path) = (object(ledger, "ledger")?, self::path(path, "path")?);
            let imported_json = place(imported_json, "imported_json")?;
            imported_json.set(owned(json(&ledger.0.import(&path, &Progress::default())?))?);
            Ok(())
        })
    }
}

/// As sealbook_ledger_import(), on a thread of its own. What was recorded before a cancellation stays.
///
/// \param ledger the ledger
/// \param path the export
/// \param[out] job the job, whose result is as of sealbook_ledger_import(); release it with sealbook_job_free()
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_IO if no thread can be started, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_ledger_import_start(
    ledger: *const sealbook_ledger,
    path: *const c_char,
    job: *mut *mut sealbook_job,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let (ledger, path) = (object(ledger, "ledger")?.0.clone(), self::path(path, "path")?);
            start(place(job, "job")?, move |progress| Ok(json(&ledger.import(&path, progress)?)))
        })
    }
}
