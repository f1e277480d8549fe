"""Sealbook: a tamper-evident ledger of what AI agents and people did.

>>> from sealbook import Ledger
>>> with Ledger.in_memory() as ledger:
...     entry = ledger.record(
...         "human_review", {"verdict": "approved"}, actor={"type": "human", "id": "ana"}, action="review"
...     )
...     entry.seq, entry.payload["actor"]["id"], ledger.verify().intact
(1, 'ana', True)

:class:`Ledger` is the way in; :mod:`sealbook.aio` has the same for asyncio, :mod:`sealbook.errors` the exceptions.
:func:`scan`, :func:`why`, :func:`stats` and :func:`report` tell what an AI wrote, and how that is known.
"""

from __future__ import annotations

import os

from sealbook import _native
from sealbook.aio import AsyncLedger
from sealbook.arguments import Record
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
from sealbook.functions import canonicalize, report, rules, scan, stats, test_rules, verify_export, why
from sealbook.ledger import Ledger
from sealbook.results import Commits, Entry, Fault, Files, Imported, Note, Page, Report, ScanReport

__all__ = [
    "CLASSES",
    "AccessRefusedError",
    "ApprovalRequiredError",
    "AsyncLedger",
    "BreakerOpenError",
    "CancelledError",
    "ClosedError",
    "Commits",
    "DiskFullError",
    "Entry",
    "Fault",
    "Files",
    "GitError",
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
    "NotALedgerError",
    "NotAProjectError",
    "NotARepositoryError",
    "NotFoundError",
    "Note",
    "OriginMismatchError",
    "Page",
    "PayloadError",
    "PermissionDeniedError",
    "QueueFullError",
    "ReadOnlyError",
    "Record",
    "Report",
    "ReservedKindError",
    "ScanReport",
    "SealbookError",
    "TamperedError",
    "TaskStateError",
    "VoteRefusedError",
    "__version__",
    "canonicalize",
    "report",
    "rules",
    "scan",
    "stats",
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
