"""What limits a kind, a key, a dependency or the whole queue."""

from __future__ import annotations

import json
from dataclasses import dataclass

__all__ = ["Adaptive", "Limit", "Rate"]


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
class Adaptive:
    """As many at once as a dependency bears: fewer when calls fail, take too long or are throttled, one more with each full round of successes."""

    most: int
    """Never more."""
    least: int = 1
    """Never fewer."""
    first: int | None = None
    """So many at the beginning; ten, or what is nearest within the bounds, if not given."""
    now: int | None = None
    """So many at present. Who sets a limit may say from where it goes on."""


@dataclass(frozen=True, slots=True)
class Limit:
    """What limits the tasks of a kind, with a concurrency key or that call a dependency; with none of these, all."""

    kind: str | None
    """The kind."""
    key: str | None
    """The concurrency key."""
    dependency: str | None
    """The dependency."""
    concurrency: int | None
    """At most so many run at once."""
    adaptive: Adaptive | None
    """At most as many as the dependency bears."""
    rate: Rate | None
    """At most so fast they start."""
    paused: bool
    """Nothing starts."""


def make_limits(text: str) -> list[Limit]:
    limits = []
    for value in json.loads(text):
        rate = value.pop("rate")
        rate = rate and Rate(rate["starts"], rate["per"] / 1000, rate["burst"])
        adaptive = value.pop("adaptive")
        limits.append(Limit(**value, adaptive=adaptive and Adaptive(**adaptive), rate=rate))
    return limits
