//! The error table. Every language's classes and constants come from here.

/// One row of the error table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The code.
    pub code: Code,
    /// Stable upper-case name: `error.code` in Python and JavaScript.
    pub name: &'static str,
    /// Frozen number: the return value of C functions. Never reused.
    pub number: u32,
    /// Name of the Python class, and `error.name` in JavaScript.
    pub class: &'static str,
    /// Whether the same call may succeed later without any change.
    pub retryable: bool,
    /// What the code means.
    pub meaning: &'static str,
}

macro_rules! table {
    ($($variant:ident $name:literal $number:literal $class:literal $retryable:literal $meaning:literal;)*) => {
        /// What went wrong, as a value that programs can test.
        ///
        /// The numbers are frozen: a new code takes the next free number, a retired one keeps its own.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        #[repr(u32)]
        pub enum Code {
            $(#[doc = $meaning] $variant = $number,)*
        }

        /// The whole table, in the order of the numbers.
        pub const TABLE: &[Row] = &[
            $(Row { code: Code::$variant, name: $name, number: $number, class: $class, retryable: $retryable, meaning: $meaning },)*
        ];

        impl Code {
            /// The row of this code.
            #[must_use]
            pub const fn row(self) -> Row {
                match self {
                    $(Code::$variant => Row { code: self, name: $name, number: $number, class: $class, retryable: $retryable, meaning: $meaning },)*
                }
            }
        }
    };
}

table! {
    Internal          "INTERNAL"            7000 "InternalError"        false "A defect in Sealbook itself.";
    InvalidArgument   "INVALID_ARGUMENT"    7001 "InvalidArgumentError" false "An argument has a value that the call does not take.";
    NotAProject       "NOT_A_PROJECT"       7002 "NotAProjectError"     false "No .sealbook folder here or in any folder above.";
    NotALedger        "NOT_A_LEDGER"        7003 "NotALedgerError"      false "The file is not a Sealbook ledger.";
    LedgerTooNew      "LEDGER_TOO_NEW"      7004 "LedgerTooNewError"    false "The ledger was written by a newer Sealbook.";
    LedgerExists      "LEDGER_EXISTS"       7005 "LedgerExistsError"    false "There is a ledger here already.";
    LedgerBusy        "LEDGER_BUSY"         7006 "LedgerBusyError"      true  "Another process kept the ledger locked for longer than the timeout.";
    ReadOnly          "READ_ONLY"           7007 "ReadOnlyError"        false "The ledger was opened, or can only be opened, for reading.";
    LedgerCorrupt     "LEDGER_CORRUPT"      7008 "LedgerCorruptError"   false "The ledger's file is damaged.";
    LedgerPoisoned    "LEDGER_POISONED"     7009 "LedgerPoisonedError"  false "An earlier write could not be made durable; the handle refuses further writes.";
    Io                "IO"                  7010 "IoError"              false "The operating system refused to read or write.";
    PermissionDenied  "PERMISSION_DENIED"   7011 "PermissionDeniedError" false "The operating system denied access.";
    DiskFull          "DISK_FULL"           7012 "DiskFullError"        true  "The disk or the quota is full.";
    Closed            "CLOSED"              7013 "ClosedError"          false "The handle was closed.";
    Cancelled         "CANCELLED"           7014 "CancelledError"       false "The caller cancelled the operation.";
    NotFound          "NOT_FOUND"           7015 "NotFoundError"        false "There is no such entry or file.";
    IdConflict        "ID_CONFLICT"         7016 "IdConflictError"      false "The id was used for another kind or payload.";
    InvalidKind       "INVALID_KIND"        7017 "InvalidKindError"     false "The kind does not fit the grammar.";
    ReservedKind      "RESERVED_KIND"       7018 "ReservedKindError"    false "Kinds under sys. are written by Sealbook alone.";
    InvalidId         "INVALID_ID"          7019 "InvalidIdError"       false "The id is not a lower-case UUID of version 7.";
    PayloadNotUtf8    "PAYLOAD_NOT_UTF8"    7020 "PayloadError"         false "The payload is not UTF-8.";
    PayloadNotJson    "PAYLOAD_NOT_JSON"    7021 "PayloadError"         false "The payload is not JSON.";
    PayloadNotObject  "PAYLOAD_NOT_OBJECT"  7022 "PayloadError"         false "The payload's outermost value is not an object.";
    PayloadDuplicate  "PAYLOAD_DUPLICATE_KEY" 7023 "PayloadError"       false "An object of the payload has a member name twice.";
    PayloadSurrogate  "PAYLOAD_LONE_SURROGATE" 7024 "PayloadError"      false "A string of the payload has half of a surrogate pair.";
    PayloadInteger    "PAYLOAD_INTEGER_RANGE" 7025 "PayloadError"       false "An integer of the payload is beyond ±(2^53-1).";
    PayloadNonFinite  "PAYLOAD_NOT_FINITE"  7026 "PayloadError"         false "A number of the payload is not a finite double.";
    PayloadTooDeep    "PAYLOAD_TOO_DEEP"    7027 "PayloadError"         false "The payload is nested deeper than 128.";
    PayloadTooLarge   "PAYLOAD_TOO_LARGE"   7028 "PayloadError"         false "The payload is larger than the ledger's limit.";
    PayloadVocabulary "PAYLOAD_VOCABULARY"  7029 "PayloadError"         false "A member with a fixed meaning has another shape.";
    Tampered          "TAMPERED"            7030 "TamperedError"        false "The stored ledger contradicts itself; run verify.";
    OriginMismatch    "ORIGIN_MISMATCH"     7031 "OriginMismatchError"  false "The ledger is not the one that was expected.";
    InvalidOrigin     "INVALID_ORIGIN"      7032 "InvalidOriginError"   false "The origin does not fit the C2SP grammar.";
    InvalidQuery      "INVALID_QUERY"       7033 "InvalidQueryError"    false "A filter or cursor of the query is not usable.";
    InvalidExport     "INVALID_EXPORT"      7034 "InvalidExportError"   false "The file is not a sound export of a ledger.";
    NotARepository    "NOT_A_REPOSITORY"    7035 "NotARepositoryError"  false "There is no git repository at the path.";
    Git               "GIT"                 7036 "GitError"             false "The git repository could not be read.";
    NullPointer       "NULL_POINTER"        7037 "InternalError"        false "A C caller passed NULL where a value is needed.";
    Panic             "PANIC"               7038 "InternalError"        false "Sealbook stopped at a defect of its own; the call had no effect.";
    IllegalTransition "TASK_ILLEGAL_TRANSITION" 7050 "TaskStateError"   false "The task's state does not allow the event, or not from this role.";
    InvalidTask       "INVALID_TASK"        7051 "InvalidTaskError"     false "The task's specification is not usable.";
    QueueFull         "QUEUE_FULL"          7052 "QueueFullError"       true  "The queue, or the share of a key in it, is full.";
    LeaseLost         "LEASE_LOST"          7053 "LeaseLostError"       false "The worker no longer holds the task; what it wrote is not accepted.";
    ApprovalRequired  "APPROVAL_REQUIRED"   7054 "ApprovalRequiredError" false "The task may run only with a grant, and there is none that is valid.";
    VoteRefused       "VOTE_REFUSED"        7055 "VoteRefusedError"     false "The vote does not count: not entitled, given twice, forged or too late.";
    AccessRefused     "ACCESS_REFUSED"      7056 "AccessRefusedError"   false "The principal may not do this.";
    DependencyCycle   "DEPENDENCY_CYCLE"    7057 "InvalidTaskError"     false "Tasks would wait for each other for ever.";
    InvalidSchedule   "INVALID_SCHEDULE"    7058 "InvalidScheduleError" false "The cron expression or its time zone is not usable.";
    InvalidPolicy     "INVALID_POLICY"      7059 "InvalidPolicyError"   false "A policy of retry, breaker, limit or approval is not usable.";
    BreakerOpen       "BREAKER_OPEN"        7060 "BreakerOpenError"     true  "The breaker of a dependency is open; calls are refused for now.";
    IdempotencyConflict "IDEMPOTENCY_CONFLICT" 7061 "IdConflictError"   false "The idempotency key was used for a task that is not the same.";
}

impl Code {
    /// The stable upper-case name, such as `LEDGER_BUSY`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.row().name
    }

    /// The frozen number, from 7000.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.row().number
    }

    /// Whether the same call may succeed later without any change.
    #[must_use]
    pub const fn is_retryable(self) -> bool {
        self.row().retryable
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_unique_and_ascending_from_7000() {
        assert_eq!(TABLE.first().map(|r| r.number), Some(7000));
        assert!(TABLE.windows(2).all(|w| w[0].number < w[1].number));
        assert!(TABLE.iter().all(|r| r.code as u32 == r.number && r.code.row() == *r));
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = TABLE.iter().map(|r| r.name).collect();
        names.sort_unstable();
        assert!(names.windows(2).all(|w| w[0] != w[1]));
    }
}
