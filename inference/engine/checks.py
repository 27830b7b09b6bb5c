"""Looks at a model folder before anything is loaded, and says in one sentence what is wrong with it.

Only reads files: no torch, no transformers, so the web process may use it for a form too.
"""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

from inference.engine.types import ModelUnavailable

HUB_NAME = re.compile(r"^[\w][\w.-]*(/[\w][\w.-]*)?$")
TOKENIZER_FILES = (
    "tokenizer.json",
    "tokenizer.model",
    "vocab.json",
    "vocab.txt",
    "spiece.model",
    "tokenizer_config.json",
)
ADAPTER_CONFIG = "adapter_config.json"
LONGEST_HEADER = 100_000_000


def is_hub_name(source: str) -> bool:
    """Whether the source is the name of a model on the Hugging Face hub rather than a folder here."""
    return not Path(source).expanduser().exists() and HUB_NAME.match(source) is not None


def check_source(source: str) -> None:
    """Raises ModelUnavailable for a folder that cannot work; says nothing about a hub name."""
    if not is_hub_name(source):
        check_folder(Path(source).expanduser())


def check_adapter_source(source: str) -> None:
    """The same for an adapter: an empty source is none, and a hub name is only known once it is fetched."""
    if source and not is_hub_name(source):
        check_adapter(Path(source).expanduser())


def is_adapter(folder: Path) -> bool:
    """Whether the folder holds a change to another model (LoRA) instead of a whole one."""
    return (folder / ADAPTER_CONFIG).exists() and not (folder / "config.json").exists()


def check_adapter(folder: Path) -> dict[str, Any]:
    """The adapter's config, after everything that can be seen without loading has been seen."""
    if not folder.is_dir():
        raise ModelUnavailable(f"The adapter folder {folder} does not exist.")
    if not (folder / ADAPTER_CONFIG).exists():
        raise ModelUnavailable(f"The folder {folder} holds no adapter (adapter_config.json is missing).")
    config = _read_json(folder / ADAPTER_CONFIG)
    if not config.get("peft_type"):
        raise ModelUnavailable(f"The adapter in {folder} does not say of what kind it is (adapter_config.json).")
    weights = folder / "adapter_model.safetensors"
    if not weights.exists():
        if (folder / "adapter_model.bin").exists():
            raise ModelUnavailable(
                f"The adapter in {folder} is in the old .bin format, which can run code while it is read; only "
                "safetensors weights are loaded (convert it once with PEFT's save_pretrained)."
            )
        raise ModelUnavailable(f"The adapter in {folder} holds no weights (adapter_model.safetensors is missing).")
    _check_safetensors(weights)
    return config


def base_of_adapter(folder: Path) -> str:
    """The base model that the adapter names, for a source that is an adapter itself."""
    base = check_adapter(folder).get("base_model_name_or_path")
    if not isinstance(base, str) or not base:
        raise ModelUnavailable(
            f"{folder} is an adapter (LoRA) that does not name its base model; give the base as the source and this "
            "as its adapter."
        )
    if not is_hub_name(base) and not Path(base).expanduser().is_dir():
        raise ModelUnavailable(
            f"{folder} is an adapter (LoRA) for {base}, which is not on this machine; give its base as the source and "
            "this as its adapter."
        )
    return base


def check_folder(folder: Path) -> dict[str, Any]:
    """The model's config, after everything that can be seen without loading has been seen."""
    if not folder.exists():
        raise ModelUnavailable(f"The model folder {folder} does not exist.")
    if not folder.is_dir():
        raise ModelUnavailable(f"{folder} is a file; a model is a folder with config.json and *.safetensors.")
    if is_adapter(folder):
        base_of_adapter(folder)
        return check_adapter(folder)
    config = _read_config(folder)
    for weights in weight_files(folder):
        _check_safetensors(weights)
    if not any((folder / name).exists() for name in TOKENIZER_FILES):
        raise ModelUnavailable(f"The model folder {folder} holds no tokenizer (tokenizer.json is missing).")
    return config


def weight_files(folder: Path) -> list[Path]:
    """The safetensors files that make up the weights. Other formats can run code when read, so they are refused."""
    single, index = folder / "model.safetensors", folder / "model.safetensors.index.json"
    if single.exists():
        return [single]
    if index.exists():
        weight_map = _read_json(index).get("weight_map")
        if not isinstance(weight_map, dict) or not weight_map:
            raise ModelUnavailable(f"{index} does not say which files hold the weights.")
        files = sorted({folder / str(name) for name in weight_map.values()})
        missing = [file.name for file in files if not file.exists()]
        if missing:
            raise ModelUnavailable(f"The weights in {folder} are incomplete: {', '.join(missing)} is missing.")
        return files
    if list(folder.glob("*.bin")) or list(folder.glob("*.pt")) or list(folder.glob("*.pth")):
        raise ModelUnavailable(
            f"The weights in {folder} are in the old .bin format, which can run code while it is read; "
            "only safetensors weights are loaded (convert them once with save_pretrained)."
        )
    raise ModelUnavailable(f"The model folder {folder} holds no weights (model.safetensors is missing).")


def parameter_count(folder: Path) -> int:
    """How many numbers the weights hold, read from the headers alone."""
    return sum(
        math.prod(entry["shape"])
        for weights in weight_files(folder)
        for name, entry in _read_header(weights).items()
        if name != "__metadata__"
    )


def _read_config(folder: Path) -> dict[str, Any]:
    path = folder / "config.json"
    if path.exists():
        return _read_json(path)
    raise ModelUnavailable(f"The model folder {folder} holds no config.json, so it is not a model that can be loaded.")


def _read_json(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelUnavailable(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise ModelUnavailable(f"{path} is broken: it is not valid JSON ({error}).") from error
    if not isinstance(values, dict):
        raise ModelUnavailable(f"{path} is broken: it holds no JSON object.")
    return values


def _check_safetensors(path: Path) -> None:
    entries = _read_header(path)
    ends = [entry["data_offsets"][1] for name, entry in entries.items() if name != "__metadata__"]
    expected = _header_length(path) + 8 + max(ends, default=0)
    if path.stat().st_size < expected:
        raise ModelUnavailable(
            f"{path} is cut off: {path.stat().st_size} of {expected} bytes are there (an unfinished copy or download?)."
        )


def _read_header(path: Path) -> dict[str, Any]:
    length = _header_length(path)
    try:
        with path.open("rb") as file:
            file.seek(8)
            header = json.loads(file.read(length))
        for name, entry in header.items():
            if name != "__metadata__":
                int(entry["data_offsets"][1]), math.prod(entry["shape"])
    except OSError as error:
        raise ModelUnavailable(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        raise ModelUnavailable(f"{path} is broken: it is not a safetensors file.") from error
    return dict(header)


def _header_length(path: Path) -> int:
    try:
        with path.open("rb") as file:
            first = file.read(8)
    except OSError as error:
        raise ModelUnavailable(f"{path} cannot be read: {error.strerror}.") from error
    length = int.from_bytes(first, "little")
    if len(first) < 8 or length > LONGEST_HEADER or length + 8 > path.stat().st_size:
        pointer = path.stat().st_size < 1000 and path.read_bytes().startswith(b"version https://git-lfs")
        reason = (
            "it is only a git-lfs pointer (run `git lfs pull`)" if pointer else "it is cut off or no safetensors file"
        )
        raise ModelUnavailable(f"{path} is broken: {reason}.")
    return length
