"""Models that look back through a window of some tokens only: answered right where a prompt is longer than that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
import transformers
from transformers import PreTrainedTokenizerFast

from inference.engine.flat_forward import FlatForward
from inference.engine.forward import OneByOneForward
from inference.engine.loading import LoadedModel
from inference.engine.slot_forward import SlotForward
from inference.engine.transformers import TransformersEngine
from inference.engine.types import EngineInfo, EngineRequest

from .conftest import CONTEXT_LENGTH, SMALL, VOCABULARY_SIZE
from .test_transformers import generated

Ask = Callable[..., EngineRequest]
Drive = Callable[[Any], Any]

WINDOW = 16
GROUPED = {**SMALL, "num_key_value_heads": 2}
# Some have a window in each layer, some in every second one.
ARCHITECTURES: dict[str, tuple[str, dict[str, Any]]] = {
    "mistral": ("Mistral", GROUPED),
    "gemma2": ("Gemma2", {**GROUPED, "head_dim": 8}),
    "gemma3": ("Gemma3Text", {**GROUPED, "head_dim": 8, "layer_types": ["sliding_attention", "full_attention"]}),
    "phi3": ("Phi3", GROUPED),
    "qwen2": ("Qwen2", {**GROUPED, "use_sliding_window": True, "max_window_layers": 1}),
    "starcoder2": ("Starcoder2", GROUPED),
}
QUESTIONS = ["hello", "What is the wind profile of a plume over flat ground, and why? " * 2, "wind and water " * 4]


def loaded_with_window(name: str, tokenizer: PreTrainedTokenizerFast, window: int | None = WINDOW) -> LoadedModel:
    prefix, values = ARCHITECTURES[name]
    kind = prefix.removesuffix("Text")
    config = getattr(transformers, f"{prefix}Config")(
        vocab_size=VOCABULARY_SIZE,
        eos_token_id=2,
        pad_token_id=0,
        bos_token_id=1,
        max_position_embeddings=CONTEXT_LENGTH,
        sliding_window=window,
        tie_word_embeddings=False,
        **values,
    )
    torch.manual_seed(len(name))
    model = getattr(transformers, f"{kind}ForCausalLM")(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.normal_(0, 0.4)
    info = EngineInfo(device="cpu", dtype="float32", context_length=CONTEXT_LENGTH)
    return LoadedModel(model, tokenizer, torch.device("cpu"), frozenset({2}), info)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_prompts_and_answers_longer_than_the_window_are_right(
    name: str, tokenizer: PreTrainedTokenizerFast, ask: Ask, drive: Drive
) -> None:
    loaded = loaded_with_window(name, tokenizer)
    requests = [ask(question, temperature=0, max_tokens=24) for question in QUESTIONS]
    expected = [generated(loaded, request, 24) for request in requests]
    assert any(len(answer) > 4 for answer in expected), "the premise: the window moves while the answer is written"

    driver = drive(TransformersEngine(loaded))
    assert type(driver.engine._forward) is OneByOneForward
    for turn in ("first", "again"):  # the second time with what the first left behind
        for index, request in enumerate(requests):
            driver.add(f"{turn} {index}", request)
            driver.step()
        driver.run()
        assert [driver.token_ids(f"{turn} {index}") for index in range(len(requests))] == expected


@pytest.mark.parametrize("name", ["mistral", "gemma3"])
def test_a_window_as_wide_as_the_context_costs_nothing(name: str, tokenizer: PreTrainedTokenizerFast) -> None:
    loaded = loaded_with_window(name, tokenizer, window=CONTEXT_LENGTH + 1)
    assert type(TransformersEngine(loaded)._forward) is (FlatForward if name == "mistral" else SlotForward)


def test_the_window_matters(tokenizer: PreTrainedTokenizerFast, ask: Ask) -> None:
    """The premise of this file: a long prompt is answered otherwise without the window."""
    request = ask(QUESTIONS[1], temperature=0, max_tokens=24)
    narrow, wide = (loaded_with_window("mistral", tokenizer, window=window) for window in (WINDOW, CONTEXT_LENGTH + 1))
    assert generated(narrow, request, 24) != generated(wide, request, 24)
