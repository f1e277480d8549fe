//! The handle of a ledger.

use crate::boundary::{call, quiet};
use crate::error::sealbook_error;
use crate::pointer::{Place, object, options, path, place};
use crate::text::owned;
use sealbook_common::request::open_options;
use sealbook_common::sealbook::{Code, Ledger, OpenOptions, Result};
use std::ffi::c_char;
use std::sync::Arc;

/// An open ledger. Any number of threads may use it at the same time.
pub struct sealbook_ledger(pub(crate) Arc<Ledger>);

/// Opens a ledger: that of the project in or above the folder `path`, or the ledger file `path`.
///
/// \code{.c}
/// sealbook_ledger *ledger = NULL;
/// sealbook_error *error = NULL;
/// if (sealbook_ledger_open("project", "{\"create\": true}", &ledger, &error) != SEALBOOK_OK) {
///     fprintf(stderr, "%s\n", sealbook_error_message(error));
///     sealbook_error_free(error);
/// }
/// sealbook_ledger_free(ledger);
/// \endcode
///
/// \param path a project folder, a folder in one, or a ledger file
/// \param options_json `{"create", "read_only", "origin", "busy_timeout_ms", "payload_limit", "redact"}`, all optional; NULL for the
///        defaults: not made if absent, writable, any origin, 30,000 ms, 1,048,576 bytes, known secrets replaced
/// \param[out] ledger the ledger; release it with sealbook_ledger_free()
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_NOT_A_PROJECT, #SEALBOOK_NOT_FOUND, #SEALBOOK_NOT_A_LEDGER, #SEALBOOK_LEDGER_TOO_NEW,
///         #SEALBOOK_LEDGER_BUSY, #SEALBOOK_READ_ONLY, #SEALBOOK_PERMISSION_DENIED, #SEALBOOK_DISK_FULL, #SEALBOOK_IO,
///         #SEALBOOK_INVALID_ORIGIN, #SEALBOOK_ORIGIN_MISMATCH, #SEALBOOK_INVALID_ARGUMENT, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_ledger_open(
    path: *const c_char,
    options_json: *const c_char,
    ledger: *mut *mut sealbook_ledger,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let (path, ledger) = (self::path(path, "path")?, place(ledger, "ledger")?);
            hand_out(ledger, Ledger::open(path, &read(options_json)?))
        })
    }
}

/// Makes the ledger of the project folder `path`, or the ledger file `path` (its name ends in `.db`), and opens it.
///
/// \param path a project folder, which is made if need be, or a ledger file
/// \param options_json as for sealbook_ledger_open()
/// \param[out] ledger the ledger; release it with sealbook_ledger_free()
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_LEDGER_EXISTS, and as sealbook_ledger_open()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_ledger_init(
    path: *const c_char,
    options_json: *const c_char,
    ledger: *mut *mut sealbook_ledger,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let (path, ledger) = (self::path(path, "path")?, place(ledger, "ledger")?);
            hand_out(ledger, Ledger::init(path, &read(options_json)?))
        })
    }
}

/// Makes a ledger that lasts as long as its handle: for tests and trials.
///
/// \param options_json as for sealbook_ledger_open()
/// \param[out] ledger the ledger; release it with sealbook_ledger_free()
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_INVALID_ORIGIN, #SEALBOOK_INVALID_ARGUMENT, #SEALBOOK_IO, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_ledger_in_memory(
    options_json: *const c_char,
    ledger: *mut *mut sealbook_ledger,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let ledger = place(ledger, "ledger")?;
            hand_out(ledger, Ledger::in_memory(&read(options_json)?))
        })
    }
}

/// Closes a ledger while others may still hold its handle: calls under way end as usual, later ones return #SEALBOOK_CLOSED.
/// Closing it again does nothing. The handle is still to be released.
///
/// \param ledger the ledger
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_ledger_close(
    ledger: *const sealbook_ledger,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            object(ledger, "ledger")?.0.close();
            Ok(())
        })
    }
}

/// Releases a ledger. No other thread may be using the handle; a job that was started on it goes on.
///
/// \param ledger the ledger, or NULL for nothing to do; not to be used afterwards
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_ledger_free(ledger: *mut sealbook_ledger) {
    if !ledger.is_null() {
        // SAFETY: the caller got it from `hand_out` and gives it back once.
        quiet(|| drop(unsafe { Box::from_raw(ledger) }));
    }
}

/// How many entries there are. The first is the genesis, so that there is always one.
///
/// \param ledger the ledger
/// \param[out] size the number of entries
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_CLOSED, #SEALBOOK_IO, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_ledger_size(
    ledger: *const sealbook_ledger,
    size: *mut u64,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let (ledger, size) = (object(ledger, "ledger")?, place(size, "size")?);
            size.set(ledger.0.size()?);
            Ok(())
        })
    }
}

/// The ledger's origin: the name it carries in its genesis entry.
///
/// \param ledger the ledger
/// \param[out] origin the origin, to be released with sealbook_string_free(); NULL if the genesis entry is damaged
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_CLOSED, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_ledger_origin(
    ledger: *const sealbook_ledger,
    origin: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let (ledger, origin) = (object(ledger, "ledger")?, place(origin, "origin")?);
            origin.set(ledger.0.origin()?.map_or(Ok(std::ptr::null_mut()), owned)?);
            Ok(())
        })
    }
}

/// The ledger's file.
///
/// \param ledger the ledger
/// \param[out] path the path, to be released with sealbook_string_free(); NULL for a ledger in memory
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_CLOSED, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_ledger_path(
    ledger: *const sealbook_ledger,
    path: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let (ledger, path) = (object(ledger, "ledger")?, place(path, "path")?);
            path.set(ledger.0.path()?.map_or(Ok(std::ptr::null_mut()), crate::text::owned_path)?);
            Ok(())
        })
    }
}

/// Waits until no thread is inside the ledger, and keeps others out: for the moment of a fork() in a program with several threads,
/// before which every open ledger is paused. To be ended by sealbook_ledger_resume() on both sides.
///
/// \param ledger the ledger, or NULL for nothing to do
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_ledger_pause(ledger: *const sealbook_ledger) {
    // SAFETY: the pointer is what the header demands.
    quiet(|| unsafe { ledger.as_ref() }.map(|ledger| ledger.0.pause()));
}

/// Ends sealbook_ledger_pause().
///
/// \param ledger the ledger, or NULL for nothing to do
/// \param in_child whether this is the child of the fork
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_ledger_resume(ledger: *const sealbook_ledger, in_child: bool) {
    // SAFETY: the pointer is what the header demands.
    quiet(|| match unsafe { ledger.as_ref() } {
        Some(ledger) if in_child => ledger.0.resume_in_child(),
        Some(ledger) => ledger.0.resume(),
        None => (),
    });
}

/// Reads the options of a ledger.
unsafe fn read(options_json: *const c_char) -> Result<OpenOptions> {
    // SAFETY: the pointer is what the header demands.
    open_options(unsafe { options(options_json, "options_json", Code::InvalidArgument) }?)
}

fn hand_out(place: Place<*mut sealbook_ledger>, ledger: Result<Ledger>) -> Result<()> {
    place.set(Box::into_raw(Box::new(sealbook_ledger(Arc::new(ledger?)))));
    Ok(())
}
