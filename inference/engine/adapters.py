"""Adapters (LoRA and others that PEFT can merge) on top of a base model: found, checked, merged into its weights.

Knows PEFT; the checks of the files need neither it nor torch and are in `checks.py`.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from inference.engine.types import ModelUnavailable


def merge_adapter(model: Any, folder: Path) -> Any:
    """The base model with the adapter's changes in its weights: no slower than the base. Raises ModelUnavailable."""
    from peft import PeftModel  # imported only here: it takes seconds, and few models have an adapter

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            adapted: Any = PeftModel.from_pretrained(model, str(folder), is_trainable=False, local_files_only=True)
        except Exception as error:  # other names, other shapes, an unknown kind: each its own class
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:300].rstrip(" .:")
            raise ModelUnavailable(f"The adapter {folder.name} does not fit this base model: {reason}.") from error
    # PEFT leaves adapters random where the file has nothing for them, and only warns.
    if any("missing adapter keys" in str(warning.message) for warning in told):
        raise ModelUnavailable(f"The adapter {folder.name} does not fit this base model: its file lacks weights.")
    if not hasattr(adapted, "merge_and_unload") or not hasattr(adapted.base_model, "merge_and_unload"):
        kind = getattr(adapted.peft_config.get("default"), "peft_type", "")
        raise ModelUnavailable(f"The adapter {folder.name} is of a kind that cannot be merged into weights: {kind}.")
    try:
        return adapted.merge_and_unload(safe_merge=True)
    except Exception as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:300].rstrip(" .:")
        raise ModelUnavailable(f"The adapter {folder.name} cannot be merged: {reason}.") from error
