"""Loads one checkpoint with its tokenizer, and turns everything that can go wrong into one sentence.

Knows transformers' loaders; knows no prompt, no sampling and no request.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
import transformers
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoModelForSeq2SeqLM,
    AutoTokenizer,
    PreTrainedTokenizerBase,
)

from inference.engine.adapters import merge_adapter
from inference.engine.chatglm import chatglm_config, is_chatglm
from inference.engine.chatglm_tokenizer import chatglm_tokenizer, has_pieces
from inference.engine.checks import (
    base_of_adapter,
    check_adapter,
    check_folder,
    is_adapter,
    is_hub_name,
    parameter_count,
)
from inference.engine.compiled_forward import will_be_compiled
from inference.engine.encoder_decoder import decoder_start
from inference.engine.hardware import choose_device, choose_dtype, free_memory
from inference.engine.prompt import shipped_by
from inference.engine.prompt_format import PromptFormat, choose_format
from inference.engine.quantization import quantization_config
from inference.engine.shipped import shipped_together
from inference.engine.types import BYTES_OF_A_QUANTIZED_WEIGHT, EngineInfo, EngineSpec, Loading, ModelUnavailable

Progress = Callable[[Loading], None]

CONTEXT_LENGTH_NAMES = (
    "max_position_embeddings",
    "n_positions",
    "max_sequence_length",
    "seq_length",
    "max_seq_len",
    "n_ctx",
)
DEFAULT_CONTEXT_LENGTH = 2048  # for configs that do not say; the commonest size among those
MEMORY_FOR_ANSWERS = 1.1  # weights alone are not enough: some tenth more for activations and the first answers
WEIGHTS_FROM, WEIGHTS_TO = 0.3, 0.9  # of the whole loading, as people see it
SECONDS_BETWEEN_TELLING = 0.2
HUB_FILES = ["*.json", "*.safetensors", "*.model", "*.txt", "*.jinja", "*.tiktoken"]


@dataclass(slots=True)
class LoadedModel:
    """A model that has computed its first token, and what belongs to it."""

    model: Any  # a transformers model: its classes share no useful static type
    tokenizer: PreTrainedTokenizerBase
    device: torch.device
    end_token_ids: frozenset[int]
    info: EngineInfo
    prompt_format: PromptFormat | None = None  # None: the tokenizer's own template


def load_model(spec: EngineSpec, progress: Progress = lambda loading: None) -> LoadedModel:
    """Raises ModelUnavailable."""
    started = time.monotonic()
    progress(Loading("checking the files", 0.1))
    device = choose_device(spec.device)
    folder, adapter = folders_of(spec, progress)
    config = load_config(folder, spec)
    dtype = choose_dtype(spec.dtype, device, _is_compiled(config, spec, device))
    check_memory(folder, device, spec, dtype)
    tokenizer = load_tokenizer(folder, spec)
    prompt_format = _prompt_format(spec, folder, adapter, tokenizer)
    with told_to(progress):
        kind = AutoModelForSeq2SeqLM if config.is_encoder_decoder else AutoModelForCausalLM
        model = load_weights(kind, folder, spec, config, device, dtype)
    if adapter:
        progress(Loading("merging the adapter", WEIGHTS_TO))
        model = merge_adapter(model, adapter).eval()
    progress(Loading("first token", 0.95))
    _try_one_token(model, device)
    info = EngineInfo(
        device=str(device),
        dtype=str(dtype).removeprefix("torch."),
        context_length=context_length_of(config, spec.context_length),
        parameters=model.num_parameters(),
        load_seconds=round(time.monotonic() - started, 2),
    )
    return LoadedModel(model, tokenizer, device, _end_token_ids(model, tokenizer), info, prompt_format)


def _is_compiled(config: Any, spec: EngineSpec, device: torch.device) -> bool:
    is_plain = device.type == "cpu" and not spec.quantization and not spec.trust_remote_code
    return is_plain and will_be_compiled(config, context_length_of(config, spec.context_length))


def context_length_of(config: Any, wanted: int | None) -> int:
    """What the model was made for; a wish may make it shorter, never longer."""
    text_config = config.get_text_config()
    found = [getattr(text_config, name, None) for name in CONTEXT_LENGTH_NAMES]
    lengths = [value for value in found if isinstance(value, int) and value > 0]
    # T5 counts distances, not positions: its n_positions is what it was first trained with, and no limit.
    counts_distances = hasattr(text_config, "relative_attention_num_buckets")
    length = lengths[0] if lengths and not counts_distances else DEFAULT_CONTEXT_LENGTH
    return min(length, wanted) if wanted else length


def folders_of(spec: EngineSpec, progress: Progress) -> tuple[Path, Path | None]:
    """Where the model lies and where its adapter, both checked. A source may be an adapter that names its base."""
    folder = _folder_of(spec.source, spec, progress)
    adapter = _folder_of(spec.adapter, spec, progress) if spec.adapter else None
    if adapter is None and is_adapter(folder):
        folder, adapter = _folder_of(base_of_adapter(folder), spec, progress), folder
    if adapter:
        check_adapter(adapter)
    check_folder(folder)
    return folder, adapter


def _folder_of(source: str, spec: EngineSpec, progress: Progress) -> Path:
    """The folder itself, or the place in the hub's cache where the named model lies after a download."""
    if not is_hub_name(source):
        return Path(source).expanduser()
    from huggingface_hub import snapshot_download  # imported only here: most models are folders

    progress(Loading(f"fetching {source} from the Hugging Face hub", 0.1))
    patterns = [*HUB_FILES, "*.py"] if spec.trust_remote_code else HUB_FILES
    try:
        folder = Path(snapshot_download(source, allow_patterns=patterns))
    except Exception as error:  # the hub's client raises a dozen kinds, all meaning "not here"
        offline = " (the hub is switched off here by HF_HUB_OFFLINE)" if os.environ.get("HF_HUB_OFFLINE") else ""
        raise ModelUnavailable(
            f"{source} is neither a folder on this machine nor could it be fetched from the "
            f"Hugging Face hub{offline}: {_first_line(error)}"
        ) from error
    if not any(folder.glob("*.safetensors")):
        raise ModelUnavailable(
            f"{source} offers no safetensors weights on the Hugging Face hub (older models come as .bin, which can run "
            "code while it is read); take a converted copy of it, or convert it once (docs/models.md says how)."
        )
    return folder


def _prompt_format(
    spec: EngineSpec, folder: Path, adapter: Path | None, tokenizer: PreTrainedTokenizerBase
) -> PromptFormat:
    """Raises ModelUnavailable for a prompt format that does not exist."""
    files, shipped = shipped_together(folder, adapter), shipped_by(tokenizer)
    shipped = replace(shipped, template=files.template or shipped.template, made_from=files.made_from)
    return choose_format(
        spec.family, shipped, *(str(name) for name in (spec.adapter, adapter, spec.source, folder) if name)
    )


def check_memory(folder: Path, device: torch.device, spec: EngineSpec, dtype: torch.dtype) -> None:
    bytes_each = BYTES_OF_A_QUANTIZED_WEIGHT.get(spec.quantization, dtype.itemsize)
    needed = int(parameter_count(folder) * bytes_each * MEMORY_FOR_ANSWERS)
    free = free_memory(device)
    if free is not None and needed > free:
        raise ModelUnavailable(
            f"The model needs about {needed / 2**30:.1f} GiB of memory on {device.type}, "
            f"but only {free / 2**30:.1f} GiB are free."
        )


def load_config(folder: Path, spec: EngineSpec) -> Any:
    if is_chatglm(folder):
        return chatglm_config(folder, spec)
    try:
        config = AutoConfig.from_pretrained(folder, trust_remote_code=spec.trust_remote_code, local_files_only=True)
    except Exception as error:  # an unknown model_type is a ValueError, own code can raise anything
        raise ModelUnavailable(_refusal(folder, spec, error)) from error
    return config


def load_tokenizer(folder: Path, spec: EngineSpec) -> PreTrainedTokenizerBase:
    if not (folder / "tokenizer.json").exists() and any(folder.glob("*.model")) and not find_spec("sentencepiece"):
        raise ModelUnavailable(f"The tokenizer in {folder} needs the package sentencepiece on the worker's machine.")
    try:
        if is_chatglm(folder) and has_pieces(folder):
            tokenizer: Any = chatglm_tokenizer(folder)
        else:
            tokenizer = AutoTokenizer.from_pretrained(
                folder, trust_remote_code=spec.trust_remote_code, local_files_only=True
            )
    except Exception as error:  # missing and broken files raise OSError, ValueError, KeyError, ImportError …
        raise ModelUnavailable(f"The tokenizer in {folder} cannot be loaded: {_first_line(error)}") from error
    if not isinstance(tokenizer, PreTrainedTokenizerBase) or len(tokenizer) == 0:
        raise ModelUnavailable(f"The tokenizer in {folder} is empty (tokenizer.json is missing).")
    return tokenizer


def load_weights(
    kind: Any, folder: Path, spec: EngineSpec, config: Any, device: torch.device, dtype: torch.dtype, unused: str = ""
) -> Any:
    """kind: one of transformers' automatic classes. unused: the beginning of names that may be missing."""
    load: Any = kind.from_pretrained  # its declared type leaves out the loading report
    quantized = quantization_config(spec.quantization, dtype)
    # Rounded on the device itself: such weights cannot be moved afterwards.
    more = {"quantization_config": quantized, "device_map": {"": device}} if quantized else {}
    try:
        model, report = load(
            folder,
            config=config,
            dtype=dtype,
            trust_remote_code=spec.trust_remote_code,
            local_files_only=True,
            use_safetensors=True,
            output_loading_info=True,
            **more,
        )
        missing = sorted(key for key in report.get("missing_keys", ()) if not unused or not key.startswith(unused))
        if missing:  # transformers would fill them with random numbers and only log a line
            raise ModelUnavailable(f"The weights in {folder} lack {len(missing)} tensors, for example {missing[0]}.")
        return model.eval() if quantized else model.to(device).eval()
    except ModelUnavailable:
        raise
    except (torch.OutOfMemoryError, MemoryError) as error:
        raise ModelUnavailable(f"There is not enough memory on {device.type} for {folder.name}.") from error
    except Exception as error:
        raise ModelUnavailable(_refusal(folder, spec, error)) from error


@contextlib.contextmanager
def told_to(progress: Progress) -> Iterator[None]:
    """While weights are read, transformers' progress bar becomes Loading messages instead of control codes."""

    def bar(factory: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if kwargs.get("desc") == "Loading weights" and args:
            return steps(args[0])
        return factory(*args, **kwargs)

    def steps(tensors: Collection[Any]) -> Iterator[Any]:
        told = 0.0
        for index, tensor in enumerate(tensors):
            if time.monotonic() - told > SECONDS_BETWEEN_TELLING:
                told = time.monotonic()
                share = index / len(tensors)
                progress(Loading("reading the weights", round(WEIGHTS_FROM + share * (WEIGHTS_TO - WEIGHTS_FROM), 3)))
            yield tensor

    progress(Loading("reading the weights", WEIGHTS_FROM))
    transformers.utils.logging.disable_progress_bar()
    before = transformers.utils.logging.set_tqdm_hook(bar)
    try:
        yield
    finally:
        transformers.utils.logging.set_tqdm_hook(before)


def _try_one_token(model: Any, device: torch.device) -> None:
    """A model that cannot compute one token should say so while it loads, not to the first person who asks."""
    try:
        token = torch.zeros((1, 1), dtype=torch.long, device=device)
        answer = {"decoder_input_ids": token + decoder_start(model)} if model.config.is_encoder_decoder else {}
        with torch.inference_mode():
            logits = model(token, **answer).logits
    except Exception as error:
        raise ModelUnavailable(f"The model was loaded but cannot compute a token: {_first_line(error)}") from error
    if not torch.isfinite(logits.float()).any():
        raise ModelUnavailable("The model was loaded but computes no usable numbers (NaN): its weights are broken.")


def _end_token_ids(model: Any, tokenizer: PreTrainedTokenizerBase) -> frozenset[int]:
    """Chat models often end a turn with a token that only one of these three names."""
    ids: set[int] = set()
    for value in (
        model.generation_config.eos_token_id,
        model.config.get_text_config().eos_token_id,
        tokenizer.eos_token_id,
    ):
        ids.update([value] if isinstance(value, int) else value or ())
    return frozenset(ids)


def _refusal(folder: Path, spec: EngineSpec, error: Exception) -> str:
    text = str(error)
    version = f"transformers {transformers.__version__}"
    if "trust_remote_code" in text and not spec.trust_remote_code:
        return (
            f"{folder.name} brings its own program code, which is not run unless an administrator "
            "allows it for this model (trust remote code)."
        )
    if "model type" in text or "model_type" in text or "Unrecognized" in text:
        return f"The architecture of {folder.name} is not known to {version}: {_first_line(error)}"
    return f"{folder.name} cannot be loaded: {_first_line(error)}"


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return (lines[0][:300] if lines else type(error).__name__).rstrip(" .:") + "."
