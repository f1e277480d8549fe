"""Handlers of tasks: what they are given, what they return and raise, how they are stopped."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import pickle
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sealbook
from sealbook import (
    Ledger,
    Orchestrator,
    Permanent,
    RetryAfter,
    SealbookError,
    Snooze,
    TaskFailedError,
    current_attempt,
)

LONG = 60
SOON = {"initial": 10, "max": 20}
"""A retry policy that does not keep tests waiting."""


def test_a_function_is_called_with_what_was_submitted(o: Orchestrator) -> None:
    @o.task("call")
    def call(a: int, b: float = 0.5, *, flag: bool = False, **more: Any) -> list[Any]:
        return [a, b, flag, more]

    @o.task("pair")
    def pair(a: int, /, *rest: int) -> list[int]:
        return [a, *rest]

    handles = [call.submit(1), call.submit(1, 2.5, flag=True, x={"y": None}), pair.submit(1, 2, 3)]
    by_kind = [o.submit("call", {"a": "ä"}), o.submit("call", [7]), o.submit(pair, 5)]
    assert call(1, 2) == [1, 2, False, {}]
    assert o.run_until_idle(concurrency=2).completed == 6
    assert [handle.result() for handle in handles] == [
        [1, 0.5, False, {}],
        [1, 2.5, True, {"x": {"y": None}}],
        [1, 2, 3],
    ]
    assert [handle.result() for handle in by_kind] == [["ä", 0.5, False, {}], [7, 0.5, False, {}], [5]]
    assert o.show(handles[1]).arguments == {"a": 1, "b": 2.5, "flag": True, "x": {"y": None}}
    assert o.counts() == {"completed": 6}
    assert o.ledger.verify().intact


def test_arguments_that_do_not_fit_are_refused_before_and_permanent_after_submission(o: Orchestrator) -> None:
    @o.task("one", max_attempts=5)
    def one(a: int) -> int:
        return a

    with pytest.raises(TypeError, match="missing"):
        one.submit()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match=r"task\.arguments\.a\[0\] is a .*set"):
        one.submit([set()])  # type: ignore[arg-type]
    handle = o.submit("one", {"b": 1})
    o.run_until_idle()
    with pytest.raises(TaskFailedError, match="do not fit") as caught:
        handle.result()
    assert (caught.value.state, caught.value.failure_class, caught.value.view.attempts) == (
        "failed",
        "TypeError",
        1,
    )


def test_an_exception_keeps_its_class_its_message_and_its_traceback(o: Orchestrator) -> None:
    class OwnError(Exception):
        pass

    def deeper() -> None:
        raise OwnError("with ünicode \ud800 and half a pair")

    @o.task("fail", max_attempts=2, retry=SOON)
    def fail() -> None:
        deeper()

    handle = fail.submit()
    o.run_until_idle()
    with pytest.raises(TaskFailedError) as caught:
        handle.result()
    error = caught.value
    assert (error.state, error.failure_class, error.failure.fault) == ("dead", "OwnError", "transient")
    assert error.failure.message == "with ünicode ? and half a pair"
    lines = error.traceback.splitlines()
    assert lines[0].startswith("Traceback")
    assert "in fail" in lines[1]
    assert "in deeper" in error.traceback
    assert lines[-1].endswith("OwnError: with ünicode ? and half a pair")
    assert [event.event for event in error.view.history if event.failure] == ["retry", "exhaust"]
    twin = pickle.loads(pickle.dumps(error))
    assert (type(twin), twin.traceback, twin.view, twin.code) == (
        TaskFailedError,
        error.traceback,
        error.view,
        error.code,
    )
    assert isinstance(error, SealbookError)


def test_a_long_traceback_keeps_its_end(o: Orchestrator) -> None:
    @o.task("deep", max_attempts=1)
    def deep() -> None:
        raise ValueError("x" * 5000 + "y" * 5000)

    handle = deep.submit()
    o.run_until_idle()
    with pytest.raises(TaskFailedError) as caught:
        handle.result()
    assert caught.value.traceback.startswith("...\n")
    assert caught.value.traceback.rstrip().endswith("yyy")


@pytest.mark.parametrize("cls", [SystemExit, KeyboardInterrupt, GeneratorExit, asyncio.CancelledError])
@pytest.mark.parametrize("is_async", [False, True])
def test_whatever_a_handler_raises_the_worker_goes_on(
    o: Orchestrator, cls: type[BaseException], is_async: bool
) -> None:
    def stop() -> None:
        raise cls

    async def stop_async() -> None:
        raise cls

    bad = o.task("bad", max_attempts=1)(stop_async if is_async else stop)
    good = o.task("good")(lambda: "good")
    handles = [bad.submit(), good.submit(), bad.submit()]
    o.run_until_idle(concurrency=1)
    assert handles[1].result() == "good"
    for handle in (handles[0], handles[2]):
        assert o.show(handle).failure.cls == cls.__name__


def test_an_exception_that_cannot_be_read_is_a_failure_all_the_same(o: Orchestrator) -> None:
    class UnreadableError(Exception):
        def __str__(self) -> str:
            raise ZeroDivisionError

    @o.task("bad", max_attempts=1)
    def bad() -> None:
        raise UnreadableError

    handle = bad.submit()
    o.run_until_idle()
    failure = o.show(handle).failure
    assert (failure.cls, "cannot be read" in failure.message) == ("UnreadableError", True)


def test_a_handler_is_tried_again_until_it_succeeds(o: Orchestrator) -> None:
    seen: list[tuple[int, str]] = []

    @o.task("flaky", max_attempts=3, retry=SOON, idempotency_key="once")
    def flaky() -> str:
        attempt = current_attempt()
        seen.append((attempt.attempt, attempt.idempotency_key))
        if attempt.attempt < 3:
            raise ConnectionError("not yet")
        return "at last"

    handle = flaky.submit()
    assert flaky.submit().id == handle.id
    assert flaky.submit().repeated
    o.run_until_idle()
    assert handle.result() == "at last"
    assert seen == [(1, "once"), (2, "once"), (3, "once")]


def test_snooze_permanent_and_retry_after(o: Orchestrator) -> None:
    times: list[float] = []

    @o.task("snooze", max_attempts=1)
    def snooze() -> int:
        times.append(time.monotonic())
        if len(times) < 3:
            raise Snooze(0.1)
        return current_attempt().attempt

    @o.task("permanent", max_attempts=5)
    async def permanent() -> None:
        try:
            raise KeyError("cause")
        except KeyError as error:
            raise Permanent("no use") from error

    @o.task("later", max_attempts=2, retry=SOON)
    def later() -> str:
        if current_attempt().attempt == 1:
            raise RetryAfter(timedelta(milliseconds=150), "slow down")
        return "ok"

    handles = [snooze.submit(), permanent.submit(), later.submit()]
    o.run_until_idle(concurrency=3)
    assert handles[0].result() == 1
    assert times[1] - times[0] >= 0.09
    failed = o.show(handles[1])
    assert (failed.state, failed.attempts, failed.failure.fault) == ("failed", 1, "permanent")
    assert (failed.failure.cls, failed.failure.message) == ("KeyError", "no use")
    assert handles[2].result() == "ok"
    retried = next(event for event in o.show(handles[2]).history if event.event == "retry")
    assert (retried.failure.fault, retried.failure.retry_after) == ("throttled", 0.15)
    for bad in (-1, float("nan"), True, "1"):
        with pytest.raises((SealbookError, TypeError)):
            Snooze(bad)  # type: ignore[arg-type]


def test_a_class_is_not_retryable_by_itself_or_by_name(o: Orchestrator) -> None:
    @o.task("a", retry={"non_retryable": [ValueError, "OSError"], **SOON})
    def fail(cls: str) -> None:
        raise {"ValueError": ValueError, "OSError": OSError, "LookupError": LookupError}[cls]

    handles = {cls: fail.submit(cls) for cls in ("ValueError", "OSError", "LookupError")}
    o.run_until_idle()
    assert {cls: o.show(handle).attempts for cls, handle in handles.items()} == {
        "ValueError": 1,
        "OSError": 1,
        "LookupError": 3,
    }


def test_a_result_without_a_form_in_json_is_a_permanent_failure(o: Orchestrator) -> None:
    @o.task("bad", max_attempts=4)
    def bad(n: int) -> Any:
        return [object(), float("nan"), 2**53, "\ud800", "x" * (1 << 20), [{"a": {1: 2}}]][n]

    handles = [bad.submit(n) for n in range(6)]
    o.run_until_idle()
    views = [o.show(handle) for handle in handles]
    assert [view.state for view in views] == ["failed"] * 6
    assert [view.failure.cls for view in views] == ["ResultNotJson"] * 4 + ["ResultTooLarge", "ResultNotJson"]
    assert "result is a object" in views[0].failure.message
    assert "result[0].a has the key 1" in views[5].failure.message


def test_coroutines_run_many_at_once_on_one_loop(o: Orchestrator) -> None:
    here, most, threads, full = 0, 0, set(), asyncio.Event()

    @o.task("wait")
    async def wait(n: int) -> int:
        nonlocal here, most
        threads.add(threading.current_thread())
        here += 1
        most = max(most, here)
        if here == 50:
            full.set()
        await full.wait()
        here -= 1
        return n + (current_attempt().attempt - 1)

    handles = [wait.submit(n) for n in range(60)]
    o.run_until_idle(concurrency=50, timeout=LONG)
    assert [handle.result() for handle in handles] == list(range(60))
    assert most == 50
    assert len(threads) == 1
    assert threading.main_thread() not in threads


def test_functions_run_beside_each_other_and_beside_coroutines(o: Orchestrator) -> None:
    together = threading.Barrier(4)

    @o.task("sync")
    def sync() -> str:
        together.wait(LONG)
        return threading.current_thread().name

    @o.task("async")
    async def later() -> int:
        return await asyncio.to_thread(lambda: together.wait(LONG) and 0)

    handles = [sync.submit() for _ in range(3)]
    later.submit()
    o.run_until_idle(concurrency=4, timeout=LONG)
    assert len({handle.result() for handle in handles}) == 3


def test_what_a_handler_is_decides_nothing_if_it_returns_an_awaitable(o: Orchestrator) -> None:
    async def add(a: int, b: int) -> int:
        return a + b

    handle = o.task("add")(functools.partial(add, 1))
    submitted = handle.submit(b=2)
    o.run_until_idle()
    assert submitted.result() == 3


def test_context_variables_do_not_leak_from_one_attempt_to_the_next(o: Orchestrator) -> None:
    variable: contextvars.ContextVar[int] = contextvars.ContextVar("variable", default=0)

    @o.task("leak")
    def leak() -> int:
        before = variable.get()
        variable.set(1)
        return before

    @o.task("thread")
    async def thread() -> str:
        return await asyncio.to_thread(lambda: current_attempt().kind)

    handles = [leak.submit() for _ in range(5)]
    kind = thread.submit()
    o.run_until_idle(concurrency=1)
    assert [handle.result() for handle in handles] == [0] * 5
    assert kind.result() == "thread"
    with pytest.raises(sealbook.InvalidArgumentError):
        current_attempt()


def test_cancellation_reaches_a_running_function(o: Orchestrator) -> None:
    running = threading.Event()

    @o.task("slow")
    def slow() -> None:
        running.set()
        while True:
            current_attempt().raise_if_cancelled()
            time.sleep(0.01)

    o.start()
    handle = slow.submit()
    running.wait(LONG)
    assert handle.cancel("changed our mind") == "running"
    with pytest.raises(TaskFailedError) as caught:
        handle.result(LONG)
    assert (caught.value.state, caught.value.code) == ("cancelled", "CANCELLED")
    with pytest.raises(sealbook.TaskStateError):
        handle.cancel()


def test_cancellation_reaches_a_running_coroutine(o: Orchestrator) -> None:
    running, cleaned = threading.Event(), threading.Event()

    @o.task("slow")
    async def slow() -> None:
        running.set()
        try:
            await asyncio.sleep(LONG)
        finally:
            cleaned.set()

    o.start()
    handle = slow.submit()
    running.wait(LONG)
    handle.cancel()
    assert o.wait(handle, LONG).state == "cancelled"
    assert cleaned.is_set()


def test_a_handler_that_takes_too_long_is_asked_to_stop(o: Orchestrator) -> None:
    stopped: list[str | None] = []

    @o.task("slow", timeout=0.2, max_attempts=1)
    def slow() -> str:
        attempt = current_attempt()
        assert 0 < attempt.remaining <= 0.2
        while not attempt.cancelled:
            time.sleep(0.01)
        stopped.append(attempt.stop_reason)
        return "too late"

    handle = slow.submit()
    o.run_until_idle()
    view = o.show(handle)
    assert (view.state, view.failure.cls, view.result) == ("dead", "Timeout", None)
    assert stopped


def test_progress_is_seen_while_a_handler_runs(o: Orchestrator) -> None:
    go = threading.Event()

    @o.task("steps")
    def steps() -> None:
        current_attempt().beat({"done": 1, "of": 2})
        go.wait(LONG)
        with pytest.raises(TypeError):
            current_attempt().beat(object())

    o.start()
    handle = steps.submit()
    while handle.show().progress is None:
        time.sleep(0.01)
    assert handle.show().progress == {"done": 1, "of": 2}
    go.set()
    handle.result(LONG)


def test_handlers_that_call_back_do_not_deadlock(tmp_path: Path) -> None:
    with Ledger.open(tmp_path, create=True) as ledger, Orchestrator(ledger, requester="ann") as o:

        @o.task("parent")
        def parent(n: int) -> int:
            ledger.record("custom.step", {"n": n})
            child = o.submit("child", {"n": n})
            assert o.show(child).requester == "ann"
            return child.result(LONG)

        @o.task("child")
        async def child(n: int) -> int:
            ledger.record("custom.step", {"n": n})
            return n * 2

        handles = [parent.submit(n) for n in range(10)]
        o.run_until_idle(concurrency=25, timeout=LONG)
        assert [handle.result() for handle in handles] == [n * 2 for n in range(10)]
        assert len(list(ledger.query(kind="custom.step"))) == 20
        assert ledger.verify().intact
