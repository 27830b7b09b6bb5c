"""Means and shares with 95 % intervals that know that the turns of one question hang together. Pure.

The standard error of a mean is the cluster-robust one (sandwich, clusters are questions, factor G/(G-1); as in
C. A. Cameron and D. L. Miller, "A practitioner's guide to cluster-robust inference", 2015), with Student's t on
G - 1 degrees of freedom. Shares get Wilson's interval with the number of observations that this error is worth.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

CONFIDENCE = 0.95
MANY = 200  # degrees of freedom from which Student's t is the normal distribution


@dataclass(frozen=True, slots=True)
class Estimate:
    """`lower` and `upper` are None where one question alone says nothing about others. `n` counts observations."""

    mean: float
    lower: float | None
    upper: float | None
    n: int

    @property
    def half_width(self) -> float | None:
        return None if self.lower is None or self.upper is None else (self.upper - self.lower) / 2


def mean_interval(
    values: Sequence[float], clusters: Sequence[Hashable], *, low: float = -math.inf, high: float = math.inf
) -> Estimate | None:
    """The mean and its interval, cut at the ends of the scale. None without values.

    Raises ValueError where the two lists differ in length."""
    if len(values) != len(clusters):
        raise ValueError("every value needs its cluster")
    if not values:
        return None
    numbers = np.asarray(values, dtype=float)
    mean = float(numbers.mean())
    error, groups = clustered_error(numbers, clusters)
    if error is None:
        return Estimate(mean, None, None, len(values))
    margin = t_quantile(0.5 + CONFIDENCE / 2, groups - 1) * error
    return Estimate(mean, max(low, mean - margin), min(high, mean + margin), len(values))


def share_interval(values: Sequence[float], clusters: Sequence[Hashable]) -> Estimate | None:
    """Of values from 0 to 1, where ½ is half a success. Never [1, 1]: ten of ten do not prove an eleventh."""
    plain = mean_interval(values, clusters)
    if plain is None:
        return None
    numbers = np.asarray(values, dtype=float)
    error, groups = clustered_error(numbers, clusters)
    share = min(max(plain.mean, 0.0), 1.0)
    worth: float = groups
    if error:
        worth = min(share * (1 - share) / error**2, len(values))
    z = t_quantile(0.5 + CONFIDENCE / 2, groups - 1) if groups > 1 else NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)
    middle = (share + z * z / (2 * worth)) / (1 + z * z / worth)
    margin = z / (1 + z * z / worth) * math.sqrt(share * (1 - share) / worth + z * z / (4 * worth * worth))
    # Rounding must not put the share outside its own interval.
    lower, upper = min(share, max(0.0, middle - margin)), max(share, min(1.0, middle + margin))
    return Estimate(plain.mean, lower, upper, len(values))


def clustered_error(values: NDArray[np.float64], clusters: Sequence[Hashable]) -> tuple[float | None, int]:
    """(standard error of the mean, number of clusters); the error is None for a single cluster."""
    _names, which = np.unique(np.array([repr(cluster) for cluster in clusters]), return_inverse=True)
    sums = np.bincount(which, weights=values - values.mean())
    groups = len(sums)
    if groups < 2:
        return None, groups
    variance = groups / (groups - 1) * float((sums**2).sum()) / len(values) ** 2
    # Equal values leave a rounding error that is no spread.
    return (math.sqrt(variance) if variance > 1e-24 else 0.0), groups


@cache
def t_quantile(probability: float, degrees: int) -> float:
    """Of Student's t for a whole number of degrees of freedom, probability above ½."""
    if degrees > MANY:
        return NormalDist().inv_cdf(probability)
    low, high = 0.0, 1e6
    for _step in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if t_inside(middle, degrees) < 2 * probability - 1 else (low, middle)
    return (low + high) / 2


def t_inside(t: float, degrees: int) -> float:
    """P(-t < T < t), by the finite series 26.7.3 and 26.7.4 of Abramowitz and Stegun."""
    angle = math.atan(t / math.sqrt(degrees))
    sine, cosine = math.sin(angle), math.cos(angle)
    is_odd = degrees % 2
    if degrees == 1:
        return 2 * angle / math.pi
    term = cosine if is_odd else 1.0
    total = term
    for number in range(3 if is_odd else 2, degrees - 1, 2):
        term *= cosine * cosine * ((number - 1) / number)
        total += term
    return 2 / math.pi * (angle + sine * total) if is_odd else sine * total


def sign_test(more: int, less: int) -> float:
    """Exact two-sided binomial test of ½: how likely so uneven a split is, if both were equally likely."""
    n, k = more + less, max(more, less)
    if n == 0:
        return 1.0
    logs = [math.lgamma(n + 1) - math.lgamma(i + 1) - math.lgamma(n - i + 1) - n * math.log(2) for i in range(k, n + 1)]
    return min(1.0, 2 * math.fsum(math.exp(value) for value in logs))
