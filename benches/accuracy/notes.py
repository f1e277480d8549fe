"""git-ai's notes (`authorship/3.0.0`), read here from its specification, apart from Sealbook's own reader.

A note has an attestation section, a line `---`, and JSON. In the section a line without indent is a path, a line
indented by two spaces a key and ranges of lines. A key stands for a person (`h_...`), a session
(`s_...::t_...`), or an older prompt record (bare hexadecimal digits).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from repository import git

AGENT = re.compile(rb'"agent_id"\s*:\s*\{|"agent_metadata"\s*:\s*\{')

MOST_LINES = 10_000_000
"""A range that ends later would be no file's, and is cut."""


@dataclass
class Note:
    """What a note records about its commit."""

    commit: str
    tools: set[str] = field(default_factory=set)
    """The tools whose sessions attest at least one line."""
    people: int = 0
    """Attestations by people."""
    unresolved: int = 0
    """Attestations whose key has no record, so that nobody knows whose they are."""
    is_readable: bool = True
    lines: dict[str, set[int]] = field(default_factory=dict, repr=False)
    """The lines that tools attest, by path as it is written."""

    @property
    def lines_of_ai(self) -> int:
        return sum(map(len, self.lines.values()))

    @property
    def kind(self) -> str:
        if not self.is_readable:
            return "unreadable"
        if self.tools:
            return "ai"
        if self.unresolved:
            return "unresolved"
        return "human" if self.people else "empty"


def notes_of(path: Path, ref: str = "refs/notes/ai") -> Iterator[Note]:
    """The notes in a reference; nothing if there is none."""
    if not git(path, "for-each-ref", "--format=%(refname)", ref).strip():
        return
    pairs = [line.split() for line in git(path, "notes", f"--ref={ref}", "list").decode().splitlines()]
    # git keeps the order of the input, so that blobs and commits stay together.
    blobs = batch(path, [blob for blob, _ in pairs])
    for (_, commit), content in zip(pairs, blobs, strict=True):
        yield read(commit, content or b"")


def batch(path: Path, ids: list[str]) -> Iterator[bytes | None]:
    """The contents of objects, some hundred at a time: notes can be megabytes each. Nothing for what a partial clone does not have."""
    for first in range(0, len(ids), 200):
        output = git(path, "cat-file", "--batch", lines=ids[first : first + 200])
        at = 0
        while at < len(output):
            end = output.index(b"\n", at)
            if output[at:end].endswith(b" missing"):
                yield None
                at = end + 1
                continue
            size = int(output[at:end].split()[2])
            yield output[end + 1 : end + 1 + size]
            at = end + 1 + size + 1


def read(commit: str, content: bytes) -> Note:
    """A note that cannot be read is marked so; it is no evidence either way."""
    note = Note(commit)
    section, divider, metadata = ("\n" + content.decode(errors="replace")).partition("\n---\n")
    try:
        records = json.loads(metadata)
        if not divider or not isinstance(records, dict):
            raise ValueError("no metadata")
        path = ""
        for line in section.split("\n"):
            if not line.startswith("  "):
                path = line
            elif len(line.split()) == 2:
                key, ranges = line.split()
                attest(note, key, records, note.lines.setdefault(path, set()), ranges)
    except ValueError:
        note.is_readable = False
    return note


def attest(note: Note, key: str, records: dict, lines: set[int], ranges: str) -> None:
    if key.startswith("h_"):
        note.people += 1
        return
    session = key.split("::")[0]
    record = (records.get("sessions") or {}).get(session) or (records.get("prompts") or {}).get(key)
    tool = ((record or {}).get("agent_id") or {}).get("tool")
    if tool:
        note.tools.add(str(tool))
        for part in ranges.split(","):
            first, _, last = part.partition("-")
            lines.update(range(int(first), min(int(last or first), MOST_LINES) + 1))
    else:
        note.unresolved += 1


def old_records(path: Path) -> dict[str, bool]:
    """The records before version 3, `refs/ai/authorship/COMMIT`: for each commit, whether its record names an agent."""
    listed = git(path, "for-each-ref", "--format=%(objectname) %(refname:lstrip=3)", "refs/ai/authorship")
    pairs = [line.split() for line in listed.decode().splitlines()]
    contents = batch(path, [blob for blob, _ in pairs])
    return {
        commit: bool(AGENT.search(content or b""))
        for (_, commit), content in zip(pairs, contents, strict=True)
    }
