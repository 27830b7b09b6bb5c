"""What this machine has, in words for the first lines of the terminal; never imports torch."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess

WITHOUT_COMPILER = "gcc is missing; with it models answer about twice as fast: sudo apt-get install gcc, and restart"


def describe() -> str:
    return f"{cpu()}, {memory()}, {gpu()}"


def cpu() -> str:
    threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return f"{threads} CPU thread{'s' if threads != 1 else ''}"


def memory() -> str:
    try:
        return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB memory"
    except (ValueError, OSError):
        return "unknown memory"


def gpu() -> str:
    if shutil.which("nvidia-smi"):
        query = ["nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader"]
        try:
            found = subprocess.run(query, capture_output=True, text=True, timeout=5, check=True).stdout.splitlines()
            return "; ".join(line.strip() for line in found) or "no GPU"
        except (OSError, subprocess.SubprocessError):
            return "an NVIDIA driver that does not answer"
    if platform.system() == "Darwin" and platform.machine() == "arm64":
        return "Apple GPU (Metal)"
    return "no GPU"
