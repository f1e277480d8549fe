"""Calls in memory: outcomes, attempts, priorities, breakers, cancelling, and the end of it all."""

from __future__ import annotations

import asyncio
import concurrent.futures
import os
import subprocess
import sys
import threading

import pytest
import sealbook
from sealbook import Executor, Ledger


def test_it_is_an_executor_of_the_standard_library():
    with Executor(2) as executor:
        assert isinstance(executor, concurrent.futures.Executor)
        assert list(executor.map(lambda x: x * x, range(100))) == [x * x for x in range(100)]
        futures = [executor.submit(pow, 2, n, mod=7) for n in range(10)]
        assert sorted(f.result() for f in concurrent.futures.as_completed(futures)) == sorted(
            pow(2, n, 7) for n in range(10)
        )


def test_asyncio_waits_for_it():
    async def main():
        with Executor(1) as executor:
            return await asyncio.get_running_loop().run_in_executor(executor, len, "four")

    assert asyncio.run(main()) == 4


def test_an_exception_is_the_callers_own():
    error = OSError("on purpose")

    def fails():
        raise error

    with Executor(1) as executor, pytest.raises(OSError, match="on purpose") as caught:
        executor.submit(fails).result()
    assert caught.value is error


def test_a_failure_is_tried_again_and_a_permanent_one_is_not():
    calls = []

    def flaky(raised, times):
        calls.append(1)
        if len(calls) <= times:
            raise raised
        return len(calls)

    with Executor(1) as executor:
        patient = executor.under(
            max_attempts=3, retry={"initial": 1, "jitter": "none", "non_retryable": [KeyError]}
        )
        assert patient.submit(flaky, OSError(), 2).result() == 3
        calls.clear()
        assert patient.submit(flaky, sealbook.RetryAfter(0.02), 1).result() == 2
        for final in (KeyError("no"), sealbook.Permanent("no"), SystemExit(3)):
            calls.clear()
            with pytest.raises(type(final)):
                patient.submit(flaky, final, 9).result()
            assert len(calls) == 1
        calls.clear()
        with pytest.raises(OSError, match="still"):
            patient.submit(flaky, OSError("still"), 9).result()
        assert len(calls) == 3


def test_the_urgent_overtake():
    order, hold = [], threading.Event()
    with Executor(1) as executor:
        executor.submit(hold.wait)
        executor.under(priority="low").submit(order.append, "low")
        executor.under(priority=200).submit(order.append, "urgent")
        executor.submit(order.append, "usual")
        hold.set()
    assert order == ["urgent", "usual", "low"]


def test_an_open_breaker_holds_calls_back():
    with Executor(1) as executor:
        api = executor.under(dependency="api", breaker={"consecutive": 2, "recovery": 40})
        for _ in range(2):
            with pytest.raises(ZeroDivisionError):
                api.submit(lambda: 1 / 0).result()
        assert api.breaker == "open"
        waits = api.submit(int)
        assert executor.submit(int, "7").result() == 7
        assert not waits.done()
        assert waits.result() == 0
        assert executor.breaker is None


def test_what_has_not_begun_is_cancelled():
    hold, began = threading.Event(), threading.Event()
    executor = Executor(1)
    running = executor.submit(lambda: began.set() or hold.wait())
    assert began.wait(30)
    ours, theirs = executor.submit(int), executor.submit(int)
    assert ours.cancel()
    executor.shutdown(wait=False, cancel_futures=True)
    with pytest.raises(concurrent.futures.CancelledError):
        theirs.result(timeout=30)
    hold.set()
    assert running.result() is True
    with pytest.raises(sealbook.ClosedError):
        executor.submit(int)
    executor.shutdown()


def test_a_full_executor_says_so():
    hold = threading.Event()
    with Executor(1, capacity=1) as executor:
        executor.submit(hold.wait)
        with pytest.raises(sealbook.QueueFullError):
            executor.submit(int)
        hold.set()


def test_calls_call_back_into_sealbook_and_the_executor():
    with Ledger.in_memory() as ledger, Executor(4) as executor:

        def record(n):
            entry = ledger.record("tool_call", {"n": n})
            return executor.submit(lambda: entry.seq)

        inner = [future.result() for future in [executor.submit(record, n) for n in range(200)]]
        assert sorted(future.result() for future in inner) == list(range(1, 201))
        assert ledger.verify().intact


def test_bad_policies_are_named():
    with Executor(1) as executor:
        with pytest.raises(sealbook.InvalidArgumentError, match="256"):
            executor.under(priority=256)
        with pytest.raises(sealbook.InvalidPolicyError):
            executor.under(max_attempts=0)
    with pytest.raises(sealbook.InvalidArgumentError):
        Executor(0)


def test_the_interpreter_ends_with_calls_under_way():
    code = """
import sealbook, time
executor = sealbook.Executor(2)
executor.submit(time.sleep, 0.1).add_done_callback(lambda f: print("slept", flush=True))
executor.under(max_attempts=2, retry={"initial": 50, "jitter": "none"}).submit(lambda: 1 / 0)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "slept\n", "")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_forked_child_is_told_and_ends():
    with Executor(2) as executor:
        executor.submit(int).result()
        child = os.fork()
        if child == 0:
            try:
                executor.submit(int)
            except sealbook.ClosedError:
                os._exit(0 if Executor(1).submit(int, "7").result() == 7 else 2)
            os._exit(1)
        assert os.waitpid(child, 0)[1] == 0
        assert executor.submit(int, "8").result() == 8
