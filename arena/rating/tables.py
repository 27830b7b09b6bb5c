"""What the counts say of each pair without any model: the tables and heat maps beside the leaderboard."""

from __future__ import annotations

import numpy as np

from arena.rating.counts import FloatArray, IntArray, PairCounts


def battle_counts(counts: PairCounts) -> IntArray:
    """`[i, j]`: how often i and j met, sides and outcome aside."""
    return counts.unordered().battles


def win_rates(counts: PairCounts, ties_as_half: bool = False) -> FloatArray:
    """`[i, j]`: which part of its decided battles against j did i win; NaN where there was none, and on the diagonal.

    Ties and "both bad" are left out, as in FastChat's "fraction of A wins for all non-tied battles", or counted as
    half a win for either.
    """
    table = counts.unordered()
    won = table.score if ties_as_half else table.wins.astype(np.float64)
    battles = won + won.T
    return np.divide(won, battles, out=np.full(won.shape, np.nan), where=battles > 0)


def average_win_rates(rates: FloatArray) -> FloatArray:
    """Each model's win rate if all opponents were equally frequent: the mean of its row; NaN without any opponent.

    Takes the table of `win_rates`, or a fit's `win_probability` for the rates that the ratings predict (its diagonal,
    a model against itself, does not count).
    """
    others = ~np.isnan(rates) & ~np.eye(len(rates), dtype=np.bool_)
    opponents = others.sum(axis=1)
    sums = np.where(others, rates, 0).sum(axis=1)
    return np.divide(sums, opponents, out=np.full(len(rates), np.nan), where=opponents > 0)


def copeland(counts: PairCounts) -> IntArray:
    """Opponents that lost more often against the model than they won, minus those that won more often (Copeland 1951).

    Needs no model at all: where it contradicts the ratings' order, the contest is not one-dimensional there.
    """
    wins = counts.unordered().wins
    return np.sign(wins - wins.T).sum(axis=1)
