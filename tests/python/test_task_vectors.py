"""The calls about tasks that every language runs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from conftest import vectors
from sealbook import Entry, Ledger, SealbookError, _native
from test_calls import wrong

CASES = vectors("tasks/calls.json")["cases"]


def filled(part: Any, names: dict[str, str]) -> Any:
    text = json.dumps(part)
    for name, id in names.items():
        text = text.replace("{{" + name + "}}", id)
    return json.loads(text)


def call(tasks: _native.Orchestrator, name: str, request: Any) -> Any:
    if name == "submit":
        return json.loads(tasks.show(json.loads(tasks.submit(request))["id"]))
    if name == "submit_many":
        return [json.loads(tasks.show(row["id"])) for row in json.loads(tasks.submit_many(request))]
    if name == "list":
        return json.loads(tasks.list(json.dumps(request)))
    if name == "record_and_submit":
        rows = [(entry["kind"], entry["payload"], entry.get("id")) for entry in request["entries"]]
        entries, submitted = tasks.record_and_submit(rows, request["tasks"])
        return {"entries": [vars_of(entry) for entry in entries], "tasks": json.loads(submitted)}
    if name == "vote":
        saying = {"choice": request["choice"], "reason": request["reason"]}
        return json.loads(tasks.say(request["plea"], request["voter"], saying))
    if name == "cast":
        return json.loads(tasks.cast(json.dumps(request["ballot"]), request["signature"]))
    return json.loads(getattr(tasks, name)(*request.values()))


def vars_of(entry: Entry) -> dict[str, Any]:
    return {"seq": entry.seq, "kind": entry.kind, "payload": entry.payload}


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_call_about_tasks_has_the_outcome_of_every_language(case: dict[str, Any]) -> None:
    with Ledger.in_memory() as ledger:
        tasks = _native.Orchestrator(ledger._native)
        before = [json.loads(tasks.submit(request))["id"] for request in case.get("before", [])]
        names = {str(n): id for n, id in enumerate(before)}
        names |= dict(zip(["plea"], (plea["id"] for plea in json.loads(tasks.pleas(False))), strict=False))
        request = filled(case["request"], names)
        for step in case.get("first", []):
            call(tasks, step["call"], filled(step["request"], names))
        if "code" not in case:
            assert wrong(filled(case["expect"], names), call(tasks, case["call"], request)) == []
            return
        with pytest.raises(SealbookError) as caught:
            call(tasks, case["call"], request)
        assert caught.value.code == case["code"]
        assert case.get("context", {}).items() <= dict(caught.value.context).items()
        assert len(json.loads(tasks.list("{}"))) == len(before)
