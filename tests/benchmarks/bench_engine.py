"""How much of bare `model.generate` our engine keeps, how much batching adds, and how far the hardware still is.

    .venv/bin/python -m tests.benchmarks.bench_engine MODEL_FOLDER [--tokens 48] [--streams 1,8,32] [--repeats 3]

Rows of one table are measured in turns in one process each, because a shared machine drifts; compare ratios.
`generate` answers one after another, as FastChat's worker does; `slot loop` is our engine over transformers' own
program, answers side by side but nothing made faster; `in process` is the engine loop without a socket;
`own process` is what the worker really uses. Greedy, about 100 prompt tokens; the weights are a copy that
cannot end an answer. No question comes twice, so that nobody gains from remembering its beginning.

tokens/s counts the reading of the prompts; gaps are those between two pieces of text (the process of its own sends
several tokens together), `decoding` is what a token's middle share of them amounts to. The floor, for decoding, is what
this machine could do if it did nothing but the matrices: for each step the longer of reading the weights once (at the
speed of a large matrix times a vector) and multiplying them (at that of a large product).
"""

from __future__ import annotations

import argparse
import itertools
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

# As the engine's own process has it, and before torch is imported: without this the three would not be comparable.
os.environ.update({"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "20000"})

import torch

from inference.engine import choose_forward
from inference.engine.loading import LoadedModel, load_model
from inference.engine.process import EngineProcess
from inference.engine.prompt import PromptBuilder
from inference.engine.transformers import TransformersEngine
from inference.engine.types import ChatMessage, Chunk, EngineRequest, EngineSpec, SamplingParams
from tests.benchmarks.endless_models import never_ending
from tests.benchmarks.quantiles import middle_and_late

SENTENCE = "import os def class return value for name in self data path open file read line error index"
NUMBERS = itertools.count()


@dataclass
class Times:
    """When the pieces of each answer came, in seconds since all were asked, and how many tokens each had."""

    started: float = field(default_factory=time.perf_counter)
    of: dict[str, list[tuple[float, int]]] = field(default_factory=dict)

    def note(self, request_id: str, tokens: int = 1) -> None:
        if tokens:
            self.of.setdefault(request_id, []).append((time.perf_counter() - self.started, tokens))

    @property
    def tokens_per_second(self) -> float:
        tokens = sum(count for pieces in self.of.values() for _, count in pieces)
        return tokens / max(pieces[-1][0] for pieces in self.of.values())

    @property
    def first(self) -> list[float]:
        return [pieces[0][0] for pieces in self.of.values()]

    @property
    def gaps(self) -> list[tuple[float, int]]:
        """Seconds between two pieces, and the tokens of the later."""
        pairs = (pair for pieces in self.of.values() for pair in itertools.pairwise(pieces))
        return [(later - earlier, count) for (earlier, _), (later, count) in pairs]


def requests(count: int, tokens: int) -> list[EngineRequest]:
    """About 100 tokens each, none like another from its first word on."""
    params = SamplingParams(temperature=0, max_tokens=tokens)
    made, vocabulary = [], SENTENCE.split()
    for number in itertools.islice(NUMBERS, count):
        words = [vocabulary[(number * 7 + place * (number % 5 + 1)) % len(vocabulary)] for place in range(60)]
        made.append(EngineRequest(str(number), (ChatMessage("user", f"{number} " + " ".join(words)),), params))
    return made


def measure_generate(loaded: LoadedModel, count: int, tokens: int) -> Times:
    builder = PromptBuilder(loaded.tokenizer)
    lengths = {"min_new_tokens": tokens, "max_new_tokens": tokens}
    times = Times()
    with torch.inference_mode():
        for request in requests(count, tokens):
            prompt = torch.tensor([builder.encode(request.messages)], device=loaded.device)
            streamer = _Streamer(times, request.id)
            loaded.model.generate(prompt, do_sample=False, pad_token_id=0, streamer=streamer, **lengths)
    return times


class _Streamer:
    """transformers' streamer protocol."""

    def __init__(self, times: Times, request_id: str) -> None:
        self._times, self._id, self._is_prompt = times, request_id, True

    def put(self, token_ids: torch.Tensor) -> None:
        if not self._is_prompt:  # the very first call brings the prompt
            self._times.note(self._id)
        self._is_prompt = False

    def end(self) -> None:
        pass


def measure_loop(engine: TransformersEngine, count: int, tokens: int) -> Times:
    times = Times()
    for request in requests(count, tokens):
        engine.add(request.id, request)
    while engine.has_work:
        for key, outcome in engine.step():
            assert isinstance(outcome, Chunk), outcome
            times.note(str(key), len(outcome.token_ids))
    return times


def measure_process(engine: EngineProcess, count: int, tokens: int) -> Times:
    times = Times()

    def follow(request: EngineRequest) -> None:
        for arrival in engine.start(request):
            if isinstance(arrival, Chunk):
                times.note(request.id, len(arrival.token_ids))

    threads = [threading.Thread(target=follow, args=(request,)) for request in requests(count, tokens)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


@dataclass(frozen=True)
class Floor:
    """Tokens per second that the matrices alone allow."""

    bytes_per_second: float
    flops_per_second: float
    weight_bytes: int
    weights: int

    @classmethod
    def of(cls, loaded: LoadedModel, size: int = 4096) -> Floor:
        dtype = loaded.model.dtype
        matrix, vector = torch.randn(size, size).to(dtype), torch.randn(size, 1).to(dtype)
        seconds_of_reading = _quickest(lambda: matrix @ vector)
        seconds_of_product = _quickest(lambda: matrix @ matrix[:, :256])
        # The input embedding is looked up, not multiplied, unless it is the output layer, too.
        parameters = {id(weight): weight for weight in loaded.model.parameters() if weight.dim() == 2}
        if not loaded.model.config.get_text_config().tie_word_embeddings:
            del parameters[id(loaded.model.get_input_embeddings().weight)]
        weights = sum(weight.numel() for weight in parameters.values())
        return cls(
            matrix.nbytes / seconds_of_reading,
            2 * size * size * 256 / seconds_of_product,
            weights * dtype.itemsize,
            weights,
        )

    def tokens_per_second(self, streams: int) -> float:
        reading = self.weight_bytes / self.bytes_per_second
        multiplying = streams * 2 * self.weights / self.flops_per_second
        return streams / max(reading, multiplying)


def _quickest(work: Callable[[], object], times: int = 15) -> float:
    seconds = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return min(seconds)


def show(streams: int, kind: str, runs: list[Times], floor: Floor) -> None:
    speed = statistics.median(times.tokens_per_second for times in runs)
    first = [value * 1000 for times in runs for value in times.first]
    gaps = [seconds * 1000 for times in runs for seconds, _ in times.gaps]
    of_a_token = [seconds / count for times in runs for seconds, count in times.gaps for _ in range(count)]
    together = streams if kind != "generate" else 1
    decoding = together / statistics.median(of_a_token)
    share = decoding / floor.tokens_per_second(together)
    cells = [speed, *middle_and_late(first), *middle_and_late(gaps), decoding, 100 * share]
    print(f"{streams:>8} {kind:>12} " + " ".join(f"{cell:>9.1f}" for cell in cells), flush=True)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--tokens", type=int, default=48)
    parser.add_argument("--streams", default="1,8,32")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--dtype", default="auto")
    return parser.parse_args()


def main() -> None:
    options = read_options()
    with tempfile.TemporaryDirectory(prefix="bench-engine-") as folder:
        spec = EngineSpec(
            "bench", "transformers", str(never_ending(options.model.resolve(), Path(folder) / "m")), dtype=options.dtype
        )
        plain = load_model(spec)
        with patch.multiple(choose_forward, can_pack=lambda *_: False, is_built_as_llama=lambda *_: False):
            slots = TransformersEngine(plain)
        loop, process = TransformersEngine.load(spec), EngineProcess(spec)
        kinds: dict[str, Callable[[int], Times]] = {
            "generate": lambda count: measure_generate(plain, count, options.tokens),
            "slot loop": lambda count: measure_loop(slots, count, options.tokens),
            "in process": lambda count: measure_loop(loop, count, options.tokens),
            "own process": lambda count: measure_process(process, count, options.tokens),
        }
        for measure in kinds.values():
            measure(1)  # loads, warms up
        floor = Floor.of(plain)
        print(f"{options.model} {plain.info.dtype}, {options.tokens} tokens, {options.repeats} turns, ", end="")
        print(f"{floor.bytes_per_second / 1e9:.0f} GB/s, {floor.flops_per_second / 1e9:.0f} GFLOP/s")
        heading = ("tokens/s", "first ms", "95 %", "gap ms", "95 %", "decoding", "% floor")
        print(f"{'streams':>8} {'kind':>12} " + " ".join(f"{name:>9}" for name in heading))
        for count in map(int, options.streams.split(",")):
            runs: dict[str, list[Times]] = {kind: [] for kind in kinds}
            for _ in range(options.repeats):
                for kind, measure in kinds.items():
                    if kind != "generate" or count <= 8:  # one after another: more answers only take longer
                        runs[kind].append(measure(count))
            for kind, measured in runs.items():
                if measured:
                    show(count, kind, measured, floor)
        process.close()


if __name__ == "__main__":
    main()
