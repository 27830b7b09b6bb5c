"""One vote for each battle, for ever; what is counted is what the votes say, whatever else happens."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from arena import counting
from arena.models import Battle, Contestant, PairCount, Scope, StyleFeatures, Verdict, Vote
from arena.voting import AlreadyVoted, NotReady, cast_vote, correct, overrule
from chat.owners import Owner
from inference.models import Generation
from inference.services import RequestRefused
from tests.arena.ready_battles import contestants_named, ready_battle


@pytest.fixture
def owner(alice: Any) -> Owner:
    return Owner(user=alice)


@pytest.fixture
def pair(db: None) -> list[Contestant]:
    return contestants_named("ant", "bee")


def counts(scope: str = "overall", key: str = "") -> list[tuple[str, str, int, int, int, int]]:
    rows = PairCount.objects.filter(scope__kind=scope, scope__key=key).order_by("left__name", "right__name")
    return list(rows.values_list("left__name", "right__name", *counting.COLUMNS))


def scopes_of(vote: Vote) -> set[str]:
    return {str(scope) for scope in vote.verdicts.order_by("-id")[0].scopes.all()}


# --- one vote ---------------------------------------------------------------------------------------------------------


def test_a_vote_is_stored_and_counted_in_every_scope_that_fits(owner: Owner, pair: list[Contestant]) -> None:
    owner.user.groups.add(Group.objects.create(name="air team"))
    battle = ready_battle(owner, pair, language="zh-hant", categories=("air", "environment"))
    vote = cast_vote(battle=battle, owner=owner, choice="b")
    month = timezone.localtime().strftime("%Y-%m")
    assert scopes_of(vote) == {
        *("overall", f"month:{month}", "language:zh-hant", "category:air", "category:environment", "group:air team")
    }
    for scope in Scope.objects.all():
        assert counts(scope.kind, scope.key) == [("ant", "bee", 0, 1, 0, 0)]
        assert scope.revision == 1
    assert Battle.objects.get().state == Battle.State.VOTED
    assert (vote.turns, vote.choice) == (1, "b")
    assert StyleFeatures.objects.get(vote=vote).left[0] == 3


@pytest.mark.parametrize(
    ("choice", "columns"),
    [("a", (1, 0, 0, 0)), ("b", (0, 1, 0, 0)), ("tie", (0, 0, 1, 0)), ("both_bad", (0, 0, 0, 1))],
)
def test_each_button_has_its_column(owner: Owner, pair: list[Contestant], choice: str, columns: Any) -> None:
    cast_vote(battle=ready_battle(owner, pair), owner=owner, choice=choice)
    assert counts() == [("ant", "bee", *columns)]


def test_a_second_vote_is_refused_and_the_first_one_stays(owner: Owner, pair: list[Contestant]) -> None:
    battle = ready_battle(owner, pair)
    cast_vote(battle=battle, owner=owner, choice="a")
    for choice in ("a", "b"):
        with pytest.raises(AlreadyVoted):
            cast_vote(battle=battle, owner=owner, choice=choice)
    assert [vote.choice for vote in Vote.objects.all()] == ["a"]
    assert counts() == [("ant", "bee", 1, 0, 0, 0)]


@pytest.mark.parametrize("choice", ["c", "d", "", "A", "left"])
def test_a_choice_that_the_battle_does_not_have_is_refused(owner: Owner, pair: list[Contestant], choice: str) -> None:
    with pytest.raises(RequestRefused):
        cast_vote(battle=ready_battle(owner, pair), owner=owner, choice=choice)
    assert not Vote.objects.exists() and Battle.objects.get().state == Battle.State.OPEN


def test_there_is_no_vote_before_every_side_has_answered(owner: Owner, pair: list[Contestant]) -> None:
    battle = ready_battle(owner, pair)
    battle.turns.update(ready_at=None)
    Generation.objects.filter(text="the right words").update(status="running", ended_at=None)
    with pytest.raises(NotReady):
        cast_vote(battle=battle, owner=owner, choice="a")
    assert not Vote.objects.exists()


def test_a_battle_that_could_not_be_answered_has_no_vote(owner: Owner, pair: list[Contestant]) -> None:
    battle = ready_battle(owner, pair)
    battle.turns.update(ready_at=None)
    Generation.objects.filter(text="the right words").update(status="failed", text="")
    with pytest.raises(NotReady):
        cast_vote(battle=battle, owner=owner, choice="a")
    assert not Vote.objects.exists()


def test_of_four_named_sides_the_best_beats_each_other_and_counts_on_its_own_board(owner: Owner, db: None) -> None:
    four = contestants_named("ant", "bee", "cat", "dog")
    battle = ready_battle(owner, four, mode=Battle.Mode.SIDE_BY_SIDE)
    vote = cast_vote(battle=battle, owner=owner, choice="c")
    assert scopes_of(vote) == {"mode:side_by_side"}
    assert counts("mode", "side_by_side") == [
        ("ant", "cat", 0, 1, 0, 0),
        ("bee", "cat", 0, 1, 0, 0),
        ("cat", "dog", 1, 0, 0, 0),
    ]
    assert not counts() and not StyleFeatures.objects.exists()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"answers": ("I am Ant, nice to meet you", "hello")}, "leak"),
        ({"question": "Which model are you?"}, "identity"),
        ({"status": Generation.Status.STOPPED}, "stopped"),
    ],
)
def test_a_vote_that_the_rules_refuse_is_kept_and_not_counted(
    owner: Owner, pair: list[Contestant], changes: Any, reason: str
) -> None:
    vote = cast_vote(battle=ready_battle(owner, pair, **changes), owner=owner, choice="a")
    assert vote.verdicts.get().reasons == [reason]
    assert not counts() and Battle.objects.get().state == Battle.State.VOTED


def test_one_question_counts_five_times_for_a_pair(owner: Owner, pair: list[Contestant]) -> None:
    for sides in [pair, pair[::-1]] * 4:
        cast_vote(battle=ready_battle(owner, sides, question="  what IS bod?"), owner=owner, choice="a")
    assert [verdict.is_rated for verdict in Verdict.objects.all()] == [True] * 5 + [False] * 3
    cast_vote(battle=ready_battle(owner, pair, question="another one"), owner=owner, choice="a")
    assert sum(sum(row[2:]) for row in counts()) == 6


def test_beyond_the_daily_cap_votes_are_kept_and_not_rated(owner: Owner, pair: list[Contestant], settings: Any) -> None:
    settings.RATED_VOTES_PER_DAY = 2
    for number in range(3):
        cast_vote(battle=ready_battle(owner, pair, question=f"question {number}"), owner=owner, choice="a")
    assert [verdict.reasons for verdict in Verdict.objects.all()] == [[], [], ["daily_cap"]]


# --- later decisions --------------------------------------------------------------------------------------------------


def test_an_administrator_takes_a_vote_out_and_puts_it_back(owner: Owner, pair: list[Contestant]) -> None:
    vote = cast_vote(battle=ready_battle(owner, pair), owner=owner, choice="a")
    overrule(vote, is_rated=False, by="ada")
    assert counts() == [("ant", "bee", 0, 0, 0, 0)]
    overrule(vote, is_rated=False, by="ada")  # once more changes nothing
    assert counts() == [("ant", "bee", 0, 0, 0, 0)]
    overrule(vote, is_rated=True, by="ada")
    assert counts() == [("ant", "bee", 1, 0, 0, 0)]
    assert list(vote.verdicts.values_list("is_rated", "decided_by")) == [
        *((True, ""), (False, "ada"), (False, "ada"), (True, "ada"))
    ]


def test_a_corrected_battle_moves_its_vote_to_where_it_belongs(owner: Owner, pair: list[Contestant]) -> None:
    battle = ready_battle(owner, pair, language="en", categories=("air",))
    vote = cast_vote(battle=battle, owner=owner, choice="a")
    battle.language, battle.categories = "ja", ["water"]
    battle.save()
    correct(battle, by="ada")
    assert {"language:ja", "category:water", "overall"} <= scopes_of(vote)
    assert counts("language", "ja") == counts("category", "water") == counts() == [("ant", "bee", 1, 0, 0, 0)]
    assert counts("language", "en") == counts("category", "air") == [("ant", "bee", 0, 0, 0, 0)]


def test_correcting_a_battle_does_not_bring_back_a_vote_that_was_taken_out(
    owner: Owner, pair: list[Contestant]
) -> None:
    battle = ready_battle(owner, pair)
    vote = cast_vote(battle=battle, owner=owner, choice="a")
    overrule(vote, is_rated=False, by="ada")
    correct(battle, by="ada")
    assert vote.verdicts.count() == 2 and counts() == [("ant", "bee", 0, 0, 0, 0)]


# --- the database itself ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    ["UPDATE arena_vote SET choice = 'b'", "UPDATE arena_vote SET voter_key = ''", "DELETE FROM arena_vote"],
)
def test_the_database_refuses_to_change_or_delete_a_vote(owner: Owner, pair: list[Contestant], statement: str) -> None:
    cast_vote(battle=ready_battle(owner, pair), owner=owner, choice="a")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Vote.objects.get().choice == "a"


def test_a_battle_with_a_vote_cannot_be_deleted(owner: Owner, pair: list[Contestant]) -> None:
    battle = ready_battle(owner, pair)
    cast_vote(battle=battle, owner=owner, choice="a")
    with pytest.raises(DatabaseError):
        battle.delete()
