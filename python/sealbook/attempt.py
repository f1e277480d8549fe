"""Attempts at tasks, as their handlers see them."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import inspect
import time
import traceback
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from datetime import timedelta
from types import TracebackType
from typing import Any

from sealbook import _native
from sealbook.errors import CancelledError, ClosedError, NotFoundError, make

__all__ = ["Attempt", "Handler", "Permanent", "RetryAfter", "Snooze", "current_attempt"]

DETAIL = 8000
"""The most bytes of a traceback that are kept, from its end."""

# The last one: what it works with was closed because it is to stop.
_CANCELLED = (asyncio.CancelledError, concurrent.futures.CancelledError, CancelledError, ClosedError)


class Snooze(Exception):  # noqa: N818 - what it says is no error
    """Raised by a handler: not now. The task is tried again after this time, and this does not count as an attempt.

    Args:
        delay: Seconds, or a timedelta.
    """

    def __init__(self, delay: float | timedelta) -> None:
        super().__init__(delay)
        self.delay_ms = millis_of(delay)


class Permanent(Exception):  # noqa: N818 - named for what follows from it
    """Raised by a handler: no other attempt would help. Raised ``from`` another exception, the failure has the class of that."""


class RetryAfter(Exception):  # noqa: N818 - named for what follows from it
    """Raised by a handler: the attempt failed, and the next one is not to begin sooner than this.

    Args:
        delay: Seconds, or a timedelta, as in an HTTP response's Retry-After.
        message: What people read.
    """

    def __init__(self, delay: float | timedelta, message: str = "") -> None:
        super().__init__(message or f"try again after {delay}")
        self.delay_ms = millis_of(delay)


class Attempt:
    """One attempt at a task, as its handler sees it: :func:`current_attempt`."""

    def __init__(self, native: _native.Worker, value: Mapping[str, Any]) -> None:
        self._native = native
        self._ticket: int = value["ticket"]
        self._stop: str | None = None
        self._task: str = value["task"]
        self._kind: str = value["kind"]
        self._arguments: Any = value["arguments"]
        self._requester: str = value["requester"]
        self._attempt: int = value["attempt"]
        self._epoch: int = value["epoch"]
        self._key: str = value["idempotency_key"]
        millis = value["deadline_ms"]
        self._deadline = None if millis is None else time.monotonic() + millis / 1000

    @property
    def task(self) -> str:
        """The task's id."""
        return self._task

    @property
    def kind(self) -> str:
        """The kind of the task."""
        return self._kind

    @property
    def arguments(self) -> Any:
        """The task's arguments, as JSON has them."""
        return self._arguments

    @property
    def requester(self) -> str:
        """For whom."""
        return self._requester

    @property
    def attempt(self) -> int:
        """Which attempt it is, from 1."""
        return self._attempt

    @property
    def epoch(self) -> int:
        """Grows each time that the task is given to a worker: effects that carry it can be fenced elsewhere, too."""
        return self._epoch

    @property
    def idempotency_key(self) -> str:
        """The same over all attempts, for services that keep effects single."""
        return self._key

    @property
    def remaining(self) -> float | None:
        """The seconds until the attempt has to end; ``None`` without a timeout."""
        return None if self._deadline is None else max(0.0, self._deadline - time.monotonic())

    @property
    def cancelled(self) -> bool:
        """Whether it is to stop: it was cancelled, took too long, or its worker has lost it."""
        return self.stop_reason is not None

    @property
    def stop_reason(self) -> str | None:
        """Why it is to stop, if it is."""
        if self._stop is None:
            with contextlib.suppress(NotFoundError):  # it has ended, and nobody can stop it any more
                self._stop = self._native.stop_reason(self._ticket)
        return self._stop

    def raise_if_cancelled(self) -> None:
        """Ends the attempt if it is to stop.

        Raises:
            CancelledError: It is.
        """
        reason = self.stop_reason
        if reason is not None:
            raise make("CANCELLED", f"the attempt is to stop: {reason}")

    def beat(self, progress: Any = None) -> None:
        """Gives a sign of life, which the timeout ``heartbeat`` asks for, with what there is to say about progress: any JSON value.

        Raises:
            NotFoundError: The attempt has ended already.
            TypeError: The progress has no JSON form.
        """
        reason = self._native.beat(self._ticket, progress)
        self._stop = self._stop or reason

    def __repr__(self) -> str:
        return f"<Attempt {self._attempt} at {self._kind} {self._task}>"


current: ContextVar[Attempt] = ContextVar("sealbook_attempt")


def current_attempt() -> Attempt:
    """The attempt that the calling handler runs.

    Raises:
        InvalidArgumentError: The caller is no handler, nor called by one.

    >>> from sealbook import Orchestrator
    >>> with Orchestrator.in_memory() as o:
    ...     @o.task("greet")
    ...     def greet(name):
    ...         return f"{name}, at attempt {current_attempt().attempt}"
    ...     handle = greet.submit("ann")
    ...     summary = o.run_until_idle()
    ...     handle.result()
    'ann, at attempt 1'
    """
    attempt = current.get(None)
    if attempt is None:
        raise make("INVALID_ARGUMENT", "no attempt runs here; call this from a task's handler")
    return attempt


class Handler:
    """A callable with the form of its arguments."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.is_async = inspect.iscoroutinefunction(function)
        self.signature: inspect.Signature | None = None
        with contextlib.suppress(TypeError, ValueError):  # some built-in functions tell no signature
            self.signature = inspect.signature(function)

    def __call__(self, arguments: Any) -> Any:
        """Members of an object are passed by name, items of an array by position, and null is no argument."""
        args: tuple[Any, ...] = ()
        kwargs: dict[str, Any] = {}
        if isinstance(arguments, dict):
            kwargs = arguments
        elif isinstance(arguments, list):
            args = tuple(arguments)
        elif arguments is not None:
            args = (arguments,)
        if self.signature is not None:
            try:
                self.signature.bind(*args, **kwargs)
            except TypeError as error:
                raise Permanent(f"the arguments do not fit {self.signature}: {error}") from error
        return self.function(*args, **kwargs)


def outcome_of(attempt: Attempt, error: BaseException) -> dict[str, Any]:
    if isinstance(error, Snooze):
        return {"snooze_ms": error.delay_ms}
    if isinstance(error, _CANCELLED) and attempt.cancelled:
        return {"cancelled": True}
    cause = error.__cause__ if isinstance(error, (Permanent, RetryAfter)) and error.__cause__ else error
    fault = "permanent" if isinstance(error, Permanent) else "transient"
    failure = failure_of(type(cause).__name__, _text(error) or _text(cause), _traceback(error), fault)
    if isinstance(error, RetryAfter):
        failure |= {"fault": "throttled", "retry_after_ms": error.delay_ms}
    return {"fail": failure}


def failure_of(cls: str, message: str, detail: str | None, fault: str) -> dict[str, Any]:
    return {"class": _plain(cls), "message": _plain(message), "detail": detail, "fault": fault}


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return f"a {type(error).__name__} whose message cannot be read"


def _traceback(error: BaseException) -> str:
    """The traceback without the frames of the package that lead to the handler, from its end if it is long."""
    frames: TracebackType | None = error.__traceback__
    while frames is not None and frames.tb_frame.f_globals.get("__name__") in (__name__, "sealbook.worker"):
        frames = frames.tb_next
    try:
        text = "".join(traceback.format_exception(type(error), error, frames))
    except Exception:
        return f"a {type(error).__name__} whose traceback cannot be read"
    data = _plain(text).encode()
    if len(data) <= DETAIL:
        return data.decode()
    return "...\n" + data[-DETAIL:].decode(errors="ignore")


def _plain(text: str) -> str:
    """The text, without halves of surrogate pairs, which JSON cannot carry."""
    return text.encode("utf-8", "replace").decode()


def millis_of(delay: float | timedelta) -> int:
    """A length of time in milliseconds."""
    seconds = delay.total_seconds() if isinstance(delay, timedelta) else delay
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise TypeError(f"a {type(delay).__name__} is no length of time; pass seconds or a timedelta")
    if not 0 <= seconds < 1e13:  # a NaN is not, either
        raise make("INVALID_TASK", f"{seconds} s is no length of time; pass 0 or more seconds")
    return int(-(-seconds * 1000 // 1))
