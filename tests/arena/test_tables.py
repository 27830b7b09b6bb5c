"""The tables beside the board say what the counts say."""

from __future__ import annotations

import numpy as np
import pytest

from arena.rating.bradley_terry import fit
from arena.rating.counts import PairCounts
from arena.rating.tables import average_win_rates, battle_counts, copeland, win_rates
from tests.arena.simulation import golden, real_counts

COUNTS = PairCounts.from_rows(
    [("a", "b", 6, 2, 5, 1), ("b", "a", 1, 3, 0, 0), ("b", "c", 4, 0, 0, 2), ("c", "d", 0, 0, 7, 0)]
)
NAN = float("nan")


def test_win_rates_leave_ties_out() -> None:
    expected = [[NAN, 9 / 12, NAN, NAN], [3 / 12, NAN, 1, NAN], [NAN, 0, NAN, NAN], [NAN] * 4]
    assert win_rates(COUNTS) == pytest.approx(np.array(expected), nan_ok=True)


def test_or_count_them_half() -> None:
    expected = [[NAN, 12 / 18, NAN, NAN], [6 / 18, NAN, 5 / 6, NAN], [NAN, 1 / 6, NAN, 0.5], [NAN, NAN, 0.5, NAN]]
    assert win_rates(COUNTS, ties_as_half=True) == pytest.approx(np.array(expected), nan_ok=True)


def test_battles_are_counted_from_both_sides() -> None:
    assert battle_counts(COUNTS).tolist() == [[0, 18, 0, 0], [18, 0, 6, 0], [0, 6, 0, 7], [0, 0, 7, 0]]


def test_the_average_weighs_every_opponent_alike() -> None:
    assert average_win_rates(win_rates(COUNTS)) == pytest.approx([0.75, 0.625, 0, NAN], nan_ok=True)
    fitted = fit(COUNTS)
    p = fitted.win_probability
    assert average_win_rates(p)[0] == pytest.approx((p[0, 1] + p[0, 2] + p[0, 3]) / 3)


def test_the_average_win_rate_of_real_votes_is_the_one_that_another_program_found() -> None:
    counts = real_counts()
    scores = golden("average_win_rate")
    ours = average_win_rates(win_rates(counts, ties_as_half=True))
    assert ours == pytest.approx(np.array([scores[str(model)] for model in counts.models]), abs=1e-12)


def test_copeland_counts_opponents_not_votes() -> None:
    assert copeland(COUNTS).tolist() == [1, 0, -1, 0]
    circle = PairCounts.from_rows([("a", "b", 9, 1, 0, 0), ("b", "c", 2, 1, 0, 0), ("c", "a", 5, 4, 0, 0)])
    assert copeland(circle).tolist() == [0, 0, 0]
