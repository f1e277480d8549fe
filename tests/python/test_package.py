"""The package as a whole: versions, exports, documentation."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
import re

import pytest
import sealbook
from conftest import ROOT

MODULES = sorted(
    module.name
    for module in pkgutil.iter_modules(sealbook.__path__, "sealbook.")
    if "_native" not in module.name
)


def test_one_version_for_all() -> None:
    workspace = re.search(
        r'^\[workspace\.package\]\nversion = "(.+)"$', (ROOT / "Cargo.toml").read_text(), re.M
    )
    package = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.M)
    assert sealbook.__version__ == workspace[1] == package[1]


def test_everything_public_is_exported_and_documented() -> None:
    for name in sealbook.__all__:
        thing = getattr(sealbook, name)
        if inspect.isclass(thing) or inspect.isfunction(thing):
            assert thing.__doc__, name
    classes = (sealbook.Ledger, sealbook.AsyncLedger, sealbook.Orchestrator, sealbook.Handle)
    for cls in (*classes, sealbook.TaskFunction, sealbook.Attempt, sealbook.Events):
        for name, member in inspect.getmembers(cls):
            if not name.startswith("_"):
                assert member.__doc__, f"{cls.__name__}.{name}"


@pytest.mark.parametrize("name", ["sealbook", *MODULES])
def test_the_examples_in_docstrings(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_there_are_examples() -> None:
    finder = doctest.DocTestFinder()
    examples = sum(
        len(test.examples) for name in MODULES for test in finder.find(importlib.import_module(name))
    )
    assert examples > 40


@pytest.mark.parametrize(("page", "least"), [("python", 7), ("tasks", 2)])
def test_the_examples_in_the_guides(page: str, least: int, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    guide = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", guide, re.S)
    assert len(blocks) >= least
    namespace = {"__name__": "guide"}
    for block in blocks:
        exec(compile(block, f"docs/{page}.md", "exec"), namespace)
