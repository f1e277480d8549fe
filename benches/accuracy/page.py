"""The page docs/accuracy.md."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from measure import Agreement, Measured

HEAD = """\
# Accuracy, measured

Made by `make accuracy`; do not edit. Counts only: no name, address or message of a repository is kept. The catalogue has
version {version}.

    make accuracy REPOS="PATH PATH ..."

The paths are clones of the repositories below, made with `git clone --mirror https://github.com/OWNER/NAME`, so that notes come
along. The same head and the same catalogue give the same figures.

## What is taken for the truth

Two things, and both are imperfect.

- **Age.** A commit whose committer's date is before 2021-06-01 was not written by one of these tools: none existed. A claim about
  one is wrong. No rule looks at the date to rule a commit out, so that this measures the rules and not the date.
- **Notes of git-ai** in `refs/notes/ai`, where the tools' own hooks recorded lines as they were written. They are read here by a
  separate reader, from the specification. A note *attests AI* if at least one of its entries names a session or prompt whose
  record names a tool. Only notes on commits with one parent in the history of `HEAD` are compared: the note of a merge is about its conflicts.

A note that attests no AI is not proof of human work. Some have no entry at all: a commit that only deletes lines has none to
attest, and a hook that did not run leaves an empty note. Lines under a key whose record is missing are an agent's by the
key's form, but count as no AI here. So every precision stands here in three ways:

| way | commits that are counted |
|---|---|
| strict | all with a note that can be read |
| adding | those whose commit adds at least one line of text, or whose files a partial clone does not have |
| attested | those whose note attests lines, an AI's or a person's |

Notes are also written by the team that makes git-ai, mostly about its own commits; how far the figures carry over to others is not known.
Recall is about commits whose note attests AI: which of them the other signals find.
"""


def page(measured: list[Measured], rules: list[dict], version: int) -> str:
    """The whole page."""
    parts = [HEAD.format(version=version), repositories(measured), old(measured), files(measured)]
    for result in measured:
        if result.noted.total():
            parts.append(truth(result))
    parts += [per_tool(measured), per_rule(measured, rules)]
    return "\n".join(parts)


def table(header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    header = list(header)
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join("| " + " | ".join(map(shown, line)) + " |" for line in lines) + "\n"


def shown(cell: object) -> str:
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


def share(part: int, of: int) -> str:
    return f"{part / of:.3f} ({part:,} of {of:,})" if of else "not measured"


def repositories(measured: list[Measured]) -> str:
    rows = (
        [
            result.name,
            f"`{result.head}`",
            result.commits,
            *(result.verdicts[verdict] for verdict in ("ai", "human_evidence", "automation", "unknown")),
            result.notes.total(),
        ]
        for result in measured
    )
    header = ["repository", "head", "commits", "ai", "human evidence", "automation", "unknown", "notes"]
    return "## Repositories\n\n" + table(header, rows)


def old(measured: list[Measured]) -> str:
    rows = []
    for result in measured:
        by_strength = Counter()
        for (_, strength), hits in result.old_hits.items():
            by_strength[strength] += hits
        found = (by_strength[strength] for strength in ("certain", "high", "medium", "low"))
        rows.append([result.name, result.old, *found])
    text = "## Claims about commits before 2021-06-01\n\nAimed at: none of strength medium or better. AI claims by any rule.\n\n"
    text += table(["repository", "commits before", "certain", "high", "medium", "low"], rows)
    total = sum(result.old for result in measured)
    wrong = sum(hits for result in measured for (_, how), hits in result.old_hits.items() if how != "low")
    return text + f"\nFound: {wrong:,} of strength medium or better in {total:,} commits.\n"


def files(measured: list[Measured]) -> str:
    rows = []
    for result in measured:
        for when, tree in (("`HEAD`", result.tree), ("before 2021-06-01", result.old_tree)):
            if tree is None:
                continue
            by_strength = Counter()
            for (_, strength), hits in tree.hits.items():
                by_strength[strength] += hits
            found = (by_strength[strength] for strength in ("certain", "high", "medium", "low"))
            rows.append([result.name, when, tree.files, tree.absent, *found])
    header = ["repository", "at", "files read", "absent", "certain", "high", "medium", "low"]
    return (
        "## Claims about files\n\nRules about comments and names of files, on the files at `HEAD` and on those of the last commit before "
        "2021-06-01. Aimed at: none of strength medium or better before. No truth is recorded for the files at `HEAD`. *Absent* are "
        "files that a partial clone does not have. A file counts once for each rule.\n\n"
        + table(header, rows)
    )


def truth(result: Measured) -> str:
    kinds = ("ai", "human", "unresolved", "empty", "unreadable")
    where = [["all notes", result.notes], ["one parent, in the history", result.noted]]
    text = f"## {result.name}: against its notes\n\n"
    text += table(
        ["notes that attest", "AI", "only people", "only unknown keys", "nothing", "cannot be read"],
        ([name, *(counter[kind] for kind in kinds)] for name, counter in where),
    )
    text += "\nPrecision by strength of the claim, notes' own claims left out:\n\n"
    order = ["certain", "high", "certain and high", "medium", "low"]
    rows = [(name, result.by_strength[name]) for name in order if name in result.by_strength]
    text += precision(rows, result.everything)
    text += (
        "\nThe last row is no rule: it claims every commit, and shows how much a figure is worth. Where few notes attest "
        "people's lines only, almost any claim is right in the attested way.\n"
    )
    strong = result.by_strength["certain and high"]
    if strong.ai + strong.other.total():
        text += strong_claims(strong, result.everything)
    text += "\nRecall, of commits whose note attests AI:\n\n"
    of = result.noted["ai"]
    ways = {
        "trailers": "trailers alone, medium or better",
        "high": "all signals but notes, high or better",
        "medium": "all signals but notes, medium or better",
        "low": "all signals but notes, of any strength",
        "with notes": "with notes, medium or better",
    }
    text += table(["found by", "share"], ([name, share(result.found[way], of)] for way, name in ways.items()))
    text += "\nThe last line is no measurement of a rule: there the notes are both the evidence and the truth. It shows that they are read.\n"
    text += "\nRecall by tool, claims of medium or better for the same tool, without notes:\n\n"
    rows = ([tool, share(result.tools_found[tool], count)] for tool, count in result.tools.most_common())
    text += table(["tool in the note", "share"], rows)
    agree = result.readers
    text += (
        f"\nSealbook's reader and the separate one agree whether a note attests AI in {agree['agree']:,} of {agree.total():,} "
        f"notes in the history; only Sealbook's says so in {agree['only Sealbook']:,}, only the other in {agree['only the harness']:,}.\n"
    )
    if result.records:
        text += (
            f"\nOf {result.records.total():,} commits with a record in git-ai's form before version 3 and no note, the record of "
            f"{result.records['ai']:,} names an agent. That such a record is there says little.\n"
        )
    if result.impossible:
        text += "\nClaims that cannot be true, by kind:\n\n" + table(
            ["kind", "claims"], result.impossible.most_common()
        )
    return text


def strong_claims(strong: Agreement, everything: Agreement) -> str:
    """What there is to say of claims of strength high or better."""
    part, of = strong.attested()
    text = (
        f"\nAimed at for certain and high, where the note attests lines: 0.990. Found: {share(part, of)}.\n"
        "\nLines: of those that the commits add which certain and high claims are about, and whose note attests lines, an AI is "
        f"attested for {share(strong.lines_of_ai, strong.lines)}; of those of every commit with such a note, for "
        f"{share(everything.lines_of_ai, everything.lines)}. A claim about a whole commit is not one about each of its lines.\n"
    )
    text += "\nDisagreements, claims of strength high or better where the note attests no AI:\n\n"
    reasons = {
        "no lines added": "the commit adds no line, so that there is nothing to attest",
        "empty": "the note attests nothing, though lines were added",
        "human": "the note attests people's lines only",
        "unresolved": "the note attests lines under keys without a record, so that it names no tool",
    }
    text += table(["kind", "commits"], ([reasons[kind], strong.other[kind]] for kind in reasons))
    return text


def precision(rows: Iterable[tuple[str, Agreement]], everything: Agreement) -> str:
    header = ["claims", "strict", "adding", "attested", "same tool"]
    lines = [[name, *cells(agreement)] for name, agreement in rows]
    return table(header, [*lines, ["*every commit*", *list(cells(everything))[:3], "-"]])


def cells(agreement: Agreement) -> Iterator[str]:
    yield share(*agreement.strict())
    yield share(*agreement.adding())
    yield share(*agreement.attested())
    yield share(agreement.same_tool, agreement.ai)


def joined(measured: list[Measured], figures: str, name: str) -> Agreement:
    """The agreement of all repositories with notes."""
    sum_of = Agreement()
    for result in measured:
        agreement = getattr(result, figures).get(name, Agreement())
        sum_of.ai += agreement.ai
        sum_of.same_tool += agreement.same_tool
        sum_of.other += agreement.other
    return sum_of


def per_tool(measured: list[Measured]) -> str:
    hits = sum((result.tool_hits for result in measured), Counter())
    rows = []
    for tool, count in sorted(hits.items(), key=lambda item: (-item[1], item[0])):
        agreement = joined(measured, "by_tool", tool)
        places = sum(tool in result.tool_hits for result in measured)
        rows.append([tool, count, places, *cells(agreement)])
    header = ["tool", "commits", "repositories", "strict", "adding", "attested", "same tool"]
    return "## By tool\n\nNotes' own claims count as hits, not in the precision.\n\n" + table(header, rows)


def per_rule(measured: list[Measured], rules: list[dict]) -> str:
    text = (
        "## By rule\n\nHits are commits, or files at `HEAD` for rules about files, in all repositories above; *old* are hits on commits, or on files, "
        "before 2021-06-01. A rule without a hit is "
        "not measured, and neither is the precision of one that no note is about. Every rule was run on all of them, so that no *old* hits is a figure.\n\n"
    )
    rows = []
    for rule in rules:
        name = rule["id"]
        is_about_files = rule["signal"] in ("comment", "file")
        hits, old = hits_of(measured, name, is_about_files=is_about_files)
        agreement = joined(measured, "by_rule", name)
        figures = [share(*agreement.strict()), share(*agreement.attested())] if hits else ["not measured"] * 2
        is_ai = rule["class"] == "ai"
        rows.append([f"`{name}`", rule["strength"], hits or "not measured", old if is_ai else "-", *figures])
    return text + table(["rule", "strength", "hits", "old", "precision, strict", "precision, attested"], rows)


def hits_of(measured: list[Measured], rule: str, *, is_about_files: bool) -> tuple[int, int]:
    """A rule's hits in all repositories, and those on what is older than the tools."""
    hits = old = 0
    for result in measured:
        then = result.old_tree.hits if result.old_tree else Counter()
        if is_about_files:
            hits += sum(count for (hit, _), count in result.tree.hits.items() if hit == rule)
        else:
            hits += result.hits[rule]
            then = result.old_hits
        old += sum(count for (hit, _), count in then.items() if hit == rule)
    return hits, old
