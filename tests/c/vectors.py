#!/usr/bin/env python3
"""The shared vectors for a runner that reads no JSON, and the judge of its reports.

    vectors.py prepare PROJECT FOLDER    writes errors.inc, bad_input.txt and cases.txt
    vectors.py judge PROJECT FOLDER      compares reports.txt, one report per case, with what the cases expect
"""

import json
import pathlib
import sys


def load(project, name):
    return json.loads((project / "tests/vectors" / name).read_text())


def payload(case):
    """The bytes of a payload that is to be refused."""
    if "payload_text" in case:
        return case["payload_text"].encode()
    if "payload_hex" in case:
        return bytes.fromhex(case["payload_hex"])
    [(kind, size)] = case["generate"].items()
    if kind == "nest":
        return b'{"a":' + b"[" * size + b"]" * size + b"}"
    if kind == "pad":
        return b'{"a":"' + b"x" * size + b'"}'
    raise ValueError(f"unknown generator {kind}")


def prepare(project, folder):
    numbers = {row["code"]: row["number"] for row in load(project, "errors.json")["errors"]}
    rows = [f"ROW({name}, {number}u)\n" for name, number in numbers.items()]
    (folder / "errors.inc").write_text("".join(rows))
    with open(folder / "bad_input.txt", "w") as out:
        for case in load(project, "bad_input.json")["cases"]:
            # "-" stands for no id; hexadecimal digits never begin with it.
            identity = case["id"].encode().hex() if "id" in case else "-"
            kind = case["kind"].encode().hex()
            number, name = numbers[case["code"]], case["name"].replace("\t", " ")
            out.write(f"{number}\t{case['code']}\t{name}\t{kind}\t{identity}\t{payload(case).hex()}\n")
    with open(folder / "cases.txt", "w") as out:
        for case in load(project, "ledger/cases.json")["cases"]:
            expected = {key: case[key] for key in ("origin", "size", "root") if key in case}
            out.write(f"{case['file']}\t{json.dumps(expected)}\n")


def places(items):
    return [{"seq": item["seq"], "kind": item["kind"]} for item in items]


def judge(project, folder):
    cases = load(project, "ledger/cases.json")["cases"]
    reports = [json.loads(line) for line in (folder / "reports.txt").read_text().splitlines()]
    wrong = 0
    for case, report in zip(cases, reports):
        ours = {key: report[key] for key in ("verdict", "entries", "root", "origin")}
        ours["faults"], ours["notes"] = places(report["faults"]), places(report["notes"])
        ours["not_checked"] = sorted(topic.split(":")[0] for topic in report["not_checked"])
        theirs = dict(case["expect"], not_checked=sorted(case["expect"]["not_checked"]))
        if ours != theirs:
            wrong += 1
            print(f"{case['file']}: {case['why']}\n  ours   {ours}\n  theirs {theirs}", file=sys.stderr)
    missing = len(cases) - len(reports)
    print(f"exemplars: {len(cases) - wrong - missing} passed, {wrong + missing} failed")
    return wrong + missing == 0 and len(cases) > 200


if __name__ == "__main__":
    command, project, folder = sys.argv[1], *map(pathlib.Path, sys.argv[2:4])
    if command == "prepare":
        prepare(project, folder)
    elif not judge(project, folder):
        sys.exit(1)
