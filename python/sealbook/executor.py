"""Calls in this process that are tried again, held back by breakers and ordered by priority, and leave no record."""

from __future__ import annotations

import atexit
import concurrent.futures
import contextlib
import json
import weakref
from collections.abc import Callable, Mapping
from typing import Any, ParamSpec, TypeVar

from sealbook import _native
from sealbook.attempt import Permanent, RetryAfter, Snooze
from sealbook.errors import ClosedError
from sealbook.futures import CallFuture
from sealbook.task_options import Priority, form_of

__all__ = ["Calls", "Executor"]

P = ParamSpec("P")
T = TypeVar("T")

CAPACITY = 100_000
"""How many calls may be under way, those that wait included, unless told otherwise."""


class Calls(concurrent.futures.Executor):
    """Calls under one policy: :meth:`Executor.under`. A :class:`concurrent.futures.Executor`."""

    def __init__(self, native: _native.Executor, policy: Mapping[str, Any]) -> None:
        self._native = native
        self._policy = _native.CallPolicy(json.dumps(policy))

    def submit(
        self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> concurrent.futures.Future[T]:
        """Has ``fn(*args, **kwargs)`` called; again if it raises, as the policy says.

        Raises:
            QueueFullError: So many calls are under way as the executor takes.
            ClosedError: The executor was shut down, or this is a forked child.
        """
        future: CallFuture[T] = CallFuture()
        self._native.submit(self._policy, future, _describe, fn, args, kwargs or None)
        return future

    @property
    def breaker(self) -> str | None:
        """Where the policy's breaker stands, ``closed``, ``open``, ``half_open`` or ``forced``; ``None`` if there is none."""
        return self._policy.breaker()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Takes no more calls, for any policy of the executor.

        Args:
            wait: Whether to wait until every call has its outcome.
            cancel_futures: Whether to cancel what has not begun.
        """
        self._native.close(cancel_futures)
        if wait:
            self._native.wait_idle()


class Executor(Calls):
    """Runs functions on native threads, the most urgent first, wherever a :class:`concurrent.futures.Executor` is taken.

    Its threads take the interpreter's lock once for many calls, so that small calls cost little. What has to survive the process, to be approved or
    to be recorded is a task of an :class:`~sealbook.Orchestrator`.

    Args:
        max_workers: How many calls run at once; as many as there are processors if not given.
        capacity: How many calls may be under way, those that wait included.

    >>> from sealbook import Executor
    >>> with Executor(2) as executor:
    ...     tries = []
    ...     def flaky(x):
    ...         tries.append(x)
    ...         if len(tries) < 3:
    ...             raise OSError("not yet")
    ...         return x * x
    ...     patient = executor.under(max_attempts=5, retry={"initial": 1})
    ...     patient.submit(flaky, 3).result(), len(tries)
    (9, 3)
    """

    def __init__(self, max_workers: int | None = None, *, capacity: int = CAPACITY) -> None:
        super().__init__(_native.Executor(max_workers, capacity), {})
        _OPEN.add(self)

    def under(
        self,
        *,
        priority: Priority | None = None,
        max_attempts: int | None = None,
        retry: Mapping[str, Any] | None = None,
        dependency: str | None = None,
        breaker: Mapping[str, Any] | None = None,
    ) -> Calls:
        """Calls on the same threads under another policy.

        Args:
            priority: 0 to 255, or ``low``, ``medium`` (the default), ``high``, ``critical``.
            max_attempts: Attempts in all; 1 if not given.
            retry: As for tasks: ``initial``, ``factor``, ``max``, ``jitter``, ``non_retryable``. An exception :class:`~sealbook.Permanent` ends it,
                :class:`~sealbook.RetryAfter` asks for a longer delay.
            dependency: The name of what the calls depend on. They share a breaker: while it is open they wait without an attempt being spent.
            breaker: When the breaker opens: ``consecutive``, ``ratio``, ``window``, ``least_calls``, ``recovery`` and more.

        Raises:
            InvalidArgumentError: Something is not understood.
            InvalidPolicyError: Figures make no sense.
        """
        options = {
            "priority": priority,
            "max_attempts": max_attempts,
            "retry": retry,
            "dependency": dependency,
            "breaker": breaker,
        }
        return Calls(
            self._native, {name: form_of(value) for name, value in options.items() if value is not None}
        )


def _describe(error: BaseException) -> tuple[bool, str, int | None]:
    """Whether it is permanent, its class, and how many milliseconds it asks to wait."""
    cause = error.__cause__ if isinstance(error, (Permanent, RetryAfter)) and error.__cause__ else error
    wait = error.delay_ms if isinstance(error, (RetryAfter, Snooze)) else None
    return not isinstance(error, Exception) or isinstance(error, Permanent), type(cause).__name__, wait


_OPEN: weakref.WeakSet[Executor] = weakref.WeakSet()


@atexit.register
def _end() -> None:
    """Ends what runs while there is an interpreter for it, as those of the standard library do."""
    for executor in list(_OPEN):
        # A forked child inherits executors that are not its own.
        with contextlib.suppress(ClosedError):
            executor.shutdown()
