"""Workers: where handlers are registered, how workers start, stop and close."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from contextvars import copy_context
from pathlib import Path
from typing import Any

import pytest
import sealbook
from sealbook import (
    Ledger,
    Orchestrator,
    current_attempt,
)

LONG = 60


def test_a_function_is_registered_where_it_is_run() -> None:
    @sealbook.task("double", max_attempts=7)
    def double(n: int) -> int:
        return 2 * n

    with pytest.raises(sealbook.InvalidArgumentError, match="no open orchestrator"):
        double.submit(1)
    with Orchestrator.in_memory(tasks=[double]) as one:
        assert one.show(double.submit(1)).max_attempts == 7
        assert one.show(one.submit("double", [1])).max_attempts == 7
        assert one.show(one.submit(double, [1], max_attempts=2)).max_attempts == 2
        with Orchestrator.in_memory() as two:
            two.register(double)
            with pytest.raises(sealbook.InvalidArgumentError, match="2 orchestrators"):
                double.submit(1)
            assert two.submit(double, double.arguments(1)).status() == "queued"
        assert double.submit(2).status() == "queued"
        with pytest.raises(sealbook.InvalidArgumentError, match="already"):
            one.task("double")(lambda: None)
        with pytest.raises(TypeError, match="decorate"):
            one.register(lambda: None)  # type: ignore[type-var]
    assert double(4) == 8
    assert double.__name__ == "double"


def test_bad_options_of_a_worker_are_refused(o: Orchestrator) -> None:
    with pytest.raises(sealbook.InvalidArgumentError, match="no handlers"):
        o.start()
    o.task("a")(lambda: None)
    for options in (
        {"concurrency": 0},
        {"lease": 0.01},
        {"least": 0},
        {"least": 3, "concurrency": 2},
        {"spare": -1},
    ):
        with pytest.raises(sealbook.InvalidArgumentError):
            o.start(**options)
    with pytest.raises(TypeError, match="length of time"):
        o.start(lease="long")  # type: ignore[arg-type]
    assert not o.running
    assert o.stop() is None
    o.start()
    with pytest.raises(sealbook.InvalidArgumentError, match="runs already"):
        o.start()
    with pytest.raises(sealbook.InvalidArgumentError, match="before it starts"):
        o.task("b")(lambda: None)
    assert o.stop().attempts == 0


def test_a_worker_takes_only_what_its_principal_may_run(tmp_path: Path) -> None:
    settings = '[tasks]\nprincipals = [{ id = "ann", may = ["submit *"] }, { id = "w", may = ["run a"] }]\n'
    (tmp_path / "sealbook.toml").write_text(settings)
    with Orchestrator(tmp_path, requester="ann", create=True) as o:
        o.task("a")(lambda: "a")
        o.task("b")(lambda: "b")
        handles = [o.submit("a"), o.submit("b")]
        with pytest.raises(sealbook.AccessRefusedError):
            o.submit("a", requester="eve")
        o.run_until_idle(principal="w")
        assert [handle.status() for handle in handles] == ["completed", "queued"]
        with pytest.raises(sealbook.AccessRefusedError, match="ann may not run"):
            o.run_until_idle()
        with pytest.raises(sealbook.AccessRefusedError):
            o.cancel(handles[1], as_="eve")


def test_a_viewer_sees_its_own_tasks_and_what_it_may_see(tmp_path: Path) -> None:
    settings = (
        '[tasks]\nprincipals = [{ id = "ann", may = ["submit *"] }, { id = "cat", may = ["approve a"] }]\n'
    )
    (tmp_path / "sealbook.toml").write_text(settings)
    with Orchestrator(tmp_path, requester="ann", create=True) as o:
        handles = [o.submit("a", require_approvals=1), o.submit("b")]
        for viewer, seen in (("ann", 2), ("cat", 1), ("eve", 0)):
            with Orchestrator(tmp_path, viewer=viewer) as view:
                assert [row.id for row in view.list()] == [handle.id for handle in handles[:seen]]
                assert {event.task for event in view.events(behind=0, follow=False)} == {
                    h.id for h in handles[:seen]
                }
                assert len(view.pleas()) == min(seen, 1)
                for handle in handles[seen:]:
                    with pytest.raises(sealbook.AccessRefusedError, match=f"{viewer} may not see"):
                        view.show(handle.id)
        with pytest.raises(sealbook.InvalidTaskError):
            Orchestrator(tmp_path, viewer="")


def test_what_runs_has_time_to_end_when_the_worker_is_stopped(o: Orchestrator) -> None:
    running = threading.Event()

    @o.task("slow")
    def slow() -> str:
        running.set()
        time.sleep(0.3)
        return "done"

    handle, waiting = slow.submit(), slow.submit()
    o.start(concurrency=1)
    running.wait(LONG)
    assert o.stop().completed == 1
    assert (handle.result(0), waiting.status()) == ("done", "queued")


def test_what_does_not_stop_is_given_back(o: Orchestrator) -> None:
    go, running = threading.Event(), threading.Semaphore(0)

    @o.task("deaf")
    def deaf() -> str:
        running.release()
        go.wait(LONG)
        return "nobody hears this"

    @o.task("deaf.too")
    async def deaf_too() -> str:
        running.release()
        while not go.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(0.05)
        return "nor this"

    handles = [deaf.submit(), deaf_too.submit()]
    o.start(concurrency=2, grace=0.2)
    for _ in handles:
        running.acquire()
    started = time.monotonic()
    summary = o.stop(drain=0.1)
    assert time.monotonic() - started < 5
    assert (summary.attempts, summary.completed) == (2, 0)
    assert [handle.status() for handle in handles] == ["queued", "queued"]
    go.set()
    o.start(concurrency=2)
    assert [handle.result(LONG) for handle in handles] == ["nobody hears this", "nor this"]
    assert handles[0].show().attempts == 1


@pytest.mark.parametrize("kind", ["function", "coroutine"])
def test_a_handler_that_does_not_stop_is_replaced(o: Orchestrator, kind: str) -> None:
    go, running = threading.Event(), threading.Event()

    @o.task("function")
    def deaf() -> None:
        running.set()
        go.wait(LONG)

    @o.task("coroutine")
    async def deaf_too() -> None:
        running.set()
        while not go.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(0.05)

    @o.task("next")
    def next_() -> str:
        return "done"

    handle = o.submit(kind)
    o.start(concurrency=1, grace=0.05)
    running.wait(LONG)
    waiting = next_.submit()
    handle.cancel()
    assert waiting.result(LONG) == "done"
    assert handle.status() == "running"
    go.set()
    with contextlib.suppress(sealbook.SealbookError):
        handle.result(LONG)
    summary = o.stop()
    assert (summary.attempts, summary.stuck, summary.abandoned) == (2, 1, 0)


def test_the_number_of_attempts_at_once_follows_the_load(o: Orchestrator) -> None:
    together = threading.Barrier(3)

    @o.task("meet")
    def meet() -> None:
        together.wait(LONG)

    handles = [meet.submit() for _ in range(3)]
    o.start(concurrency=3, least=1)
    for handle in handles:
        handle.result(LONG)


def test_a_handler_may_stop_and_close_its_own_orchestrator(o: Orchestrator) -> None:
    @o.task("last")
    def last() -> bool:
        result = o.stop() is None
        o.close()
        return result

    handle = last.submit()
    o.start()
    o.wait(handle, LONG)
    while o.running or not o.closed:
        time.sleep(0.01)
    with pytest.raises(sealbook.ClosedError):
        o.counts()
    o.close()


def test_a_handler_may_close_its_own_orchestrator_where_threads_inherit_its_context(
    o: Orchestrator, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Inheriting(threading.Thread):
        """As threads of Python 3.14 do without its lock, or if asked to."""

        def __init__(self, *, target: Any, args: tuple[Any, ...] = (), **rest: Any) -> None:
            super().__init__(target=copy_context().run, args=(target, *args), **rest)

    monkeypatch.setattr(threading, "Thread", Inheriting)
    handle = o.task("last")(o.close).submit()
    o.start()
    deadline = time.monotonic() + LONG
    while not o.closed:
        assert time.monotonic() < deadline, f"{handle} does not come to its end"
        time.sleep(0.01)


def test_a_ledger_that_is_closed_ends_its_orchestrators(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path, create=True)
    o = Orchestrator(ledger)
    o.task("a")(lambda: 1)
    o.start()
    assert o.submit("a").result(LONG) == 1
    ledger.close()
    assert o.closed
    with pytest.raises(sealbook.ClosedError):
        o.submit("a")
    with pytest.raises(sealbook.ClosedError):
        Orchestrator(ledger)
    with pytest.raises(sealbook.NotAProjectError):
        Orchestrator(tmp_path.anchor)


def test_an_exception_in_the_block_does_not_wait_for_what_runs(tmp_path: Path) -> None:
    running = threading.Event()
    o = Orchestrator(tmp_path, create=True)

    @o.task("slow")
    def slow() -> None:
        running.set()
        while not current_attempt().cancelled:
            time.sleep(0.01)

    def block() -> None:
        with o:
            slow.submit()
            o.start(drain=LONG)
            running.wait(LONG)
            raise ZeroDivisionError

    started = time.monotonic()
    with pytest.raises(ZeroDivisionError):
        block()
    assert time.monotonic() - started < 10
