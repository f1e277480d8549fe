"""The cases about AI that every language runs, by the blocking calls and by those for asyncio."""

from __future__ import annotations

import asyncio
import dataclasses
import inspect
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sealbook
from conftest import VECTORS, vectors
from sealbook import ClosedError, Ledger, SealbookError, _native, aio

CASES = vectors("attribution/calls.json")["cases"]
FACES = {"blocking": sealbook, "asyncio": aio}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repositories of the cases."""
    folder = tmp_path_factory.mktemp("calls")
    subprocess.run([sys.executable, VECTORS / "attribution" / "calls.py", folder], check=True)
    return folder


def plain(result: Any) -> Any:
    """The result as JSON has it."""
    if not dataclasses.is_dataclass(result):
        return result
    members = dataclasses.asdict(result).items()
    return {name: value for name, value in members if value is not None}


def outcome(face: Any, place: Path, case: dict[str, Any], **more: Any) -> Any:
    call = getattr(face, case["call"])
    arguments = [case[name] for name in ("target", "text") if name in case]
    result = call(place / case["path"], *arguments, **case.get("options", {}), **more)
    return plain(asyncio.run(result) if inspect.iscoroutine(result) else result)


def wrong(part: Any, whole: Any, where: str = "result") -> list[str]:
    """Where `whole` is not as `part` says."""
    if isinstance(part, dict) and isinstance(whole, dict):
        return [
            fault
            for name, value in part.items()
            for fault in wrong(value, whole.get(name, "nothing"), f"{where}.{name}")
        ]
    if isinstance(part, list) and isinstance(whole, list) and len(part) == len(whole):
        return [
            fault
            for n, (ours, theirs) in enumerate(zip(part, whole, strict=True))
            for fault in wrong(ours, theirs, f"{where}[{n}]")
        ]
    return [] if part == whole else [f"{where} is {whole!r}, not {part!r}"]


RUN = [case for case in CASES if "cancel" not in case]


@pytest.mark.parametrize("face", FACES.values(), ids=FACES)
@pytest.mark.parametrize("case", RUN, ids=[case["name"] for case in RUN])
def test_a_call_about_ai_has_the_outcome_of_every_language(face: Any, case: dict, place: Path) -> None:
    if "code" in case:
        with pytest.raises(SealbookError) as caught:
            outcome(face, place, case)
        assert caught.value.code == case["code"]
        return
    result = outcome(face, place, case)
    assert "expect" not in case or wrong(case["expect"], result) == []
    assert [name for name in case.get("absent", []) if name in result] == []
    assert [text for text in case.get("has", []) if text not in result] == []


CANCELLED = [case for case in CASES if "cancel" in case]


@pytest.mark.parametrize("case", CANCELLED, ids=[case["name"] for case in CANCELLED])
def test_a_long_call_is_cancelled_by_its_callback_and_by_its_task(case: dict, place: Path) -> None:
    def stop(done: int, total: int) -> None:
        raise ZeroDivisionError

    for face in FACES.values():
        with pytest.raises(ZeroDivisionError):
            outcome(face, place, case, progress=stop)

    async def main() -> None:
        task = asyncio.create_task(getattr(aio, case["call"])(place / case["path"], **case["options"]))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())


@pytest.mark.parametrize("case", CANCELLED, ids=[case["name"] for case in CANCELLED])
def test_a_long_call_that_is_cancelled_ends_with_its_code(case: dict, place: Path) -> None:
    start: dict[str, Callable[..., Any]] = {
        "scan": lambda *rest: _native.scan(str(place / "large"), '{"no_cache":true}', *rest),
        "stats": lambda *rest: _native.stats(str(place / "large"), '{"no_cache":true}', *rest),
        "report": lambda *rest: _native.report(str(place / "large"), '{"no_cache":true}', *rest),
    }

    async def main() -> BaseException | None:
        loop = asyncio.get_running_loop()
        ended: asyncio.Future[BaseException | None] = loop.create_future()
        job = start[case["call"]](None, lambda _, error: loop.call_soon_threadsafe(ended.set_result, error))
        job.cancel()
        return await ended

    error = asyncio.run(main())
    assert isinstance(error, SealbookError)
    assert error.code == case["code"]


def test_a_scan_records_in_the_project_of_its_path_once(place: Path) -> None:
    project = place / "recorded"
    subprocess.run(["git", "clone", "--quiet", place / "small", project], check=True)
    with Ledger.open(project, create=True):
        pass
    assert sealbook.scan(project / "src", record=True).recorded == 2
    assert asyncio.run(aio.scan(project, record=True)).recorded == 0
    with Ledger.open(project) as ledger:
        assert len(ledger) == 3
        assert ledger.scan(project, record=True, tree=True, history=True, no_cache=True).recorded is not None
        assert ledger.scan(project, tree=True).commits is None
    with pytest.raises(ClosedError):
        ledger.scan(project)
