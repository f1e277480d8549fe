"""The calls of `sealbook.Ledger` and their typed results."""

from __future__ import annotations

import dataclasses
import inspect
import io
import pickle
import subprocess
import weakref
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sealbook
from sealbook import (
    AsyncLedger,
    ClosedError,
    Entry,
    Imported,
    InvalidArgumentError,
    InvalidQueryError,
    Ledger,
    NotAProjectError,
    NotFoundError,
    OriginMismatchError,
    Record,
)

ANA = {"type": "human", "id": "ana"}


def test_a_recorded_entry_is_returned_whole_and_can_be_got_by_number_and_by_id(ledger: Ledger) -> None:
    before = datetime.now(timezone.utc)
    entry = ledger.record("human_review", {"score": 1.5, "tags": ("a", "b")}, actor=ANA, spec="FEAT-1")
    after = datetime.now(timezone.utc)

    assert (entry.seq, entry.kind) == (1, "human_review")
    assert entry.payload == {"actor": ANA, "score": 1.5, "spec": "FEAT-1", "tags": ["a", "b"]}
    assert list(entry.payload) == sorted(entry.payload)
    assert entry.time.tzinfo is timezone.utc
    assert before - timedelta(seconds=1) <= entry.time <= after
    assert entry.prev == ledger.get(0).hash
    assert ledger.get(1) == ledger.get("1") == ledger.get(entry.id) == entry


def test_an_entry_is_immutable_hashable_and_can_be_pickled(ledger: Ledger) -> None:
    entry = ledger.record("custom.note", {"n": 1})
    with pytest.raises(dataclasses.FrozenInstanceError):
        entry.seq = 2
    assert pickle.loads(pickle.dumps(entry)) == entry
    assert len({entry, ledger.get(1)}) == 1
    assert not hasattr(entry, "__dict__")


def test_the_words_of_the_vocabulary_have_arguments_of_their_own(ledger: Ledger) -> None:
    entry = ledger.record(
        "ai_assistance",
        {"metrics": {"lines": 3}},
        actor={"type": "ai", "id": "builder"},
        action="edit",
        spec="FEAT-1",
        files=["a.py", Path("src") / "b.py", {"path": "c.py", "change": "added"}],
    )
    assert entry.payload["action"] == {"type": "edit"}
    assert entry.payload["metrics"] == {"lines": 3}
    assert [file["path"] for file in entry.payload["files"]] == ["a.py", "src/b.py", "c.py"]
    assert ledger.record("custom.x", action={"type": "edit", "description": "d"}).payload["action"][
        "description"
    ]
    with pytest.raises(TypeError, match="actor: given by name and in the payload"):
        ledger.record("custom.x", {"actor": ANA}, actor=ANA)


def test_a_payload_can_be_any_mapping_and_is_not_changed(ledger: Ledger) -> None:
    from types import MappingProxyType

    payload = {"n": 1}
    assert ledger.record("custom.x", MappingProxyType(payload), spec="s").payload == {"n": 1, "spec": "s"}
    assert ledger.record("custom.x").payload == {}
    assert payload == {"n": 1}
    with pytest.raises(TypeError, match="record_json"):
        ledger.record("custom.x", '{"n":1}')


def test_the_same_id_and_payload_return_the_first_entry(ledger: Ledger) -> None:
    first = ledger.record("custom.x", {"n": 1})
    assert ledger.record("custom.x", {"n": 1}, id=first.id) == first
    assert ledger.record_json("custom.x", b'{ "n": 1 }', id=first.id) == first
    with pytest.raises(sealbook.IdConflictError):
        ledger.record("custom.x", {"n": 2}, id=first.id)
    assert len(ledger) == 2


def test_record_json_takes_text_and_bytes(ledger: Ledger) -> None:
    for text in (
        '{"a":"é"}',
        '{"a":"é"}'.encode(),
        bytearray(b'{"a":"\\u00e9"}'),
        memoryview(b'{"a":"\\u00e9"}'),
    ):
        assert ledger.record_json("custom.x", text).payload == {"a": "é"}
    with pytest.raises(TypeError, match="dict"):
        ledger.record_json("custom.x", {"a": 1})


def test_record_many_records_all_or_none(ledger: Ledger) -> None:
    entries = ledger.record_many([Record("custom.a", {"n": 1}), ("custom.b", {"n": 2}), ("custom.c", None)])
    assert [(entry.seq, entry.kind) for entry in entries] == [
        (1, "custom.a"),
        (2, "custom.b"),
        (3, "custom.c"),
    ]
    with pytest.raises(sealbook.InvalidKindError) as caught:
        ledger.record_many([("custom.a", {}), ("Custom", {})])
    assert caught.value.context["record"] == "1"
    with pytest.raises(TypeError, match="record 1 is a str"):
        ledger.record_many([("custom.a", {}), "custom.b"])
    assert ledger.record_many([]) == []
    assert len(ledger) == 4


def test_query_filters_and_orders(ledger: Ledger) -> None:
    ledger.record("custom.a", actor=ANA, spec="S", files=["x.py"])
    ledger.record("custom.b", actor={"type": "ai", "id": "bot"})
    middle = ledger.get(2).time
    ledger.record("human_review", actor=ANA)

    def seqs(**filters) -> list[int]:
        return [entry.seq for entry in ledger.query(**filters)]

    assert seqs() == [3, 2, 1, 0]
    assert seqs(order="oldest") == [0, 1, 2, 3]
    assert seqs(kind="custom.*") == [2, 1]
    assert seqs(kind="custom.a") == seqs(spec="S") == seqs(path="x.py") == [1]
    assert seqs(actor="ana") == [3, 1]
    assert seqs(actor="ana", limit=1) == [3]
    plus_two = timezone(timedelta(hours=2))
    assert seqs(since=middle.astimezone(plus_two)) == seqs(since=middle.isoformat()[:-6] + "Z")
    assert 2 in seqs(since=middle)
    assert 2 not in seqs(until=middle)
    assert seqs(since=date(2020, 1, 1)) == [3, 2, 1, 0] == seqs(since="2020-01-01")
    assert seqs(until=date(2020, 1, 1)) == []


@pytest.mark.parametrize(
    "filters",
    [
        {"limit": 0},
        {"limit": -1},
        {"order": "upwards"},
        {"since": "yesterday"},
        {"since": datetime(2026, 11, 23)},
    ],
)
def test_a_filter_that_is_not_usable_is_refused(ledger: Ledger, filters: dict) -> None:
    with pytest.raises(InvalidQueryError) as caught:
        list(ledger.query(**filters))
    assert caught.value.code == "INVALID_QUERY"


def test_query_goes_on_over_pages_while_the_ledger_grows(ledger: Ledger) -> None:
    ledger.record_many(("custom.step", {"n": n}) for n in range(1200))
    found = ledger.query(kind="custom.step")
    first = next(found)
    ledger.record("custom.step", {"n": -1})
    rest = [entry.payload["n"] for entry in found]
    assert first.payload["n"] == 1199
    assert rest == list(range(1198, -1, -1))
    assert len(list(ledger.query(limit=777))) == 777


def test_pages_end(ledger: Ledger) -> None:
    ledger.record_many(("custom.step", {"n": n}) for n in range(4))
    seen, cursor = [], None
    while True:
        page = ledger.query_page(order="oldest", limit=2, cursor=cursor)
        assert len(page.entries) <= 2
        seen += [entry.seq for entry in page.entries]
        cursor = page.next
        if cursor is None:
            break
    assert seen == [0, 1, 2, 3, 4]
    with pytest.raises(InvalidQueryError):
        ledger.query_page(cursor="nonsense")
    with pytest.raises(InvalidQueryError):
        ledger.query_page(limit=10_001)


def test_verify_says_what_it_checked(ledger: Ledger) -> None:
    ledger.record("custom.x", {"n": 1})
    report = ledger.verify()
    assert report.intact
    assert report.verdict == "intact"
    assert report.entries == 2
    assert report.faults == ()
    assert report.origin == ledger.origin
    assert any(topic.startswith("rewriting:") for topic in report.not_checked)

    known = ledger.verify(origin=ledger.origin, size=2, root=report.root)
    assert known.intact
    assert known.not_checked == ()
    wrong = ledger.verify(size=2, root="0" * 64)
    assert not wrong.intact
    assert [fault.kind for fault in wrong.faults] == ["tree"]
    assert [fault.kind for fault in ledger.verify(size=3).faults] == ["truncated"]
    for bad in ({"root": "0" * 64}, {"size": 1, "root": "zz"}):
        with pytest.raises(InvalidArgumentError):
            ledger.verify(**bad)


def test_a_report_cannot_be_taken_for_a_truth_value(ledger: Ledger) -> None:
    with pytest.raises(TypeError, match="intact"):
        bool(ledger.verify())


def test_progress_is_told_up_to_the_end(ledger: Ledger) -> None:
    ledger.record_many(("custom.step", {"n": n}) for n in range(1000))
    for call in (ledger.verify, ledger.reindex):
        told: list[tuple[int, int]] = []
        call(progress=lambda done, total, told=told: told.append((done, total)))
        done, total = told[-1]
        assert done == total > 0
    told.clear()
    ledger.export(io.BytesIO(), progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (1001, 1001)


def test_an_exception_of_the_progress_callback_comes_out_as_itself(ledger: Ledger) -> None:
    class StopHereError(Exception):
        pass

    def stop(done: int, total: int) -> None:
        raise StopHereError(done, total)

    with pytest.raises(StopHereError):
        ledger.verify(progress=stop)
    assert ledger.verify().intact


def test_export_verify_export_and_import(ledger: Ledger, tmp_path: Path) -> None:
    ledger.record("custom.x", {"n": 1})
    file = tmp_path / "out.jsonl"
    assert ledger.export(file) == 2
    written = io.BytesIO()
    assert ledger.export(written) == 2
    assert written.getvalue() == file.read_bytes()
    assert sealbook.verify_export(file, origin=ledger.origin, size=2).intact

    with Ledger.in_memory() as other:
        assert other.import_(file) == Imported(entries=2, recorded=2)
        assert other.import_(str(file)) == Imported(entries=2, recorded=0)
        assert other.verify().intact

    file.write_bytes(file.read_bytes().replace(b'{\\"n\\":1}', b'{\\"n\\":2}'))
    report = sealbook.verify_export(file)
    assert [fault.kind for fault in report.faults] == ["commitment"]
    assert (report.faults[0].seq, report.verdict) == (1, "tampered")
    with pytest.raises(sealbook.InvalidExportError):
        ledger.import_(file)


def test_an_export_that_fails_leaves_the_file_as_it_was(ledger: Ledger, tmp_path: Path) -> None:
    file = tmp_path / "out.jsonl"
    ledger.export(file)
    before = file.read_bytes()
    ledger.record_many(("custom.step", {"n": n}) for n in range(3000))

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    class Full(io.RawIOBase):
        def write(self, data: bytes) -> int:
            raise OSError(28, "full")

    with pytest.raises(OSError, match="full"):
        ledger.export(Full())
    with pytest.raises(NotFoundError):
        ledger.export(tmp_path / "no" / "such.jsonl")
    assert file.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == [".sealbook", "out.jsonl"]


def test_scan_reads_and_with_record_records_once(ledger: Ledger, tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    git = ["git", "-C", str(repository), "-c", "user.name=Ana", "-c", "user.email=ana@example.com"]
    subprocess.run(["git", "init", "--quiet", str(repository)], check=True)
    for message in ("Plain", "Add\n\nCo-Authored-By: Claude <noreply@anthropic.com>"):
        subprocess.run([*git, "commit", "--quiet", "--allow-empty", "-m", message], check=True)

    report = sealbook.scan(repository)
    assert (report.commits.total, report.commits.ai, report.commits.unknown) == (2, 1, 1)
    assert report.recorded is None
    assert sum(report.by_strength.values()) == 1
    assert len(report.by_tool) == 1
    assert ledger.scan(repository) == report
    assert len(ledger) == 1
    assert ledger.scan(repository, record=True).recorded == 2
    assert ledger.scan(repository, record=True).recorded == 0
    assert [entry.kind for entry in ledger.query(limit=2)] == ["commit", "commit"]
    assert sealbook.scan(repository, revision="HEAD~1").commits.total == 1
    with pytest.raises(InvalidArgumentError):
        sealbook.scan(repository, revision="nothing")
    with pytest.raises(sealbook.NotARepositoryError):
        sealbook.scan("/")


def test_a_closed_ledger_says_so(tmp_path: Path) -> None:
    with Ledger.open(tmp_path, create=True) as ledger:
        assert ".sealbook" in repr(ledger)
    for call in (
        lambda: ledger.record("custom.x"),
        lambda: ledger.record_many([("custom.x", {})]),
        lambda: ledger.get(0),
        lambda: list(ledger.query()),
        ledger.verify,
        ledger.reindex,
        lambda: ledger.export(io.BytesIO()),
        lambda: ledger.path,
        lambda: len(ledger),
    ):
        with pytest.raises(ClosedError):
            call()
    ledger.close()
    assert "closed" in repr(ledger)
    assert ledger  # a ledger has no length that could make it false


def test_open_needs_a_project_or_create(tmp_path: Path) -> None:
    with pytest.raises(NotAProjectError) as caught:
        Ledger.open(tmp_path)
    assert isinstance(caught.value, FileNotFoundError)
    with pytest.raises(NotFoundError):
        Ledger.open(tmp_path / "nothing")
    Ledger.open(tmp_path, create=True, origin="example.com/a").close()
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    with Ledger.open(below) as ledger:
        assert ledger.origin == "example.com/a"
        assert ledger.path == tmp_path / ".sealbook" / "ledger.db"
    with pytest.raises(OriginMismatchError):
        Ledger.open(tmp_path, origin="example.com/b")
    with pytest.raises(sealbook.InvalidOriginError):
        Ledger.in_memory(origin="white space")


@pytest.mark.parametrize("seconds", [-1.0, float("nan"), float("inf")])
def test_a_timeout_that_is_none_is_refused(tmp_path: Path, seconds: float) -> None:
    with pytest.raises(InvalidArgumentError, match="busy_timeout"):
        Ledger.open(tmp_path, create=True, busy_timeout=seconds)
    assert list(tmp_path.iterdir()) == []


def test_secrets_are_redacted_unless_asked_not_to() -> None:
    secret = "ghp_" + "a1B2" * 9
    with Ledger.in_memory() as ledger:
        assert secret not in str(ledger.record("custom.x", {"token": secret}).payload)
    with Ledger.in_memory(redact=False) as ledger:
        assert ledger.record("custom.x", {"token": secret}).payload == {"token": secret}
    with Ledger.in_memory(payload_limit=10) as ledger, pytest.raises(sealbook.PayloadError) as caught:
        ledger.record("custom.x", {"text": "longer than ten bytes"})
    assert caught.value.code == "PAYLOAD_TOO_LARGE"


def test_a_ledger_that_nobody_holds_is_closed(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path, create=True)
    ledger.record("custom.x")
    gone = weakref.ref(ledger)
    wal = ledger.path.with_name("ledger.db-wal")
    assert wal.exists()
    del ledger
    assert gone() is None
    with Ledger.open(tmp_path) as again:
        assert len(again) == 2
        assert again.verify().intact


def test_the_async_twin_has_the_same_methods_and_arguments() -> None:
    for name, method in inspect.getmembers(Ledger, inspect.isfunction):
        if name.startswith("_"):
            continue
        twin = inspect.signature(getattr(AsyncLedger, name)).parameters
        ours = inspect.signature(method).parameters
        if name != "export":  # the async one takes a path alone
            assert {n: p.default for n, p in twin.items()} == {n: p.default for n, p in ours.items()}, name


def test_entries_are_typed(ledger: Ledger) -> None:
    entry = ledger.get(0)
    assert isinstance(entry, Entry)
    assert [field.name for field in dataclasses.fields(Entry)] == [
        "seq", "id", "time", "kind", "hash", "prev", "payload",
    ]  # fmt: skip
