"""The ledger for asyncio.

The event loop is never blocked: what is recorded goes to one thread that commits whatever has gathered with one sync; other calls
run on threads of their own.

>>> import asyncio
>>> from sealbook import AsyncLedger
>>> async def main():
...     async with AsyncLedger.in_memory() as ledger:
...         await asyncio.gather(*(ledger.record("custom.step", {"n": n}) for n in range(100)))
...         return await ledger.size(), (await ledger.verify()).intact
>>> asyncio.run(main())
(101, True)
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, cast

from sealbook import _native
from sealbook.arguments import (
    DEFAULT_PAYLOAD_LIMIT,
    File,
    Order,
    PathLike,
    Record,
    Row,
    Time,
    maybe_path_of,
    options_of,
    path_of,
    payload_of,
    rows_of,
    text_of,
    time_of,
)
from sealbook.attribution import Explanation, Format, People, RuleList, Stats, Target, TextMatch
from sealbook.functions import Progress
from sealbook.ledger import PAGE, describe, limit_of, size_of
from sealbook.results import (
    Entry,
    Imported,
    Page,
    Report,
    ScanReport,
    make_imported,
    make_page,
    make_report,
    make_scan_report,
)

__all__ = ["AsyncLedger", "report", "rules", "scan", "stats", "test_rules", "verify_export", "why"]

TICK = 0.05

Done = Callable[[Any, BaseException | None], object]


class AsyncLedger:
    """A ledger that is open, for asyncio. Made by :meth:`open` and :meth:`in_memory`.

    Its methods are those of :class:`sealbook.Ledger` as coroutines, with the same arguments, results and exceptions. A task that is
    cancelled cancels the call; what it has handed in to be recorded is recorded nonetheless. A progress callback is called by the
    event loop.
    """

    def __init__(self, native: _native.Ledger) -> None:
        self._native = native
        self._recording: set[asyncio.Future[Any]] = set()

    @classmethod
    def open(
        cls,
        path: PathLike = ".",
        *,
        create: bool = False,
        read_only: bool = False,
        origin: str | None = None,
        busy_timeout: float = 30.0,
        payload_limit: int = DEFAULT_PAYLOAD_LIMIT,
        redact: bool = True,
    ) -> Opening:
        """Opens the ledger of a project: ``await`` it, or use it with ``async with``. See :meth:`sealbook.Ledger.open`.

        >>> import tempfile
        >>> async def main(folder):
        ...     async with AsyncLedger.open(folder, create=True) as ledger:
        ...         return (await ledger.record("custom.note", {"text": "hello"})).seq
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     asyncio.run(main(folder))
        1
        """
        arguments = (path_of(path), create, read_only, origin, busy_timeout, payload_limit, redact)
        return Opening(lambda: _later(lambda done: _native.Ledger.open(*arguments, done)))

    @classmethod
    def in_memory(
        cls,
        *,
        origin: str | None = None,
        payload_limit: int = DEFAULT_PAYLOAD_LIMIT,
        redact: bool = True,
    ) -> AsyncLedger:
        """Makes a ledger that lasts as long as the process. See :meth:`sealbook.Ledger.in_memory`."""
        return cls(_native.Ledger.in_memory(origin, payload_limit, redact))

    @property
    def path(self) -> Path | None:
        """The ledger file; ``None`` for a ledger in memory."""
        return self._native.path

    @property
    def origin(self) -> str | None:
        """The origin line of the genesis entry; ``None`` if that is damaged."""
        return self._native.origin

    async def size(self) -> int:
        """How many entries there are: what ``len`` is for :class:`sealbook.Ledger`."""
        return cast(int, await _later(self._native.size))

    async def record(
        self,
        kind: str,
        payload: Mapping[str, Any] | None = None,
        *,
        actor: Mapping[str, Any] | None = None,
        action: str | Mapping[str, Any] | None = None,
        spec: str | None = None,
        files: Iterable[File] | None = None,
        id: str | None = None,
    ) -> Entry:
        """Records one entry, and returns when it is durable. See :meth:`sealbook.Ledger.record`."""
        return (await self._submit([(kind, payload_of(payload, actor, action, spec, files), id)]))[0]

    async def record_json(
        self, kind: str, text: str | bytes | bytearray | memoryview, *, id: str | None = None
    ) -> Entry:
        """Records one entry whose payload is given as JSON text. See :meth:`sealbook.Ledger.record_json`."""
        return (await self._submit([(kind, text_of(text), id)]))[0]

    async def record_many(
        self, records: Iterable[Record | tuple[str, Mapping[str, Any] | None]]
    ) -> list[Entry]:
        """Records all or none, in order. See :meth:`sealbook.Ledger.record_many`."""
        return await self._submit(rows_of(records))

    async def get(self, key: int | str) -> Entry:
        """One entry, by its number or its id. See :meth:`sealbook.Ledger.get`."""
        return cast(Entry, await _later(lambda done: self._native.get(str(key), done)))

    async def query(
        self,
        *,
        kind: str | None = None,
        actor: str | None = None,
        spec: str | None = None,
        path: str | None = None,
        since: Time | None = None,
        until: Time | None = None,
        order: Order = "newest",
        limit: int | None = None,
    ) -> AsyncIterator[Entry]:
        """The entries that match, for ``async for``. See :meth:`sealbook.Ledger.query`.

        >>> async def main():
        ...     async with AsyncLedger.in_memory() as ledger:
        ...         return [entry.kind async for entry in ledger.query()]
        >>> asyncio.run(main())
        ['sys.genesis']
        """
        cursor, rest = None, limit_of(limit)
        while rest is None or rest > 0:
            page = await self.query_page(
                kind=kind,
                actor=actor,
                spec=spec,
                path=path,
                since=since,
                until=until,
                order=order,
                limit=PAGE if rest is None else min(rest, PAGE),
                cursor=cursor,
            )
            for entry in page.entries:
                yield entry
            if page.next is None:
                return
            cursor = page.next
            rest = None if rest is None else rest - len(page.entries)

    async def query_page(
        self,
        *,
        kind: str | None = None,
        actor: str | None = None,
        spec: str | None = None,
        path: str | None = None,
        since: Time | None = None,
        until: Time | None = None,
        order: Order = "newest",
        limit: int = 100,
        cursor: str | None = None,
    ) -> Page:
        """One page of the entries that match. See :meth:`sealbook.Ledger.query_page`."""
        times, path, limit = (time_of(since), time_of(until)), maybe_path_of(path), size_of(limit)
        return make_page(
            await _later(
                lambda done: self._native.query(kind, actor, spec, path, *times, order, limit, cursor, done)
            )
        )

    async def verify(
        self,
        *,
        origin: str | None = None,
        size: int | None = None,
        root: str | None = None,
        progress: Progress | None = None,
    ) -> Report:
        """Verifies every entry and what is kept beside them. See :meth:`sealbook.Ledger.verify`."""
        return make_report(
            await _later(lambda done: self._native.verify(origin, size, root, None, done), progress)
        )

    async def reindex(self, *, progress: Progress | None = None) -> None:
        """Computes the query index and the tree's tiles anew. See :meth:`sealbook.Ledger.reindex`."""
        await _later(lambda done: self._native.reindex(None, done), progress)

    async def export(self, path: PathLike, *, progress: Progress | None = None) -> int:
        """Writes all entries as JSON lines into the file at ``path``. See :meth:`sealbook.Ledger.export`."""
        target = path_of(path)
        return cast(int, await _later(lambda done: self._native.export(target, None, done), progress))

    async def import_(self, path: PathLike, *, progress: Progress | None = None) -> Imported:
        """Records the entries of an export as evidence. See :meth:`sealbook.Ledger.import_`."""
        source = path_of(path)
        return make_imported(await _later(lambda done: self._native.import_(source, None, done), progress))

    async def scan(
        self,
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
        """Reads a git history, the files of a folder, or both. See :meth:`sealbook.Ledger.scan`."""
        folder = path_of(path)
        options = options_of(
            history=history,
            tree=tree,
            record=record,
            revision=revision,
            no_ignore=no_ignore,
            no_cache=no_cache,
        )
        return make_scan_report(
            await _later(lambda done: self._native.scan(folder, options, None, done), progress)
        )

    async def close(self) -> None:
        """Waits for what is being recorded, and closes the handle."""
        loop = asyncio.get_running_loop()
        if ours := [future for future in self._recording if future.get_loop() is loop]:
            await asyncio.wait(ours)
        await _later(self._native.close)

    async def __aenter__(self) -> AsyncLedger:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"<sealbook.AsyncLedger {describe(self._native)}>"

    async def _submit(self, rows: list[Row]) -> list[Entry]:
        future, done = _future()
        self._native.submit(rows, done)
        self._recording.add(future)
        future.add_done_callback(self._recorded)
        # What has been handed in cannot be called back: a cancelled task stops to wait, and close waits for it.
        return cast("list[Entry]", await asyncio.shield(future))

    def _recorded(self, future: asyncio.Future[Any]) -> None:
        self._recording.discard(future)
        if not future.cancelled():
            future.exception()  # seen, so that the loop does not complain where the task was cancelled


class Opening(Awaitable[AsyncLedger]):
    """A ledger that is being opened: ``await`` it, or use it with ``async with``."""

    def __init__(self, start: Callable[[], Awaitable[_native.Ledger]]) -> None:
        self._start = start
        self._ledger: AsyncLedger | None = None

    async def _open(self) -> AsyncLedger:
        return AsyncLedger(await self._start())

    def __await__(self) -> Generator[Any, None, AsyncLedger]:
        return self._open().__await__()

    async def __aenter__(self) -> AsyncLedger:
        self._ledger = await self._open()
        return self._ledger

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._ledger is not None:
            await self._ledger.close()


async def verify_export(
    path: PathLike,
    *,
    origin: str | None = None,
    size: int | None = None,
    root: str | None = None,
    progress: Progress | None = None,
) -> Report:
    """Verifies an export in a file. See :func:`sealbook.verify_export`."""
    file = path_of(path)
    return make_report(
        await _later(lambda done: _native.verify_export(file, origin, size, root, None, done), progress)
    )


async def scan(
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
    """Reads a git history, the files of a folder, or both. See :func:`sealbook.scan`."""
    folder = path_of(path)
    options = options_of(
        history=history,
        tree=tree,
        record=record,
        revision=revision,
        no_ignore=no_ignore,
        no_cache=no_cache,
    )
    return make_scan_report(await _later(lambda done: _native.scan(folder, options, None, done), progress))


async def why(
    path: PathLike,
    target: str,
    *,
    kind: Target = "auto",
    revision: str | None = None,
    progress: Progress | None = None,
) -> Explanation:
    """Explains a commit or a file. See :func:`sealbook.why`."""
    folder, options = path_of(path), options_of(target=kind, revision=revision)
    return cast(
        Explanation,
        json.loads(await _later(lambda done: _native.why(folder, target, options, None, done), progress)),
    )


async def stats(
    path: PathLike = ".",
    *,
    revision: str | None = None,
    people: People | None = None,
    folders: int | None = None,
    no_cache: bool = False,
    progress: Progress | None = None,
) -> Stats:
    """Counts what is known about a history. See :func:`sealbook.stats`."""
    folder = path_of(path)
    options = options_of(revision=revision, people=people, folders=folders, no_cache=no_cache)
    return cast(
        Stats,
        json.loads(await _later(lambda done: _native.stats(folder, options, None, done), progress)),
    )


async def report(
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
    """Makes a report about a repository. See :func:`sealbook.report`."""
    folder = path_of(path)
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
    return cast(str, await _later(lambda done: _native.report(folder, options, None, done), progress))


async def rules(path: PathLike = ".") -> RuleList:
    """The rules in force for a path. See :func:`sealbook.rules`."""
    folder = path_of(path)
    return cast(RuleList, json.loads(await _later(lambda done: _native.rules(folder, done))))


async def test_rules(path: PathLike, text: str) -> list[TextMatch]:
    """The rules in force for a path that match a text. See :func:`sealbook.test_rules`."""
    folder = path_of(path)
    found = await _later(lambda done: _native.matching_rules(folder, text, done))
    return cast("list[TextMatch]", json.loads(found))


def _future() -> tuple[asyncio.Future[Any], Done]:
    """A future of the running loop, and what settles it from another thread."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Any] = loop.create_future()

    def settle(value: Any, error: BaseException | None) -> None:
        if future.done():
            return
        if error is None:
            future.set_result(value)
        else:
            future.set_exception(error)

    def done(value: Any, error: BaseException | None) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed, and nobody waits any more
            loop.call_soon_threadsafe(settle, value, error)

    return future, done


async def _later(start: Callable[[Done], Any], progress: Progress | None = None) -> Any:
    """Waits for a call that was started with ``done``, and cancels it if the task is cancelled or the callback raises."""
    future, done = _future()
    job = start(done)
    try:
        while progress is not None and not future.done():
            await asyncio.wait({future}, timeout=TICK)
            progress(*job.progress())
        return await future
    except BaseException:
        future.cancel()
        job.cancel()
        raise
