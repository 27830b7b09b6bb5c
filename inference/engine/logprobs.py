"""How likely the model itself found a token: before temperature, penalties, bias and any grammar.

So the number says something of the model and not of the request, whatever was asked. Natural logarithms.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor

from inference.engine.answer_form import Likelihood, told_logarithm

if TYPE_CHECKING:
    from inference.engine.token_bytes import TokenBytes


def likelihoods(logits: Tensor, token_id: int, alternatives: int, names: TokenBytes) -> tuple[Likelihood, ...]:
    """The token's own, then those of so many of the likeliest, from one row of logits."""
    logs = logits.float().log_softmax(dim=-1)
    best = logs.topk(min(alternatives, len(logs)))
    told = [(token_id, float(logs[token_id])), *zip(best.indices.tolist(), best.values.tolist(), strict=True)]
    return tuple((names.text_of(each), told_logarithm(log), names.of(each).hex()) for each, log in told)
