"""What happens to tasks, as it happens."""

from __future__ import annotations

import atexit
import json
import os
import threading
import time
import weakref
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from typing import TYPE_CHECKING, Any

from sealbook.aio import _later
from sealbook.errors import ClosedError, make
from sealbook.task_results import Event, TaskView, make_events, make_view
from sealbook.worker import is_exiting

if TYPE_CHECKING:
    from sealbook import _native

__all__ = ["Events", "Feed"]

PAGE = 256
SLICE = 0.2
"""The longest wait without looking for signals and for an end."""

Settle = Callable[[TaskView | None, BaseException | None], object]


def ticks(timeout: float | None) -> Iterator[float]:
    """Short waits that together are as long as the timeout; at least one.

    Raises:
        ClosedError: The interpreter exits.
    """
    deadline = None if timeout is None else time.monotonic() + timeout
    while True:
        if is_exiting():
            raise make("CLOSED", "the interpreter exits, and nobody runs tasks any more")
        left = SLICE if deadline is None else deadline - time.monotonic()
        yield max(0.0, min(left, SLICE))
        if deadline is not None and time.monotonic() >= deadline:
            return


class Events(Iterator[Event], AsyncIterator[Event]):
    """What happens to tasks, in order: an iterator for ``for`` and for ``async for``. Made by :meth:`sealbook.Orchestrator.events`.

    It reads from the store at its own pace: a slow reader misses nothing, and slows nobody.
    """

    def __init__(self, native: _native.Orchestrator, behind: int, follow: bool) -> None:
        self._native = native
        self._page: deque[Event] = deque()
        self._read = self._cursor = behind
        self._follow = follow

    @property
    def cursor(self) -> int:
        """The number of the last event that it gave, to go on behind it another time."""
        return self._cursor

    def __iter__(self) -> Events:
        return self

    def __next__(self) -> Event:
        while not self._page:
            try:
                if is_exiting() and self._follow:
                    raise StopIteration
                text = self._native.events(self._read, PAGE, SLICE if self._follow else 0.0)
            except ClosedError:
                raise StopIteration from None
            self._fill(text)
            if not self._page and not self._follow:
                raise StopIteration
        return self._next()

    def __aiter__(self) -> Events:
        return self

    async def __anext__(self) -> Event:
        wait = SLICE if self._follow else 0.0
        while not self._page:
            try:
                text = await _later(lambda done: self._native.events(self._read, PAGE, wait, done))
            except ClosedError:
                raise StopAsyncIteration from None
            self._fill(text)
            if not self._page and not self._follow:
                raise StopAsyncIteration
        return self._next()

    def _fill(self, text: Any) -> None:
        self._page.extend(make_events(text))
        if self._page:
            self._read = self._page[-1].number

    def _next(self) -> Event:
        event = self._page.popleft()
        self._cursor = event.number
        return event


class Feed:
    """One thread that follows the events for all who wait for the end of a task without a thread of their own."""

    def __init__(self, native: _native.Orchestrator) -> None:
        self._native = native
        self._lock = threading.Lock()
        self._waiting: dict[str, list[Settle]] = {}
        self._thread: threading.Thread | None = None
        self._closed = False
        self._process = os.getpid()

    @property
    def is_ours(self) -> bool:
        """Whether it is of this process: a forked child inherits no thread, and perhaps a lock that nobody gives back."""
        return self._process == os.getpid()

    def wait(self, id: str, settle: Settle) -> None:
        """Calls ``settle(view, error)`` once the task has ended, perhaps from another thread."""
        with self._lock:
            self._waiting.setdefault(id, []).append(settle)
            if self._thread is None:
                # From before it is looked whether the task has ended already, so that its end is not missed in between.
                cursor = self._native.last_event()
                self._thread = threading.Thread(
                    target=self._follow, args=(cursor,), name="sealbook-feed", daemon=True
                )
                _FEEDS.add(self)
                self._thread.start()
        try:
            text = self._native.wait(id, 0.0)
        except BaseException:
            self.forget(id, settle)
            raise
        if text is not None:
            self._settle(id, make_view(text), None)

    def forget(self, id: str, settle: Settle) -> None:
        """For who does not wait any more."""
        with self._lock:
            waiting = self._waiting.get(id, [])
            if settle in waiting:
                waiting.remove(settle)
            if not waiting:
                self._waiting.pop(id, None)

    def close(self) -> None:
        """Ends the thread; who still waits gets an error."""
        with self._lock:
            self._closed, thread = True, self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _settle(self, id: str, view: TaskView | None, error: BaseException | None) -> None:
        with self._lock:
            settles = self._waiting.pop(id, [])
        for settle in settles:
            settle(view, error)

    def _follow(self, cursor: int) -> None:
        error: BaseException = make("CLOSED", "the orchestrator was closed while the task was waited for")
        rest = 0
        try:
            while not self._closed and not is_exiting():
                events = json.loads(self._native.events(cursor, PAGE, SLICE))
                for event in events:
                    cursor = event["number"]
                    id = event["transition"]["task"]
                    if (
                        event["transition"]["to"] in ("completed", "failed", "cancelled", "dead")
                        and id in self._waiting
                    ):
                        text = self._native.wait(id, 0.0)
                        if text is not None:
                            self._settle(id, make_view(text), None)
                with self._lock:
                    rest = 0 if self._waiting or events else rest + 1
                    if rest > 10:
                        self._thread = None
                        return
        except BaseException as failure:  # it is raised where somebody waits
            error = failure
        with self._lock:
            self._thread, waiting = None, list(self._waiting)
        for id in waiting:
            self._settle(id, None, error)


_FEEDS: weakref.WeakSet[Feed] = weakref.WeakSet()


@atexit.register
def _exit() -> None:
    """Ends the threads before the interpreter does."""
    for feed in list(_FEEDS):
        if feed.is_ours:
            feed.close()
