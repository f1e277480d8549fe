"""Attempts at tasks, and the worker that runs them in this process.

Leases are renewed and outcomes written by native threads, which never wait for the interpreter's lock. Handlers run on threads of the
worker, coroutines on one event loop in a thread of its own.
"""

from __future__ import annotations

import asyncio
import atexit
import concurrent.futures
import contextlib
import inspect
import json
import os
import threading
import time
import traceback
import weakref
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar, copy_context
from datetime import timedelta
from types import TracebackType
from typing import Any

from sealbook import _native
from sealbook.errors import CancelledError, NotFoundError, SealbookError, make
from sealbook.task_results import Summary, make_summary

__all__ = ["Attempt", "Permanent", "RetryAfter", "Snooze", "Worker", "current_attempt"]

AGES = 3600.0
"""How long a thread waits for an attempt; the worker's end wakes it."""
WATCH = 0.05
"""How often the event loop asks whether one of its attempts is to stop."""
GRACE = 2.0
"""How long handlers have to stop once they were asked to."""
DETAIL = 8000
"""The most bytes of a traceback that are kept, from its end."""

_CANCELLED = (asyncio.CancelledError, concurrent.futures.CancelledError, CancelledError)


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

    def __init__(self, worker: Worker, value: Mapping[str, Any]) -> None:
        self._worker = worker
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
                self._stop = self._worker.native.stop_reason(self._ticket)
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
        reason = self._worker.native.beat(self._ticket, progress)
        self._stop = self._stop or reason

    def __repr__(self) -> str:
        return f"<Attempt {self._attempt} at {self._kind} {self._task}>"


_current: ContextVar[Attempt] = ContextVar("sealbook_attempt")


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
    attempt = _current.get(None)
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


class Worker:
    """What fetches attempts and runs them, until the native worker has ended."""

    def __init__(self, native: _native.Worker, handlers: Mapping[str, Handler], drain: float) -> None:
        self.native = native
        self.handlers = dict(handlers)
        self.drain = drain
        self.process = os.getpid()
        self.ended = threading.Event()
        self.summary: Summary | None = None
        self.error: BaseException | None = None
        self._changed = threading.Condition()
        self._out: dict[int, Attempt] = {}
        self._idle = 0
        self._threads: list[threading.Thread] = []
        self._finishing = False
        self._interrupted: str | None = None
        self._loop: _Loop | None = None
        _WORKERS.add(self)
        with self._changed:
            self._spawn()

    def _spawn(self) -> None:
        name = f"sealbook-handler-{len(self._threads)}"
        thread = threading.Thread(target=self._serve, name=name, daemon=True)
        self._threads.append(thread)
        # It counts as idle from now on, so that not two are started for one attempt.
        self._idle += 1
        thread.start()

    def _serve(self) -> None:
        while True:
            text = self.native.fetch(AGES)
            if text is not None:
                self._take(text)
            elif self.native.is_ended():
                break
        with self._changed:
            first, self._finishing = not self._finishing, True
        if first:
            self._finish()

    def _take(self, text: str) -> None:
        attempt = Attempt(self, json.loads(text))
        with self._changed:
            self._out[attempt._ticket] = attempt
            interrupted = self._interrupted
            # While this thread is at work another one waits, for the next attempt and for the end.
            self._idle -= 1
            if self._idle == 0:
                self._spawn()
        try:
            if interrupted is not None:
                self._settle(attempt, {"cancelled": True})
            else:
                copy_context().run(self._run, attempt)
        finally:
            with self._changed:
                self._idle += 1

    def _run(self, attempt: Attempt) -> None:
        _current.set(attempt)
        try:
            result = self.handlers[attempt.kind](attempt.arguments)
        except BaseException as error:  # whatever it raises ends the attempt, and never the worker
            self._fail(attempt, error)
            return
        if inspect.isawaitable(result):
            self._loop_of().begin(attempt, result)
        else:
            self._complete(attempt, result)

    def _complete(self, attempt: Attempt, result: Any) -> None:
        try:
            self._settled(attempt, lambda: self.native.complete(attempt._ticket, result))
        except (TypeError, SealbookError) as error:  # it has no JSON form
            self._settle(attempt, {"fail": _failure("ResultNotJson", str(error), None, "permanent")})

    def _fail(self, attempt: Attempt, error: BaseException) -> None:
        self._settle(attempt, _outcome(attempt, error))

    def _settle(self, attempt: Attempt, outcome: Mapping[str, Any]) -> None:
        self._settled(attempt, lambda: self.native.settle(attempt._ticket, json.dumps(outcome)))

    def _settled(self, attempt: Attempt, settle: Callable[[], None]) -> None:
        with contextlib.suppress(NotFoundError):  # it was given back meanwhile
            settle()
        with self._changed:
            self._out.pop(attempt._ticket, None)
            self._changed.notify_all()

    def _loop_of(self) -> _Loop:
        with self._changed:
            if self._loop is None:
                self._loop = _Loop(self)
            return self._loop

    def _finish(self) -> None:
        try:
            self.summary = make_summary(self.native.join())
        except BaseException as error:  # it is raised where somebody waits
            self.error = error
        with self._changed:
            loop = self._loop
        if loop is not None:
            loop.end()
        self.ended.set()
        with self._changed:
            self._changed.notify_all()

    @property
    def is_ours(self) -> bool:
        """Whether it is of this process: a forked child inherits none of its threads."""
        return self.process == os.getpid()

    def is_caller(self) -> bool:
        """Whether one of its handlers asks."""
        attempt = _current.get(None)
        return attempt is not None and attempt._worker is self

    def stop(self, reason: str, drain: float | None = None) -> None:
        """Begins nothing new and ends: what runs may go on for so long, then it is asked to stop, and then it is given back."""
        self.native.stop(reason)
        if self.is_caller():
            return
        self._quiet(self.drain if drain is None else drain)
        self._interrupt(reason)
        self._quiet(GRACE)
        self._give_back()

    def _quiet(self, seconds: float) -> None:
        """Waits until no attempt is out."""
        deadline = time.monotonic() + seconds
        with self._changed:
            # Between two looks an attempt may come in that nobody has fetched yet; the native worker knows when there is none.
            while not self.ended.is_set() and (left := deadline - time.monotonic()) > 0:
                self._changed.wait(min(left, 0.2))

    def _interrupt(self, reason: str) -> None:
        with self._changed:
            self._interrupted = reason
            attempts, loop = list(self._out.values()), self._loop
        for attempt in attempts:
            attempt._stop = attempt._stop or reason
        if loop is not None:
            loop.look()

    def _give_back(self) -> None:
        with self._changed:
            attempts = list(self._out.values())
        for attempt in attempts:
            self._settle(attempt, {"cancelled": True})

    def wait(self, timeout: float | None = None) -> bool:
        """Waits for the end."""
        return self.ended.wait(timeout)

    def join(self, timeout: float) -> None:
        deadline = time.monotonic() + timeout
        threads = [*self._threads, *([] if self._loop is None else [self._loop.thread])]
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))


class _Loop:
    """The event loop of a worker's coroutines, in a thread of its own."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._tasks: dict[int, tuple[Attempt, asyncio.Task[None]]] = {}
        self._asked: set[int] = set()
        self._loop = asyncio.new_event_loop()
        self._watcher: asyncio.TimerHandle | None = None
        self.thread = threading.Thread(target=self._main, name="sealbook-loop", daemon=True)
        self.thread.start()

    def _main(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
            left = [task for _, task in self._tasks.values()]
            for task in left:
                task.cancel()
            if left:
                self._loop.run_until_complete(asyncio.wait(left, timeout=GRACE))
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        finally:
            asyncio.set_event_loop(None)
            self._loop.close()

    def begin(self, attempt: Attempt, awaitable: Awaitable[Any]) -> None:
        try:
            self._loop.call_soon_threadsafe(self._start, attempt, awaitable)
        except RuntimeError:  # the loop is closed, because the worker has ended
            if inspect.iscoroutine(awaitable):
                awaitable.close()

    def end(self) -> None:
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._loop.stop)

    def look(self) -> None:
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._look)

    def _start(self, attempt: Attempt, awaitable: Awaitable[Any]) -> None:
        task = self._loop.create_task(self._run(attempt, awaitable), name=repr(attempt))
        self._tasks[attempt._ticket] = attempt, task
        if self._watcher is None:
            self._watcher = self._loop.call_later(WATCH, self._watch)

    async def _run(self, attempt: Attempt, awaitable: Awaitable[Any]) -> None:
        _current.set(attempt)
        try:
            result = await awaitable
        except BaseException as error:  # whatever it raises ends the attempt, and never the loop
            self._worker._fail(attempt, error)
        else:
            self._worker._complete(attempt, result)
        finally:
            self._tasks.pop(attempt._ticket, None)
            self._asked.discard(attempt._ticket)

    def _watch(self) -> None:
        self._look()
        self._watcher = self._loop.call_later(WATCH, self._watch) if self._tasks else None

    def _look(self) -> None:
        """Cancels, once, what is to stop."""
        for ticket, (attempt, task) in list(self._tasks.items()):
            if ticket not in self._asked and attempt.cancelled:
                self._asked.add(ticket)
                task.cancel(attempt.stop_reason)


def _outcome(attempt: Attempt, error: BaseException) -> dict[str, Any]:
    if isinstance(error, Snooze):
        return {"snooze_ms": error.delay_ms}
    if isinstance(error, _CANCELLED) and attempt.cancelled:
        return {"cancelled": True}
    cause = error.__cause__ if isinstance(error, (Permanent, RetryAfter)) and error.__cause__ else error
    fault = "permanent" if isinstance(error, Permanent) else "transient"
    failure = _failure(type(cause).__name__, _text(error) or _text(cause), _traceback(error), fault)
    if isinstance(error, RetryAfter):
        failure |= {"fault": "throttled", "retry_after_ms": error.delay_ms}
    return {"fail": failure}


def _failure(cls: str, message: str, detail: str | None, fault: str) -> dict[str, Any]:
    return {"class": _plain(cls), "message": _plain(message), "detail": detail, "fault": fault}


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return f"a {type(error).__name__} whose message cannot be read"


def _traceback(error: BaseException) -> str:
    """The traceback without the frames of this module, from its end if it is long."""
    frames: TracebackType | None = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename == __file__:
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


_WORKERS: weakref.WeakSet[Worker] = weakref.WeakSet()
_exiting = threading.Event()


def is_exiting() -> bool:
    """Whether the interpreter is about to end."""
    return _exiting.is_set()


def _exit() -> None:
    """Ends all workers before the interpreter does, so that none of their threads is in native code by then."""
    _exiting.set()
    ours = [worker for worker in _WORKERS if worker.is_ours and not worker.ended.is_set()]
    for worker in ours:
        worker.native.stop("the interpreter exits")
        worker._interrupt("the interpreter exits")
    deadline = time.monotonic() + GRACE
    for worker in ours:
        worker._quiet(max(0.0, deadline - time.monotonic()))
        worker._give_back()
    for worker in ours:
        worker.wait(GRACE)
        worker.join(0.5)


atexit.register(_exit)
