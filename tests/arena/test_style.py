"""What counts as style, and that its worth in votes is found and taken out of the ratings."""

from __future__ import annotations

import math

import numpy as np
import pytest

from arena.rating.bradley_terry import POINTS, Z95, fit
from arena.rating.counts import FloatArray, IntArray, PairCounts
from arena.rating.position import position_bias
from arena.rating.style import StyleFeatures, StyleFit, covariates, fit_style, style_features
from tests.arena.simulation import strengths

DECORATED = """# Title
Some **bold** and __also bold__ words, 2 * 3 * 4, snake__case.

1. one
  2. two
- three
* four
```python
# no header
- no item
**not bold**
```
#hashtag is no header
"""


def test_decoration_is_counted_outside_of_code() -> None:
    features = style_features(DECORATED, tokens=99)
    assert features == StyleFeatures(tokens=99, headers=1, lists=4, bold=2)


def test_a_fence_that_never_closes_hides_the_rest_and_an_inner_fence_does_not_close_an_outer_one() -> None:
    assert style_features("# a\n```\n# b\n").headers == 1
    assert style_features("~~~~\n~~~\n# a\n~~~~\n# b").headers == 1
    assert style_features("```\n# a\n```\n# b\n```\n# c\n```").headers == 1


def test_length_is_counted_in_every_script_and_with_code() -> None:
    assert style_features("Hello, world 42!").tokens == 5
    assert style_features("海洋溫度上升 1.5 度。").tokens == 6 + 3 + 2
    assert style_features("```\na b c\n```").tokens == 3 + 6
    assert style_features("") == (0, 0, 0, 0)


def test_covariates_are_relative_differences_of_unit_size() -> None:
    left, right = np.array([[10, 2, 0, 5], [30, 0, 0, 5]]), np.array([[29, 0, 0, 5], [10, 3, 0, 5]])
    x = covariates(left, right)
    raw = np.array([-19 / 40, 20 / 41])
    assert x[:, 0] == pytest.approx(raw / math.sqrt((raw**2).mean()))
    assert (x**2).mean(axis=0) == pytest.approx([1, 1, 0, 0])
    assert covariates(right, left) == pytest.approx(-x)
    assert covariates(np.empty((0, 4)), np.empty((0, 4))).shape == (0, 4)


Simulated = tuple[IntArray, IntArray, FloatArray, FloatArray, FloatArray]
BETA = np.array([0.25, 0.0, 0.05])


def styled_votes(seed: int, models: int, votes: int) -> Simulated:
    """Votes in which longer answers win more often, and in which some models write longer answers."""
    rng = np.random.default_rng(seed)
    theta = strengths(rng, models)
    left = rng.integers(0, models, votes)
    right = (left + rng.integers(1, models, votes)) % models
    habit = rng.normal(size=(models, 3))
    x = 0.4 * (habit[left] - habit[right]) + rng.normal(size=(votes, 3))
    p = 1 / (1 + np.exp(-(theta[left] - theta[right] + x @ BETA)))
    tie = 0.8 * np.minimum(p, 1 - p)
    draw = rng.random(votes)
    outcome = np.where(draw < p - tie / 2, 1.0, np.where(draw < p + tie / 2, 0.5, 0.0))
    return left, right, outcome, x, theta


def test_the_coefficients_and_the_ratings_behind_them_are_recovered() -> None:
    left, right, outcome, x, theta = styled_votes(1, 50, 300_000)
    controlled = fit_style(left, right, outcome, x)
    assert controlled.ridge == 0
    assert np.abs(controlled.coefficients - BETA).max() < 0.01
    assert np.abs(controlled.coefficients - BETA).max() < 3 * controlled.standard_errors.max() < 0.02
    covered = np.abs(controlled.ratings.theta - theta) <= Z95 * np.sqrt(controlled.ratings.covariance.diagonal())
    assert covered.mean() > 0.88
    plain = fit_style(left, right, outcome, x[:, :0])
    assert np.abs(plain.ratings.theta - theta).max() > 5 * np.abs(controlled.ratings.theta - theta).max()


def test_the_coefficients_intervals_hold_the_truth() -> None:
    held = []
    for seed in range(100):
        left, right, outcome, x, _ = styled_votes(seed, 10, 2_000)
        controlled = fit_style(left, right, outcome, x)
        held.append(np.abs(controlled.coefficients - BETA) <= Z95 * controlled.standard_errors)
    assert 0.92 <= np.mean(held) <= 0.98


def test_without_style_it_is_the_plain_board() -> None:
    left, right, outcome, _, _ = styled_votes(2, 8, 3_000)
    rows = zip(left.tolist(), right.tolist(), outcome == 1, outcome == 0, outcome == 0.5, [0] * 3_000, strict=True)
    plain = fit(PairCounts.from_rows(rows, models=range(8)))
    controlled = fit_style(left, right, outcome, np.zeros((3_000, 2)))
    assert controlled.ratings.points == pytest.approx(plain.points, abs=1e-6)
    assert controlled.ratings.covariance == pytest.approx(plain.covariance, rel=1e-8, abs=1e-15)
    assert controlled.coefficients.tolist() == [0, 0] and controlled.standard_errors.tolist() == [0, 0]
    assert controlled.method.startswith(plain.method)


def test_the_gradient_is_zero_at_the_maximum_and_the_errors_are_a_regressions() -> None:
    """Against a design matrix with a row for each vote."""
    left, right, outcome, x, _ = styled_votes(3, 6, 500)
    controlled = fit_style(left, right, outcome, x)
    design = np.hstack([np.eye(6)[left] - np.eye(6)[right], x])
    p = 1 / (1 + np.exp(-design @ np.append(controlled.ratings.theta, controlled.coefficients)))
    assert np.abs(design.T @ (outcome - p)).max() < 1e-8
    inverse = np.linalg.pinv(design.T @ (design * (p * (1 - p))[:, None]))
    sandwich = inverse @ (design.T @ (design * ((outcome - p) ** 2)[:, None])) @ inverse
    assert controlled.standard_errors == pytest.approx(np.sqrt(sandwich.diagonal()[6:]))
    assert controlled.ratings.covariance == pytest.approx(sandwich[:6, :6], rel=1e-7, abs=1e-12)


def test_the_ridge_is_fastchats() -> None:
    left, right, outcome, x, _ = styled_votes(3, 6, 500)
    shrunk = fit_style(left, right, outcome, x, ridge=0.5)
    design = np.hstack([np.eye(6)[left] - np.eye(6)[right], x])
    parameters = np.append(shrunk.ratings.theta, shrunk.coefficients)
    p = 1 / (1 + np.exp(-design @ parameters))
    assert np.abs(design.T @ (outcome - p) - 0.5 * parameters).max() < 1e-8
    assert "ridge 0.5" in shrunk.method


def test_rows_may_stand_for_several_votes() -> None:
    left, right, outcome, x, _ = styled_votes(4, 5, 300)
    times = np.arange(300) % 3
    together = fit_style(left, right, outcome, x, times=times)
    apart = fit_style(*(np.repeat(column, times, axis=0) for column in (left, right, outcome, x)))
    assert together.coefficients == pytest.approx(apart.coefficients)
    assert together.ratings.covariance == pytest.approx(apart.ratings.covariance, rel=1e-7, abs=1e-12)


def is_finite(styled: StyleFit) -> bool:
    return bool(np.isfinite(styled.ratings.points).all() and np.isfinite(styled.coefficients).all())


def test_votes_that_leave_the_coefficients_open_get_the_ridge() -> None:
    separated = fit_style([0, 1, 0, 1], [1, 0, 1, 0], [1, 1, 0, 0], [[1.0], [1.0], [-1.0], [-1.0]])
    assert separated.ridge == 0.5 and is_finite(separated)
    twice = np.array([[1.0, 1.0], [-1.0, -1.0], [0.5, 0.5], [0.3, 0.3]])
    assert fit_style([0, 1, 0, 1], [1, 0, 1, 0], [1, 0.5, 0, 0], twice).ridge == 0.5
    goes_with_the_model = fit_style([0, 1, 0], [1, 0, 1], [1, 1, 0], [[1.0], [-1.0], [1.0]])
    assert goes_with_the_model.ridge == 0.5 and is_finite(goes_with_the_model)


def test_models_that_are_not_connected_are_preliminary_here_too() -> None:
    styled = fit_style(
        [0, 1, 0, 2], [1, 0, 1, 0], [1, 1, 0.5, 1], np.zeros((4, 1)), models=["a", "b", "best", "unseen"]
    )
    assert styled.ratings.models == ("a", "b", "best", "unseen")
    assert styled.ratings.connected.tolist() == [True, True, False, False]
    assert is_finite(styled)
    nothing = fit_style([], [], [], np.empty((0, 4)), models=["a", "b"])
    assert nothing.ratings.is_preliminary.all() and nothing.coefficients.tolist() == [0] * 4
    assert fit_style([], [], [], np.empty((0, 4))).ratings.models == ()


def test_the_favour_of_the_left_side_is_measured_from_ordered_counts() -> None:
    rng = np.random.default_rng(8)
    theta = strengths(rng, 12)
    gamma, votes = 0.1, 40_000
    left = rng.integers(0, 12, votes)
    right = (left + rng.integers(1, 12, votes)) % 12
    won = rng.random(votes) < 1 / (1 + np.exp(-(theta[left] - theta[right] + gamma)))
    rows = zip(left.tolist(), right.tolist(), won.tolist(), (~won).tolist(), [0] * votes, [0] * votes, strict=True)
    bias = position_bias(PairCounts.from_rows(rows))
    assert abs(bias.points - POINTS * gamma) < 3 * bias.standard_error
    assert bias.standard_error == pytest.approx(POINTS * 2 / math.sqrt(votes), rel=0.2)  # were all even: 2/√n


def test_position_bias_that_cannot_be_measured_is_infinitely_uncertain() -> None:
    unmeasurable = (0.0, math.inf)
    assert position_bias(PairCounts.from_rows([])) == unmeasurable
    assert position_bias(PairCounts.from_rows([("a", "b", 5, 0, 0, 0)])) == unmeasurable
    assert position_bias(PairCounts.from_rows([("a", "b", 5, 2, 1, 1)])) == unmeasurable
    one_pair = position_bias(PairCounts.from_rows([("a", "b", 30, 10, 0, 0), ("b", "a", 20, 20, 0, 0)]))
    assert one_pair.points == pytest.approx(POINTS * math.log(3) / 2)
