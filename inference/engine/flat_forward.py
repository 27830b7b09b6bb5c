"""All tokens of a step in one pass: those of decoding sequences and those of prompts lie behind each other in one list.

For the models that are built as Llama is, which most are. What weighs most, the products with the weights, is then done
once for everything that the step has to read, and without the many small operations of the general program. Attention
alone looks at each sequence for itself. Whether it computes what the model computes is tried while the model is loaded.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from transformers import LlamaForCausalLM, MistralForCausalLM, Qwen2ForCausalLM, Qwen3ForCausalLM

from inference.engine.forward import Work
from inference.engine.joined_projections import side_by_side
from inference.engine.packing import added, gated
from inference.engine.ragged_attention import Attend, RaggedAttention
from inference.engine.sequences import Key
from inference.engine.slot_forward import SlotForward

logger = logging.getLogger(__name__)

BUILT_AS_LLAMA: set[Any] = {LlamaForCausalLM, MistralForCausalLM, Qwen2ForCausalLM, Qwen3ForCausalLM}
# Rotations that depend on nothing but a token's own position, whatever else is read beside it.
ROTATIONS = {"default", "linear", "llama3", "yarn"}


def is_built_as_llama(model: Any) -> bool:
    """Exactly these classes: a model that brings its own code may call itself a Llama and be none."""
    return (
        type(model) in BUILT_AS_LLAMA
        and model.config.hidden_act == "silu"
        and model.model.rotary_emb.rope_type in ROTATIONS
    )


class Norm:
    """Divides by the root of the mean square; in half of the operations that torch needs for it on a CPU, each of
    which costs more than its numbers where there are few of them."""

    def __init__(self, norm: Any) -> None:
        self._weight, self._epsilon, self._size = norm.weight, norm.variance_epsilon, norm.weight.shape[0]

    def __call__(self, states: Tensor) -> Tensor:
        if states.is_cuda:
            return F.rms_norm(states, (self._size,), self._weight, self._epsilon)
        squares = torch.linalg.vector_norm(states, dim=-1, keepdim=True, dtype=torch.float32).square_()
        factor = torch.rsub(squares, self._epsilon, alpha=-1 / self._size).rsqrt_()  # of epsilon + squares / size
        return (states * factor).to(states.dtype) * self._weight


class Layer:
    """One of the model's layers, its parts at hand: to look for them in the model takes longer than some of them."""

    def __init__(self, layer: Any) -> None:
        attention, mlp = layer.self_attn, layer.mlp
        projections = (attention.q_proj, attention.k_proj, attention.v_proj)
        self._head_size = attention.head_dim
        self._queries, self._keys, _ = (projection.out_features // self._head_size for projection in projections)
        self._project = side_by_side(projections)
        self._head_norms = (Norm(attention.q_norm), Norm(attention.k_norm)) if hasattr(attention, "q_norm") else None
        self._output, self._gate, self._up, self._down = attention.o_proj, mlp.gate_proj, mlp.up_proj, mlp.down_proj
        self._before_attention, self._before_mlp = Norm(layer.input_layernorm), Norm(layer.post_attention_layernorm)

    def __call__(self, hidden: Tensor, cosines: Tensor, sines: Tensor, attend: Callable[..., Tensor]) -> Tensor:
        """hidden: [tokens, size]; attend: of queries, keys and values."""
        states = self._project(self._before_attention(hidden)).view(len(hidden), -1, self._head_size)
        heads = self._queries + self._keys
        seeking, values = states[:, :heads], states[:, heads:]
        if self._head_norms:
            of_queries, of_keys = self._head_norms
            seeking = torch.cat([of_queries(seeking[:, : self._queries]), of_keys(seeking[:, self._queries :])], dim=1)
        seeking = _rotated(seeking, cosines, sines)
        seen = attend(seeking[:, : self._queries], seeking[:, self._queries :], values)
        hidden = added(self._output, seen, hidden)
        return added(self._down, gated(self._gate, self._up, self._before_mlp(hidden)), hidden)


class LlamaPass:
    """The model's own layers, applied to a list of tokens."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._layers = [Layer(layer) for layer in model.model.layers[: model.config.num_hidden_layers]]
        self._norm = Norm(model.model.norm)

    def logits(self, token_ids: Tensor, positions: Tensor, last: Tensor, attend: Attend) -> Tensor:
        """token_ids, positions: [tokens]; last: the tokens behind which the logits are wanted, [n, vocabulary]."""
        hidden = self._model.model.embed_tokens(token_ids)
        cosines, sines = self._model.model.rotary_emb(hidden[None], positions[None])
        cosines, sines = cosines[0][:, None], sines[0][:, None].clone()
        sines[..., : sines.shape[-1] // 2].neg_()  # so that a rotation is a sum of two products
        for number, layer in enumerate(self._layers):
            hidden = layer(hidden, cosines, sines, partial(attend, number))
        logits: Tensor = self._model.lm_head(self._norm(hidden[last]))
        return logits


def _rotated(states: Tensor, cosines: Tensor, sines: Tensor) -> Tensor:
    return torch.addcmul(states * cosines, states.roll(states.shape[-1] // 2, dims=-1), sines)


class FlatForward(SlotForward):
    """One pass for everything that a step has to read; where that fails, each for itself, so that only one fails."""

    def __init__(self, model: Any, device: torch.device) -> None:
        super().__init__(model, device)
        self.falls_back = True
        self._pass, self._attention = self.made_for(model)

    def made_for(self, model: Any) -> tuple[LlamaPass, Callable[..., RaggedAttention]]:
        """What computes the layers, and how attention for a step is made."""
        return LlamaPass(model), RaggedAttention

    @torch.inference_mode()
    def advance(self, works: list[Work]) -> list[Tensor | Exception]:
        results = self._join_those_that_decode(works)
        together = self._advance_together([work for work in works if work.key not in results])
        if together is None:
            return self._advance_each(works, results)
        results.update(together)
        return [results[work.key] for work in works]

    def _advance_together(self, works: list[Work]) -> dict[Key, Tensor | Exception] | None:
        """None, and everything as before, where the pass fails."""
        lengths = {work.key: self._length(work.key) for work in works if not work.is_decoding}
        try:
            return self._advance_all(works)
        except Exception as error:  # most likely memory
            if not self.falls_back:
                raise
            logger.warning("a pass over %d sequences failed, each is tried for itself: %s", len(works), error)
        # Not above: while the error lives, so do the tensors of the pass.
        for key, length in lengths.items():
            self._shorten(key, length)
        return None

    def _advance_all(self, works: list[Work]) -> dict[Key, Tensor | Exception]:
        decoding = {work.key: work.token_ids for work in works if work.is_decoding}
        reading = [work for work in works if not work.is_decoding]
        lists = [*(decoding[key] for key in self._keys), *(work.token_ids for work in reading)]
        if not lists:
            return {}
        cache = self._begin_rows() if self._keys else None
        pieces = [(self._cache_of(work.key), len(work.token_ids)) for work in reading]
        attention = self._attention(cache, pieces, self._model.dtype, self._device)
        token_ids = torch.tensor([token_id for tokens in lists for token_id in tokens], device=self._device)
        ends = torch.tensor([len(tokens) for tokens in lists], device=self._device).cumsum(0) - 1
        logits = self._pass.logits(token_ids, attention.positions, ends, attention)
        if cache:
            cache.end_step()
        return dict(zip([*self._keys, *(work.key for work in reading)], logits, strict=True))

    def _length(self, key: Key) -> int:
        return self._caches[key].get_seq_length() if key in self._caches else 0

    def _shorten(self, key: Key, length: int) -> None:
        """Some layers have taken tokens that others have not, or keys and no values."""
        if length == 0:
            self._caches.pop(key, None)
            return
        for layer in self._caches[key].layers:
            layer.keys, layer.values = layer.keys[:, :, :length], layer.values[:, :, :length]
            if hasattr(layer, "cumulative_length"):  # of a layer with a window
                layer.cumulative_length = length
