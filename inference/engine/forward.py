"""Runs the model over the next tokens of several sequences and keeps what it has read (the key/value caches).

Knows tensors and caches; knows no sampling, no text and no request. Prompts are read one by one, into a cache
of their own; sequences that decode share one forward pass, where the model allows it.
"""

from __future__ import annotations

import inspect
import logging
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer, DynamicSlidingWindowLayer

from inference.engine.sequences import Key
from inference.engine.slot_cache import SlotCache

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Work:
    """The next tokens of one sequence, right behind those that its cache holds."""

    key: Key
    token_ids: list[int]
    is_decoding: bool = False


class Forward(Protocol):
    """What the engine loop asks of a forward pass."""

    def advance(self, works: list[Work]) -> list[Tensor | Exception]:
        """For each work the logits behind its last token, or what went wrong for it alone."""
        ...

    def release(self, key: Key) -> None:
        """Forget a sequence; unknown ones are left alone."""
        ...


class OneByOneForward:
    """A forward pass per sequence with a cache of its own: right for every architecture, fast for none."""

    def __init__(self, model: Any, device: torch.device) -> None:
        self._model = model
        self._device = device
        self._caches: dict[Key, Any] = {}
        self._parameters = inspect.signature(model.forward).parameters
        self._options: dict[str, Any] = {"use_cache": True}
        if "logits_to_keep" in self._parameters:
            self._options["logits_to_keep"] = 1  # the head over a whole prompt would cost more than the prompt

    @torch.inference_mode()
    def advance(self, works: list[Work]) -> list[Tensor | Exception]:
        return [self._advance_one(work) for work in works]

    def release(self, key: Key) -> None:
        self._caches.pop(key, None)

    def _advance_one(self, work: Work) -> Tensor | Exception:
        try:
            if work.key not in self._caches:
                self._caches[work.key] = DynamicCache(config=self._model.config)
            input_ids = torch.tensor([work.token_ids], device=self._device)
            output = self._model(input_ids, past_key_values=self._caches[work.key], **self._options)
            logits: Tensor = output.logits[0, -1]
            return logits
        except Exception as error:  # one request's trouble must never reach the others
            return error


class SlotForward(OneByOneForward):
    """All decoding sequences in one forward pass, over a cache with one row for each."""

    def __init__(self, model: Any, device: torch.device) -> None:
        super().__init__(model, device)
        self._keys: list[Key] = []  # of the rows
        self._slot_cache: SlotCache | None = None

    @torch.inference_mode()
    def advance(self, works: list[Work]) -> list[Tensor | Exception]:
        results: dict[Key, Tensor | Exception] = {}
        for work in works:
            if not work.is_decoding:
                results[work.key] = self._advance_one(work)
            elif work.key in self._caches:  # its prompt was read in the step before
                trouble = self._join(work.key)
                if trouble:
                    results[work.key] = trouble
        decoding = {work.key: work.token_ids[0] for work in works if work.is_decoding and work.key not in results}
        if decoding:
            results.update(self._advance_rows(decoding))
        return [results[work.key] for work in works]

    @torch.inference_mode()
    def release(self, key: Key) -> None:
        super().release(key)
        if key in self._keys:
            self._leave(key)

    def _join(self, key: Key) -> Exception | None:
        try:
            cache = self._caches[key]
            if self._slot_cache is None:
                self._slot_cache = SlotCache(len(cache.layers), self._device)
            self._slot_cache.join(cache)
        except Exception as error:
            return error
        del self._caches[key]
        self._keys.append(key)
        return None

    def _leave(self, key: Key) -> None:
        assert self._slot_cache is not None
        row = self._keys.index(key)
        moved = self._slot_cache.leave(row)
        if moved is not None:
            self._keys[row] = self._keys[moved]
        self._keys.pop()
        if not self._keys:
            self._slot_cache = None  # an idle engine holds no memory for answers

    def _advance_rows(self, token_ids: dict[Key, int]) -> dict[Key, Tensor | Exception]:
        results: dict[Key, Tensor | Exception] = {}
        while self._keys:
            try:
                logits = self._forward_rows([token_ids[key] for key in self._keys])
            except Exception as error:
                # Most likely memory: without the row that came last there may be enough for the others.
                results[self._keys[-1]] = error
                self._leave(self._keys[-1])
                continue
            results.update(zip(self._keys, logits, strict=True))
            break
        return results

    def _forward_rows(self, token_ids: list[int]) -> Tensor:
        cache = self._slot_cache
        assert cache is not None
        cache.begin_step()
        slots = cache.slots
        # A mask as for padding: each row sees its own positions, the model itself adds what else it needs.
        seen = torch.arange(slots.width, device=self._device)[None, :] <= slots.positions[:, None]
        inputs: dict[str, Any] = {"attention_mask": seen.long(), **self._options}
        if "position_ids" in self._parameters:
            inputs["position_ids"] = slots.positions[:, None]
        input_ids = torch.tensor(token_ids, device=self._device)[:, None]
        logits: Tensor = self._model(input_ids, past_key_values=cache, **inputs).logits[:, -1]
        cache.end_step()
        return logits


def fastest_right_forward(model: Any, device: torch.device, context_length: int) -> Forward:
    """The shared forward pass where this model computes the same with it, otherwise one by one."""
    if not _has_plain_cache(model, context_length):
        logger.warning("this architecture keeps a special cache: its answers are computed one by one")
        return OneByOneForward(model, device)
    try:
        difference, noise = _difference_to_one_by_one(model, device)
    except Exception as error:
        logger.warning("the shared forward pass failed, answers are computed one by one: %s", error)
        return OneByOneForward(model, device)
    if not difference <= 4 * noise:  # NaN is not right either
        logger.warning("the shared forward pass is off by %.2g (noise %.2g): one by one", difference, noise)
        return OneByOneForward(model, device)
    return SlotForward(model, device)


def _has_plain_cache(model: Any, context_length: int) -> bool:
    """Keys and values of every position in every layer; a window matters only if a context is longer."""
    layers = DynamicCache(config=model.config).layers
    return all(
        type(layer) is DynamicLayer
        or (type(layer) is DynamicSlidingWindowLayer and layer.sliding_window > context_length)
        for layer in layers
    )


@torch.inference_mode()
def _difference_to_one_by_one(model: Any, device: torch.device) -> tuple[float, float]:
    """The mean difference of the logits of ragged rows, and how much of it is mere rounding.

    Rounding is seen where the same is computed in another way too: with a cache and without.
    """
    vocabulary_size = int(model.config.get_text_config().vocab_size)
    generator = torch.Generator().manual_seed(0)
    texts = [torch.randint(vocabulary_size, (length,), generator=generator).tolist() for length in (11, 4, 7)]
    forwards = (OneByOneForward(model, device), SlotForward(model, device))
    logits: list[list[Tensor]] = []
    for forward in forwards:
        for row, text in enumerate(texts):
            forward.advance([Work(row, text[:-2])])
        for position in (-2, -1):
            works = [Work(row, [text[position]], is_decoding=True) for row, text in enumerate(texts)]
            results = forward.advance(works)
        for result in results:
            if isinstance(result, Exception):
                raise result
        logits.append([result.float() for result in results if isinstance(result, Tensor)])
    whole = [model(torch.tensor([text], device=device)).logits[0, -1].float() for text in texts]
    alone, together = (torch.stack(rows) for rows in logits)
    spread = alone.std().item()
    unavoidable = max(1e-6, torch.finfo(model.dtype).eps / 2) * spread
    noise = (alone - torch.stack(whole)).abs().mean().item() + unavoidable
    return (alone - together).abs().mean().item(), noise
