"""Known answers: published quantiles, judges that only look at the place, judges that throw a coin."""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import product

import pytest

from arena.evaluation.agreement import (
    agreement,
    compare_verdicts,
    merged,
    order_agreement,
    verdicts_of_decisions,
    verdicts_of_scores,
)
from arena.evaluation.intervals import mean_interval, share_interval, sign_test, t_quantile
from arena.evaluation.statistics import compare, decisions, means, position_bias, score_by_turn, win_rates
from tests.test_architecture import ROOT, imports


@dataclass(frozen=True)
class Score:
    question_id: int
    turn: int
    entry_id: int
    score: float
    category: str = "math"
    judge_id: int | None = 1


@dataclass(frozen=True)
class Pair:
    question_id: int
    turn: int
    first_id: int
    second_id: int
    winner: str
    category: str = "math"
    judge_id: int | None = 1


def both_orders(judge, questions: int = 40) -> list[Pair]:
    """`judge(question, first, second)` says the winner; entries 1 and 2, two turns each."""
    return [
        Pair(question, turn, first, second, judge(question, first, second))
        for question, turn, (first, second) in product(range(questions), (1, 2), ((1, 2), (2, 1)))
    ]


PURE = ("agreement", "charts", "checkers", "intervals", "numerals", "statistics", "words")


@pytest.mark.parametrize("name", PURE)
def test_the_mathematics_knows_no_database(name: str) -> None:
    found = list(imports(ROOT / "arena" / "evaluation" / f"{name}.py"))
    assert not [module for module in found if ".models" in module or module.startswith("django")]


# --- intervals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("degrees", "quantile"),
    # Two-sided 95 %, from the tables of Student's distribution.
    [(1, 12.706), (2, 4.303), (3, 3.182), (4, 2.776), (5, 2.571), (10, 2.228), (29, 2.045), (120, 1.980)],
)
def test_quantiles_are_those_of_the_tables(degrees: int, quantile: float) -> None:
    assert t_quantile(0.975, degrees) == pytest.approx(quantile, abs=6e-4)


def test_without_clusters_the_interval_is_the_one_of_the_textbook() -> None:
    estimate = mean_interval([2, 4, 4, 4, 5, 5, 7, 9], range(8))
    # mean 5, standard deviation sqrt(32/7), t(7) = 2.3646
    assert estimate and estimate.mean == 5 and estimate.n == 8
    assert estimate.half_width == pytest.approx(2.36462 * (32 / 7) ** 0.5 / 8**0.5, rel=1e-5)


def test_saying_everything_twice_proves_nothing_more() -> None:
    once = mean_interval([1, 5, 9, 4], "abcd")
    twice = mean_interval([1, 5, 9, 4] * 2, "abcd" * 2)
    assert once and twice and twice.half_width == pytest.approx(once.half_width)
    assert (twice.lower, twice.upper) == (pytest.approx(once.lower), pytest.approx(once.upper))


def test_one_question_has_no_interval_and_no_question_no_mean() -> None:
    estimate = mean_interval([7, 8], ["a", "a"])
    assert estimate and estimate.mean == 7.5 and estimate.lower is None and estimate.half_width is None
    assert mean_interval([], []) is None and share_interval([], []) is None
    with pytest.raises(ValueError, match="cluster"):
        mean_interval([1.0], [])


def test_the_interval_ends_with_the_scale() -> None:
    estimate = mean_interval([10, 10, 3], "abc", low=1, high=10)
    assert estimate and estimate.lower == 1 and estimate.upper == 10


def test_ten_of_ten_is_not_certainty_and_none_of_ten_not_impossibility() -> None:
    all_right, all_wrong = share_interval([1.0] * 10, range(10)), share_interval([0.0] * 10, range(10))
    assert all_right and all_right.upper == 1 and 0.6 < (all_right.lower or 0) < 0.75
    assert all_wrong and all_wrong.lower == 0 and 0.25 < (all_wrong.upper or 1) < 0.4


def test_nineteen_of_twenty_intervals_hold_the_truth() -> None:
    """Of questions with two turns that are right or wrong together."""
    chance, covered = random.Random(7), 0
    for _repeat in range(400):
        values = [float(chance.random() < 0.7) for _question in range(40) for _turn in range(1)]
        estimate = share_interval(
            [value for value in values for _turn in range(2)], [q for q in range(40) for _ in "ab"]
        )
        assert estimate and estimate.lower is not None and estimate.upper is not None
        covered += estimate.lower <= 0.7 <= estimate.upper
    assert 0.92 <= covered / 400 <= 0.98


def test_the_sign_test_is_exact() -> None:
    assert sign_test(0, 0) == sign_test(5, 5) == 1
    assert sign_test(10, 0) == pytest.approx(2 / 1024)
    assert sign_test(1, 8) == sign_test(8, 1) == pytest.approx(2 * (1 + 9) / 512)


# --- tables -----------------------------------------------------------------------------------------------------------


def test_means_stand_by_category_and_turn_and_in_all() -> None:
    rows = [Score(1, 1, 1, 8), Score(1, 2, 1, 4), Score(2, 1, 1, 6, "writing"), Score(1, 1, 2, 3)]
    table = means(rows)
    assert table[1, None, None].mean == 6 and table[1, None, 1].mean == 7 and table[1, "math", 2].mean == 4
    assert table[2, None, None].mean == 3 and (2, "writing", None) not in table


def test_a_winner_must_win_in_both_orders() -> None:
    rows = [
        *(Pair(1, 1, 1, 2, "first"), Pair(1, 1, 2, 1, "second")),  # 1 both times
        *(Pair(2, 1, 1, 2, "first"), Pair(2, 1, 2, 1, "first")),  # the first place both times
        *(Pair(3, 1, 1, 2, "tie"), Pair(3, 1, 2, 1, "second")),  # once 1, once a tie
        Pair(4, 1, 1, 2, "second"),  # the other order could not be read
    ]
    rate = win_rates(decisions(rows), 1)
    assert rate and (rate.wins, rate.ties, rate.losses) == (1, 2, 0) and rate.rate.mean == pytest.approx(2 / 3)
    other = win_rates(decisions(rows), 2, 1)
    assert other and other.rate.mean == pytest.approx(1 / 3) and win_rates(decisions(rows), 3) is None


def test_a_judge_that_always_prefers_the_first_place_is_exposed() -> None:
    bias = position_bias(both_orders(lambda question, first, second: "first"))
    assert bias.share_of_first == 1 and bias.for_first == bias.pairs == 80 and bias.consistent == 0
    assert bias.p_value < 1e-20 and bias.is_biased


def test_a_fair_judge_of_very_unequal_models_is_not_called_biased() -> None:
    bias = position_bias(both_orders(lambda question, first, second: "first" if first == 1 else "second"))
    assert bias.share_of_first == 0.5 and bias.consistent == bias.pairs and not bias.is_biased
    assert position_bias([]).share_of_first is None and position_bias([]).p_value == 1


# --- agreement --------------------------------------------------------------------------------------------------------


def test_kappa_of_a_worked_example() -> None:
    """Two reviewers, 50 proposals: 20 times both yes, 15 both no, 5 and 10 apart: κ = 0.4 (Wikipedia)."""
    pairs = [("yes", "yes")] * 20 + [("no", "no")] * 15 + [("yes", "no")] * 5 + [("no", "yes")] * 10
    found = agreement(pairs)
    assert found and found.raw == 0.7 and found.kappa == pytest.approx(0.4)
    assert found.lower is not None and found.upper is not None and found.lower < 0.4 < found.upper


def test_a_judge_that_throws_dice_agrees_by_chance_only() -> None:
    chance = random.Random(3)
    people = {(question, 1, 1, 2): [chance.choice(("left", "right", "tie"))] for question in range(3000)}
    judge = {item: [chance.choice(("left", "right", "tie"))] for item in people}
    both = compare_verdicts(judge, people)
    for found in (both.with_ties, both.without_ties):
        assert found and found.kappa is not None and abs(found.kappa) < 0.06
    same = compare_verdicts(people, people).with_ties
    assert same and same.kappa == 1 and same.raw == 1
    assert both.without_ties and both.with_ties and both.without_ties.n < both.with_ties.n == 3000


def test_where_both_always_say_the_same_kappa_says_nothing() -> None:
    found = agreement([("left", "left")] * 9)
    assert found and found.raw == 1 and found.kappa is None and found.lower is None
    assert agreement([]) is None and compare_verdicts({}, {}).with_ties is None


def test_points_become_preferences() -> None:
    rows = [Score(1, 1, 5, 8), Score(1, 1, 3, 6), Score(1, 1, 9, 8), Score(1, 2, 5, 1)]
    assert verdicts_of_scores(rows) == {(1, 1, 3, 5): ["right"], (1, 1, 3, 9): ["right"], (1, 1, 5, 9): ["tie"]}
    pairs = verdicts_of_decisions(decisions([Pair(1, 1, 5, 3, "first")], both_orders=False))
    assert pairs == {(1, 1, 3, 5): ["right"]}
    assert merged(verdicts_of_scores(rows), pairs)[1, 1, 3, 5] == ["right", "right"]


def test_orders_of_models_are_compared_pair_by_pair() -> None:
    assert order_agreement({1: 9, 2: 5, 3: 1}, {1: 1000, 2: 1100, 3: 900, 4: 0}) == (2, 3)
    assert order_agreement({1: 1, 2: 1}, {1: 5, 2: 6}) == (0, 0)


# --- two runs ---------------------------------------------------------------------------------------------------------


def test_two_runs_are_compared_turn_by_turn() -> None:
    names = {11: "q1", 12: "q2", 21: "q1", 22: "q2"}
    before = score_by_turn([Score(11, 1, 1, 5), Score(12, 1, 1, 7), Score(12, 2, 1, 7)], 1, names)
    after = score_by_turn(
        [Score(21, 1, 1, 8), Score(21, 1, 1, 6, judge_id=2), Score(22, 1, 1, 6), Score(22, 2, 1, 7)], 1, names
    )
    found = compare(before, after)
    assert (found.better, found.worse, found.same) == (1, 1, 1)
    assert found.mean and found.mean.mean == pytest.approx((2 - 1 + 0) / 3) and not found.is_certain
    assert compare(before, {}).mean is None


def test_a_clear_improvement_is_called_certain() -> None:
    before = {(question, 1): 5.0 + question % 3 for question in range(20)}
    after = {turn: score + 1 + (turn[0] % 2) / 2 for turn, score in before.items()}
    assert compare(before, after).is_certain and compare(after, before).is_certain
