"""The orchestrator: the tasks of a ledger."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
from collections.abc import Iterable, Mapping
from contextvars import Context
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar, cast

from sealbook import _native
from sealbook.arguments import PathLike, options_of
from sealbook.attempt import millis_of
from sealbook.errors import make
from sealbook.feed import Feed, ticks
from sealbook.ledger import Ledger
from sealbook.submission import Submitter
from sealbook.task_options import Delay, Options, Task, id_of
from sealbook.task_results import Summary, TaskView, make_view
from sealbook.tasks import TaskDecorator, TaskFunction
from sealbook.worker import Worker

if TYPE_CHECKING:
    from typing_extensions import Unpack

__all__ = ["Orchestrator"]

F = TypeVar("F", bound="TaskFunction[..., Any, Any]")


class Orchestrator(Submitter):
    """Submits tasks, runs them, and asks people to approve them.

    It can be shared between threads. As a context manager it stops its worker and closes itself. A child made by ``os.fork`` can go on
    using it for a ledger in a file; workers stay in the process that started them.

    Args:
        ledger: The project folder or one below it, a ledger file, or a :class:`sealbook.Ledger` that is open.
        requester: For whom tasks are submitted, and who acts on them; if not given, ``SEALBOOK_PRINCIPAL`` or the user's name.
        viewer: Who looks: tasks, pleas and events are those that this principal may see, which are its own and those of kinds that it may see, approve or
            manage. If not given, all: the program itself is trusted.
        tasks: Functions to register.
        create: Make the ledger if there is none.

    Raises:
        SealbookError: As :meth:`sealbook.Ledger.open`.
        InvalidArgumentError: The project's ``sealbook.toml`` is not understood.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with Orchestrator(folder, requester="ann", create=True) as o:
    ...         @o.task("research.summarise")
    ...         async def summarise(url):
    ...             return f"all about {url}"
    ...         handle = summarise.submit("https://example.com")
    ...         o.run_until_idle().completed, handle.result()
    (1, 'all about https://example.com')
    """

    def __init__(
        self,
        ledger: PathLike | Ledger = ".",
        *,
        requester: str | None = None,
        viewer: str | None = None,
        tasks: Iterable[TaskFunction[..., Any, Any]] = (),
        create: bool = False,
    ) -> None:
        self._owns = not isinstance(ledger, Ledger)
        self._ledger = ledger if isinstance(ledger, Ledger) else Ledger.open(ledger, create=create)
        self._requester = _principal() if requester is None else requester
        self._functions: dict[str, TaskFunction[..., Any, Any]] = {}
        self._closed = False
        self._worker: Worker | None = None
        self._feed_of_process: Feed | None = None
        self._own_process()
        try:
            self._native = _native.Orchestrator(self._ledger._native, viewer)
        except BaseException:
            if self._owns:
                self._ledger.close()
            raise
        self._ledger._users.add(self)
        for function in tasks:
            self.register(function)

    @classmethod
    def in_memory(
        cls, *, requester: str | None = None, tasks: Iterable[TaskFunction[..., Any, Any]] = ()
    ) -> Orchestrator:
        """One over a ledger that lasts as long as the process."""
        made = cls(Ledger.in_memory(), requester=requester, tasks=tasks)
        made._owns = True
        return made

    @property
    def ledger(self) -> Ledger:
        """The ledger that its tasks are recorded in."""
        return self._ledger

    @property
    def requester(self) -> str:
        """For whom tasks are submitted, if nothing else is said."""
        return self._requester

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._closed

    def task(self, kind: str, **options: Unpack[Options]) -> TaskDecorator:
        """Makes a function the handler of a kind. See :func:`sealbook.task`.

        >>> with Orchestrator.in_memory() as o:
        ...     @o.task("deploy", require_approvals=1)
        ...     def deploy(target):
        ...         return f"deployed to {target}"
        ...     handle = deploy.submit("production")
        ...     handle.status()
        'awaiting_approval'
        """
        return TaskDecorator(kind, options, self)

    def register(self, function: F) -> F:
        """Makes a function that :func:`sealbook.task` has decorated the handler of its kind, and returns it.

        Raises:
            InvalidArgumentError: The kind has a handler already, or the worker runs already.
        """
        if not isinstance(function, TaskFunction):
            raise TypeError(f"a {type(function).__name__} has no kind; decorate it with sealbook.task")
        if self.running:
            raise make(
                "INVALID_ARGUMENT", f"the worker runs already; register {function.kind} before it starts"
            )
        if self._functions.get(function.kind, function) is not function:
            raise make(
                "INVALID_ARGUMENT", f"{function.kind} has a handler already; give one of them another kind"
            )
        self._functions[function.kind] = function
        function._homes.add(self)
        return function

    def wait(self, task: Task, timeout: float | None = None) -> TaskView:
        """Waits until a task has ended, in whatever way. Ctrl-C is heard.

        Args:
            task: The task, run by this process or by another.
            timeout: The most seconds to wait.

        Raises:
            TimeoutError: It has not ended in time.
            NotFoundError: There is none.
            SealbookError: The worker of this orchestrator has ended with this error.
        """
        id = id_of(task)
        for tick in ticks(timeout):
            text = self._native.wait(id, tick)
            if text is not None:
                return make_view(text)
            worker = self._running_worker()
            if worker is not None and worker.error is not None:
                raise worker.error
        raise TimeoutError(f"task {id} has not ended within {timeout} s")

    async def _ended(self, id: str) -> TaskView:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[TaskView] = loop.create_future()

        def set_outcome(view: TaskView | None, error: BaseException | None) -> None:
            if future.done():
                return
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(cast(TaskView, view))

        def settle(view: TaskView | None, error: BaseException | None) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed, and nobody waits any more
                loop.call_soon_threadsafe(set_outcome, view, error)

        feed = self._feed()
        feed.wait(id, settle)
        try:
            return await future
        finally:
            feed.forget(id, settle)

    @property
    def running(self) -> bool:
        """Whether its worker runs."""
        worker = self._running_worker()
        return worker is not None and not worker.ended.is_set()

    def start(
        self,
        *,
        concurrency: int | None = None,
        least: int | None = None,
        spare: int | None = None,
        grace: Delay = 5.0,
        lease: Delay | None = None,
        until_idle: bool = False,
        drain: Delay = 10.0,
        name: str | None = None,
        principal: str | None = None,
        agent: Mapping[str, Any] | None = None,
    ) -> None:
        """Starts a worker for the registered kinds, on threads beside the caller's.

        Functions run on threads, coroutine functions on one event loop in a thread of its own. A handler that waits for another task
        keeps its place meanwhile: submit that task with ``after``, or raise :class:`sealbook.Snooze`, where places are few.

        Args:
            concurrency: How many attempts it runs at once; as many as there are processors if not given, 10,000 at most.
            least: How many at least: it begins with these, and follows the load up to ``concurrency`` and down again; always ``concurrency``
                if not given.
            spare: How many handlers that do not stop are replaced at once, each by an attempt on another thread; as many as
                ``concurrency`` if not given.
            grace: How long a handler has to return once it was asked to stop; then it is stuck, and replaced.
            lease: How long tasks of a worker that died wait for another; 30 s if not given, a day at most.
            until_idle: End when there is nothing left that could run without anybody acting.
            drain: How long running attempts have after a stop, until they are asked to stop as well.
            name: Its id among workers.
            principal: For whom it works, the requester if not given: it takes only kinds that this principal may run.
            agent: The agent that it is: ``id`` and, if wanted, ``kinds``, ``capabilities`` (each ``{"name", "version": [major, minor]}``),
                ``models``, ``cost``, ``limit`` (how many tasks at a time) and ``priority``. It gets tasks whose ``needs`` it meets; a worker
                that is no agent gets only tasks that need nothing.

        Raises:
            InvalidArgumentError: It runs already, there is no handler, or an option makes no sense.
        """
        if not self._functions:
            raise make("INVALID_ARGUMENT", "the worker has no handlers; register at least one function")
        if concurrency is not None and concurrency < 1:
            raise make("INVALID_ARGUMENT", f"a concurrency of {concurrency} runs nothing; give it at least 1")
        lease_ms = None if lease is None else millis_of(lease)
        if lease_ms is not None and lease_ms < 100:
            raise make("INVALID_ARGUMENT", f"a lease of {lease_ms} ms is shorter than 100 ms; give it more")
        drain_ms, grace_ms = millis_of(drain), millis_of(grace)
        options = options_of(
            concurrency=concurrency,
            least=least,
            spare=spare,
            grace_ms=grace_ms,
            lease_ms=lease_ms,
            until_idle=until_idle,
            drain_ms=drain_ms,
            id=name,
            principal=self._requester if principal is None else principal,
            agent=None if agent is None else dict(agent),
        )
        # Before the lock is taken: that of a parent process may be held for ever.
        self._running_worker()
        with self._starting:
            if self.running:
                raise make("INVALID_ARGUMENT", "the worker runs already; stop it first")
            native = self._native.work([*self._functions], options)
            handlers = {kind: function._handler for kind, function in self._functions.items()}
            self._worker = Worker(native, handlers, drain_ms / 1000, grace_ms / 1000)

    def stop(self, drain: Delay | None = None, *, reason: str = "the worker was stopped") -> Summary | None:
        """Stops the worker: nothing new begins, what runs has time to end, then is asked to stop, and then is given back to the queue.

        From within a handler it returns at once.

        Args:
            drain: How long what runs may go on; as :meth:`start` said if not given.
            reason: What handlers read that are asked to stop.

        Returns:
            What the worker has done; ``None`` if there was none, or from within a handler.

        Raises:
            SealbookError: The worker has ended with this error.
        """
        worker = self._running_worker()
        if worker is None:
            return None
        worker.stop(reason, None if drain is None else millis_of(drain) / 1000)
        if worker.is_caller():
            return None
        return self._finished(worker)

    def run_until_idle(
        self,
        *,
        concurrency: int | None = None,
        least: int | None = None,
        spare: int | None = None,
        grace: Delay = 5.0,
        lease: Delay | None = None,
        drain: Delay = 10.0,
        name: str | None = None,
        principal: str | None = None,
        agent: Mapping[str, Any] | None = None,
        timeout: float | None = None,
    ) -> Summary:
        """Runs tasks until there is nothing left that could run without anybody acting. Ctrl-C stops it.

        Args:
            timeout: The most seconds to run.

        The other arguments and the exceptions are those of :meth:`start`.

        Raises:
            TimeoutError: It is not idle in time. The worker is stopped.
            SealbookError: The worker has ended with this error.

        >>> with Orchestrator.in_memory() as o:
        ...     @o.task("square")
        ...     def square(n):
        ...         return n * n
        ...     handles = [square.submit(n) for n in range(5)]
        ...     o.run_until_idle(concurrency=4).completed
        ...     [handle.result() for handle in handles]
        5
        [0, 1, 4, 9, 16]
        """
        self.start(
            concurrency=concurrency,
            least=least,
            spare=spare,
            grace=grace,
            lease=lease,
            until_idle=True,
            drain=drain,
            name=name,
            principal=self._requester if principal is None else principal,
            agent=agent,
        )
        worker = cast(Worker, self._running_worker())
        try:
            for tick in ticks(timeout):
                if worker.wait(tick):
                    return self._finished(worker)
            raise TimeoutError(f"the worker is not idle within {timeout} s")
        except BaseException:
            if not worker.ended.is_set():
                worker.stop("its caller has given up", 0.0)
            raise

    def _finished(self, worker: Worker) -> Summary:
        for tick in ticks(None):
            if worker.wait(tick):
                break
        # Its error is raised once.
        if self._worker is worker:
            self._worker = None
        if worker.error is not None:
            raise worker.error
        return cast(Summary, worker.summary)

    def close(self) -> None:
        """Stops the worker, as :meth:`stop`, and closes the ledger unless that was given as one. Calling it again does nothing."""
        self._close(None)

    def _close(self, drain: float | None) -> None:
        if self._closed:
            return
        worker = self._running_worker()
        if worker is not None and worker.is_caller():
            # The handler that closes it is one of those that would have to be waited for.
            worker.stop("the orchestrator was closed")
            # In a context of its own: one that it inherits, as from Python 3.14 on it may, says that it is the handler.
            threading.Thread(target=Context().run, args=(self._close, drain), daemon=True).start()
            return
        self._closed = True
        try:
            self.stop(drain, reason="the orchestrator was closed")
        finally:
            feed = self._feed_of_process
            self._native.close()
            if feed is not None and feed.is_ours:
                feed.close()
            if self._owns:
                self._ledger.close()

    def __enter__(self) -> Orchestrator:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._close(None if error is None else 0.0)

    def __repr__(self) -> str:
        return f"<Orchestrator of {self._ledger!r}>"

    def _own_process(self) -> None:
        self._process = os.getpid()
        self._starting = threading.Lock()
        self._worker = None
        self._feed_of_process = None

    def _running_worker(self) -> Worker | None:
        """The worker of this process: a forked child inherits its parent's, but none of its threads."""
        if self._process != os.getpid():
            self._own_process()
        return self._worker

    def _feed(self) -> Feed:
        self._running_worker()
        if self._feed_of_process is None:
            self._feed_of_process = Feed(self._native)
        return self._feed_of_process


def _principal() -> str:
    names = ("SEALBOOK_PRINCIPAL", "USER", "LOGNAME", "USERNAME")
    return next((value for name in names if (value := os.environ.get(name))), "local")
