"""Chooses the device and the number format for a model, and says how much memory there is.

Knows torch's devices; knows no model.
"""

from __future__ import annotations

import os

import torch

from inference.engine.host import available_memory, cpu_flags
from inference.engine.types import ModelUnavailable

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


def choose_device(wanted: str) -> torch.device:
    """auto: the fastest kind there is. Raises ModelUnavailable for a kind that this machine lacks."""
    present = {
        "cuda": torch.cuda.is_available(),
        "xpu": hasattr(torch, "xpu") and torch.xpu.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if wanted == "auto":
        return torch.device(next(kind for kind, is_present in present.items() if is_present))
    kind = wanted.partition(":")[0]
    if kind not in present:
        raise ModelUnavailable(f"The device {wanted!r} is unknown; choose one of auto, {', '.join(present)}.")
    if not present[kind]:
        here = ", ".join(name for name, is_present in present.items() if is_present)
        raise ModelUnavailable(f"This machine has no {kind} device that torch can use; it has {here}.")
    return torch.device(wanted)


def choose_dtype(wanted: str, device: torch.device, is_compiled: bool = False) -> torch.dtype:
    """is_compiled: whether the model will be computed by `kernels.c`, which reads bfloat16 on any CPU it is for."""
    if wanted != "auto":
        if wanted not in DTYPES:
            raise ModelUnavailable(f"The number format {wanted!r} is unknown; choose one of auto, {', '.join(DTYPES)}.")
        return DTYPES[wanted]
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16
    if device.type == "xpu":
        return torch.bfloat16
    if device.type == "mps":
        return torch.float16
    # Without these instructions torch emulates bfloat16, slower than float32; with them it is nearly twice as fast.
    return torch.bfloat16 if is_compiled or cpu_flags() & {"avx512_bf16", "amx_bf16"} else torch.float32


def usable_cpu_count() -> int:
    """The CPUs this process may use, which in a container or under taskset are fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def free_memory(device: torch.device) -> int | None:
    """Bytes that a model may still take on the device; None where nobody can say."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    if device.type != "cpu":
        return None
    return available_memory()
