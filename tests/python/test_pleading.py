"""Votes that are signed, handed over and taken back; agents taken out; entries with submissions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sealbook
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from sealbook import Ballot, Orchestrator, VoteRefusedError

LEVEL = {"roles": ["approver"], "principals": [], "deadline": 60_000}
SIGNED = {"approvals": 2, "levels": [LEVEL], "signed": True, "delegation": True}
KEYS = {name: Ed25519PrivateKey.generate() for name in ("bob", "cat", "eve")}


def pem(name: str) -> str:
    return KEYS[name].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.fixture
def signing(tmp_path: Path) -> Iterator[Orchestrator]:
    """Over a project whose settings list the keys of bob and cat."""
    rows = [
        f'{{ id = "{name}", roles = ["approver"], may = ["approve *"], '
        f'keys = ["{KEYS[name].public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()}"] }}'
        for name in ("bob", "cat")
    ]
    rows.append('{ id = "ann", may = ["submit *", "run *"] }')
    (tmp_path / "sealbook.toml").write_text(f"[tasks]\nprincipals = [{', '.join(rows)}]\n")
    with Orchestrator(tmp_path, requester="ann", create=True) as o:
        yield o


def refused(caught: pytest.ExceptionInfo[VoteRefusedError]) -> str:
    return caught.value.context["why"]


def test_a_vote_is_signed_here_or_where_the_key_is(signing: Orchestrator) -> None:
    task = signing.submit("deploy", ["production"], approval=SIGNED)
    with pytest.raises(VoteRefusedError) as caught:
        signing.approve(task, as_="bob")
    assert refused(caught) == "unsigned"
    with pytest.raises(VoteRefusedError) as caught:
        signing.approve(task, as_="bob", key=pem("eve"))
    assert refused(caught) == "forged"
    (vote,) = signing.approve(task, as_="bob", key=pem("bob")).votes
    assert (vote.voter, vote.verified, vote.behalf) == ("bob", True, None)

    ballot = signing.ballot(task, "approve", as_="cat", reason="seen")
    sent = Ballot.parse(ballot.text)
    assert sent == ballot
    assert b'"reason":"seen"' in ballot.message
    other = replace(sent, text=json.dumps({**json.loads(sent.text), "reason": "said", "message": None}))
    with pytest.raises(VoteRefusedError) as caught:
        signing.cast(other, KEYS["cat"].sign(sent.message))
    assert refused(caught) == "forged"
    assert signing.cast(sent, KEYS["cat"].sign(sent.message)).state == "approved"
    assert task.status() == "queued"
    with pytest.raises(VoteRefusedError):
        signing.cast(sent, KEYS["cat"].sign(sent.message))


def test_a_vote_that_was_signed_is_taken_back_and_handed_over_with_a_signature(signing: Orchestrator) -> None:
    task = signing.submit("deploy", approval=SIGNED)
    signing.approve(task, as_="bob", key=pem("bob"))
    for act in (
        lambda key: signing.take_back(task, as_="bob", key=key),
        lambda key: signing.delegate(task, "cat", as_="bob", key=key),
    ):
        for key, why in [(None, "unsigned"), (pem("eve"), "forged")]:
            with pytest.raises(VoteRefusedError) as caught:
                act(key)
            assert refused(caught) == why
        act(pem("bob"))
    plea = signing.approve(task, as_="cat", behalf="bob", key=pem("cat"))
    assert [(vote.voter, vote.behalf) for vote in plea.votes] == [("cat", "bob")]
    assert [(each.source, each.to) for each in plea.delegations] == [("bob", "cat")]
    assert signing.delegate(task, None, as_="bob", key=pem("bob")).delegations == ()


def test_what_is_no_key_is_never_repeated(o: Orchestrator) -> None:
    task = o.submit("deploy", require_approvals=1)
    for key in ("secret", pem("bob")[:-40], pem("bob").replace("PRIVATE", "PUBLIC")):
        with pytest.raises(sealbook.InvalidArgumentError) as caught:
            o.approve(task, as_="bob", key=key)
        assert "secret" not in str(caught.value)
        assert pem("bob").split("\n")[1][20:] not in str(caught.value)
    with pytest.raises(sealbook.InvalidArgumentError, match="63 bytes"):
        o.cast(o.ballot(task, "approve", as_="bob"), bytes(63))
    one, other = (o.ballot(task, choice, as_="bob", reason="r") for choice in ("approve", "deny"))
    swapped = json.dumps({**json.loads(one.text), "message": other.message.decode()})
    for text in ("{}", "[]", '{"voter": 1}', "1", swapped):
        with pytest.raises(sealbook.InvalidArgumentError, match="not understood"):
            Ballot.parse(text)
    assert Ballot.parse(one.message.decode()) == one


def test_an_agent_that_was_taken_out_gets_nothing(o: Orchestrator) -> None:
    @o.task("read", needs={"capabilities": ["pdf"]})
    def read() -> str:
        return "read"

    agent = {"id": "reader", "capabilities": ["pdf"]}
    with pytest.raises(sealbook.NotFoundError):
        o.set_health("reader", "down")
    o.run_until_idle(agent=agent)
    assert o.set_health("reader", "down", reason="it babbles").health == "down"
    task = read.submit()
    assert o.run_until_idle(agent=agent).attempts == 0
    waiting = task.show().waiting
    assert waiting is not None
    assert "no agent" in waiting
    assert o.set_health("reader", "healthy").health == "healthy"
    assert o.run_until_idle(agent=agent).completed == 1


def test_entries_and_tasks_are_written_together_or_not_at_all(o: Orchestrator) -> None:
    record = sealbook.Record("custom.order", {"number": 7}, id="019aaf3e-5a00-7000-8000-000000000001")
    task = {"kind": "ship", "arguments": [7], "idempotency_key": "order-7"}
    size = len(o.ledger)
    (entry,), (handle,) = o.record_and_submit([record], [task])
    assert (entry.seq, o.ledger.get(entry.seq)) == (size, entry)
    (again,), (same,) = o.record_and_submit([record], [task])
    assert (again, same.id, same.repeated) == (entry, handle.id, True)
    size = len(o.ledger)
    for records, tasks, error in [
        ([("sys.key", {})], [task], sealbook.ReservedKindError),
        ([("custom.order", {})], [("", None)], sealbook.InvalidTaskError),
        ([sealbook.Record("custom.order", {}, id=record.id)], [("ship", 8)], sealbook.IdConflictError),
    ]:
        with pytest.raises(error):
            o.record_and_submit(records, tasks)
    assert (len(o.ledger), len(o.list())) == (size, 1)
