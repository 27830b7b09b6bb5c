"""A compact Llama for training: the same weights and mathematics as transformers' LlamaForCausalLM, in plain torch.

Several dialogues share one row; a mask keeps them apart, and the head runs only where a loss is taken.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes that make one Llama different from another."""

    vocabulary: int
    width: int
    layers: int
    heads: int
    key_heads: int
    feed_forward: int
    head_width: int = 64
    rotary_base: float = 10_000.0
    norm_epsilon: float = 1e-5


class Attention(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        inner, key_inner = shape.heads * shape.head_width, shape.key_heads * shape.head_width
        self.q_proj = nn.Linear(shape.width, inner, bias=False)
        self.k_proj = nn.Linear(shape.width, key_inner, bias=False)
        self.v_proj = nn.Linear(shape.width, key_inner, bias=False)
        self.o_proj = nn.Linear(inner, shape.width, bias=False)

    def forward(self, hidden: Tensor, cosine: Tensor, sine: Tensor, mask: Tensor) -> Tensor:
        rows, length, _ = hidden.shape
        shape = self.shape
        query = self.q_proj(hidden).view(rows, length, shape.heads, shape.head_width).transpose(1, 2)
        key = self.k_proj(hidden).view(rows, length, shape.key_heads, shape.head_width).transpose(1, 2)
        value = self.v_proj(hidden).view(rows, length, shape.key_heads, shape.head_width).transpose(1, 2)
        query, key = rotate(query, cosine, sine), rotate(key, cosine, sine)
        if shape.heads != shape.key_heads:
            repeats = shape.heads // shape.key_heads
            key, value = key.repeat_interleave(repeats, 1), value.repeat_interleave(repeats, 1)
        # Plain softmax: measured faster than scaled_dot_product_attention with a mask on a CPU at this size.
        scores = query @ key.transpose(2, 3) * shape.head_width**-0.5 + mask
        mixed = (scores.softmax(-1) @ value).transpose(1, 2).reshape(rows, length, -1)
        return self.o_proj(mixed)


class FeedForward(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(shape.width, shape.feed_forward, bias=False)
        self.up_proj = nn.Linear(shape.width, shape.feed_forward, bias=False)
        self.down_proj = nn.Linear(shape.feed_forward, shape.width, bias=False)

    def forward(self, hidden: Tensor) -> Tensor:
        return self.down_proj(functional.silu(self.gate_proj(hidden)) * self.up_proj(hidden))


class Layer(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.input_layernorm = nn.RMSNorm(shape.width, eps=shape.norm_epsilon)
        self.self_attn = Attention(shape)
        self.post_attention_layernorm = nn.RMSNorm(shape.width, eps=shape.norm_epsilon)
        self.mlp = FeedForward(shape)

    def forward(self, hidden: Tensor, cosine: Tensor, sine: Tensor, mask: Tensor) -> Tensor:
        hidden = hidden + self.self_attn(self.input_layernorm(hidden), cosine, sine, mask)
        return hidden + self.mlp(self.post_attention_layernorm(hidden))


class Network(nn.Module):
    """Named like LlamaModel inside, so that its state dictionary loads into LlamaForCausalLM under `model.`."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.embed_tokens = nn.Embedding(shape.vocabulary, shape.width)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        self.norm = nn.RMSNorm(shape.width, eps=shape.norm_epsilon)
        self._start_small()

    def _start_small(self) -> None:
        """Outputs of every block start near zero, so that the first steps see an almost plain embedding."""
        for name, weight in self.named_parameters():
            if weight.dim() == 2:
                nn.init.normal_(weight, std=0.02 if "embed" in name else weight.shape[1] ** -0.5)
            if "o_proj" in name or "down_proj" in name:
                nn.init.zeros_(weight)

    def forward(self, tokens: Tensor, positions: Tensor, dialogues: Tensor, targets: Tensor) -> Tensor:
        """The mean loss over the targets that are not -100; `targets` is already shifted by one."""
        logits, wanted = self.scored(tokens, positions, dialogues, targets)
        return functional.cross_entropy(logits, wanted)

    def scored(self, tokens: Tensor, positions: Tensor, dialogues: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """The logits at every taught place and the token that belongs there."""
        cosine, sine = rotary_tables(self.shape, positions)
        mask = dialogue_mask(dialogues)
        hidden = self.embed_tokens(tokens)
        for layer in self.layers:
            hidden = layer(hidden, cosine, sine, mask)
        taught = targets >= 0
        logits = functional.linear(self.norm(hidden[taught]), self.embed_tokens.weight)
        return logits, targets[taught]


def rotary_tables(shape: Shape, positions: Tensor) -> tuple[Tensor, Tensor]:
    steps = torch.arange(0, shape.head_width, 2, device=positions.device, dtype=torch.float32)
    angles = positions[..., None].float() * shape.rotary_base ** (-steps / shape.head_width)
    angles = torch.cat((angles, angles), -1)[:, None]
    return angles.cos(), angles.sin()


def rotate(states: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    first, second = states.chunk(2, -1)
    return states * cosine + torch.cat((-second, first), -1) * sine


def dialogue_mask(dialogues: Tensor) -> Tensor:
    """Added to the scores: a token sees itself and the earlier tokens of its own dialogue."""
    length = dialogues.shape[1]
    earlier = torch.ones(length, length, dtype=torch.bool, device=dialogues.device).tril()
    visible = (dialogues[:, :, None] == dialogues[:, None, :]) & earlier
    return torch.zeros(visible.shape, device=dialogues.device).masked_fill(~visible, -1e9)[:, None]
