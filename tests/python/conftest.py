"""What the tests of the Python face share."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sealbook import Ledger, Orchestrator

ROOT = Path(__file__).resolve().parents[2]
VECTORS = ROOT / "tests" / "vectors"


def vectors(name: str) -> dict:
    """One of the files that every language's tests run."""
    return json.loads((VECTORS / name).read_text(encoding="utf-8"))


@pytest.fixture(autouse=True, scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What scans remember is kept from the user's own cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SEALBOOK_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A ledger in a file."""
    with Ledger.open(tmp_path, create=True) as opened:
        yield opened


@pytest.fixture
def o(tmp_path: Path) -> Iterator[Orchestrator]:
    """An orchestrator over a ledger in a file."""
    with Orchestrator(tmp_path, requester="ann", create=True) as opened:
        yield opened


HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()
"""


@contextmanager
def locked(ledger: Ledger) -> Iterator[None]:
    """Another process holds the ledger's write lock meanwhile."""
    # In another process: opening the file here would drop the locks of the ledger's own connections.
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(ledger.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout.readline() == b"locked\n"
        try:
            yield
        finally:
            holder.stdin.close()
