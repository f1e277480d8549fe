//! Pleas, and what is said about them.

use crate::error::sealbook_error;
use crate::pointer::{optional_text, text};
use crate::tasks::{answer, sealbook_orchestrator};
use sealbook_common::sealbook::Code;
use std::ffi::c_char;

/// The pleas that await votes: what tasks ask approval for before they run.
///
/// \param orchestrator the orchestrator
/// \param all whether those that were decided come, too
/// \param[out] pleas_json an array of `{"id", "task", "kind", "state", "required", "approvals", "requester", "votes", ...}`; release it with
///             sealbook_string_free()
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_IO, #SEALBOOK_CLOSED, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_pleas(
    orchestrator: *const sealbook_orchestrator,
    all: bool,
    pleas_json: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe { answer(orchestrator, (pleas_json, "pleas_json"), error, |tasks| tasks.pleas(all).map(Some)) }
}

/// Votes on a plea.
///
/// \param orchestrator the orchestrator
/// \param plea the plea's id, or that of a task which will plead but still waits for its time or for other tasks
/// \param voter who votes; the requester of the task may not
/// \param choice `approve` or `deny`
/// \param reason why, which is recorded; a denial needs one. NULL for no reason
/// \param[out] plea_json the plea as it stands then; release it with sealbook_string_free()
/// \param[out] error what went wrong, its context's `why` the reason of a refusal; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_VOTE_REFUSED, #SEALBOOK_INVALID_ARGUMENT for another choice, #SEALBOOK_INVALID_ID,
///         #SEALBOOK_INVALID_TASK for a voter that is no name, #SEALBOOK_NOT_FOUND, #SEALBOOK_LEDGER_BUSY, #SEALBOOK_IO,
///         #SEALBOOK_CLOSED, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_plea_vote(
    orchestrator: *const sealbook_orchestrator,
    plea: *const c_char,
    voter: *const c_char,
    choice: *const c_char,
    reason: *const c_char,
    plea_json: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        answer(orchestrator, (plea_json, "plea_json"), error, |tasks| {
            let (plea, voter) =
                (text(plea, "plea", Code::InvalidId)?, text(voter, "voter", Code::InvalidTask)?);
            let choice = text(choice, "choice", Code::InvalidArgument)?;
            let reason = optional_text(reason, "reason", Code::InvalidArgument)?.unwrap_or_default();
            tasks.vote(plea, voter, choice, reason, None, None).map(Some)
        })
    }
}

/// Says something about a plea: a vote, also in another's place; a vote that is taken back or handed over; with a key it is signed.
///
/// \code{.c}
/// sealbook_ledger *ledger = NULL;
/// sealbook_orchestrator *tasks = NULL;
/// char *submitted = NULL, *pleas = NULL, *plea = NULL, id[37] = {0};
/// sealbook_ledger_in_memory(NULL, &ledger, NULL);
/// sealbook_orchestrator_open(ledger, &tasks, NULL);
/// sealbook_task_submit(tasks, "{\"kind\": \"deploy\", \"requester\": \"ann\", \"require_approvals\": 2}", &submitted, NULL);
/// sealbook_pleas(tasks, false, &pleas, NULL);
/// strncpy(id, strstr(pleas, "\"id\":\"") + 6, 36);
/// sealbook_plea_say(tasks, id, "bob", "{\"choice\": \"approve\"}", NULL, &plea, NULL);
/// assert(strstr(plea, "\"approvals\":1") != NULL);
/// sealbook_string_free(plea);
/// sealbook_plea_say(tasks, id, "bob", "{\"choice\": \"take_back\"}", NULL, &plea, NULL);
/// assert(strstr(plea, "\"approvals\":0") != NULL);
/// sealbook_string_free(plea);
/// sealbook_string_free(pleas);
/// sealbook_string_free(submitted);
/// sealbook_orchestrator_free(tasks);
/// sealbook_ledger_free(ledger);
/// \endcode
///
/// \param orchestrator the orchestrator
/// \param plea the plea's id, or that of a task which will plead but still waits for its time or for other tasks
/// \param voter who says it; the requester of the task may not
/// \param saying_json `{"choice", "reason", "behalf", "to"}`, where `choice` is `approve`, `deny`, `take_back`, `delegate` (with `to`, who may
///        vote then) or `revoke` (which takes the delegation back); `behalf` is in whose place a vote is cast
/// \param key_pem the voter's private Ed25519 key in PEM, to sign with; NULL for no signature
/// \param[out] plea_json the plea as it stands then; release it with sealbook_string_free()
/// \param[out] error what went wrong, its context's `why` the reason of a refusal; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_VOTE_REFUSED, #SEALBOOK_INVALID_ARGUMENT for what is not understood, also as a key, and as
///         sealbook_plea_vote()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_plea_say(
    orchestrator: *const sealbook_orchestrator,
    plea: *const c_char,
    voter: *const c_char,
    saying_json: *const c_char,
    key_pem: *const c_char,
    plea_json: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        answer(orchestrator, (plea_json, "plea_json"), error, |tasks| {
            let (plea, voter) =
                (text(plea, "plea", Code::InvalidId)?, text(voter, "voter", Code::InvalidTask)?);
            let saying = text(saying_json, "saying_json", Code::InvalidArgument)?;
            let key = optional_text(key_pem, "key_pem", Code::InvalidArgument)?;
            tasks.say(plea, voter, saying, key).map(Some)
        })
    }
}

/// The ballot that says so, to be signed where the voter's key is and cast with sealbook_plea_cast() then. Nothing is written.
///
/// \param orchestrator the orchestrator
/// \param plea the plea's id, or that of a task which has yet to plead
/// \param voter who says it
/// \param saying_json as for sealbook_plea_say()
/// \param[out] ballot_json `{"task", "subject", "round", "voter", "behalf", "choice", "to", "reason", "at", "message"}`: the signature is over
///             `message` in UTF-8. Release it with sealbook_string_free()
/// \param[out] error what went wrong; may be NULL
/// \return as sealbook_plea_say()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_plea_ballot(
    orchestrator: *const sealbook_orchestrator,
    plea: *const c_char,
    voter: *const c_char,
    saying_json: *const c_char,
    ballot_json: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        answer(orchestrator, (ballot_json, "ballot_json"), error, |tasks| {
            let (plea, voter) =
                (text(plea, "plea", Code::InvalidId)?, text(voter, "voter", Code::InvalidTask)?);
            tasks.ballot(plea, voter, text(saying_json, "saying_json", Code::InvalidArgument)?).map(Some)
        })
    }
}

/// Casts a ballot that its voter has signed, whoever brings it.
///
/// \param orchestrator the orchestrator
/// \param ballot_json the ballot, as sealbook_plea_ballot() has it
/// \param signature the Ed25519 signature of its message, as 128 hexadecimal digits
/// \param[out] plea_json the plea as it stands then; release it with sealbook_string_free()
/// \param[out] error what went wrong, its context's `why` the reason of a refusal; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_VOTE_REFUSED, #SEALBOOK_INVALID_ARGUMENT for what is no ballot, #SEALBOOK_NOT_FOUND,
///         #SEALBOOK_LEDGER_BUSY, #SEALBOOK_IO, #SEALBOOK_CLOSED, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_plea_cast(
    orchestrator: *const sealbook_orchestrator,
    ballot_json: *const c_char,
    signature: *const c_char,
    plea_json: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        answer(orchestrator, (plea_json, "plea_json"), error, |tasks| {
            let ballot = text(ballot_json, "ballot_json", Code::InvalidArgument)?;
            tasks.cast(ballot, text(signature, "signature", Code::InvalidArgument)?).map(Some)
        })
    }
}
