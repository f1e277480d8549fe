//! Workers whose attempts C runs: fetched one by one, or by a function that is called with each.

use crate::boundary::{call, quiet};
use crate::error::sealbook_error;
use crate::ours::Ours;
use crate::pointer::{object, optional_text, place, text};
use crate::tasks::sealbook_orchestrator;
use crate::text::owned;
use sealbook_common::sealbook::{Code, Error, Result};
use sealbook_common::tasks::HostWorker;
use std::ffi::{CString, c_char, c_void};
use std::time::Duration;

/// For how long a thread sleeps between looks at whether its worker has ended.
const LOOK: Duration = Duration::from_millis(500);

/// A worker: it claims attempts of tasks, keeps their leases alive on a thread of the library's own while the program runs them, and writes
/// their outcomes. Any number of threads may fetch and run at the same time.
pub struct sealbook_worker(Ours<HostWorker>);

impl sealbook_worker {
    fn host(&self) -> Result<&HostWorker> {
        self.0.get("worker")
    }
}

/// What runs an attempt for sealbook_worker_run(): it brings an outcome back with sealbook_worker_complete() or sealbook_worker_fail(), and
/// returns.
///
/// \param context what was given to sealbook_worker_run(); it stays the program's
/// \param worker the worker, to be asked and told about the attempt
/// \param ticket the number under which the attempt is out
/// \param attempt_json as sealbook_worker_fetch() has it; the text is the library's, and gone when the function returns
pub type sealbook_handler = Option<
    unsafe extern "C" fn(
        context: *mut c_void,
        worker: *const sealbook_worker,
        ticket: u64,
        attempt_json: *const c_char,
    ),
>;

/// Starts a worker for tasks of these kinds.
///
/// \code{.c}
/// sealbook_ledger *ledger = NULL;
/// sealbook_orchestrator *tasks = NULL;
/// sealbook_worker *worker = NULL;
/// char *submitted = NULL, *attempt = NULL, *summary = NULL;
/// uint64_t ticket = 0;
/// sealbook_ledger_in_memory(NULL, &ledger, NULL);
/// sealbook_orchestrator_open(ledger, &tasks, NULL);
/// sealbook_task_submit(tasks, "{\"kind\": \"add\", \"requester\": \"ann\", \"arguments\": [1, 2]}", &submitted, NULL);
/// sealbook_worker_start(tasks, "[\"add\"]", "{\"until_idle\": true}", &worker, NULL);
/// while (!sealbook_worker_is_ended(worker)) {
///     if (sealbook_worker_fetch(worker, 1000, &ticket, &attempt, NULL) == SEALBOOK_OK && attempt != NULL)
///         sealbook_worker_complete(worker, ticket, "{\"complete\": 3}", NULL);
///     sealbook_string_free(attempt);
/// }
/// sealbook_worker_join(worker, &summary, NULL);
/// assert(strstr(summary, "\"completed\":1") != NULL);
/// sealbook_string_free(summary);
/// sealbook_string_free(submitted);
/// sealbook_worker_free(worker);
/// sealbook_orchestrator_free(tasks);
/// sealbook_ledger_free(ledger);
/// \endcode
///
/// \param orchestrator the orchestrator, which may be released afterwards
/// \param kinds_json an array of kinds, such as `["research.search", "research.publish"]`
/// \param options_json `{"concurrency", "least", "spare", "grace_ms", "lease_ms", "until_idle", "drain_ms", "id", "principal", "agent"}`, all
///        optional: how many attempts are out at most, and at least if that is to follow the load; how many attempts that do not end
///        `grace_ms` (5,000 if not given) after they were asked to are replaced by others (as many as `concurrency` if not given); how long a
///        lease lasts, whether the worker ends once nothing is left to do, for how long it waits for what runs when it is stopped, its name,
///        who it acts as, and the agent that it is; NULL for the defaults
/// \param[out] worker the worker; release it with sealbook_worker_free()
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_INVALID_ARGUMENT, #SEALBOOK_INVALID_TASK for a kind or name that does not fit, #SEALBOOK_IO,
///         #SEALBOOK_CLOSED in a forked child, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_worker_start(
    orchestrator: *const sealbook_orchestrator,
    kinds_json: *const c_char,
    options_json: *const c_char,
    worker: *mut *mut sealbook_worker,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let (tasks, worker) = (object(orchestrator, "orchestrator")?.tasks()?, place(worker, "worker")?);
            let kinds = text(kinds_json, "kinds_json", Code::InvalidArgument)?;
            let options = optional_text(options_json, "options_json", Code::InvalidArgument)?;
            let host = tasks.work(&sealbook_common::tasks::kinds_of(kinds)?, options.unwrap_or("{}"))?;
            worker.set(Box::into_raw(Box::new(sealbook_worker(Ours::new(host)))));
            Ok(())
        })
    }
}

/// Waits for the next attempt. The program runs it, and brings its outcome back with sealbook_worker_complete() or sealbook_worker_fail().
///
/// \param worker the worker
/// \param timeout_ms how long to wait at most, in milliseconds; 0 to look only
/// \param[out] ticket the number under which the attempt is out
/// \param[out] attempt_json `{"ticket", "task", "kind", "arguments", "requester", "attempt", "epoch", "idempotency_key", "deadline_ms"}`, to
///             be released with sealbook_string_free(); NULL if the time is up or the worker has ended
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_CLOSED in a forked child, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_worker_fetch(
    worker: *const sealbook_worker,
    timeout_ms: u64,
    ticket: *mut u64,
    attempt_json: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let host = object(worker, "worker")?.host()?;
            let (ticket, attempt_json) = (place(ticket, "ticket")?, place(attempt_json, "attempt_json")?);
            let (number, attempt) = match host.fetch_with_ticket(Duration::from_millis(timeout_ms)) {
                // No JSON has a NUL byte, so that no attempt is lost here.
                Some((number, attempt)) => (number, owned(attempt)?),
                None => (0, std::ptr::null_mut()),
            };
            ticket.set(number);
            attempt_json.set(attempt);
            Ok(())
        })
    }
}

/// Whether a worker has ended, so that nothing more is to be fetched.
///
/// \param worker the worker, or NULL
/// \return true or false; true for NULL and in a forked child
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_worker_is_ended(worker: *const sealbook_worker) -> bool {
    // SAFETY: the pointer is what the header demands.
    let host = unsafe { worker.as_ref() }.and_then(|worker| worker.host().ok());
    host.is_none_or(HostWorker::is_ended)
}

/// Brings the outcome of an attempt back, from any thread and once.
///
/// \param worker the worker
/// \param ticket the number under which the attempt is out
/// \param outcome_json `{"complete": VALUE}`, `{"fail": {"class", "message", "detail", "fault", "retry_after_ms"}}`, `{"snooze_ms": N}` or
///        `{"cancelled": true}`. A `fault` is `transient`, which is tried again and the default, or `permanent`, which is not
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_INVALID_ARGUMENT if the outcome is not understood, and the attempt is still out then,
///         #SEALBOOK_NOT_FOUND if no attempt is out under the number, #SEALBOOK_CLOSED in a forked child, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_worker_complete(
    worker: *const sealbook_worker,
    ticket: u64,
    outcome_json: *const c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let host = object(worker, "worker")?.host()?;
            host.complete(ticket, text(outcome_json, "outcome_json", Code::InvalidArgument)?)
        })
    }
}

/// Says that an attempt has failed, in plain texts. It is tried again, as far as the task's policy lets it.
///
/// \param worker the worker
/// \param ticket the number under which the attempt is out
/// \param error_class the class of the failure, such as `Timeout`; a policy can name classes that are not tried again
/// \param message what people read
/// \param detail more, such as a backtrace; NULL for nothing
/// \param[out] error what went wrong; may be NULL
/// \return as sealbook_worker_complete()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_worker_fail(
    worker: *const sealbook_worker,
    ticket: u64,
    error_class: *const c_char,
    message: *const c_char,
    detail: *const c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let host = object(worker, "worker")?.host()?;
            let class = text(error_class, "error_class", Code::InvalidArgument)?;
            let message = text(message, "message", Code::InvalidArgument)?;
            host.fail(ticket, class, message, optional_text(detail, "detail", Code::InvalidArgument)?)
        })
    }
}

/// A sign of life of a running attempt, for tasks with a `heartbeat` timeout, and its progress. Leases need none: they are renewed by the
/// library.
///
/// \param worker the worker
/// \param ticket the number under which the attempt is out
/// \param progress_json what there is to say about the progress, any JSON; NULL for nothing
/// \param[out] stop_reason why the attempt is to stop, to be released with sealbook_string_free(); NULL if it is to go on
/// \param[out] error what went wrong; may be NULL
/// \return as sealbook_worker_complete()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_worker_beat(
    worker: *const sealbook_worker,
    ticket: u64,
    progress_json: *const c_char,
    stop_reason: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let host = object(worker, "worker")?.host()?;
            let stop_reason = place(stop_reason, "stop_reason")?;
            let progress = optional_text(progress_json, "progress_json", Code::InvalidArgument)?;
            stop_reason.set(reason(host.beat(ticket, progress)?));
            Ok(())
        })
    }
}

/// Why a running attempt is to stop: its task was cancelled, its time is over, its lease was lost, or the worker stops. Long work looks from
/// time to time, and brings `{"cancelled": true}` back.
///
/// \param worker the worker
/// \param ticket the number under which the attempt is out
/// \param[out] stop_reason why, to be released with sealbook_string_free(); NULL if it is to go on
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_NOT_FOUND if no attempt is out under the number, #SEALBOOK_CLOSED in a forked child,
///         #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_worker_stop_reason(
    worker: *const sealbook_worker,
    ticket: u64,
    stop_reason: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let (host, stop_reason) = (object(worker, "worker")?.host()?, place(stop_reason, "stop_reason")?);
            stop_reason.set(reason(host.stop_reason(ticket)?));
            Ok(())
        })
    }
}

/// Fetches attempts on the calling thread and runs each with a function, until the worker has ended. Several threads may do so at the same
/// time; each runs one attempt at once. A function that does not return keeps its thread: another attempt takes its place only where another
/// thread fetches, so run some threads more than `concurrency`, or begin one when it is needed.
///
/// The function may call everything in this library. If it returns without having brought an outcome back, the attempt has failed with the
/// class `NoOutcome`. It must not leave by longjmp(), pthread_exit() or a C++ exception.
///
/// \param worker the worker
/// \param handler the function
/// \param context what the function gets as its first argument; the library does nothing with it. May be NULL
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_CLOSED in a forked child, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_worker_run(
    worker: *const sealbook_worker,
    handler: sealbook_handler,
    context: *mut c_void,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let host = object(worker, "worker")?.host()?;
            let handler = handler.ok_or_else(|| {
                Error::new(Code::NullPointer, "handler is NULL")
                    .remedy("pass a function")
                    .with("argument", "handler")
            })?;
            while !host.is_ended() {
                let Some((ticket, attempt)) = host.fetch_with_ticket(LOOK) else { continue };
                let attempt = CString::new(attempt).unwrap_or_default();
                handler(context, worker, ticket, attempt.as_ptr());
                // Usually there is nothing out under the ticket any more.
                let _ = host.fail(ticket, "NoOutcome", "the handler returned without an outcome", None);
            }
            Ok(())
        })
    }
}

/// Begins nothing new, and ends a worker once what runs has ended, or its time for that is over.
///
/// \param worker the worker, or NULL for nothing to do
/// \param reason why, which running attempts are told; NULL for no reason
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_worker_stop(worker: *const sealbook_worker, reason: *const c_char) {
    quiet(|| {
        // SAFETY: the pointers are what the header demands.
        let (worker, reason) =
            unsafe { (worker.as_ref(), optional_text(reason, "reason", Code::InvalidArgument)) };
        if let Some(host) = worker.and_then(|worker| worker.host().ok()) {
            host.stop(reason.ok().flatten().unwrap_or("the worker is stopped"));
        }
    });
}

/// Waits until a worker has ended, once.
///
/// \param worker the worker
/// \param[out] summary_json what it has done: `{"attempts", "completed", "other", "fenced", "stuck", "abandoned"}`; release it
///             with sealbook_string_free()
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, what ended the worker, #SEALBOOK_INVALID_ARGUMENT if somebody has waited for it already,
///         #SEALBOOK_CLOSED in a forked child, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_worker_join(
    worker: *const sealbook_worker,
    summary_json: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let (host, summary) = (object(worker, "worker")?.host()?, place(summary_json, "summary_json")?);
            summary.set(owned(host.join()?)?);
            Ok(())
        })
    }
}

/// Releases a worker. One that has not ended is stopped, and may take a moment for that: join it first to know that it has ended. Attempts
/// that are out then are tried again by others once their leases are over.
///
/// \param worker the worker, or NULL for nothing to do; not to be used afterwards
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_worker_free(worker: *mut sealbook_worker) {
    if !worker.is_null() {
        quiet(|| {
            // SAFETY: the caller got it from `sealbook_worker_start` and gives it back once.
            let worker = unsafe { Box::from_raw(worker) };
            if let Ok(host) = worker.host() {
                host.stop("the worker was released");
            }
        });
    }
}

/// A reason as C owns it.
fn reason(reason: Option<String>) -> *mut c_char {
    reason.map_or(std::ptr::null_mut(), |reason| crate::text::owned_message(&reason).into_raw())
}
