"""The exceptions of Sealbook.

Every one derives from :class:`SealbookError` and carries a stable ``code`` that programs test, and a message for people that
says what was wrong, with which value, and what to do. Where Python has a class of its own for such an error, ours derives from it as
well: a missing file is a :class:`FileNotFoundError`, a malformed argument a :class:`ValueError`.

>>> from sealbook import Ledger, NotFoundError
>>> with Ledger.in_memory() as ledger:
...     try:
...         ledger.get(99)
...     except NotFoundError as error:
...         print(error.code, error.number, error.context["entry"])
NOT_FOUND 7015 99
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

__all__ = [
    "CLASSES",
    "TABLE",
    "AccessRefusedError",
    "ApprovalRequiredError",
    "BreakerOpenError",
    "CancelledError",
    "ClosedError",
    "DiskFullError",
    "GitError",
    "IdConflictError",
    "InternalError",
    "InvalidArgumentError",
    "InvalidExportError",
    "InvalidIdError",
    "InvalidKindError",
    "InvalidOriginError",
    "InvalidPolicyError",
    "InvalidQueryError",
    "InvalidScheduleError",
    "InvalidTaskError",
    "IoError",
    "LeaseLostError",
    "LedgerBusyError",
    "LedgerCorruptError",
    "LedgerExistsError",
    "LedgerPoisonedError",
    "LedgerTooNewError",
    "NotALedgerError",
    "NotAProjectError",
    "NotARepositoryError",
    "NotFoundError",
    "OriginMismatchError",
    "PayloadError",
    "PermissionDeniedError",
    "QueueFullError",
    "ReadOnlyError",
    "ReservedKindError",
    "Row",
    "SealbookError",
    "TamperedError",
    "TaskStateError",
    "VoteRefusedError",
    "make",
]


class SealbookError(Exception):
    """What went wrong, with which value, and what to do.

    Args:
        message: What people read.
        code: One of the codes in :data:`TABLE`.
        context: Named values, such as the path or the number of the record.

    >>> error = SealbookError("the ledger is locked", code="LEDGER_BUSY")
    >>> error.is_busy(), error.retryable, error.number
    (True, True, 7006)
    """

    def __init__(
        self, message: str, *, code: str = "INTERNAL", context: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self._message = message
        self._code = code
        self._context = MappingProxyType(dict(context or {}))

    def __str__(self) -> str:
        return self._message

    def __reduce__(self) -> tuple[object, ...]:
        return make, (self._code, self._message, dict(self._context), self.__cause__)

    @property
    def code(self) -> str:
        """The stable upper-case name, such as ``LEDGER_BUSY``."""
        return self._code

    @property
    def number(self) -> int:
        """The frozen number of the code, as C functions return it."""
        return _row(self._code).number

    @property
    def message(self) -> str:
        """What people read: what was wrong, and what to do."""
        return self._message

    @property
    def context(self) -> Mapping[str, str]:
        """Named values, such as the path or the number of the record."""
        return self._context

    @property
    def retryable(self) -> bool:
        """Whether the same call may succeed later without any change."""
        return _row(self._code).retryable

    def is_busy(self) -> bool:
        """Whether another process kept the ledger locked for longer than the timeout."""
        return self._code == "LEDGER_BUSY"

    def is_tampered(self) -> bool:
        """Whether the stored ledger contradicts itself or is not the one that was expected."""
        return self._code in ("TAMPERED", "LEDGER_CORRUPT", "ORIGIN_MISMATCH")


class InternalError(SealbookError):
    """A defect in Sealbook itself."""


class InvalidArgumentError(SealbookError, ValueError):
    """An argument has a value that the call does not take."""


class NotAProjectError(SealbookError, FileNotFoundError):
    """No ``.sealbook`` folder here or in any folder above."""


class NotALedgerError(SealbookError):
    """The file is not a Sealbook ledger."""


class LedgerTooNewError(SealbookError):
    """The ledger was written by a newer Sealbook."""


class LedgerExistsError(SealbookError, FileExistsError):
    """There is a ledger here already."""


class LedgerBusyError(SealbookError, TimeoutError):
    """Another process kept the ledger locked for longer than the timeout."""


class ReadOnlyError(SealbookError):
    """The ledger was opened, or can only be opened, for reading."""


class LedgerCorruptError(SealbookError):
    """The ledger's file is damaged."""


class LedgerPoisonedError(SealbookError):
    """An earlier write could not be made durable; the handle refuses further writes."""


class IoError(SealbookError, OSError):
    """The operating system refused to read or write."""


class PermissionDeniedError(SealbookError, PermissionError):
    """The operating system denied access."""


class DiskFullError(SealbookError, OSError):
    """The disk or the quota is full."""


class ClosedError(SealbookError):
    """The handle was closed."""


class CancelledError(SealbookError):
    """The caller cancelled the operation."""


class NotFoundError(SealbookError, FileNotFoundError, LookupError):
    """There is no such entry or file."""


class IdConflictError(SealbookError):
    """The id was used for another kind or payload."""


class InvalidKindError(SealbookError, ValueError):
    """The kind does not fit the grammar."""


class ReservedKindError(SealbookError, ValueError):
    """Kinds under ``sys.`` are written by Sealbook alone."""


class InvalidIdError(SealbookError, ValueError):
    """The id is not a lower-case UUID of version 7."""


class PayloadError(SealbookError, ValueError):
    """The payload cannot be recorded; the code says why."""


class TamperedError(SealbookError):
    """The stored ledger contradicts itself; run ``verify``."""


class OriginMismatchError(SealbookError):
    """The ledger is not the one that was expected."""


class InvalidOriginError(SealbookError, ValueError):
    """The origin does not fit the C2SP grammar."""


class InvalidQueryError(SealbookError, ValueError):
    """A filter or cursor of the query is not usable."""


class InvalidExportError(SealbookError):
    """The file is not a sound export of a ledger."""


class NotARepositoryError(SealbookError):
    """There is no git repository at the path."""


class GitError(SealbookError):
    """The git repository could not be read."""


class TaskStateError(SealbookError):
    """The task's state does not allow the event, or not from this role."""


class InvalidTaskError(SealbookError, ValueError):
    """The task's specification is not usable."""


class QueueFullError(SealbookError):
    """The queue, or the share of a key in it, is full."""


class LeaseLostError(SealbookError):
    """The worker no longer holds the task; what it wrote is not accepted."""


class ApprovalRequiredError(SealbookError):
    """The task may run only with a grant, and there is none that is valid."""


class VoteRefusedError(SealbookError):
    """The vote does not count: not entitled, given twice, forged or too late."""


class AccessRefusedError(SealbookError, PermissionError):
    """The principal may not do this."""


class InvalidScheduleError(SealbookError, ValueError):
    """The cron expression or its time zone is not usable."""


class InvalidPolicyError(SealbookError, ValueError):
    """A policy of retry, breaker, limit or approval is not usable."""


class BreakerOpenError(SealbookError):
    """The breaker of a dependency is open; calls are refused for now."""


class Row(NamedTuple):
    """One row of the error table."""

    number: int
    """The frozen number."""
    cls: type[SealbookError]
    """The class that is raised."""
    retryable: bool = False
    """Whether the same call may succeed later without any change."""


TABLE: Mapping[str, Row] = MappingProxyType(
    {
        "INTERNAL": Row(7000, InternalError),
        "INVALID_ARGUMENT": Row(7001, InvalidArgumentError),
        "NOT_A_PROJECT": Row(7002, NotAProjectError),
        "NOT_A_LEDGER": Row(7003, NotALedgerError),
        "LEDGER_TOO_NEW": Row(7004, LedgerTooNewError),
        "LEDGER_EXISTS": Row(7005, LedgerExistsError),
        "LEDGER_BUSY": Row(7006, LedgerBusyError, retryable=True),
        "READ_ONLY": Row(7007, ReadOnlyError),
        "LEDGER_CORRUPT": Row(7008, LedgerCorruptError),
        "LEDGER_POISONED": Row(7009, LedgerPoisonedError),
        "IO": Row(7010, IoError),
        "PERMISSION_DENIED": Row(7011, PermissionDeniedError),
        "DISK_FULL": Row(7012, DiskFullError, retryable=True),
        "CLOSED": Row(7013, ClosedError),
        "CANCELLED": Row(7014, CancelledError),
        "NOT_FOUND": Row(7015, NotFoundError),
        "ID_CONFLICT": Row(7016, IdConflictError),
        "INVALID_KIND": Row(7017, InvalidKindError),
        "RESERVED_KIND": Row(7018, ReservedKindError),
        "INVALID_ID": Row(7019, InvalidIdError),
        "PAYLOAD_NOT_UTF8": Row(7020, PayloadError),
        "PAYLOAD_NOT_JSON": Row(7021, PayloadError),
        "PAYLOAD_NOT_OBJECT": Row(7022, PayloadError),
        "PAYLOAD_DUPLICATE_KEY": Row(7023, PayloadError),
        "PAYLOAD_LONE_SURROGATE": Row(7024, PayloadError),
        "PAYLOAD_INTEGER_RANGE": Row(7025, PayloadError),
        "PAYLOAD_NOT_FINITE": Row(7026, PayloadError),
        "PAYLOAD_TOO_DEEP": Row(7027, PayloadError),
        "PAYLOAD_TOO_LARGE": Row(7028, PayloadError),
        "PAYLOAD_VOCABULARY": Row(7029, PayloadError),
        "TAMPERED": Row(7030, TamperedError),
        "ORIGIN_MISMATCH": Row(7031, OriginMismatchError),
        "INVALID_ORIGIN": Row(7032, InvalidOriginError),
        "INVALID_QUERY": Row(7033, InvalidQueryError),
        "INVALID_EXPORT": Row(7034, InvalidExportError),
        "NOT_A_REPOSITORY": Row(7035, NotARepositoryError),
        "GIT": Row(7036, GitError),
        "NULL_POINTER": Row(7037, InternalError),
        "PANIC": Row(7038, InternalError),
        "TASK_ILLEGAL_TRANSITION": Row(7050, TaskStateError),
        "INVALID_TASK": Row(7051, InvalidTaskError),
        "QUEUE_FULL": Row(7052, QueueFullError, retryable=True),
        "LEASE_LOST": Row(7053, LeaseLostError),
        "APPROVAL_REQUIRED": Row(7054, ApprovalRequiredError),
        "VOTE_REFUSED": Row(7055, VoteRefusedError),
        "ACCESS_REFUSED": Row(7056, AccessRefusedError),
        "DEPENDENCY_CYCLE": Row(7057, InvalidTaskError),
        "INVALID_SCHEDULE": Row(7058, InvalidScheduleError),
        "INVALID_POLICY": Row(7059, InvalidPolicyError),
        "BREAKER_OPEN": Row(7060, BreakerOpenError, retryable=True),
        "IDEMPOTENCY_CONFLICT": Row(7061, IdConflictError),
    }
)
"""Every code with its number and class: the same table as in all languages."""

CLASSES: Mapping[str, type[SealbookError]] = MappingProxyType({code: row.cls for code, row in TABLE.items()})
"""Every code with the class that is raised for it."""


def _row(code: str) -> Row:
    # A code that this table does not know comes from a native module of another version.
    return TABLE.get(code, Row(0, SealbookError))


def make(
    code: str,
    message: str,
    context: Mapping[str, str] | None = None,
    cause: BaseException | None = None,
) -> SealbookError:
    """The exception for a code.

    Args:
        code: One of the codes in :data:`TABLE`.
        message: What people read.
        context: Named values.
        cause: The error underneath.

    Returns:
        An instance of the code's class.

    >>> make("INVALID_KIND", "kind 'Review' has an upper-case letter").code
    'INVALID_KIND'
    """
    error = _row(code).cls(message, code=code, context=context)
    error.__cause__ = cause
    if isinstance(error, OSError) and isinstance(cause, OSError):
        error.errno = cause.errno
    return error
