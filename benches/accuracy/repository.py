"""A repository as git tells it, and as Sealbook judges it. Nothing here writes into a repository."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path


def git(path: Path, *arguments: str, lines: Iterable[str] | None = None) -> bytes:
    """What a git command prints."""
    stdin = None if lines is None else "".join(f"{line}\n" for line in lines).encode()
    command = ["git", "--no-replace-objects", "-C", str(path), *arguments]
    clean = {**os.environ, "GIT_NO_LAZY_FETCH": "1"}
    return subprocess.run(command, input=stdin, capture_output=True, check=True, env=clean).stdout


@dataclass
class Judged:
    """One commit as Sealbook judges it."""

    id: str
    time: int
    parents: int
    verdict: str
    claims: list[dict] = field(repr=False)

    def ai(self, least: str = "low", *, imported: bool = False) -> list[dict]:
        """AI claims that count, of at least a strength; those taken over from notes only if asked for."""
        return [
            claim
            for claim in self.claims
            if claim["class"] == "ai"
            and claim["invalid"] is None
            and STRENGTHS.index(claim["strength"]) >= STRENGTHS.index(least)
            and (imported or claim["source"] != "imported")
        ]


STRENGTHS = ["low", "medium", "high", "certain"]

BEFORE_AI = 1_622_505_600
"""2021-06-01T00:00:00Z: before the first of the tools in the catalogue."""


def name_of(path: Path) -> str:
    """``owner/name``: from the address that the repository was cloned from, or from its folder."""
    config = ["config", "--local", "--get", "remote.origin.url"]
    url = subprocess.run(["git", "-C", str(path), *config], capture_output=True, text=True).stdout.strip()
    if "github.com" in url:
        return "/".join(url.removesuffix(".git").replace(":", "/").split("/")[-2:])
    folder = path.resolve()
    folder = folder.parent if folder.name in ("repo", ".git") else folder
    return folder.name.removesuffix(".git").replace("+", "/")


def head_of(path: Path) -> str:
    return git(path, "rev-parse", "HEAD").decode().strip()


def commits_of(path: Path) -> int:
    """How many commits git counts from HEAD, replacements applied as in ``git log``."""
    command = ["git", "-C", str(path), "rev-list", "--count", "HEAD"]
    return int(subprocess.run(command, capture_output=True, check=True).stdout)


def judged(claims: Path, path: Path) -> Iterator[Judged]:
    """Every commit from HEAD, as the example program `claims` prints it."""
    with subprocess.Popen([str(claims), str(path)], stdout=subprocess.PIPE) as program:
        for line in program.stdout or ():
            commit = json.loads(line)
            commit.pop("contradictions")
            yield Judged(**commit)
    if program.returncode != 0:
        raise SystemExit(f"the scan of {name_of(path)} failed with {program.returncode}")


def rules(claims: Path) -> list[dict]:
    """The catalogue."""
    done = subprocess.run([str(claims), "--rules"], capture_output=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def lines_added(path: Path, commits: list[str]) -> dict[str, int]:
    """How many lines each commit adds to text files, against its only parent.

    Commits whose files the repository does not have, as in a partial clone, are left out.
    """
    arguments = ("diff-tree", "--stdin", "-r", "--root", "--numstat", "--no-renames", "-z")
    try:
        output = git(path, *arguments, lines=commits)
    except subprocess.CalledProcessError:
        if len(commits) < 2:
            return {}
        half = len(commits) // 2
        return lines_added(path, commits[:half]) | lines_added(path, commits[half:])
    added = dict.fromkeys(commits, 0)
    current = ""
    for record in output.split(b"\0"):
        fields = record.split(b"\t", 2)
        if len(fields) == 3:
            added[current] += int(fields[0]) if fields[0] != b"-" else 0
        elif record.strip():
            current = record.strip().decode()
    return added
