"""The cases of ``tests/vectors/attribution``, through a ledger that records what a scan finds."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import vectors
from recipes import Built, commit_of, git, text_of
from sealbook import Ledger, scan

REPOSITORIES = vectors("attribution/repositories.json")["cases"]
ALL_TEXTS = vectors("attribution/texts.json")["cases"]
TEXTS = [case for case in ALL_TEXTS if case["where"] not in ("comment", "file")]
FILES = [case for case in ALL_TEXTS if case["where"] in ("comment", "file")]
RANKS = ["none", "low", "medium", "high", "certain"]


def scanned(path: Path, revision: str | None = None) -> tuple[dict, dict]:
    """The figures of a scan, and the payload that it recorded for each commit."""
    with Ledger.in_memory() as ledger:
        report = ledger.scan(path, record=True, revision=revision)
        entries = ledger.query(kind="commit")
        return report.commits, {entry.payload["commit"]: entry.payload for entry in entries}


def faults(expect: dict, recorded: dict, ids: dict[str, str]) -> list[str]:
    """What is wrong with a judgement. The Rust tests look at more; here it is shown that a face hands it on."""
    found = []
    verdict = recorded["metadata"]["verdict"]
    if expect.get("verdict", verdict) != verdict:
        found.append(f"the verdict is {verdict}")
    claims = recorded["attributions"]
    ai = [claim for claim in claims if claim["class"] == "ai" and "invalid" not in claim]
    strongest = max((RANKS.index(claim["strength"]) for claim in ai), default=0)
    if strongest > RANKS.index(expect.get("most", "certain")):
        found.append(f"the strongest AI claim is {RANKS[strongest]}")
    found += [f"no claim is {claim}" for claim in expect.get("claims", []) if not is_there(claim, ai, ids)]
    invalid = sum("invalid" in claim for claim in claims)
    if expect.get("invalid", invalid) != invalid:
        found.append(f"{invalid} claims cannot be true")
    return found


def is_there(expected: dict, claims: list[dict], ids: dict[str, str]) -> bool:
    def fits(claim: dict) -> bool:
        rank = RANKS.index(claim["strength"])
        return (
            all(expected.get(key, claim.get(key)) == claim.get(key) for key in ("tool", "strength", "model"))
            and RANKS.index(expected.get("least", "none")) <= rank
            and rank <= RANKS.index(expected.get("most", "certain"))
            and expected.get("extent", claim.get("extent", "whole")) == claim.get("extent", "whole")
            and ("origin" not in expected or claim.get("origin") == ids[expected["origin"]])
        )

    return any(map(fits, claims))


@pytest.mark.parametrize("case", REPOSITORIES, ids=[case["name"] for case in REPOSITORIES])
def test_a_repository_is_judged_as_its_vector_says(case: dict, tmp_path: Path) -> None:
    built = Built(tmp_path, case)
    totals, recorded = scanned(tmp_path / case.get("scan", "work"))
    for verdict, expected in case["expect"].get("totals", {}).items():
        assert getattr(totals, verdict) == expected, f"{verdict}: {case['reason']}"
    for label, expect in case["expect"].get("commits", {}).items():
        assert not faults(expect, recorded[built.ids[label]], built.ids), f"{label}: {expect['reason']}"


def test_every_text_is_judged_as_its_vector_says(tmp_path: Path) -> None:
    built = Built(tmp_path, {})
    place = tmp_path / "work"
    tree = git(place, tmp_path, "write-tree")

    def written(case: dict, *parents: str) -> str:
        arguments = ("hash-object", "-t", "commit", "-w", "--stdin", "--literally")
        return git(place, tmp_path, *arguments, stdin=commit_of(case, tree, list(parents)))

    root = head = written({"where": "subject", "text": "root"})
    side = written({"where": "subject", "text": "side"}, root)
    for case in TEXTS:
        head = written(case, head, side) if case["where"] == "branch" else written(case, head)
        built.ids[case["name"]] = head
    _, recorded = scanned(place, head)
    wrong = []
    for case in TEXTS:
        found = faults(case["expect"], recorded[built.ids[case["name"]]], {})
        wrong += [f"{case['name']} ({case['reason']}): {fault}" for fault in found]
    assert not wrong, "\n".join(wrong)


def test_every_file_is_judged_as_its_vector_says(tmp_path: Path) -> None:
    wrong = []
    for number, case in enumerate(FILES):
        text = text_of(case["text"])
        name, content = (case["file"], text) if "file" in case else (text.decode(), b"x\n")
        file = tmp_path / str(number) / name
        file.parent.mkdir(parents=True)
        file.write_bytes(content)
        claims = scan(tmp_path / str(number), tree=True).claims
        ranks = [RANKS.index(claim["strength"]) for claim in claims]
        expect = case["expect"]
        # Where nothing is said about the strongest claim, only those that are named may count.
        most = "certain" if expect.get("claims") else expect["most"]
        if max(ranks, default=0) > RANKS.index(most):
            wrong.append(f"{case['name']} ({case['reason']}): {claims}")
        for expected in expect.get("claims", []):
            lines = expected.get("lines", [None, None])
            found = [claim for claim in claims if [claim.get("start"), claim.get("end")] == lines]
            if expected["tool"] not in [claim["tool"] for claim in found]:
                wrong.append(f"{case['name']} ({case['reason']}): no claim is {expected}")
    assert not wrong, "\n".join(wrong)
