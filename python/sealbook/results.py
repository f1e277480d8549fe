"""What the calls of Sealbook return."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sealbook.attribution import Claim
from sealbook.errors import make

__all__ = ["Commits", "Entry", "Fault", "Files", "Imported", "Note", "Page", "Report", "ScanReport"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a ledger, whose payload fits its header.

    It is not thereby known to stand in an untouched ledger: that is what ``verify`` says.
    """

    seq: int
    """The number of the entry, from 0 without gaps."""
    id: str
    """The unique id, a UUID of version 7."""
    time: datetime
    """When it was recorded, by the writer's clock: in UTC, to the microsecond."""
    kind: str
    """What it is about, such as ``human_review``."""
    hash: str
    """The leaf hash of the header: 64 hexadecimal digits."""
    prev: str
    """The hash of the entry before."""
    payload: dict[str, Any] | None = field(hash=False)
    """What was recorded, in canonical form; ``None`` if the entry was erased."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of entries."""

    entries: list[Entry] = field(hash=False)
    """The entries."""
    next: str | None
    """The cursor of the next page, if there may be one."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault that verification found."""

    seq: int
    """The number of the entry."""
    kind: str
    """What is wrong, such as ``commitment`` or ``link``."""
    detail: str
    """With which value."""


@dataclass(frozen=True, slots=True)
class Note:
    """What is no fault but should be known."""

    seq: int
    """The number of the entry."""
    kind: str
    """What is to be known, such as ``clock`` or ``erased``."""
    detail: str
    """With which value."""


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of a verification.

    A report has no truth value of its own, so that ``if ledger.verify():`` cannot be taken for a check; ask :attr:`intact`.

    >>> from sealbook import Ledger
    >>> with Ledger.in_memory() as ledger:
    ...     report = ledger.verify()
    >>> report.intact, report.entries, [topic.split(":")[0] for topic in report.not_checked]
    (True, 1, ['rewriting', 'truncation'])
    >>> bool(report)
    Traceback (most recent call last):
    TypeError: a Report has no truth value; ask report.intact
    """

    verdict: Literal["intact", "tampered"]
    """``intact`` if there is no fault."""
    entries: int
    """How many entries there are."""
    root: str | None
    """The root over all entries, unless one of them is missing."""
    origin: str | None
    """The origin in the genesis entry, if it can be read."""
    faults: tuple[Fault, ...]
    """Every fault, by number and kind."""
    notes: tuple[Note, ...]
    """What is no fault but should be known."""
    not_checked: tuple[str, ...]
    """What could not be judged and why; each begins with its topic and a colon."""

    @property
    def intact(self) -> bool:
        """Whether there is no fault."""
        return self.verdict == "intact"

    def __bool__(self) -> bool:
        raise TypeError("a Report has no truth value; ask report.intact")


@dataclass(frozen=True, slots=True)
class Commits:
    """Commits by what is known about them; the last four sum to the total."""

    total: int
    """All commits."""
    ai: int
    """With an AI claim of strength medium or better."""
    human_evidence: int
    """With a person's explicit statement of human work."""
    automation: int
    """By a bot that is not AI."""
    unknown: int
    """Without any of these. Never to be read as human."""


@dataclass(frozen=True, slots=True)
class Files:
    """How many files a scan saw."""

    scanned: int
    """Files that were read."""
    flagged: int
    """Files with a claim."""
    skipped: int
    """Files that were not read: binary, too large, unreadable, or no regular files."""


@dataclass(frozen=True, slots=True)
class ScanReport:
    """What a scan of a git history, of files, or of both found."""

    commits: Commits | None
    """How many commits, by what is known about them; ``None`` if the history was not read, as the next two."""
    by_tool: dict[str, int] | None = field(hash=False)
    """AI tools, each with the number of commits that have a claim for it."""
    by_strength: dict[str, int] | None = field(hash=False)
    """Commits with an AI claim, by the strongest one: ``certain``, ``high``, ``medium``, ``low``."""
    files: Files | None
    """How many files; ``None`` if they were not read, as the claims."""
    claims: list[Claim] | None = field(hash=False)
    """What the files claim, by path and line."""
    recorded: int | None
    """Entries that were added to the ledger; ``None`` if nothing was to be recorded."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did."""

    entries: int
    """Entries in the export."""
    recorded: int
    """Entries that this ledger did not have yet."""


def make_entry(
    seq: int, id: str, time: str, kind: str, hash: str, prev: str, payload: str | None
) -> Entry:  # called by the native module
    try:
        value = None if payload is None else json.loads(payload)
    except (ValueError, RecursionError) as cause:
        message = f"entry {seq} is damaged: its payload is not JSON; run verify for a full report"
        raise make("TAMPERED", message, {"seq": str(seq)}, cause) from cause
    # Python reads a final Z from 3.11 on.
    return Entry(seq, id, datetime.fromisoformat(time[:-1] + "+00:00"), kind, hash, prev, value)


def make_report(text: str) -> Report:
    value = json.loads(text)
    return Report(
        verdict=value["verdict"],
        entries=value["entries"],
        root=value["root"],
        origin=value["origin"],
        faults=tuple(Fault(**fault) for fault in value["faults"]),
        notes=tuple(Note(**note) for note in value["notes"]),
        not_checked=tuple(value["not_checked"]),
    )


def make_scan_report(text: str) -> ScanReport:
    value = json.loads(text)
    return ScanReport(
        commits=Commits(**value["commits"]) if "commits" in value else None,
        by_tool=value.get("by_tool"),
        by_strength=value.get("by_strength"),
        files=Files(**value["files"]) if "files" in value else None,
        claims=value.get("claims"),
        recorded=value.get("recorded"),
    )


def make_imported(text: str) -> Imported:
    return Imported(**json.loads(text))


def make_page(pair: tuple[list[Entry], str | None]) -> Page:
    return Page(*pair)
