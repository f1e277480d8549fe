"""Functions that need no ledger."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TypeAlias, cast

from sealbook import _native
from sealbook.arguments import PathLike, options_of, path_of, text_of
from sealbook.attribution import Explanation, Format, People, RuleList, Stats, Target, TextMatch
from sealbook.results import Report, ScanReport, make_report, make_scan_report

__all__ = [
    "Progress",
    "canonicalize",
    "report",
    "rules",
    "scan",
    "stats",
    "test_rules",
    "verify_export",
    "why",
]

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
    path: PathLike = ".",
    *,
    history: bool | None = None,
    tree: bool = False,
    record: bool = False,
    revision: str | None = None,
    no_ignore: bool = False,
    no_cache: bool = False,
    progress: Progress | None = None,
) -> ScanReport:
    """Reads a git history, the files of a folder, or both, and says what they claim about AI.

    Args:
        path: The repository, or a folder in it. Without the history, any folder or file.
        history: Read the commits; if not given, unless only the tree is asked for.
        tree: Read the files.
        record: Record what is found in the ledger of the project at or above the path, as :meth:`sealbook.Ledger.scan` does.
        revision: The commit to start from, ``HEAD`` if not given.
        no_ignore: Read files that ``.gitignore`` excludes, too.
        no_cache: Read every commit, also those that an earlier scan remembered.
        progress: Told how far the call has come, in commits or files; a total of 0 is not known.

    Raises:
        NotARepositoryError: There is no git repository at the path or above, whose history is to be read.
        InvalidArgumentError: The revision names no commit, or nothing is to be read.
        NotFoundError: There is nothing at the path.
        GitError: The repository cannot be read.
        SealbookError: With ``record`` as :meth:`sealbook.Ledger.open` and :meth:`sealbook.Ledger.record_many`.

    >>> import subprocess, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     git = ["git", "-C", folder, "-c", "user.name=Ana", "-c", "user.email=ana@example.com"]
    ...     done = subprocess.run([*git, "init", "--quiet"], check=True)
    ...     message = "Add\\n\\nCo-Authored-By: Claude <noreply@anthropic.com>"
    ...     done = subprocess.run([*git, "commit", "--quiet", "--allow-empty", "-m", message], check=True)
    ...     scan(folder).commits
    Commits(total=1, ai=1, human_evidence=0, automation=0, unknown=0)
    """
    options = options_of(
        history=history,
        tree=tree,
        record=record,
        revision=revision,
        no_ignore=no_ignore,
        no_cache=no_cache,
    )
    return make_scan_report(cast(str, _native.scan(path_of(path), options, progress)))


def why(
    path: PathLike,
    target: str,
    *,
    kind: Target = "auto",
    revision: str | None = None,
    progress: Progress | None = None,
) -> Explanation:
    """Explains a commit or a file: its verdict, every claim with the rule and the evidence behind it, and what contradicts what.

    Args:
        path: The repository, or a folder in it.
        target: A commit as git names it, or the path of a file.
        kind: What the target is; ``auto`` takes it for a commit if git does.
        revision: The version of the file to explain, ``HEAD`` if not given.
        progress: Told how far the call has come.

    Raises:
        InvalidArgumentError: The target is neither a commit nor a file.
        NotFoundError: The version has no such file.
        NotARepositoryError: There is no git repository at the path or above.
        GitError: The repository cannot be read.

    >>> import subprocess, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     git = ["git", "-C", folder, "-c", "user.name=Ana", "-c", "user.email=ana@example.com"]
    ...     done = subprocess.run([*git, "init", "--quiet"], check=True)
    ...     message = "Add\\n\\nCo-Authored-By: Claude <noreply@anthropic.com>"
    ...     done = subprocess.run([*git, "commit", "--quiet", "--allow-empty", "-m", message], check=True)
    ...     commit = why(folder, "HEAD")["commit"]
    >>> commit["verdict"], commit["claims"][0]["rule"]
    ('ai', 'claude-code/co-author-noreply')
    """
    options = options_of(target=kind, revision=revision)
    return cast(Explanation, json.loads(cast(str, _native.why(path_of(path), target, options, progress))))


def stats(
    path: PathLike = ".",
    *,
    revision: str | None = None,
    people: People | None = None,
    folders: int | None = None,
    no_cache: bool = False,
    progress: Progress | None = None,
) -> Stats:
    """Counts what is known about a history: by tool, model, strength, person, folder and month.

    Args:
        path: The repository, or a folder in it.
        revision: The commit to start from, ``HEAD`` if not given.
        people: How people appear: ``full`` by name and address, ``hashed`` by a pseudonym (if not given), ``none`` not at all.
        folders: How many levels of folders are told apart; 2 if not given, 0 leaves folders out.
        no_cache: Read every commit, also those that an earlier scan remembered.
        progress: Told how far the call has come, in commits.

    Raises:
        SealbookError: As :func:`scan`.

    >>> import subprocess, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     git = ["git", "-C", folder, "-c", "user.name=Ana", "-c", "user.email=ana@example.com"]
    ...     done = subprocess.run([*git, "init", "--quiet"], check=True)
    ...     message = "Add\\n\\nCo-Authored-By: Claude <noreply@anthropic.com>"
    ...     done = subprocess.run([*git, "commit", "--quiet", "--allow-empty", "-m", message], check=True)
    ...     figures = stats(folder)
    >>> [(row["name"], row["ai"], row["unknown"]) for row in figures["by_tool"]["rows"]]
    [('Claude Code', 1, 0)]
    """
    options = options_of(revision=revision, people=people, folders=folders, no_cache=no_cache)
    return cast(Stats, json.loads(cast(str, _native.stats(path_of(path), options, progress))))


def report(
    path: PathLike = ".",
    *,
    format: Format = "html",
    revision: str | None = None,
    tree: bool = True,
    title: str | None = None,
    people: People | None = None,
    folders: int | None = None,
    ledger: PathLike | None = None,
    no_cache: bool = False,
    progress: Progress | None = None,
) -> str:
    """Makes a report about a repository, and about the ledger of the project there.

    Args:
        path: The repository, or a folder in it.
        format: ``html`` (one file that needs no network), ``markdown``, or ``json``.
        revision: The commit to start from, ``HEAD`` if not given.
        tree: Read the files, too.
        title: The title; the repository's name if not given.
        people: How people appear: ``full`` by name and address, ``hashed`` by a pseudonym (if not given), ``none`` not at all.
        folders: How many levels of folders are told apart; 2 if not given, 0 leaves folders out.
        ledger: The ledger to verify and speak of; if not given, that of the project at or above the path, if there is one.
        no_cache: Read every commit, also those that an earlier scan remembered.
        progress: Told how far the call has come.

    Returns:
        The text of one file.

    Raises:
        SealbookError: As :func:`scan`, and as :meth:`sealbook.Ledger.open` for the ledger.

    >>> import subprocess, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     git = ["git", "-C", folder, "-c", "user.name=Ana", "-c", "user.email=ana@example.com"]
    ...     done = subprocess.run([*git, "init", "--quiet"], check=True)
    ...     message = "Add\\n\\nCo-Authored-By: Claude <noreply@anthropic.com>"
    ...     done = subprocess.run([*git, "commit", "--quiet", "--allow-empty", "-m", message], check=True)
    ...     page = report(folder, title="Ours")
    >>> page.startswith("<!DOCTYPE html>"), "Claude Code" in page
    (True, True)
    """
    options = options_of(
        format=format,
        revision=revision,
        tree=tree,
        title=title,
        people=people,
        folders=folders,
        ledger=None if ledger is None else path_of(ledger),
        no_cache=no_cache,
    )
    return cast(str, _native.report(path_of(path), options, progress))


def rules(path: PathLike = ".") -> RuleList:
    """The rules in force for a path: those that come with Sealbook, as the nearest ``sealbook.toml`` changes them.

    Raises:
        InvalidArgumentError: That file is not understood.
        IoError, PermissionDeniedError: It cannot be read.

    >>> [rule["tool"] for rule in rules()["rules"] if rule["id"] == "claude-code/co-author-noreply"]
    ['Claude Code']
    """
    return cast(RuleList, json.loads(cast(str, _native.rules(path_of(path)))))


def test_rules(path: PathLike, text: str) -> list[TextMatch]:
    """The rules in force for a path that match a text, wherever it might stand: as a trailer, an author, a comment, ...

    Raises:
        SealbookError: As :func:`rules`.

    >>> [match["rule"] for match in test_rules(".", "Co-Authored-By: Claude <noreply@anthropic.com>")]
    ['claude-code/co-author-noreply']
    >>> test_rules(".", "Claude Dupont <claude@example.org>")
    []
    """
    return cast("list[TextMatch]", json.loads(cast(str, _native.matching_rules(path_of(path), text))))
