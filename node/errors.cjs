'use strict';

// The error classes, made from the table that all languages share (tests/vectors/errors.json).

/** Code, number, class, retryable. */
const TABLE = [
  ['INTERNAL', 7000, 'InternalError', false],
  ['INVALID_ARGUMENT', 7001, 'InvalidArgumentError', false],
  ['NOT_A_PROJECT', 7002, 'NotAProjectError', false],
  ['NOT_A_LEDGER', 7003, 'NotALedgerError', false],
  ['LEDGER_TOO_NEW', 7004, 'LedgerTooNewError', false],
  ['LEDGER_EXISTS', 7005, 'LedgerExistsError', false],
  ['LEDGER_BUSY', 7006, 'LedgerBusyError', true],
  ['READ_ONLY', 7007, 'ReadOnlyError', false],
  ['LEDGER_CORRUPT', 7008, 'LedgerCorruptError', false],
  ['LEDGER_POISONED', 7009, 'LedgerPoisonedError', false],
  ['IO', 7010, 'IoError', false],
  ['PERMISSION_DENIED', 7011, 'PermissionDeniedError', false],
  ['DISK_FULL', 7012, 'DiskFullError', true],
  ['CLOSED', 7013, 'ClosedError', false],
  ['CANCELLED', 7014, 'CancelledError', false],
  ['NOT_FOUND', 7015, 'NotFoundError', false],
  ['ID_CONFLICT', 7016, 'IdConflictError', false],
  ['INVALID_KIND', 7017, 'InvalidKindError', false],
  ['RESERVED_KIND', 7018, 'ReservedKindError', false],
  ['INVALID_ID', 7019, 'InvalidIdError', false],
  ['PAYLOAD_NOT_UTF8', 7020, 'PayloadError', false],
  ['PAYLOAD_NOT_JSON', 7021, 'PayloadError', false],
  ['PAYLOAD_NOT_OBJECT', 7022, 'PayloadError', false],
  ['PAYLOAD_DUPLICATE_KEY', 7023, 'PayloadError', false],
  ['PAYLOAD_LONE_SURROGATE', 7024, 'PayloadError', false],
  ['PAYLOAD_INTEGER_RANGE', 7025, 'PayloadError', false],
  ['PAYLOAD_NOT_FINITE', 7026, 'PayloadError', false],
  ['PAYLOAD_TOO_DEEP', 7027, 'PayloadError', false],
  ['PAYLOAD_TOO_LARGE', 7028, 'PayloadError', false],
  ['PAYLOAD_VOCABULARY', 7029, 'PayloadError', false],
  ['TAMPERED', 7030, 'TamperedError', false],
  ['ORIGIN_MISMATCH', 7031, 'OriginMismatchError', false],
  ['INVALID_ORIGIN', 7032, 'InvalidOriginError', false],
  ['INVALID_QUERY', 7033, 'InvalidQueryError', false],
  ['INVALID_EXPORT', 7034, 'InvalidExportError', false],
  ['NOT_A_REPOSITORY', 7035, 'NotARepositoryError', false],
  ['GIT', 7036, 'GitError', false],
  ['NULL_POINTER', 7037, 'InternalError', false],
  ['PANIC', 7038, 'InternalError', false],
  ['TASK_ILLEGAL_TRANSITION', 7050, 'TaskStateError', false],
  ['INVALID_TASK', 7051, 'InvalidTaskError', false],
  ['QUEUE_FULL', 7052, 'QueueFullError', true],
  ['LEASE_LOST', 7053, 'LeaseLostError', false],
  ['APPROVAL_REQUIRED', 7054, 'ApprovalRequiredError', false],
  ['VOTE_REFUSED', 7055, 'VoteRefusedError', false],
  ['ACCESS_REFUSED', 7056, 'AccessRefusedError', false],
  ['DEPENDENCY_CYCLE', 7057, 'InvalidTaskError', false],
  ['INVALID_SCHEDULE', 7058, 'InvalidScheduleError', false],
  ['INVALID_POLICY', 7059, 'InvalidPolicyError', false],
  ['BREAKER_OPEN', 7060, 'BreakerOpenError', true],
  ['IDEMPOTENCY_CONFLICT', 7061, 'IdConflictError', false],
];

const ROWS = new Map(TABLE.map((row) => [row[0], row]));

class SealbookError extends Error {
  constructor(message, { code = 'INTERNAL', number, context = {}, retryable, cause } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    const row = ROWS.get(code);
    this.code = code;
    this.number = row?.[1] ?? number ?? 0;
    this.context = context;
    this.retryable = row?.[3] ?? retryable ?? false;
  }
}
Object.defineProperty(SealbookError.prototype, 'name', { value: 'SealbookError', configurable: true, writable: true });

const classes = { SealbookError };
for (const [, , name] of TABLE) {
  if (Object.hasOwn(classes, name)) continue;
  classes[name] = { [name]: class extends SealbookError {} }[name];
  Object.defineProperty(classes[name].prototype, 'name', { value: name, configurable: true, writable: true });
}

/** An error of the class that belongs to its code. A code that this table does not know makes a plain SealbookError. */
function fail(code, message, details) {
  const Class = classes[ROWS.get(code)?.[2]] ?? SealbookError;
  const error = new Class(message, { ...details, code });
  Error.captureStackTrace?.(error, fail);
  return error;
}

/** What a native call threw, as the error that callers see. */
function revived(error) {
  if (!(error instanceof Error) || error instanceof SealbookError || error.code !== 'GenericFailure') return error;
  try {
    const { code, number, message, context, retryable, cause } = JSON.parse(error.message);
    return fail(code, message, { number, context, retryable, cause: cause === null ? undefined : new Error(cause) });
  } catch {
    return fail('PANIC', `${error.message}; report this as a defect`, { cause: error });
  }
}

/** Runs a blocking native call. */
function blocking(call) {
  try {
    return call();
  } catch (error) {
    throw revived(error);
  }
}

module.exports = { TABLE, SealbookError, classes, fail, revived, blocking };
