"""Muon for the matrices, AdamW for the rest: on these tiny models it needs about half the steps of AdamW alone.

Muon: the momentum of a matrix is made orthogonal by a few Newton-Schulz iterations before it is taken as a step.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

QUINTIC = (
    (4.0848, -6.8946, 2.9270),
    (3.9505, -6.3029, 2.6377),
    (3.7418, -5.5913, 2.3037),
    (2.8769, -3.1427, 1.2046),
    (2.8366, -3.0525, 1.2012),
)


class Optimiser:
    """Steps both parts at one rate, given as a share of their own highest rates."""

    def __init__(self, network: nn.Module, matrix_rate: float, other_rate: float, weight_decay: float) -> None:
        named = list(network.named_parameters())
        self.matrices = [weight for name, weight in named if weight.dim() == 2 and "embed" not in name]
        self.others = [weight for name, weight in named if weight.dim() != 2 or "embed" in name]
        self.momenta = [torch.zeros_like(weight) for weight in self.matrices]
        self.matrix_rate, self.other_rate, self.weight_decay = matrix_rate, other_rate, weight_decay
        self.adam = torch.optim.AdamW(self.others, lr=other_rate, betas=(0.9, 0.98), weight_decay=0.0, fused=True)

    @torch.no_grad()
    def step(self, share: float) -> None:
        nn.utils.clip_grad_norm_(self.others, 1.0)
        for group in self.adam.param_groups:
            group["lr"] = self.other_rate * share
        self.adam.step()
        for weight, momentum in zip(self.matrices, self.momenta, strict=True):
            assert weight.grad is not None
            momentum.lerp_(weight.grad, 0.05)
            update = orthogonal(weight.grad.lerp(momentum, 0.95))
            rate = self.matrix_rate * share
            weight.mul_(1 - rate * self.weight_decay)
            weight.add_(update, alpha=-rate * max(1.0, weight.shape[0] / weight.shape[1]) ** 0.5)
        for weight in (*self.matrices, *self.others):
            weight.grad = None


def orthogonal(matrix: Tensor) -> Tensor:
    """The nearest orthogonal matrix, roughly: all singular values come near one."""
    tall = matrix.shape[0] > matrix.shape[1]
    result = matrix.T if tall else matrix
    result = result / (result.norm() * 1.01 + 1e-7)
    for a, b, c in QUINTIC:
        square = result @ result.T
        result = a * result + (b * square + c * square @ square) @ result
    return result.T if tall else result
