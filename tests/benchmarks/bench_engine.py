"""How much of bare `model.generate` our engine keeps, and how much batching adds: 1, 8 and 32 answers at a time.

    .venv/bin/python tests/benchmarks/bench_engine.py MODEL_FOLDER [--tokens 48] [--streams 1,8,32] [--repeats 3]

Rows of one table are measured in turns in one process each, because a shared machine drifts; compare ratios.
`generate` answers one after another, as FastChat's worker does; `in process` is the engine loop without a
socket; `own process` is what the worker really uses. Greedy, about 100 prompt tokens, end tokens ignored.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

# As the engine's own process has it, and before torch is imported: without this the three would not be comparable.
os.environ.update({"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "20000"})
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import torch

from inference.engine.loading import LoadedModel, load_model
from inference.engine.process import EngineProcess
from inference.engine.prompt import PromptBuilder
from inference.engine.transformers import TransformersEngine
from inference.engine.types import ChatMessage, Chunk, EngineRequest, EngineSpec, SamplingParams

Measured = tuple[float, float]  # tokens per second of all answers together, median seconds to the first text
WORDS = "import os def class return value for name in self data path open file read line error index"


def requests(count: int, tokens: int) -> list[EngineRequest]:
    words = WORDS.split()
    params = SamplingParams(temperature=0, max_tokens=tokens)
    return [
        EngineRequest(
            str(index), (ChatMessage("user", " ".join(words[(index + i) % len(words)] for i in range(60))),), params
        )
        for index in range(count)
    ]


class FirstToken:
    """The part of transformers' streamer protocol that tells when the first token came."""

    def __init__(self) -> None:
        self.times: list[float] = []

    def put(self, token_ids: torch.Tensor) -> None:
        self.times.append(time.perf_counter())  # the very first call brings the prompt

    def end(self) -> None:
        pass


def measure_generate(loaded: LoadedModel, count: int, tokens: int) -> Measured:
    builder = PromptBuilder(loaded.tokenizer)
    lengths = {"min_new_tokens": tokens, "max_new_tokens": tokens}
    started = time.perf_counter()
    firsts = []
    with torch.inference_mode():
        for request in requests(count, tokens):
            prompt = torch.tensor([builder.encode(request.messages)], device=loaded.device)
            streamer = FirstToken()
            loaded.model.generate(prompt, do_sample=False, pad_token_id=0, streamer=streamer, **lengths)
            firsts.append(streamer.times[1] - started)
    return count * tokens / (time.perf_counter() - started), statistics.median(firsts)


def measure_loop(engine: TransformersEngine, count: int, tokens: int) -> Measured:
    started = time.perf_counter()
    firsts: dict[object, float] = {}
    produced = 0
    for request in requests(count, tokens):
        engine.add(request.id, request)
    while engine.has_work:
        for key, outcome in engine.step():
            assert isinstance(outcome, Chunk), outcome
            firsts.setdefault(key, time.perf_counter() - started)
            produced += len(outcome.token_ids)
    return produced / (time.perf_counter() - started), statistics.median(firsts.values())


def measure_process(engine: EngineProcess, count: int, tokens: int) -> Measured:
    firsts: list[float] = []
    produced: list[int] = []
    started = time.perf_counter()

    def follow(request: EngineRequest) -> None:
        mine = 0
        for arrival in engine.start(request):
            if isinstance(arrival, Chunk):
                if not mine:
                    firsts.append(time.perf_counter() - started)
                mine += len(arrival.token_ids)
        produced.append(mine)

    threads = [threading.Thread(target=follow, args=(request,)) for request in requests(count, tokens)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(produced) / (time.perf_counter() - started), statistics.median(firsts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--tokens", type=int, default=48)
    parser.add_argument("--streams", default="1,8,32")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--dtype", default="auto")
    options = parser.parse_args()
    spec = EngineSpec("bench", "transformers", options.model, dtype=options.dtype)
    loaded = load_model(spec)
    endless = replace(loaded, end_token_ids=frozenset())
    loop, process = TransformersEngine(endless), EngineProcess(spec)
    kinds: dict[str, Callable[[int], Measured]] = {
        "generate": lambda count: measure_generate(loaded, count, options.tokens),
        "in process": lambda count: measure_loop(loop, count, options.tokens),
        "own process": lambda count: measure_process(process, count, options.tokens),
    }
    for measure in kinds.values():
        measure(1)  # loads, warms up
    print(f"{options.model} {loaded.info.dtype}, {options.tokens} tokens, median of {options.repeats}")
    print(f"{'streams':>8} {'kind':>12} {'tokens/s':>9} {'first text':>11}")
    for count in map(int, options.streams.split(",")):
        results: dict[str, list[Measured]] = {kind: [] for kind in kinds}
        for _ in range(options.repeats):
            for kind, measure in kinds.items():
                if kind != "generate" or count <= 8:  # one after another: more answers only take longer
                    results[kind].append(measure(count))
        for kind, rows in results.items():
            if rows:
                speed, first = (statistics.median(values) for values in zip(*rows, strict=True))
                print(f"{count:>8} {kind:>12} {speed:>9.1f} {first:>9.2f} s", flush=True)
    process.close()


if __name__ == "__main__":
    main()
