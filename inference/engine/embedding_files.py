"""Whether a model folder holds an embedding model, and what its files say of pooling and length. Only reads files.

The files are those of Sentence Transformers (modules.json, 1_Pooling/config.json, sentence_bert_config.json), in which
nearly every embedding model is published.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from inference.engine.types import ModelUnavailable

Pooling = Literal["mean", "cls", "last"]

# Architectures that read in both directions: they cannot go on with a text, so whoever offers one means vectors.
ENCODERS = {
    *("bert", "roberta", "xlm-roberta", "xlm-roberta-xl", "camembert", "distilbert", "mpnet", "albert", "electra"),
    *("deberta", "deberta-v2", "modernbert", "nomic_bert", "nomic-bert", "eurobert", "jina_bert", "new", "xmod"),
    *("gemma3_text_encoder", "rembert", "roformer", "longformer", "big_bird", "nystromformer", "mobilebert"),
}
SUPPORTED = {
    "pooling_mode_mean_tokens": "mean",
    # The sum divided by the root of the length points where the mean points, and vectors are given length 1 here.
    "pooling_mode_mean_sqrt_len_tokens": "mean",
    "pooling_mode_cls_token": "cls",
    "pooling_mode_lasttoken": "last",
}
NAMED = {"mean": "mean", "mean_sqrt_len_tokens": "mean", "cls": "cls", "lasttoken": "last", "last": "last"}
HARMLESS = {"Transformer", "Pooling", "Normalize"}
NO_LIMIT = 10**6  # tokenizers without one write a very large number


@dataclass(frozen=True, slots=True)
class EmbeddingFiles:
    """longest: in tokens, where the files name a limit below that of the architecture."""

    pooling: Pooling
    longest: int | None


def is_embedding_folder(folder: Path) -> bool:
    """Whether it is plainly an embedding model: an administrator may still say otherwise."""
    if (folder / "1_Pooling" / "config.json").exists():
        return True
    config = _read(folder / "config.json")
    made_for = config.get("architectures") or []
    return config.get("model_type") in ENCODERS and not any("CausalLM" in str(name) for name in made_for)


def is_matryoshka_folder(folder: Path) -> bool:
    config = _read(folder / "config.json")
    return bool(config.get("is_matryoshka") or config.get("matryoshka_dimensions"))


def embedding_files(folder: Path) -> EmbeddingFiles:
    """Raises ModelUnavailable for a model that does more to its vectors than is known here."""
    modules = _modules(folder)
    foreign = sorted({kind for kind, _path in modules} - HARMLESS)
    if foreign:
        raise ModelUnavailable(
            f"The embedding model in {folder.name} has a layer ({', '.join(foreign)}) that is not supported here."
        )
    path = next((path for kind, path in modules if kind == "Pooling"), "1_Pooling")
    pooling = _pooling(folder, _read(folder / path / "config.json"))
    return EmbeddingFiles(pooling or _usual_pooling(folder), _longest(folder))


def _modules(folder: Path) -> list[tuple[str, str]]:
    """(kind, folder) of each layer, in order."""
    listed = _read_any(folder / "modules.json")
    if not isinstance(listed, list):
        return []
    named = [module for module in listed if isinstance(module, dict)]
    return [(str(module.get("type", "")).rpartition(".")[2], str(module.get("path", ""))) for module in named]


def _pooling(folder: Path, config: dict[str, Any]) -> Pooling | None:
    chosen = [name for name, value in config.items() if name.startswith("pooling_mode_") and value is True]
    if isinstance(config.get("pooling_mode"), str):
        chosen = [config["pooling_mode"]]
    if not chosen:
        return None
    found = {SUPPORTED.get(name) or NAMED.get(name) for name in chosen}
    if found == {"mean"} and len(chosen) == 1:
        return "mean"
    if found == {"cls"}:
        return "cls"
    if found == {"last"}:
        return "last"
    raise ModelUnavailable(
        f"The embedding model in {folder.name} pools its tokens in a way ({', '.join(chosen)}) that is not supported "
        "here; mean, first (CLS) and last token are."
    )


def _usual_pooling(folder: Path) -> Pooling:
    """Where the files are silent: only the last token of a model that reads forwards has seen the whole text."""
    config = _read(folder / "config.json")
    reads_both_ways = config.get("model_type") in ENCODERS or config.get("is_encoder_decoder")
    return "mean" if reads_both_ways else "last"


def _longest(folder: Path) -> int | None:
    told = [
        _read(folder / "sentence_bert_config.json").get("max_seq_length"),
        _read(folder / "tokenizer_config.json").get("model_max_length"),
    ]
    return min((length for length in told if isinstance(length, int) and 0 < length < NO_LIMIT), default=None)


def _read(path: Path) -> dict[str, Any]:
    values = _read_any(path)
    return values if isinstance(values, dict) else {}


def _read_any(path: Path) -> Any:
    """None for what is missing or broken: whoever needs it says so."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
