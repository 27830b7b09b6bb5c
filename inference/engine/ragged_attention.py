"""Attention for the tokens of a step that lie behind each other in one list: first one of each decoding sequence, then
some of each prompt that is being read.

Knows tensors and caches. Heads that share keys and values are not copied: they count as further queries.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

from inference.engine.slot_cache import SlotCache

# Of a layer and its tokens' queries, keys and values, each [tokens, heads, head size]: what the tokens make of what
# they see, [tokens, heads x head size].
Attend = Callable[[int, Tensor, Tensor, Tensor], Tensor]


@dataclass(frozen=True, slots=True)
class Piece:
    """Tokens of a prompt: their place in the list, and the cache that they go into."""

    tokens: slice
    cache: Any
    mask: Tensor | None  # None: nothing was read before them, or there is only one


class RaggedAttention:
    """An `Attend` for one step. It writes what it is given into the caches, layer by layer."""

    def __init__(
        self,
        rows: SlotCache | None,
        pieces: Sequence[tuple[Any, int]],
        dtype: torch.dtype,
        device: torch.device,
    ) -> None:
        """rows: of the decoding sequences, ready for a step. pieces: for each prompt its own cache and how many tokens
        of it come now."""
        self._rows = rows
        self._count = rows.slots.count if rows else 0
        self._dtype = dtype
        self._row_mask: Tensor | None = None
        self._pieces: list[Piece] = []
        positions = [rows.slots.positions] if rows else []
        start = self._count
        for cache, length in pieces:
            past = int(cache.get_seq_length())
            own = torch.arange(past, past + length, device=device)
            mask = None
            if past and length > 1:
                mask = _as_mask(torch.arange(past + length, device=device)[None, :] <= own[:, None], dtype)
            self._pieces.append(Piece(slice(start, start + length), cache, mask))
            positions.append(own)
            start += length
        self.positions = torch.cat(positions)

    def __call__(self, layer: int, queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        results = []
        if self._rows:
            here = slice(0, self._count)
            results.append(self._decode(layer, queries[here], keys[here], values[here]))
        for piece in self._pieces:
            here = piece.tokens
            results.append(read(layer, piece, queries[here], keys[here], values[here]).flatten(1))
        return torch.cat(results) if len(results) > 1 else results[0]

    def _decode(self, layer: int, queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        assert self._rows
        if self._row_mask is None:
            self._row_mask = _as_mask(self._rows.slots.seen()[:, None, None, :], self._dtype)
        seen_keys, seen_values = self._rows.update(keys[:, :, None], values[:, :, None], layer)
        groups = queries.view(self._count, keys.shape[1], -1, queries.shape[-1])
        seen = scaled_dot_product_attention(groups, seen_keys, seen_values, attn_mask=self._row_mask)
        return seen.reshape(self._count, -1)


def read(layer: int, piece: Piece, queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    """[tokens, heads, head size]"""
    seen_keys, seen_values = piece.cache.update(keys.transpose(0, 1)[None], values.transpose(0, 1)[None], layer)
    seen = scaled_dot_product_attention(
        queries.transpose(0, 1)[None],
        seen_keys,
        seen_values,
        attn_mask=piece.mask,
        is_causal=piece.mask is None and len(queries) > 1,
        enable_gqa=queries.shape[1] != keys.shape[1],
    )
    return seen[0].transpose(0, 1)


def _as_mask(seen: Tensor, dtype: torch.dtype) -> Tensor:
    """Added to the scores: nothing where something is seen, minus infinity where not. Made once for all layers, each of
    which would make it of a boolean one."""
    return torch.zeros(seen.shape, dtype=dtype, device=seen.device).masked_fill_(~seen, -torch.inf)
