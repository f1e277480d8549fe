"""The values that the calls about AI return: plain ``dict`` and ``list``, whose members have their names and types here.

They are the JSON forms that every language returns. Names, messages, paths and matched texts come from the repository and are untrusted.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias, TypedDict

__all__ = [
    "Claim",
    "CommitWhy",
    "Contradiction",
    "Counts",
    "Explanation",
    "FileCommit",
    "FileRange",
    "FileWhy",
    "Format",
    "Group",
    "Groups",
    "Invalid",
    "LineCounts",
    "Moment",
    "People",
    "Person",
    "Rule",
    "RuleList",
    "Stats",
    "Strength",
    "Target",
    "TextMatch",
    "Verdict",
]

Strength: TypeAlias = Literal["certain"] | Literal["high"] | Literal["medium"] | Literal["low"]
"""How much a claim is worth."""

Verdict: TypeAlias = Literal["ai"] | Literal["human_evidence"] | Literal["automation"] | Literal["unknown"]
"""Claims in one word. ``unknown`` is never to be read as human."""

Class: TypeAlias = Literal["ai"] | Literal["automation"] | Literal["human"]
"""Who a claim is about."""

Source: TypeAlias = Literal["recorded"] | Literal["imported"] | Literal["claimed"] | Literal["inferred"]
"""How knowledge came to us."""

Target: TypeAlias = Literal["auto"] | Literal["commit"] | Literal["file"]
"""What a target to explain is."""

People: TypeAlias = Literal["full"] | Literal["hashed"] | Literal["none"]
"""How people appear: by name and address, by a pseudonym, or not at all."""

Format: TypeAlias = Literal["html"] | Literal["markdown"] | Literal["json"]
"""The form of a report."""


class Invalid(TypedDict):
    """Why a claim cannot be true. Such a claim is kept and shown, and counts for nothing."""

    kind: str
    reason: str


# `class` is no name in Python's grammar, so that these are written as calls.
_ClaimBase = TypedDict(
    "_ClaimBase",
    {
        "tool": str,
        "vendor": str | None,
        "model": str | None,
        "class": Class,
        "signal": str,
        "rule": str,
        "source": Source,
        "strength": Strength,
        "evidence": str,
    },
)


class Claim(_ClaimBase, total=False):
    """One claim, with the rule and the evidence behind it."""

    commit: str
    """The commit; absent for a claim about a file as it lies in the folder."""
    path: str
    """The file; absent for a claim about a whole commit."""
    start: int
    """The first line, counted from 1; absent for a claim about the whole."""
    end: int
    """The last line."""
    ranges: list[list[int]]
    """The lines, if there are several ranges of them."""
    extent: Literal["part"]
    """Present if it covers only a part: of a squash, or a merge."""
    origin: str
    """The commit where the evidence stands, if that is another."""
    invalid: Invalid
    """Why it cannot be true, if so."""


class Contradiction(TypedDict):
    """Claims that do not fit together."""

    kind: str
    """A stable word, such as ``human_and_ai``."""
    reason: str
    """What does not fit, in a sentence that names the rules."""


class Moment(TypedDict):
    """A moment and the time zone it was written in."""

    seconds: int
    """Seconds since 1970-01-01 UTC."""
    offset_minutes: int
    """Minutes east of UTC."""


class Person(TypedDict):
    """An author or committer, as the commit names them: free text that anybody can write."""

    name: str
    email: str
    time: Moment


class CommitWhy(TypedDict):
    """What is known about a commit."""

    id: str
    parents: int
    author: Person
    committer: Person
    subject: str
    """The message's first paragraph, on one line."""
    claims: list[Claim]
    verdict: Verdict
    strength: Strength | None
    """That of the strongest AI claim that counts."""
    extent: Literal["whole"] | Literal["part"] | None
    """For AI: whether it is about the whole commit."""
    contradictions: list[Contradiction]
    relation: dict[str, str] | None
    """What the commit does with another one: ``reverts``, ``reapplies``, ``picked_from``."""
    origin: str | None
    """The commit where the work was done, if claims come from there."""
    branches: list[str]
    """The branches that name a tool and whose tip this commit is."""
    folders: list[str]


class LineCounts(TypedDict):
    """Lines of a file, by what is known about them; ``ai`` to ``unknown`` sum to the total."""

    total: int
    ai: int
    human_evidence: int
    automation: int
    unknown: int
    ai_in_part: int
    """Those of ``ai`` about which it is only known that a part of their commit is AI."""
    cut_off: int
    """Lines that may come from commits which this clone lacks."""


class _FileRange(TypedDict):
    start: int
    end: int
    verdict: Verdict
    strength: Strength | None
    extent: Literal["whole"] | Literal["part"] | None
    commit: int
    line_there: int


class FileRange(_FileRange, total=False):
    """Lines one after the other about which the same is known; ``commit`` and ``evidence`` count in ``commits`` and ``claims``."""

    tools: list[str]
    evidence: list[int]


class _FileCommit(TypedDict):
    id: str
    subject: str
    time: Moment
    lines: int
    verdict: Verdict


class FileCommit(_FileCommit, total=False):
    """A commit that lines of a file come from."""

    path: str
    """The file's path in it, if that is another."""
    cut_off: bool


class FileWhy(TypedDict):
    """What is known about each line of a file, and how."""

    path: str
    """The path from the root of the repository."""
    commit: str
    """The commit whose version of the file this is."""
    working_copy: Literal["same"] | Literal["differs"] | Literal["missing"] | Literal["none"]
    """The file as it lies in the working folder, beside that version."""
    lines: LineCounts
    by_tool: dict[str, int]
    by_strength: dict[str, int]
    ranges: list[FileRange]
    commits: list[FileCommit]
    claims: list[Claim]
    invalid: list[Claim]
    contradictions: list[Contradiction]


class _Explanation(TypedDict):
    schema: Literal["sealbook/why/1"]


class Explanation(_Explanation, total=False):
    """What is known about a commit or a file: one of both members is there."""

    commit: CommitWhy
    file: FileWhy
    comments: list[Claim]
    """What the file's own comments and its name claim, as it lies in the folder."""


class Counts(TypedDict):
    """Commits by what is known about them; all but ``ai_in_part`` sum to the total."""

    total: int
    ai: int
    ai_in_part: int
    """Those of ``ai`` whose AI claims all cover a part only."""
    human_evidence: int
    automation: int
    unknown: int


class _Group(Counts):
    name: str


# For a tool: who its claims are about, and the commits by its strongest claim.
_OfTool = TypedDict("_OfTool", {"class": Class, "by_strength": dict[str, int]}, total=False)


class Group(_Group, _OfTool):
    """The commits of one name: a tool, a model, a person, a folder, ..."""


class _Groups(TypedDict):
    rows: list[Group]


class Groups(_Groups, total=False):
    """Groups, most commits first. A commit may belong to several."""

    others: Counts
    """Commits of names that came when there were too many different ones to keep."""


class _Stats(TypedDict):
    schema: Literal["sealbook/stats/1"]


class Stats(_Stats, total=False):
    """A history in figures. What is unknown stands beside every one."""

    commits: Counts
    by_tool: Groups
    by_model: Groups
    by_strength: list[Group]
    by_source: list[Group]
    by_signal: list[Group]
    people: People
    by_person: Groups
    """Absent if people do not appear."""
    by_folder: Groups
    by_month: list[dict[str, Any]]
    out_of_range: dict[str, Counts]
    by_relation: dict[str, int]
    contradicted: int
    contradictions: dict[str, int]
    invalid_claims: dict[str, int]
    doubts: dict[str, int]
    strongest: list[dict[str, Any]]
    doubtful: list[dict[str, Any]]


_RuleBase = TypedDict(
    "_RuleBase",
    {
        "id": str,
        "tool": str,
        "class": Class,
        "signal": str,
        "strength": Strength,
        "false_positives": str,
        "source": str,
    },
)


class Rule(_RuleBase, total=False):
    """A rule of the catalogue, or one of the user's own: what to look at, what must match, and what a match is worth."""

    vendor: str
    keys: list[str]
    emails: list[str]
    email_pattern: str
    name_pattern: str
    value_pattern: str
    literals: list[str]
    pattern: str
    lowered: list[dict[str, Any]]
    """Periods in which a match is worth less."""
    examples: list[str]
    counterexamples: list[str]


class RuleList(TypedDict):
    """The rules in force for a path."""

    version: int
    """The version of the catalogue that comes with Sealbook."""
    digest: str
    """A digest of all rules in force: two scans with the same digest applied the same rules."""
    settings: str | None
    """The file that changes them, if there is one."""
    rules: list[Rule]
    changed: list[str]
    """The ids of rules that the settings add or change."""
    off: list[Rule]
    """Rules that the settings switch off."""


TextMatch = TypedDict(
    "TextMatch",
    {
        "rule": str,
        "signal": str,
        "class": Class,
        "tool": str,
        "vendor": str | None,
        "model": str | None,
        "strength": Strength,
        "false_positives": str,
    },
)
"""A rule that matches a text: where it would have to stand, whom it is about, what the match is worth, and how it may be wrong."""
