#!/usr/bin/env python3
"""The shared vectors for a runner that reads no JSON, and the judge of its reports.

    vectors.py prepare PROJECT FOLDER    writes errors.inc, bad_input.txt, cases.txt, calls.txt and task_calls.txt; the repositories of calls.py are in
                                         FOLDER/../calls
    vectors.py judge PROJECT FOLDER      compares reports.txt, one report per case, outcomes.txt, one or two per call, and
                                         task_outcomes.txt with what the cases expect
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
    with open(folder / "calls.txt", "w") as out:
        for case in calls(project):
            options = {{"kind": "target"}.get(name, name): value for name, value in case.get("options", {}).items()}
            text, path = case.get("target", case.get("text", "")), folder.resolve().parent / "calls" / case["path"]
            given, cancel = json.dumps(options) if options else "", "cancel" if "cancel" in case else ""
            out.write(f"{case['call']}\t{path}\t{text}\t{given}\t{cancel}\n")
    # The arguments in the order of C's parameters, those of submissions and filters as one text of JSON.
    order = {"show": ["id"], "act": ["act", "id", "principal", "reason"], "act_many": ["act", "ids", "principal", "reason"],
             "breaker": ["key", "act", "principal", "reason"], "limit": ["limit", "principal", "reason"], "vote": ["plea", "voter", "choice", "reason"],
             "say": ["plea", "voter", "saying", "key"], "ballot": ["plea", "voter", "saying"], "cast": ["ballot", "signature"],
             "set_health": ["agent", "health", "principal", "reason"], "record_and_submit": ["entries", "tasks"]}
    with open(folder / "task_calls.txt", "w") as out:
        for case in task_calls(project):
            head = json.dumps(case.get("before", []))
            for step in steps_of(case):
                names, request = order.get(step["call"]), step["request"]
                arguments = [request[name] for name in names] if names else [request]
                # A key that is not given is an empty text, and its lines are on one.
                arguments = ["" if each is None else each if isinstance(each, str) else json.dumps(each) for each in arguments]
                out.write("\t".join([head, step["call"], *arguments]).replace("\n", "|") + "\n")
                head = "+"


def steps_of(case):
    """The calls of a case: those that are made first, and its own."""
    return [*case.get("first", []), case]


def task_calls(project):
    """The cases about tasks."""
    return load(project, "tasks/calls.json")["cases"]


def calls(project):
    """The cases about AI."""
    return load(project, "attribution/calls.json")["cases"]


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


def judge_calls(project, folder):
    numbers = {row["code"]: row["number"] for row in load(project, "errors.json")["errors"]}
    outcomes, wrong, count = (folder / "outcomes.txt").read_bytes(), 0, 0
    for case in calls(project):
        forms = ["as a job"] if "cancel" in case else ["blocking", "as a job"]
        for form in forms if case["call"] not in ("rules", "test_rules") else ["blocking"]:
            head, outcomes = outcomes.split(b"\n", 1)
            code, size = map(int, head.split())
            text, outcomes = outcomes[:size].decode(), outcomes[size + 1 :]
            faults = faults_of(case, code, numbers, text)
            count, wrong = count + 1, wrong + bool(faults)
            for fault in faults:
                print(f"{case['name']}, {form}: {fault}", file=sys.stderr)
    print(f"calls about AI: {count - wrong} passed, {wrong} failed")
    return wrong == 0 and outcomes == b"" and count > 40


def faults_of(case, code, numbers, text):
    if "code" in case or code != 0:
        expected = numbers[case["code"]] if "code" in case else 0
        return [] if code == expected else [f"returned {code} instead of {expected}"]
    faults = [f"has no {part!r}" for part in case.get("has", []) if part not in text]
    if case["call"] != "report":
        result = json.loads(text)
        faults += differences(case.get("expect", {}), result)
        faults += [f"has {member}" for member in case.get("absent", []) if member in result]
    return faults


def judge_task_calls(project, folder):
    numbers = {row["code"]: row["number"] for row in load(project, "errors.json")["errors"]}
    lines, wrong, cases = (folder / "task_outcomes.txt").read_text().splitlines(), 0, task_calls(project)
    rest = iter(lines)
    for case in cases:
        *first, outcome = [json.loads(next(rest, '{"code": null}')) for _ in steps_of(case)]
        if any(step["code"] != 0 for step in first) or outcome["code"] is None:
            wrong += 1
            print(f"{case['name']}: what comes first failed: {first}", file=sys.stderr)
            continue
        text = json.dumps(case).replace("{{plea}}", outcome["plea"])
        for n, task in enumerate(outcome["ids"]):
            text = text.replace(f"{{{{{n}}}}}", task)
        faults = task_faults_of(json.loads(text), outcome, numbers)
        wrong += bool(faults)
        for fault in faults:
            print(f"{case['name']}: {fault}", file=sys.stderr)
    print(f"calls about tasks: {len(cases) - wrong} passed, {wrong} failed")
    return wrong == 0 and len(cases) > 40 and next(rest, None) is None


def task_faults_of(case, outcome, numbers):
    expected = numbers[case["code"]] if "code" in case else 0
    if outcome["code"] != expected:
        return [f"returned {outcome['code']} instead of {expected}"]
    if expected == 0:
        return differences(case["expect"], outcome["result"])
    faults = differences(case.get("context", {}), outcome["error"]["context"], "the context")
    if len(outcome["left"]) != len(case.get("before", [])):
        faults.append(f"there are {len(outcome['left'])} tasks afterwards")
    return faults


def differences(part, whole, where="the result"):
    """Where `whole` is not as `part` says."""
    if isinstance(part, dict) and isinstance(whole, dict):
        pairs = [(value, whole.get(name, "absent"), f"{where}.{name}") for name, value in part.items()]
    elif isinstance(part, list) and isinstance(whole, list) and len(part) == len(whole):
        pairs = [(item, whole[n], f"{where}[{n}]") for n, item in enumerate(part)]
    else:
        return [] if part == whole else [f"{where} is {whole!r}, not {part!r}"]
    return [fault for pair in pairs for fault in differences(*pair)]


if __name__ == "__main__":
    command, project, folder = sys.argv[1], *map(pathlib.Path, sys.argv[2:4])
    if command == "prepare":
        prepare(project, folder)
    elif not all([judge(project, folder), judge_calls(project, folder), judge_task_calls(project, folder)]):
        sys.exit(1)
