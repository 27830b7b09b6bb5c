"""The board is what the rating says of the counts, kept until they change, with today's names."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from django.http import QueryDict
from django.utils import timezone, translation

from arena import standings
from arena.board import Board, Row, board_of, scope_named
from arena.board_choice import BoardChoice, chips, headings
from arena.models import Contestant, PairCount, Scope, Snapshot, VoteImport
from arena.rating.bradley_terry import fit
from arena.rating.counts import PairCounts
from arena.voting import cast_vote, overrule
from chat.owners import Owner
from inference.models import ModelEntry
from tests.arena.ready_battles import Ready, contestants_named, ready_battle, ready_battles

pytestmark = pytest.mark.django_db


@pytest.fixture
def overall(db: None) -> Scope:
    return Scope.objects.create(kind=Scope.Kind.OVERALL)


def count(scope: Scope, left: Contestant, right: Contestant, *numbers: int) -> None:
    columns = dict(zip(("left_wins", "right_wins", "ties", "both_bad"), numbers, strict=False))
    PairCount.objects.update_or_create(scope=scope, left=left, right=right, defaults=columns)
    scope.revision += 1
    scope.save()


def by_name(board: Board) -> dict[str, Row]:
    return {row.contestant.name: row for row in board.rows}


def test_points_intervals_and_order_are_the_ratings(overall: Scope) -> None:
    ant, bee, cat = contestants_named("ant", "bee", "cat")
    rows = [(ant, bee, 300, 100, 40, 10), (bee, cat, 250, 180, 0, 0), (cat, ant, 90, 260, 30, 5)]
    for left, right, *numbers in rows:
        count(overall, left, right, *numbers)
    expected = fit(PairCounts.from_rows([(left.pk, right.pk, *numbers) for left, right, *numbers in rows]))
    board = board_of(overall)
    assert [row.contestant for row in board.rows] == [ant, bee, cat]
    assert [row.rank for row in board.rows] == [1, 2, 3]
    for row in board.rows:
        i = expected.index(row.contestant.pk)
        found = np.array([row.points, row.lower, row.upper], dtype=float)
        assert found == pytest.approx([expected.points[i], expected.lower[i], expected.upper[i]], abs=1e-7)
    assert board.votes == sum(sum(row[2:]) for row in rows)
    assert board.pairs.win_rates[0][1] == 0.75 and board.pairs.win_rates[1][0] == 0.25
    assert board.pairs.battles[0] == [0, 450, 385]
    assert (by_name(board)["ant"].best, by_name(board)["ant"].worst) == (1, 1)


def test_who_cannot_be_told_apart_from_the_first_is_marked_and_what_would_decide_is_told(overall: Scope) -> None:
    ant, bee, cat = contestants_named("ant", "bee", "cat")
    count(overall, ant, bee, 205, 195)
    count(overall, bee, cat, 300, 100)
    board = board_of(overall)
    assert [row.is_level_with_first for row in board.rows] == [True, True, False]
    [undecided] = board.undecided
    assert (undecided.better, undecided.worse) == (ant, bee)
    assert undecided.votes is not None and 3000 < undecided.votes < 12_000
    # Were these votes cast and like the others, the two would be told apart.
    more = undecided.votes
    count(overall, ant, bee, 205 + round(more * 205 / 400), 195 + round(more * 195 / 400))
    assert [row.is_level_with_first for row in board_of(overall).rows] == [True, False, False]


def test_a_newcomer_leaves_the_others_as_certain_as_they_were(overall: Scope) -> None:
    ant, bee, cat = contestants_named("ant", "bee", "cat")
    count(overall, ant, bee, 900, 850)
    before = by_name(board_of(overall))
    count(overall, ant, cat, 3, 2)
    after = by_name(board_of(overall))
    assert after["ant"].points == pytest.approx(before["ant"].points)
    assert after["ant"].half_width == pytest.approx(before["ant"].half_width)
    assert (after["cat"].half_width or 0) > 100 and not after["cat"].is_ranked


def test_states_are_public(overall: Scope) -> None:
    ant, bee, cat, dog = contestants_named("ant", "bee", "cat", "dog")
    count(overall, ant, bee, 900, 900)
    count(overall, ant, cat, 150, 140)
    count(overall, bee, dog, 15, 14)
    Contestant.objects.filter(pk=bee.pk).update(retired_at=date(2026, 10, 1), note="replaced")
    rows = by_name(board_of(overall))
    assert "preliminary" not in rows["ant"].states and rows["ant"].rank == 1
    assert "retired" in rows["bee"].states and rows["bee"].is_ranked
    assert "preliminary" in rows["cat"].states and rows["cat"].votes == 290
    assert rows["dog"].states == ["not_enough_data"] and rows["dog"].rank is None
    assert board_of(overall).rows[-1].contestant == dog


def test_a_model_that_has_only_won_is_preliminary(overall: Scope) -> None:
    ant, bee, cat = contestants_named("ant", "bee", "cat")
    count(overall, bee, cat, 500, 500)
    count(overall, ant, bee, 400, 0)
    rows = by_name(board_of(overall))
    assert rows["ant"].rank == 1 and not rows["ant"].is_connected and "preliminary" in rows["ant"].states
    assert "preliminary" not in rows["bee"].states


def test_everybody_who_takes_part_is_listed_from_the_first_day() -> None:
    contestants_named("ant", "bee")
    ModelEntry.objects.filter(slug="bee").update(is_enabled=False)
    Contestant.objects.create(name="imported one")
    scope = scope_named("overall")
    assert scope is not None and scope.pk is None
    board = board_of(scope)
    assert [(row.contestant.name, row.votes, row.states) for row in board.rows] == [("ant", 0, ["not_enough_data"])]
    assert board_of(scope, with_style=True).rows and not Scope.objects.exists()


def test_two_models_that_never_lost_to_each_other_break_nothing(overall: Scope) -> None:
    ant, bee = contestants_named("ant", "bee")
    count(overall, ant, bee, 0, 0, 0, 0)
    assert [row.points for row in board_of(overall).rows] == [1000, 1000]
    count(overall, ant, bee, 40)
    rows = board_of(overall).rows
    assert rows[0].contestant == ant and rows[0].is_ranked and "preliminary" in rows[0].states


# --- the snapshot -----------------------------------------------------------------------------------------------------


def test_a_board_is_computed_once_for_each_revision(overall: Scope, monkeypatch: pytest.MonkeyPatch) -> None:
    ant, bee = contestants_named("ant", "bee")
    count(overall, ant, bee, 30, 20)
    computed: list[Scope] = []
    monkeypatch.setattr("arena.board.standings", lambda scope: computed.append(scope) or standings.standings(scope))
    first = board_of(overall)
    assert board_of(Scope.objects.get()) == first and len(computed) == 1
    count(overall, ant, bee, 31, 20)
    assert board_of(Scope.objects.get()).votes == 51 and len(computed) == 2
    assert Snapshot.objects.count() == 1


def test_names_and_retirements_are_those_of_today(overall: Scope) -> None:
    ant, bee = contestants_named("ant", "bee")
    count(overall, ant, bee, 40, 20)
    board_of(overall)
    ModelEntry.objects.filter(slug="ant").update(name="Renamed", name_zh_hant="螞蟻")
    Contestant.objects.filter(pk=bee.pk).update(retired_at=date(2026, 1, 2))
    rows = by_name(board_of(overall))
    assert rows["ant"].label == "Renamed" and rows["bee"].is_retired
    with translation.override("zh-hant"):
        assert rows["ant"].label == "螞蟻"


def test_numbers_kept_by_another_version_are_not_read(overall: Scope) -> None:
    ant, bee = contestants_named("ant", "bee")
    count(overall, ant, bee, 40, 20)
    Snapshot.objects.create(scope=overall, revision=overall.revision, board={"plain": "of another shape"})
    assert board_of(overall).votes == 60


def test_an_overruled_vote_leaves_the_board_at_once(alice: Any) -> None:
    owner, pair = Owner(user=alice), contestants_named("ant", "bee")
    vote = cast_vote(battle=ready_battle(owner, pair), owner=owner, choice="a")
    scope = scope_named("overall")
    assert scope is not None and board_of(scope).votes == 1
    assert board_of(scope).last_vote == vote.created_at
    overrule(vote, is_rated=False, by="ada")
    scope = Scope.objects.get(kind="overall")
    board = board_of(scope)
    assert (board.votes, board.last_vote, sum(number for _day, number in board.days)) == (0, None, 0)


# --- beside the ratings -----------------------------------------------------------------------------------------------


def test_votes_of_a_day_are_counted_where_they_belong_and_speeds_are_medians(alice: Any) -> None:
    owner, pair = Owner(user=alice), contestants_named("ant", "bee")
    battles = ready_battles([Ready(owner, pair, question=f"question {n}") for n in range(3)])
    votes = [cast_vote(battle=battle, owner=owner, choice="a") for battle in battles]
    overrule(votes[0], is_rated=False, by="ada")
    overrule(votes[0], is_rated=True, by="ada")
    ready_battle(owner, pair)  # still open: nothing is told of it
    scope = Scope.objects.get(kind="overall")
    board = board_of(scope)
    assert len(board.days) == standings.CHART_DAYS
    assert board.days[-1] == (timezone.localdate().isoformat(), 3)
    assert [row.speed for row in board.rows] == [10.0, 10.0]  # eleven tokens in one second after the first


def test_an_imports_last_vote_is_when_it_was_read() -> None:
    scope = Scope.objects.create(kind=Scope.Kind.IMPORT, key="abc")
    source = VoteImport.objects.create(sha256="abc", name="votes.csv", format="csv", scope=scope)
    count(scope, *(Contestant.objects.create(name=name) for name in ("x", "y")), 3, 1)
    board = board_of(scope)
    assert (board.last_vote, board.votes) == (source.created_at, 4)
    assert [row.kind for row in board.rows] == ["import", "import"]
    assert board_of(scope, with_style=True).rows == [], "nothing is known of the form of their answers"


def test_days_that_are_not_covered_completely_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standings, "NEWEST_VOTES", 4)
    now = timezone.now()
    moments = [now, now - timedelta(days=1), now - timedelta(days=2), now - timedelta(days=2)]
    assert [number for _day, number in standings.votes_per_day(moments)] == [1, 1]
    assert len(standings.votes_per_day(moments[:3])) == standings.CHART_DAYS


def test_with_style_held_equal_length_no_longer_wins(alice: Any) -> None:
    """Both are equally good, the voter takes the longer answer; ant is longer more often."""
    owner, (ant, bee) = Owner(user=alice), contestants_named("ant", "bee")
    long, short = "word " * 60, "word " * 20
    wanted = []
    for number in range(30):
        ant_is_longer = number % 3 != 0
        answers = (long, short) if ant_is_longer else (short, long)
        wanted.append(Ready(owner, (ant, bee), question=f"question {number}", answers=answers))
    for number, battle in enumerate(ready_battles(wanted)):
        longer, other = ("a", "b") if number % 3 != 0 else ("b", "a")
        cast_vote(battle=battle, owner=owner, choice=other if number % 5 == 0 else longer)
    scope = Scope.objects.get(kind="overall")
    plain, styled = board_of(scope), board_of(scope, with_style=True)
    ants, bees = ([by_name(board)[name].points or 0 for board in (plain, styled)] for name in ("ant", "bee"))
    assert ants[0] - bees[0] > 20
    assert abs(ants[1] - bees[1]) < (ants[0] - bees[0]) / 3
    assert styled.longer_wins == 0.8 and styled.votes == 30 and "style" in styled.method
    assert {found["feature"]: found["coefficient"] > 0.3 for found in styled.style}["length"]


# --- what the reader chose --------------------------------------------------------------------------------------------


def test_an_address_that_makes_no_sense_shows_the_ordinary_board() -> None:
    nonsense = {"min_votes": "-3", "sort": "password", "style": "yes", "scope": ""}
    assert BoardChoice.from_query(nonsense) == BoardChoice()
    assert BoardChoice.from_query({"min_votes": "9" * 400}) == BoardChoice()
    assert BoardChoice.from_query({"min_votes": "²"}) == BoardChoice()


def test_a_choice_finds_itself_in_its_own_address() -> None:
    choice = BoardChoice("group:空污 & 水", True, 30, "-votes")
    assert BoardChoice.from_query(QueryDict(choice.query[1:])) == choice


def test_rows_without_a_number_come_last_in_either_order(overall: Scope) -> None:
    ant, bee, cat = contestants_named("ant", "bee", "cat")
    count(overall, ant, bee, 40, 20)
    count(overall, ant, cat, 0, 9)
    rows = board_of(overall).rows
    for sort in ("rank", "-rank", "points", "-points", "win_rate", "-win_rate"):
        assert BoardChoice(sort=sort).rows(rows)[-1].contestant == cat, sort
    assert [row.votes for row in BoardChoice(sort="votes").rows(rows)] == [9, 60, 69]
    assert [row.label for row in BoardChoice(sort="-model").rows(rows)] == ["Cat", "Bee", "Ant"]
    assert [row.votes for row in BoardChoice(fewest=30).rows(rows)] == [69, 60]


def test_a_heading_sorts_the_other_way_the_second_time() -> None:
    assert (headings(BoardChoice())["rank"].order, headings(BoardChoice())["votes"].order) == ("ascending", "none")
    assert headings(BoardChoice())["votes"].query == "?sort=-votes"
    assert headings(BoardChoice(sort="-votes"))["votes"].query == "?sort=votes"


def test_every_scope_has_its_chip(overall: Scope) -> None:
    for kind, key in (("language", "zh-hant"), ("language", "en"), ("mode", "side_by_side"), ("month", "2026-11")):
        Scope.objects.create(kind=kind, key=key)
    found = chips(BoardChoice(scope="language:en"), overall)
    assert [chip.label for chip in found] == [
        *("Overall", "Side by side", "Language: English", "Month", "Style held equal", "Any number of votes")
    ]
    assert [option.query for option in found[2].options] == ["?scope=language%3Aen", "?scope=language%3Azh-hant"]
