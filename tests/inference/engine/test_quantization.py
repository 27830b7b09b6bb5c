"""Weights in 8 and 4 bits: smaller, near the full ones, and batched like any other model."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import torch
from django.core.exceptions import ValidationError

from inference.engine import quantization
from inference.engine.loading import LoadedModel, load_model
from inference.engine.model_memory import estimated_memory
from inference.engine.process import EngineProcess
from inference.engine.transformers import TransformersEngine
from inference.engine.types import ChatMessage, Chunk, EngineRequest, EngineSpec, Finish, ModelUnavailable
from inference.models import ModelEntry
from tests.stack import ROOT

from .chatglm_by_hand import save_checkpoint
from .test_architectures import QUESTIONS, generated, request

BUNDLED = ROOT / "inference" / "demo" / "models" / "large"
BITS = list(quantization.PACKAGES)
INSTALLED = [
    pytest.param(
        bits,
        marks=pytest.mark.skipif(
            not find_spec(package), reason=f"the optional package {package} is not installed; .ci/run installs it"
        ),
    )
    for bits, package in quantization.PACKAGES.items()
]
# How much of the logits' spread the rounding may cost, and how often the best token must stay the best.
TOLERANCE: dict[str, tuple[float, float]] = {"8bit": (0.05, 0.95), "4bit": (0.6, 0.4)}


def spec(folder: Path, bits: Any = "") -> EngineSpec:
    return EngineSpec("m", "transformers", str(folder), dtype="float32", quantization=bits)


def bytes_of_linears(loaded: LoadedModel) -> int:
    """Of the matrices that are multiplied, but for the output layer."""
    total = 0
    for name, module in loaded.model.named_modules():
        if hasattr(module, "in_features") and name != "lm_head":
            weight = getattr(module.weight, "qdata", module.weight)
            total += weight.numel() * weight.element_size()
    return total


@pytest.mark.parametrize("bits", INSTALLED)
def test_a_real_model_answers_nearly_the_same_in_less_memory(bits: str) -> None:
    full, small = load_model(spec(BUNDLED)), load_model(spec(BUNDLED, bits))
    assert small.info.parameters == full.info.parameters
    assert bytes_of_linears(small) <= bytes_of_linears(full) * int(bits[0]) / 32 * 1.01
    assert estimated_memory(spec(BUNDLED, bits)) < estimated_memory(spec(BUNDLED))
    ids = torch.tensor(
        [full.tokenizer.encode("What is BOD? What is PM2.5? The capital of Japan is Tokyo. 什麼是噪音?")]
    )
    with torch.inference_mode():
        expected, found = full.model(ids).logits, small.model(ids).logits
    most, least = TOLERANCE[bits]
    assert (found - expected).std() < most * expected.std()
    assert (found.argmax(-1) == expected.argmax(-1)).float().mean() >= least


@pytest.mark.parametrize("bits", INSTALLED)
@pytest.mark.parametrize("architecture", ["llama_64", "gpt_neox_64"])
def test_a_batch_is_what_generate_says(
    bits: str, architecture: str, make_checkpoint: Callable[[str], Path], drive: Callable[[Any], Any]
) -> None:
    loaded = load_model(spec(make_checkpoint(architecture), bits))
    engine = TransformersEngine(loaded)
    asked = [request(question, temperature=0, max_tokens=12) for question in QUESTIONS]
    expected = [generated(loaded, one, 12) for one in asked]
    driver = drive(engine)
    for index, one in enumerate(asked):
        driver.add(index, one)
        driver.step()
    driver.run()
    assert [driver.token_ids(index)[: len(answer)] for index, answer in enumerate(expected)] == expected


@pytest.mark.parametrize("bits", INSTALLED)
def test_each_part_of_a_tensor_that_is_split_while_it_is_read_is_rounded(bits: str, tmp_path: Path) -> None:
    folder = tmp_path / "chatglm3-6b"
    save_checkpoint(folder, hidden_size=64, ffn_hidden_size=128)  # rounded in groups of 64
    full, small = load_model(spec(folder)), load_model(spec(folder, bits))
    assert bytes_of_linears(small) <= bytes_of_linears(full) * int(bits[0]) / 32 * 1.01
    for name in (f"layers.{layer}.self_attn.{part}_proj" for layer in (0, 1) for part in "qkvo"):
        rows = torch.eye(64)
        with torch.inference_mode():
            exact, rounded = (loaded.model.model.get_submodule(name)(rows) for loaded in (full, small))
        assert 0 < (rounded - exact).std() < {"8bit": 0.02, "4bit": 0.2}[bits] * exact.std(), name


@pytest.mark.parametrize("bits", INSTALLED)
def test_in_a_process_of_its_own(bits: str, make_checkpoint: Callable[[str], Path]) -> None:
    engine = EngineProcess(spec(make_checkpoint("llama_64"), bits))
    try:
        arrivals = list(
            engine.start(EngineRequest("1", (ChatMessage("user", "hello"),), request("x", max_tokens=5).params))
        )
    finally:
        engine.close()
    assert any(isinstance(arrival, Chunk) for arrival in arrivals) and isinstance(arrivals[-1].finish, Finish)


@pytest.mark.parametrize("bits", BITS)
def test_without_the_package_it_says_which(bits: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quantization, "find_spec", lambda name: None)
    with pytest.raises(ModelUnavailable, match=f"{bits[0]} bits need the package {quantization.PACKAGES[bits]}"):
        load_model(spec(BUNDLED, bits))


def test_only_local_models_without_an_adapter(db: None) -> None:
    for fields in ({"backend": "echo"}, {"source": "/models/x", "adapter": "/models/y"}):
        entry = ModelEntry(slug="m", name="M", quantization="8bit", **fields)
        with pytest.raises(ValidationError) as refused:
            entry.full_clean()
        assert "quantization" in refused.value.message_dict
    entry = ModelEntry.objects.create(slug="m", name="M", source="/models/x", quantization="4bit")
    entry.full_clean()
    assert entry.spec.quantization == "4bit"
