"""A forked child goes on with the ledger that it inherited."""

from __future__ import annotations

import multiprocessing
import os
import threading
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from sealbook import AsyncLedger, Ledger

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here"),
    # Python warns that a fork of a process with threads may deadlock: that is what these tests are about.
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]

TIMEOUT = 120


def in_child(work: Callable[[], None]) -> None:
    """Runs `work` in a forked child, and asserts that it comes to an end and raises nothing."""

    def run() -> None:
        try:
            work()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)

    child = multiprocessing.get_context("fork").Process(target=run)
    child.start()
    child.join(TIMEOUT)
    if child.exitcode is None:
        child.kill()
        child.join()
        pytest.fail("the child hangs")
    assert child.exitcode == 0


class Writers:
    """Eight threads that record until they are told to stop."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.stop, self.recorded = ledger, threading.Event(), [0] * 8
        self.threads = [threading.Thread(target=self.run, args=(n,)) for n in range(8)]

    def run(self, thread: int) -> None:
        while not self.stop.is_set():
            self.ledger.record("custom.parent", {"thread": thread})
            self.recorded[thread] += 1

    def __enter__(self) -> Writers:
        for thread in self.threads:
            thread.start()
        while not all(self.recorded):
            self.ledger.get(0)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join(TIMEOUT)
            assert not thread.is_alive()


def test_children_use_an_inherited_ledger_while_eight_threads_record(ledger: Ledger) -> None:
    with Writers(ledger) as writers:
        for child in range(10):

            def work(child: int = child) -> None:
                for n in range(5):
                    ledger.record("custom.child", {"child": child, "n": n})
                assert ledger.verify().intact
                ledger.close()

            in_child(work)
    assert len(list(ledger.query(kind="custom.child"))) == 50
    report = ledger.verify()
    assert report.intact
    assert report.entries == 1 + 50 + sum(writers.recorded)


def test_a_fork_while_threads_open_and_close_ledgers(ledger: Ledger, tmp_path: Path) -> None:
    stop, opened = threading.Event(), [0] * 4

    def churn(thread: int) -> None:
        while not stop.is_set():
            with Ledger.open(tmp_path / f"{thread}-{opened[thread]}.db", create=True) as other:
                other.record("custom.x", {})
            opened[thread] += 1

    threads = [threading.Thread(target=churn, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    try:
        while not all(opened):
            assert all(thread.is_alive() for thread in threads)
        for child in range(10):

            def work(child: int = child) -> None:
                ledger.record("custom.child", {"child": child})
                with Ledger.open(tmp_path / f"child-{child}.db", create=True) as other:
                    assert other.record("custom.x", {}).seq == 1

            in_child(work)
    finally:
        stop.set()
        for thread in threads:
            thread.join(TIMEOUT)
    assert len(list(ledger.query(kind="custom.child"))) == 10


def test_a_child_of_a_child_and_a_ledger_opened_in_a_child(ledger: Ledger, tmp_path: Path) -> None:
    def grandchild() -> None:
        ledger.record("custom.grandchild", {})

    def child() -> None:
        ledger.record("custom.child", {})
        with Ledger.open(tmp_path) as again:
            again.record("custom.again", {})
            in_child(grandchild)

    # Neither uses this one.
    with Ledger.open(tmp_path / "unused.db", create=True):
        in_child(child)
    kinds = [entry.kind for entry in ledger.query(order="oldest")]
    assert kinds == ["sys.genesis", "custom.child", "custom.again", "custom.grandchild"]
    assert ledger.verify().intact


def test_a_child_that_only_closes_leaves_the_parents_ledger_alone(ledger: Ledger) -> None:
    ledger.record("custom.x", {})
    in_child(ledger.close)
    assert ledger.record("custom.x", {}).seq == 2
    assert ledger.verify().intact


def test_a_child_has_a_copy_of_a_ledger_in_memory() -> None:
    with Ledger.in_memory() as ledger:
        ledger.record("custom.x", {})
        assert ledger.verify().intact

        def work() -> None:
            ledger.record("custom.child", {})
            assert ledger.verify().entries == 3

        in_child(work)
        assert len(ledger) == 2


def test_an_async_ledger_is_used_by_parent_and_child(tmp_path: Path) -> None:
    import asyncio

    async def record(ledger: AsyncLedger, kind: str) -> None:
        await asyncio.gather(*(ledger.record(kind, {"n": n}) for n in range(20)))

    async def opened() -> AsyncLedger:
        return await AsyncLedger.open(tmp_path, create=True)

    ledger = asyncio.run(opened())
    asyncio.run(record(ledger, "custom.parent"))
    in_child(lambda: asyncio.run(record(ledger, "custom.child")))
    asyncio.run(record(ledger, "custom.parent"))

    async def end() -> int:
        report = await ledger.verify()
        assert report.intact
        await ledger.close()
        return report.entries

    assert asyncio.run(end()) == 61
