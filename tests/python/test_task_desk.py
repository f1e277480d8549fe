"""Submitting tasks, waiting for them, following them, acting on them, voting on their pleas."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import sealbook
from sealbook import (
    Orchestrator,
    TaskFailedError,
    current_attempt,
)

LONG = 60


def test_handles_are_awaited(o: Orchestrator) -> None:
    @o.task("add")
    def add(a: int, b: int) -> int:
        return a + b

    @o.task("fail", max_attempts=1)
    def fail() -> None:
        raise ValueError("no")

    async def main() -> None:
        handles = [add.submit(n, 1) for n in range(20)]
        waiting = asyncio.gather(*handles)
        o.start()
        assert await waiting == list(range(1, 21))
        assert await handles[0] == 1
        with pytest.raises(TaskFailedError, match="no"):
            await fail.submit()
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(o.submit("other"), 0.05)
        with pytest.raises(sealbook.NotFoundError):
            await sealbook.Handle(o, handles[0].id[:-1] + ("0" if handles[0].id[-1] != "0" else "1"))

    asyncio.run(main())


def test_who_waits_hears_of_the_end(o: Orchestrator) -> None:
    handle = o.submit("nobody")
    with pytest.raises(TimeoutError):
        handle.result(timeout=0.05)
    with pytest.raises(TimeoutError):
        o.wait(handle.id, timeout=0)

    async def main() -> None:
        waiting = asyncio.ensure_future(handle)
        await asyncio.sleep(0.05)
        await asyncio.to_thread(o.close)
        with pytest.raises(sealbook.ClosedError):
            await waiting

    asyncio.run(main())
    with pytest.raises(sealbook.ClosedError):
        handle.result()


def test_tasks_are_looked_at_suspended_resumed_and_tried_anew(o: Orchestrator) -> None:
    @o.task("a", max_attempts=1)
    def a(ok: bool) -> bool:
        if not ok and current_attempt().requester == "ann":
            raise ValueError
        return ok

    first, second = a.submit(True), a.submit(False)
    assert o.suspend(first, reason="wait") == "suspended"
    assert [task.id for task in o.list(states=["suspended"])] == [first.id]
    o.run_until_idle()
    assert o.resume(first.id) == "queued"
    assert (first.status(), second.status()) == ("queued", "dead")
    assert o.retry(second, as_="ann") == "queued"
    o.run_until_idle()
    assert (first.status(), second.show().attempts) == ("completed", 1)
    assert len(o.list(kind="a", limit=1)) == 1
    last = max(first.id, second.id)
    assert o.list(after=last) == []
    with pytest.raises(sealbook.InvalidArgumentError, match="unknown variant"):
        o.list(states=["nowhere"])  # type: ignore[list-item]
    with pytest.raises(sealbook.InvalidIdError):
        o.show("no id")


def test_dependencies_times_and_policies_are_passed_on(o: Orchestrator) -> None:
    order: list[str] = []

    @o.task("step")
    def step(name: str) -> None:
        order.append(name)

    first = step.with_options(delay=0.1).submit("first")
    step.with_options(after=[first], priority="critical").submit("second")
    soon = datetime.now(timezone.utc) + timedelta(milliseconds=400)
    step.with_options(not_before=soon, after=[{"task": first, "on_failure": "run"}]).submit("third")
    o.run_until_idle(concurrency=4)
    assert order == ["first", "second", "third"]
    view = o.show(
        step.with_options(
            retry={"initial": timedelta(seconds=1)}, timeouts={"heartbeat": timedelta(minutes=1)}
        ).submit("x")
    )
    assert view.state == "queued"
    with pytest.raises(sealbook.InvalidTaskError, match="time zone"):
        step.with_options(not_before=datetime(2026, 1, 1)).submit("x")
    with pytest.raises(sealbook.InvalidTaskError, match="pirority"):
        o.submit("step", pirority=1)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="no task"):
        step.with_options(after=[3]).submit("x")  # type: ignore[list-item]


def test_all_tasks_of_a_list_are_submitted_or_none(o: Orchestrator) -> None:
    with pytest.raises(sealbook.InvalidTaskError) as caught:
        o.submit_many([("a", 1), {"kind": "A", "arguments": 2}])
    assert caught.value.context["task"] == "1"
    assert o.list() == []
    handles = o.submit_many([("a", n) for n in range(1000)])
    assert len({handle.id for handle in handles}) == 1000
    assert o.counts() == {"queued": 1000}
    with pytest.raises(TypeError, match="pair"):
        o.submit_many([("a", 1, 2)])  # type: ignore[list-item]


def test_a_second_process_approves_a_plea(o: Orchestrator, tmp_path: Path) -> None:
    @o.task("deploy", require_approvals=2)
    def deploy(target: str) -> str:
        return f"deployed to {target}"

    handle = deploy.submit("production")
    assert handle.status() == "awaiting_approval"
    with pytest.raises(sealbook.VoteRefusedError) as caught:
        o.approve(o.pleas()[0], as_="ann")
    assert caught.value.context["why"] == "requester"
    assert o.approve(o.pleas()[0].id, as_="bob", reason="tested").approvals == 1
    with pytest.raises(sealbook.VoteRefusedError):
        o.approve(o.pleas()[0], as_="bob")
    o.start()
    code = """if True:
        import sys
        from sealbook import Orchestrator
        with Orchestrator(sys.argv[1], requester="eve") as o:
            plea, = o.pleas()
            print(o.approve(plea, as_="carl").state)
    """
    package = str(Path(sealbook.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path], env={"PYTHONPATH": package}, capture_output=True, text=True
    )
    assert (done.stdout, done.stderr) == ("approved\n", "")
    assert handle.result(LONG) == "deployed to production"
    (plea,) = o.pleas(all=True)
    assert (plea.state, [vote.voter for vote in plea.votes]) == ("consumed", ["bob", "carl"])
    assert o.pleas() == []


def test_a_denied_task_has_failed(o: Orchestrator) -> None:
    handle = o.submit("deploy", require_approvals=1)
    with pytest.raises(sealbook.VoteRefusedError):
        o.deny(o.pleas()[0], as_="bob", reason="")
    assert o.deny(o.pleas()[0], as_="bob", reason="not on a Friday").state == "denied"
    with pytest.raises(TaskFailedError, match="Friday"):
        handle.result()


def test_events_are_resumed_from_a_cursor(o: Orchestrator) -> None:
    @o.task("a")
    def a() -> None:
        pass

    handle = a.submit()
    o.run_until_idle()
    whole = list(o.events(behind=0, follow=False))
    assert [event.event for event in whole] == ["ready", "assign", "start", "complete"]
    assert [event.number for event in whole] == sorted(event.number for event in whole)
    assert {event.task for event in whole} == {handle.id}
    reader = o.events(behind=0)
    assert [next(reader).event for _ in range(2)] == ["ready", "assign"]
    rest = o.events(behind=reader.cursor, follow=False)
    assert [event.event for event in rest] == ["start", "complete"]
    live = o.events()
    o.start()
    a.submit()
    assert [next(live).event for _ in range(4)] == ["ready", "assign", "start", "complete"]


def test_events_are_followed_by_two_loops_until_the_orchestrator_is_closed(o: Orchestrator) -> None:
    @o.task("a")
    def a() -> None:
        pass

    async def main() -> list[list[str]]:
        async def follow() -> list[str]:
            return [event.to async for event in o.events(behind=0)]

        readers = [asyncio.create_task(follow()) for _ in range(2)]
        o.start()
        await asyncio.gather(*(a.submit() for _ in range(3)))
        present = [event.to async for event in o.events(behind=0, follow=False)]
        assert len(present) == 12
        cancelled = asyncio.create_task(follow())
        await asyncio.sleep(0.05)
        cancelled.cancel()
        with pytest.raises(asyncio.CancelledError):
            await cancelled
        await asyncio.sleep(0.3)
        await asyncio.to_thread(o.close)
        return await asyncio.gather(*readers)

    for states in asyncio.run(main()):
        assert len(states) == 12
        assert states.count("completed") == 3


def test_a_schedule_makes_each_run_that_was_missed_once(o: Orchestrator) -> None:
    @o.task("report")
    def report(of: str) -> str:
        return f"all about {of}"

    def put() -> sealbook.Schedule:
        since = datetime(2023, 12, 1, tzinfo=timezone.utc)
        return o.schedule(
            "new-year", "30 9 1 1 *", report, ["sales"], zone="Europe/Berlin", missed="all", from_=since
        )

    schedule = put()
    assert schedule.next == datetime(2024, 1, 1, 8, 30, tzinfo=timezone.utc)
    assert (schedule.kind, schedule.arguments, schedule.grace) == ("report", ["sales"], 60.0)
    made = o.run_until_idle(timeout=LONG).completed
    assert made >= 3
    assert put() == o.schedules()[0]
    assert o.run_until_idle(timeout=LONG).completed == 0
    (last,) = o.schedules()
    assert last.last_task is not None
    assert last.last is not None
    view = o.show(last.last_task)
    assert view.result == "all about sales"
    assert 'schedule "new-year"' in str(view.history[0].reason)
    assert len(o.list()) == made


def test_a_schedule_is_paused_resumed_and_removed(o: Orchestrator) -> None:
    o.schedule("nightly", "@daily", "report", delay=None)
    assert o.pause_schedule("nightly").next is None
    assert o.resume_schedule("nightly", as_="ops").next is not None
    o.unschedule("nightly")
    assert o.schedules() == []
    with pytest.raises(sealbook.NotFoundError):
        o.pause_schedule("nightly")
    for wrong in ({"zone": "Mars/Olympus"}, {"limit": 0}, {"missed": "some"}, {"idempotency_key": "k"}):
        with pytest.raises(sealbook.InvalidScheduleError):
            o.schedule("nightly", "@daily", "report", **wrong)  # type: ignore[arg-type]


def test_a_task_with_needs_waits_for_an_agent_that_meets_them(o: Orchestrator) -> None:
    @o.task("read")
    def read(page: int) -> int:
        return page + 1

    needs = {"capabilities": [{"name": "pdf", "version": [2, 1]}], "max_cost": 5}
    handle = o.submit("read", [1], needs=needs)
    assert o.run_until_idle(timeout=LONG).attempts == 0
    assert handle.show().waiting == "no agent can do a task of kind read: none is registered"
    old = {"id": "old", "capabilities": [{"name": "pdf", "version": [2, 0]}]}
    assert o.run_until_idle(agent=old, timeout=LONG).attempts == 0
    new = {"id": "new", "capabilities": [{"name": "pdf", "version": [2, 3]}], "cost": 5, "limit": 2}
    assert o.run_until_idle(agent=new, timeout=LONG).completed == 1
    view = handle.show()
    assert (view.result, view.waiting) == (2, None)
    assert [event.agent for event in view.history if event.event == "assign"] == ["new"]
    agents = {agent.id: agent for agent in o.agents()}
    assert (agents["old"].given, agents["new"].given, agents["new"].load) == (0, 1, 0)
    assert agents["new"].capabilities == (("pdf", (2, 3)),)
    assert (agents["new"].limit, agents["new"].health, agents["new"].worker) == (2, "healthy", None)


def test_a_profile_that_is_not_understood_starts_no_worker(o: Orchestrator) -> None:
    @o.task("read")
    def read() -> None: ...

    for agent in ({}, {"id": "x", "skills": []}, {"id": "x", "kinds": ["other"]}, {"id": "x", "limit": 0}):
        with pytest.raises(sealbook.InvalidArgumentError):
            o.run_until_idle(agent=agent, timeout=LONG)
    assert not o.running
    assert o.agents() == []
