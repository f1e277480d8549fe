"""What is known about schedules."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias

from sealbook.times import time_of

__all__ = ["Missed", "Schedule"]

Missed: TypeAlias = Literal["skip"] | Literal["once"] | Literal["all"]
"""What becomes of runs whose time passed while no worker ran: they are left out, made up for by one run, or by each."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule as it stands."""

    name: str
    """Its name, unique in the project."""
    cron: str
    """When: minute, hour, day of month, month and day of week."""
    zone: str
    """The time zone of these times."""
    missed: Missed
    """What becomes of missed runs."""
    grace: float
    """The seconds after which a run counts as missed and not as late."""
    limit: int
    """How many missed runs are started at a time."""
    paused: bool
    """Whether it makes nothing until it is resumed."""
    next: datetime | None
    """For when the next run is planned; ``None`` if it is paused or has no other."""
    last: datetime | None
    """For when the last run was planned."""
    last_task: str | None
    """The id of the last run's task."""
    problem: str | None
    """What kept the last look from making a task."""
    kind: str
    """The kind of its tasks."""
    requester: str
    """For whom they are."""
    priority: int
    """How urgent they are."""
    arguments: Any = field(hash=False)
    """With what they run."""


def make_schedule(text: str) -> Schedule:
    return schedule_of(json.loads(text))


def schedule_of(value: dict[str, Any]) -> Schedule:
    return Schedule(
        name=value["name"],
        cron=value["cron"],
        zone=value["zone"],
        missed=value["missed"],
        grace=value["grace_ms"] / 1000,
        limit=value["limit"],
        paused=value["paused"],
        next=None if value["next"] is None else time_of(value["next"]),
        last=None if value["last"] is None else time_of(value["last"]),
        last_task=value["last_task"],
        problem=value["problem"],
        kind=value["kind"],
        requester=value["requester"],
        priority=value["priority"],
        arguments=value["arguments"],
    )
