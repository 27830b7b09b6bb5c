"""Loads a checkpoint that turns texts into vectors, and computes them: padding, attention mask, pooling.

Knows torch and transformers; knows no request and no process.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from transformers import AutoModel, AutoModelForTextEncoding, PreTrainedTokenizerBase

from inference.engine.embedding_files import EmbeddingFiles, Pooling, embedding_files
from inference.engine.hardware import choose_device, choose_dtype
from inference.engine.loading import (
    WEIGHTS_TO,
    Progress,
    check_memory,
    context_length_of,
    folders_of,
    load_config,
    load_tokenizer,
    load_weights,
    told_to,
)
from inference.engine.types import EngineInfo, EngineSpec, Loading, ModelUnavailable


@dataclass(slots=True)
class EmbeddingModel:
    """A model that has computed its first vector."""

    model: Any  # a transformers model: its classes share no useful static type
    tokenizer: PreTrainedTokenizerBase
    device: torch.device
    pooling: Pooling
    vocabulary_size: int
    info: EngineInfo

    def vectors(self, token_ids: Sequence[Sequence[int]]) -> Tensor:
        """One row for each input, float32, not yet of length 1.

        Padded on the right, whichever side the tokenizer prefers: positions then count from the first token, and a
        model that reads forwards never sees the padding. The mask hides it from those that read both ways.
        """
        longest = max(len(ids) for ids in token_ids)
        padding = int(getattr(self.model.config, "pad_token_id", None) or 0)
        padded = [[*ids, *[padding] * (longest - len(ids))] for ids in token_ids]
        lengths = torch.tensor([len(ids) for ids in token_ids], device=self.device)
        mask = (torch.arange(longest, device=self.device)[None, :] < lengths[:, None]).long()
        with torch.inference_mode():
            input_ids = torch.tensor(padded, dtype=torch.long, device=self.device)
            states = self.model(input_ids=input_ids, attention_mask=mask).last_hidden_state.float()
        return pool(states, mask, self.pooling)


def pool(states: Tensor, mask: Tensor, pooling: Pooling) -> Tensor:
    """states: (inputs, tokens, numbers); mask: (inputs, tokens), 1 for what counts. Padding may be on either side."""
    if pooling == "mean":
        weights = mask.unsqueeze(-1).to(states.dtype)
        # A product with 0 would let a NaN through that a model computes for a place that is only padding.
        return states.masked_fill(weights == 0, 0).sum(1) / weights.sum(1)
    rows = torch.arange(len(states), device=states.device)
    if pooling == "cls":
        return states[rows, mask.argmax(1)]
    return states[rows, mask.shape[1] - 1 - mask.flip(1).argmax(1)]


def load_embedding_model(spec: EngineSpec, progress: Progress = lambda loading: None) -> EmbeddingModel:
    """Raises ModelUnavailable."""
    started = time.monotonic()
    progress(Loading("checking the files", 0.1))
    device = choose_device(spec.device)
    dtype = choose_dtype(spec.dtype, device)
    folder, _adapter = folders_of(spec, progress)
    files = embedding_files(folder)
    check_memory(folder, device, spec, dtype)
    config = load_config(folder, spec)
    config.use_cache = False
    tokenizer = load_tokenizer(folder, spec)
    kind = AutoModelForTextEncoding if config.is_encoder_decoder else AutoModel
    with told_to(progress):
        # Many checkpoints come without the layer behind the first token that BERT was trained with; nobody asks it.
        model = load_weights(kind, folder, spec, config, device, dtype, unused="pooler.")
    progress(Loading("first vector", WEIGHTS_TO))
    info = EngineInfo(
        device=str(device),
        dtype=str(dtype).removeprefix("torch."),
        context_length=_context_length(model, config, files, spec),
        parameters=model.num_parameters(),
    )
    vocabulary_size = int(model.get_input_embeddings().num_embeddings)
    loaded = EmbeddingModel(model, tokenizer, device, files.pooling, vocabulary_size, info)
    _try_one_vector(loaded)
    info.load_seconds = round(time.monotonic() - started, 2)
    return loaded


def _context_length(model: Any, config: Any, files: EmbeddingFiles, spec: EngineSpec) -> int:
    """What the model was made for, and what its places for positions really hold: RoBERTa and its kin begin to count
    behind the number of the padding, so two of their 514 places are never used."""
    lengths = [context_length_of(config, spec.context_length), files.longest]
    for name, module in model.named_modules():
        if name.endswith("position_embeddings") and isinstance(module, torch.nn.Embedding):
            unused = 0 if module.padding_idx is None else module.padding_idx + 1
            lengths.append(module.num_embeddings - unused)
    return min(length for length in lengths if length)


def _try_one_vector(loaded: EmbeddingModel) -> None:
    """A model that cannot compute should say so while it loads, not to the first program that asks."""
    try:
        vector = loaded.vectors([[loaded.vocabulary_size - 1]])
    except Exception as error:
        lines = str(error).strip().splitlines()
        reason = lines[0][:300].rstrip(" .:") if lines else type(error).__name__
        raise ModelUnavailable(f"The model was loaded but cannot compute a vector: {reason}.") from error
    if not torch.isfinite(vector).all():
        raise ModelUnavailable("The model was loaded but computes no usable numbers (NaN): its weights are broken.")
