//! The tasks of a ledger: submitting them, looking at them, acting on them, voting on their pleas, and what happens to them.

use crate::boundary::{call, quiet};
use crate::error::sealbook_error;
use crate::ledger::sealbook_ledger;
use crate::ours::Ours;
use crate::pointer::{object, optional_text, place, text};
use crate::text::owned;
use sealbook_common::request;
use sealbook_common::sealbook::{Code, Result};
use sealbook_common::tasks::Orchestrator;
use std::ffi::c_char;
use std::time::Duration;

/// The tasks of a ledger. Any number of threads may use it at the same time, and any number of processes have one of their own over the
/// same ledger. A forked child opens another.
pub struct sealbook_orchestrator(Ours<Orchestrator>);

impl sealbook_orchestrator {
    /// What does the work, in the process that opened it.
    pub(crate) fn tasks(&self) -> Result<&Orchestrator> {
        self.0.get("orchestrator")
    }
}

/// Runs `body` with the orchestrator, and hands its text out.
///
/// # Safety
/// The pointers are what the header demands.
pub(crate) unsafe fn answer(
    orchestrator: *const sealbook_orchestrator,
    (out, name): (*mut *mut c_char, &str),
    error: *mut *mut sealbook_error,
    body: impl FnOnce(&Orchestrator) -> Result<Option<String>>,
) -> u32 {
    // SAFETY: the caller vouches for them.
    unsafe {
        call(error, || {
            let (orchestrator, out) = (object(orchestrator, "orchestrator")?, place(out, name)?);
            let text = body(orchestrator.tasks()?)?;
            out.set(text.map_or(Ok(std::ptr::null_mut()), owned)?);
            Ok(())
        })
    }
}

/// The tasks of a ledger. The ledger may be closed and released afterwards.
///
/// \code{.c}
/// sealbook_ledger *ledger = NULL;
/// sealbook_orchestrator *tasks = NULL;
/// char *submitted = NULL, *counts = NULL;
/// sealbook_ledger_in_memory(NULL, &ledger, NULL);
/// sealbook_orchestrator_open(ledger, &tasks, NULL);
/// sealbook_task_submit(tasks, "{\"kind\": \"research.summarise\", \"requester\": \"ann\"}", &submitted, NULL);
/// sealbook_task_counts(tasks, &counts, NULL);
/// assert(strcmp(counts, "{\"queued\":1}") == 0);
/// sealbook_string_free(counts);
/// sealbook_string_free(submitted);
/// sealbook_orchestrator_free(tasks);
/// sealbook_ledger_free(ledger);
/// \endcode
///
/// \param ledger the ledger
/// \param[out] orchestrator the tasks; release them with sealbook_orchestrator_free()
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_INVALID_ARGUMENT if the project's `sealbook.toml` is not understood, #SEALBOOK_TAMPERED,
///         #SEALBOOK_CLOSED, #SEALBOOK_IO, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_orchestrator_open(
    ledger: *const sealbook_ledger,
    orchestrator: *mut *mut sealbook_orchestrator,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let (ledger, place) = (object(ledger, "ledger")?, place(orchestrator, "orchestrator")?);
            let ours = Ours::new(Orchestrator::new(&ledger.0)?);
            place.set(Box::into_raw(Box::new(sealbook_orchestrator(ours))));
            Ok(())
        })
    }
}

/// The same tasks as one principal may see them: its own, and those of kinds that it may see, approve or manage, with their pleas and events.
///
/// \param orchestrator the orchestrator
/// \param viewer who looks
/// \param[out] view the tasks as they may be seen; release them with sealbook_orchestrator_free()
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_INVALID_TASK if there is no such name, #SEALBOOK_NULL_POINTER, #SEALBOOK_CLOSED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_orchestrator_seen_by(
    orchestrator: *const sealbook_orchestrator,
    viewer: *const c_char,
    view: *mut *mut sealbook_orchestrator,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let (tasks, place) = (object(orchestrator, "orchestrator")?, place(view, "view")?);
            let ours = Ours::new(tasks.tasks()?.seen_by(text(viewer, "viewer", Code::InvalidTask)?)?);
            place.set(Box::into_raw(Box::new(sealbook_orchestrator(ours))));
            Ok(())
        })
    }
}

/// Releases an orchestrator. Its workers go on until they are stopped or released.
///
/// \param orchestrator the orchestrator, or NULL for nothing to do; not to be used afterwards
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_orchestrator_free(orchestrator: *mut sealbook_orchestrator) {
    if !orchestrator.is_null() {
        // SAFETY: the caller got it from `sealbook_orchestrator_open` and gives it back once.
        quiet(|| drop(unsafe { Box::from_raw(orchestrator) }));
    }
}

/// Submits a task, and returns when it is durable.
///
/// \param orchestrator the orchestrator
/// \param task_json `{"kind", "requester", "arguments", "priority", "max_attempts", "retry", "idempotency_key", "require_approvals",
///        "approval", "after", "delay_ms", "not_before", "timeout_ms", "timeouts", "limits", "fairness", "concurrency", "dependency",
///        "needs", "audit", "idempotency"}`; all but the first two are optional
/// \param[out] submitted_json `{"id", "repeated"}`; release it with sealbook_string_free()
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_INVALID_TASK, #SEALBOOK_INVALID_POLICY, #SEALBOOK_IDEMPOTENCY_CONFLICT, #SEALBOOK_ACCESS_REFUSED,
///         #SEALBOOK_QUEUE_FULL, the `SEALBOOK_PAYLOAD_...` codes for the arguments, #SEALBOOK_READ_ONLY, #SEALBOOK_LEDGER_BUSY,
///         #SEALBOOK_DISK_FULL, #SEALBOOK_IO, #SEALBOOK_CLOSED in a forked child, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_task_submit(
    orchestrator: *const sealbook_orchestrator,
    task_json: *const c_char,
    submitted_json: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        answer(orchestrator, (submitted_json, "submitted_json"), error, |tasks| {
            tasks.submit(text(task_json, "task_json", Code::InvalidTask)?).map(Some)
        })
    }
}

/// Submits all tasks of an array, or none.
///
/// \param orchestrator the orchestrator
/// \param tasks_json an array of tasks as for sealbook_task_submit()
/// \param[out] submitted_json an array of `{"id", "repeated"}`; release it with sealbook_string_free()
/// \param[out] error what went wrong, its context's `task` the number of the offending task, from 0; may be NULL
/// \return as sealbook_task_submit()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_task_submit_many(
    orchestrator: *const sealbook_orchestrator,
    tasks_json: *const c_char,
    submitted_json: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        answer(orchestrator, (submitted_json, "submitted_json"), error, |tasks| {
            tasks.submit_many(text(tasks_json, "tasks_json", Code::InvalidTask)?).map(Some)
        })
    }
}

/// Records entries of your own and submits tasks, all or nothing of it. The entries stand in front of those about the tasks, with no others
/// between them. To be able to repeat the call, give the entries ids and the tasks idempotency keys.
///
/// \param orchestrator the orchestrator
/// \param entries_json an array of `{"kind", "payload": {...}, "id"}`, the id optional
/// \param tasks_json an array of tasks as for sealbook_task_submit()
/// \param[out] recorded_json `{"entries": [...], "tasks": [{"id", "repeated"}]}`; release it with sealbook_string_free()
/// \param[out] error what went wrong, its context's `record` or `task` the number of the offending one, from 0; may be NULL
/// \return as sealbook_task_submit(), and #SEALBOOK_INVALID_KIND, #SEALBOOK_RESERVED_KIND, #SEALBOOK_INVALID_ID, #SEALBOOK_ID_CONFLICT and the
///         `SEALBOOK_PAYLOAD_...` codes for the entries
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_record_and_submit(
    orchestrator: *const sealbook_orchestrator,
    entries_json: *const c_char,
    tasks_json: *const c_char,
    recorded_json: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        answer(orchestrator, (recorded_json, "recorded_json"), error, |tasks| {
            let records = request::records(text(entries_json, "entries_json", Code::InvalidArgument)?)?;
            let requests = text(tasks_json, "tasks_json", Code::InvalidTask)?;
            tasks.record_and_submit_json(&records, requests).map(Some)
        })
    }
}

/// A task with its history and its pleas.
///
/// \param orchestrator the orchestrator
/// \param id the task's id
/// \param[out] task_json `{"id", "kind", "state", "priority", "requester", "arguments", "attempts", "max_attempts", "failure", "result",
///             "progress", "history", "pleas", ...}`; release it with sealbook_string_free()
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_INVALID_ID, #SEALBOOK_NOT_FOUND, #SEALBOOK_IO, #SEALBOOK_CLOSED, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_task_show(
    orchestrator: *const sealbook_orchestrator,
    id: *const c_char,
    task_json: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        answer(orchestrator, (task_json, "task_json"), error, |tasks| {
            tasks.show(text(id, "id", Code::InvalidId)?).map(Some)
        })
    }
}

/// The tasks that match, in the order of their submission, without history and pleas.
///
/// \param orchestrator the orchestrator
/// \param filter_json `{"states": [...], "kind", "after": ID, "limit"}`, all optional; NULL for all tasks
/// \param[out] tasks_json an array; release it with sealbook_string_free()
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_INVALID_ARGUMENT, #SEALBOOK_IO, #SEALBOOK_CLOSED, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_task_list(
    orchestrator: *const sealbook_orchestrator,
    filter_json: *const c_char,
    tasks_json: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        answer(orchestrator, (tasks_json, "tasks_json"), error, |tasks| {
            let filter = optional_text(filter_json, "filter_json", Code::InvalidArgument)?;
            tasks.list(filter.unwrap_or("{}")).map(Some)
        })
    }
}

/// Cancels, suspends or resumes a task, or tries one that has failed anew.
///
/// \param orchestrator the orchestrator
/// \param act `cancel`, `suspend`, `resume` or `retry`
/// \param id the task's id
/// \param principal who acts
/// \param reason why; it is recorded. NULL for no reason
/// \param[out] state_json `{"id", "state"}`; release it with sealbook_string_free()
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_TASK_ILLEGAL_TRANSITION if the task is not in a state for that, #SEALBOOK_ACCESS_REFUSED,
///         #SEALBOOK_INVALID_TASK for a principal that is no name, #SEALBOOK_INVALID_ARGUMENT for another act, and as
///         sealbook_task_show()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_task_act(
    orchestrator: *const sealbook_orchestrator,
    act: *const c_char,
    id: *const c_char,
    principal: *const c_char,
    reason: *const c_char,
    state_json: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        answer(orchestrator, (state_json, "state_json"), error, |tasks| {
            let (act, id) = (text(act, "act", Code::InvalidArgument)?, text(id, "id", Code::InvalidId)?);
            let principal = text(principal, "principal", Code::InvalidTask)?;
            let reason = optional_text(reason, "reason", Code::InvalidArgument)?.unwrap_or_default();
            tasks.act(act, id, principal, reason).map(Some)
        })
    }
}

/// Waits until a task has ended.
///
/// \param orchestrator the orchestrator
/// \param id the task's id
/// \param timeout_ms how long to wait at most, in milliseconds; 0 to look only
/// \param[out] task_json the task as sealbook_task_show() has it, to be released with sealbook_string_free(); NULL if the time is up
/// \param[out] error what went wrong; may be NULL
/// \return as sealbook_task_show()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_task_wait(
    orchestrator: *const sealbook_orchestrator,
    id: *const c_char,
    timeout_ms: u64,
    task_json: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        answer(orchestrator, (task_json, "task_json"), error, |tasks| {
            tasks.wait(text(id, "id", Code::InvalidId)?, Duration::from_millis(timeout_ms))
        })
    }
}

/// How many tasks stand in each state.
///
/// \param orchestrator the orchestrator
/// \param[out] counts_json an object; release it with sealbook_string_free()
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_IO, #SEALBOOK_CLOSED, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_task_counts(
    orchestrator: *const sealbook_orchestrator,
    counts_json: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe { answer(orchestrator, (counts_json, "counts_json"), error, |tasks| tasks.counts().map(Some)) }
}

/// The agents that there are and those that were: workers that presented a profile to sealbook_worker_start().
///
/// \param orchestrator the orchestrator
/// \param[out] agents_json an array of `{"id", "kinds", "capabilities", "models", "cost", "limit", "priority", "health", "load", "given",
///             "success", "latency_ms", "worker"}`; release it with sealbook_string_free()
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_IO, #SEALBOOK_CLOSED, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_task_agents(
    orchestrator: *const sealbook_orchestrator,
    agents_json: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe { answer(orchestrator, (agents_json, "agents_json"), error, |tasks| tasks.agents().map(Some)) }
}

/// Takes an agent out, so that it is given no task at all, or back in. What it has at the moment it keeps.
///
/// \param orchestrator the orchestrator
/// \param agent its id
/// \param health `down`, which stays so over restarts of its worker, or `healthy`
/// \param principal who acts; needs the right to manage all kinds
/// \param reason why; it is recorded. NULL for no reason
/// \param[out] agent_json the agent as it is then, as sealbook_task_agents() has it; release it with sealbook_string_free()
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_NOT_FOUND, #SEALBOOK_INVALID_ARGUMENT for another health, #SEALBOOK_INVALID_TASK for a name that is none,
///         #SEALBOOK_ACCESS_REFUSED, #SEALBOOK_LEDGER_BUSY, #SEALBOOK_IO, #SEALBOOK_CLOSED, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_agent_set_health(
    orchestrator: *const sealbook_orchestrator,
    agent: *const c_char,
    health: *const c_char,
    principal: *const c_char,
    reason: *const c_char,
    agent_json: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        answer(orchestrator, (agent_json, "agent_json"), error, |tasks| {
            let agent = text(agent, "agent", Code::InvalidTask)?;
            let health = text(health, "health", Code::InvalidArgument)?;
            let principal = text(principal, "principal", Code::InvalidTask)?;
            let reason = optional_text(reason, "reason", Code::InvalidArgument)?.unwrap_or_default();
            tasks.set_health(agent, health, principal, reason).map(Some)
        })
    }
}
