"""Linear layers whose weights lie in the order in which a CPU multiplies them, for bfloat16.

torch's own `linear` brings bfloat16 weights into that order anew at each call, which takes a third of a small step.
Here it is done once, and the ordered copy replaces the plain one. What comes behind a product (SiLU, a product, a sum)
is computed with it, while its numbers are at hand.

oneDNN's operators for this are private to torch, which is pinned; what they compute is compared layer by layer.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any, Self, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

logger = logging.getLogger(__name__)

ROWS_AT_A_TIME = 32  # a hint for the order; for 1 to 256 rows no other was faster
MOST_ROUNDING = 0.02  # between two ways to sum the same products, as a part of the numbers' own size


class OrderedLinear(nn.Module):
    """Computes what the nn.Linear computes whose weight it takes over, from a copy in another order."""

    bias: Tensor | None

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self.in_features, self.out_features = linear.in_features, linear.out_features
        self.bias = linear.bias
        self._origin = linear.weight.data_ptr()

    @classmethod
    def takes(cls, linear: nn.Linear) -> bool:
        """Whether it can order this layer's weight, which is bfloat16."""
        return True

    def plus(self, rows: Tensor, residual: Tensor) -> Tensor:
        """The layer's outputs, and the residual added."""
        raise NotImplementedError

    def opened_by(self, gate: Self, rows: Tensor) -> Tensor:
        """SiLU(gate(rows)) * self(rows)"""
        raise NotImplementedError

    def unpacked(self) -> nn.Linear:
        raise NotImplementedError

    def was_tied_to(self, weight: Tensor) -> bool:
        return weight.data_ptr() == self._origin


class PackedLinear(OrderedLinear):
    """In oneDNN's order, by torch's operators for it."""

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__(linear)
        self._packed = torch.ops.mkldnn._reorder_linear_weight(linear.weight.detach(), ROWS_AT_A_TIME)

    def forward(self, rows: Tensor, then: str = "none") -> Tensor:
        """then: an operation on the result by oneDNN's name."""
        pair = _as_pair(rows)
        result = torch.ops.mkldnn._linear_pointwise(pair, self._packed, self.bias, then, [], "")
        return cast(Tensor, result if pair is rows else result[..., :1, :])

    def plus(self, rows: Tensor, residual: Tensor) -> Tensor:
        return self._with_other(rows, residual, "add")

    def opened_by(self, gate: Self, rows: Tensor) -> Tensor:
        return self._with_other(rows, gate(rows, "swish"), "mul")

    def _with_other(self, rows: Tensor, other: Tensor, how: str) -> Tensor:
        pair = _as_pair(rows)
        operator = torch.ops.mkldnn._linear_pointwise.binary
        if pair is rows:
            return cast(Tensor, operator(rows, other, self._packed, self.bias, how))
        return cast(Tensor, operator(pair, _as_pair(other), self._packed, self.bias, how)[..., :1, :])

    def unpacked(self) -> nn.Linear:
        return linear_of(self._packed.to_dense(), self.bias)


def linear_of(weight: Tensor, bias: Tensor | None) -> nn.Linear:
    """weight: [outputs, inputs], not copied."""
    made = nn.Linear(weight.shape[1], weight.shape[0], bias=False, device="meta")
    made.weight = nn.Parameter(weight, requires_grad=False)
    made.register_parameter("bias", None if bias is None else nn.Parameter(bias, requires_grad=False))
    return made


def _as_pair(rows: Tensor) -> Tensor:
    """A single row twice: oneDNN multiplies one row by a slower program than two."""
    if rows.numel() != rows.shape[-1]:
        return rows
    return rows.expand(*rows.shape[:-2], 2, rows.shape[-1]).contiguous()


def gated(gate: nn.Module, up: nn.Module, rows: Tensor) -> Tensor:
    """SiLU(gate(rows)) * up(rows), the first half of a Llama's MLP."""
    if isinstance(up, OrderedLinear) and type(gate) is type(up):
        return up.opened_by(gate, rows)
    return cast(Tensor, F.silu(gate(rows)) * up(rows))


def added(linear: nn.Module, rows: Tensor, residual: Tensor) -> Tensor:
    """linear(rows) + residual"""
    if isinstance(linear, OrderedLinear):
        return linear.plus(rows, residual)
    return cast(Tensor, linear(rows) + residual)


def can_pack(model: Any, device: torch.device) -> bool:
    return device.type == "cpu" and model.dtype == torch.bfloat16 and torch.backends.mkldnn.is_available()


@torch.inference_mode()
def pack(model: nn.Module, kind: type[OrderedLinear] = PackedLinear) -> bool:
    """Replaces every plain bfloat16 linear layer of the model that this kind takes, one after another, so that no more
    than one weight at a time is held twice (an output layer that shares its weight with the embedding stays twice).
    Where memory runs out the rest stays plain. False where nothing was replaced: none is of the kind, or one of them
    computes something else."""
    count = 0
    for parent, name, linear in _linears(model, nn.Linear):
        if type(linear) is not nn.Linear or type(linear.weight) is not nn.Parameter:
            continue  # weights in fewer bits, or another architecture's own kind
        if linear.weight.dtype != torch.bfloat16 or not kind.takes(linear):
            continue
        try:
            packed = kind(linear)
            is_same = _same(linear, packed)
        except (RuntimeError, AttributeError, MemoryError) as error:
            logger.warning("the weights from %s on stay in their plain order: %s", name, error)
            break
        if not is_same:
            logger.warning("ordered weights compute something else (%s): left as they were", name)
            unpack(model, kind)
            return False
        setattr(parent, name, packed)
        count += 1
    return count > 0


def unpack(model: nn.Module, kind: type[OrderedLinear] = OrderedLinear) -> None:
    embedding = getattr(model, "get_input_embeddings", lambda: None)()
    for parent, name, packed in _linears(model, kind):
        linear = packed.unpacked()
        if embedding is not None and packed.was_tied_to(embedding.weight):
            linear.weight = embedding.weight
        setattr(parent, name, linear)


def _linears(model: nn.Module, kind: type[nn.Module]) -> Iterator[tuple[nn.Module, str, Any]]:
    """One after another: a list of the layers would keep those that were replaced."""
    places = [
        (parent, name)
        for parent in model.modules()
        for name, child in parent.named_children()
        if isinstance(child, kind)
    ]
    for parent, name in places:
        yield parent, name, getattr(parent, name)


def _same(linear: nn.Linear, packed: OrderedLinear) -> bool:
    """For one row and for several, but for rounding."""
    generator = torch.Generator().manual_seed(0)
    for count in (1, 3):
        rows = torch.randn(count, linear.in_features, generator=generator).to(torch.bfloat16)
        plain, ordered = linear(rows).float(), packed(rows).float()
        if not plain.isfinite().all():
            continue  # broken weights stay broken; the loader has a sentence for that
        if not (ordered - plain).abs().max() <= MOST_ROUNDING * plain.abs().max():
            return False
    return True
