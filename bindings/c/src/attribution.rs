//! What is known about a commit, a file or a whole history, and by which rules.

use crate::boundary::call;
use crate::error::sealbook_error;
use crate::job::{sealbook_job, start};
use crate::pointer::{options, path, place, text};
use crate::text::owned;
use sealbook_common::reply::json;
use sealbook_common::request;
use sealbook_common::sealbook::{self, Code, Progress, Result};
use std::ffi::c_char;

/// Explains a commit or a file of the git repository at or above `path`: its verdict, every claim with the rule and the evidence behind
/// it, and what contradicts what.
///
/// \param path a folder of the repository
/// \param target a commit as git names it, or the path of a file
/// \param options_json `{"target": "auto", "commit" or "file", "revision": the version of the file}`, all optional; NULL for the defaults
/// \param[out] explanation_json `{"schema": "sealbook/why/1", "commit"}` or `{"schema", "file", "comments"}`; release it with sealbook_string_free()
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_INVALID_ARGUMENT if the target is neither, #SEALBOOK_NOT_FOUND if the version has no such file,
///         #SEALBOOK_NOT_A_REPOSITORY, #SEALBOOK_PERMISSION_DENIED, #SEALBOOK_GIT, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_why(
    path: *const c_char,
    target: *const c_char,
    options_json: *const c_char,
    explanation_json: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let (path, target) = (self::path(path, "path")?, text(target, "target", Code::InvalidArgument)?);
            let options = request::why_options(given(options_json)?)?;
            let explanation_json = place(explanation_json, "explanation_json")?;
            explanation_json.set(owned(json(&sealbook::why(
                &path,
                target,
                &options,
                &Progress::default(),
            )?))?);
            Ok(())
        })
    }
}

/// As sealbook_why(), on a thread of its own.
///
/// \param path a folder of the repository
/// \param target a commit as git names it, or the path of a file
/// \param options_json as for sealbook_why()
/// \param[out] job the job, whose result is the explanation; release it with sealbook_job_free()
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_INVALID_ARGUMENT, #SEALBOOK_IO if no thread can be started, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_why_start(
    path: *const c_char,
    target: *const c_char,
    options_json: *const c_char,
    job: *mut *mut sealbook_job,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let path = self::path(path, "path")?;
            let target = text(target, "target", Code::InvalidArgument)?.to_owned();
            let options = request::why_options(given(options_json)?)?;
            let why = move |progress: &Progress| sealbook::why(&path, &target, &options, progress);
            start(place(job, "job")?, move |progress| Ok(json(&why(progress)?)))
        })
    }
}

/// Counts what is known about the history of the git repository at or above `path`: by tool, model, strength, person, folder and month.
/// Beside every figure stands what is unknown.
///
/// \param path a folder of the repository
/// \param options_json `{"revision": the commit to start from, "people": "full", "hashed" or "none", "folders": how many levels of folders
///        are told apart, "no_cache"}`, all optional; NULL for the defaults
/// \param[out] stats_json `{"schema": "sealbook/stats/1", ...}`; release it with sealbook_string_free()
/// \param[out] error what went wrong; may be NULL
/// \return as sealbook_scan()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_stats(
    path: *const c_char,
    options_json: *const c_char,
    stats_json: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let (path, options) = (self::path(path, "path")?, request::stats_options(given(options_json)?)?);
            let stats_json = place(stats_json, "stats_json")?;
            stats_json.set(owned(json(&sealbook::stats(&path, &options, &Progress::default())?))?);
            Ok(())
        })
    }
}

/// As sealbook_stats(), on a thread of its own.
///
/// \param path a folder of the repository
/// \param options_json as for sealbook_stats()
/// \param[out] job the job, whose result are the figures; release it with sealbook_job_free()
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_INVALID_ARGUMENT, #SEALBOOK_IO if no thread can be started, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_stats_start(
    path: *const c_char,
    options_json: *const c_char,
    job: *mut *mut sealbook_job,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let (path, options) = (self::path(path, "path")?, request::stats_options(given(options_json)?)?);
            let stats = move |progress: &Progress| sealbook::stats(&path, &options, progress);
            start(place(job, "job")?, move |progress| Ok(json(&stats(progress)?)))
        })
    }
}

/// Makes a report about the git repository at or above `path`, and about the ledger of the project there, as the text of one file.
///
/// \param path a folder of the repository
/// \param options_json as for sealbook_stats(), and `{"format": "html", "markdown" or "json", "tree": whether to read the files, too, "title",
///        "ledger": the path of another ledger}`, all optional; NULL for the defaults
/// \param[out] report the text in UTF-8; release it with sealbook_string_free()
/// \param[out] error what went wrong; may be NULL
/// \return as sealbook_scan(), and as sealbook_ledger_open() for the ledger
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_report(
    path: *const c_char,
    options_json: *const c_char,
    report: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let (path, options) = (self::path(path, "path")?, request::report_options(given(options_json)?)?);
            let report = place(report, "report")?;
            report.set(owned(sealbook::report(&path, &options, &Progress::default())?)?);
            Ok(())
        })
    }
}

/// As sealbook_report(), on a thread of its own.
///
/// \param path a folder of the repository
/// \param options_json as for sealbook_report()
/// \param[out] job the job, whose result is the text; release it with sealbook_job_free()
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_INVALID_ARGUMENT, #SEALBOOK_IO if no thread can be started, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_report_start(
    path: *const c_char,
    options_json: *const c_char,
    job: *mut *mut sealbook_job,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let (path, options) = (self::path(path, "path")?, request::report_options(given(options_json)?)?);
            start(place(job, "job")?, move |progress| sealbook::report(&path, &options, progress))
        })
    }
}

/// The rules in force for `path`: those that come with Sealbook, as the nearest `sealbook.toml` changes them.
///
/// \param path a folder
/// \param[out] rules_json `{"version", "digest", "settings", "rules", "changed", "off"}`; release it with sealbook_string_free()
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_INVALID_ARGUMENT if that file is not understood, #SEALBOOK_PERMISSION_DENIED, #SEALBOOK_IO,
///         #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_rules(
    path: *const c_char,
    rules_json: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let (path, rules_json) = (self::path(path, "path")?, place(rules_json, "rules_json")?);
            rules_json.set(owned(json(&sealbook::rules(&path)?))?);
            Ok(())
        })
    }
}

/// The rules in force for `path` that match a text, wherever it might stand: as a trailer, an author, a comment, ...
///
/// \param path a folder
/// \param text the text
/// \param[out] matches_json `[{"rule", "signal", "class", "tool", "vendor", "model", "strength", "false_positives"}, ...]`; release it with sealbook_string_free()
/// \param[out] error what went wrong; may be NULL
/// \return as sealbook_rules()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_test_rules(
    path: *const c_char,
    text: *const c_char,
    matches_json: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let (path, text) = (self::path(path, "path")?, self::text(text, "text", Code::InvalidArgument)?);
            let matches_json = place(matches_json, "matches_json")?;
            matches_json.set(owned(json(&sealbook::test_rules(&path, text)?))?);
            Ok(())
        })
    }
}

unsafe fn given<'a>(options_json: *const c_char) -> Result<&'a str> {
    // SAFETY: the pointer is what the header demands.
    unsafe { options(options_json, "options_json", Code::InvalidArgument) }
}
