"""Looks for the fastest forward pass that computes what a model computes, while the model is loaded.

Every faster one is compared with the model itself on a few short texts; one that is off is not taken, and the log says
so.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer, DynamicSlidingWindowLayer

from inference.engine.compiled_forward import CompiledForward, is_compiled
from inference.engine.compiled_linear import CompiledLinear
from inference.engine.flat_forward import FlatForward, is_built_as_llama
from inference.engine.forward import Forward, OneByOneForward, WholePromptForward, Work
from inference.engine.joined_projections import join_projections, split_projections
from inference.engine.kernels import kernels
from inference.engine.packing import PackedLinear, can_pack, pack, unpack
from inference.engine.slot_forward import SlotForward

logger = logging.getLogger(__name__)

MOST_NOISES = 4  # how many times the model's own rounding a faster way may differ


def fastest_right_forward(model: Any, device: torch.device, context_length: int) -> Forward:
    """Also brings the weights into the order that this machine multiplies fastest: `model` is changed in place."""
    if model.config.is_encoder_decoder:
        return WholePromptForward(model, device)
    check = _Check(model, device)
    if can_pack(model, device):
        _order_weights(model, check)
    if not _has_plain_cache(model, context_length):
        logger.warning("this architecture keeps a special cache: its answers are computed one by one")
        return OneByOneForward(model, device)
    if is_built_as_llama(model):
        join_projections(model)
        if is_compiled(model) and check.passes("the compiled pass over all tokens", CompiledForward):
            return CompiledForward(model, device)
        if check.passes("the pass over all tokens", FlatForward):
            return FlatForward(model, device)
        split_projections(model)
    if check.passes("the shared forward pass", SlotForward):
        return SlotForward(model, device)
    return OneByOneForward(model, device)


def _order_weights(model: Any, check: _Check) -> None:
    """Compiled for this machine where that can be; what is left as torch's own library has it."""
    if kernels() and pack(model, CompiledLinear) and not check.passes("compiled products", OneByOneForward):
        unpack(model, CompiledLinear)
    if pack(model, PackedLinear) and not check.passes("ordered weights", OneByOneForward):
        unpack(model, PackedLinear)


def _has_plain_cache(model: Any, context_length: int) -> bool:
    """Keys and values of every position in every layer; a window matters only if a context is longer."""
    layers = DynamicCache(config=model.config).layers
    return all(
        type(layer) is DynamicLayer
        or (type(layer) is DynamicSlidingWindowLayer and layer.sliding_window > context_length)
        for layer in layers
    )


class _Check:
    """What the model itself says behind a few ragged texts, and how much of it is mere rounding.

    Rounding is seen where the same is computed in another way too: with a cache and without. Where that makes no
    difference by chance, it is estimated: it grows with the square root of the number of sums, two in each layer.
    """

    def __init__(self, model: Any, device: torch.device) -> None:
        self._model, self._device = model, device
        vocabulary_size = int(model.config.get_text_config().vocab_size)
        generator = torch.Generator().manual_seed(0)
        self._texts = [torch.randint(vocabulary_size, (length,), generator=generator).tolist() for length in (11, 4, 7)]
        self._trouble: Exception | None = None
        try:
            self._reference = self._logits(OneByOneForward(model, device))
            self._noise = self._unavoidable()
        except Exception as error:  # such a model will say the same to whoever asks it
            self._trouble = error

    def passes(self, name: str, kind: Callable[[Any, torch.device], Forward]) -> bool:
        try:
            if self._trouble:
                raise self._trouble
            forward = kind(self._model, self._device)
            if isinstance(forward, FlatForward):
                forward.falls_back = False  # what always fails must not pass by its other way
            difference = (self._logits(forward) - self._reference).abs().mean().item()
        except Exception as error:
            logger.warning("%s failed and is not used: %s", name, error)
            return False
        if not difference <= MOST_NOISES * self._noise:  # NaN is not right either
            logger.warning("%s is off by %.2g (noise %.2g) and is not used", name, difference, self._noise)
            return False
        return True

    @torch.inference_mode()
    def _unavoidable(self) -> float:
        whole = [self._model(torch.tensor([text], device=self._device)).logits[0, -1].float() for text in self._texts]
        sums = 2 * self._model.config.get_text_config().num_hidden_layers
        rounding = max(1e-6, torch.finfo(self._model.dtype).eps / 2) * sums**0.5 * self._reference.std().item()
        return (self._reference - torch.stack(whole)).abs().mean().item() + rounding

    @torch.inference_mode()
    def _logits(self, forward: Forward) -> Tensor:
        """All prompts in one step, then two steps of one token each: [texts, vocabulary]."""
        self._advance(forward, [Work(row, text[:-2]) for row, text in enumerate(self._texts)])
        for position in (-2, -1):
            works = [Work(row, [text[position]], is_decoding=True) for row, text in enumerate(self._texts)]
            logits = self._advance(forward, works)
        return torch.stack(logits)

    def _advance(self, forward: Forward, works: list[Work]) -> list[Tensor]:
        results = forward.advance(works)
        for result in results:
            if isinstance(result, Exception):
                raise result
        return [result.float() for result in results if isinstance(result, Tensor)]
