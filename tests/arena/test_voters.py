"""The e-process finds whoever pushes one model, leaves honest voters alone, and influence is what a voter moved."""

from __future__ import annotations

import math

import numpy as np
import pytest

from arena.rating.bradley_terry import fit
from arena.rating.counts import FloatArray, PairCounts
from arena.rating.davidson import Davidson, fit_davidson
from arena.rating.voters import Evidence, Judged, evidence, influence
from tests.arena.simulation import davidson, meetings, simulate, strengths

MODELS = 50
SCORES = np.array([1.0, 0.5, 0.0])


@pytest.fixture(scope="module")
def truth() -> FloatArray:
    return strengths(np.random.default_rng(30), MODELS)


@pytest.fixture(scope="module")
def board(truth: FloatArray) -> Davidson:
    return fit_davidson(simulate(np.random.default_rng(31), truth, 100_000, davidson))


def honest_votes(rng: np.random.Generator, theta: FloatArray, votes: int) -> list[Judged]:
    pairs = meetings(len(theta))
    chosen = rng.choice(pairs.size, votes, p=pairs.ravel())
    left, right = np.divmod(chosen, len(theta))
    below = np.cumsum(davidson(theta[left] - theta[right]), axis=1)
    scores = SCORES[(rng.random((votes, 1)) > below[:, :2]).sum(axis=1)]
    return list(zip(left.tolist(), right.tolist(), scores.tolist(), strict=True))


def votes_for(rng: np.random.Generator, target: int, votes: int, hostile: bool = False) -> list[Judged]:
    """Always for (or against) the target, whatever it meets, on whichever side it sits."""
    opponents = rng.choice([model for model in range(MODELS) if model != target], votes)
    won = 0.0 if hostile else 1.0
    sides = rng.random(votes) < 0.5
    return [
        (target, int(o), won) if is_left else (int(o), target, 1 - won)
        for o, is_left in zip(opponents, sides, strict=True)
    ]


def flagged(board: Davidson, ballots: list[list[Judged]]) -> float:
    return float(np.mean([evidence(board, votes).is_flagged for votes in ballots]))


def test_davidsons_model_is_recovered(truth: FloatArray, board: Davidson) -> None:
    gap = board.theta - board.theta.mean() - truth
    assert np.abs(gap).max() < 0.15 and gap.std() < 0.05
    assert math.exp(board.log_nu) == pytest.approx(0.6, abs=0.02)
    assert board.outcome_probabilities(3, 7).sum() == pytest.approx(1)
    assert board.outcome_probabilities(3, 7) == pytest.approx(board.outcome_probabilities(7, 3)[::-1])


def test_davidsons_fit_expects_what_was_observed() -> None:
    """The equations of the maximum, but for the prior's half battle: expected wins and ties equal the observed."""
    counts = simulate(np.random.default_rng(1), strengths(np.random.default_rng(2), 6), 3_000, davidson)
    board, table = fit_davidson(counts), counts.unordered()
    expected = np.array([[board.outcome_probabilities(i, j) for j in range(6)] for i in range(6)])
    drawn = (table.battles * expected[..., 1]).sum() / 2
    assert drawn == pytest.approx(table.ties.sum() / 2, abs=6 / 6 + 1)
    margins = (table.battles * (expected[..., 0] - expected[..., 2])).sum(axis=1)
    assert margins == pytest.approx((table.wins - table.wins.T).sum(axis=1), abs=0.5)


@pytest.mark.parametrize("rows", [[], [("a", "b", 9, 0, 0, 0)], [("a", "b", 0, 0, 500, 0)]])
def test_davidsons_fit_never_says_impossible(rows: list[tuple[str, str, int, int, int, int]]) -> None:
    board = fit_davidson(PairCounts.from_rows(rows, models="abc"))
    for i, j in ((0, 1), (1, 2)):
        assert 0.0001 < board.outcome_probabilities(i, j).min() < 0.5
    assert fit_davidson(PairCounts.from_rows([])).models == ()


def test_honest_voters_are_left_alone(truth: FloatArray, board: Davidson) -> None:
    rng = np.random.default_rng(32)
    assert flagged(board, [honest_votes(rng, truth, 20) for _ in range(500)]) <= 0.01
    assert flagged(board, [honest_votes(rng, truth, 100) for _ in range(200)]) <= 0.01


@pytest.mark.parametrize("rank", [0, 5, 25, 49])
def test_who_only_votes_for_one_model_is_found_within_twenty_votes(
    truth: FloatArray, board: Davidson, rank: int
) -> None:
    rng = np.random.default_rng(33)
    target = int(np.argsort(-truth)[rank])
    share = flagged(board, [votes_for(rng, target, 20) for _ in range(200)])
    assert share >= 0.95


def test_who_only_votes_against_one_model_is_found_too(truth: FloatArray, board: Davidson) -> None:
    rng = np.random.default_rng(34)
    target = int(np.argmax(truth))
    found = [evidence(board, votes_for(rng, target, 20, hostile=True)) for _ in range(100)]
    assert np.mean([one.is_flagged for one in found]) >= 0.95
    assert all(one.likeliest == ("demotes", target) for one in found)


def test_the_finding_names_what_it_looks_like(truth: FloatArray, board: Davidson) -> None:
    rng = np.random.default_rng(35)
    assert evidence(board, votes_for(rng, 7, 20)).likeliest == ("promotes", 7)
    pairs = honest_votes(rng, truth, 400)
    blind = [(left, right, float(rng.choice(SCORES, p=[0.25, 0.5, 0.25]))) for left, right, _ in pairs]
    assert evidence(board, blind).likeliest == ("clicks", None)
    assert evidence(board, blind).is_flagged


def test_under_the_boards_own_model_the_expected_value_is_one() -> None:
    """All ballots of three votes on two pairs, weighed by their probabilities: a martingale, exactly."""
    board = Davidson(("x", "y", "z"), np.array([0.5, -0.2, -0.3]), -0.4)
    pairs = [(0, 1), (2, 0), (1, 0)]
    expected = np.zeros(3)
    for ballot in np.ndindex(3, 3, 3):
        outcomes = [board.outcome_probabilities(*pair)[o] for pair, o in zip(pairs, ballot, strict=True)]
        votes = [(board.models[i], board.models[j], SCORES[o]) for (i, j), o in zip(pairs, ballot, strict=True)]
        expected += np.prod(outcomes) * np.exp(evidence(board, votes).log_values)
    assert expected == pytest.approx([1, 1, 1])


def test_a_flag_stays_and_says_when() -> None:
    found = Evidence(("a",), np.array([0.0, 2.9, 3.0, -5.0]), np.zeros(3), alpha=0.05)
    assert found.flagged_at == 3 and found.is_flagged
    calm = Evidence(("a",), np.array([0.0, 2.9]), np.zeros(3), alpha=0.05)
    assert calm.flagged_at is None and not calm.is_flagged


def test_strange_votes_say_nothing_and_nonsense_is_refused(board: Davidson) -> None:
    assert evidence(board, []).flagged_at is None
    assert evidence(board, [("nobody", 1, 1.0)]).log_values == pytest.approx([0])
    with pytest.raises(KeyError):
        evidence(board, [(1, 2, 0.7)])


def test_thousands_of_votes_do_not_overflow(board: Davidson) -> None:
    found = evidence(board, votes_for(np.random.default_rng(36), 3, 5_000))
    assert np.isfinite(found.log_values).all() and found.log_values[-1] > 1_000


def test_influence_is_what_the_board_loses_without_the_voter(truth: FloatArray) -> None:
    rng = np.random.default_rng(37)
    theta = truth[:12]
    ballot = [(0, int(opponent), 1.0) for opponent in rng.integers(1, 12, 30)]
    ballot += [(3, 0, 0.5)]
    others = simulate(rng, theta, 20_000, davidson)
    own = [(left, right, int(s == 1), int(s == 0), int(s == 0.5), 0) for left, right, s in ballot]
    rows = [(i, j, *(int(m[i, j]) for m in others.matrices)) for i in range(12) for j in range(12) if i != j]
    everything = fit(PairCounts.from_rows([*rows, *own], models=range(12)))
    without = fit(PairCounts.from_rows([*rows, *own], models=range(12)).without(own))
    moved = influence(everything, ballot)
    assert moved.sum() == pytest.approx(0, abs=1e-9)
    assert np.argmax(moved) == 0 and moved[0] > 1
    assert moved == pytest.approx(everything.points - without.points, rel=0.02, abs=0.02)
    assert influence(everything, [("nobody", 1, 1.0)]).tolist() == [0] * 12
    with pytest.raises(ValueError, match="reweighting"):
        influence(fit(others, reweighted=True), ballot)
