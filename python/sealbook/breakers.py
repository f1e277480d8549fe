"""Breakers, which leave a dependency alone for a while when it fails."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

from sealbook.times import time_of

__all__ = ["Breaker", "BreakerAct", "BreakerState"]

BreakerState: TypeAlias = Literal["closed"] | Literal["open"] | Literal["half_open"] | Literal["forced"]
"""Where a breaker stands: calls pass; none do until a time; a few probes do and decide; none do until it is closed by hand."""

BreakerAct: TypeAlias = Literal["open"] | Literal["close"] | Literal["reset"]
"""What is done to a breaker by hand."""


@dataclass(frozen=True, slots=True)
class Breaker:
    """The breaker of a dependency."""

    key: str
    """What it guards."""
    state: BreakerState
    """Where it stands. One that is open until a time that has passed lets the next call probe."""
    since: datetime
    """Since when."""
    until: datetime | None
    """Until when it is open, or its probes have time."""
    reason: str | None
    """Why it stands there; none for one that has always been closed."""
    calls: int
    """Calls in its window."""
    failures: int
    """Of these, those that failed."""
    slow: int
    """Of these, those that were slow."""
    in_row: int
    """Failures in a row."""


def make_breaker(text: str) -> Breaker:
    return breaker_of(json.loads(text))


def breaker_of(value: dict[str, Any]) -> Breaker:
    until = value["until"]
    return Breaker(**{**value, "since": time_of(value["since"]), "until": until and time_of(until)})
