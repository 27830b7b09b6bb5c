"""ChatGLM2 and ChatGLM3 without their own program code: the network that transformers calls GLM, under other names.

RMSNorm, a gate beside the feed-forward layer, few keys and values for many queries, and positions as a rotation of
neighbouring pairs in the first half of each head. Translates config.json and the tensors' names; while transformers
reads the files, each query_key_value is split into the three that GLM has. Knows no tokenizer and no prompt.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import transformers
from transformers import AutoModelForCausalLM, GlmConfig, GlmForCausalLM
from transformers.conversion_mapping import register_checkpoint_conversion_mapping
from transformers.core_model_loading import Split, WeightConverter, WeightRenaming

from inference.engine.families import recognise
from inference.engine.shipped import shipped_with
from inference.engine.types import EngineSpec, ModelUnavailable

MODEL_TYPE = "chatglm"
ROTARY_BASE = 10000.0
ROTARY_SHARE = 0.5  # of each head; the other half knows no position
# What GLM computes. Another value would be another network, which would load and talk nonsense.
COMPUTED_HERE = {
    "rmsnorm": True,
    "post_layer_norm": True,
    "multi_query_attention": True,
    "add_bias_linear": False,
    "apply_residual_connection_post_layernorm": False,
    "quantization_bit": False,
    "pre_seq_len": False,
    "vision_config": False,
}
# Keyword by keyword as GlmConfig has them; these are numbers that no checkpoint leaves out.
NUMBERS = {
    "vocab_size": "padded_vocab_size",
    "hidden_size": "hidden_size",
    "intermediate_size": "ffn_hidden_size",
    "num_hidden_layers": "num_layers",
    "num_attention_heads": "num_attention_heads",
    "num_key_value_heads": "multi_query_group_num",
    "head_dim": "kv_channels",
    "max_position_embeddings": "seq_length",
}


class ChatGLMConfig(GlmConfig):
    """GLM's, under the name by which the files call it: that name leads to the translation of tensors below."""

    model_type = MODEL_TYPE


class ChatGLMForCausalLM(GlmForCausalLM):
    config_class = ChatGLMConfig
    # The rotation's frequencies follow from the config; some checkpoints hold them all the same.
    _keys_to_ignore_on_load_unexpected = [r"rotary_pos_emb\.inv_freq$"]


class _Apart(WeightConverter):
    """One tensor becomes several. Where weights are rounded, each is: transformers would round the first alone."""

    def convert(
        self, layer_name: str, model: Any = None, config: Any = None, hf_quantizer: Any = None, loading_info: Any = None
    ) -> dict[str, Any]:
        parts: dict[str, Any] = super().convert(layer_name, model, config, None, loading_info)
        rounding = self.quantization_operation if hf_quantizer else None
        if rounding is None:
            return parts
        rounded: dict[str, Any] = {}
        for name, part in parts.items():
            rounded |= rounding.convert(
                {name: part},
                source_patterns=self.source_patterns,
                target_patterns=self.target_patterns,
                full_layer_name=name,
                model=model,
                config=config,
                missing_keys=loading_info.missing_keys if loading_info else None,
            )
        return rounded


TENSORS: list[WeightConverter | WeightRenaming] = [
    WeightRenaming("transformer.embedding.word_embeddings", "model.embed_tokens"),
    WeightRenaming("transformer.encoder.layers", "model.layers"),
    WeightRenaming("transformer.encoder.final_layernorm", "model.norm"),
    WeightRenaming("transformer.output_layer", "lm_head"),
    WeightRenaming("self_attention.dense", "self_attn.o_proj"),
    WeightRenaming("mlp.dense_h_to_4h", "mlp.gate_up_proj"),
    WeightRenaming("mlp.dense_4h_to_h", "mlp.down_proj"),
    *(
        _Apart(
            f"self_attention.query_key_value.{kind}",
            [f"self_attn.{part}_proj.{kind}" for part in "qkv"],
            operations=[Split(dim=0)],
        )
        for kind in ("weight", "bias")
    ),
]
register_checkpoint_conversion_mapping(MODEL_TYPE, TENSORS, overwrite=True)
AutoModelForCausalLM.register(ChatGLMConfig, ChatGLMForCausalLM, exist_ok=True)


def is_chatglm(folder: Path) -> bool:
    return shipped_with(folder).model_type == MODEL_TYPE


def chatglm_config(folder: Path, spec: EngineSpec) -> ChatGLMConfig:
    """Raises ModelUnavailable for a ChatGLM of another kind, which is another network."""
    values = json.loads((folder / "config.json").read_text(encoding="utf-8"))  # looked at before, so it can be read
    _refuse_other_kinds(folder, values)
    numbers = {name: values.get(theirs) for name, theirs in NUMBERS.items()}
    for name, number in numbers.items():
        if not isinstance(number, int) or number < 1:
            raise ModelUnavailable(f"{folder.name} cannot be loaded: its config.json does not say {NUMBERS[name]}.")
    return ChatGLMConfig(
        **numbers,
        rms_norm_eps=float(values.get("layernorm_epsilon", 1e-5)),
        attention_bias=bool(values.get("add_qkv_bias", False)),
        rope_parameters=_rotation(folder, spec, float(values.get("rope_ratio") or 1)),
        eos_token_id=values.get("eos_token_id", 2),
        pad_token_id=values.get("pad_token_id", 0),
        tie_word_embeddings=False,  # whatever the file says: there is an output layer of its own
    )


def _refuse_other_kinds(folder: Path, values: dict[str, Any]) -> None:
    if "padded_vocab_size" not in values or values.get("position_encoding_2d"):
        raise ModelUnavailable(
            f"{folder.name} is a ChatGLM of the first version, whose own program code was written for transformers up "
            f"to 4.44 and does not run with transformers {transformers.__version__}; ChatGLM2-6B, ChatGLM3-6B and "
            "GLM 4 (THUDM/glm-4-9b-chat-hf) need no such code."
        )
    if _tokenizer_class(folder) == "ChatGLM4Tokenizer":
        raise ModelUnavailable(
            f"{folder.name} is a GLM 4 in the form that needs its own program code; take the form for transformers, "
            "whose name ends in -hf (THUDM/glm-4-9b-chat-hf)."
        )
    others = [name for name, expected in COMPUTED_HERE.items() if bool(values.get(name, expected)) != expected]
    if others:
        raise ModelUnavailable(
            f"{folder.name} is a ChatGLM that is built otherwise than ChatGLM2-6B and ChatGLM3-6B ({', '.join(others)} "
            "in its config.json) and cannot be loaded here."
        )


def _rotation(folder: Path, spec: EngineSpec, ratio: float) -> dict[str, Any]:
    """A ratio makes room for longer texts: ChatGLM2's sets the positions closer together, all later ones' raise the
    base. The config of both says no more than the number, so the name must tell."""
    rotation = {"rope_type": "default", "rope_theta": ROTARY_BASE, "partial_rotary_factor": ROTARY_SHARE}
    if ratio == 1:
        return rotation
    family = recognise(spec.source, str(folder), shipped_with(folder).made_from)
    if (spec.family or (family.slug if family else "")) == "chatglm2":
        return {**rotation, "rope_type": "linear", "factor": ratio}
    return {**rotation, "rope_theta": ROTARY_BASE * ratio}


def _tokenizer_class(folder: Path) -> str:
    try:
        return str(json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8")).get("tokenizer_class"))
    except (OSError, ValueError, AttributeError):
        return ""
