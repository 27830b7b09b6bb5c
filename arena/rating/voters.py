"""Does a voter judge like the others? A test that is valid after every vote, and how much the voter moves the board.

A finding is a reason to look, never a proof: a verdict is a person's or a rule's, and the vote itself stays.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

import numpy as np

from arena.rating.bradley_terry import POINTS, Fit
from arena.rating.counts import FloatArray
from arena.rating.davidson import Davidson

Judged = tuple[Hashable, Hashable, float]  # left model, right model, the left one's score: 1 win, ½ tie or both bad, 0

ALPHA = 0.05
# How a promoter votes when the model is there: it wins, a tie, it loses. Measured with 50 models: of attackers who only
# ever vote for the very best one (whom others let win 64 times of 100) this finds 97 % within 20 votes; 0.9 finds 15 %.
FAVOUR = (0.98, 0.01, 0.01)
CLICKS = (0.25, 0.5, 0.25)  # four buttons pressed blindly: left, tie or both bad, right
OUTCOMES = {1.0: 0, 0.5: 1, 0.0: 2}  # the left one's score: its place in the triples above


@dataclass(frozen=True, eq=False)
class Evidence:
    """What a voter's votes say against "votes like everybody else", in the order in which they were cast."""

    models: tuple[Hashable, ...]
    log_values: FloatArray  # ln E_n after each vote
    log_ratios: FloatArray  # after the last vote, of each alternative: blind clicks, promotes each, demotes each
    alpha: float

    @property
    def flagged_at(self) -> int | None:
        """After how many votes the threshold was first passed; None if never. It stays so: later votes undo nothing."""
        passed = np.flatnonzero(self.log_values > -math.log(self.alpha))
        return int(passed[0]) + 1 if len(passed) else None

    @property
    def is_flagged(self) -> bool:
        return self.flagged_at is not None

    @property
    def likeliest(self) -> tuple[str, Hashable | None]:
        """What it looks like most: ("clicks", None), ("promotes", model) or ("demotes", model)."""
        best, size = int(np.argmax(self.log_ratios)), len(self.models)
        if best == 0:
            return "clicks", None
        return ("promotes" if best <= size else "demotes"), self.models[(best - 1) % size]


def evidence(davidson: Davidson, votes: Iterable[Judged], alpha: float = ALPHA) -> Evidence:
    """The e-process `E_n = mean over alternatives of ∏ q(outcome) / p(outcome)`; a voter is flagged when E_n > 1/alpha.

    p is what the board expects of the pair (Davidson's model), q what an alternative would do: press any button, or
    promote or demote one model whenever it is there and vote like everybody else when it is not. Under p each product
    is a martingale with mean 1, and so is their mean; by Ville's inequality (1939; Ramdas et al. 2023) an honest voter
    is ever flagged with probability at most alpha, however often one looks. A vote costs O(models).

    That holds as far as p is right. On a small board fit `davidson` to the counts without this voter's own votes
    (`PairCounts.without`). Votes on models that the board does not know say nothing and are passed over.
    """
    size = len(davidson.models)
    index = {model: position for position, model in enumerate(davidson.models)}
    log_ratios = np.zeros(1 + 2 * size)
    values = []
    for left, right, score in votes:
        if left in index and right in index:
            i, j, outcome = index[left], index[right], OUTCOMES[score]
            expected = np.log(davidson.outcome_probabilities(i, j))[outcome]
            log_ratios[0] += math.log(CLICKS[outcome]) - expected
            for favoured, hindered in ((i, j), (j, i)):
                ratio = math.log(FAVOUR[outcome if favoured == i else 2 - outcome]) - expected
                log_ratios[1 + favoured] += ratio  # promotes it
                log_ratios[1 + size + hindered] += ratio  # demotes its opponent
        top = log_ratios.max()
        values.append(top + math.log(np.exp(log_ratios - top).mean()))
    return Evidence(davidson.models, np.array(values), log_ratios, alpha)


def influence(fit: Fit, votes: Iterable[Judged]) -> FloatArray:
    """By how many points some votes (of one voter, say) have moved each model: `H⁺ g`, to first order.

    g is the votes' part of the likelihood's gradient, at the fit that includes them; without these votes the ratings
    would be about this much lower. Good for any voter with a small part of a model's votes; a `reweighted` fit is
    refused with ValueError. Votes on models that the fit does not know, or not yet connected, are passed over.
    """
    if fit.reweighted:
        raise ValueError("The influence of votes is measured on the fit without reweighting.")
    index = {model: position for position, model in enumerate(fit.models) if fit.connected[position]}
    gradient = np.zeros(len(fit.models))
    for left, right, score in votes:
        if left in index and right in index:
            i, j = index[left], index[right]
            residual = score - fit.win_probability[i, j]
            gradient[i] += residual
            gradient[j] -= residual
    return POINTS * fit.inverse_information @ gradient
