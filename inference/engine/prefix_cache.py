"""What ended answers have read stays here for a while: the next question of the same conversation begins with it.

Holds keys and values by the exact tokens they belong to; knows no request and no text. What was used longest ago
goes first when memory is needed.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer, DynamicSlidingWindowLayer

LEAST_TOKENS = 16  # shorter ones are read again faster than they are looked up


@dataclass(frozen=True, slots=True, eq=False)
class Prefix:
    """Tokens, and one cache layer for each of the model's with their keys and values. Never changed: a cache that
    grows makes new tensors."""

    token_ids: list[int]
    layers: list[DynamicLayer]

    @property
    def is_whole_or_nothing(self) -> bool:
        """A layer that looks through a window has forgotten what lies before it, so its end cannot be cut off."""
        return any(
            isinstance(layer, DynamicSlidingWindowLayer) and layer.cumulative_length >= layer.sliding_window
            for layer in self.layers
        )

    def usable_length(self, token_ids: Sequence[int]) -> int:
        """How many tokens of a prompt are read already. Never all: the last one's logits are needed."""
        length = min(common_length(self.token_ids, token_ids), len(token_ids) - 1)
        if self.is_whole_or_nothing and length < len(self.token_ids):
            return 0
        return length

    def begin_cache(self, length: int, config: Any) -> DynamicCache:
        """A cache that has read the first `length` tokens; it shares their memory until it grows."""
        cache = DynamicCache(config=config)
        layers: list[Any] = [copy.copy(layer) for layer in self.layers]
        if length < len(self.token_ids):
            for layer in layers:
                layer.crop(length - len(self.token_ids))
        cache.layers = layers
        return cache


class PrefixCache:
    """Not thread-safe: one thread owns it."""

    def __init__(self) -> None:
        self._prefixes: list[Prefix] = []  # used longest ago first

    @property
    def places(self) -> int:
        """How many tokens are held."""
        return sum(len(prefix.token_ids) for prefix in self._prefixes)

    def longest(self, token_ids: Sequence[int]) -> tuple[Prefix | None, int]:
        """The one that spares this prompt most, and how many of its tokens."""
        best, best_length = None, 0
        for prefix in self._prefixes:
            length = prefix.usable_length(token_ids)
            if length > best_length:
                best, best_length = prefix, length
        if best:
            self._prefixes.remove(best)
            self._prefixes.append(best)
        return best, best_length

    def keep(self, prefix: Prefix, most_places: int) -> None:
        """Others go for it where all together would take more than `most_places`."""
        if not LEAST_TOKENS <= len(prefix.token_ids) <= most_places:
            return
        if not all(type(layer) in (DynamicLayer, DynamicSlidingWindowLayer) for layer in prefix.layers):
            return  # a state that is changed in place, or one that this cache has never heard of
        for other in self._prefixes:
            if not other.is_whole_or_nothing and _begins_with(other.token_ids, prefix.token_ids):
                return
        if not prefix.is_whole_or_nothing:
            self._prefixes = [other for other in self._prefixes if not _begins_with(prefix.token_ids, other.token_ids)]
        self.keep_at_most(most_places - len(prefix.token_ids))
        self._prefixes.append(prefix)

    def keep_at_most(self, places: int) -> None:
        while self._prefixes and self.places > places:
            del self._prefixes[0]


def common_length(first: Sequence[int], second: Sequence[int]) -> int:
    """How many tokens both begin with. Found by halving, because comparing slices is a hundred times faster than a
    loop over tokens."""
    low, high = 0, min(len(first), len(second))
    while low < high:
        middle = (low + high + 1) // 2
        if first[low:middle] == second[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _begins_with(token_ids: Sequence[int], beginning: Sequence[int]) -> bool:
    return token_ids[: len(beginning)] == beginning


def layers_of(pairs: Iterable[tuple[Any, Any]]) -> list[DynamicLayer]:
    """Layers with copies of these keys and values."""
    layers = []
    for keys, values in pairs:
        layer = DynamicLayer()
        layer.update(keys, values)
        layers.append(layer)
    return layers
