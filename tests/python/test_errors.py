"""The exceptions: one table for all languages, and what Python expects of an exception."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import pytest
import sealbook
from conftest import locked, vectors
from sealbook import CLASSES, Ledger, SealbookError, errors


def test_the_table_is_that_of_all_languages() -> None:
    rows = vectors("errors.json")["errors"]
    ours = [
        {"code": code, "number": row.number, "class": row.cls.__name__, "retryable": row.retryable}
        for code, row in errors.TABLE.items()
    ]
    theirs = [{name: row[name] for name in ("code", "number", "class", "retryable")} for row in rows]
    assert ours == theirs
    assert {code: row.cls for code, row in errors.TABLE.items()} == CLASSES


def test_every_class_is_public_and_of_the_family() -> None:
    for row in errors.TABLE.values():
        assert getattr(sealbook, row.cls.__name__) is row.cls
        assert issubclass(row.cls, SealbookError)
        assert row.cls.__doc__


@pytest.mark.parametrize("code", errors.TABLE)
def test_every_error_survives_pickling_and_copying(code: str) -> None:
    cause = OSError(13, "denied")
    error = errors.make(code, "what was wrong; what to do", {"path": "/x"}, cause)
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(twin) is type(error)
        assert (twin.code, twin.number, twin.message) == (code, error.number, "what was wrong; what to do")
        assert dict(twin.context) == {"path": "/x"}
        assert str(twin) == "what was wrong; what to do"
        assert repr(twin.__cause__) == repr(cause)


def test_an_unknown_code_is_still_of_the_family() -> None:
    error = errors.make("SOMETHING_NEW", "text")
    assert type(error) is SealbookError
    assert (error.code, error.number, error.retryable) == ("SOMETHING_NEW", 0, False)
    assert pickle.loads(pickle.dumps(error)).code == "SOMETHING_NEW"


def test_pythons_own_classes_catch_ours(tmp_path: Path) -> None:
    ledger = Ledger.in_memory()
    with pytest.raises(LookupError):
        ledger.get(7)
    with pytest.raises(ValueError, match="kind"):
        ledger.record("Upper", {})
    with pytest.raises(FileNotFoundError) as caught:
        sealbook.verify_export(tmp_path / "nothing")
    assert caught.value.errno == 2
    assert isinstance(caught.value.__cause__, OSError)
    assert caught.value.__cause__.errno == 2
    assert caught.value.context["path"] == str(tmp_path / "nothing")
    with pytest.raises(ValueError, match="neither"):
        ledger.get("neither a number nor an id")


def test_a_busy_ledger_is_retryable(tmp_path: Path) -> None:
    with Ledger.open(tmp_path, create=True, busy_timeout=0.05) as ledger:
        with locked(ledger), pytest.raises(sealbook.LedgerBusyError) as caught:
            ledger.record("custom.x", {})
        error = caught.value
        assert error.is_busy()
        assert error.retryable
        assert not error.is_tampered()
        assert isinstance(error, TimeoutError)
        assert ledger.record("custom.x", {}).seq == 1


def test_another_file_is_not_a_ledger(tmp_path: Path) -> None:
    file = tmp_path / "notes.db"
    file.write_text("not a ledger" * 100)
    with pytest.raises(sealbook.NotALedgerError):
        Ledger.open(file)
    assert file.read_text() == "not a ledger" * 100
