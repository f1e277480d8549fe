"""The executor's futures behave as those of the standard library, whether anybody waits before, while or after they get their outcome."""

from __future__ import annotations

import concurrent.futures
import threading

import pytest
from sealbook import Executor
from sealbook.futures import CallFuture


def pending():
    future = CallFuture()
    assert repr(future).endswith("state=pending>")
    return future


def test_each_side_may_come_first():
    for ask in (
        lambda future: future.result(5),
        lambda future: concurrent.futures.wait([future], 5).done.pop().result(),
        lambda future: next(concurrent.futures.as_completed([future], 5)).result(),
    ):
        done = pending()
        assert done.set_running_or_notify_cancel()
        done.set_result(1)
        assert ask(done) == 1

        future, answers = pending(), []
        waiter = threading.Thread(target=lambda f=future, a=answers, ask=ask: a.append(ask(f)))
        waiter.start()
        # It waits, or is about to.
        waiter.join(0.01)
        future.set_running_or_notify_cancel()
        future.set_result(2)
        waiter.join(5)
        assert answers == [2]


def test_callbacks_are_called_once_before_and_after_the_outcome():
    future, called = pending(), []
    future.add_done_callback(lambda f: called.append(("before", f.result())))
    future.set_running_or_notify_cancel()
    future.set_result("x")
    future.add_done_callback(lambda f: called.append(("after", f.result())))
    assert called == [("before", "x"), ("after", "x")]


def test_an_outcome_is_set_once():
    future = pending()
    future.set_running_or_notify_cancel()
    with pytest.raises(concurrent.futures.TimeoutError):
        future.result(0.001)
    future.set_result(1)
    with pytest.raises(concurrent.futures.InvalidStateError):
        future.set_result(2)
    with pytest.raises(concurrent.futures.InvalidStateError):
        future.set_exception(OSError())
    assert not future.cancel()
    assert (future.result(), future.exception(), future.done(), future.running()) == (1, None, True, False)
    failed = pending()
    failed.set_exception(OSError("no"))
    with pytest.raises(OSError, match="no"):
        failed.result()
    with pytest.raises(AttributeError, match="'CallFuture' object has no attribute 'colour'"):
        _ = failed.colour


def test_a_call_is_cancelled_or_runs_and_never_both():
    ran: list[int] = []
    with Executor(2) as executor:
        for n in range(3000):
            future = executor.submit(ran.append, n)
            cancelled = future.cancel()
            assert cancelled == future.cancelled()
            if not cancelled:
                assert future.result(5) is None
            assert (n in ran[-3:]) != cancelled


def test_a_thousand_wait_for_what_a_thousand_do():
    gate = threading.Event()
    with Executor(4) as executor:
        futures = [executor.submit(lambda n: gate.wait(5) and n, n) for n in range(1000)]
        waiters = concurrent.futures.ThreadPoolExecutor(16)
        answers = [waiters.submit(future.result, 10) for future in futures]
        gate.set()
        assert [answer.result(10) for answer in answers] == list(range(1000))
        waiters.shutdown()
