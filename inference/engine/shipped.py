"""What a model's own files say about prompts: its chat template, its special tokens, where its answers end.

Only reads JSON and Jinja files that lie here already: no torch, no transformers, no network, no weights.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

TEMPLATE_FILE = "chat_template.jinja"
# Files by which a hub name is found in the hub's cache.
TELLING_FILES = ("tokenizer_config.json", "config.json", "adapter_config.json")


@dataclass(frozen=True, slots=True)
class Shipped:
    """What was found; all empty where there are no files. tool_template: one of its own for tools, where there is."""

    template: str = ""
    tool_template: str = ""
    special_tokens: Mapping[str, str] = field(default_factory=dict)
    added_tokens: Mapping[str, int] = field(default_factory=dict)
    end_token_ids: tuple[int, ...] = ()
    made_from: str = ""
    model_type: str = ""


def local_folder(source: str) -> Path | None:
    """The folder itself, or a hub name's place in the hub's cache; None where nothing of it is on this machine."""
    try:
        folder = Path(source).expanduser()
        if source and folder.is_dir():
            return folder
    except (OSError, RuntimeError):  # a name with a zero in it, a home that nobody has
        return None
    from huggingface_hub import try_to_load_from_cache  # imported only here: most models are folders

    for name in TELLING_FILES:
        try:
            found = try_to_load_from_cache(source, name)
        except ValueError:  # not a name that the hub could have
            return None
        if isinstance(found, str):
            return Path(found).parent
    return None


def shipped_with(folder: Path | None) -> Shipped:
    """Broken files count as missing here: loading the model says what is wrong with them."""
    if folder is None:
        return Shipped()
    tokenizer = _json(folder / "tokenizer_config.json")
    config = _json(folder / "config.json")
    added = _added_tokens(folder, tokenizer)
    special = special_texts({**_json(folder / "special_tokens_map.json"), **tokenizer})
    ends = [_json(folder / "generation_config.json").get("eos_token_id"), config.get("eos_token_id")]
    ends.append(added.get(special.get("eos_token", "")))
    made_from = config.get("_name_or_path")
    return Shipped(
        template=_template(folder, tokenizer),
        special_tokens=special,
        added_tokens=added,
        end_token_ids=token_ids(*ends),
        made_from=made_from if isinstance(made_from, str) else "",
        model_type=str(config.get("model_type", "")),
    )


def shipped_together(folder: Path | None, adapter: Path | None) -> Shipped:
    """A model with an adapter: whoever trained the adapter may have saved a new template beside it."""
    shipped = shipped_with(folder)
    return replace(shipped, template=shipped_with(adapter).template or shipped.template)


def adapter_base(folder: Path) -> str:
    """The base model that an adapter names; empty if it names none."""
    base = _json(folder / "adapter_config.json").get("base_model_name_or_path")
    return base if isinstance(base, str) else ""


def default_template(found: Any) -> str:
    """The one for chatting: older tokenizers keep several by name, as a list or as a dictionary."""
    if isinstance(found, list):
        found = {entry.get("name"): entry.get("template") for entry in found if isinstance(entry, dict)}
    if isinstance(found, dict):
        found = found.get("default")
    return found if isinstance(found, str) else ""


def template_for_tools(found: Any) -> str:
    """The one that a tokenizer keeps for tools beside that for chatting; empty where one serves both."""
    return found.get("tool_use", "") if isinstance(found, dict) else ""


def special_texts(values: Mapping[str, Any]) -> dict[str, str]:
    """bos_token, eos_token … as text; files keep some of them as objects."""
    texts = {}
    for name, value in values.items():
        text = value.get("content") if isinstance(value, dict) else value
        if name.endswith("_token") and isinstance(text, str):
            texts[name] = text
    return texts


def token_ids(*values: Any) -> tuple[int, ...]:
    """Numbers, lists of numbers and nothing, as one row without repetition."""
    found: dict[int, None] = {}
    for value in values:
        for token_id in value if isinstance(value, list) else [value]:
            if isinstance(token_id, int) and not isinstance(token_id, bool):
                found[token_id] = None
    return tuple(found)


def _template(folder: Path, tokenizer: Mapping[str, Any]) -> str:
    try:
        return (folder / TEMPLATE_FILE).read_text(encoding="utf-8")
    except (OSError, ValueError):
        found = default_template(_json(folder / "chat_template.json").get("chat_template"))
        return found or default_template(tokenizer.get("chat_template"))


def _added_tokens(folder: Path, tokenizer: Mapping[str, Any]) -> dict[str, int]:
    decoder = tokenizer.get("added_tokens_decoder")
    added = [{"id": key, **value} for key, value in decoder.items()] if isinstance(decoder, dict) else []
    more = _json(folder / "tokenizer.json").get("added_tokens")
    found = {}
    for entry in [*added, *(more if isinstance(more, list) else [])]:
        if isinstance(entry, dict) and isinstance(entry.get("content"), str) and str(entry.get("id")).isdecimal():
            found[entry["content"]] = int(entry["id"])
    return found


def _json(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}
