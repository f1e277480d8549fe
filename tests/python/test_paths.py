"""Paths and read-only use."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
import sealbook
from sealbook import Ledger

NAMES = ["with space", "ünïcödé-漢字-😀", "quote'\"#%?&", "-dash", "new\nline", "a" * 200]


@pytest.mark.parametrize("name", NAMES)
def test_odd_names_of_folders(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    with Ledger.open(folder, create=True) as ledger:
        ledger.record("custom.x", {"folder": name})
        assert ledger.path == folder / ".sealbook" / "ledger.db"
        assert ledger.export(folder / f"{name}.x"[-100:]) == 2
    for path in (str(folder), os.fsencode(folder), folder, ledger_file(folder)):
        with Ledger.open(path) as ledger:
            assert ledger.get(1).payload == {"folder": name}
            assert ledger.verify().intact


def ledger_file(folder: Path) -> Path:
    return folder / ".sealbook" / "ledger.db"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_a_name_that_is_not_utf8_is_refused_for_a_ledger_and_good_for_an_export(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/\xff\xfe"
    Path(os.fsdecode(folder)).mkdir()
    with pytest.raises(sealbook.InvalidArgumentError, match="UTF-8"):
        Ledger.open(folder, create=True)
    with Ledger.in_memory() as ledger:
        assert ledger.export(folder + b"/out") == 1
    assert sealbook.verify_export(folder + b"/out").intact


def test_a_read_only_ledger_can_be_read_and_verified_but_not_written(tmp_path: Path) -> None:
    with Ledger.open(tmp_path, create=True) as ledger:
        ledger.record("custom.x", {"n": 1})
    with Ledger.open(tmp_path, read_only=True) as ledger:
        assert ledger.get(1).payload == {"n": 1}
        assert ledger.verify().intact
        assert len(list(ledger.query())) == 2
        for call in (lambda: ledger.record("custom.x", {}), ledger.reindex):
            with pytest.raises(sealbook.ReadOnlyError):
                call()
    with pytest.raises(sealbook.NotAProjectError):
        Ledger.open(tmp_path.parent, read_only=True, create=True)


def test_a_file_anywhere_can_be_a_ledger(tmp_path: Path) -> None:
    file = tmp_path / "audit.db"
    with Ledger.open(file, create=True) as ledger:
        assert ledger.path == file
        assert ledger.record("custom.x", {}).seq == 1


@pytest.mark.parametrize("path", [None, 7, object()])
def test_what_is_no_path_is_refused(path: object) -> None:
    with pytest.raises(TypeError):
        Ledger.open(path)


def test_a_path_with_nul_is_refused(tmp_path: Path) -> None:
    with pytest.raises((ValueError, sealbook.SealbookError)):
        Ledger.open(f"{tmp_path}/a\0b", create=True)
    assert list(tmp_path.iterdir()) == []
