//! Schedules: tasks that are submitted at the times of a cron expression.

use crate::boundary::call;
use crate::error::sealbook_error;
use crate::pointer::{object, text};
use crate::tasks::{answer, sealbook_orchestrator};
use sealbook_common::sealbook::Code;
use std::ffi::c_char;

/// Puts a schedule under its name, in place of one that may be there. A task is submitted at each of its times, once, by whichever worker
/// runs then. Putting again what is there changes nothing; as long as the times stay the same no missed run is lost, and a schedule that
/// is paused stays so.
///
/// \code{.c}
/// sealbook_ledger *ledger = NULL;
/// sealbook_orchestrator *tasks = NULL;
/// char *schedule = NULL;
/// sealbook_ledger_in_memory(NULL, &ledger, NULL);
/// sealbook_orchestrator_open(ledger, &tasks, NULL);
/// sealbook_schedule_put(tasks,
///                       "{\"name\": \"mornings\", \"cron\": \"0 9 * * MON-FRI\", \"zone\": \"Europe/Berlin\","
///                       " \"task\": {\"kind\": \"report\", \"requester\": \"ann\"}}",
///                       &schedule, NULL);
/// assert(strstr(schedule, "\"paused\":false") != NULL);
/// assert(sealbook_schedule_remove(tasks, "mornings", "ann", NULL) == SEALBOOK_OK);
/// sealbook_string_free(schedule);
/// sealbook_orchestrator_free(tasks);
/// sealbook_ledger_free(ledger);
/// \endcode
///
/// \param orchestrator the orchestrator
/// \param schedule_json `{"name", "cron", "zone", "missed", "grace_ms", "limit", "from", "task"}`, where `task` is what
///        sealbook_task_submit() takes, without `after`, `not_before`, `delay_ms` and an idempotency key; `missed` is `skip`, `once` or `all`. All but
///        `name`, `cron` and `task` are optional
/// \param[out] scheduled_json the schedule as it stands: `{"name", "cron", "zone", "paused", "next", "last", "last_task", "problem", ...}`;
///             release it with sealbook_string_free()
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_INVALID_SCHEDULE, and as sealbook_task_submit()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_schedule_put(
    orchestrator: *const sealbook_orchestrator,
    schedule_json: *const c_char,
    scheduled_json: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        answer(orchestrator, (scheduled_json, "scheduled_json"), error, |tasks| {
            tasks.schedule(text(schedule_json, "schedule_json", Code::InvalidSchedule)?).map(Some)
        })
    }
}

/// Removes a schedule. The tasks that it has made stay.
///
/// \param orchestrator the orchestrator
/// \param name the schedule's name
/// \param principal who acts
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_NOT_FOUND, #SEALBOOK_ACCESS_REFUSED, #SEALBOOK_INVALID_TASK for a name or principal that is none,
///         #SEALBOOK_READ_ONLY, #SEALBOOK_LEDGER_BUSY, #SEALBOOK_IO, #SEALBOOK_CLOSED, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_schedule_remove(
    orchestrator: *const sealbook_orchestrator,
    name: *const c_char,
    principal: *const c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let orchestrator = object(orchestrator, "orchestrator")?;
            let name = text(name, "name", Code::InvalidTask)?;
            orchestrator.tasks()?.unschedule(name, text(principal, "principal", Code::InvalidTask)?)
        })
    }
}

/// Keeps a schedule from making tasks, or lets it go on from now; what would have run meanwhile is left out.
///
/// \param orchestrator the orchestrator
/// \param name the schedule's name
/// \param paused whether it is to be paused, or to go on
/// \param principal who acts
/// \param[out] scheduled_json the schedule as it stands then; release it with sealbook_string_free()
/// \param[out] error what went wrong; may be NULL
/// \return as sealbook_schedule_remove()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_schedule_pause(
    orchestrator: *const sealbook_orchestrator,
    name: *const c_char,
    paused: bool,
    principal: *const c_char,
    scheduled_json: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        answer(orchestrator, (scheduled_json, "scheduled_json"), error, |tasks| {
            let name = text(name, "name", Code::InvalidTask)?;
            let principal = text(principal, "principal", Code::InvalidTask)?;
            tasks.pause_schedule(name, paused, principal).map(Some)
        })
    }
}

/// All schedules, by name.
///
/// \param orchestrator the orchestrator
/// \param[out] schedules_json an array; release it with sealbook_string_free()
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_TAMPERED, #SEALBOOK_IO, #SEALBOOK_CLOSED, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_schedule_list(
    orchestrator: *const sealbook_orchestrator,
    schedules_json: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        answer(orchestrator, (schedules_json, "schedules_json"), error, |tasks| tasks.schedules().map(Some))
    }
}
