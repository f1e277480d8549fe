"""What limits a kind, a key or the whole queue."""

from __future__ import annotations

import json
from dataclasses import dataclass

__all__ = ["Limit", "Rate"]


@dataclass(frozen=True, slots=True)
class Rate:
    """So many starts in a time, by a token bucket."""

    starts: int
    """Starts in the time."""
    per: float = 1.0
    """The time, in seconds."""
    burst: int = 1
    """How many may start at once after a pause."""


@dataclass(frozen=True, slots=True)
class Limit:
    """What limits the tasks of a kind or with a concurrency key; with neither, all."""

    kind: str | None
    """The kind."""
    key: str | None
    """The concurrency key."""
    concurrency: int | None
    """At most so many run at once."""
    rate: Rate | None
    """At most so fast they start."""
    paused: bool
    """Nothing starts."""


def make_limits(text: str) -> list[Limit]:
    limits = []
    for value in json.loads(text):
        rate = value.pop("rate")
        rate = rate and Rate(rate["starts"], rate["per"] / 1000, rate["burst"])
        limits.append(Limit(**value, rate=rate))
    return limits
