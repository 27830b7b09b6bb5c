"""Tiny random models that know tools, made by the tests themselves: three chat templates, one small vocabulary."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.inference.engine.test_tool_templates import MARKERS, TEMPLATES

ROOT = Path(__file__).resolve().parents[3]


def make_checkpoints(folder: Path) -> dict[str, Path]:
    """One folder for each template. In a process of its own, so that the tests of the API need no torch."""
    subprocess.run([sys.executable, "-m", __name__, str(folder)], cwd=ROOT, check=True, timeout=300)
    return {name: folder / name for name in TEMPLATES}


def main(folder: Path) -> None:
    import torch
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    for number, (name, template) in enumerate(TEMPLATES.items()):
        backend = Tokenizer(models.BPE())
        backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        backend.decoder = decoders.ByteLevel()
        special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
        alphabet = pre_tokenizers.ByteLevel.alphabet()
        trainer = trainers.BpeTrainer(
            vocab_size=400, special_tokens=special, initial_alphabet=alphabet, show_progress=False
        )
        backend.train_from_iterator(['{"name": "get_weather", "arguments": {"city": "London"}}'] * 3, trainer)
        tokenizer = PreTrainedTokenizerFast(tokenizer_object=backend, eos_token="<|im_end|>")
        tokenizer.add_tokens([AddedToken(marker, special=name == "mistral") for marker in MARKERS[name]])
        tokenizer.chat_template = template
        torch.manual_seed(number)
        config = LlamaConfig(
            vocab_size=512,
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=4,
            intermediate_size=64,
            max_position_embeddings=4096,
            eos_token_id=2,
        )
        LlamaForCausalLM(config).save_pretrained(folder / name)
        tokenizer.save_pretrained(folder / name)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
