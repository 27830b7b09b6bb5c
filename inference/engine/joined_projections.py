"""One product for queries, keys and values: three small ones take half as long again as one of their size together.

For weights in the CPU's own order (`packing.py`), which are made anew anyway. What was three layers in the model are
then three parts of one; each of them still computes what it did, so that the model's own program stays right, though
it multiplies three times as much: `split_projections` is for the model that will be run by it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any, cast

import torch
from torch import Tensor, nn

from inference.engine.packing import OrderedLinear, linear_of

logger = logging.getLogger(__name__)

NAMES = ("q_proj", "k_proj", "v_proj")


class Part(nn.Module):
    """Some of the outputs of a larger layer."""

    def __init__(self, whole: OrderedLinear, outputs: slice) -> None:
        super().__init__()
        self.whole, self.outputs = whole, outputs
        self.out_features = outputs.stop - outputs.start

    def forward(self, rows: Tensor) -> Tensor:
        return cast(Tensor, self.whole(rows)[..., self.outputs])


def side_by_side(projections: Sequence[nn.Module]) -> Callable[[Tensor], Tensor]:
    """Of rows [..., inputs]: what each projection makes of them, one behind another, [..., outputs of all].
    The parts of one whole are expected to be all of it, in its order."""
    first = projections[0]
    if isinstance(first, Part) and all(isinstance(each, Part) and each.whole is first.whole for each in projections):
        return first.whole
    return lambda rows: torch.cat([project(rows) for project in projections], dim=-1)


@torch.inference_mode()
def join_projections(model: Any) -> None:
    """In every layer of a model that is built as Llama is. Where memory runs out the rest stays apart."""
    for layer in model.model.layers:
        apart = [getattr(layer.self_attn, name) for name in NAMES]
        kind = type(apart[0])
        if not issubclass(kind, OrderedLinear) or not all(type(each) is kind for each in apart):
            continue
        try:
            whole = kind(_stacked([each.unpacked() for each in apart]))
        except (RuntimeError, MemoryError) as error:
            logger.warning("queries, keys and values are computed apart in some layers: %s", error)
            return
        start = 0
        for name, each in zip(NAMES, apart, strict=True):
            setattr(layer.self_attn, name, Part(whole, slice(start, start + each.out_features)))
            start += each.out_features


@torch.inference_mode()
def split_projections(model: Any) -> None:
    for layer in model.model.layers:
        parts = [getattr(layer.self_attn, name) for name in NAMES]
        if not isinstance(parts[0], Part):
            continue
        kind, whole = type(parts[0].whole), parts[0].whole.unpacked()
        for name, part in zip(NAMES, parts, strict=True):
            setattr(layer.self_attn, name, kind(_cut(whole, part.outputs)))


def _stacked(linears: Sequence[nn.Linear]) -> nn.Linear:
    biases: list[Tensor] = [linear.bias for linear in linears if linear.bias is not None]
    if biases and len(biases) < len(linears):
        raise RuntimeError("only some of them have a bias")
    return linear_of(torch.cat([linear.weight.detach() for linear in linears]), torch.cat(biases) if biases else None)


def _cut(linear: nn.Linear, outputs: slice) -> nn.Linear:
    return linear_of(linear.weight[outputs], None if linear.bias is None else linear.bias[outputs])
