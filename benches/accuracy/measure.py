"""Counts: what the rules found, and how that agrees with what notes record."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from notes import Note, notes_of, old_records
from repository import BEFORE_AI, Judged, commits_of, head_of, judged, lines_added, name_of
from trees import Tree, trees

OLD_RECORD = "git-ai/authorship-ref"

SAME_TOOL = {
    "claude": {"Claude Code", "Claude"},
    "codex": {"Codex", "ChatGPT"},
    "copilot": {"Copilot", "Copilot coding agent", "Copilot Autofix"},
    "cursor": {"Cursor"},
    "devin": {"Devin"},
    "opencode": {"opencode"},
    "amp": {"Amp"},
    "junie": {"Junie"},
}
"""git-ai's words for tools, and the catalogue's."""


@dataclass
class Agreement:
    """Commits with a claim and a note, by what the note records."""

    ai: int = 0
    """The note attests lines of an AI."""
    same_tool: int = 0
    """... among them of the claimed tool."""
    other: Counter[str] = field(default_factory=Counter)
    """The note attests none, by kind of disagreement."""
    lines: int = 0
    """Lines that commits add whose note attests lines, an AI's or a person's."""
    lines_of_ai: int = 0
    """... among them lines that an AI is attested for."""

    def strict(self) -> tuple[int, int]:
        """Of all commits with a note."""
        return self.ai, self.ai + self.other.total()

    def attested(self) -> tuple[int, int]:
        """Of commits whose note attests lines, an AI's or a person's."""
        return self.ai, self.ai + self.other["human"]

    def adding(self) -> tuple[int, int]:
        """Of commits that add lines."""
        return self.ai, self.ai + self.other.total() - self.other["no lines added"]


@dataclass
class Measured:
    """The figures of one repository."""

    name: str
    head: str
    verdicts: Counter[str] = field(default_factory=Counter)
    hits: Counter[str] = field(default_factory=Counter)
    """Commits with a claim that counts, by rule."""
    tool_hits: Counter[str] = field(default_factory=Counter)
    old: int = 0
    """Commits before AI tools."""
    old_hits: Counter[tuple[str, str]] = field(default_factory=Counter)
    """AI claims about these, by rule and strength."""
    notes: Counter[str] = field(default_factory=Counter)
    """Notes on all commits, by kind."""
    noted: Counter[str] = field(default_factory=Counter)
    """Notes on commits with one parent in the history of HEAD, by kind."""
    by_rule: defaultdict[str, Agreement] = field(default_factory=lambda: defaultdict(Agreement))
    by_tool: defaultdict[str, Agreement] = field(default_factory=lambda: defaultdict(Agreement))
    by_strength: defaultdict[str, Agreement] = field(default_factory=lambda: defaultdict(Agreement))
    found: Counter[str] = field(default_factory=Counter)
    """Commits whose note attests lines of an AI, by how a claim finds them."""
    everything: Agreement = field(default_factory=Agreement)
    """What a rule would get that claims every commit: with it, others are compared."""
    tools: Counter[str] = field(default_factory=Counter)
    """These commits by the tools of the note."""
    tools_found: Counter[str] = field(default_factory=Counter)
    """... with a claim of strength medium or better for the same tool."""
    impossible: Counter[str] = field(default_factory=Counter)
    """Claims that cannot be true, by kind."""
    records: Counter[str] = field(default_factory=Counter)
    """Commits with a record of git-ai before version 3 and no note, by whether it names an agent."""
    readers: Counter[str] = field(default_factory=Counter)
    """Commits in the history with a note, by whether Sealbook's reader and this one's agree that it attests AI."""

    tree: Tree | None = None
    """The files at HEAD."""
    old_tree: Tree | None = None
    """The files of the last commit before AI tools."""

    @property
    def commits(self) -> int:
        return self.verdicts.total()


def measure(claims: Path, path: Path) -> Measured:
    """Scans a repository and counts."""
    result = Measured(name_of(path), head_of(path))
    notes = {note.commit: note for note in notes_of(path)}
    result.notes.update(note.kind for note in notes.values())
    records = old_records(path)
    noted: list[tuple[Judged, Note]] = []
    for commit in judged(claims, path):
        count(result, commit)
        if commit.id in records and commit.id not in notes:
            compare_record(result, commit, names_agent=records[commit.id])
        if note := notes.get(commit.id):
            compare_readers(result, commit, note)
            if commit.parents == 1 and note.is_readable:
                noted.append((commit, note))
    if result.commits != commits_of(path):
        raise SystemExit(
            f"{result.name}: {result.commits} commits were judged, git counts {commits_of(path)}"
        )
    added = lines_added(path, [commit.id for commit, _ in noted])
    for commit, note in noted:
        compare(result, commit, note, added.get(commit.id))
    result.tree, result.old_tree = trees(claims, path)
    return result


def wrong_by_age(result: Measured) -> int:
    """Claims of strength medium or better about what is older than the tools."""
    hits = result.old_hits + (result.old_tree.hits if result.old_tree else Counter())
    return sum(count for (_, strength), count in hits.items() if strength != "low")


def count(result: Measured, commit: Judged) -> None:
    result.verdicts[commit.verdict] += 1
    valid = [claim for claim in commit.claims if claim["invalid"] is None]
    result.hits.update({claim["rule"] for claim in valid})
    result.tool_hits.update({claim["tool"] for claim in valid if claim["class"] == "ai"})
    result.impossible.update(claim["invalid"] for claim in commit.claims if claim["invalid"] is not None)
    if commit.time < BEFORE_AI:
        result.old += 1
        ai = commit.ai(imported=True)
        result.old_hits.update({(claim["rule"], claim["strength"]) for claim in ai})


def compare_record(result: Measured, commit: Judged, *, names_agent: bool) -> None:
    """A record before version 3 is the truth for the rule that sees only that there is one."""
    result.records["ai" if names_agent else "human"] += 1
    if any(claim["rule"] == OLD_RECORD for claim in commit.claims):
        agreement = result.by_rule[OLD_RECORD]
        agreement.ai += names_agent
        agreement.other["human"] += not names_agent


def compare_readers(result: Measured, commit: Judged, note: Note) -> None:
    imported = [
        claim
        for claim in commit.claims
        if claim["source"] == "imported" and claim["class"] == "ai" and claim["invalid"] != "no_record"
    ]
    ours, here = bool(imported), note.kind == "ai"
    result.readers["agree" if ours == here else "only Sealbook" if ours else "only the harness"] += 1


def compare(result: Measured, commit: Judged, note: Note, added: int | None) -> None:
    result.noted[note.kind] += 1
    claimed = commit.ai()
    agree(result.everything, note, added, set())
    for figures, member in (
        (result.by_rule, "rule"),
        (result.by_tool, "tool"),
        (result.by_strength, "strength"),
    ):
        for name in {claim[member] for claim in claimed}:
            tools = {claim["tool"] for claim in claimed if claim[member] == name}
            agree(figures[name], note, added, tools)
    if strong := commit.ai("high"):
        agree(result.by_strength["certain and high"], note, added, {claim["tool"] for claim in strong})
    if note.kind == "ai":
        recall(result, commit, note)


def agree(agreement: Agreement, note: Note, added: int | None, tools: set[str]) -> None:
    """Counts a claim for some tools about a commit with a note; how many lines it adds is not always known."""
    if note.kind == "ai":
        agreement.ai += 1
        agreement.same_tool += any(is_same(tool, tools) for tool in note.tools)
    else:
        agreement.other["no lines added" if added == 0 and note.kind != "human" else note.kind] += 1
    if note.kind in ("ai", "human") and added is not None:
        agreement.lines += added
        agreement.lines_of_ai += min(added, note.lines_of_ai)


def recall(result: Measured, commit: Judged, note: Note) -> None:
    for least in ("high", "medium", "low"):
        result.found[least] += bool(commit.ai(least))
    result.found["trailers"] += any(claim["signal"] == "trailer" for claim in commit.ai("medium"))
    result.found["with notes"] += bool(commit.ai("medium", imported=True))
    for tool in note.tools:
        result.tools[tool] += 1
        result.tools_found[tool] += is_same(tool, {claim["tool"] for claim in commit.ai("medium")})


def is_same(tool: str, claimed: set[str]) -> bool:
    return bool(SAME_TOOL.get(tool, set()) & claimed)
