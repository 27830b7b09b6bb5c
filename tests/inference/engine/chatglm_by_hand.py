"""A tiny ChatGLM2 or ChatGLM3 as its makers would have saved it, and what such a network computes, written out.

Nothing here uses the engine or transformers: the rotation is a product of complex numbers, attention goes head by head.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import sentencepiece
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor

from .conftest import TRAINING_TEXT

PIECES = 400
GMASK, SOP, SYSTEM, USER, ASSISTANT, OBSERVATION = (PIECES + place for place in (1, 3, 5, 6, 7, 8))
CONFIG: dict[str, Any] = {
    "model_type": "chatglm",
    "architectures": ["ChatGLMModel"],
    "auto_map": {
        "AutoConfig": "configuration_chatglm.ChatGLMConfig",
        "AutoModelForCausalLM": "modeling_chatglm.ChatGLMForConditionalGeneration",
    },
    "num_layers": 2,
    "padded_vocab_size": 432,
    "hidden_size": 32,
    "ffn_hidden_size": 48,
    "kv_channels": 16,
    "num_attention_heads": 4,
    "multi_query_attention": True,
    "multi_query_group_num": 2,
    "seq_length": 256,
    "layernorm_epsilon": 1e-5,
    "rmsnorm": True,
    "add_bias_linear": False,
    "add_qkv_bias": True,
    "post_layer_norm": True,
    "apply_residual_connection_post_layernorm": False,
    "original_rope": True,
    "tie_word_embeddings": False,
    "quantization_bit": 0,
    "pre_seq_len": None,
    "torch_dtype": "float16",
    "eos_token_id": 2,
    "pad_token_id": 0,
}
TOKENIZER = {
    "tokenizer_class": "ChatGLMTokenizer",
    "auto_map": {"AutoTokenizer": ["tokenization_chatglm.ChatGLMTokenizer", None]},
}


def pieces_of(folder: Path) -> Any:
    return sentencepiece.SentencePieceProcessor(model_file=str(folder / "tokenizer.model"))


def save_checkpoint(folder: Path, **changes: Any) -> dict[str, Tensor]:
    """Two files of weights with an index, a SentencePiece file, and program code that ends whoever runs it."""
    config = {**CONFIG, **changes}
    tensors = random_tensors(config)
    folder.mkdir(parents=True, exist_ok=True)
    names = list(tensors)
    parts = {"model-00001-of-00002.safetensors": names[::2], "model-00002-of-00002.safetensors": names[1::2]}
    for file, inside in parts.items():
        save_file({name: tensors[name] for name in inside}, folder / file, metadata={"format": "pt"})
    weight_map = {name: file for file, inside in parts.items() for name in inside}
    (folder / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": weight_map}))
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "tokenizer_config.json").write_text(json.dumps(TOKENIZER))
    for name in ("configuration", "modeling", "tokenization"):
        (folder / f"{name}_chatglm.py").write_text("raise SystemExit('code of the model was run')")
    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([*TRAINING_TEXT, "people stop, shops stop\n" * 3] * 20),
        model_writer=written,
        vocab_size=PIECES,
        model_type="bpe",
        byte_fallback=True,
        normalization_rule_name="identity",
        minloglevel=2,
    )
    (folder / "tokenizer.model").write_bytes(written.getvalue())
    return tensors


def random_tensors(config: dict[str, Any]) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(7)

    def some(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator) * 0.4

    vocabulary, width, inner = config["padded_vocab_size"], config["hidden_size"], config["ffn_hidden_size"]
    heads = config["num_attention_heads"] * config["kv_channels"]
    rows = heads + 2 * config["multi_query_group_num"] * config["kv_channels"]
    tensors = {
        "transformer.embedding.word_embeddings.weight": some(vocabulary, width),
        "transformer.rotary_pos_emb.inv_freq": some(config["kv_channels"] // 4),
        "transformer.encoder.final_layernorm.weight": some(width) + 1,
        "transformer.output_layer.weight": some(vocabulary, width),
    }
    for number in range(config["num_layers"]):
        layer = f"transformer.encoder.layers.{number}"
        tensors |= {
            f"{layer}.input_layernorm.weight": some(width) + 1,
            f"{layer}.self_attention.query_key_value.weight": some(rows, width),
            f"{layer}.self_attention.query_key_value.bias": some(rows),
            f"{layer}.self_attention.dense.weight": some(width, heads),
            f"{layer}.post_attention_layernorm.weight": some(width) + 1,
            f"{layer}.mlp.dense_h_to_4h.weight": some(2 * inner, width),
            f"{layer}.mlp.dense_4h_to_h.weight": some(width, inner),
        }
    return tensors


def logits_by_hand(
    tensors: dict[str, Tensor], config: dict[str, Any], token_ids: list[int], base: float = 10000, closer: float = 1
) -> Tensor:
    """[tokens, vocabulary]. base, closer: what a rope_ratio changes, the base or the distance of positions."""
    states = tensors["transformer.embedding.word_embeddings.weight"][token_ids]
    for number in range(config["num_layers"]):
        layer = {
            name.split(".", 4)[4]: tensor
            for name, tensor in tensors.items()
            if name.startswith(f"transformer.encoder.layers.{number}.")
        }
        read = _normed(states, layer["input_layernorm.weight"], config)
        states = states + _attended(read, layer, config, base, closer) @ layer["self_attention.dense.weight"].T
        read = _normed(states, layer["post_attention_layernorm.weight"], config)
        gate, raised = (read @ layer["mlp.dense_h_to_4h.weight"].T).split(config["ffn_hidden_size"], dim=1)
        states = states + (gate * torch.sigmoid(gate) * raised) @ layer["mlp.dense_4h_to_h.weight"].T
    states = _normed(states, tensors["transformer.encoder.final_layernorm.weight"], config)
    return states @ tensors["transformer.output_layer.weight"].T


def _normed(states: Tensor, weight: Tensor, config: dict[str, Any]) -> Tensor:
    return states / (states.square().mean(1, keepdim=True) + config["layernorm_epsilon"]).sqrt() * weight


def _attended(read: Tensor, layer: dict[str, Tensor], config: dict[str, Any], base: float, closer: float) -> Tensor:
    size, heads, groups = config["kv_channels"], config["num_attention_heads"], config["multi_query_group_num"]
    mixed = F.linear(read, layer["self_attention.query_key_value.weight"], layer["self_attention.query_key_value.bias"])
    queries, keys, values = mixed.split([heads * size, groups * size, groups * size], dim=1)
    length = len(read)
    future = torch.ones(length, length, dtype=torch.bool).triu(1)
    answers = []
    for head in range(heads):
        group = head // (heads // groups)
        query = _turned(queries[:, head * size : (head + 1) * size], base, closer)
        key = _turned(keys[:, group * size : (group + 1) * size], base, closer)
        scores = (query @ key.T / size**0.5).masked_fill(future, float("-inf"))
        answers.append(scores.softmax(1) @ values[:, group * size : (group + 1) * size])
    return torch.cat(answers, dim=1)


def _turned(head: Tensor, base: float, closer: float) -> Tensor:
    """Neighbouring pairs of the first half are turned by their position, each pair slower than the one before."""
    length, size = head.shape
    half = size // 2
    speeds = torch.tensor([base ** (-2 * pair / half) for pair in range(half // 2)])
    angles = torch.arange(length)[:, None] / closer * speeds
    pairs = torch.view_as_complex(head[:, :half].reshape(length, half // 2, 2).contiguous())
    turned = torch.view_as_real(pairs * torch.polar(torch.ones_like(angles), angles)).reshape(length, half)
    return torch.cat([turned, head[:, half:]], dim=1)
