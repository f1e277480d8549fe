"""The cases that every language runs."""

from __future__ import annotations

import pytest
from conftest import VECTORS, vectors
from sealbook import Ledger, SealbookError, verify_export

BAD_INPUT = vectors("bad_input.json")["cases"]
EXEMPLARS = vectors("ledger/cases.json")["cases"]


def payload_of(case: dict) -> str | bytes:
    if "payload_hex" in case:
        return bytes.fromhex(case["payload_hex"])
    if "payload_text" in case:
        return case["payload_text"]
    ((how, count),) = case["generate"].items()
    return {"nest": '{"a":' + "[" * count + "]" * count + "}", "pad": '{"a":"' + "x" * count + '"}'}[how]


@pytest.mark.parametrize("case", BAD_INPUT, ids=[case["name"] for case in BAD_INPUT])
def test_bad_input_is_refused_with_its_code(case: dict) -> None:
    with Ledger.in_memory() as ledger:
        with pytest.raises(SealbookError) as caught:
            ledger.record_json(case["kind"], payload_of(case), id=case.get("id"))
        assert caught.value.code == case["code"]
        assert len(ledger) == 1


def test_every_exemplar_gets_the_verdict_of_the_independent_verifier() -> None:
    assert len(EXEMPLARS) > 200
    wrong = []
    for case in EXEMPLARS:
        known = {name: case.get(name) for name in ("origin", "size", "root")}
        report = verify_export(VECTORS / "ledger" / case["file"], **known)
        ours = {
            "verdict": report.verdict,
            "entries": report.entries,
            "root": report.root,
            "origin": report.origin,
            "faults": [{"seq": fault.seq, "kind": fault.kind} for fault in report.faults],
            "notes": [{"seq": note.seq, "kind": note.kind} for note in report.notes],
            "not_checked": sorted(topic.split(":")[0] for topic in report.not_checked),
        }
        theirs = {**case["expect"], "not_checked": sorted(case["expect"]["not_checked"])}
        if ours != theirs:
            wrong.append(f"{case['file']} ({case['why']})\n  ours   {ours}\n  theirs {theirs}")
    assert not wrong, "\n".join(wrong)
