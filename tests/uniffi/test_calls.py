"""The generated Python module on the cases about AI that every language runs.  test_calls.py PROJECT CALLS"""

import json
import pathlib
import subprocess
import sys
import unittest

import sealbook
from sealbook import Ledger, OpenOptions, PeopleAs, ProgressListener, ReportFormat, SealbookError, TargetKind

PROJECT, CALLS = pathlib.Path(sys.argv.pop(1)), pathlib.Path(sys.argv.pop(1))
CASES = json.loads((PROJECT / "tests/vectors/attribution/calls.json").read_text())["cases"]

WORDS = {
    "kind": {"auto": TargetKind.AUTO, "commit": TargetKind.COMMIT, "file": TargetKind.FILE},
    "people": {"full": PeopleAs.FULL, "hashed": PeopleAs.HASHED, "none": PeopleAs.OMITTED},
    "format": {"html": ReportFormat.HTML, "markdown": ReportFormat.MARKDOWN, "json": ReportFormat.JSON},
}
STATS = ("revision", "people", "folders", "no_cache")


class Stop(ProgressListener):
    def progress(self, done, total):
        return False


def options(case):
    given = {name: WORDS.get(name, {}).get(value, value) for name, value in case.get("options", {}).items()}
    if case["call"] == "scan":
        return sealbook.ScanOptions(**given)
    if case["call"] == "why":
        return sealbook.WhyOptions(**given)
    counted = {name: given.pop(name) for name in STATS if name in given}
    counted = sealbook.StatsOptions(**counted)
    return counted if case["call"] == "stats" else sealbook.ReportOptions(stats=counted, **given)


def plain(value):
    """The value as the JSON form has it."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, sealbook.Claim):
        members = dict(vars(value))
        if lines := members.pop("lines"):
            members.update(start=lines[0].first, end=lines[-1].last)
        return members
    if hasattr(value, "__dict__"):
        return {name: plain(member) for name, member in vars(value).items() if member is not None}
    return value


def outcome(case, listener=None):
    path = str(CALLS / case["path"])
    if case["call"] == "rules":
        return json.loads(sealbook.rules(path))
    if case["call"] == "test_rules":
        return json.loads(sealbook.test_rules(path, case["text"]))
    given = options(case) if "options" in case else None
    if case["call"] == "why":
        return json.loads(sealbook.why(path, case["target"], given, listener))
    result = getattr(sealbook, case["call"])(path, given, listener)
    return {"scan": plain, "stats": json.loads, "report": str}[case["call"]](result)


class Calls(unittest.TestCase):
    def holds(self, part, whole, where="result"):
        if isinstance(part, dict):
            self.assertIsInstance(whole, dict, where)
            for name, value in part.items():
                self.holds(value, whole.get(name, "absent"), f"{where}.{name}")
        elif isinstance(part, list):
            self.assertEqual(len(part), len(whole), where)
            for n, item in enumerate(part):
                self.holds(item, whole[n], f"{where}[{n}]")
        else:
            self.assertEqual(part, whole, where)

    def test_a_call_about_ai_has_the_outcome_of_every_language(self):
        # Options have types here: what is not of them cannot be said.
        cases = [case for case in CASES if "untyped" not in case]
        self.assertGreater(len(cases), 25)
        for case in cases:
            with self.subTest(case["name"]):
                if "code" in case:
                    with self.assertRaises(SealbookError.Failed) as failure:
                        outcome(case, Stop() if "cancel" in case else None)
                    self.assertEqual(failure.exception.code, case["code"])
                    continue
                result = outcome(case)
                if "expect" in case:
                    self.holds(case["expect"], result)
                self.assertEqual([name for name in case.get("absent", []) if name in result], [])
                self.assertEqual([text for text in case.get("has", []) if text not in result], [])

    def test_a_scan_records_in_the_project_of_its_path_once(self):
        project = CALLS / "recorded"
        subprocess.run(["git", "clone", "--quiet", CALLS / "small", project], check=True)
        Ledger.open(str(project), OpenOptions(create=True)).close()
        record = sealbook.ScanOptions(record=True)
        recorded = [sealbook.scan(str(project / "src"), record).recorded for _ in range(2)]
        ledger = Ledger.open(str(project))
        self.assertEqual((recorded, ledger.size()), ([2, 0], 3))
        read = ledger.scan(str(project), sealbook.ScanOptions(record=False, tree=True))
        self.assertEqual((read.recorded, read.commits), (None, None))


if __name__ == "__main__":
    unittest.main()
