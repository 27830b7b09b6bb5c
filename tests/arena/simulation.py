"""Simulated arenas for the tests of the ratings: models, how often they meet, and votes drawn straight into counts."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from arena.rating.counts import FloatArray, PairCounts

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
Outcomes = Callable[[FloatArray], FloatArray]  # θ_left − θ_right → probabilities of win, tie, loss (last axis)


def strengths(rng: np.random.Generator, models: int) -> FloatArray:
    """Spread by about 100 points, with mean 0."""
    theta = rng.normal(0, 0.576, models)
    return theta - theta.mean()


def meetings(models: int) -> FloatArray:
    """How probable each ordered pair is when models are drawn in proportion to rank^-½."""
    weight = np.arange(1, models + 1) ** -0.5
    pairs = np.outer(weight, weight)
    np.fill_diagonal(pairs, 0)
    return pairs / pairs.sum()


def bradley_terry_with_ties(gap: FloatArray) -> FloatArray:
    """Ties up to 40 %, so that the expected score is exactly Bradley–Terry's."""
    p = 1 / (1 + np.exp(-gap))
    tie = 0.8 * np.minimum(p, 1 - p)
    return np.stack([p - tie / 2, tie, 1 - p - tie / 2], axis=-1)


def without_ties(gap: FloatArray) -> FloatArray:
    p = 1 / (1 + np.exp(-gap))
    return np.stack([p, 0 * p, 1 - p], axis=-1)


def davidson(gap: FloatArray, nu: float = 0.6) -> FloatArray:
    weights = np.stack([np.exp(gap / 2), np.full(gap.shape, nu), np.exp(-gap / 2)], axis=-1)
    return weights / weights.sum(axis=-1, keepdims=True)


def counts_of(rng: np.random.Generator, theta: FloatArray, battles: np.ndarray, outcomes: Outcomes) -> PairCounts:
    """Votes of so many battles of each ordered pair."""
    size = len(theta)
    probabilities = outcomes(theta[:, None] - theta).reshape(-1, 3)
    won, tied, lost = rng.multinomial(battles.ravel(), probabilities).T.reshape(3, size, size)
    return PairCounts(tuple(range(size)), won, lost, tied, np.zeros_like(won))


def simulate(rng: np.random.Generator, theta: FloatArray, votes: int, outcomes: Outcomes) -> PairCounts:
    pairs = meetings(len(theta))
    return counts_of(rng, theta, rng.multinomial(votes, pairs.ravel()).reshape(pairs.shape), outcomes)


def real_votes() -> list[dict[str, str]]:
    """The 8,931 human votes of the LLMFAO set, if they lie beside the project."""
    return shared_table("llmfao.csv")


def golden(algorithm: str) -> dict[str, float]:
    """What evalica computed from the same votes: model → score."""
    rows = shared_table("llmfao-golden.csv")
    return {row["item"]: float(row["score"]) for row in rows if row["algorithm"] == algorithm}


def shared_table(name: str) -> list[dict[str, str]]:
    path = SHARED / name
    if not path.exists():
        reason = f"{name} is not beside the project"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def real_counts() -> PairCounts:
    rows = real_votes()
    outcomes = [(row["winner"] == "left", row["winner"] == "right", row["winner"] == "tie", 0) for row in rows]
    assert all(sum(outcome) == 1 for outcome in outcomes)
    return PairCounts.from_rows(
        (row["left"], row["right"], *outcome) for row, outcome in zip(rows, outcomes, strict=True)
    )
