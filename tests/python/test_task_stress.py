"""The interpreter's lock against every lock beneath it: callbacks that call back, from all sides at once."""

from __future__ import annotations

import asyncio
import gc
import random
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sealbook import Ledger, Orchestrator, Snooze, current_attempt

LONG = 120
ROUNDS = 40


@pytest.fixture(autouse=True)
def hasty() -> Iterator[None]:
    """Threads take turns a hundred times as often."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(5e-5)
    yield
    sys.setswitchinterval(before)


def test_callbacks_call_back_from_all_sides_at_once(tmp_path: Path) -> None:
    with Ledger.open(tmp_path, create=True) as ledger, Orchestrator(ledger, requester="ann") as o:

        @o.task("sync", max_attempts=4, retry={"initial": 1, "max": 5})
        def sync(n: int, depth: int) -> int:
            attempt = current_attempt()
            ledger.record("custom.step", {"n": n})
            attempt.beat({"n": n})
            if n % 5 == 0 and attempt.attempt == 1:
                raise ValueError("the first attempt always fails")
            if depth:
                o.submit_many([("sync", [n + 1, depth - 1]), ("async", [n + 1, depth - 1])])
            list(o.events(behind=0, follow=False))[-1:]
            return o.show(attempt.task).attempts

        @o.task("async", retry={"initial": 1, "max": 5})
        async def later(n: int, depth: int) -> int:
            attempt = current_attempt()
            await asyncio.sleep(0)
            entry = await asyncio.to_thread(ledger.record, "custom.step", {"n": n})
            attempt.beat(entry.seq)
            if n % 7 == 0 and not o.show(attempt.task).progress == 0 and random.random() < 0.3:
                raise Snooze(0.001)
            return len(ledger) and o.counts()["running"]

        stop = threading.Event()
        errors: list[BaseException] = []

        def around(work: Any) -> threading.Thread:
            def run() -> None:
                try:
                    while not stop.is_set():
                        work()
                except BaseException as error:
                    errors.append(error)

            thread = threading.Thread(target=run, daemon=True)
            thread.start()
            return thread

        def verify() -> None:
            assert ledger.verify(progress=lambda done, total: o.counts()).intact

        def cancel() -> None:
            handle = o.submit("nobody")
            assert handle.cancel("at once") == "cancelled"

        async def waits() -> None:
            handles = [later.submit(1, 0), sync.submit(1, 0)]
            await asyncio.gather(*handles)

        o.start(concurrency=12)
        threads = [around(work) for work in (verify, cancel, gc.collect, lambda: asyncio.run(waits()))]
        handles = [o.submit("sync" if n % 2 else "async", [n, 2]) for n in range(ROUNDS)]
        for handle in handles:
            handle.result(LONG)
        stop.set()
        for thread in threads:
            thread.join(LONG)
            assert not thread.is_alive()
        assert errors == []
        o.stop()
        o.run_until_idle(concurrency=4, timeout=LONG)
        assert set(o.counts()) <= {"completed", "cancelled"}
        assert ledger.verify().intact


def test_workers_come_and_go_while_others_submit_and_wait(tmp_path: Path) -> None:
    with Orchestrator(tmp_path, requester="ann", create=True) as o:

        @o.task("add")
        def add(a: int, b: int) -> int:
            return a + b

        @o.task("add.later")
        async def add_later(a: int, b: int) -> int:
            await asyncio.sleep(0.001)
            return a + b

        done = []

        def use(thread: int) -> None:
            for n in range(20):
                function = add if n % 2 else add_later
                done.append(function.submit(thread, n).result(LONG) == thread + n)

        threads = [threading.Thread(target=use, args=(n,), daemon=True) for n in range(6)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            o.start(concurrency=3)
            # Long enough to take something: one that is stopped at once takes nothing, and nobody would ever be served.
            time.sleep(0.05)
            o.stop(drain=0 if len(done) % 2 else 5)
        assert done == [True] * 120
        assert o.ledger.verify().intact
