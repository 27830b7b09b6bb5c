"""Ranks claim no more than the intervals allow, and the advice on further votes is the least number that decides."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from arena.rating.bradley_terry import Fit, fit, laplacian, squared_residuals
from arena.rating.counts import PairCounts
from arena.rating.ranks import bands, differs, order, rank_spread, votes_to_decide
from tests.arena.simulation import bradley_terry_with_ties, simulate, strengths


def made(theta: list[float], errors: list[float], connected: list[bool] | None = None) -> Fit:
    """A fit with independent errors, in natural units."""
    size = len(theta)
    return Fit(
        tuple("abcdefgh"[:size]),
        np.array(theta),
        np.diag(np.square(errors)),
        np.diag(np.square(errors)),
        np.array(connected or [True] * size),
    )


def test_the_rank_spread_counts_intervals_that_lie_wholly_above_and_below() -> None:
    fitted = made([3.0, 1.2, 1.0, -2.0], [0.1, 0.2, 0.2, 0.1])
    assert rank_spread(fitted) == [(1, 1), (2, 3), (2, 3), (4, 4)]


def test_intervals_need_not_overlap_in_a_chain() -> None:
    """b overlaps with a and c, which do not overlap with each other."""
    assert rank_spread(made([1.0, 0.5, 0.0], [0.2, 0.2, 0.2])) == [(1, 2), (1, 3), (2, 3)]


def test_preliminary_models_have_no_rank_and_take_none_away() -> None:
    fitted = made([8.5, 1.0, -1.0], [5.0, 0.1, 0.1], [False, True, True])
    assert rank_spread(fitted) == [None, (1, 1), (2, 2)]
    assert order(fitted) == [1, 2]
    assert bands(fitted) == [[1], [2]]
    everybody = np.array([True] * 3)
    assert rank_spread(fitted, among=everybody) == [(1, 3), (1, 2), (2, 3)]
    assert order(fitted, among=everybody) == [0, 1, 2]
    assert rank_spread(fit(PairCounts.from_rows([], models="ab"))) == [None, None]


def test_a_band_ends_where_a_model_differs_from_the_bands_leader() -> None:
    # the error of a difference is √2 · 0.2 = 0.28: with z = 1.96 it takes 0.55 to differ
    assert bands(made([0.5, 1.0, 0.3, 0.1, -0.9], [0.2] * 5)) == [[1, 0], [2, 3], [4]]
    assert bands(fit(PairCounts.from_rows([]))) == []


def test_a_difference_may_be_clear_though_the_intervals_overlap() -> None:
    fitted = made([0.6, 0.0], [0.2, 0.2])
    assert differs(fitted, 0, 1) and rank_spread(fitted) == [(1, 2), (1, 2)]


def close_pair(seed: int, reweighted: bool = False) -> tuple[Fit, PairCounts, int, int]:
    """An arena, and two neighbours of its board that it cannot tell apart yet."""
    rng = np.random.default_rng(seed)
    counts = simulate(rng, strengths(rng, 8), 1_500, bradley_terry_with_ties)
    fitted = fit(counts, reweighted=reweighted)
    ranked = order(fitted)
    for i, j in pairwise(ranked):
        if votes_to_decide(fitted, counts, i, j):
            return fitted, counts, i, j
    raise AssertionError("this seed has no undecided pair")


@pytest.mark.parametrize("seed", [0, 1, 3, 4])
@pytest.mark.parametrize("reweighted", [False, True])
def test_the_number_of_votes_is_the_least_that_decides(seed: int, reweighted: bool) -> None:
    """The same computation without Sherman and Morrison: full matrices with so many votes added."""
    fitted, counts, i, j = close_pair(seed, reweighted)
    votes = votes_to_decide(fitted, counts, i, j)
    assert votes
    table, p = counts.unordered(), fitted.win_probability
    per_vote = p[i, j] * p[j, i]
    scatter = squared_residuals(table, p).sum() / (table.battles * p * p.T).sum()
    assert 0.5 < scatter < 0.95  # there are ties
    pair = np.eye(len(p))[i] - np.eye(len(p))[j]

    def sigmas(added: int) -> float:
        battles, squares = table.battles.copy(), squared_residuals(table, p)
        for row, column in ((i, j), (j, i)):
            battles[row, column] += added
            squares[row, column] += added * scatter * per_vote
        weight = 50 / np.maximum(battles, 50) if reweighted else np.ones(battles.shape)
        inverse = np.linalg.pinv(laplacian(weight * battles * p * p.T))
        noise = laplacian(weight**2 * squares)
        return float(pair @ fitted.theta / np.sqrt(pair @ inverse @ noise @ inverse @ pair))

    assert sigmas(votes - 1) <= 1.96 < sigmas(votes)
    assert votes_to_decide(fitted, counts, j, i) == votes


def test_votes_cast_as_foreseen_do_decide() -> None:
    fitted, counts, i, j = close_pair(3)
    votes = votes_to_decide(fitted, counts, i, j)
    assert votes
    table, p = counts.unordered(), fitted.win_probability
    ties = table.ties.sum() / table.battles.sum()

    def decided_with(share: float) -> bool:
        added = share * votes
        wins, losses = round(added * (p[i, j] - ties / 2)), round(added * (p[j, i] - ties / 2))
        left = np.zeros_like(counts.left_wins)
        right, tied = left.copy(), left.copy()
        left[i, j], right[i, j], tied[i, j] = wins, losses, round(added * ties)
        more = PairCounts(
            counts.models, counts.left_wins + left, counts.right_wins + right, counts.ties + tied, left * 0
        )
        return differs(fit(more), i, j)

    assert not decided_with(0.8)
    assert decided_with(1.25)


def test_what_is_decided_needs_no_vote_and_equals_need_too_many() -> None:
    clear = PairCounts.from_rows([("x", "y", 900, 100, 0, 0)])
    assert votes_to_decide(fit(clear), clear, 0, 1) == 0
    equal = PairCounts.from_rows([("x", "y", 50, 50, 0, 0)])
    assert votes_to_decide(fit(equal), equal, 0, 1) is None
    nearly = PairCounts.from_rows([("x", "y", 100_001, 100_000, 0, 0)])
    assert votes_to_decide(fit(nearly), nearly, 0, 1) is None
    untried = PairCounts.from_rows([], models="xy")
    assert votes_to_decide(fit(untried), untried, 0, 1) is None
