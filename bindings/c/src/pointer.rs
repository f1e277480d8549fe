//! What C's pointers become: references, texts, and places for results.
//!
//! Each function here demands of its pointer what the header demands of C callers: it is NULL, or valid for the whole call.

use sealbook_common::sealbook::{Code, Error, Result};
use std::ffi::{CStr, c_char};
use std::path::{Path, PathBuf};
use std::ptr::NonNull;

/// The object behind a handle.
///
/// # Safety
/// `pointer` is NULL or points to a `T` that lives and is not written to for as long as the reference does.
pub(crate) unsafe fn object<'a, T>(pointer: *const T, name: &str) -> Result<&'a T> {
    // SAFETY: the caller vouches for it.
    unsafe { pointer.as_ref() }.ok_or_else(|| null(name))
}

/// A place for a result. It is checked before the work begins and written when it has succeeded.
pub(crate) struct Place<T>(NonNull<T>);

impl<T> Place<T> {
    /// Hands the result out.
    pub(crate) fn set(self, value: T) {
        // SAFETY: `place` was told that it may be written to.
        unsafe { self.0.write(value) };
    }
}

/// The place behind an out-parameter.
///
/// # Safety
/// `pointer` is NULL or may be written to until the call returns.
pub(crate) unsafe fn place<T>(pointer: *mut T, name: &str) -> Result<Place<T>> {
    NonNull::new(pointer).map(Place).ok_or_else(|| null(name))
}

/// Bytes with a length.
///
/// # Safety
/// `pointer` is NULL or points to `len` bytes that are not written to for as long as the slice lives.
pub(crate) unsafe fn bytes<'a>(pointer: *const c_char, len: usize, name: &str) -> Result<&'a [u8]> {
    if pointer.is_null() {
        return Err(null(name));
    }
    if isize::try_from(len).is_err() {
        let message = format!("{name} cannot have {len} bytes");
        return Err(Error::new(Code::InvalidArgument, message).remedy("pass the length of what it points to"));
    }
    // SAFETY: the caller vouches for it, and the length is one that a slice can have.
    Ok(unsafe { std::slice::from_raw_parts(pointer.cast(), len) })
}

/// A text that ends with NUL; `code` is for one that is not UTF-8.
///
/// # Safety
/// `pointer` is NULL or points to bytes up to a NUL that are not written to for as long as the text lives.
pub(crate) unsafe fn text<'a>(pointer: *const c_char, name: &str, code: Code) -> Result<&'a str> {
    // SAFETY: the caller vouches for it.
    unsafe { optional_text(pointer, name, code) }?.ok_or_else(|| null(name))
}

/// As [`text`]; NULL stands for none.
///
/// # Safety
/// As [`text`].
pub(crate) unsafe fn optional_text<'a>(
    pointer: *const c_char,
    name: &str,
    code: Code,
) -> Result<Option<&'a str>> {
    if pointer.is_null() {
        return Ok(None);
    }
    // SAFETY: not NULL, and the caller vouches for the rest.
    let text = unsafe { CStr::from_ptr(pointer) };
    text.to_str().map(Some).map_err(|e| not_utf8(name, code, e))
}

/// Options as JSON; NULL stands for the defaults, as the empty text does.
///
/// # Safety
/// As [`text`].
pub(crate) unsafe fn options<'a>(pointer: *const c_char, name: &str, code: Code) -> Result<&'a str> {
    // SAFETY: the caller vouches for it.
    Ok(unsafe { optional_text(pointer, name, code) }?.unwrap_or_default())
}

/// A path: on Unix any bytes, elsewhere UTF-8.
///
/// # Safety
/// As [`text`].
pub(crate) unsafe fn path(pointer: *const c_char, name: &str) -> Result<PathBuf> {
    if pointer.is_null() {
        return Err(null(name));
    }
    // SAFETY: not NULL, and the caller vouches for the rest.
    let text = unsafe { CStr::from_ptr(pointer) };
    #[cfg(unix)]
    let path: &Path = {
        use std::os::unix::ffi::OsStrExt;
        std::ffi::OsStr::from_bytes(text.to_bytes()).as_ref()
    };
    #[cfg(not(unix))]
    let path: &Path = text.to_str().map_err(|e| not_utf8(name, Code::InvalidArgument, e))?.as_ref();
    Ok(path.to_owned())
}

fn not_utf8(name: &str, code: Code, error: std::str::Utf8Error) -> Error {
    Error::new(code, format!("{name} is not UTF-8 at byte {}", error.valid_up_to()))
        .remedy("encode it as UTF-8")
}

fn null(name: &str) -> Error {
    Error::new(Code::NullPointer, format!("{name} is NULL"))
        .remedy("pass a pointer to a value")
        .with("argument", name)
}
