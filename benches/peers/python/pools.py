"""Calls in memory from Python: Sealbook's executor beside the standard library's, in turn within each round.

PYTHONPATH=python python benches/peers/python/pools.py
"""

from __future__ import annotations

import asyncio
import concurrent.futures as futures
import statistics
import time

from sealbook import Executor

WORKERS, ROUNDS = 2, 5


def nothing() -> None:
    """The work."""


def submitted(executor: futures.Executor, calls: int) -> float:
    began = time.perf_counter()
    pending = [executor.submit(nothing) for _ in range(calls)]
    for future in pending:
        future.result()
    return calls / (time.perf_counter() - began)


def asyncio_tasks(calls: int) -> float:
    async def work() -> None:
        nothing()

    async def main() -> float:
        began = time.perf_counter()
        for task in [asyncio.create_task(work()) for _ in range(calls)]:
            await task
        return calls / (time.perf_counter() - began)

    return asyncio.run(main())


def latency(executor: futures.Executor, calls: int = 2000) -> list[float]:
    """Seconds from a submission to its start, one at a time."""
    waits = []
    for _ in range(calls):
        began = time.perf_counter()
        waits.append(executor.submit(time.perf_counter).result() - began)
    return sorted(waits)


def main() -> None:
    with Executor(WORKERS) as ours, futures.ThreadPoolExecutor(WORKERS) as threads, futures.ProcessPoolExecutor(WORKERS) as processes:
        contestants = {
            "sealbook Executor": lambda: submitted(ours, 50_000),
            "ThreadPoolExecutor": lambda: submitted(threads, 50_000),
            "ProcessPoolExecutor": lambda: submitted(processes, 5_000),
            "asyncio tasks": lambda: asyncio_tasks(50_000),
        }
        rates: dict[str, list[float]] = {name: [] for name in contestants}
        for turn in range(ROUNDS + 1):
            for name, run in contestants.items():
                rate = run()
                if turn > 0:
                    rates[name].append(rate)
        print(f"calls of nothing, {WORKERS} workers, submitted and awaited")
        for name, each in rates.items():
            ratios = sorted(mine / theirs for mine, theirs in zip(rates["sealbook Executor"], each, strict=True))
            middle = ratios[len(ratios) // 2]
            print(f"  {name:<22} {statistics.median(each):>10.0f} /s   sealbook is {middle:>6.2f} x of it  ({ratios[0]:.2f}-{ratios[-1]:.2f})")
        mine, theirs = latency(ours), latency(threads)
        print("one call at a time, from its submission to its start")
        for name, at in (("p50", 0.5), ("p99", 0.99)):
            print(f"  {name}: sealbook {mine[int(at * len(mine))] * 1e6:.0f} µs, ThreadPoolExecutor {theirs[int(at * len(theirs))] * 1e6:.0f} µs")


if __name__ == "__main__":
    main()
