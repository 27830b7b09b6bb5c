"""How often each model met each other model and how it ended: all that Bradley–Terry needs to know of the votes.

Pairs are ordered, left model first, so that the favour which the left side enjoys stays measurable (see position.py).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

Row = tuple[Hashable, Hashable, int, int, int, int]  # left, right, left wins, right wins, ties, both bad


class Unordered(NamedTuple):
    """The same counts without regard to sides. Row i, column j is seen from model i; the diagonals are 0."""

    score: FloatArray  # S: wins of i over j, a tie as half a win for either
    battles: IntArray  # n = S + its transpose: how often i and j met (symmetric)
    wins: IntArray  # W: wins of i over j
    ties: IntArray  # T: ties and "both bad" (symmetric)


@dataclass(frozen=True, eq=False)
class PairCounts:
    """Four matrices over the same `models`: `[i, j]` counts the battles with model i on the left and j on the right.

    `models` are any ids (numbers, names); their order gives the index, and every `i` and `j` of this package is one.
    """

    models: tuple[Hashable, ...]
    left_wins: IntArray
    right_wins: IntArray
    ties: IntArray
    both_bad: IntArray

    def __post_init__(self) -> None:
        size = len(self.models)
        if len(set(self.models)) != size:
            raise ValueError("A model is listed twice.")
        for matrix in self.matrices:
            if matrix.shape != (size, size):
                raise ValueError(f"{size} models need {size} × {size} counts, not {matrix.shape}.")
            if (matrix < 0).any():
                raise ValueError("A count is negative.")
            if matrix.diagonal().any():
                raise ValueError("A model met itself.")
            matrix.flags.writeable = False

    @classmethod
    def from_rows(cls, rows: Iterable[Row], models: Sequence[Hashable] | None = None) -> PairCounts:
        """Sum rows of (left, right, left wins, right wins, ties, both bad); the same pair may come more than once.

        Without `models` these are the ones of the rows, in the order in which they appear. With it, models that no row
        names are there with zero battles, and a row that names another one raises KeyError.
        """
        left, right, *numbers = list(zip(*rows, strict=True)) or [()] * 6
        met = chain.from_iterable(zip(left, right, strict=True))
        names = tuple(models) if models is not None else tuple(dict.fromkeys(met))
        index = {name: position for position, name in enumerate(names)}
        size = len(names)
        cell = np.fromiter(map(index.__getitem__, left), np.int64) * size
        cell += np.fromiter(map(index.__getitem__, right), np.int64)
        counts = np.zeros((4, size * size), dtype=np.int64)
        for matrix, column in zip(counts, numbers, strict=True):
            np.add.at(matrix, cell, np.fromiter(column, np.int64))
        return cls(names, *counts.reshape(4, size, size))

    @property
    def matrices(self) -> tuple[IntArray, IntArray, IntArray, IntArray]:
        return self.left_wins, self.right_wins, self.ties, self.both_bad

    @property
    def total(self) -> int:
        """All battles."""
        return int(sum(matrix.sum() for matrix in self.matrices))

    def index(self, model: Hashable) -> int:
        """Where `model` stands; ValueError if it is not here."""
        return self.models.index(model)

    def battles(self, i: int) -> int:
        """How many battles model i has fought, on either side."""
        return int(sum(matrix[i].sum() + matrix[:, i].sum() for matrix in self.matrices))

    def unordered(self) -> Unordered:
        wins = self.left_wins + self.right_wins.T
        drawn = self.ties + self.both_bad
        ties = drawn + drawn.T
        return Unordered(score=wins + ties / 2, battles=wins + wins.T + ties, wins=wins, ties=ties)

    def only(self, models: Iterable[Hashable]) -> PairCounts:
        """The battles among `models`, in that order; one without battles may be among them."""
        chosen = tuple(models)
        known = {model: position for position, model in enumerate(self.models)}
        here = [position for position, model in enumerate(chosen) if model in known]
        there = [known[chosen[position]] for position in here]
        counts = np.zeros((4, len(chosen), len(chosen)), dtype=np.int64)
        for target, matrix in zip(counts, self.matrices, strict=True):
            target[np.ix_(here, here)] = matrix[np.ix_(there, there)]
        return PairCounts(chosen, *counts)

    def without(self, rows: Iterable[Row]) -> PairCounts:
        """The counts less some rows: the board as it were without one voter. ValueError if they were not in it."""
        gone = PairCounts.from_rows(rows, models=self.models)
        pairs = zip(self.matrices, gone.matrices, strict=True)
        return PairCounts(self.models, *(matrix - less for matrix, less in pairs))
