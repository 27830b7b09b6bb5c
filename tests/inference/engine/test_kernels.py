"""The compiled arithmetic: it computes what torch does, on CPUs with tiles and without; and what is done without it."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from transformers.models.llama.modeling_llama import LlamaRMSNorm

from inference.engine import (
    compiled_linear,
    kernels,
    loading,
    slot_cache,
)
from inference.engine.choose_forward import fastest_right_forward
from inference.engine.compiled_forward import CompiledForward, is_compiled
from inference.engine.compiled_linear import CompiledLinear
from inference.engine.flat_forward import FlatForward
from inference.engine.forward import OneByOneForward, Work
from inference.engine.joined_projections import join_projections, split_projections
from inference.engine.loading import load_model
from inference.engine.packing import PackedLinear, added, gated, pack, unpack
from inference.engine.slot_forward import SlotForward
from inference.engine.transformers import TransformersEngine
from inference.engine.types import ChatMessage, Chunk, EngineRequest, EngineSpec, SamplingParams

from .conftest import COMPILED, CONTEXT_LENGTH, MACHINES, MakeCheckpoint
from .test_flat_forward import assert_it_rounds_as_the_model, loaded_in_bfloat16, logits_of, mixed_steps

CPU = torch.device("cpu")
pytestmark = pytest.mark.usefixtures("compiler")


def linear(inputs: int, outputs: int, bias: bool = False) -> nn.Linear:
    return nn.Linear(inputs, outputs, bias=bias, dtype=torch.bfloat16).requires_grad_(False)


@pytest.mark.parametrize("machine_name", [*MACHINES, "cooperlake"])
def test_it_compiles_without_a_warning(machine_name: str, compiler: str, tmp_path: Path) -> None:
    options = ["-O3", f"-march={machine_name}", "-fopenmp", "-fPIC", "-Wall", "-Wextra", "-Werror", "-Wno-psabi"]
    subprocess.run([compiler, *options, "-c", str(kernels.SOURCE), "-o", str(tmp_path / "k.o")], check=True)


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("count", [1, 2, 7, 16, 17, 32, 33, 75])
@torch.inference_mode()
def test_a_layer_computes_the_same(count: int, bias: bool, threads: int, machine: str) -> None:
    torch.manual_seed(count)
    torch.set_num_threads(threads)
    try:
        plain, other = linear(352, 176, bias), linear(352, 176, bias)
        rows, residual = (torch.randn(count, size).to(torch.bfloat16) for size in (352, 176))
        mine, mine_other = CompiledLinear(plain), CompiledLinear(other)
        exact = F.linear(rows.float(), plain.weight.float(), None if not bias else plain.bias.float())
        for result, expected in (
            (mine(rows), exact),
            (added(mine, rows, residual), exact + residual.float()),
            (gated(mine, mine_other, rows), F.silu(exact) * other.float()(rows.float())),
        ):
            assert result.dtype == torch.bfloat16
            assert torch.allclose(result.float(), expected, atol=1e-3, rtol=0.01)
    finally:
        torch.set_num_threads(1)
    again = mine.unpacked()
    assert torch.equal(again.weight, plain.weight)
    assert not bias or torch.equal(again.bias, plain.bias)


@torch.inference_mode()
def test_rows_of_any_shape_and_order_but_only_bfloat16(machine: str) -> None:
    plain = linear(64, 32)
    compiled = CompiledLinear(plain)
    rows = torch.randn(64, 3, 2).to(torch.bfloat16).permute(1, 2, 0)
    assert not rows.is_contiguous(), "the premise"
    assert compiled(rows).shape == (3, 2, 32)
    assert torch.allclose(compiled(rows).float(), plain(rows).float(), atol=0.01, rtol=0.01)
    assert compiled(rows[:0]).shape == (0, 2, 32)
    with pytest.raises(RuntimeError, match="bfloat16"):
        compiled(rows.float())


@torch.inference_mode()
def test_numbers_that_are_none_stay_visible(machine: str) -> None:
    compiled = CompiledLinear(linear(64, 32))
    rows = torch.randn(3, 64).to(torch.bfloat16)
    rows[1, 5] = torch.nan
    for result in (compiled(rows), gated(compiled, compiled, rows)):
        assert result[1].isnan().all() and result[[0, 2]].isfinite().all()


def test_layers_of_odd_sizes_are_left_to_others() -> None:
    assert CompiledLinear.takes(linear(64, 48))
    assert not CompiledLinear.takes(linear(48, 64)) and not CompiledLinear.takes(linear(64, 40))


def long_steps(name: str) -> list[list[Work]]:
    """One answer far beyond what attention looks at in one go, beside short ones."""
    steps = [[Work("long", list(range(3, 203))), Work("short", [5, 6])]]
    return [*steps, *([[Work(key, [7 + n], is_decoding=True) for key in ("long", "short")] for n in range(50)])]


@pytest.mark.parametrize("steps_of", [mixed_steps, long_steps])
@pytest.mark.parametrize("name", COMPILED)
def test_the_pass_computes_what_the_model_computes(
    name: str, steps_of: Any, make_checkpoint: MakeCheckpoint, machine: str
) -> None:
    model = loaded_in_bfloat16(make_checkpoint, name)
    forward = fastest_right_forward(model, CPU, CONTEXT_LENGTH)
    assert type(forward) is CompiledForward
    assert not [path for path, module in model.named_modules() if type(module) in (nn.Linear, PackedLinear)]
    assert_it_rounds_as_the_model(forward, name, steps_of(name), make_checkpoint)


@pytest.mark.parametrize("name", ["phi", "gemma", "gpt_neox_64", "llama"])
def test_other_models_have_their_products_compiled(name: str, make_checkpoint: MakeCheckpoint, machine: str) -> None:
    model = loaded_in_bfloat16(make_checkpoint, name)
    forward = fastest_right_forward(model, CPU, CONTEXT_LENGTH)
    assert type(forward) is (FlatForward if name == "llama" else SlotForward), "its heads are too small"
    assert [module for module in model.modules() if type(module) is CompiledLinear]
    exact = OneByOneForward(loaded_in_bfloat16(make_checkpoint, name).float(), CPU)
    mine, truth = (torch.stack(logits_of(each, mixed_steps(name))) for each in (forward, exact))
    assert (mine - truth).abs().mean() < 0.05 * truth.std()


def greedy(loaded: loading.LoadedModel, prompts: list[str]) -> list[tuple[int, ...]]:
    engine = TransformersEngine(loaded)
    for number, prompt in enumerate(prompts):
        params = SamplingParams(temperature=0, max_tokens=24)
        engine.add(number, EngineRequest(str(number), (ChatMessage("user", prompt),), params))
    answers: list[tuple[int, ...]] = [()] * len(prompts)
    while engine.has_work:
        for key, outcome in engine.step():
            assert isinstance(outcome, Chunk), outcome
            answers[int(str(key))] += outcome.token_ids
    return answers


def test_answers_do_not_depend_on_their_neighbours(make_checkpoint: MakeCheckpoint, machine: str) -> None:
    """The same prompt alone and among others: sums run in the same order, however many tokens there are."""
    folder = str(make_checkpoint("llama_32"))
    prompts = ["The quick brown fox", "air quality", "環境影響評估", "0123456789 " * 8]
    loaded = load_model(EngineSpec("m", "transformers", folder, dtype="bfloat16"))
    together = greedy(loaded, prompts)
    alone = [
        greedy(load_model(EngineSpec("m", "transformers", folder, dtype="bfloat16")), [each])[0] for each in prompts
    ]
    assert together == alone and all(together)


def test_a_pass_that_computes_something_else_is_not_taken(
    make_checkpoint: MakeCheckpoint, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    own = kernels.Kernels.head
    monkeypatch.setattr(kernels.Kernels, "head", lambda self, *given: own(self, *given).roll(1, dims=-1))
    forward = fastest_right_forward(loaded_in_bfloat16(make_checkpoint, "llama_32"), CPU, CONTEXT_LENGTH)
    assert type(forward) is FlatForward
    assert "the compiled pass over all tokens is off by" in caplog.text


def test_products_that_compute_something_else_are_put_back(
    make_checkpoint: MakeCheckpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, untouched = (loaded_in_bfloat16(make_checkpoint, "llama_32") for _ in range(2))
    own = CompiledLinear.forward
    monkeypatch.setattr(CompiledLinear, "forward", lambda self, rows: own(self, rows) + 1)
    assert not pack(model, CompiledLinear)
    for mine, theirs in zip(model.parameters(), untouched.parameters(), strict=True):
        assert torch.equal(mine, theirs)


def test_one_kind_of_order_is_undone_and_the_other_kept(make_checkpoint: MakeCheckpoint) -> None:
    model = loaded_in_bfloat16(make_checkpoint, "llama_32")
    model.model.layers[1].mlp.up_proj = PackedLinear(model.model.layers[1].mlp.up_proj)
    assert pack(model, CompiledLinear)
    join_projections(model)
    assert not is_compiled(model), "one part is another's"
    split_projections(model)
    unpack(model, CompiledLinear)
    kinds = {type(module) for module in model.modules()}
    assert PackedLinear in kinds and CompiledLinear not in kinds and nn.Linear in kinds


def test_a_head_of_an_odd_size_is_left_to_others(make_checkpoint: MakeCheckpoint, machine: str) -> None:
    model = loaded_in_bfloat16(make_checkpoint, "llama_32")
    model.lm_head = linear(96, 45)
    forward = fastest_right_forward(model, CPU, CONTEXT_LENGTH)
    assert type(forward) is CompiledForward and type(model.lm_head) is PackedLinear


def test_where_memory_ends_between_keys_and_values_neither_grows(monkeypatch: pytest.MonkeyPatch) -> None:
    slots = slot_cache.Slots(CPU)
    layer = slot_cache.SlotLayer(slots)
    layer.lazy_initialization(torch.zeros(1, 2, 3, 32), torch.zeros(1, 2, 3, 32))
    layer.fit(1, 10)
    own, calls = slot_cache._fitted, []

    def short_of_memory(*given: Any) -> Any:
        calls.append(given)
        if len(calls) == 2:
            raise MemoryError
        return own(*given)

    monkeypatch.setattr(slot_cache, "_fitted", short_of_memory)
    with pytest.raises(MemoryError):
        layer.fit(1, 300)
    assert layer.keys is not None and layer.values is not None
    assert layer.keys.shape == layer.values.shape and layer.keys.stride() == layer.values.stride()


def test_keys_and_values_that_lie_differently_are_refused() -> None:
    keys = torch.zeros(4, 1, 256, 32)
    with pytest.raises(RuntimeError, match="alike"):
        kernels.kept_of(keys, torch.zeros(4, 1, 512, 32)[:, :, :256])


@torch.inference_mode()
def test_the_head_tells_what_it_has_summed(machine: str) -> None:
    """In float32, behind a norm that rounds as the model's does."""
    torch.manual_seed(0)
    plain, norm = linear(352, 176), LlamaRMSNorm(352, eps=1e-5).to(torch.bfloat16)
    norm.weight.data.uniform_(0.5, 2)
    hidden = torch.randn(5, 352).to(torch.bfloat16)
    head, program = CompiledLinear(plain), compiled_linear.kernels()
    assert program
    told = program.head(norm.weight, norm.variance_epsilon, head.weights, hidden)
    assert told.dtype == torch.float32
    assert torch.allclose(told, F.linear(norm(hidden).float(), plain.weight.float()), atol=1e-2)
    assert (told - F.linear(norm(hidden).float(), plain.weight.float())).abs().mean() < 1e-3


def test_layers_that_are_not_alike_are_left_to_others(make_checkpoint: MakeCheckpoint, compiler: str) -> None:
    model = loaded_in_bfloat16(make_checkpoint, "llama_32")
    assert pack(model, CompiledLinear)
    join_projections(model)
    assert is_compiled(model)
    mlp, wider = model.model.layers[1].mlp, model.config.intermediate_size + 32
    kept = mlp.gate_proj, mlp.up_proj, mlp.down_proj
    mlp.gate_proj, mlp.up_proj = (CompiledLinear(linear(96, wider)) for _ in range(2))
    mlp.down_proj = CompiledLinear(linear(wider, 96))
    assert not is_compiled(model)
    mlp.gate_proj, mlp.up_proj, mlp.down_proj = kept
    model.model.norm.float()
    assert not is_compiled(model), "its last norm is none of bfloat16"
