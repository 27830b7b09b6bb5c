"""Sequences that decode share one forward pass of the model; prompts are read one by one, into a cache of their own."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from inference.engine.forward import OneByOneForward, Work
from inference.engine.prefix_cache import Prefix, layers_of
from inference.engine.sequences import Key
from inference.engine.slot_cache import SlotCache, positions_taken

logger = logging.getLogger(__name__)


class SlotForward(OneByOneForward):
    """All decoding sequences in one forward pass, over a cache with one row for each."""

    def __init__(self, model: Any, device: torch.device) -> None:
        super().__init__(model, device)
        self._keys: list[Key] = []  # of the rows
        self._slot_cache: SlotCache | None = None

    @torch.inference_mode()
    def advance(self, works: list[Work]) -> list[Tensor | Exception]:
        return self._advance_each(works, self._join_those_that_decode(works))

    def _advance_each(self, works: list[Work], results: dict[Key, Tensor | Exception]) -> list[Tensor | Exception]:
        """results: of those that could not join."""
        decoding = {work.key: work.token_ids[0] for work in works if work.is_decoding and work.key not in results}
        if decoding:  # before the prompts: memory that rows give back may be theirs already
            results.update(self._advance_rows(decoding))
        for work in works:
            if not work.is_decoding:
                results[work.key] = self._advance_one(work)
        return [results[work.key] for work in works]

    def _join_those_that_decode(self, works: list[Work]) -> dict[Key, Tensor | Exception]:
        """Gives those that could not, with the reason."""
        results: dict[Key, Tensor | Exception] = {}
        for work in works:
            if work.is_decoding and work.key in self._caches:  # its prompt was read in the step before
                trouble = self._join(work.key)
                if trouble:
                    results[work.key] = trouble
        return results

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

    def _begin_rows(self) -> SlotCache:
        """The cache, ready to take one token for each row."""
        cache = self._slot_cache
        assert cache is not None
        cache.slots.most_places = self.most_places
        cache.begin_step()
        return cache

    def _forward_rows(self, token_ids: list[int]) -> Tensor:
        cache = self._begin_rows()
        slots = cache.slots
        # A mask as for padding: each row sees its own positions, the model itself adds what else it needs.
        inputs: dict[str, Any] = {"attention_mask": slots.seen().long(), **self._options}
        if "position_ids" in self._parameters:
            inputs["position_ids"] = slots.positions[:, None]
        input_ids = torch.tensor(token_ids, device=self._device)[:, None]
        logits: Tensor = self._model(input_ids, past_key_values=cache, **inputs).logits[:, -1]
        cache.end_step()
        return logits
