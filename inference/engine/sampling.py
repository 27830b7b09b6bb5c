"""Chooses each row's next token from its logits: bias, penalties, what a grammar forbids, then a repeatable draw.

Knows tensors and SamplingParams; knows no model, no tokenizer and no request. All rows are handled together,
and a row's result does not depend on its neighbours. `drawing.py` knows temperature and filters.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from inference.engine.drawing import draw
from inference.engine.types import SamplingParams

if TYPE_CHECKING:
    from inference.engine.grammar import Grammar

# Below this a temperature would overflow float32 logits, and the most likely token has all the mass anyway.
COLDEST_TEMPERATURE = 1e-4

_MASK_64 = (1 << 64) - 1


class SamplingState:
    """One answer's parameters, its random numbers, and which tokens were seen (kept only for penalties)."""

    def __init__(self, params: SamplingParams, request_id: str, vocabulary_size: int) -> None:
        self.params = params
        # Without a seed the request's id is one: every request differs, and yet a worker that continues a
        # broken-off answer draws the numbers the first one would have drawn.
        self.seed = params.seed if params.seed is not None else _seed_from(request_id)
        self.position = 0
        self._seen = _Flags(vocabulary_size) if params.repetition_penalty != 1 else None
        penalises_answer = params.presence_penalty != 0 or params.frequency_penalty != 0
        self._counts = torch.zeros(vocabulary_size) if penalises_answer else None
        # An id that this model does not know cannot be said anyway.
        known = [(token_id, bias) for token_id, bias in params.logit_bias if 0 <= token_id < vocabulary_size]
        self._biased_ids = [token_id for token_id, _bias in known]
        self._biases = torch.tensor([bias for _token_id, bias in known], dtype=torch.float32)
        self.grammar: Grammar | None = None

    def note_prompt(self, token_ids: Iterable[int]) -> None:
        if self._seen:
            self._seen.add(token_ids)

    def note_answer(self, token_id: int) -> None:
        self.position += 1
        if self.grammar:
            self.grammar.accept(token_id)
        if self._seen:
            self._seen.add([token_id])
        if self._counts is not None and token_id < len(self._counts):
            self._counts[token_id] += 1

    @property
    def changes_logits(self) -> bool:
        return bool(self._seen or self._counts is not None or self._biased_ids or self.grammar)

    def penalise(self, logits: Tensor) -> None:
        """Changes one row of float32 logits in place: the bias, then the penalties, then what the grammar forbids."""
        params = self.params
        if self._biased_ids:
            logits[self._biased_ids] += self._biases.to(logits.device)
        if self._seen:
            seen = self._seen.on(logits.device)
            chosen = logits[seen]
            penalty = params.repetition_penalty
            logits[seen] = torch.where(chosen > 0, chosen / penalty, chosen * penalty)
        if self._counts is not None:
            counts = self._counts.to(logits.device)
            logits -= counts * params.frequency_penalty + (counts > 0) * params.presence_penalty
        if self.grammar:
            allowed = torch.from_numpy(self.grammar.allowed()).to(logits.device)
            logits[: len(allowed)].masked_fill_(~allowed[: len(logits)], -torch.inf)
            logits[len(allowed) :] = -torch.inf

    def uniform(self) -> float:
        """The random number of the next position, in [0, 1): depends on nothing but seed and position."""
        return uniform_number(self.seed, self.position)


@torch.inference_mode()
def choose_tokens(logits: Tensor, states: Sequence[SamplingState]) -> list[int | None]:
    """One token per row of [rows, vocabulary] logits; None for a row without a single usable number."""
    logits = logits.float()
    if any(state.changes_logits for state in states):
        logits = logits.clone()
        for row, state in zip(logits, states, strict=True):
            state.penalise(row)
    best = logits.max(dim=-1)
    usable = torch.isfinite(best.values).tolist()  # NaN anywhere makes the maximum NaN
    chosen: list[int | None] = best.indices.tolist()

    warm = [
        index for index, state in enumerate(states) if usable[index] and state.params.temperature >= COLDEST_TEMPERATURE
    ]
    if warm:
        rows = logits if len(warm) == len(states) else logits[warm]
        drawn = draw(rows, [states[index].params for index in warm], [states[index].uniform() for index in warm])
        for index, token_id in zip(warm, drawn, strict=True):
            chosen[index] = token_id
    return [token_id if usable[index] else None for index, token_id in enumerate(chosen)]


def uniform_number(seed: int, position: int) -> float:
    """Counter-based: splitmix64 of (seed, position), its upper 53 bits as a number in [0, 1)."""
    mixed = _splitmix64((_splitmix64(seed & _MASK_64) + position) & _MASK_64)
    return float((mixed >> 11) / (1 << 53))


class _Flags:
    """A set of token ids as a tensor mask, kept on the device where it was last used."""

    def __init__(self, size: int) -> None:
        self._mask = torch.zeros(size, dtype=torch.bool)

    def add(self, token_ids: Iterable[int]) -> None:
        inside = [token_id for token_id in token_ids if token_id < len(self._mask)]
        self._mask[torch.tensor(inside, dtype=torch.long, device=self._mask.device)] = True

    def on(self, device: torch.device) -> Tensor:
        self._mask = self._mask.to(device)
        return self._mask


def _splitmix64(value: int) -> int:
    value = (value + 0x9E3779B97F4A7C15) & _MASK_64
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK_64
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK_64
    return value ^ (value >> 31)


def _seed_from(request_id: str) -> int:
    return int.from_bytes(hashlib.blake2b(request_id.encode(), digest_size=8).digest(), "big")
