"""Submitting tasks, at once and on a schedule."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from sealbook.arguments import Record, rows_of
from sealbook.attempt import millis_of
from sealbook.desk import Desk
from sealbook.results import Entry
from sealbook.schedules import Missed, Schedule, make_schedule
from sealbook.task_options import Delay, Options, form_of, request_of
from sealbook.tasks import Handle, TaskFunction

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from sealbook.orchestrator import Orchestrator

__all__ = ["Submitter"]

Request: TypeAlias = Mapping[str, Any] | tuple[str | TaskFunction[..., Any, Any], Any]
"""A kind or a function with arguments, or a mapping with ``kind``, ``arguments`` and :class:`~sealbook.task_options.Options`."""

# Within the class below, `list` is one of its methods.
Handles: TypeAlias = list[Handle[Any]]
Entries: TypeAlias = list[Entry]


class Submitter(Desk):
    """What an orchestrator submits."""

    _functions: dict[str, TaskFunction[..., Any, Any]]

    def submit(
        self,
        kind: str | TaskFunction[..., Any, Any],
        arguments: Any = None,
        **options: Unpack[Options],
    ) -> Handle[Any]:
        """Submits a task, and returns when it is durable.

        Args:
            kind: Its kind, or the function that handles it.
            arguments: A JSON value. A handler in Python gets the members of an object by name, the items of an array by position.
            options: :class:`sealbook.task_options.Options`. Those of a registered handler hold where nothing else is said.

        Raises:
            InvalidTaskError, InvalidPolicyError, PayloadError: It cannot be submitted; the message says why.
            TypeError: The arguments have no form in JSON.
            QueueFullError: Too many tasks wait.
            AccessRefusedError: The requester may not.
            IdConflictError: The idempotency key was used for another task.
            LedgerBusyError, DiskFullError, ReadOnlyError, ClosedError, IoError: Nothing is submitted.

        >>> from sealbook import Orchestrator
        >>> with Orchestrator.in_memory(requester="ann") as o:
        ...     handle = o.submit("process", ["echo", "hello"], priority="high")
        ...     o.show(handle).requester, handle.status()
        ('ann', 'queued')
        """
        request = self._request(kind, arguments, options)
        return self._handle(json.loads(self._native.submit(request)))

    def submit_many(self, requests: Iterable[Request]) -> Handles:
        """Submits all tasks or none, with one sync.

        Raises:
            SealbookError: As :meth:`submit`; ``context["task"]`` names the offending one, from 0.

        >>> from sealbook import Orchestrator
        >>> with Orchestrator.in_memory() as o:
        ...     handles = o.submit_many([("a", [1]), {"kind": "b", "arguments": [2], "priority": 7}])
        ...     [o.show(handle).kind for handle in handles]
        ['a', 'b']
        """
        rows = [self._row(request) for request in requests]
        return [self._handle(row) for row in json.loads(self._native.submit_many(rows))]

    def record_and_submit(
        self, records: Iterable[Record | tuple[str, Mapping[str, Any] | None]], requests: Iterable[Request]
    ) -> tuple[Entries, Handles]:
        """Records entries of your own and submits tasks, all or nothing of it, with one sync.

        The entries stand in front of those about the tasks, with no others between them. To be able to repeat the call, give the entries ids and
        the tasks idempotency keys.

        Args:
            records: As for :meth:`sealbook.Ledger.record_many`.
            requests: As for :meth:`submit_many`.

        Raises:
            SealbookError: As of both; nothing is recorded and nothing is submitted.

        >>> from sealbook import Orchestrator
        >>> with Orchestrator.in_memory() as o:
        ...     entries, handles = o.record_and_submit([("custom.order", {"number": 7})], [("ship", [7])])
        ...     entries[0].kind, handles[0].status()
        ('custom.order', 'queued')
        """
        rows = [self._row(request) for request in requests]
        entries, submitted = self._native.record_and_submit(rows_of(records), rows)
        return entries, [self._handle(row) for row in json.loads(submitted)]

    def schedule(
        self,
        name: str,
        cron: str,
        kind: str | TaskFunction[..., Any, Any],
        arguments: Any = None,
        *,
        zone: str = "UTC",
        missed: Missed = "skip",
        grace: Delay = 60.0,
        limit: int = 100,
        from_: datetime | str | None = None,
        **options: Unpack[Options],
    ) -> Schedule:
        """Puts a schedule under its name: a task is submitted at each of its times, once, by whichever worker runs then.

        Putting again what is there changes nothing, so a program may do it whenever it starts: as long as the times stay the same, no
        missed run is lost, and a schedule that is paused stays so.

        Args:
            name: Its name, unique in the project.
            cron: Minute, hour, day of month, month and day of week, such as ``"30 9 * * MON-FRI"``.
            kind: As for :meth:`submit`, and so are the arguments and options; but without what only a single task can have.
            arguments: With what.
            zone: The time zone of the times, an IANA name.
            missed: What becomes of runs whose time passed while no worker ran.
            grace: A run that is later than this counts as missed and not as late.
            limit: How many missed runs are started at a time.
            from_: For a new schedule: runs since then count as missed. It begins now if not given.
            options: :class:`sealbook.task_options.Options`.

        Raises:
            InvalidScheduleError: The times are not understood or never come, or the task has ``after``, ``delay`` or an idempotency key.
            SealbookError: As :meth:`submit`.

        >>> from sealbook import Orchestrator
        >>> with Orchestrator.in_memory(requester="ann") as o:
        ...     @o.task("report")
        ...     def report(of):
        ...         return f"all about {of}"
        ...     schedule = o.schedule("mornings", "0 9 * * MON-FRI", report, ["sales"], zone="Europe/Berlin", missed="once")
        ...     schedule.next is not None, schedule.last, o.schedules() == [schedule]
        (True, None, True)
        """
        form = {
            "name": name,
            "cron": cron,
            "zone": zone,
            "missed": missed,
            "grace_ms": millis_of(grace),
            "limit": limit,
            "from": form_of(from_),
            "task": self._request(kind, arguments, options),
        }
        return make_schedule(self._native.schedule(form))

    def _row(self, request: Request) -> dict[str, Any]:
        if isinstance(request, tuple) and len(request) == 2:
            return self._request(request[0], request[1], {})
        if isinstance(request, Mapping):
            options = {name: value for name, value in request.items() if name not in ("kind", "arguments")}
            return self._request(request.get("kind"), request.get("arguments"), options)
        raise TypeError(
            f"a {type(request).__name__} is no task; pass a pair of kind and arguments, or a mapping"
        )

    def _request(self, kind: Any, arguments: Any, options: Mapping[str, Any]) -> dict[str, Any]:
        function = kind if isinstance(kind, TaskFunction) else self._functions.get(kind)
        given = options if function is None else {**function.options, **options}
        name = kind.kind if isinstance(kind, TaskFunction) else kind
        given = dict(given)
        return request_of(name, arguments, given.pop("requester", self._requester), given)

    def _handle(self, row: Mapping[str, Any]) -> Handle[Any]:
        return Handle(cast("Orchestrator", self), row["id"], row["repeated"])
