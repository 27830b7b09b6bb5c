"""A 95 % interval holds the truth 95 times of 100, also for a model that hardly anybody has seen."""

from __future__ import annotations

import numpy as np
import pytest

from arena.rating.bradley_terry import POINTS, Z95, fit, laplacian, squared_residuals
from arena.rating.counts import FloatArray, PairCounts
from arena.rating.ranks import rank_spread
from tests.arena.simulation import (
    Outcomes,
    bradley_terry_with_ties,
    counts_of,
    meetings,
    simulate,
    strengths,
    without_ties,
)


@pytest.mark.parametrize("outcomes", [bradley_terry_with_ties, without_ties])
@pytest.mark.parametrize("votes", [2_000, 10_000])
def test_intervals_hold_the_truth_as_often_as_they_say(outcomes: Outcomes, votes: int) -> None:
    rng = np.random.default_rng(20)
    held = []
    for _ in range(300):
        theta = strengths(rng, 20)
        fitted = fit(simulate(rng, theta, votes, outcomes))
        assert fitted.connected.all()
        held.append(np.abs(fitted.theta - theta) <= Z95 * np.sqrt(fitted.covariance.diagonal()))
    assert 0.935 <= np.mean(held) <= 0.965


def test_differences_and_rank_spreads_hold_the_truth_too() -> None:
    rng = np.random.default_rng(21)
    held, ranked = [], []
    for _ in range(300):
        theta = strengths(rng, 20)
        fitted = fit(simulate(rng, theta, 2_000, bradley_terry_with_ties))
        i, j = rng.choice(20, 2, replace=False)
        difference = fitted.difference(i, j)
        truth = POINTS * (theta[i] - theta[j])
        held.append(abs(difference.points - truth) <= Z95 * difference.standard_error)
        true_rank = 1 + (theta[:, None] < theta).sum(axis=1)
        spread = rank_spread(fitted)
        ranked += [s is not None and s.best <= rank <= s.worst for s, rank in zip(spread, true_rank, strict=True)]
    assert 0.92 <= np.mean(held) <= 0.98
    assert np.mean(ranked) >= 0.99


RARE = 8  # models with 200 votes each, the last ones


def arena_with_rare_models(rng: np.random.Generator, theta: FloatArray, votes: int) -> PairCounts:
    size = len(theta)
    pairs = meetings(size)
    pairs[:, -RARE:] = pairs[-RARE:, :] = 0
    battles = rng.multinomial(votes, (pairs / pairs.sum()).ravel()).reshape(size, size)
    for rare in range(size - RARE, size):
        battles[rare, :-RARE] = rng.multinomial(200, np.full(size - RARE, 1 / (size - RARE)))
    return counts_of(rng, theta, battles, bradley_terry_with_ties)


def test_a_model_with_200_of_five_million_votes_has_an_honest_interval() -> None:
    rng = np.random.default_rng(22)
    held, held_with_ridge = [], []
    for _ in range(120):
        theta = strengths(rng, 100)
        counts = arena_with_rare_models(rng, theta, 5_000_000)
        fitted = fit(counts)
        error = np.abs(fitted.theta - theta)[-RARE:]
        held.append(error <= Z95 * np.sqrt(fitted.covariance.diagonal()[-RARE:]))
        held_with_ridge.append(error <= Z95 * np.sqrt(ridged_variances(counts, fitted.win_probability)[-RARE:]))
    assert np.mean(held) >= 0.93
    assert np.mean(held_with_ridge) < 0.8  # so this arena is one in which the pseudo-inverse matters


def ridged_variances(counts: PairCounts, p: FloatArray) -> FloatArray:
    """What a ridge of 1e-5 × all battles, in the place of the exact pseudo-inverse, would claim."""
    table = counts.unordered()
    information = laplacian(table.battles * p * p.T) + 1e-5 * counts.total * np.eye(len(p))
    inverse = np.linalg.inv(information)
    return (inverse @ laplacian(squared_residuals(table, p)) @ inverse).diagonal()
