"""What a board may claim: the ranks that a model can have, who cannot be told apart yet, and what it would take."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from arena.rating.bradley_terry import FULL_WEIGHT, Z95, Fit, difference_variance, squared_residuals
from arena.rating.counts import BoolArray, PairCounts

MOST_VOTES = 100_000  # "more than that" is no advice


class RankSpread(NamedTuple):
    """The best and the worst rank that the intervals leave open; 1 is the top."""

    best: int
    worst: int


def rank_spread(fit: Fit, z: float = Z95, among: BoolArray | None = None) -> list[RankSpread | None]:
    """For each model: best = 1 + how many are surely better, worst = 1 + how many are not surely worse.

    Surely means that the intervals do not overlap. That is the rule of the public Chatbot Arena board (its "rank (UB)"
    is `best`), so ranks compare; it is cautious: all ranks of a board were covered at once in 99 % of simulations.
    `among` (a mask; the connected models unless said) are ranked, against each other; the others get None.
    """
    ranked = fit.connected if among is None else among
    lower, upper = fit.intervals(z).T
    better = ranked & (lower > upper[:, None])  # [i, j]: j is surely better than i
    not_worse = ranked & (upper > lower[:, None])
    np.fill_diagonal(not_worse, False)
    best, worst = 1 + better.sum(axis=1), 1 + not_worse.sum(axis=1)
    return [RankSpread(int(best[i]), int(worst[i])) if ranked[i] else None for i in range(len(ranked))]


def order(fit: Fit, among: BoolArray | None = None) -> list[int]:
    """The models to be ranked (the connected ones unless said), best first; equals in the order of `fit.models`."""
    ranked = fit.connected if among is None else among
    return [int(i) for i in np.argsort(-fit.theta, kind="stable") if ranked[i]]


def bands(fit: Fit, z: float = Z95, among: BoolArray | None = None) -> list[list[int]]:
    """The board in groups whose members cannot be told apart from their leader yet, best group first.

    From the top: a band takes in whoever follows until one's difference from the band's leader exceeds `z` of its own
    standard errors; that one leads the next band. (The difference's error is smaller than overlapping intervals
    suggest, so bands are narrower than rank spreads.) Neighbours across a border may still be alike.
    """
    result: list[list[int]] = []
    for model in order(fit, among):
        if result and not differs(fit, result[-1][0], model, z):
            result[-1].append(model)
        else:
            result.append([model])
    return result


def differs(fit: Fit, i: int, j: int, z: float = Z95) -> bool:
    """Whether the interval of the difference of models i and j leaves out 0."""
    difference = fit.difference(i, j)
    return abs(difference.points) > z * difference.standard_error


def votes_to_decide(fit: Fit, counts: PairCounts, i: int, j: int, z: float = Z95) -> int | None:
    """About how many more votes between models i and j would make the interval of their difference exclude 0.

    0: decided already. None: more than 100,000, or the two look exactly equal. `counts` are those of the fit.

    Supposes that the difference d stays as it is estimated, and that votes scatter as they did so far. With
    a = e_i − e_j, n further votes make the information H + n·h·aa' (h = p(1−p)) and the noise G + n·φh·aa', where φ is
    all votes' squared residuals over their Bradley–Terry variance (below 1 because of ties). By Sherman–Morrison
    `H_n⁺a = H⁺a / (1 + n·h·r)`, r = a'H⁺a, hence with v = a'H⁺GH⁺a, the variance now,

        Var_n(d) = (v + n·φ·h·r²) / (1 + n·h·r)²

    which falls with n; sought is the least n with z²·Var_n < d². In a reweighted fit the weight of all the pair's
    battles falls with n, too; d then moves more than is supposed here, so take the number for its order of size.
    """
    if differs(fit, i, j, z):
        return 0
    gap = abs(float(fit.theta[i] - fit.theta[j]))
    variance = difference_variance(fit.covariance, i, j)
    resistance = difference_variance(fit.inverse_information, i, j)
    table, p = counts.unordered(), fit.win_probability
    squares, expected = squared_residuals(table, p), table.battles * p * p.T
    scatter = float(squares.sum() / expected.sum()) if counts.total else 1.0
    per_vote = float(p[i, j] * p[j, i])
    fought, noise_now = int(table.battles[i, j]), float(squares[i, j])
    weight_now = pair_weight(fit, fought)

    def is_decided(votes: int) -> bool:
        weight = pair_weight(fit, fought + votes)
        information = (weight * (fought + votes) - weight_now * fought) * per_vote
        noise = weight**2 * (noise_now + votes * scatter * per_vote) - weight_now**2 * noise_now
        variance_then = (variance + noise * resistance**2) / (1 + information * resistance) ** 2
        return gap > z * math.sqrt(max(variance_then, 0))

    if not is_decided(MOST_VOTES):
        return None
    too_few, enough = 0, MOST_VOTES
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        too_few, enough = (too_few, middle) if is_decided(middle) else (middle, enough)
    return enough


def pair_weight(fit: Fit, battles: int) -> float:
    """What one battle weighs of a pair that has fought so many."""
    return FULL_WEIGHT / max(battles, FULL_WEIGHT) if fit.reweighted else 1.0
