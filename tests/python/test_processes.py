"""Several processes at one ledger."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import sealbook
from sealbook import Ledger

WORK = """
import sys
from sealbook import Ledger
with Ledger.open(sys.argv[1]) as ledger:
    for n in range(50):
        ledger.record("custom.step", {"process": int(sys.argv[2]), "n": n})
"""


def test_several_processes_record_into_one_ledger(ledger: Ledger, tmp_path: Path) -> None:
    package = str(Path(sealbook.__file__).parents[1])
    processes = [
        subprocess.Popen([sys.executable, "-c", WORK, str(tmp_path), str(n)], env={"PYTHONPATH": package})
        for n in range(4)
    ]
    own = [ledger.record("custom.own", {"n": n}).seq for n in range(50)]
    assert [process.wait(120) for process in processes] == [0] * 4

    report = ledger.verify()
    assert report.intact
    assert report.entries == 251
    assert own == sorted(own)
    for process in range(4):
        steps = [e.payload["n"] for e in ledger.query(kind="custom.step") if e.payload["process"] == process]
        assert steps == list(range(49, -1, -1))
