"""Ctrl-C ends a long call before it is complete, and the ledger can be used on."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sealbook import Ledger

ENTRIES = 200_000


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    with Ledger.open(tmp_path_factory.mktemp("big"), create=True) as ledger:
        for start in range(0, ENTRIES, 20_000):
            ledger.record_many(("custom.step", {"n": n}) for n in range(start, start + 20_000))
        yield ledger


@pytest.fixture(autouse=True)
def interruptible() -> Iterator[None]:
    # A test run in the background may have inherited that the signal is ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def interrupted(call: Callable[[Callable[[int, int], None]], object]) -> list[tuple[int, int]]:
    """Calls with a progress callback, sends the process SIGINT once it was told something, and returns what it was told."""
    told: list[tuple[int, int]] = []
    first = threading.Event()

    def progress(done: int, total: int) -> None:
        told.append((done, total))
        first.set()

    def press() -> None:
        first.wait()
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=press)
    thread.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            call(progress)
    finally:
        first.set()
        thread.join()
    return told


@pytest.mark.parametrize("name", ["verify", "reindex", "export", "import_"])
def test_ctrl_c_ends_a_long_call_before_it_is_complete(big: Ledger, tmp_path: Path, name: str) -> None:
    file = tmp_path / "export.jsonl"
    if name == "import_":
        big.export(file)
    arguments = (file,) if name in ("export", "import_") else ()
    target = Ledger.in_memory() if name == "import_" else big

    told = interrupted(lambda progress: getattr(target, name)(*arguments, progress=progress))

    assert all(done < total or total == 0 for done, total in told)
    if name == "export":
        assert list(tmp_path.iterdir()) == []
    if name == "import_":
        assert len(target) <= ENTRIES
    # The cancelled call has let go of everything.
    assert big.record("custom.after", {"call": name}).kind == "custom.after"


def test_an_interrupted_ledger_is_intact(big: Ledger) -> None:
    interrupted(lambda progress: big.verify(progress=progress))
    report = big.verify()
    assert report.intact
    assert report.entries > ENTRIES
