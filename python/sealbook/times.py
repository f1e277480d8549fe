"""Times as the core writes them."""

from __future__ import annotations

from datetime import datetime

__all__ = ["time_of"]


def time_of(text: str) -> datetime:
    # Python reads a final Z from 3.11 on.
    return datetime.fromisoformat(text[:-1] + "+00:00")
