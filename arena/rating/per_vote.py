"""Logistic regression over single votes by Newton's method: ratings and the coefficients of what a vote comes with.

`P(left wins) = σ(θ_l − θ_r + x·β)`; the parameters are all θ, then all β. Sums over votes are grouped by model and by
pair, so that a million votes of 200 models cost a few passes over the columns and one small system for each step,
never a design matrix.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from arena.rating.bradley_terry import MOST_STEPS, PRECISION, laplacian, never_silent, shortened
from arena.rating.counts import FloatArray, IntArray

FASTCHAT_RIDGE = 0.5  # on the summed loss, over all parameters
SINGULAR = 1e-10  # smallest over largest eigenvalue of the scaled information


@dataclass(frozen=True, eq=False)
class Votes:
    """Votes among `models` connected models, column by column; a row stands for `times` equal votes."""

    models: int
    left: IntArray
    right: IntArray
    score: FloatArray  # of the left one
    x: FloatArray
    times: FloatArray

    def logits(self, parameters: FloatArray) -> FloatArray:
        theta, beta = parameters[: self.models], parameters[self.models :]
        return np.asarray(theta[self.left] - theta[self.right] + self.x @ beta)

    def chances(self, parameters: FloatArray) -> FloatArray:
        """P(left wins) of every vote, without overflow."""
        logits = self.logits(parameters)
        small = np.exp(-np.abs(logits))
        return np.asarray(np.where(logits >= 0, 1.0, small) / (1 + small))

    def loss(self, parameters: FloatArray, ridge: float) -> float:
        """−log-likelihood + ridge · Σ parameter² / 2."""
        logits = self.logits(parameters)
        softplus = np.maximum(logits, 0) + np.log1p(np.exp(-np.abs(logits)))
        return float((self.times * (softplus - self.score * logits)).sum() + ridge * (parameters @ parameters) / 2)

    def summed(self, residuals: FloatArray) -> FloatArray:
        """Σ residual · z, where z is a vote's row of the design: +1 for left, −1 for right, then x."""
        theta = np.bincount(self.left, residuals, self.models) - np.bincount(self.right, residuals, self.models)
        return np.append(theta, self.x.T @ residuals)

    def squared(self, weights: FloatArray) -> FloatArray:
        """Σ weight · zz'."""
        size, weighted = self.models, self.x * weights[:, None]
        met = np.bincount(self.left * size + self.right, weights, size * size).reshape(size, size).astype(np.float64)
        cross = np.empty((len(weighted.T), size))
        for row, column in zip(cross, weighted.T, strict=True):
            row[:] = np.bincount(self.left, column, size) - np.bincount(self.right, column, size)
        return np.block([[laplacian(met + met.T), cross.T], [cross, self.x.T @ weighted]])


def maximum(votes: Votes, ridge: float) -> tuple[FloatArray, FloatArray, FloatArray, float]:
    """Parameters, inverse information, noise, and the ridge used: the one asked for, or FastChat's if it must be."""
    try:
        return (*maximum_with(votes, ridge), ridge)
    except ArithmeticError:
        if ridge >= FASTCHAT_RIDGE:
            raise
        return (*maximum_with(votes, FASTCHAT_RIDGE), FASTCHAT_RIDGE)


def maximum_with(votes: Votes, ridge: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """ArithmeticError if there is no maximum, or the information there is singular."""
    parameters = climb(votes, ridge)
    parameters[: votes.models] -= parameters[: votes.models].mean() if votes.models else 0
    p = votes.chances(parameters)
    information = votes.squared(votes.times * p * (1 - p)) + ridge * np.eye(len(parameters))
    filled, level = gauge_filled(information, votes.models)
    inverse = np.linalg.inv(filled)
    if not ridge:  # the level of the ratings is a free gauge: taken out again, as in `bradley_terry.sandwich`
        inverse[: votes.models, : votes.models] -= 1 / (level * votes.models) if votes.models else 0
    noise = votes.squared(votes.times * (votes.score - p) ** 2)
    return parameters, np.asarray(inverse, dtype=np.float64), never_silent(noise, information)


def climb(votes: Votes, ridge: float) -> FloatArray:
    """Newton's steps from 0, each halved while it makes things worse."""
    parameters = np.zeros(votes.models + votes.x.shape[1])
    loss, last = votes.loss(parameters, ridge), np.inf
    for _ in range(MOST_STEPS):
        p = votes.chances(parameters)
        gradient = votes.summed(votes.times * (votes.score - p)) - ridge * parameters
        information = votes.squared(votes.times * p * (1 - p)) + ridge * np.eye(len(parameters))
        filled, _ = gauge_filled(information, votes.models)
        step, size = shortened(np.asarray(np.linalg.solve(filled, gradient), dtype=np.float64))
        loss_after = votes.loss(parameters + step, ridge)
        while loss_after > loss * (1 + 1e-12) and size > PRECISION:
            step, size = step / 2, size / 2
            loss_after = votes.loss(parameters + step, ridge)
        parameters, loss = parameters + step, loss_after
        if size < PRECISION or (size < 1e-6 and size > last / 2):  # as in `bradley_terry.newton`
            return parameters
        last = size
    raise ArithmeticError("The style coefficients did not converge.")


def gauge_filled(information: FloatArray, models: int) -> tuple[FloatArray, float]:
    """The information + c·11'/models on the ratings, whose level no vote determines; and c.

    ArithmeticError where the votes say (almost) nothing about some other combination of the parameters.
    """
    level = float(information[:models, :models].trace()) / max(models, 1)
    filled = information.copy()
    filled[:models, :models] += level / max(models, 1)
    scale = np.sqrt(filled.diagonal())
    if not (np.isfinite(scale).all() and (scale > 0).all()):
        raise ArithmeticError("A parameter has no information.")
    eigenvalues = np.linalg.eigvalsh(filled / np.outer(scale, scale))
    if len(eigenvalues) and eigenvalues[0] < SINGULAR * eigenvalues[-1]:
        raise ArithmeticError("The votes do not determine the coefficients.")
    return filled, level
