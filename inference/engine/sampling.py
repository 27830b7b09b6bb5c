"""Chooses each row's next token from its logits: bias, penalties, temperature, top-k, top-p, min-p, a repeatable draw.

Knows tensors and SamplingParams; knows no model, no tokenizer and no request. All rows are handled together,
and a row's result does not depend on its neighbours.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from inference.engine.types import SamplingParams

if TYPE_CHECKING:
    from inference.engine.grammar import Grammar

# Below this a temperature would overflow float32 logits, and the most likely token has all the mass anyway.
COLDEST_TEMPERATURE = 1e-4

# Sorting a whole vocabulary costs far more than finding its best few hundred tokens, which nearly always
# hold the whole nucleus; rows where they do not are sorted completely.
NUCLEUS_CANDIDATES = 512

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
    for rows in (
        [index for index in warm if not _is_filtered(states[index])],
        [index for index in warm if _is_filtered(states[index])],
    ):
        if rows:
            drawn = _draw(logits[rows], [states[index] for index in rows])
            for index, token_id in zip(rows, drawn, strict=True):
                chosen[index] = token_id
    return [token_id if usable[index] else None for index, token_id in enumerate(chosen)]


def uniform_number(seed: int, position: int) -> float:
    """Counter-based: splitmix64 of (seed, position), its upper 53 bits as a number in [0, 1)."""
    mixed = _splitmix64((_splitmix64(seed & _MASK_64) + position) & _MASK_64)
    return float((mixed >> 11) / (1 << 53))


def _draw(logits: Tensor, states: Sequence[SamplingState]) -> list[int]:
    """All rows filtered, or none."""
    temperatures = torch.tensor([state.params.temperature for state in states], device=logits.device)
    logits = logits / temperatures[:, None]
    if not _is_filtered(states[0]):
        return _pick(logits, states)
    size = logits.shape[-1]
    largest_k = max(min(state.params.top_k, size) for state in states)
    drawn = [0] * len(states)
    rows = list(range(len(states)))
    for width in (min(size, max(NUCLEUS_CANDIDATES, largest_k)), size):
        row_states = [states[row] for row in rows]
        kept, token_ids, is_whole = _filter(logits[rows], row_states, width)
        for row, token_id in zip(rows, _pick(kept, row_states, token_ids), strict=True):
            drawn[row] = token_id
        rows = [row for row, whole in zip(rows, is_whole, strict=True) if not whole]
        if not rows:
            break
    return drawn


def _pick(logits: Tensor, states: Sequence[SamplingState], token_ids: Tensor | None = None) -> list[int]:
    """Each row's token at the place where its random number falls in the cumulated probabilities."""
    # Float64, and in the order of the vocabulary: rounding differences between two machines or batches then
    # change the choice only when the random number lies within 1e-7 of a border.
    precise = torch.float32 if logits.device.type == "mps" else torch.float64  # Metal has no float64
    cumulated = logits.to(precise).softmax(dim=-1).cumsum(dim=-1)
    uniform = torch.tensor([state.uniform() for state in states], dtype=precise, device=logits.device)
    places = torch.searchsorted(cumulated, uniform[:, None] * cumulated[:, -1:], right=True)
    places = places.clamp_max(cumulated.shape[-1] - 1)
    if token_ids is not None:
        places = token_ids.gather(-1, places)
    return [int(place) for place in places[:, 0].tolist()]


def _filter(logits: Tensor, states: Sequence[SamplingState], width: int) -> tuple[Tensor, Tensor, list[bool]]:
    """Top-k, then top-p of what is left, then min-p, among the `width` best tokens of each row.

    Gives logits (-inf: filtered out) and token ids, both [rows, width] in the order of the vocabulary, and
    whether the row's nucleus lies wholly within the width.
    """
    size = logits.shape[-1]
    top_k = torch.tensor([state.params.top_k or size for state in states], device=logits.device)[:, None]
    top_p = torch.tensor([state.params.top_p for state in states], device=logits.device)[:, None]
    values, token_ids = logits.topk(width, dim=-1)
    in_top_k = torch.arange(width, device=logits.device)[None, :] < top_k
    # Where top-k cuts inside the width, the mass is that of the k best; otherwise that of all tokens.
    everything = torch.where(
        top_k[:, 0] <= width,
        values.masked_fill(~in_top_k, -torch.inf).logsumexp(dim=-1),
        logits.logsumexp(dim=-1),
    )
    probabilities = (values - everything[:, None]).exp().masked_fill(~in_top_k, 0)
    mass_before = probabilities.cumsum(dim=-1) - probabilities
    # The token that crosses p is still in: the nucleus is the smallest set whose mass reaches p.
    kept = in_top_k & ((mass_before < top_p) | (top_p >= 1))
    min_p = torch.tensor([state.params.min_p for state in states], device=logits.device)[:, None]
    kept &= values >= values[:, :1] + min_p.log()  # the logarithm of 0 is minus infinity: no filter
    kept[:, 0] = True
    is_whole = ~kept[:, -1] | (top_k[:, 0] <= width)
    token_ids, order = token_ids.sort(dim=-1)
    return values.masked_fill(~kept, -torch.inf).gather(-1, order), token_ids, is_whole.tolist()


def _is_filtered(state: SamplingState) -> bool:
    return state.params.top_k > 0 or state.params.top_p < 1 or state.params.min_p > 0


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
