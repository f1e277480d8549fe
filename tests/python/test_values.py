"""Python values as payloads, judged against another implementation of RFC 8785."""

from __future__ import annotations

import enum
import json
import math
from collections import OrderedDict, UserString
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

import pytest
import rfc8785
import sealbook
from hypothesis import given, settings
from hypothesis import strategies as st
from sealbook import Ledger, PayloadError

SAFE = 2**53 - 1

numbers = st.integers(-SAFE, SAFE) | st.floats(allow_nan=False, allow_infinity=False).filter(
    # Between 2^53 and 1e21 the canonical form is that of an integer beyond the safe range, which is refused.
    lambda x: abs(x) <= SAFE or abs(x) >= 1e21
)
# Hypothesis makes no surrogates if asked for text that UTF-8 can hold.
texts = st.text(st.characters(codec="utf-8"))
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
    max_leaves=40,
)
documents = st.dictionaries(
    texts.filter(lambda name: name not in ("actor", "action", "spec", "files")), values
)


@pytest.fixture(scope="module")
def stored() -> Any:
    """The bytes that a ledger stores for a payload."""
    with Ledger.in_memory(redact=False) as ledger:

        def canonical(payload: dict[str, Any]) -> Any:
            return ledger.record("custom.x", payload).payload

        yield canonical


@settings(max_examples=150, deadline=None)
@given(document=documents)
def test_canonical_bytes_are_those_of_another_implementation(document: dict[str, Any]) -> None:
    expected = rfc8785.dumps(document)
    assert sealbook.canonicalize(json.dumps(document)) == expected
    assert sealbook.canonicalize(json.dumps(document, ensure_ascii=False, indent=1).encode()) == expected


@settings(max_examples=150, deadline=None)
@given(document=documents)
def test_a_recorded_payload_is_the_canonical_form_of_its_values(
    stored: Any, document: dict[str, Any]
) -> None:
    recorded = stored(document)
    assert recorded == json.loads(rfc8785.dumps(document))
    assert list(recorded) == sorted(document, key=lambda name: name.encode("utf-16-be"))
    # An export holds the stored bytes themselves.
    assert rfc8785.dumps(recorded) == rfc8785.dumps(document)


def test_an_export_holds_the_canonical_bytes() -> None:
    import io

    document = {"ü": [1.0, -0.0, 1e21, 1e-7, 0.1], "a": '\u2028\t"\\', "\U0001f600": None, "\ufb33": True}
    with Ledger.in_memory() as ledger:
        ledger.record("custom.x", document)
        file = io.BytesIO()
        ledger.export(file)
    line = json.loads(file.getvalue().splitlines()[1])
    assert line["payload"].encode() == rfc8785.dumps(document)


class Word(str):
    pass


class Colour(str, enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    HIGH = 3


def test_subclasses_of_the_json_types_are_taken_as_what_they_are() -> None:
    payload = OrderedDict(w=Word("x"), c=Colour.RED, l=Level.HIGH, t=(1, (2,)), b=True, n=None)
    with Ledger.in_memory() as ledger:
        recorded = ledger.record("custom.x", {"p": payload}).payload["p"]
    assert recorded == {"b": True, "c": "red", "l": 3, "n": None, "t": [1, [2]], "w": "x"}
    assert recorded["b"] is True


@pytest.mark.parametrize(
    ("payload", "place"),
    [
        ({"a": {"b": [0, {"c": b"bytes"}]}}, r"payload\.a\.b\[1\]\.c is a bytes"),
        ({"when": datetime.now(timezone.utc)}, r"payload\.when is a datetime\.datetime"),
        ({"n": Decimal(1)}, r"payload\.n is a decimal\.Decimal"),
        ({"s": {1, 2}}, r"payload\.s is a set"),
        ({"s": UserString("x")}, r"payload\.s is a collections\.UserString"),
        ({"a": {1: 2}}, r"payload\.a has the key 1 of type int"),
        ({None: 1}, r"payload has the key None of type NoneType"),
    ],
)
def test_what_has_no_json_form_is_refused_with_its_place(payload: dict, place: str) -> None:
    with Ledger.in_memory() as ledger:
        with pytest.raises(TypeError, match=place):
            ledger.record("custom.x", payload)
        assert len(ledger) == 1


@pytest.mark.parametrize(
    ("value", "code", "place"),
    [
        (math.nan, "PAYLOAD_NOT_FINITE", "payload.x[0]"),
        (math.inf, "PAYLOAD_NOT_FINITE", "payload.x[0]"),
        (-math.inf, "PAYLOAD_NOT_FINITE", "payload.x[0]"),
        ("\ud800", "PAYLOAD_LONE_SURROGATE", "payload.x[0]"),
        ({"\udfff": 1}, "PAYLOAD_LONE_SURROGATE", "payload.x[0]"),
        pytest.param(10**5000, "PAYLOAD_INTEGER_RANGE", "payload.x[0]", id="10**5000"),
        (2**64, "PAYLOAD_INTEGER_RANGE", "payload.x[0]"),
        (2**53, "PAYLOAD_INTEGER_RANGE", None),
        (-(2**53), "PAYLOAD_INTEGER_RANGE", None),
        (2.0**60, "PAYLOAD_INTEGER_RANGE", None),
    ],
)
def test_what_no_payload_can_hold_has_its_own_code(value: object, code: str, place: str | None) -> None:
    with Ledger.in_memory() as ledger:
        with pytest.raises(PayloadError) as caught:
            ledger.record("custom.x", {"x": [value]})
        assert caught.value.code == code
        assert place is None or caught.value.context["place"] == place
        assert len(ledger) == 1


def nested(depth: int) -> dict[str, Any]:
    value: Any = 1
    for _ in range(depth - 1):
        value = [value]
    return {"a": value}


def test_the_depth_is_that_of_the_core() -> None:
    with Ledger.in_memory() as ledger:
        assert ledger.record("custom.x", nested(128)).payload == nested(128)
        for depth in (129, 130, 100_000):
            with pytest.raises(PayloadError) as caught:
                ledger.record("custom.x", nested(depth))
            assert caught.value.code == "PAYLOAD_TOO_DEEP"
            assert len(str(caught.value)) < 300


def test_a_structure_that_contains_itself_is_too_deep() -> None:
    inside: dict[str, Any] = {"list": []}
    inside["list"] += [inside, inside]
    with Ledger.in_memory() as ledger, pytest.raises(PayloadError) as caught:
        ledger.record("custom.x", inside)
    assert caught.value.code == "PAYLOAD_TOO_DEEP"


def test_a_kind_or_id_that_is_no_text_is_malformed() -> None:
    with Ledger.in_memory() as ledger:
        with pytest.raises(sealbook.InvalidKindError):
            ledger.record("custom.\ud800", {})
        with pytest.raises(sealbook.InvalidIdError):
            ledger.record("custom.x", {}, id="\ud800")
        with pytest.raises(PayloadError) as caught:
            ledger.record_json("custom.x", '{"a":"\ud800"}')
        assert caught.value.code == "PAYLOAD_LONE_SURROGATE"
        for kind in (None, 7, b"custom.x"):
            with pytest.raises(TypeError):
                ledger.record(kind, {})
