"""Which two models meet next: the pair whose vote is expected to tell most, mixed with a uniform draw."""

from __future__ import annotations

import math
import random
import secrets
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from arena.rating.counts import FloatArray, PairCounts

SHARE_UNIFORM = 0.2
PRIOR_VARIANCE = 0.25  # of the outcome of one imagined battle of each pair: a coin's


class TooFewModels(ValueError):
    """Fewer than two models can be drawn."""


class Drawn(NamedTuple):
    """A pair with its sides, and the probability with which this pair was drawn, whichever side its models got."""

    left: Hashable
    right: Hashable
    probability: float


@dataclass(frozen=True, eq=False)
class PairProbabilities:
    """`matrix[i, j]` with i < j: the probability of the pair of models i and j; everything else is 0, the sum is 1."""

    models: tuple[Hashable, ...]
    matrix: FloatArray

    def of(self, one: Hashable, other: Hashable) -> float:
        """The probability of a pair, in either order; 0 for one that cannot be drawn, KeyError for a stranger."""
        for model in (one, other):
            if model not in self.models:
                raise KeyError(model)
        i, j = sorted((self.models.index(one), self.models.index(other)))
        return float(self.matrix[i, j])

    def items(self) -> Iterator[tuple[tuple[Hashable, Hashable], float]]:
        """Every pair that can be drawn, with its probability."""
        for i, j in np.argwhere(self.matrix > 0):
            yield (self.models[i], self.models[j]), float(self.matrix[i, j])


def pair_probabilities(
    models: Sequence[Hashable],
    counts: PairCounts | None = None,
    weights: Mapping[Hashable, float] | None = None,
    share_uniform: float = SHARE_UNIFORM,
) -> PairProbabilities:
    """How probable each pair of `models` (those that are there to answer) should be.

    The informative part is Equation 9 of the Chatbot Arena paper (Chiang et al. 2024, arXiv 2403.04132):
    P ∝ √(S/n) − √(S/(n+1)), by how much one more vote narrows the pair's interval, where n is how often the pair has
    met and S the variance of its outcome (a win 1, a tie ½). So that a pair that never met has a value too, and is
    preferred (twenty times to one that met ten times), every pair is imagined to have fought one battle of variance ¼.

    `weights` (1 where not said) multiply that part, the product of the two models': an administrator's 2 draws a model
    about twice as often. 0 means never. `share_uniform` of the probability is spread evenly over all pairs that are
    not forbidden, whatever their weight, which bounds how rare any of them, and how heavy its inverse weight, can get.

    `counts` may hold other models than these, may lack some, or be None: then all pairs are alike.
    Raises TooFewModels when less than two are left, ValueError for a weight or share that makes no sense.
    """
    if not 0 <= share_uniform <= 1:
        raise ValueError(f"The uniform share must lie between 0 and 1, not {share_uniform}.")
    weights = weights or {}
    eligible = tuple(dict.fromkeys(model for model in models if checked_weight(weights.get(model, 1.0)) > 0))
    if len(eligible) < 2:
        raise TooFewModels(f"A battle needs two models that can be drawn; there are {len(eligible)}.")
    strength = np.array([weights.get(model, 1.0) for model in eligible])
    strength = strength / strength.max()  # so that no product overflows
    pairs = np.triu(np.ones((len(eligible), len(eligible))), k=1)
    informative = pairs * information_gain(PairCounts.from_rows([]) if counts is None else counts, eligible)
    informative *= np.outer(strength, strength)
    uniform = pairs / pairs.sum()
    if not informative.sum() > 0:  # weights so unequal that their products vanish
        return PairProbabilities(eligible, uniform)
    mixed = share_uniform * uniform + (1 - share_uniform) * informative / informative.sum()
    return PairProbabilities(eligible, mixed)


def information_gain(counts: PairCounts, models: Sequence[Hashable]) -> FloatArray:
    """Equation 9 for every pair of `models`, as `pair_probabilities` explains."""
    table = counts.only(models).unordered()
    battles = table.battles + 1.0
    mean = (table.score + 0.5) / battles
    decided = table.wins + table.wins.T
    # Σ (outcome − mean)² over the pair's battles and the imagined one, whose outcome is 0 and 1 in equal parts
    squares = table.wins * (1 - mean) ** 2 + table.wins.T * mean**2
    squares += (table.battles - decided) * (0.5 - mean) ** 2 + PRIOR_VARIANCE + (0.5 - mean) ** 2
    variance = squares / battles
    return np.sqrt(variance / battles) - np.sqrt(variance / (battles + 1))


def checked_weight(weight: float) -> float:
    if not (math.isfinite(weight) and weight >= 0):
        raise ValueError(f"A weight must be a number from 0 upwards, not {weight}.")
    return weight


def draw_pair(probabilities: PairProbabilities, random: random.Random | None = None) -> Drawn:
    """Draw a pair, and its sides by a fair coin of the operating system's that no seed can make repeat itself.

    The probability to be stored with the battle is the pair's; that of the exact sides would be half of it.
    `random` chooses the pair (the operating system's generator unless said, so that nobody can foretell it).
    """
    generator = random or secrets.SystemRandom()
    cumulative = np.cumsum(probabilities.matrix)
    # The first cell whose sum exceeds the draw: never one of probability 0, and rounding cannot pass the last one.
    drawn = min(generator.random() * cumulative[-1], np.nextafter(cumulative[-1], 0))
    i, j = divmod(int(np.searchsorted(cumulative, drawn, side="right")), len(probabilities.models))
    pair = (probabilities.models[i], probabilities.models[j])
    left, right = pair if secrets.randbits(1) else pair[::-1]
    return Drawn(left, right, min(1.0, float(probabilities.matrix[i, j])))  # a sum of shares may round above 1
