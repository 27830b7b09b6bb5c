"""What the machine has, as Linux tells it: memory, and what its processors can do. Without torch."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from pathlib import Path

CONTAINER = Path("/sys/fs/cgroup")
WIDE_VECTORS = {"avx512f", "avx512bw", "avx512vl", "avx512dq"}
PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


def cpu_flags() -> frozenset[str]:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return frozenset()
    flags = next((line.partition(":")[2] for line in lines if line.startswith("flags")), "")
    return frozenset(flags.split())


def suits_kernels() -> bool:
    """Whether `kernels.c` is for this machine's CPU: one that multiplies bfloat16 by tiles, or has wide vectors and
    cannot multiply it at all. What can do so by vectors alone has oneDNN for it; which is faster there was never tried.
    """
    if sys.platform != "linux" or platform.machine() != "x86_64":
        return False
    flags = cpu_flags()
    return has_tiles() or (flags >= WIDE_VECTORS and "avx512_bf16" not in flags)


def has_tiles() -> bool:
    """Whether the CPU multiplies bfloat16 by tiles (AMX)."""
    return "amx_bf16" in cpu_flags()


def c_compiler() -> str | None:
    """clang has OpenMP threads of its own, which would not be torch's."""
    return shutil.which("gcc")


def total_memory() -> int | None:
    """Bytes that this machine, or the container around this process, has; None where nobody can say."""
    known = [limit for limit in (_from_meminfo("MemTotal"), _container("memory.max")) if limit is not None]
    return min(known, default=None)


def available_memory() -> int | None:
    """Bytes that another program may still take; None where nobody can say."""
    most, used = _container("memory.max"), _container("memory.current")
    left = most - used if most is not None and used is not None else None
    known = [limit for limit in (_from_meminfo("MemAvailable"), left) if limit is not None]
    return min(known, default=None)


def memory_of_process(pid: int) -> int:
    """Bytes it holds in memory; 0 where nobody can say."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * PAGE
    except (OSError, ValueError, IndexError):
        return 0


def _from_meminfo(name: str) -> int | None:
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    return None


def _container(name: str) -> int | None:
    try:
        return int((CONTAINER / name).read_text())
    except (OSError, ValueError):  # no container, no limit ("max"), or the first version of cgroups
        return None
