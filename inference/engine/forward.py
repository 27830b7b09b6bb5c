"""Runs the model over the next tokens of several sequences and keeps what it has read (the key/value caches).

Knows tensors and caches; knows no sampling, no text and no request. Prompts are read one by one, into a cache
of their own; sequences that decode share one forward pass, where the model allows it.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer, DynamicSlidingWindowLayer

from inference.engine.encoder_decoder import EncoderDecoderForward
from inference.engine.prefix_cache import Prefix, PrefixCache, layers_of
from inference.engine.sequences import Key
from inference.engine.slot_cache import SlotCache, positions_taken

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Work:
    """The next tokens of one sequence, right behind those that its cache holds.

    prompt_length: while the prompt is read, how many tokens it has; what follows is an answer that is continued.
    """

    key: Key
    token_ids: list[int]
    is_decoding: bool = False
    prompt_length: int = 0


class Forward(Protocol):
    """What the engine loop asks of a forward pass. A place is the memory of one token's keys and values.

    kept: what ended sequences have read. most_places: what all running ones may take together.
    """

    kept: PrefixCache
    most_places: int | None

    def places(self, lengths: Sequence[int]) -> int:
        """How many places sequences of these lengths take together while they decode."""
        ...

    def places_held(self) -> int:
        """How many are taken at present, those of `kept` aside."""
        ...

    def begin(self, key: Key, prefix: Prefix, length: int) -> None:
        """A new sequence, the first `length` tokens of which were read by an earlier one."""
        ...

    def advance(self, works: list[Work]) -> list[Tensor | Exception]:
        """For each work the logits behind its last token, or what went wrong for it alone."""
        ...

    def release(self, key: Key, token_ids: Sequence[int] = (), room: int = 0) -> None:
        """Forget a sequence; unknown ones are left alone. `token_ids`: what it has read, to be kept as far as there
        is room for so many places."""
        ...


class WholePromptForward(EncoderDecoderForward):
    """An encoder reads each prompt as a whole, so nothing of an earlier one can be kept."""

    def __init__(self, model: Any, device: torch.device) -> None:
        super().__init__(model, device)
        self.kept = PrefixCache()
        self.most_places: int | None = None

    def places(self, lengths: Sequence[int]) -> int:
        return sum(lengths)

    def places_held(self) -> int:
        return 0  # asked only where something could be kept

    def begin(self, key: Key, prefix: Prefix, length: int) -> None:
        raise NotImplementedError("nothing is ever kept here")

    def release(self, key: Key, token_ids: Sequence[int] = (), room: int = 0) -> None:
        super().release(key)


class OneByOneForward:
    """A forward pass per sequence with a cache of its own: right for every architecture, fast for none."""

    def __init__(self, model: Any, device: torch.device) -> None:
        self._model = model
        self._device = device
        self._caches: dict[Key, Any] = {}
        self.kept = PrefixCache()
        self.most_places: int | None = None
        self._parameters = inspect.signature(model.forward).parameters
        self._options: dict[str, Any] = {"use_cache": True}
        if "logits_to_keep" in self._parameters:
            self._options["logits_to_keep"] = 1  # the head over a whole prompt would cost more than the prompt

    @torch.inference_mode()
    def advance(self, works: list[Work]) -> list[Tensor | Exception]:
        return [self._advance_one(work) for work in works]

    def places(self, lengths: Sequence[int]) -> int:
        return sum(lengths)

    def places_held(self) -> int:
        return sum(cache.get_seq_length() for cache in self._caches.values())

    def begin(self, key: Key, prefix: Prefix, length: int) -> None:
        self._caches[key] = prefix.begin_cache(length, self._model.config)

    def release(self, key: Key, token_ids: Sequence[int] = (), room: int = 0) -> None:
        cache = self._caches.pop(key, None)
        if cache is not None and token_ids and cache.get_seq_length() == len(token_ids):
            self.kept.keep(Prefix(list(token_ids), cache.layers), room)

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
            if work.is_decoding and work.key in self._caches:  # its prompt was read in the step before
                trouble = self._join(work.key)
                if trouble:
                    results[work.key] = trouble
        decoding = {work.key: work.token_ids[0] for work in works if work.is_decoding and work.key not in results}
        if decoding:  # before the prompts: memory that rows give back may be theirs already
            results.update(self._advance_rows(decoding))
        for work in works:
            if not work.is_decoding:
                results[work.key] = self._advance_one(work)
        return [results[work.key] for work in works]

    def places(self, lengths: Sequence[int]) -> int:
        """All rows are as wide as the longest."""
        return len(lengths) * positions_taken(max(lengths, default=0))

    def places_held(self) -> int:
        return super().places_held() + (self._slot_cache.places if self._slot_cache else 0)

    @torch.inference_mode()
    def release(self, key: Key, token_ids: Sequence[int] = (), room: int = 0) -> None:
        super().release(key, token_ids, room)
        if key in self._keys:
            if len(token_ids) <= room:
                self._keep_row(self._keys.index(key), token_ids, room)
            self._leave(key)

    def _keep_row(self, row: int, token_ids: Sequence[int], room: int) -> None:
        assert self._slot_cache is not None
        if token_ids and self._slot_cache.slots.lengths[row] == len(token_ids):
            self.kept.keep_at_most(room - len(token_ids))  # before the copy is made
            rows = [layer.row(row, len(token_ids)) for layer in self._slot_cache.slot_layers]
            try:
                self.kept.keep(Prefix(list(token_ids), layers_of(rows)), room)
            except (torch.OutOfMemoryError, MemoryError, RuntimeError) as error:
                logger.warning("an ended answer could not be kept for the next question: %s", error)

    def _join(self, key: Key) -> Exception | None:
        try:
            cache = self._caches[key]
            if self._slot_cache is None:
                self._slot_cache = SlotCache(len(cache.layers), self._device)
            self._slot_cache.slots.most_places = self.most_places
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
        cache.slots.most_places = self.most_places
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
    if model.config.is_encoder_decoder:
        return WholePromptForward(model, device)
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
