//! Long calls on a thread of their own. Every function that may take long has a twin whose name ends in `_start`.

use crate::boundary::{call, quiet};
use crate::error::sealbook_error;
use crate::pointer::{Place, object, place};
use crate::text::owned;
use sealbook_common::Job;
use sealbook_common::sealbook::{Progress, Result};
use std::ffi::c_char;
use std::time::Duration;

/// A long call under way. Any thread may watch it, cancel it, or wait for its result.
pub struct sealbook_job(Job<String>);

/// Starts `work`, whose result is a JSON text, and hands the job out.
///
/// # Errors
/// `IO` if no thread can be started.
pub(crate) fn start(
    job: Place<*mut sealbook_job>,
    work: impl FnOnce(&Progress) -> Result<String> + Send + 'static,
) -> Result<()> {
    job.set(Box::into_raw(Box::new(sealbook_job(Job::start(work)?))));
    Ok(())
}

/// Waits for a job to end.
///
/// \code{.c}
/// sealbook_ledger *ledger = NULL;
/// sealbook_job *job = NULL;
/// char *report = NULL;
/// sealbook_ledger_in_memory(NULL, &ledger, NULL);
/// if (sealbook_ledger_verify_start(ledger, NULL, &job, NULL) == SEALBOOK_OK) {
///     while (sealbook_job_wait(job, 100, &report, NULL) == SEALBOOK_OK && report == NULL) {
///         uint64_t done = 0, total = 0;
///         sealbook_job_progress(job, &done, &total, NULL);
///         printf("%llu of %llu entries\n", (unsigned long long)done, (unsigned long long)total);
///     }
/// }
/// sealbook_string_free(report);
/// sealbook_job_free(job);
/// sealbook_ledger_free(ledger);
/// \endcode
///
/// \param job the job; in the process that started it, since a forked child does not have its thread
/// \param timeout_ms how long to wait at most, in milliseconds; 0 to look only
/// \param[out] result_json the result, which comes once, to be released with sealbook_string_free(); NULL if the time is up
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_CANCELLED after sealbook_job_cancel(), what the job's function returns,
///         #SEALBOOK_INVALID_ARGUMENT if the result was taken before, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_job_wait(
    job: *const sealbook_job,
    timeout_ms: u64,
    result_json: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let (job, result_json) = (object(job, "job")?, place(result_json, "result_json")?);
            let outcome = job.0.wait(Duration::from_millis(timeout_ms)).transpose()?;
            result_json.set(outcome.map_or(Ok(std::ptr::null_mut()), owned)?);
            Ok(())
        })
    }
}

/// How far a job has come.
///
/// \param job the job
/// \param[out] done units done so far: entries, or commits for a scan
/// \param[out] total units in all; 0 while that is unknown
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_job_progress(
    job: *const sealbook_job,
    done: *mut u64,
    total: *mut u64,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let (job, done, total) = (object(job, "job")?, place(done, "done")?, place(total, "total")?);
            done.set(job.0.progress().done());
            total.set(job.0.progress().total());
            Ok(())
        })
    }
}

/// Asks a job to stop. It then ends with #SEALBOOK_CANCELLED, unless it has ended before.
///
/// \param job the job, or NULL for nothing to do
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_job_cancel(job: *const sealbook_job) {
    // SAFETY: the pointer is what the header demands.
    quiet(|| unsafe { job.as_ref() }.map(|job| job.0.progress().cancel()));
}

/// Releases a job. One that is still under way is cancelled, and may take a moment to stop: wait for it first to know that it has ended.
///
/// \param job the job, or NULL for nothing to do; not to be used afterwards
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_job_free(job: *mut sealbook_job) {
    if !job.is_null() {
        // SAFETY: the caller got it from `start` and gives it back once.
        quiet(|| drop(unsafe { Box::from_raw(job) }));
    }
}
