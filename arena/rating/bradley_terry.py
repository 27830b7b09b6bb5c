"""Bradley–Terry ratings and their intervals, computed exactly from pair counts, whatever the number of votes.

The model: `P(i beats j) = σ(θ_i − θ_j)`; a tie, and "both bad", is half a win for either. What is shown is points,
`1000 + 400/ln 10 · θ`, in which 400 points more mean ten wins for one loss, as with Elo.
"""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from arena.rating.components import comparable
from arena.rating.counts import BoolArray, FloatArray, PairCounts, Unordered
from arena.rating.one_thread import use_one_thread

use_one_thread()

POINTS = 400 / math.log(10)  # of one natural unit of θ
BASE = 1000.0  # points of the average rated model, or of the anchor
Z95 = 1.96  # standard errors on either side of a 95 % interval
PRIOR = 0.25  # of a win and of a loss against the virtual average opponent: together half a tie
FULL_WEIGHT = 50  # battles of a pair that count fully when `reweighted`
PRECISION = 1e-8  # Newton's last step, in natural units; the error that it leaves is about the square of that
LONGEST_STEP = 4.0  # of any θ at once: far from the maximum the curve says nothing about what lies beyond
MOST_STEPS = 500


class Difference(NamedTuple):
    """By how many points one model is above another. `p_value`: two-sided, for "they are equally strong"."""

    points: float
    standard_error: float
    p_value: float


@dataclass(frozen=True, eq=False)
class Fit:
    """Ratings of `models`, in their order. A gauge fixes the level that the model leaves open: without an anchor the
    mean of the connected models is 1000 points; with one, the anchor has `anchor_points` exactly and no error.

    `covariance` (of θ, natural units, in the same gauge) is the sandwich `H⁺ G H⁺`, `inverse_information` is `H⁺`.
    A model that is not `connected` has only a preliminary rating: see `fit`.
    """

    models: tuple[Hashable, ...]
    theta: FloatArray
    covariance: FloatArray
    inverse_information: FloatArray
    connected: BoolArray
    reweighted: bool = False
    anchor: Hashable | None = None
    anchor_points: float = BASE

    def index(self, model: Hashable) -> int:
        """Where `model` stands; ValueError if it is not here."""
        return self.models.index(model)

    @property
    def is_preliminary(self) -> BoolArray:
        return ~self.connected

    @cached_property
    def points(self) -> FloatArray:
        return self.anchor_points + POINTS * self.theta

    @cached_property
    def standard_errors(self) -> FloatArray:
        """Of `points`, in this gauge."""
        return POINTS * np.sqrt(np.maximum(self.covariance.diagonal(), 0))

    def intervals(self, z: float = Z95) -> FloatArray:
        """A row of (lower, upper) points for each model: its rating ± `z` standard errors."""
        return np.column_stack([self.points - z * self.standard_errors, self.points + z * self.standard_errors])

    @property
    def lower(self) -> FloatArray:
        return self.intervals()[:, 0]

    @property
    def upper(self) -> FloatArray:
        return self.intervals()[:, 1]

    def difference(self, i: int, j: int) -> Difference:
        """Of models i and j. Its error is not the sum of theirs, and is the same in every gauge."""
        points = POINTS * float(self.theta[i] - self.theta[j])
        error = POINTS * math.sqrt(max(difference_variance(self.covariance, i, j), 0))
        if error == 0:
            return Difference(points, 0.0, 1.0 if points == 0 else 0.0)
        return Difference(points, error, math.erfc(abs(points / error) / math.sqrt(2)))

    @cached_property
    def win_probability(self) -> FloatArray:
        """`[i, j]`: how often i should beat j, ties as half; ½ on the diagonal."""
        return probabilities(self.theta)

    @property
    def method(self) -> str:
        """What was computed, in one English line for whoever wants to check or compare it."""
        weights = f", pairs weighted 1/max(battles, {FULL_WEIGHT})" if self.reweighted else ""
        gauge = "mean of the rated models" if self.anchor is None else f"{self.anchor}"
        return (
            f"Bradley–Terry maximum likelihood, ties and both-bad as half wins{weights}; "
            f"95 % sandwich intervals; {gauge} = {self.anchor_points:g} points"
        )


def fit(
    counts: PairCounts,
    anchor: Hashable | None = None,
    reweighted: bool = False,
    anchor_points: float = BASE,
) -> Fit:
    """Rate every model of `counts`; O(models³) time and O(models²) memory however many votes there are.

    **Connected models** are the largest set with a finite maximum of the likelihood (`components.comparable`). They are
    rated by Newton's method, exactly, from the battles among themselves. That loses nothing: between two components
    all points have gone one way, so at the maximum the two are infinitely far apart and their battles weigh nothing.

    **The others are preliminary.** Each is given half a tie against a virtual opponent of average strength (θ = 0): a
    quarter of a win and a quarter of a loss. Their rating is the maximum of likelihood and prior with the connected
    ones held where they are, so a preliminary model never moves a connected one; their covariance is the inverse
    information (with so few votes a sandwich has nothing to measure), plus what the connected ones' errors hand on.
    A model without any battle stands at the average, ± 963 points.

    `reweighted`: a pair's battles weigh `50 / max(battles, 50)`, so that pairs drawn often do not decide alone.
    `anchor`: the model that shall have `anchor_points`; ignored (`Fit.anchor` is None) unless it is connected.
    The method is Hunter's (2004) and Huber's (1967); the use of both here follows Chatbot Arena (Chiang et al. 2024).
    """
    table = counts.unordered()
    weight = FULL_WEIGHT / np.maximum(table.battles, FULL_WEIGHT) if reweighted else np.ones(table.battles.shape)
    connected = comparable(table.score)
    rated, rest = np.flatnonzero(connected), np.flatnonzero(~connected)

    among = np.ix_(rated, rated)
    known_theta = newton((weight * table.score)[among])
    known = np.zeros(len(counts.models))
    known[rated] = known_theta
    result = Fit(
        models=counts.models,
        theta=known,
        covariance=np.zeros(weight.shape),
        inverse_information=np.zeros(weight.shape),
        connected=connected,
        reweighted=reweighted,
    )
    if len(rated):
        inside = Unordered(table.score[among], table.battles[among], table.wins[among], table.ties[among])
        inverse, covariance = sandwich(inside, probabilities(known_theta), weight[among])
        result.inverse_information[among], result.covariance[among] = inverse, covariance
    if len(rest):
        result = add_preliminary(result, weight * table.score)
    if anchor is not None and anchor in counts.models and connected[counts.index(anchor)]:
        result = anchored(result, anchor)
    return replace(result, anchor_points=anchor_points) if result.anchor is not None else result


def probabilities(theta: FloatArray) -> FloatArray:
    """`[i, j] = σ(θ_i − θ_j)` without overflow; the transpose is 1 − p without cancellation."""
    gap = theta[:, None] - theta
    small = np.exp(-np.abs(gap))
    return np.where(gap >= 0, 1.0, small) / (1 + small)


def laplacian(edges: FloatArray) -> FloatArray:
    """The matrix with −edges beside the diagonal and rows that sum to 0."""
    return np.diag(edges.sum(axis=1)) - edges


def difference_variance(covariance: FloatArray, i: int, j: int) -> float:
    """Var(θ_i − θ_j)."""
    return float(covariance[i, i] + covariance[j, j] - 2 * covariance[i, j])


def newton(score: FloatArray, start: FloatArray | None = None, free: BoolArray | None = None) -> FloatArray:
    """The θ that maximises `Σ S_ij ln σ(θ_i − θ_j)`: over all θ, with mean 0, or over the `free` ones only.

    Gradient `g_i = Σ_j (S_ij p_ji − S_ji p_ij)`, Hessian the Laplacian of `n_ij p_ij p_ji`. It has the null vector 1;
    `c·11'/m` with c = trace/m fills it without touching the rest. A long step is shortened, one that makes it worse
    halved. The maximum has to exist: the free models must be connected among each other or to fixed ones.
    """
    theta = np.zeros(len(score)) if start is None else start.copy()
    moving = np.ones(len(score), dtype=np.bool_) if free is None else free
    if not moving.any():
        return theta
    battles = score + score.T
    loss, p = likelihood(score, theta)
    last = math.inf
    for _ in range(MOST_STEPS):
        gradient = (score * p.T - score.T * p).sum(axis=1)[moving]
        information = laplacian(battles * p * p.T)[np.ix_(moving, moving)]
        if free is None:
            information += information.trace() / len(score) ** 2
        step = np.zeros(len(score))
        step[moving] = np.linalg.solve(information, gradient)
        step, size = shortened(step)
        loss_after, p = likelihood(score, theta + step)
        while loss_after > loss * (1 + 1e-12) and size > PRECISION:
            step, size = step / 2, size / 2
            loss_after, p = likelihood(score, theta + step)
        theta, loss = theta + step, loss_after
        # Steps shrink quadratically near the end; one that does not is the rounding error of a weak bridge.
        if size < PRECISION or (size < 1e-6 and size > last / 2):
            return theta - theta.mean() if free is None else theta
        last = size
    raise ArithmeticError("The ratings did not converge.")


def shortened(step: FloatArray) -> tuple[FloatArray, float]:
    """The step, at most LONGEST_STEP long, and its length (the largest change of a parameter)."""
    size = float(np.abs(step).max(initial=0))
    return (step, size) if size <= LONGEST_STEP else (step * (LONGEST_STEP / size), LONGEST_STEP)


def likelihood(score: FloatArray, theta: FloatArray) -> tuple[float, FloatArray]:
    """`−Σ S_ij ln σ(θ_i − θ_j)`, and the probabilities that it is made of."""
    gap = theta[:, None] - theta
    small = np.exp(-np.abs(gap))
    surprise = np.maximum(-gap, 0) + np.log1p(small)
    return float((score * surprise).sum()), np.where(gap >= 0, 1.0, small) / (1 + small)


def squared_residuals(table: Unordered, p: FloatArray) -> FloatArray:
    """`[i, j]`: the sum over the pair's votes of (outcome − p)², symmetric."""
    beaten = table.wins * p.T**2
    return beaten + beaten.T + table.ties * (0.5 - p) ** 2


def sandwich(table: Unordered, p: FloatArray, weight: FloatArray) -> tuple[FloatArray, FloatArray]:
    """`H⁺` and `H⁺ G H⁺` in the centred gauge: H the Laplacian of w n p(1−p), G of w² times the squared residuals.

    H alone would be right only without ties; the sandwich is right with them (Huber 1967, White 1982). `H⁺` is the
    exact pseudo-inverse `(H + cJ)⁻¹ − J/c`, J = 11'/m: a ridge in its place makes rarely seen models' intervals narrow.
    """
    information = laplacian(weight * table.battles * p * p.T)
    noise = never_silent(laplacian(weight**2 * squared_residuals(table, p)), information)
    level = information.trace() / len(p)
    inverse = np.linalg.inv(information + level / len(p)) - 1 / (level * len(p))
    return inverse, inverse @ noise @ inverse


def never_silent(noise: FloatArray, information: FloatArray) -> FloatArray:
    """`noise`, except for parameters of which it has none: there it takes the values of `information`.

    Where all of a model's outcomes equal their expectation (nothing but ties among equals), a sandwich would claim to
    know its rating without error. With any scatter at all nothing is changed.
    """
    silent = noise.diagonal() <= 1e-9 * information.diagonal()
    return noise + information * np.outer(silent, silent)


def add_preliminary(rated: Fit, score: FloatArray) -> Fit:
    """Rate the models that are not connected, as `fit` describes; `score` is the (weighted) score matrix of all."""
    inside, outside = np.flatnonzero(rated.connected), np.flatnonzero(rated.is_preliminary)
    size = len(rated.models)
    widened = np.zeros((size + 1, size + 1))  # the virtual opponent comes last
    widened[:size, :size] = score
    widened[outside, size] = widened[size, outside] = PRIOR
    free = np.append(rated.is_preliminary, False)
    theta = newton(widened, np.append(rated.theta, 0.0), free)
    p = probabilities(theta)
    information = laplacian((widened + widened.T) * p * p.T)
    own = np.linalg.inv(information[np.ix_(outside, outside)])
    follows = -own @ information[np.ix_(outside, inside)]  # ∂θ_outside / ∂θ_inside

    def extended(matrix: FloatArray) -> FloatArray:
        """The delta method: how the rated models' errors reach the others, plus the others' own."""
        result = matrix.copy()
        handed_on = follows @ matrix[np.ix_(inside, inside)]
        result[np.ix_(outside, inside)], result[np.ix_(inside, outside)] = handed_on, handed_on.T
        result[np.ix_(outside, outside)] = own + handed_on @ follows.T
        return result

    return replace(
        rated,
        theta=theta[:size],
        covariance=extended(rated.covariance),
        inverse_information=extended(rated.inverse_information),
    )


def anchored(centred: Fit, anchor: Hashable) -> Fit:
    """The same fit in the gauge θ_anchor = 0: variances become those of the difference from the anchor."""
    a = centred.index(anchor)

    def moved(matrix: FloatArray) -> FloatArray:
        return matrix - matrix[a] - matrix[:, a, None] + matrix[a, a]

    return replace(
        centred,
        anchor=anchor,
        theta=centred.theta - centred.theta[a],
        covariance=moved(centred.covariance),
        inverse_information=moved(centred.inverse_information),
    )
