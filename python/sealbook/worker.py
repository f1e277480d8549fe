"""The worker that runs attempts in this process.

Leases are renewed and outcomes written by native threads, which never wait for the interpreter's lock. Handlers run on threads of the
worker, coroutines on one event loop in a thread of its own.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import inspect
import json
import os
import threading
import time
import weakref
from collections.abc import Awaitable, Callable, Mapping
from contextvars import copy_context
from typing import Any

from sealbook import _native
from sealbook.attempt import Attempt, Handler, current, failure_of, outcome_of
from sealbook.errors import NotFoundError, SealbookError
from sealbook.task_results import Summary, make_summary

__all__ = ["Worker"]

AGES = 3600.0
"""How long a thread waits for an attempt; the worker's end wakes it."""
WATCH = 0.05
"""How often the event loop asks whether one of its attempts is to stop."""
GRACE = 2.0
"""How long handlers have to stop when the interpreter ends, and coroutines when their loop does."""


class Worker:
    """What fetches attempts and runs them, until the native worker has ended."""

    def __init__(
        self, native: _native.Worker, handlers: Mapping[str, Handler], drain: float, grace: float
    ) -> None:
        self.native = native
        self.handlers = dict(handlers)
        self.drain = drain
        self.grace = grace
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
        attempt = Attempt(self.native, json.loads(text))
        with self._changed:
            self._out[attempt._ticket] = attempt
            interrupted = self._interrupted
            # While this thread is at work another one waits, for the next attempt and for the end: a handler that never returns keeps only
            # its own thread, and the native worker lets in as many as may run besides.
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
        current.set(attempt)
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
            self._settle(attempt, {"fail": failure_of("ResultNotJson", str(error), None, "permanent")})

    def _fail(self, attempt: Attempt, error: BaseException) -> None:
        self._settle(attempt, outcome_of(attempt, error))

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
        attempt = current.get(None)
        return attempt is not None and attempt._native is self.native

    def stop(self, reason: str, drain: float | None = None) -> None:
        """Begins nothing new and ends: what runs may go on for so long, then it is asked to stop, and then it is given back."""
        self.native.stop(reason)
        if self.is_caller():
            return
        self._quiet(self.drain if drain is None else drain)
        self._interrupt(reason)
        self._quiet(self.grace)
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
        # What has not been awaited yet. Only what is awaited or closed goes away without a warning.
        self._fresh: dict[int, tuple[Attempt, Awaitable[Any]]] = {}
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
            for ticket in list(self._fresh):
                self._drop(ticket)

    def begin(self, attempt: Attempt, awaitable: Awaitable[Any]) -> None:
        self._fresh[attempt._ticket] = attempt, awaitable
        try:
            self._loop.call_soon_threadsafe(self._start, attempt, awaitable)
        except RuntimeError:  # the loop is closed, because the worker has ended
            self._drop(attempt._ticket)

    def _drop(self, ticket: int) -> None:
        """Gives back what was cancelled before anything of it ran."""
        attempt, awaitable = self._fresh.pop(ticket, (None, None))
        if inspect.iscoroutine(awaitable):
            awaitable.close()
        if attempt is not None:
            self._tasks.pop(ticket, None)
            self._asked.discard(ticket)
            self._worker._settle(attempt, {"cancelled": True})

    def end(self) -> None:
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._loop.stop)

    def look(self) -> None:
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._look)

    def _start(self, attempt: Attempt, awaitable: Awaitable[Any]) -> None:
        task = self._loop.create_task(self._run(attempt, awaitable), name=repr(attempt))
        task.add_done_callback(lambda _: self._drop(attempt._ticket))
        self._tasks[attempt._ticket] = attempt, task
        if self._watcher is None:
            self._watcher = self._loop.call_later(WATCH, self._watch)

    async def _run(self, attempt: Attempt, awaitable: Awaitable[Any]) -> None:
        self._fresh.pop(attempt._ticket, None)
        current.set(attempt)
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
