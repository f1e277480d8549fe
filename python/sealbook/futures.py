"""Futures that make a condition only for who waits: most have their outcome before anybody looks."""

from __future__ import annotations

import concurrent.futures
import os
import threading
from collections.abc import Callable
from concurrent.futures._base import FINISHED, PENDING, RUNNING
from typing import Any, TypeVar

__all__ = ["CallFuture"]

T = TypeVar("T")

_LOCK = threading.RLock()
"""Guards the state of all of them; each is held for some instructions. Conditions that are waited on are made on it."""

# As the standard library does with its own: a forked child must not inherit it locked.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_LOCK.acquire,
        after_in_child=_LOCK._at_fork_reinit,  # type: ignore[attr-defined]
        after_in_parent=_LOCK.release,
    )

_LATER: dict[str, Callable[[], Any]] = {
    "_condition": lambda: threading.Condition(_LOCK),
    "_waiters": list,
    "_done_callbacks": list,
}


class CallFuture(concurrent.futures.Future[T]):
    """A :class:`concurrent.futures.Future` in every respect, made of one object instead of a dozen.

    The standard library's makes a condition, a lock and three lists at once, and the garbage collector goes through all of them again and again: that is
    half of what a small call costs. Here they are made when its functions first ask for them, which is when somebody waits or leaves a callback.
    """

    _result: T | None = None
    _exception: BaseException | None = None
    _is_watched = False
    """Whether anything of ``_LATER`` was made. Read and written under the lock."""

    def __init__(self) -> None:
        # Not the parent's, which makes everything.
        self._state = PENDING

    def __getattr__(self, name: str) -> Any:
        make = _LATER.get(name)
        if make is None:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        with _LOCK:
            self._is_watched = True
            # Another thread may have asked first.
            return self.__dict__.setdefault(name, make())

    def set_running_or_notify_cancel(self) -> bool:
        with _LOCK:
            if self._state == PENDING:
                self._state = RUNNING
                return True
        return super().set_running_or_notify_cancel()

    def set_result(self, result: T) -> None:
        with _LOCK:
            if not self._is_watched and self._state == RUNNING:
                self._result = result
                self._state = FINISHED
                return
        super().set_result(result)

    def result(self, timeout: float | None = None) -> T:
        # The state is written last.
        if self._state == FINISHED and self._exception is None:
            return self._result  # type: ignore[return-value]
        return super().result(timeout)
