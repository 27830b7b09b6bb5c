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
from transformers import DynamicCache

from inference.engine.forward import Work
from inference.engine.packing import added, gated
from inference.engine.ragged_attention import Attend, RaggedAttention
from inference.engine.sequences import Key
from inference.engine.slot_forward import SlotForward

logger = logging.getLogger(__name__)

BUILT_AS_LLAMA = {"llama", "mistral", "qwen2", "qwen3"}
# Rotations that depend on nothing but a token's own position, whatever else is read beside it.
ROTATIONS = {"default", "linear", "llama3", "yarn"}


def is_built_as_llama(model: Any) -> bool:
    config = model.config
    return (
        getattr(config, "model_type", None) in BUILT_AS_LLAMA
        and getattr(config, "hidden_act", None) == "silu"
        and getattr(getattr(getattr(model, "model", None), "rotary_emb", None), "rope_type", None) in ROTATIONS
    )


class LlamaPass:
    """The model's own layers, applied to a list of tokens."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._layers = list(model.model.layers)

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
        self._pass = LlamaPass(model)

    @torch.inference_mode()
    def advance(self, works: list[Work]) -> list[Tensor | Exception]:
        results = self._join_those_that_decode(works)
        rest = [work for work in works if work.key not in results]
        lengths = {work.key: self._length(work.key) for work in rest if not work.is_decoding}
        try:
            results.update(self._advance_all(rest))
        except Exception as error:  # most likely memory
            logger.warning("a pass over %d sequences failed, each is tried for itself: %s", len(rest), error)
            for key, length in lengths.items():
                self._shorten(key, length)
            return super().advance(works)
        return [results[work.key] for work in works]

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

    def _cache_of(self, key: Key) -> Any:
        """Of a sequence that reads its prompt."""
        if key not in self._caches:
            self._caches[key] = DynamicCache(config=self._model.config)
        return self._caches[key]

    def _length(self, key: Key) -> int:
        return self._caches[key].get_seq_length() if key in self._caches else 0

    def _shorten(self, key: Key, length: int) -> None:
        """Some layers have taken tokens that others have not."""
        if length == 0:
            self._caches.pop(key, None)
            return
        for layer in self._caches[key].layers:
            layer.crop(min(0, length - layer.get_seq_length()))
