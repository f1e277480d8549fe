"""The wheel: built as for a release but for the profile, installed into an empty environment, used there."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

pytestmark = [pytest.mark.packaging, pytest.mark.timeout(1800)]

ROOT = Path(__file__).resolve().parents[2]

USE = """
import sys
import sealbook
assert sealbook.__file__.startswith(sys.prefix), sealbook.__file__
with sealbook.Ledger.open(sys.argv[1], create=True) as ledger:
    ledger.record("custom.x", {"n": 1}, actor={"type": "human", "id": "ana"})
    report = ledger.verify()
    assert report.intact and report.entries == 2
print(sealbook.__version__)
"""


def run(*command: str | Path, cwd: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "maturin", "build", "--profile", "dev", "--out", out, cwd=ROOT)
    (built,) = out.iterdir()
    return built


def test_one_wheel_serves_every_version_from_3_10_on(wheel: Path) -> None:
    name, version, *tags = wheel.stem.split("-")
    assert (name, tags[:2]) == ("sealbook", ["cp310", "abi3"])
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = archive.read(f"sealbook-{version}.dist-info/METADATA").decode()
    assert "sealbook/py.typed" in names
    assert "sealbook/_native.pyi" in names
    assert [n for n in names if n.endswith((".so", ".pyd"))] == [
        "sealbook/_native.pyd" if os.name == "nt" else "sealbook/_native.abi3.so"
    ]
    assert not [n for n in names if "__pycache__" in n]
    assert "Requires-Python: >=3.10" in metadata
    assert "License-Expression: Apache-2.0 OR MIT" in metadata
    assert "Requires-Dist" not in metadata


def test_the_installed_wheel_records_and_verifies(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "venv"
    venv.create(home, with_pip=True)
    python = home / ("Scripts" if os.name == "nt" else "bin") / "python"
    run(python, "-m", "pip", "install", "--no-index", "--quiet", wheel, cwd=tmp_path)
    project = tmp_path / "project"
    project.mkdir()
    assert run(python, "-c", USE, project, cwd=tmp_path).strip() in wheel.name
