"""Runs the model over the next tokens of several sequences and keeps what it has read (the key/value caches).

Knows tensors and caches; knows no sampling, no text and no request. Here is what is asked of every forward pass, and
the one that is right for every model; `choose_forward.py` looks for a faster one.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor
from transformers import DynamicCache

from inference.engine.encoder_decoder import EncoderDecoderForward
from inference.engine.prefix_cache import Prefix, PrefixCache
from inference.engine.sequences import Key


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

    def _cache_of(self, key: Key) -> Any:
        """Its own, which is made with its first token."""
        if key not in self._caches:
            self._caches[key] = DynamicCache(config=self._model.config)
        return self._caches[key]

    def _advance_one(self, work: Work) -> Tensor | Exception:
        try:
            input_ids = torch.tensor([work.token_ids], device=self._device)
            output = self._model(input_ids, past_key_values=self._cache_of(work.key), **self._options)
            logits: Tensor = output.logits[0, -1]
            return logits
        except Exception as error:  # one request's trouble must never reach the others
            return error
