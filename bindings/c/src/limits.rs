//! Acting on many tasks, what limits kinds, keys, dependencies and the whole queue, and breakers.

use crate::error::sealbook_error;
use crate::pointer::{optional_text, text};
use crate::tasks::{answer, sealbook_orchestrator};
use sealbook_common::sealbook::Code;
use std::ffi::c_char;

/// Does the same to many tasks. One for which it cannot be done does not hold back the others.
///
/// \param orchestrator the orchestrator
/// \param act `cancel`, `suspend`, `resume` or `retry`
/// \param ids_json an array of the tasks' ids
/// \param principal who acts
/// \param reason why; it is recorded. NULL for no reason
/// \param[out] states_json an array with `{"id", "state"}` for each, or `{"id", "error": {"code", "message", ...}}`; release it with
///             sealbook_string_free()
/// \param[out] error what went wrong with all of them; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_INVALID_ARGUMENT for another act or what is no array, #SEALBOOK_INVALID_ID, #SEALBOOK_INVALID_TASK for a
///         principal that is no name, #SEALBOOK_READ_ONLY, #SEALBOOK_LEDGER_BUSY, #SEALBOOK_IO, #SEALBOOK_CLOSED, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_task_act_many(
    orchestrator: *const sealbook_orchestrator,
    act: *const c_char,
    ids_json: *const c_char,
    principal: *const c_char,
    reason: *const c_char,
    states_json: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        answer(orchestrator, (states_json, "states_json"), error, |tasks| {
            let act = text(act, "act", Code::InvalidArgument)?;
            let ids = text(ids_json, "ids_json", Code::InvalidArgument)?;
            let principal = text(principal, "principal", Code::InvalidTask)?;
            let reason = optional_text(reason, "reason", Code::InvalidArgument)?.unwrap_or_default();
            tasks.act_many(act, ids, principal, reason).map(Some)
        })
    }
}

/// Limits or pauses a kind, a key, a dependency or the whole queue, in all processes. What is given replaces what was set before; without any limit it is
/// let go.
///
/// \code{.c}
/// sealbook_ledger *ledger = NULL;
/// sealbook_orchestrator *tasks = NULL;
/// char *limits = NULL;
/// sealbook_ledger_in_memory(NULL, &ledger, NULL);
/// sealbook_orchestrator_open(ledger, &tasks, NULL);
/// sealbook_task_limit(tasks, "{\"kind\": \"deploy\", \"concurrency\": 1}", "ops", "one at a time", &limits, NULL);
/// assert(strstr(limits, "\"concurrency\":1") != NULL);
/// sealbook_string_free(limits);
/// sealbook_orchestrator_free(tasks);
/// sealbook_ledger_free(ledger);
/// \endcode
///
/// \param orchestrator the orchestrator
/// \param limit_json `{"kind" or "key" or "dependency", "concurrency", "adaptive": {"least", "most", "first"}, "rate": {"starts", "per",
///        "burst"}, "paused"}`, all optional: without a kind, a key or a dependency it is about all tasks; `per` is in milliseconds. An adaptive
///        limit follows what a dependency bears, and takes the place of the concurrency
/// \param principal who acts
/// \param reason why; it is recorded. NULL for no reason
/// \param[out] limits_json all that is limited then, as sealbook_task_limits() has it; release it with sealbook_string_free()
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_INVALID_POLICY if it is not understood or makes no sense, #SEALBOOK_ACCESS_REFUSED,
///         #SEALBOOK_INVALID_TASK for a principal that is no name, #SEALBOOK_READ_ONLY, #SEALBOOK_LEDGER_BUSY, #SEALBOOK_IO,
///         #SEALBOOK_CLOSED, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_task_limit(
    orchestrator: *const sealbook_orchestrator,
    limit_json: *const c_char,
    principal: *const c_char,
    reason: *const c_char,
    limits_json: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        answer(orchestrator, (limits_json, "limits_json"), error, |tasks| {
            let limit = text(limit_json, "limit_json", Code::InvalidPolicy)?;
            let principal = text(principal, "principal", Code::InvalidTask)?;
            let reason = optional_text(reason, "reason", Code::InvalidArgument)?.unwrap_or_default();
            tasks.limit(limit, principal, reason).map(Some)
        })
    }
}

/// All that is limited or paused.
///
/// \param orchestrator the orchestrator
/// \param[out] limits_json an array with `{"kind", "key", "dependency", "concurrency", "adaptive", "rate", "paused"}` for each, where `now` of an
///             adaptive limit is how many are allowed at present; release it with sealbook_string_free()
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_TAMPERED, #SEALBOOK_IO, #SEALBOOK_CLOSED, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_task_limits(
    orchestrator: *const sealbook_orchestrator,
    limits_json: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe { answer(orchestrator, (limits_json, "limits_json"), error, |tasks| tasks.limits().map(Some)) }
}

/// Acts on the breaker of a dependency by hand. While it is open, tasks that call the dependency are parked and spend no attempt; no probe
/// passes either until it is closed by hand.
///
/// \code{.c}
/// sealbook_ledger *ledger = NULL;
/// sealbook_orchestrator *tasks = NULL;
/// char *breaker = NULL;
/// sealbook_ledger_in_memory(NULL, &ledger, NULL);
/// sealbook_orchestrator_open(ledger, &tasks, NULL);
/// sealbook_breaker_act(tasks, "api.example", "open", "ops", "maintenance", &breaker, NULL);
/// assert(strstr(breaker, "\"state\":\"forced\"") != NULL);
/// sealbook_string_free(breaker);
/// sealbook_orchestrator_free(tasks);
/// sealbook_ledger_free(ledger);
/// \endcode
///
/// \param orchestrator the orchestrator
/// \param key the dependency
/// \param act `open`, `close`, or `reset`, which closes it and forgets what was learned about the dependency
/// \param principal who acts
/// \param reason why; it is recorded. NULL for no reason
/// \param[out] breaker_json the breaker as it stands then, as sealbook_breakers() has it; release it with sealbook_string_free()
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_INVALID_ARGUMENT for another act or a reason that is too long, #SEALBOOK_ACCESS_REFUSED,
///         #SEALBOOK_INVALID_TASK for a key or a principal that is no name, #SEALBOOK_READ_ONLY, #SEALBOOK_LEDGER_BUSY, #SEALBOOK_IO,
///         #SEALBOOK_CLOSED, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_breaker_act(
    orchestrator: *const sealbook_orchestrator,
    key: *const c_char,
    act: *const c_char,
    principal: *const c_char,
    reason: *const c_char,
    breaker_json: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        answer(orchestrator, (breaker_json, "breaker_json"), error, |tasks| {
            let key = text(key, "key", Code::InvalidTask)?;
            let act = text(act, "act", Code::InvalidArgument)?;
            let principal = text(principal, "principal", Code::InvalidTask)?;
            let reason = optional_text(reason, "reason", Code::InvalidArgument)?.unwrap_or_default();
            tasks.breaker(key, act, principal, reason).map(Some)
        })
    }
}

/// The breakers of all dependencies that were ever called.
///
/// \param orchestrator the orchestrator
/// \param[out] breakers_json an array with `{"key", "state", "since", "until", "reason", "calls", "failures", "slow", "in_row"}` for each: the
///             state is `closed`, `open`, `half_open` or `forced`; release it with sealbook_string_free()
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_TAMPERED, #SEALBOOK_IO, #SEALBOOK_CLOSED, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_breakers(
    orchestrator: *const sealbook_orchestrator,
    breakers_json: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        answer(orchestrator, (breakers_json, "breakers_json"), error, |tasks| tasks.breakers().map(Some))
    }
}
