//! Writing entries and finding them.

use crate::boundary::call;
use crate::error::sealbook_error;
use crate::ledger::sealbook_ledger;
use crate::pointer::{bytes, object, optional_text, options, place, text};
use crate::text::owned;
use sealbook_common::sealbook::{Code, Error, Record};
use sealbook_common::{reply, request};
use std::ffi::c_char;

/// Records one entry, and returns when it is durable.
///
/// \code{.c}
/// sealbook_ledger *ledger = NULL;
/// char *entry = NULL;
/// const char payload[] = "{\"actor\":{\"type\":\"human\",\"id\":\"ana\"},\"action\":{\"type\":\"approve\"}}";
/// sealbook_ledger_in_memory(NULL, &ledger, NULL);
/// if (sealbook_ledger_record(ledger, "human_review", payload, strlen(payload), NULL, &entry, NULL) == SEALBOOK_OK)
///     puts(entry);
/// sealbook_string_free(entry);
/// sealbook_ledger_free(ledger);
/// \endcode
///
/// \param ledger the ledger
/// \param kind what was done, such as `human_review` or `custom.deploy`
/// \param payload a JSON object in UTF-8, `payload_len` bytes that need not end with NUL
/// \param payload_len how many
/// \param id a UUID of version 7 as idempotency key: the same id with the same kind and payload returns the first entry; NULL for a new one
/// \param[out] entry_json `{"seq", "id", "time", "kind", "hash", "prev", "payload"}`; release it with sealbook_string_free()
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_INVALID_KIND, #SEALBOOK_RESERVED_KIND, #SEALBOOK_INVALID_ID, the `SEALBOOK_PAYLOAD_...` codes,
///         #SEALBOOK_ID_CONFLICT, #SEALBOOK_READ_ONLY, #SEALBOOK_LEDGER_BUSY, #SEALBOOK_DISK_FULL, #SEALBOOK_TAMPERED,
///         #SEALBOOK_LEDGER_POISONED, #SEALBOOK_CLOSED, #SEALBOOK_IO, #SEALBOOK_NULL_POINTER. Nothing is recorded then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_ledger_record(
    ledger: *const sealbook_ledger,
    kind: *const c_char,
    payload: *const c_char,
    payload_len: usize,
    id: *const c_char,
    entry_json: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let (ledger, entry_json) = (object(ledger, "ledger")?, place(entry_json, "entry_json")?);
            let record = Record {
                kind: text(kind, "kind", Code::InvalidKind)?.to_owned(),
                payload: bytes(payload, payload_len, "payload")?.to_vec(),
                id: optional_text(id, "id", Code::InvalidId)?.map(str::to_owned),
            };
            entry_json.set(owned(ledger.0.record(record)?.to_json())?);
            Ok(())
        })
    }
}

/// Records all or none, in order and without other entries between them, with one sync.
///
/// \param ledger the ledger
/// \param records_json `[{"kind", "payload": {...}, "id"?}, ...]` in UTF-8, `records_len` bytes that need not end with NUL
/// \param records_len how many
/// \param[out] entries_json `[entry, ...]`, each as sealbook_ledger_record() returns it; release it with sealbook_string_free()
/// \param[out] error what went wrong; its context has the number of the offending `record`, from 0; may be NULL
/// \return as sealbook_ledger_record(), and #SEALBOOK_INVALID_ARGUMENT if it is not such an array
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_ledger_record_many(
    ledger: *const sealbook_ledger,
    records_json: *const c_char,
    records_len: usize,
    entries_json: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let (ledger, entries_json) = (object(ledger, "ledger")?, place(entries_json, "entries_json")?);
            let bytes = bytes(records_json, records_len, "records_json")?;
            let text = std::str::from_utf8(bytes).map_err(|e| {
                let message = format!("records_json is not UTF-8 at byte {}", e.valid_up_to());
                Error::new(Code::PayloadNotUtf8, message).remedy("encode it as UTF-8")
            })?;
            let entries = ledger.0.record_many(&request::records(text)?)?;
            entries_json.set(owned(reply::entries(&entries))?);
            Ok(())
        })
    }
}

/// The entry with a number or an id.
///
/// \param ledger the ledger
/// \param key the number in decimal digits, or the id in its 36-character form
/// \param[out] entry_json as sealbook_ledger_record() returns it, with `"payload": null` if the entry is erased; release it with
///             sealbook_string_free()
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_NOT_FOUND, #SEALBOOK_INVALID_ID, #SEALBOOK_TAMPERED, #SEALBOOK_CLOSED, #SEALBOOK_IO,
///         #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_ledger_get(
    ledger: *const sealbook_ledger,
    key: *const c_char,
    entry_json: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let (ledger, entry_json) = (object(ledger, "ledger")?, place(entry_json, "entry_json")?);
            entry_json.set(owned(ledger.0.get(text(key, "key", Code::InvalidId)?)?.to_json())?);
            Ok(())
        })
    }
}

/// A page of the entries that match.
///
/// \code{.c}
/// sealbook_ledger *ledger = NULL;
/// char *page = NULL;
/// sealbook_ledger_in_memory(NULL, &ledger, NULL);
/// if (sealbook_ledger_query(ledger, "{\"kind\": \"custom.*\", \"order\": \"oldest\", \"limit\": 50}", &page, NULL) == SEALBOOK_OK)
///     assert(strcmp(page, "{\"entries\":[],\"next\":null}") == 0);
/// sealbook_string_free(page);
/// sealbook_ledger_free(ledger);
/// \endcode
///
/// \param ledger the ledger
/// \param query_json `{"kind", "actor", "spec", "path", "since", "until", "order", "limit", "cursor"}`, all optional; times in UTC, order
///        `newest` or `oldest`, limit 1 to 10,000; NULL for the newest 100 of all
/// \param[out] page_json `{"entries": [...], "next": cursor or null}`; release it with sealbook_string_free()
/// \param[out] error what went wrong; may be NULL
/// \return #SEALBOOK_OK, #SEALBOOK_INVALID_QUERY, #SEALBOOK_TAMPERED, #SEALBOOK_CLOSED, #SEALBOOK_IO, #SEALBOOK_NULL_POINTER
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealbook_ledger_query(
    ledger: *const sealbook_ledger,
    query_json: *const c_char,
    page_json: *mut *mut c_char,
    error: *mut *mut sealbook_error,
) -> u32 {
    // SAFETY: the pointers are what the header demands.
    unsafe {
        call(error, || {
            let (ledger, page_json) = (object(ledger, "ledger")?, place(page_json, "page_json")?);
            let query = request::query(options(query_json, "query_json", Code::InvalidQuery)?)?;
            page_json.set(owned(reply::page(&ledger.0.query(&query)?))?);
            Ok(())
        })
    }
}
