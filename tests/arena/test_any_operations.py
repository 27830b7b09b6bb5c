"""Whatever happens, and whoever comes at the same moment: the counts are what the votes say.

ARENA_OPERATIONS=10000 ARENA_DOUBLE_VOTES=1000 makes the same of more.
"""

from __future__ import annotations

import os
import random
import threading
from collections import Counter
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connections
from django.utils import timezone

from arena import counting, verification
from arena.models import Battle, Side, Verdict, Vote, VoteChain
from arena.voting import AlreadyVoted, cast_vote, correct, overrule
from chat.owners import Owner
from tests.arena.ready_battles import Ready, contestants_named, ready_battles

OPERATIONS = int(os.environ.get("ARENA_OPERATIONS", "500"))
DOUBLE_VOTES = int(os.environ.get("ARENA_DOUBLE_VOTES", "60"))


def tallied() -> Counter[Any]:
    """The votes added up by other means than arena.counting: a vote at a time, from the rows themselves."""
    found: Counter[Any] = Counter()
    found_votes = Vote.objects.prefetch_related("battle__sides", "verdicts__scopes")
    for vote in found_votes.iterator(chunk_size=200):  # SQLite refuses to look for thousands at once
        last = max(vote.verdicts.all(), key=lambda verdict: verdict.pk)
        sides = sorted(vote.battle.sides.all(), key=lambda side: side.label)
        for scope in last.scopes.all() if last.is_rated else []:
            for i, left in enumerate(sides):
                for right in sides[i + 1 :]:
                    if vote.choice in ("tie", "both_bad"):
                        column = "ties" if vote.choice == "tie" else "both_bad"
                    elif vote.choice in (left.label, right.label):
                        column = "left_wins" if vote.choice == left.label else "right_wins"
                    else:
                        continue
                    found[scope.pk, left.contestant_id, right.contestant_id, column] += 1
    return found


@pytest.mark.django_db(transaction=True)
def test_of_two_votes_at_the_same_moment_exactly_one_counts(alice: Any) -> None:
    owner, pair = Owner(user=alice), contestants_named("ant", "bee")
    battles = ready_battles([Ready(owner, pair, question=f"question {n}") for n in range(DOUBLE_VOTES)])
    outcomes: list[str] = []
    gate = threading.Barrier(2)

    def vote(choice: str) -> None:
        try:
            for battle in battles:
                gate.wait(timeout=60)
                try:
                    cast_vote(battle=Battle.objects.get(pk=battle.pk), owner=owner, choice=choice)
                    outcomes.append("stored")
                except AlreadyVoted:
                    outcomes.append("refused")
        except BaseException as error:
            outcomes.append(repr(error))
            gate.abort()
            raise
        finally:
            connections.close_all()

    threads = [threading.Thread(target=vote, args=(choice,)) for choice in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(outcomes) == {"stored": DOUBLE_VOTES, "refused": DOUBLE_VOTES}
    assert Vote.objects.count() == DOUBLE_VOTES == VoteChain.objects.get().length
    assert verification.wrong_counts() == [] and verification.broken_links() == []


class Anything:
    """Random operations on a small arena; `done` says how often each came."""

    def __init__(self, user: Any, seed: int) -> None:
        self.random = random.Random(seed)
        self.people = contestants_named("ant", "bee", "cat", "dog", "elk")
        self.user = user
        self.groups = [Group.objects.create(name=name) for name in ("air", "water")]
        self.waiting: list[Battle] = []
        self.voted: list[Battle] = []
        self.done: Counter[str] = Counter()

    def run(self, operations: int) -> None:
        names = ["vote"] * 10 + ["vote_again", "take_out", "put_back", "correct", "correct", "retire", "regroup"]
        for _ in range(operations):
            name = self.random.choice(names)
            getattr(self, name)()
            self.done[name] += 1

    def vote(self) -> None:
        if not self.waiting:
            self.waiting = ready_battles([self._ready() for _ in range(100)])
        battle = self.waiting.pop()
        owner = Owner(user=self.user) if battle.user_id else self.guest
        cast_vote(battle=battle, owner=owner, choice=self.random.choice(["a", "b", "tie", "both_bad"]))
        self.voted.append(battle)

    def vote_again(self) -> None:
        if self.voted:
            with pytest.raises(AlreadyVoted):
                cast_vote(battle=self.random.choice(self.voted), owner=self.guest, choice="a")

    def take_out(self) -> None:
        self._decide(False)

    def put_back(self) -> None:
        self._decide(True)

    def _decide(self, is_rated: bool) -> None:
        if self.voted:
            overrule(Vote.objects.get(battle=self.random.choice(self.voted)), is_rated=is_rated, by="ada")

    def correct(self) -> None:
        battle = self.random.choice(self.voted + self.waiting) if self.voted else None
        if battle:
            battle.language, battle.categories = self._subject()
            battle.save(update_fields=["language", "categories"])
            correct(battle, by="ada")

    def retire(self) -> None:
        person = self.random.choice(self.people)
        person.retired_at = None if person.retired_at else timezone.localdate()
        person.save()

    def regroup(self) -> None:
        self.user.groups.set(self.random.sample(self.groups, self.random.randrange(3)))

    @property
    def guest(self) -> Owner:
        return Owner(guest_key=f"guest {self.random.randrange(40)}")

    def _subject(self) -> tuple[str, list[str]]:
        categories = self.random.sample(["air", "water", "code"], self.random.randrange(4))
        return self.random.choice(["", "en", "ja"]), categories

    def _ready(self) -> Ready:
        language, categories = self._subject()
        is_named = self.random.random() < 0.2
        return Ready(
            owner=self.random.choice([Owner(user=self.user), self.guest]),
            contestants=self.random.sample(self.people, self.random.randrange(2, 5) if is_named else 2),
            question=f"question {self.random.randrange(200)}",
            answers=("fine", "I am Bee" if self.random.random() < 0.1 else "well", "good", "so so"),
            mode=Battle.Mode.SIDE_BY_SIDE if is_named else Battle.Mode.BLIND,
            language=language,
            categories=tuple(categories),
        )


@pytest.mark.parametrize("seed", [20261122])
def test_after_any_operations_the_counts_are_what_the_votes_say(alice: Any, seed: int, settings: Any) -> None:
    settings.RATED_VOTES_PER_DAY = 100_000 if OPERATIONS > 2000 else 300
    anything = Anything(alice, seed)
    anything.run(OPERATIONS)
    print(dict(anything.done))
    kept = counting.kept()
    assert kept == counting.recount() == tallied()
    assert len(kept) > 200 and Verdict.objects.filter(is_rated=False).exists() and min(anything.done.values()) > 10
    assert verification.wrong_counts() == [] and verification.broken_links() == []
    assert VoteChain.objects.get().length == Vote.objects.count() == anything.done["vote"]
    assert Side.objects.filter(battle__state=Battle.State.VOTED).count() >= 2 * anything.done["vote"]
