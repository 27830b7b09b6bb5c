"""The ratings are the maximum of the likelihood, their errors the sandwich's; checked against other ways to them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from arena.rating.bradley_terry import POINTS, Fit, fit
from arena.rating.counts import FloatArray, PairCounts
from tests.arena.simulation import bradley_terry_with_ties, golden, real_counts, simulate, strengths

CLOSE = 1e-6  # points


def hunters_mm(score: FloatArray, rounds: int = 20_000) -> FloatArray:
    """The same maximum by a method that shares nothing with ours (Zermelo 1929, Hunter 2004); centred points."""
    battles = score + score.T
    strength = np.ones(len(score))
    for _ in range(rounds):
        strength = score.sum(axis=1) / (battles / (strength[:, None] + strength)).sum(axis=1)
        strength /= np.exp(np.log(strength).mean())
    return POINTS * np.log(strength)


def centred(points: FloatArray) -> FloatArray:
    return points - points.mean()


def gap_to_mm(fitted: Fit, score: FloatArray) -> float:
    return float(np.abs(centred(fitted.points) - hunters_mm(score)).max())


def test_real_votes_get_the_ratings_that_another_program_gave_them() -> None:
    counts = real_counts()
    fitted = fit(counts)
    scores = golden("bradley_terry")
    assert (len(fitted.models), counts.total, set(scores)) == (59, 8931, set(fitted.models))
    expected = centred(np.array([POINTS * math.log(scores[str(model)]) for model in fitted.models]))
    assert fitted.connected.all()
    assert np.abs(fitted.points - 1000 - expected).max() < CLOSE


@pytest.mark.parametrize(("models", "votes"), [(3, 40), (10, 2_000), (20, 1_000_000)])
def test_newton_finds_the_maximum_that_mm_finds(models: int, votes: int) -> None:
    rng = np.random.default_rng(models)
    counts = simulate(rng, strengths(rng, models), votes, bradley_terry_with_ties)
    assert gap_to_mm(fit(counts), counts.unordered().score) < CLOSE


def test_the_gradient_is_zero_even_where_strengths_lie_far_apart() -> None:
    """A ladder of twelve models, each of which beats the next 100,000 times and loses once: 24,000 points."""
    counts = PairCounts.from_rows([(i, i + 1, 100_000, 1, 0, 0) for i in range(12)])
    steps = -np.diff(fit(counts).points)
    assert np.abs(steps - POINTS * math.log(100_000)).max() < CLOSE


def test_a_thin_bridge_between_heavy_groups_is_crossed_exactly() -> None:
    heavy = 3_000_000
    rows = [(1, 2, heavy, heavy - 7, 5, 0), (3, 4, heavy, heavy, 0, 0), (2, 3, 1, 3, 0, 0)]
    points = fit(PairCounts.from_rows(rows)).points
    assert points[2] - points[1] == pytest.approx(POINTS * math.log(3), abs=CLOSE)


def test_two_models_have_the_textbook_rating_and_error() -> None:
    fitted = fit(PairCounts.from_rows([("x", "y", 30, 10, 0, 0)]))
    points, error, p_value = fitted.difference(0, 1)
    assert points == pytest.approx(POINTS * math.log(3))
    assert error == pytest.approx(POINTS / math.sqrt(40 * 0.75 * 0.25))  # without ties the sandwich is Fisher's
    assert p_value == pytest.approx(math.erfc(points / error / math.sqrt(2)))
    assert fitted.win_probability[0, 1] == pytest.approx(0.75)
    assert fitted.points.mean() == pytest.approx(1000)


def test_sides_and_kinds_of_tie_do_not_matter() -> None:
    one = fit(PairCounts.from_rows([("x", "y", 5, 3, 4, 0), ("y", "z", 2, 6, 0, 1)]))
    other = fit(PairCounts.from_rows([("y", "x", 3, 5, 1, 3), ("y", "z", 2, 6, 1, 0)], models="xyz"))
    assert one.points == pytest.approx(other.points)
    assert one.standard_errors == pytest.approx(other.standard_errors)


def covariance_vote_by_vote(counts: PairCounts, theta: FloatArray, reweighted: bool) -> FloatArray:
    """H⁺ G H⁺ from a design matrix with a row for each vote, and NumPy's own pseudo-inverse."""
    information, noise = np.zeros((2, len(theta), len(theta)))
    table = counts.unordered()
    for i, j in np.argwhere(table.battles):
        weight = 1 / max(50, table.battles[i, j]) if reweighted else 1.0
        p = 1 / (1 + math.exp(theta[j] - theta[i]))
        row = np.eye(len(theta))[i] - np.eye(len(theta))[j]
        for times, outcome in ((table.wins[i, j], 1.0), (table.ties[i, j] / 2, 0.5)):  # ties come from both sides
            information += times * weight * p * (1 - p) * np.outer(row, row)
            noise += times * weight**2 * (outcome - p) ** 2 * np.outer(row, row)
    inverse = np.linalg.pinv(information)
    return inverse @ noise @ inverse


@pytest.mark.parametrize("reweighted", [False, True])
def test_the_covariance_is_that_of_a_regression_over_votes(reweighted: bool) -> None:
    rng = np.random.default_rng(5)
    counts = simulate(rng, strengths(rng, 8), 3_000, bradley_terry_with_ties)
    fitted = fit(counts, reweighted=reweighted)
    expected = covariance_vote_by_vote(counts, fitted.theta, reweighted)
    assert fitted.covariance == pytest.approx(expected, rel=1e-9, abs=1e-15)
    assert fitted.standard_errors == pytest.approx(POINTS * np.sqrt(expected.diagonal()))
    assert fitted.intervals(2.0) == pytest.approx(
        np.column_stack([fitted.points - 2 * fitted.standard_errors, fitted.points + 2 * fitted.standard_errors])
    )


def test_reweighting_changes_only_the_weight_of_pairs_that_met_often() -> None:
    rare = PairCounts.from_rows([("x", "y", 20, 10, 0, 0), ("y", "z", 5, 9, 0, 0), ("z", "x", 7, 7, 0, 0)])
    assert fit(rare, reweighted=True).points == pytest.approx(fit(rare).points)
    often = PairCounts.from_rows([("x", "y", 2000, 1000, 0, 0), ("y", "z", 12, 3, 0, 0), ("z", "x", 9, 5, 0, 0)])
    weighted = fit(often, reweighted=True)
    score = often.unordered().score.copy()
    score[:2, :2] *= 50 / 3000
    assert gap_to_mm(weighted, score) < CLOSE
    assert np.abs(weighted.points - fit(often).points).max() > 10
    assert "weighted" in weighted.method


def test_an_anchor_moves_the_level_and_no_difference() -> None:
    rng = np.random.default_rng(6)
    counts = simulate(rng, strengths(rng, 5), 500, bradley_terry_with_ties)
    free, held = fit(counts), fit(counts, anchor=3, anchor_points=1114)
    assert held.points[3] == 1114 and held.standard_errors[3] == 0
    assert held.points - held.points[0] == pytest.approx(free.points - free.points[0])
    for i, j in ((0, 1), (2, 3), (4, 4)):
        assert held.difference(i, j) == pytest.approx(free.difference(i, j))
    covariance = free.covariance
    against = covariance[0, 0] + covariance[3, 3] - 2 * covariance[0, 3]
    assert held.standard_errors[0] == pytest.approx(POINTS * math.sqrt(against))
    assert "3 = 1114 points" in held.method and "mean of the rated models = 1000" in free.method
    unknown = fit(counts, anchor="nobody", anchor_points=1114)
    assert unknown.anchor is None and unknown.points == pytest.approx(free.points)
