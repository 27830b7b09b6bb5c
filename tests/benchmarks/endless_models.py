"""Models that never end an answer by themselves, so that every side of a comparison makes equally many tokens."""

from __future__ import annotations

import json
from pathlib import Path


def never_ending(source: Path, target: Path) -> Path:
    """The same weights, but no token ends an answer."""
    target.mkdir()
    for file in source.iterdir():
        if file.suffix == ".json" and "config" in file.name:
            config = {name: value for name, value in json.loads(file.read_text()).items() if "eos_token" not in name}
            (target / file.name).write_text(json.dumps(config))
        else:
            (target / file.name).symlink_to(file.resolve())
    return target


def random_model(target: Path) -> Path:
    """A small Llama with random weights, for a checkout without bundled models."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    vocabulary = {character: number for number, character in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    vocabulary |= {f"Ġw{number}": number for number in range(len(vocabulary), 4096)}
    tokenizer = Tokenizer(models.BPE(vocabulary, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    wrapped = PreTrainedTokenizerFast(tokenizer_object=tokenizer)
    wrapped.chat_template = "{% for message in messages %}{{ message['content'] }} {% endfor %}"
    wrapped.save_pretrained(target)
    torch.manual_seed(0)
    sizes = {"hidden_size": 256, "num_hidden_layers": 6, "num_attention_heads": 4, "intermediate_size": 704}
    LlamaForCausalLM(LlamaConfig(vocab_size=4096, eos_token_id=None, **sizes)).save_pretrained(target)
    return target
