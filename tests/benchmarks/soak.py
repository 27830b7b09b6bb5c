"""A long mixed load: does the site lose an answer, keep a permit, or grow?

    .venv/bin/python -m tests.benchmarks.soak [--minutes 120] [--people 12]

Both bundled models and an echo of fixed speed; people read, stop, leave and ask again. Prints the memory of each
process over the time, how much each has grown (last quarter over second quarter), and what was wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.mixed_load import PROCESSES, MixedLoad
from tests.stack import Stack

MIB = 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=120)
    parser.add_argument("--people", type=int, default=12)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, Stack(Path(name) / "site") as stack:
        stack.add_echo_model("quick", "words_per_second=20,words=60")
        load = MixedLoad(stack, ["quick", "demo-small", "demo-large"], options.people)
        asyncio.run(load.run(60 * options.minutes, sample_seconds=60 * options.minutes / 40))
        faults = load.faults()
        print(f"{options.minutes:g} minutes, {options.people} people, load {os.getloadavg()[0]:.1f}: {dict(load.done)}")
        print("| MiB |" + "|".join(PROCESSES) + "|\n|--:|" + "--:|" * len(PROCESSES))
        for number, sample in enumerate(load.memory):
            print(f"| {number} |" + "|".join(f"{sample[process] / MIB:.0f}" for process in PROCESSES) + "|")
        print("grown:", {process: f"{100 * (ratio - 1):+.1f} %" for process, ratio in load.growth().items()})
        print("wrong:", *(faults or ["nothing"]), sep="\n  ")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
