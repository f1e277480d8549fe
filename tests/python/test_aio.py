"""The ledger for asyncio."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sealbook
from conftest import locked
from sealbook import AsyncLedger, ClosedError, InvalidKindError, Ledger, NotFoundError, aio


def test_two_hundred_records_at_once(tmp_path: Path) -> None:
    async def main() -> None:
        async with AsyncLedger.open(tmp_path, create=True) as ledger:
            entries = await asyncio.gather(*(ledger.record("custom.step", {"n": n}) for n in range(200)))
            assert sorted(entry.seq for entry in entries) == list(range(1, 201))
            assert [entry.payload["n"] for entry in entries] == list(range(200))
            report = await ledger.verify(origin=ledger.origin)
            assert report.intact
            assert report.entries == await ledger.size() == 201

    asyncio.run(main())


def test_recording_needs_no_thread_for_each_call(tmp_path: Path) -> None:
    def threads() -> int:
        return len(list(Path("/proc/self/task").iterdir()))

    if not Path("/proc/self/task").is_dir():
        pytest.skip("threads cannot be counted here")

    async def main() -> None:
        async with AsyncLedger.open(tmp_path, create=True) as ledger:
            await ledger.record("custom.first", {})
            before = threads()
            with locked(ledger):
                tasks = [asyncio.create_task(ledger.record("custom.x", {"n": n})) for n in range(200)]
                await asyncio.sleep(0)
                assert threads() <= before
                assert not any(task.done() for task in tasks)
            await asyncio.gather(*tasks)

    asyncio.run(main())


def test_the_loop_runs_on_while_a_call_waits_for_another_process(tmp_path: Path) -> None:
    async def main() -> None:
        async with AsyncLedger.open(tmp_path, create=True) as ledger:
            with locked(ledger):
                task = asyncio.create_task(ledger.record("custom.x", {}))
                assert [(await ledger.get(0)).seq for _ in range(20)] == [0] * 20
                assert not task.done()
            assert (await task).seq == 1

    asyncio.run(main())


def test_the_calls_and_errors_are_those_of_the_other(tmp_path: Path) -> None:
    async def main() -> None:
        ledger = await AsyncLedger.open(tmp_path, create=True, origin="example.com/aio")
        assert ledger.path == tmp_path / ".sealbook" / "ledger.db"
        entry = await ledger.record_json("custom.x", '{"n":1}')
        assert await ledger.get(entry.id) == await ledger.get(1) == entry
        assert len(await ledger.record_many([("custom.a", {}), ("custom.b", {})])) == 2
        assert [e.kind async for e in ledger.query(kind="custom.*", limit=2)] == ["custom.b", "custom.a"]
        assert len((await ledger.query_page(limit=3)).entries) == 3
        told: list[tuple[int, int]] = []
        await ledger.reindex(progress=lambda done, total: told.append((done, total)))
        assert told[-1][0] == told[-1][1] > 0
        assert await ledger.export(tmp_path / "out.jsonl") == 4
        assert (await aio.verify_export(tmp_path / "out.jsonl", origin="example.com/aio")).intact
        async with AsyncLedger.in_memory() as other:
            assert (await other.import_(tmp_path / "out.jsonl")).recorded == 4

        with pytest.raises(NotFoundError):
            await ledger.get(99)
        with pytest.raises(InvalidKindError):
            await ledger.record("Upper", {})
        with pytest.raises(TypeError, match=r"payload\.x"):
            await ledger.record("custom.x", {"x": object()})
        with pytest.raises(sealbook.InvalidArgumentError):
            await ledger.verify(root="zz", size=1)
        with pytest.raises(sealbook.NotARepositoryError):
            await ledger.scan("/", record=True)
        with pytest.raises(sealbook.NotARepositoryError):
            await aio.scan("/")
        with pytest.raises(NotFoundError):
            await AsyncLedger.open(tmp_path / "nothing")
        await ledger.close()
        with pytest.raises(ClosedError):
            await ledger.record("custom.x", {})
        with pytest.raises(ClosedError):
            await ledger.size()

    asyncio.run(main())


def started_jobs(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The jobs that `aio` starts from now on."""
    jobs: list[Any] = []
    later = aio._later

    def watched(start: Callable[[Any], Any], *rest: Any) -> Any:
        def started(done: Any) -> Any:
            jobs.append(start(done))
            return jobs[-1]

        return later(started, *rest)

    monkeypatch.setattr(aio, "_later", watched)
    return jobs


def test_cancelling_a_task_ends_the_verification(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Ledger.open(tmp_path, create=True) as ledger:
        for _ in range(5):
            ledger.record_many(("custom.step", {"n": n}) for n in range(20_000))
    jobs = started_jobs(monkeypatch)

    async def main() -> None:
        ledger = await AsyncLedger.open(tmp_path)
        begun = asyncio.Event()
        # Told before the first entry as well, when the total is not known yet.
        task = asyncio.create_task(ledger.verify(progress=lambda done, total: done and begun.set()))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        verification = jobs[-1]
        done, total = verification.progress()
        assert 0 < done < total
        # The ledger is free, and the job's late answer disturbs nobody.
        assert (await ledger.record("custom.after", {})).seq == 100_001
        await ledger.close()
        done, _ = verification.progress()
        assert done < total

    asyncio.run(main())


def test_an_exception_of_the_progress_callback_cancels_and_comes_out(ledger: Ledger) -> None:
    def stop(done: int, total: int) -> None:
        raise ZeroDivisionError

    async def main() -> None:
        async with AsyncLedger.open(ledger.path) as twin:
            with pytest.raises(ZeroDivisionError):
                await twin.verify(progress=stop)
            assert (await twin.verify()).intact

    asyncio.run(main())


def test_what_a_cancelled_task_has_handed_in_is_recorded(tmp_path: Path) -> None:
    async def main() -> None:
        async with AsyncLedger.open(tmp_path, create=True) as ledger:
            with locked(ledger):
                task = asyncio.create_task(ledger.record("custom.x", {}))
                await asyncio.sleep(0)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
        # Closing has waited for it.
        with Ledger.open(tmp_path) as again:
            assert len(again) == 2

    asyncio.run(main())


def test_a_loop_that_is_closed_before_the_answer_comes(tmp_path: Path) -> None:
    loop = asyncio.new_event_loop()
    ledger = loop.run_until_complete(_open(tmp_path))
    with locked(ledger):
        task = loop.create_task(ledger.record("custom.x", {"late": True}))
        loop.run_until_complete(asyncio.sleep(0))
        task.cancel()
        loop.run_until_complete(asyncio.gather(task, return_exceptions=True))
        loop.close()

    async def rest() -> int:
        # Recorded after the first: the recorder settles in order, so that the first answer has found its loop closed.
        seq = (await ledger.record("custom.x", {"late": False})).seq
        await ledger.close()
        return seq

    assert asyncio.run(rest()) == 2


async def _open(folder: Path) -> AsyncLedger:
    return await AsyncLedger.open(folder, create=True)


def test_one_ledger_serves_the_loops_of_several_threads(tmp_path: Path) -> None:
    ledger = asyncio.run(_open(tmp_path))
    seqs: list[int] = []

    async def record() -> None:
        entries = await asyncio.gather(*(ledger.record("custom.x", {}) for _ in range(50)))
        seqs.extend(entry.seq for entry in entries)

    threads = [threading.Thread(target=lambda: asyncio.run(record())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seqs) == list(range(1, 201))
    asyncio.run(ledger.close())
