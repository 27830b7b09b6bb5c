"""A parameter that cannot be used is refused in one sentence that names it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from inference.engine.types import SamplingParams

NUMBER, WHOLE = "must be a number", "must be a whole number"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ('{"temperature": "hot"}', f"temperature {NUMBER}"),
        ('{"temperature": true}', f"temperature {NUMBER}"),
        ('{"temperature": null}', f"temperature {NUMBER}"),
        ('{"temperature": NaN}', "temperature must be between 0 and 2"),
        ('{"temperature": Infinity}', "temperature must be between 0 and 2"),
        ('{"temperature": [0.5]}', f"temperature {NUMBER}"),
        ('{"top_p": 0}', "top_p must be above 0 and at most 1"),
        ('{"top_p": "1"}', f"top_p {NUMBER}"),
        ('{"top_k": 2.5}', f"top_k {WHOLE}"),
        ('{"top_k": false}', f"top_k {WHOLE}"),
        ('{"top_k": -1}', "top_k must be between 0 and 1,000,000"),
        ('{"repetition_penalty": 0}', "repetition_penalty must be between 0.1 and 10"),
        ('{"presence_penalty": {}}', f"presence_penalty {NUMBER}"),
        ('{"frequency_penalty": -3}', "frequency_penalty must be between -2 and 2"),
        ('{"seed": "x"}', f"seed {WHOLE}"),
        ('{"seed": 1.0}', f"seed {WHOLE}"),
        ('{"seed": true}', f"seed {WHOLE}"),
        ('{"max_tokens": 1.5}', f"max_tokens {WHOLE}"),
        ('{"max_tokens": 0}', "max_tokens must be at least 1"),
        ('{"max_tokens": true}', f"max_tokens {WHOLE}"),
        ('{"stop": "abc"}', "stop must be a list"),
        ('{"stop": null}', "stop must be a list"),
        ('{"stop": [""]}', "stop must be a list"),
        ('{"stop": ["a", 1]}', "stop must be a list"),
        ('{"stop": {"a": 1}}', "stop must be a list"),
        ('{"stop": ["a", "b", "c", "d", "e", "f", "g", "h", "i"]}', "at most 8 strings"),
        ('{"warmth": 1}', "warmth is not a sampling parameter; there are temperature,"),
        ('["temperature"]', "are a JSON object"),
        ('"temperature"', "are a JSON object"),
    ],
)
def test_what_cannot_be_used_is_named(values: str, sentence: str) -> None:
    with pytest.raises((TypeError, ValueError)) as refusal:
        SamplingParams.from_json(json.loads(values))
    said = str(refusal.value)
    assert sentence in said
    assert said.endswith(".") and "\n" not in said


def test_the_constructor_is_as_strict() -> None:
    wrong: Any = "abc"
    with pytest.raises(ValueError, match="stop must be a list"):
        SamplingParams(stop=wrong)
    with pytest.raises(ValueError, match="seed must be a whole number"):
        SamplingParams(seed=wrong)


def test_what_is_right_comes_back_as_it_went() -> None:
    values = {"temperature": 1, "top_p": 0.5, "top_k": 40, "seed": -7, "max_tokens": 5, "stop": ["x", "環評"]}
    params = SamplingParams.from_json(values)
    assert params.stop == ("x", "環評")
    assert SamplingParams.from_json(json.loads(json.dumps(params.to_json()))) == params
    assert SamplingParams.from_json({"seed": None, "max_tokens": None}) == SamplingParams()


def test_stored_values_that_are_refused_today_are_left_out() -> None:
    stored = {"temperature": 0.2, "stop": "abc", "max_tokens": 1.5, "warmth": 3}
    assert SamplingParams.usable(stored) == {"temperature": 0.2}
    for nothing in (None, [], "x", 3):
        assert SamplingParams.usable(nothing) == {}
