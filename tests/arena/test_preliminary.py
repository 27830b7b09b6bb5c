"""Where the votes leave a rating open: no votes, no loss, islands. Such a model is rated, marked, and moves nobody."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.rating.bradley_terry import POINTS, fit
from arena.rating.components import comparable, strong_components
from arena.rating.counts import PairCounts

CIRCLE = [("a", "b", 6, 3, 1, 0), ("b", "c", 5, 4, 0, 0), ("c", "a", 2, 3, 2, 0)]


def test_no_models_and_no_votes() -> None:
    assert fit(PairCounts.from_rows([])).points.tolist() == []
    fitted = fit(PairCounts.from_rows([], models="abc"))
    assert fitted.points.tolist() == [1000, 1000, 1000]
    assert fitted.is_preliminary.all()
    assert fitted.standard_errors == pytest.approx([POINTS * np.sqrt(8)] * 3)  # half a tie: information 1/2 · 1/4
    assert fitted.difference(0, 1).p_value == 1


def test_a_model_without_a_loss_gets_a_finite_rating_and_moves_nobody() -> None:
    before = fit(PairCounts.from_rows(CIRCLE))
    rows = [*CIRCLE, ("best", "a", 4, 0, 0, 0), ("b", "best", 0, 3, 0, 0)]
    after = fit(PairCounts.from_rows(rows, models=["a", "b", "c", "best"]))
    assert after.is_preliminary.tolist() == [False, False, False, True]
    assert after.points[:3].tolist() == before.points.tolist()
    assert after.covariance[:3, :3].tolist() == before.covariance.tolist()
    assert after.points[:3].max() + 200 < after.points[3] < 3000
    assert after.standard_errors[3] > 2 * after.standard_errors[:3].max()


def test_the_preliminary_rating_solves_the_stated_equation() -> None:
    """Expected score = score, with a quarter of a win in half a battle against somebody at the average."""
    rows = [*CIRCLE, ("new", "a", 0, 2, 0, 0), ("new", "b", 0, 1, 0, 0)]
    fitted = fit(PairCounts.from_rows(rows, models=["a", "b", "c", "new"]))
    p = fitted.win_probability[3]
    against_average = 1 / (1 + np.exp(-fitted.theta[3]))
    assert 2 * p[0] + p[1] + 0.5 * against_average == pytest.approx(0.25)
    information = 2 * p[0] * (1 - p[0]) + p[1] * (1 - p[1]) + 0.5 * against_average * (1 - against_average)
    follows = np.array([2 * p[0] * (1 - p[0]), p[1] * (1 - p[1]), 0]) / information
    variance = 1 / information + follows @ fitted.covariance[:3, :3] @ follows
    assert fitted.covariance[3, 3] == pytest.approx(variance)
    assert np.linalg.eigvalsh(fitted.covariance).min() > -1e-12


def test_the_preliminary_errors_follow_the_rated_ones_as_differentiation_says() -> None:
    """∂θ_new/∂θ_a by moving a: the delta method's slope against a difference quotient of the equation above."""
    rows = [*CIRCLE, ("new", "a", 0, 2, 0, 0)]
    fitted = fit(PairCounts.from_rows(rows, models=["a", "b", "c", "new"]))

    def solution(a: float) -> float:
        low, high = -20.0, 20.0
        for _ in range(100):
            middle = (low + high) / 2
            surplus = 2 / (1 + np.exp(a - middle)) + 0.5 / (1 + np.exp(-middle)) - 0.25
            low, high = (low, middle) if surplus > 0 else (middle, high)
        return low

    slope = (solution(fitted.theta[0] + 1e-4) - solution(fitted.theta[0] - 1e-4)) / 2e-4
    assert fitted.covariance[3, :3] == pytest.approx(slope * fitted.covariance[0, :3], rel=1e-5)


def test_of_two_islands_the_larger_is_rated() -> None:
    fitted = fit(PairCounts.from_rows([("x", "y", 50, 50, 0, 0), *CIRCLE], models=["x", "y", "a", "b", "c"]))
    assert fitted.connected.tolist() == [False, False, True, True, True]
    assert fitted.points[2:].mean() == pytest.approx(1000)
    assert fitted.points[:2] == pytest.approx([1000, 1000])
    assert np.isfinite(fitted.standard_errors).all()


def test_of_two_equal_islands_the_one_with_more_battles_is_rated() -> None:
    fitted = fit(PairCounts.from_rows([("a", "b", 1, 1, 0, 0), ("x", "y", 2, 2, 0, 0)], models="abxy"))
    assert fitted.connected.tolist() == [False, False, True, True]


def test_one_pair_with_one_winner_has_no_maximum() -> None:
    fitted = fit(PairCounts.from_rows([("a", "b", 10, 0, 0, 0)]))
    assert fitted.is_preliminary.all()
    assert fitted.points[0] - 1000 == pytest.approx(1000 - fitted.points[1])
    assert 100 < fitted.points[0] - fitted.points[1] < 2000


def test_nothing_but_ties_is_not_certainty() -> None:
    fitted = fit(PairCounts.from_rows([("a", "b", 0, 0, 3, 0), ("b", "c", 0, 0, 0, 4), ("c", "a", 0, 0, 2, 0)]))
    assert fitted.connected.all()
    assert fitted.points == pytest.approx([1000] * 3)
    assert (fitted.standard_errors > 50).all()
    assert fitted.difference(0, 1).p_value == pytest.approx(1)


def test_one_tied_vote_does_not_make_a_newcomer_certain() -> None:
    rows = [("a", "b", 500, 400, 50, 0), ("new", "a", 0, 0, 1, 0)]
    fitted = fit(PairCounts.from_rows(rows, models=["a", "b", "new"]))
    known, unknown = fitted.difference(0, 1), fitted.difference(2, 0)
    assert fitted.connected.all() and unknown.points == pytest.approx(0)
    assert unknown.standard_error > 20 * known.standard_error


def test_an_anchor_that_is_not_connected_is_no_anchor() -> None:
    fitted = fit(PairCounts.from_rows(CIRCLE, models=["a", "b", "c", "new"]), anchor="new", anchor_points=1114)
    assert fitted.anchor is None
    assert fitted.points[:3].mean() == pytest.approx(1000)


@pytest.mark.parametrize(("won", "lost"), [(1_000_000, 0), (0, 1_000_000)])
def test_a_million_votes_one_way_against_models_far_apart(won: int, lost: int) -> None:
    """A full first Newton step overshoots by thousands of units here, and the second finds nothing but flat land."""
    far = [(i, i + 1, 100_000, 1, 0, 0) for i in range(4)]
    fitted = fit(PairCounts.from_rows([*far, (9, 0, won, lost, 0, 0), (4, 9, lost, won, 0, 0)], models=[*range(5), 9]))
    assert fitted.is_preliminary.tolist() == [False] * 5 + [True]
    p = fitted.win_probability[5]
    expected = (won + lost) * (p[0] + p[4]) + 0.5 / (1 + np.exp(-fitted.theta[5]))
    assert expected == pytest.approx(2 * won + 0.25)
    assert abs(fitted.theta[5]) < 60


@settings(deadline=None)
@given(
    st.integers(0, 7).flatmap(
        lambda n: st.lists(st.lists(st.booleans(), min_size=n, max_size=n), min_size=n, max_size=n)
    )
)
def test_components_are_the_classes_of_mutual_reach(edges: list[list[bool]]) -> None:
    size = len(edges)
    reach = np.eye(size, dtype=bool) | np.array(edges, dtype=bool).reshape(size, size)
    for middle in range(size):  # Warshall
        reach |= np.outer(reach[:, middle], reach[middle])
    expected = {tuple(row) for row in (reach & reach.T).tolist()}
    found = strong_components(np.array(edges, dtype=bool).reshape(size, size))
    assert {tuple(component.tolist()) for component in found} == expected
    assert sum(int(component.sum()) for component in found) == size


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), *[st.integers(0, 3)] * 3), max_size=12))
def test_whatever_the_votes_every_rating_is_finite(rows: list[tuple[int, int, int, int, int]]) -> None:
    counts = PairCounts.from_rows([(*row, 0) for row in rows if row[0] != row[1]], models=range(6))
    fitted = fit(counts)
    assert np.isfinite(fitted.points).all() and (fitted.standard_errors > 0).all()
    assert np.linalg.eigvalsh(fitted.covariance).min() > -1e-9
    members = comparable(counts.unordered().score)
    if members.any():
        assert fitted.points[members].mean() == pytest.approx(1000)
