"""Workers that are killed and stopped at random: every task ends once, whatever happens to who runs it. SEALBOOK_SOAK is the number of tasks."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from sealbook import Orchestrator

TASKS = int(os.environ.get("SEALBOOK_SOAK", "150"))
WORKERS = 3
LEASE = 1.0
OPEN = ["pending", "queued", "assigned", "running"]

WORKER = """
import os, sys, time
from pathlib import Path
from sealbook import Orchestrator, current_attempt

folder = Path(sys.argv[1])

def effect(wait):
    attempt = current_attempt()
    time.sleep(wait)
    line = f"{attempt.task} {attempt.epoch}\\n".encode()
    log = os.open(folder / "effects", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(log, line)
    os.close(log)
    try:
        os.close(os.open(folder / "single" / attempt.idempotency_key, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        pass

with Orchestrator(folder) as o:
    o.task("effect")(effect)
    o.run_until_idle(concurrency=4, lease=float(sys.argv[2]))
"""


def start(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", WORKER, str(folder), str(LEASE)])


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL")
def test_every_task_ends_once_although_workers_are_killed_and_stopped(tmp_path: Path) -> None:
    (tmp_path / "single").mkdir()
    chance = random.Random(7)
    killed = stopped = 0
    with Orchestrator(tmp_path, create=True, requester="ann") as o:
        waits = [0.02 + n % 80 / 1000 for n in range(TASKS)]
        o.submit_many({"kind": "effect", "arguments": wait, "retry": {"crash_limit": 50}} for wait in waits)
        began = time.monotonic()
        workers = [start(tmp_path) for _ in range(WORKERS)]
        try:
            while any(o.list(states=OPEN, limit=1)):
                time.sleep(chance.uniform(0.3, 0.8))
                at = chance.randrange(WORKERS)
                if chance.random() < 0.2 and workers[at].poll() is None:
                    # Past its lease: what it still says about its tasks is not to count.
                    workers[at].send_signal(signal.SIGSTOP)
                    time.sleep(1.5 * LEASE)
                    workers[at].send_signal(signal.SIGCONT)
                    stopped += 1
                    continue
                killed += workers[at].poll() is None
                workers[at].kill()
                workers[at].wait()
                workers[at] = start(tmp_path)
            assert [worker.wait(60) for worker in workers] == [0] * WORKERS
        finally:
            for worker in workers:
                worker.kill()
                worker.wait()
        took = time.monotonic() - began

        assert o.counts() == {"completed": TASKS}
        holders: dict[str, object] = {}
        ends: Counter[str] = Counter()
        lost = 0
        for event in o.events(behind=0, follow=False):
            lost += event.event == "lose_lease"
            if event.event == "start":
                holders[event.task] = (event.worker, event.epoch)
            elif event.event == "complete":
                ends[event.task] += 1
                assert (event.worker, event.epoch) == holders[event.task], "ended by who did not hold it"
        assert len(ends) == TASKS
        assert set(ends.values()) == {1}
        assert killed > 0
        assert lost > 0
        effects = (tmp_path / "effects").read_text().splitlines()
        assert len({line.split()[0] for line in effects}) == TASKS
        assert len(set(effects)) == len(effects), "an epoch was given twice"
        assert len(list((tmp_path / "single").iterdir())) == TASKS
        report = o.ledger.verify()
        assert report.intact
    print(
        f"{TASKS} tasks in {took:.1f} s; {killed} kills and {stopped} stops of {WORKERS} workers, {lost} attempts lost; "
        f"{len(effects) - TASKS} effects twice without a key, 0 with one; {report.entries} entries, {report.verdict}"
    )
