"""The programs in `examples/python`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import sealbook
from conftest import ROOT
from sealbook import Ledger, Orchestrator


def run(name: str, *arguments: object) -> list[str]:
    program = ROOT / "examples" / "python" / name
    environment = {"PYTHONPATH": str(Path(sealbook.__file__).parents[1])}
    command = [sys.executable, "-W", "error", program, *map(str, arguments)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=200)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def test_five_lines_record_and_verify(tmp_path: Path) -> None:
    with Ledger.open(tmp_path, create=True):
        pass
    (line,) = run("five_lines.py", tmp_path)
    assert line.startswith("entry 1 recorded; intact: 2 entries")


def test_the_research_agent_survives_an_outage_and_publishes_what_was_approved(tmp_path: Path) -> None:
    lines = run("research_agent.py", tmp_path, "tides")
    assert lines[0] == "3 pages found; 9 calls; the breaker held back tasks: True"
    assert lines[1:4] == [
        "publishing is awaiting_approval",
        "ana approves research.publish: approved",
        "published 3 pages",
    ]
    assert lines[4].startswith("intact: ")
    assert (tmp_path / "answer.txt").read_text().count("a page about") == 3
    with Orchestrator(tmp_path) as o:
        searches = o.list(kind="tool.search")
        assert [task.state for task in searches] == ["completed"] * 3
        assert sum(task.attempts for task in searches) == 9
