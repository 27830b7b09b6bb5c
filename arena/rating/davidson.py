"""How probable a win, a tie and a loss are for each pair: Davidson's extension of Bradley–Terry by ties."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np

from arena.rating.bradley_terry import MOST_STEPS, PRECISION, laplacian, shortened
from arena.rating.counts import FloatArray, PairCounts

# Of one battle against a virtual average opponent: this much of each outcome. It keeps every probability above 0,
# also for a model that never lost, and is forgotten after a few real battles.
PRIOR = 1 / 6


@dataclass(frozen=True, eq=False)
class Davidson:
    """P(i wins) : P(tie) : P(i loses) = e^(d/2) : ν : e^(−d/2), with d = θ_i − θ_j."""

    models: tuple[Hashable, ...]
    theta: FloatArray
    log_nu: float

    def outcome_probabilities(self, i: int, j: int) -> FloatArray:
        """P(i wins), P(tie or both bad), P(j wins)."""
        half = float(self.theta[i] - self.theta[j]) / 2
        weights = np.array([half, self.log_nu, -half])
        weights = np.exp(weights - weights.max())
        return weights / weights.sum()


def fit_davidson(counts: PairCounts) -> Davidson:
    """The maximum of the likelihood (Davidson 1970) and of half a battle's prior for each model, by Newton's method.

    An exponential family: the sufficient statistics are half the wins less the losses, for θ, and the ties, for ln ν.
    The function is concave in both, so that steps which improve it lead to the one maximum.
    """
    size, table = len(counts.models), counts.unordered()
    if not size:
        return Davidson((), np.zeros(0), 0.0)
    wins, ties = np.zeros((2, size + 1, size + 1))  # the virtual opponent comes last, at θ = 0
    wins[:size, :size], ties[:size, :size] = table.wins, table.ties
    for matrix in (wins, ties):
        matrix[size, :size] = matrix[:size, size] = PRIOR
    battles = wins + wins.T + ties
    observed = np.append((wins - wins.T).sum(axis=1)[:size] / 2, ties.sum() / 2)

    def log_likelihood(parameters: FloatArray) -> float:
        return float(observed @ parameters - (battles * outcomes(parameters)[2]).sum() / 2)

    parameters = np.zeros(size + 1)  # every θ, then ln ν
    likelihood = log_likelihood(parameters)
    for _ in range(MOST_STEPS):
        step, longest = shortened(newton_step(parameters, battles, observed))
        while log_likelihood(parameters + step) < likelihood - 1e-12 * abs(likelihood) and longest > PRECISION:
            step, longest = step / 2, longest / 2
        parameters = parameters + step
        likelihood = log_likelihood(parameters)
        if longest < PRECISION:
            return Davidson(counts.models, parameters[:size], float(parameters[size]))
    raise ArithmeticError("Davidson's model did not converge.")


def outcomes(parameters: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """P(i beats j), P(tie) and ln of the sum of their weights, for every pair; the virtual opponent comes last."""
    theta, log_nu = np.append(parameters[:-1], 0.0), parameters[-1]
    half = (theta[:, None] - theta) / 2
    top = np.maximum(np.abs(half), log_nu)  # the largest exponent, taken out so that nothing overflows
    win, tie, loss = np.exp(half - top), np.exp(log_nu - top), np.exp(-half - top)
    total = win + tie + loss
    return win / total, tie / total, top + np.log(total)


def newton_step(parameters: FloatArray, battles: FloatArray, observed: FloatArray) -> FloatArray:
    """Observed less expected statistics, over their covariance."""
    size = len(parameters) - 1
    win, tie, _ = outcomes(parameters)
    margin = (win - win.T) / 2
    expected = np.append((battles * margin).sum(axis=1)[:size], (battles * tie).sum() / 2)
    information = np.empty((size + 1, size + 1))
    information[:size, :size] = laplacian(battles * ((win + win.T) / 4 - margin**2))[:size, :size]
    information[:size, size] = information[size, :size] = -(battles * margin * tie).sum(axis=1)[:size]
    information[size, size] = (battles * tie * (1 - tie)).sum() / 2
    return np.asarray(np.linalg.solve(information, observed - expected), dtype=np.float64)
