//! What an AI wrote: the calls that need no open ledger. Options come as the JSON texts that [`request`] takes, results leave as JSON.

use crate::error::thrown;
use crate::promise::long_call;
use crate::watch::Watch;
use napi::Env;
use napi::bindgen_prelude::Object;
use napi_derive::napi;
use sealbook_common::reply::json;
use sealbook_common::request;
use sealbook_common::sealbook::{self, Progress, Result};
use std::path::Path;
use std::sync::Arc;

/// Reads a history and a folder; with `record` in the options, what they say is recorded in the ledger of the project there.
///
/// # Errors
/// As the core's `scan`, and with `record` as its `open` and `record_many`.
#[napi(catch_unwind)]
pub fn scan_sync(path: String, options: String) -> napi::Result<String> {
    now(|progress| {
        let options = request::scan_options(&options)?;
        Ok(json(&sealbook::scan(Path::new(&path), &options, progress)?))
    })
}

/// Reads a history and a folder; with `record` in the options, what they say is recorded in the ledger of the project there.
///
/// # Errors
/// If the options are not understood; the rest rejects the promise.
#[napi(catch_unwind)]
pub fn scan<'env>(
    env: &'env Env,
    path: String,
    options: String,
    watch: &Watch,
) -> napi::Result<Object<'env>> {
    let options = request::scan_options(&options).map_err(thrown)?;
    long_call(env, watch.progress(), move |progress| {
        Ok(json(&sealbook::scan(Path::new(&path), &options, progress)?))
    })
}

/// Explains a commit or a file.
///
/// # Errors
/// As the core's `why`.
#[napi(catch_unwind)]
pub fn why_sync(path: String, target: String, options: String) -> napi::Result<String> {
    now(|progress| {
        let options = request::why_options(&options)?;
        Ok(json(&sealbook::why(Path::new(&path), &target, &options, progress)?))
    })
}

/// Explains a commit or a file.
///
/// # Errors
/// If the options are not understood; the rest rejects the promise.
#[napi(catch_unwind)]
pub fn why<'env>(
    env: &'env Env,
    path: String,
    target: String,
    options: String,
    watch: &Watch,
) -> napi::Result<Object<'env>> {
    let options = request::why_options(&options).map_err(thrown)?;
    long_call(env, watch.progress(), move |progress| {
        Ok(json(&sealbook::why(Path::new(&path), &target, &options, progress)?))
    })
}

/// Counts what is known about a history.
///
/// # Errors
/// As the core's `stats`.
#[napi(catch_unwind)]
pub fn stats_sync(path: String, options: String) -> napi::Result<String> {
    now(|progress| {
        let options = request::stats_options(&options)?;
        Ok(json(&sealbook::stats(Path::new(&path), &options, progress)?))
    })
}

/// Counts what is known about a history.
///
/// # Errors
/// If the options are not understood; the rest rejects the promise.
#[napi(catch_unwind)]
pub fn stats<'env>(
    env: &'env Env,
    path: String,
    options: String,
    watch: &Watch,
) -> napi::Result<Object<'env>> {
    let options = request::stats_options(&options).map_err(thrown)?;
    long_call(env, watch.progress(), move |progress| {
        Ok(json(&sealbook::stats(Path::new(&path), &options, progress)?))
    })
}

/// A report, as the text of one file.
///
/// # Errors
/// As the core's `report`.
#[napi(catch_unwind)]
pub fn report_sync(path: String, options: String) -> napi::Result<String> {
    now(|progress| sealbook::report(Path::new(&path), &request::report_options(&options)?, progress))
}

/// A report, as the text of one file.
///
/// # Errors
/// If the options are not understood; the rest rejects the promise.
#[napi(catch_unwind)]
pub fn report<'env>(
    env: &'env Env,
    path: String,
    options: String,
    watch: &Watch,
) -> napi::Result<Object<'env>> {
    let options = request::report_options(&options).map_err(thrown)?;
    long_call(env, watch.progress(), move |progress| sealbook::report(Path::new(&path), &options, progress))
}

/// The rules in force for a path.
///
/// # Errors
/// As the core's `rules`.
#[napi(catch_unwind)]
pub fn rules_sync(path: String) -> napi::Result<String> {
    now(|_| Ok(json(&sealbook::rules(Path::new(&path))?)))
}

/// The rules in force for a path.
///
/// # Errors
/// Only if no promise can be made; the rest rejects it.
#[napi(catch_unwind)]
pub fn rules(env: &Env, path: String) -> napi::Result<Object<'_>> {
    long_call(env, Arc::default(), move |_| Ok(json(&sealbook::rules(Path::new(&path))?)))
}

/// The rules that match a text.
///
/// # Errors
/// As the core's `test_rules`.
#[napi(catch_unwind)]
pub fn test_rules_sync(path: String, text: String) -> napi::Result<String> {
    now(|_| Ok(json(&sealbook::test_rules(Path::new(&path), &text)?)))
}

/// The rules that match a text.
///
/// # Errors
/// Only if no promise can be made; the rest rejects it.
#[napi(catch_unwind)]
pub fn test_rules(env: &Env, path: String, text: String) -> napi::Result<Object<'_>> {
    long_call(env, Arc::default(), move |_| Ok(json(&sealbook::test_rules(Path::new(&path), &text)?)))
}

fn now(call: impl FnOnce(&Progress) -> Result<String>) -> napi::Result<String> {
    call(&Progress::default()).map_err(thrown)
}
