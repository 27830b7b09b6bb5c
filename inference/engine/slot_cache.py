"""The keys and values of all decoding sequences in shared tensors: one row (slot) per sequence, no gaps.

Knows tensors only. The rows in use are always 0 … count-1, so a step reads one slice of each tensor and copies
nothing. `width` positions of each row are read; what a shorter row has behind its end is masked by the caller.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from transformers import Cache
from transformers.cache_utils import CacheLayerMixin

# Memory is taken in steps of so many rows and positions: often enough to waste little, and so seldom that copying
# the old content costs nothing beside the steps in between, each of which reads all of it anyway.
SLOT_STEP = 4
POSITION_STEP = 256


class Slots:
    """Which rows are in use and how long they are; shared by the layers."""

    def __init__(self, device: torch.device) -> None:
        self.lengths: list[int] = []
        self.device = device
        self.width = 0
        self.most_places: int | None = None  # rows times positions that may be taken; None: as memory allows
        self.rows = self.positions = torch.empty(0, dtype=torch.long, device=device)

    @property
    def count(self) -> int:
        return len(self.lengths)

    def begin_step(self) -> None:
        """Every row gets one more token, written behind its end."""
        self.width = max(self.lengths) + 1
        self.rows = torch.arange(self.count, device=self.device)
        self.positions = torch.tensor(self.lengths, device=self.device)

    def seen(self) -> Tensor:
        """Which positions each row sees in this step, [rows, width]."""
        return torch.arange(self.width, device=self.device)[None, :] <= self.positions[:, None]


class SlotLayer(CacheLayerMixin):
    """One layer's keys and values: [slots, heads, positions, head size], as large as needed."""

    def __init__(self, slots: Slots) -> None:
        super().__init__()
        self._slots = slots

    def lazy_initialization(self, key_states: Tensor, value_states: Tensor) -> None:
        def empty(states: Tensor) -> Tensor:
            return states.new_zeros((0, states.shape[1], 0, states.shape[3]))  # `fit` says how large

        self.keys, self.values = empty(key_states), empty(value_states)
        self.is_initialized = True

    @property
    def tensors(self) -> tuple[Tensor, Tensor]:
        assert self.keys is not None and self.values is not None
        return self.keys, self.values

    def fit(self, slots: int, positions: int) -> None:
        assert self.keys is not None and self.values is not None
        most_places = self._slots.most_places
        # Both or none, where memory ends in between: who reads them expects them to be laid out alike.
        keys = _fitted(self.keys, slots, positions, most_places)
        self.keys, self.values = keys, _fitted(self.values, slots, positions, most_places)

    def put(self, row: int, key_states: Tensor, value_states: Tensor) -> None:
        """A sequence that has read its prompt. The rest of the row is emptied: a masked NaN is still a NaN."""
        for stored, states in ((self.keys, key_states), (self.values, value_states)):
            assert stored is not None
            stored[row, :, : states.shape[2]] = states[0]
            stored[row, :, states.shape[2] :] = 0

    def row(self, row: int, length: int) -> tuple[Tensor, Tensor]:
        """Keys and values of one sequence, not copied, in the shape that a cache of its own has."""
        assert self.keys is not None and self.values is not None
        return self.keys[row : row + 1, :, :length], self.values[row : row + 1, :, :length]

    def move(self, source: int, target: int) -> None:
        for stored in (self.keys, self.values):
            assert stored is not None
            stored[target] = stored[source]

    def update(self, key_states: Tensor, value_states: Tensor, *args: Any, **kwargs: Any) -> tuple[Tensor, Tensor]:
        assert self.keys is not None and self.values is not None
        slots = self._slots
        self.keys[slots.rows, :, slots.positions] = key_states[:, :, 0]
        self.values[slots.rows, :, slots.positions] = value_states[:, :, 0]
        return self.keys[: slots.count, :, : slots.width], self.values[: slots.count, :, : slots.width]

    def get_seq_length(self) -> int:
        return self._slots.width - 1

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        return self._slots.width, 0

    def get_max_length(self) -> int:
        return -1


class SlotCache(Cache):
    """What a model takes for its cache while all sequences decode together."""

    def __init__(self, layer_count: int, device: torch.device) -> None:
        self.slots = Slots(device)
        self.slot_layers = [SlotLayer(self.slots) for _ in range(layer_count)]
        super().__init__(layers=list(self.slot_layers))

    @property
    def places(self) -> int:
        """Rows times positions of the tensors, used or not."""
        keys = self.slot_layers[0].keys
        return 0 if keys is None else keys.shape[0] * keys.shape[2]

    def join(self, prompt_cache: Any) -> int:
        """Takes over a sequence's own cache after its prompt, layer by layer, so that it is never held twice; gives
        the row. If memory runs out the sequence is lost, and no other."""
        row, length = self.slots.count, int(prompt_cache.get_seq_length())
        for layer, prompt_layer in zip(self.slot_layers, prompt_cache.layers, strict=True):
            if not layer.is_initialized:
                layer.lazy_initialization(prompt_layer.keys, prompt_layer.values)
            layer.fit(row + 1, max(length, *self.slots.lengths, 0) + 1)
            layer.put(row, prompt_layer.keys, prompt_layer.values)
            prompt_layer.reset()
        self.slots.lengths.append(length)
        return row

    def leave(self, row: int) -> int | None:
        """Frees a row. The last row moves into the gap: its old number, or None when there is no gap."""
        last = self.slots.count - 1
        if row != last:
            for layer in self.slot_layers:
                layer.move(last, row)
            self.slots.lengths[row] = self.slots.lengths[last]
        self.slots.lengths.pop()
        return last if row != last else None

    def begin_step(self) -> None:
        self.slots.begin_step()
        for layer in self.slot_layers:
            layer.fit(self.slots.count, self.slots.width)

    def end_step(self) -> None:
        """The tokens of this step count as read from now on; until then it can be repeated."""
        self.slots.lengths = [length + 1 for length in self.slots.lengths]


def positions_taken(length: int) -> int:
    """How many positions a row of this length has."""
    return -(-length // POSITION_STEP) * POSITION_STEP


def _fitted(stored: Tensor, slots: int, positions: int, most_places: int | None) -> Tensor:
    """Larger where it is too small, smaller where more than half would lie idle (a long answer has ended). Exactly
    as many rows as needed where more would be above the limit."""
    old = (stored.shape[0], stored.shape[2])
    needed = (-(-slots // SLOT_STEP) * SLOT_STEP, positions_taken(positions))
    new = tuple(size if size // 2 <= need <= size else need for size, need in zip(old, needed, strict=True))
    if most_places is not None and new[0] * new[1] > most_places:
        new = needed if needed[0] * needed[1] <= most_places else (slots, needed[1])
    if new == old:
        return stored
    fitted = stored.new_zeros((new[0], stored.shape[1], new[1], stored.shape[3]))
    kept_slots, kept_positions = min(old[0], new[0]), min(old[1], new[1])
    fitted[:kept_slots, :, :kept_positions] = stored[:kept_slots, :, :kept_positions]
    return fitted
