"""What callers pass, turned into what the native module takes."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timezone
from typing import Any, Literal, TypeAlias

from sealbook.errors import make

__all__ = ["File", "Order", "PathLike", "Record", "Time"]

PathLike: TypeAlias = str | bytes | os.PathLike[str] | os.PathLike[bytes]
"""A path: of a folder, or of a file."""

Order: TypeAlias = Literal["newest"] | Literal["oldest"]
"""The order of entries, by their number."""

Time: TypeAlias = str | date
"""A moment: an aware datetime, a date (its midnight in UTC), or such as ``2026-11-23T10:15:30Z``."""

File: TypeAlias = str | os.PathLike[str] | Mapping[str, Any]
"""One of the ``files`` of a payload: its path, or a mapping with ``path`` and more."""

Row: TypeAlias = tuple[str, dict[str, Any] | str | bytes, str | None]

DEFAULT_PAYLOAD_LIMIT = 1 << 20


@dataclass(frozen=True, slots=True)
class Record:
    """What is to be recorded, for :meth:`sealbook.Ledger.record_many`.

    >>> from sealbook import Ledger, Record
    >>> with Ledger.in_memory() as ledger:
    ...     entries = ledger.record_many([Record("custom.step", {"n": 1}), ("custom.step", {"n": 2})])
    >>> [entry.payload for entry in entries]
    [{'n': 1}, {'n': 2}]
    """

    kind: str
    """What it is about, such as ``human_review`` or ``custom.deploy``."""
    payload: Mapping[str, Any] | None = None
    """What is recorded."""
    id: str | None = None
    """An idempotency key: a UUID of version 7."""


def payload_of(
    payload: Mapping[str, Any] | None,
    actor: Mapping[str, Any] | None = None,
    action: str | Mapping[str, Any] | None = None,
    spec: str | None = None,
    files: Iterable[File] | None = None,
) -> dict[str, Any]:
    if payload is not None and not isinstance(payload, Mapping):
        raise TypeError(
            f"the payload is a {type(payload).__name__}, not a mapping; JSON text goes to record_json"
        )
    if actor is None and action is None and spec is None and files is None:
        return payload if isinstance(payload, dict) else dict(payload or {})
    words = {
        "actor": None if actor is None else dict(actor),
        "action": {"type": action} if isinstance(action, str) else action and dict(action),
        "spec": spec,
        "files": None if files is None else [_file(file) for file in files],
    }
    given = {name: value for name, value in words.items() if value is not None}
    if payload and (twice := given.keys() & payload.keys()):
        raise TypeError(f"{', '.join(sorted(twice))}: given by name and in the payload")
    return {**(payload or {}), **given}


def _file(file: File) -> dict[str, Any]:
    return dict(file) if isinstance(file, Mapping) else {"path": os.fspath(file)}


def rows_of(records: Iterable[Record | tuple[str, Mapping[str, Any] | None]]) -> list[Row]:
    rows: list[Row] = []
    for n, record in enumerate(records):
        if isinstance(record, Record):
            rows.append((record.kind, payload_of(record.payload), record.id))
        elif isinstance(record, tuple) and len(record) == 2:
            rows.append((record[0], payload_of(record[1]), None))
        else:
            raise TypeError(
                f"record {n} is a {type(record).__name__}, not a Record or a pair of kind and payload"
            )
    return rows


def text_of(text: str | bytes | bytearray | memoryview) -> str | bytes:
    if isinstance(text, (str, bytes)):
        return text
    if isinstance(text, (bytearray, memoryview)):
        return bytes(text)
    raise TypeError(f"the JSON text is a {type(text).__name__}, not a str or bytes")


def time_of(time: Time | None) -> str | None:
    if time is None or isinstance(time, str):
        return time
    if not isinstance(time, datetime):
        return time.isoformat()
    if time.utcoffset() is None:
        message = f"time {time.isoformat()} has no time zone; pass an aware datetime, such as datetime.now(timezone.utc)"
        raise make("INVALID_QUERY", message)
    return time.astimezone(timezone.utc).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def path_of(path: PathLike) -> str:
    return os.fsdecode(path)


def maybe_path_of(path: str | os.PathLike[str] | None) -> str | None:
    return None if path is None else os.fspath(path)


def options_of(**options: object) -> str:
    """The options that are given, as the native module takes them."""
    return json.dumps({name: value for name, value in options.items() if value is not None})
