"""The shared forward pass computes what single ones do, and is taken only by models for which that is true."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
import torch

from inference.engine.choose_forward import fastest_right_forward
from inference.engine.flat_forward import FlatForward
from inference.engine.forward import Forward, OneByOneForward, Work
from inference.engine.loading import LoadedModel
from inference.engine.slot_forward import SlotForward

from .conftest import ARCHITECTURES, CONTEXT_LENGTH, OTHER_FORWARDS, VOCABULARY_SIZE

CPU = torch.device("cpu")


def read(forward: Forward, key: Any, token_ids: list[int]) -> torch.Tensor:
    """The logits behind a prompt, read in two pieces."""
    forward.advance([Work(key, token_ids[:3])])
    [logits] = forward.advance([Work(key, token_ids[3:])])
    assert isinstance(logits, torch.Tensor)
    return logits


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_every_architecture_but_those_with_a_window_shares_its_forward_pass(
    architecture: str, load: Callable[[str], LoadedModel]
) -> None:
    forward = fastest_right_forward(load(architecture).model, CPU, CONTEXT_LENGTH)
    assert type(forward) is OTHER_FORWARDS.get(architecture, SlotForward)


def test_a_window_that_no_context_exceeds_does_not_matter(load: Callable[[str], LoadedModel]) -> None:
    assert type(fastest_right_forward(load("mistral").model, CPU, 20)) is FlatForward


@pytest.mark.parametrize(
    ("architecture", "kind"),
    [
        *((name, SlotForward) for name in ("llama", "gpt2", "mpt", "falcon")),
        *((name, FlatForward) for name in ("llama", "qwen2", "qwen3")),
    ],
)
def test_rows_that_come_and_go_keep_their_own_logits(
    architecture: str, kind: type[SlotForward], load: Callable[[str], LoadedModel], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inference.engine.slot_cache.SLOT_STEP", 1)  # so that the cache grows and shrinks often
    monkeypatch.setattr("inference.engine.slot_cache.POSITION_STEP", 4)
    model = load(architecture).model
    chance = random.Random(architecture)
    together, alone = kind(model, CPU), OneByOneForward(model, CPU)
    running: list[int] = []
    for key in range(60):
        if len(running) < 6 and chance.random() < 0.5:
            prompt = [chance.randrange(VOCABULARY_SIZE) for _ in range(chance.randrange(4, 30))]
            assert torch.allclose(read(together, key, prompt), read(alone, key, prompt), atol=1e-4)
            running.append(key)
        if running and chance.random() < 0.3:
            gone = running.pop(chance.randrange(len(running)))
            together.release(gone)
            alone.release(gone)
        works = [Work(key, [chance.randrange(VOCABULARY_SIZE)], is_decoding=True) for key in running]
        for mine, theirs in zip(together.advance(works), alone.advance(works), strict=True):
            assert isinstance(mine, torch.Tensor) and isinstance(theirs, torch.Tensor)
            assert torch.allclose(mine, theirs, atol=1e-3, rtol=1e-3)
    for key in running:
        together.release(key)
    assert together._slot_cache is None, "an idle engine holds no memory"


def test_memory_follows_the_answers_down_again(llama: LoadedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inference.engine.slot_cache.POSITION_STEP", 8)
    forward = SlotForward(llama.model, CPU)
    read(forward, "short", [1, 2, 3, 4])
    for key in range(20):
        read(forward, key, list(range(100)))

    def shape() -> tuple[int, int]:
        works = [Work(key, [9], is_decoding=True) for key in ("short", *range(20)) if key in forward._caches]
        works += [Work(key, [9], is_decoding=True) for key in forward._keys]
        forward.advance(works)
        assert forward._slot_cache
        keys = forward._slot_cache.slot_layers[0].keys
        assert keys is not None
        return keys.shape[0], keys.shape[2]

    assert shape() == (24, 104)
    for key in range(20):
        forward.release(key)
    assert shape() == (4, 8)


class Tampered:
    """A model that takes the shared pass but does something else with it."""

    def __init__(self, model: Any, tamper: Callable[[dict[str, Any]], None]) -> None:
        self._model, self._tamper = model, tamper
        self.config, self.dtype, self.forward = model.config, model.dtype, model.forward

    def __call__(self, input_ids: torch.Tensor, **inputs: Any) -> Any:
        if "position_ids" in inputs:
            self._tamper(inputs)
        return self._model(input_ids, **inputs)


@pytest.mark.parametrize(
    "tamper",
    [
        lambda inputs: inputs.pop("position_ids"),
        lambda inputs: inputs.pop("attention_mask"),
        lambda inputs: inputs.update(position_ids=inputs["position_ids"] + 1),
        lambda inputs: inputs.update(attention_mask=1 / 0),
    ],
)
def test_a_model_that_computes_something_else_with_it_is_found_out(
    tamper: Callable[[dict[str, Any]], None], llama: LoadedModel
) -> None:
    assert type(fastest_right_forward(Tampered(llama.model, tamper), CPU, CONTEXT_LENGTH)) is OneByOneForward
    untouched = Tampered(llama.model, lambda inputs: None)
    assert type(fastest_right_forward(untouched, CPU, CONTEXT_LENGTH)) is SlotForward, "the premise"


def test_when_memory_runs_out_the_newest_row_goes_and_the_others_go_on(llama: LoadedModel) -> None:
    def short_of_memory(inputs: dict[str, Any]) -> None:
        if len(inputs["position_ids"]) > 2:
            raise torch.OutOfMemoryError("CUDA out of memory")

    forward = SlotForward(Tampered(llama.model, short_of_memory), CPU)
    alone = OneByOneForward(llama.model, CPU)
    for key in range(4):
        read(forward, key, [5, 6, 7, 8 + key])
        read(alone, key, [5, 6, 7, 8 + key])
    works = [Work(key, [9], is_decoding=True) for key in range(4)]
    results = forward.advance(works)
    assert [isinstance(result, torch.OutOfMemoryError) for result in results] == [False, False, True, True]
    for mine, theirs in zip(results[:2], alone.advance(works), strict=False):
        assert isinstance(mine, torch.Tensor) and isinstance(theirs, torch.Tensor)
        assert torch.allclose(mine, theirs, atol=1e-4)
    forward.release(2)
    forward.release(3)


def test_a_row_full_of_nan_leaves_nothing_behind(llama: LoadedModel) -> None:
    forward = SlotForward(llama.model, CPU)
    for key in range(3):
        read(forward, key, [5, 6, 7, 8 + key])
    forward.advance([Work(key, [9], is_decoding=True) for key in range(3)])
    assert forward._slot_cache
    with torch.inference_mode():
        for layer in forward._slot_cache.slot_layers:
            assert layer.keys is not None and layer.values is not None
            layer.keys[1] = layer.values[1] = torch.nan
    for _ in range(20):  # the broken row is the longest, its neighbours must not see it
        results = forward.advance([Work(key, [9], is_decoding=True) for key in range(3)])
    assert [bool(result.isfinite().all()) for result in results if isinstance(result, torch.Tensor)] == [
        True,
        False,
        True,
    ]
    forward.release(1)
    read(forward, "new", [1, 2, 3, 4])
    works = [Work(0, [9], True), Work(2, [9], True), Work("new", [9], True)]
    for result in forward.advance(works):
        assert isinstance(result, torch.Tensor) and result.isfinite().all()
