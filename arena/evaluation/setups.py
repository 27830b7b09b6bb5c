"""How a model is set up: what makes one version of an expert another one."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from inference.models import ModelEntry


def setup_of(entry: ModelEntry) -> dict[str, Any]:
    """Everything of an entry that changes its answers; for an expert, its base's part, too."""
    base = entry.base
    return {
        "system_prompt": entry.system_prompt,
        "defaults": entry.defaults,
        "base": {"id": base.pk, **setup_of(base)} if base else None,
        "source": entry.source,
        "adapter": entry.adapter,
        "family": entry.family,
        "context_length": entry.context_length,
        "endpoint": entry.endpoint_id,
    }


def fingerprint_of(setup: dict[str, Any]) -> str:
    """The same for equal setups, different for others."""
    return hashlib.sha256(json.dumps(setup, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
