"""Two ways of choosing the next token that only programs ask for: against their definitions."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.engine.sampling import SamplingState, choose_tokens
from inference.engine.types import SamplingParams


def state(size: int, position: int = 0, **params: object) -> SamplingState:
    made = SamplingState(SamplingParams(**params), "request", size)  # type: ignore[arg-type]
    made.position = position
    return made


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.floats(-8, 8, width=32), min_size=2, max_size=12),
    st.floats(0.01, 1),
    st.floats(0.3, 2),
    st.sampled_from([1.0, 0.6]),
)
def test_min_p_keeps_what_is_likely_enough(logits: list[float], min_p: float, temperature: float, top_p: float) -> None:
    row = torch.tensor([logits])
    states = [state(len(logits), place, temperature=temperature, min_p=min_p, top_p=top_p) for place in range(60)]
    drawn = set(choose_tokens(row.expand(60, -1), states))
    least = max(logits) + temperature * math.log(min_p)
    assert all(logits[token] >= least - 1e-4 for token in drawn if token is not None)
    if top_p == 1 and all(abs(value - max(logits)) < 0.1 for value in logits) and min_p < 0.5:
        assert len(drawn) > 1  # nothing is filtered that should not be


def test_min_p_alone_filters_only_its_own_row() -> None:
    row = torch.tensor([[0.0, -1.0, -5.0]] * 400)
    states = [state(3, place, temperature=1.0, min_p=0.3 if place % 2 else 0.0) for place in range(400)]
    chosen = choose_tokens(row, states)
    assert set(chosen[1::2]) == {0, 1} and set(chosen[0::2]) == {0, 1, 2}


@pytest.mark.parametrize("temperature", [0, 1.0])
def test_a_bias_forbids_and_forces(temperature: float) -> None:
    row = torch.tensor([[5.0, 4.0, 3.0, 2.0]])
    forbidden = state(4, temperature=temperature, logit_bias=((0, -100), (1, -100), (2, -100)))
    forced = state(4, temperature=temperature, logit_bias=((2, 100.0), (99, 100), (3, 1)))
    assert choose_tokens(row, [forbidden]) == [3]
    assert choose_tokens(row, [forced]) == [2]
    assert row.tolist() == [[5.0, 4.0, 3.0, 2.0]]
    assert choose_tokens(row.expand(3, -1), [forbidden, state(4, temperature=0), forced]) == [3, 0, 2]


def test_a_bias_is_added_before_the_penalties() -> None:
    sampling = state(2, temperature=0, logit_bias=((0, 3.0),), repetition_penalty=2.0)
    sampling.note_prompt([0])
    logits = torch.tensor([1.0, 1.0])
    sampling.penalise(logits)
    assert logits.tolist() == [2.0, 1.0]
