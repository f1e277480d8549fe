"""Sealbook: a tamper-evident ledger of what AI agents and people did.

>>> from sealbook import Ledger
>>> with Ledger.in_memory() as ledger:
...     entry = ledger.record(
...         "human_review", {"verdict": "approved"}, actor={"type": "human", "id": "ana"}, action="review"
...     )
...     entry.seq, entry.payload["actor"]["id"], ledger.verify().intact
(1, 'ana', True)

:class:`Ledger` is the way in; :mod:`sealbook.aio` has the same for asyncio, :mod:`sealbook.errors` the exceptions.
:class:`Orchestrator` runs tasks that are recorded there, :class:`Executor` calls that leave no record.
:func:`scan`, :func:`why`, :func:`stats` and :func:`report` tell what an AI wrote, and how that is known.
"""

from __future__ import annotations

import os

from sealbook import _native
from sealbook.aio import AsyncLedger
from sealbook.arguments import Record
from sealbook.attempt import Attempt, Permanent, RetryAfter, Snooze, current_attempt
from sealbook.breakers import Breaker
from sealbook.errors import (
    CLASSES,
    AccessRefusedError,
    ApprovalRequiredError,
    BreakerOpenError,
    CancelledError,
    ClosedError,
    DiskFullError,
    GitError,
    IdConflictError,
    InternalError,
    InvalidArgumentError,
    InvalidExportError,
    InvalidIdError,
    InvalidKindError,
    InvalidOriginError,
    InvalidPolicyError,
    InvalidQueryError,
    InvalidScheduleError,
    InvalidTaskError,
    IoError,
    LeaseLostError,
    LedgerBusyError,
    LedgerCorruptError,
    LedgerExistsError,
    LedgerPoisonedError,
    LedgerTooNewError,
    NotALedgerError,
    NotAProjectError,
    NotARepositoryError,
    NotFoundError,
    OriginMismatchError,
    PayloadError,
    PermissionDeniedError,
    QueueFullError,
    ReadOnlyError,
    ReservedKindError,
    SealbookError,
    TamperedError,
    TaskStateError,
    VoteRefusedError,
)
from sealbook.executor import Calls, Executor
from sealbook.feed import Events
from sealbook.functions import canonicalize, report, rules, scan, stats, test_rules, verify_export, why
from sealbook.ledger import Ledger
from sealbook.limits import Adaptive, Limit, Rate
from sealbook.orchestrator import Orchestrator
from sealbook.pleas import Ballot, Delegation, Plea, Vote
from sealbook.results import Commits, Entry, Fault, Files, Imported, Note, Page, Report, ScanReport
from sealbook.schedules import Schedule
from sealbook.task_results import Agent, Event, Summary, TaskFailedError, TaskFailure, TaskView
from sealbook.tasks import Handle, TaskFunction, task

__all__ = [
    "CLASSES",
    "AccessRefusedError",
    "Adaptive",
    "Agent",
    "ApprovalRequiredError",
    "AsyncLedger",
    "Attempt",
    "Ballot",
    "Breaker",
    "BreakerOpenError",
    "Calls",
    "CancelledError",
    "ClosedError",
    "Commits",
    "Delegation",
    "DiskFullError",
    "Entry",
    "Event",
    "Events",
    "Executor",
    "Fault",
    "Files",
    "GitError",
    "Handle",
    "IdConflictError",
    "Imported",
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
    "Ledger",
    "LedgerBusyError",
    "LedgerCorruptError",
    "LedgerExistsError",
    "LedgerPoisonedError",
    "LedgerTooNewError",
    "Limit",
    "NotALedgerError",
    "NotAProjectError",
    "NotARepositoryError",
    "NotFoundError",
    "Note",
    "Orchestrator",
    "OriginMismatchError",
    "Page",
    "PayloadError",
    "Permanent",
    "PermissionDeniedError",
    "Plea",
    "QueueFullError",
    "Rate",
    "ReadOnlyError",
    "Record",
    "Report",
    "ReservedKindError",
    "RetryAfter",
    "ScanReport",
    "Schedule",
    "SealbookError",
    "Snooze",
    "Summary",
    "TamperedError",
    "TaskFailedError",
    "TaskFailure",
    "TaskFunction",
    "TaskStateError",
    "TaskView",
    "Vote",
    "VoteRefusedError",
    "__version__",
    "canonicalize",
    "current_attempt",
    "report",
    "rules",
    "scan",
    "stats",
    "task",
    "test_rules",
    "verify_export",
    "why",
]

__version__: str = _native.version()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_native.before_fork,
        after_in_parent=lambda: _native.after_fork(False),
        after_in_child=lambda: _native.after_fork(True),
    )
