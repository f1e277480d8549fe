"""The native module. Its functions take positional arguments and are called by the package alone.

Where there is ``done``, the call returns at once if it is given, and calls ``done(value, error)`` from another thread later.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, final

from sealbook.arguments import Row
from sealbook.functions import Progress
from sealbook.ledger import Writable
from sealbook.results import Entry

__all__ = [
    "Job",
    "Ledger",
    "after_fork",
    "before_fork",
    "canonicalize",
    "matching_rules",
    "report",
    "rules",
    "scan",
    "stats",
    "verify_export",
    "version",
    "why",
]

_Done = Callable[[Any, BaseException | None], object]

@final
class Job:
    def cancel(self) -> None: ...
    def progress(self) -> tuple[int, int]: ...

@final
class Ledger:
    @staticmethod
    def open(
        path: str,
        create: bool,
        read_only: bool,
        origin: str | None,
        busy_timeout: float,
        payload_limit: int,
        redact: bool,
        done: _Done | None = None,
    ) -> Ledger | Job: ...
    @staticmethod
    def in_memory(origin: str | None, payload_limit: int, redact: bool) -> Ledger: ...
    @property
    def path(self) -> Path | None: ...
    @property
    def origin(self) -> str | None: ...
    def size(self, done: _Done | None = None) -> int | Job: ...
    def close(self, done: _Done | None = None) -> Job | None: ...
    def record(self, kind: str, payload: dict[str, Any] | str | bytes, id: str | None) -> Entry: ...
    def record_many(self, rows: list[Row]) -> list[Entry]: ...
    def submit(self, rows: list[Row], done: _Done) -> None: ...
    def get(self, key: str, done: _Done | None = None) -> Entry | Job: ...
    def query(
        self,
        kind: str | None,
        actor: str | None,
        spec: str | None,
        path: str | None,
        since: str | None,
        until: str | None,
        order: str,
        limit: int,
        cursor: str | None,
        done: _Done | None = None,
    ) -> tuple[list[Entry], str | None] | Job: ...
    def verify(
        self,
        origin: str | None,
        size: int | None,
        root: str | None,
        progress: Progress | None = None,
        done: _Done | None = None,
    ) -> str | Job: ...
    def reindex(self, progress: Progress | None = None, done: _Done | None = None) -> Job | None: ...
    def export(self, path: str, progress: Progress | None = None, done: _Done | None = None) -> int | Job: ...
    def export_to(self, file: Writable, progress: Progress | None = None) -> int: ...
    def import_(
        self, path: str, progress: Progress | None = None, done: _Done | None = None
    ) -> str | Job: ...
    def scan(
        self,
        path: str,
        options: str,
        progress: Progress | None = None,
        done: _Done | None = None,
    ) -> str | Job: ...

def version() -> str: ...
def canonicalize(text: str | bytes) -> bytes: ...
def verify_export(
    path: str,
    origin: str | None,
    size: int | None,
    root: str | None,
    progress: Progress | None = None,
    done: _Done | None = None,
) -> str | Job: ...
def scan(
    path: str,
    options: str,
    progress: Progress | None = None,
    done: _Done | None = None,
) -> str | Job: ...
def why(
    path: str,
    target: str,
    options: str,
    progress: Progress | None = None,
    done: _Done | None = None,
) -> str | Job: ...
def stats(
    path: str, options: str, progress: Progress | None = None, done: _Done | None = None
) -> str | Job: ...
def report(
    path: str, options: str, progress: Progress | None = None, done: _Done | None = None
) -> str | Job: ...
def rules(path: str, done: _Done | None = None) -> str | Job: ...
def matching_rules(path: str, text: str, done: _Done | None = None) -> str | Job: ...
def before_fork() -> None: ...
def after_fork(child: bool) -> None: ...
