"""Looking at tasks, schedules and agents, and acting on them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, Literal, TypeAlias, cast

from sealbook import _native
from sealbook.arguments import options_of
from sealbook.attempt import millis_of
from sealbook.breakers import Breaker, BreakerAct, breaker_of, make_breaker
from sealbook.errors import SealbookError, make
from sealbook.feed import Events
from sealbook.limits import Adaptive, Limit, Rate, make_limits
from sealbook.pleading import Pleading
from sealbook.schedules import Schedule, make_schedule, schedule_of
from sealbook.task_options import Task, id_of
from sealbook.task_results import (
    Agent,
    State,
    TaskView,
    agent_of,
    make_view,
    view_of,
)

__all__ = ["Desk"]

# Within the class below, `list` is one of its methods.
Views: TypeAlias = list[TaskView]
Schedules: TypeAlias = list[Schedule]
Agents: TypeAlias = list[Agent]
Limits: TypeAlias = list[Limit]
Breakers: TypeAlias = list[Breaker]
States: TypeAlias = list[State | SealbookError]

Act: TypeAlias = Literal["cancel"] | Literal["suspend"] | Literal["resume"] | Literal["retry"]
"""What is done to a task."""

AgentHealth: TypeAlias = Literal["down"] | Literal["healthy"]
"""How an agent can be said to be by hand."""


class Desk(Pleading):
    """What an orchestrator can do without handlers."""

    _native: _native.Orchestrator
    _requester: str

    def show(self, task: Task) -> TaskView:
        """A task with its history and its pleas.

        Raises:
            NotFoundError: There is none.
            InvalidIdError: The id is none.
        """
        return make_view(self._native.show(id_of(task)))

    def list(
        self,
        *,
        states: Iterable[State] = (),
        kind: str | None = None,
        after: Task | None = None,
        limit: int | None = None,
    ) -> Views:
        """Tasks in the order of their submission, without their history.

        Args:
            states: In one of these states.
            kind: Of this kind.
            after: Submitted after this one; for paging.
            limit: At most so many.

        Raises:
            InvalidArgumentError: The filter is not understood.
        """
        after_id = None if after is None else id_of(after)
        words = [*states] if not isinstance(states, str) else [states]
        found = self._native.list(options_of(states=words, kind=kind, after=after_id, limit=limit))
        return [view_of(value) for value in json.loads(found)]

    def counts(self) -> dict[str, int]:
        """How many tasks stand in each state.

        >>> from sealbook import Orchestrator
        >>> with Orchestrator.in_memory() as o:
        ...     handles = o.submit_many([("a", []), ("a", [])])
        ...     o.counts()
        {'queued': 2}
        """
        return cast("dict[str, int]", json.loads(self._native.counts()))

    def agents(self) -> Agents:
        """The agents that there are and those that were: workers that were started with ``agent``.

        >>> from sealbook import Orchestrator
        >>> with Orchestrator.in_memory() as o:
        ...     @o.task("read", needs={"capabilities": [{"name": "pdf", "version": [1, 0]}]})
        ...     def read(page):
        ...         return f"page {page}"
        ...     handle = read.submit(1)
        ...     print(handle.show().waiting)
        ...     summary = o.run_until_idle(agent={"id": "reader", "capabilities": [{"name": "pdf", "version": [1, 2]}]})
        ...     agent, = o.agents()
        ...     agent.id, agent.given, agent.success, handle.result()
        no agent can do a task of kind read: none is registered
        ('reader', 1, 1.0, 'page 1')
        """
        return [agent_of(value) for value in json.loads(self._native.agents())]

    def set_health(
        self, agent: str, health: AgentHealth, *, reason: str = "", as_: str | None = None
    ) -> Agent:
        """Takes an agent out, so that it is given no task at all, or back in. What it has at the moment it keeps.

        Args:
            agent: Its id.
            health: ``down``, which stays so over restarts of its worker, or ``healthy``.
            reason: Why.
            as_: Who acts; the orchestrator's requester if not given.

        Returns:
            The agent as it is then.

        Raises:
            NotFoundError: There is none.
            AccessRefusedError: Whoever acts may not manage all kinds.

        >>> from sealbook import Orchestrator
        >>> with Orchestrator.in_memory() as o:
        ...     @o.task("read", needs={})
        ...     def read(page):
        ...         return f"page {page}"
        ...     summary = o.run_until_idle(agent={"id": "reader"})
        ...     o.set_health("reader", "down", reason="it babbles").health, o.set_health("reader", "healthy").health
        ('down', 'healthy')
        """
        return agent_of(json.loads(self._native.set_health(agent, health, as_ or self._requester, reason)))

    def events(self, *, behind: int | None = None, follow: bool = True) -> Events:
        """What happens to tasks, in order and from all processes: for ``for`` and for ``async for``.

        Args:
            behind: The number of the event to go on behind: 0 for all that ever happened, if not given only what happens from now on.
            follow: Go on as it happens; else end with what has happened already.

        >>> from sealbook import Orchestrator
        >>> with Orchestrator.in_memory() as o:
        ...     handle = o.submit("a")
        ...     [(event.event, event.to) for event in o.events(behind=0, follow=False)]
        [('ready', 'queued')]
        """
        start = self._native.last_event() if behind is None else behind
        return Events(self._native, start, follow)

    def cancel(self, task: Task, *, reason: str = "", as_: str | None = None) -> State:
        """Cancels a task: at once if it does not run, else by asking its handler to stop.

        Args:
            task: The task.
            reason: Why.
            as_: Who acts; the orchestrator's requester if not given.

        Raises:
            NotFoundError: There is none.
            TaskStateError: It has ended.
            AccessRefusedError: Whoever acts neither asked for it nor may manage it.
        """
        return self._act("cancel", task, reason, as_)

    def suspend(self, task: Task, *, reason: str = "", as_: str | None = None) -> State:
        """Takes a waiting task out until it is resumed. Arguments and exceptions as in :meth:`cancel`."""
        return self._act("suspend", task, reason, as_)

    def resume(self, task: Task, *, reason: str = "", as_: str | None = None) -> State:
        """Lets a suspended task wait for its turn again. Arguments and exceptions as in :meth:`cancel`."""
        return self._act("resume", task, reason, as_)

    def retry(self, task: Task, *, reason: str = "", as_: str | None = None) -> State:
        """Tries an ended task anew, from the first attempt; approval has to be asked for anew, too. Arguments as in :meth:`cancel`."""
        return self._act("retry", task, reason, as_)

    def _act(self, act: str, task: Task, reason: str, as_: str | None) -> State:
        text = self._native.act(act, id_of(task), as_ or self._requester, reason)
        return cast(State, json.loads(text)["state"])

    def act_many(
        self, act: Act, tasks: Iterable[Task], *, reason: str = "", as_: str | None = None
    ) -> States:
        """Does the same to many tasks. One for which it cannot be done does not hold back the others.

        Args:
            act: ``cancel``, ``suspend``, ``resume`` or ``retry``.
            tasks: The tasks.
            reason: Why.
            as_: Who acts; the orchestrator's requester if not given.

        Returns:
            For each task the state that it is in then, or the exception that says why it was not done.

        >>> from sealbook import Orchestrator
        >>> with Orchestrator.in_memory() as o:
        ...     handles = o.submit_many([("a", 1), ("a", 2)])
        ...     first = o.act_many("cancel", handles[:1])
        ...     first, [getattr(each, "code", each) for each in o.act_many("cancel", handles)]
        (['cancelled'], ['TASK_ILLEGAL_TRANSITION', 'cancelled'])
        """
        ids = [id_of(task) for task in tasks]
        answers = json.loads(self._native.act_many(act, ids, as_ or self._requester, reason))
        return [_state_of(answer) for answer in answers]

    def limit(
        self,
        *,
        kind: str | None = None,
        key: str | None = None,
        dependency: str | None = None,
        concurrency: int | None = None,
        adaptive: Adaptive | None = None,
        rate: Rate | None = None,
        paused: bool = False,
        reason: str = "",
        as_: str | None = None,
    ) -> Limits:
        """Limits or pauses a kind, a key, a dependency or the whole queue, in all processes. What is given replaces what was set before; without any limit it is let go.

        Args:
            kind: The kind of the tasks.
            key: Their concurrency key.
            dependency: What they call. Without a kind, a key or a dependency all tasks are limited.
            concurrency: At most so many run at once.
            adaptive: At most as many as the dependency bears, found by trying; instead of ``concurrency``. Set again within the same bounds, it
                goes on from where it stands.
            rate: At most so fast they start.
            paused: Nothing starts.
            reason: Why.
            as_: Who acts; the orchestrator's requester if not given.

        Returns:
            All that is limited then.

        Raises:
            InvalidPolicyError: Figures make no sense, several of a kind, a key and a dependency are given, or what is no dependency is to be
                adaptive.
            AccessRefusedError: Whoever acts may not manage the kind, or not all kinds.

        >>> from sealbook import Orchestrator, Rate
        >>> with Orchestrator.in_memory() as o:
        ...     limit, = o.limit(kind="deploy", concurrency=1, rate=Rate(100, per=60))
        ...     limit.concurrency, limit.rate.per, o.limit(kind="deploy")
        (1, 60.0, [])
        >>> from sealbook import Adaptive
        >>> with Orchestrator.in_memory() as o:
        ...     limit, = o.limit(dependency="model", adaptive=Adaptive(50, least=2))
        ...     limit.adaptive
        Adaptive(most=50, least=2, first=10, now=10)
        """
        form: dict[str, Any] = {
            "kind": kind,
            "key": key,
            "dependency": dependency,
            "concurrency": concurrency,
        }
        form["adaptive"] = adaptive and asdict(adaptive)
        form["paused"] = paused
        form["rate"] = rate and {"starts": rate.starts, "per": millis_of(rate.per), "burst": rate.burst}
        return make_limits(self._native.limit(form, as_ or self._requester, reason))

    def limits(self) -> Limits:
        """All that is limited or paused: see :meth:`limit`."""
        return make_limits(self._native.limits())

    def breaker(
        self, dependency: str, act: BreakerAct, *, reason: str = "", as_: str | None = None
    ) -> Breaker:
        """Opens the breaker of a dependency by hand, closes it, or resets it.

        While it is open, tasks that call the dependency are parked and spend no attempt; no probe passes either until it is closed by hand. Tasks
        that were parked run when it is closed.

        Args:
            dependency: The dependency.
            act: ``open``, ``close``, or ``reset``, which closes it and forgets what was learned about the dependency: counts, delays, retry
                budget, adaptive limit.
            reason: Why.
            as_: Who acts; the orchestrator's requester if not given.

        Returns:
            The breaker as it stands then.

        Raises:
            AccessRefusedError: Whoever acts may not manage all kinds.

        >>> from sealbook import Orchestrator
        >>> with Orchestrator.in_memory() as o:
        ...     breaker = o.breaker("api.example", "open", reason="maintenance")
        ...     breaker.state, breaker.reason, o.breaker("api.example", "close").state
        ('forced', 'maintenance', 'closed')
        """
        return make_breaker(self._native.breaker(dependency, act, as_ or self._requester, reason))

    def breakers(self) -> Breakers:
        """The breakers of all dependencies that were ever called: where they stand, since when and why, and what they have counted."""
        return [breaker_of(value) for value in json.loads(self._native.breakers())]

    def schedules(self) -> Schedules:
        """All schedules, by name. :meth:`sealbook.Orchestrator.schedule` puts one."""
        return [schedule_of(value) for value in json.loads(self._native.schedules())]

    def unschedule(self, name: str, *, as_: str | None = None) -> None:
        """Removes a schedule. The tasks that it has made stay.

        Args:
            name: Its name.
            as_: Who acts; the orchestrator's requester if not given.

        Raises:
            NotFoundError: There is none.
            AccessRefusedError: Whoever acts is neither its requester nor may manage such tasks.

        >>> from sealbook import Orchestrator
        >>> with Orchestrator.in_memory() as o:
        ...     schedule = o.schedule("nightly", "@daily", "report")
        ...     o.unschedule("nightly")
        ...     o.schedules()
        []
        """
        self._native.unschedule(name, as_ or self._requester)

    def pause_schedule(self, name: str, *, as_: str | None = None) -> Schedule:
        """Keeps a schedule from making tasks until it is resumed. Arguments and exceptions as in :meth:`unschedule`.

        >>> from sealbook import Orchestrator
        >>> with Orchestrator.in_memory() as o:
        ...     schedule = o.schedule("nightly", "@daily", "report")
        ...     o.pause_schedule("nightly").paused, o.resume_schedule("nightly").paused
        (True, False)
        """
        return make_schedule(self._native.pause_schedule(name, True, as_ or self._requester))

    def resume_schedule(self, name: str, *, as_: str | None = None) -> Schedule:
        """Lets a paused schedule go on from now; what would have run meanwhile is left out. See :meth:`pause_schedule`."""
        return make_schedule(self._native.pause_schedule(name, False, as_ or self._requester))


def _state_of(answer: dict[str, Any]) -> State | SealbookError:
    error = answer.get("error")
    return (
        cast(State, answer["state"])
        if error is None
        else make(error["code"], error["message"], error["context"])
    )
