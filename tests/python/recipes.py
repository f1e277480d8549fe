"""Repositories and commits as ``tests/vectors/attribution`` describes them, made with the git command."""

from __future__ import annotations

import base64
import datetime
import os
import subprocess
from pathlib import Path

JANE = "Jane Roe <jane@example.com>"
FIRST = 1_700_000_000


def git(place: Path, home: Path, *arguments: str, stdin: bytes = b"", **environment: str) -> str:
    """Runs git with nothing of the user's, and returns what it printed."""
    clean = {"PATH": os.environ["PATH"], "HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1", **environment}
    command = ["git", "-c", "protocol.file.allow=always", "-c", "core.autocrlf=false", *arguments]
    done = subprocess.run(command, cwd=place, env=clean, input=stdin, capture_output=True, check=True)
    return done.stdout.decode().strip()


class Built:
    """The repository of one case, with the ids behind its labels."""

    def __init__(self, home: Path, case: dict) -> None:
        self.home, self.ids, self.clock = home, {}, FIRST
        (home / "work").mkdir()
        git(home / "work", home, "init", "-q", "-b", "main", *case.get("init", []))
        for step in case.get("steps", []):
            self.take(step)

    def take(self, step: dict) -> None:
        self.clock += 60
        place = self.home / step.get("in", "work")
        for name, text in step.get("files", {}).items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes(text.encode())
            if "commit" in step:
                git(place, self.home, "add", "--", name)
        for name, target in step.get("link", {}).items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).symlink_to(target)
        people = {"AUTHOR": step.get("author", JANE), "COMMITTER": step.get("committer", JANE)}
        environment = {}
        for role, person in people.items():
            name, mail = person.rstrip(">").split(" <")
            environment |= {f"GIT_{role}_NAME": name, f"GIT_{role}_EMAIL": mail}
            environment[f"GIT_{role}_DATE"] = f"{self.clock} +0000"
        if "git" in step:
            git(place, self.home, *map(self.filled, step["git"]), **environment)
        if "commit" in step:
            arguments = ("commit", "-q", "--allow-empty", "--cleanup=verbatim", "-F", "-")
            git(place, self.home, *arguments, stdin=self.filled(step["commit"]).encode(), **environment)
        if "label" in step:
            self.ids[step["label"]] = git(place, self.home, "rev-parse", "HEAD")

    def filled(self, text: str) -> str:
        text = text.replace("{{home}}", str(self.home))
        for label, commit in self.ids.items():
            text = text.replace("{{" + label + "}}", commit)
        return text


def text_of(text: str | list) -> bytes:
    """A text of ``texts.json``, whole or in pieces."""
    if isinstance(text, str):
        return text.encode()
    return b"".join(map(piece_of, text))


def piece_of(piece: str | dict) -> bytes:
    if isinstance(piece, str):
        return piece.encode()
    if "base64" in piece:
        return base64.b64decode(piece["base64"])
    return (piece["repeat"] * piece["times"]).encode()


def commit_of(case: dict, tree: str, parents: list[str]) -> bytes:
    """The commit object for a case of ``texts.json`` that is about a commit."""
    text = text_of(case["text"])
    author = text if case["where"] == "author" else JANE.encode()
    committer = text if case["where"] == "committer" else JANE.encode()
    message = {
        "trailer": b"x\n\nbody\n\n" + text + b"\n",
        "subject": text + b"\n",
        "message": text,
        "branch": b"Merge pull request #1 from someone/" + text + b"\n",
    }.get(case["where"], b"x\n")
    seconds = FIRST
    if "date" in case:
        noon = datetime.datetime.fromisoformat(case["date"] + "T12:00:00+00:00")
        seconds = int(noon.timestamp())
    when = f" {seconds} +0000\n".encode()
    head = f"tree {tree}\n".encode() + b"".join(f"parent {parent}\n".encode() for parent in parents)
    return head + b"author " + author + when + b"committer " + committer + when + b"\n" + message
