"""What a long prompt costs: those who are being answered meanwhile, and whoever asks again in the same conversation.

    .venv/bin/python -m tests.benchmarks.bench_long_prompts MODEL_FOLDER [--dtype auto] [--repeats 3]

In process, greedy, on a copy of the weights that cannot end an answer. First: 8 answers run, and a prompt of 1,500
tokens arrives; the gaps between the tokens of the 8 until it has been read, beside the gaps before. Second: a
conversation of 1,800 tokens, then its next question; how soon each time the first token comes. Prints, judges nothing.
"""

from __future__ import annotations

import itertools
import statistics
import tempfile
import time
from pathlib import Path

from inference.engine.loading import load_model
from inference.engine.transformers import TransformersEngine
from inference.engine.types import ChatMessage, Chunk, EngineRequest, EngineSpec, SamplingParams
from tests.benchmarks.bench_engine import SENTENCE, read_options, requests  # sets the threads' way to wait, too
from tests.benchmarks.endless_models import never_ending
from tests.benchmarks.quantiles import middle_and_late

RUNNING, LONG_PROMPT, CONVERSATION = 8, 1500, 1800
NUMBERS = itertools.count(1)


def text_of(engine: TransformersEngine, tokens: int) -> str:
    """A new text of about so many tokens."""
    words = [f"{next(NUMBERS)}", *SENTENCE.split()]
    text = " ".join(itertools.islice(itertools.cycle(words), tokens))
    ids = engine._loaded.tokenizer(text)["input_ids"][:tokens]
    return str(engine._loaded.tokenizer.decode(ids))


def gaps_beside(engine: TransformersEngine) -> tuple[list[float], list[float]]:
    """Milliseconds between two tokens of the running answers: before the long prompt comes, and until it is read."""
    for request in requests(RUNNING, 200):
        engine.add(request.id, request)
    last: dict[str, float] = {}
    gaps: tuple[list[float], list[float]] = ([], [])
    steps = 0
    while "long" not in last:
        if steps == 40:
            text = text_of(engine, LONG_PROMPT)
            engine.add("long", EngineRequest("long", (ChatMessage("user", text),), SamplingParams(max_tokens=1)))
        for key, outcome in engine.step():
            now = time.perf_counter()
            if isinstance(outcome, Chunk) and outcome.token_ids:
                if key in last and steps > 10:  # the short prompts have been read
                    gaps[steps >= 40].append(1000 * (now - last[str(key)]))
                last[str(key)] = now
        steps += 1
    for key in list(last):
        engine.cancel(key)
    while engine.has_work:
        engine.step()
    return gaps


def seconds_to_first(engine: TransformersEngine, messages: list[ChatMessage], tokens: int) -> tuple[float, str]:
    params = SamplingParams(temperature=0, max_tokens=tokens)
    started, first, text = time.perf_counter(), 0.0, ""
    engine.add("talk", EngineRequest("talk", tuple(messages), params))
    while engine.has_work:
        for _key, outcome in engine.step():
            assert isinstance(outcome, Chunk), outcome
            first = first or time.perf_counter() - started
            text += outcome.text
    return first, text


def two_turns(engine: TransformersEngine) -> tuple[float, float]:
    messages = [ChatMessage("user", text_of(engine, CONVERSATION))]
    first, answer = seconds_to_first(engine, messages, 24)
    messages += [ChatMessage("assistant", answer), ChatMessage("user", "and why?")]
    return first, seconds_to_first(engine, messages, 4)[0]


def main() -> None:
    options = read_options()
    with tempfile.TemporaryDirectory(prefix="bench-long-prompts-") as folder:
        source = never_ending(options.model.resolve(), Path(folder) / "m")
        loaded = load_model(EngineSpec("bench", "transformers", str(source), dtype=options.dtype))
        engine = TransformersEngine(loaded)
        quiet, beside = [], []
        turns = []
        for _ in range(options.repeats):
            before, while_reading = gaps_beside(engine)
            quiet += before
            beside += while_reading
            turns.append(two_turns(engine))
        print(f"{options.model} {loaded.info.dtype}, median of {options.repeats}")
        (quiet_middle, quiet_late), (middle, late) = middle_and_late(quiet), middle_and_late(beside)
        print(f"gap between tokens, ms p50 / p95: {quiet_middle:.0f} / {quiet_late:.0f} before, ", end="")
        print(f"{middle:.0f} / {late:.0f} while {LONG_PROMPT} tokens are read", end="")
        print(f"; p95 while reading / p50 before: {late / quiet_middle:.1f}")
        first, second = (statistics.median(times) for times in zip(*turns, strict=True))
        print(f"first token of {CONVERSATION} tokens: {first:.2f} s, of the next turn {second:.2f} s: ", end="")
        print(f"{second / first:.2f}")


if __name__ == "__main__":
    main()
