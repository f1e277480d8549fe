"""Voting on pleas."""

from __future__ import annotations

import json
from typing import Literal, TypeAlias

from sealbook import _native
from sealbook.errors import make
from sealbook.pleas import Ballot, Plea, make_plea, plea_of
from sealbook.task_options import Task, id_of

__all__ = ["Pleading"]

Choice: TypeAlias = (
    Literal["approve"] | Literal["deny"] | Literal["take_back"] | Literal["delegate"] | Literal["revoke"]
)
"""What can be said about a plea."""

SIGNATURE = 64
"""Bytes of an Ed25519 signature."""


class Pleading:
    """What an orchestrator has to do with pleas."""

    _native: _native.Orchestrator

    def pleas(self, *, all: bool = False) -> list[Plea]:
        """The pleas that await votes, or all that there are.

        >>> from sealbook import Orchestrator
        >>> with Orchestrator.in_memory(requester="ann") as o:
        ...     handle = o.submit("deploy", ["production"], require_approvals=1)
        ...     plea, = o.pleas()
        ...     o.approve(plea, as_="bob", reason="tested").state
        ...     handle.status()
        'approved'
        'queued'
        """
        return [plea_of(value) for value in json.loads(self._native.pleas(all))]

    def approve(
        self,
        plea: Plea | Task,
        *,
        as_: str,
        reason: str = "",
        behalf: str | None = None,
        key: str | None = None,
    ) -> Plea:
        """Votes for a plea, and returns it as it stands then.

        A task that still waits for its time or for other tasks may be voted on early: its id or handle will do, and the first vote opens its plea.

        Args:
            plea: The plea or its id, or a task that has yet to plead.
            as_: Who votes: never the requester, and once.
            reason: Why.
            behalf: In whose place, if that principal has handed its vote over.
            key: The voter's private Ed25519 key in PEM, to sign the vote with. It does not leave the process; see :meth:`ballot` for one
                that is elsewhere.

        Raises:
            VoteRefusedError: The vote does not count; ``context["why"]`` is the ground.
            NotFoundError: There is no such plea, nor a task of this id.
            InvalidArgumentError: The key is none.

        >>> from sealbook import Orchestrator
        >>> with Orchestrator.in_memory(requester="ann") as o:
        ...     handle = o.submit("deploy", ["production"], require_approvals=1, delay=3600)
        ...     plea = o.approve(handle, as_="bob", reason="good for tonight")
        ...     plea.early, plea.state, handle.status()
        (True, 'approved', 'pending')
        """
        return self._say(plea, as_, {"choice": "approve", "reason": reason, "behalf": behalf}, key)

    def deny(
        self,
        plea: Plea | Task,
        *,
        as_: str,
        reason: str,
        behalf: str | None = None,
        key: str | None = None,
    ) -> Plea:
        """Votes against a plea, which needs a reason. See :meth:`approve`."""
        return self._say(plea, as_, {"choice": "deny", "reason": reason, "behalf": behalf}, key)

    def take_back(self, plea: Plea | Task, *, as_: str, key: str | None = None) -> Plea:
        """Takes a vote back while the plea is undecided. Arguments and exceptions as in :meth:`approve`.

        >>> from sealbook import Orchestrator
        >>> with Orchestrator.in_memory(requester="ann") as o:
        ...     handle = o.submit("deploy", require_approvals=2)
        ...     o.approve(handle, as_="bob").approvals, o.take_back(handle, as_="bob").approvals
        (1, 0)
        """
        return self._say(plea, as_, {"choice": "take_back"}, key)

    def delegate(self, plea: Plea | Task, to: str | None, *, as_: str, key: str | None = None) -> Plea:
        """Hands a vote over to another, who may cast it with ``behalf``, if the policy knows delegation; the first of the two counts.

        Args:
            plea: The plea or its id, or a task that has yet to plead.
            to: Who may vote; ``None`` takes a delegation back.
            as_: Whose vote it is.
            key: As in :meth:`approve`.

        Raises:
            VoteRefusedError: It does not count; ``context["why"]`` is the ground.
            NotFoundError: There is no such plea, nor a task of this id.

        >>> from sealbook import Orchestrator
        >>> level = {"roles": ["approver"], "principals": [], "deadline": 60_000}
        >>> with Orchestrator.in_memory(requester="ann") as o:
        ...     handle = o.submit("deploy", approval={"approvals": 1, "levels": [level], "delegation": True})
        ...     plea = o.delegate(handle, "dan", as_="bob")
        ...     o.approve(plea, as_="dan", behalf="bob").votes[0].behalf
        'bob'
        """
        saying: dict[str, str | None] = (
            {"choice": "revoke"} if to is None else {"choice": "delegate", "to": to}
        )
        return self._say(plea, as_, saying, key)

    def ballot(
        self,
        plea: Plea | Task,
        choice: Choice,
        *,
        as_: str,
        reason: str = "",
        behalf: str | None = None,
        to: str | None = None,
    ) -> Ballot:
        """The ballot that says so, to be signed where the voter's key is and :meth:`cast` then. Nothing is written.

        Args:
            plea: The plea or its id, or a task that has yet to plead.
            choice: What it says: ``approve``, ``deny``, ``take_back``, ``delegate`` (with ``to``) or ``revoke``.
            as_: Who says it.
            reason: Why.
            behalf: In whose place.
            to: To whom a vote is handed over.

        Raises:
            VoteRefusedError: The plea is decided.
            NotFoundError: There is no such plea, nor a task of this id.
            InvalidArgumentError: It makes no sense.

        >>> from sealbook import Orchestrator
        >>> with Orchestrator.in_memory(requester="ann") as o:
        ...     handle = o.submit("deploy", require_approvals=1)
        ...     ballot = o.ballot(handle, "approve", as_="bob", reason="tested")
        ...     ballot.message.split(b"\\n")[0]
        b'sealbook/vote/v1'
        """
        saying = {"choice": choice, "reason": reason, "behalf": behalf, "to": to}
        return Ballot.parse(self._native.ballot(id_of(plea), as_, saying))

    def cast(self, ballot: Ballot, signature: bytes) -> Plea:
        """Casts a ballot that its voter has signed, whoever brings it.

        Args:
            ballot: The ballot.
            signature: The Ed25519 signature of ``ballot.message``, 64 bytes.

        Raises:
            VoteRefusedError: It does not count: the signature is not one by a key that is listed for the voter, or as in :meth:`approve`.

        With the package ``cryptography``, the voter signs so::

            key = serialization.load_pem_private_key(pem, password=None)
            orchestrator.cast(ballot, key.sign(ballot.message))

        >>> from sealbook import Orchestrator, VoteRefusedError
        >>> with Orchestrator.in_memory(requester="ann") as o:
        ...     handle = o.submit("deploy", require_approvals=1)
        ...     ballot = o.ballot(handle, "approve", as_="bob")
        ...     try:
        ...         o.cast(ballot, bytes(64))
        ...     except VoteRefusedError as refused:
        ...         refused.context["why"]
        'forged'
        """
        if len(signature) != SIGNATURE:
            message = f"a signature of {len(signature)} bytes; Ed25519's have {SIGNATURE}"
            raise make("INVALID_ARGUMENT", message)
        return make_plea(self._native.cast(ballot.text, bytes(signature).hex()))

    def _say(self, plea: Plea | Task, voter: str, saying: dict[str, str | None], key: str | None) -> Plea:
        return make_plea(self._native.say(id_of(plea), voter, saying, key))
