"""The rules about comments and names of files, run on the files of a commit."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from notes import batch
from repository import BEFORE_AI, git


@dataclass
class Tree:
    """What the rules say about the files of one commit."""

    commit: str
    files: int = 0
    """Files that were read."""
    absent: int = 0
    """Files that a partial clone does not have."""
    hits: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Files with a claim, by rule and strength."""


def trees(claims: Path, path: Path) -> tuple[Tree, Tree | None]:
    """The files at HEAD, and those of the last commit before AI tools, if there is one."""
    before = git(path, "rev-list", "-1", f"--before={BEFORE_AI - 1}", "HEAD").decode().strip()
    head = git(path, "rev-parse", "HEAD").decode().strip()
    return scan(claims, path, head), scan(claims, path, before) if before else None


def scan(claims: Path, path: Path, commit: str) -> Tree:
    tree = Tree(commit)
    with tempfile.TemporaryDirectory() as folder:
        tree.absent = export(path, commit, Path(folder))
        command = [str(claims), "--tree", folder]
        first, *lines = subprocess.run(command, capture_output=True, check=True).stdout.splitlines()
        tree.files = json.loads(first)["files"]
        found = {(line["rule"], line["strength"], line["path"]) for line in map(json.loads, lines)}
        tree.hits.update((rule, strength) for rule, strength, _ in found)
    return tree


def export(path: Path, commit: str, folder: Path) -> int:
    """Writes a commit's regular files into a folder, and returns how many are not there to be written."""
    entries = git(path, "ls-tree", "-r", "-z", commit).decode(errors="surrogateescape").split("\0")
    files = []
    for entry in filter(None, entries):
        (mode, _, blob), name = entry.split("\t", 1)[0].split(), entry.split("\t", 1)[1]
        if mode in ("100644", "100755") and not {"..", ".git", ""} & set(name.split("/")):
            files.append((blob, folder / name))
    absent = 0
    for (_, file), content in zip(files, batch(path, [blob for blob, _ in files]), strict=True):
        if content is None:
            absent += 1
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return absent
