"""What is known about tasks: views, pleas, events."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias

from sealbook.errors import SealbookError
from sealbook.pleas import Plea, plea_of
from sealbook.times import time_of

__all__ = [
    "Agent",
    "Event",
    "State",
    "Summary",
    "TaskFailedError",
    "TaskFailure",
    "TaskView",
]

State: TypeAlias = (
    Literal["pending"]
    | Literal["queued"]
    | Literal["awaiting_approval"]
    | Literal["assigned"]
    | Literal["running"]
    | Literal["suspended"]
    | Literal["completed"]
    | Literal["failed"]
    | Literal["cancelled"]
    | Literal["dead"]
)
"""Where a task stands. The last four are ends; ``dead`` means that its attempts are spent."""


@dataclass(frozen=True, slots=True)
class TaskFailure:
    """Why an attempt failed."""

    fault: str
    """``transient``, ``throttled``, ``timeout`` or ``permanent``."""
    cls: str
    """The name of the exception's class in the handler's language."""
    message: str
    """What people read."""
    detail: str | None
    """What developers read: the traceback of an exception."""
    retry_after: float | None
    """The seconds that the error itself asked to wait."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a task."""

    number: int
    """Counts the events of all tasks; to go on from."""
    task: str
    """The task's id."""
    seq: int
    """Counts the task's own events, from 1."""
    source: State
    """The state before."""
    event: str
    """What happened, such as ``start`` or ``retry``."""
    to: State
    """The state after."""
    at: datetime
    """When."""
    by: str
    """In which part: ``scheduler``, ``worker``, ``approver``, ``requester`` or ``operator``."""
    who: str | None
    """Which principal, if it was one."""
    attempts: int
    """Attempts that count, after it."""
    reason: str | None
    """Why."""
    failure: TaskFailure | None
    """The failure of the attempt."""
    worker: str | None = None
    """The worker that was given the task, or that caused it."""
    epoch: int | None = None
    """Which assignment of the task that is; each has a number of its own."""
    agent: str | None = None
    """The agent that the task was assigned to, if its worker is one."""


@dataclass(frozen=True, slots=True)
class Agent:
    """A worker that says what it can do, as it is or as it was."""

    id: str
    """Its id."""
    kinds: tuple[str, ...]
    """The kinds of task that it takes."""
    capabilities: tuple[tuple[str, tuple[int, int]], ...]
    """What it can do, each with its version."""
    models: tuple[str, ...]
    """The models that it uses."""
    cost: int
    """What a task costs with it, in the host's unit."""
    limit: int
    """How many tasks it takes at a time."""
    priority: int
    """Who is preferred, with the strategy ``priority``."""
    health: str
    """``healthy``, ``degraded`` or ``down``."""
    load: int
    """Tasks that it has at the moment."""
    given: int
    """Tasks that it was given."""
    success: float
    """The share of its late tasks that succeeded, 0 to 1."""
    latency: float
    """How many seconds its late tasks took."""
    worker: str | None
    """The worker that it is; ``None`` if it has left or died."""


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task as it stands."""

    id: str
    """Its id."""
    kind: str
    """What sort of work."""
    state: State
    """Where it stands."""
    priority: int
    """How urgent: 0 to 255."""
    requester: str
    """For whom."""
    arguments: Any = field(hash=False)
    """With what."""
    attempts: int
    """Attempts that count."""
    max_attempts: int
    """Attempts in all."""
    crashes: int
    """Workers lost over it."""
    submitted_at: datetime
    """When it was submitted, or redriven."""
    since: datetime
    """When it came to its state."""
    reason: str | None
    """Why it stands where it stands."""
    failure: TaskFailure | None
    """The last failure."""
    result: Any = field(hash=False)
    """The result of a completed task."""
    progress: Any = field(hash=False)
    """What its handler last reported."""
    worker: str | None
    """Who holds it."""
    cancel_asked: bool
    """Whether its handler was asked to stop."""
    subject: str
    """The hash of exactly what will run."""
    history: tuple[Event, ...] = ()
    """What happened to it; empty in a list of tasks. These events have the number 0."""
    pleas: tuple[Plea, ...] = ()
    """Its pleas; empty in a list of tasks."""
    waiting: str | None = None
    """What it waits for, in words; ``None`` if it runs or has ended, and in a list of tasks."""

    @property
    def is_ended(self) -> bool:
        """Whether it has ended; only a retry by hand brings it back."""
        return self.state in ("completed", "failed", "cancelled", "dead")


@dataclass(frozen=True, slots=True)
class Summary:
    """What a worker has done."""

    attempts: int
    """Attempts that it began."""
    completed: int
    """Of these, tasks that completed."""
    other: int
    """Attempts that failed, were snoozed or given back."""
    fenced: int
    """Outcomes that were not accepted, because the task was no longer its own."""
    stuck: int
    """Handlers that had not returned when their time to do so, once asked to stop, was over."""
    abandoned: int
    """Of these, those that had not returned when the worker ended."""


class TaskFailedError(SealbookError):
    """A task ended without a result.

    >>> error = TaskFailedError("it is dead", view=None)
    >>> error.state, error.failure_class
    (None, None)
    """

    def __init__(
        self,
        message: str,
        *,
        code: str = "TASK_FAILED",
        context: Mapping[str, str] | None = None,
        view: TaskView | None = None,
    ) -> None:
        super().__init__(message, code=code, context=context)
        self._view = view

    def __reduce__(self) -> tuple[object, ...]:
        return _failed, (self._message, self._code, dict(self._context), self._view)

    @property
    def view(self) -> TaskView | None:
        """The task as it ended."""
        return self._view

    @property
    def state(self) -> State | None:
        """``failed``, ``cancelled`` or ``dead``."""
        return None if self._view is None else self._view.state

    @property
    def failure(self) -> TaskFailure | None:
        """The last attempt's failure."""
        return None if self._view is None else self._view.failure

    @property
    def failure_class(self) -> str | None:
        """The name of the exception's class in the handler's language."""
        failure = self.failure
        return None if failure is None else failure.cls

    @property
    def traceback(self) -> str | None:
        """The traceback of the handler's exception, as text."""
        failure = self.failure
        return None if failure is None else failure.detail


def _failed(message: str, code: str, context: dict[str, str], view: TaskView | None) -> TaskFailedError:
    return TaskFailedError(message, code=code, context=context, view=view)


def failed_of(view: TaskView) -> TaskFailedError:
    """The exception for a task that ended without a result."""
    message = f"task {view.id} ({view.kind}) is {view.state}"
    if view.failure is not None:
        message += f" after {view.attempts} of {view.max_attempts} attempts: {view.failure.cls}: {view.failure.message}"
    elif view.reason is not None:
        message += f": {view.reason}"
    code = "CANCELLED" if view.state == "cancelled" else "TASK_FAILED"
    return TaskFailedError(message, code=code, context={"task": view.id, "state": view.state}, view=view)


def make_view(text: str) -> TaskView:
    return view_of(json.loads(text))


def view_of(value: dict[str, Any]) -> TaskView:
    return TaskView(
        id=value["id"],
        kind=value["kind"],
        state=value["state"],
        priority=value["priority"],
        requester=value["requester"],
        arguments=value["arguments"],
        attempts=value["attempts"],
        max_attempts=value["max_attempts"],
        crashes=value["crashes"],
        submitted_at=time_of(value["submitted_at"]),
        since=time_of(value["since"]),
        reason=value["reason"],
        failure=_failure(value["failure"]),
        result=value["result"],
        progress=value["progress"],
        worker=value["worker"],
        cancel_asked=value["cancel_asked"],
        subject=value["subject"],
        history=tuple(_event(0, value["id"], event) for event in value.get("history", ())),
        pleas=tuple(plea_of(plea) for plea in value.get("pleas", ())),
        waiting=value.get("waiting"),
    )


def agent_of(value: dict[str, Any]) -> Agent:
    return Agent(
        id=value["id"],
        kinds=tuple(value["kinds"]),
        capabilities=tuple((each["name"], tuple(each["version"])) for each in value["capabilities"]),
        models=tuple(value["models"]),
        cost=value["cost"],
        limit=value["limit"],
        priority=value["priority"],
        health=value["health"],
        load=value["load"],
        given=value["given"],
        success=value["success"],
        latency=value["latency_ms"] / 1000,
        worker=value["worker"],
    )


def make_events(text: str) -> list[Event]:
    return [
        _event(event["number"], event["transition"]["task"], event["transition"])
        for event in json.loads(text)
    ]


def make_summary(text: str) -> Summary:
    return Summary(**json.loads(text))


def _event(number: int, task: str, value: dict[str, Any]) -> Event:
    lease = value.get("lease") or {}
    return Event(
        number=number,
        task=task,
        seq=value["seq"],
        source=value["from"],
        event=value["event"],
        to=value["to"],
        at=time_of(value["at"]),
        by=value["by"],
        who=value.get("who"),
        attempts=value["attempts"],
        reason=value.get("reason"),
        failure=_failure(value.get("failure")),
        worker=lease.get("worker"),
        epoch=lease.get("epoch"),
        agent=value.get("agent"),
    )


def _failure(value: dict[str, Any] | None) -> TaskFailure | None:
    if value is None:
        return None
    wait = value.get("retry_after")
    return TaskFailure(
        fault=value["fault"],
        cls=value["class"],
        message=value["message"],
        detail=value.get("detail"),
        retry_after=None if wait is None else wait / 1000,
    )
