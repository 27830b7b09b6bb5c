"""Recounts everything that is derived from the votes, and follows the chain of votes link by link."""

from __future__ import annotations

from collections import defaultdict

from django.db import transaction
from django.db.models import Max

from arena.counting import COLUMNS, Cell, kept, locked_chain, recount
from arena.integrity import link
from arena.models import Contestant, Scope, Side, Vote, VoteChain

FIRST_HASH = "0" * 64
BATCH = 500  # votes at a time: SQLite takes so many keys in one question


def wrong_counts() -> list[str]:
    """A sentence for each count that is not what the votes add up to.

    Looked at first while people go on voting; only what then seems wrong is looked at again with the votes held.
    """
    if recount() == kept():
        return []
    with transaction.atomic():
        locked_chain()
        right, stored = recount(), kept()
    cells = sorted(cell for cell in right.keys() | stored.keys() if right[cell] != stored[cell])
    return [_sentence(cell, right[cell], stored[cell]) for cell in cells]


def _sentence(cell: Cell, right: int, stored: int) -> str:
    scope, left, other, column = cell
    names = dict(Contestant.objects.filter(pk__in=(left, other)).values_list("pk", "name"))
    words = dict(zip(COLUMNS, ("left wins", "right wins", "ties", "both bad"), strict=True))
    place = Scope.objects.filter(pk=scope).first()
    return (
        f"{place or scope}: {names.get(left)} (left) against {names.get(other)}, {words[column]}: {stored}, not {right}"
    )


def broken_links() -> list[str]:
    """A sentence for each vote that was changed, added or taken away after it was cast.

    People go on voting meanwhile; only for the votes of the last moments they wait.
    """
    walk = ChainWalk()
    walk.follow(Vote.objects.aggregate(newest=Max("pk"))["newest"] or 0)
    with transaction.atomic():
        chain = locked_chain()
        walk.follow()
        walk.end(chain)
    return walk.broken


class ChainWalk:
    """Goes from vote to vote in the order in which they were cast."""

    def __init__(self) -> None:
        self.broken: list[str] = []
        self.expected, self.number, self.last_key = FIRST_HASH, 0, 0

    def follow(self, newest_key: int | None = None) -> None:
        """To the vote with this key, or to the end."""
        found = Vote.objects.all() if newest_key is None else Vote.objects.filter(pk__lte=newest_key)
        while votes := list(found.filter(pk__gt=self.last_key).order_by("pk")[:BATCH]):
            sides = _sides(votes)
            for vote in votes:
                self._step(vote, sides[vote.battle_id])
            self.last_key = votes[-1].pk

    def end(self, chain: VoteChain) -> None:
        if (self.number, self.expected) != (chain.length, chain.last_hash):
            self.broken.append(
                f"the chain should end after {chain.length} votes with {chain.last_hash[:12]}, "
                f"but it ends after {self.number} with {self.expected[:12]}"
            )

    def _step(self, vote: Vote, sides: list[tuple[str, str]]) -> None:
        if vote.previous_hash != self.expected:
            self.broken.append(f"vote {vote.pk} does not follow the one before: one was changed, added or taken away")
        if vote.row_hash != link(vote, sides):
            self.broken.append(f"vote {vote.pk} of battle {vote.battle_id} is not as it was cast")
        self.expected, self.number = vote.row_hash, self.number + 1


def _sides(votes: list[Vote]) -> dict[object, list[tuple[str, str]]]:
    found: dict[object, list[tuple[str, str]]] = defaultdict(list)
    rows = Side.objects.filter(battle__in=[vote.battle_id for vote in votes]).order_by("label")
    for battle, label, name in rows.values_list("battle_id", "label", "contestant__name"):
        found[battle].append((label, name))
    return found
