"""Tiny random checkpoints, made once per test run, and a small tokenizer trained in memory: nothing is downloaded."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from inference.engine import choose_forward, compiled_forward, compiled_linear, host, kernels
from inference.engine.flat_forward import FlatForward
from inference.engine.forward import OneByOneForward
from inference.engine.loading import LoadedModel, load_model
from inference.engine.types import ChatMessage, Chunk, EngineError, EngineRequest, EngineSpec, Queued, SamplingParams

CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
TRAINING_TEXT = [
    "The quick brown fox jumps over the lazy dog. def plume(rate, wind): return rate / wind\n",
    "Environmental impact assessment: air quality, soil and water, noise. User: Assistant: system\n",
    "環境影響評估的第一步是界定範圍。空氣品質模式。",
    "0123456789 stop strings, tokens, and words in a row; STOP here. naïve café – “quoted”\n",
] * 3
VOCABULARY_SIZE = 480
CONTEXT_LENGTH = 256
MACHINES = ["native", "skylake-avx512"]  # the second has neither tiles nor instructions for bfloat16

SMALL = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
ARCHITECTURES: dict[str, tuple[str, dict[str, Any]]] = {
    "llama": ("Llama", {**SMALL, "num_key_value_heads": 2}),
    "gpt_neox": ("GPTNeoX", SMALL),
    "qwen2": ("Qwen2", {**SMALL, "num_key_value_heads": 2}),
    "qwen3": ("Qwen3", {**SMALL, "num_key_value_heads": 2, "head_dim": 16}),
    "mistral": ("Mistral", {**SMALL, "num_key_value_heads": 2, "sliding_window": 24}),
    "phi": ("Phi", SMALL),
    "gpt2": ("GPT2", {"n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": CONTEXT_LENGTH}),
    "falcon": ("Falcon", {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4}),
    "mpt": ("Mpt", {"d_model": 32, "n_layers": 2, "n_heads": 4, "max_seq_len": CONTEXT_LENGTH}),
    "gptj": ("GPTJ", {"n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": CONTEXT_LENGTH, "rotary_dim": 4}),
    "glm": ("Glm", {**SMALL, "num_key_value_heads": 2, "head_dim": 8}),
    "gemma": ("Gemma", {**SMALL, "num_key_value_heads": 2, "head_dim": 8}),
    "gemma2": ("Gemma2", {**SMALL, "num_key_value_heads": 2, "head_dim": 8}),
    "phi3": ("Phi3", {**SMALL, "num_key_value_heads": 2}),
    "stablelm": ("StableLm", {**SMALL, "num_key_value_heads": 2}),
    "smollm3": ("SmolLM3", {**SMALL, "num_key_value_heads": 2}),
}
T5 = {"d_model": 32, "d_kv": 8, "d_ff": 64, "num_layers": 2, "num_heads": 4}
ENCODER_DECODERS: dict[str, tuple[str, dict[str, Any]]] = {
    "t5": ("T5", {**T5, "feed_forward_proj": "relu", "scale_decoder_outputs": True, "n_positions": 64}),
    "flan_t5": ("T5", {**T5, "feed_forward_proj": "gated-gelu", "n_positions": 64}),
}
WIDE = {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 128}
WIDER: dict[str, tuple[str, dict[str, Any]]] = {  # for weights that are rounded in groups of 64
    "llama_64": ("Llama", {**WIDE, "num_key_value_heads": 2}),
    "gpt_neox_64": ("GPTNeoX", WIDE),
}
# With heads as large as the compiled pass takes them; one, three and five queries to each key.
COMPILED: dict[str, tuple[str, dict[str, Any]]] = {
    "llama_32": ("Llama", {**WIDE, "hidden_size": 96, "num_attention_heads": 3, "num_key_value_heads": 1}),
    "mistral_64": ("Mistral", {**WIDE, "num_attention_heads": 2, "num_key_value_heads": 2, "sliding_window": None}),
    "qwen2_32": ("Qwen2", {**WIDE, "num_attention_heads": 2, "num_key_value_heads": 1}),
    "qwen3_64": ("Qwen3", {**WIDE, "num_attention_heads": 5, "num_key_value_heads": 1, "head_dim": 64}),
}
OWN_NAMES_FOR_POSITIONS = ("gpt2", "mpt", "gptj", *ENCODER_DECODERS)

# Which forward pass each takes that is not the shared one.
OTHER_FORWARDS = {"mistral": OneByOneForward, "llama": FlatForward, "qwen2": FlatForward, "qwen3": FlatForward}

MakeCheckpoint = Callable[[str], Path]


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """Several threads only cost time on matrices this small."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def tokenizer() -> PreTrainedTokenizerFast:
    """Byte-level BPE as GPT-2, Llama 3 and Qwen have it, with a ChatML template."""
    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY_SIZE - 10,  # a model's vocabulary is often larger than its tokenizer's
        special_tokens=["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    backend.train_from_iterator(TRAINING_TEXT, trainer)
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=backend, eos_token="<|im_end|>", pad_token="<|endoftext|>", clean_up_tokenization_spaces=False
    )
    wrapped.chat_template = CHATML
    return wrapped


@pytest.fixture(scope="session")
def sentencepiece_tokenizer() -> PreTrainedTokenizerFast:
    """As Llama 2 has it: spaces are ▁, unknown characters fall back to bytes, a leading space is stripped."""
    backend = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    backend.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    steps = [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    backend.decoder = decoders.Sequence(steps)
    all_bytes = [f"<0x{byte:02X}>" for byte in range(256)]
    trainer = trainers.BpeTrainer(
        vocab_size=500, special_tokens=["<unk>", "<s>", "</s>", *all_bytes], limit_alphabet=60, show_progress=False
    )
    backend.train_from_iterator((text.replace(" ", "▁") for text in TRAINING_TEXT), trainer)
    # The trainer marks the bytes as special; in Llama's vocabulary only the first three tokens are.
    state = json.loads(backend.to_str())
    state["added_tokens"] = state["added_tokens"][:3]
    return PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer.from_str(json.dumps(state)), bos_token="<s>", eos_token="</s>", unk_token="<unk>"
    )


@pytest.fixture(scope="session")
def make_checkpoint(tmp_path_factory: pytest.TempPathFactory, tokenizer: PreTrainedTokenizerFast) -> MakeCheckpoint:
    """The folder of a tiny random model of the named architecture, made at the first call."""
    root = tmp_path_factory.mktemp("checkpoints")

    def make(name: str) -> Path:
        folder = root / name
        if not folder.exists():
            prefix, values = {**ARCHITECTURES, **WIDER, **COMPILED, **ENCODER_DECODERS}[name]
            common = {"vocab_size": VOCABULARY_SIZE, "eos_token_id": 2, "pad_token_id": 0, "bos_token_id": 1}
            if name not in OWN_NAMES_FOR_POSITIONS:
                common["max_position_embeddings"] = CONTEXT_LENGTH
            config = getattr(transformers, f"{prefix}Config")(**common, **values, tie_word_embeddings=False)
            kind = "LMHeadModel" if name == "gpt2" else "ForCausalLM"
            if name in ENCODER_DECODERS:
                kind, config.decoder_start_token_id = "ForConditionalGeneration", 0
            torch.manual_seed(len(name))
            model = getattr(transformers, prefix + kind)(config)
            with torch.no_grad():
                for parameter in model.parameters():  # wide weights: a lively text instead of one word repeated
                    if parameter.dim() > 1:
                        parameter.normal_(0, 0.4)
            model.generation_config.eos_token_id = 2
            model.save_pretrained(folder)
            tokenizer.save_pretrained(folder)
        return folder

    return make


@pytest.fixture(scope="session")
def load(make_checkpoint: MakeCheckpoint) -> Callable[[str], LoadedModel]:
    """A loaded tiny model by architecture, through the real loader, loaded once."""
    loaded: dict[str, LoadedModel] = {}

    def load_once(name: str) -> LoadedModel:
        if name not in loaded:
            loaded[name] = load_model(EngineSpec(name, "transformers", str(make_checkpoint(name)), dtype="float32"))
        return loaded[name]

    return load_once


@pytest.fixture(scope="session")
def llama(load: Callable[[str], LoadedModel]) -> LoadedModel:
    return load("llama")


class Driver:
    """Drives an engine as its process does, and remembers every chunk by key."""

    def __init__(self, engine: Any) -> None:
        self.engine = engine
        self.chunks: dict[Any, list[Chunk]] = {}
        self.errors: dict[Any, EngineError] = {}
        self.ahead: dict[Any, list[int]] = {}  # what waiting ones were told

    def add(self, key: Any, request: EngineRequest) -> None:
        self.chunks[key] = []
        self.engine.add(key, request)

    def step(self) -> None:
        for key, outcome in self.engine.step():
            if isinstance(outcome, EngineError):
                self.errors[key] = outcome
            elif isinstance(outcome, Queued):
                self.ahead.setdefault(key, []).append(outcome.ahead)
            else:
                self.chunks[key].append(outcome)

    def run(self) -> None:
        while self.engine.has_work:
            self.step()

    def text(self, key: Any) -> str:
        return "".join(chunk.text for chunk in self.chunks[key])

    def token_ids(self, key: Any) -> list[int]:
        return [token_id for chunk in self.chunks[key] for token_id in chunk.token_ids]

    def answer(self, request: EngineRequest) -> list[Chunk]:
        """All chunks of one request, alone."""
        self.add(request.id, request)
        self.run()
        if request.id in self.errors:
            raise self.errors.pop(request.id)
        return self.chunks[request.id]


@pytest.fixture
def drive() -> Callable[[Any], Driver]:
    return Driver


@pytest.fixture(scope="session")
def ask() -> Callable[..., EngineRequest]:
    """A request with one question: ask("hello", temperature=0, max_tokens=9)."""

    def make(text: str, request_id: str = "1", shown: tuple[Chunk, ...] = (), **params: Any) -> EngineRequest:
        return EngineRequest(
            request_id,
            (ChatMessage("user", text),),
            SamplingParams(**params),
            tuple(token_id for chunk in shown for token_id in chunk.token_ids),
            "".join(chunk.text for chunk in shown),
        )

    return make


@pytest.fixture
def compiler() -> str:
    """The C compiler; where there is none, or nothing for this CPU, the test is skipped."""
    if not host.suits_kernels():
        pytest.skip("this CPU is none that kernels.c is for")
    found = host.c_compiler()
    if found is None:
        message = "gcc is missing (apt-get install gcc)"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    return found


@lru_cache
def kernels_for(machine: str, compiler: str) -> kernels.Kernels:
    return kernels.Kernels(kernels.compiled(compiler, machine))


@pytest.fixture(params=MACHINES)
def machine(request: pytest.FixtureRequest, compiler: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Everything is computed as that machine would."""
    made = kernels_for(request.param, compiler)
    for module in (kernels, choose_forward, compiled_forward, compiled_linear):
        monkeypatch.setattr(module, "kernels", lambda: made)
    yield request.param
