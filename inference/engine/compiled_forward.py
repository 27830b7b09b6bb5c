"""The pass over all tokens of a step with a layer in three calls of the compiled arithmetic (`kernels.c`): what comes
before attention, attention of what decodes, what comes behind it. Prompts are attended to by torch as before.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, cast

import torch
from torch import Tensor, nn

from inference.engine.compiled_linear import OUTPUTS_IN_A_BLOCK, CompiledLinear
from inference.engine.flat_forward import BUILT_AS_LLAMA, ROTATIONS, FlatForward, LlamaPass, Norm
from inference.engine.joined_projections import NAMES, Part
from inference.engine.kernels import Kernels, LayerParts, kernels
from inference.engine.ragged_attention import Attend, RaggedAttention

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
    """For a model that is built as Llama is: whether all layers were taken, queries, keys and values as one."""
    return all(map(_takes, model.model.layers))


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
        self.parts = [_parts(layer) for layer in model.model.layers[: model.config.num_hidden_layers]]
        self._norm = Norm(model.model.norm)

    def logits(self, token_ids: Tensor, positions: Tensor, last: Tensor, attend: Attend) -> Tensor:
        """In float32, as the head sums them, where the head is compiled, too."""
        hidden = self._model.model.embed_tokens(token_ids)
        cosines, sines = self._rotations(hidden, positions)
        self._kernels.use_threads(torch.get_num_threads())
        first = self.parts[0]
        heads, size = first.queries + 2 * first.keys, first.size
        normed = torch.empty_like(hidden)
        states = hidden.new_empty(len(hidden), heads, size)
        inner = hidden.new_empty(len(hidden), first.gate.outputs)
        for number, layer in enumerate(self.parts):
            self._kernels.before_attention(layer, hidden, cosines, sines, normed, states)
            queries, keys, values = states.split([layer.queries, layer.keys, layer.keys], dim=1)
            seen = attend(number, queries, keys, values).contiguous()
            self._kernels.after_attention(layer, seen, hidden, normed, inner)
        head, told = self._model.lm_head, self._norm(hidden[last])
        return head.exact(told) if isinstance(head, CompiledLinear) else cast(Tensor, head(told))

    def attend(self, layer: int, states: Tensor, keys: Tensor, values: Tensor, positions: Tensor) -> Tensor:
        """As `Kernels.attend`, by the layer's number."""
        return self._kernels.attend(self.parts[layer], states, keys, values, positions)

    def _rotations(self, hidden: Tensor, positions: Tensor) -> tuple[Tensor, Tensor]:
        """Of the tokens' positions, each [tokens, head size], as the model has them."""
        cosines, sines = self._model.model.rotary_emb(hidden[None], positions[None])
        return cosines[0].contiguous(), sines[0].contiguous()


class CompiledForward(FlatForward):
    """Taken where `is_compiled`."""

    def made_for(self, model: Any) -> tuple[LlamaPass, Callable[..., RaggedAttention]]:
        compiled = CompiledPass(model)
        return compiled, partial(CompiledAttention, compiled.attend)


class CompiledAttention(RaggedAttention):
    """queries: the beginning of what `before_attention` wrote, keys and values behind them in each token."""

    def __init__(self, attend: Callable[..., Tensor], *given: Any) -> None:
        super().__init__(*given)
        self._attend = attend

    def _decode(self, layer: int, queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        assert self._rows
        kept = self._rows.slot_layers[layer]
        return self._attend(layer, queries, kept.keys, kept.values, self._rows.slots.positions)
