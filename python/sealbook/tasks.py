"""Tasks: work that is durable, tried again when it fails, approved by people where it must be, and recorded in the ledger.

>>> from sealbook import Orchestrator
>>> with Orchestrator.in_memory() as o:
...     @o.task("add", max_attempts=5)
...     def add(a, b):
...         return a + b
...     o.start()
...     add.submit(1, 2).result(timeout=60)
3

A handler is a function or a coroutine function. Its arguments and its result are JSON values. An exception is a failed attempt; the
task's policy decides whether there is another.
"""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable, Coroutine, Generator, Mapping
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar, cast, overload

from sealbook.attempt import Handler
from sealbook.errors import make
from sealbook.task_options import Options
from sealbook.task_results import State, TaskView, failed_of

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from sealbook.orchestrator import Orchestrator

__all__ = ["Handle", "TaskDecorator", "TaskFunction", "task"]

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")


class TaskFunction(Generic[P, R, T]):
    """A handler with the kind and the options of its tasks, made by :func:`task` or :meth:`Orchestrator.task`.

    Called, it is the function itself. :meth:`submit` makes a task of the call.
    """

    def __init__(self, function: Callable[P, R], kind: str, options: Options) -> None:
        functools.update_wrapper(self, function)
        self._function = function
        self._kind = kind
        self._options = options
        self._handler = Handler(function)
        self._homes: weakref.WeakSet[Orchestrator] = weakref.WeakSet()

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self._function(*args, **kwargs)

    @property
    def kind(self) -> str:
        """The kind of its tasks."""
        return self._kind

    @property
    def options(self) -> Options:
        """What is said about its tasks."""
        return self._options

    def with_options(self, **options: Unpack[Options]) -> TaskFunction[P, R, T]:
        """The same with other options, for the tasks that are submitted through it.

        >>> from sealbook import Orchestrator
        >>> with Orchestrator.in_memory() as o:
        ...     @o.task("greet")
        ...     def greet(name):
        ...         return f"hello {name}"
        ...     handle = greet.with_options(priority="high", idempotency_key="once").submit("ann")
        ...     o.show(handle).priority
        160
        """
        other = TaskFunction[P, R, T](self._function, self._kind, cast(Options, {**self._options, **options}))
        other._homes = self._homes
        return other

    def submit(self, *args: P.args, **kwargs: P.kwargs) -> Handle[T]:
        """Submits a task that calls the function with these arguments, and returns when it is durable.

        Raises:
            TypeError: The arguments do not fit the function, or have no form in JSON.
            InvalidArgumentError: The function is registered with no orchestrator that is open, or with several.
            SealbookError: As :meth:`Orchestrator.submit`.
        """
        homes = [home for home in self._homes if not home.closed]
        if len(homes) != 1:
            what = "no open orchestrator" if not homes else f"{len(homes)} orchestrators"
            message = f"{self._kind} is registered with {what}; call Orchestrator.submit with the function"
            raise make("INVALID_ARGUMENT", message)
        return homes[0].submit(self, self.arguments(*args, **kwargs))

    def arguments(self, *args: P.args, **kwargs: P.kwargs) -> Any:
        """The arguments of a task that makes this call: an object with all of them by name, or else an array.

        Raises:
            TypeError: They do not fit the function, or can be passed neither all by name nor all by position.

        >>> @task("greet")
        ... def greet(name, punctuation="!"):
        ...     return f"hello {name}{punctuation}"
        >>> greet.arguments("ann")
        {'name': 'ann'}
        """
        signature = self._handler.signature
        if signature is None:
            return _one_way(self._kind, args, kwargs)
        bound = signature.bind(*args, **kwargs)
        if bound.args and any(
            name in bound.arguments
            for name, parameter in signature.parameters.items()
            if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.VAR_POSITIONAL)
        ):
            return _one_way(self._kind, bound.args, bound.kwargs)
        named: dict[str, Any] = {}
        for name, value in bound.arguments.items():
            if signature.parameters[name].kind == signature.parameters[name].VAR_KEYWORD:
                named.update(value)
            else:
                named[name] = value
        return named


def _one_way(kind: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    if args and kwargs:
        raise TypeError(
            f"{kind} takes some arguments by position and some by name; JSON has one or the other"
        )
    return list(args) or dict(kwargs)


class TaskDecorator:
    """What :func:`task` and :meth:`Orchestrator.task` return: it makes a :class:`TaskFunction` of a handler."""

    def __init__(self, kind: str, options: Options, home: Orchestrator | None) -> None:
        self._kind, self._options, self._home = kind, options, home

    @overload
    def __call__(
        self, function: Callable[P, Coroutine[Any, Any, T]]
    ) -> TaskFunction[P, Coroutine[Any, Any, T], T]: ...
    @overload
    def __call__(self, function: Callable[P, T]) -> TaskFunction[P, T, T]: ...
    def __call__(self, function: Callable[..., Any]) -> TaskFunction[..., Any, Any]:
        made: TaskFunction[..., Any, Any] = TaskFunction(function, self._kind, self._options)
        return made if self._home is None else self._home.register(made)


def task(kind: str, **options: Unpack[Options]) -> TaskDecorator:
    """Makes a handler of a function, to be registered with an orchestrator.

    Args:
        kind: The kind of its tasks, such as ``research.summarise``.
        options: What is said about each of them: :class:`sealbook.task_options.Options`.

    >>> import sealbook
    >>> @sealbook.task("double", timeout=30)
    ... def double(n):
    ...     return 2 * n
    >>> double(4)
    8
    >>> with sealbook.Orchestrator.in_memory(tasks=[double]) as o:
    ...     handle = double.submit(21)
    ...     summary = o.run_until_idle()
    ...     handle.result()
    42
    """
    return TaskDecorator(kind, options, None)


class Handle(Generic[T]):
    """A task that was submitted. ``await`` it for its result."""

    def __init__(self, orchestrator: Orchestrator, id: str, repeated: bool = False) -> None:
        self._orchestrator = orchestrator
        self._id = id
        self._repeated = repeated

    @property
    def id(self) -> str:
        """The task's id."""
        return self._id

    @property
    def repeated(self) -> bool:
        """Whether the task was there already, under the same idempotency key."""
        return self._repeated

    def result(self, timeout: float | None = None) -> T:
        """Waits for the task's result. Ctrl-C is heard.

        Args:
            timeout: The most seconds to wait.

        Raises:
            TaskFailedError: It ended without one.
            TimeoutError: It has not ended in time.

        >>> from sealbook import Orchestrator, TaskFailedError
        >>> with Orchestrator.in_memory() as o:
        ...     @o.task("fail", max_attempts=1)
        ...     def fail():
        ...         raise ValueError("on purpose")
        ...     o.start()
        ...     try:
        ...         fail.submit().result(timeout=60)
        ...     except TaskFailedError as error:
        ...         print(error.state, error.failure_class, error.failure.message)
        ...         print(error.traceback.splitlines()[-1])
        dead ValueError on purpose
        ValueError: on purpose
        """
        return cast(T, _result(self._orchestrator.wait(self, timeout)))

    async def _awaited(self) -> T:
        return cast(T, _result(await self._orchestrator._ended(self._id)))

    def __await__(self) -> Generator[Any, None, T]:
        return self._awaited().__await__()

    def status(self) -> State:
        """Where the task stands."""
        return self.show().state

    def show(self) -> TaskView:
        """The task with its history and its pleas."""
        return self._orchestrator.show(self)

    def cancel(self, reason: str = "") -> State:
        """Cancels the task: at once if it does not run, else by asking its handler to stop. See :meth:`Orchestrator.cancel`."""
        return self._orchestrator.cancel(self, reason=reason)

    def __repr__(self) -> str:
        return f"<Handle {self._id}>"


def _result(view: TaskView) -> Any:
    if view.state != "completed":
        raise failed_of(view)
    return view.result
