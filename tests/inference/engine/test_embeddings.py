"""Vectors of texts: the same alone and in any batch, as transformers itself computes them, for each kind of model."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from transformers import PreTrainedTokenizerFast

from inference.engine.embedding import EmbeddingRequest, InputRefused, Vectors, packed, shortened, unpacked
from inference.engine.embedding_engine import EmbeddingEngine
from inference.engine.embedding_files import embedding_files, is_embedding_folder, is_matryoshka_folder
from inference.engine.embedding_model import pool
from inference.engine.types import EngineError, EngineRequest, EngineSpec, ModelUnavailable, PromptTooLong
from tests.inference.engine.conftest import CONTEXT_LENGTH, VOCABULARY_SIZE, MakeCheckpoint

TEXTS = [
    "The quick brown fox",
    "jumps",
    "環境影響評估的第一步是界定範圍。",
    "Environmental impact assessment: air quality, soil and water, noise. " * 4,
    "naïve café",
]
SHAPE = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
ENCODERS: dict[str, tuple[str, int]] = {"bert": ("Bert", 0), "roberta": ("XLMRoberta", 2)}

MakeEncoder = Callable[..., Path]


@pytest.fixture(scope="session")
def make_encoder(tmp_path_factory: pytest.TempPathFactory, tokenizer: PreTrainedTokenizerFast) -> MakeEncoder:
    """A tiny random encoder; roberta begins to count its positions behind the number of the padding."""

    def make(name: str = "bert", pooling: str = "mean_tokens", **settings: Any) -> Path:
        folder = tmp_path_factory.mktemp(name)
        prefix, unused = ENCODERS[name]
        config = getattr(transformers, f"{prefix}Config")(
            **{"vocab_size": VOCABULARY_SIZE, "max_position_embeddings": CONTEXT_LENGTH + unused, **SHAPE},
            **({"pad_token_id": 1} if unused else {}),
        )
        torch.manual_seed(7)
        model = getattr(transformers, f"{prefix}Model")(config, add_pooling_layer=False)
        with torch.no_grad():
            for parameter in model.parameters():
                if parameter.dim() > 1:
                    parameter.normal_(0, 0.3)
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        if pooling:
            (folder / "1_Pooling").mkdir()
            (folder / "1_Pooling" / "config.json").write_text(json.dumps({f"pooling_mode_{pooling}": True, **settings}))
        return folder

    return make


def engine_of(folder: Path, **options: Any) -> EmbeddingEngine:
    return EmbeddingEngine.load(EngineSpec("x", "transformers", str(folder), dtype="float32", **options))


def outcome_of(engine: EmbeddingEngine, *inputs: Any) -> Vectors:
    engine.add("one", EmbeddingRequest("one", inputs))
    while engine.has_work:
        for key, outcome in engine.step():
            if isinstance(outcome, EngineError):
                raise outcome
            if key == "one":
                assert isinstance(outcome, Vectors)
                return outcome
    raise AssertionError("no outcome")


def vectors_of(engine: EmbeddingEngine, *inputs: Any) -> np.ndarray:
    found = outcome_of(engine, *inputs)
    return unpacked(found.data, found.dimensions)


def reference(folder: Path, text: str, pooling: str) -> np.ndarray:
    """Transformers alone, one text, no padding, in float64 after the model."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModel.from_pretrained(folder, dtype=torch.float32).eval()
    ids = tokenizer(text, return_tensors="pt")["input_ids"]
    with torch.no_grad():
        states = model(ids).last_hidden_state[0].double()
    vector = {"mean": states.mean(0), "cls": states[0], "last": states[-1]}[pooling]
    return (vector / vector.norm()).numpy()


@pytest.mark.parametrize("name", sorted(ENCODERS))
@pytest.mark.parametrize(("written", "pooling"), [("mean_tokens", "mean"), ("cls_token", "cls"), ("lasttoken", "last")])
def test_vectors_are_those_of_transformers(make_encoder: MakeEncoder, name: str, written: str, pooling: str) -> None:
    folder = make_encoder(name, written)
    together = vectors_of(engine_of(folder), *TEXTS)
    expected = np.stack([reference(folder, text, pooling) for text in TEXTS])
    assert np.abs(together - expected).max() < 1e-5
    assert np.abs(expected[0] - expected[1]).max() > 0.05  # or the comparison would mean nothing


def test_a_decoder_answers_with_its_last_token(make_checkpoint: MakeCheckpoint) -> None:
    folder = make_checkpoint("qwen3")
    expected = np.stack([reference(folder, text, "last") for text in TEXTS[:3]])
    assert np.abs(vectors_of(engine_of(folder), *TEXTS[:3]) - expected).max() < 1e-5


def test_an_encoder_of_two_halves_uses_its_first(make_checkpoint: MakeCheckpoint) -> None:
    folder = make_checkpoint("t5")
    engine = engine_of(folder)
    alone, together = vectors_of(engine, TEXTS[0])[0], vectors_of(engine, *TEXTS)[0]
    assert np.abs(alone - together).max() < 1e-5
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.T5EncoderModel.from_pretrained(folder, dtype=torch.float32).eval()
    with torch.no_grad():
        mean = model(**tokenizer(TEXTS[0], return_tensors="pt")).last_hidden_state[0].mean(0).numpy()
    assert np.abs(alone - mean / np.linalg.norm(mean)).max() < 1e-5


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("name", sorted(ENCODERS))
def test_the_company_does_not_matter(make_encoder: MakeEncoder, name: str, side: str) -> None:
    folder = make_encoder(name)
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    (folder / "tokenizer_config.json").write_text(json.dumps({**settings, "padding_side": side}))
    engine = engine_of(folder)
    together = vectors_of(engine, *TEXTS)
    for text, vector in zip(TEXTS, together, strict=True):
        assert np.abs(vectors_of(engine, text)[0] - vector).max() < 1e-5
    backwards = vectors_of(engine, *reversed(TEXTS))[::-1]
    assert np.abs(together - backwards).max() < 1e-5
    assert np.abs(np.linalg.norm(together, axis=1) - 1).max() < 1e-6


@pytest.mark.parametrize("pooling", ["mean", "cls", "last"])
def test_pooling_finds_the_tokens_on_either_side(pooling: Any) -> None:
    states, pad = torch.randn(1, 3, 4), torch.full((1, 2, 4), float("nan"))
    right = pool(torch.cat([states, pad], 1), torch.tensor([[1, 1, 1, 0, 0]]), pooling)
    left = pool(torch.cat([pad, states], 1), torch.tensor([[0, 0, 1, 1, 1]]), pooling)
    expected = {"mean": states.mean(1), "cls": states[:, 0], "last": states[:, -1]}[pooling]
    assert torch.allclose(right, expected) and torch.allclose(left, expected)


def test_tokens_are_taken_as_they_are_and_counted(make_encoder: MakeEncoder) -> None:
    folder = make_encoder()
    engine = engine_of(folder)
    ids = tuple(transformers.AutoTokenizer.from_pretrained(folder)(TEXTS[0])["input_ids"])
    found = outcome_of(engine, TEXTS[0], ids)
    by_text, by_ids = unpacked(found.data, found.dimensions)
    assert np.abs(by_text - by_ids).max() < 1e-6
    assert found.finish and found.finish.prompt_tokens == 2 * len(ids)


def test_what_cannot_be_read_is_refused_by_its_place(make_encoder: MakeEncoder) -> None:
    engine = engine_of(make_encoder("roberta"))
    assert engine.info.context_length == CONTEXT_LENGTH
    full = (5,) * CONTEXT_LENGTH
    assert vectors_of(engine, full).shape == (1, 32)
    with pytest.raises(PromptTooLong, match=rf"input\[1\].*takes {CONTEXT_LENGTH + 1} tokens.*{CONTEXT_LENGTH} fit"):
        outcome_of(engine, "x", (*full, 5))
    for token in (VOCABULARY_SIZE, -1):
        with pytest.raises(InputRefused, match=rf"input\[0\] holds the token {token},"):
            outcome_of(engine, (token,))
    with pytest.raises(InputRefused, match=r"input\[2\] holds nothing"):
        outcome_of(engine, "x", "y", "")
    with pytest.raises(EngineError, match="does not answer questions"):
        engine.add("q", EngineRequest("q", (), None))  # type: ignore[arg-type]
        for _key, outcome in engine.step():
            assert isinstance(outcome, EngineError)
            raise outcome
    assert vectors_of(engine, "still well").shape == (1, 32)


def test_the_shorter_of_two_lengths_holds(make_encoder: MakeEncoder) -> None:
    folder = make_encoder()
    assert engine_of(folder, context_length=20).info.context_length == 20
    (folder / "sentence_bert_config.json").write_text('{"max_seq_length": 64}')
    assert engine_of(folder).info.context_length == 64


def test_requests_take_turns_and_can_be_cancelled(make_encoder: MakeEncoder) -> None:
    engine = engine_of(make_encoder())
    large = EmbeddingRequest("large", tuple((number % 400,) * 200 for number in range(60)))
    engine.add("large", large)
    engine.add("dropped", large)
    engine.add("small", EmbeddingRequest("small", ("hello",)))
    engine.cancel("dropped")
    engine.cancel("unknown")
    ended = []
    while engine.has_work:
        ended += [(key, outcome.finish.reason) for key, outcome in engine.step()]  # type: ignore[union-attr]
    assert ended == [("dropped", "cancelled"), ("small", "stop"), ("large", "stop")]


def test_shortened_vectors_have_length_one() -> None:
    vectors = np.random.default_rng(1).normal(size=(3, 8)).astype(np.float32)
    short = unpacked(shortened(packed(vectors), 8, 3), 3)
    expected = vectors[:, :3] / np.linalg.norm(vectors[:, :3], axis=1, keepdims=True)
    assert np.abs(short - expected).max() < 1e-6
    for wanted in (0, 9):
        with pytest.raises(InputRefused, match="between 1 and 8"):
            shortened(packed(vectors), 8, wanted)
    for broken in (np.full((1, 4), np.nan), np.zeros((1, 4)), np.full((1, 4), np.inf)):
        with pytest.raises(EngineError, match="no usable numbers"):
            packed(broken)


def test_a_folder_says_what_it_is(make_encoder: MakeEncoder, make_checkpoint: MakeCheckpoint, tmp_path: Path) -> None:
    assert is_embedding_folder(make_encoder("bert", "")) and is_embedding_folder(make_encoder("roberta"))
    chat = make_checkpoint("qwen3")
    assert not is_embedding_folder(chat) and not is_embedding_folder(tmp_path / "missing")
    folder = shutil.copytree(chat, tmp_path / "qwen3-embedding")
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text('{"pooling_mode_lasttoken": true}')
    assert is_embedding_folder(folder) and not is_matryoshka_folder(folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "matryoshka_dimensions": [8, 16]}))
    assert is_matryoshka_folder(folder)


def test_what_is_not_supported_is_said_before_loading(make_encoder: MakeEncoder) -> None:
    with pytest.raises(ModelUnavailable, match="pooling_mode_max_tokens"):
        engine_of(make_encoder(pooling="max_tokens"))
    with pytest.raises(ModelUnavailable, match="pooling_mode_mean_tokens, pooling_mode_cls_token"):
        embedding_files(make_encoder(pooling="mean_tokens", pooling_mode_cls_token=True))
    folder = make_encoder()
    modules = [{"type": f"sentence_transformers.models.{kind}", "path": ""} for kind in ("Transformer", "Dense")]
    (folder / "modules.json").write_text(json.dumps(modules))
    with pytest.raises(ModelUnavailable, match=r"layer \(Dense\)"):
        engine_of(folder)
    folder = make_encoder(pooling="", name="bert")
    assert embedding_files(folder).pooling == "mean"
    (folder / "modules.json").write_text('[{"type": "x.Pooling", "path": "p"}]')
    (folder / "p").mkdir()
    (folder / "p" / "config.json").write_text('{"pooling_mode": "lasttoken"}')
    assert embedding_files(folder).pooling == "last"
