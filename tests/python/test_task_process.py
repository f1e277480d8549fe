"""Workers and the process they run in: its end, its forks, its signals, its threads."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import sealbook
from sealbook import Orchestrator, current_attempt
from test_fork import in_child

LONG = 60
FORK = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here"),
    # Python warns that a fork of a process with threads may deadlock: that is what these tests are about.
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]

PROGRAM = """
import asyncio, sys, threading, time
from sealbook import Orchestrator, current_attempt
o = Orchestrator(sys.argv[1], requester="ann", create=True)
running = threading.Event()

@o.task("task")
{handler}

handle = o.submit("task")
o.start(drain=60)
running.wait()
{end}
"""

HANDLERS = {
    "a function that looks": """
def handler():
    running.set()
    while not current_attempt().cancelled:
        time.sleep(0.01)
""",
    "a deaf function": """
def handler():
    running.set()
    time.sleep(1000)
""",
    "a busy function": """
def handler():
    running.set()
    while True:
        pass
""",
    "a function that calls back": """
def handler():
    running.set()
    while True:
        o.counts()
""",
    "a function that waits for another task": """
def handler():
    running.set()
    o.submit("nobody").result()
""",
    "a coroutine": """
async def handler():
    running.set()
    await asyncio.sleep(1000)
""",
    "a coroutine that blocks its loop": """
async def handler():
    running.set()
    time.sleep(1000)
""",
}
ENDS = {
    "end": "",
    "exit": "sys.exit(3)",
    "error": "raise ZeroDivisionError",
    "while others wait and follow": """
for wait in (handle.result, lambda: list(o.events()), lambda: asyncio.run(handle._awaited())):
    threading.Thread(target=wait, daemon=True).start()
time.sleep(0.2)
""",
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("handler", HANDLERS)
def test_the_interpreter_exits_while_tasks_run(tmp_path: Path, handler: str, end: str) -> None:
    program = PROGRAM.format(handler=HANDLERS[handler].strip(), end=ENDS[end])
    environment = {"PYTHONPATH": str(Path(sealbook.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", program, tmp_path],
        env=environment,
        capture_output=True,
        text=True,
        timeout=LONG,
    )
    assert done.returncode == {"end": 0, "exit": 3, "error": 1}.get(end, 0), done.stderr
    if end != "while others wait and follow":
        assert done.stderr == "" or (end == "error" and done.stderr.endswith("\nZeroDivisionError\n"))
    with Orchestrator(tmp_path) as o:
        assert o.ledger.verify().intact
        task = next(task for task in o.list() if task.kind == "task")
        # It was given back, and does not wait for a lease to run out.
        assert (task.state, task.attempts) in (("queued", 0), ("completed", 1))


@pytest.mark.parametrize("mark", [pytest.param(None, marks=FORK)])
def test_a_forked_child_has_an_engine_of_its_own(o: Orchestrator, mark: None) -> None:
    busy = threading.Event()

    @o.task("parent")
    def parent() -> None:
        busy.set()
        while not current_attempt().cancelled:
            o.submit("nobody")

    @o.task("both")
    def both(n: int) -> list[int]:
        return [n, os.getpid()]

    o.start(concurrency=2)
    parent.submit()
    busy.wait(LONG)
    ours = os.getpid()
    for n in range(5):

        def work(n: int = n) -> None:
            assert not o.running
            handle = o.submit("child.only", {"n": n})
            assert handle.status() == "queued"
            assert asyncio.run(_await_timeout(handle))
            o.start()
            assert both.submit(n).result(LONG)[0] == n
            o.close()

        in_child(work)
    assert o.running
    assert both.submit(9).result(LONG) == [9, ours]
    o.stop(drain=0)
    assert len(o.list(kind="child.only")) == 5
    assert o.ledger.verify().intact


async def _await_timeout(handle: sealbook.Handle[object]) -> bool:
    try:
        await asyncio.wait_for(handle, 0.1)
    except asyncio.TimeoutError:
        return True
    return False


@pytest.mark.parametrize("mark", [pytest.param(None, marks=FORK)])
def test_a_forked_child_of_an_orchestrator_in_memory_is_told(mark: None) -> None:
    with Orchestrator.in_memory() as o:
        o.task("a")(lambda: 1)
        o.start()

        def work() -> None:
            with pytest.raises(sealbook.ClosedError, match="in memory"):
                o.submit("a")
            o.close()

        in_child(work)
        assert o.submit("a").result(LONG) == 1


@pytest.mark.parametrize("call", ["result", "run_until_idle", "events", "stop", "wait_in_asyncio"])
def test_ctrl_c_is_heard_while_waiting(o: Orchestrator, call: str) -> None:
    running = threading.Event()

    @o.task("slow")
    def slow() -> None:
        running.set()
        while True:
            current_attempt().raise_if_cancelled()
            time.sleep(0.01)

    handle = slow.submit()
    if call != "run_until_idle":
        o.start(drain=LONG)
        running.wait(LONG)

    def press() -> None:
        running.wait(LONG)
        time.sleep(0.1)
        os.kill(os.getpid(), signal.SIGINT)

    calls = {
        "result": handle.result,
        "run_until_idle": o.run_until_idle,
        "events": lambda: list(o.events()),
        "stop": o.stop,
        "wait_in_asyncio": lambda: asyncio.run(handle._awaited()),
    }
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    thread = threading.Thread(target=press)
    thread.start()
    started = time.monotonic()
    try:
        with pytest.raises(KeyboardInterrupt):
            calls[call]()
    finally:
        thread.join()
        signal.signal(signal.SIGINT, before)
    assert time.monotonic() - started < 10
    o.stop(drain=0)
    assert handle.status() == "queued"
    assert o.ledger.verify().intact


def test_threads_that_ran_handlers_end_with_the_worker(o: Orchestrator) -> None:
    o.task("sync")(lambda: time.sleep(0.01))
    o.task("async")(lambda: asyncio.sleep(0.01))
    before = threading.active_count()
    for _ in range(3):
        handles = o.submit_many([("sync", None), ("async", None)] * 8)
        o.run_until_idle(concurrency=8)
        assert {handle.status() for handle in handles} == {"completed"}
    deadline = time.monotonic() + LONG
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() == before
