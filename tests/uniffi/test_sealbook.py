"""The generated Python module: one scenario, and the shared vectors.  test_sealbook.py PROJECT"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import sealbook
from sealbook import Expected, Ledger, NewEntry, OpenOptions, Order, ProgressListener, Query, SealbookError, Verdict

PROJECT = pathlib.Path(sys.argv.pop(1))
ID = "019aafdc-5d6b-7fff-bfff-ffffffffffff"


def vectors(name):
    return json.loads((PROJECT / "tests/vectors" / name).read_text())


class Listener(ProgressListener):
    """Keeps what it is told, and answers with what `answer` returns."""

    def __init__(self, answer=lambda: True):
        self.told = []
        self.answer = answer

    def progress(self, done, total):
        self.told.append((done, total))
        return self.answer()


class Scenario(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def failing(self, code):
        """Expects the code, and a message that reaches `str()`."""
        table = {row.code: row for row in sealbook.error_table()}
        test = self

        class Check:
            def __enter__(self):
                return self

            def __exit__(self, kind, error, trace):
                test.assertIsInstance(error, SealbookError.Failed)
                row = table[error.code]
                test.assertEqual((error.code, error.number, error.retryable), (code, row.number, row.retryable))
                test.assertTrue(error.message)
                test.assertIn(repr(error.message), str(error))
                self.error = error
                return True

        return Check()

    def test_what_was_recorded_is_found_and_verified_after_reopening(self):
        ledger = Ledger.open(str(self.folder), OpenOptions(create=True, origin="example.org/uniffi"))
        entry = ledger.record("human_review", '{ "spec": "F-1" }')
        self.assertEqual((entry.seq, entry.kind, entry.payload), (1, "human_review", '{"spec":"F-1"}'))
        ledger.close()
        with self.failing("CLOSED"):
            ledger.record("human_review", "{}")

        ledger = Ledger.open(str(self.folder))
        self.assertEqual(ledger.get("1"), entry)
        self.assertEqual(ledger.get(entry.id), entry)
        self.assertEqual(ledger.origin(), "example.org/uniffi")
        self.assertTrue(ledger.path().endswith("ledger.db"))
        report = ledger.verify(Expected(origin="example.org/uniffi", size=2))
        self.assertEqual((report.verdict, report.entries, report.faults), (Verdict.INTACT, 2, []))

    def test_the_same_id_records_once(self):
        ledger = Ledger.in_memory()
        first = ledger.record("custom.x", '{"a":1}', ID)
        self.assertEqual(ledger.record("custom.x", '{"a":1.0}', ID), first)
        with self.failing("ID_CONFLICT"):
            ledger.record("custom.x", '{"a":2}', ID)
        self.assertEqual(ledger.size(), 2)

    def test_many_are_recorded_together_or_not_at_all(self):
        ledger = Ledger.in_memory()
        good = [NewEntry(kind="custom.a", payload="{}"), NewEntry(kind="custom.b", payload="{}")]
        self.assertEqual([entry.seq for entry in ledger.record_many(good)], [1, 2])
        with self.failing("RESERVED_KIND") as failure:
            ledger.record_many([*good, NewEntry(kind="sys.key", payload="{}")])
        self.assertEqual(failure.error.context, {"record": "2"})
        self.assertEqual(ledger.size(), 3)

    def test_pages_follow_each_other(self):
        ledger = Ledger.in_memory()
        for n in range(5):
            ledger.record("custom.x", f'{{"n":{n}}}')
        page = ledger.query(Query(kind="custom.*", limit=2))
        self.assertEqual([entry.seq for entry in page.entries], [5, 4])
        page = ledger.query(Query(kind="custom.*", limit=9, cursor=page.next))
        self.assertEqual(([entry.seq for entry in page.entries], page.next), ([3, 2, 1], None))
        oldest = ledger.query(Query(order=Order.OLDEST, limit=1, since="2020-01-01"))
        self.assertEqual(oldest.entries[0].kind, "sys.genesis")
        self.assertEqual(len(ledger.query().entries), 6)
        for bad in (Query(limit=0), Query(since="yesterday"), Query(cursor="x")):
            with self.failing("INVALID_QUERY"):
                ledger.query(bad)

    def test_an_export_verifies_and_is_imported_once(self):
        file = str(self.folder / "export.jsonl")
        source, target = Ledger.in_memory(), Ledger.in_memory()
        source.record("custom.x", "{}")
        self.assertEqual(source.export(file), 2)
        report = sealbook.verify_export(file, Expected(size=2))
        self.assertEqual((report.verdict, report.origin), (Verdict.INTACT, source.origin()))
        imported = getattr(target, "_import")  # a keyword in Python
        self.assertEqual((imported(file).recorded, imported(file).recorded), (2, 0))
        target.reindex()
        with self.failing("NOT_FOUND"):
            sealbook.verify_export(str(self.folder / "absent.jsonl"))
        with self.failing("INVALID_ARGUMENT"):
            sealbook.verify_export(file, Expected(root="00" * 32))

    def test_a_scan_counts_commits_and_records_them_once(self):
        git = ["git", "-C", str(self.folder), "-c", "user.name=Ana", "-c", "user.email=ana@example.org"]
        subprocess.run([*git, "init", "--quiet"], check=True)
        for message in ("By hand", "With help\n\nCo-Authored-By: Claude <noreply@anthropic.com>"):
            subprocess.run([*git, "commit", "--quiet", "--allow-empty", "-m", message], check=True)
        report = sealbook.scan(str(self.folder))
        self.assertEqual((report.commits.total, report.commits.ai, report.recorded), (2, 1, None))
        ledger = Ledger.in_memory()
        self.assertEqual((ledger.scan(str(self.folder)).recorded, ledger.size()), (None, 1))
        record = sealbook.ScanOptions(record=True)
        recorded = [ledger.scan(str(self.folder), record).recorded for _ in range(2)]
        self.assertEqual((recorded, ledger.size()), ([2, 0], 3))
        with self.failing("INVALID_ARGUMENT"):
            sealbook.scan(str(self.folder), sealbook.ScanOptions(revision="no-such"))

    def test_a_listener_is_told_and_may_cancel(self):
        ledger, listener = Ledger.in_memory(), Listener()
        ledger.record("custom.x", "{}")
        ledger.verify(None, listener)
        self.assertEqual(listener.told[-1], (2, 2))

        # Nobody reads the pipe before the listener is called, so that the export is surely under way then.
        for answer, message in ((lambda: False, "the listener cancelled"), (lambda: 1 / 0, "division by zero")):
            pipe = str(self.folder / message.replace(" ", "-"))
            os.mkfifo(pipe)
            readers = []

            def read_and_answer():
                if not readers:
                    readers.append(subprocess.Popen(["cat", pipe], stdout=subprocess.DEVNULL))
                return answer()

            with self.failing("CANCELLED") as failure:
                ledger.export(pipe, Listener(read_and_answer))
            self.assertIn(message, failure.error.message)
            readers[0].wait()

    def test_what_cannot_be_opened_or_written_has_its_own_code(self):
        script = PROJECT / "tests/vectors/openings.py"
        project = self.folder / "project"
        Ledger.open(str(project), OpenOptions(create=True)).close()
        file = project / ".sealbook/ledger.db"
        subprocess.run([sys.executable, script, "make", file, self.folder], check=True)
        for case in vectors("openings.json")["cases"]:
            with self.subTest(case["file"]), self.failing(case["code"]):
                Ledger.open(str(self.folder / case["file"]), OpenOptions())
        ledger = Ledger.open(str(project), OpenOptions(busy_timeout_ms=100))
        lock = [sys.executable, script, "lock", file]
        with subprocess.Popen(lock, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
            holder.stdout.readline()
            with self.failing("LEDGER_BUSY"):
                ledger.record("custom.x", "{}")
            holder.stdin.close()
        self.assertEqual(ledger.size(), 1)
        with self.failing("READ_ONLY"):
            Ledger.open(str(project), OpenOptions(read_only=True)).record("custom.x", "{}")

    def test_canonicalize(self):
        self.assertEqual(sealbook.canonicalize('{ "b": 1.50, "a": true }'), '{"a":true,"b":1.5}')


class Vectors(unittest.TestCase):
    def test_the_error_table_is_the_exported_one(self):
        ours = [(row.code, row.number, row.retryable, row.meaning) for row in sealbook.error_table()]
        rows = vectors("errors.json")["errors"]
        self.assertEqual(ours, [(row["code"], row["number"], row["retryable"], row["meaning"]) for row in rows])

    def test_bad_input_is_refused_with_its_code(self):
        ledger = Ledger.in_memory()
        cases = vectors("bad_input.json")["cases"]
        self.assertGreater(len(cases), 25)
        for case in cases:
            with self.subTest(case["name"]):
                if "payload_hex" in case:
                    # Not a text: the generated code refuses it before it can be passed on.
                    payload = bytes.fromhex(case["payload_hex"]).decode(errors="surrogateescape")
                    with self.assertRaises(UnicodeEncodeError):
                        ledger.record(case["kind"], payload)
                    continue
                with self.assertRaises(SealbookError.Failed) as failure:
                    ledger.record(case["kind"], self.payload(case), case.get("id"))
                self.assertEqual(failure.exception.code, case["code"])
        self.assertEqual(ledger.size(), 1)

    @staticmethod
    def payload(case):
        if "payload_text" in case:
            return case["payload_text"]
        [(how, size)] = case["generate"].items()
        return {"nest": lambda: '{"a":' + "[" * size + "]" * size + "}", "pad": lambda: '{"a":"' + "x" * size + '"}'}[how]()

    def test_every_exemplar_gets_its_verdict(self):
        cases = vectors("ledger/cases.json")["cases"]
        self.assertGreater(len(cases), 200)
        for case in cases:
            with self.subTest(case["file"], why=case["why"]):
                expected = Expected(origin=case.get("origin"), size=case.get("size"), root=case.get("root"))
                report = sealbook.verify_export(str(PROJECT / "tests/vectors/ledger" / case["file"]), expected)
                ours = {
                    "verdict": report.verdict.name.lower(),
                    "entries": report.entries,
                    "root": report.root,
                    "origin": report.origin,
                    "faults": [{"seq": fault.seq, "kind": fault.kind} for fault in report.faults],
                    "notes": [{"seq": note.seq, "kind": note.kind} for note in report.notes],
                    "not_checked": sorted(topic.split(":")[0] for topic in report.not_checked),
                }
                theirs = dict(case["expect"], not_checked=sorted(case["expect"]["not_checked"]))
                self.assertEqual(ours, theirs)


if __name__ == "__main__":
    unittest.main()
