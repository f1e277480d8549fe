//! The calls that need no open ledger.

use crate::error::thrown;
use crate::promise::long_call;
use crate::text;
use crate::watch::Watch;
use napi::Env;
use napi::bindgen_prelude::{BigInt, Either, Object, Uint8Array};
use napi_derive::napi;
use sealbook_common::sealbook::{self, Progress};
use std::path::Path;

/// The version of the package that this was built for.
#[napi]
#[must_use]
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// The canonical form of a JSON text, not limited in size.
///
/// # Errors
/// The `PAYLOAD_*` codes.
#[napi(catch_unwind)]
pub fn canonicalize(json: Either<String, Uint8Array>) -> napi::Result<String> {
    let canonical = sealbook::canonicalize(&bytes(json), usize::MAX).map_err(thrown)?;
    String::from_utf8(canonical).map_err(|e| napi::Error::from_reason(e.to_string()))
}

/// Verifies an export.
///
/// # Errors
/// As the core's `verify_export`.
#[napi(catch_unwind)]
pub fn verify_export_sync(
    path: String,
    origin: Option<String>,
    size: Option<BigInt>,
    root: Option<String>,
) -> napi::Result<String> {
    let expected = text::expected(origin, size, root).map_err(thrown)?;
    let report = sealbook::verify_export(Path::new(&path), &expected, &Progress::default());
    report.map(|report| text::report(&report)).map_err(thrown)
}

/// Verifies an export.
///
/// # Errors
/// As the core's `verify_export`.
#[napi(catch_unwind)]
pub fn verify_export<'env>(
    env: &'env Env,
    path: String,
    origin: Option<String>,
    size: Option<BigInt>,
    root: Option<String>,
    watch: &Watch,
) -> napi::Result<Object<'env>> {
    let expected = text::expected(origin, size, root).map_err(thrown)?;
    long_call(env, watch.progress(), move |progress| {
        sealbook::verify_export(Path::new(&path), &expected, progress).map(|report| text::report(&report))
    })
}

/// The bytes of a text or of a byte array.
pub(crate) fn bytes(json: Either<String, Uint8Array>) -> Vec<u8> {
    match json {
        Either::A(text) => text.into_bytes(),
        Either::B(bytes) => bytes.to_vec(),
    }
}
