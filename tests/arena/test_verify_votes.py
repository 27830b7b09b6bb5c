"""verify_votes finds every count and every vote that somebody has touched, and repairs what can be repaired."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F

from arena import append_only, counting
from arena.models import Battle, PairCount, Scope, Side, Verdict, Vote, VoteChain
from arena.voting import cast_vote, overrule
from chat.owners import Owner
from tests.arena.ready_battles import Ready, contestants_named, ready_battles

pytestmark = pytest.mark.django_db


@pytest.fixture
def votes(alice: Any) -> list[Vote]:
    owner = Owner(user=alice)
    ant, bee, cat = contestants_named("ant", "bee", "cat")
    pairs = [(ant, bee), (bee, cat), (cat, ant), (ant, bee), (bee, ant), (cat, bee)]
    battles = ready_battles([Ready(owner, pair, question=f"question {n}") for n, pair in enumerate(pairs)])
    choices = ["a", "b", "tie", "both_bad", "a", "b"]
    found = [cast_vote(battle=b, owner=owner, choice=c) for b, c in zip(battles, choices, strict=True)]
    overrule(found[0], is_rated=False, by="ada")
    return found


def verify(*arguments: str) -> tuple[str, str]:
    """What it printed and the error with which it ended, empty if there was none."""
    output = StringIO()
    try:
        call_command("verify_votes", *arguments, stdout=output)
    except CommandError as error:
        assert error.returncode == 1
        return output.getvalue(), str(error)
    return output.getvalue(), ""


def tamper(statement: str, *parameters: Any) -> None:
    """As somebody would who may write into the database file."""
    append_only.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        assert cursor.rowcount == 1, "this test changed nothing"
    append_only.install(connection)


def test_all_is_well(votes: list[Vote]) -> None:
    assert verify() == ("6 votes are as they were cast, and all counts are right.\n", "")


def test_an_arena_without_votes_is_well(db: None) -> None:
    assert verify() == ("0 votes are as they were cast, and all counts are right.\n", "")


def test_a_wrong_count_is_told_with_both_numbers_and_repaired(votes: list[Vote]) -> None:
    PairCount.objects.filter(scope__kind="overall", left__name="bee", right__name="cat").update(ties=F("ties") + 40)
    output, error = verify()
    assert output == "overall: bee (left) against cat, ties: 40, not 0\n"
    assert error.startswith("1 counts are wrong")
    before = Scope.objects.get(kind="overall").revision
    output, error = verify("--repair")
    assert "Repaired: 1 counts" in output and not error
    assert verify()[1] == ""
    assert Scope.objects.get(kind="overall").revision > before, "a kept leaderboard would still show the wrong count"


def test_a_lost_row_of_counts_comes_back(votes: list[Vote]) -> None:
    PairCount.objects.filter(scope__kind="overall", left__name="cat", right__name="ant").delete()
    assert verify()[0] == "overall: cat (left) against ant, ties: 0, not 1\n"
    verify("--repair")
    assert counting.kept() == counting.recount() and verify()[1] == ""


def test_a_removed_verdict_shows_in_the_counts(votes: list[Vote]) -> None:
    Verdict.objects.filter(decided_by="ada").delete()
    output, error = verify()
    assert "overall: ant (left) against bee, left wins: 0, not 1" in output and error


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE arena_vote SET choice = 'b' WHERE id = %s",
        "UPDATE arena_vote SET voter_key = 'somebody else' WHERE id = %s",
        "UPDATE arena_vote SET milliseconds = milliseconds + 1 WHERE id = %s",
    ],
)
def test_a_changed_vote_is_found(votes: list[Vote], statement: str) -> None:
    changed = votes[3]
    tamper(statement, changed.pk)
    output, error = verify()
    assert f"vote {changed.pk} of battle {changed.battle_id} is not as it was cast" in output
    assert "1 links" in error


def test_swapped_sides_are_found(votes: list[Vote]) -> None:
    sides = Side.objects.filter(battle=votes[2].battle)
    sides.filter(label="a").update(label="c")
    sides.filter(label="b").update(label="a")
    sides.filter(label="c").update(label="b")
    assert f"vote {votes[2].pk} of battle" in verify()[0]


def test_a_removed_vote_is_found(votes: list[Vote]) -> None:
    gone = votes[2]
    gone.style.delete()
    gone.verdicts.all().delete()
    tamper("DELETE FROM arena_vote WHERE id = %s", gone.pk)
    output, error = verify("--repair")
    assert f"vote {votes[3].pk} does not follow the one before" in output
    assert "should end after 6 votes" in output and "but it ends after 5" in output
    assert "0 counts are wrong and 2 links" in error, "counts can be repaired, the chain cannot"


def test_the_last_votes_cannot_be_cut_off_unnoticed(votes: list[Vote]) -> None:
    gone = votes[-1]
    gone.style.delete()
    gone.verdicts.all().delete()
    tamper("DELETE FROM arena_vote WHERE id = %s", gone.pk)
    assert "should end after 6 votes" in verify()[0]


def test_a_vote_added_past_the_chain_is_found(votes: list[Vote]) -> None:
    battle = Battle.objects.create(mode="side_by_side", voter_key="x")
    forged = Vote(battle=battle, choice="a", voter_key="x", turns=1, milliseconds=5, row_hash="f" * 64)
    forged.previous_hash = VoteChain.objects.get().last_hash
    forged.save()
    output, _error = verify()
    assert f"vote {forged.pk} of battle {battle.pk} is not as it was cast" in output
    assert "but it ends after 7" in output
