"""Draws each row's token from its logits: temperature, top-k, top-p, min-p, and a random number that is given.

Knows tensors and SamplingParams. A row's token does not depend on its neighbours, and nothing as long as a vocabulary
is ever sorted: with 150,000 tokens that would take longer than the model.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from inference.engine.types import SamplingParams

# Finding the best few hundred tokens is cheap, and they nearly always hold the whole nucleus; for rows where they do
# not, the border is looked for among all tokens.
NUCLEUS_CANDIDATES = 512
# There, tokens are put into classes of nearly the same logit: the border lies within one, and only that is sorted.
CLASSES, CLASSES_PER_UNIT = 1024, 32
BLOCK = 512  # of neighbouring tokens that are summed up before one of them is chosen


def draw(logits: Tensor, params: Sequence[SamplingParams], uniforms: Sequence[float]) -> list[int]:
    """One token for each row of float32 logits, [rows, vocabulary]. uniforms: in [0, 1), one for each row."""
    temperatures = torch.tensor([each.temperature for each in params], device=logits.device)
    logits = logits / temperatures[:, None]
    drawn = [0] * len(params)
    filtered = [row for row, each in enumerate(params) if is_filtered(each)]
    plain = [row for row, each in enumerate(params) if not is_filtered(each)]
    if plain:
        rows = logits if not filtered else logits[plain]
        places = _pick(_weights(rows), [uniforms[row] for row in plain])
        for row, token_id in zip(plain, places, strict=True):
            drawn[row] = token_id
    if filtered:
        rows = logits if not plain else logits[filtered]
        tokens = _draw_filtered(rows, [params[row] for row in filtered], [uniforms[row] for row in filtered])
        for row, token_id in zip(filtered, tokens, strict=True):
            drawn[row] = token_id
    return drawn


def is_filtered(params: SamplingParams) -> bool:
    return params.top_k > 0 or params.top_p < 1 or params.min_p > 0


def _weights(logits: Tensor) -> Tensor:
    """Proportional to the probabilities; the best has 1."""
    return (logits - logits.amax(dim=-1, keepdim=True)).exp_()


def _draw_filtered(logits: Tensor, params: Sequence[SamplingParams], uniforms: Sequence[float]) -> list[int]:
    size = logits.shape[-1]
    width = min(size, max(NUCLEUS_CANDIDATES, *(min(each.top_k, size) for each in params)))
    weights, token_ids, is_whole = _candidates(logits, params, width)
    drawn = token_ids.gather(-1, torch.tensor(_pick(weights, uniforms), device=logits.device)[:, None])[:, 0].tolist()
    for row, whole in enumerate(is_whole):
        if not whole:
            nucleus = _nucleus(logits[row], params[row])
            [drawn[row]] = _pick(nucleus[None], uniforms[row : row + 1])
    return [int(token_id) for token_id in drawn]


def _candidates(logits: Tensor, params: Sequence[SamplingParams], width: int) -> tuple[Tensor, Tensor, list[bool]]:
    """Top-k, then top-p of what is left, then min-p, among the `width` best tokens of each row.

    Gives weights (0: filtered out) and token ids, both [rows, width] in the order of the vocabulary, and whether the
    row's nucleus lies wholly within the width.
    """
    size, device = logits.shape[-1], logits.device
    top_k = torch.tensor([each.top_k or size for each in params], device=device)[:, None]
    top_p = torch.tensor([each.top_p for each in params], device=device)[:, None]
    values, token_ids = logits.topk(width, dim=-1)
    in_top_k = torch.arange(width, device=device)[None, :] < top_k
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
    min_p = torch.tensor([each.min_p for each in params], device=device)[:, None]
    kept &= values >= values[:, :1] + min_p.log()  # the logarithm of 0 is minus infinity: no filter
    kept[:, 0] = True
    is_whole = ~kept[:, -1] | (top_k[:, 0] <= width)
    token_ids, order = token_ids.sort(dim=-1)
    weights = _weights(values).masked_fill_(~kept, 0)
    return weights.gather(-1, order), token_ids, is_whole.tolist()


def _nucleus(logits: Tensor, params: SamplingParams) -> Tensor:
    """The weights of one row, 0 for what top-p and min-p filter out. Of equals the earlier in the vocabulary stay."""
    below = logits.max() - logits  # how far each is below the best
    weights = (-below).exp().to(_precise(logits))
    kept = torch.ones_like(logits, dtype=torch.bool)
    if params.top_p < 1:
        classes = (below * CLASSES_PER_UNIT).clamp_max(CLASSES - 1).long()
        mass = torch.zeros(CLASSES, dtype=weights.dtype, device=logits.device).index_add_(0, classes, weights).cumsum(0)
        target = params.top_p * mass[-1]
        border = int(torch.searchsorted(mass, target).clamp_max(CLASSES - 1))
        kept = classes < border
        inside = (classes == border).nonzero()[:, 0]
        inside = inside[below[inside].argsort(stable=True)]
        reached = weights[inside].cumsum(0) + (mass[border - 1] if border else 0)
        kept[inside[: int(torch.searchsorted(reached, target)) + 1]] = True
    if params.min_p > 0:
        kept &= weights >= params.min_p
    return weights.masked_fill_(~kept, 0)


def _pick(weights: Tensor, uniforms: Sequence[float]) -> list[int]:
    """Each row's place where its random number falls in the cumulated weights: [rows, n], none negative.

    In the order of the vocabulary, and summed up in float64: rounding differences between two machines or batches then
    change the choice only when the random number lies within 1e-7 of a border.
    """
    rows, size = weights.shape
    precise = _precise(weights)
    blocks = -(-size // BLOCK)
    weights = torch.nn.functional.pad(weights, (0, blocks * BLOCK - size)).view(rows, blocks, BLOCK)
    mass = weights.sum(dim=-1, dtype=precise).cumsum(dim=-1)
    points = torch.tensor(uniforms, dtype=precise, device=weights.device)[:, None] * mass[:, -1:]
    block = torch.searchsorted(mass, points, right=True).clamp_max(blocks - 1)
    before = torch.where(block > 0, mass.gather(-1, (block - 1).clamp_min(0)), 0)
    inside = weights.gather(1, block[:, :, None].expand(-1, -1, BLOCK))[:, 0].to(precise).cumsum(dim=-1)
    # Two sums of the same numbers may differ in their last digit: never beyond the last token of the block.
    last = (inside < inside[:, -1:]).sum(dim=-1, keepdim=True)
    place = torch.minimum(torch.searchsorted(inside, points - before, right=True), last)
    return [int(token) for token in (block * BLOCK + place)[:, 0].tolist()]


def _precise(like: Tensor) -> torch.dtype:
    return torch.float32 if like.device.type == "mps" else torch.float64  # Metal has no float64
