"""Pleas, the votes on them, and ballots to be signed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sealbook import _native
from sealbook.times import time_of

__all__ = ["Ballot", "Delegation", "Plea", "Vote"]


@dataclass(frozen=True, slots=True)
class Vote:
    """A vote on a plea."""

    voter: str
    """Who voted."""
    behalf: str | None
    """In whose place, if that principal has handed its vote over."""
    choice: str
    """``approve`` or ``deny``."""
    reason: str
    """Why."""
    at: datetime
    """When."""
    verified: bool
    """Whether it was signed; its signature was checked then."""


@dataclass(frozen=True, slots=True)
class Delegation:
    """A vote that was handed over."""

    source: str
    """Whose vote."""
    to: str
    """Who may cast it."""


@dataclass(frozen=True, slots=True)
class Plea:
    """A task's plea for approval."""

    id: str
    """Its id, to vote with."""
    task: str
    """The task's id."""
    kind: str
    """The kind of the task."""
    state: str
    """``pending`` while votes are awaited; then ``approved``, ``consumed``, ``denied``, ``expired``, ``lapsed``, ``withdrawn`` or ``superseded``."""
    required: int
    """How many must approve."""
    approvals: int
    """How many have."""
    requester: str
    """Who asked, and so has no vote."""
    subject: str
    """The hash of exactly what will run."""
    votes: tuple[Vote, ...]
    """The votes that count."""
    delegations: tuple[Delegation, ...]
    """The votes that were handed over."""
    opened_at: datetime
    """Since when it pleads."""
    early: bool
    """Whether early votes opened it, and its task still waits for something else: no time runs then."""
    due_at: datetime | None
    """When silence becomes a denial, or the next level may vote."""


@dataclass(frozen=True, slots=True)
class Ballot:
    """What a principal says about a plea, to be signed by whoever has the key.

    It can be sent to another machine as ``ballot.text`` and come back as ``Ballot.parse(text)``.
    """

    voter: str
    """Who says it."""
    choice: str
    """``approve``, ``deny``, ``take_back``, ``delegate`` or ``revoke``."""
    text: str
    """The whole ballot as JSON."""
    message: bytes
    """What is signed: the task, the hash of what will run, and all else that the ballot says."""

    @classmethod
    def parse(cls, text: str) -> Ballot:
        """Reads what :attr:`text` holds. What it shows is what its message says, whoever has sent it.

        Raises:
            InvalidArgumentError: It is none, or its message says something else.
        """
        text = _native.ballot_of(text)
        value = json.loads(text)
        return cls(value["voter"], value["choice"], text, value["message"].encode())


def plea_of(value: dict[str, Any]) -> Plea:
    return Plea(
        id=value["id"],
        task=value["task"],
        kind=value["kind"],
        state=value["state"],
        required=value["required"],
        approvals=value["approvals"],
        requester=value["requester"],
        subject=value["subject"],
        votes=tuple(
            Vote(
                voter=vote["voter"],
                behalf=vote["behalf"],
                choice=vote["choice"],
                reason=vote["reason"],
                at=time_of(vote["at"]),
                verified=vote["verified"],
            )
            for vote in value["votes"]
        ),
        delegations=tuple(Delegation(each["from"], each["to"]) for each in value["delegations"]),
        opened_at=time_of(value["opened_at"]),
        early=value["early"],
        due_at=None if value["due_at"] is None else time_of(value["due_at"]),
    )


def make_plea(text: str) -> Plea:
    return plea_of(json.loads(text))
