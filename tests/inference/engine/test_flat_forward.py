"""All tokens of a step in one pass: prompts beside running answers, when it fails, and with ordered weights."""

from __future__ import annotations

import random
import weakref
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from inference.engine.choose_forward import fastest_right_forward
from inference.engine.flat_forward import FlatForward, is_built_as_llama
from inference.engine.forward import Forward, OneByOneForward, Work
from inference.engine.joined_projections import NAMES, Part, join_projections, side_by_side, split_projections
from inference.engine.loading import LoadedModel, load_model
from inference.engine.packing import PackedLinear, added, gated, pack, unpack
from inference.engine.slot_cache import SlotLayer
from inference.engine.slot_forward import SlotForward
from inference.engine.types import EngineSpec

from .conftest import CONTEXT_LENGTH, VOCABULARY_SIZE, MakeCheckpoint

CPU = torch.device("cpu")
Load = Callable[[str], LoadedModel]


@pytest.fixture(autouse=True)
def no_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is compiled has tests of its own (test_kernels.py); here is what other machines do."""
    monkeypatch.setattr("inference.engine.choose_forward.kernels", lambda: None)


def tokens(chance: random.Random, count: int) -> list[int]:
    return [chance.randrange(VOCABULARY_SIZE) for _ in range(count)]


def logits_of(forward: Forward, steps: list[list[Work]]) -> list[Tensor]:
    found = []
    for works in steps:
        for result in forward.advance(works):
            assert isinstance(result, Tensor), result
            found.append(result.float())
    return found


def mixed_steps(seed: str) -> list[list[Work]]:
    """Answers run while prompts of others are read in pieces, several in one step, one token long and longer."""
    chance = random.Random(seed)
    steps: list[list[Work]] = []
    running: list[int] = []
    reading: dict[int, list[int]] = {}
    for number in range(40):
        if number < 25:
            reading[number] = tokens(chance, chance.randrange(2, 40))
        works = [Work(key, tokens(chance, 1), is_decoding=True) for key in running]
        for key in list(reading)[:3]:
            size = chance.randrange(1, 16)
            works.append(Work(key, reading[key][:size]))
            reading[key] = reading[key][size:]
            if not reading[key]:
                del reading[key]
                running.append(key)
        steps.append(works)
    return steps


@pytest.mark.parametrize("architecture", ["llama", "qwen2", "qwen3"])
def test_prompts_are_read_beside_running_answers(architecture: str, load: Load) -> None:
    model = load(architecture).model
    steps = mixed_steps(architecture)
    assert any({work.is_decoding for work in works} == {True, False} and len(works) > 4 for works in steps)
    for mine, theirs in zip(
        logits_of(FlatForward(model, CPU), steps), logits_of(OneByOneForward(model, CPU), steps), strict=True
    ):
        assert torch.allclose(mine, theirs, atol=1e-3, rtol=1e-3)


def test_a_rotation_that_depends_on_the_neighbours_is_left_to_the_model(load: Load, make_checkpoint: Any) -> None:
    llama = load_model(EngineSpec("m", "transformers", str(make_checkpoint("llama")), dtype="float32")).model
    assert is_built_as_llama(llama)
    llama.model.rotary_emb.rope_type = "dynamic"
    assert not is_built_as_llama(llama)
    assert type(fastest_right_forward(llama, CPU, CONTEXT_LENGTH)) is SlotForward
    assert not is_built_as_llama(load("gemma").model), "another activation, another norm"


def test_a_model_that_only_looks_like_a_llama_is_found_out(make_checkpoint: MakeCheckpoint) -> None:
    llama = load_model(EngineSpec("m", "transformers", str(make_checkpoint("llama")), dtype="float32")).model
    norm = llama.model.layers[0].input_layernorm
    norm.forward = lambda states, own=norm.forward: own(states) + 0.1
    assert type(fastest_right_forward(llama, CPU, CONTEXT_LENGTH)) is SlotForward


def test_when_a_pass_fails_each_is_tried_for_itself(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    model = load("llama").model
    forward, alone = FlatForward(model, CPU), OneByOneForward(model, CPU)
    steps = mixed_steps("failure")
    attend = "inference.engine.ragged_attention.scaled_dot_product_attention"
    real = torch.nn.functional.scaled_dot_product_attention
    calls = {"count": 0}

    def short_of_memory(*args: Any, **kwargs: Any) -> Tensor:
        """In some steps the second layer fails, when the first one's caches have grown already."""
        calls["count"] += 1
        if calls["count"] % 7 == 0:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return real(*args, **kwargs)

    monkeypatch.setattr(attend, short_of_memory)
    for mine, theirs in zip(logits_of(forward, steps), logits_of(alone, steps), strict=True):
        assert torch.allclose(mine, theirs, atol=1e-3, rtol=1e-3)


@pytest.mark.parametrize("architecture", ["llama", "mistral"])
@pytest.mark.parametrize("nth", range(1, 6))
def test_memory_that_ends_while_a_cache_grows_leaves_it_as_it_was(
    architecture: str, nth: int, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys grow before values, layer by layer; a piece of one token would not notice that they differ in length."""
    model = load(architecture).model
    forward, alone = FlatForward(model, CPU), OneByOneForward(model, CPU)
    text = tokens(random.Random(nth), 20)
    real, calls = torch.cat, {"count": 0}

    def short_of_memory(tensors: Any, *args: Any, **kwargs: Any) -> Tensor:
        calls["count"] += kwargs.get("dim") == -2
        if calls["count"] == nth and kwargs.get("dim") == -2:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return real(tensors, *args, **kwargs)

    [before] = logits_of(forward, [[Work("a", text[:9])]])
    assert torch.allclose(before, logits_of(alone, [[Work("a", text[:9])]])[0], atol=1e-4)
    monkeypatch.setattr(torch, "cat", short_of_memory)
    steps = [[Work("a", text[9:10])], [Work("a", text[10:])]]
    got = logits_of(forward, steps)
    monkeypatch.setattr(torch, "cat", real)
    assert calls["count"] >= nth, "the premise"
    for mine, theirs in zip(got, logits_of(alone, steps), strict=True):
        assert torch.allclose(mine, theirs, atol=1e-4)


def test_who_could_not_join_is_told_the_reason(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where the pass of the others fails in the same step."""
    forward = FlatForward(load("llama").model, CPU)
    logits_of(forward, [[Work("a", [1, 2, 3]), Work("b", [4, 5, 6])]])
    real, calls = SlotLayer.put, {"count": 0}

    def full(self: SlotLayer, *args: Any) -> None:
        calls["count"] += 1
        if calls["count"] == 2:  # in its second layer
            raise torch.OutOfMemoryError("CUDA out of memory")
        real(self, *args)

    def broken(*args: Any) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(SlotLayer, "put", full)
    monkeypatch.setattr(FlatForward, "_advance_all", broken)
    first, second = forward.advance([Work("a", [7], is_decoding=True), Work("b", [8], is_decoding=True)])
    assert isinstance(first, torch.OutOfMemoryError) and isinstance(second, Tensor)


def test_a_pass_that_always_fails_is_not_taken(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_kernel(*args: Any, **kwargs: Any) -> Tensor:
        raise RuntimeError("no kernel for this")

    monkeypatch.setattr("inference.engine.ragged_attention.scaled_dot_product_attention", no_kernel)
    assert type(fastest_right_forward(load("llama").model, CPU, CONTEXT_LENGTH)) is SlotForward


# --- ordered weights -------------------------------------------------------------------------------------------------


def linear(inputs: int, outputs: int, bias: bool) -> nn.Linear:
    made = nn.Linear(inputs, outputs, bias=bias, dtype=torch.bfloat16)
    return made.requires_grad_(False)


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("shape", [(1, 96), (7, 96), (1, 1, 96), (2, 5, 96), (3, 1, 96)])
@torch.inference_mode()
def test_an_ordered_layer_computes_the_same(shape: tuple[int, ...], bias: bool) -> None:
    torch.manual_seed(1)
    plain, other, rows = linear(96, 160, bias), linear(96, 160, bias), torch.randn(shape).to(torch.bfloat16)
    packed, packed_other = PackedLinear(plain), PackedLinear(other)
    residual = torch.randn(*shape[:-1], 160).to(torch.bfloat16)
    for mine, theirs in (
        (packed(rows), plain(rows)),
        (added(packed, rows, residual), added(plain, rows, residual)),
        (gated(packed, packed_other, rows), gated(plain, other, rows)),
    ):
        assert mine.shape == theirs.shape and mine.dtype == theirs.dtype
        assert torch.allclose(mine.float(), theirs.float(), atol=0.03, rtol=0.02)
    assert torch.equal(packed.unpacked().weight, plain.weight)


def end_memory_at(nth: int, error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """The nth weight that is brought into order from now on finds no memory."""
    own, calls = PackedLinear.__init__, {"count": 0}

    def short_of_memory(self: PackedLinear, linear: nn.Linear) -> None:
        calls["count"] += 1
        if calls["count"] == nth:
            raise error
        own(self, linear)

    monkeypatch.setattr(PackedLinear, "__init__", short_of_memory)


def loaded_in_bfloat16(make_checkpoint: MakeCheckpoint, name: str) -> Any:
    return load_model(EngineSpec("m", "transformers", str(make_checkpoint(name)), dtype="bfloat16")).model


def assert_it_rounds_as_the_model(
    forward: Forward, name: str, steps: list[list[Work]], make_checkpoint: MakeCheckpoint
) -> None:
    """It is about as far from what exact numbers give as the model's own program in bfloat16 is."""
    plain = OneByOneForward(loaded_in_bfloat16(make_checkpoint, name), CPU)
    exact = OneByOneForward(loaded_in_bfloat16(make_checkpoint, name).float(), CPU)
    mine, theirs, truth = (torch.stack(logits_of(each, steps)) for each in (forward, plain, exact))
    rounding = (theirs - truth).abs().mean()
    assert 0 < (mine - truth).abs().mean() < 1.2 * rounding < truth.std()


@pytest.mark.parametrize(
    ("architecture", "kind"), [("llama", FlatForward), ("qwen3", FlatForward), ("phi", SlotForward)]
)
def test_bfloat16_weights_are_ordered_and_held_once(
    architecture: str, kind: type[Forward], make_checkpoint: MakeCheckpoint
) -> None:
    model = loaded_in_bfloat16(make_checkpoint, architecture)
    forward = fastest_right_forward(model, CPU, CONTEXT_LENGTH)
    assert type(forward) is kind
    assert not [name for name, module in model.named_modules() if type(module) is nn.Linear]
    assert_it_rounds_as_the_model(forward, architecture, mixed_steps(architecture), make_checkpoint)


@pytest.mark.parametrize("architecture", ["llama", "qwen2", "qwen3"])
def test_joined_projections_compute_the_same_and_can_be_split(
    architecture: str, make_checkpoint: MakeCheckpoint
) -> None:
    model = loaded_in_bfloat16(make_checkpoint, architecture)
    assert pack(model)
    attention, rows = model.model.layers[1].self_attn, torch.randn(5, model.config.hidden_size).to(torch.bfloat16)
    with torch.inference_mode():
        apart = [getattr(attention, name)(rows) for name in NAMES]
        plain = [getattr(attention, name).unpacked() for name in NAMES]
        assert (plain[0].bias is not None) == (architecture == "qwen2"), "the premise"
        join_projections(model)
        parts = [getattr(attention, name) for name in NAMES]
        assert all(type(part) is Part and part.whole is parts[0].whole for part in parts)
        for mine, theirs in zip([part(rows) for part in parts], apart, strict=True):
            assert torch.allclose(mine.float(), theirs.float(), atol=0.01, rtol=0.01)
        assert torch.equal(side_by_side(parts)(rows), torch.cat([part(rows) for part in parts], dim=-1))
        split_projections(model)
    for name, before in zip(NAMES, plain, strict=True):
        again = getattr(attention, name).unpacked()
        assert torch.equal(again.weight, before.weight)
        assert again.bias is before.bias is None or torch.equal(again.bias, before.bias)


def test_where_the_pass_is_not_taken_the_projections_stay_apart(
    make_checkpoint: MakeCheckpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = loaded_in_bfloat16(make_checkpoint, "llama")

    def broken(*args: Any) -> Tensor:
        raise RuntimeError("no kernel for this")

    monkeypatch.setattr("inference.engine.flat_forward.LlamaPass.logits", broken)
    assert type(fastest_right_forward(model, CPU, CONTEXT_LENGTH)) is SlotForward
    assert not [module for module in model.modules() if type(module) is Part]


def test_where_memory_ends_while_joining_the_rest_stays_apart(
    make_checkpoint: MakeCheckpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = loaded_in_bfloat16(make_checkpoint, "llama")
    assert pack(model)
    end_memory_at(2, RuntimeError("can't allocate memory"), monkeypatch)
    join_projections(model)
    kinds = [type(layer.self_attn.q_proj) for layer in model.model.layers]
    assert kinds == [Part, *[PackedLinear] * (len(kinds) - 1)] and len(kinds) > 1


def test_other_formats_and_layers_stay_as_they_are(load: Load, make_checkpoint: MakeCheckpoint) -> None:
    fastest_right_forward(load("llama").model, CPU, CONTEXT_LENGTH)
    assert any(type(module) is nn.Linear for module in load("llama").model.modules()), "float32 is fast as it is"
    model = loaded_in_bfloat16(make_checkpoint, "llama")
    model.model.layers[0].mlp.up_proj.float()
    assert pack(model)
    assert type(model.model.layers[0].mlp.up_proj) is nn.Linear and type(model.lm_head) is PackedLinear


def test_layers_that_would_compute_something_else_are_put_back(
    make_checkpoint: MakeCheckpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, untouched = (loaded_in_bfloat16(make_checkpoint, "llama") for _ in range(2))
    own = PackedLinear.forward
    monkeypatch.setattr(  # only the head is wrong, so that the layers before it have been replaced already
        PackedLinear,
        "forward",
        lambda self, rows, then="none": own(self, rows, then) + (self.out_features == VOCABULARY_SIZE),
    )
    assert not pack(model)
    for mine, theirs in zip(model.parameters(), untouched.parameters(), strict=True):
        assert torch.equal(mine, theirs)


def test_a_tied_head_keeps_its_embedding(make_checkpoint: MakeCheckpoint) -> None:
    model = loaded_in_bfloat16(make_checkpoint, "llama")
    model.lm_head.weight = model.model.embed_tokens.weight
    before = model.model.embed_tokens.weight.clone()
    assert pack(model) and type(model.lm_head) is PackedLinear
    assert torch.equal(model.model.embed_tokens.weight, before)
    unpack(model)
    assert model.lm_head.weight is model.model.embed_tokens.weight


def test_the_plain_weights_go_one_by_one(make_checkpoint: MakeCheckpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    model = loaded_in_bfloat16(make_checkpoint, "llama")
    alive: list[weakref.ref[Any]] = []
    most = {"count": 0}
    own = PackedLinear.__init__

    def counted(self: PackedLinear, linear: nn.Linear) -> None:
        alive.append(weakref.ref(linear.weight))
        most["count"] = max(most["count"], sum(weight() is not None for weight in alive))
        own(self, linear)

    monkeypatch.setattr(PackedLinear, "__init__", counted)
    assert pack(model)
    assert len(alive) > 10 and most["count"] <= 2


@pytest.mark.parametrize("error", [MemoryError("no"), RuntimeError("can't allocate memory")])
def test_where_memory_ends_the_rest_stays_plain(
    error: Exception, make_checkpoint: MakeCheckpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = loaded_in_bfloat16(make_checkpoint, "llama")
    end_memory_at(5, error, monkeypatch)
    assert type(fastest_right_forward(model, CPU, CONTEXT_LENGTH)) is FlatForward
    kinds = [type(module) for module in model.modules()]
    assert kinds.count(PackedLinear) == 2 and kinds.count(Part) == 3, "the head, and the first layer's three in one"
    assert nn.Linear in kinds
