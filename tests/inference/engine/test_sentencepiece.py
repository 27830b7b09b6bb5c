"""Older checkpoints (Vicuna, Baize, FastChat-T5 …) ship a SentencePiece file and no tokenizer.json."""

from __future__ import annotations

import io
import json
import os
import shutil
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from inference.engine.loading import load_model
from inference.engine.prompt import PromptBuilder
from inference.engine.types import ChatMessage, EngineSpec

from .conftest import TRAINING_TEXT

QUESTION = (ChatMessage("user", "What is PM2.5?"),)


@pytest.fixture(scope="module", autouse=True)
def needs_sentencepiece() -> None:
    if not find_spec("sentencepiece"):
        assert not os.environ.get("CI"), "the package sentencepiece is missing"
        pytest.skip("the package sentencepiece is missing: no SentencePiece file was read")


def train(path: Path, **options: Any) -> Any:
    import sentencepiece

    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(TRAINING_TEXT * 20), model_writer=written, minloglevel=2, **options
    )
    path.write_bytes(written.getvalue())
    return sentencepiece.SentencePieceProcessor(model_proto=written.getvalue())


def bare_folder(source: Path, folder: Path, tokenizer_class: str, **special: str) -> Path:
    shutil.copytree(source, folder)
    for name in ("tokenizer.json", "chat_template.jinja"):
        (folder / name).unlink()
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": tokenizer_class, **special}))
    return folder


def test_llamas_file_gives_its_own_pieces_with_one_beginning(
    make_checkpoint: Callable[[str], Path], tmp_path: Path
) -> None:
    ends = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
    folder = bare_folder(make_checkpoint("llama"), tmp_path / "vicuna-7b-v1.5", "LlamaTokenizer", **ends)
    pieces = train(
        folder / "tokenizer.model",
        vocab_size=400,
        model_type="bpe",
        byte_fallback=True,
        normalization_rule_name="identity",
    )
    loaded = load_model(EngineSpec("m", "transformers", str(folder), dtype="float32"))
    builder = PromptBuilder(loaded.tokenizer, loaded.prompt_format)
    token_ids = builder.encode(QUESTION)
    assert token_ids == [1, *pieces.encode(builder.render(QUESTION))]
    assert loaded.prompt_format and loaded.prompt_format.family == "vicuna" and 2 in builder.end_token_ids
    talk = (*QUESTION, ChatMessage("assistant", "Dust."), ChatMessage("user", "</s> Why?"))
    token_ids = builder.encode(talk)
    assert token_ids.count(1) == 1 and token_ids.count(2) == 1, "the typed </s> is no end; the template's is one"


def test_t5s_file_closes_the_text_for_the_encoder(make_checkpoint: Callable[[str], Path], tmp_path: Path) -> None:
    ends = {"eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}
    folder = bare_folder(make_checkpoint("flan_t5"), tmp_path / "flan-t5-small", "T5Tokenizer", **ends)
    pieces = train(
        folder / "spiece.model", vocab_size=110, model_type="unigram", bos_id=-1, pad_id=0, eos_id=1, unk_id=2
    )
    loaded = load_model(EngineSpec("m", "transformers", str(folder), dtype="float32"))
    builder = PromptBuilder(loaded.tokenizer, loaded.prompt_format, closes_text=True)
    assert builder.render(QUESTION) == "What is PM2.5?"
    assert builder.encode(QUESTION) == [*pieces.encode("What is PM2.5?"), 1]
