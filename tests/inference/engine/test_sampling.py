"""The choice of the next token: penalties by hand, filters by brute force, draws by counting."""

from __future__ import annotations

import math
from collections import Counter

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.engine.drawing import _nucleus, _pick
from inference.engine.sampling import SamplingState, choose_tokens, uniform_number
from inference.engine.types import SamplingParams


def state(vocabulary_size: int = 5, position: int = 0, **params: object) -> SamplingState:
    made = SamplingState(SamplingParams(**params), "request", vocabulary_size)  # type: ignore[arg-type]
    made.position = position
    return made


def allowed_by_brute_force(logits: list[float], temperature: float, top_k: int, top_p: float) -> dict[int, float]:
    """The definition: the k best, of them the smallest set whose mass reaches p, renormalised."""
    ranked = sorted(range(len(logits)), key=lambda token: -logits[token])
    ranked = ranked[: top_k or len(ranked)]
    weights = {token: math.exp((logits[token] - max(logits)) / temperature) for token in ranked}
    total = sum(weights.values())
    kept: dict[int, float] = {}
    for token in ranked:
        if sum(kept.values()) / total >= top_p:
            break
        kept[token] = weights[token]
    return {token: weight / sum(kept.values()) for token, weight in kept.items()}


def test_penalties_match_an_example_computed_by_hand() -> None:
    # prompt: token 0 and 1; answer: token 1 twice, token 2 once
    sampling = state(
        repetition_penalty=2.0, presence_penalty=0.5, frequency_penalty=0.25, temperature=0, vocabulary_size=5
    )
    sampling.note_prompt([0, 1])
    for token_id in (1, 1, 2):
        sampling.note_answer(token_id)
    logits = torch.tensor([4.0, 3.0, -1.0, 2.0, -2.0])
    sampling.penalise(logits)
    # 0: 4/2; 1: 3/2 - 0.5 - 2*0.25; 2: -1*2 - 0.5 - 0.25; 3 and 4 were never seen
    assert logits.tolist() == [2.0, 0.5, -2.75, 2.0, -2.0]


def test_presence_and_frequency_look_at_the_answer_only() -> None:
    sampling = state(presence_penalty=1.0)
    sampling.note_prompt([0, 1, 2, 3, 4])
    logits = torch.ones(5)
    sampling.penalise(logits)
    assert logits.tolist() == [1.0] * 5


def test_penalties_leave_the_callers_logits_alone() -> None:
    sampling = state(repetition_penalty=2.0)
    sampling.note_prompt([0])
    logits = torch.ones((1, 5))
    choose_tokens(logits, [sampling])
    assert logits.tolist() == [[1.0] * 5]


def test_temperature_zero_takes_the_best_whatever_the_filters_say() -> None:
    logits = torch.randn(3, 100)
    states = [state(100, temperature=0), state(100, temperature=0, top_k=3), state(100, temperature=1e-30)]
    assert choose_tokens(logits, states) == logits.argmax(dim=-1).tolist()


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 10_000),
    temperature=st.floats(0.1, 2),
    top_k=st.sampled_from([0, 1, 2, 7, 100]),
    top_p=st.sampled_from([0.01, 0.3, 0.8, 0.99, 1.0]),
)
def test_filters_keep_exactly_what_the_definition_keeps(
    seed: int, temperature: float, top_k: int, top_p: float
) -> None:
    logits = torch.randn(20, generator=torch.Generator().manual_seed(seed)) * 3
    allowed = allowed_by_brute_force(logits.tolist(), temperature, top_k, top_p)
    params = {"temperature": temperature, "top_k": top_k, "top_p": top_p, "seed": seed}
    draws = 400
    states = [state(20, position=position, **params) for position in range(draws)]
    counts = Counter(choose_tokens(logits.expand(draws, -1), states))
    for token, count in counts.items():
        assert token in allowed
        expected = draws * allowed[token]
        assert abs(count - expected) < 6 * math.sqrt(expected + 1) + 1
    assert all(token in counts for token, share in allowed.items() if share > 0.05)


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 10_000),
    temperature=st.floats(0.2, 3),
    top_p=st.sampled_from([0.2, 0.7, 0.95, 0.9999]),
    min_p=st.sampled_from([0.0, 0.01]),
    size=st.sampled_from([600, 2000, 5000]),
)
def test_a_nucleus_wider_than_the_candidates_is_what_the_definition_keeps(
    seed: int, temperature: float, top_p: float, min_p: float, size: int
) -> None:
    logits = torch.randn(size, generator=torch.Generator().manual_seed(seed)) / temperature
    logits[seed % size] = -math.inf  # as a grammar forbids it
    ranked = logits.double().softmax(-1).sort(descending=True)
    count = int((ranked.values.cumsum(-1) < top_p).sum()) + 1
    expected = {
        int(token)
        for token, share in zip(ranked.indices[:count], ranked.values[:count], strict=True)
        if share >= min_p * ranked.values[0]
    }
    kept = set(_nucleus(logits, SamplingParams(top_p=top_p, min_p=min_p)).nonzero()[:, 0].tolist())
    assert len(kept ^ expected) <= 1, "only the last one may hang on rounding"
    assert seed % size not in kept


def test_equal_logits_stay_in_the_order_of_the_vocabulary() -> None:
    kept = _nucleus(torch.zeros(1000), SamplingParams(top_p=0.25)).nonzero()[:, 0].tolist()
    assert kept == list(range(250))


@pytest.mark.parametrize("size", [1, 7, 511, 512, 513, 4000])
def test_a_draw_falls_where_the_cumulated_probabilities_say(size: int) -> None:
    weights = torch.rand(40, size, generator=torch.Generator().manual_seed(size))
    weights[:, 1::3] = 0
    uniforms = [0.0, 1 - 2**-53, *(uniform_number(1, row) for row in range(38))]
    shares = (weights.double() / weights.double().sum(-1, keepdim=True)).cumsum(-1)
    expected = [int((share <= number).sum()) for share, number in zip(shares, uniforms, strict=True)]
    expected = [min(place, int(row.nonzero()[-1])) for place, row in zip(expected, weights, strict=True)]
    assert _pick(weights, uniforms) == expected


def test_a_flat_distribution_wider_than_the_candidates_is_sorted_completely() -> None:
    logits = torch.zeros(3000)
    logits[:1500] += 1e-3  # the nucleus of p = 0.4 needs about 1200 tokens, all among the first 1500
    states = [state(3000, position=position, temperature=1.0, top_p=0.4, seed=1) for position in range(600)]
    chosen = choose_tokens(logits.expand(600, -1), states)
    assert all(token is not None and token < 1500 for token in chosen)
    assert len(set(chosen)) > 400


def test_a_row_chooses_the_same_alone_and_among_others() -> None:
    logits = torch.randn(6, 2000) * 2
    kinds = [
        {"temperature": 0},
        {"temperature": 0.7},
        {"temperature": 1.2, "top_p": 0.9},
        {"temperature": 1.0, "top_k": 5},
        {"temperature": 1.5, "top_k": 900, "top_p": 0.99},
        {"temperature": 0.8, "repetition_penalty": 1.4},
    ]
    for position in range(20):
        states = [state(2000, position=position, seed=row, **kind) for row, kind in enumerate(kinds)]
        together = choose_tokens(logits, states)
        alone = [choose_tokens(logits[row : row + 1], [states[row]])[0] for row in range(6)]
        assert together == alone


def test_the_random_numbers_depend_on_seed_and_position_and_are_even() -> None:
    assert uniform_number(1, 5) == uniform_number(1, 5)
    assert uniform_number(-3, 0) == uniform_number(-3, 0)
    numbers = [uniform_number(seed, position) for seed in range(50) for position in range(200)]
    assert len(set(numbers)) == len(numbers)
    assert all(0 <= number < 1 for number in numbers)
    tenths = Counter(int(number * 10) for number in numbers)
    assert all(abs(tenths[tenth] - 1000) < 150 for tenth in range(10))


def test_without_a_seed_requests_differ_but_a_request_repeats_itself() -> None:
    first, again, other = (SamplingState(SamplingParams(), name, 5) for name in ("a", "a", "b"))
    assert first.uniform() == again.uniform() != other.uniform()


@pytest.mark.parametrize("broken", [math.nan, -math.inf, math.inf])
def test_a_row_without_usable_numbers_chooses_nothing_and_its_neighbour_is_unharmed(broken: float) -> None:
    logits = torch.zeros(2, 5)
    logits[0, :] = broken
    logits[1, 3] = 50
    assert choose_tokens(logits, [state(temperature=1.0), state(temperature=1.0)]) == [None, 3]


def test_bfloat16_logits_are_taken() -> None:
    logits = torch.zeros(1, 5, dtype=torch.bfloat16)
    logits[0, 2] = 60
    assert choose_tokens(logits, [state(temperature=1.0, top_p=0.5)]) == [2]
