"""The pass over all tokens of a step by the compiled arithmetic (`arithmetic/`): all layers in one call where every
token decodes. Prompts are attended to by torch as before, in the middle of each layer.
"""

from __future__ import annotations

from collections.abc import Callable
from ctypes import Array
from typing import Any, cast

import torch
from torch import Tensor, nn

from inference.engine.compiled_linear import OUTPUTS_IN_A_BLOCK, CompiledLinear
from inference.engine.flat_forward import BUILT_AS_LLAMA, ROTATIONS, FlatForward, LlamaPass
from inference.engine.joined_projections import NAMES, Part
from inference.engine.kernels import Kept, Kernels, LayerParts, Work, kept_of, kernels
from inference.engine.ragged_attention import Attend, RaggedAttention, read

MOST_IN_GROUP = 64  # queries that share keys and values: their scores lie on the stack
HEAD_SIZE_STEP = 32
FAMILIES = {kind.config_class.model_type for kind in BUILT_AS_LLAMA}  # as config.json names them


def will_be_compiled(config: Any, context_length: int) -> bool:
    """As far as a model's config tells it: head and all, so that hardly anything is left to torch."""
    if config.model_type not in FAMILIES:
        return False
    size = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    window = getattr(config, "sliding_window", None)
    rotation = (getattr(config, "rope_parameters", None) or {}).get("rope_type", "default")
    return (
        config.hidden_act == "silu"
        and rotation in ROTATIONS
        and not (window and window <= context_length)
        and not any(number % HEAD_SIZE_STEP for number in (config.hidden_size, config.intermediate_size, size))
        and config.vocab_size % OUTPUTS_IN_A_BLOCK == 0
        and kernels() is not None
    )


def is_compiled(model: Any) -> bool:
    """For a model that is built as Llama is: whether all layers were taken, queries, keys and values as one. They have
    to be alike, since they share their room."""
    layers = model.model.layers
    return (
        all(map(_takes, layers))
        and len({_shape(layer) for layer in layers}) == 1
        and model.model.norm.weight.dtype == torch.bfloat16
    )


def _shape(layer: Any) -> tuple[int, ...]:
    attention, mlp = layer.self_attn, layer.mlp
    projections = (attention.q_proj, attention.k_proj, mlp.gate_proj)
    return (attention.head_dim, *(projection.out_features for projection in projections))


def _takes(layer: Any) -> bool:
    attention, mlp = layer.self_attn, layer.mlp
    linears = (attention.o_proj, mlp.gate_proj, mlp.up_proj, mlp.down_proj)
    parts = [getattr(attention, name) for name in NAMES]
    return (
        all(isinstance(linear, CompiledLinear) for linear in linears)
        and all(isinstance(part, Part) and isinstance(part.whole, CompiledLinear) for part in parts)
        and attention.head_dim % HEAD_SIZE_STEP == 0
        and parts[0].out_features <= MOST_IN_GROUP * parts[1].out_features
        and all(norm.weight.dtype == torch.bfloat16 for norm in _norms(layer).values() if norm is not None)
    )


def _norms(layer: Any) -> dict[str, nn.Module | None]:
    return {
        "norm_before": layer.input_layernorm,
        "norm_between": layer.post_attention_layernorm,
        "norm_queries": getattr(layer.self_attn, "q_norm", None),
        "norm_keys": getattr(layer.self_attn, "k_norm", None),
    }


def _parts(layer: Any) -> LayerParts:
    attention, mlp, norms = layer.self_attn, layer.mlp, cast(dict[str, Any], _norms(layer))
    size = attention.head_dim
    of_heads = norms["norm_queries"]
    return LayerParts(
        project=attention.q_proj.whole.weights,
        output=attention.o_proj.weights,
        gate=mlp.gate_proj.weights,
        up=mlp.up_proj.weights,
        down=mlp.down_proj.weights,
        epsilon=norms["norm_before"].variance_epsilon,
        epsilon_heads=of_heads.variance_epsilon if of_heads else 0.0,
        queries=attention.q_proj.out_features // size,
        keys=attention.k_proj.out_features // size,
        size=size,
        **{name: norm.weight.data_ptr() for name, norm in norms.items() if norm is not None},
    )


class CompiledPass(LlamaPass):
    """What the model computes, from its own weights."""

    def __init__(self, model: Any) -> None:
        self._model = model
        found = kernels()
        assert found, "layers were compiled"
        self._kernels: Kernels = found
        parts = [_parts(layer) for layer in model.model.layers[: model.config.num_hidden_layers]]
        self._parts = (LayerParts * len(parts))(*parts)
        self._last_norm = model.model.norm

    def logits(self, token_ids: Tensor, positions: Tensor, last: Tensor, attend: Attend) -> Tensor:
        """In float32, as the head sums them, where the head is compiled, too."""
        assert isinstance(attend, CompiledAttention)
        hidden = self._model.model.embed_tokens(token_ids)
        step = Step(self._parts[0], hidden, *self._rotations(hidden, positions), attend.row_count)
        self._kernels.use_threads(torch.get_num_threads())
        attend.begin(self._kernels, self._parts, step)
        if attend.are_all_decoding:
            attend.decode()
            return self._told(hidden)
        for number, layer in enumerate(self._parts):
            self._kernels.before_attention(layer, step.work)
            attend(number, *step.states.split([layer.queries, layer.keys, layer.keys], dim=1))
            self._kernels.after_attention(layer, step.work)
        return self._told(hidden[last])

    def _told(self, hidden: Tensor) -> Tensor:
        head, norm = self._model.lm_head, self._last_norm
        if isinstance(head, CompiledLinear):
            return self._kernels.head(norm.weight, norm.variance_epsilon, head.weights, hidden)
        return cast(Tensor, head(norm(hidden)))

    def _rotations(self, hidden: Tensor, positions: Tensor) -> tuple[Tensor, Tensor]:
        """Of the tokens' positions, each [tokens, head size], as the model has them."""
        cosines, sines = self._model.model.rotary_emb(hidden[None], positions[None])
        return cosines[0].contiguous(), sines[0].contiguous()


class Step:
    """The tensors of one pass, which all layers share, and where they lie."""

    def __init__(self, layer: LayerParts, hidden: Tensor, cosines: Tensor, sines: Tensor, rows: int) -> None:
        tokens = len(hidden)
        self.states = hidden.new_empty(tokens, layer.queries + 2 * layer.keys, layer.size)
        self.seen = hidden.new_empty(tokens, layer.queries, layer.size)
        tensors = {
            "hidden": hidden,
            "normed": torch.empty_like(hidden),
            "states": self.states,
            "seen": self.seen,
            "inner": hidden.new_empty(tokens, layer.gate.outputs),
            "cosines": cosines,
            "sines": sines,
        }
        self._tensors = tensors  # kept alive
        self.work = Work(tokens=tokens, rows=rows, **{name: tensor.data_ptr() for name, tensor in tensors.items()})


class CompiledForward(FlatForward):
    """Taken where `is_compiled`."""

    def made_for(self, model: Any) -> tuple[LlamaPass, Callable[..., RaggedAttention]]:
        return CompiledPass(model), CompiledAttention


class CompiledAttention(RaggedAttention):
    """What decodes is attended to by the compiled program, prompts by torch. Both write into what the step has seen."""

    def begin(self, program: Kernels, layers: Array[LayerParts], step: Step) -> None:
        self._kernels, self._layers, self._step = program, layers, step
        if self._rows:
            stored = self._rows.slot_layers[: len(layers)]
            self._kept = (Kept * len(layers))(*(kept_of(*each.tensors) for each in stored))
            step.work.positions = self._rows.slots.positions.data_ptr()

    @property
    def row_count(self) -> int:
        return self._count

    @property
    def are_all_decoding(self) -> bool:
        return not self._pieces

    def decode(self) -> None:
        """All layers at once."""
        self._kernels.decode(self._layers, self._step.work, self._kept)

    def __call__(self, layer: int, queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        if self._rows:
            self._kernels.attend(self._layers[layer], self._step.work, self._kept[layer])
        for piece in self._pieces:
            here = piece.tokens
            self._step.seen[here] = read(layer, piece, queries[here], keys[here], values[here])
        return self._step.seen
