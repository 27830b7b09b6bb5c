"""Do voters favour the side that they read first? One more parameter of Bradley–Terry, from ordered pair counts."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from arena.rating.bradley_terry import POINTS
from arena.rating.counts import PairCounts
from arena.rating.style import fit_style


class PositionBias(NamedTuple):
    """How many points being on the left is worth, and the standard error; negative where the right is favoured."""

    points: float
    standard_error: float


def position_bias(counts: PairCounts) -> PositionBias:
    """γ of `P(left wins) = σ(θ_l − θ_r + γ)`, ties as half; fitted together with the ratings.

    Ratings hardly change with it, because sides are given by a fair coin. Where nothing can be measured (no two
    connected models, or every pair always seated the same way round) it is 0 with an infinite error.
    """
    cells = [np.nonzero(matrix) for matrix in (counts.left_wins, counts.ties + counts.both_bad, counts.right_wins)]
    times = (counts.left_wins[cells[0]], (counts.ties + counts.both_bad)[cells[1]], counts.right_wins[cells[2]])
    left, right = (np.concatenate([cell[side] for cell in cells]) for side in (0, 1))
    scores = np.concatenate([np.full(len(some), score) for some, score in zip(times, (1.0, 0.5, 0.0), strict=True)])
    fitted = fit_style(left, right, scores, np.ones((len(left), 1)), counts.models, times=np.concatenate(times))
    if fitted.ridge or not fitted.ratings.connected.any():
        return PositionBias(0.0, float("inf"))
    return PositionBias(POINTS * float(fitted.coefficients[0]), POINTS * float(fitted.standard_errors[0]))
