#!/usr/bin/env python3
"""Make the exemplar ledgers of this folder and what a verifier must say about them. See README.md.

    python3 tests/vectors/ledger/generate.py            writes
    python3 tests/vectors/ledger/generate.py --check    compares, writes nothing, exit status 1 if a file differs

Nothing here is random and nothing reads a clock: the same files come out every time. Every case says in `must` and
`must_note` what its author expects from reading docs/format.md; docs/verify.py has to agree or nothing is written.
The hashes are computed here a second time, from format.md, and not with the verifier's functions.
"""
import hashlib
import io
import json
import struct
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE.parents[2] / "docs"))
import verify  # noqa: E402

ORIGIN = "sealbook.example/vectors"
VKEY = "sealbook.example/vectors+8d3f0c1b+AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAh"
ZEROS = "0" * 64


# ---- A writer, as plain as it can be


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def leaf_hash(header):
    return hashlib.sha256(b"\x00" + header.encode()).hexdigest()


def commit(ledger, entry_id, salt, payload):
    data = b"sealbook/payload/v1\n" + bytes.fromhex(ledger) + bytes.fromhex(entry_id.replace("-", ""))
    return hashlib.sha256(data + bytes.fromhex(salt) + payload.encode()).hexdigest()


def roots(leaves):
    """The root of the first n leaves for n = 0, 1, ...: level by level, an odd one is carried up unchanged."""
    yield hashlib.sha256(b"").hexdigest()
    for n in range(1, len(leaves) + 1):
        level = [bytes.fromhex(leaf) for leaf in leaves[:n]]
        while len(level) > 1:
            pairs = [hashlib.sha256(b"\x01" + left + right).digest() for left, right in zip(level[::2], level[1::2])]
            level = pairs + level[len(level) & ~1:]
        yield level[0].hex()


def jcs(value):
    return verify.read_object(json.dumps(value).encode())[1].decode()


def header_text(fields):
    sig = ',"sig":{"key":"%s","value":"%s"}' % fields["sig"] if fields.get("sig") else ""
    return ('{{"commitment":"{commitment}","id":"{id}","kind":"{kind}","prev":"{prev}","seq":"{seq}"'
            + sig.replace("{", "{{").replace("}", "}}") + ',"time":"{time}","v":"{v}"}}').format(**fields)


class Entry:
    def __init__(self, header, salt, payload):
        self.header, self.salt, self.payload = header, salt, payload

    def line(self):
        members = {"header": self.header, "salt": self.salt, "payload": self.payload}
        return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()

    def but(self, **changed):
        return Entry(**{"header": self.header, "salt": self.salt, "payload": self.payload, **changed})

    def edited(self, old, new):
        """The same entry with one piece of its header's text replaced."""
        assert self.header.count(old) == 1, (old, self.header)
        return self.but(header=self.header.replace(old, new))

    def member(self, name):
        return json.loads(self.header)[name]


class Book:
    """Appends entries that fit each other, unless told otherwise."""

    def __init__(self, name, /, **genesis):
        self.name, self.entries = name, []
        self.ledger = digest("ledger " + name)[:32]
        payload = {"keys": [], "ledger": self.ledger, "origin": ORIGIN, "predecessor": None, **genesis}
        self.first = {key: value for key, value in payload.items() if value is not ...}

    def begin(self, **changed):
        """The genesis entry."""
        return self.add("sys.genesis", self.first, **changed)

    def add(self, kind, payload, rewrite=None, ledger=None, **changed):
        """`payload` is a value, or the text itself; `changed` are header members; `rewrite` edits the header's text."""
        i = len(self.entries)
        text = payload if isinstance(payload, str) else jcs(payload)
        salt = digest(f"salt {self.name} {i}")
        millis = 1_767_323_045_000 + 1_001 * i
        noise = digest(f"id {self.name} {i}")
        fields = {
            "id": f"{millis:012x}"[:8] + "-" + f"{millis:012x}"[8:] + f"-7{noise[:3]}-{'89ab'[i % 4]}{noise[3:6]}-{noise[6:18]}",
            "kind": kind, "seq": str(i), "v": "sealbook/1",
            "prev": leaf_hash(self.entries[-1].header) if i else ZEROS,
            "time": f"2026-01-02T{3 + i // 3600:02d}:{i // 60 % 60:02d}:{i % 60:02d}.{i:06d}Z",
            **changed}
        ledger = ledger or ("0" * 32 if i == 0 else self.ledger)
        fields.setdefault("commitment", commit(ledger, fields["id"], salt, text))
        header = header_text(fields)
        self.entries.append(Entry(rewrite(header) if rewrite else header, salt, text))
        return self

    def erase(self, seq, /, **changed):
        named = self.entries[seq]
        payload = {"commitment": named.member("commitment"), "leaf": leaf_hash(named.header), "reason": "request 17", "seq": str(seq)}
        return self.add("sys.erasure", {**payload, **changed})

    def gone(self, *seqs):
        """Salt and payload of these entries are destroyed."""
        for seq in seqs:
            self.entries[seq] = self.entries[seq].but(salt=None, payload=None)
        return self


def lines(entries):
    """A file. Bytes among the entries are lines as they are."""
    return b"".join((entry if isinstance(entry, bytes) else entry.line()) + b"\n" for entry in entries)


ACTOR = {"type": "human", "id": "ada@example.com", "name": "Ada"}
SMALL = [
    ("commit", {"actor": ACTOR, "action": {"type": "commit"}, "commit": "6f1c2f0"}),
    ("ai_assistance", {"actor": {"type": "ai", "id": "assistant-1", "model": "m-2"}, "action": {"type": "edit"}, "tokens": 912}),
    ("human_review", {"actor": ACTOR, "action": {"type": "approve", "description": "looks right"}}),
    ("custom.note", {"text": "the end"}),
]


def small(name="small", upto=4):
    book = Book(name).begin()
    for kind, payload in SMALL[:upto]:
        book.add(kind, payload)
    return book


def with_third(kind="human_review", payload=SMALL[2][1], **changed):
    """The small ledger with another entry 3, which the entry behind it names properly as its predecessor."""
    return small(upto=2).add(kind, payload, **changed).add(*SMALL[3])


# ---- The cases

CASES, FILES = [], {}
ALL_TOPICS = ["rewriting", "truncation"]


def case(file, content, why, must=(), notes=(), topics=ALL_TOPICS, origin=None, size=None, root=None):
    """A file, what is known from elsewhere, and the report that its author expects: pairs of number and kind."""
    file += ".jsonl"
    if content is not None:  # None: another case of a file that is already there
        assert file not in FILES, file
        entries = content.entries if isinstance(content, Book) else content
        FILES[file] = content if isinstance(content, bytes) else lines(entries)
    data = FILES[file]
    report = verify.verify(io.BytesIO(data), origin, size, root)
    pairs = {key: [[found["seq"], found["kind"]] for found in report[key]] for key in ("faults", "notes")}
    expected = {"faults": sorted(map(list, must)), "notes": sorted(map(list, notes))}
    found_topics = [text.split(":")[0] for text in report["not_checked"]]
    if pairs != expected or found_topics != sorted(topics):
        sys.exit(f"{file}: {why}\n  expected {expected} {sorted(topics)}\n  computed {pairs} {found_topics}\n  {report}")
    known = {"origin": origin, "size": size, "root": root}
    CASES.append({
        "file": file, **{name: value for name, value in known.items() if value is not None}, "why": why,
        "must": [{"seq": seq, "kind": kind} for seq, kind in sorted(must)],
        "must_note": [{"seq": seq, "kind": kind} for seq, kind in sorted(notes)],
        "expect": {
            "verdict": report["verdict"], "entries": report["entries"], "root": report["root"], "origin": report["origin"],
            **{key: [{"seq": found["seq"], "kind": found["kind"]} for found in report[key]] for key in ("faults", "notes")},
            "not_checked": found_topics}})


def good_book():
    return (
        Book("good", keys=[VKEY]).begin()
        .add("commit", {"actor": ACTOR, "action": {"type": "commit"}, "commit": "6f1c2f0e", "spec": "specs/ledger.md",
                        "files": [{"path": "src/lib.rs", "change": "modified", "lines": 12, "ranges": [[1, 9], [40, 42]]},
                                  {"path": "docs/größe.md"}]})
        .add("ai_assistance", {"actor": {"type": "ai", "id": "assistant-1", "name": "Assistant", "model": "m-2", "run": "r-77"},
                               "action": {"type": "edit", "details": {"accepted": True, "undone": None}},
                               "metrics": {"tokens": 18234, "cost": 0.0125, "ratio": 1e-7, "huge": 1e21, "tiny": 5e-324, "minus": -1.5}})
        .add("human_review", {"actor": {"type": "human", "id": "孔子"}, "action": {"type": "approve", "description": "好 👍🏽 naïve Ω"}})
        .add("validation", {"actor": {"type": "service", "id": "ci"}, "action": {"type": "test"},
                            "metadata": {"\U0001f600": "astral", "\ufb33": "smaller code point, larger UTF-16 unit",
                                         "escapes": "\"\\/\b\f\n\r\t\u0000\u001f\u007f\u2028", "": "empty name"}})
        .add("budget_check", {"actor": {"type": "service", "id": "budget"}, "action": {"type": "check"},
                              "metrics": {"left": 9007199254740991, "spent": -9007199254740991, "zero": 0}})
        .add("quality_gate", {"nested": {"a": [[], {}, [[{"b": [1, "2", None, False]}]]]}})
        .add("attribution", {"attributions": [{"actor": ACTOR, "share": 0.5}], "parents": ["019b7d1c-0000-7000-8000-000000000000"]})
        .add("sys.key", {"action": "add", "key": VKEY})
        .add("task", {"trace": {"trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "span_id": "00f067aa0ba902b7"}})
        .add("sys.anchor", {"checkpoint": f"{ORIGIN}\n9\nAAAA\n\n\u2014 someone AAAA\n", "type": "rfc3161", "proof": {"der": ""}})
        .add("custom.a-b_c.9", {}))


def make_intact():
    good = good_book()
    good_roots = list(roots([leaf_hash(entry.header) for entry in good.entries]))
    case("good", good, "Nothing is wrong; what is not known from elsewhere is not checked.")
    case("good", None, "Its size, root and origin are known from elsewhere, and fit.", topics=[], origin=ORIGIN, size=12, root=good_roots[12])
    case("good", None, "A root for a smaller size fits too: the ledger has grown since.", topics=[], size=7, root=good_roots[7])
    case("good", None, "The root of no entries is SHA-256 of nothing.", topics=[], size=0, root=good_roots[0])
    case("good", None, "Another root for size 0.", [(0, "tree")], topics=[], size=0, root=good_roots[1])
    case("good", None, "A size that the ledger has outgrown, without a root.", topics=["rewriting"], size=7)
    case("good", None, "Another root is known for the whole.", [(11, "tree")], topics=[], size=12, root=good_roots[11])
    case("good", None, "Another root is known for the first 7.", [(6, "tree")], topics=[], size=7, root=good_roots[8])
    case("good", None, "There should be 13 entries.", [(12, "truncated")], topics=["rewriting"], size=13)
    case("good", None, "There should be 13 entries; the root over 13 cannot be compared.", [(12, "truncated")], topics=[], size=13, root=good_roots[12])
    case("good", None, "It is another ledger than the expected one.", [(0, "genesis")], origin="sealbook.example/other")
    case("truncated", good.entries[:9], "The last three entries were cut off, and nothing in the file shows it.")
    case("truncated", None, "With the size known from elsewhere the cut shows.", [(9, "truncated")], topics=["rewriting"], size=12)

    rewritten = good_book()
    rewritten.entries[3:] = []
    rewritten.add("human_review", {"actor": ACTOR, "action": {"type": "reject"}})
    for entry in good.entries[4:]:
        rewritten.add(entry.member("kind"), entry.payload)
    case("rewritten", rewritten, "The operator wrote entry 3 and all behind it anew: a ledger without a fault.")
    case("rewritten", None, "The root that somebody else kept shows it.", [(11, "tree")], topics=[], size=12, root=good_roots[12])
    case("rewritten", None, "The root of a part that was not rewritten fits.", topics=[], size=3, root=good_roots[3])

    case("genesis-only", Book("genesis-only").begin(), "The shortest ledger.")
    case("successor", Book("successor", predecessor={"origin": ORIGIN, "root": good_roots[12], "size": "12"}).begin().add(*SMALL[0]),
         "A ledger that continues another one, as its genesis says.")
    case("small", small(), "The ledger from which most of the broken ones are made.")

    long = Book("long").begin()
    for i in range(1, 600):
        long.add("task", {"n": i})
    case("long", long, "600 entries: two full tiles of level 0 and 88 leaves behind them.")

    case("no-final-newline", lines(small().entries)[:-1], "The last line has no line feed; it is a line nevertheless.")
    case("crlf", lines(small().entries).replace(b"\n", b"\r\n"), "A carriage return at the end of a line is JSON's white space.")
    shuffled = [json.dumps({"payload": e.payload, "header": e.header, "salt": e.salt}).encode() for e in small().entries]
    case("line-members-reordered", shuffled, "A line's members may stand in any order, with white space and escapes: the strings' values count.")


def make_notes():
    fields = {"sig": (digest("key"), digest("value 1") + digest("value 2"))}
    signed = with_third(**fields)
    case("signed", signed, "Entry 3 carries a signature, which nobody can check without the actor's key.", topics=["signatures", *ALL_TOPICS])
    case("clock", with_third(time="2026-01-02T03:00:01.999999Z"), "Entry 3 is older than the entry in front of it by its own word.", notes=[(3, "clock")])
    case("clock-equal", with_third(time="2026-01-02T03:00:02.000002Z"), "The same time as that of the entry in front is not before it.")
    case("clock-behind-bad-header", small(upto=1).add(*SMALL[1], rewrite=lambda h: h.replace("03:00:02", "03:00:61"))
         .add(*SMALL[2], time="2026-01-01T00:00:00.000000Z"),
         "Times are compared between neighbours with valid headers only.", [(2, "header")])
    for name, text in {"space": '{"a": 1}', "order": '{"b":1,"a":2}', "escape": '{"a":"\\u0062\\/"}', "float": '{"a":1.0}',
                       "exponent": '{"a":1E21}', "minus-zero": '{"a":-0}', "newline": '{"a":1}\n',
                       "utf16-order": '{"\ufb33":1,"\U0001f600":2}'}.items():
        case(f"not-canonical-{name}", with_third("custom.note", text), "The payload fits its commitment but is not written as RFC 8785 writes it.",
             notes=[(3, "not_canonical")])


def make_erasures():
    case("erased", small().erase(2).gone(2), "Entry 2 was erased, and entry 5 says so.", notes=[(2, "erased")])
    case("pending", small().erase(2).erase(3).gone(2), "Entry 3 is named by entry 6 but still there.", notes=[(2, "erased"), (3, "pending")])
    case("pruned", small().add("sys.prune", {"before": "3", "reason": "a year"}).add(*SMALL[0]).gone(1, 2),
         "Entries 1 and 2 were pruned; entry 0 is of a sys. kind and stays.", notes=[(1, "erased"), (2, "erased")])
    case("pruned-partly", small().add("sys.prune", {"before": "4"}).gone(2), "A prune that has not run to its end.",
         notes=[(1, "pending"), (2, "erased"), (3, "pending")])
    case("pruned-too-much", small().add("sys.prune", {"before": "3"}).gone(1, 2, 3), "Entry 3 is gone and was not below the limit.",
         [(3, "payload")], [(1, "erased"), (2, "erased")])
    case("prune-ahead", small(upto=1).add("sys.prune", {"before": "99"}).add(*SMALL[2]).gone(1, 3),
         "A prune covers only what is in front of it, however large its limit.", [(3, "payload")], [(1, "erased")])
    case("prune-zero", small().add("sys.prune", {"before": "0"}), "A prune that covers nothing.")
    case("prune-sys", small().erase(2).add("sys.prune", {"before": "6"}).gone(1, 2, 3, 4, 5),
         "Entry 5 is of a sys. kind: no prune covers it. Without its payload it is no valid erasure; the prune covers entry 2.",
         [(5, "payload")], [(1, "erased"), (2, "erased"), (3, "erased"), (4, "erased")])
    case("prune-bad", small().add("sys.prune", {"before": "03"}).gone(1), "The limit is not a decimal, so that nothing is pruned.",
         [(1, "payload"), (5, "payload")])
    case("erased-and-pruned", small().erase(2).add("sys.prune", {"before": "3"}).gone(1, 2), "Two entries name entry 2.",
         notes=[(1, "erased"), (2, "erased")])
    case("erased-half", [e.but(payload=None) if i == 2 else e for i, e in enumerate(small().erase(2).entries)],
         "Payload gone and salt still there: neither whole nor erased.", [(2, "payload")], [(2, "pending")])
    case("erased-before-it-is-named", small(upto=2).erase(1).gone(1).add(*SMALL[2]).erase(2), "Each erasure stands behind the entry that it names.",
         notes=[(1, "erased"), (2, "pending")])

    case("absent", small().gone(2), "Salt and payload of entry 2 are gone and nothing says that they may be.", [(2, "payload")])
    case("absent-payload", [e.but(payload=None) if i == 2 else e for i, e in enumerate(small().entries)], "The payload alone is gone.", [(2, "payload")])
    case("absent-salt", [e.but(salt=None) if i == 2 else e for i, e in enumerate(small().entries)], "The salt alone is gone.", [(2, "payload")])
    case("absent-genesis", small().gone(0), "The genesis payload is gone, and with it the ledger id.", [(0, "payload")], topics=["commitments", *ALL_TOPICS])
    case("absent-erasure", small().erase(2).gone(2, 5), "The erasure has lost its own payload, so it accounts for nothing.",
         [(2, "payload"), (5, "payload")])

    case("erasure-wrong-leaf", small().erase(2, leaf=digest("other")),
         "The leaf hash is not that of entry 2: nothing is erased, and entry 2 is not pending.", [(5, "payload")])
    case("erasure-wrong-commitment", small().erase(2, commitment=digest("other")), "The commitment is not that of entry 2.", [(5, "payload")])
    case("erasure-wrong-number", small().erase(2, seq="3"), "Leaf hash and commitment are those of entry 2, the number is that of entry 3.", [(5, "payload")])
    case("erasure-of-sys", small().erase(2).erase(5).gone(2), "Entry 6 names entry 5, which is of a sys. kind: that erases nothing.",
         [(6, "payload")], [(2, "erased")])
    case("erasure-of-genesis", small().erase(0), "Entry 5 names the genesis entry.", [(5, "payload")])
    case("erasure-of-itself", small().add("sys.erasure", {"commitment": ZEROS, "leaf": ZEROS, "seq": "5"}), "Entry 5 names itself.", [(5, "payload")])
    case("erasure-of-later", small().add("sys.erasure", {"commitment": ZEROS, "leaf": ZEROS, "seq": "6"}).add(*SMALL[0]), "Entry 5 names entry 6.", [(5, "payload")])
    case("erasure-of-far", small().add("sys.erasure", {"commitment": ZEROS, "leaf": ZEROS, "seq": str(2**63 - 1)}), "Entry 5 names the largest number there is.", [(5, "payload")])
    case("erasure-extra-member", small().erase(2, actor="ada"), "A sys. payload has no other members than the format's.", [(5, "payload")])
    case("erasure-seq-number", small().erase(2, seq=2), "The number is a JSON number and should be a string.", [(5, "payload")])
    case("erasure-reason-null", small().erase(2, reason=None), "A member that may be absent may not be null.", [(5, "payload")])
    case("erasure-wrong-and-gone", small().erase(2, leaf=digest("other")).gone(2), "A wrong erasure does not account for the absence.",
         [(2, "payload"), (5, "payload")])
    tampered = small().erase(2).gone(2)
    tampered.entries[5] = tampered.entries[5].but(salt=digest("other"))
    case("erasure-tampered", tampered, "The erasure does not fit its commitment, so it is not valid.", [(2, "payload"), (5, "commitment")])
    case("erasure-out-of-sequence", small().erase(2).gone(2).entries[:4] + small().erase(2).entries[5:],
         "Entry 4 was dropped. The erasure has the wrong number and predecessor, but is itself valid.", [(4, "sequence"), (4, "link")], [(2, "erased")])
    missing = small().erase(2).entries
    case("erasure-of-missing", missing[:2] + [b"{}"] + missing[3:], "The entry that was named is missing: nothing to compare.", [(2, "missing")])
    case("erasure-of-bad-header", small(upto=1).add(*SMALL[1], rewrite=lambda h: h.replace(":02.", ":02,")).add(*SMALL[2]).erase(2),
         "The named entry's header is not valid; its leaf hash fits. It has no notes.", [(2, "header")])
    case("erasure-of-edited-header", small().erase(2).entries[:2] + [small().entries[2].edited("ai_assistance", "AI_assistance")] + small().erase(2).entries[3:],
         "The named entry's header was edited and is not valid: its leaf hash does not fit either.", [(2, "header"), (3, "link"), (5, "payload")])
    for name, kind, payload in (
            ("key-action", "sys.key", {"action": "remove", "key": VKEY}),
            ("key-vkey", "sys.key", {"action": "add", "key": "sealbook.example+8d3f0c1b"}),
            ("key-vkey-base64", "sys.key", {"action": "add", "key": "sealbook.example+8d3f0c1b+AQI"}),
            ("key-vkey-spare-bits", "sys.key", {"action": "add", "key": "sealbook.example+8d3f0c1b+AQJ="}),
            ("key-vkey-id", "sys.key", {"action": "add", "key": "sealbook.example+8D3F0C1B+AQI="}),
            ("anchor-type", "sys.anchor", {"checkpoint": "x", "type": 1}),
            ("anchor-no-checkpoint", "sys.anchor", {"type": "x"}),
            ("prune-number", "sys.prune", {"before": 3})):
        case(f"shape-{name}", small().add(kind, payload), "A sys. payload without the shape of section 5.", [(5, "payload")])


def make_edits():
    e = small().entries

    def changed(name, why, faults, i, entry, **more):
        case(name, e[:i] + [entry] + e[i + 1:], why, faults, **more)
    changed("payload-edited", "A word of the payload was changed.", [(2, "commitment")], 2, e[2].but(payload=e[2].payload.replace("912", "9")))
    changed("payload-reformatted", "The payload says the same in other bytes.", [(2, "commitment")], 2, e[2].but(payload=e[2].payload.replace(":912", ": 912")))
    changed("payload-moved", "Salt and payload of entry 2 stand in entry 3.", [(3, "commitment")], 3, e[3].but(salt=e[2].salt, payload=e[2].payload))
    changed("payload-from-another-ledger", "Salt and payload of another ledger's entry.", [(3, "commitment")], 3,
            e[3].but(salt=small("other").entries[3].salt))
    changed("salt-edited", "One digit of the salt was changed.", [(2, "commitment")], 2, e[2].but(salt=digest("other")))
    changed("salt-short", "A salt of 31 bytes.", [(2, "commitment")], 2, e[2].but(salt=e[2].salt[:62]))
    changed("salt-empty", "A salt of no bytes is not an absent one.", [(2, "commitment")], 2, e[2].but(salt=""))
    changed("salt-upper-case", "hex is lower-case.", [(2, "commitment")], 2, e[2].but(salt=e[2].salt.upper()))

    time = e[2].member("time")
    for name, old, new, faults in (
            ("commitment", e[2].member("commitment"), digest("other"), [(2, "commitment"), (3, "link")]),
            ("id", e[2].member("id"), "019b7d1c" + e[2].member("id")[8:], [(2, "commitment"), (3, "link")]),
            ("kind", '"ai_assistance"', '"commit"', [(3, "link")]),
            ("prev", e[2].member("prev"), digest("other"), [(2, "link"), (3, "link")]),
            ("seq", '"seq":"2"', '"seq":"7"', [(2, "sequence"), (3, "link")]),
            ("time", time, time.replace(".000002", ".000003"), [(3, "link")]),
            ("v", '"sealbook/1"', '"sealbook/2"', [(2, "unknown"), (3, "link")])):
        changed(f"header-edited-{name}", f"{name} in the header of entry 2 was changed.", faults, 2, e[2].edited(old, new))
    changed("header-edited-sig", "A signature was put into the header of entry 2.", [(3, "link")], 2,
            e[2].edited(',"time"', ',"sig":{"key":"%s","value":"%s"},"time"' % (ZEROS, ZEROS + ZEROS)), topics=["signatures", *ALL_TOPICS])
    changed("header-edited-last", "The header of the last entry was changed, and no entry behind it shows it.", [], 4, e[4].edited("custom.note", "custom.vote"))
    case("header-edited-last", None, "A root known from elsewhere shows it.", [(4, "tree")], topics=[], size=5,
         root=list(roots([leaf_hash(x.header) for x in e]))[5])
    changed("header-edited-genesis-kind", "The kind of entry 0 was changed. Its payload still tells the ledger id.", [(0, "genesis"), (1, "link")], 0, e[0].edited("sys.genesis", "commit"))

    case("dropped", e[:2] + e[3:], "Entry 2 was dropped.", [(2, "sequence"), (2, "link"), (3, "sequence")])
    case("dropped-genesis", e[1:], "The genesis entry was dropped: no ledger id, and entry 1 stands at 0, where zeros are the id.",
         [(0, "sequence"), (0, "link"), (0, "genesis"), (0, "commitment"), (1, "sequence"), (2, "sequence"), (3, "sequence")],
         topics=["commitments", *ALL_TOPICS])
    case("swapped", [e[0], e[1], e[3], e[2], e[4]], "Entries 2 and 3 changed places.",
         [(2, "sequence"), (2, "link"), (3, "sequence"), (3, "link"), (4, "link")], [(3, "clock")])
    case("repeated", e[:3] + e[2:], "Entry 2 stands there twice.",
         [(3, "sequence"), (3, "link"), (3, "id"), (4, "sequence"), (5, "sequence")])
    forged = small(upto=2).add("commit", {"forged": True}, time="2026-01-02T03:00:02.500000Z", id="019b7d1c-2222-7222-8222-222222222222").entries[3]
    case("inserted", e[:3] + [forged] + e[3:], "A forged entry, good in itself, was put in front of entry 3.",
         [(4, "sequence"), (4, "link"), (5, "sequence")])
    case("spliced", e[:3] + small("other").entries[3:], "The second half comes from another ledger.",
         [(3, "link"), (3, "commitment"), (4, "commitment")])
    case("foreign", small("other", upto=2), "A whole ledger, good in itself.")
    case("foreign", None, "It is not the ledger of which the root is known.", [(2, "tree")], topics=[], origin=ORIGIN, size=3,
         root=list(roots([leaf_hash(x.header) for x in e]))[3])
    other = Book("other", origin="sealbook.example/other").begin().add(*SMALL[0])
    case("foreign-origin", other, "A whole ledger of another origin, good in itself.")
    case("foreign-origin", None, "It is not the ledger that the verifier expects.", [(0, "genesis")], origin=ORIGIN)

    case("duplicate-id", with_third(id=e[1].member("id")), "Entry 3 has the id of entry 1.", [(3, "id")])
    case("wrong-seq", with_third(seq="7"), "Entry 3 says that it is number 7.", [(3, "sequence")])
    case("wrong-prev", with_third(prev=digest("other")), "Entry 3 names another predecessor.", [(3, "link")])
    case("genesis-prev", Book("small").begin(prev=digest("other")).add(*SMALL[0]), "Entry 0 names a predecessor.", [(0, "link")])
    case("everything-at-once", [e[0], e[2].edited('"seq":"2"', '"seq":"9"').but(payload="{}"), b"not an entry", e[3].edited("human_review", "Human_review"), e[4].but(payload=None)],
         "Every fault is reported, not only the first.",
         [(1, "sequence"), (1, "link"), (1, "commitment"), (2, "missing"), (3, "header"), (4, "link"), (4, "payload")])


def make_genesis():
    second = Book("second").first
    case("second-genesis", with_third("sys.genesis", second), "Entry 3 is a second genesis.", [(3, "genesis")])
    case("second-genesis-zeros", with_third("sys.genesis", second, ledger="0" * 32), "Only entry 0 commits with zeros for the ledger id.",
         [(3, "genesis"), (3, "commitment")])
    case("second-genesis-misshapen", with_third("sys.genesis", {}), "One kind of fault is reported once for a number.", [(3, "genesis")])
    case("no-genesis", Book("no").add(*SMALL[0]).add(*SMALL[1]), "Entry 0 is not a genesis, so that there is no ledger id.",
         [(0, "genesis")], topics=["commitments", *ALL_TOPICS])
    case("no-genesis", None, "Nor is there an origin.", [(0, "genesis")], topics=["commitments", *ALL_TOPICS], origin=ORIGIN)
    case("no-genesis-erasure", Book("no").add(*SMALL[0]).add(*SMALL[1]).erase(1).gone(1), "An erasure whose commitment cannot be judged counts.",
         [(0, "genesis")], [(1, "erased")], topics=["commitments", *ALL_TOPICS])
    case("genesis-kind-but-shape", Book("small").add("commit", Book("small").first).add(*SMALL[0]), "Entry 0 has another kind and a genesis payload.",
         [(0, "genesis")])
    lost = small().entries
    case("genesis-missing", [b"?"] + lost[1:], "The line of entry 0 is destroyed.", [(0, "missing")], topics=["commitments", *ALL_TOPICS])
    case("genesis-missing", None, "The origin cannot be the expected one.", [(0, "genesis"), (0, "missing")], topics=["commitments", *ALL_TOPICS], origin=ORIGIN)
    case("genesis-header-bad", [lost[0].edited("sealbook/1", "sealbook/0")] + lost[1:], "The header of entry 0 is of another version; its payload still tells the ledger id.",
         [(0, "unknown"), (1, "link")])
    case("genesis-origin-edited", [lost[0].but(payload=lost[0].payload.replace("/vectors", "/evil"))] + lost[1:], "The origin in the genesis payload was changed.",
         [(0, "commitment")])
    case("genesis-ledger-edited", [lost[0].but(payload=lost[0].payload.replace(Book("small").ledger, Book("other").ledger))] + lost[1:],
         "The ledger id was changed: no commitment fits any more.", [(i, "commitment") for i in range(5)])
    case("genesis-not-json", Book("small").add("sys.genesis", "{").add(*SMALL[0]), "A payload that breaks rules 1 to 6 has no shape.",
         [(0, "payload")], topics=["commitments", *ALL_TOPICS])
    case("genesis-not-canonical", Book("small").add("sys.genesis", jcs(Book("small").first) + " ").add(*SMALL[0]), "White space in a genesis payload.",
         notes=[(0, "not_canonical")])

    good = {"origin": ORIGIN, "root": ZEROS, "size": "12"}
    for name, members in {
            "no-keys": {"keys": ...}, "no-predecessor": {"predecessor": ...}, "extra-member": {"name": "x"},
            "question-mark-member": {"reason?": "x"},
            "ledger-short": {"ledger": "0" * 30}, "ledger-upper-case": {"ledger": "A" * 32}, "ledger-null": {"ledger": None},
            "origin-empty": {"origin": ""}, "origin-space": {"origin": "a b"}, "origin-plus": {"origin": "a+b"},
            "origin-no-break-space": {"origin": "a\u00a0b"}, "origin-del": {"origin": "a\u007fb"}, "origin-c1": {"origin": "a\u009fb"},
            "origin-256-bytes": {"origin": "\u00e9" * 128}, "origin-list": {"origin": [ORIGIN]},
            "keys-object": {"keys": {}}, "keys-bad": {"keys": [VKEY, "x"]}, "keys-empty-key": {"keys": ["a+8d3f0c1b+"]},
            "predecessor-false": {"predecessor": False}, "predecessor-empty": {"predecessor": {}},
            "predecessor-size-number": {"predecessor": {**good, "size": 12}},
            "predecessor-size-too-large": {"predecessor": {**good, "size": str(2**63)}},
            "predecessor-extra": {"predecessor": {**good, "ledger": "0" * 32}}}.items():
        case(f"genesis-{name}", Book("small", **members).begin().add(*SMALL[0]), "The genesis payload has not the shape of section 5.",
             [(0, "genesis")], topics=["commitments", *ALL_TOPICS])
    case("genesis-origin-255-bytes", Book("small", origin="\u00e9" * 127 + "x").begin().add(*SMALL[0]), "255 bytes are allowed.")
    case("genesis-predecessor-size-largest", Book("small", predecessor={**good, "size": str(2**63 - 1)}).begin(), "The largest decimal.")


def make_headers():
    def header(name, why, old=None, new=None, fault="header", rewrite=None, **changed):
        edit = rewrite or (lambda text: text.replace(old, new)) if old or rewrite else None
        faults = [(3, fault)] if fault else []
        case(f"header-{name}", with_third(rewrite=edit, **changed), why, faults)
    header("space", "White space.", ",", ", ")
    header("trailing-newline", "A line feed behind it.", rewrite=lambda text: text + "\n")
    header("too-long", "More than 65,535 bytes.", rewrite=lambda text: text + " " * 65536)
    header("extra-member", "Another member.", ',"v"', ',"u":"","v"')
    header("reordered", "prev in front of kind.", rewrite=lambda text: "{" + ",".join(
        text[1:-1].split(",")[i] for i in (0, 1, 3, 2, 4, 5, 6)) + "}")
    header("missing-member", "No time.", rewrite=lambda text: text[:text.index(',"time"')] + text[text.index(',"v"'):])
    header("duplicate-member", "v twice.", ',"v"', ',"v":"sealbook/1","v"')
    header("escape", "An escape.", '"human_review"', '"human\\u005freview"')
    header("not-ascii", "A byte that is not ASCII.", '"human_review"', '"human_r\u00e9view"')
    header("not-json", "Not JSON.", rewrite=lambda text: text[:-1])
    header("empty", "No bytes.", rewrite=lambda text: "")
    header("commitment-upper-case", "hex is lower-case.", rewrite=lambda text: text[:16] + text[16:80].upper() + text[80:])
    header("prev-long", "65 digits.", '","seq"', '0","seq"')
    header("seq-leading-zero", "A decimal has no leading zeros.", seq="03")
    header("seq-sign", "A decimal has no sign.", seq="+3")
    header("seq-empty", "A decimal has a digit.", seq="")
    header("seq-2-63", "A decimal is below 2^63.", seq=str(2**63))
    header("seq-largest", "The largest decimal is a decimal, and not this entry's number.", seq=str(2**63 - 1), fault="sequence")
    header("seq-number", "The number is not a string.", '"seq":"3"', '"seq":3')
    header("seq-arabic-digit", "Digits are ASCII.", '"seq":"3"', '"seq":"\u0663"')
    for name, why, kind in (
            ("upper-case", "Kinds are lower-case.", "Commit"), ("empty", "A kind is not empty.", ""), ("digit", "A kind begins with a letter.", "9a"),
            ("dot-at-end", "Something stands behind each dot.", "custom."), ("two-dots", "Something stands between dots.", "custom..a"),
            ("minus", "No minus in front of the first dot.", "a-b"), ("65", "At most 64 bytes.", "custom." + "a" * 58)):
        header(f"kind-{name}", why, kind=kind)
    header("kind-64", "64 bytes are allowed.", kind="custom." + "a" * 57, fault=None)
    header("kind-sysop", "Not every kind that begins with sys is a sys. kind.", kind="sysop.note", fault=None)
    header("kind-unknown-callers", "A verifier does not judge the callers' kinds.", kind="whatever", fault=None)
    ident = with_third().entries[3].member("id")
    for name, why, value in (
            ("v4", "A UUID of version 4.", ident[:14] + "4" + ident[15:]), ("variant", "A UUID of variant 110.", ident[:19] + "c" + ident[20:]),
            ("upper-case", "A UUID is lower case.", ident[:9] + "ABCD" + ident[13:])):
        header(f"id-{name}", why, id=value)
    header("id-no-hyphens", "A UUID has hyphens.", rewrite=lambda text: text.replace(ident, ident.replace("-", "")))
    day = "2026-01-02"
    for name, why, time in (
            ("feb-30", "30 February.", "2026-02-30T03:00:03.000003Z"), ("feb-29", "29 February in a common year.", "2026-02-29T03:00:03.000003Z"),
            ("feb-29-2100", "2100 is not a leap year.", "2100-02-29T03:00:03.000003Z"), ("month-13", "Month 13.", "2026-13-01T03:00:03.000003Z"),
            ("day-0", "Day 0.", "2026-02-00T03:00:03.000003Z"), ("apr-31", "31 April.", "2026-04-31T03:00:03.000003Z"),
            ("leap-second", "A leap second.", f"{day}T23:59:60.000000Z"), ("hour-24", "Hour 24.", f"{day}T24:00:00.000000Z"),
            ("minute-60", "Minute 60.", f"{day}T23:60:00.000000Z"), ("offset", "Not UTC.", f"{day}T03:00:03.000003+00:00"),
            ("millis", "Three decimals.", f"{day}T03:00:03.000Z"), ("lower-case", "t and z.", f"{day}t03:00:03.000003z")):
        header(f"time-{name}", why, time=time)
    leap = small(upto=3).add(*SMALL[3], time="2028-02-29T23:59:59.999999Z")
    case("header-time-feb-29-2028", leap, "29 February in a leap year.")
    leap = small(upto=3).add(*SMALL[3], time="9999-12-31T23:59:59.999999Z")
    case("header-time-last", leap, "The last microsecond there is.")
    case("header-time-first", Book("small").begin(time="0000-02-29T00:00:00.000000Z"), "Year 0 exists in this calendar and is a leap year.")
    header("sig-misplaced", "sig stands between seq and time.", ',"v"', ',"sig":{"key":"%s","value":"%s"},"v"' % (ZEROS, ZEROS + ZEROS))
    header("sig-null", "An absent sig is absent.", ',"time"', ',"sig":null,"time"')
    header("sig-short", "value has 128 digits.", ',"time"', ',"sig":{"key":"%s","value":"%s"},"time"' % (ZEROS, ZEROS))
    header("version-2", "Another version, in a header otherwise like ours.", v="sealbook/2", fault="unknown")
    header("version-empty", "A version without a number is another version.", v="sealbook/", fault="unknown")
    header("version-01", "sealbook/01 is not sealbook/1.", v="sealbook/01", fault="unknown")
    header("version-other-shape", "Another version may have another header.", rewrite=lambda text: '{"n":[1,2.5], "v":"sealbook/3"}', fault="unknown")
    header("version-alone", "Another version may have nothing else.", rewrite=lambda text: '{"v":"sealbook/3"}', fault="unknown")
    header("version-not-last", "The version must be the last member.", rewrite=lambda text: '{"v":"sealbook/3","w":1}')
    header("version-space", "The version must end the header, byte for byte.", rewrite=lambda text: '{"n":1,"v":"sealbook/3" }')
    header("version-escape", "The version is written without escapes.", rewrite=lambda text: '{"n":1,"v":"sealbook/\\u0033"}')
    header("version-nested", "The version of something inside.", rewrite=lambda text: '{"n":{"v":"sealbook/3"}}')
    header("version-escaped-name", "The last member's name only ends with v.", rewrite=lambda text: '{"n\\"v":"sealbook/3"}')
    header("version-duplicate", "A JSON object has a name once.", rewrite=lambda text: '{"n":1,"n":2,"v":"sealbook/3"}')
    header("version-not-json", "Not JSON, whatever its end looks like.", rewrite=lambda text: '{"n":,"v":"sealbook/3"}')
    header("version-other-name", "Not a version of this format.", v="otherbook/1")
    header("version-upper-case", "Not a version of this format.", v="Sealbook/2")
    case("unknown-then-same-id", small(upto=2).add(*SMALL[2], v="sealbook/2").add(*SMALL[3], id=with_third().entries[3].member("id")),
         "An id in a header of another version does not count.", [(3, "unknown")])
    case("unknown-sys-kind", with_third("sys.future", {"any": "thing"}), "A sys. kind that this version does not have.", [(3, "unknown")])
    case("unknown-sys-kind-gone", with_third("sys.future", {"any": "thing"}).add("sys.prune", {"before": "5"}).gone(3),
         "No sys. kind is ever erased, known or not.", [(3, "unknown"), (3, "payload")], [(1, "pending"), (2, "pending"), (4, "pending")])
    case("unknown-sys", with_third("sys", {}), "sys itself is reserved too.", [(3, "unknown")])


def make_payloads():
    def nested(depth):
        return '{"a":' + "[" * (depth - 1) + "]" * (depth - 1) + "}"
    for name, text in {
            "not-json": "{a:1}", "empty": "", "array": "[]", "string": '"a"', "null": "null", "trailing": "{}{}", "bom": "\ufeff{}",
            "duplicate-key": '{"a":1,"a":1}', "duplicate-key-escaped": '{"a":1,"\\u0061":2}', "duplicate-key-nested": '{"a":[{"b":1,"b":1}]}',
            "lone-surrogate": '{"a":"\\ud800"}', "lone-surrogate-key": '{"\\udc00":1}',
            "2-53": '{"a":9007199254740992}', "minus-2-53": '{"a":-9007199254740992}', "2-53-float": '{"a":9007199254740992.0}', "1e16": '{"a":1e16}',
            "1e400": '{"a":1e400}', "nan": '{"a":NaN}', "infinity": '{"a":-Infinity}', "leading-zero": '{"a":01}', "control": '{"a":"\t"}',
            "depth-129": nested(129), "depth-5000": nested(5000)}.items():
        case(f"payload-{name}", with_third("custom.note", text), "The payload fits its commitment but breaks the rules of section 2.", [(3, "payload")])
    case("payload-million-digits", with_third("custom.note", '{"a":' + "9" * 20000 + "}"), "A number that no parser should be asked to convert carelessly.", [(3, "payload")])
    for name, text in {"depth-128": nested(128), "2-53-minus-1": '{"a":9007199254740991}', "1e21": '{"a":1e+21}'}.items():
        case(f"payload-{name}", with_third("custom.note", text), "Just within the rules.")


def make_lines():
    e = small().entries

    def line(name, why, bad):
        case(f"line-{name}", e[:2] + [bad] + e[3:], why, [(2, "missing")])
    text = e[2].line()
    line("not-json", "A line that is not JSON.", b"once upon a time")
    line("blank", "A blank line is not an entry.", b"")
    line("extra-member", "A line with another member.", text[:-1] + b',"seq":2}')
    line("no-payload", "A line without payload; null would be an erased one.", json.dumps({"header": e[2].header, "salt": e[2].salt}).encode())
    line("duplicate-member", "A line with a member twice.", text[:-1] + b',"salt":null}')
    line("header-null", "A header is a string.", json.dumps({"header": None, "salt": e[2].salt, "payload": e[2].payload}).encode())
    line("payload-object", "A payload is a string that holds JSON, not JSON.", json.dumps({"header": e[2].header, "salt": e[2].salt, "payload": {}}).encode())
    line("salt-number", "A salt is a string.", json.dumps({"header": e[2].header, "salt": 1, "payload": e[2].payload}).encode())
    line("array", "A line is an object.", b"[" + text + b"]")
    line("cut", "A line that was cut off.", text[:100])
    line("not-utf8", "A line that is not UTF-8.", text.replace(b"ai_assistance", b"ai_\xff\xfeassistance"))
    line("lone-surrogate", "A string with a lone surrogate has no UTF-8.", text.replace(b"assistant-1", b"assistant-\\ud800"))
    line("nul", "A zero byte is not JSON.", b"\x00")
    case("line-missing-known-root", e[:2] + [b""] + e[3:], "The root is not known, so it cannot differ.", [(2, "missing")], topics=[], size=5, root=ZEROS)
    case("line-missing-known-root", None, "The root over the first two is.", [(1, "tree"), (2, "missing")], topics=[], size=2, root=ZEROS)
    case("line-missing-known-root", None, "A destroyed line counts when entries are counted.", [(2, "missing")], topics=["rewriting"], size=5)
    case("line-bom", b"\xef\xbb\xbf" + lines(e), "A byte order mark is not JSON.", [(0, "missing")], topics=["commitments", *ALL_TOPICS])
    case("line-empty-at-end", lines(e) + b"\n", "An empty line behind the last entry is a line.", [(5, "missing")])
    case("empty", b"", "There is no entry.", [(0, "missing")], topics=["commitments", *ALL_TOPICS])
    case("empty", None, "Entries are known to have been there, and an origin.", [(0, "genesis"), (0, "missing"), (0, "truncated")],
         topics=["commitments", "rewriting"], origin=ORIGIN, size=3)


# ---- Vectors for implementers


def single():
    good, long = good_book(), []
    for line in FILES["long.jsonl"].splitlines():
        long.append(leaf_hash(json.loads(line)["header"]))
    all_roots = list(roots(long))
    tiles = []
    for n in range(len(long) // 256):
        leaves = long[256 * n:256 * (n + 1)]
        tiles.append({"level": 0, "index": n, "sha256": hashlib.sha256(bytes.fromhex("".join(leaves))).hexdigest(), "root": list(roots(leaves))[256]})
    return {
        "schema": "sealbook/vectors/single/1",
        "about": "Worked examples of docs/format.md sections 3 and 6. Hexadecimal throughout; payloads and headers are the text whose UTF-8 is hashed.",
        "commitments": [
            {"ledger": "0" * 32 if i == 0 else good.ledger, "id": entry.member("id"), "salt": entry.salt, "payload": entry.payload,
             "commitment": commit("0" * 32 if i == 0 else good.ledger, entry.member("id"), entry.salt, entry.payload)}
            for i, entry in enumerate(good.entries)],
        "leaves": [{"header": entry.header, "leaf": leaf_hash(entry.header)} for entry in good.entries + with_third(sig=(digest("key"), digest("1") + digest("2"))).entries[3:4]],
        "nodes": [{"left": long[0], "right": long[1], "node": all_roots[2]}],
        "roots": {"about": "The root over the first n leaves of long.jsonl.",
                  "of": [{"size": n, "root": all_roots[n]} for n in [*range(21), 255, 256, 257, 511, 512, 513, 599, 600]]},
        "tiles": {"about": "The full tiles of long.jsonl: SHA-256 of the tile's 8,192 bytes, and the root of its hashes. Level 1 has no full tile.",
                  "of": tiles}}


def deep(depth):
    return '{"a":' * depth + "1" + "}" * depth


PAYLOADS = [  # the text, and its canonical form or the code of the refusal
    ("{}", "{}"), (" {\t} \r\n", "{}"), ('{"a":{}}', '{"a":{}}'), ('{"a":[]}', '{"a":[]}'), ('{"a":[[],{},[{}]]}', '{"a":[[],{},[{}]]}'),
    ('{ "b" : 1 , "a" : [ 1 , 2 ] }', '{"a":[1,2],"b":1}'), ('{"a":true,"b":false,"c":null}', '{"a":true,"b":false,"c":null}'),
    ('{"":1}', '{"":1}'), ('{"aa":1,"a":2,"B":3,"A":4,"1":5,"10":6,"2":7}', '{"1":5,"10":6,"2":7,"A":4,"B":3,"a":2,"aa":1}'),
    ('{"b":{"d":1,"c":2},"a":[{"f":1,"e":2}]}', '{"a":[{"e":2,"f":1}],"b":{"c":2,"d":1}}'),
    # names are sorted by UTF-16 code units: U+1F600 is D83D DE00 and comes before U+E000 and U+FB33
    ('{"\ufb33":1,"\U0001f600":2}', '{"\U0001f600":2,"\ufb33":1}'), ('{"\ue000":1,"\U00010000":2,"\ud7ff":3}', '{"\ud7ff":3,"\U00010000":2,"\ue000":1}'),
    ('{"\uffff":1,"\U0010ffff":2}', '{"\U0010ffff":2,"\uffff":1}'), ('{"\\ufb33":1,"\\ud83d\\ude00":2}', '{"\U0001f600":2,"\ufb33":1}'),
    ('{"\u20ac":1,"\\r":2,"\ufb33":3,"1":4,"\U0001f600":5,"\u0080":6,"\u00f6":7}', '{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\U0001f600":5,"\ufb33":3}'),
    # no normalisation
    ('{"\u00e9":1,"e\u0301":2}', '{"e\u0301":2,"\u00e9":1}'), ('{"a":"\u212b"}', '{"a":"\u212b"}'),
    # strings
    ('{"a":"\\u0061\\u00E9\\u20AC"}', '{"a":"a\u00e9\u20ac"}'), ('{"a":"\\/"}', '{"a":"/"}'), ('{"a":"\\\\\\""}', '{"a":"\\\\\\""}'),
    ('{"a":"\\b\\f\\n\\r\\t"}', '{"a":"\\b\\f\\n\\r\\t"}'), ('{"a":"\\u0008\\u000c\\u000A\\u000d\\u0009"}', '{"a":"\\b\\f\\n\\r\\t"}'),
    ('{"a":"\\u0000\\u000B\\u001F"}', '{"a":"\\u0000\\u000b\\u001f"}'), ('{"a":"\\u007f"}', '{"a":"\x7f"}'), ('{"a":"\x7f\u0080"}', '{"a":"\x7f\u0080"}'),
    ('{"a":"\u2028\\u2029"}', '{"a":"\u2028\u2029"}'), ('{"a":"\\ud83d\\ude00"}', '{"a":"\U0001f600"}'), ('{"a":"\\uD83D\\uDE00\U0001f600"}', '{"a":"\U0001f600\U0001f600"}'),
    ('{"a":"<>&\'"}', '{"a":"<>&\'"}'), ('{"a":"\ufeff\ufffe\uffff"}', '{"a":"\ufeff\ufffe\uffff"}'), ('{"\\n\\"":1}', '{"\\n\\"":1}'), ('{"\\u0061":1}', '{"a":1}'),
    # numbers
    ('{"a":0}', '{"a":0}'), ('{"a":-0}', '{"a":0}'), ('{"a":-0.0}', '{"a":0}'), ('{"a":0e5}', '{"a":0}'), ('{"a":1.0}', '{"a":1}'), ('{"a":100e-2}', '{"a":1}'),
    ('{"a":1E2}', '{"a":100}'), ('{"a":1e+2}', '{"a":100}'), ('{"a":-1.50}', '{"a":-1.5}'), ('{"a":0.1}', '{"a":0.1}'), ('{"a":4.35}', '{"a":4.35}'),
    ('{"a":0.000001}', '{"a":0.000001}'), ('{"a":0.0000001}', '{"a":1e-7}'), ('{"a":1.5e-7}', '{"a":1.5e-7}'), ('{"a":123456.789e3}', '{"a":123456789}'),
    ('{"a":333333333.33333329}', '{"a":333333333.3333333}'), ('{"a":0.1000000000000000055}', '{"a":0.1}'), ('{"a":4.50}', '{"a":4.5}'), ('{"a":2e-3}', '{"a":0.002}'),
    ('{"a":1e21}', '{"a":1e+21}'), ('{"a":-1e21}', '{"a":-1e+21}'), ('{"a":1.5e300}', '{"a":1.5e+300}'), ('{"a":1000000000000000000000.0}', '{"a":1e+21}'),
    ('{"a":5e-324}', '{"a":5e-324}'), ('{"a":2.2250738585072014e-308}', '{"a":2.2250738585072014e-308}'),
    ('{"a":1.7976931348623157e308}', '{"a":1.7976931348623157e+308}'), ('{"a":1e-400}', '{"a":0}'), ('{"a":-1e-400}', '{"a":0}'),
    ('{"a":9007199254740991}', '{"a":9007199254740991}'), ('{"a":-9007199254740991}', '{"a":-9007199254740991}'),
    ('{"a":9007199254740991.0}', '{"a":9007199254740991}'), ('{"a":9.007199254740991e15}', '{"a":9007199254740991}'),
    ('{"a":9007199254740991.4}', '{"a":9007199254740991}'), ('{"a":4503599627370495.5}', '{"a":4503599627370495.5}'), ('{"a":4503599627370496.5}', '{"a":4503599627370496}'),
    ('{"a":9007199254740992}', "PAYLOAD_INTEGER_RANGE"), ('{"a":-9007199254740992}', "PAYLOAD_INTEGER_RANGE"), ('{"a":9007199254740993}', "PAYLOAD_INTEGER_RANGE"),
    ('{"a":18446744073709551616}', "PAYLOAD_INTEGER_RANGE"), ('{"a":1000000000000000000000}', "PAYLOAD_INTEGER_RANGE"), ('{"a":-1000000000000000000000}', "PAYLOAD_INTEGER_RANGE"),
    ('{"a":9007199254740992.0}', "PAYLOAD_INTEGER_RANGE"), ('{"a":9007199254740991.5}', "PAYLOAD_INTEGER_RANGE"), ('{"a":1e16}', "PAYLOAD_INTEGER_RANGE"),
    ('{"a":1e20}', "PAYLOAD_INTEGER_RANGE"), ('{"a":-1e20}', "PAYLOAD_INTEGER_RANGE"), ('{"a":123456789012345680000.0}', "PAYLOAD_INTEGER_RANGE"),
    ('{"a":999999999999999999999.0e0}', '{"a":1e+21}'), ('{"a":999999999999999868928.0}', "PAYLOAD_INTEGER_RANGE"),
    ('{"a":' + "9" * 400 + "}", "PAYLOAD_INTEGER_RANGE"),
    ('{"a":1e400}', "PAYLOAD_NOT_FINITE"), ('{"a":1E400}', "PAYLOAD_NOT_FINITE"), ('{"a":-1e400}', "PAYLOAD_NOT_FINITE"), ('{"a":1.7976931348623159e308}', "PAYLOAD_NOT_FINITE"),
    *((f'{{"a":{text}}}', "PAYLOAD_NOT_JSON") for text in (
        "01", "-01", "00", "+1", "1.", ".5", "-", "1e", "1e+", "0x10", "1_000", "NaN", "Infinity", "-Infinity", "nan", "True", "undefined", "'a'", '"\t"', '"\n"', '"\x00"', '"\x1f"',
        '"\\x41"', '"\\u12"', '"\\u{61}"', '"\\a"', '"\\', '"a', "[1,]", "[,1]", "[1 2]", "", "\u0661", "\u00a01", "1/**/")),
    ("", "PAYLOAD_NOT_JSON"), ("   ", "PAYLOAD_NOT_JSON"), ("{", "PAYLOAD_NOT_JSON"), ("{}}", "PAYLOAD_NOT_JSON"), ("{} {}", "PAYLOAD_NOT_JSON"), ("{}x", "PAYLOAD_NOT_JSON"), ('{"a":1,}', "PAYLOAD_NOT_JSON"),
    ("{a:1}", "PAYLOAD_NOT_JSON"), ("{1:1}", "PAYLOAD_NOT_JSON"), ('{"a"}', "PAYLOAD_NOT_JSON"), ("\ufeff{}", "PAYLOAD_NOT_JSON"), ("{}\x00", "PAYLOAD_NOT_JSON"), ("{}\x0b", "PAYLOAD_NOT_JSON"), ("// x\n{}", "PAYLOAD_NOT_JSON"),
    ("[]", "PAYLOAD_NOT_OBJECT"), ("[{}]", "PAYLOAD_NOT_OBJECT"), ('"{}"', "PAYLOAD_NOT_OBJECT"), ("1", "PAYLOAD_NOT_OBJECT"), ("null", "PAYLOAD_NOT_OBJECT"), ("true", "PAYLOAD_NOT_OBJECT"),
    ('{"a":1,"a":1}', "PAYLOAD_DUPLICATE_KEY"), ('{"a":1,"\\u0061":1}', "PAYLOAD_DUPLICATE_KEY"), ('{"b":[{"a":1,"a":2}]}', "PAYLOAD_DUPLICATE_KEY"), ('{"":1,"":2}', "PAYLOAD_DUPLICATE_KEY"),
    ('{"\\ud83d\\ude00":1,"\U0001f600":1}', "PAYLOAD_DUPLICATE_KEY"), ('{"a":{"a":1},"b":{"a":1}}', '{"a":{"a":1},"b":{"a":1}}'),
    ('{"a":"\\ud800"}', "PAYLOAD_LONE_SURROGATE"), ('{"a":"\\udfff"}', "PAYLOAD_LONE_SURROGATE"), ('{"a":"\\ude00\\ud83d"}', "PAYLOAD_LONE_SURROGATE"), ('{"a":"\\ud83dx\\ude00"}', "PAYLOAD_LONE_SURROGATE"),
    ('{"a":"\\ud83d\\ud83d\\ude00"}', "PAYLOAD_LONE_SURROGATE"), ('{"\\ud800":1}', "PAYLOAD_LONE_SURROGATE"), ('{"a":["\\ud800"]}', "PAYLOAD_LONE_SURROGATE"),
    (deep(128), deep(128)), (deep(129), "PAYLOAD_TOO_DEEP"), ('{"a":' + "[" * 127 + "]" * 127 + "}", '{"a":' + "[" * 127 + "]" * 127 + "}"),
    ('{"a":' + "[" * 128 + "]" * 128 + "}", "PAYLOAD_TOO_DEEP"), ('{"a":"' + "[" * 200 + '"}', '{"a":"' + "[" * 200 + '"}'), ('{"a":' + "[" * 5000 + "]" * 5000 + "}", "PAYLOAD_TOO_DEEP"),
    (b'{"a":"\xff"}', "PAYLOAD_NOT_UTF8"), (b'{"a":"\xc0\xaf"}', "PAYLOAD_NOT_UTF8"), (b'{"a":"\xed\xa0\x80"}', "PAYLOAD_NOT_UTF8"), (b'{"a":"\xf4\x90\x80\x80"}', "PAYLOAD_NOT_UTF8"),
    (b'{"a":"\xe2\x82"}', "PAYLOAD_NOT_UTF8"), (b'{"\x80":1}', "PAYLOAD_NOT_UTF8"), ('{"a":1}'.encode("utf-16"), "PAYLOAD_NOT_UTF8"),
]


def payloads():
    result = []
    for text, expected in PAYLOADS:
        try:
            got = verify.read_object(text if isinstance(text, bytes) else text.encode())[1].decode()
        except verify.Refused as refused:
            got = refused.args[0]
        if got != expected:
            sys.exit(f"payload {text!r:.200}: expected {expected!r:.200}, computed {got!r:.200}")
        result.append({**({"bytes_hex": text.hex()} if isinstance(text, bytes) else {"text": text}), "error" if expected.startswith("PAYLOAD_") else "canonical": expected})
    return {"schema": "sealbook/vectors/payloads/1",
            "about": "docs/format.md section 2: the canonical form of a payload, or the code with which a writer refuses it. No text breaks two rules, "
                     "but for integers so long that they are not finite: rule 4 comes first.",
            "cases": result}


def check_rfc8785():
    """The verifier's own canonical form against the vectors of the RFC's author."""
    for line in (HERE / "rfc8785/es6numbers-10000.txt").read_text().splitlines():
        bits, expected = line.split(",")
        assert verify.number(struct.unpack(">d", bytes.fromhex(bits.zfill(16)))[0]) == expected, line
    for path in sorted((HERE / "rfc8785/testdata/input").iterdir()):
        # inside of an object, since arrays.json is none
        data = b'{"x":' + path.read_bytes() + b"}"
        expected = b'{"x":' + (HERE / "rfc8785/testdata/output" / path.name).read_bytes().rstrip(b"\n") + b"}"
        assert verify.read_object(data)[1] == expected, path


def outputs():
    for make in (make_intact, make_notes, make_erasures, make_edits, make_genesis, make_headers, make_payloads, make_lines):
        make()
    check_rfc8785()
    tables = {
        "cases.json": {"schema": "sealbook/vectors/ledger/1",
                       "about": "What a verifier that knows `origin`, `size` and `root` must report about `file`: faults and notes sorted by number and kind, "
                                "and the topics of not_checked. `must` and `must_note` are what the author expected by hand; generate.py asserts that docs/verify.py computes the same.",
                       "cases": CASES},
        "single.json": single(), "payloads.json": payloads()}
    written = {name: (json.dumps(value, indent=1, ensure_ascii=True) + "\n").encode() for name, value in tables.items()}
    return {**FILES, **written}


def main():
    wanted = outputs()
    present = {path.name for path in HERE.iterdir() if path.suffix in (".jsonl", ".json")}
    if sys.argv[1:] == ["--check"]:
        wrong = sorted(name for name in present | set(wanted) if name not in wanted or name not in present or (HERE / name).read_bytes() != wanted[name])
        print(f"differ: {', '.join(wrong)}" if wrong else f"{len(wanted)} files and {len(CASES)} cases are as they should be")
        return 1 if wrong else 0
    if sys.argv[1:]:
        print(__doc__, file=sys.stderr)
        return 2
    for name in present - set(wanted):
        (HERE / name).unlink()
    for name, data in wanted.items():
        (HERE / name).write_bytes(data)
    print(f"{len(wanted)} files, {len(CASES)} cases")
    return 0


if __name__ == "__main__":
    sys.exit(main())
