//! The numbers of the errors, for C.

/// What a function returns: #SEALBOOK_OK, or the number of an error. The numbers are frozen; later versions may return new ones, so
/// that a `switch` needs a `default`.
#[repr(u32)]
pub enum sealbook_code {
    /// The call did what it says.
    SEALBOOK_OK = 0,
    /// A defect in Sealbook itself.
    SEALBOOK_INTERNAL = 7000,
    /// An argument has a value that the call does not take.
    SEALBOOK_INVALID_ARGUMENT = 7001,
    /// No .sealbook folder here or in any folder above.
    SEALBOOK_NOT_A_PROJECT = 7002,
    /// The file is not a Sealbook ledger.
    SEALBOOK_NOT_A_LEDGER = 7003,
    /// The ledger was written by a newer Sealbook.
    SEALBOOK_LEDGER_TOO_NEW = 7004,
    /// There is a ledger here already.
    SEALBOOK_LEDGER_EXISTS = 7005,
    /// Another process kept the ledger locked for longer than the timeout.
    SEALBOOK_LEDGER_BUSY = 7006,
    /// The ledger was opened, or can only be opened, for reading.
    SEALBOOK_READ_ONLY = 7007,
    /// The ledger's file is damaged.
    SEALBOOK_LEDGER_CORRUPT = 7008,
    /// An earlier write could not be made durable; the handle refuses further writes.
    SEALBOOK_LEDGER_POISONED = 7009,
    /// The operating system refused to read or write.
    SEALBOOK_IO = 7010,
    /// The operating system denied access.
    SEALBOOK_PERMISSION_DENIED = 7011,
    /// The disk or the quota is full.
    SEALBOOK_DISK_FULL = 7012,
    /// The handle was closed.
    SEALBOOK_CLOSED = 7013,
    /// The caller cancelled the operation.
    SEALBOOK_CANCELLED = 7014,
    /// There is no such entry or file.
    SEALBOOK_NOT_FOUND = 7015,
    /// The id was used for another kind or payload.
    SEALBOOK_ID_CONFLICT = 7016,
    /// The kind does not fit the grammar.
    SEALBOOK_INVALID_KIND = 7017,
    /// Kinds under sys. are written by Sealbook alone.
    SEALBOOK_RESERVED_KIND = 7018,
    /// The id is not a lower-case UUID of version 7.
    SEALBOOK_INVALID_ID = 7019,
    /// The payload is not UTF-8.
    SEALBOOK_PAYLOAD_NOT_UTF8 = 7020,
    /// The payload is not JSON.
    SEALBOOK_PAYLOAD_NOT_JSON = 7021,
    /// The payload's outermost value is not an object.
    SEALBOOK_PAYLOAD_NOT_OBJECT = 7022,
    /// An object of the payload has a member name twice.
    SEALBOOK_PAYLOAD_DUPLICATE_KEY = 7023,
    /// A string of the payload has half of a surrogate pair.
    SEALBOOK_PAYLOAD_LONE_SURROGATE = 7024,
    /// An integer of the payload is beyond ±(2^53-1).
    SEALBOOK_PAYLOAD_INTEGER_RANGE = 7025,
    /// A number of the payload is not a finite double.
    SEALBOOK_PAYLOAD_NOT_FINITE = 7026,
    /// The payload is nested deeper than 128.
    SEALBOOK_PAYLOAD_TOO_DEEP = 7027,
    /// The payload is larger than the ledger's limit.
    SEALBOOK_PAYLOAD_TOO_LARGE = 7028,
    /// A member with a fixed meaning has another shape.
    SEALBOOK_PAYLOAD_VOCABULARY = 7029,
    /// The stored ledger contradicts itself; run verify.
    SEALBOOK_TAMPERED = 7030,
    /// The ledger is not the one that was expected.
    SEALBOOK_ORIGIN_MISMATCH = 7031,
    /// The origin does not fit the C2SP grammar.
    SEALBOOK_INVALID_ORIGIN = 7032,
    /// A filter or cursor of the query is not usable.
    SEALBOOK_INVALID_QUERY = 7033,
    /// The file is not a sound export of a ledger.
    SEALBOOK_INVALID_EXPORT = 7034,
    /// There is no git repository at the path.
    SEALBOOK_NOT_A_REPOSITORY = 7035,
    /// The git repository could not be read.
    SEALBOOK_GIT = 7036,
    /// A C caller passed NULL where a value is needed.
    SEALBOOK_NULL_POINTER = 7037,
    /// Sealbook stopped at a defect of its own; the call had no effect.
    SEALBOOK_PANIC = 7038,
    /// The task's state does not allow the event, or not from this role.
    SEALBOOK_TASK_ILLEGAL_TRANSITION = 7050,
    /// The task's specification is not usable.
    SEALBOOK_INVALID_TASK = 7051,
    /// The queue, or the share of a key in it, is full.
    SEALBOOK_QUEUE_FULL = 7052,
    /// The worker no longer holds the task; what it wrote is not accepted.
    SEALBOOK_LEASE_LOST = 7053,
    /// The task may run only with a grant, and there is none that is valid.
    SEALBOOK_APPROVAL_REQUIRED = 7054,
    /// The vote does not count: not entitled, given twice, forged or too late.
    SEALBOOK_VOTE_REFUSED = 7055,
    /// The principal may not do this.
    SEALBOOK_ACCESS_REFUSED = 7056,
    /// Tasks would wait for each other for ever.
    SEALBOOK_DEPENDENCY_CYCLE = 7057,
    /// The cron expression or its time zone is not usable.
    SEALBOOK_INVALID_SCHEDULE = 7058,
    /// A policy of retry, breaker, limit or approval is not usable.
    SEALBOOK_INVALID_POLICY = 7059,
    /// The breaker of a dependency is open; calls are refused for now.
    SEALBOOK_BREAKER_OPEN = 7060,
    /// The idempotency key was used for a task that is not the same.
    SEALBOOK_IDEMPOTENCY_CONFLICT = 7061,
}
