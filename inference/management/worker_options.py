"""The options that say what a worker's models may use; `manage.py up` hands the same ones to the workers it starts."""

from __future__ import annotations

import argparse
from typing import Any

GIB = 2**30


def add_worker_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--device", default="auto", choices=["auto", "cpu", "cuda", "mps", "xpu"])
    parser.add_argument("--dtype", default="auto", choices=["auto", "float32", "bfloat16", "float16"])
    parser.add_argument("--threads", type=int, help="CPU threads for each model; default: all cores")
    parser.add_argument(
        "--memory",
        type=gigabytes,
        metavar="GB",
        help="for all models of a worker together; what was used longest ago is unloaded when another one needs it "
        "(default: four fifths of this machine's; with an accelerator, say how much it has)",
    )
    parser.add_argument(
        "--answer-memory",
        type=gigabytes,
        metavar="GB",
        help="for the answers under way of each model; the rest of them waits (default: a quarter of what is free "
        "beside the model, on an accelerator four fifths)",
    )


def as_arguments(options: dict[str, Any]) -> list[str]:
    """What was given, as a command line for a worker."""
    given = {name: options[name] for name in ("device", "dtype", "threads")}
    given |= {name: options[name] / GIB for name in ("memory", "answer_memory") if options[name]}
    return [f"--{name.replace('_', '-')}={value}" for name, value in given.items() if value is not None]


def gigabytes(text: str) -> int:
    """In bytes. Raises ArgumentTypeError for what is no amount of memory."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < 1e6:  # also refuses NaN
        raise argparse.ArgumentTypeError(f"{text} is not a number of gigabytes above 0")
    return int(number * GIB)
