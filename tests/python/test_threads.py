"""Threads: no call keeps the interpreter's lock while it waits."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from conftest import locked
from sealbook import ClosedError, Ledger


def test_other_threads_go_on_while_one_waits_for_another_process(tmp_path: Path) -> None:
    with Ledger.open(tmp_path, create=True, busy_timeout=60) as ledger, ThreadPoolExecutor(1) as pool:
        entered = threading.Event()

        def record() -> int:
            entered.set()
            return ledger.record("custom.x", {}).seq

        with locked(ledger):
            waiting = pool.submit(record)
            entered.wait()
            # If the waiting call kept the interpreter's lock, nothing below would run before its timeout, and it would fail.
            reads = [ledger.get(0).seq for _ in range(200)]
            assert not waiting.done()
        assert waiting.result() == 1
        assert reads == [0] * 200


def test_eight_threads_record_into_one_ledger(ledger: Ledger) -> None:
    def record(thread: int) -> list[int]:
        return [ledger.record("custom.step", {"thread": thread, "n": n}).seq for n in range(200)]

    with ThreadPoolExecutor(8) as pool:
        seqs = list(pool.map(record, range(8)))
    assert all(own == sorted(own) for own in seqs)
    assert sorted(seq for own in seqs for seq in own) == list(range(1, 1601))
    report = ledger.verify()
    assert report.intact
    assert report.entries == 1601


def test_threads_read_while_others_write_and_one_closes(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path, create=True)
    started = threading.Barrier(5)

    def work(thread: int) -> int:
        started.wait()
        done = 0
        try:
            while True:
                if thread % 2:
                    ledger.record("custom.step", {"thread": thread})
                else:
                    list(ledger.query(limit=10))
                done += 1
        except ClosedError:
            return done

    with ThreadPoolExecutor(4) as pool:
        workers = [pool.submit(work, n) for n in range(4)]
        started.wait()
        while len(ledger) < 50:
            ledger.get(0)
        ledger.close()
        done = [worker.result() for worker in workers]
    with Ledger.open(tmp_path) as again:
        assert again.verify().intact
        assert len(again) == 1 + done[1] + done[3]


def test_a_long_call_lets_a_second_one_run_beside_it(ledger: Ledger) -> None:
    ledger.record_many(("custom.step", {"n": n}) for n in range(5000))
    with ThreadPoolExecutor(4) as pool:
        reports = list(pool.map(lambda _: ledger.verify(), range(4)))
    assert all(report.intact for report in reports)
    assert len({report.root for report in reports}) == 1
