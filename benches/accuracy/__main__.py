"""Measures the rules of attribution on real repositories and writes docs/accuracy.md.

python3 benches/accuracy --claims target/release/examples/claims PATH ...
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from measure import measure, wrong_by_age
from page import page
from repository import rules

ROOT = Path(__file__).resolve().parents[2]


def version() -> int:
    """The version of the catalogue: the highest of its files."""
    files = (ROOT / "core/attribution/catalogue").glob("*.json")
    return max(json.loads(file.read_text(encoding="utf-8"))["version"] for file in files)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--claims", type=Path, required=True, help="the built example program claims")
    parser.add_argument("--out", type=Path, default=ROOT / "docs/accuracy.md")
    parser.add_argument("repositories", nargs="+", type=Path)
    arguments = parser.parse_args()
    measured = []
    for path in arguments.repositories:
        result = measure(arguments.claims, path)
        print(f"{result.name}: {result.commits:,} commits, {result.notes.total():,} notes", file=sys.stderr)
        measured.append(result)
    measured.sort(key=lambda result: result.name.lower())
    text = page(measured, rules(arguments.claims), version())
    arguments.out.write_text(text, encoding="utf-8")
    wrong = sum(map(wrong_by_age, measured))
    if wrong:
        print(f"{wrong:,} claims of strength medium or better before 2021-06-01", file=sys.stderr)
    return 1 if wrong else 0


sys.exit(main())
