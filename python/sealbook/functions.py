"""Functions that need no ledger."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias, cast

from sealbook import _native
from sealbook.arguments import PathLike, path_of, text_of
from sealbook.results import Report, ScanReport, make_report, make_scan_report

__all__ = ["Progress", "canonicalize", "scan", "verify_export"]

Progress: TypeAlias = Callable[[int, int], object]
"""Told how far a long call has come: units done, and units in all, or 0 while that is unknown.

It is called on the thread that made the call, about 20 times a second and once at the end. An exception that it raises cancels
the call and comes out of it.
"""


def canonicalize(text: str | bytes | bytearray | memoryview) -> bytes:
    """The canonical form of a JSON object (RFC 8785): the bytes that a ledger hashes.

    Args:
        text: A JSON object.

    Raises:
        PayloadError: It is not a JSON object that a ledger takes; the code says why.

    >>> canonicalize('{ "b": 1.50, "a": "\\\\u0041" }')
    b'{"a":"A","b":1.5}'
    """
    return _native.canonicalize(text_of(text))


def verify_export(
    path: PathLike,
    *,
    origin: str | None = None,
    size: int | None = None,
    root: str | None = None,
    progress: Progress | None = None,
) -> Report:
    """Verifies an export in a file.

    Args:
        path: The file, as :meth:`sealbook.Ledger.export` writes it.
        origin: The origin that the ledger must have, as known from elsewhere.
        size: How many entries it had at some time, as known from elsewhere.
        root: The root for that size: 64 hexadecimal digits.
        progress: Told how far the call has come.

    Returns:
        What was found. Damage is no exception: it is in the report.

    Raises:
        NotFoundError: There is no such file.
        InvalidArgumentError: The root is malformed or has no size.
        IoError, PermissionDeniedError: The file cannot be read.

    >>> import tempfile
    >>> from sealbook import Ledger
    >>> with tempfile.TemporaryDirectory() as folder, Ledger.in_memory() as ledger:
    ...     entries = ledger.export(f"{folder}/export.jsonl")
    ...     verify_export(f"{folder}/export.jsonl").intact
    True
    """
    return make_report(cast(str, _native.verify_export(path_of(path), origin, size, root, progress)))


def scan(
    path: PathLike = ".", *, revision: str | None = None, progress: Progress | None = None
) -> ScanReport:
    """Reads the history of a git repository, and says what it claims about AI. Nothing is written.

    Args:
        path: The repository, or a folder in it.
        revision: The commit to start from, ``HEAD`` if not given.
        progress: Told how far the call has come, in commits; the total is not known.

    Raises:
        NotARepositoryError: There is no git repository at the path or above.
        InvalidArgumentError: The revision names no commit.
        GitError: The repository cannot be read.

    >>> import subprocess, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     git = ["git", "-C", folder, "-c", "user.name=Ana", "-c", "user.email=ana@example.com"]
    ...     done = subprocess.run([*git, "init", "--quiet"], check=True)
    ...     message = "Add\\n\\nCo-Authored-By: Claude <noreply@anthropic.com>"
    ...     done = subprocess.run([*git, "commit", "--quiet", "--allow-empty", "-m", message], check=True)
    ...     scan(folder).commits
    Commits(total=1, ai=1, human_evidence=0, automation=0, unknown=0)
    """
    return make_scan_report(cast(str, _native.scan(path_of(path), revision, progress)))
