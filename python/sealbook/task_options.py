"""What callers say about a task, turned into what the native module takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, Literal, Protocol, TypeAlias, TypedDict

from sealbook.attempt import millis_of
from sealbook.errors import make

__all__ = ["After", "Delay", "Identified", "Options", "Priority", "Task"]


class Identified(Protocol):
    """What has an id: a handle, a view, a plea."""

    @property
    def id(self) -> str:
        """The id."""


Task: TypeAlias = Identified | str
"""A task: its handle, its view, or its id."""

Delay: TypeAlias = float | timedelta
"""A length of time: seconds, or a timedelta."""

Priority: TypeAlias = int | Literal["low"] | Literal["medium"] | Literal["high"] | Literal["critical"]
"""How urgent: 0 to 255, or a name for 32, 96, 160 and 224."""

After: TypeAlias = Identified | str | Mapping[str, Any]
"""A task that must end first: its handle, its id, or ``{"task": ..., "on_failure": "fail" | "cancel" | "block" | "run"}``."""


class Options(TypedDict, total=False):
    """What can be said about a task besides its kind and its arguments.

    Lengths of time within ``retry``, ``timeouts``, ``limits``, ``approval`` and ``idempotency`` are timedeltas, or milliseconds as in
    every other language.
    """

    requester: str
    """For whom; the orchestrator's own if not given."""
    priority: Priority
    """How urgent; 96 if not given."""
    max_attempts: int
    """Attempts in all; 3 if not given."""
    retry: Mapping[str, Any]
    """``initial``, ``factor``, ``max``, ``jitter``, ``non_retryable`` (names of classes, or classes), ``crash_limit``, ``escalate_after``."""
    idempotency_key: str
    """Submitting again under it, within a day and by the same requester, is submitting once."""
    idempotency: Mapping[str, Any]
    """The same with ``key``, ``scope`` (``requester``, ``kind``, ``project``) and ``lifetime``."""
    require_approvals: int
    """So many principals with the role ``approver`` must approve."""
    approval: Mapping[str, Any]
    """The whole policy: ``approvals``, ``levels`` and more."""
    after: Iterable[After]
    """Tasks that must end first."""
    delay: Delay
    """Not to start sooner than this from now."""
    not_before: datetime | str
    """Not to start before."""
    timeout: Delay
    """How long one attempt may take."""
    timeouts: Mapping[str, Any]
    """``schedule_to_start``, ``start_to_close``, ``schedule_to_close``, ``heartbeat``."""
    limits: Mapping[str, Any]
    """``output_bytes`` and more of what one attempt may use."""
    fairness: str
    """Whose share of the queue it takes; the requester's if not given."""
    concurrency: str
    """Which limits on concurrency and rate apply, besides those of its kind."""
    dependency: str
    """Which breaker and retry budget guard it."""
    needs: Mapping[str, Any]
    """Which agents can do it: ``capabilities``, ``models``, ``agents``, ``max_cost``, and the ``strategy`` by which one of them is chosen."""
    audit: Literal["full"] | Literal["outcome"] | Literal["off"]
    """Which transitions become entries of the ledger."""


def request_of(kind: str, arguments: Any, requester: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """A submission. What is not known is passed on, for the core to name it."""
    request: dict[str, Any] = {"kind": kind, "requester": requester, "arguments": arguments}
    for name, value in options.items():
        if value is None:
            continue
        if name in ("delay", "timeout"):
            request[f"{name}_ms"] = millis_of(value)
        elif name == "after":
            request[name] = [
                id_of(task) if not isinstance(task, Mapping) else form_of(task) for task in value
            ]
        else:
            request[name] = form_of(value)
    return request


def id_of(task: Any) -> str:
    """The id of a task or a plea, given itself or by its id."""
    id = task if isinstance(task, str) else getattr(task, "id", None)
    if not isinstance(id, str):
        raise TypeError(f"a {type(task).__name__} is no task; pass a handle or an id")
    return id


def form_of(value: Any) -> Any:
    if isinstance(value, timedelta):
        return millis_of(value)
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            message = f"time {value.isoformat()} has no time zone; pass an aware datetime, such as datetime.now(timezone.utc)"
            raise make("INVALID_TASK", message)
        return value.astimezone(timezone.utc).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    if isinstance(value, type) and issubclass(value, BaseException):
        return value.__name__
    if isinstance(value, Mapping):
        return {name: id_of(item) if name == "task" else form_of(item) for name, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [form_of(item) for item in value]
    return value
