"""Durable tasks on SQLite, from their submission to their results: Sealbook with full audit, huey, DBOS, in turn within each round.

PYTHONPATH=python python benches/peers/python/durable.py

All of them in one process with two workers, and on the same disk. huey runs with fsync, because an acknowledged task of Sealbook is on the disk; DBOS as it comes. What each
keeps is not the same: Sealbook's tasks are fenced by leases and every transition is an entry of a hash chain; huey forgets a task that it hands out.
"""

from __future__ import annotations

import logging
import os
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

ROUNDS = 3


def sealbook_rate(folder: Path, tasks: int, concurrency: int) -> float:
    from sealbook import Ledger, Orchestrator

    with Ledger.open(folder, create=True) as ledger, Orchestrator(ledger) as orchestrator:
        orchestrator.task("noop")(lambda: None)
        began = time.perf_counter()
        handles = orchestrator.submit_many([("noop", None)] * tasks)
        orchestrator.run_until_idle(concurrency=concurrency)
        took = time.perf_counter() - began
        assert all(orchestrator.show(handle).state == "completed" for handle in handles[:: tasks // 10])
    return tasks / took


def huey_rate(folder: Path, tasks: int) -> float:
    from huey import SqliteHuey

    huey = SqliteHuey(filename=str(folder / "huey.db"), fsync=True)
    left, done = [tasks], threading.Event()

    @huey.task()
    def noop() -> None:
        left[0] -= 1
        if left[0] == 0:
            done.set()

    began = time.perf_counter()
    for _ in range(tasks):
        noop()
    consumer = huey.create_consumer(workers=2, periodic=False, initial_delay=0.001, max_delay=0.001, check_worker_health=False)
    consumer.start()
    done.wait()
    took = time.perf_counter() - began
    consumer.stop()
    huey.storage.close()
    return tasks / took


def dbos_rate(folder: Path, tasks: int) -> float:
    from dbos import DBOS

    DBOS(config={"name": "bench", "system_database_url": f"sqlite:///{folder / 'dbos.db'}", "log_level": "ERROR", "run_admin_server": False})

    @DBOS.workflow()
    def noop() -> None:
        return None

    DBOS.launch()
    queue = DBOS.register_queue("bench", polling_interval_sec=0.01)
    try:
        began = time.perf_counter()
        handles = [queue.enqueue(noop) for _ in range(tasks)]
        for handle in handles:
            handle.get_result()
        return tasks / (time.perf_counter() - began)
    finally:
        DBOS.destroy(destroy_registry=True)


def main() -> None:
    logging.disable(logging.WARNING)
    contestants = {
        "sealbook, 16 at once": lambda folder: sealbook_rate(folder, 3000, 16),
        "sealbook, 128 at once": lambda folder: sealbook_rate(folder, 5000, 128),
        "huey, fsync": lambda folder: huey_rate(folder, 400),
        "DBOS": lambda folder: dbos_rate(folder, 100),
    }
    rates: dict[str, list[float]] = {name: [] for name in contestants}
    place = sys.argv[1] if len(sys.argv) > 1 else os.curdir
    for _ in range(ROUNDS):
        for name, run in contestants.items():
            with tempfile.TemporaryDirectory(dir=place) as folder:
                rates[name].append(run(Path(folder)))
    print("durable tasks of nothing, from the first submission to the last result")
    for name, each in rates.items():
        print(f"  {name:<24} {statistics.median(each):>8.0f} /s  ({min(each):.0f}-{max(each):.0f})")
    for ours in list(rates)[:2]:
        for theirs in list(rates)[2:]:
            ratio = statistics.median(a / b for a, b in zip(rates[ours], rates[theirs], strict=True))
            print(f"  {ours} beside {theirs}: {ratio:.1f} x")


if __name__ == "__main__":
    main()
