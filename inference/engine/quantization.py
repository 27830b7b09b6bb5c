"""Weights in 8 or 4 bits: which library reads them so.

8 bits by torchao, 4 bits (NF4) by bitsandbytes: of the two, each was the closer to the full weights and the quicker on
a CPU. Both are optional packages; the checkpoint itself stays as it is, and is rounded while it is read.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import torch

from inference.engine.types import ModelUnavailable, Quantization

PACKAGES: dict[Quantization, str] = {"8bit": "torchao", "4bit": "bitsandbytes"}


def quantization_config(quantization: Quantization, dtype: torch.dtype) -> Any:
    """What transformers' loader takes; None for full weights. Raises ModelUnavailable without the package."""
    if not quantization:
        return None
    package = PACKAGES[quantization]
    if not find_spec(package):
        bits = quantization.removesuffix("bit")
        raise ModelUnavailable(
            f"Weights in {bits} bits need the package {package} on the worker's machine (pip install {package})."
        )
    if quantization == "8bit":
        from torchao.quantization import Int8WeightOnlyConfig
        from transformers import TorchAoConfig

        return TorchAoConfig(Int8WeightOnlyConfig())
    from transformers import BitsAndBytesConfig

    return BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=dtype)
