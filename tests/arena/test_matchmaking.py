"""Pairs are drawn with the probability that is stored, the ones that tell most more often, forbidden ones never."""

from __future__ import annotations

import random
from collections import Counter

import numpy as np
import pytest

from arena.matchmaking import PairProbabilities, TooFewModels, draw_pair, pair_probabilities
from arena.rating.bradley_terry import fit
from arena.rating.counts import PairCounts
from tests.arena.simulation import bradley_terry_with_ties, counts_of, strengths

COUNTS = PairCounts.from_rows([("a", "b", 40, 30, 20, 10), ("b", "c", 4, 3, 2, 1), ("z", "a", 9, 9, 9, 9)])


def test_two_models_without_any_vote_just_meet() -> None:
    drawn = draw_pair(pair_probabilities(["a", "b"]))
    assert {drawn.left, drawn.right} == {"a", "b"}
    assert drawn.probability == 1


def test_without_votes_all_pairs_are_alike() -> None:
    for counts in (None, PairCounts.from_rows([])):
        assert dict(pair_probabilities("abcd", counts).items()) == pytest.approx(
            {
                ("a", "b"): 1 / 6,
                ("a", "c"): 1 / 6,
                ("a", "d"): 1 / 6,
                ("b", "c"): 1 / 6,
                ("b", "d"): 1 / 6,
                ("c", "d"): 1 / 6,
            }
        )


def test_probabilities_sum_to_one_and_keep_the_uniform_share() -> None:
    probabilities = pair_probabilities("abcde", COUNTS, {"a": 5, "b": 0.001, "c": 1e300})
    values = dict(probabilities.items())
    assert len(values) == 10 and sum(values.values()) == pytest.approx(1)
    assert min(values.values()) >= 0.2 / 10 - 1e-12
    assert probabilities.of("b", "a") == probabilities.of("a", "b") == values["a", "b"]
    with pytest.raises(KeyError):
        probabilities.of("a", "z")  # has votes, but is not there


def test_a_pair_that_met_less_is_preferred_and_an_unseen_one_most() -> None:
    probabilities = pair_probabilities("abc", COUNTS)
    assert probabilities.of("a", "c") > 5 * probabilities.of("b", "c") > 5 * probabilities.of("a", "b")


def test_the_informative_part_is_equation_nine() -> None:
    """With one imagined battle, half won and half lost, beside the real ones."""
    outcomes = {("a", "b"): [1] * 40 + [0] * 30 + [0.5] * 30, ("b", "c"): [1] * 4 + [0] * 3 + [0.5] * 3, ("a", "c"): []}
    gain = {}
    for pair, real in outcomes.items():
        weighted = [(outcome, 1.0) for outcome in real] + [(0.0, 0.5), (1.0, 0.5)]
        n = len(real) + 1
        mean = sum(outcome * weight for outcome, weight in weighted) / n
        variance = sum(weight * (outcome - mean) ** 2 for outcome, weight in weighted) / n
        gain[pair] = (variance / n) ** 0.5 - (variance / (n + 1)) ** 0.5
    probabilities = pair_probabilities("abc", COUNTS, share_uniform=0.2)
    for pair, value in gain.items():
        assert probabilities.of(*pair) == pytest.approx(0.2 / 3 + 0.8 * value / sum(gain.values()))


def test_weight_zero_is_never_drawn() -> None:
    probabilities = pair_probabilities("abcd", COUNTS, {"b": 0, "d": 1})
    assert "b" not in probabilities.models
    chooser = random.Random(1)
    drawn = Counter(model for _ in range(2_000) for model in draw_pair(probabilities, chooser)[:2])
    assert set(drawn) == {"a", "c", "d"}


def test_a_weight_multiplies_the_informative_part() -> None:
    probabilities = pair_probabilities("abcd", weights={"a": 2}, share_uniform=0)
    assert probabilities.of("a", "b") == pytest.approx(2 * probabilities.of("c", "d"))
    assert pair_probabilities("abcd", weights={"a": 2, "b": 2, "c": 2, "d": 2}).of("a", "b") == pytest.approx(1 / 6)


def test_weights_however_unequal_leave_somebody_to_draw() -> None:
    values = dict(pair_probabilities("abc", weights={"a": 1e308, "b": 1e-308, "c": 1e-308}, share_uniform=0).items())
    assert sum(values.values()) == pytest.approx(1)


@pytest.mark.parametrize(("models", "weights"), [("", {}), ("a", {}), ("aa", {}), ("abc", {"a": 0, "b": 0})])
def test_fewer_than_two_is_an_error_that_says_so(models: str, weights: dict[str, float]) -> None:
    with pytest.raises(TooFewModels, match="needs two models"):
        pair_probabilities(list(models), weights=weights)


@pytest.mark.parametrize("weight", [-1, float("nan"), float("inf")])
def test_a_weight_that_makes_no_sense_is_refused(weight: float) -> None:
    with pytest.raises(ValueError, match="weight"):
        pair_probabilities("ab", weights={"a": weight})
    with pytest.raises(ValueError, match="share"):
        pair_probabilities("ab", share_uniform=weight)


def test_pairs_come_as_often_as_their_stored_probability_says_and_sides_are_fair() -> None:
    probabilities = pair_probabilities("abcd", COUNTS, {"c": 3})
    chooser, draws = random.Random(2), 20_000
    drawn = [draw_pair(probabilities, chooser) for _ in range(draws)]
    for (one, other), probability in probabilities.items():
        met = [pair for pair in drawn if {pair.left, pair.right} == {one, other}]
        assert {pair.probability for pair in met} == {probability}
        assert len(met) / draws == pytest.approx(probability, abs=5 * (probability * (1 - probability) / draws) ** 0.5)
        # the coin has no seed: six standard deviations fail once in 500 million runs
        assert sum(pair.left == one for pair in met) / len(met) == pytest.approx(0.5, abs=3 / len(met) ** 0.5)


class Stuck(random.Random):
    """Always draws the same number."""

    def __init__(self, value: float) -> None:
        super().__init__()
        self.value = value

    def random(self) -> float:
        return self.value


@pytest.mark.parametrize("value", [0.0, 0.5, 1 - 2**-53])
def test_the_ends_of_the_draw_are_pairs_too(value: float) -> None:
    for matrix in ([[0, 0.1, 0.9], [0, 0, 0], [0, 0, 0]], [[0, 0, 0], [0, 0, 1.1], [0, 0, 0]]):
        probabilities = PairProbabilities(("a", "b", "c"), np.array(matrix, dtype=np.float64))
        assert draw_pair(probabilities, Stuck(value)).probability > 0


def half_width_of_new_models(seed: int, share_uniform: float) -> tuple[float, float]:
    """Forty models with 20,000 votes, two new ones, 4,000 more votes: mean standard error of the new and the old."""
    rng, chooser = np.random.default_rng(seed), random.Random(seed)
    theta = strengths(rng, 42)
    matrices = np.zeros((4, 42, 42), dtype=np.int64)
    pairs = (1 - np.eye(40)) / (40 * 39)
    battles = rng.multinomial(20_000, pairs.ravel()).reshape(40, 40)
    matrices[:, :40, :40] = counts_of(rng, theta[:40], battles, bradley_terry_with_ties).matrices
    for _ in range(100):
        counts = PairCounts(tuple(range(42)), *matrices.copy())
        probabilities = pair_probabilities(counts.models, counts, share_uniform=share_uniform)
        for _ in range(40):
            left, right, _ = draw_pair(probabilities, chooser)
            win, tie, _ = bradley_terry_with_ties(theta[left] - theta[right])
            luck = rng.random()
            matrices[0 if luck < win else 2 if luck < win + tie else 1, left, right] += 1
    errors = fit(PairCounts(tuple(range(42)), *matrices)).standard_errors
    return float(errors[40:].mean()), float(errors[:40].mean())


def test_preferring_unseen_pairs_halves_the_new_models_interval() -> None:
    uniform = np.array([half_width_of_new_models(seed, 1.0) for seed in range(3)]).mean(axis=0)
    ours = np.array([half_width_of_new_models(seed, 0.2) for seed in range(3)]).mean(axis=0)
    assert ours[0] < 0.6 * uniform[0]
    assert ours[1] < 1.05 * uniform[1]  # and the old models hardly pay for it
