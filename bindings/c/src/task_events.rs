//! What happens to tasks, and figures about them.

use crate::boundary::call;
use crate::error::sealbook_error;
use crate::pointer::{object, place};
use crate::tasks::{answer, sealbook_orchestrator};
use crate::text::owned;
use std::ffi::c_char;
use std::time::Duration;

/// What happened to the ledger's tasks behind a number, in any process. If nothing has, waits for it.
///
/// \code{.c}
/// sealbook_ledger *ledger = NULL;
/// sealbook_orchestrator *tasks = NULL;
/// char *submitted = NULL, *events = NULL;
/// uint64_t cursor = 0;
/// sealbook_ledger_in_memory(NULL, &ledger, NULL);
/// sealbook_orchestrator_open(ledger, &tasks, NULL);
/// sealbook_task_submit(tasks, "{\"kind\": \"work\", \"requester\": \"ann\"}", &submitted, NULL);
/// while (sealbook_events(tasks, cursor, 100, 0, &cursor, &events, NULL) == SEALBOOK_OK && events != NULL) {
///     printf("%s\n", events);
///     sealbook_string_free(events);
/// }
/// sealbook_string_free(submitted);
/// sealbook_orchestrator_free(tasks);
/// sealbook_ledger_free(ledger);
/// \endcode
///
/// \param orchestrator the orchestrator
/// \param behind the number of the last event that is known; 0 for all
/// \param most how many events at most
/// \param timeout_ms how long to wait at most, in milliseconds; 0 to look only
/// \param[out] last the number of the last event in the array, to go on behind; `behind` if there is none. May be the place where `behind`
///             stands
/// \param[out] events_json an array of `{"number", "transition"}`, to be released with sealbook_string_free(); NULL if there is none
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_IO, #SEALBOOK_CLOSED, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_events(
    orchestrator: *const sealbook_orchestrator,
    behind: u64,
    most: usize,
    timeout_ms: u64,
    last: *mut u64,
    events_json: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let tasks = object(orchestrator, "orchestrator")?.tasks()?;
            let (last, events_json) = (place(last, "last")?, place(events_json, "events_json")?);
            let (number, events) = tasks.page(behind, most, Duration::from_millis(timeout_ms))?;
            let events = if number == behind { std::ptr::null_mut() } else { owned(events)? };
            events_json.set(events);
            last.set(number);
            Ok(())
        })
    }
}

/// The number of the last event, to follow what happens from now on.
///
/// \param orchestrator the orchestrator
/// \param[out] number the number; 0 if nothing has happened yet
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_IO, #SEALBOOK_CLOSED, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_last_event(
    orchestrator: *const sealbook_orchestrator,
    number: *mut u64,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let (tasks, number) = (object(orchestrator, "orchestrator")?.tasks()?, place(number, "number")?);
            number.set(tasks.last_event()?);
            Ok(())
        })
    }
}

/// Figures over what happened last: counts, rates, and latencies (P50, P95, P99), by kind and worker.
///
/// \param orchestrator the orchestrator
/// \param window over how many of the last events
/// \param[out] stats_json the figures; release them with sealbook_string_free()
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_IO, #SEALBOOK_CLOSED, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_task_stats(
    orchestrator: *const sealbook_orchestrator,
    window: u64,
    stats_json: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe { answer(orchestrator, (stats_json, "stats_json"), error, |tasks| tasks.stats(window).map(Some)) }
}

/// The same in the text format of Prometheus.
///
/// \param orchestrator the orchestrator
/// \param window over how many of the last events
/// \param[out] metrics the text; release it with sealbook_string_free()
/// \param[out] error what went wrong; may be NULL
/// \return as sealbook_task_stats()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_task_stats_prometheus(
    orchestrator: *const sealbook_orchestrator,
    window: u64,
    metrics: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe { answer(orchestrator, (metrics, "metrics"), error, |tasks| tasks.prometheus(window).map(Some)) }
}
