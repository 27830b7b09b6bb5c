"""What the whole site keeps of the bare engine's speed, as a browser sees it, and what a crowd of sockets costs.

    .venv/bin/python -m tests.benchmarks.bench_stack [--model-folder DIR ...] [--threads N] [--quick]
        [--part speed|crowd]

speed: the same questions to the bare engine and through the site (`manage.py up`: POST, database, Celery,
       engine, Valkey, websocket, HTML), in turns, since a shared machine drifts; compare ratios only.
crowd: 500 sockets at once that follow answers of 10 words/s; is every word shown once, and how late?

A real model runs greedily on a copy that cannot end early, so that both sides make equally many tokens.
Prints tables and judges no time.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import statistics
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from inference.engine.registry import EngineRegistry
from inference.engine.types import ChatMessage, Chunk, EngineRequest, EngineSpec, SamplingParams
from tests.benchmarks.browser_socket import Browser, ReplySocket
from tests.benchmarks.endless_models import never_ending, random_model
from tests.benchmarks.socket_crowd import CROWD_RATE, measure_crowd, one_more_worker, rows_of
from tests.stack import ROOT, Stack

WORDS = "import os def class return value for name in self data path open file read line error index"
SPREAD_SECONDS = 4.0  # within which people ask who do not ask at the very same moment


@dataclass(frozen=True, slots=True)
class Speed:
    """One measurement of some answers together: when each was asked, began and ended."""

    moments: list[tuple[float, float, float]]
    tokens: int

    @property
    def first_text_ms(self) -> float:
        return statistics.median(first - asked for asked, first, _ended in self.moments) * 1000

    @property
    def overall(self) -> float:
        """Tokens per second from the first question to the end of the last answer."""
        return self.tokens / (max(ended for *_, ended in self.moments) - min(asked for asked, *_ in self.moments))

    @property
    def streaming(self) -> float:
        """Tokens per second from the first text to the end of the last answer."""
        return self.tokens / (
            max(ended for *_, ended in self.moments) - min(first for _, first, _ended in self.moments)
        )


def questions(count: int, spread: float) -> list[tuple[float, str]]:
    """What is asked, and how many seconds after the beginning."""
    words = WORDS.split()
    texts = [" ".join(words[(index + i) % len(words)] for i in range(60)) for index in range(count)]
    return [(index * spread / count, text) for index, text in enumerate(texts)]


def ask_engine(engines: EngineRegistry, spec: EngineSpec, count: int, spread: float, tokens: int) -> Speed:
    moments: list[tuple[float, float, float]] = []
    produced: list[int] = []
    params = SamplingParams(temperature=0, max_tokens=tokens)
    engine = engines.engine_for(spec)

    def follow(wait: float, question: str) -> None:
        time.sleep(wait)
        asked, first = time.time(), 0.0
        for arrival in engine.start(EngineRequest(question, (ChatMessage("user", question),), params)):
            if isinstance(arrival, Chunk):
                if not first and arrival.text.strip():
                    first = time.time()
                if arrival.finish:
                    produced.append(arrival.finish.completion_tokens)
        moments.append((asked, first, time.time()))

    threads = [threading.Thread(target=follow, args=asked) for asked in questions(count, spread)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Speed(moments, sum(produced))


async def ask_site(browser: Browser, stack: Stack, model: str, count: int, spread: float) -> Speed:
    async def follow(wait: float, question: str) -> ReplySocket:
        await asyncio.sleep(wait)
        socket = await browser.ask(model, question)
        await socket.closed
        return socket

    sockets = await asyncio.gather(*(follow(*asked) for asked in questions(count, spread)))
    tokens = sum(row["completion_tokens"] for row in rows_of(stack, sockets).values())
    return Speed([(socket.asked_at, socket.first_text_at, socket.ended_at) for socket in sockets], tokens)


def measure_speed(stack: Stack, specs: list[EngineSpec], tokens: int, counts: list[int], repeats: int) -> None:
    engines = EngineRegistry()
    browser = Browser(stack.port)
    asyncio.run(browser.sign_up("speed"))
    for spec in specs:
        ask_engine(engines, spec, 2, 0, tokens)  # loads, warms up
        asyncio.run(ask_site(browser, stack, spec.slug, 2, 0))
    print(f"\n{tokens} tokens each; median of {repeats} (lowest-highest); load {os.getloadavg()[0]:.1f}", flush=True)
    print(
        "| model | answers | asked | first text: engine, ms | site, ms | added, ms "
        "| tokens/s: engine | site | kept | kept from the first text on |\n|---|--:|---|--:|--:|--:|--:|--:|--:|--:|"
    )
    for spec in specs:
        for count in counts:
            for seconds in (0.0, SPREAD_SECONDS)[: 1 if count == 1 else 2]:
                pairs = []
                for _ in range(repeats):
                    bare = ask_engine(engines, spec, count, seconds, tokens)
                    site = asyncio.run(ask_site(browser, stack, spec.slug, count, seconds))
                    assert bare.tokens == site.tokens, f"{bare.tokens} tokens of the engine, {site.tokens} of the site"
                    pairs.append((bare, site))
                asked = f"within {seconds:.0f} s" if seconds else "at once"
                print(f"| {spec.slug} | {count} | {asked} | {' | '.join(columns_of(pairs))} |", flush=True)
    engines.close_all()


def columns_of(pairs: list[tuple[Speed, Speed]]) -> list[str]:
    return [
        spread([bare.first_text_ms for bare, _site in pairs]),
        spread([site.first_text_ms for _bare, site in pairs]),
        spread([site.first_text_ms - bare.first_text_ms for bare, site in pairs]),
        spread([bare.overall for bare, _site in pairs]),
        spread([site.overall for _bare, site in pairs]),
        spread([100 * site.overall / bare.overall for bare, site in pairs], " %"),
        spread([100 * site.streaming / bare.streaming for bare, site in pairs], " %"),
    ]


def spread(values: list[float], unit: str = "") -> str:
    return f"{statistics.median(values):.0f}{unit} ({min(values):.0f}-{max(values):.0f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--model-folder", type=Path, action="append", help="may be given again; default: a bundled model"
    )
    parser.add_argument("--quick", action="store_true", help="one short round, to see that everything works")
    parser.add_argument("--part", choices=["speed", "crowd"], help="default: both")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int, help="for a language model; default: all")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that a killed benchmark takes its site with it
    tokens, words, repeats = (20, 80, 1) if options.quick else (120, 400, options.repeats)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folders = options.model_folder or [ROOT / "inference" / "demo" / "models" / "large"]
        if not folders[0].exists():
            folders = [random_model(folder / "random")]
        specs = [EngineSpec("echo-20", "echo", f"words_per_second=20,words={tokens}")]
        for source in folders:
            copy = str(never_ending(source, folder / f"_{source.name}"))
            specs.append(EngineSpec(source.name, "transformers", copy, threads=options.threads))
        threads = ["--threads", str(options.threads)] if options.threads else []
        with Stack(folder / "site", *threads, MAX_ACTIVE_GENERATIONS="2000") as stack:
            waits = {"crowd": 6, "wide-crowd": 6} if options.quick else {"crowd": 30, "wide-crowd": 100}
            source = f"words_per_second={CROWD_RATE},first_token_ms={{}}000"  # time to open all the sockets
            offers = [*specs, *(EngineSpec(slug, "echo", source.format(wait)) for slug, wait in waits.items())]
            for spec in offers:
                names = ["--backend", spec.backend, "--slug", spec.slug, "--name", spec.slug]
                limits = ["--temperature", "0", "--max-tokens", str(tokens)] if spec.backend == "transformers" else []
                stack.manage("addmodel", spec.source, *names, *limits, check=True)
            time.sleep(5)  # until the worker has noticed them
            if options.part != "crowd":
                measure_speed(stack, specs, tokens, [1, 8] if options.quick else [1, 8, 32], repeats)
            if options.part != "speed":
                browser = Browser(stack.port)
                asyncio.run(browser.sign_up("crowd"))
                asyncio.run(measure_crowd(stack, browser, "crowd", 5 if options.quick else 50, 10, words))
                with one_more_worker(stack, "wide-crowd") as pid:
                    answers = 20 if options.quick else 500
                    asyncio.run(measure_crowd(stack, browser, "wide-crowd", answers, 1, words, [pid]))


if __name__ == "__main__":
    main()
