"""How the form of an answer (its length, headers, lists, bold words) buys votes, and the ratings without that.

The model, from Chatbot Arena's style control (Li, Angelopoulos, Chiang 2024): `P(left wins) = σ(θ_l − θ_r + x·β)`,
with x the differences in form. It needs every single vote: x does not reduce to pair counts.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from arena.rating.bradley_terry import Fit, add_preliminary
from arena.rating.components import comparable
from arena.rating.counts import FloatArray, IntArray
from arena.rating.per_vote import Votes, maximum

FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})[^\n]*$.*?(?:^ {0,3}\1[`~]*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
HEADER = re.compile(r"^ {0,3}#{1,6}\s", re.MULTILINE)
LIST_ITEM = re.compile(r"^[ \t]*(?:\d+\.|[-*+])\s", re.MULTILINE)
BOLD = re.compile(r"\*\*[^*\n]+\*\*|__[^_\n]+__")
# A word, a number, a sign, or one character of a script that writes no spaces between words.
TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|[^\W\u3040-\u30ff\u3400-\u9fff]+|[^\w\s]")


class StyleFeatures(NamedTuple):
    """The form of all answers of one side."""

    tokens: int
    headers: int
    lists: int
    bold: int


def style_features(text: str, tokens: int | None = None) -> StyleFeatures:
    """Count in `text` (the answers of one side, joined by blank lines).

    `tokens` is the number that the caller knows; otherwise words, numbers, signs and single Chinese or Japanese
    characters are counted, which is near enough for a ratio of two answers. Headers, list items and bold passages
    inside fenced code are no decoration and are not counted; the code's length is.
    """
    if tokens is None:
        tokens = len(TOKEN.findall(text))
    prose = FENCE.sub("", text)
    return StyleFeatures(tokens, len(HEADER.findall(prose)), len(LIST_ITEM.findall(prose)), len(BOLD.findall(prose)))


def covariates(left: FloatArray | IntArray, right: FloatArray | IntArray) -> FloatArray:
    """`(l − r) / (l + r + 1)` for each feature, scaled to a mean square of 1 over all votes: x for `fit_style`.

    `left` and `right` hold a row of StyleFeatures for each vote. FastChat also subtracts the mean. Sides are given by
    a fair coin, so the mean is 0 but for chance; left in, the fit is the same whichever side is called left.
    A feature that never differs stays 0.
    """
    left, right = np.asarray(left, dtype=np.float64), np.asarray(right, dtype=np.float64)
    ratio = (left - right) / (left + right + 1)
    scale = np.sqrt((ratio**2).mean(axis=0)) if len(ratio) else np.ones(ratio.shape[1:])
    return ratio / np.where(scale > 0, scale, 1)


@dataclass(frozen=True, eq=False)
class StyleFit:
    """Ratings with the style held equal, and what one standard deviation of each difference in form is worth.

    `coefficients` and their `standard_errors` are in natural units (× POINTS for points); a feature that never differs
    has coefficient 0 with error 0. `ridge` is 0 for the exact maximum of the likelihood.
    """

    ratings: Fit
    coefficients: FloatArray
    standard_errors: FloatArray
    ridge: float

    @property
    def method(self) -> str:
        """As `Fit.method`, with what was done besides."""
        shrunk = f", ridge {self.ridge:g} on the summed loss" if self.ridge else ""
        return f"{self.ratings.method}; {len(self.coefficients)} style coefficients fitted along{shrunk}"


def fit_style(
    left_index: Sequence[int] | IntArray,
    right_index: Sequence[int] | IntArray,
    outcome: Sequence[float] | FloatArray,
    x: FloatArray,
    models: Sequence[Hashable] | None = None,
    ridge: float = 0.0,
    times: Sequence[int] | IntArray | None = None,
) -> StyleFit:
    """Newton's method on all votes at once: ratings of the connected models and coefficients of the columns of `x`.

    `outcome` is the left model's score: 1, ½ (tie, both bad) or 0. `models` names the indices (0, 1, … unless said).
    `times` says how many equal votes a row stands for. Intervals are sandwich intervals, as in `bradley_terry`.
    Models that are not connected get that module's preliminary rating, from outcomes alone.

    The exact maximum is the default. `ridge` adds `ridge · Σ parameter²/2` to the summed loss. Where the votes do not
    determine the coefficients (style that separates the outcomes, or goes with the model alone) FastChat's ridge of
    0.5 is used instead, and said in the result.
    """
    left, right = np.asarray(left_index, dtype=np.int64), np.asarray(right_index, dtype=np.int64)
    scores = np.asarray(outcome, dtype=np.float64)
    repeats = np.ones(len(left)) if times is None else np.asarray(times, dtype=np.float64)
    x = np.asarray(x, dtype=np.float64)
    x = x[:, None] if x.ndim == 1 else x
    names = tuple(models) if models is not None else tuple(range(int(np.append(left, right).max(initial=-1)) + 1))
    size = len(names)

    cells = left * size + right
    won, lost = (np.bincount(cells, repeats * part, size * size).reshape(size, size) for part in (scores, 1 - scores))
    score = (won + lost.T).astype(np.float64)
    connected = comparable(score)
    used = connected[left] & connected[right]
    place = np.cumsum(connected) - 1
    varies = x[used].any(axis=0)
    count = int(connected.sum())
    votes = Votes(count, place[left[used]], place[right[used]], scores[used], x[used][:, varies], repeats[used])
    parameters, inverse, noise, ridge = maximum(votes, ridge)
    covariance = inverse @ noise @ inverse
    inside = np.ix_(connected, connected)
    ratings = Fit(names, np.zeros(size), np.zeros((size, size)), np.zeros((size, size)), connected)
    ratings.theta[connected] = parameters[:count]
    ratings.covariance[inside] = covariance[:count, :count]
    ratings.inverse_information[inside] = inverse[:count, :count]
    if not connected.all():
        ratings = add_preliminary(ratings, score)
    coefficients, errors = np.zeros((2, x.shape[1]))
    coefficients[varies] = parameters[count:]
    errors[varies] = np.sqrt(np.maximum(covariance.diagonal()[count:], 0))
    return StyleFit(ratings, coefficients, errors, ridge)
