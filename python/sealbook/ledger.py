"""The ledger."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, cast

from sealbook import _native
from sealbook.arguments import (
    DEFAULT_PAYLOAD_LIMIT,
    File,
    Order,
    PathLike,
    Record,
    Time,
    maybe_path_of,
    options_of,
    path_of,
    payload_of,
    rows_of,
    text_of,
    time_of,
)
from sealbook.errors import make
from sealbook.functions import Progress
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

__all__ = ["Ledger", "Writable"]

PAGE = 500


class Writable(Protocol):
    """A file opened for writing bytes."""

    def write(self, data: bytes, /) -> object:
        """Writes some bytes."""


class Closeable(Protocol):
    """What works on a ledger."""

    def close(self) -> None:
        """Ends its work."""


class Ledger:
    """A ledger that is open. Made by :meth:`open` and :meth:`in_memory`.

    It can be shared between threads: every call lets the others run. A child made by ``os.fork`` or multiprocessing can go on using it.
    As a context manager it closes itself.

    >>> with Ledger.in_memory(origin="example.com/doc") as ledger:
    ...     ledger.record("custom.note", {"text": "hello"}).seq
    ...     len(ledger), ledger.origin
    1
    (2, 'example.com/doc')
    """

    def __init__(self, native: _native.Ledger) -> None:
        self._native = native
        # What works on it and is to end before it is closed.
        self._users: weakref.WeakSet[Closeable] = weakref.WeakSet()

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
    ) -> Ledger:
        """Opens the ledger of a project.

        Args:
            path: The project folder or one below it, or a ledger file.
            create: Make the ledger if there is none.
            read_only: Only read. Nothing is written then.
            origin: The origin of a ledger that is made, or that an existing one must have.
            busy_timeout: Seconds to wait for another process that writes. Ctrl-C is heard when a write has ended.
            payload_limit: The most bytes of a payload in canonical form.
            redact: Replace secrets of known form, such as API keys, before they are hashed.

        Raises:
            NotAProjectError: No folder from the path upward has a ledger.
            NotFoundError: There is nothing at the path.
            NotALedgerError: The file is something else.
            LedgerTooNewError: A newer Sealbook wrote it.
            LedgerBusyError: Another process kept it locked for too long.
            ReadOnlyError: It can only be opened with ``read_only``.
            OriginMismatchError: It has another origin than the given one.
            InvalidOriginError: The origin does not fit the grammar.
            PermissionDeniedError, DiskFullError, IoError: The operating system refuses.

        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with Ledger.open(folder, create=True) as ledger:
        ...         ledger.path.relative_to(folder).as_posix()
        '.sealbook/ledger.db'
        """
        path = path_of(path)
        native = _native.Ledger.open(path, create, read_only, origin, busy_timeout, payload_limit, redact)
        return cls(cast(_native.Ledger, native))

    @classmethod
    def in_memory(
        cls,
        *,
        origin: str | None = None,
        payload_limit: int = DEFAULT_PAYLOAD_LIMIT,
        redact: bool = True,
    ) -> Ledger:
        """Makes a ledger that lasts as long as the process.

        Args:
            origin: Its origin.
            payload_limit: The most bytes of a payload in canonical form.
            redact: Replace secrets of known form before they are hashed.

        Raises:
            InvalidOriginError: The origin does not fit the grammar.
        """
        return cls(_native.Ledger.in_memory(origin, payload_limit, redact))

    @property
    def path(self) -> Path | None:
        """The ledger file; ``None`` for a ledger in memory."""
        return self._native.path

    @property
    def origin(self) -> str | None:
        """The origin line of the genesis entry; ``None`` if that is damaged."""
        return self._native.origin

    def record(
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
        """Records one entry, and returns when it is durable.

        Args:
            kind: What it is about, such as ``human_review``; callers' own kinds are ``custom.<name>``.
            payload: What is recorded: ``dict``, ``list``, ``tuple``, ``str``, ``int``, ``float``, ``bool`` and ``None``, nested at will.
            actor: Who did it, as the payload's ``actor``: ``{"type": "human" | "ai" | "service", "id": ...}``.
            action: What was done, as the payload's ``action``; a text stands for ``{"type": text}``.
            spec: The specification it belongs to, as the payload's ``spec``.
            files: The files it touched, as the payload's ``files``: paths, or mappings with ``path`` and more.
            id: An idempotency key, a UUID of version 7. The same id and payload again return the first entry.

        Returns:
            The entry, with the payload in canonical form: ``1.0`` has become ``1``, a tuple a list.

        Raises:
            InvalidKindError, ReservedKindError, InvalidIdError, PayloadError: It cannot be recorded.
            IdConflictError: The id was used for something else.
            TypeError: The payload holds something that has no JSON form; the message says where.
            ReadOnlyError, LedgerBusyError, DiskFullError, TamperedError, LedgerPoisonedError, ClosedError, IoError: Nothing is recorded.

        >>> with Ledger.in_memory() as ledger:
        ...     entry = ledger.record(
        ...         "ai_assistance", actor={"type": "ai", "id": "builder"}, action="edit", files=["src/a.py"]
        ...     )
        >>> entry.payload["files"]
        [{'path': 'src/a.py'}]
        """
        return self._native.record(kind, payload_of(payload, actor, action, spec, files), id)

    def record_json(
        self, kind: str, text: str | bytes | bytearray | memoryview, *, id: str | None = None
    ) -> Entry:
        """Records one entry whose payload is given as JSON text, without a detour over Python's values.

        Args:
            kind: As in :meth:`record`.
            text: A JSON object, in UTF-8 if bytes.
            id: As in :meth:`record`.

        Raises:
            PayloadError: The text is not a JSON object that a ledger takes; the code says why. Else as :meth:`record`.

        >>> with Ledger.in_memory() as ledger:
        ...     ledger.record_json("custom.note", '{"n": 1}').payload
        {'n': 1}
        """
        return self._native.record(kind, text_of(text), id)

    def record_many(self, records: Iterable[Record | tuple[str, Mapping[str, Any] | None]]) -> list[Entry]:
        """Records all or none, in order and without other entries between them, and returns when they are durable.

        Args:
            records: Each a :class:`Record` or a pair of kind and payload.

        Raises:
            SealbookError: As :meth:`record`; ``context["record"]`` names the offending one, from 0.

        >>> with Ledger.in_memory() as ledger:
        ...     [entry.seq for entry in ledger.record_many(("custom.step", {"n": n}) for n in range(3))]
        [1, 2, 3]
        """
        return self._native.record_many(rows_of(records))

    def get(self, key: int | str) -> Entry:
        """One entry.

        Args:
            key: Its number, or its id.

        Raises:
            NotFoundError: There is none.
            InvalidIdError: The key is neither a number nor an id.
            TamperedError: It is damaged.
            ClosedError, IoError: It cannot be read.

        >>> with Ledger.in_memory() as ledger:
        ...     ledger.get(0).kind
        'sys.genesis'
        """
        return cast(Entry, self._native.get(str(key)))

    def query(
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
    ) -> Iterator[Entry]:
        """The entries that match, read page after page as they are asked for.

        Args:
            kind: Of this kind; one that ends in ``.*`` stands for all kinds under it.
            actor: Whose ``actor.id`` is this.
            spec: Whose ``spec`` is this.
            path: With this path among their ``files``.
            since: At or after this time.
            until: Before this time.
            order: ``newest`` or ``oldest`` first.
            limit: The most entries in all.

        Raises:
            InvalidQueryError: A filter is not usable.
            TamperedError: A matching entry is damaged.
            ClosedError, IoError: They cannot be read.

        >>> with Ledger.in_memory() as ledger:
        ...     entries = ledger.record_many(("custom.step", {"n": n}) for n in range(3))
        ...     [entry.payload["n"] for entry in ledger.query(kind="custom.*", limit=2)]
        [2, 1]
        """
        cursor, rest = None, limit_of(limit)
        while rest is None or rest > 0:
            page = self.query_page(
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
            yield from page.entries
            if page.next is None:
                return
            cursor = page.next
            rest = None if rest is None else rest - len(page.entries)

    def query_page(
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
        """One page of the entries that match.

        Args:
            limit: Entries on a page, 1 to 10,000.
            cursor: Where the page before ended: its ``next``.

        The other arguments and the exceptions are those of :meth:`query`.

        >>> with Ledger.in_memory() as ledger:
        ...     entries = ledger.record_many(("custom.step", {"n": n}) for n in range(3))
        ...     page = ledger.query_page(order="oldest", limit=3)
        ...     rest = ledger.query_page(order="oldest", limit=3, cursor=page.next)
        >>> [entry.seq for entry in page.entries], [entry.seq for entry in rest.entries]
        ([0, 1, 2], [3])
        """
        since, until, path = time_of(since), time_of(until), maybe_path_of(path)
        found = self._native.query(kind, actor, spec, path, since, until, order, size_of(limit), cursor)
        return make_page(cast("tuple[list[Entry], str | None]", found))

    def verify(
        self,
        *,
        origin: str | None = None,
        size: int | None = None,
        root: str | None = None,
        progress: Progress | None = None,
    ) -> Report:
        """Verifies every entry and what is kept beside them. Ctrl-C stops it.

        Args:
            origin: The origin that the ledger must have, as known from elsewhere.
            size: How many entries it had at some time, as known from elsewhere.
            root: The root for that size: 64 hexadecimal digits.
            progress: Told how far the call has come, in entries.

        Returns:
            What was found. Damage is no exception: it is in the report.

        Raises:
            InvalidArgumentError: The root is malformed or has no size.
            ClosedError, IoError: The ledger cannot be read.

        >>> with Ledger.in_memory() as ledger:
        ...     report = ledger.verify()
        >>> report.intact, report.entries
        (True, 1)
        """
        return make_report(cast(str, self._native.verify(origin, size, root, progress)))

    def reindex(self, *, progress: Progress | None = None) -> None:
        """Computes the query index and the tree's tiles anew, if nothing else is at fault.

        Args:
            progress: Told how far the call has come: first with verifying, then with computing.

        Raises:
            TamperedError: There are other faults, which computing anew would hide.
            ReadOnlyError, ClosedError, IoError: The ledger cannot be written.
        """
        self._native.reindex(progress)

    def export(self, target: PathLike | Writable, *, progress: Progress | None = None) -> int:
        """Writes all entries as JSON lines.

        Args:
            target: A path, at which there never is half an export, or a file opened for writing bytes.
            progress: Told how far the call has come, in entries.

        Returns:
            How many entries were written.

        Raises:
            NotFoundError: There is no such folder.
            PermissionDeniedError, DiskFullError, ClosedError, IoError: It cannot be written.

        >>> import io
        >>> with Ledger.in_memory() as ledger:
        ...     file = io.BytesIO()
        ...     ledger.export(file), file.getvalue().count(b"\\n")
        (1, 1)
        """
        if isinstance(target, (str, bytes)) or hasattr(target, "__fspath__"):
            return cast(int, self._native.export(path_of(cast(PathLike, target)), progress))
        return self._native.export_to(target, progress)

    def import_(self, path: PathLike, *, progress: Progress | None = None) -> Imported:
        """Verifies an export of another ledger and records its entries as evidence, each as one of kind ``import``.

        Importing the same export again adds only what is new.

        Args:
            path: The export.
            progress: Told how far the call has come: first with verifying, then with recording.

        Raises:
            InvalidExportError: The export does not verify.
            NotFoundError: There is no such file. Else as :meth:`record_many`.

        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with Ledger.in_memory() as theirs, Ledger.in_memory() as ours:
        ...         entries = theirs.export(f"{folder}/theirs.jsonl")
        ...         ours.import_(f"{folder}/theirs.jsonl")
        Imported(entries=1, recorded=1)
        """
        return make_imported(cast(str, self._native.import_(path_of(path), progress)))

    def scan(
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
        """Reads a git history, the files of a folder, or both, and says what they claim about AI.

        Args:
            path: The repository, or a folder in it. Without the history, any folder or file.
            history: Read the commits; if not given, unless only the tree is asked for.
            tree: Read the files.
            record: Record what is found: each commit with its claims as ``commit``, each claim about a file as ``attribution``; what was
                recorded with the same claims before is not recorded again.
            revision: The commit to start from, ``HEAD`` if not given.
            no_ignore: Read files that ``.gitignore`` excludes, too.
            no_cache: Read every commit, also those that an earlier scan remembered.
            progress: Told how far the call has come, in commits or files; a total of 0 is not known.

        Raises:
            ClosedError: The ledger was closed.
            SealbookError: As :func:`sealbook.scan`, and as :meth:`record_many` with ``record``.
        """
        options = options_of(
            history=history,
            tree=tree,
            record=record,
            revision=revision,
            no_ignore=no_ignore,
            no_cache=no_cache,
        )
        return make_scan_report(cast(str, self._native.scan(path_of(path), options, progress)))

    def close(self) -> None:
        """Closes the handle, after the orchestrators that work on it. Calls under way in other threads end as usual; later ones raise ClosedError."""
        for user in tuple(self._users):
            user.close()
        self._native.close()

    def __len__(self) -> int:
        return cast(int, self._native.size())

    def __bool__(self) -> bool:
        return True

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<sealbook.Ledger {describe(self._native)}>"


def describe(native: _native.Ledger) -> str:
    try:
        path = native.path
    except Exception as error:
        return f"({error})"
    return "in memory" if path is None else repr(str(path))


def limit_of(limit: int | None) -> int | None:
    return limit if limit is None else size_of(limit)


def size_of(limit: int) -> int:
    if limit < 1:
        raise make("INVALID_QUERY", f"limit {limit} is not a number from 1 on")
    return limit
