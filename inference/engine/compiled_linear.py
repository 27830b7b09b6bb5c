"""Linear layers by the compiled arithmetic of `kernels.c`."""

from __future__ import annotations

from typing import Self

import torch
from torch import Tensor, nn

from inference.engine.kernels import Kernels, Weights, kernels
from inference.engine.packing import OrderedLinear, linear_of

OUTPUTS_IN_A_BLOCK, INPUTS_AT_ONCE = 16, 32


class CompiledLinear(OrderedLinear):
    """`weights` is what the compiled program takes for it."""

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__(linear)
        found = kernels()
        assert found, "asked only where there are some"
        self._kernels: Kernels = found
        pairs = linear.weight.detach().view(self.out_features // OUTPUTS_IN_A_BLOCK, OUTPUTS_IN_A_BLOCK, -1, 2)
        self._ordered = pairs.transpose(1, 2).contiguous()
        self._own_bias = None if linear.bias is None else linear.bias.detach().contiguous()
        bias = None if self._own_bias is None else self._own_bias.data_ptr()
        self.weights = Weights(self._ordered.data_ptr(), bias, self.in_features, self.out_features)

    @classmethod
    def takes(cls, linear: nn.Linear) -> bool:
        return linear.out_features % OUTPUTS_IN_A_BLOCK == 0 and linear.in_features % INPUTS_AT_ONCE == 0

    def forward(self, rows: Tensor) -> Tensor:
        return self._call(rows)

    def plus(self, rows: Tensor, residual: Tensor) -> Tensor:
        return self._call(rows, _listed(residual))

    def opened_by(self, gate: Self, rows: Tensor) -> Tensor:
        self._kernels.use_threads(torch.get_num_threads())
        result = self._kernels.gated(gate.weights, self.weights, _listed(rows))
        return result.view(*rows.shape[:-1], self.out_features)

    def unpacked(self) -> nn.Linear:
        weight = self._ordered.transpose(1, 2).reshape(self.out_features, self.in_features)
        return linear_of(weight, self.bias)

    def _call(self, rows: Tensor, residual: Tensor | None = None) -> Tensor:
        self._kernels.use_threads(torch.get_num_threads())
        result = self._kernels.linear(self.weights, _listed(rows), residual)
        return result.view(*rows.shape[:-1], self.out_features)


def _listed(rows: Tensor) -> Tensor:
    """[tokens, size], as it lies in memory: the compiled program looks at neither shape nor kind."""
    if rows.dtype != torch.bfloat16:
        raise RuntimeError(f"bfloat16 is expected here, not {rows.dtype}")
    return rows.reshape(-1, rows.shape[-1]).contiguous()
