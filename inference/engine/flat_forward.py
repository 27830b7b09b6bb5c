"""All tokens of a step in one pass: those of decoding sequences and those of prompts lie behind each other in one list.

For the models that are built as Llama is, which most are. What weighs most, the products with the weights, is then done
once for everything that the step has to read, and without the many small operations of the general program. Attention
alone looks at each sequence for itself. Whether it computes what the model computes is tried while the model is loaded.
"""

from __future__ import annotations

import logging
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from transformers import LlamaForCausalLM, MistralForCausalLM, Qwen2ForCausalLM, Qwen3ForCausalLM

from inference.engine.forward import Work
from inference.engine.packing import added, gated
from inference.engine.ragged_attention import Attend, RaggedAttention
from inference.engine.sequences import Key
from inference.engine.slot_forward import SlotForward

logger = logging.getLogger(__name__)

BUILT_AS_LLAMA = {LlamaForCausalLM, MistralForCausalLM, Qwen2ForCausalLM, Qwen3ForCausalLM}
# Rotations that depend on nothing but a token's own position, whatever else is read beside it.
ROTATIONS = {"default", "linear", "llama3", "yarn"}


def is_built_as_llama(model: Any) -> bool:
    """Exactly these classes: a model that brings its own code may call itself a Llama and be none."""
    return (
        type(model) in BUILT_AS_LLAMA
        and model.config.hidden_act == "silu"
        and model.model.rotary_emb.rope_type in ROTATIONS
    )


class LlamaPass:
    """The model's own layers, applied to a list of tokens."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._layers = list(model.model.layers)[: model.config.num_hidden_layers]

    def logits(self, token_ids: Tensor, positions: Tensor, last: Tensor, attend: Attend) -> Tensor:
        """token_ids, positions: [tokens]; last: the tokens behind which the logits are wanted, [n, vocabulary]."""
        hidden = self._model.model.embed_tokens(token_ids)
        cosines, sines = self._model.model.rotary_emb(hidden[None], positions[None])
        cosines, sines = cosines[0][:, None], sines[0][:, None].clone()
        sines[..., : sines.shape[-1] // 2].neg_()  # so that a rotation is a sum of two products
        for number, layer in enumerate(self._layers):
            attention, mlp = layer.self_attn, layer.mlp
            read = _normalised(layer.input_layernorm, hidden)
            queries, keys, values = _heads(attention, read)
            queries, keys = _rotated(queries, cosines, sines), _rotated(keys, cosines, sines)
            hidden = added(attention.o_proj, attend(number, queries, keys, values), hidden)
            read = _normalised(layer.post_attention_layernorm, hidden)
            hidden = added(mlp.down_proj, gated(mlp.gate_proj, mlp.up_proj, read), hidden)
        logits: Tensor = self._model.lm_head(_normalised(self._model.model.norm, hidden[last]))
        return logits


def _heads(attention: Any, read: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    queries, keys, values = (
        project(read).view(len(read), -1, attention.head_dim)
        for project in (attention.q_proj, attention.k_proj, attention.v_proj)
    )
    if hasattr(attention, "q_norm"):
        queries, keys = _normalised(attention.q_norm, queries), _normalised(attention.k_norm, keys)
    return queries, keys, values


def _normalised(norm: Any, states: Tensor) -> Tensor:
    return F.rms_norm(states, (states.shape[-1],), norm.weight, norm.variance_epsilon)


def _rotated(states: Tensor, cosines: Tensor, sines: Tensor) -> Tensor:
    return torch.addcmul(states * cosines, states.roll(states.shape[-1] // 2, dims=-1), sines)


class FlatForward(SlotForward):
    """One pass for everything that a step has to read; where that fails, each for itself, so that only one fails."""

    def __init__(self, model: Any, device: torch.device) -> None:
        super().__init__(model, device)
        self.falls_back = True
        self._pass = LlamaPass(model)

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
        cache, seen = self._begin_rows() if self._keys else (None, None)
        pieces = [(self._cache_of(work.key), len(work.token_ids)) for work in reading]
        attention = RaggedAttention(cache, seen, pieces, self._model.dtype, self._device)
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
