/** The stable names of everything that can go wrong. */
export type ErrorCode =
  | 'INTERNAL'
  | 'INVALID_ARGUMENT'
  | 'NOT_A_PROJECT'
  | 'NOT_A_LEDGER'
  | 'LEDGER_TOO_NEW'
  | 'LEDGER_EXISTS'
  | 'LEDGER_BUSY'
  | 'READ_ONLY'
  | 'LEDGER_CORRUPT'
  | 'LEDGER_POISONED'
  | 'IO'
  | 'PERMISSION_DENIED'
  | 'DISK_FULL'
  | 'CLOSED'
  | 'CANCELLED'
  | 'NOT_FOUND'
  | 'ID_CONFLICT'
  | 'INVALID_KIND'
  | 'RESERVED_KIND'
  | 'INVALID_ID'
  | 'PAYLOAD_NOT_UTF8'
  | 'PAYLOAD_NOT_JSON'
  | 'PAYLOAD_NOT_OBJECT'
  | 'PAYLOAD_DUPLICATE_KEY'
  | 'PAYLOAD_LONE_SURROGATE'
  | 'PAYLOAD_INTEGER_RANGE'
  | 'PAYLOAD_NOT_FINITE'
  | 'PAYLOAD_TOO_DEEP'
  | 'PAYLOAD_TOO_LARGE'
  | 'PAYLOAD_VOCABULARY'
  | 'TAMPERED'
  | 'ORIGIN_MISMATCH'
  | 'INVALID_ORIGIN'
  | 'INVALID_QUERY'
  | 'INVALID_EXPORT'
  | 'NOT_A_REPOSITORY'
  | 'GIT'
  | 'NULL_POINTER'
  | 'PANIC'
  | 'TASK_ILLEGAL_TRANSITION'
  | 'INVALID_TASK'
  | 'QUEUE_FULL'
  | 'LEASE_LOST'
  | 'APPROVAL_REQUIRED'
  | 'VOTE_REFUSED'
  | 'ACCESS_REFUSED'
  | 'DEPENDENCY_CYCLE'
  | 'INVALID_SCHEDULE'
  | 'INVALID_POLICY'
  | 'BREAKER_OPEN'
  | 'IDEMPOTENCY_CONFLICT';

/**
 * What every call of Sealbook throws or rejects with. The message says what was wrong, with which value, and what to do; programs test the
 * class or the `code`. A code that this version does not know, from a newer native library, comes as a plain `SealbookError`.
 *
 * @example
 * ```js
 * const ledger = Ledger.inMemory();
 * await assert.rejects(ledger.record('Review', {}), (error) => {
 *   assert(error instanceof InvalidKindError && error instanceof SealbookError);
 *   assert.equal(error.code, 'INVALID_KIND');
 *   assert.equal(error.number, 7017);
 *   return true;
 * });
 * ```
 */
export class SealbookError extends Error {
  protected constructor();
  /** The stable name. */
  readonly code: ErrorCode;
  /** The frozen number, from 7000: the same in every language. */
  readonly number: number;
  /** Named values, such as `path` or `seq`. */
  readonly context: Readonly<Record<string, string>>;
  /** Whether the same call may succeed later without any change. */
  readonly retryable: boolean;
  /** The error of the library or of JavaScript underneath, if there is one. */
  readonly cause?: unknown;
}

/**
 * - `INTERNAL` (7000): A defect in Sealbook itself.
 * - `NULL_POINTER` (7037): A C caller passed NULL where a value is needed.
 * - `PANIC` (7038): Sealbook stopped at a defect of its own; the call had no effect.
 */
export class InternalError extends SealbookError {
  readonly code: 'INTERNAL' | 'NULL_POINTER' | 'PANIC';
}

/** `INVALID_ARGUMENT` (7001). An argument has a value that the call does not take. */
export class InvalidArgumentError extends SealbookError {
  readonly code: 'INVALID_ARGUMENT';
}

/** `NOT_A_PROJECT` (7002). No .sealbook folder here or in any folder above. */
export class NotAProjectError extends SealbookError {
  readonly code: 'NOT_A_PROJECT';
}

/** `NOT_A_LEDGER` (7003). The file is not a Sealbook ledger. */
export class NotALedgerError extends SealbookError {
  readonly code: 'NOT_A_LEDGER';
}

/** `LEDGER_TOO_NEW` (7004). The ledger was written by a newer Sealbook. */
export class LedgerTooNewError extends SealbookError {
  readonly code: 'LEDGER_TOO_NEW';
}

/** `LEDGER_EXISTS` (7005). There is a ledger here already. */
export class LedgerExistsError extends SealbookError {
  readonly code: 'LEDGER_EXISTS';
}

/** `LEDGER_BUSY` (7006). Another process kept the ledger locked for longer than the timeout. */
export class LedgerBusyError extends SealbookError {
  readonly code: 'LEDGER_BUSY';
}

/** `READ_ONLY` (7007). The ledger was opened, or can only be opened, for reading. */
export class ReadOnlyError extends SealbookError {
  readonly code: 'READ_ONLY';
}

/** `LEDGER_CORRUPT` (7008). The ledger's file is damaged. */
export class LedgerCorruptError extends SealbookError {
  readonly code: 'LEDGER_CORRUPT';
}

/** `LEDGER_POISONED` (7009). An earlier write could not be made durable; the handle refuses further writes. */
export class LedgerPoisonedError extends SealbookError {
  readonly code: 'LEDGER_POISONED';
}

/** `IO` (7010). The operating system refused to read or write. */
export class IoError extends SealbookError {
  readonly code: 'IO';
}

/** `PERMISSION_DENIED` (7011). The operating system denied access. */
export class PermissionDeniedError extends SealbookError {
  readonly code: 'PERMISSION_DENIED';
}

/** `DISK_FULL` (7012). The disk or the quota is full. */
export class DiskFullError extends SealbookError {
  readonly code: 'DISK_FULL';
}

/** `CLOSED` (7013). The handle was closed. */
export class ClosedError extends SealbookError {
  readonly code: 'CLOSED';
}

/** `CANCELLED` (7014). The caller cancelled the operation. */
export class CancelledError extends SealbookError {
  readonly code: 'CANCELLED';
}

/** `NOT_FOUND` (7015). There is no such entry or file. */
export class NotFoundError extends SealbookError {
  readonly code: 'NOT_FOUND';
}

/** `ID_CONFLICT` (7016), `IDEMPOTENCY_CONFLICT` (7061). The id or key was used for another kind or payload, or another task. */
export class IdConflictError extends SealbookError {
  readonly code: 'ID_CONFLICT' | 'IDEMPOTENCY_CONFLICT';
}

/** `INVALID_KIND` (7017). The kind does not fit the grammar. */
export class InvalidKindError extends SealbookError {
  readonly code: 'INVALID_KIND';
}

/** `RESERVED_KIND` (7018). Kinds under sys. are written by Sealbook alone. */
export class ReservedKindError extends SealbookError {
  readonly code: 'RESERVED_KIND';
}

/** `INVALID_ID` (7019). The id is not a lower-case UUID of version 7. */
export class InvalidIdError extends SealbookError {
  readonly code: 'INVALID_ID';
}

/**
 * - `PAYLOAD_NOT_UTF8` (7020): The payload is not UTF-8.
 * - `PAYLOAD_NOT_JSON` (7021): The payload is not JSON.
 * - `PAYLOAD_NOT_OBJECT` (7022): The payload's outermost value is not an object.
 * - `PAYLOAD_DUPLICATE_KEY` (7023): An object of the payload has a member name twice.
 * - `PAYLOAD_LONE_SURROGATE` (7024): A string of the payload has half of a surrogate pair.
 * - `PAYLOAD_INTEGER_RANGE` (7025): An integer of the payload is beyond ±(2^53-1).
 * - `PAYLOAD_NOT_FINITE` (7026): A number of the payload is not a finite double.
 * - `PAYLOAD_TOO_DEEP` (7027): The payload is nested deeper than 128.
 * - `PAYLOAD_TOO_LARGE` (7028): The payload is larger than the ledger's limit.
 * - `PAYLOAD_VOCABULARY` (7029): A member with a fixed meaning has another shape.
 */
export class PayloadError extends SealbookError {
  readonly code: 'PAYLOAD_NOT_UTF8' | 'PAYLOAD_NOT_JSON' | 'PAYLOAD_NOT_OBJECT' | 'PAYLOAD_DUPLICATE_KEY' | 'PAYLOAD_LONE_SURROGATE' | 'PAYLOAD_INTEGER_RANGE' | 'PAYLOAD_NOT_FINITE' | 'PAYLOAD_TOO_DEEP' | 'PAYLOAD_TOO_LARGE' | 'PAYLOAD_VOCABULARY';
}

/** `TAMPERED` (7030). The stored ledger contradicts itself; run verify. */
export class TamperedError extends SealbookError {
  readonly code: 'TAMPERED';
}

/** `ORIGIN_MISMATCH` (7031). The ledger is not the one that was expected. */
export class OriginMismatchError extends SealbookError {
  readonly code: 'ORIGIN_MISMATCH';
}

/** `INVALID_ORIGIN` (7032). The origin does not fit the C2SP grammar. */
export class InvalidOriginError extends SealbookError {
  readonly code: 'INVALID_ORIGIN';
}

/** `INVALID_QUERY` (7033). A filter or cursor of the query is not usable. */
export class InvalidQueryError extends SealbookError {
  readonly code: 'INVALID_QUERY';
}

/** `INVALID_EXPORT` (7034). The file is not a sound export of a ledger. */
export class InvalidExportError extends SealbookError {
  readonly code: 'INVALID_EXPORT';
}

/** `NOT_A_REPOSITORY` (7035). There is no git repository at the path. */
export class NotARepositoryError extends SealbookError {
  readonly code: 'NOT_A_REPOSITORY';
}

/** `GIT` (7036). The git repository could not be read. */
export class GitError extends SealbookError {
  readonly code: 'GIT';
}

/** `TASK_ILLEGAL_TRANSITION` (7050). The task's state does not allow the event, or not from this role. */
export class TaskStateError extends SealbookError {
  readonly code: 'TASK_ILLEGAL_TRANSITION';
}

/** `INVALID_TASK` (7051), `DEPENDENCY_CYCLE` (7057). The task's specification is not usable. */
export class InvalidTaskError extends SealbookError {
  readonly code: 'INVALID_TASK' | 'DEPENDENCY_CYCLE';
}

/** `QUEUE_FULL` (7052). The queue, or the share of a key in it, is full. */
export class QueueFullError extends SealbookError {
  readonly code: 'QUEUE_FULL';
}

/** `LEASE_LOST` (7053). The worker no longer holds the task; what it wrote is not accepted. */
export class LeaseLostError extends SealbookError {
  readonly code: 'LEASE_LOST';
}

/** `APPROVAL_REQUIRED` (7054). The task may run only with a grant, and there is none that is valid. */
export class ApprovalRequiredError extends SealbookError {
  readonly code: 'APPROVAL_REQUIRED';
}

/** `VOTE_REFUSED` (7055). The vote does not count: not entitled, given twice, forged or too late. */
export class VoteRefusedError extends SealbookError {
  readonly code: 'VOTE_REFUSED';
}

/** `ACCESS_REFUSED` (7056). The principal may not do this. */
export class AccessRefusedError extends SealbookError {
  readonly code: 'ACCESS_REFUSED';
}

/** `INVALID_SCHEDULE` (7058). The cron expression or its time zone is not usable. */
export class InvalidScheduleError extends SealbookError {
  readonly code: 'INVALID_SCHEDULE';
}

/** `INVALID_POLICY` (7059). A policy of retry, breaker, limit or approval is not usable. */
export class InvalidPolicyError extends SealbookError {
  readonly code: 'INVALID_POLICY';
}

/** `BREAKER_OPEN` (7060). The breaker of a dependency is open; calls are refused for now. */
export class BreakerOpenError extends SealbookError {
  readonly code: 'BREAKER_OPEN';
}
