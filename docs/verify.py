#!/usr/bin/env python3
"""Verify a Sealbook ledger that was exported as JSON lines.

    python3 verify.py EXPORT.jsonl [--origin LINE] [--size N [--root HEX]] [--json]        (- reads standard input)

Written from format.md alone, whose sections, rules (section 2) and checks (section 8) are cited by number, and with
the standard library alone. Exit status: 0 intact, 1 tampered, 2 cannot be read or wrong usage.
"""
import argparse
import calendar
import json
import re
import sys
from base64 import b64decode, b64encode
from collections import namedtuple
from contextlib import suppress
from decimal import Decimal
from hashlib import sha256

MAX_DEPTH, MAX_INTEGER, MAX_HEADER = 128, 2**53 - 1, 65535

class Refused(Exception):
    """Text that the format does not allow. Its args are a code, or a fault's kind, and a text for people."""

def show(value):
    """Untrusted text for people: printable ASCII, and not much of it."""
    return ascii(value)[:70]

# ---- Section 2: payloads
PAYLOAD_CODES = {UnicodeDecodeError: "PAYLOAD_NOT_UTF8", json.JSONDecodeError: "PAYLOAD_NOT_JSON",
                 UnicodeEncodeError: "PAYLOAD_LONE_SURROGATE", RecursionError: "PAYLOAD_TOO_DEEP"}

def read_object(data):
    """The JSON object in these bytes and its canonical form (RFC 8785). Raises Refused for rules 1 to 6."""
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=unique,
                           parse_int=numeral, parse_float=numeral, parse_constant=numeral)
        if not isinstance(value, dict):
            raise Refused("PAYLOAD_NOT_OBJECT", f"not a JSON object but {show(value)}")
        return value, canonical(value, 1).encode("utf-8")
    except tuple(PAYLOAD_CODES) as error:
        raise Refused(PAYLOAD_CODES[type(error)], str(error)) from None

def unique(pairs):
    if len(dict(pairs)) < len(pairs):
        raise Refused("PAYLOAD_DUPLICATE_KEY", f"a name is there twice among {show([name for name, _ in pairs])}")
    return dict(pairs)

def numeral(text):
    if text in ("NaN", "Infinity", "-Infinity"):  # Python reads them, JSON has no such thing
        raise Refused("PAYLOAD_NOT_JSON", f"not JSON: {text}")
    value = float(text)
    if abs(value) > MAX_INTEGER and (abs(value) < 1e21 or not set(text) & set(".eE")):  # 1e21 has an exponent: 1e+21
        raise Refused("PAYLOAD_INTEGER_RANGE", f"the integer {show(text)} is beyond 2^53-1")
    if abs(value) == float("inf"):
        raise Refused("PAYLOAD_NOT_FINITE", f"the number {show(text)} is not finite")
    return value

def canonical(value, depth):
    if isinstance(value, (dict, list)) and depth > MAX_DEPTH:
        raise Refused("PAYLOAD_TOO_DEEP", f"nested deeper than {MAX_DEPTH}")
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(f"{canonical(name, depth)}:{canonical(value[name], depth + 1)}" for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(canonical(item, depth + 1) for item in value) + "]"
    return number(value) if isinstance(value, float) else json.dumps(value, ensure_ascii=False)  # shortest escapes

def number(value):
    """A double as ECMAScript prints it. Python's repr has the same, shortest digits; only the layout differs."""
    _, digits, exponent = Decimal(repr(value)).as_tuple()
    point = len(digits) + exponent  # so many digits stand in front of the decimal point
    digits, exponent = "".join(map(str, digits)).rstrip("0"), ""
    if -6 < point <= 21:
        digits, point = "0" * (1 - point) + digits.ljust(point, "0"), max(point, 1)
    else:
        point, exponent = 1, f"e{point - 1:+d}"
    return ("-" if value < 0 else "") + f"{digits[:point]}.{digits[point:]}".rstrip(".") + exponent

# ---- Section 5: the payloads of sys. kinds
def text_like(pattern):
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value, re.DOTALL) is not None

def is_decimal(value):
    return text_like("0|[1-9][0-9]{0,18}")(value) and int(value) < 2**63

def is_origin(value):
    return text_like(r"[^+\s\x00-\x1f\x7f-\x9f]+")(value) and len(value.encode("utf-8")) <= 255

def is_vkey(value):
    with suppress(AttributeError, ValueError):  # not a string, not three parts, not base64
        name, key_id, key = value.split("+", 2)
        return is_origin(name) and text_like("[0-9a-f]{8}")(key_id) and b64encode(b64decode(key)).decode() == key != ""

TEXT, HEX_32, HEX_64 = text_like(".*"), text_like("[0-9a-f]{32}"), text_like("[0-9a-f]{64}")
PREDECESSOR = {"origin": is_origin, "root": HEX_64, "size": is_decimal}
SHAPES = {  # a member whose name ends with ? may be absent; there are no others
    "sys.genesis": {"keys": lambda value: isinstance(value, list) and all(map(is_vkey, value)),
                    "ledger": HEX_32, "origin": is_origin, "predecessor": lambda value: value is None
                    or isinstance(value, dict) and not misshapen(value, PREDECESSOR)},
    "sys.erasure": {"commitment": HEX_64, "leaf": HEX_64, "reason?": TEXT, "seq": is_decimal},
    "sys.prune": {"before": is_decimal, "reason?": TEXT},
    "sys.key": {"action": text_like("add|retire|revoke"), "key": is_vkey, "reason?": TEXT},
    "sys.anchor": {"checkpoint": TEXT, "proof?": lambda value: True, "type": TEXT}}

def misshapen(value, shape):
    """What is wrong with the object, in words, or None."""
    for name in sorted(set(value) - {name.rstrip("?") for name in shape}):
        return f"has the member {show(name)}"
    for name, fits in shape.items():
        plain = name.rstrip("?")
        if not fits(value[plain]) if plain in value else plain == name:
            return f"has no valid {plain}: {show(value.get(plain))}"

def is_sys(kind):
    return kind.split(".")[0] == "sys"

# ---- Sections 4 and 7: headers and lines
HEADER = re.compile(
    r'\{"commitment":"(?P<commitment>[0-9a-f]{64})"'
    r',"id":"(?P<id>[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})"'
    r',"kind":"(?=[^"]{1,64}")(?P<kind>[a-z][a-z0-9_]*(?:\.[a-z0-9_-]+)*)"'
    r',"prev":"(?P<prev>[0-9a-f]{64})","seq":"(?P<seq>0|[1-9][0-9]{0,18})"'
    r'(?P<sig>,"sig":\{"key":"[0-9a-f]{64}","value":"[0-9a-f]{128}"\})?'
    r',"time":"(?P<time>(?P<year>[0-9]{4})-(?P<month>0[1-9]|1[0-2])-(?P<day>0[1-9]|[12][0-9]|3[01])'
    r'T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z)","v":"sealbook/1"\}')

def read_header(data):
    """The members of a header. Raises Refused with the fault `unknown` or `header`."""
    header = HEADER.fullmatch(data.decode("utf-8")) if len(data) <= MAX_HEADER else None
    if header and is_decimal(header["seq"]):
        year, month, day = (int(header[part]) for part in ("year", "month", "day"))
        if day <= calendar.mdays[month] + (month == 2 and calendar.isleap(year)):
            return header.groupdict()
    last = version = None
    with suppress(Refused, IndexError):
        last, version = list(read_object(data)[0].items())[-1]
    if last == "v" and text_like("sealbook/(?!1$).*")(version) and data.endswith(f'"v":"{version}"}}'.encode("utf-8")):
        raise Refused("unknown", f"the header is of the version {show(version)}")
    raise Refused("header", f"not a header of section 4: {show(data)[1:]}")

def read_line(line):
    """Header bytes, the salt's text or None, payload bytes or None. Raises Refused if the line is not an entry."""
    value, _ = read_object(line)
    header, salt, payload = (value.get(name, 0) for name in ("header", "salt", "payload"))
    if len(value) != 3 or not TEXT(header) or not all(part is None or TEXT(part) for part in (salt, payload)):
        raise Refused("PAYLOAD_SHAPE", f"not an object of header, salt and payload: {show(line)[1:]}")
    return header.encode("utf-8"), salt, payload if payload is None else payload.encode("utf-8")

# ---- Sections 3, 6 and 8: verification
def commitment(ledger, entry_id, salt, payload):
    ids_and_salt = bytes.fromhex(ledger + entry_id.replace("-", "") + salt)
    return sha256(b"sealbook/payload/v1\n" + ids_and_salt + payload).hexdigest()

def tree_root(leaves):
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"").digest()
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01" + tree_root(leaves[:k]) + tree_root(leaves[k:])).digest()

Entry = namedtuple("Entry", "leaf has_salt has_payload commitment kind")  # the last two are None without a valid header

class Verifier:
    def __init__(self):
        self.faults, self.notes, self.signed = {}, {}, False  # faults and notes by number and kind
        self.entries, self.ids = [], set()  # an entry that is missing is None
        self.genesis = self.in_front = None  # entry 0's payload, if it has the shape; the header in front, if valid
        self.erased, self.pruned = set(), 0  # what valid erasures name; valid prunes cover the numbers below `pruned`

    def fault_if(self, wrong, i, kind, detail):
        if wrong:
            self.faults.setdefault((i, kind), detail)

    def position(self, i, line):
        header, front, self.in_front = {}, self.in_front, None
        try:
            data, salt, payload = read_line(line)
        except Refused as refused:
            self.entries.append(None)
            return self.fault_if(True, i, "missing", f"there is no entry: {refused.args[1]}")
        if i == 0 and payload is not None:
            with suppress(Refused):
                value, _ = read_object(payload)
                self.genesis = None if misshapen(value, SHAPES["sys.genesis"]) else value
        try:
            header = self.in_front = read_header(data)
            self.check_header(i, header, front)
            if salt is not None and payload is not None:
                self.check_payload(i, header, salt, payload)
        except Refused as refused:
            self.fault_if(True, i, *refused.args)
        self.entries.append(Entry(sha256(b"\x00" + data).digest(), salt is not None, payload is not None,
                                  header.get("commitment"), header.get("kind")))

    def check_header(self, i, header, front):
        """Checks 4 to 8 and the note `clock`."""
        seq, kind, entry_in_front = int(header["seq"]), header["kind"], self.entries[i - 1] if i else None
        prev = "0" * 64 if i == 0 else entry_in_front and entry_in_front.leaf.hex()
        self.fault_if(seq != i, i, "sequence", f"the header has the number {seq}")
        self.fault_if(prev and header["prev"] != prev, i, "link", f"prev is {header['prev']} and should be {prev}")
        self.fault_if(header["id"] in self.ids, i, "id", f"an earlier entry has the id {header['id']}")
        self.fault_if((kind == "sys.genesis") != (i == 0), i, "genesis", f"entry {i} is of kind {kind}")
        self.fault_if(is_sys(kind) and kind not in SHAPES, i, "unknown", f"entries of kind {kind} cannot be judged")
        if front and header["time"] < front["time"]:
            self.notes[i, "clock"] = f"the time is {header['time']}, that of the entry in front is {front['time']}"
        self.ids.add(header["id"])
        self.signed = self.signed or header["sig"] is not None

    def check_payload(self, i, header, salt, payload):
        """Checks 10 and 11 and the note `not_canonical`. Raises Refused with the fault."""
        ledger, kind = "0" * 32 if i == 0 else self.genesis and self.genesis["ledger"], header["kind"]
        if not HEX_64(salt) or ledger and commitment(ledger, header["id"], salt, payload) != header["commitment"]:
            raise Refused("commitment", "salt and payload do not fit the header")
        try:
            value, exact = read_object(payload)
        except Refused as refused:
            raise Refused("payload", refused.args[1]) from None
        if exact != payload:
            self.notes[i, "not_canonical"] = "the payload is not written as in RFC 8785"
        wrong = kind in SHAPES and misshapen(value, SHAPES[kind]) or kind == "sys.erasure" and self.misnamed(i, value)
        if wrong:
            raise Refused("genesis" if kind == "sys.genesis" else "payload", f"the {kind} payload {wrong}")
        if kind == "sys.erasure":
            self.erased.add(int(value["seq"]))
        if kind == "sys.prune":
            self.pruned = max(self.pruned, min(int(value["before"]), i))

    def misnamed(self, i, erasure):
        """Why the erasure erases nothing (section 5), or None. What cannot be compared is no fault."""
        seq = int(erasure["seq"])
        named = self.entries[seq] if seq < i else None
        same = named and named.leaf.hex() == erasure["leaf"] and named.commitment in (None, erasure["commitment"])
        if seq >= i or named and (not same or named.kind and is_sys(named.kind)):
            return f"does not name a caller's earlier entry by its number, leaf hash and commitment: {seq}"

    def check_absences(self):
        """Check 9 and the notes `erased` and `pending`, when all erasures are known."""
        for i, entry in enumerate(self.entries):
            if entry and entry.kind:
                named = not is_sys(entry.kind) and (i in self.erased or i < self.pruned)
                gone, whole = not entry.has_salt and not entry.has_payload, entry.has_salt and entry.has_payload
                self.fault_if(not whole and not (named and gone), i, "payload", "absent without a valid erasure")
                if named:
                    self.notes[i, "erased" if gone else "pending"] = "a valid sys.erasure or sys.prune names the entry"

def verify(lines, origin=None, size=None, root=None):
    """The report. `origin` is what the ledger should have; `root`, over the first `size` leaves, is from elsewhere."""
    verifier = Verifier()
    for i, line in enumerate(lines):
        verifier.position(i, line)
    verifier.check_absences()
    count, leaves = len(verifier.entries), [entry and entry.leaf for entry in verifier.entries]
    def root_of(n):
        return None if n is None or n > count or None in leaves[:n] else tree_root(leaves[:n]).hex()
    own_origin, own_root = verifier.genesis and verifier.genesis["origin"], root_of(size)
    verifier.fault_if(count == 0, 0, "missing", "there is no entry at all")
    verifier.fault_if(origin not in (None, own_origin), 0, "genesis", f"the origin is not {show(origin)}")
    verifier.fault_if(size and count < size, count, "truncated", f"there are {count} entries of at least {size}")
    verifier.fault_if(root and own_root not in (None, root), max((size or 0) - 1, 0), "tree", f"the root is not {root}")
    not_checked = [text for text, holds in (
        ("commitments: entry 0 gives no ledger id, which those of the others need", verifier.genesis is None),
        ("rewriting: no root held elsewhere is known, so the whole may have been written anew", root is None),
        ("signatures: the actors' keys are not known", verifier.signed),
        ("truncation: no size is known from elsewhere, so the end may have been cut off", size is None)) if holds]
    faults, notes = ([{"seq": seq, "kind": kind, "detail": detail} for (seq, kind), detail in sorted(those.items())]
                     for those in (verifier.faults, verifier.notes))
    return {"schema": "sealbook/verify/1", "verdict": "tampered" if faults else "intact", "entries": count,
            "root": root_of(count), "origin": own_origin, "faults": faults, "notes": notes, "not_checked": not_checked}

# ---- The command
def printed(report):
    yield f"{report['verdict'].upper()}: {report['entries']} entries, root {report['root']}"
    yield f"origin: {show(report['origin'])}"
    for word in ("fault", "note"):
        yield from (f"{word} at entry {it['seq']}: {it['kind']}: {it['detail']}" for it in report[word + "s"])
    yield from (f"not checked: {text}" for text in report["not_checked"])

def main():
    parser = argparse.ArgumentParser(description="Verify a Sealbook ledger exported as JSON lines.", allow_abbrev=False)
    parser.add_argument("export", help="the file, or - for standard input")
    parser.add_argument("--origin", help="the origin that the ledger should have")
    parser.add_argument("--size", help="a number of entries that is known from elsewhere")
    parser.add_argument("--root", help="the root over the first SIZE entries, known from elsewhere")
    parser.add_argument("--json", action="store_true", help="print the report as one JSON object")
    options = parser.parse_args()
    if options.size is not None and not is_decimal(options.size) or options.root is not None and not (
            options.size and HEX_64(options.root)):
        parser.error("SIZE is a decimal; ROOT is 64 lower-case hexadecimal digits and needs --size")
    try:
        with sys.stdin.buffer if options.export == "-" else open(options.export, "rb") as lines:
            report = verify(lines, options.origin, options.size and int(options.size), options.root)
    except (OSError, ValueError) as error:
        print(f"cannot read {show(options.export)}: {show(str(error))}", file=sys.stderr)
        return 2
    print(json.dumps(report) if options.json else "\n".join(printed(report)))
    return 0 if report["verdict"] == "intact" else 1

if __name__ == "__main__":
    sys.exit(main())
